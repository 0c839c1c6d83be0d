/* SPDX-License-Identifier: MIT
 * pages.c - see pages.h. */
#include "collectors/prometheus/pages.h"
#include "base/sentence.h"
#include "base/xmem.h"
#include "collectors/exporter/page_rows.h"
#include "collectors/prometheus/promql.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_MAX = 64 * 1024, LINE_MAX_BYTES = 16 * 1024, INSTANCES_MAX = 50000 };

/* What was scraped at one address, over the rounds. */
struct instance {
    char *key;
    struct page *page; /* of this round, NULL = nothing yet */
    struct memory *memory;
    char host[HOST_MAX];
    char node[HOST_MAX]; /* what its rows were called last */
    bool named;          /* host is a name; else an address */
    double age_ms;
};

struct pages {
    struct metric_map map;
    bool *percent; /* by rule */
    struct memory_maker maker;
    struct page *free; /* pool */
    struct instance *at;
    size_t cap;
    uint32_t count;
    struct map by_key;
    bool whole_names;
    struct buf names, counted, labels, identity, line;
};

/* ---- the map, and what of it goes into a query ---- */

static enum rc read_map(struct pages *ps, const struct source_data *data, struct err *e)
{
    enum rc rc = metric_map_of_source(&ps->map, data, e);

    ps->percent = xcalloc(ps->map.rule_count + 1, sizeof *ps->percent);
    return rc;
}

/* In the list already? between: what separates its words. */
static bool has_word(const struct buf *list, const char *word, size_t len, char between)
{
    for (const char *p = list->data; (p = strstr(p, word)) != NULL; p++)
        if ((p == list->data || p[-1] == between || p[-1] == ' ') &&
            (p[len] == between || p[len] == '\0'))
            return true;
    return false;
}

static void add_label(struct buf *list, const char *name, size_t len)
{
    char word[96], exported[112];

    if (len == 0 || len >= sizeof word)
        return;
    snprintf(word, sizeof word, "%.*s", (int)len, name);
    if (!promql_is_prefix(word) || strchr(word, ':') != NULL)
        return;
    /* What a server calls a label that it has itself, too. */
    snprintf(exported, sizeof exported, "exported_%s", word);
    bool own = strcmp(word, "job") == 0 || strcmp(word, "instance") == 0;
    if (!own && !has_word(list, word, strlen(word), ','))
        (void)buf_addf(list, ", %s", word);
    if (!has_word(list, exported, strlen(exported), ','))
        (void)buf_addf(list, ", %s", exported);
}

static void add_text_label(struct buf *list, const char *name)
{
    if (name != NULL)
        add_label(list, name, strlen(name));
}

static void add_rule_labels(struct pages *ps, const struct map_rule *r)
{
    for (size_t i = 0; i < r->cond_count; i++)
        add_text_label(&ps->labels, r->conds[i].label);
    add_text_label(&ps->labels, r->text);
    add_text_label(&ps->labels, r->number_of);
    add_text_label(&ps->labels, r->newest);
    if (r->flag != NULL && strchr(r->flag, ':') != NULL)
        add_label(&ps->labels, r->flag, strcspn(r->flag, ":"));
}

static void add_section_labels(struct pages *ps, const struct map_section *s)
{
    for (size_t i = 0; i < s->label_count; i++) {
        enum role role = (enum role)s->labels[i].role;
        add_label(&ps->labels, s->labels[i].name, s->labels[i].len);
        if (role == ROLE_KEY || role == ROLE_INDEX || role == ROLE_SLICE || role == ROLE_NODE)
            add_label(&ps->identity, s->labels[i].name, s->labels[i].len);
    }
}

static void add_name(struct buf *list, const struct map_section *s, const struct map_rule *r)
{
    char word[200];

    snprintf(word, sizeof word, "%s%.60s%s%.120s", s->prefix != NULL ? "(" : "",
             s->prefix != NULL ? s->prefix : "", s->prefix != NULL ? ")?" : "", r->name);
    if (!has_word(list, word, strlen(word), '|'))
        (void)buf_addf(list, "%s%s", list->len != 0 ? "|" : "", word);
}

static void make_lists(struct pages *ps)
{
    for (size_t i = 0; i < ps->map.rule_count; i++) {
        const struct map_rule *r = &ps->map.rules[i];
        const struct map_section *s = &ps->map.sections[r->section];
        /* No counters: when a server scraped is not when it is asked, so their rates would be wrong here. */
        if (r->gone || r->of != OF_DEVICE || r->counter || !promql_is_prefix(r->name))
            continue;
        add_name(&ps->names, s, r);
        if (r->field == FIELD_device_temperature_celsius)
            add_name(&ps->counted, s, r);
        add_rule_labels(ps, r);
        add_section_labels(ps, s);
    }
}

