/* SPDX-License-Identifier: MIT
 * world_act.c - what an operator does to nodes and jobs, with a scheduler's rules. */
#include "base/xmem.h"
#include "fleetsim/world_int.h"
#include <stdio.h>
#include <stdlib.h>

bool world_drain(struct world *w, uint32_t node, const char *reason, const char *by)
{
    struct sim_node *n = &w->nodes[node];

    free(n->reason);
    n->reason = xstrdup(reason);
    snprintf(n->by, sizeof(n->by), "%s", by);
    if (!n->drained)
        n->since = w->now;
    n->drained = true;
    places_list(w, node);
    return true;
}

void world_put_back(struct world *w, uint32_t node)
{
    struct sim_node *n = &w->nodes[node];

    n->drained = false;
    free(n->reason);
    n->reason = NULL;
    n->by[0] = '\0';
}

bool world_resume(struct world *w, uint32_t node)
{
    struct sim_node *n = &w->nodes[node];

    if (!n->drained || n->down)
        return false;
    world_put_back(w, node);
    places_list(w, node);
    jobs_schedule(w, n->pool);
    return true;
}

static void set_cause(struct sim_job *j, const char *by)
{
    free(j->cause);
    j->cause = by ? xstrdup(by) : NULL;
}

bool world_hold(struct world *w, uint32_t job, const char *by)
{
    struct sim_job *j = &w->jobs[job];

    if (j->state > SIM_RUNNING)
        return false;
    j->held = true; /* one that runs goes on, and waits when it is requeued */
    set_cause(j, by);
    return true;
}

bool world_release(struct world *w, uint32_t job)
{
    struct sim_job *j = &w->jobs[job];

    if (j->state > SIM_RUNNING)
        return false;
    j->held = false;
    set_cause(j, NULL);
    jobs_schedule(w, j->pool);
    return true;
}

bool world_cancel(struct world *w, uint32_t job, const char *by)
{
    struct sim_job *j = &w->jobs[job];

    if (j->state > SIM_RUNNING)
        return false;
    set_cause(j, by);
    jobs_end(w, j, SIM_CANCELLED);
    return true;
}

bool world_requeue(struct world *w, uint32_t job, bool hold)
{
    struct sim_job *j = &w->jobs[job];
    uint32_t pool = j->pool;

    if (j->state != SIM_RUNNING)
        return false;
    jobs_interrupt(w, j, SIM_CANCELLED);
    w->counts.interrupted[0]--; /* by no fault */
    w->jobs[job].held = hold;
    jobs_schedule(w, pool);
    return true;
}
