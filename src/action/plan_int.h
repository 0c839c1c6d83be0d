/* SPDX-License-Identifier: MIT
 * plan_int.h - the inside of planning, shared by plan*.c, guard*.c and blast*.c only. Pure; thread: the caller's. */
#ifndef SUAN_ACTION_PLAN_INT_H
#define SUAN_ACTION_PLAN_INT_H

#include "action/plan.h"

/* The planning of one order: what every part of it reads. */
struct planning {
    struct plan *p;
    const struct action_order *o; /* p->order */
    enum entity entity;           /* of its targets */
    const struct snapshot *s;
    const struct intern *in;
    struct act_limits limits; /* effective */
    struct act_permit permit;
    wall_ms now;
    const struct row_head **rows; /* by target, as they are now; NULL = gone */
};

static inline const struct node_row *planned_node(const struct planning *g, size_t i)
{
    return (const struct node_row *)(const void *)g->rows[i];
}
static inline const struct job_row *planned_job(const struct planning *g, size_t i)
{
    return (const struct job_row *)(const void *)g->rows[i];
}
/* Is it sent if the operator agrees? */
static inline bool planned_sendable(const struct planning *g, size_t i)
{
    return !g->p->targets[i].refused;
}
/* Array tasks that a target stands for. */
double planned_tasks(const struct planning *g, size_t i);
/* The job occupies nodes. */
bool planned_runs(const struct job_row *j);

/* guard.c: refuses single targets. Sets refused and why. */
void guard_target(const struct planning *g, size_t i);
/* guard_order.c: refuses the whole. Each sets p->refused and says true. */
bool guard_permit(const struct planning *g);
bool guard_trust(const struct planning *g); /* can what is shown be believed? */
bool guard_brake(const struct planning *g); /* after blast_pools */

/* blast.c: figures of the targets and of all of them together; owners. */
void blast_jobs(const struct planning *g);
void blast_nodes(const struct planning *g);
/* blast_pools.c: worst first; only for verbs on nodes. */
void blast_pools(const struct planning *g);
/* Would the order leave more of the pool out than the brake lets through? Those pools come first of all. */
bool blast_over(const struct planning *g, const struct plan_pool *pool);

/* plan_past.c: others, history, warnings. */
void plan_past(const struct planning *g);
/* Adds a sentence to a list of them, "; " between. Cut where it does not fit. */
void plan_note(char *list, size_t size, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* Clean text of raw bytes, cut where it does not fit. */
void plan_clean(char *out, size_t size, const char *raw);

#endif
