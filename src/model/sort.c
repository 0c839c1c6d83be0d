/* SPDX-License-Identifier: MIT
 * sort.c - see sort.h: radix sort of keys. An item is 32 bits of a key above the row's index. */
#include "model/sort.h"
#include <string.h>

enum { DIGIT_BITS = 11, BUCKETS = 1 << DIGIT_BITS };

static void start_of_buckets(uint32_t *counts, unsigned buckets)
{
    uint32_t sum = 0;

    for (unsigned b = 0; b < buckets; b++) {
        uint32_t n = counts[b];
        counts[b] = sum;
        sum += n;
    }
}

/* One pass over one digit of the upper half. */
static void scatter(const uint64_t *from, uint64_t *to, uint32_t count, unsigned shift,
                    unsigned bits)
{
    uint32_t starts[BUCKETS];
    uint32_t mask = (1u << bits) - 1;

    memset(starts, 0, sizeof(*starts) << bits);
    for (uint32_t i = 0; i < count; i++)
        starts[from[i] >> shift & mask]++;
    start_of_buckets(starts, 1u << bits);
    for (uint32_t i = 0; i < count; i++)
        to[starts[from[i] >> shift & mask]++] = from[i];
}

/* Sorts by the lowest `bits` of the upper half, in as few and as even passes as possible. */
static uint64_t *radix_sort(uint64_t *items, uint64_t *spare, uint32_t count, unsigned bits)
{
    unsigned passes = (bits + DIGIT_BITS - 1) / DIGIT_BITS;

    for (unsigned p = 0, done = 0; p < passes; p++) {
        unsigned now = (bits - done + passes - p - 1) / (passes - p);
        scatter(items, spare, count, 32 + done, now);
        uint64_t *swap = items;
        items = spare;
        spare = swap;
        done += now;
    }
    return items;
}

/* What the keys have in common, so that it need not be sorted by. */
struct range {
    uint64_t min, max;
    unsigned zeros; /* low bits in which no key differs from min */
};

static struct range range_of(const uint64_t *keys, const uint32_t *order, uint32_t count)
{
    struct range r = {.min = UINT64_MAX};
    uint64_t differ = 0;

    for (uint32_t i = 0; i < count; i++) {
        uint64_t key = keys[order[i]];
        if (key == KEY_ABSENT)
            continue;
        r.min = key < r.min ? key : r.min;
        r.max = key > r.max ? key : r.max;
    }
    for (uint32_t i = 0; i < count; i++)
        if (keys[order[i]] != KEY_ABSENT)
            differ |= keys[order[i]] - r.min;
    r.zeros = differ ? (unsigned)__builtin_ctzll(differ) : 0;
    return r;
}

static uint64_t reduce(const struct range *r, uint64_t key, bool descending)
{
    if (key == KEY_ABSENT)
        return ((r->max - r->min) >> r->zeros) + 1;
    return (descending ? r->max - key : key - r->min) >> r->zeros;
}

static unsigned bits_of(uint64_t v)
{
    return v ? 64 - (unsigned)__builtin_clzll(v) : 0;
}

static void take_order(const uint64_t *items, uint32_t *order, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        order[i] = (uint32_t)items[i];
}

void sort_keys(const uint64_t *keys, uint32_t *order, uint32_t count, bool descending,
               void *scratch)
{
    struct range r = range_of(keys, order, count);
    uint64_t *items = scratch, *spare = items + count;

    if (count < 2 || r.min == UINT64_MAX)
        return;
    unsigned bits = bits_of(reduce(&r, KEY_ABSENT, false));
    for (unsigned done = 0; done < bits; done += 32) {
        unsigned now = bits - done < 32 ? bits - done : 32;
        for (uint32_t i = 0; i < count; i++) {
            uint64_t key = reduce(&r, keys[order[i]], descending) >> done;
            items[i] = key << 32 | order[i];
        }
        take_order(radix_sort(items, spare, count, now), order, count);
    }
}
