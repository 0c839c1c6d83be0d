/* SPDX-License-Identifier: MIT
 * fleet_rows.c - how rows come to be and end: slot, identity, twins, pools. */
#include "base/xmem.h"
#include "model/fleet_int.h"
#include "model/plausible.h"
#include <math.h>

struct fleet_center *fleet_center_of(struct fleet *f, uint16_t center)
{
    if (center < f->center_count)
        return &f->centers[center];
    f->centers = xgrow(f->centers, &f->centers_cap, (size_t)center + 1, sizeof(*f->centers));
    for (; f->center_count <= center; f->center_count++)
        f->centers[f->center_count] =
            (struct fleet_center){.hottest = {.value = -INFINITY, .slot = SLOT_NONE},
                                  .longest = {.value = -INFINITY, .slot = SLOT_NONE}};
    return &f->centers[center];
}

/* The field that is the row's identity; -1 where identity is no single field. */
static int identity_field(enum entity e)
{
    switch (e) {
    case ENTITY_CENTER:
        return FIELD_center_id;
    case ENTITY_SOURCE:
    case ENTITY_DEVICE:
        return -1;
    default:
        return entity_info(e)->name_field;
    }
}

static void put_string(struct fleet *f, void *row, enum entity e, unsigned field, const char *s,
                       size_t len)
{
    strid id = intern_put(f->strings, s, len);

    if (id)
        field_put(row, &entity_info(e)->fields[field], field, &(union field_value){.str = id});
}

/* "cn7\0" "3": node and index. */
static void put_device_identity(struct fleet *f, struct device_row *row, const char *id, size_t len)
{
    const char *nul = memchr(id, '\0', len);
    double index = 0;

    if (!nul)
        return;
    put_string(f, row, ENTITY_DEVICE, FIELD_device_node, id, (size_t)(nul - id));
    for (const char *p = nul + 1; p < id + len; p++) {
        if (*p < '0' || *p > '9')
            return;
        index = index * 10 + (*p - '0');
    }
    if (nul + 1 == id + len || !plausible_num(UNIT_COUNT, index))
        return;
    row->index = (float)index;
    row_mark(row, device, index);
}

static void put_identity(struct fleet *f, void *row, const struct delta_record *r)
{
    int field = identity_field(r->entity);

    if (!r->id)
        return;
    if (r->entity == ENTITY_DEVICE)
        put_device_identity(f, row, r->id, r->id_len);
    else if (field >= 0)
        put_string(f, row, r->entity, (unsigned)field, r->id, r->id_len);
}

/* Job ids are given by the scheduler, not by people, and that of an array's rest changes. */
static bool has_twins(enum entity e)
{
    return e == ENTITY_NODE || e == ENTITY_POOL;
}

static void set_twin(struct fleet *f, enum entity e, uint32_t slot, bool twin)
{
    struct row_head *h = rows_edit(&f->tables[e].rows, slot);

    h->flags = (uint16_t)(twin ? h->flags | ROW_TWIN : h->flags & ~ROW_TWIN);
}

/* Key of the group that the row belongs in; false if the row cannot have twins. */
static bool twin_key(const struct fleet *f, enum entity e, uint32_t slot, uint64_t *key,
                     bool *dirty)
{
    const struct row_head *h = table_head(&f->tables[e], slot);
    unsigned name = (unsigned)entity_info(e)->name_field;

    if (!has_twins(e) || !field_has(h, name))
        return false;
    strid id = field_str(h, &entity_info(e)->fields[name]);
    const char *text = intern_text(f->strings, id);
    *dirty = intern_is_dirty(f->strings, id);
    *key = *dirty ? row_key(e, h->center, text, strlen(text)) : h->key;
    return true;
}

/* A row joined: with the second the first becomes a twin, too. */
static void join_group(struct fleet *f, enum entity e, uint64_t key, uint32_t slot)
{
    struct twin_group *g = twins_join(&f->twins, key, slot);

    if (g->count < 2)
        return;
    set_twin(f, e, slot, true);
    if (g->count == 2)
        set_twin(f, e, g->slots_xor ^ slot, true);
}