const char *pages_names(const struct pages *ps)
{
    return ps->names.data;
}

const char *pages_counted(const struct pages *ps)
{
    return ps->counted.data;
}

const char *pages_labels(const struct pages *ps)
{
    return ps->labels.data;
}

const char *pages_identity(const struct pages *ps)
{
    return ps->identity.data;
}

/* ---- life ---- */

enum rc pages_new(const struct source_conf *conf, bool whole_names, struct pages **out,
                  struct err *e)
{
    struct pages *ps = xcalloc(1, sizeof *ps);
    struct buf *const bufs[] = {&ps->names, &ps->counted, &ps->labels, &ps->identity};

    for (size_t i = 0; i < ARRAY_LEN(bufs); i++)
        buf_init(bufs[i], TEXT_MAX);
    buf_init(&ps->line, LINE_MAX_BYTES);
    ps->whole_names = whole_names;
    enum rc rc = read_map(ps, conf->data, e);
    if (rc != RC_OK) {
        pages_free(ps);
        return rc;
    }
    make_lists(ps);
    *out = ps;
    return RC_OK;
}

static void give_page(struct pages *ps, struct instance *in)
{
    if (in->page == NULL)
        return;
    in->page->next = ps->free;
    ps->free = in->page;
    in->page = NULL;
}

void pages_free(struct pages *ps)
{
    if (ps == NULL)
        return;
    for (uint32_t i = 0; i < ps->count; i++) {
        give_page(ps, &ps->at[i]);
        memory_free(ps->at[i].memory);
        free(ps->at[i].key);
    }
    for (struct page *p = ps->free, *next; p != NULL; p = next) {
        next = p->next;
        page_free(p);
    }
    struct buf *const bufs[] = {&ps->names, &ps->counted, &ps->labels, &ps->identity, &ps->line};
    for (size_t i = 0; i < ARRAY_LEN(bufs); i++)
        buf_fini(bufs[i]);
    metric_map_free(&ps->map);
    memory_maker_free(&ps->maker);
    map_fini(&ps->by_key);
    free(ps->percent);
    free(ps->at);
    free(ps);
}

/* ---- one answer ---- */

void pages_begin(struct pages *ps)
{
    for (uint32_t i = 0; i < ps->count; i++) {
        give_page(ps, &ps->at[i]);
        ps->at[i].age_ms = 0;
    }
}

struct wanted {
    const struct pages *pages;
    const char *key;
};

static bool same_key(const void *arg, uint32_t value)
{
    const struct wanted *w = arg;

    return strcmp(w->pages->at[value].key, w->key) == 0;
}

static struct instance *find_instance(struct pages *ps, const char *key)
{
    struct wanted w = {.pages = ps, .key = key};
    uint32_t at = map_find(&ps->by_key, hash_bytes(2, key, strlen(key)), same_key, &w);

    return at != MAP_NONE ? &ps->at[at] : NULL;
}

static struct instance *instance_of(struct pages *ps, const char *key)
{
    struct instance *in = find_instance(ps, key);

    if (in != NULL || ps->count == INSTANCES_MAX)
        return in;
    ps->at = xgrow(ps->at, &ps->cap, ps->count + 1, sizeof *ps->at);
    in = &ps->at[ps->count];
    *in = (struct instance){.key = xstrdup(key)};
    map_add(&ps->by_key, hash_bytes(2, key, strlen(key)), ps->count++);
    return in;
}

static struct page *page_of(struct pages *ps, struct instance *in)
{
    if (in->page != NULL)
        return in->page;
    in->page = ps->free != NULL ? ps->free : page_new(&ps->map, ps->percent);
    if (in->page == ps->free)
        ps->free = in->page->next;
    page_begin(in->page, in->key);
    in->named = false;
    return in->page;
}

static void add_value(struct buf *line, const char *s)
{
    for (; *s != '\0'; s++) {
        if (*s == '\\' || *s == '"')
            (void)buf_addc(line, '\\');
        if (*s == '\n')
            (void)buf_adds(line, "\\n");
        else
            (void)buf_addc(line, *s);
    }
}

/* As the exporter wrote it: what the server added is left out, what it renamed has its name again. */
static void write_line(struct buf *line, const struct labels *l, double v)
{
    static const char *const own[] = {"__name__", "instance", "job"};
    bool first = true;

    buf_reset(line);
    (void)buf_addf(line, "%s{", label_of(l, "__name__"));
    for (const struct json *m = json_first(l->metric); m != NULL; m = json_next(m)) {
        const char *name = json_key(m);
        bool skip = false;
        for (size_t i = 0; i < ARRAY_LEN(own); i++)
            skip |= strcmp(name, own[i]) == 0;
        if (skip)
            continue;
        if (strncmp(name, "exported_", 9) == 0)
            name += 9;
        (void)buf_addf(line, "%s%s=\"", first ? "" : ",", name);
        add_value(line, json_str(m));
        (void)buf_addc(line, '"');
        first = false;
    }
    (void)buf_addf(line, "} %.17g", v);
}

