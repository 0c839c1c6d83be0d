/* SPDX-License-Identifier: MIT
 * fleet_attempts.c - ATTEMPT rows: put together from polls, or told by accounting, which knows best. */
#include "base/xmem.h"
#include "model/fleet_int.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { MOST_ATTEMPTS = 256, MOST_RESTARTS = 1000000 }; /* of one job that are numbered */

static const struct attempt_row *row_at(const struct fleet *f, uint32_t slot)
{
    return rows_at(&f->tables[ENTITY_ATTEMPT].rows, slot);
}

static bool is_exact(const struct attempt_row *a)
{
    return row_has(a, attempt, seen_by) && a->seen_by == seen_by_ACCOUNTING;
}

/* --- numbers ---------------------------------------------------------------------------------- */

static int by_start(const void *a, const void *b)
{
    const struct attempt_row *const *x = a, *const *y = b;

    return ((*x)->started_at > (*y)->started_at) - ((*x)->started_at < (*y)->started_at);
}

static void put_number(struct fleet *f, const struct story *s, const struct attempt_row *a,
                       double number)
{
    uint32_t slot = table_find(&f->tables[ENTITY_ATTEMPT], a->h.key);
    wall_ms start = a->started_at, end = a->ended_at;
    struct edit ed = edit_begin(f, ENTITY_ATTEMPT, slot);

    author_num(&ed, FIELD_attempt_number, number);
    author_end(&ed);
    uint32_t i = end ? interruption_during(f, s, start, end, is_exact(a)) : SLOT_NONE;
    if (i == SLOT_NONE)
        return;
    ed = edit_begin(f, ENTITY_INTERRUPTION, i);
    author_num(&ed, FIELD_interruption_attempt, number);
    author_end(&ed);
}

static uint32_t whole(double number)
{
    return number > 0 && number < MOST_RESTARTS ? (uint32_t)number : 0;
}

static uint32_t told_number(const struct fleet *f, const struct attempt_row *a)
{
    return f->events->attempts[table_find(&f->tables[ENTITY_ATTEMPT], a->h.key)].number;
}

/* By their starts, from those of which a count of restarts told the number. */
static void number_all(struct fleet *f, const struct story *s)
{
    const struct attempt_row *all[MOST_ATTEMPTS];
    uint32_t number[MOST_ATTEMPTS], last = 0;
    size_t n = 0, first = 0;

    for (uint32_t a = s->attempt; a != SLOT_NONE && n < MOST_ATTEMPTS;
         a = f->events->attempts[a].older)
        all[n++] = row_at(f, a);
    qsort(all, n, sizeof(*all), by_start);
    while (first < n && !told_number(f, all[first]))
        first++;
    if (first < n && told_number(f, all[first]) > first)
        last = told_number(f, all[first]) - (uint32_t)first - 1;
    for (size_t k = 0; k < n; k++) {
        uint32_t told = told_number(f, all[k]);
        number[k] = last = told > last ? told : last + 1;
    }
    for (size_t k = 0; k < n; k++)
        put_number(f, s, row_at(f, table_find(&f->tables[ENTITY_ATTEMPT], all[k]->h.key)),
                   number[k]);
}

static struct story *story_at(struct fleet *f, uint32_t slot)
{
    uint32_t index = attempt_side(f, slot)->story;

    return index ? &f->events->stories[index - 1] : NULL;
}

/* --- seen live -------------------------------------------------------------------------------- */

static void put_what(struct edit *ed, const struct cut *c)
{
    author_str(ed, FIELD_attempt_job, c->job);
    author_str(ed, FIELD_attempt_name, c->name);
    author_str(ed, FIELD_attempt_user, c->user);
    author_str(ed, FIELD_attempt_account, c->account);
    author_str(ed, FIELD_attempt_pool, c->pool);
    author_num(ed, FIELD_attempt_number, c->number);
    author_num(ed, FIELD_attempt_devices, c->devices);
    author_num(ed, FIELD_attempt_cpus, c->cpus);
    author_num(ed, FIELD_attempt_node_count, c->node_count);
    author_str(ed, FIELD_attempt_nodes, c->nodes);
    author_str(ed, FIELD_attempt_failed_node, c->failed_node);
}

uint32_t attempt_put(struct fleet *f, const struct cut *c)
{
    char id[160];
    bool made;

    snprintf(id, sizeof id, "%s@%lld", intern_raw(f->strings, c->job),
             (long long)(c->started_at / 1000));
    uint32_t slot = author_take(f, ENTITY_ATTEMPT, c->center, id, &made);
    if (slot == SLOT_NONE || (!made && is_exact(row_at(f, slot))))
        return slot;
    struct edit ed = edit_begin(f, ENTITY_ATTEMPT, slot);
    put_what(&ed, c);
    author_time(&ed, FIELD_attempt_submitted_at, c->submitted_at);
    author_time(&ed, FIELD_attempt_eligible_at, c->eligible_at);
    author_time(&ed, FIELD_attempt_started_at, c->started_at);
    author_time(&ed, FIELD_attempt_ended_at, c->at);
    author_small(&ed, FIELD_attempt_end, c->end);
    author_small(&ed, FIELD_attempt_seen_by, c->seen_by);
    author_end(&ed);
    if (isfinite(c->number))
        attempt_side(f, slot)->number = whole(c->number);
    story_link_attempt(f, slot);
    if (!isfinite(c->number))
        number_all(f, story_at(f, slot));
    return slot;
}

