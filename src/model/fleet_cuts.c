/* SPDX-License-Identifier: MIT
 * fleet_cuts.c - what an edit of a JOB row means: an attempt was cut short, the job went on, or ended. */
#include "base/xmem.h"
#include "model/fleet_int.h"
#include "model/fields.h"
#include <math.h>
#include <stdio.h>

enum { NO_STATE = 255 };
#define CLOCK_SLACK_MS 60000
#define VANISHED_AFTER_MS 120000
#define TAIL_SLACK_MS 2000

/* One edit of a job. */
struct turn {
    struct fleet *f;
    const struct job_row *j;
    const struct job_before *b;
    uint32_t slot;
    uint8_t was; /* state before; NO_STATE = the row is new, or had none */
    uint8_t is;
};

static bool had(const struct job_before *b, unsigned field)
{
    return b->valid >> field & 1;
}

static bool runs(uint8_t state)
{
    return state == job_state_RUNNING || state == job_state_COMPLETING ||
           state == job_state_SUSPENDED;
}

static bool waits(uint8_t state)
{
    return state == job_state_QUEUED || state == job_state_HELD;
}

static bool is_over(uint8_t state)
{
    return state == job_state_DONE || state == job_state_FAILED || state == job_state_CANCELLED ||
           state == job_state_INTERRUPTED;
}

/* A job that was forgotten and turned up again was what it had been. */
static uint8_t state_before(const struct job_before *b)
{
    if (!had(b, FIELD_job_state))
        return NO_STATE;
    return (b->flags & ROW_GONE) && b->was ? (uint8_t)(b->was - 1) : b->state;
}

static bool restarts_rose(const struct turn *t)
{
    return had(t->b, FIELD_job_restarts) && row_has(t->j, job, restarts) &&
           t->j->restarts > t->b->restarts;
}

static bool starts_anew(const struct turn *t)
{
    return row_has(t->j, job, started_at) && t->j->started_at > t->b->started_at;
}

/* --- cuts ------------------------------------------------------------------------------------- */

static double size_of(const struct turn *t, unsigned field, double before, bool has, double now)
{
    if (had(t->b, field))
        return before;
    return has ? now : NAN;
}

static void fill_sizes(const struct turn *t, struct cut *c)
{
    const struct job_row *j = t->j;

    c->cpus = size_of(t, FIELD_job_cpus, t->b->cpus, row_has(j, job, cpus), j->cpus);
    c->node_count = size_of(t, FIELD_job_node_count, t->b->node_count, row_has(j, job, node_count),
                            j->node_count);
    c->devices = size_of(t, FIELD_job_devices_allocated, t->b->devices,
                         row_has(j, job, devices_allocated), j->devices_allocated);
    if (isnan(c->devices) && row_has(j, job, devices_requested))
        c->devices = j->devices_requested;
    c->nodes = had(t->b, FIELD_job_nodes) ? t->b->nodes : j->nodes;
}

static struct cut cut_of(const struct turn *t, wall_ms started_at, wall_ms at)
{
    const struct job_row *j = t->j;
    struct cut c = cut_about(j);

    c.failed_node = row_str(j, job, failed_node);
    c.started_at = started_at;
    c.at = at > started_at ? at : started_at;
    fill_sizes(t, &c);
    c.make_room = had(t->b, FIELD_job_preempted_at) || row_has(j, job, preempted_at);
    if (had(t->b, FIELD_job_restarts))
        c.number = t->b->restarts + 1;
    else if (row_has(j, job, restarts))
        c.number = j->restarts + 1;
    return c;
}

/* When a poll listed the job for the last time before this edit. */
static wall_ms last_seen(const struct turn *t)
{
    const struct fleet *f = t->f;
    bool listed = !(t->b->flags & ROW_GONE) && t->b->source < f->confirmed.count;
    const struct source_confirmed *c = listed ? rows_at(&f->confirmed, t->b->source) : NULL;

    return c && c->at[ENTITY_JOB] > t->b->seen_at ? c->at[ENTITY_JOB] : t->b->seen_at;
}

/* A requeue renews the time of submission: that is when the attempt ended. If there were several, the
 * others ran later than it was seen last. */
static wall_ms requeued_at(const struct turn *t)
{
    const struct job_row *j = t->j;
    wall_ms now = t->f->events->now, at = now;

    if (restarts_rose(t) && t->j->restarts > t->b->restarts + 1)
        return last_seen(t);
    if (row_has(j, job, submitted_at) && j->submitted_at > t->b->started_at &&
        j->submitted_at <= now + CLOCK_SLACK_MS)
        at = j->submitted_at;
    else if (row_has(j, job, ended_at) && row_time(j, job, ended_at) > t->b->started_at &&
             row_time(j, job, ended_at) < now)
        at = row_time(j, job, ended_at);
    return starts_anew(t) && j->started_at < at ? j->started_at : at;
}

