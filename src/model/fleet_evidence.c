/* SPDX-License-Identifier: MIT
 * fleet_evidence.c - what the fleet knows that speaks about an interruption. */
#include "model/fleet_int.h"
#include "model/hostset.h"
#include <math.h>
#include <stdio.h>

#define ACTED_BEFORE_MS 300000
#define ACTED_AFTER_MS 60000 /* clocks differ */
#define DISPLACED_BEFORE_MS 5000
#define DISPLACED_AFTER_MS 120000

/* --- our own acts ----------------------------------------------------------------------------- */

static bool was_sent(const struct action_row *a)
{
    return row_has(a, action, sent_at) && a->state != action_state_REFUSED &&
           a->state != action_state_FAILED;
}

const struct action_row *evidence_action(struct fleet *f, uint16_t center, strid job, wall_ms at,
                                         bool cancel)
{
    const struct table *t = &f->tables[ENTITY_ACTION];
    unsigned verb = cancel ? action_verb_CANCEL : action_verb_REQUEUE;

    if (f->events->acted_at < at - ACTED_BEFORE_MS)
        return NULL;
    for (uint32_t slot = t->slots; slot-- > 0;) {
        const struct action_row *a = rows_at(&t->rows, slot);
        if ((a->h.flags & ROW_ALIVE) && a->h.center == center && a->target == job &&
            a->verb == verb && was_sent(a) && a->sent_at >= at - ACTED_BEFORE_MS &&
            a->sent_at <= at + ACTED_AFTER_MS)
            return a;
    }
    return NULL;
}

static void look_at_actions(struct fleet *f, const struct interruption_row *i,
                            struct interrupt_facts *facts)
{
    facts->action_cancel = facts->live == attempt_end_CANCELLED_BY_OPERATOR ||
                           facts->told == attempt_end_CANCELLED_BY_OPERATOR;
    const struct action_row *a =
        evidence_action(f, i->h.center, i->job, i->at, facts->action_cancel);
    if (!a)
        return;
    facts->action_by = row_has(a, action, actor) ? intern_raw(f->strings, a->actor) : "suantop";
    facts->action_ticket = author_raw(f, a->ticket);
    facts->action_planned = interrupt_reason_planned(author_raw(f, a->reason));
}

/* --- nodes that went out ---------------------------------------------------------------------- */

struct looking {
    const struct fleet *f;
    struct interrupt_facts *facts;
    uint16_t center;
    wall_ms at, earliest;
    strid node;
};

/* The time that the node was down meets the window. */
static bool look_at_node(void *arg, const char *host, size_t len)
{
    struct looking *l = arg;
    const struct table *t = &l->f->tables[ENTITY_NODE];
    uint32_t slot = table_find(t, row_key(ENTITY_NODE, l->center, host, len));
    const struct node_side *side = slot == SLOT_NONE ? NULL : outage_of_node(l->f, slot);

    if (!side || !side->down_at || side->down_at > l->at + INTERRUPT_AFTER_MS ||
        (side->back_at && side->back_at < l->at - INTERRUPT_BEFORE_MS))
        return true;
    l->facts->out_nodes++;
    if (l->node && side->down_at >= l->earliest)
        return true;
    l->node = ((const struct node_row *)rows_at(&t->rows, slot))->name;
    l->earliest = side->down_at;
    l->facts->out_planned = side->planned;
    return true;
}

static void look_at_nodes(const struct fleet *f, const struct interruption_row *i,
                          struct interrupt_facts *facts)
{
    struct looking l = {.f = f, .facts = facts, .center = i->h.center, .at = i->at};
    const char *nodes = author_raw(f, i->nodes);

    if (!nodes)
        return;
    if (!strpbrk(nodes, ",["))
        facts->only_node = nodes;
    hostset_each(nodes, HOSTS_LOOKED_AT, look_at_node, &l);
    facts->out_node = author_raw(f, l.node);
}

/* --- jobs that took the nodes ----------------------------------------------------------------- */

void evidence_job_started(struct fleet *f, uint32_t slot)
{
    struct events *ev = f->events;
    const struct job_row *j = rows_at(&f->tables[ENTITY_JOB].rows, slot);

    if (!row_has(j, job, started_at) || j->started_at < ev->now - INTERRUPT_BEFORE_MS)
        return;
    ev->starts[ev->start_next] = (struct start){
        .slot = slot, .birth = j->h.birth, .center = j->h.center, .at = j->started_at};
    ev->start_next = (ev->start_next + 1) % STARTS;
    if (ev->start_count < STARTS)
        ev->start_count++;
    ev->evidence = true;
}

/* It may have made the scheduler stop the other: no lower priority, and another QOS or pool. */
static bool outranks(const struct job_row *by, const struct interruption_row *i,
                     const struct job_row *victim)
{
    if (by->id == i->job || by->user == i->user)
        return false;
    if (victim && row_has(victim, job, priority) && row_has(by, job, priority) &&
        victim->state != job_state_HELD && by->priority < victim->priority)
        return false;
    return (row_has(by, job, pool) && by->pool != i->pool) ||
           (victim && row_has(by, job, qos) && by->qos != victim->qos);
}

