/* SPDX-License-Identifier: MIT
 * seen.h - which elements of the last poll had which bytes, so that unchanged ones need no decoding.
 *
 * Two tables, 16 bytes a slot: what the last good poll held and what this one holds so far. The hash
 * is 64 bits and keyed, so an unequal element is taken for an equal one about never. A poll that
 * broke off forgets both: nobody knows then what the fleet holds. Thread: one at a time. */
#ifndef SUAN_COLLECTORS_SLURM_SEEN_H
#define SUAN_COLLECTORS_SLURM_SEEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct seen_slot {
    uint64_t hash; /* 0 = free */
    uint64_t key;
};

struct seen_table {
    struct seen_slot *slots;
    uint32_t cap, used; /* cap is 0 or a power of two */
};

struct seen {
    struct seen_table last, now;
    struct seen_table keys; /* index of last by key, made when somebody asks */
    bool stale;   /* rows were changed behind the last poll's back: decode all of the next */
    bool touched; /* and so they were while a poll may be under way: of the one after, too */
};

void seen_init(struct seen *s);
void seen_fini(struct seen *s);
/* Key of the element with this hash in the last poll; false if it was not there. */
bool seen_before(const struct seen *s, uint64_t hash, uint64_t *key);
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
