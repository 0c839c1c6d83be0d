/* SPDX-License-Identifier: MIT
 * actor_rate.c - no more than so many in any minute. A place is taken before the target is read again and counts
 * from the moment that its request was sent. Pure. */
#include "io/actor_int.h"

enum { MINUTE_MS = 60 * 1000, ASK_AGAIN_MS = 1000 };

static const mono_ms taken = INT64_MAX;

/* The limit can be configured downwards only. */
void rate_init(struct rate *r, unsigned per_minute, int64_t minute_ms)
{
    *r = (struct rate){
        .limit = per_minute && per_minute < NODES_PER_MINUTE ? per_minute : NODES_PER_MINUTE,
        .window_ms = minute_ms ? minute_ms : MINUTE_MS,
    };
}

int rate_take(struct rate *r, mono_ms now, mono_ms *next)
{
    mono_ms soonest = INT64_MAX;

    for (unsigned i = 0; i < r->limit; i++) {
        if (r->at[i] == taken)
            continue;
        if (r->at[i] == 0 || now - r->at[i] >= r->window_ms) {
            r->at[i] = taken;
            return (int)i;
        }
        mono_ms free_at = r->at[i] + r->window_ms;
        soonest = free_at < soonest ? free_at : soonest;
    }
    *next = soonest < INT64_MAX ? soonest : now + ASK_AGAIN_MS; /* all taken, none sent yet */
    return -1;
}

void rate_sent(struct rate *r, int place, mono_ms now)
{
    if (place >= 0)
        r->at[place] = now;
}

void rate_give_back(struct rate *r, int place)
{
    if (place >= 0)
        r->at[place] = 0;
}
