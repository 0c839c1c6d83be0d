/* SPDX-License-Identifier: MIT
 * net_actor.h - what the app gives to the net thread so that it may act. Thread: made by the app, then read by any. */
#ifndef SUAN_IO_NET_ACTOR_H
#define SUAN_IO_NET_ACTOR_H

#include "action/journal.h"
#include "action/plan.h"

/* What the actor needs. Without it (NULL in net_options) no mutating request can leave: the functions that take
 * orders answer RC_REFUSED, and nothing calls a collector's encode. */
struct net_actor {
    struct journal
        *journal; /* borrowed; NULL = nothing is sent, because nothing could be written down */
    struct act_limits limits;
    const enum act_mode *modes; /* by center, borrowed */
    size_t mode_count;
    int64_t minute_ms;      /* tests: how long a minute of nodes_per_minute lasts; 0 = a minute */
    int64_t last_answer_ms; /* tests: how long the end waits for an answer; 0 = a second */
};

#endif
