/* SPDX-License-Identifier: MIT
 * query.c - see query.h: the rows are chosen (select.c), which also takes their sort keys; then a stable sort of the
 * keys. */
#include "model/query.h"
#include "base/xmem.h"
#include "model/select.h"
#include "model/snapshot_int.h"
#include <stdlib.h>

void query_result_fini(struct query_result *r)
{
    if (r->chosen)
        selection_fini(r->chosen);
    free(r->chosen);
    free(r->slots);
    sort_room_fini(&r->room);
    string_order_free(r->order);
    *r = (struct query_result){0};
}

void sort_room_fini(struct sort_room *r)
{
    free(r->bytes);
    *r = (struct sort_room){0};
}

static void *scratch(struct sort_room *r, size_t need)
{
    if (need > r->cap) {
        free(r->bytes);
        r->bytes = xmalloc(need + need / 8);
        r->cap = need + need / 8;
    }
    return r->bytes;
}

static void sort_by(const struct query *q, struct query_result *out, const struct value_ctx *c,
                    const struct key_store *k, bool descending)
{
    struct sort_room *room = q->room ? q->room : &out->room;
    bool strings = key_is_string(&k->column);
    struct key_reading how = {
        .skip = strings ? KEY_STRING_BITS : 0, .moments = k->column.moment != NULL, .now = c->now};

    if (out->count < 2)
        return;
    if (strings) {
        if (!out->order)
            out->order = string_order_new();
        string_order_rank(out->order, snapshot_strings(c->snap), k->keys, out->slots, out->count);
    }
    sort_keys(k->keys, &how, out->slots, out->count, descending,
              scratch(room, (size_t)out->count * SORT_SCRATCH));
}

static void list_rows(const struct query *q, const struct value_ctx *c, struct query_result *out)
{
    size_t cap = out->cap, room = (size_t)snapshot_count(c->snap, q->entity) + 1;

    if (room > cap)
        out->slots = xgrow(out->slots, &cap, room, sizeof(*out->slots));
    out->cap = (uint32_t)cap;
    out->count = selection_slots(out->chosen, out->slots);
}

static void count_rows(const struct query *q, struct query_result *out)
{
    const struct selection *s = out->chosen;

    out->considered = out->count = 0;
    for (uint32_t i = 0; i < s->chunks; i++)
        out->considered += s->considered[i];
    for (uint32_t i = 0; q->only_sums && i < s->chunks; i++)
        out->count += (uint32_t)__builtin_popcountll(s->bits[i]);
}

bool query_run(const struct query *q, const struct value_ctx *c, struct query_result *out)
{
    if (!out->chosen)
        out->chosen = xcalloc(1, sizeof(*out->chosen));
    if (!selection_run(out->chosen, q, c) || (q->interrupted && q->interrupted(q->interrupt_arg)))
        return false; /* what follows goes through */
    count_rows(q, out);
    if (q->only_sums)
        return true;
    list_rows(q, c, out);
    if (q->sort_column >= 0)
        sort_by(q, out, c, &out->chosen->sort, q->descending);
    if (q->group_column >= 0)
        sort_by(q, out, c, &out->chosen->group, false);
    return true;
}

void query_parts(const struct query_result *r,
                 void (*each)(void *arg, const struct query_part *part), void *arg)
{
    const struct selection *s = r->chosen;

    for (uint32_t i = 0; s && s->tally && i < s->chunks; i++) {
        struct query_part part = {s->parts + i * s->tally->size, i << s->shift, s->bits[i]};
        if (part.rows)
            each(arg, &part);
    }
}
