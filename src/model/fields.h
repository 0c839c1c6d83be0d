/* SPDX-License-Identifier: MIT
 * fields.h - reading and writing the members of a row through its field table. Pure; thread: the
 * row's. */
#ifndef SUAN_MODEL_FIELDS_H
#define SUAN_MODEL_FIELDS_H

#include "model/entity.h"
#include <math.h>
#include <string.h>

union field_value {
    double num;
    wall_ms time;
    strid str;
    uint32_t flags;
    uint8_t small; /* BOOL, ENUM */
};

static inline bool field_is_string(const struct field *f)
{
    return f->type <= FT_HOSTLIST;
}

static inline size_t field_size(const struct field *f)
{
    static const uint8_t sizes[] = {[FT_STR] = sizeof(strid),
                                    [FT_LIST] = sizeof(strid),
                                    [FT_HOSTLIST] = sizeof(strid),
                                    [FT_NUM] = sizeof(double),
                                    [FT_TIME] = sizeof(wall_ms),
                                    [FT_BOOL] = 1,
                                    [FT_ENUM] = 1,
                                    [FT_FLAGS] = sizeof(uint32_t)};

    return f->narrow ? sizeof(float) : sizes[f->type];
}

static inline bool field_has(const void *row, unsigned field)
{
    return ((const struct row_head *)row)->valid >> field & 1;
}

/* Words of the row's rare fields; of those before a field: `valid` with the bits below it. */
static inline unsigned rare_words(const uint64_t rare[2], uint64_t valid)
{
    return (unsigned)(__builtin_popcountll(valid & rare[0]) +
                      __builtin_popcountll(valid & rare[1]));
}

static inline uint32_t *rare_at(const void *row, const struct field *f)
{
    const struct row_head *h = row;
    uint64_t below = h->valid & ((UINT64_C(1) << f->number) - 1);

    return (uint32_t *)(uintptr_t)row + h->more + rare_words(f->rare, below);
}

/* Where the value is. Absent ones are zero. */
static inline const void *field_at(const void *row, const struct field *f)
{
    static const uint64_t none;

    if (!f->rare)
        return (const char *)row + f->offset;
    return field_has(row, f->number) ? (const void *)rare_at(row, f) : &none;
}

static inline strid field_str(const void *row, const struct field *f)
{
    strid id;

    memcpy(&id, field_at(row, f), sizeof(id));
    return id;
}

/* The decimal number that a float was made from, for what NUM32 promises: 0.35, not 0.34999999. */
static inline double widen(float v)
{
    double d = v;

    if (fabs(d) >= 0x1p24 || d == (double)(int32_t)v)
        return d;
    return rint(d * 1000) / 1000;
}

static inline double field_num(const void *row, const struct field *f)
{
    double v;
    float narrow;

    if (f->narrow) {
        memcpy(&narrow, field_at(row, f), sizeof(narrow));
        return widen(narrow);
    }
    memcpy(&v, field_at(row, f), sizeof(v));
    return v;
}

static inline wall_ms field_time(const void *row, const struct field *f)
{
    wall_ms t;

    memcpy(&t, field_at(row, f), sizeof(t));
    return t;
}

static inline uint32_t field_flags(const void *row, const struct field *f)
{
    uint32_t v;

    memcpy(&v, field_at(row, f), sizeof(v));
    return v;
}

static inline uint8_t field_small(const void *row, const struct field *f)
{
    return *(const uint8_t *)field_at(row, f);
}

/* All members of the union start at its address; only a NUM32 has another form in the row. */
static inline const void *field_bytes(const struct field *f, const union field_value *v,
                                      float *narrow)
{
    if (!f->narrow)
        return v;
    *narrow = (float)v->num;
    return narrow;
}

/* The row has exactly this value. */
static inline bool field_same(const void *row, const struct field *f, unsigned field,
                              const union field_value *v)
{
    float narrow;

    return field_has(row, field) &&
           memcmp(field_at(row, f), field_bytes(f, v, &narrow), field_size(f)) == 0;
}

/* A rare field must be there already: else it is edit_put that finds room for it. */
static inline void field_put(void *row, const struct field *f, unsigned field,
                             const union field_value *v)
{
    float narrow;

    memcpy(f->rare ? (void *)rare_at(row, f) : (char *)row + f->offset, field_bytes(f, v, &narrow),
           field_size(f));
    ((struct row_head *)row)->valid |= UINT64_C(1) << field;
}

/* A rare one that is absent; behind the row's others is room for it. */
static inline void field_insert(void *row, const struct field *f, const union field_value *v)
{
    struct row_head *h = row;
    uint32_t *at = rare_at(row, f);
    uint64_t above = h->valid & ~((UINT64_C(1) << f->number) - 1);

    memmove(at + field_size(f) / sizeof(*at), at, rare_words(f->rare, above) * sizeof(*at));
    field_put(row, f, f->number, v);
}

/* Absent members are zero. */
static inline void field_clear(void *row, const struct field *f, unsigned field)
{
    struct row_head *h = row;
    uint64_t above = h->valid & ~((UINT64_C(2) << field) - 1);

    if (!f->rare)
        memset((char *)row + f->offset, 0, field_size(f));
    else if (field_has(row, field))
        memmove(rare_at(row, f), rare_at(row, f) + field_size(f) / sizeof(uint32_t),
                rare_words(f->rare, above) * sizeof(uint32_t));
    h->valid &= ~(UINT64_C(1) << field);
}

/* One field by its name; 0 = absent. For rare ones there is no other way. */
#define field_of_row(thing, id)                                                                    \
    (&entity_info((enum entity)ENTITY_OF_##thing)->fields[FIELD_##thing##_##id])
#define row_str(row, thing, id) field_str(row, field_of_row(thing, id))
#define row_num(row, thing, id) field_num(row, field_of_row(thing, id))
#define row_time(row, thing, id) field_time(row, field_of_row(thing, id))

#endif
