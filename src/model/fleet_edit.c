/* SPDX-License-Identifier: MIT
 * fleet_edit.c - changing one row; see struct edit in fleet_int.h. */
#include "model/fleet_int.h"

struct edit edit_begin(struct fleet *f, enum entity e, uint32_t slot)
{
    return (struct edit){
        .f = f, .entity = e, .slot = slot, .row = rows_at(&f->tables[e].rows, slot)};
}

void *edit_write(struct edit *ed)
{
    if (!ed->write) {
        fleet_sums_leave(ed->f, ed->entity, ed->slot);
        ed->row = ed->write = rows_edit(&ed->f->tables[ed->entity].rows, ed->slot);
    }
    return ed->write;
}

void edit_end(struct edit *ed)
{
    if (ed->write) {
        fleet_sums_enter(ed->f, ed->entity, ed->slot);
        fleet_alerts_touch(ed->f, ed->entity, ed->write, ed->slot);
    }
    ed->write = NULL;
}

static const struct field *field_of(const struct edit *ed, unsigned field)
{
    return &entity_info(ed->entity)->fields[field];
}

void edit_put(struct edit *ed, unsigned field, const union field_value *v)
{
    const struct field *f = field_of(ed, field);

    if (!field_same(ed->row, f, field, v))
        field_put(edit_write(ed), f, field, v);
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
