/* SPDX-License-Identifier: MIT
 * alert_foreign.c - alerts that servers of a center tell (Prometheus); see fleet_alerts.h.
 *
 * A source lists the alerts that hold on its server. What it does not list any more is resolved, and kept for an hour like
 * those of the rules; a source that does not answer resolves nothing. Acknowledging and silencing are ours: the server
 * hears nothing of it. Their identities begin with '@', which no rule does, so neither can write over the other. */
#include "base/xmem.h"
#include "model/fleet_int.h"

bool foreign_alert_may(const struct delta *d, const struct delta_record *r)
{
    return d->source == NOBODY || (r->id && r->id_len > 1 && r->id[0] == '@');
}

static void unacknowledge(struct edit *ed)
{
    edit_clear(ed, FIELD_alert_acknowledged_at);
    edit_clear(ed, FIELD_alert_acknowledged_by);
}

static bool is_in(const struct alert_row *a, enum alert_state state)
{
    return row_has(a, alert, state) && a->state == state;
}

int foreign_alert_level(const struct alert_row *a)
{
    return is_in(a, alert_state_FIRING) && row_has(a, alert, severity) ? a->severity
                                                                       : severity_COUNT;
}

/* When it fired, or got worse, is what the server does not say: it is when somebody first heard of it. */
void foreign_alert_told(struct edit *ed, const struct delta *d, int level)
{
    const struct alert_row *a = ed->row;

    if (d->source == NOBODY)
        return;
    if (row_has(a, alert, resolved_at)) { /* it is back */
        unacknowledge(ed);
        edit_clear(ed, FIELD_alert_resolved_at);
        edit_clear(ed, FIELD_alert_fired_at);
    } else if (level < severity_COUNT && foreign_alert_level(a) > level &&
               foreign_alert_level(a) < severity_COUNT) {
        unacknowledge(ed); /* that was said of the milder one */
        edit_clear(ed, FIELD_alert_fired_at);
    }
    a = ed->row;
    if (!is_in(a, alert_state_FIRING))
        edit_clear(ed, FIELD_alert_fired_at);
    else if (!row_has(a, alert, fired_at))
        edit_put(ed, FIELD_alert_fired_at, &(union field_value){.time = d->at});
    alert_listed(ed->f, ed->slot, d->poll.seq);
}

static void resolve(struct fleet *f, uint32_t slot, wall_ms at)
{
    struct edit ed = edit_begin(f, ENTITY_ALERT, slot);

    if (is_in(ed.row, alert_state_FIRING)) {
        edit_put(&ed, FIELD_alert_state, &(union field_value){.small = alert_state_RESOLVED});
        edit_put(&ed, FIELD_alert_resolved_at, &(union field_value){.time = at});
        unacknowledge(&ed);
    } else {
        edit_clear(&ed, FIELD_alert_state); /* it never fired: alert_clean takes it away */
    }
    edit_end(&ed);
}

static bool is_over(const struct alert_row *a)
{
    return !is_in(a, alert_state_FIRING) && !is_in(a, alert_state_PENDING);
}

/* The name of the source is the origin of its alerts. */
static strid origin_of(const struct fleet *f, uint32_t source)
{
    const struct table *t = &f->tables[ENTITY_SOURCE];
    const struct source_row *s = source < t->slots ? rows_at(&t->rows, source) : NULL;

    return s && table_alive(t, source) && row_has(s, source, name) ? s->name : 0;
}

void foreign_alerts_listed(struct fleet *f, const struct delta *d)
{
    const struct table *t = &f->tables[ENTITY_ALERT];
    bool whole = d->poll.seq && d->poll.end == POLL_GOOD && d->poll.entities[ENTITY_ALERT];
    strid origin = whole ? origin_of(f, d->source) : 0;

    for (uint32_t slot = 0; origin && slot < t->slots; slot++) {
        const struct alert_row *a = rows_at(&t->rows, slot);
        if (table_alive(t, slot) && a->h.center == d->center && row_has(a, alert, origin) &&
            a->origin == origin && !is_over(a) && !alert_was_listed(f, slot, d->poll.seq))
            resolve(f, slot, d->at);
    }
}

/* Or none of the center's sources has been told yet: then nobody can say. */
static bool has_source(const struct fleet *f, const struct alert_row *a)
{
    const struct table *t = &f->tables[ENTITY_SOURCE];
    bool any = false;

    for (uint32_t slot = 0; slot < t->slots; slot++) {
        if (!table_alive(t, slot) || table_head(t, slot)->center != a->h.center)
            continue;
        if (origin_of(f, slot) == a->origin)
            return true;
        any = true;
    }
    return !any;
}

void foreign_alert_look(struct fleet *f, uint32_t slot, wall_ms now)
{
    const struct alert_row *a = rows_at(&f->tables[ENTITY_ALERT].rows, slot);

    if (!row_has(a, alert, origin))
        return;
    if (!is_over(a) && !has_source(f, a)) /* told by an earlier run, whose configuration had it */
        resolve(f, slot, now);
    alert_clean(f, slot, now);
}
