/* SPDX-License-Identifier: MIT
 * incident.c - see incident.h. */
#include "ui/incident.h"
#include "base/i18n.h"
#include "ui/cells.h"
#include "ui/nodelook.h"
#include "model/interrupt.h"
#include <stdlib.h>
#include <string.h>

bool incident_is_quiet(const struct interruption_row *r)
{
    return (row_has(r, interruption, resolved) && r->resolved) ||
           row_has(r, interruption, acknowledged_at);
}

const char *incident_cause_word(uint8_t cause)
{
    const char *const *words = column_info(ENTITY_INTERRUPTION, FIELD_interruption_cause)->words;

    return _(words[cause < interruption_cause_COUNT ? cause : interruption_cause_UNKNOWN]);
}

enum role incident_cause_role(uint8_t cause)
{
    static const enum role roles[interruption_cause_COUNT] = {
        [interruption_cause_UNKNOWN] = ROLE_FAINT, [interruption_cause_NODE] = ROLE_CRIT,
        [interruption_cause_DEVICE] = ROLE_WARN,   [interruption_cause_PREEMPTED] = ROLE_MEASURED,
        [interruption_cause_OPERATOR] = ROLE_DIM,  [interruption_cause_EVICTED] = ROLE_ALLOCATED,
    };

    return roles[cause < interruption_cause_COUNT ? cause : interruption_cause_UNKNOWN];
}

const char *incident_outcome_word(const struct interruption_row *r, enum role *role)
{
    static const struct {
        const char *word;
        enum role role;
    } words[interruption_outcome_COUNT] = {
        [interruption_outcome_UNKNOWN] = {FIGURE_ABSENT, ROLE_FAINT},
        [interruption_outcome_WAITING] = {N_("queued"), ROLE_WARN},
        [interruption_outcome_HELD] = {N_("held"), ROLE_WARN},
        [interruption_outcome_RUNNING] = {N_("running"), ROLE_TEXT},
        [interruption_outcome_DONE] = {N_("done"), ROLE_DIM},
        [interruption_outcome_FAILED] = {N_("failed"), ROLE_CRIT},
        [interruption_outcome_CANCELLED] = {N_("cancelled"), ROLE_DIM},
        [interruption_outcome_LOST] = {N_("lost"), ROLE_CRIT},
    };
    unsigned o = row_has(r, interruption, outcome) && r->outcome < interruption_outcome_COUNT
                     ? r->outcome
                     : interruption_outcome_UNKNOWN;

    *role = words[o].role;
    return _(words[o].word);
}

/* --- what else is known --- */

static const void *find_named(const struct view_input *in, enum entity e, uint16_t center, strid id)
{
    const struct intern *strings = snapshot_strings(in->snap);
    uint64_t key = row_key(e, center, intern_raw(strings, id), intern_raw_len(strings, id));
    uint32_t slot = snapshot_find(in->snap, e, key);

    return slot == UINT32_MAX ? NULL : snapshot_row(in->snap, e, slot);
}

const struct node_row *incident_suspect(const struct view_input *in,
                                        const struct interruption_row *r)
{
    return row_has(r, interruption, node) ? find_named(in, ENTITY_NODE, r->h.center, r->node)
                                          : NULL;
}

const struct offender_row *incident_offender(const struct view_input *in, uint16_t center,
                                             strid node)
{
    return find_named(in, ENTITY_OFFENDER, center, node);
}

static wall_ms attempt_start(const struct view_input *in, uint32_t slot)
{
    const struct attempt_row *a = snapshot_row(in->snap, ENTITY_ATTEMPT, slot);

    return a && row_has(a, attempt, started_at) ? a->started_at : 0;
}

/* Into its place among those that began before; the oldest falls out when there are too many. */
static int insert_attempt(const struct view_input *in, uint32_t slots[], int n, uint32_t slot)
{
    wall_ms start = attempt_start(in, slot);
    int at = n;

    if (n == INCIDENT_ATTEMPTS) {
        if (start <= attempt_start(in, slots[0]))
            return n;
        memmove(slots, slots + 1, (size_t)--n * sizeof *slots);
        at = n;
    }
    while (at > 0 && attempt_start(in, slots[at - 1]) > start) {
        slots[at] = slots[at - 1];
        at--;
    }
    slots[at] = slot;
    return n + 1;
}

int incident_attempts(const struct view_input *in, const struct interruption_row *r,
                      uint32_t slots[INCIDENT_ATTEMPTS])
{
    int n = 0;

    for (uint32_t i = 0; i < snapshot_slots(in->snap, ENTITY_ATTEMPT); i++) {
        const struct attempt_row *a = snapshot_row(in->snap, ENTITY_ATTEMPT, i);
        if (a && a->h.center == r->h.center && row_has(a, attempt, job) && a->job == r->job)
            n = insert_attempt(in, slots, n, i);
    }
    return n;
}

