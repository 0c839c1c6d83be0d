/* SPDX-License-Identifier: MIT
 * walk.c - see walk.h. */
#include "export/walk.h"
#include "model/query.h"
#include <stdio.h>
#include <string.h>

const enum entity walk_order[ENTITY_COUNT] = {
    ENTITY_CENTER, ENTITY_POOL,         ENTITY_NODE,    ENTITY_DEVICE,
    ENTITY_JOB,    ENTITY_INTERRUPTION, ENTITY_ATTEMPT, ENTITY_OUTAGE,
    ENTITY_HOUR,   ENTITY_OFFENDER,     ENTITY_ALERT,   ENTITY_AGGREGATE,
    ENTITY_ACTION, ENTITY_RESERVATION,  ENTITY_LICENSE, ENTITY_SOURCE,
};

struct walk walk_of(const struct snapshot *s, const struct export_options *o)
{
    return (struct walk){
        .snap = s,
        .options = o,
        .strings = snapshot_strings(s),
        .ctx = {.snap = s, .now = o->now, .utc_offset_minutes = o->utc_offset_minutes}};
}

bool walk_is_chosen(const struct walk *w)
{
    for (int e = 0; e < ENTITY_COUNT; e++)
        if (w->options->entities[e])
            return true;
    return false;
}

/* What nobody wants unless they ask for it by name: the raw material of other lists. */
static bool is_detail(enum entity e)
{
    return e == ENTITY_ATTEMPT || e == ENTITY_OUTAGE || e == ENTITY_HOUR || e == ENTITY_ACTION;
}

bool walk_wants(const struct walk *w, enum entity e)
{
    return w->options->entities[e] || (!walk_is_chosen(w) && !is_detail(e));
}

const char *walk_center_id(const struct walk *w, const struct row_head *h)
{
    const struct center_row *c = snapshot_center(w->snap, h->center);

    return c != NULL ? intern_text(w->strings, c->id) : "";
}

static bool in_center(const struct walk *w, const struct row_head *h)
{
    const char *only = w->options->only_center;
    const struct center_row *c;

    if (only == NULL)
        return true;
    c = snapshot_center(w->snap, h->center);
    return c != NULL && strcmp(intern_raw(w->strings, c->id), only) == 0;
}

static bool passes(const struct walk *w, enum entity e, const void *row)
{
    const struct export_options *o = w->options;

    if (!in_center(w, row))
        return false;
    return o->filter == NULL || o->filter_entity != (int)e || filter_match(o->filter, &w->ctx, row);
}

const void *walk_next(const struct walk *w, enum entity e, uint32_t *slot)
{
    uint32_t slots = snapshot_slots(w->snap, e);

    while (*slot < slots) {
        const void *row = snapshot_row(w->snap, e, (*slot)++);
        if (row != NULL && passes(w, e, row))
            return row;
    }
    return NULL;
}

bool walk_source_is_bad(const struct source_row *s)
{
    return !row_has(s, source, state) || s->state != source_state_OK;
}

const char *walk_column_name(enum entity e, unsigned column, char room[64])
{
    const struct field *f = column_info(e, column);
    size_t len = strlen(f->id);

    if (e == ENTITY_CENTER && column == FIELD_center_flops)
        return "flops_per_second"; /* "flops" is the list of all that is known of them */
    if (!column_is_derived(e, column))
        return f->id;
    if (strcmp(f->id, "center") == 0 || strcmp(f->id, "age_seconds") == 0)
        return NULL;
    bool has_unit = len > 8 && strcmp(f->id + len - 8, "_seconds") == 0;
    snprintf(room, 64, "%s%s", f->id, f->unit == UNIT_SECOND && !has_unit ? "_seconds" : "");
    return room;
}
