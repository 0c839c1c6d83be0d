/* SPDX-License-Identifier: MIT
 * fleet_edit.c - changing one row; see struct edit in fleet_int.h. */
#include "model/fleet_int.h"
#include "model/fields.h"

struct edit edit_begin(struct fleet *f, enum entity e, uint32_t slot)
{
    struct edit ed;

    /* `before` is left as it is: most edits write nothing. */
    ed.f = f;
    ed.row = rows_at(&f->tables[e].rows, slot);
    ed.write = NULL;
    ed.slot = slot;
    ed.entity = e;
    return ed;
}

static void note_job(struct job_before *b, const struct job_row *j)
{
    b->valid = j->h.valid;
    b->started_at = j->started_at;
    b->preempted_at = row_time(j, job, preempted_at);
    b->seen_at = j->h.seen_at[0];
    b->source = j->h.source[0];
    b->restarts = j->restarts;
    b->devices = j->devices_allocated;
    b->cpus = j->cpus;
    b->node_count = j->node_count;
    b->nodes = j->nodes;
    b->was = j->h.was;
    b->flags = j->h.flags;
    b->state = j->state;
}

static void note_node(struct node_before *b, const struct node_row *n)
{
    b->valid = n->h.valid;
    b->flags = n->flags;
    b->reason = n->reason;
    b->state = n->state;
}

void *edit_write(struct edit *ed)
{
    if (!ed->write) {
        if (ed->entity == ENTITY_JOB)
            note_job(&ed->before.job, ed->row);
        else if (ed->entity == ENTITY_NODE)
            note_node(&ed->before.node, ed->row);
        fleet_sums_leave(ed->f, ed->entity, ed->slot);
        ed->row = ed->write = rows_edit(&ed->f->tables[ed->entity].rows, ed->slot);
    }
    return ed->write;
}

void edit_end(struct edit *ed)
{
    if (!ed->write)
        return;
    fleet_sums_enter(ed->f, ed->entity, ed->slot);
    if (ed->entity == ENTITY_JOB && field_has(ed->row, FIELD_job_raw_id))
        aliases_note(&ed->f->aliases, &ed->f->tables[ENTITY_JOB], ed->f->strings, ed->slot);
    fleet_alerts_touch(ed->f, ed->entity, ed->write, ed->slot);
    if (ed->entity == ENTITY_ACTION)
        tracker_touch(ed->f, ed->slot);
    ed->write = NULL;
    if (EVENTS_WATCH >> ed->entity & 1)
        events_edited(ed);
}

static const struct field *field_of(const struct edit *ed, unsigned field)
{
    return &entity_info(ed->entity)->fields[field];
}

void edit_put(struct edit *ed, unsigned field, const union field_value *v)
{
    const struct field *f = field_of(ed, field);

    if (field_same(ed->row, f, field, v))
        return;
    void *row = edit_write(ed);
    if (f->rare && !field_has(row, field)) {
        row = rows_more(&ed->f->tables[ed->entity].rows, ed->slot,
                        (unsigned)(field_size(f) / sizeof(uint32_t)));
        ed->row = ed->write = row;
        field_insert(row, f, v);
        return;
    }
    field_put(row, f, field, v);
}

void edit_clear(struct edit *ed, unsigned field)
{
    if (field_has(ed->row, field))
        field_clear(edit_write(ed), field_of(ed, field), field);
}

void edit_num(struct edit *ed, unsigned field, bool has, double v)
{
    if (has)
        edit_put(ed, field, &(union field_value){.num = v});
    else
        edit_clear(ed, field);
}
