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

static struct range range_of(const uint64_t *keys, const struct key_reading *how,
                             const uint32_t *order, uint32_t count)
{
    struct range r = {.min = UINT64_MAX};
    uint64_t differ = 0, one = 0;

    for (uint32_t i = 0; i < count; i++) {
        uint64_t key = read_key(how, keys[order[i]]);
        if (key == KEY_ABSENT)
            continue;
        one = r.min == UINT64_MAX ? key : one;
        differ |= key ^ one;
        r.min = key < r.min ? key : r.min;
        r.max = key > r.max ? key : r.max;
    }
    r.zeros = differ ? (unsigned)__builtin_ctzll(differ) : 0;
    return r;
}

static inline uint64_t reduce(const struct range *r, uint64_t key, bool descending)
{
    if (key == KEY_ABSENT)
        return ((r->max - r->min) >> r->zeros) + 1;
    return (descending ? r->max - key : key - r->min) >> r->zeros;
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

static inline unsigned digit(const struct digits *d, uint64_t item, unsigned n)
{
    return (unsigned)(item >> (32 + n * d->bits)) & ((1u << d->bits) - 1);
}

static void plan_digits(struct digits *d, unsigned bits)
{
    d->count = (bits + DIGIT_BITS - 1) / DIGIT_BITS;
    d->bits = (bits + d->count - 1) / d->count;
    for (unsigned n = 0; n < d->count; n++)
        memset(d->starts[n], 0, sizeof(uint32_t) << d->bits);
}

/* Items of `bits` bits of the keys from bit `from` on, counted by digit. */
static void make_items(const uint64_t *keys, const struct key_reading *how, const uint32_t *order,
                       uint32_t count, const struct range *r, bool descending, unsigned from,
                       uint64_t *items, struct digits *d)
{
    for (uint32_t i = 0; i < count; i++) {
        uint64_t key = reduce(r, read_key(how, keys[order[i]]), descending);
        uint64_t item = key >> from << 32 | order[i];
        items[i] = item;
        for (unsigned n = 0; n < d->count; n++)
            d->starts[n][digit(d, item, n)]++;
    }
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

/* Least significant digit first. Returns where the sorted items are. */
static uint64_t *radix_sort(uint64_t *items, uint64_t *spare, uint32_t count, struct digits *d)
{
    for (unsigned n = 0; n < d->count; n++) {
        uint32_t *starts = d->starts[n];
        counts_to_starts(starts, 1u << d->bits);
        for (uint32_t i = 0; i < count; i++)
            spare[starts[digit(d, items[i], n)]++] = items[i];
        uint64_t *swap = items;
        items = spare;
        spare = swap;
    }
    return items;
}

void sort_keys(const uint64_t *keys, const struct key_reading *how, uint32_t *order, uint32_t count,
               bool descending, void *scratch)
{
    struct range r = range_of(keys, how, order, count);
    uint64_t *items = scratch, *spare = items + count;
    struct digits d;

    if (count < 2 || r.min == UINT64_MAX)
        return;
    unsigned bits = bits_of(reduce(&r, KEY_ABSENT, false));
    for (unsigned from = 0; from < bits; from += 32) {
        plan_digits(&d, bits - from < 32 ? bits - from : 32);
        make_items(keys, how, order, count, &r, descending, from, items, &d);
        const uint64_t *sorted = radix_sort(items, spare, count, &d);
        for (uint32_t i = 0; i < count; i++)
            order[i] = (uint32_t)sorted[i];
    }
}
