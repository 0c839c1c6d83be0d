/* SPDX-License-Identifier: MIT
 * fleet_interruptions.c - INTERRUPTION rows: made, judged, corrected, withdrawn. */
#include "base/xmem.h"
#include "model/fleet_int.h"
#include <math.h>
#include <stdio.h>

#define JUDGE_EVERY_MS 2000
#define CAUSED_AFTER_MS 600000 /* a restart is charged with what is preempted so long after it */
#define CAUSED_BEFORE_MS 60000

static const struct interruption_row *row_at(const struct fleet *f, uint32_t slot)
{
    return rows_at(&f->tables[ENTITY_INTERRUPTION].rows, slot);
}

/* --- the counts of the hours ------------------------------------------------------------------ */

static unsigned counter_of(enum interruption_cause cause)
{
    static const uint8_t counters[] = {[interruption_cause_UNKNOWN] = FIELD_hour_by_unknown,
                                       [interruption_cause_NODE] = FIELD_hour_by_node,
                                       [interruption_cause_DEVICE] = FIELD_hour_by_device,
                                       [interruption_cause_PREEMPTED] = FIELD_hour_by_preemption,
                                       [interruption_cause_OPERATOR] = FIELD_hour_by_operator,
                                       [interruption_cause_EVICTED] = FIELD_hour_by_eviction};

    return counters[cause];
}

/* Each change of a counted row takes it out of its hour and puts it back. */
static void count(struct fleet *f, uint32_t slot, int sign)
{
    const struct interruption_row i = *row_at(f, slot);

    if (!row_has(&i, interruption, counted) || !i.counted || !row_has(&i, interruption, at))
        return;
    hours_add(f, i.h.center, i.at, counter_of((enum interruption_cause)i.cause), sign);
    if (i.planned)
        hours_add(f, i.h.center, i.at, FIELD_hour_planned, sign);
    if (row_has(&i, interruption, gpu_hours_lost))
        hours_add(f, i.h.center, i.at, FIELD_hour_gpu_hours_lost, sign * i.gpu_hours_lost);
    if (row_has(&i, interruption, gpu_hours_lost_ceiling))
        hours_add(f, i.h.center, i.at, FIELD_hour_gpu_hours_lost_ceiling,
                  sign * i.gpu_hours_lost_ceiling);
}

/* --- what it cost ----------------------------------------------------------------------------- */

static uint32_t find_id(const struct fleet *f, uint16_t center, strid id)
{
    return table_find(&f->tables[ENTITY_INTERRUPTION],
                      row_key(ENTITY_INTERRUPTION, center, intern_raw(f->strings, id),
                              intern_raw_len(f->strings, id)));
}

/* What a victim lost, at the one whose restart displaced it. */
static void charge_root(struct fleet *f, uint32_t victim, double what)
{
    const struct interruption_row *v = row_at(f, victim);
    uint32_t root = row_has(v, interruption, root) ? find_id(f, v->h.center, v->root) : SLOT_NONE;

    if (root == SLOT_NONE || what == 0)
        return;
    struct edit ed = edit_begin(f, ENTITY_INTERRUPTION, root);
    double caused = ((const struct interruption_row *)ed.row)->gpu_hours_caused + what;
    author_num(&ed, FIELD_interruption_gpu_hours_caused, caused > 0 ? caused : 0);
    author_end(&ed);
}

static void put_losses(struct fleet *f, uint32_t slot)
{
    struct edit ed = edit_begin(f, ENTITY_INTERRUPTION, slot);
    const struct interruption_row *i = ed.row;
    struct interrupt_loss loss = {NAN, NAN};

    if (row_has(i, interruption, devices))
        loss = interrupt_lost(i->devices, i->started_at, i->at, i->checkpoint_at);
    author_num(&ed, FIELD_interruption_gpu_hours_lost, loss.lost);
    author_num(&ed, FIELD_interruption_gpu_hours_lost_ceiling, loss.ceiling);
    author_end(&ed);
}

/* --- who is to blame -------------------------------------------------------------------------- */

