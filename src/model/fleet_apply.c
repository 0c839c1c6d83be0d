/* SPDX-License-Identifier: MIT
 * fleet_apply.c - merges one delta into the rows. A delta may come from a file: nothing in it is
 * trusted but its memory. */
#include "model/fleet_int.h"
#include "base/sentence.h"
#include "model/plausible.h"

/* The one writer's state while it applies one delta. */
struct applying {
    struct fleet *f;
    const struct delta *d;
    bool in_poll[ENTITY_COUNT]; /* the poll's end will confirm rows of that entity */
    enum entity refused;        /* of a row that hit the cap; ENTITY_COUNT = none */
};

/* Which group a row of that entity is known by when a record says nothing but its name. */
static unsigned default_group(enum entity e)
{
    return e == ENTITY_DEVICE ? 2 : 1;
}

static bool string_same(const struct fleet *f, const void *row, const struct field *fd,
                        unsigned field, const struct delta_value *v)
{
    strid id = field_has(row, field) ? field_str(row, fd) : 0;
    char room[INTERN_ROOM];

    return id && intern_raw_len(f->strings, id) == v->len &&
           memcmp(intern_raw_in(f->strings, id, room), v->u.str, v->len) == 0;
}

/* The value as the row will hold it; false if it is not believed. */
static bool convert(struct fleet *f, const struct field *fd, const struct delta_value *v,
                    union field_value *out)
{
    int64_t i = v->u.i;

    memset(out, 0, sizeof(*out));
    switch (fd->type) {
    case FT_STR:
    case FT_LIST:
    case FT_HOSTLIST:
        out->str = intern_put(f->strings, v->u.str, v->len);
        return out->str != 0;
    case FT_NUM:
        out->num = v->u.num + 0.0; /* no negative zero */
        return plausible_num(fd->unit, v->u.num);
    case FT_TIME:
        out->time = i;
        return plausible_time(i);
    case FT_FLAGS:
        plausible_int(fd, &i);
        out->flags = (uint32_t)i;
        return true;
    default:
        if (!plausible_int(fd, &i))
            return false;
        out->small = (uint8_t)i;
        return true;
    }
}

/* Identity is set when the row is made and never again. A center's id may come after its row, and
 * the id shown for the waiting rest of an array shrinks with it. */
static bool is_identity(enum entity e, unsigned field)
{
    switch (e) {
    case ENTITY_CENTER:
    case ENTITY_SOURCE:
    case ENTITY_DEVICE:
    case ENTITY_JOB:
        return false;
    default:
        return (int)field == entity_info(e)->name_field;
    }
}

/* --- nodes and devices, which several sources may tell ---------------------------------------- */

static bool value_told(struct edit *ed, const struct delta_value *v, union field_value *out)
{
    const struct field *fd = &entity_info(ed->entity)->fields[v->field];

    if (v->absent)
        return false;
    if (field_is_string(fd) && string_same(ed->f, ed->row, fd, v->field, v)) {
        memset(out, 0, sizeof(*out));
        out->str = field_str(ed->row, fd);
        return true;
    }
    if (convert(ed->f, fd, v, out))
        return true;
    ed->f->stats.values_refused++;
    return false;
}

static void tell_value(struct voices *v, unsigned me, const struct delta_value *told)
{
    enum entity e = v->ed->entity;
    union field_value value;
    bool has = value_told(v->ed, told, &value);

    if ((tellers_fields(e, 0) | tellers_fields(e, 1)) >> told->field & 1) {
        if (has)
            voices_tell(v, me, told->field, &value);
        else
            voices_untell(v, me, told->field);
    } else if (has && !field_has(v->ed->row, told->field)) {
        edit_put(v->ed, told->field, &value); /* identity: the first word counts */
    }
}

static void tell_values(struct edit *ed, const struct applying *a, const struct delta_record *r)
{
    const struct entity_info *info = entity_info(r->entity);
    struct voices v;

    voices_begin(&v, ed, a->d->at);
    unsigned me = voices_speak(&v, a->d);
    if (me == NO_VOICE && a->d->source != NOBODY)
        return; /* too many speak of it */
    for (uint32_t i = 0; i < r->count; i++)
        if (r->values[i].field < info->field_count &&
            info->fields[r->values[i].field].group != GROUP_ROLLUP)
            tell_value(&v, me, &r->values[i]);
    if (me != NO_VOICE)
        voices_confirm(&v, me, a->d, a->in_poll[r->entity]);
    voices_end(&v);
}

/* The row is this source's alone, or nobody's. */
static bool is_alone(const struct applying *a, enum entity e, uint32_t slot)
{
    uint16_t source = a->f->tables[e].marks[0][slot].source;

    return !tellers_are_several(a->f, e, slot) &&
           (source == NOBODY || source == a->d->source || a->d->source == NOBODY);
}

