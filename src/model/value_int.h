/* SPDX-License-Identifier: MIT
 * value_int.h - the inside of value: for query and filter, which resolve a column once for many
 * rows. */
#ifndef SUAN_MODEL_VALUE_INT_H
#define SUAN_MODEL_VALUE_INT_H

#include "model/value.h"

typedef struct value derive_fn(const struct value_ctx *c, const void *row);

struct derived {
    enum entity entity;
    enum value_kind kind;
    struct field field;
    derive_fn *derive;
};

/* The n-th derived column of an entity, NULL past the last. */
const struct derived *derived_column(enum entity e, unsigned n);

/* The same by column number; NULL for a stored one. */
const struct derived *derived_column_of(enum entity e, unsigned column);

/* Value of a stored field. */
struct value value_of_field(const struct field *f, unsigned field, const void *row);

#endif
