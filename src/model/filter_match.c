/* SPDX-License-Identifier: MIT
 * filter_match.c - does a row match? Each string is asked about once: the answer is kept by id. */
#include "base/xmem.h"
#include "model/fields.h"
#include "model/filter_int.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { NOT_ASKED, NO, YES };

static void memo_use(struct memo *m, const struct intern *strings)
{
    intern_unref(m->of);
    m->of = intern_ref((struct intern *)(uintptr_t)strings);
    if (m->cap)
        memset(m->answers, NOT_ASKED, m->cap);
}

static void memo_grow(struct memo *m, strid id)
{
    size_t old = m->cap;

    m->answers = xgrow(m->answers, &m->cap, (size_t)id + 1, 1);
    memset(m->answers + old, NOT_ASKED, m->cap - old);
}

static bool ask_anew(struct term *t, const struct intern *strings, strid id)
{
    enum field_type type = t->how == HOW_ANY ? FT_STR : t->field->type;
    char room[INTERN_ROOM];

    if (id >= t->memo.cap)
        memo_grow(&t->memo, id);
    t->memo.answers[id] = term_asks(t, type, intern_text_in(strings, id, room)) ? YES : NO;
    return t->memo.answers[id] == YES;
}

static inline bool ask(struct term *t, const struct intern *strings, strid id)
{
    unsigned char answer = id < t->memo.cap ? t->memo.answers[id] : NOT_ASKED;

    return answer == NOT_ASKED ? ask_anew(t, strings, id) : answer == YES;
}

static inline bool compare(enum filter_op op, double v, double with)
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

static bool decide_value(struct term *t, const struct value_ctx *c, const struct value *v)
{
    switch (t->how) {
    case HOW_STRING:
        return ask(t, snapshot_strings(c->snap), v->str);
    case HOW_WORDS:
        return t->words >> (unsigned)v->num & 1;
    case HOW_FLAGS:
        return (t->words & v->flags) != 0;
    case HOW_NUMBER:
        return compare(t->op, v->num, t->num);
    case HOW_TIME:
        return compare(t->op, (double)v->time, (double)t->time);
    case HOW_AGO:
        return compare(t->op, fabs((double)(c->now - v->time)), t->num);
    default:
        return text_matches(t, c, v);
    }
}

/* Of a derived column, or in a way that is asked rarely. */
static bool decide_slowly(struct term *t, const struct value_ctx *c, const void *row)
{
    struct value v = t->derive ? t->derive(c, row) : value_of_field(t->field, t->column, row);

    if (v.kind == VALUE_NONE || t->how == HOW_ABSENT)
        return v.kind == VALUE_NONE && t->how == HOW_ABSENT;
    return decide_value(t, c, &v);
}

static inline bool hits(struct term *t, const struct intern *strings, const void *row,
                        unsigned field)
{
    const struct any *any = t->any;
    strid id;

    memcpy(&id,
           any->offset[field] ? (const char *)row + any->offset[field]
                              : field_at(row, any->rare[field]),
           sizeof(id));
    return ask(t, strings, id);
}

/* The hit of the row before is likely to hit again. */
static bool any_string(struct term *t, const struct intern *strings, const void *row)
{
    uint64_t left = row_head_of(row)->valid & t->any->strings;
    const uint64_t first = left & UINT64_C(1) << t->any->last_hit;

    if (first && hits(t, strings, row, t->any->last_hit))
        return true;
    for (left &= ~first; left; left &= left - 1) {
        unsigned field = (unsigned)__builtin_ctzll(left);
        if (hits(t, strings, row, field)) {
            t->any->last_hit = field;
            return true;
        }
    }
    return false;
}

static bool any_column(struct term *t, const struct value_ctx *c, const void *row)
{
    const struct any *any = t->any;

    if (any_string(t, snapshot_strings(c->snap), row))
        return true;
    for (unsigned i = 0; i < any->count; i++) {
        derive_fn *derive = any->others[i].derive;
        struct value v = derive ? derive(c, row)
                                : value_of_field(any->others[i].field, any->others[i].column, row);
        if (v.kind == VALUE_STR && ask(t, snapshot_strings(c->snap), v.str))
            return true;
        if (v.kind == VALUE_WORD && (any->others[i].words >> (unsigned)v.num & 1))
            return true;
        if (v.kind == VALUE_FLAGS && (any->others[i].words & v.flags))
            return true;
    }
    return false;
}

static inline bool decide(struct term *t, const struct value_ctx *c, const void *row)
{
    if (t->how == HOW_ANY)
        return any_column(t, c, row);
    if (t->derive)
        return decide_slowly(t, c, row);
    switch (t->how) {
    case HOW_STRING:
        return field_has(row, t->column) &&
               ask(t, snapshot_strings(c->snap), field_str(row, t->field));
    case HOW_WORDS:
        return field_has(row, t->column) && (t->words >> field_small(row, t->field) & 1);
    case HOW_NUMBER:
        return field_has(row, t->column) && compare(t->op, field_num(row, t->field), t->num);
    default:
        return decide_slowly(t, c, row);
    }
}

bool term_match(struct term *t, const struct value_ctx *c, const void *row)
{
    const struct intern *strings = snapshot_strings(c->snap);

    if (t->memo.of != strings)
        memo_use(&t->memo, strings);
    return decide(t, c, row) != t->negate;
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

/* --- what a filter may take over from the one before it --- */

/* Whatever did not contain the shorter text does not contain the longer one. */
static bool narrows(const struct term *old, const struct term *t)
{
    bool contains = t->op == OP_WORD || t->op == OP_HAS;

    return contains && old->op == t->op && old->how == t->how && old->column == t->column &&
           old->entity == t->entity && term_asks(old, FT_STR, t->text);
}

static void take_over(struct term *old, struct term *t)
{
    bool same = strcmp(old->text, t->text) == 0;

    t->memo = old->memo;
    old->memo = (struct memo){0};
    for (size_t i = 0; !same && i < t->memo.cap; i++)
        t->memo.answers[i] = t->memo.answers[i] == NO ? NO : NOT_ASKED;
}

static bool is_conjunction(const struct node *n)
{
    return n->kind == NODE_TERM ||
           (n->kind == NODE_AND && is_conjunction(n->a) && is_conjunction(n->b));
}

/* Says the very same. */
static bool repeats(const struct term *old, const struct term *t)
{
    return old->op == t->op && old->how == t->how && old->column == t->column &&
           old->negate == t->negate && old->entity == t->entity && strcmp(old->text, t->text) == 0;
}

/* Each condition of the old filter follows from one of the new. */
static bool follows(const struct filter *old, const struct filter *f)
{
    for (unsigned i = 0; i < old->term_count; i++) {
        unsigned k = 0;
        while (k < f->term_count &&
               !(repeats(old->terms[i], f->terms[k]) || narrows(old->terms[i], f->terms[k])))
            k++;
        if (k == f->term_count)
            return false;
    }
    return is_conjunction(old->root) && is_conjunction(f->root);
}

void filter_refine(struct filter *f, struct filter *old)
{
    if (f && old && follows(old, f))
        f->narrows = old->id;
    for (unsigned i = 0; f && old && i < f->term_count; i++)
        for (unsigned k = 0; k < old->term_count; k++)
            if (old->terms[k]->memo.of && !f->terms[i]->memo.of &&
                narrows(old->terms[k], f->terms[i]))
                take_over(old->terms[k], f->terms[i]);
}
