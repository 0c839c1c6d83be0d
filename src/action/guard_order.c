/* SPDX-License-Identifier: MIT
 * guard_order.c - may the order as a whole go out? See plan.h. */
#include "action/plan_int.h"
#include "base/sentence.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static bool never(const struct planning *g, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
static bool never(const struct planning *g, const char *fmt, ...)
{
    char why[sizeof(g->p->refused)];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(why, sizeof(why), fmt, ap);
    va_end(ap);
    plan_clean(g->p->refused, sizeof(g->p->refused), why);
    return true;
}

bool guard_permit(const struct planning *g)
{
    if (g->limits.forbidden)
        return never(g, "%s", g->limits.forbidden);
    if (g->limits.read_only)
        return never(g, S_("this screen is read-only"));
    if (g->permit.mode == ACT_OFF)
        return never(g, S_("actions are off for %s (actions: off in the configuration)"),
                     g->o->center_id);
    if (g->permit.mode == ACT_ARM && g->permit.armed_until <= g->now)
        return never(g, S_("%s is not armed; :arm %s opens it for %d minutes"), g->o->center_id,
                     g->o->center_id, (int)(g->limits.arm_ms / 60000));
    return false;
}

/* Most of what is on the screen is old: then it is more likely that this machine is cut off. */
static bool sources_silent(const struct snapshot *s)
{
    size_t all = 0, silent = 0;

    for (uint32_t i = 0; i < snapshot_slots(s, ENTITY_SOURCE); i++) {
        const struct source_row *src = snapshot_source(s, (uint16_t)i);
        if (!src)
            continue;
        all++;
        silent += src->state == source_state_FAILED || src->state == source_state_STALE;
    }
    return silent * 2 > all;
}

bool guard_trust(const struct planning *g)
{
    const struct center_row *c = snapshot_center(g->s, g->o->center);

    if (!c)
        return never(g, S_("the center is not there any more"));
    if (g->o->cluster[0] && row_has(c, center, cluster) &&
        strcmp(g->o->cluster, intern_raw(g->in, c->cluster)) != 0)
        return never(g, S_("%s was cluster %s and now says that it is %s"), g->o->center_id,
                     g->o->cluster, intern_raw(g->in, c->cluster));
    if (sources_silent(g->s))
        return never(
            g, S_("more than half of the sources are silent: what is shown cannot be trusted"));
    if (!g->p->sendable && g->o->count == 1)
        return never(g, "%s: %s", g->o->targets[0].name, g->p->targets[0].why);
    if (!g->p->sendable)
        return never(g, S_("none of the %zu targets can be %s"), g->o->count,
                     verb_info(g->o->verb)->past);
    return false;
}

bool guard_brake(const struct planning *g)
{
    const struct plan_pool *pool = &g->p->pools[0];

    if (!g->p->pool_count || !blast_over(g, pool))
        return false;
    g->p->braked = true;
    if (g->o->mass && g->o->ticket[0])
        return false;
    return never(g, "%.0f of the %.0f nodes of %s would be out, more than %g %%: that needs %s",
                 pool->out_after, pool->nodes, pool->name, g->limits.brake_percent,
                 g->o->mass ? "a ticket" : S_("--mass and a ticket"));
}