/* Is it the end of an attempt whose interruption is known? A requeued job that completes tells the time of the requeue
 * as its start, so it looks like the next attempt, which has not begun. */
static bool is_tail(struct fleet *f, const struct job_row *j, uint8_t state, wall_ms start)
{
    const struct story *s = state == job_state_COMPLETING ? story_find(f, j->h.key) : NULL;

    for (uint32_t i = s ? s->interruption : SLOT_NONE; i != SLOT_NONE;
         i = f->events->interruptions[i].older) {
        const struct interruption_row *row = rows_at(&f->tables[ENTITY_INTERRUPTION].rows, i);
        if (start >= row->started_at && start <= row->at + TAIL_SLACK_MS)
            return true;
    }
    return false;
}

/* The attempt that ran before the edit runs no more, and the job was put back into the queue. */
static void cut_requeued(const struct turn *t)
{
    if (!runs(t->was) || !had(t->b, FIELD_job_started_at) ||
        is_tail(t->f, t->j, t->was, t->b->started_at))
        return;
    bool counted = had(t->b, FIELD_job_restarts) || row_has(t->j, job, restarts);
    if (!waits(t->is) && !(restarts_rose(t) && t->is != job_state_INTERRUPTED) &&
        !(!counted && runs(t->is) && starts_anew(t)))
        return;
    struct cut c = cut_of(t, t->b->started_at, requeued_at(t));
    c.end = attempt_end_REQUEUED;
    c.seen_by = restarts_rose(t) ? seen_by_RESTARTS : seen_by_LIVE;
    interruption_make(t->f, &c);
}

static wall_ms end_of(const struct turn *t)
{
    return row_has(t->j, job, ended_at) ? row_time(t->j, job, ended_at) : t->f->events->now;
}

/* The scheduler's own word for the job says that it was interrupted. */
static void cut_told(const struct turn *t)
{
    const struct job_row *j = t->j;

    if (t->is != job_state_INTERRUPTED || t->was == job_state_INTERRUPTED)
        return;
    wall_ms start = row_has(j, job, started_at) ? j->started_at : t->b->started_at;
    if (!start)
        return;
    struct cut c = cut_of(t, start, end_of(t));
    c.end = interrupt_end_of(job_state_INTERRUPTED, author_raw(t->f, j->raw_state));
    c.seen_by = seen_by_LIVE;
    interruption_make(t->f, &c);
}

/* Somebody else had this program cancel it. */
static void cut_cancelled(const struct turn *t)
{
    const struct job_row *j = t->j;
    wall_ms at = end_of(t);

    if (t->is != job_state_CANCELLED || !row_has(j, job, started_at))
        return;
    const struct action_row *a = evidence_action(t->f, j->h.center, j->id, at, true);
    if (!a || (row_has(a, action, actor) && a->actor == j->user))
        return;
    struct cut c = cut_of(t, j->started_at, at);
    c.end = attempt_end_CANCELLED_BY_OPERATOR;
    c.seen_by = seen_by_LIVE;
    interruption_make(t->f, &c);
}

static void remember_failure(const struct turn *t, const struct cut *c)
{
    struct events *ev = t->f->events;

    if (!ev->failures)
        ev->failures = xcalloc(STARTS, sizeof(*ev->failures));
    ev->failures[ev->failure_next] = (struct failure){.slot = t->slot,
                                                      .birth = t->j->h.birth,
                                                      .devices = c->devices,
                                                      .cpus = c->cpus,
                                                      .node_count = c->node_count,
                                                      .number = c->number,
                                                      .started_at = c->started_at,
                                                      .at = c->at};
    ev->failure_next = (ev->failure_next + 1) % STARTS;
}

/* It failed, and one of its devices did: not by itself. */
static void cut_broken(const struct turn *t)
{
    const struct job_row *j = t->j;

    if (t->is != job_state_FAILED || (t->was != NO_STATE && is_over(t->was)) ||
        !row_has(j, job, started_at))
        return;
    struct cut c = cut_of(t, j->started_at, end_of(t));
    c.end = interrupt_end_of(job_state_FAILED, author_raw(t->f, j->raw_state));
    c.seen_by = seen_by_LIVE;
    if (c.end != attempt_end_FAILED)
        return;
    if (evidence_fault(t->f, &c))
        interruption_make(t->f, &c);
    else if (c.devices != 0)
        remember_failure(t, &c);
}

