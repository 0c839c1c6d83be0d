/* SPDX-License-Identifier: MIT
 * rollup.c - see rollup.h. */
#include "model/rollup.h"
#include <math.h>
#include <string.h>

#define BIT(id) (1u << node_flag_##id)
#define MOST 1e9 /* a larger figure of one row is nonsense and would spoil the sum */

static uint32_t flags_of(const struct node_row *n)
{
    return row_has(n, node, flags) ? n->flags : 0;
}

enum node_class rollup_node_class(const struct node_row *n)
{
    uint32_t flags = flags_of(n);
    /* A host that no scheduler speaks of is up when it answers. */
    int state = row_has(n, node, state) ? n->state : node_state_IDLE;

    if (state == node_state_FUTURE)
        return NODE_OTHER;
    if (state == node_state_DOWN || state == node_state_ERROR)
        return NODE_DOWN;
    if (flags & (BIT(FAIL) | BIT(NOT_RESPONDING) | BIT(INVALID)))
        return NODE_DOWN;
    if (flags & BIT(DRAIN))
        return NODE_DRAINED;
    return state == node_state_UNKNOWN || (flags & BIT(POWERED_DOWN)) ? NODE_OTHER : NODE_UP;
}

bool rollup_node_open(const struct node_row *n)
{
    const uint32_t closed = BIT(MAINT) | BIT(RESERVED) | BIT(REBOOT) | BIT(BLOCKED) | BIT(POWERING);

    return rollup_node_class(n) == NODE_UP && !(flags_of(n) & closed);
}

/* Thousandths of v if it can be summed. */
static bool milli(bool has, double v, int64_t *out)
{
    if (!has || !(v >= 0 && v <= MOST))
        return false;
    *out = llround(v * 1000);
    return true;
}

#define MILLI(row, entity, id, out) milli(row_has(row, entity, id), (row)->id, out)

static void add_devices(const struct node_row *n, enum node_class class, struct sums *out)
{
    int64_t total = 0, allocated = 0;
    bool has_total = MILLI(n, node, devices_total, &total);
    bool has_allocated = MILLI(n, node, devices_allocated, &allocated);

    if (has_allocated)
        out->v[SUM_DEVICES_ALLOCATED] = allocated;
    if (!has_total)
        return;
    out->v[SUM_DEVICE_NODES] = 1000;
    out->v[SUM_DEVICES] = total;
    if (class == NODE_DRAINED)
        out->v[SUM_DEVICES_DRAINING] = total;
    else if (class == NODE_DOWN)
        out->v[SUM_DEVICES_DOWN] = total;
    else if (has_allocated && total > allocated && rollup_node_open(n))
        out->v[SUM_DEVICES_IDLE] = total - allocated;
}

void rollup_node(const struct node_row *n, struct sums *out)
{
    static const uint8_t sum_of[] = {
        [NODE_UP] = SUM_NODES_UP, [NODE_DRAINED] = SUM_NODES_DRAINED, [NODE_DOWN] = SUM_NODES_DOWN};
    enum node_class class = rollup_node_class(n);

    memset(out, 0, sizeof(*out));
    out->v[SUM_NODES] = 1000;
    if (class != NODE_OTHER)
        out->v[sum_of[class]] = 1000;
    if (MILLI(n, node, cpus_total, &out->v[SUM_CPUS]))
        out->v[SUM_CPU_NODES] = 1000;
    if (MILLI(n, node, cpus_allocated, &out->v[SUM_CPUS_ALLOCATED]))
        out->v[SUM_CPU_USE_NODES] = 1000;
    if (MILLI(n, node, power_watts, &out->v[SUM_POWER]))
        out->v[SUM_POWER_NODES] = 1000;
    add_devices(n, class, out);
}

static bool waits(const struct job_row *j)
{
    return !(j->h.flags & ROW_GONE) && row_has(j, job, state) && j->state == job_state_QUEUED;
}

static void add_queued(const struct job_row *j, double tasks, struct sums *out)
{
    milli(true, tasks, &out->v[SUM_QUEUED]);
    milli(row_has(j, job, devices_requested), tasks * j->devices_requested, &out->v[SUM_WANTED]);
}

void rollup_job(const struct job_row *j, struct sums *out)
{
    double tasks = row_has(j, job, tasks) && j->tasks <= MOST ? j->tasks : 1;

    memset(out, 0, sizeof(*out));
    if (j->h.flags & ROW_GONE)
        return;
    out->v[SUM_JOBS] = 1000;
    MILLI(j, job, restarts, &out->v[SUM_RESTARTS]);
    if (waits(j))
        add_queued(j, tasks, out);
    else if (!row_has(j, job, state))
        return;
    else if (j->state == job_state_HELD)
        milli(true, tasks, &out->v[SUM_HELD]);
    else if (j->state == job_state_RUNNING)
        milli(true, tasks, &out->v[SUM_RUNNING]);
}

wall_ms rollup_waiting_since(const struct job_row *j)
{
    return waits(j) && row_has(j, job, eligible_at) ? j->eligible_at : 0;
}

void sums_add(struct sums *into, const struct sums *what, int sign)
{
    for (int i = 0; i < SUM_COUNT; i++)
        into->v[i] += sign * what->v[i];
}