static void look_at_starts(struct fleet *f, const struct interruption_row *i, struct evidence *out)
{
    const struct events *ev = f->events;
    const struct table *jobs = &f->tables[ENTITY_JOB];
    uint32_t own = table_find(jobs, row_key(ENTITY_JOB, i->h.center, intern_raw(f->strings, i->job),
                                            intern_raw_len(f->strings, i->job)));
    const struct job_row *victim = own == SLOT_NONE ? NULL : rows_at(&jobs->rows, own);

    for (uint32_t k = 0; row_has(i, interruption, nodes) && k < ev->start_count; k++) {
        const struct start *s = &ev->starts[k];
        if (s->center != i->h.center || s->at < i->at - DISPLACED_BEFORE_MS ||
            s->at > i->at + DISPLACED_AFTER_MS || !table_alive(jobs, s->slot))
            continue;
        const struct job_row *j = rows_at(&jobs->rows, s->slot);
        if (j->h.birth != s->birth || !row_has(j, job, nodes) || !outranks(j, i, victim) ||
            !hostset_meet(intern_raw(f->strings, j->nodes), intern_raw(f->strings, i->nodes)))
            continue;
        out->displacer = s->slot;
        out->facts.displaced_by = author_raw(f, j->id);
        out->facts.displaced_qos = author_raw(f, j->qos);
        return;
    }
}

/* --- faults of devices ------------------------------------------------------------------------ */

/* Another job that runs, or did a moment ago, occupied it: that is none of this one's devices. */
static bool is_of_another(const struct fleet *f, const struct fault *x, strid job)
{
    const char *own = author_raw(f, job);
    uint32_t slot = *x->job && own ? fleet_find_job(f, x->center, x->job) : SLOT_NONE;
    const struct job_row *j = slot == SLOT_NONE ? NULL : rows_at(&f->tables[ENTITY_JOB].rows, slot);

    return j && strcmp(own, author_raw(f, j->id)) != 0;
}

static bool explains(const struct fleet *f, const struct fault *x, const struct cut *c,
                     const char *nodes)
{
    return x->center == c->center && *x->node && x->at >= c->at - INTERRUPT_BEFORE_MS &&
           x->at >= c->started_at && x->at <= c->at + INTERRUPT_AFTER_MS &&
           fault_weight(f, x) == 2 && hostset_contains(nodes, x->node) &&
           !is_of_another(f, x, c->job);
}

const struct fault *evidence_fault(struct fleet *f, const struct cut *c)
{
    const char *nodes = author_raw(f, c->nodes), *failed = author_raw(f, c->failed_node);
    const struct fault *best = NULL;
    bool best_failed = false;

    if (!nodes || c->devices == 0)
        return NULL;
    for (uint32_t i = 0; i < f->faults.count; i++) {
        const struct fault *x = &f->faults.list[i];
        bool there = failed && strcmp(failed, x->node) == 0;
        if (!explains(f, x, c, nodes) ||
            (best && (best_failed > there || (best_failed == there && best->at <= x->at))))
            continue;
        best = x;
        best_failed = there;
    }
    return best;
}

static void look_at_devices(struct fleet *f, const struct interruption_row *i, struct evidence *out)
{
    const char *failed = out->facts.failed_node ? out->facts.failed_node : out->facts.out_node;
    const struct cut c = {.center = i->h.center,
                          .job = i->job,
                          .nodes = i->nodes,
                          .failed_node =
                              failed ? intern_put(f->strings, failed, strlen(failed)) : 0,
                          .started_at = i->started_at,
                          .at = i->at,
                          .devices = row_has(i, interruption, devices) ? i->devices : NAN};
    const struct fault *x = evidence_fault(f, &c);

    if (!x)
        return;
    if (x->xid)
        snprintf(out->fault, sizeof out->fault, "XID %u", x->xid);
    else
        snprintf(out->fault, sizeof out->fault, "GPU lost");
    out->facts.device_fault = out->fault;
    out->facts.device = x->device;
    out->facts.device_node = x->node;
}

/* --- all of it -------------------------------------------------------------------------------- */

/* The attempt that was interrupted, as live polls or accounting tell it. */
static const struct attempt_row *attempt_of(const struct fleet *f, const struct interruption_row *i,
                                            const struct interruption_side *side)
{
    const struct events *ev = f->events;

    if (!side->story)
        return NULL;
    for (uint32_t a = ev->stories[side->story - 1].attempt; a != SLOT_NONE;
         a = ev->attempts[a].older) {
        const struct attempt_row *row = rows_at(&f->tables[ENTITY_ATTEMPT].rows, a);
        if (row->started_at == i->started_at ||
            (row->started_at < i->at && row->ended_at > i->started_at))
            return row;
    }
    return NULL;
}

void evidence_gather(struct fleet *f, uint32_t slot, struct evidence *out)
{
    const struct interruption_row *i = rows_at(&f->tables[ENTITY_INTERRUPTION].rows, slot);
    const struct interruption_side *side = interruption_side(f, slot);
    const struct attempt_row *a = attempt_of(f, i, side);
    struct interrupt_facts *facts = &out->facts;

    *out = (struct evidence){.displacer = SLOT_NONE};
    facts->told = (enum attempt_end)side->told;
    facts->live = (enum attempt_end)side->live;
    facts->make_room = side->make_room;
    if (a) {
        facts->failed_node = author_raw(f, a->failed_node);
        facts->ended_by = author_raw(f, a->ended_by);
    }
    look_at_actions(f, i, facts);
    look_at_nodes(f, i, facts);
    look_at_starts(f, i, out);
    look_at_devices(f, i, out);
}
