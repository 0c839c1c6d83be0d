/* SPDX-License-Identifier: MIT
 * page.c - see page.h: from a line to the rule and the thing that it is about. */
#include "collectors/exporter/page.h"
#include "base/hash.h"
#include "base/sentence.h"
#include "base/text.h"
#include "base/xmem.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    TEXT_MAX = 8 << 20,
    THINGS_MAX = MEMORY_THINGS_MAX,
    SENSORS_MAX = 65536,
    LABEL_MAX = 256,          /* of what is an identity; longer ones cannot be meant */
    FRESH_MS = 5 * 60 * 1000, /* as Prometheus looks back */
    BLOCKS_MAX = 4096,
    KEPT_TEXT = 256 << 10, /* a pooled page gives back what is over */
};
#define BLANK_INT64 9223372036854774784.0 /* DCGM's blanks, as doubles, are not below */

struct page *page_new(const struct metric_map *map, bool *percent)
{
    struct page *p = xcalloc(1, sizeof *p);

    p->map = map;
    p->percent = percent;
    arena_init(&p->text, TEXT_MAX);
    return p;
}

void page_free(struct page *p)
{
    if (p == NULL)
        return;
    arena_fini(&p->text);
    free(p->things);
    free(p->sensors);
    free(p->counters);
    free(p->doubts);
    free(p->block);
    hashes_free(&p->places);
    hashes_free(&p->blocks);
    hashes_free(&p->series);
    free(p);
}

void page_begin(struct page *p, const char *target)
{
    if (p->text.used > KEPT_TEXT)
        arena_fini(&p->text);
    arena_reset(&p->text);
    p->target = target;
    p->memory = NULL;
    p->next_known = 0;
    p->absorbed = false;
    p->line = p->known = p->stale = 0;
    p->html = p->ended = false;
    p->rule = NULL;
    p->name_len = 0;
    p->thing_count = p->sensor_count = p->counter_count = p->doubt_count = 0;
    p->block_count = p->next_block = p->first_block = 0;
    hashes_clear(&p->places);
    hashes_clear(&p->blocks);
    hashes_clear(&p->series);
}

void page_recall(struct page *p, const struct memory *memory)
{
    p->memory = memory;
}

char *page_keep(struct page *p, const char *s, size_t len)
{
    static char empty[1];
    char *copy = arena_strndup(&p->text, s, len);

    return copy != NULL ? copy : empty;
}

/* ---- things ---- */

static uint64_t text_hash(uint64_t seed, const char *s)
{
    return s != NULL ? hash_bytes(seed, s, strlen(s)) : hash_u64(seed, 0);
}

static uint32_t add_thing(struct page *p, uint64_t hash, uint32_t node)
{
    uint32_t at = (uint32_t)p->thing_count;

    if (!hashes_put(&p->places, hash, &at))
        return at;
    p->things = xgrow(p->things, &p->thing_cap, p->thing_count + 1, sizeof *p->things);
    struct thing *t = &p->things[p->thing_count++];
    memset(t, 0, sizeof *t);
    t->hash = hash;
    t->node = node;
    t->owner = NOTHING;
    return at;
}

uint32_t page_node(struct page *p, const char *name)
{
    uint32_t at = add_thing(p, text_hash(1, name != NULL ? name : ""), NOTHING);
    struct thing *t = &p->things[at];

    if (t->roles[ROLE_NODE] == NULL && name != NULL && *name != '\0')
        t->roles[ROLE_NODE] = page_keep(p, name, strlen(name));
    return at;
}

/* What it is known by: the label that the section says is the key, else the first of these that it has. */
const char *page_key_of(const char *const roles[ROLES])
{
    static const uint8_t order[] = {ROLE_KEY, ROLE_INDEX, ROLE_UUID, ROLE_SERIAL, ROLE_PCI};

    for (size_t i = 0; i < ARRAY_LEN(order); i++)
        if (roles[order[i]] != NULL && roles[order[i]][0] != '\0')
            return roles[order[i]];
    return "0"; /* an exporter of one device that names it nowhere */
}

static bool is_for_device(int role, bool slice, bool own_uuid)
{
    if (role == ROLE_NODE || role == ROLE_SLICE || role == ROLE_PROFILE)
        return false;
    /* Of a slice's labels only those count for its device that say which device that is. */
    return !slice || role == ROLE_INDEX || role == ROLE_KEY || role == ROLE_PCI ||
           role == ROLE_VENDOR || (role == ROLE_UUID && !own_uuid) ||
           (role == ROLE_MODEL && !own_uuid);
}

