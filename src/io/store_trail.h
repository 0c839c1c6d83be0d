/* SPDX-License-Identifier: MIT
 * store_trail.h - the audit journal as ACTION rows: the newest operations, and what other processes append.
 *
 * Intent, outcome and seen lines of one target become one row. An intent without an outcome is `sent` for a minute,
 * then `unknown`. Operations of this very process have their rows already, from the actor, and are left alone.
 * Thread: the history's. */
#ifndef SUAN_IO_STORE_TRAIL_H
#define SUAN_IO_STORE_TRAIL_H

struct store;
struct store_trail;

struct store_trail *store_trail_new(const char *path);
void store_trail_free(struct store_trail *t); /* NULL is fine */
/* Reads what is new and sends rows. */
void store_trail_follow(struct store_trail *t, struct store *s);

#endif