void cuts_blame_devices(struct fleet *f)
{
    struct events *ev = f->events;
    const struct table *jobs = &f->tables[ENTITY_JOB];

    for (uint32_t k = 0; ev->faulty && ev->failures && k < STARTS; k++) {
        struct failure *x = &ev->failures[k];
        const struct job_row *j = table_alive(jobs, x->slot) ? rows_at(&jobs->rows, x->slot) : NULL;
        if (!x->at || !j || j->h.birth != x->birth || j->state != job_state_FAILED)
            continue;
        struct cut c = cut_about(j);
        c.started_at = x->started_at;
        c.at = x->at;
        c.devices = x->devices;
        c.cpus = x->cpus;
        c.node_count = x->node_count;
        c.number = x->number;
        c.nodes = j->nodes;
        c.failed_node = row_str(j, job, failed_node);
        c.end = attempt_end_FAILED;
        c.seen_by = seen_by_LIVE;
        if (!evidence_fault(f, &c))
            continue;
        *x = (struct failure){0};
        interruption_make(f, &c);
        cuts_follow(f, story_find(f, j->h.key), j);
    }
    ev->faulty = false;
}

/* --- ends ------------------------------------------------------------------------------------- */

static uint64_t attempt_key(const struct turn *t)
{
    char id[160];
    int len = snprintf(id, sizeof id, "%s@%lld", intern_raw(t->f->strings, t->j->id),
                       (long long)(t->j->started_at / 1000));

    return row_key(ENTITY_ATTEMPT, t->j->h.center, id,
                   len < (int)sizeof id ? (size_t)len : sizeof id - 1);
}

/* A waiting job that is cancelled has a start, too: of no length. */
static void ended(const struct turn *t)
{
    const struct job_row *j = t->j;
    wall_ms at = end_of(t);

    if (!is_over(t->is) || (t->was != NO_STATE && is_over(t->was)) ||
        !row_has(j, job, started_at) || (!runs(t->was) && at <= j->started_at))
        return;
    enum attempt_end end = interrupt_end_of((enum job_state)t->is, author_raw(t->f, j->raw_state));
    hours_count_end(t->f, &(struct ending){.center = j->h.center,
                                           .attempt = attempt_key(t),
                                           .at = at,
                                           .end = end,
                                           .nodes = j->nodes});
    attempt_over(t->f, j, end, at);
}

/* --- what became of it ------------------------------------------------------------------------ */

static wall_ms newest_start(const struct fleet *f, const struct story *s)
{
    wall_ms newest = 0;

    for (uint32_t i = s->interruption; i != SLOT_NONE; i = f->events->interruptions[i].older) {
        const struct interruption_row *row = rows_at(&f->tables[ENTITY_INTERRUPTION].rows, i);
        if (row->started_at > newest)
            newest = row->started_at;
    }
    return newest;
}

static void put_outcome(struct edit *ed, enum interruption_outcome o, wall_ms at)
{
    const struct interruption_row *i = ed->row;

    if (row_has(i, interruption, outcome) && i->outcome == o)
        return;
    author_small(ed, FIELD_interruption_outcome, o);
    author_time(ed, FIELD_interruption_outcome_at, at);
}

static void follow_one(struct fleet *f, uint32_t slot, enum interruption_outcome o,
                       wall_ms resumed_at, bool resolved)
{
    struct edit ed = edit_begin(f, ENTITY_INTERRUPTION, slot);

    put_outcome(&ed, o, f->events->now);
    if (resumed_at && !row_has((const struct interruption_row *)ed.row, interruption, resumed_at))
        author_time(&ed, FIELD_interruption_resumed_at, resumed_at);
    if (!f->events->interruptions[slot].by_hand) {
        f->events->interruptions[slot].resolved = resolved;
        author_small(&ed, FIELD_interruption_resolved, resolved);
    }
    author_end(&ed);
}

/* It is over for the scheduler, whatever it was. */
static enum interruption_outcome last_known(const struct interruption_row *i)
{
    bool open = i->outcome == interruption_outcome_WAITING ||
                i->outcome == interruption_outcome_HELD ||
                i->outcome == interruption_outcome_RUNNING;

    return open ? interruption_outcome_UNKNOWN : (enum interruption_outcome)i->outcome;
}

static void follow_gone(struct fleet *f, const struct story *s)
{
    for (uint32_t i = s->interruption; i != SLOT_NONE; i = f->events->interruptions[i].older)
        follow_one(f, i, last_known(rows_at(&f->tables[ENTITY_INTERRUPTION].rows, i)), 0, true);
}

