/* SPDX-License-Identifier: MIT
 * annotation.c - see annotation.h. */
#include "model/annotation.h"
#include "model/delta.h"
#include <string.h>

/* Which fields of the entity say it; -1 = it has none such. */
struct places {
    int acknowledged_at, acknowledged_by, note, silenced_until, silenced_by, resolved;
};

static struct places places_of(enum entity e)
{
    if (e == ENTITY_ALERT)
        return (struct places){
            FIELD_alert_acknowledged_at, FIELD_alert_acknowledged_by, FIELD_alert_note,
            FIELD_alert_silenced_until,  FIELD_alert_silenced_by,     -1};
    return (struct places){FIELD_interruption_acknowledged_at,
                           FIELD_interruption_acknowledged_by,
                           FIELD_interruption_note,
                           -1,
                           -1,
                           FIELD_interruption_resolved};
}

static void put_who(struct delta *d, int at_field, int by_field, wall_ms at, const char *by)
{
    if (at_field >= 0)
        delta_time(d, at_field, at);
    if (by_field >= 0)
        delta_str(d, by_field, at ? by : NULL);
}

void annotation_to_delta(const struct annotation *a, struct delta *d)
{
    struct places p = places_of(a->entity);

    delta_row(d, a->entity, a->id, strlen(a->id));
    switch (a->kind) {
    case ANNOTATE_ACK:
    case ANNOTATE_UNACK:
        put_who(d, p.acknowledged_at, p.acknowledged_by, a->kind == ANNOTATE_ACK ? a->at : 0,
                a->by);
        break;
    case ANNOTATE_SILENCE:
        put_who(d, p.silenced_until, p.silenced_by, a->until, a->by);
        break;
    case ANNOTATE_RESOLVE:
    case ANNOTATE_UNRESOLVE:
        if (p.resolved >= 0)
            delta_int(d, p.resolved, a->kind == ANNOTATE_RESOLVE);
        break;
    case ANNOTATE_NOTE:
        break;
    }
    if (p.note >= 0 && a->note[0])
        delta_str(d, p.note, a->note);
}