static void learn(struct page *p, struct thing *t, const char *const roles[ROLES], bool slice,
                  bool own_uuid)
{
    for (int i = 1; i < ROLES; i++)
        if (t->roles[i] == NULL && roles[i] != NULL && roles[i][0] != '\0' &&
            is_for_device(i, slice, own_uuid))
            t->roles[i] = page_keep(p, roles[i], strlen(roles[i]));
}

uint32_t page_device(struct page *p, uint16_t section, const char *const roles[ROLES])
{
    const struct map_section *s = &p->map->sections[section];
    bool slice = roles[ROLE_SLICE] != NULL && roles[ROLE_SLICE][0] != '\0';
    uint32_t node = page_node(p, roles[ROLE_NODE]);
    uint64_t hash = text_hash(hash_u64(p->things[node].hash, 2), page_key_of(roles));

    if (slice &&
        s->partitions) /* the whole is nowhere told: each part is a thing, page_whole.c puts them together */
        hash = text_hash(hash, roles[ROLE_SLICE]);
    uint32_t at = add_thing(p, hash, node);
    p->things[at].section = section;
    learn(p, &p->things[at], roles, slice && !s->partitions, s->own_uuid);
    if (!slice)
        return at;
    if (!s->partitions) {
        uint32_t owner = at;
        at = add_thing(p, text_hash(hash, roles[ROLE_SLICE]), node);
        p->things[at].owner = owner;
        p->things[at].section = section;
        p->things[at].is_slice = true;
        learn(p, &p->things[at], roles, false, true);
    }
    for (int i = ROLE_SLICE; i <= ROLE_PROFILE; i++)
        if (p->things[at].roles[i] == NULL && roles[i] != NULL)
            p->things[at].roles[i] = page_keep(p, roles[i], strlen(roles[i]));
    return at;
}

struct sensor *page_sensor(struct page *p, uint64_t key, uint64_t chip, uint32_t node)
{
    uint32_t at = (uint32_t)p->sensor_count;

    if (!hashes_put(&p->places, hash_u64(key, 3), &at))
        return &p->sensors[at];
    p->sensors = xgrow(p->sensors, &p->sensor_cap, p->sensor_count + 1, sizeof *p->sensors);
    struct sensor *s = &p->sensors[p->sensor_count++];
    *s = (struct sensor){.key = key,
                         .chip = chip,
                         .node = node,
                         .temperature = NAN,
                         .limit = NAN,
                         .high = NAN,
                         .watts = NAN};
    return s;
}

/* ---- labels ---- */

static enum rc wrong(const struct page *p, struct err *e, enum rc rc, const char *what)
{
    return err_set(e, rc, "", S_("%s line %llu") ": %s", p->target, (unsigned long long)p->line,
                   what);
}

/* An identity is short and has no control characters. */
static bool is_fit(const char *s, size_t len)
{
    bool ascii = true;

    for (size_t i = 0; i < len; i++) {
        if ((unsigned char)s[i] < 0x20 || s[i] == 0x7f)
            return false;
        ascii = ascii && (unsigned char)s[i] < 0x80;
    }
    return ascii || text_is_clean(s, len);
}

/* "accel5", "nvidia0": the number is the index. */
static const char *number_in(const char *text)
{
    const char *digits = text;

    while ((*digits >= 'a' && *digits <= 'z') || (*digits >= 'A' && *digits <= 'Z'))
        digits++;
    return *digits != '\0' && digits[strspn(digits, "0123456789")] == '\0' ? digits : text;
}

/* "cn7:9100", as Prometheus calls what it scrapes: the host. */
static void cut_port(char *text)
{
    char *colon = strchr(text, ':');

    if (colon != NULL && colon[1] != '\0' && colon[1 + strspn(colon + 1, "0123456789")] == '\0')
        *colon = '\0';
}

