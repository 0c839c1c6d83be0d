/* SPDX-License-Identifier: MIT
 * query.c - see query.h: one pass that selects slots, then a stable sort of them. */
#include "model/query.h"
#include "base/xmem.h"
#include "model/sort.h"
#include <stdlib.h>

void query_result_fini(struct query_result *r)
{
    free(r->slots);
    free(r->scratch);
    *r = (struct query_result){0};
}

static void add_slot(struct query_result *out, uint32_t slot)
{
    if (out->count == out->cap) {
        size_t cap = out->cap;
        out->slots = xgrow(out->slots, &cap, (size_t)out->count + 1, sizeof(*out->slots));
        out->cap = (uint32_t)cap;
    }
    out->slots[out->count++] = slot;
}

static bool considered(const struct query *q, const struct row_head *h)
{
    return (q->center < 0 || h->center == q->center) && (q->with_gone || !(h->flags & ROW_GONE));
}

static bool matches(const struct query *q, const struct value_ctx *c, const void *row)
{
    return (!q->extra || q->extra(q->extra_arg, c, row)) &&
           (!q->base || filter_match(q->base, c, row)) &&
           (!q->filter || filter_match(q->filter, c, row));
}

static void select_rows(const struct query *q, const struct value_ctx *c, struct query_result *out)
{
    uint32_t slots = snapshot_slots(c->snap, q->entity);

    for (uint32_t slot = 0; slot < slots; slot++) {
        const void *row = snapshot_row(c->snap, q->entity, slot);
        if (!row || !considered(q, row))
            continue;
        out->considered++;
        if (matches(q, c, row))
            add_slot(out, slot);
    }
}

void query_run(const struct query *q, const struct value_ctx *c, struct query_result *out)
{
    struct sorter s = {.ctx = c,
                       .entity = q->entity,
                       .slots = out->slots,
                       .scratch = &out->scratch,
                       .scratch_cap = &out->scratch_cap};

    out->count = out->considered = 0;
    select_rows(q, c, out);
    s.slots = out->slots;
    s.count = out->count;
    if (q->sort_column >= 0)
        sort_by(&s, (unsigned)q->sort_column, q->descending);
    if (q->group_column >= 0)
        sort_by(&s, (unsigned)q->group_column, false);
}
