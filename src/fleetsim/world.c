/* SPDX-License-Identifier: MIT
 * world.c - see world.h: making a center, and letting time pass. */
#include "fleetsim/world.h"
#include "base/xmem.h"
#include "fleetsim/world_int.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WARM_UP_MS = 24 * HOUR_MS };

static void make_nodes(struct world *w)
{
    for (uint32_t p = 0; p < w->center->pool_count; p++) {
        w->pools[p].first_node = w->node_count;
        places_init(w, p);
        w->node_count += world_pool(w, p)->nodes;
    }
    w->nodes = xcalloc(w->node_count, sizeof(*w->nodes));
    uint32_t places = 0;
    for (uint32_t p = 0; p < w->center->pool_count; p++) {
        for (uint32_t i = 0; i < world_pool(w, p)->nodes; i++)
            w->nodes[w->pools[p].first_node + i] = (struct sim_node){
                .pool = p,
                .number = world_pool(w, p)->first + i,
                .holders = places + i * w->pools[p].places_of_node,
                .booted_at = w->now - (wall_ms)random_exponential(&w->rng, 20.0 * 24 * HOUR_MS)};
        places += world_pool(w, p)->nodes * w->pools[p].places_of_node;
        places_list_all(w, p);
    }
    w->holders = xreallocarray(NULL, places, sizeof(*w->holders));
    for (uint32_t i = 0; i < places; i++)
        w->holders[i] = NO_INDEX;
}

struct world *world_new(const struct scenario *s, size_t center, uint64_t seed, wall_ms at)
{
    struct world *w = xcalloc(1, sizeof(*w));

    w->scenario = s;
    w->center = &s->centers[center];
    w->seed = random_mix(seed + center);
    w->rng.state = w->seed;
    w->began_at = at;
    w->speed = 1;
    w->api = w->shape = w->center->version;
    w->now = at - WARM_UP_MS;
    w->free_job = w->failing = NO_INDEX;
    w->last_id = 100000 + random_below(&w->rng, 9000000);
    w->pools = xcalloc(w->center->pool_count, sizeof(*w->pools));
    make_nodes(w);
    faults_begin(w);
    jobs_fill(w);
    world_advance(w, at); /* so that some nodes are out, and some jobs have been interrupted */
    w->counts = (struct sim_counts){0};
    return w;
}

void world_free(struct world *w)
{
    if (w == NULL)
        return;
    for (uint32_t i = 0; i < w->job_count; i++) {
        free(w->jobs[i].nodes);
        free(w->jobs[i].cause);
    }
    for (uint32_t i = 0; i < w->node_count; i++)
        free(w->nodes[i].reason);
    for (size_t i = 0; i < w->center->pool_count; i++) {
        free(w->pools[i].urgent.jobs);
        free(w->pools[i].usual.jobs);
    }
    accounts_free(w->accounts);
    free(w->holders);
    free(w->hazard_sums);
    free(w->jobs);
    free(w->nodes);
    free(w->pools);
    free(w->events);
    free(w);
}

static void happen(struct world *w, const struct sim_event *ev)
{
    struct sim_job *j = ev->what < w->job_count ? &w->jobs[ev->what] : NULL;

    switch ((enum event_kind)ev->kind) {
    case EVENT_ARRIVAL:
        jobs_arrive(w);
        break;
    case EVENT_END:
        if (j && j->used && j->stamp == ev->stamp && j->state == SIM_RUNNING)
            jobs_end(w, j, (enum sim_state)j->end);
        break;
    case EVENT_FORGET:
        if (j && j->used && j->stamp == ev->stamp && j->state >= SIM_DONE)
            jobs_forget(w, ev->what);
        break;
    case EVENT_FAILURE:
        faults_happen(w);
        break;
    case EVENT_BACK:
        faults_mend(w, ev->what);
        break;
    }
}

void world_advance(struct world *w, wall_ms to)
{
    struct sim_event ev;

    while (events_take(w, to, &ev)) {
        w->now = ev.at > w->now ? ev.at : w->now;
        happen(w, &ev);
    }
    if (to > w->now)
        w->now = to;
}

/* ---- names ---- */

void world_node_name(const struct world *w, uint32_t node, char out[SIM_NAME_MAX])
{
    const struct sim_pool *p = world_pool(w, w->nodes[node].pool);

    snprintf(out, SIM_NAME_MAX, "%.31s%0*u", p->prefix, (int)p->digits, w->nodes[node].number);
}

uint32_t world_find_node(const struct world *w, const char *name)
{
    char own[SIM_NAME_MAX];

    for (uint32_t i = 0; i < w->center->pool_count; i++) {
        const struct sim_pool *p = world_pool(w, i);
        size_t len = strlen(p->prefix);
        if (strncmp(name, p->prefix, len) != 0)
            continue;
        unsigned long number = strtoul(name + len, NULL, 10);
        if (number < p->first || number - p->first >= p->nodes)
            continue;
        uint32_t node = w->pools[i].first_node + (uint32_t)number - p->first;
        world_node_name(w, node, own);
        if (strcmp(own, name) == 0)
            return node;
    }
    return NO_INDEX;
}

uint32_t world_find_job(const struct world *w, uint32_t id)
{
    for (uint32_t i = 0; i < w->job_count; i++)
        if (w->jobs[i].used && w->jobs[i].id == id)
            return i;
    return NO_INDEX;
}
