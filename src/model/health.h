/* SPDX-License-Identifier: MIT
 * health.h - what the sources of a center make of its health. Pure; thread: any.
 *
 *   live      at least one source answered its last request, and none is failed or stale
 *   stale     something is: a source failed or is late, but some values are still fresh or once
 *             were
 *   starting  no source has answered yet, and at least one has not failed yet
 *   down      all sources that are not paused failed, and nothing of them is fresh any more
 * Paused sources count for nothing, unless all are: then the center is stale. */
#ifndef SUAN_MODEL_HEALTH_H
#define SUAN_MODEL_HEALTH_H

#include "model/entity.h"

struct health_count {
    uint32_t all, ok, failed, stale, starting, paused;
    uint32_t fresh; /* failed, but its last good answer is not old yet */
};

/* A source is late when it is silent for two intervals and stale_after_ms more. */
double health_late_after(double interval_ms, int64_t stale_after_ms);
/* What is told by nobody else is then not counted any more: two intervals and five times stale_after_ms, at least two
 * minutes. */
double health_silent_after(double interval_ms, int64_t stale_after_ms);
bool health_late(const struct source_row *s, int64_t stale_after_ms, wall_ms now);
void health_add(struct health_count *c, const struct source_row *s, int64_t stale_after_ms,
                wall_ms now);
enum health health_of(const struct health_count *c); /* c->all > 0 */

#endif
