/* SPDX-License-Identifier: MIT
 * jsonselect.c - finds the wanted top-level members of an object, guessing from earlier objects.
 *
 * A gap is the text from the end of one value to the start of the next: `,\n   "user_name": `. The
 * table holds the gaps in the order in which they were met. Members that only some elements have
 * (job_resources of running jobs) make the guess slip by one or two, so a few entries ahead are
 * tried as well. */
#include "codec/jsonselect.h"

#include "base/xmem.h"
#include "codec/jsonscan.h"
#include "codec/jsontext.h"
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GAPS_MAX 512
#define GAP_LEN_MAX 128
#define ESCAPED_KEY_MAX 768 /* six bytes a character */
#define POOL_SIZE (32 * 1024)
#define LOOK_AHEAD 4
#define UNWANTED UINT16_MAX

struct gap {
    uint16_t at, len; /* in pool */
    uint16_t wanted;  /* index, or UNWANTED */
};

struct jsonselect {
    const char *const *wanted;
    size_t count;
    size_t next; /* the gap expected now */
    size_t gap_count, pool_used;
    struct gap gaps[GAPS_MAX];
    char pool[POOL_SIZE];
    size_t wanted_len[];
};

struct cursor {
    const char *start, *p, *end;
    struct err *err;
};

static enum rc syntax(const struct cursor *c, const char *what)
{
    char where[48];
    snprintf(where, sizeof where, "byte %zu of an element", (size_t)(c->p - c->start));
    return err_set(c->err, RC_SYNTAX, where, "%s", what);
}

static const char *skip_space(const char *p, const char *end)
{
    while (p < end && (unsigned char)*p <= ' ')
        p++;
    return p;
}

static uint16_t lookup(const struct jsonselect *s, const char *key, size_t len)
{
    for (size_t i = 0; i < s->count; i++)
        if (s->wanted_len[i] == len && memcmp(s->wanted[i], key, len) == 0)
            return (uint16_t)i;
    return UNWANTED;
}

static uint16_t lookup_escaped(const struct jsonselect *s, const char *key, size_t len)
{
    char plain[ESCAPED_KEY_MAX];
    if (len > sizeof plain)
        return UNWANTED;
    memcpy(plain, key, len);
    return lookup(s, plain, jsontext_unescape(plain, len));
}

/* The table's text at the cursor: the same text meant the same before. */
static bool gap_matches(const struct jsonselect *s, const struct gap *g, const char *p, size_t left)
{
    return g->len <= left && memcmp(s->pool + g->at, p, g->len) == 0;
}

static void learn(struct jsonselect *s, const char *text, size_t len, uint16_t wanted)
{
    if (len > GAP_LEN_MAX)
        return;
    for (size_t i = 0; i < s->gap_count; i++) {
        if (s->gaps[i].len == len && memcmp(s->pool + s->gaps[i].at, text, len) == 0) {
            s->next = i + 1;
            return;
        }
    }
    if (s->gap_count == GAPS_MAX || len > POOL_SIZE - s->pool_used)
        s->gap_count = s->pool_used = s->next = 0;
    memmove(s->gaps + s->next + 1, s->gaps + s->next, (s->gap_count - s->next) * sizeof s->gaps[0]);
    s->gaps[s->next++] = (struct gap){(uint16_t)s->pool_used, (uint16_t)len, wanted};
    memcpy(s->pool + s->pool_used, text, len);
    s->pool_used += len;
    s->gap_count++;
}

/* Read `{ "key" :` or `, "key" :` the slow way. */
static enum rc read_gap(struct jsonselect *s, struct cursor *c, uint16_t *wanted)
{
    const char *gap = c->p, *key;
    struct jsonscan scan = {.in_string = true};
    c->p = skip_space(c->p + 1, c->end);
    if (c->p == c->end || *c->p != '"')
        return syntax(c, "expected a key");
    key = ++c->p;
    c->p += jsonscan_string(&scan, c->p, (size_t)(c->end - c->p));
    if (scan.in_string)
        return syntax(c, "a key without end");
    size_t len = (size_t)(c->p - key) - 1;
    *wanted = memchr(key, '\\', len) ? lookup_escaped(s, key, len) : lookup(s, key, len);
    c->p = skip_space(c->p, c->end);
    if (c->p == c->end || *c->p != ':')
        return syntax(c, "expected ':'");
    c->p = skip_space(c->p + 1, c->end);
    learn(s, gap, (size_t)(c->p - gap), *wanted);
    return RC_OK;
}

