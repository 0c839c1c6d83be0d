/* SPDX-License-Identifier: MIT
 * pools.h - the sums of each pool. A pool has sums as soon as a node or job names it, and for as
 * long as anybody does or its own row lives; so it does not matter which of them arrives first.
 * Thread: ingest. */
#ifndef SUAN_MODEL_POOLS_H
#define SUAN_MODEL_POOLS_H

#include "base/hash.h"
#include "model/rollup.h"

struct pool_sums {
    uint64_t key; /* of the pool's row */
    struct sums sums;
    uint32_t next_free;
    uint16_t center;
    bool used, pinned; /* pinned: the row lives */
    bool dirty;        /* the row has not got these sums yet */
};

struct pools {
    struct map by_key;
    struct pool_sums *all;
    size_t cap;
    uint32_t count, first_free;
};

#define POOLS_OF_ONE_ROW 64 /* more pools of one node or job are left out */

void pools_init(struct pools *p);
void pools_fini(struct pools *p);
/* Adds sign * what to each pool of a comma list. */
void pools_add(struct pools *p, uint16_t center, const char *list, const struct sums *what,
               int sign);
/* The row of the pool was made or freed. */
void pools_pin(struct pools *p, uint16_t center, uint64_t key, bool pinned);
void pools_all_dirty(struct pools *p);

#endif