struct cut cut_about(const struct job_row *j)
{
    return (struct cut){.center = j->h.center,
                        .job_key = j->h.key,
                        .job = j->id,
                        .name = j->name,
                        .user = j->user,
                        .account = j->account,
                        .pool = j->pool,
                        .number = NAN};
}

static struct cut cut_of_job(const struct job_row *j)
{
    struct cut c = cut_about(j);

    c.nodes = j->nodes;
    c.number = row_has(j, job, restarts) ? j->restarts + 1 : NAN;
    c.devices = row_has(j, job, devices_allocated) ? j->devices_allocated : NAN;
    c.cpus = row_has(j, job, cpus) ? j->cpus : NAN;
    c.node_count = row_has(j, job, node_count) ? j->node_count : NAN;
    c.submitted_at = j->submitted_at;
    c.eligible_at = j->eligible_at;
    c.started_at = j->started_at;
    c.seen_by = seen_by_LIVE;
    return c;
}

void attempt_running(struct fleet *f, const struct job_row *j)
{
    struct cut c = cut_of_job(j);

    c.end = attempt_end_RUNNING;
    attempt_put(f, &c);
}

void attempt_over(struct fleet *f, const struct job_row *j, enum attempt_end end, wall_ms at)
{
    const struct story *s = story_find(f, j->h.key);

    for (uint32_t a = s ? s->attempt : SLOT_NONE; a != SLOT_NONE;
         a = f->events->attempts[a].older) {
        const struct attempt_row *row = row_at(f, a);
        if (row->started_at != j->started_at || is_exact(row) || row->end != attempt_end_RUNNING)
            continue;
        struct edit ed = edit_begin(f, ENTITY_ATTEMPT, a);
        author_small(&ed, FIELD_attempt_end, end);
        author_time(&ed, FIELD_attempt_ended_at, at);
        author_str(&ed, FIELD_attempt_raw_state, j->raw_state);
        author_end(&ed);
        return;
    }
}

/* --- told by accounting ----------------------------------------------------------------------- */

/* "14_5@1700000000": what the row does not say otherwise. */
static void complete(struct fleet *f, uint32_t slot)
{
    struct edit ed = edit_begin(f, ENTITY_ATTEMPT, slot);
    const struct attempt_row *a = ed.row;
    const char *id = row_has(a, attempt, id) ? intern_raw(f->strings, a->id) : "";
    const char *mark = strrchr(id, '@');

    if (mark && !row_has(a, attempt, job))
        author_str(&ed, FIELD_attempt_job, intern_put(f->strings, id, (size_t)(mark - id)));
    a = ed.row;
    long long start = mark ? strtoll(mark + 1, NULL, 10) : 0;
    if (start > 0 && start < INT64_C(253402300799) && !row_has(a, attempt, started_at))
        author_time(&ed, FIELD_attempt_started_at, start * 1000);
    author_small(&ed, FIELD_attempt_seen_by, seen_by_ACCOUNTING);
    author_end(&ed);
}

static struct cut cut_of_attempt(const struct fleet *f, const struct attempt_row *a)
{
    return (struct cut){
        .center = a->h.center,
        .job_key = row_key(ENTITY_JOB, a->h.center, intern_raw(f->strings, a->job),
                           intern_raw_len(f->strings, a->job)),
        .job = a->job,
        .name = a->name,
        .user = a->user,
        .account = a->account,
        .pool = a->pool,
        .nodes = a->nodes,
        .failed_node = a->failed_node,
        .ended_by = a->ended_by,
        .number = row_has(a, attempt, number) ? a->number : NAN,
        .devices = row_has(a, attempt, devices) ? a->devices : NAN,
        .cpus = row_has(a, attempt, cpus) ? a->cpus : NAN,
        .node_count = row_has(a, attempt, node_count) ? a->node_count : NAN,
        .submitted_at = a->submitted_at,
        .eligible_at = a->eligible_at,
        .started_at = a->started_at,
        .at = a->ended_at > a->started_at ? a->ended_at : a->started_at,
        .end = (enum attempt_end)a->end,
        .seen_by = seen_by_ACCOUNTING,
    };
}

/* What polls had put together of the same run, under a start that was not the last word. */
static void drop_twin(struct fleet *f, const struct story *s, uint32_t slot)
{
    const struct attempt_row *a = row_at(f, slot);
    uint32_t next;

    for (uint32_t k = s->attempt; k != SLOT_NONE; k = next) {
        const struct attempt_row *b = row_at(f, k);
        next = f->events->attempts[k].older;
        if (k == slot || is_exact(b) || !b->ended_at || b->started_at >= a->ended_at ||
            b->ended_at <= a->started_at)
            continue;
        fleet_drop(f, ENTITY_ATTEMPT, k);
    }
}