static bool keep_told(struct edit *ed, const struct applying *a)
{
    struct voices v;

    if (is_alone(a, ed->entity, ed->slot)) {
        tellers_confirm_alone(ed, a->d, a->in_poll[ed->entity]);
        return true;
    }
    voices_begin(&v, ed, a->d->at);
    unsigned me = voices_find(&v, a->d->source);
    if (me == NO_VOICE)
        return false;
    voices_confirm(&v, me, a->d, a->in_poll[ed->entity]);
    voices_end(&v);
    return true;
}

/* ---------------------------------------------------------------------------------------------- */

static void set_value(struct edit *ed, const struct delta_value *v)
{
    const struct entity_info *info = entity_info(ed->entity);
    const struct field *fd = &info->fields[v->field];
    union field_value value;

    if (is_identity(ed->entity, v->field) && field_has(ed->row, v->field))
        return;
    if (v->absent && ed->entity == ENTITY_JOB && v->field == FIELD_job_id)
        return; /* it may change, but not go */
    if (v->absent) {
        edit_clear(ed, v->field);
        return;
    }
    if (field_is_string(fd) && string_same(ed->f, ed->row, fd, v->field, v))
        return;
    if (convert(ed->f, fd, v, &value)) {
        edit_put(ed, v->field, &value);
        return;
    }
    ed->f->stats.values_refused++;
    edit_clear(ed, v->field);
}

static unsigned set_values(struct edit *ed, const struct delta_record *r)
{
    const struct entity_info *info = entity_info(r->entity);
    unsigned groups = 0;

    for (uint32_t i = 0; i < r->count; i++) {
        const struct delta_value *v = &r->values[i];
        if (v->field >= info->field_count || info->fields[v->field].group == GROUP_ROLLUP)
            continue;
        set_value(ed, v);
        if ((int)v->field != info->name_field)
            groups |= info->fields[v->field].group == GROUP_TELE ? 2 : 1;
    }
    return groups ? groups : default_group(r->entity);
}

/* A job that turned up again is what it was. */
static void revive(struct edit *ed)
{
    struct row_head *h;

    if (!(row_head_of(ed->row)->flags & ROW_GONE))
        return;
    h = edit_write(ed);
    h->flags &= (uint16_t)~ROW_GONE;
    h->seen_at[1] = 0;
    if (ed->entity == ENTITY_JOB && h->was)
        ((struct job_row *)(void *)h)->state = (uint8_t)(h->was - 1);
    h->was = 0;
}

static void confirm_group(struct edit *ed, const struct applying *a, unsigned g)
{
    struct mark *m = &a->f->tables[ed->entity].marks[g][ed->slot];
    bool lazily = a->in_poll[ed->entity];

    if (lazily || m->source != a->d->source)
        m->poll = a->d->poll.seq;
    m->source = a->d->source;
    if (row_head_of(ed->row)->source[g] != a->d->source)
        ((struct row_head *)edit_write(ed))->source[g] = a->d->source;
    wall_ms seen_at = row_head_of(ed->row)->seen_at[g];
    if ((!lazily || ed->write || seen_at == 0) && seen_at < a->d->at)
        ((struct row_head *)edit_write(ed))->seen_at[g] = a->d->at;
}

static void confirm(struct edit *ed, const struct applying *a, unsigned groups)
{
    for (unsigned g = 0; g < 2; g++)
        if (groups >> g & 1)
            confirm_group(ed, a, g);
}

static uint32_t find(const struct applying *a, const struct delta_record *r)
{
    struct table *t = &a->f->tables[r->entity];

    if (r->entity != ENTITY_CENTER && r->entity != ENTITY_SOURCE)
        return table_find(t, r->key);
    uint32_t slot = r->entity == ENTITY_CENTER ? a->d->center : a->d->source;
    return slot != NOBODY && table_alive(t, slot) ? slot : SLOT_NONE;
}

/* Which groups of the row that source confirmed last, as bits. */
static unsigned groups_of(const struct table *t, uint32_t slot, uint16_t source)
{
    unsigned groups = 0;

    for (unsigned g = 0; g < t->groups; g++)
        groups |= (unsigned)(t->marks[g][slot].source == source) << g;
    return groups;
}

static void apply_keep(const struct applying *a, const struct delta_record *r)
{
    uint32_t slot = find(a, r);

    if (slot == SLOT_NONE) {
        a->f->stats.keeps_unknown++;
        return;
    }
    struct edit ed = edit_begin(a->f, r->entity, slot);
    if (tellers_has(r->entity)) {
        a->f->stats.keeps_unknown += !keep_told(&ed, a);
    } else {
        unsigned groups = groups_of(&a->f->tables[r->entity], slot, a->d->source);
        revive(&ed);
        confirm(&ed, a, groups ? groups : default_group(r->entity));
    }
    edit_end(&ed);
}

static bool tells_config(const struct delta_record *r)
{
    const struct entity_info *info = entity_info(r->entity);

    for (uint32_t i = 0; i < r->count; i++)
        if (r->values[i].field < info->field_count &&
            info->fields[r->values[i].field].group == GROUP_CONFIG)
            return true;
    return false;
}