enum rc pages_sample(struct pages *ps, const struct labels *l, const char *host, const char *which,
                     double v, struct err *e)
{
    const char *name = label_of(l, "__name__"), *key = label_of(l, "instance");

    if (*host == '\0' || metric_map_find(&ps->map, name, strlen(name)) == NULL)
        return RC_OK;
    struct instance *in = instance_of(ps, *key != '\0' ? key : host);
    write_line(&ps->line, l, v);
    if (in == NULL || ps->line.failed)
        return err_set(e, RC_LIMIT, name,
                       S_("has labels that are too long, or there are too many"));
    struct page *page = page_of(ps, in);
    if (!in->named) {
        in->named = strcmp(which, "instance") != 0;
        snprintf(in->host, sizeof in->host, "%s", host);
    }
    return page_line(page, ps->line.data, ps->line.len, 0, e);
}

void pages_age(struct pages *ps, const char *instance, double age_ms)
{
    struct instance *in = find_instance(ps, instance);

    if (in != NULL && age_ms > in->age_ms)
        in->age_ms = age_ms;
}

size_t pages_addresses(const struct pages *ps, const char *node, char out[][HOST_MAX], size_t most)
{
    size_t n = 0;

    for (uint32_t i = 0; i < ps->count && n < most; i++)
        if (strcmp(ps->at[i].node, node) == 0)
            label_host_name(ps->at[i].key, true, out[n++]);
    return n;
}

/* ---- its end ---- */

static uint32_t count_devices(const struct page *p)
{
    uint32_t n = 0;

    for (size_t i = 0; i < p->thing_count; i++)
        n += p->things[i].node != NOTHING && !p->things[i].is_slice && !p->things[i].is_part &&
             !p->things[i].is_absorbed;
    return n;
}

static void write_page(struct pages *ps, struct instance *in, struct delta *d,
                       const struct pages_end *how)
{
    char host[HOST_MAX];

    book_host(how->book, in->host, in->named, host);
    struct rows_env env = {.page = in->page,
                           .maker = &ps->maker,
                           .host = host,
                           .host_len = strlen(host),
                           .names = ps->whole_names ? NAMES_FULL : NAMES_SHORT,
                           .whole = how->covers && how->believed,
                           .now = how->now,
                           .d = d};
    rows_write(&env, &in->memory);
    const char *only = page_only_name(in->page);
    label_host_name(only != NULL ? only : host, ps->whole_names, in->node);
}

static void forget(struct pages *ps, uint32_t at)
{
    struct instance *in = &ps->at[at], *last = &ps->at[ps->count - 1];

    (void)map_del(&ps->by_key, hash_bytes(2, in->key, strlen(in->key)), at);
    memory_free(in->memory);
    free(in->key);
    ps->count--;
    if (in == last)
        return;
    uint64_t hash = hash_bytes(2, last->key, strlen(last->key));
    (void)map_del(&ps->by_key, hash, ps->count);
    *in = *last;
    map_add(&ps->by_key, hash, at);
}

static void remove_things(const struct memory *m, struct delta *d)
{
    char id[MEMORY_ID_MAX + 1];

    for (uint32_t i = 0; m != NULL && i < m->things; i++) {
        memory_id_of(m, &m->thing[i], id);
        delta_remove(d, m->thing[i].is_device ? ENTITY_DEVICE : ENTITY_NODE, id,
                     m->thing[i].id_len);
    }
}

static bool is_silent(const struct book *b, const struct instance *in)
{
    return book_knows_down(b, in->key) || book_knows_down(b, in->host);
}

struct pages_sum pages_end(struct pages *ps, struct delta *d, const struct pages_end *how)
{
    struct pages_sum sum = {0};

    for (uint32_t i = ps->count; i-- > 0;) {
        struct instance *in = &ps->at[i];
        if (in->page != NULL && in->age_ms > how->stale_ms) {
            sum.stale += count_devices(in->page);
        } else if (in->page != NULL) {
            write_page(ps, in, d, how);
            sum.devices += count_devices(in->page);
        } else if (is_silent(how->book, in)) {
            sum.silent++;
        } else if (how->covers && how->believed) {
            remove_things(in->memory, d);
            forget(ps, i);
        }
    }
    return sum;
}