static void newest(struct incident_before *b, wall_ms at, wall_ms until, strid what)
{
    if (at < b->at)
        return;
    b->at = at;
    b->until = until;
    b->what = what;
}

/* Of its own node, and before its own end. */
static bool is_before(const struct interruption_row *r, const struct row_head *h, bool has_node,
                      strid node, wall_ms at)
{
    return h->center == r->h.center && has_node && node == r->node && at < r->at;
}

static void outages_before(const struct view_input *in, const struct interruption_row *r,
                           struct incident_before *b)
{
    for (uint32_t i = 0; i < snapshot_slots(in->snap, ENTITY_OUTAGE); i++) {
        const struct outage_row *o = snapshot_row(in->snap, ENTITY_OUTAGE, i);
        if (o && is_before(r, &o->h, row_has(o, outage, node), o->node, o->began_at) &&
            row_has(o, outage, reason))
            newest(b, o->began_at, o->ended_at, o->reason);
    }
}

static void alerts_before(const struct view_input *in, const struct interruption_row *r,
                          struct incident_before *b)
{
    for (uint32_t i = 0; i < snapshot_slots(in->snap, ENTITY_ALERT); i++) {
        const struct alert_row *a = snapshot_row(in->snap, ENTITY_ALERT, i);
        if (a && is_before(r, &a->h, row_has(a, alert, node), a->node, a->since) &&
            row_has(a, alert, summary))
            newest(b, a->since, a->resolved_at, a->summary);
    }
}

struct incident_before incident_before(const struct view_input *in,
                                       const struct interruption_row *r)
{
    struct incident_before b = {0};

    if (!row_has(r, interruption, node))
        return b;
    for (uint32_t i = 0; i < snapshot_slots(in->snap, ENTITY_INTERRUPTION); i++) {
        const struct interruption_row *o = snapshot_row(in->snap, ENTITY_INTERRUPTION, i);
        if (!o || !is_before(r, &o->h, row_has(o, interruption, node), o->node, o->at))
            continue;
        b.interruptions++;
        newest(&b, o->at, o->at, o->evidence);
    }
    outages_before(in, r, &b);
    alerts_before(in, r, &b);
    return b;
}

/* --- what to do --- */

/* The suspect takes work and has broken jobs, so it will do so again. NULL: nothing to drain. */
static const char *worth_draining(const struct view_input *in, const struct interruption_row *r)
{
    const struct node_row *node = incident_suspect(in, r);
    bool by_hardware = r->cause == interruption_cause_NODE || r->cause == interruption_cause_DEVICE;

    if (!node || !by_hardware || node_look(in, node).trouble >= NODE_TAKEN_OUT)
        return NULL;
    return cell_string(in, r->node);
}

static void suspect_is_out(const struct view_input *in, const struct interruption_row *r,
                           struct buf *out)
{
    const struct node_row *node = incident_suspect(in, r);
    struct node_look look;
    char word[24];

    if (!node)
        return;
    look = node_look(in, node);
    if (look.trouble >= NODE_TAKEN_OUT)
        buf_addf(out, _("%s is %s; "), cell_string(in, r->node),
                 node_word(&look, word, sizeof word));
}

/* drained: what stands behind "drain zb-g0412". */
static const char *what_then(const struct interruption_row *r, bool drained)
{
    switch (row_has(r, interruption, outcome) ? r->outcome : interruption_outcome_UNKNOWN) {
    case interruption_outcome_WAITING:
        return drained ? _(" before the job starts there again")
                       : _("the job waits and starts by itself");
    case interruption_outcome_HELD:
        return drained ? _(", then release the job") : _("release the job when the cause is gone");
    case interruption_outcome_FAILED:
        return drained ? _(", then requeue the job")
                       : _("requeue the job, or its owner submits it again");
    case interruption_outcome_LOST:
        return drained ? _(" and tell the owner: nothing restarts it")
                       : _("nothing restarts it: tell the owner");
    case interruption_outcome_RUNNING:
        return drained ? _(" if it goes on") : _("nothing to do: it runs again");
    case interruption_outcome_DONE:
        return drained ? _(" if it goes on") : _("nothing to do: it ended well");
    case interruption_outcome_CANCELLED:
        return drained ? _(" if it goes on") : _("nothing to do: it was cancelled");
    default:
        return drained ? _(" and see what became of the job")
                       : _("what became of the job is not known");
    }
}

void incident_advice(const struct view_input *in, const struct interruption_row *r, struct buf *out)
{
    const char *node = worth_draining(in, r);

    if (node) {
        buf_addf(out, _("drain %s%s"), node, what_then(r, true));
        return;
    }
    suspect_is_out(in, r, out);
    buf_adds(out, what_then(r, false));
}
