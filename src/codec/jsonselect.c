/* SPDX-License-Identifier: MIT
 * jsonselect.c - finds the wanted top-level members of an object, guessing from earlier objects.
 *
 * A gap is the text from the end of one value to the start of the next: `,\n   "user_name": `. The
 * table holds the gaps in the order in which they were met. Members that only some elements have
 * (job_resources of running jobs) make the guess slip by one or two, so a few entries ahead are
 * tried as well.
 *
 * Before that the text is compared with an element that was kept whole: of a hundred members some thirty differ between
 * two jobs, and a member that ends before the first differing byte ends here where it ended there. */
#include "codec/jsonselect.h"

#include "base/buf.h"
#include "base/sentence.h"
#include "base/xmem.h"
#include "codec/jsonscan.h"
#include "codec/jsontext.h"
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#define GAPS_MAX 512
#define MEMBERS_MAX 512
#define KEEP_FOR 8           /* elements */
#define LAST_MAX (64 * 1024) /* of a longer element nothing is kept */
#define GAP_LEN_MAX 128
#define ESCAPED_KEY_MAX 768 /* six bytes a character */
#define POOL_SIZE (32 * 1024)
#define LOOK_AHEAD 4
#define UNWANTED UINT16_MAX

struct gap {
    uint16_t at, len; /* in pool */
    uint16_t wanted;  /* index, or UNWANTED */
    uint16_t
        member; /* where it stood among the members of the newest element that had it: a guess */
};

/* Of one element: offsets in its text. */
struct member {
    uint32_t gap, value, end;
    uint16_t wanted;
    uint16_t next_gap; /* in the table, behind its own: a guess */
};

struct members {
    size_t count, cap; /* count: 0 also when there were too many */
    struct member *m;
};

struct jsonselect {
    const char *const *wanted;
    size_t count;
    size_t next;                           /* the gap expected now */
    bool keeping;                          /* this element */
    unsigned kept_for;                     /* elements that were compared with last */
    size_t expected;                       /* of last's members */
    size_t values_read;                    /* of the newest element; the others were passed over */
    struct members tables[2], *last, *now; /* of the kept element; of one that will be */
    struct buf last_text;
    size_t gap_count, gap_cap, pool_used, pool_cap;
    struct gap *
        gaps; /* as many as there were: a source has several selectors, and there may be fifty sources */
    char *pool;
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
    s->gaps = xgrow(s->gaps, &s->gap_cap, s->gap_count + 1, sizeof s->gaps[0]);
    s->pool = xgrow(s->pool, &s->pool_cap, s->pool_used + len, 1);
    memmove(s->gaps + s->next + 1, s->gaps + s->next, (s->gap_count - s->next) * sizeof s->gaps[0]);
    s->gaps[s->next++] =
        (struct gap){(uint16_t)s->pool_used, (uint16_t)len, wanted, (uint16_t)(s->expected - 1)};
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

/* --- against the kept element ---------------------------------------------------------------- */

/* Number of bytes that are equal at the start of both. */
static size_t common(const char *a, const char *b, size_t n)
{
    size_t i = 0;
#if defined(__SSE2__)
    for (; i + 16 <= n; i += 16) {
        __m128i x = _mm_loadu_si128((const __m128i *)(const void *)(a + i));
        __m128i y = _mm_loadu_si128((const __m128i *)(const void *)(b + i));
        unsigned same = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(x, y));
        if (same != 0xffff)
            return i + (size_t)__builtin_ctz(~same);
    }
#endif
    while (i < n && a[i] == b[i])
        i++;
    return i;
}

static void note_member(struct jsonselect *s, const struct member *m, uint32_t shift)
{
    struct members *now = s->now;

    if (m->next_gap > 0)
        s->gaps[m->next_gap - 1].member = (uint16_t)now->count;
    if (now->count < MEMBERS_MAX) {
        now->m = xgrow(now->m, &now->cap, now->count + 1, sizeof now->m[0]);
        now->m[now->count] = (struct member){m->gap + shift, m->value + shift, m->end + shift,
                                             m->wanted, m->next_gap};
    }
    now->count++;
}

static struct json_span span_of(const char *begin, const char *end)
{
    return (struct json_span){begin, (size_t)(end - begin)};
}

static void expect_behind(struct jsonselect *s, const struct member *m)
{
    s->expected = (size_t)(m - s->last->m) + 1;
    s->next = m->next_gap < s->gap_count ? m->next_gap : s->gap_count;
}

/* Passes over the members that stand here as they stood in the kept element. The byte behind a member must be the same
 * too: a number goes on until something else follows. Of the first one that differs, *named is told when all before its
 * value is the same, and the cursor stands at that value then, *gap where it begins. False if nothing was the same. */
