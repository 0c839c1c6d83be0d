/* SPDX-License-Identifier: MIT
 * sort.c - see sort.h: radix sort of keys. An item is 32 bits of a key above the row's index. */
#include "model/sort.h"
#include <string.h>

enum { DIGIT_BITS = 11, BUCKETS = 1 << DIGIT_BITS, MAX_DIGITS = 3 };

/* What the keys have in common, so that it need not be sorted by. */
struct range {
    uint64_t min, max;
    unsigned zeros; /* low bits in which all keys agree */
};

static inline uint64_t read_key(const struct key_reading *how, uint64_t key)
{
    if (key == KEY_ABSENT)
        return key;
    return how->moments ? moment_key_at(key, how->now) : key >> how->skip;
}

/* Inlined with `how` known: nothing is decided anew for each row. */
#define FOR_EACH_ROW static inline __attribute__((always_inline))

FOR_EACH_ROW struct range range_by(const struct key_reading how, const uint64_t *keys,
                                   const uint32_t *order, uint32_t count)
{
    struct range r = {.min = UINT64_MAX};
    uint64_t differ = 0, one = KEY_ABSENT;
    uint32_t i = 0;

    while (i < count && (one = read_key(&how, keys[order[i]])) == KEY_ABSENT)
        i++;
    for (; i < count; i++) {
        uint64_t key = read_key(&how, keys[order[i]]);
        if (key == KEY_ABSENT)
            continue;
        differ |= key ^ one;
        r.min = key < r.min ? key : r.min;
        r.max = key > r.max ? key : r.max;
    }
    r.zeros = differ ? (unsigned)__builtin_ctzll(differ) : 0;
    return r;
}

static struct range range_of(const uint64_t *keys, const struct key_reading *how,
                             const uint32_t *order, uint32_t count)
{
    if (how->moments)
        return range_by((struct key_reading){.moments = true, .now = how->now}, keys, order, count);
    return range_by((struct key_reading){.skip = how->skip}, keys, order, count);
}

/* Where absent ones stand: behind all others. */
static uint64_t reduced_absent(const struct range *r)
{
    return ((r->max - r->min) >> r->zeros) + 1;
}

static unsigned bits_of(uint64_t v)
{
    return v ? 64 - (unsigned)__builtin_clzll(v) : 0;
}

/* How the upper half of the items is taken apart: as few digits as possible, of one width. */
struct digits {
    unsigned count, bits;
    uint32_t starts[MAX_DIGITS][BUCKETS];
};

static inline unsigned digit(uint64_t item, unsigned n, unsigned bits)
{
    return (unsigned)(item >> (32 + n * bits)) & ((1u << bits) - 1);
}

static void plan_digits(struct digits *d, unsigned bits)
{
    d->count = (bits + DIGIT_BITS - 1) / DIGIT_BITS;
    d->bits = (bits + d->count - 1) / d->count;
    for (unsigned n = 0; n < d->count; n++)
        memset(d->starts[n], 0, sizeof(uint32_t) << d->bits);
}

/* Items of the keys from bit `from` on, counted by digit. */
FOR_EACH_ROW void make_by(const struct key_reading how, unsigned digits, const uint64_t *keys,
                          const struct range *r, bool descending, const uint32_t *order,
                          uint32_t count, unsigned from, uint64_t *items, struct digits *d)
{
    /* Descending, max - key is ~key - ~max. */
    const uint64_t flip = descending ? UINT64_MAX : 0, base = descending ? ~r->max : r->min;
    const uint64_t absent = reduced_absent(r);
    const unsigned zeros = r->zeros, bits = d->bits; /* what is written below could be these */

    for (uint32_t i = 0; i < count; i++) {
        uint64_t key = read_key(&how, keys[order[i]]);
        uint64_t item = key == KEY_ABSENT ? absent : ((key ^ flip) - base) >> zeros;
        item = item >> from << 32 | order[i];
        items[i] = item;
        for (unsigned n = 0; n < digits; n++)
            d->starts[n][digit(item, n, bits)]++;
    }
}

FOR_EACH_ROW void make_read(const struct key_reading how, const uint64_t *keys,
                            const struct range *r, bool descending, const uint32_t *order,
                            uint32_t count, unsigned from, uint64_t *items, struct digits *d)
{
    if (d->count == 1)
        make_by(how, 1, keys, r, descending, order, count, from, items, d);
    else if (d->count == 2)
        make_by(how, 2, keys, r, descending, order, count, from, items, d);
    else
        make_by(how, 3, keys, r, descending, order, count, from, items, d);
}

static void make_items(const uint64_t *keys, const struct key_reading *how, const struct range *r,
                       bool descending, const uint32_t *order, uint32_t count, unsigned from,
                       uint64_t *items, struct digits *d)
{
    if (how->moments)
        make_read((struct key_reading){.moments = true, .now = how->now}, keys, r, descending,
                  order, count, from, items, d);
    else
        make_read((struct key_reading){.skip = how->skip}, keys, r, descending, order, count, from,
                  items, d);
}

static void counts_to_starts(uint32_t *counts, unsigned buckets)
{
    uint32_t sum = 0;

    for (unsigned b = 0; b < buckets; b++) {
        uint32_t n = counts[b];
        counts[b] = sum;
        sum += n;
    }
}

/* Least significant digit first; the last one puts the indices where they belong. */
static void radix_sort(uint64_t *items, uint64_t *spare, uint32_t count, struct digits *d,
                       uint32_t *order)
{
    const unsigned last = d->count - 1, bits = d->bits;

    for (unsigned n = 0; n < last; n++) {
        uint32_t *starts = d->starts[n];
        counts_to_starts(starts, 1u << bits);
        for (uint32_t i = 0; i < count; i++)
            spare[starts[digit(items[i], n, bits)]++] = items[i];
        uint64_t *swap = items;
        items = spare;
        spare = swap;
    }
    uint32_t *starts = d->starts[last];
    counts_to_starts(starts, 1u << bits);
    for (uint32_t i = 0; i < count; i++)
        order[starts[digit(items[i], last, bits)]++] = (uint32_t)items[i];
}

void sort_keys(const uint64_t *keys, const struct key_reading *how, uint32_t *order, uint32_t count,
               bool descending, void *scratch)
{
    struct range r = range_of(keys, how, order, count);
    uint64_t *items = scratch, *spare = items + count;
    struct digits d;

    if (count < 2 || r.min == UINT64_MAX)
        return;
    unsigned bits = bits_of(reduced_absent(&r));
    for (unsigned from = 0; from < bits; from += 32) {
        plan_digits(&d, bits - from < 32 ? bits - from : 32);
        make_items(keys, how, &r, descending, order, count, from, items, &d);
        radix_sort(items, spare, count, &d, order);
    }
}
