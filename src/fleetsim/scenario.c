/* SPDX-License-Identifier: MIT
 * scenario.c - see scenario.h. */
#include "fleetsim/scenario_int.h"
#include "base/columns.h"
#include "base/sentence.h"
#include "base/utf8.h"
#include "base/xmem.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum key_type {
    TEXT,
    ID,    /* a text that can be a part of names and addresses */
    LABEL, /* one that can stand between quotes on a page */
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

static const char first_cells[] = "title center pool model work fault";
static const char *const words_of[] = {
    [WORDS_KIND] = "intelligent super general",
    [WORDS_TENANCY] = "public private dedicated hybrid",
    [WORDS_TIER] = "cloud edge device",
    [WORDS_EXPORTER] = "none dcgm npu node",
    [WORDS_TELEMETRY] = "none exporters prometheus",
    [WORDS_SCOPE] = "job device node drain",
};

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

_Static_assert(ARRAY_LEN(keys) <= 64, "struct sim_named has a bit for each");

#define complain(r, rc, ...) scenario_complain(r, (r)->line, rc, __VA_ARGS__)

/* A value that is not accepted: what is, and then `, not "%.48s"`, for the value. */
#define not_that(r, ...) complain(r, RC_SYNTAX, __VA_ARGS__)

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
    double v;

    if (!take_number(text, &v) || v < k->least || v > k->most ||
        (k->type == COUNT && v != floor(v)))
        return not_that(r, k->name,
                        k->type == COUNT ? S_("a count from %g to %g, not \"%.48s\"")
                                         : S_("a number from %g to %g, not \"%.48s\""),
                        k->least, k->most, text);
    if (k->type == COUNT)
        *(uint32_t *)((char *)row + k->offset) = (uint32_t)v;
    else
        *(double *)((char *)row + k->offset) = v;
    return RC_OK;
}

