/* SPDX-License-Identifier: MIT
 * heat.c - see heat.h. */
#include "fleetsim/heat.h"

enum { PHASE_MS = 120000, SLICE_MS = 30000, LAG = 3 };

/* What time it is for the noise when the simulation begins: one at which it is as hot as in the papers. */
static const wall_ms BEGIN_MS = INT64_C(1760000000000);

/* What noise is of: one number for each. */
enum { OF_PHASE = 1, OF_SLICE, OF_NODE, OF_DEVICE, OF_CPU };

static double noise(const struct world *w, unsigned of, uint64_t a, uint64_t b)
{
    return random_at(w->seed + of, random_mix(a) + b);
}

/* Noise goes by how long the simulation has run, not by the hour at which it began: a seed tells one story at all times. */
static wall_ms since_began(const struct world *w, wall_ms t)
{
    return t - w->began_at + BEGIN_MS;
}

/* About normal with that standard deviation; bounded by three of them. */
static double jitter(const struct world *w, unsigned of, uint64_t a, uint64_t b, double deviation)
{
    return (noise(w, of, a, b) + noise(w, of + 16, a, b) + noise(w, of + 32, a, b) - 1.5) * 2 *
           deviation;
}

/* The share of its power range that a device uses in one slice of time, and how busy its tensor pipes are. */
static double load_in_slice(const struct world *w, uint32_t job, uint64_t device, int64_t slice,
                            double *tensor)
{
    const struct sim_job *j = job == NO_INDEX ? NULL : &w->jobs[job];
    uint64_t phase = (uint64_t)(slice / (PHASE_MS / SLICE_MS));

    *tensor = 0;
    if (!j || slice * SLICE_MS < since_began(w, j->started_at))
        return 0;
    double activity = w->scenario->works[j->work].activity;
    if (activity <= 0)
        return 0.03;
    if (noise(w, OF_PHASE, j->id, phase) > 0.55)
        return 0.08;
    double share = noise(w, OF_SLICE, device, phase);
    *tensor = activity * (0.75 + 0.5 * noise(w, OF_SLICE, j->id, (uint64_t)slice));
    return 0.3 + 0.7 * share;
}

/* Power and temperature follow with a delay: a mean over the last slices. */
static double lagged_load(const struct world *w, uint32_t job, uint64_t device, wall_ms t,
                          double *tensor)
{
    static const double weights[LAG] = {0.5, 0.3, 0.2};
    double sum = 0, now;

    for (int i = 0; i < LAG; i++) {
        sum += weights[i] * load_in_slice(w, job, device, since_began(w, t) / SLICE_MS - i, &now);
        if (i == 0)
            *tensor = now > 1 ? 1 : now;
    }
    return sum;
}

/* A few nodes breathe worse than the others: those that also fail more often. */
static double node_offset(const struct world *w, uint32_t node)
{
    return jitter(w, OF_NODE, node, 0, 1.4) + (w->nodes[node].hazard > 60 ? 10 : 0);
}

static void fill(const struct world *w, const struct sim_model *m, uint32_t node, uint64_t device,
                 wall_ms t, double load, struct device_reading *out)
{
    double air = w->center->inlet_celsius + node_offset(w, node) +
                 jitter(w, OF_DEVICE, device, 0, 1.2) +
                 jitter(w, OF_DEVICE, device, (uint64_t)(since_began(w, t) / 10000), 0.4);

    out->watts = m->idle_watts + (m->max_watts - m->idle_watts) * load;
    out->core_celsius = air + 15.5 + 28 * load;
    out->memory_celsius = air + 27 + 15 * load;
    out->slowed = out->core_celsius >= m->limit_celsius;
    out->clock_hertz = m->clock_hertz * (load < 0.02 ? 0.18 : out->slowed ? 0.7 : 0.96);
}

void device_at(const struct world *w, uint32_t node, unsigned place, wall_ms t,
               struct device_reading *out)
{
    const struct sim_node *n = &w->nodes[node];
    const struct sim_model *m = &w->scenario->models[world_pool(w, n->pool)->model];
    const struct sim_fault *f = n->fault ? &w->scenario->faults[n->fault - 1] : NULL;
    uint64_t device = (uint64_t)node * SCENARIO_DEVICES + place;
    double tensor = 0;

    *out = (struct device_reading){.up = !(n->lost >> place & 1) && !n->down,
                                   .job = world_job_on(w, node, place)};
    double load = lagged_load(w, out->job, device, t, &tensor);
    fill(w, m, node, device, t, load, out);
    out->tensor = tensor;
    out->busy = load < 0.02 ? 0 : load < 0.1 ? 0.05 + load : 0.9 + load / 10;
    out->memory_bytes = m->memory_bytes * (out->job == NO_INDEX ? 0.004 : 0.55 + 0.4 * load);
    out->xid = f && f->xid && n->fault_device == place ? f->xid : 0;
}

double node_cpu_share(const struct world *w, uint32_t node, wall_ms t)
{
    const struct sim_node *n = &w->nodes[node];
    double used = __builtin_popcount(n->busy) / (double)w->pools[n->pool].places_of_node;
    bool alone = world_pool(w, n->pool)->devices == 0;

    return 0.01 + used * ((alone ? 0.85 : 0.25) +
                          0.1 * noise(w, OF_CPU, node, (uint64_t)(since_began(w, t) / 10000)));
}

double node_watts(const struct world *w, uint32_t node, wall_ms t)
{
    const struct sim_pool *p = world_pool(w, w->nodes[node].pool);

    return 120 + p->cpus * (0.8 + 2.2 * node_cpu_share(w, node, t));
}

double node_celsius(const struct world *w, uint32_t node, wall_ms t)
{
    return w->center->inlet_celsius + 14 + node_offset(w, node) + 30 * node_cpu_share(w, node, t);
}
