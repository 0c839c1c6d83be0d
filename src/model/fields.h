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

static inline strid field_str(const void *row, const struct field *f)
{
    strid id;

    memcpy(&id, (const char *)row + f->offset, sizeof(id));
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
        memcpy(&narrow, (const char *)row + f->offset, sizeof(narrow));
        return widen(narrow);
    }
    memcpy(&v, (const char *)row + f->offset, sizeof(v));
    return v;
}

static inline wall_ms field_time(const void *row, const struct field *f)
{
    wall_ms t;

    memcpy(&t, (const char *)row + f->offset, sizeof(t));
    return t;
}

static inline uint32_t field_flags(const void *row, const struct field *f)
{
    uint32_t v;

    memcpy(&v, (const char *)row + f->offset, sizeof(v));
    return v;
}

static inline uint8_t field_small(const void *row, const struct field *f)
{
    return ((const uint8_t *)row)[f->offset];
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
           memcmp((const char *)row + f->offset, field_bytes(f, v, &narrow), field_size(f)) == 0;
}

static inline void field_put(void *row, const struct field *f, unsigned field,
                             const union field_value *v)
{
    float narrow;

    memcpy((char *)row + f->offset, field_bytes(f, v, &narrow), field_size(f));
    ((struct row_head *)row)->valid |= UINT64_C(1) << field;
}

/* Absent members are zero. */
static inline void field_clear(void *row, const struct field *f, unsigned field)
{
    memset((char *)row + f->offset, 0, field_size(f));
    ((struct row_head *)row)->valid &= ~(UINT64_C(1) << field);
}

#endif
