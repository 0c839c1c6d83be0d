/* SPDX-License-Identifier: MIT
 * plan.c - see plan.h: the order in which an order is looked at, and what must be typed. */
#include "action/plan_int.h"
#include "base/sentence.h"
#include "base/xmem.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MINUTE_MS 60000
#define BIT(id) (1u << node_flag_##id)

static int64_t at_most(int64_t wanted, int64_t most)
{
    return wanted > 0 && wanted < most ? wanted : most;
}

struct act_limits act_limits_of(const struct act_limits *limits)
{
    struct act_limits l = limits ? *limits : (struct act_limits){0};

    if (!(l.brake_percent > 0 && l.brake_percent < 20))
        l.brake_percent = 20;
    l.nodes_per_minute = (unsigned)at_most(l.nodes_per_minute, 10);
    l.stale_ms = at_most(l.stale_ms, 2 * MINUTE_MS);
    l.arm_ms = at_most(l.arm_ms, 10 * MINUTE_MS);
    return l;
}

/* --- what must be typed ------------------------------------------------------------------------ */

/* Is there work on it that the verb concerns? Not knowing counts as yes. */
static bool work_on(const struct planning *g, size_t i)
{
    const struct plan_target *t = &g->p->targets[i];
    const struct node_row *n = planned_node(g, i);

    if (g->o->verb == action_verb_RESUME)
        return false;
    if (g->entity == ENTITY_JOB)
        return planned_runs(planned_job(g, i));
    return t->jobs != 0 || t->devices_busy > 0 || n->state == node_state_MIXED ||
           n->state == node_state_ALLOCATED || (n->flags & BIT(COMPLETING));
}

/* An array's row counts as many as it stands for. */
static double things(const struct planning *g, size_t i)
{
    return g->entity == ENTITY_JOB ? planned_tasks(g, i) : 1;
}

static void find_consent(const struct planning *g)
{
    struct plan *p = g->p;
    double count = 0;
    size_t last = 0;

    for (size_t i = 0; i < g->o->count; i++)
        if (planned_sendable(g, i)) {
            count += things(g, i);
            last = i;
        }
    if (count > 1) {
        p->consent = CONSENT_COUNT;
        snprintf(p->expect, sizeof(p->expect), "%.0f", count);
    } else if (work_on(g, last)) {
        p->consent = CONSENT_NAME;
        plan_clean(p->expect, sizeof(p->expect), g->o->targets[last].name);
    } else {
        p->consent = CONSENT_YES;
        snprintf(p->expect, sizeof(p->expect), "y");
    }
}

/* --- the whole --------------------------------------------------------------------------------- */

static void find_rows(struct planning *g)
{
    g->rows = xcalloc(g->o->count, sizeof(*g->rows));
    for (size_t i = 0; i < g->o->count; i++)
        g->rows[i] =
            snapshot_row(g->s, g->entity, snapshot_find(g->s, g->entity, g->o->targets[i].key));
}

static void look_at_targets(const struct planning *g)
{
    struct plan *p = g->p;

    for (size_t i = 0; i < g->o->count; i++) {
        struct plan_target *t = &p->targets[i];
        t->jobs = t->devices = t->devices_busy = t->gpu_hours_at_risk = -1;
        guard_target(g, i);
        if (t->refused)
            continue;
        p->sendable++;
        wall_ms seen = snapshot_seen_at(g->s, g->rows[i], GROUP_SCHED);
        if (!p->oldest_seen_at || seen < p->oldest_seen_at)
            p->oldest_seen_at = seen;
    }
}

static void make(const struct planning *g)
{
    struct plan *p = g->p;

    look_at_targets(g);
    if (g->entity == ENTITY_NODE) {
        blast_nodes(g);
        blast_pools(g);
        if (p->sendable)
            p->takes_ms = (int64_t)(p->sendable - 1) * MINUTE_MS / g->limits.nodes_per_minute;
    } else {
        blast_jobs(g);
    }
    plan_past(g);
    if (guard_permit(g) || guard_trust(g) || guard_brake(g))
        p->consent = CONSENT_NEVER;
    else
        find_consent(g);
}

enum rc plan_make(struct action_order *take, const struct snapshot *s,
                  const struct act_limits *limits, const struct act_permit *permit, wall_ms now,
                  struct plan **out, struct err *e)
{
    struct planning g = {.o = take, .s = s, .in = snapshot_strings(s), .now = now};

    if (take->count == 0) {
        order_free(take);
        return err_set(e, RC_USAGE, "order", S_("nothing is chosen: nothing is not everything"));
    }
    g.entity = verb_info(take->verb)->entity;
    g.limits = act_limits_of(limits);
    g.permit = *permit;
    g.p = xcalloc(1, sizeof(*g.p));
    g.p->order = take;
    g.p->targets = xcalloc(take->count, sizeof(*g.p->targets));
    find_rows(&g);
    make(&g);
    free(g.rows);
    *out = g.p;
    return RC_OK;
}

void plan_free(struct plan *p)
{
    if (!p)
        return;
    order_free(p->order);
    free(p->targets);
    free(p);
}
