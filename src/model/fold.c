/* SPDX-License-Identifier: MIT
 * fold.c - see fold.h. */
#include "model/fold.h"
#include <string.h>

static inline bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static unsigned char fold_blank(char c)
{
    return c == '_' || c == '-' ? ' ' : fold_char(c);
}

bool fold_same(const char *a, const char *b)
{
    while (*a && fold_blank(*a) == fold_blank(*b)) {
        a++;
        b++;
    }
    return !*a && !*b;
}

bool fold_equal(const char *a, size_t len, const char *b)
{
    for (size_t i = 0; i < len; i++)
        if (!b[i] || fold_char(a[i]) != fold_char(b[i]))
            return false;
    return !b[len];
}

/* Walks the rewriting of a string one byte at a time. */
struct rewrite {
    const char *s;
    size_t digits; /* left to be copied of the run */
    size_t length; /* left to be told of the run's length */
    bool telling;
};

static void start_run(struct rewrite *r)
{
    while (r->s[0] == '0' && is_digit(r->s[1]))
        r->s++;
    while (is_digit(r->s[r->digits]))
        r->digits++;
    r->length = r->digits;
    r->telling = true;
}

/* A length is told in steps of nine: a '9' for each, then one digit for the rest. */
static unsigned char tell_length(struct rewrite *r)
{
    if (r->length >= 9) {
        r->length -= 9;
        return '9';
    }
    r->telling = false;
    return (unsigned char)('0' + r->length);
}

/* Next byte, 0 at the end. */
static unsigned char rewrite_next(struct rewrite *r)
{
    if (r->digits == 0 && is_digit(*r->s))
        start_run(r);
    if (r->telling)
        return tell_length(r);
    if (r->digits)
        r->digits--;
    return *r->s ? fold_char(*r->s++) : 0;
}

int natural_cmp(const char *a, const char *b)
{
    struct rewrite ra = {.s = a}, rb = {.s = b};
    unsigned char ca, cb;

    do {
        ca = rewrite_next(&ra);
        cb = rewrite_next(&rb);
    } while (ca == cb && ca);
    return (int)ca - (int)cb;
}

int natural_cmp_strict(const char *a, const char *b)
{
    int order = natural_cmp(a, b);

    return order ? order : strcmp(a, b);
}

uint64_t natural_prefix(const char *s, size_t skip)
{
    struct rewrite r = {.s = s};
    uint64_t key = 0;

    while (skip-- > 0)
        if (!rewrite_next(&r))
            return 0;
    for (int i = 0; i < 8; i++) {
        unsigned char c = rewrite_next(&r);
        key |= (uint64_t)c << (56 - 8 * i);
        if (!c)
            break;
    }
    return key;
}