static bool repeat_members(struct jsonselect *s, struct cursor *c, struct json_span *spans,
                           const struct member **named, const char **gap)
{
    const struct member *first = &s->last->m[s->expected], *m = first,
                        *end = s->last->m + s->last->count;
    size_t left = (size_t)(c->end - c->p), had = s->last_text.len - first->gap;
    size_t same = common(c->p, s->last_text.data + first->gap, left < had ? left : had);
    const char *from = c->p - first->gap; /* where the kept text would begin */

    for (; m < end && m->end - first->gap < same; m++) {
        if (m->wanted != UNWANTED)
            spans[m->wanted] = span_of(from + m->value, from + m->end);
        if (s->keeping)
            note_member(s, m, (uint32_t)(from - c->start));
    }
    if (m > first) {
        c->p = from + m[-1].end;
        expect_behind(s, m - 1);
    }
    if (m < end && m->value - first->gap <= same) {
        c->p = skip_space(from + m->value, c->end);
        expect_behind(s, m);
        *named = m;
        *gap = from + m->gap;
    }
    return m > first || *named;
}

/* The value at the cursor, of a member whose gap began there. */
static enum rc read_value(struct jsonselect *s, struct cursor *c, struct json_span *spans,
                          const char *gap, uint16_t wanted)
{
    const char *value = c->p;
    enum rc rc = skip_value(c);

    if (rc != RC_OK)
        return rc;
    s->values_read++;
    if (wanted != UNWANTED)
        spans[wanted] = span_of(value, c->p);
    struct member m = {(uint32_t)(gap - c->start), (uint32_t)(value - c->start),
                       (uint32_t)(c->p - c->start), wanted, (uint16_t)s->next};
    if (s->keeping)
        note_member(s, &m, 0);
    return RC_OK;
}

/* One member, or as many as are passed over at once. */
static enum rc read_members(struct jsonselect *s, struct cursor *c, struct json_span *spans)
{
    const struct member *named = NULL;
    const char *gap = c->p;
    uint16_t wanted = UNWANTED;

    if (s->expected < s->last->count && repeat_members(s, c, spans, &named, &gap)) {
        if (!named)
            return RC_OK;
        return read_value(s, c, spans, gap, named->wanted);
    }
    enum rc rc = next_value(s, c, &wanted);
    if (rc != RC_OK)
        return rc;
    s->expected = s->next > 0 ? s->gaps[s->next - 1].member + 1u : s->expected + 1;
    return read_value(s, c, spans, gap, wanted);
}

static enum rc members(struct jsonselect *s, struct cursor *c, struct json_span *spans)
{
    do {
        enum rc rc = read_members(s, c, spans);
        if (rc != RC_OK)
            return rc;
        c->p = skip_space(c->p, c->end);
        if (c->p == c->end)
            return syntax(c, "an object without end");
    } while (*c->p == ',');
    return *c->p++ == '}' ? RC_OK : syntax(c, "expected ',' or '}'");
}

/* What was read becomes what the next ones are compared with. */
static void keep_element(struct jsonselect *s, const char *text, size_t len, bool whole)
{
    struct members *old = s->last;

    s->last = s->now;
    s->now = old;
    s->kept_for = 0;
    buf_reset(&s->last_text);
    if (!whole || s->last->count > MEMBERS_MAX || buf_add(&s->last_text, text, len) != RC_OK)
        s->last->count = 0;
}

static bool is_empty_object(struct cursor *c)
{
    const char *p = skip_space(c->p + 1, c->end);
    if (p == c->end || *p != '}')
        return false;
    c->p = p + 1;
    return true;
}

static enum rc run(struct jsonselect *s, struct cursor *c, struct json_span *spans)
{
    enum rc rc = RC_OK;

    if (c->end - c->p >= 3 && memcmp(c->p, "\xef\xbb\xbf", 3) == 0)
        c->p += 3;
    c->p = skip_space(c->p, c->end);
    if (c->p == c->end)
        return syntax(c, "nothing there");
    if (*c->p != '{')
        return err_set(c->err, RC_SCHEMA, "element", S_("expected an object"));
    if (!is_empty_object(c))
        rc = members(s, c, spans);
    if (rc != RC_OK)
        return rc;
    c->p = skip_space(c->p, c->end);
    return c->p == c->end ? RC_OK : syntax(c, "text behind the end");
}

enum rc jsonselect_run(struct jsonselect *s, const char *text, size_t len, struct json_span *spans,
                       struct err *e)
{
    struct cursor c = {text, text, text + len, e};

    memset(spans, 0, s->count * sizeof *spans);
    /* Neighbours are alike, but to keep one takes as long as it saves with the next. */
    s->keeping =
        len <= LAST_MAX && (++s->kept_for == KEEP_FOR || 2 * s->values_read > s->last->count);
    s->next = s->expected = s->values_read = s->now->count = 0;
    enum rc rc = run(s, &c, spans);
    if (s->keeping)
        keep_element(s, text, len, rc == RC_OK);
    return rc;
}

struct jsonselect *jsonselect_new(const char *const *wanted, size_t count)
{
    struct jsonselect *s = xcalloc(1, sizeof *s + count * sizeof s->wanted_len[0]);
    s->wanted = wanted;
    s->count = count;
    s->last = &s->tables[0];
    s->now = &s->tables[1];
    buf_init(&s->last_text, LAST_MAX);
    for (size_t i = 0; i < count; i++)
        s->wanted_len[i] = strlen(wanted[i]);
    return s;
}

void jsonselect_free(struct jsonselect *s)
{
    if (!s)
        return;
    buf_fini(&s->last_text);
    for (size_t i = 0; i < 2; i++)
        free(s->tables[i].m);
    free(s->gaps);
    free(s->pool);
    free(s);
}
