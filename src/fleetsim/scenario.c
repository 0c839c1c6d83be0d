/* SPDX-License-Identifier: MIT
 * scenario.c - see scenario.h. */
#include "fleetsim/scenario.h"
#include "base/columns.h"
#include "base/xmem.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum key_type {
    TEXT,
    NUMBER,
    COUNT,
    SIZES,
    WORDS_KIND, /* words are kept as text ... */
    WORDS_TENANCY,
    WORDS_TIER,
    WORDS_EXPORTER, /* ... from here on as their number */
    WORDS_TELEMETRY,
    WORDS_SCOPE
};

static const char *const words_of[] = {
    [WORDS_KIND] = "intelligent super general",
    [WORDS_TENANCY] = "public private dedicated hybrid",
    [WORDS_TIER] = "cloud edge device",
    [WORDS_EXPORTER] = "none dcgm npu node",
    [WORDS_TELEMETRY] = "none exporters prometheus",
    [WORDS_SCOPE] = "job device node drain",
};

enum keyword { KEYWORD_center, KEYWORD_pool, KEYWORD_model, KEYWORD_work, KEYWORD_fault, KEYWORDS };

struct key {
    enum keyword keyword;
    const char *name;
    enum key_type type;
    size_t offset, size;
    double least, most;
};

