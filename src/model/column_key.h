/* SPDX-License-Identifier: MIT
 * column_key.h - a column's value as a number whose order is the value's; for a string its id,
 * which string_order_rank turns into such a number. Inline: half a million rows ask. */
#ifndef SUAN_MODEL_COLUMN_KEY_H
#define SUAN_MODEL_COLUMN_KEY_H

#include "model/fields.h"
#include "model/sort.h"
#include "model/value_int.h"

struct key_column {
    const struct field *field;
    unsigned column;
    derive_fn *derive; /* NULL = stored */
    moment_fn *moment; /* such a duration: its key is made good for a time when it is sorted by */
    bool of_row;       /* stored, or derived from nothing but the row */
    uint64_t zero;     /* the key of 0 */
};

static inline bool key_is_string(const struct key_column *k)
{
    return field_is_string(k->field);
}

/* Bits of a double in the order of its value. */
static inline uint64_t key_of_double(double v)
{
    uint64_t bits;

    v += 0.0; /* -0 is 0 */
    memcpy(&bits, &v, sizeof(bits));
    return bits >> 63 ? ~bits : bits | UINT64_C(1) << 63;
}

static inline struct key_column key_column(enum entity e, unsigned column)
{
    const struct derived *d = derived_column_of(e, column);

    return (struct key_column){.field = column_info(e, column),
                               .column = column,
                               .derive = d ? d->derive : NULL,
                               .moment = d ? d->moment : NULL,
                               .of_row = !d || d->of_row,
                               .zero =
                                   column_info(e, column)->type == FT_NUM ? key_of_double(0) : 0};
}

static inline uint64_t key_of_value(const struct value *v)
{
    switch (v->kind) {
    case VALUE_NONE:
        return KEY_ABSENT;
    case VALUE_STR:
        return v->str;
    case VALUE_TIME:
        return (uint64_t)v->time;
    case VALUE_FLAGS:
        return v->flags;
    default:
        return key_of_double(v->num);
    }
}

static inline uint64_t key_of_field(const struct field *f, const void *row)
{
    switch (f->type) {
    case FT_NUM:
        return key_of_double(field_num(row, f));
    case FT_TIME:
        return (uint64_t)field_time(row, f); /* never negative */
    case FT_BOOL:
    case FT_ENUM:
        return field_small(row, f);
    default:
        return field_flags(row, f); /* strings and flags: 32 bits */
    }
}

static inline uint64_t key_of_row(const struct key_column *k, const struct value_ctx *c,
                                  const void *row)
{
    if (k->moment)
        return key_of_moment(k->moment(row));
    if (k->derive) {
        struct value v = k->derive(c, row);
        return key_of_value(&v);
    }
    uint64_t key = key_of_field(k->field, row);
    /* What is absent is zero: for any other value the head of the row need not be read. */
    return key == k->zero && !field_has(row, k->column) ? KEY_ABSENT : key;
}

#endif