static enum rc read_roles(struct page *p, const struct map_section *s, const struct prom_line *line,
                          const char *roles[ROLES], char texts[ROLES][LABEL_MAX], struct err *e)
{
    struct prom_label label;
    size_t at = 0;
    int places[ROLES];

    memset(roles, 0, ROLES * sizeof *roles);
    while (prom_next_label(line, &at, &label)) {
        int place = metric_map_label(s, label.name, label.name_len);
        if (place < 0 || label.value_len == 0)
            continue;
        enum role role = (enum role)s->labels[place].role;
        if (roles[role] != NULL && places[role] <= place)
            continue;
        if (label.value_len >= LABEL_MAX)
            return wrong(p, e, RC_LIMIT,
                         S_("a label that names something is longer than 255 bytes"));
        size_t len = prom_unescape(&label, texts[role], LABEL_MAX);
        if (!is_fit(texts[role], len))
            return wrong(p, e, RC_SYNTAX, S_("a label that names something is not readable text"));
        if (role == ROLE_NODE)
            cut_port(texts[role]);
        roles[role] = role == ROLE_INDEX ? number_in(texts[role]) : texts[role];
        places[role] = place;
    }
    if (s->vendor != NULL && roles[ROLE_VENDOR] == NULL)
        roles[ROLE_VENDOR] = s->vendor;
    return RC_OK;
}

static enum rc thing_of(struct page *p, const struct map_rule *r, const struct prom_line *line,
                        uint32_t *out, struct err *e)
{
    const char *roles[ROLES];
    char texts[ROLES][LABEL_MAX];
    enum rc rc = read_roles(p, &p->map->sections[r->section], line, roles, texts, e);

    if (rc != RC_OK)
        return rc;
    if (p->thing_count >= THINGS_MAX || p->sensor_count >= SENSORS_MAX)
        return wrong(p, e, RC_LIMIT, S_("the page tells of too many things"));
    *out = r->of == OF_DEVICE ? page_device(p, r->section, roles) : page_node(p, roles[ROLE_NODE]);
    return RC_OK;
}

/* ---- samples ---- */

static bool is_blank(const struct map_section *s, double v)
{
    if (v >= BLANK_INT64)
        return true;
    if (s->blank_count == 0 || v < s->blank_least)
        return false;
    for (size_t i = 0; i < s->blank_count; i++)
        if (v == s->blanks[i])
            return true;
    return false;
}

/* Exporters write seconds or milliseconds, and a page does not say which of the two formats it is until its end; no time
 * since 1973 in the one is near now in the other. */
static bool is_fresh(double seconds, wall_ms at)
{
    double ms = seconds * 1000; /* as it was written: prom_read took it for milliseconds */

    if (ms < 1e11)
        ms *= 1000;
    return fabs(ms - (double)at) <= FRESH_MS;
}

/* What the labels alone tell counts of an old sample too: the device is there. */
static enum rc refuse_stale(struct page *p, struct err *e, double seconds)
{
    p->stale++;
    double ms = seconds * 1000 < 1e11 ? seconds * 1e6 : seconds * 1000;
    char when[32] = "";
    if (ms > 0 && ms < 2.5e14)
        time_rfc3339((wall_ms)ms, when);
    return err_set(e, RC_SCHEMA, "",
                   *when ? S_("%s line %llu") ": " S_("its value is of %s, not of now")
                         : S_("%s line %llu") ": " S_("its value is of another age"),
                   p->target, (unsigned long long)p->line, when);
}

static enum rc apply_all(struct page *p, const struct map_rule *r, uint32_t thing,
                         const struct prom_line *line, struct err *e)
{
    enum rc rc = RC_OK;

    p->known++;
    if (thing < p->thing_count)
        p->things[thing].fresh = true;
    if (isnan(line->value) || is_blank(&p->map->sections[r->section], line->value))
        return RC_OK;
    for (; r != NULL && rc == RC_OK; r = metric_map_next(p->map, r))
        rc = page_apply(p, r, thing, line, line->value, e);
    return rc == RC_OK
               ? rc
               : wrong(p, e, rc, e != NULL && e->msg[0] != '\0' ? e->msg : S_("cannot be used"));
}

/* The same metric with the same labels is told once on a page. */
static bool is_new(struct page *p, const struct map_rule *r, uint64_t block)
{
    uint32_t unused = 0;

    return hashes_put(&p->series, hash_u64(block, r->number + 1u), &unused);
}

static enum rc use_sample(struct page *p, const struct map_rule *r, uint32_t thing, uint64_t block,
                          const struct prom_line *line, wall_ms at, struct err *e)
{
    if (!is_new(p, r, block))
        return wrong(p, e, RC_SCHEMA, S_("the same sample once more"));
    if (line->has_time && at > 0 && !is_fresh(line->time, at)) {
        p->known++;
        return refuse_stale(p, e, line->time);
    }
    return apply_all(p, r, thing, line, e);
}

