/* SPDX-License-Identifier: MIT
 * value_int.h - the inside of value: for query and filter, which resolve a column once for many
 * rows. */
#ifndef SUAN_MODEL_VALUE_INT_H
#define SUAN_MODEL_VALUE_INT_H

#include "model/value.h"

typedef struct value derive_fn(const struct value_ctx *c, const void *row);

/* A duration that depends on nothing but the row and the time: what sorting by it keeps of a row. */
enum moment_kind { MOMENT_NONE, MOMENT_FIXED, MOMENT_SINCE, MOMENT_UNTIL };
struct moment {
    enum moment_kind kind;
    int64_t ms; /* FIXED: so long; SINCE, UNTIL: that time */
};
typedef struct moment moment_fn(const void *row);

/* Milliseconds; -1 = none. What is overdue is due now. */
static inline int64_t moment_at(struct moment m, wall_ms now)
{
    switch (m.kind) {
    case MOMENT_FIXED:
        return m.ms;
    case MOMENT_SINCE:
        return now >= m.ms ? now - m.ms : -1;
    case MOMENT_UNTIL:
        return m.ms > now ? m.ms - now : 0;
    default:
        return -1;
    }
}

struct derived {
    enum entity entity;
    enum value_kind kind;
    struct field field;
    derive_fn *derive;
    moment_fn *moment; /* NULL where it is no such duration */
    bool of_row;       /* it depends on nothing but the row and the names of the centers */
};

/* The n-th derived column of an entity, NULL past the last. */
const struct derived *derived_column(enum entity e, unsigned n);

/* The same by column number; NULL for a stored one. */
const struct derived *derived_column_of(enum entity e, unsigned column);

/* Value of a stored field. */
struct value value_of_field(const struct field *f, unsigned field, const void *row);

#endif
