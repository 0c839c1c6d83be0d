/* SPDX-License-Identifier: MIT
 * fleet_days.c - what the last 24 hours were like, for center rows and the totals. */
#include "base/xmem.h"
#include "model/fleet_int.h"
#include <string.h>

#define DAY_MS 86400000
#define SUM_EVERY_MS 60000 /* the window moves */

static void add(struct day *d, const struct interruption_row *i, wall_ms now)
{
    d->open += !i->resolved;
    if (i->at < now - DAY_MS)
        return;
    d->interruptions++;
    d->lost += i->gpu_hours_lost;
}

void days_sum(struct fleet *f, wall_ms now)
{
    struct events *ev = f->events;
    const struct table *t = &f->tables[ENTITY_INTERRUPTION];

    if (ev->day_count >= f->center_count && !ev->days_changed && now - ev->days_at < SUM_EVERY_MS &&
        now >= ev->days_at)
        return;
    if (!f->center_count)
        return;
    ev->days = xgrow(ev->days, &ev->days_cap, f->center_count, sizeof(*ev->days));
    ev->day_count = f->center_count;
    ev->days_changed = false;
    ev->days_at = now;
    memset(ev->days, 0, ev->day_count * sizeof(*ev->days));
    for (uint32_t slot = 0; slot < t->slots; slot++) {
        const struct interruption_row *i = rows_at(&t->rows, slot);
        if ((i->h.flags & ROW_ALIVE) && i->h.center < ev->day_count)
            add(&ev->days[i->h.center], i, now);
    }
}

void days_write(struct edit *ed, uint16_t center)
{
    const struct day *d = &ed->f->events->days[center];
    bool known = fleet_center_of(ed->f, center)->known_jobs || d->interruptions || d->open;

    edit_num(ed, FIELD_center_interruptions_day, known, d->interruptions);
    edit_num(ed, FIELD_center_interruptions_open, known, d->open);
    edit_num(ed, FIELD_center_gpu_hours_lost_day, known, d->lost);
}

void days_total(const struct fleet *f, struct totals *out)
{
    for (uint32_t c = 0; c < f->events->day_count; c++) {
        out->interruptions_day += f->events->days[c].interruptions;
        out->interruptions_open += f->events->days[c].open;
        out->gpu_hours_lost_day += f->events->days[c].lost;
    }
}