static void put_verdict(struct fleet *f, uint32_t slot, const struct interrupt_verdict *v)
{
    struct edit ed = edit_begin(f, ENTITY_INTERRUPTION, slot);

    author_small(&ed, FIELD_interruption_cause, v->cause);
    author_small(&ed, FIELD_interruption_planned, v->planned);
    author_text(&ed, FIELD_interruption_evidence, v->evidence);
    author_text(&ed, FIELD_interruption_node, v->node);
    author_text(&ed, FIELD_interruption_device, v->device);
    author_end(&ed);
}

struct restarted {
    struct fleet *f;
    const struct interruption_row *victim;
    uint32_t found;
};

/* The job that took the nodes had been interrupted itself and was started again just before. */
static strid root_of(struct fleet *f, const struct interruption_row *victim, uint32_t displacer)
{
    const struct job_row *j =
        displacer == SLOT_NONE ? NULL : rows_at(&f->tables[ENTITY_JOB].rows, displacer);
    const struct story *s = j ? story_find(f, j->h.key) : NULL;

    for (uint32_t i = s ? s->interruption : SLOT_NONE; i != SLOT_NONE;
         i = f->events->interruptions[i].older) {
        const struct interruption_row *r = row_at(f, i);
        if (row_has(r, interruption, resumed_at) &&
            victim->at >= r->resumed_at - CAUSED_BEFORE_MS &&
            victim->at <= r->resumed_at + CAUSED_AFTER_MS)
            return row_has(r, interruption, root) ? r->root : r->id;
    }
    return 0;
}

static void put_root(struct fleet *f, uint32_t slot, uint32_t displacer)
{
    const struct interruption_row *i = row_at(f, slot);
    bool caused = i->cause == interruption_cause_PREEMPTED;
    strid root = caused ? root_of(f, i, displacer) : 0;

    if (root == i->root || root == i->id || (caused && !root))
        return;
    charge_root(f, slot, -i->gpu_hours_lost);
    struct edit ed = edit_begin(f, ENTITY_INTERRUPTION, slot);
    author_str(&ed, FIELD_interruption_root, root);
    author_end(&ed);
    charge_root(f, slot, row_at(f, slot)->gpu_hours_lost);
}

static bool wants_more(const struct interruption_side *side, const struct interruption_row *i)
{
    return side->rank < RANK_SCHEDULER || i->cause == interruption_cause_NODE ||
           (i->cause == interruption_cause_PREEMPTED && !row_has(i, interruption, root));
}

/* The same cause, but no suspect any more: what made one known was seen by an earlier run of this program (accounting
 * tells all of its window again after each start), or has gone since. */
static bool knows_less(const struct interruption_row *i, const struct interrupt_verdict *v)
{
    return v->cause == (enum interruption_cause)i->cause &&
           ((row_has(i, interruption, node) && !v->node) ||
            (row_has(i, interruption, device) && !v->device));
}

/* Anew, with all that is known now. A weaker verdict than the one that stands changes nothing. */
static void judge(struct fleet *f, uint32_t slot)
{
    struct evidence e;
    struct interrupt_verdict v;

    evidence_gather(f, slot, &e);
    interrupt_judge(&e.facts, &v);
    struct interruption_side *side = interruption_side(f, slot);
    if (v.rank >= side->rank && !knows_less(row_at(f, slot), &v)) {
        side->rank = (uint8_t)v.rank;
        count(f, slot, -1);
        put_verdict(f, slot, &v);
        count(f, slot, 1);
    }
    put_root(f, slot, e.displacer);
}

static void wait_for_evidence(struct fleet *f, uint32_t slot)
{
    struct events *ev = f->events;
    struct interruption_side *side = interruption_side(f, slot);
    const struct interruption_row *i = row_at(f, slot);

    if (side->pending || !wants_more(side, i) || ev->now > i->at + 2 * INTERRUPT_AFTER_MS ||
        ev->pending_count >= EVENT_ROWS)
        return;
    side->pending = true;
    ev->pending = xgrow(ev->pending, &ev->pending_cap, ev->pending_count + 1, sizeof(*ev->pending));
    ev->pending[ev->pending_count++] =
        (struct pending){.slot = slot, .birth = i->h.birth, .until = ev->now + INTERRUPT_AFTER_MS};
}

