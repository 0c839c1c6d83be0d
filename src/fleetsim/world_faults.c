/* SPDX-License-Identifier: MIT
 * world_faults.c - nodes that fail, and their repair.
 *
 * The times between failures of a center are exponential; who fails is drawn by hazard, which few nodes have much of
 * (a Pareto law with exponent 1.5, as Titan's devices: thousands with one event, one with a hundred). */
#include "base/xmem.h"
#include "fleetsim/world_int.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void next_failure(struct world *w)
{
    double per_hour = w->center->rate / 1000 / 24 * w->node_count;

    if (per_hour > 0 && w->scenario->fault_count > 0)
        events_put(w, w->now + 1 + (wall_ms)random_exponential(&w->rng, HOUR_MS / per_hour),
                   EVENT_FAILURE, 0, 0);
}

void faults_begin(struct world *w)
{
    double sum = 0;

    w->hazard_sums = xreallocarray(NULL, w->node_count, sizeof(*w->hazard_sums));
    for (uint32_t i = 0; i < w->node_count; i++) {
        double hazard = fmin(pow(1 - random_share(&w->rng), -1 / 1.5), 200);
        w->nodes[i].hazard = (float)hazard;
        w->hazard_sums[i] = sum += hazard;
    }
    next_failure(w);
}

static uint32_t choose_node(struct world *w)
{
    double at = random_share(&w->rng) * w->hazard_sums[w->node_count - 1];
    uint32_t low = 0, high = w->node_count - 1;

    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (w->hazard_sums[middle] > at)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

static const struct sim_model *model_of(const struct world *w, uint32_t pool)
{
    const struct sim_pool *p = world_pool(w, pool);

    return p->devices > 0 ? &w->scenario->models[p->model] : NULL;
}

/* How often that fault comes in this pool: nodes without accelerators lose none. */
static double frequency(const struct world *w, const struct sim_fault *f, uint32_t pool)
{
    bool of_device = f->scope == SIM_SCOPE_DEVICE || f->xid != 0;

    return of_device && model_of(w, pool) == NULL ? 0 : f->count;
}

static const struct sim_fault *choose_fault(struct world *w, uint32_t pool)
{
    const struct sim_fault *f = w->scenario->faults, *chosen = NULL;
    double sum = 0;

    for (uint32_t i = 0; i < w->scenario->fault_count; i++)
        sum += frequency(w, &f[i], pool);
    sum *= random_share(&w->rng);
    for (uint32_t i = 0; i < w->scenario->fault_count && (chosen == NULL || sum >= 0); i++)
        if (frequency(w, &f[i], pool) > 0) {
            chosen = &f[i];
            sum -= chosen->count;
        }
    return chosen;
}

/* Jobs on those places of the node end, and wait again. */
static void interrupt_on(struct world *w, uint32_t node, uint16_t places)
{
    uint16_t left = w->nodes[node].busy & places;

    w->failing = node;
    for (unsigned place = 0; left; place++, left >>= 1) {
        uint32_t job = left & 1 ? world_job_on(w, node, place) : NO_INDEX;
        if (job != NO_INDEX)
            jobs_interrupt(w, &w->jobs[job], SIM_NODE_FAIL);
    }
    w->failing = NO_INDEX;
}

/* Error codes of NVIDIA's driver are told of NVIDIA's devices only. */
static char *reason_of(const struct world *w, const struct sim_node *n, const struct sim_fault *f)
{
    const struct sim_model *m = model_of(w, n->pool);

    if (f->xid == 0 || m == NULL)
        return xstrdup(f->reason[0] ? f->reason : "Not responding");
    if (m->exporter == SIM_EXPORTER_DCGM)
        return xasprintf("XID %u GPU %u: %s", f->xid, n->fault_device, f->reason);
    return xasprintf("%s %u: %s", m->exporter == SIM_EXPORTER_NPU ? "NPU" : "device",
                     n->fault_device, f->reason);
}

static void take_out(struct world *w, uint32_t node, const struct sim_fault *f)
{
    struct sim_node *n = &w->nodes[node];

    free(n->reason);
    n->reason = reason_of(w, n, f);
    snprintf(n->by, sizeof(n->by), "%s", f->reason[0] ? "healthd" : "slurm");
    n->since = w->now;
    n->drained = true;
    n->down = f->scope == SIM_SCOPE_NODE;
    places_list(w, node);
}

void faults_happen(struct world *w)
{
    uint32_t node = choose_node(w);
    struct sim_node *n = &w->nodes[node];
    const struct sim_fault *f = choose_fault(w, n->pool);
    uint16_t everything = UINT16_MAX;

    next_failure(w);
    if (f == NULL || n->down || n->fault)
        return; /* it is out already */
    w->counts.failures++;
    w->counts.by_fault[f - w->scenario->faults]++;
    n->failures++;
    n->fault_device = (uint8_t)random_below(&w->rng, w->pools[n->pool].places_of_node);
    if (f->scope == SIM_SCOPE_JOB) {
        interrupt_on(w, node, everything);
        jobs_schedule(w, n->pool);
        return;
    }
    n->fault = (uint8_t)(f - w->scenario->faults + 1);
    if (f->scope == SIM_SCOPE_DEVICE)
        n->lost |= (uint16_t)(1u << n->fault_device);
    take_out(w, node, f);
    if (f->scope != SIM_SCOPE_DRAIN)
        interrupt_on(w, node, f->scope == SIM_SCOPE_NODE ? everything : n->lost);
    events_put(w, w->now + 60000 + (wall_ms)random_exponential(&w->rng, f->repair_hours * HOUR_MS),
               EVENT_BACK, node, 0);
    jobs_schedule(w, n->pool);
}

/* Repaired. If an operator holds it drained for reasons of his own, that stays. */
void faults_mend(struct world *w, uint32_t node)
{
    struct sim_node *n = &w->nodes[node];
    bool ours = strcmp(n->by, "healthd") == 0 || strcmp(n->by, "slurm") == 0;

    n->fault = 0;
    n->lost = 0;
    if (n->down)
        n->booted_at = w->now;
    n->down = false;
    if (ours)
        world_put_back(w, node);
    places_list(w, node);
    jobs_schedule(w, n->pool);
}