/* From a `{` or `,` to the value behind it. */
static enum rc next_value(struct jsonselect *s, struct cursor *c, uint16_t *wanted)
{
    size_t left = (size_t)(c->end - c->p);
    size_t last = s->next + LOOK_AHEAD < s->gap_count ? s->next + LOOK_AHEAD : s->gap_count;
    for (size_t i = s->next; i < last; i++) {
        const struct gap *g = &s->gaps[i];
        if (gap_matches(s, g, c->p, left)) {
            s->next = i + 1;
            *wanted = g->wanted;
            c->p = skip_space(c->p + g->len, c->end);
            return RC_OK;
        }
    }
    return read_gap(s, c, wanted);
}

static enum rc skip_value(struct cursor *c)
{
    size_t left = (size_t)(c->end - c->p);
    struct jsonscan scan = {.limit = UINT64_MAX};
    if (left == 0)
        return syntax(c, "expected a value");
    if (*c->p == '"') {
        scan.in_string = true;
        c->p += 1 + jsonscan_string(&scan, c->p + 1, left - 1);
        return scan.in_string ? syntax(c, "a string without end") : RC_OK;
    }
    if (*c->p == '{' || *c->p == '[') {
        c->p += jsonscan_nested(&scan, c->p, left);
        return scan.depth ? syntax(c, "a bracket without end") : RC_OK;
    }
    size_t n = jsonscan_scalar(c->p, left);
    c->p += n;
    return n == 0 ? syntax(c, "expected a value") : RC_OK;
}

static enum rc members(struct jsonselect *s, struct cursor *c, struct json_span *spans)
{
    do {
        uint16_t wanted = UNWANTED;
        enum rc rc = next_value(s, c, &wanted);
        const char *value = c->p;
        if (rc == RC_OK)
            rc = skip_value(c);
        if (rc != RC_OK)
            return rc;
        if (wanted != UNWANTED)
            spans[wanted] = (struct json_span){value, (size_t)(c->p - value)};
        c->p = skip_space(c->p, c->end);
        if (c->p == c->end)
            return syntax(c, "an object without end");
    } while (*c->p == ',');
    return *c->p++ == '}' ? RC_OK : syntax(c, "expected ',' or '}'");
}

static bool is_empty_object(struct cursor *c)
{
    const char *p = skip_space(c->p + 1, c->end);
    if (p == c->end || *p != '}')
        return false;
    c->p = p + 1;
    return true;
}

enum rc jsonselect_run(struct jsonselect *s, const char *text, size_t len, struct json_span *spans,
                       struct err *e)
{
    struct cursor c = {text, skip_space(text, text + len), text + len, e};
    memset(spans, 0, s->count * sizeof *spans);
    s->next = 0;
    if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
        c.p = skip_space(text + 3, c.end);
    if (c.p == c.end)
        return syntax(&c, "nothing there");
    if (*c.p != '{')
        return err_set(e, RC_SCHEMA, "element", "expected an object");
    if (!is_empty_object(&c)) {
        enum rc rc = members(s, &c, spans);
        if (rc != RC_OK)
            return rc;
    }
    c.p = skip_space(c.p, c.end);
    return c.p == c.end ? RC_OK : syntax(&c, "text behind the end");
}

struct jsonselect *jsonselect_new(const char *const *wanted, size_t count)
{
    struct jsonselect *s = xcalloc(1, sizeof *s + count * sizeof s->wanted_len[0]);
    s->wanted = wanted;
    s->count = count;
    for (size_t i = 0; i < count; i++)
        s->wanted_len[i] = strlen(wanted[i]);
    return s;
}

void jsonselect_free(struct jsonselect *s)
{
    free(s);
}
