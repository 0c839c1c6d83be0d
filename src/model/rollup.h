/* SPDX-License-Identifier: MIT
 * rollup.h - what nodes and jobs add up to, per center and per pool.
 *
 * A row's contribution is a pure function of the row (rollup_node, rollup_job). Ingest subtracts
 * the old one and adds the new one, so sums are exact at any time without looking at other rows;
 * they are integers (thousandths), so no order of additions changes them. Maxima and minima cannot
 * be subtracted: a center whose extreme row fell is marked, and scanned once at publish.
 * Node classes, the first that fits: future -> other; down or error state, or flag fail,
 * not_responding or invalid -> down; flag drain -> drained; flag powered_down or state unknown ->
 * other; else up (also a host that no scheduler speaks of).
 * Thread: ingest. */
#ifndef SUAN_MODEL_ROLLUP_H
#define SUAN_MODEL_ROLLUP_H

#include "model/entity.h"

enum node_class { NODE_OTHER, NODE_UP, NODE_DRAINED, NODE_DOWN };

enum node_class rollup_node_class(const struct node_row *n);
/* Free devices of it are free for work: up, and not in maintenance, reserved, rebooting, blocked
 * or changing power. */
bool rollup_node_open(const struct node_row *n);

enum sum {
    SUM_NODES,
    SUM_NODES_UP,
    SUM_NODES_DRAINED,
    SUM_NODES_DOWN,
    SUM_CPU_NODES, /* nodes that tell how many CPUs they have */
    SUM_CPUS,
    SUM_CPU_USE_NODES, /* nodes that tell how many CPUs are allocated */
    SUM_CPUS_ALLOCATED,
    SUM_DEVICE_NODES, /* nodes that tell how many devices they have */
    SUM_DEVICES,
    SUM_DEVICES_ALLOCATED,
    SUM_DEVICES_IDLE,
    SUM_DEVICES_DRAINING,
    SUM_DEVICES_DOWN,
    SUM_POWER_NODES,
    SUM_POWER,
    SUM_JOBS, /* rows */
    SUM_RUNNING,
    SUM_QUEUED,
    SUM_HELD,
    SUM_WANTED,
    SUM_RESTARTS,
    SUM_COUNT
};

struct sums {
    int64_t v[SUM_COUNT]; /* thousandths */
};

void rollup_node(const struct node_row *n, struct sums *out);
void rollup_job(const struct job_row *j, struct sums *out);
/* into += sign * what */
void sums_add(struct sums *into, const struct sums *what, int sign);
static inline double sums_get(const struct sums *s, enum sum which)
{
    return (double)s->v[which] / 1000;
}

/* The temperature of a node for maxima; false if it tells none. */
static inline bool rollup_temperature(const struct node_row *n, double *celsius)
{
    *celsius = n->temperature_celsius;
    return row_has(n, node, temperature_celsius);
}

/* When a waiting job became eligible; 0 = it does not wait or nobody knows. */
wall_ms rollup_waiting_since(const struct job_row *j);

#endif
