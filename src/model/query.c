/* SPDX-License-Identifier: MIT
 * query.c - see query.h: one pass over the rows that tests them and takes their sort keys, then a
 * stable sort of the keys. The pass is bound by memory: it asks for the lines it will need one
 * chunk ahead. */
#include "model/query.h"
#include "base/xmem.h"
#include "model/column_key.h"
#include "model/filter_int.h"
#include "model/snapshot_int.h"
#include <stdlib.h>

enum { MAX_TOUCHES = 8, LINE = 64 };

/* What one run needs beside the query. */
struct run {
    const struct query *q;
    const struct value_ctx *c;
    struct query_result *out;
    struct key_column sort, group;
    uint64_t *sort_keys, *group_keys; /* by place in out->slots; NULL = not sorted by */
    uint32_t *order;
    void *scratch;
    uint16_t touches[MAX_TOUCHES]; /* offsets in a row that will be read */
    unsigned touch_count;
};

void query_result_fini(struct query_result *r)
{
    free(r->slots);
    free(r->scratch);
    string_order_free(r->order);
    *r = (struct query_result){0};
}

static void add_touch(struct run *r, size_t offset)
{
    for (unsigned i = 0; i < r->touch_count; i++)
        if (r->touches[i] / LINE == offset / LINE)
            return;
    if (r->touch_count < MAX_TOUCHES)
        r->touches[r->touch_count++] = (uint16_t)offset;
}

static void touch_filter(struct run *r, const struct filter *f)
{
    for (unsigned i = 0; f && i < f->term_count; i++) {
        const struct term *t = f->terms[i];
        if (t->how == HOW_ANY) /* the strings follow the head */
            for (size_t at = sizeof(struct row_head); at < t->any->strings_end; at += LINE)
                add_touch(r, at);
        else if (!t->derive)
            add_touch(r, t->field->offset);
    }
}

static void plan_touches(struct run *r)
{
    add_touch(r, 0);
    touch_filter(r, r->q->base);
    touch_filter(r, r->q->filter);
    if (r->sort_keys && !r->sort.derive)
        add_touch(r, r->sort.field->offset);
    if (r->group_keys && !r->group.derive)
        add_touch(r, r->group.field->offset);
}

static inline bool considered(const struct query *q, const struct row_head *h)
{
    return (h->flags & ROW_ALIVE) && (q->center < 0 || h->center == q->center) &&
           (q->with_gone || !(h->flags & ROW_GONE));
}

static inline bool matches(const struct query *q, const struct value_ctx *c, const void *row)
{
    return (!q->extra || q->extra(q->extra_arg, c, row)) &&
           (!q->base || filter_match(q->base, c, row)) &&
           (!q->filter || filter_match(q->filter, c, row));
}

static inline void take(struct run *r, uint32_t slot, const void *row)
{
    uint32_t i = r->out->count++;

    r->out->slots[i] = slot;
    if (r->sort_keys)
        r->sort_keys[i] = key_of_row(&r->sort, r->c, row);
    if (r->group_keys)
        r->group_keys[i] = key_of_row(&r->group, r->c, row);
}

static inline void visit(struct run *r, uint32_t slot, const void *row)
{
    if (!considered(r->q, row))
        return;
    r->out->considered++;
    if (matches(r->q, r->c, row))
        take(r, slot, row);
}

/* Chunk by chunk; while a row is looked at, the same row of the next chunk is on its way. */
static void select_rows(struct run *r)
{
    const struct snapshot_table *t = &r->c->snap->tables[r->q->entity];
    const struct rows_view *v = t->rows;
    uint32_t per_chunk = 1u << v->shift;

    for (uint32_t k = 0, slot = 0; slot < t->slots; k++) {
        const unsigned char *row = rows_chunk_in(v->pages, k);
        const unsigned char *next = rows_chunk_in(v->pages, k + 1 < v->chunk_count ? k + 1 : k);
        uint32_t end = t->slots - slot < per_chunk ? t->slots : slot + per_chunk;
        for (; slot < end; slot++, row += v->item_size, next += v->item_size) {
            for (unsigned i = 0; i < r->touch_count; i++)
                __builtin_prefetch(next + r->touches[i]);
            visit(r, slot, row);
        }
    }
}

/* Room for every living row; the arrays lie one behind the other in the result's scratch. */
static void make_room(struct run *r, size_t rows)
{
    struct query_result *out = r->out;
    size_t cap = out->cap, keys = rows * sizeof(uint64_t);
    bool sorts = r->q->sort_column >= 0, groups = r->q->group_column >= 0;

    out->slots = xgrow(out->slots, &cap, rows, sizeof(*out->slots));
    out->cap = (uint32_t)cap;
    if (!sorts && !groups)
        return;
    size_t need = rows * SORT_SCRATCH + (sorts + groups) * keys + rows * sizeof(uint32_t);
    if (need > out->scratch_cap) {
        free(out->scratch);
        out->scratch = xmalloc(need);
        out->scratch_cap = need;
    }
    char *at = out->scratch;
    r->scratch = at;
    at += rows * SORT_SCRATCH;
    if (sorts) {
        r->sort_keys = (uint64_t *)(void *)at;
        at += keys;
    }
    if (groups) {
        r->group_keys = (uint64_t *)(void *)at;
        at += keys;
    }
    r->order = (uint32_t *)(void *)at;
}

static void sort_by(struct run *r, const struct key_column *k, uint64_t *keys, bool descending)
{
    struct query_result *out = r->out;

    if (key_is_string(k)) {
        if (!out->order)
            out->order = string_order_new();
        string_order_rank(out->order, snapshot_strings(r->c->snap), keys, out->count);
    }
    sort_keys(keys, r->order, out->count, descending, r->scratch);
}

static void apply_order(struct run *r)
{
    uint32_t *sorted = r->scratch;

    for (uint32_t i = 0; i < r->out->count; i++)
        sorted[i] = r->out->slots[r->order[i]];
    if (r->out->count)
        memcpy(r->out->slots, sorted, r->out->count * sizeof(*sorted));
}

void query_run(const struct query *q, const struct value_ctx *c, struct query_result *out)
{
    struct run r = {.q = q, .c = c, .out = out};

    out->count = out->considered = 0;
    make_room(&r, (size_t)snapshot_count(c->snap, q->entity) + 1);
    if (r.sort_keys)
        r.sort = key_column(q->entity, (unsigned)q->sort_column);
    if (r.group_keys)
        r.group = key_column(q->entity, (unsigned)q->group_column);
    plan_touches(&r);
    select_rows(&r);
    if (!r.order)
        return;
    for (uint32_t i = 0; i < out->count; i++)
        r.order[i] = i;
    if (r.sort_keys)
        sort_by(&r, &r.sort, r.sort_keys, q->descending);
    if (r.group_keys)
        sort_by(&r, &r.group, r.group_keys, false);
    apply_order(&r);
}
