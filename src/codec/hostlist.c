/* SPDX-License-Identifier: MIT
 * hostlist.c - reading folded host sets.
 *
 * A text is checked as a whole first, so nobody acts on the first half of a broken list. Then it
 * is expanded name by name into a buffer on the stack, or matched against a name as a small
 * automaton, so that asking whether a host is in [0-999999999] costs nothing. */
#include "codec/hostlist.h"
#include "base/sentence.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define HOST_MAX 255   /* bytes of one name */
#define BRACKETS_MAX 5 /* in one name; Slurm's own limit */
#define DIGITS_MAX 18
#define DEFAULT_MAX 1048576

struct range {
    uint64_t lo, hi;
    int width;  /* of lo: numbers are padded to it */
    int widest; /* how wide they can become */
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_name(char c)
{
    return (unsigned char)c > ' ' && c != 0x7f && c != ',' && c != '[' && c != ']';
}

static const char *parse_number(const char *p, uint64_t *v, int *width)
{
    *v = 0;
    for (*width = 0; is_digit(*p) && *width < DIGITS_MAX; p++, ++*width)
        *v = *v * 10 + (uint64_t)(*p - '0');
    return *width > 0 && !is_digit(*p) ? p : NULL;
}

/* One "8" or "001-016"; behind it is a comma or the bracket's end. NULL if not. */
static const char *parse_range(const char *p, struct range *r)
{
    int width = 0;
    p = parse_number(p, &r->lo, &r->width);
    r->hi = r->lo;
    if (p && *p == '-')
        p = parse_number(p + 1, &r->hi, &width);
    r->widest = width > r->width ? width : r->width;
    return p && r->lo <= r->hi && (*p == ',' || *p == ']') ? p : NULL;
}

/* Behind the commas and blanks before the next name. */
static const char *next_item(const char *p)
{
    while (*p == ',' || is_blank(*p))
        p++;
    return p;
}

/* What Slurm prints for "none". */
static const char *list_start(const char *text)
{
    return strcmp(text, "(null)") == 0 ? "" : next_item(text);
}

/* --- checking and counting -------------------------------------------------------------------- */

static uint64_t mul_saturated(uint64_t a, uint64_t b)
{
    uint64_t r;
    return __builtin_mul_overflow(a, b, &r) ? UINT64_MAX : r;
}

static uint64_t add_saturated(uint64_t a, uint64_t b)
{
    return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

/* p is behind '['. Hosts it stands for in *count, widest number in *width. */
static const char *check_bracket(const char *p, uint64_t *count, size_t *width)
{
    struct range r;
    *count = 0;
    *width = 0;
    for (;;) {
        const char *end = parse_range(p, &r);
        if (!end)
            return NULL;
        *width = (size_t)r.widest > *width ? (size_t)r.widest : *width;
        *count = add_saturated(*count, r.hi - r.lo + 1);
        if (*end == ']')
            return end + 1;
        p = end + 1;
    }
}

/* One name. Returns its end, or NULL with *p at the fault. */
static const char *check_item(const char **p, uint64_t *count)
{
    size_t len = 0, width;
    int brackets = 0;
    const char *q = *p;
    for (*count = 1; is_name(*q) || *q == '['; *p = q) {
        uint64_t n;
        if (*q != '[') {
            q++;
            len++;
        } else if (++brackets > BRACKETS_MAX || !(q = check_bracket(q + 1, &n, &width))) {
            return NULL;
        } else {
            *count = mul_saturated(*count, n);
            len += width;
        }
        if (len > HOST_MAX)
            return NULL;
    }
    while (is_blank(*q))
        q++;
    return *q == ',' || *q == 0 ? q : NULL;
}

static enum rc check(const char *text, uint64_t *count, struct err *e)
{
    uint64_t n;
    *count = 0;
    for (const char *p = list_start(text); *p; p = next_item(p)) {
        const char *at = p;
        p = check_item(&at, &n);
        if (!p) {
            char where[48];
            snprintf(where, sizeof where, "character %zu", (size_t)(at - text) + 1);
            return err_set(e, RC_SYNTAX, where, S_("not a host list, from \"%.40s\""), at);
        }
        *count = add_saturated(*count, n);
    }
    return RC_OK;
}

size_t hostlist_count(const char *text)
{
    uint64_t n;
    if (check(text, &n, NULL) != RC_OK)
        return 0;
    return n > SIZE_MAX ? SIZE_MAX : (size_t)n;
}

/* --- expanding -------------------------------------------------------------------------------- */

struct expansion {
    bool (*visit)(void *arg, const char *host, size_t len);
    void *arg;
    size_t left;
    bool limited, stopped;
    char host[HOST_MAX + 1];
};

static void emit(struct expansion *x, size_t len)
{
    if (x->left == 0) {
        x->limited = x->stopped = true;
        return;
    }
    x->left--;
    x->host[len] = 0;
    x->stopped = !x->visit(x->arg, x->host, len);
}

/* Every way to go on from p with x->host[0..len) already written. Recursion is as deep as the name
 * has brackets; the text has been checked, so everything fits. */
static void expand(struct expansion *x, const char *p, size_t len)
{
    struct range r;
    for (; is_name(*p); p++)
        x->host[len++] = *p;
    if (*p != '[') {
        emit(x, len);
        return;
    }
    const char *behind = strchr(p, ']') + 1;
    const char *end;
    for (p++; p < behind && !x->stopped && (end = parse_range(p, &r)); p = end + 1) {
        for (uint64_t v = r.lo; v <= r.hi && !x->stopped; v++) {
            int n = snprintf(x->host + len, sizeof x->host - len, "%0*llu", r.width,
                             (unsigned long long)v);
            expand(x, behind, len + (size_t)n);
        }
    }
}

static const char *item_end(const char *p)
{
    for (bool inside = false; *p && (inside || *p != ','); p++)
        inside = *p == '[' || (inside && *p != ']');
    return p;
}

enum rc hostlist_each(const char *text, size_t max,
                      bool (*visit)(void *arg, const char *host, size_t len), void *arg,
                      struct err *e)
{
    struct expansion x = {.visit = visit, .arg = arg, .left = max ? max : DEFAULT_MAX};
    uint64_t total;
    enum rc rc = check(text, &total, e);
    if (rc != RC_OK)
        return rc;
    for (const char *p = list_start(text); *p && !x.stopped; p = next_item(item_end(p)))
        expand(&x, p, 0);
    if (x.limited)
        return err_set(e, RC_LIMIT, "host list", S_("more than %zu hosts"),
                       max ? max : (size_t)DEFAULT_MAX);
    return RC_OK;
}

/* --- matching --------------------------------------------------------------------------------- */

/* Positions of the host that a pattern read so far can have reached. */
struct reach {
    bool at[HOST_MAX + 1];
};

static void match_range(const struct range *r, const char *host, size_t from, struct reach *to)
{
    uint64_t v = 0;
    for (int n = 1; n <= DIGITS_MAX && is_digit(host[from + (size_t)n - 1]); n++) {
        v = v * 10 + (uint64_t)(host[from + (size_t)n - 1] - '0');
        bool padded = host[from] == '0' && n > 1;
        bool as_printed = n == r->width || (n > r->width && !padded);
        if (as_printed && v >= r->lo && v <= r->hi)
            to->at[from + (size_t)n] = true;
    }
}

static const char *match_bracket(const char *p, const char *host, size_t len, struct reach *now)
{
    struct reach to = {{false}};
    const char *behind = strchr(p, ']') + 1;
    const char *end;
    struct range r;
    for (; p < behind && (end = parse_range(p, &r)); p = end + 1) {
        for (size_t i = 0; i < len; i++)
            if (now->at[i])
                match_range(&r, host, i, &to);
    }
    *now = to;
    return behind;
}

static void match_char(char c, const char *host, size_t len, struct reach *now)
{
    for (size_t i = len + 1; i-- > 0;)
        now->at[i] = i > 0 && now->at[i - 1] && host[i - 1] == c;
}

static bool item_matches(const char *p, const char *host, size_t len)
{
    struct reach now = {{true}};
    while (is_name(*p) || *p == '[') {
        if (*p == '[')
            p = match_bracket(p + 1, host, len, &now);
        else
            match_char(*p++, host, len, &now);
    }
    return now.at[len];
}

bool hostlist_contains(const char *text, const char *host)
{
    size_t len = strlen(host);
    uint64_t total;
    if (len == 0 || len > HOST_MAX || check(text, &total, NULL) != RC_OK)
        return false;
    for (const char *p = list_start(text); *p; p = next_item(item_end(p)))
        if (item_matches(p, host, len))
            return true;
    return false;
}