static bool still_pending(const struct fleet *f, const struct pending *p)
{
    return p->until >= f->events->now && table_alive(&f->tables[ENTITY_INTERRUPTION], p->slot) &&
           row_at(f, p->slot)->h.birth == p->birth &&
           wants_more(&f->events->interruptions[p->slot], row_at(f, p->slot));
}

void interruptions_judge_pending(struct fleet *f)
{
    struct events *ev = f->events;
    size_t kept = 0;

    if (!ev->pending_count ||
        (ev->now - ev->judged_at < JUDGE_EVERY_MS && ev->now >= ev->judged_at))
        return;
    ev->judged_at = ev->now;
    for (size_t k = 0; k < ev->pending_count; k++) {
        struct pending p = ev->pending[k];
        if (ev->evidence && still_pending(f, &p))
            judge(f, p.slot);
        if (still_pending(f, &p))
            ev->pending[kept++] = p;
        else if (p.slot < ev->interruption_count)
            ev->interruptions[p.slot].pending = false;
    }
    ev->pending_count = kept;
    ev->evidence = false;
}

/* --- making ----------------------------------------------------------------------------------- */

uint32_t interruption_during(struct fleet *f, const struct story *s, wall_ms start, wall_ms end,
                             bool exact)
{
    for (uint32_t i = s ? s->interruption : SLOT_NONE; i != SLOT_NONE;
         i = f->events->interruptions[i].older) {
        const struct interruption_row *row = row_at(f, i);
        bool other = exact && f->events->interruptions[i].told != attempt_end_UNKNOWN;
        if (row->started_at == start || (!other && row->started_at < end && row->at > start))
            return i;
    }
    return SLOT_NONE;
}

static void put_what(struct edit *ed, const struct cut *c)
{
    author_str(ed, FIELD_interruption_job, c->job);
    author_str(ed, FIELD_interruption_name, c->name);
    author_str(ed, FIELD_interruption_user, c->user);
    author_str(ed, FIELD_interruption_account, c->account);
    author_str(ed, FIELD_interruption_pool, c->pool);
    author_num(ed, FIELD_interruption_attempt, c->number);
    author_num(ed, FIELD_interruption_devices, c->devices);
    author_num(ed, FIELD_interruption_cpus, c->cpus);
    author_num(ed, FIELD_interruption_node_count, c->node_count);
    author_str(ed, FIELD_interruption_nodes, c->nodes);
}

static void put_when(struct fleet *f, struct edit *ed, const struct cut *c)
{
    author_time(ed, FIELD_interruption_started_at, c->started_at);
    author_time(ed, FIELD_interruption_at, c->at);
    author_small(ed, FIELD_interruption_seen_by, c->seen_by);
    author_small(ed, FIELD_interruption_cause, interruption_cause_UNKNOWN);
    author_small(ed, FIELD_interruption_planned, false);
    author_small(ed, FIELD_interruption_counted, hours_observed(f, c->center, c->at));
    author_small(ed, FIELD_interruption_outcome, interruption_outcome_UNKNOWN);
    author_time(ed, FIELD_interruption_outcome_at, f->events->now);
    author_small(ed, FIELD_interruption_resolved, false);
}

/* Another poll tells of the same attempt: its word may be more exact. */
static void told_again(struct fleet *f, uint32_t slot, const struct cut *c)
{
    struct interruption_side *side = interruption_side(f, slot);

    if (side->live != attempt_end_REQUEUED || c->end == attempt_end_REQUEUED)
        return;
    side->live = (uint8_t)c->end;
    judge(f, slot);
}

static uint32_t make_row(struct fleet *f, const struct cut *c)
{
    char id[160];
    bool made;

    snprintf(id, sizeof id, "%s@%lld", intern_raw(f->strings, c->job),
             (long long)(c->started_at / 1000));
    uint32_t slot = author_take(f, ENTITY_INTERRUPTION, c->center, id, &made);
    if (slot == SLOT_NONE)
        return SLOT_NONE;
    struct edit ed = edit_begin(f, ENTITY_INTERRUPTION, slot);
    put_what(&ed, c);
    put_when(f, &ed, c);
    author_end(&ed);
    return slot;
}

