/* SPDX-License-Identifier: MIT
 * heat.h - what a device measures at a time: computed, not stepped, so nobody pays for a device that is not looked at.
 *
 * A job computes and pauses (data, checkpoints) in phases of two minutes; power follows its phases with a delay of half a
 * minute, temperatures follow power. The constants make the quantiles of Acme's published distributions (core p50 40, p90 58
 * to 61, p99 66 to 69, at most about 80 degrees; test_fleetsim_world holds them).
 * Pure: the same world and time give the same figures. */
#ifndef SUAN_FLEETSIM_HEAT_H
#define SUAN_FLEETSIM_HEAT_H

#include "fleetsim/world.h"

struct device_reading {
    bool up;      /* false: gone from the bus; nothing else is told */
    uint32_t job; /* NO_INDEX = nobody has it */
    double core_celsius, memory_celsius, watts;
    double tensor, busy; /* shares: pipe activity, time with a kernel */
    double memory_bytes, clock_hertz;
    bool slowed;  /* by heat */
    unsigned xid; /* last one, 0 = none */
};

void device_at(const struct world *w, uint32_t node, unsigned place, wall_ms t,
               struct device_reading *out);
/* Processors of a node: share of them that is busy, and what the machine without its devices draws. */
double node_cpu_share(const struct world *w, uint32_t node, wall_ms t);
double node_watts(const struct world *w, uint32_t node, wall_ms t);
double node_celsius(const struct world *w, uint32_t node, wall_ms t);

#endif
