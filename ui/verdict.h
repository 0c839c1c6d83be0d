/* SPDX-License-Identifier: MIT
 * verdict.h - the one judgement that the header shows, from a snapshot. Pure.
 *
 * Critical and warning: alerts that fire and that nobody acknowledged or silenced; and at once, before their alerts
 * have held long enough to fire, each center that is down or stale and each source of a live center that failed. */
#ifndef SUAN_UI_VERDICT_H
#define SUAN_UI_VERDICT_H

#include "model/snapshot.h"

struct verdict {
    int critical, warning;
    int centers, live, stale, down; /* the rest of the centers is starting */
};

struct verdict verdict_of(const struct snapshot *s); /* NULL: all zero */

#endif
