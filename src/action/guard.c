/* SPDX-License-Identifier: MIT
 * guard.c - may this target be acted on at all? Each line is a lesson of somebody's accident; see plan.h. */
#include "action/plan_int.h"
#include "base/sentence.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define CLOCK_SLACK_MS 5000
#define BIT(id) (1u << node_flag_##id)

static void refuse(const struct planning *g, size_t i, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
static void refuse(const struct planning *g, size_t i, const char *fmt, ...)
{
    struct plan_target *t = &g->p->targets[i];
    char why[sizeof(t->why)];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(why, sizeof(why), fmt, ap);
    va_end(ap);
    plan_clean(t->why, sizeof(t->why), why);
    t->refused = true;
}

/* How old may it be? Two intervals of its source, and at least what is asked of every source. */
static int64_t most_age(const struct planning *g, const struct row_head *row)
{
    const struct source_row *src = snapshot_source(g->s, row->source[0]);
    double two = src && row_has(src, source, interval_ms) ? 2 * src->interval_ms : 0;

    return two > (double)g->limits.stale_ms ? (int64_t)two : g->limits.stale_ms;
}

static void guard_age(const struct planning *g, size_t i)
{
    wall_ms seen = snapshot_seen_at(g->s, g->rows[i], GROUP_SCHED);
    char age[16];

    if (!seen)
        refuse(g, i, S_("no scheduler has listed it yet"));
    else if (seen - g->now > CLOCK_SLACK_MS)
        refuse(g, i, S_("was seen in the future: a clock is wrong"));
    else if (g->now - seen > most_age(g, g->rows[i])) {
        time_age(g->now - seen, age);
        refuse(g, i, S_("was seen %s ago: too old to act on"), age);
    }
}

/* --- nodes ------------------------------------------------------------------------------------- */

/* A reason that somebody else wrote; NULL if there is none. */
static const char *foreign_reason(const struct planning *g, const struct node_row *n)
{
    const char *reason = intern_raw(g->in, n->reason);

    return *reason && !reason_is_ours(reason) ? reason : NULL;
}

static const char *writer(const struct planning *g, const struct node_row *n)
{
    return row_has(n, node, reason_by) ? intern_raw(g->in, n->reason_by) : "?";
}

/* A node that fell silent is drained so that it does not come back by itself: that is what the key is for. */
static void guard_drain(const struct planning *g, size_t i)
{
    const struct node_row *n = planned_node(g, i);
    const char *other = foreign_reason(g, n);

    if (other && (n->flags & BIT(DRAIN) || !reason_is_automatic(other)))
        refuse(g, i,
               n->flags & BIT(DRAIN) ? S_("already drained, another reason stands on it: %s (%s)")
                                     : S_("another reason stands on it: %s (%s)"),
               other, writer(g, n));
    else if (n->flags & BIT(DRAIN))
        refuse(g, i, S_("already drained"));
}

static bool is_out(const struct node_row *n)
{
    return (n->flags & (BIT(DRAIN) | BIT(FAIL))) || n->state == node_state_DOWN ||
           n->state == node_state_ERROR;
}

/* What others took out stays out, unless the operator wrote this node's name. */
static void guard_resume(const struct planning *g, size_t i)
{
    const struct node_row *n = planned_node(g, i);
    const char *other = foreign_reason(g, n);

    if (!is_out(n))
        refuse(g, i, S_("is not drained"));
    else if (n->flags & (BIT(REBOOT) | BIT(POWERING) | BIT(POWERED_DOWN)))
        refuse(g, i, S_("is rebooting or changing power: left alone"));
    else if (!g->o->named && other)
        refuse(g, i, S_("the reason on it is not ours: %s (%s); by name it can be resumed"), other,
               writer(g, n));
    else if (!g->o->named && !row_has(n, node, reason))
        refuse(
            g, i,
            S_("no reason stands on it, so nobody knows whose it is; by name it can be resumed"));
}

/* --- jobs -------------------------------------------------------------------------------------- */

#define ENDED(what)                                                                                \
    [job_state_INTERRUPTED] = (what), [job_state_DONE] = (what), [job_state_FAILED] = (what),      \
    [job_state_CANCELLED] = (what)

/* Why the verb makes no sense in that state; NULL = it does. */
static const char *const senseless[action_verb_COUNT][job_state_COUNT] = {
    /* A requeue reaches finished jobs, too. A job that is completing has finished, or waits again already. */
    [action_verb_REQUEUE] = {[job_state_UNKNOWN] = S_("its state is not known"),
                             [job_state_QUEUED] = S_("waits already"),
                             [job_state_HELD] = S_("waits already, held"),
                             [job_state_COMPLETING] = S_("is ending already"),
                             ENDED(S_("has ended: it would run again"))},
    [action_verb_HOLD] = {[job_state_UNKNOWN] = S_("its state is not known"),
                          [job_state_HELD] = S_("is held already"),
                          [job_state_RUNNING] = S_("runs: only what waits can be held"),
                          [job_state_SUSPENDED] = S_("runs: only what waits can be held"),
                          [job_state_COMPLETING] = S_("is ending already"),
                          ENDED(S_("has ended"))},
    [action_verb_RELEASE] = {[job_state_UNKNOWN] = S_("its state is not known"),
                             [job_state_QUEUED] = S_("is not held"),
                             [job_state_RUNNING] = S_("is not held"),
                             [job_state_SUSPENDED] = S_("is not held"),
                             [job_state_COMPLETING] = S_("is ending already"),
                             ENDED(S_("has ended"))},
    [action_verb_CANCEL] = {[job_state_UNKNOWN] = S_("its state is not known"),
                            [job_state_COMPLETING] = S_("is ending already"),
                            ENDED(S_("has ended"))},
};

static void guard_job(const struct planning *g, size_t i)
{
    const struct job_row *j = planned_job(g, i);
    const struct action_target *t = &g->o->targets[i];
    const char *why = senseless[g->o->verb][row_has(j, job, state) ? j->state : 0];

    if (why)
        refuse(g, i, "%s", why);
    else if (strchr(t->name, '[') && !t->whole_array)
        refuse(g, i, S_("stands for %.0f waiting tasks: say that the whole array is meant"),
               planned_tasks(g, i));
    else if (g->o->verb == action_verb_REQUEUE && row_has(j, job, requeueable) && !j->requeueable)
        refuse(g, i, S_("was submitted as a job that must not be requeued"));
}

void guard_target(const struct planning *g, size_t i)
{
    const struct row_head *row = g->rows[i];

    if (!row || (row->flags & ROW_GONE))
        refuse(g, i, S_("is gone"));
    else if (row->flags & ROW_TWIN)
        refuse(g, i, S_("looks the same as another name, but is not"));
    else if (guard_age(g, i), g->p->targets[i].refused)
        return;
    else if (g->o->verb == action_verb_DRAIN)
        guard_drain(g, i);
    else if (g->o->verb == action_verb_RESUME)
        guard_resume(g, i);
    else
        guard_job(g, i);
}