/* Ids go into configurations, addresses and labels. */
static bool is_id(const char *text)
{
    static const char accepted[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";
    size_t len = strlen(text);

    return len > 0 && len < 32 && strspn(text, accepted) == len && text[0] != '-' && text[0] != '.';
}

static enum rc put_text(const struct reading *r, const struct key *k, void *row, const char *text)
{
    char *to = (char *)row + k->offset;

    if (k->type == ID && !is_id(text))
        return not_that(r, k->name, S_("1 to 31 letters, digits and _ . -, not \"%.48s\""), text);
    if (k->type == LABEL && strpbrk(text, "\"\\"))
        return not_that(r, k->name, S_("a text without \" and \\, not \"%.48s\""), text);
    if (strlen(text) < (size_t)k->least || strlen(text) > (size_t)k->most)
        return not_that(r, k->name, S_("a text of %.0f to %.0f bytes, not \"%.48s\""), k->least,
                        k->most, text);
    snprintf(to, k->size, "%s", text);
    return RC_OK;
}

static enum rc put_word(const struct reading *r, const struct key *k, void *row, const char *text)
{
    int n = word_number(words_of[k->type], text);

    if (n < 0)
        return not_that(r, k->name, S_("one of: %s, not \"%.48s\""), words_of[k->type], text);
    if (k->type >= WORDS_EXPORTER)
        *(uint32_t *)((char *)row + k->offset) = (uint32_t)n;
    else
        snprintf((char *)row + k->offset, k->size, "%s", text);
    return RC_OK;
}

static enum rc put_sizes(const struct reading *r, const struct key *k, void *row, const char *text)
{
    struct sim_work *w = row;
    const char *all = text;

    for (w->size_count = 0; *text; text += *text == ',') {
        char *end;
        double v = strtod(text, &end);
        if (end == text || (*end && *end != ',') || v < k->least || v > k->most || v != floor(v) ||
            w->size_count == SCENARIO_SIZES)
            return not_that(r, k->name,
                            S_("at most 12 counts from 1 with commas between them, not \"%.48s\""),
                            all);
        w->sizes[w->size_count++] = (uint32_t)v;
        text = end;
    }
    return RC_OK;
}

static enum rc put_value(const struct reading *r, const struct key *k, void *row, const char *text)
{
    switch (k->type) {
    case TEXT:
    case ID:
    case LABEL:
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

/* "no name=value of a pool, which are: prefix first ..." */
static enum rc unknown_key(const struct reading *r, enum keyword word, const char *cell)
{
    char names[160], found[48];
    int n = 0;

    for (size_t i = 0; i < ARRAY_LEN(keys) && n < (int)sizeof(names) - 1; i++)
        if (keys[i].keyword == word)
            n += snprintf(names + n, sizeof(names) - (size_t)n, " %s", keys[i].name);
    snprintf(found, sizeof(found), "%.47s", cell);
    return complain(r, RC_SYNTAX, found, S_("no name=value of a %s; there are:%s"),
                    scenario_keywords[word], names);
}

/* name=value cells after keyword and id. */
static enum rc read_cells(const struct reading *r, enum keyword word, const struct columns_line *l,
                          void *row, struct sim_named *named)
{
    enum rc rc = RC_OK;

    named->line = r->line;
    for (int i = 2; i < l->count && rc == RC_OK; i++) {
        size_t len = strcspn(l->cell[i], "=");
        const struct key *k = find_key(word, l->cell[i], len);
        if (!k || l->cell[i][len] != '=')
            return unknown_key(r, word, l->cell[i]);
        uint64_t bit = UINT64_C(1) << (k - keys);
        if (named->given & bit)
            return complain(r, RC_SYNTAX, k->name, S_("it stands twice in this line"));
        named->given |= bit;
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

static const size_t named_at[KEYWORDS] = {
    [KEYWORD_center] = offsetof(struct sim_center, named),
    [KEYWORD_pool] = offsetof(struct sim_pool, named),
    [KEYWORD_model] = offsetof(struct sim_model, named),
    [KEYWORD_work] = offsetof(struct sim_work, named),
    [KEYWORD_fault] = offsetof(struct sim_fault, named),
};

static enum rc read_title(const struct reading *r, const struct columns_line *l)
{
    if (l->count != 2 || strlen(l->cell[1]) >= sizeof(r->s->title))
        return complain(r, RC_SYNTAX, "title", S_("one text of at most 95 bytes must follow"));
    snprintf(r->s->title, sizeof(r->s->title), "%s", l->cell[1]);
    return RC_OK;
}

static enum rc read_line(const struct reading *r, const struct columns_line *l)
{
    int word = -1;

    if (l->too_long)
        return complain(r, RC_LIMIT, l->cell[0],
                        S_("the line is longer than 511 bytes or 16 cells"));
    if (strcmp(l->cell[0], "title") == 0)
        return read_title(r, l);
    for (int i = 0; i < KEYWORDS; i++)
        if (strcmp(l->cell[0], scenario_keywords[i]) == 0)
            word = i;
    if (word < 0)
        return not_that(r, S_("the first cell"), S_("one of: %s, not \"%.48s\""), first_cells,
                        l->cell[0]);
    if (l->count < 2 || l->cell[1][0] == '\0')
        return complain(r, RC_SYNTAX, l->cell[0],
                        S_("an id of 1 to 31 letters, digits and _ . - must follow"));
    if (!is_id(l->cell[1]))
        return not_that(r, l->cell[0],
                        S_("an id of 1 to 31 letters, digits and _ . - must follow, not \"%.48s\""),
                        l->cell[1]);
    char *row = new_row(r->s, (enum keyword)word);
    if (!row)
        return complain(r, RC_SCHEMA, "pool", S_("there is no center line above it"));
    snprintf(row, 32, "%s", l->cell[1]); /* every row begins with its id */
    return read_cells(r, (enum keyword)word, l, row, (struct sim_named *)(row + named_at[word]));
}

/* Bytes that are no text would end up in configurations and on screens. */
static enum rc check_text(const struct reading *r, const char *text)
{
    struct reading at = {r->s, r->file, 1, r->e};
    char found[24];

    for (size_t left = strlen(text), n; left > 0; text += n, left -= n) {
        uint32_t cp;
        n = text_decode(text, left, &cp);
        if (cp == UINT32_MAX || (cp < ' ' && !strchr("\t\r\n", (int)cp)) || cp == 0x7f) {
            snprintf(found, sizeof(found), "byte 0x%02x", (unsigned char)*text);
            return complain(&at, RC_SYNTAX, found,
                            cp == UINT32_MAX ? S_("this is no UTF-8") : S_("this is no text"));
        }
        at.line += cp == '\n';
    }
    return RC_OK;
}

/* ---- the whole ---- */

enum rc scenario_read(const char *text, const char *name, struct scenario *out, struct err *e)
{
    struct reading r = {out, name, 0, e};
    struct columns c = {text, 0};
    struct columns_line line;

    memset(out, 0, sizeof(*out));
    enum rc rc = check_text(&r, text);
    while (rc == RC_OK && columns_next(&c, &line)) {
        r.line = c.line;
        rc = read_line(&r, &line);
    }
    if (rc == RC_OK)
        rc = scenario_check(&r);
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
