/* SPDX-License-Identifier: MIT
 * accounts.h - how attempts ended, as a slurmdbd keeps them: the newest of a center, at most so many and so many nodes in them.
 * What fills them: world_int.h. Thread, owner: those of the world. */
#ifndef SUAN_FLEETSIM_ACCOUNTS_H
#define SUAN_FLEETSIM_ACCOUNTS_H

#include "fleetsim/world.h"

enum { ACCOUNTS_MAX = 16384, ACCOUNTS_NODES_MAX = 1 << 18 };

enum sim_ended {
    ENDED_DONE,
    ENDED_FAILED,
    ENDED_CANCELLED,
    ENDED_NODE_FAIL,
    ENDED_PREEMPTED,
    ENDED_REQUEUED,
    ENDED_NOT_YET /* it runs */
};

struct sim_record {
    uint32_t id, pool, work, user, places, restarts;
    uint32_t node_count;
    uint32_t *nodes;
    uint32_t failed_node; /* NO_INDEX = none */
    wall_ms submitted_at, eligible_at, started_at, ended_at;
    enum sim_ended how;
    char by[32]; /* who ended it, "" = nobody in particular */
};

struct sim_accounts {
    uint64_t first, next; /* numbers of the oldest and of the one to come */
    size_t nodes;         /* in all of them */
    struct sim_record ring[ACCOUNTS_MAX];
};

/* NULL: it is not kept any more. */
const struct sim_record *accounts_at(const struct sim_accounts *a, uint64_t number);
/* A job that runs, as its record would be; nodes are the job's. */
void accounts_running(const struct sim_job *j, struct sim_record *out);

#endif
