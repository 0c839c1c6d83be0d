/* SPDX-License-Identifier: MIT
 * verdict.h - the one judgement that the header shows, from a snapshot. Pure.
 *
 * Critical: each center that is down; each node whose hottest sensor has reached its limit.
 * Warning: each stale center; each source that failed or is paused (of centers that are not down: their
 * sources are the same trouble); one for a fleet of which more than 15 % of the nodes are drained or down. */
#ifndef SUAN_UI_VERDICT_H
#define SUAN_UI_VERDICT_H

#include "model/snapshot.h"

#define VERDICT_OUT_SHARE 0.15

struct verdict {
    int critical, warning;
    int centers, live, stale, down; /* the rest of the centers is starting */
};

struct verdict verdict_of(const struct snapshot *s); /* NULL: all zero */

#endif
