/* SPDX-License-Identifier: MIT
 * value.h - one field of one row, for filters, sorting, columns and export. Pure.
 *
 * Besides the stored fields there are derived ones, computed from the row and `now` (age, time
 * waited, shares): derived.def lists them; their indices follow the stored ones. */
#ifndef SUAN_MODEL_VALUE_H
#define SUAN_MODEL_VALUE_H

#include "base/buf.h"
#include "model/snapshot.h"

enum value_kind {
    VALUE_NONE,
    VALUE_STR,
    VALUE_NUM,
    VALUE_TIME,
    VALUE_DURATION,
    VALUE_WORD,
    VALUE_FLAGS
};

struct value {
    enum value_kind kind;
    strid str;        /* VALUE_STR */
    double num;       /* VALUE_NUM; VALUE_DURATION in ms; VALUE_WORD: the index */
    wall_ms time;     /* VALUE_TIME */
    uint32_t flags;   /* VALUE_FLAGS */
    const char *word; /* VALUE_WORD */
};

struct value_ctx {
    const struct snapshot *snap;
    wall_ms now;
    int utc_offset_minutes;
};

/* All columns of an entity: stored fields first, derived after. */
unsigned column_count(enum entity e);
const struct field *column_info(enum entity e, unsigned column); /* derived ones have offset 0 */
int column_find(enum entity e, const char *name); /* -1 if unknown; fields, derived ones, aliases */
bool column_is_derived(enum entity e, unsigned column);
struct value column_value(const struct value_ctx *c, enum entity e, unsigned column,
                          const void *row);
/* Text for people: numbers with thin spaces and SI steps, times local and short, "?" for none. */
void value_text(const struct value_ctx *c, const struct field *f, const struct value *v,
                struct buf *out);
/* <0, 0, >0; absent sorts after everything in both directions. Strings compare naturally (n9 <
 * n10). */
int value_cmp(const struct value_ctx *c, const struct value *a, const struct value *b);

#endif