/* --- ends told before the interruption is ----------------------------------------------------- */

static void remember(struct fleet *f, const struct cut *c)
{
    struct events *ev = f->events;

    if (!ev->orphans)
        ev->orphans = xcalloc(ORPHANS, sizeof(*ev->orphans));
    ev->orphans[ev->orphan_next] = (struct orphan){.job = c->job_key,
                                                   .submitted_at = c->submitted_at,
                                                   .eligible_at = c->eligible_at,
                                                   .started_at = c->started_at,
                                                   .ended_at = c->at,
                                                   .devices = c->devices,
                                                   .cpus = c->cpus,
                                                   .node_count = c->node_count,
                                                   .end = c->end,
                                                   .center = c->center};
    ev->orphan_next = (ev->orphan_next + 1) % ORPHANS;
}

/* The job turns out to have been interrupted: its other attempts are worth a row after all. */
static void adopt(struct fleet *f, const struct cut *of)
{
    struct events *ev = f->events;

    for (uint32_t k = 0; ev->orphans && k < ORPHANS; k++) {
        struct orphan *o = &ev->orphans[k];
        if (o->job != of->job_key || o->center != of->center || !o->started_at)
            continue;
        struct cut c = *of;
        c.submitted_at = o->submitted_at;
        c.eligible_at = o->eligible_at;
        c.started_at = o->started_at;
        c.at = o->ended_at;
        c.devices = o->devices;
        c.cpus = o->cpus;
        c.node_count = o->node_count;
        c.end = o->end;
        c.number = NAN;
        c.nodes = c.failed_node = 0;
        *o = (struct orphan){0};
        attempt_put(f, &c);
    }
}

static void keep(struct fleet *f, uint32_t slot)
{
    story_link_attempt(f, slot);
    struct story *s = story_at(f, slot);
    if (!s)
        return;
    if (row_at(f, slot)->ended_at)
        drop_twin(f, s, slot);
    number_all(f, story_at(f, slot));
    cuts_told_end(f, story_at(f, slot), row_at(f, slot));
}

/* A program that fails by itself is no interruption, one whose device broke is; that may have been seen by an earlier run
 * of this program. */
static bool device_broke_it(struct fleet *f, const struct cut *c, uint32_t interruption)
{
    const struct interruption_row *i =
        interruption == SLOT_NONE ? NULL
                                  : rows_at(&f->tables[ENTITY_INTERRUPTION].rows, interruption);

    return c->end == attempt_end_FAILED &&
           ((i && i->cause == interruption_cause_DEVICE) || evidence_fault(f, c));
}

/* It ended: an interruption, or a proof that it was none. True if the row is worth keeping. */
static bool settle(struct fleet *f, uint32_t slot)
{
    struct cut c = cut_of_attempt(f, row_at(f, slot));
    struct story *s = story_find(f, c.job_key);
    uint32_t i = interruption_during(f, s, c.started_at, c.at, true);

    hours_count_end(f, &(struct ending){.center = c.center,
                                        .attempt = row_at(f, slot)->h.key,
                                        .at = c.at,
                                        .end = c.end,
                                        .nodes = c.nodes});
    if (!interrupt_is_one(c.end, device_broke_it(f, &c, i))) {
        bool worth = i != SLOT_NONE || (s && s->interruption != SLOT_NONE);
        if (i != SLOT_NONE && c.end != attempt_end_UNKNOWN)
            interruption_withdraw(f, i);
        if (!worth)
            remember(f, &c);
        return worth;
    }
    story_link_attempt(f, slot);
    if (i != SLOT_NONE)
        interruption_correct(f, i, &c);
    else
        interruption_make(f, &c);
    adopt(f, &c);
    return true;
}

static bool is_running(const struct attempt_row *a)
{
    return !row_has(a, attempt, end) || a->end == attempt_end_RUNNING || !a->ended_at;
}

void attempt_arrived(struct fleet *f, uint32_t slot)
{
    struct story *s;

    if (f->events->restored) {
        story_link_attempt(f, slot);
        return;
    }
    if (!attempt_side(f, slot)->story && row_has(row_at(f, slot), attempt, number))
        attempt_side(f, slot)->number = whole(row_at(f, slot)->number);
    complete(f, slot);
    const struct attempt_row *a = row_at(f, slot);
    if (!row_has(a, attempt, job) || !row_has(a, attempt, started_at)) {
        fleet_drop(f, ENTITY_ATTEMPT, slot);
        return;
    }
    s = story_find(f, cut_of_attempt(f, a).job_key);
    bool worth = is_running(a) ? s && s->interruption != SLOT_NONE : settle(f, slot);
    if (!table_alive(&f->tables[ENTITY_ATTEMPT], slot))
        return; /* made room for its own interruption */
    if (worth)
        keep(f, slot);
    else
        fleet_drop(f, ENTITY_ATTEMPT, slot);
}