uint32_t interruption_make(struct fleet *f, const struct cut *c)
{
    uint32_t slot = interruption_during(f, story_find(f, c->job_key), c->started_at, c->at,
                                        c->seen_by == seen_by_ACCOUNTING);

    if (slot != SLOT_NONE) {
        told_again(f, slot, c);
        return slot;
    }
    slot = make_row(f, c);
    if (slot == SLOT_NONE)
        return SLOT_NONE;
    story_link_interruption(f, slot);
    struct interruption_side *side = interruption_side(f, slot);
    side->live = c->seen_by == seen_by_ACCOUNTING ? attempt_end_UNKNOWN : (uint8_t)c->end;
    side->told = c->seen_by == seen_by_ACCOUNTING ? (uint8_t)c->end : attempt_end_UNKNOWN;
    side->make_room = c->make_room;
    attempt_put(f, c);
    put_losses(f, slot);
    count(f, slot, 1);
    judge(f, slot);
    wait_for_evidence(f, slot);
    return slot;
}

/* --- correcting ------------------------------------------------------------------------------- */

static void put_exact(struct fleet *f, uint32_t slot, const struct cut *c)
{
    struct edit ed = edit_begin(f, ENTITY_INTERRUPTION, slot);

    author_time(&ed, FIELD_interruption_at, c->at);
    author_small(&ed, FIELD_interruption_seen_by, seen_by_ACCOUNTING);
    if (isfinite(c->devices))
        author_num(&ed, FIELD_interruption_devices, c->devices);
    if (isfinite(c->cpus))
        author_num(&ed, FIELD_interruption_cpus, c->cpus);
    if (isfinite(c->node_count))
        author_num(&ed, FIELD_interruption_node_count, c->node_count);
    if (c->nodes)
        author_str(&ed, FIELD_interruption_nodes, c->nodes);
    author_end(&ed);
}

void interruption_correct(struct fleet *f, uint32_t slot, const struct cut *c)
{
    const struct interruption_row *i = row_at(f, slot);
    double lost = i->gpu_hours_lost;

    count(f, slot, -1);
    put_exact(f, slot, c);
    put_losses(f, slot);
    count(f, slot, 1);
    charge_root(f, slot, row_at(f, slot)->gpu_hours_lost - lost);
    interruption_side(f, slot)->told = (uint8_t)c->end;
    judge(f, slot);
    wait_for_evidence(f, slot);
}

void interruption_withdraw(struct fleet *f, uint32_t slot)
{
    count(f, slot, -1);
    charge_root(f, slot, -row_at(f, slot)->gpu_hours_lost);
    fleet_drop(f, ENTITY_INTERRUPTION, slot);
}

/* --- arriving --------------------------------------------------------------------------------- */

/* What the engine itself would have put is no operator's word. */
static bool resolved_by_hand(const struct interruption_row *i, const struct interruption_side *side)
{
    if (!row_has(i, interruption, resolved))
        return false;
    if (side->story)
        return side->by_hand || i->resolved != side->resolved;
    enum interruption_outcome o = (enum interruption_outcome)i->outcome;
    return i->resolved ? o == interruption_outcome_WAITING || o == interruption_outcome_HELD
                       : interrupt_settled(o);
}

static void follow_now(struct fleet *f, struct story *s)
{
    uint32_t job = table_find(&f->tables[ENTITY_JOB], s->job);

    if (job != SLOT_NONE)
        cuts_follow(f, s, rows_at(&f->tables[ENTITY_JOB].rows, job));
}

void interruption_arrived(struct fleet *f, uint32_t slot)
{
    struct interruption_side *side = interruption_side(f, slot);
    const struct interruption_row *i = row_at(f, slot);
    bool known = side->story != 0;

    side->by_hand = resolved_by_hand(i, side);
    if (known || !row_has(i, interruption, job) || !row_has(i, interruption, started_at))
        return;
    story_link_interruption(f, slot);
    side->resolved = i->resolved;
    side->rank = i->cause == interruption_cause_UNKNOWN ? RANK_NONE : RANK_SCHEDULER;
    side->live = attempt_end_REQUEUED;
    follow_now(f, story_find(f, row_key(ENTITY_JOB, i->h.center, intern_raw(f->strings, i->job),
                                        intern_raw_len(f->strings, i->job))));
}