/* A collector may have spoken of its center before the configuration named it. */
static void rename_numbered(struct fleet *f, const struct delta_record *r, uint32_t slot)
{
    struct table *t = &f->tables[r->entity];

    if (t->numbered && table_head(t, slot)->key != r->key && tells_config(r))
        table_rekey(t, slot, r->key);
}

static void apply_row(struct applying *a, const struct delta_record *r)
{
    uint32_t slot = find(a, r);

    if (r->entity == ENTITY_ALERT && !foreign_alert_may(a->d, r)) {
        a->f->stats.rows_refused++;
        return;
    }
    if (slot == SLOT_NONE)
        slot = fleet_take(a->f, a->d, r);
    if (slot == SLOT_NONE) {
        a->refused = r->entity;
        return;
    }
    rename_numbered(a->f, r, slot);
    struct fault_before before;
    if (r->entity == ENTITY_DEVICE)
        faults_before(a->f, slot, a->d, &before);
    struct edit ed = edit_begin(a->f, r->entity, slot);
    if (!tellers_has(r->entity)) {
        int level = r->entity == ENTITY_ALERT ? foreign_alert_level(ed.row) : 0;
        revive(&ed);
        confirm(&ed, a, set_values(&ed, r));
        if (r->entity == ENTITY_ALERT)
            foreign_alert_told(&ed, a->d, level);
    } else if (is_alone(a, r->entity, slot)) {
        (void)set_values(&ed, r);
        tellers_confirm_alone(&ed, a->d, a->in_poll[r->entity]);
    } else {
        tell_values(&ed, a, r);
    }
    edit_end(&ed);
    if (r->entity == ENTITY_DEVICE)
        faults_after(a->f, slot, a->d, &before);
}

static void remove_row(struct applying *a, const struct delta_record *r)
{
    uint32_t slot = find(a, r);

    if (slot == SLOT_NONE)
        return;
    if (r->entity == ENTITY_DEVICE)
        faults_removed(a->f, slot, a->d);
    if (tellers_has(r->entity) && a->d->source != NOBODY)
        tellers_part(a->f, r->entity, slot, a->d->source, a->d->at);
    else
        fleet_drop(a->f, r->entity, slot);
    if (r->entity == ENTITY_SOURCE)
        for (int e = 0; e < ENTITY_COUNT; e++)
            if (tellers_has((enum entity)e))
                tellers_sweep(a->f, (enum entity)e, a->d->source, 0, a->d->at);
}

static void apply_record(struct applying *a, const struct delta_record *r)
{
    a->f->stats.records++;
    if ((unsigned)r->entity >= ENTITY_COUNT)
        return;
    if (r->keep) {
        apply_keep(a, r);
    } else if (r->remove) {
        remove_row(a, r);
    } else {
        apply_row(a, r);
    }
}

enum { INDEX_AHEAD = 8, ROW_AHEAD = 4 };

static const struct delta_record *skip(const struct delta_record *r, int count)
{
    while (r && count-- > 0)
        r = r->next;
    return r;
}

/* A fleet is larger than any cache: what the records to come will need is asked for early. */
static void apply_records(struct applying *a, const struct delta_record *first)
{
    const struct delta_record *index = skip(first, INDEX_AHEAD), *row = skip(first, ROW_AHEAD);

    for (const struct delta_record *r = first; r; r = r->next) {
        if (index && (unsigned)index->entity < ENTITY_COUNT)
            table_prefetch_index(&a->f->tables[index->entity], index->key);
        if (row && (unsigned)row->entity < ENTITY_COUNT)
            table_prefetch_row(&a->f->tables[row->entity], row->key);
        index = skip(index, 1);
        row = skip(row, 1);
        apply_record(a, r);
    }
}

enum rc fleet_apply(struct fleet *f, const struct delta *d, struct err *e)
{
    struct applying a = {.f = f, .d = d, .refused = ENTITY_COUNT};

    f->stats.deltas++;
    if (d->failed || d->center == NOBODY) {
        fleet_poll_abandon(f, d);
        return err_set(e, RC_LIMIT, "delta", S_("more data in one piece than is allowed"));
    }
    events_begin(f, d);
    fleet_note_rank(f, d);
    fleet_poll_begin(f, d);
    for (int i = 0; i < ENTITY_COUNT; i++)
        a.in_poll[i] = fleet_poll_open(f, d, (enum entity)i);
    apply_records(&a, d->first);
    fleet_tell_past(f, d);
    fleet_poll_end(f, d);
    foreign_alerts_listed(f, d);
    events_end(f);
    if (a.refused == ENTITY_COUNT)
        return RC_OK;
    const struct entity_info *info = entity_info(a.refused);
    return err_set(e, RC_LIMIT, info->plural, S_("more than %u %s: the rest is left out"),
                   f->limits.rows[a.refused], info->plural);
}
