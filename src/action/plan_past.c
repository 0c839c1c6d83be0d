/* SPDX-License-Identifier: MIT
 * plan_past.c - what is known of the targets from before: reasons that others wrote, interruptions, outages; and what an
 * operator should think of first. See plan.h. */
#include "action/plan_int.h"
#include "base/sentence.h"
#include "base/utf8.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define WINDOW_MS (28 * 86400000LL)
#define OFTEN 3 /* drained so many times: it is back too early */

void plan_clean(char *out, size_t size, const char *raw)
{
    (void)text_clean_into(out, size, raw, strlen(raw));
}

void plan_note(char *list, size_t size, const char *fmt, ...)
{
    char one[256];
    size_t len = strlen(list);
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(one, sizeof(one), fmt, ap);
    va_end(ap);
    if (len + 2 < size) {
        memcpy(list + len, "; ", 3);
        plan_clean(list + len + (len ? 2 : 0), size - len - (len ? 2 : 0), one);
    }
}

/* --- what others wrote ------------------------------------------------------------------------- */

static void note_others(const struct planning *g)
{
    for (size_t i = 0; i < g->o->count; i++) {
        const struct node_row *n = planned_node(g, i);
        if (!n || !row_has(n, node, reason) || reason_is_ours(intern_raw(g->in, n->reason)))
            continue;
        plan_note(g->p->others, sizeof(g->p->others), "%s: %.100s (%.40s)", g->o->targets[i].name,
                  intern_text(g->in, n->reason),
                  row_has(n, node, reason_by) ? intern_text(g->in, n->reason_by) : "?");
    }
}

/* --- history ----------------------------------------------------------------------------------- */

struct past {
    double interruptions;
    unsigned drained;
    bool lemon;
};

static void past_of_node(const struct planning *g, strid name, struct past *past)
{
    for (uint32_t i = 0; i < snapshot_slots(g->s, ENTITY_OFFENDER); i++) {
        const struct offender_row *r = snapshot_row(g->s, ENTITY_OFFENDER, i);
        if (!r || r->h.center != g->o->center || r->node != name)
            continue;
        past->interruptions = (double)r->events;
        past->lemon = r->flagged;
    }
    for (uint32_t i = 0; i < snapshot_slots(g->s, ENTITY_OUTAGE); i++) {
        const struct outage_row *r = snapshot_row(g->s, ENTITY_OUTAGE, i);
        if (r && r->h.center == g->o->center && r->node == name && r->kind == outage_kind_DRAINED &&
            r->began_at > g->now - WINDOW_MS)
            past->drained++;
    }
}

static void past_of_job(const struct planning *g, strid id, struct past *past)
{
    for (uint32_t i = 0; i < snapshot_slots(g->s, ENTITY_INTERRUPTION); i++) {
        const struct interruption_row *r = snapshot_row(g->s, ENTITY_INTERRUPTION, i);
        if (r && r->h.center == g->o->center && r->job == id && r->at > g->now - WINDOW_MS)
            past->interruptions++;
    }
}

static struct past past_of(const struct planning *g, size_t i)
{
    struct past past = {0};

    if (g->entity == ENTITY_NODE)
        past_of_node(g, planned_node(g, i)->name, &past);
    else
        past_of_job(g, planned_job(g, i)->id, &past);
    return past;
}

static void describe(const struct past *past, char out[96])
{
    size_t n = 0;

    out[0] = '\0';
    if (past->interruptions > 0)
        n = (size_t)snprintf(out, 96,
                             past->interruptions > 1 ? S_("%.0f interruptions in 28 d")
                                                     : S_("%.0f interruption in 28 d"),
                             past->interruptions);
    if (past->drained) {
        n += (size_t)snprintf(out + n, 96 - n, "%s", n ? ", " : "");
        snprintf(out + n, 96 - n, S_("drained %ux in 28 d"), past->drained);
    }
}

static void warn_of_resume(const struct planning *g, size_t i, const struct past *past)
{
    struct plan *p = g->p;
    const char *name = g->o->targets[i].name;

    if (past->lemon)
        plan_note(p->warnings, sizeof(p->warnings), S_("%s is a lemon"), name);
    if (past->drained >= OFTEN)
        plan_note(p->warnings, sizeof(p->warnings), S_("%s was drained %u times in 28 d"), name,
                  past->drained);
}

static void note_history(const struct planning *g)
{
    struct plan *p = g->p;
    char words[96];

    for (size_t i = 0; i < g->o->count; i++) {
        if (!g->rows[i])
            continue;
        struct past past = past_of(g, i);
        describe(&past, words);
        if (words[0] && g->o->count == 1)
            plan_note(p->history, sizeof(p->history), "%s", words);
        else if (words[0])
            plan_note(p->history, sizeof(p->history), "%s: %s", g->o->targets[i].name, words);
        if (g->o->verb == action_verb_RESUME && planned_sendable(g, i))
            warn_of_resume(g, i, &past);
    }
}

/* --- warnings ---------------------------------------------------------------------------------- */

static void warn_of_center(const struct planning *g)
{
    const struct center_row *c = snapshot_center(g->s, g->o->center);

    if (c && row_has(c, center, health) && c->health != health_LIVE)
        plan_note(g->p->warnings, sizeof(g->p->warnings), S_("the center is %s"),
                  entity_info(ENTITY_CENTER)->fields[FIELD_center_health].words[c->health]);
}

static void warn_of_pools(const struct planning *g)
{
    for (size_t i = 0; i < g->p->pool_count; i++) {
        const struct plan_pool *pool = &g->p->pools[i];
        if (pool->out_after > pool->out_before && pool->out_after >= pool->nodes)
            plan_note(g->p->warnings, sizeof(g->p->warnings), S_("%s has no node left"),
                      pool->name);
    }
}

static void warn_of_targets(const struct planning *g)
{
    for (size_t i = 0; i < g->o->count; i++)
        if (planned_sendable(g, i) && (g->rows[i]->flags & ROW_PENDING))
            plan_note(g->p->warnings, sizeof(g->p->warnings),
                      S_("another action on %s has not shown its effect yet"),
                      g->o->targets[i].name);
}

static void warn_of_reason(const struct planning *g)
{
    char reason[ACTION_REASON_MAX + 1];

    if (g->o->verb == action_verb_DRAIN && !order_reason(g->o, reason))
        plan_note(g->p->warnings, sizeof(g->p->warnings), S_("the reason is cut to %d characters"),
                  ACTION_REASON_MAX);
}

void plan_past(const struct planning *g)
{
    if (g->entity == ENTITY_NODE)
        note_others(g);
    note_history(g);
    if (g->o->verb == action_verb_RESUME && g->p->sendable > 1)
        plan_note(g->p->warnings, sizeof(g->p->warnings),
                  S_("%zu nodes at once: look at each first"), g->p->sendable);
    warn_of_center(g);
    warn_of_pools(g);
    warn_of_targets(g);
    warn_of_reason(g);
}