/* Earlier interruptions of a job are settled by the later attempt; all tell what became of the job. */
void cuts_follow(struct fleet *f, struct story *s, const struct job_row *j)
{
    wall_ms newest = newest_start(f, s);
    bool own = !row_has(j, job, started_at) || j->started_at <= newest ||
               is_tail(f, j, j->state, j->started_at);
    enum interruption_outcome o = interrupt_outcome((enum job_state)j->state, own);

    if (j->h.flags & ROW_GONE) {
        follow_gone(f, s);
        return;
    }
    /* One that is cancelled while it waits has a start as well. */
    bool ran = o == interruption_outcome_RUNNING ||
               (!own && (o == interruption_outcome_DONE || o == interruption_outcome_FAILED));
    wall_ms again = ran ? j->started_at : 0;
    for (uint32_t i = s->interruption; i != SLOT_NONE; i = f->events->interruptions[i].older) {
        const struct interruption_row *row = rows_at(&f->tables[ENTITY_INTERRUPTION].rows, i);
        bool last = row->started_at == newest;
        follow_one(f, i, o, last ? again : newest, !last || interrupt_settled(o));
    }
    if (again && o == interruption_outcome_RUNNING)
        attempt_running(f, j);
}

static enum interruption_outcome outcome_of(enum attempt_end end)
{
    switch (end) {
    case attempt_end_DONE:
        return interruption_outcome_DONE;
    case attempt_end_FAILED:
    case attempt_end_OOM:
    case attempt_end_TIME_LIMIT:
        return interruption_outcome_FAILED;
    case attempt_end_CANCELLED_BY_OWNER:
    case attempt_end_CANCELLED_BY_OPERATOR:
        return interruption_outcome_CANCELLED;
    default:
        return interruption_outcome_UNKNOWN;
    }
}

void cuts_told_end(struct fleet *f, struct story *s, const struct attempt_row *a)
{
    uint32_t job = table_find(&f->tables[ENTITY_JOB], s->job);
    enum interruption_outcome o = row_has(a, attempt, end) ? outcome_of((enum attempt_end)a->end)
                                                           : interruption_outcome_UNKNOWN;
    wall_ms newest = newest_start(f, s), start = a->started_at;

    if (job != SLOT_NONE && !(table_head(&f->tables[ENTITY_JOB], job)->flags & ROW_GONE)) {
        /* It may have been listed as what it is now before anybody told of the interruption. */
        if (s->interruption != SLOT_NONE)
            cuts_follow(f, s, rows_at(&f->tables[ENTITY_JOB].rows, job));
        return;
    }
    /* An operator who cancels the job interrupts its last attempt. */
    bool own = start == newest && a->end == attempt_end_CANCELLED_BY_OPERATOR;
    if (o == interruption_outcome_UNKNOWN || (start <= newest && !own))
        return;
    for (uint32_t i = s->interruption; i != SLOT_NONE; i = f->events->interruptions[i].older) {
        const struct interruption_row *row = rows_at(&f->tables[ENTITY_INTERRUPTION].rows, i);
        bool last = row->started_at == newest;
        follow_one(f, i, o, !last ? newest : own ? 0 : start, true);
    }
}

void cuts_job_dropped(struct fleet *f, uint32_t slot)
{
    const struct job_row *j = rows_at(&f->tables[ENTITY_JOB].rows, slot);
    struct story *s = story_find(f, j->h.key);

    if (s && !(j->h.flags & ROW_GONE))
        follow_gone(f, s);
}

/* A job that was waited for and is in no list of a center that is watched: history told of it, and it
 * ended while this program did not run. */
void cuts_settle_vanished(struct fleet *f)
{
    const struct events *ev = f->events;

    for (uint32_t k = 0; k < ev->story_count; k++) {
        const struct story *s = &ev->stories[k];
        if (s->used && s->interruption != SLOT_NONE &&
            hours_observed(f, s->center, ev->now - VANISHED_AFTER_MS) &&
            hours_observed(f, s->center, ev->now) &&
            table_find(&f->tables[ENTITY_JOB], s->job) == SLOT_NONE)
            follow_gone(f, s);
    }
}

/* --- the edit --------------------------------------------------------------------------------- */

static bool nothing_happened(const struct job_before *b, const struct job_row *j)
{
    return had(b, FIELD_job_state) && b->state == j->state && b->started_at == j->started_at &&
           b->restarts == j->restarts && !((b->flags ^ j->h.flags) & ROW_GONE);
}

void cuts_job_edited(struct edit *ed)
{
    const struct job_row *j = ed->row;
    struct turn t = {.f = ed->f, .j = j, .b = &ed->before.job, .slot = ed->slot};

    if (nothing_happened(t.b, j) || !row_has(j, job, state) || !row_has(j, job, id))
        return;
    t.was = state_before(t.b);
    t.is = j->state;
    if (!(j->h.flags & ROW_GONE)) {
        cut_requeued(&t);
        cut_told(&t);
        cut_cancelled(&t);
        cut_broken(&t);
        ended(&t);
        if (t.is == job_state_RUNNING)
            evidence_job_started(t.f, t.slot);
    }
    struct story *s = story_find(t.f, j->h.key);
    if (s && s->interruption != SLOT_NONE)
        cuts_follow(t.f, s, j);
}