static const struct key keys[] = {
#define KEY(word, member, name, type, least, most, help)                                           \
    {KEYWORD_##word,                                                                               \
     name,                                                                                         \
     type,                                                                                         \
     offsetof(struct sim_##word, member),                                                          \
     sizeof(((struct sim_##word *)NULL)->member),                                                  \
     least,                                                                                        \
     most},
#include "fleetsim/scenario_keys.def"
};

static const char *const keyword_names[KEYWORDS] = {"center", "pool", "model", "work", "fault"};

struct reading {
    struct scenario *s;
    const char *file;
    unsigned line;
    struct err *e;
};

static enum rc complain(const struct reading *r, enum rc rc, const char *what, const char *text)
{
    char where[96];

    snprintf(where, sizeof(where), "%.80s:%u", r->file, r->line);
    return err_set(r->e, rc, where, "%s: %s", what, text);
}

/* ---- values ---- */

static bool take_number(const char *text, double *out)
{
    static const char letters[] = "kMGTPE";
    char *end;
    double v = strtod(text, &end);
    const char *letter = *end ? strchr(letters, *end) : NULL;

    if (end == text)
        return false;
    if (letter) {
        v *= pow(1000, (double)(letter - letters) + 1);
        end++;
    }
    *out = v;
    return *end == '\0' && isfinite(v);
}

static int word_number(const char *words, const char *word)
{
    size_t len = strlen(word);

    for (int n = 0; *words; n++) {
        size_t l = strcspn(words, " ");
        if (l == len && strncmp(words, word, len) == 0)
            return n;
        words += l + (words[l] == ' ');
    }
    return -1;
}

static enum rc put_number(const struct reading *r, const struct key *k, void *row, const char *text)
{
    char range[64];
    double v;

    if (!take_number(text, &v) || v < k->least || v > k->most ||
        (k->type == COUNT && v != floor(v))) {
        snprintf(range, sizeof(range), "%s from %g to %g",
                 k->type == COUNT ? "a count" : "a number", k->least, k->most);
        return complain(r, RC_SYNTAX, k->name, range);
    }
    if (k->type == COUNT)
        *(uint32_t *)((char *)row + k->offset) = (uint32_t)v;
    else
        *(double *)((char *)row + k->offset) = v;
    return RC_OK;
}

static enum rc put_text(const struct reading *r, const struct key *k, void *row, const char *text)
{
    char *to = (char *)row + k->offset;

    if (strlen(text) < (size_t)k->least || strlen(text) > (size_t)k->most)
        return complain(r, RC_SYNTAX, k->name, "the text is too short or too long");
    snprintf(to, k->size, "%s", text);
    return RC_OK;
}

static enum rc put_word(const struct reading *r, const struct key *k, void *row, const char *text)
{
    int n = word_number(words_of[k->type], text);

    if (n < 0) {
        char accepted[80];
        snprintf(accepted, sizeof(accepted), "one of: %s", words_of[k->type]);
        return complain(r, RC_SYNTAX, k->name, accepted);
    }
    if (k->type >= WORDS_EXPORTER)
        *(uint32_t *)((char *)row + k->offset) = (uint32_t)n;
    else
        snprintf((char *)row + k->offset, k->size, "%s", text);
    return RC_OK;
}

static enum rc put_sizes(const struct reading *r, const struct key *k, void *row, const char *text)
{
    struct sim_work *w = row;

    for (w->size_count = 0; *text; text += *text == ',') {
        char *end;
        double v = strtod(text, &end);
        if (end == text || (*end && *end != ',') || v < k->least || v > k->most || v != floor(v) ||
            w->size_count == SCENARIO_SIZES)
            return complain(r, RC_SYNTAX, k->name, "at most 12 counts with commas between them");
        w->sizes[w->size_count++] = (uint32_t)v;
        text = end;
    }
    return RC_OK;
}

static enum rc put_value(const struct reading *r, const struct key *k, void *row, const char *text)
{
    switch (k->type) {
    case TEXT:
        return put_text(r, k, row, text);
    case NUMBER:
    case COUNT:
        return put_number(r, k, row, text);
    case SIZES:
        return put_sizes(r, k, row, text);
    default:
        return put_word(r, k, row, text);
    }
}

static const struct key *find_key(enum keyword word, const char *cell, size_t len)
{
    for (size_t i = 0; i < ARRAY_LEN(keys); i++)
        if (keys[i].keyword == word && strlen(keys[i].name) == len &&
            strncmp(keys[i].name, cell, len) == 0)
            return &keys[i];
    return NULL;
}

/* name=value cells after keyword and id. */
static enum rc read_cells(const struct reading *r, enum keyword word, const struct columns_line *l,
                          void *row)
{
    enum rc rc = RC_OK;

    for (int i = 2; i < l->count && rc == RC_OK; i++) {
        size_t len = strcspn(l->cell[i], "=");
        const struct key *k = find_key(word, l->cell[i], len);
        if (!k || l->cell[i][len] != '=')
            return complain(r, RC_SYNTAX, l->cell[i], "no name=value that this line knows");
        rc = put_value(r, k, row, l->cell[i] + len + 1);
    }
    return rc;
}

/* ---- lines ---- */

static void *add_row(void **rows, size_t *count, size_t *cap, size_t size)
{
    *rows = xgrow(*rows, cap, *count + 1, size);
    void *row = (char *)*rows + (*count)++ * size;
    memset(row, 0, size);
    return row;
}

#define ADD(of, what)                                                                              \
    add_row((void **)&(of)->what##s, &(of)->what##_count, &(of)->what##_cap, sizeof(*(of)->what##s))

static void *new_center(struct scenario *s)
{
    struct sim_center *c = ADD(s, center);

    c->version = 45;
    c->telemetry = SIM_TELEMETRY_EXPORTERS;
    c->accounting = 1;
    c->load = 0.8;
    c->rate = 4;
    c->inlet_celsius = 22;
    snprintf(c->kind, sizeof(c->kind), "intelligent");
    snprintf(c->tenancy, sizeof(c->tenancy), "public");
    snprintf(c->tier, sizeof(c->tier), "cloud");
    return c;
}

static void *new_pool(struct sim_center *c)
{
    struct sim_pool *p = ADD(c, pool);

    p->first = 1;
    p->digits = 4;
    p->cpus = 64;
    p->memory_bytes = 512e9;
    return p;
}

static void *new_row(struct scenario *s, enum keyword word)
{
    switch (word) {
    case KEYWORD_center:
        return new_center(s);
    case KEYWORD_pool:
        return s->center_count ? new_pool(&s->centers[s->center_count - 1]) : NULL;
    case KEYWORD_model:
        return ADD(s, model);
    case KEYWORD_work:
        return ADD(s, work);
    default:
        return ADD(s, fault);
    }
}

static enum rc read_line(const struct reading *r, const struct columns_line *l)
{
    int word = -1;

    if (strcmp(l->cell[0], "title") == 0 && l->count == 2) {
        snprintf(r->s->title, sizeof(r->s->title), "%s", l->cell[1]);
        return RC_OK;
    }
    for (int i = 0; i < KEYWORDS; i++)
        if (strcmp(l->cell[0], keyword_names[i]) == 0)
            word = i;
    if (word < 0)
        return complain(r, RC_SYNTAX, l->cell[0], "one of: title center pool model work fault");
    if (l->count < 2 || l->cell[1][0] == '\0' || strlen(l->cell[1]) > 31)
        return complain(r, RC_SYNTAX, l->cell[0], "an id of 1 to 31 bytes must follow");
    if (l->too_long)
        return complain(r, RC_LIMIT, l->cell[0], "the line is too long");
    void *row = new_row(r->s, (enum keyword)word);
    if (!row)
        return complain(r, RC_SCHEMA, "pool", "there is no center line above it");
    snprintf(row, 32, "%s", l->cell[1]); /* every row begins with its id */
    return read_cells(r, (enum keyword)word, l, row);
}

/* ---- the whole ---- */

static enum rc resolve_pool(const struct reading *r, const struct sim_center *c, struct sim_pool *p)
{
    char what[128];

    snprintf(what, sizeof(what), "pool %.40s of center %.31s", p->id, c->id);
    if (p->nodes == 0 || p->prefix[0] == '\0')
        return complain(r, RC_SCHEMA, what, "needs nodes= and prefix=");
    for (p->model = 0; p->devices > 0; p->model++) {
        if (p->model == r->s->model_count)
            return complain(r, RC_SCHEMA, what, "its model= is no model line");
        if (strcmp(r->s->models[p->model].id, p->model_id) == 0)
            break;
    }
    return RC_OK;
}

static enum rc resolve_center(const struct reading *r, struct sim_center *c, uint64_t *nodes)
{
    enum rc rc = RC_OK;

    if (c->pool_count == 0)
        return complain(r, RC_SCHEMA, c->id, "a center without a pool");
    for (size_t i = 0; i < c->pool_count && rc == RC_OK; i++) {
        rc = resolve_pool(r, c, &c->pools[i]);
        *nodes += c->pools[i].nodes;
    }
    return rc;
}

static enum rc check_shares(const struct reading *r)
{
    double share = 0;

    for (size_t i = 0; i < r->s->work_count; i++) {
        const struct sim_work *w = &r->s->works[i];
        share += w->share;
        if (w->size_count == 0 || w->hours <= 0 || w->failed + w->cancelled > 1)
            return complain(r, RC_SCHEMA, w->id,
                            "needs sizes= and hours=, and failed + cancelled of at most 1");
    }
    if (fabs(share - 1) > 0.001)
        return complain(r, RC_SCHEMA, "work", "the shares do not add up to 1");
    return RC_OK;
}

static enum rc resolve(const struct reading *r)
{
    uint64_t nodes = 0;
    enum rc rc = RC_OK;

    if (r->s->center_count == 0 || r->s->center_count > SCENARIO_CENTERS)
        return complain(r, RC_SCHEMA, "centers", "there must be 1 to 200 of them");
    rc = check_shares(r);
    for (size_t i = 0; i < r->s->center_count && rc == RC_OK; i++)
        rc = resolve_center(r, &r->s->centers[i], &nodes);
    if (rc == RC_OK && nodes > SCENARIO_NODES)
        rc = complain(r, RC_LIMIT, "pool", "more than 200000 nodes in all");
    return rc;
}

enum rc scenario_read(const char *text, const char *name, struct scenario *out, struct err *e)
{
    struct reading r = {out, name, 0, e};
    struct columns c = {text, 0};
    struct columns_line line;
    enum rc rc = RC_OK;

    memset(out, 0, sizeof(*out));
    while (rc == RC_OK && columns_next(&c, &line)) {
        r.line = c.line;
        rc = read_line(&r, &line);
    }
    if (rc == RC_OK)
        rc = resolve(&r);
    if (rc != RC_OK)
        scenario_free(out);
    return rc;
}

void scenario_free(struct scenario *s)
{
    for (size_t i = 0; i < s->center_count; i++)
        free(s->centers[i].pools);
    free(s->centers);
    free(s->models);
    free(s->works);
    free(s->faults);
    memset(s, 0, sizeof(*s));
}
