/* SPDX-License-Identifier: MIT
 * world.h - one simulated center: nodes, jobs and what happens to them, as a scheduler would see it.
 *
 * Time is simulated and an argument; world_advance() carries out what happens until then (arrivals, ends, failures,
 * repairs), one event after the other, so a step of an hour and 3600 steps of a second end in the same state. What devices
 * measure is no state: device_at() (heat.h) computes it from the job that holds the device and the time.
 * Deterministic: same scenario, center, seed and times give the same world.
 * Thread: none of its own; the caller's, one at a time. Owner: the caller of world_new. */
#ifndef SUAN_FLEETSIM_WORLD_H
#define SUAN_FLEETSIM_WORLD_H

#include "base/clock.h"
#include "fleetsim/random.h"
#include "fleetsim/scenario.h"
#include <stdbool.h>

#define NO_INDEX UINT32_MAX
#define SIM_USER "u%03u" /* how users are called, by their number */
#define SIM_ACCOUNT "proj%02u"
enum { SIM_ACCOUNTS = 40 }; /* of so many projects */

enum sim_state {
    SIM_QUEUED,
    SIM_RUNNING,
    SIM_DONE, /* from here on it has ended */
    SIM_FAILED,
    SIM_CANCELLED,
    SIM_NODE_FAIL,
    SIM_PREEMPTED,
    SIM_STATES
};

/* A place is what a job gets a number of: a device, or a whole node of a pool without devices. */
struct sim_node {
    uint32_t pool, number; /* of the center; within the pool */
    uint32_t next, before; /* in the pool's list of nodes with so many free places */
    uint16_t busy, lost;   /* bits of places: given to a job; gone from the bus */
    uint8_t down, drained, listed;
    uint8_t fault; /* 1 + index of what it suffers from */
    uint8_t fault_device;
    uint16_t failures; /* that happened to it */
    uint32_t jobs;     /* that run on it */
    uint32_t holders;  /* index of its first place in world.holders */
    float hazard;      /* how much likelier than others it fails */
    wall_ms since;     /* when it went out */
    wall_ms booted_at; /* since when it is up */
    char *reason;      /* why it is out; NULL = it is not */
    char by[32];
};

struct sim_job {
    uint32_t id, next_free;
    uint32_t pool, work, user;
    uint32_t places;     /* devices, or nodes */
    uint32_t node_count; /* while it runs and after it: where */
    uint32_t *nodes;
    uint32_t restarts;
    uint32_t stamp;         /* of the event that ends this attempt */
    uint16_t mask;          /* its places on each of its nodes */
    uint8_t state, end;     /* now; how it will end if nothing happens */
    bool used, held, waits; /* waits: it has its place in the queue */
    char *cause;            /* why it was held or ended, when somebody did it */
    wall_ms submitted_at, eligible_at, started_at, ended_at;
    double run_ms; /* how long an attempt takes */
};

struct sim_event {
    wall_ms at;
    uint64_t order; /* equal times: first come, first served */
    uint32_t what, stamp;
    uint8_t kind;
};

struct sim_queue {
    uint32_t *jobs; /* indices; NO_INDEX = a hole */
    size_t first, count, cap;
};

struct sim_pool_state {
    uint32_t first_node;                 /* of the center */
    uint32_t free[SCENARIO_DEVICES + 1]; /* heads of lists: nodes with so many free places */
    uint32_t whole;                      /* nodes in the last of them */
    uint32_t places_of_node;
    struct sim_queue urgent, usual;
    uint32_t running, waiting;
};

/* Counted since the start; what a test holds against the scenario. */
struct sim_counts {
    uint64_t submitted, started, ended[SIM_STATES], interrupted[2]; /* by a fault; by preemption */
    double place_hours[SIM_STATES];                                 /* of attempts that ended so */
    uint64_t failures, by_fault[SCENARIO_FAULTS];
};

struct world {
    const struct scenario *scenario;
    const struct sim_center *center;
    uint64_t seed;
    struct rng rng;
    wall_ms began_at, now;
    double speed;        /* simulated seconds in a real one: for world_told() only */
    wall_ms ahead;       /* its clock, of the real one: for what it tells only */
    uint32_t api, shape; /* of its slurmrestd: the version in paths, and that of what they answer */
    struct sim_node *nodes;
    uint32_t node_count;
    double *hazard_sums; /* running sums of hazard over the nodes: to choose who fails */
    uint32_t *holders;   /* of each place: the job that has it, NO_INDEX = none */
    struct sim_pool_state *pools;
    struct sim_job *jobs;
    size_t job_cap;
    uint32_t job_count, free_job, last_id; /* slots used at most; list of free ones */
    struct sim_event *events;              /* a heap, earliest first */
    size_t event_count, event_cap;
    uint64_t event_order;
    uint32_t last_stamp;
    double work_rate; /* jobs submitted an hour when the queue is as long as it should be */
    struct sim_counts counts;
    struct sim_accounts *accounts; /* accounts.h; NULL = nothing has ended */
    uint32_t failing;              /* the node whose jobs are being interrupted, NO_INDEX = none */
};

struct world *world_new(const struct scenario *s, size_t center, uint64_t seed, wall_ms at);
void world_free(struct world *w);
void world_advance(struct world *w, wall_ms to);

static inline const struct sim_pool *world_pool(const struct world *w, uint32_t pool)
{
    return &w->center->pools[pool];
}

/* A simulated time as the clocks of the real world show it: what happens at twenty times the speed has happened a twentieth of the
 * time ago. What was before the beginning stays where it was. */
static inline wall_ms world_told(const struct world *w, wall_ms t)
{
    wall_ms real =
        t <= w->began_at ? t : w->began_at + (wall_ms)((double)(t - w->began_at) / w->speed);

    return real + w->ahead;
}

enum { SIM_NAME_MAX = 48 };
/* "zb-g0412" */
void world_node_name(const struct world *w, uint32_t node, char out[SIM_NAME_MAX]);
/* NO_INDEX if there is none. */
uint32_t world_find_node(const struct world *w, const char *name);
uint32_t world_find_job(const struct world *w, uint32_t id);
/* The time limit that its user asked for; no attempt runs longer. */
uint32_t world_job_limit_minutes(const struct world *w, const struct sim_job *j);
/* The job that holds that place of a node, NO_INDEX = none. */
static inline uint32_t world_job_on(const struct world *w, uint32_t node, unsigned place)
{
    return w->holders[w->nodes[node].holders + place];
}

/* ---- what an operator does (world_act.c); false: there is no such thing, or its state does not allow it ---- */
bool world_drain(struct world *w, uint32_t node, const char *reason, const char *by);
bool world_resume(struct world *w, uint32_t node);
bool world_hold(struct world *w, uint32_t job, const char *by);
bool world_release(struct world *w, uint32_t job);
bool world_cancel(struct world *w, uint32_t job, const char *by);
bool world_requeue(struct world *w, uint32_t job, bool hold);

#endif
