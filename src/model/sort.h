/* SPDX-License-Identifier: MIT
 * sort.h - stable sorting of many rows by a number each, and the numbers that stand for strings.
 *
 * A row's value becomes a 64-bit key whose order is the value's order (column_key.h); strings
 * become their place among all strings seen (struct string_order). Keys are then reduced to the
 * bits in which they differ and radix sorted, so half a million rows take a few milliseconds.
 * Thread: the snapshot reader's. */
#ifndef SUAN_MODEL_SORT_H
#define SUAN_MODEL_SORT_H

#include "base/intern.h"
#include "model/value_int.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define KEY_ABSENT UINT64_MAX /* no value: last, whatever the direction */

/* The kind above the time. Times are below 2^61 by far. */
static inline uint64_t key_of_moment(struct moment m)
{
    return m.kind == MOMENT_NONE ? KEY_ABSENT
                                 : (uint64_t)m.kind << 61 | ((uint64_t)m.ms & (UINT64_MAX >> 3));
}

static inline uint64_t moment_key_at(uint64_t key, wall_ms now)
{
    struct moment m = {(enum moment_kind)(key >> 61), (int64_t)(key << 3) >> 3};

    return (uint64_t)moment_at(m, now); /* -1 is KEY_ABSENT */
}

/* A string's key: its place among all, and below it its id, which tells nothing more. */
#define KEY_STRING_BITS 32

/* How the order of keys is read. */
struct key_reading {
    unsigned skip; /* the lowest bits tell nothing */
    bool moments;  /* they are of key_of_moment, for the time `now` */
    wall_ms now;
};

/* Puts order[0..count), indices of keys, into the order of keys[order[i]]; equal ones stay as they are. scratch: count * SORT_SCRATCH bytes, aligned for uint64_t. */
#define SORT_SCRATCH 16
void sort_keys(const uint64_t *keys, const struct key_reading *how, uint32_t *order, uint32_t count,
               bool descending, void *scratch);

/* Ranks of strings in natural order. Strings are added as they are met; ranking them all anew
 * costs one merge with the ones that were there. Belongs to one string table and starts over with
 * another. */
struct string_order;

struct string_order *string_order_new(void);
void string_order_free(struct string_order *o); /* NULL is fine */
/* Puts the rank of the string above its id in keys[at[0..count)], which may have had another; KEY_ABSENT stays. */
void string_order_rank(struct string_order *o, const struct intern *strings, uint64_t *keys,
                       const uint32_t *at, uint32_t count);

#endif
