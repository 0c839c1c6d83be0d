/* SPDX-License-Identifier: MIT
 * hostset.c - see hostset.h. */
#include "model/hostset.h"
#include "model/fold.h"
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { MAX_DIGITS = 18, MAX_BRACKETS = 8, MAX_HOST = 255, MOST_MEETING = 4096 };

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static int digits_at(const char *s)
{
    int n = 0;

    while (n < MAX_DIGITS && is_digit(s[n]))
        n++;
    return n;
}

static uint64_t number_of(const char *s, int digits)
{
    uint64_t v = 0;

    for (int i = 0; i < digits; i++)
        v = v * 10 + (uint64_t)(s[i] - '0');
    return v;
}

/* Would the number be written with exactly so many digits when padded to `width`? */
static bool fits_width(const char *s, int digits, int width)
{
    return digits == width || (digits > width && s[0] != '0');
}

/* One "001-016" or "020" of a bracket at *p, moved past it; false if it is not one. */
static bool in_range(const char **p, const char *s, int digits, bool *inside)
{
    int width = digits_at(*p);
    uint64_t low = number_of(*p, width), high = low, v = number_of(s, digits);

    if (!width)
        return false;
    *p += width;
    if (**p == '-') {
        int n = digits_at(++*p);
        if (!n)
            return false;
        high = number_of(*p, n);
        *p += n;
    }
    if (v >= low && v <= high && fits_width(s, digits, width))
        *inside = true;
    return **p == ',' || **p == ']';
}

/* Is the number s[0..digits) in the bracket whose inside starts at p? *end: behind the ']'. */
static bool in_bracket(const char *p, const char *s, int digits, const char **end)
{
    bool inside = false;

    while (in_range(&p, s, digits, &inside)) {
        if (*p++ == ']') {
            *end = p;
            return inside;
        }
    }
    return false;
}

/* Does one name of the set, up to a comma outside brackets, match the whole host? */
static bool match_name(const char *p, const char *host, int brackets)
{
    while (*p && *p != ',' && *p != '[') {
        if (fold_char(*p++) != fold_char(*host++))
            return false;
    }
    if (*p != '[')
        return *host == '\0';
    if (brackets == MAX_BRACKETS)
        return false;
    /* Digits may follow the bracket, too: try each length. */
    for (int digits = digits_at(host); digits > 0; digits--) {
        const char *end;
        if (in_bracket(p + 1, host, digits, &end) && match_name(end, host + digits, brackets + 1))
            return true;
    }
    return false;
}

static const char *next_name(const char *p)
{
    bool bracket = false;

    for (; *p; p++) {
        if (*p == '[' || *p == ']')
            bracket = *p == '[';
        else if (*p == ',' && !bracket)
            return p + 1;
    }
    return NULL;
}

bool hostset_contains(const char *set, const char *host)
{
    for (const char *p = set; p && *host; p = next_name(p))
        if (match_name(p, host, 0))
            return true;
    return false;
}

/* --- walking ---------------------------------------------------------------------------------- */

struct walk {
    bool (*visit)(void *arg, const char *host, size_t len);
    void *arg;
    unsigned left, visited;
    char host[MAX_HOST + 1];
};

static bool walk_name(struct walk *w, const char *p, size_t len, int brackets);

/* The numbers low..high, then what follows the bracket. */
static bool walk_range(struct walk *w, const char *low, int width, uint64_t high, const char *end,
                       size_t len, int brackets)
{
    for (uint64_t v = number_of(low, width); v <= high; v++) {
        int n =
            snprintf(w->host + len, sizeof w->host - len, "%0*llu", width, (unsigned long long)v);
        if (n < 0 || len + (size_t)n > MAX_HOST ||
            !walk_name(w, end, len + (size_t)n, brackets + 1))
            return false;
    }
    return true;
}

static bool walk_bracket(struct walk *w, const char *p, size_t len, int brackets)
{
    const char *end = strchr(p, ']');

    while (end) {
        const char *low = p;
        int width = digits_at(p), n = width;
        p += width;
        uint64_t high = number_of(low, width);
        if (width && *p == '-') {
            n = digits_at(++p);
            high = number_of(p, n);
            p += n;
        }
        if (!n || (*p != ',' && *p != ']') ||
            !walk_range(w, low, width, high, end + 1, len, brackets))
            return false;
        if (*p++ == ']')
            return true;
    }
    return false;
}

/* From p on, up to a comma outside brackets; host[0..len) stands already. */
static bool walk_name(struct walk *w, const char *p, size_t len, int brackets)
{
    while (*p && *p != ',' && *p != '[') {
        if (len == MAX_HOST)
            return false;
        w->host[len++] = *p++;
    }
    if (*p == '[')
        return brackets < MAX_BRACKETS && walk_bracket(w, p + 1, len, brackets);
    if (!len || !w->left)
        return false;
    w->host[len] = '\0';
    w->left--;
    w->visited++;
    return w->visit(w->arg, w->host, len);
}

unsigned hostset_each(const char *set, unsigned most,
                      bool (*visit)(void *arg, const char *host, size_t len), void *arg)
{
    struct walk w = {.visit = visit, .arg = arg, .left = most};

    for (const char *p = set; p && *p; p = next_name(p))
        if (!walk_name(&w, p, 0, 0))
            break;
    return w.visited;
}

struct meeting {
    const char *other;
    bool met;
};

static bool meet_host(void *arg, const char *host, size_t len)
{
    struct meeting *m = arg;

    (void)len;
    m->met = hostset_contains(m->other, host);
    return !m->met;
}

bool hostset_meet(const char *a, const char *b)
{
    struct meeting m = {.other = b};

    if (strcmp(a, b) == 0)
        return *a != '\0';
    hostset_each(a, MOST_MEETING, meet_host, &m);
    return m.met;
}
