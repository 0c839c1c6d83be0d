/* SPDX-License-Identifier: MIT
 * value.c - see value.h: finding columns, taking and comparing values. */
#include "model/fields.h"
#include "model/fold.h"
#include "model/value_int.h"

unsigned column_count(enum entity e)
{
    unsigned n = 0;

    while (derived_column(e, n))
        n++;
    return entity_info(e)->field_count + n;
}

bool column_is_derived(enum entity e, unsigned column)
{
    return column >= entity_info(e)->field_count;
}

const struct field *column_info(enum entity e, unsigned column)
{
    const struct entity_info *info = entity_info(e);

    return column < info->field_count ? &info->fields[column]
                                      : &derived_column(e, column - info->field_count)->field;
}

static int find_by(enum entity e, const char *name, bool title)
{
    unsigned count = column_count(e);

    for (unsigned i = 0; i < count; i++) {
        const struct field *f = column_info(e, i);
        if (fold_same(title ? f->title : f->id, name))
            return (int)i;
    }
    return -1;
}

int column_find(enum entity e, const char *name)
{
    int column = find_by(e, name, false);

    return column >= 0 ? column : find_by(e, name, true);
}

static struct value word_value(const struct field *f, uint8_t index)
{
    static const char *const no_yes[] = {"no", "yes"};
    const char *const *words = f->type == FT_BOOL ? no_yes : f->words;

    return (struct value){.kind = VALUE_WORD, .num = index, .word = words[index]};
}

struct value value_of_field(const struct field *f, unsigned field, const void *row)
{
    struct value v = {.kind = VALUE_NONE};

    if (!field_has(row, field))
        return v;
    switch (f->type) {
    case FT_STR:
    case FT_LIST:
    case FT_HOSTLIST:
        v.kind = VALUE_STR;
        v.str = field_str(row, f);
        return v;
    case FT_NUM:
        v.kind = VALUE_NUM;
        v.num = field_num(row, f);
        return v;
    case FT_TIME:
        v.kind = VALUE_TIME;
        v.time = field_time(row, f);
        return v;
    case FT_FLAGS:
        v.kind = VALUE_FLAGS;
        v.flags = field_flags(row, f);
        return v;
    default:
        return word_value(f, field_small(row, f));
    }
}

struct value column_value(const struct value_ctx *c, enum entity e, unsigned column,
                          const void *row)
{
    const struct entity_info *info = entity_info(e);

    if (column < info->field_count)
        return value_of_field(&info->fields[column], column, row);
    return derived_column(e, column - info->field_count)->derive(c, row);
}

static int cmp_double(double a, double b)
{
    return (a > b) - (a < b);
}

int value_cmp(const struct value_ctx *c, const struct value *a, const struct value *b)
{
    const struct intern *in = snapshot_strings(c->snap);

    if (a->kind == VALUE_NONE || b->kind == VALUE_NONE)
        return (a->kind == VALUE_NONE) - (b->kind == VALUE_NONE);
    switch (a->kind) {
    case VALUE_STR:
        return a->str == b->str
                   ? 0
                   : natural_cmp_strict(intern_text(in, a->str), intern_text(in, b->str));
    case VALUE_TIME:
        return (a->time > b->time) - (a->time < b->time);
    case VALUE_FLAGS:
        return (a->flags > b->flags) - (a->flags < b->flags);
    default:
        return cmp_double(a->num, b->num);
    }
}