/* A device whose labels are those of the page before. */
static uint32_t known_device(struct page *p, const struct known_thing *k, uint16_t section)
{
    const struct known_thing *n = &p->memory->thing[k->node];
    uint32_t node = add_thing(p, n->hash, NOTHING);
    char name[MEMORY_ID_MAX + 1];

    if (n->named && p->things[node].roles[ROLE_NODE] == NULL) {
        memory_id_of(p->memory, n, name);
        p->things[node].roles[ROLE_NODE] = page_keep(p, name, n->id_len);
    }
    uint32_t at = add_thing(p, k->hash, node);
    p->things[at].known = k;
    p->things[at].section = section;
    return at;
}

static void add_block(struct page *p, const struct map_rule *r, const char *text, size_t len,
                      uint64_t hash, uint32_t thing)
{
    p->block = xgrow(p->block, &p->block_cap, p->block_count + 1, sizeof *p->block);
    p->block[p->block_count++] = (struct block){.text = page_keep(p, text, len),
                                                .hash = hash,
                                                .len = (uint32_t)len,
                                                .thing = thing,
                                                .section = r->section,
                                                .of = r->of};
    p->next_block = p->block_count;
    if (p->things[thing].block == 0)
        p->things[thing].block = hash;
}

/* The labels of a line that was read whole, for the lines to come. */
static void remember_block(struct page *p, const struct map_rule *r, const struct prom_line *line,
                           const char *text, uint64_t hash, uint32_t thing)
{
    uint32_t at = (uint32_t)p->block_count;
    const char *open = text + p->name_len;
    bool plain = line->name == text && line->name_len == p->name_len && line->labels == open + 1 &&
                 line->labels[line->labels_len] == '}';

    if (r->needs_labels || !plain || p->block_count >= BLOCKS_MAX ||
        !hashes_put(&p->blocks, hash_u64(hash, r->of), &at))
        return;
    add_block(p, r, open, line->labels_len + 2, hash, thing);
}

/* A line read with all of its labels. */
static enum rc read_whole(struct page *p, const char *text, size_t len, wall_ms at, struct err *e)
{
    struct prom_line line;
    struct err why = {RC_OK};
    char what[256];
    uint32_t thing = 0;

    if (prom_read(text, len, PROM_TEXT, &line, &why) != RC_OK) {
        snprintf(what, sizeof what, "%.40s: %.200s", why.where, why.msg);
        return wrong(p, e, RC_SYNTAX, what);
    }
    if (line.kind != PROM_SAMPLE)
        return RC_OK;
    const struct map_rule *r = metric_map_find(p->map, line.name, line.name_len);
    if (r == NULL)
        return RC_OK;
    enum rc rc = thing_of(p, r, &line, &thing, e);
    if (rc != RC_OK)
        return rc;
    uint64_t block = hash_bytes(r->section + 10u, line.labels, line.labels_len);
    remember_block(p, r, &line, text, block, thing);
    return use_sample(p, r, thing, block, &line, at, e);
}

static bool is_block(const struct block *b, const struct map_rule *r, const char *open,
                     const char *end)
{
    return b->section == r->section && b->of == r->of && (size_t)(end - open) > b->len + 1 &&
           memcmp(open, b->text, b->len) == 0;
}

/* The block that this line bears, NULL if it was not seen before on this page: as a rule the one behind the last. */
static const struct block *find_block(struct page *p, const char *open, const char *end)
{
    const struct map_rule *r = p->rule;
    uint32_t at;

    if (p->next_block < p->block_count && is_block(&p->block[p->next_block], r, open, end))
        return &p->block[p->next_block++];
    const char *close = memchr(open, '}', (size_t)(end - open));
    if (close == NULL || memchr(close + 1, '}', (size_t)(end - close - 1)) != NULL)
        return NULL; /* in a label, or of an exemplar */
    uint64_t hash = hash_bytes(r->section + 10u, open + 1, (size_t)(close - open - 1));
    if (hashes_find(&p->blocks, hash_u64(hash, r->of), &at)) {
        p->next_block = at + 1;
        return is_block(&p->block[at], r, open, end) ? &p->block[at] : NULL;
    }
    const struct known_thing *k = p->memory != NULL && r->of == OF_DEVICE
                                      ? memory_block(p->memory, hash, &p->next_known)
                                      : NULL;
    if (k == NULL || p->block_count >= BLOCKS_MAX)
        return NULL;
    at = (uint32_t)p->block_count;
    (void)hashes_put(&p->blocks, hash_u64(hash, r->of), &at);
    add_block(p, r, open, (size_t)(close + 1 - open), hash, known_device(p, k, r->section));
    return &p->block[at];
}

