/* SPDX-License-Identifier: MIT
 * seen.h - which elements of the last poll had which bytes, so that unchanged ones need no decoding.
 *
 * Two lists in the order of the answers, 16 bytes an element: what the last good poll held and what this one holds so
 * far. Answers keep their order, so most elements are found where the one before them was; an index is made when one is
 * not. The hash is 64 bits and keyed, so an unequal element is taken for an equal one about never. A poll that broke off
 * forgets both: nobody knows then what the fleet holds. Thread: one at a time. */
#ifndef SUAN_COLLECTORS_SLURM_SEEN_H
#define SUAN_COLLECTORS_SLURM_SEEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct seen_item {
    uint64_t hash, key;
};

struct seen_list {
    struct seen_item *items;
    size_t cap;
    uint32_t count;
};

enum seen_order { SEEN_HASH, SEEN_KEY };

struct seen_index {
    uint32_t *places; /* in the list, from 1; 0 = free */
    uint32_t cap;     /* 0 = not made yet, else a power of two */
};

struct seen {
    struct seen_list last, now;
    uint32_t next;                     /* of last: what is expected now */
    struct seen_index by_hash, by_key; /* of last */
    bool stale;   /* rows were changed behind the last poll's back: decode all of the next */
    bool touched; /* and so they were while a poll may be under way: of the one after, too */
};

void seen_init(struct seen *s);
void seen_fini(struct seen *s);
/* Key of the element with this hash in the last poll; false if it was not there. */
bool seen_before(struct seen *s, uint64_t hash, uint64_t *key);
/* The element is in this poll. Forgotten silently beyond four million. */
void seen_add(struct seen *s, uint64_t hash, uint64_t key);
/* Was a row with this key in the last good poll? */
bool seen_has_key(struct seen *s, uint64_t key);
/* Somebody else wrote rows that this table tells of. */
void seen_touch(struct seen *s);
void seen_turn(struct seen *s);   /* the poll was good: now becomes last */
void seen_forget(struct seen *s); /* the poll was not */
size_t seen_bytes(const struct seen *s);

#endif