static void twins_enter(struct fleet *f, enum entity e, uint32_t slot)
{
    uint64_t key;
    bool dirty;

    if (!twin_key(f, e, slot, &key, &dirty))
        return;
    bool group = twins_find(&f->twins, key) != NULL;
    if (!dirty && !group)
        return;
    uint32_t clean = dirty && !group ? table_find(&f->tables[e], key) : SLOT_NONE;
    if (clean != SLOT_NONE)
        join_group(f, e, key, clean);
    join_group(f, e, key, slot);
}

static void twins_exit(struct fleet *f, enum entity e, uint32_t slot)
{
    uint64_t key;
    bool dirty;

    if (!twin_key(f, e, slot, &key, &dirty))
        return;
    struct twin_group *g = twins_leave(&f->twins, key, slot);
    if (g && g->count == 1)
        set_twin(f, e, g->slots_xor, false);
}

static void note_new(struct fleet *f, enum entity e, uint16_t center, uint64_t key)
{
    struct fleet_center *c = fleet_center_of(f, center);
    bool *known = e == ENTITY_NODE ? &c->known_nodes : e == ENTITY_JOB ? &c->known_jobs : NULL;

    if (e == ENTITY_POOL)
        pools_pin(&f->pools, center, key, true);
    if (!known || *known)
        return;
    *known = true;
    pools_all_dirty(&f->pools);
}

/* Centers and sources sit in the slot of their number, whatever they are called. */
static uint32_t wanted_slot(const struct delta *d, enum entity e)
{
    return e == ENTITY_CENTER ? d->center : e == ENTITY_SOURCE ? d->source : SLOT_NONE;
}

uint32_t fleet_take(struct fleet *f, const struct delta *d, const struct delta_record *r)
{
    struct table *t = &f->tables[r->entity];

    if (t->living >= f->limits.rows[r->entity] || wanted_slot(d, r->entity) == NOBODY) {
        f->stats.rows_refused++;
        return SLOT_NONE;
    }
    uint32_t slot = table_take(t, r->key, wanted_slot(d, r->entity));
    struct row_head *h = rows_edit(&t->rows, slot);
    h->center = d->center;
    h->flags = (uint16_t)(h->flags | (unsigned)r->entity << ROW_ENTITY_SHIFT);
    h->birth = (uint32_t)(f->generation + 1);
    put_identity(f, h, r);
    note_new(f, r->entity, d->center, r->key);
    twins_enter(f, r->entity, slot);
    fleet_sums_enter(f, r->entity, slot);
    return slot;
}

uint32_t fleet_find_job(const struct fleet *f, uint16_t center, const char *id)
{
    const struct table *jobs = &f->tables[ENTITY_JOB];
    uint32_t slot = table_find(jobs, row_key(ENTITY_JOB, center, id, strlen(id)));
    const struct alias_place place = {.entries = f->aliases.index.pages,
                                      .jobs = jobs->rows.pages,
                                      .entry_shift = f->aliases.index.shift,
                                      .job_shift = jobs->rows.shift,
                                      .mask = f->aliases.mask,
                                      .strings = f->strings};

    return slot == SLOT_NONE ? aliases_seek(&place, center, id, strlen(id)) : slot;
}

void fleet_drop(struct fleet *f, enum entity e, uint32_t slot)
{
    struct row_head h = *table_head(&f->tables[e], slot);

    events_dropped(f, e, slot);
    tellers_forget(f, e, slot);
    fleet_sums_leave(f, e, slot);
    fleet_flops_drop(f, e, slot);
    twins_exit(f, e, slot);
    if (e == ENTITY_POOL)
        pools_pin(&f->pools, h.center, h.key, false);
    table_drop(&f->tables[e], slot);
}
