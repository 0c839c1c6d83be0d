/* SPDX-License-Identifier: MIT
 * store_trail.h - the audit journal as ACTION rows: the newest operations, and what other processes append.
 *
 * Intent, outcome and seen lines of one target become one row. An intent without an outcome is `sent` for a minute,
 * then `unknown`. Operations of this very process have their rows already, from the actor, and are left alone.
 * Thread: the history's. */
#ifndef SUAN_IO_STORE_TRAIL_H
#define SUAN_IO_STORE_TRAIL_H

#include "base/queue.h"
#include "model/snapshot.h"

struct store_trail;

/* All borrowed. */
struct trail_place {
    const char *const *centers; /* ids by number */
    size_t center_count;
    struct queue *out; /* of struct delta */
    struct snapshot_hub *hub;
};

struct store_trail *store_trail_new(const char *path);
void store_trail_free(struct store_trail *t); /* NULL is fine */
/* Reads what is new and sends rows. */
void store_trail_follow(struct store_trail *t, const struct trail_place *p);

#endif
