/* SPDX-License-Identifier: MIT
 * series.h - what the Prometheus of a center has in its store: the pages of its nodes as it would have scraped them just now
 * (with job and instance), `up`, and what the shipped recording rules make of them.
 *
 * Recorded sums are not made by carrying out the rules, which look at each device thirty times, but from the devices:
 * test_fleetsim_prometheus holds them against the rules themselves. Constants are read from the rules.
 * Pure; thread: that of the world. */
#ifndef SUAN_FLEETSIM_SERIES_H
#define SUAN_FLEETSIM_SERIES_H

#include "fleetsim/promql.h"
#include "fleetsim/world.h"

/* world: a struct world. Of struct promql_source. */
void series_select(void *world, const struct promql_matcher *m, size_t count,
                   struct promql_vector *out);

/* --- series_recorded.c: sums and constants, those that fit --- */
void series_recorded(const struct world *w, const struct promql_matcher *m, size_t count,
                     struct promql_vector *out);

/* Time as the Prometheus of that center has it, seconds since 1970. */
static inline double series_now(const struct world *w)
{
    return (double)world_told(w, w->now) / 1000;
}

#endif
