/* SPDX-License-Identifier: MIT
 * filter_match.c - does a row match? Each string is asked about once: the answer is kept by id. */
#include "base/xmem.h"
#include "model/fields.h"
#include "model/filter_int.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void memo_use(struct memo *m, const struct intern *strings)
{
    if (m->of == strings)
        return;
    intern_unref(m->of);
    /* The table is only kept alive, so that its address cannot become another table's. */
    m->of = intern_ref((struct intern *)(uintptr_t)strings);
    if (m->cap)
        memset(m->answers, 0, m->cap);
}

static void memo_grow(struct memo *m, strid id)
{
    size_t old = m->cap;

    m->answers = xgrow(m->answers, &m->cap, (size_t)id + 1, 1);
    memset(m->answers + old, 0, m->cap - old);
}

static bool ask(struct term *t, const struct value_ctx *c, enum field_type type, strid id)
{
    const struct intern *strings = snapshot_strings(c->snap);

    memo_use(&t->memo, strings);
    if (id >= t->memo.cap)
        memo_grow(&t->memo, id);
    unsigned char *answer = &t->memo.answers[id];
    if (!*answer)
        *answer = term_asks(t, type, intern_text(strings, id)) ? 2 : 1;
    return *answer == 2;
}

static bool compare(enum filter_op op, double v, double with)
{
    switch (op) {
    case OP_EQ:
        return v == with;
    case OP_GT:
        return v > with;
    case OP_GE:
        return v >= with;
    case OP_LT:
        return v < with;
    case OP_LE:
        return v <= with;
    default:
        return false;
    }
}

static struct value value_of(const struct term *t, const struct value_ctx *c, const void *row)
{
    return t->derive ? t->derive(c, row) : value_of_field(t->field, t->column, row);
}

static bool text_matches(const struct term *t, const struct value_ctx *c, const struct value *v)
{
    struct buf text, plain;
    bool yes;

    buf_init(&text, 256);
    buf_init(&plain, 256);
    value_text(c, t->field, v, &text);
    for (const char *p = text.data; *p; p++) {
        if (strncmp(p, "\342\200\211", 3) == 0)
            p += 2; /* nobody types thin spaces */
        else
            buf_addc(&plain, *p);
    }
    yes = term_asks(t, FT_STR, plain.data);
    buf_fini(&text);
    buf_fini(&plain);
    return yes;
}

static bool any_column(struct term *t, const struct value_ctx *c, const void *row);

static bool decide(struct term *t, const struct value_ctx *c, const void *row)
{
    struct value v;

    if (t->how == HOW_ANY)
        return any_column(t, c, row);
    v = value_of(t, c, row);
    if (v.kind == VALUE_NONE || t->how == HOW_ABSENT)
        return v.kind == VALUE_NONE && t->how == HOW_ABSENT;
    switch (t->how) {
    case HOW_STRING:
        return ask(t, c, t->field->type, v.str);
    case HOW_WORDS:
        return t->words >> (unsigned)v.num & 1;
    case HOW_FLAGS:
        return (t->words & v.flags) != 0;
    case HOW_NUMBER:
        return compare(t->op, v.num, t->num);
    case HOW_TIME:
        return compare(t->op, (double)v.time, (double)t->time);
    case HOW_AGO:
        return compare(t->op, fabs((double)(c->now - v.time)), t->num);
    default:
        return text_matches(t, c, &v);
    }
}

bool term_match(struct term *t, const struct value_ctx *c, const void *row)
{
    return decide(t, c, row) != t->negate;
}

static bool column_matches(struct term *t, const struct value_ctx *c, unsigned column,
                           const void *row)
{
    const struct field *f = column_info(t->entity, column);
    bool derived = column_is_derived(t->entity, column);
    struct value v;

    if (f->type > FT_HOSTLIST && !t->column_words[column])
        return false;
    if (!derived && !field_has(row, column))
        return false;
    v = column_value(c, t->entity, column, row);
    switch (v.kind) {
    case VALUE_STR:
        return ask(t, c, FT_STR, v.str);
    case VALUE_WORD:
        return t->column_words[column] >> (unsigned)v.num & 1;
    case VALUE_FLAGS:
        return (t->column_words[column] & v.flags) != 0;
    default:
        return false;
    }
}

static bool any_column(struct term *t, const struct value_ctx *c, const void *row)
{
    unsigned count = column_count(t->entity);

    for (unsigned i = 0; i < count; i++)
        if (column_matches(t, c, i, row))
            return true;
    return false;
}

static bool node_match(const struct node *n, const struct value_ctx *c, const void *row)
{
    switch (n->kind) {
    case NODE_TERM:
        return term_match(n->term, c, row);
    case NODE_NOT:
        return !node_match(n->a, c, row);
    case NODE_AND:
        return node_match(n->a, c, row) && node_match(n->b, c, row);
    default:
        return node_match(n->a, c, row) || node_match(n->b, c, row);
    }
}

bool filter_match(const struct filter *f, const struct value_ctx *c, const void *row)
{
    return !f || node_match(f->root, c, row);
}
