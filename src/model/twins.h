/* SPDX-License-Identifier: MIT
 * twins.h - names that look the same on screen but are not.
 *
 * Two rows of one entity and center are twins when their names differ in bytes but not after
 * sanitising. Names that sanitising left alone need no entry: their own key is the hash of their
 * text, so a group exists only where at least one dirty name does. A group keeps a count and the
 * xor of its slots, so it costs the same however many names a hostile source folds into it.
 * Thread: ingest. */
#ifndef SUAN_MODEL_TWINS_H
#define SUAN_MODEL_TWINS_H

#include "base/hash.h"
#include <stddef.h>
#include <stdint.h>

struct twin_group {
    uint64_t key; /* row_key of the text */
    uint32_t count, slots_xor;
    uint32_t next_free;
};

struct twins {
    struct map by_key;
    struct twin_group *groups;
    size_t cap;
    uint32_t used, first_free;
};

void twins_init(struct twins *t);
void twins_fini(struct twins *t);
/* The group of that text, NULL if none. Valid until the next twins_join. */
struct twin_group *twins_find(const struct twins *t, uint64_t key);
/* Adds a row; the group is made if need be. */
struct twin_group *twins_join(struct twins *t, uint64_t key, uint32_t slot);
/* Takes a row out; an empty group goes. Returns the group, or NULL if it went. */
struct twin_group *twins_leave(struct twins *t, uint64_t key, uint32_t slot);

#endif
