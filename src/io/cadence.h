/* SPDX-License-Identifier: MIT
 * cadence.h - when the ingest thread does what nobody asks it for: ticks of the fleet, and snapshots. Time is an argument.
 *
 * An idle tick comes later than the next answer of what is asked each five seconds, and each answer ticks: so a machine that
 * watches itself wakes this thread once in five seconds and not twice. Pure. */
#ifndef SUAN_IO_CADENCE_H
#define SUAN_IO_CADENCE_H

#include "base/clock.h"
#include <stdbool.h>

enum {
    CADENCE_TICK_MS = 1000,      /* no more often than this, while deltas come */
    CADENCE_TICK_IDLE_MS = 6000, /* while none come */
    CADENCE_HEARTBEAT_MS =
        10 * 1000, /* what time alone changes (a source falls silent) must show some time */
};

struct cadence {
    int publish_ms; /* between two snapshots, while something changes */
    bool changed;   /* since the last one */
    mono_ms published_at, ticked_at;
};

static inline bool cadence_tick_is_due(const struct cadence *c, mono_ms now)
{
    return now - c->ticked_at >= CADENCE_TICK_MS;
}

static inline mono_ms cadence_publish_at(const struct cadence *c)
{
    return c->published_at + (c->changed ? c->publish_ms : CADENCE_HEARTBEAT_MS);
}

/* How long to wait for a delta, in milliseconds. */
static inline int cadence_wait(const struct cadence *c, mono_ms now)
{
    mono_ms tick = c->ticked_at + CADENCE_TICK_IDLE_MS, publish = cadence_publish_at(c);
    mono_ms due = tick < publish ? tick : publish;

    return due > now ? (int)(due - now) : 0;
}

#endif
