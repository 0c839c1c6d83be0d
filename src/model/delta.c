/* SPDX-License-Identifier: MIT
 * delta.c - see delta.h. */
#include "model/delta.h"
#include "base/buf.h"
#include "base/xmem.h"
#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { DEFAULT_MAX_BYTES = 64 << 20, FIRST_VALUES = 12 };

struct delta *delta_new(uint16_t center, uint16_t source, wall_ms at, size_t max_bytes)
{
    struct delta *d = xcalloc(1, sizeof(*d));

    d->center = center;
    d->source = source;
    d->at = at;
    arena_init(&d->arena, max_bytes ? max_bytes : DEFAULT_MAX_BYTES);
    return d;
}

void delta_free(struct delta *d)
{
    if (!d)
        return;
    arena_fini(&d->arena);
    free(d);
}

size_t delta_weight(const struct delta *d)
{
    return sizeof(*d) + d->arena.held;
}

/* A record like the one before has as many values: room for them is taken at once. */
static uint32_t expected_values(const struct delta *d, enum entity e)
{
    return d->last && d->last->entity == e && d->last->count ? d->last->count : FIRST_VALUES;
}

static struct delta_record *add_record(struct delta *d, enum entity e, uint64_t key)
{
    uint32_t expected = expected_values(d, e);
    struct delta_record *r = d->failed ? NULL : arena_calloc(&d->arena, sizeof(*r));

    if (!r) {
        d->failed = true;
        return NULL;
    }
    r->entity = e;
    r->key = key;
    r->cap = expected; /* allocated with the first value */
    if (d->last)
        d->last->next = r;
    else
        d->first = r;
    d->last = r;
    d->records++;
    return r;
}

static void set_id(struct delta *d, struct delta_record *r, const char *id, size_t len)
{
    if (!r)
        return;
    r->id = arena_strndup(&d->arena, id, len);
    r->id_len = (uint32_t)len;
    if (!r->id)
        d->failed = true;
}

void delta_row(struct delta *d, enum entity e, const char *id, size_t len)
{
    set_id(d, add_record(d, e, row_key(e, d->center, id, len)), id, len);
}

void delta_keep(struct delta *d, enum entity e, uint64_t key)
{
    struct delta_record *r = add_record(d, e, key);

    if (r)
        r->keep = true;
}

void delta_remove(struct delta *d, enum entity e, const char *id, size_t len)
{
    struct delta_record *r = add_record(d, e, row_key(e, d->center, id, len));

    set_id(d, r, id, len);
    if (r)
        r->remove = true;
}

uint64_t delta_last_key(const struct delta *d)
{
    return d->last ? d->last->key : 0;
}

static bool make_room(struct delta *d, struct delta_record *r)
{
    uint32_t cap = r->values ? r->cap * 2 : r->cap;
    struct delta_value *values;

    if (r->values && r->count < r->cap)
        return true;
    values = arena_alloc(&d->arena, cap * sizeof(*values));
    if (!values) {
        d->failed = true;
        return false;
    }
    if (r->count)
        memcpy(values, r->values, r->count * sizeof(*values));
    r->values = values;
    r->cap = cap;
    return true;
}

static bool type_fits(const struct delta *d, int field, enum field_type lowest,
                      enum field_type highest)
{
    const struct entity_info *info = entity_info(d->last->entity);

    if (field < 0 || field >= (int)info->field_count)
        return false;
    enum field_type type = info->fields[field].type;
    return type >= lowest && type <= highest;
}

/* A new value of the record being filled, NULL if there is none to fill. */
static struct delta_value *add_value(struct delta *d, int field)
{
    if (d->failed || !d->last || !make_room(d, d->last))
        return NULL;
    struct delta_value *v = &d->last->values[d->last->count++];
    *v = (struct delta_value){.field = (uint16_t)field};
    return v;
}

void delta_absent(struct delta *d, int field)
{
    struct delta_value *v = add_value(d, field);

    if (v)
        v->absent = 1;
}

void delta_str(struct delta *d, int field, const char *s)
{
    delta_strn(d, field, s, s ? strlen(s) : 0);
}

void delta_strn(struct delta *d, int field, const char *s, size_t len)
{
    assert(!d->last || type_fits(d, field, FT_STR, FT_HOSTLIST));
    if (!s || len == 0) {
        delta_absent(d, field);
        return;
    }
    const char *copy = d->failed ? NULL : arena_strndup(&d->arena, s, len);
    struct delta_value *v = copy ? add_value(d, field) : NULL;
    if (!v) {
        d->failed = d->failed || !copy;
        return;
    }
    v->u.str = copy;
    v->len = (uint32_t)len;
}

void delta_num(struct delta *d, int field, double num)
{
    assert(!d->last || type_fits(d, field, FT_NUM, FT_NUM));
    struct delta_value *v = add_value(d, field);

    if (!v)
        return;
    if (isfinite(num))
        v->u.num = num;
    else
        v->absent = 1;
}

void delta_time(struct delta *d, int field, wall_ms t)
{
    assert(!d->last || type_fits(d, field, FT_TIME, FT_TIME));
    struct delta_value *v = add_value(d, field);

    if (!v)
        return;
    v->absent = t == 0;
    v->u.i = t;
}

void delta_int(struct delta *d, int field, int64_t i)
{
    assert(!d->last || type_fits(d, field, FT_BOOL, FT_FLAGS));
    struct delta_value *v = add_value(d, field);

    if (v)
        v->u.i = i;
}

void delta_sample(struct delta *d, wall_ms at, const float values[HISTORY_COUNT])
{
    struct delta_sample *s = d->failed ? NULL : arena_calloc(&d->arena, sizeof(*s));

    if (!s) {
        d->failed = true;
        return;
    }
    s->at = at;
    memcpy(s->values, values, sizeof(s->values));
    if (d->last_sample)
        d->last_sample->next = s;
    else
        d->samples = s;
    d->last_sample = s;
}

void delta_notice(struct delta *d, const char *text, bool bad)
{
    d->notice = d->failed ? NULL : arena_strdup(&d->arena, text);
    d->notice_bad = bad;
    d->failed = d->failed || !d->notice;
}
