/* SPDX-License-Identifier: MIT
 * hostlist_fold.c - writing folded host sets.
 *
 * A name is stem + number + tail: the number is the run of digits at its end, or before the first
 * dot. (Slurm accepts brackets only at the end of a name, so digits in the middle are left alone;
 * a domain behind the number belongs to names that only we read.) Sorted by stem, tail and value,
 * runs of consecutive numbers become ranges. Padding is part of the name: n1 and n01 are two
 * hosts. */
#include "codec/hostlist.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DIGITS_MAX 18
#define HOST_MAX 255

struct part {
    const char *name;
    size_t len, stem, digits;
    uint64_t value;
    bool used;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_valid(const char *s, size_t len)
{
    if (len == 0 || len > HOST_MAX || strcmp(s, "(null)") == 0)
        return false;
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)s[i] <= ' ' || s[i] == 0x7f || strchr(",[]", s[i]))
            return false;
    return true;
}

static struct part split(const char *name)
{
    struct part p = {.name = name, .len = strlen(name)};
    const char *dot = strchr(name, '.');
    size_t end = dot ? (size_t)(dot - name) : p.len;
    p.stem = end;
    while (p.stem > 0 && end - p.stem < DIGITS_MAX && is_digit(name[p.stem - 1]))
        p.stem--;
    p.digits = end - p.stem;
    for (size_t i = p.stem; i < end; i++)
        p.value = p.value * 10 + (uint64_t)(name[i] - '0');
    return p;
}

static const char *tail(const struct part *p)
{
    return p->name + p->stem + p->digits;
}

static int compare_stems(const struct part *a, const struct part *b)
{
    size_t n = a->stem < b->stem ? a->stem : b->stem;
    int c = memcmp(a->name, b->name, n);
    if (c != 0 || a->stem != b->stem)
        return c ? c : a->stem < b->stem ? -1 : 1;
    if ((a->digits == 0) != (b->digits == 0))
        return a->digits == 0 ? -1 : 1;
    return strcmp(tail(a), tail(b));
}

static int compare(const void *x, const void *y)
{
    const struct part *a = x, *b = y;
    int c = compare_stems(a, b);
    if (c != 0)
        return c;
    if (a->value != b->value)
        return a->value < b->value ? -1 : 1;
    return a->digits < b->digits ? -1 : a->digits > b->digits;
}

static size_t drop_duplicates(struct part *p, size_t n)
{
    size_t w = 0;
    for (size_t i = 0; i < n; i++)
        if (w == 0 || compare(&p[w - 1], &p[i]) != 0)
            p[w++] = p[i];
    return w;
}

static size_t natural_digits(uint64_t v)
{
    size_t n = 1;
    while (v >= 10) {
        v /= 10;
        n++;
    }
    return n;
}

/* Is b how a range that began `width` wide writes its next number after `last`? */
static bool goes_on(const struct part *b, size_t width, uint64_t last)
{
    size_t n = natural_digits(b->value);
    return !b->used && b->value == last + 1 && b->digits == (n > width ? n : width);
}

/* The run that begins at p[i], within one group. Marks its members, returns the last one's index.
 * Equal values of other widths stand in between, so members need not be neighbours. */
static size_t take_run(struct part *p, size_t i, size_t n)
{
    size_t last = i;
    p[i].used = true;
    for (size_t j = i + 1; j < n && p[j].value <= p[last].value + 1; j++) {
        if (goes_on(&p[j], p[i].digits, p[last].value)) {
            p[j].used = true;
            last = j;
        }
    }
    return last;
}

static void put_run(struct buf *out, const struct part *a, const struct part *b)
{
    (void)buf_add(out, a->name + a->stem, a->digits);
    if (a == b)
        return;
    (void)buf_addc(out, '-');
    (void)buf_add(out, b->name + b->stem, b->digits);
}

/* p[0..n) differ in their numbers only. */
static void put_group(struct buf *out, struct part *p, size_t n)
{
    (void)buf_add(out, p->name, p->stem);
    if (n == 1) {
        (void)buf_adds(out, p->name + p->stem);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        if (p[i].used)
            continue;
        (void)buf_addc(out, i == 0 ? '[' : ',');
        put_run(out, &p[i], &p[take_run(p, i, n)]);
    }
    (void)buf_addf(out, "]%s", tail(p));
}

static void put_all(struct buf *out, struct part *p, size_t n)
{
    for (size_t i = 0, end; i < n && !out->failed; i = end) {
        for (end = i + 1; end < n && compare_stems(&p[i], &p[end]) == 0;)
            end++;
        if (i > 0)
            (void)buf_addc(out, ',');
        put_group(out, p + i, end - i);
    }
}

enum rc hostlist_fold(struct buf *out, const char *const *hosts, size_t count)
{
    if (count == 0)
        return RC_OK;
    for (size_t i = 0; i < count; i++)
        if (!is_valid(hosts[i], strlen(hosts[i])))
            return RC_SYNTAX;
    struct part *p = reallocarray(NULL, count, sizeof *p);
    if (!p)
        return RC_NOMEM;
    for (size_t i = 0; i < count; i++)
        p[i] = split(hosts[i]);
    qsort(p, count, sizeof *p, compare);
    put_all(out, p, drop_duplicates(p, count));
    free(p);
    return out->failed ? RC_LIMIT : RC_OK;
}
