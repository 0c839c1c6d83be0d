/* SPDX-License-Identifier: MIT
 * fleet_author.c - rows that the fleet writes itself: no source, no poll, never swept. */
#include "base/xmem.h"
#include "model/fleet_int.h"
#include <math.h>
#include <stdlib.h>

static uint32_t most_of(enum entity e)
{
    switch (e) {
    case ENTITY_INTERRUPTION:
    case ENTITY_ATTEMPT:
        return EVENT_ROWS;
    case ENTITY_OUTAGE:
        return EVENT_OUTAGES;
    case ENTITY_OFFENDER:
        return EVENT_OFFENDERS;
    default:
        return UINT32_MAX;
    }
}

uint32_t author_take(struct fleet *f, enum entity e, uint16_t center, const char *id, bool *made)
{
    size_t len = strlen(id);
    struct delta d = {.center = center, .source = NOBODY};
    struct delta_record r = {
        .entity = e, .id = id, .id_len = (uint32_t)len, .key = row_key(e, center, id, len)};
    uint32_t slot = table_find(&f->tables[e], r.key);

    *made = slot == SLOT_NONE;
    if (!*made)
        return slot;
    if (f->tables[e].living >= most_of(e))
        author_trim(f, e, most_of(e) - most_of(e) / 20);
    return fleet_take(f, &d, &r);
}

void author_end(struct edit *ed)
{
    struct fleet *f = ed->f;
    bool before = f->events->writing;

    if (ed->write && row_head_of(ed->write)->seen_at[0] < f->events->now)
        ((struct row_head *)ed->write)->seen_at[0] = f->events->now;
    f->events->writing = true;
    edit_end(ed);
    f->events->writing = before;
}

void author_str(struct edit *ed, unsigned field, strid s)
{
    if (s)
        edit_put(ed, field, &(union field_value){.str = s});
    else
        edit_clear(ed, field);
}

void author_text(struct edit *ed, unsigned field, const char *s)
{
    author_str(ed, field, s ? intern_put(ed->f->strings, s, strlen(s)) : 0);
}

void author_num(struct edit *ed, unsigned field, double v)
{
    edit_num(ed, field, isfinite(v), v);
}

void author_time(struct edit *ed, unsigned field, wall_ms t)
{
    if (t)
        edit_put(ed, field, &(union field_value){.time = t});
    else
        edit_clear(ed, field);
}

void author_small(struct edit *ed, unsigned field, unsigned v)
{
    edit_put(ed, field, &(union field_value){.small = (uint8_t)v});
}

const char *author_raw(const struct fleet *f, strid s)
{
    return s ? intern_raw(f->strings, s) : NULL;
}

/* --- too many, or too old --------------------------------------------------------------------- */

struct old {
    wall_ms at;
    uint32_t slot;
    bool open; /* goes last */
};

static struct old old_of(enum entity e, const void *row, uint32_t slot)
{
    const struct interruption_row *i = row;
    const struct attempt_row *a = row;
    const struct outage_row *o = row;
    const struct hour_row *h = row;
    const struct offender_row *l = row;

    switch (e) {
    case ENTITY_INTERRUPTION:
        return (struct old){i->at, slot, !i->resolved};
    case ENTITY_ATTEMPT:
        return (struct old){a->ended_at ? a->ended_at : a->started_at, slot,
                            row_has(a, attempt, end) && a->end == attempt_end_RUNNING};
    case ENTITY_OUTAGE:
        return (struct old){o->began_at, slot, !row_has(o, outage, ended_at)};
    case ENTITY_HOUR:
        return (struct old){h->begins_at, slot, false};
    default:
        return (struct old){l->last_at, slot, !row_has(l, offender, last_at)};
    }
}

static int oldest_first(const void *a, const void *b)
{
    const struct old *x = a, *y = b;

    if (x->open != y->open)
        return x->open ? 1 : -1;
    return (x->at > y->at) - (x->at < y->at);
}

static bool is_stale(const struct fleet *f, const struct old *o)
{
    return !o->open && o->at < f->events->now - EVENT_KEEP_MS;
}

static bool nothing_to_trim(const struct fleet *f, enum entity e, uint32_t most)
{
    const struct table *t = &f->tables[e];

    if (t->living > most)
        return false;
    for (uint32_t slot = 0; slot < t->slots; slot++) {
        struct old o = {0};
        if (table_alive(t, slot))
            o = old_of(e, table_head(t, slot), slot);
        if (table_alive(t, slot) && is_stale(f, &o))
            return false;
    }
    return true;
}

/* Open ones outlive their 28 days, but not the need for room. */
void author_trim(struct fleet *f, enum entity e, uint32_t most)
{
    const struct table *t = &f->tables[e];
    uint32_t living = t->living, n = 0;
    struct old *all;

    if (nothing_to_trim(f, e, most))
        return;
    all = xcalloc(living, sizeof(*all));
    for (uint32_t slot = 0; slot < t->slots && n < living; slot++)
        if (table_alive(t, slot))
            all[n++] = old_of(e, table_head(t, slot), slot);
    qsort(all, n, sizeof(*all), oldest_first);
    for (uint32_t i = 0; i < n; i++)
        if (n - i > most || is_stale(f, &all[i]))
            fleet_drop(f, e, all[i].slot);
    free(all);
}