/* NAME{LABELS} VALUE whose labels were seen before on this page, by a rule that needs no more of them. */
static bool read_known(struct page *p, const char *text, size_t len, wall_ms at, enum rc *rc,
                       struct err *e)
{
    const char *open = text + p->name_len, *end = text + len;
    struct prom_line line = {.kind = PROM_SAMPLE};

    if (p->rule->needs_labels || open == end || *open != '{')
        return false;
    const struct block *b = find_block(p, open, end);
    if (b == NULL || open[b->len] != ' ')
        return false;
    const char *number = open + b->len + 1;
    if (!prom_number(number, (size_t)(end - number), &line.value))
        return false; /* a time behind it, or an exemplar */
    *rc = use_sample(p, p->rule, b->thing, b->hash, &line, at, e);
    return true;
}

static const bool name_bytes[256] = {
    ['a'] = 1, ['b'] = 1, ['c'] = 1, ['d'] = 1, ['e'] = 1, ['f'] = 1, ['g'] = 1, ['h'] = 1,
    ['i'] = 1, ['j'] = 1, ['k'] = 1, ['l'] = 1, ['m'] = 1, ['n'] = 1, ['o'] = 1, ['p'] = 1,
    ['q'] = 1, ['r'] = 1, ['s'] = 1, ['t'] = 1, ['u'] = 1, ['v'] = 1, ['w'] = 1, ['x'] = 1,
    ['y'] = 1, ['z'] = 1, ['A'] = 1, ['B'] = 1, ['C'] = 1, ['D'] = 1, ['E'] = 1, ['F'] = 1,
    ['G'] = 1, ['H'] = 1, ['I'] = 1, ['J'] = 1, ['K'] = 1, ['L'] = 1, ['M'] = 1, ['N'] = 1,
    ['O'] = 1, ['P'] = 1, ['Q'] = 1, ['R'] = 1, ['S'] = 1, ['T'] = 1, ['U'] = 1, ['V'] = 1,
    ['W'] = 1, ['X'] = 1, ['Y'] = 1, ['Z'] = 1, ['0'] = 1, ['1'] = 1, ['2'] = 1, ['3'] = 1,
    ['4'] = 1, ['5'] = 1, ['6'] = 1, ['7'] = 1, ['8'] = 1, ['9'] = 1, ['_'] = 1, [':'] = 1,
};

static bool is_same_name(const struct page *p, const char *text, size_t len)
{
    size_t n = p->name_len;

    return n > 0 && len > n && memcmp(text, p->name, n) == 0 && !name_bytes[(unsigned char)text[n]];
}

/* Whose line it is: a page lists all series of a metric one after the other. */
static bool take_name(struct page *p, const char *text, size_t len)
{
    size_t n = 0;

    if (is_same_name(p, text, len))
        return true;
    while (n < len && name_bytes[(unsigned char)text[n]])
        n++;
    p->name_len = 0;
    p->next_block = p->first_block;
    if (n == 0 || n == len || n >= sizeof p->name)
        return false;
    memcpy(p->name, text, n);
    p->name_len = n;
    p->rule = metric_map_find(p->map, text, n);
    return true;
}

/* Nobody wants its value, but whether it is one tells whether this is a metric page. */
static bool looks_right(const char *text, size_t len, size_t name_len)
{
    unsigned char last = (unsigned char)text[len - 1];

    return (text[name_len] == '{' || text[name_len] == ' ' || text[name_len] == '\t') &&
           (name_bytes[last] || last == '}' || last == ' ' || last == '.' || last == '\t');
}

enum rc page_line(struct page *p, const char *text, size_t len, wall_ms at, struct err *e)
{
    enum rc rc;

    p->line++;
    if (len == 0 || p->html)
        return RC_OK;
    if (text[0] == '#') {
        p->ended = p->ended || (len >= 5 && memcmp(text, "# EOF", 5) == 0);
        return RC_OK;
    }
    if (text[0] == '<' && p->known == 0) {
        p->html = true;
        return wrong(p, e, RC_SYNTAX, S_("this is a web page, not metrics"));
    }
    if (!take_name(p, text, len))
        return read_whole(p, text, len, at, e);
    if (p->rule == NULL && looks_right(text, len, p->name_len))
        return RC_OK;
    if (p->rule != NULL && read_known(p, text, len, at, &rc, e))
        return rc;
    return read_whole(p, text, len, at, e);
}
