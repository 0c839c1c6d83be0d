/* SPDX-License-Identifier: MIT
 * sort.c - see sort.h. */
#include "model/sort.h"
#include "base/xmem.h"
#include "model/fold.h"
#include "model/value_int.h"
#include <string.h>

struct item {
    uint64_t key;
    uint32_t slot;
    strid str;
};

struct job {
    const struct value_ctx *ctx;
    enum entity entity;
    unsigned column;
    const struct field *field;
    derive_fn *derive;
    const struct intern *strings;
    bool descending;
};

/* Bits of a double in the order of its value. */
static uint64_t order_double(double v)
{
    uint64_t bits;

    v += 0.0; /* -0 is 0 */
    memcpy(&bits, &v, sizeof(bits));
    return bits >> 63 ? ~bits : bits | UINT64_C(1) << 63;
}

static uint64_t key_of(const struct job *j, const struct value *v)
{
    switch (v->kind) {
    case VALUE_STR:
        return natural_prefix(intern_text(j->strings, v->str), 0);
    case VALUE_TIME:
        return (uint64_t)v->time ^ UINT64_C(1) << 63;
    case VALUE_FLAGS:
        return v->flags;
    default:
        return order_double(v->num);
    }
}

/* Keys of the rows that have a value; the others go to `absent` in their order. */
static uint32_t make_items(const struct job *j, const struct sorter *s, struct item *items,
                           uint32_t *absent)
{
    uint32_t count = 0, without = 0;

    for (uint32_t i = 0; i < s->count; i++) {
        const void *row = snapshot_row(j->ctx->snap, j->entity, s->slots[i]);
        struct value v =
            j->derive ? j->derive(j->ctx, row) : value_of_field(j->field, j->column, row);
        if (v.kind == VALUE_NONE) {
            absent[without++] = s->slots[i];
            continue;
        }
        uint64_t key = key_of(j, &v);
        items[count++] =
            (struct item){.key = j->descending ? ~key : key, .slot = s->slots[i], .str = v.str};
    }
    return count;
}

enum { DIGIT_BITS = 11, DIGITS = 6, BUCKETS = 1 << DIGIT_BITS };

static unsigned digit(uint64_t key, int d)
{
    return (unsigned)(key >> (d * DIGIT_BITS)) & (BUCKETS - 1);
}

static void scatter(const struct item *from, struct item *to, uint32_t count, int d,
                    uint32_t *starts)
{
    uint32_t sum = 0;

    for (int b = 0; b < BUCKETS; b++) {
        uint32_t n = starts[b];
        starts[b] = sum;
        sum += n;
    }
    for (uint32_t i = 0; i < count; i++)
        to[starts[digit(from[i].key, d)]++] = from[i];
}

/* Least significant digit first, digits that all keys share left out. Returns where the result is. */
static struct item *radix_sort(struct item *items, struct item *spare, uint32_t count)
{
    static _Thread_local uint32_t starts[DIGITS][BUCKETS];

    memset(starts, 0, sizeof(starts));
    for (uint32_t i = 0; i < count; i++)
        for (int d = 0; d < DIGITS; d++)
            starts[d][digit(items[i].key, d)]++;
    for (int d = 0; d < DIGITS; d++) {
        if (count == 0 || starts[d][digit(items[0].key, d)] == count)
            continue;
        scatter(items, spare, count, d, starts[d]);
        struct item *swap = items;
        items = spare;
        spare = swap;
    }
    return items;
}

static bool in_order(const struct job *j, const struct item *a, const struct item *b)
{
    if (a->str == b->str)
        return true;
    int order =
        natural_cmp_strict(intern_text(j->strings, a->str), intern_text(j->strings, b->str));
    return j->descending ? order >= 0 : order <= 0;
}

static void merge(const struct job *j, const struct item *a, uint32_t na, const struct item *b,
                  uint32_t nb, struct item *to)
{
    while (na && nb) {
        if (in_order(j, a, b)) {
            *to++ = *a++;
            na--;
        } else {
            *to++ = *b++;
            nb--;
        }
    }
    memcpy(to, a, na * sizeof(*a));
    memcpy(to + na, b, nb * sizeof(*b));
}

static void insertion_sort(const struct job *j, struct item *items, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++) {
        struct item item = items[i];
        uint32_t k = i;
        for (; k > 0 && !in_order(j, &items[k - 1], &item); k--)
            items[k] = items[k - 1];
        items[k] = item;
    }
}

/* Stable merge sort of strings whose keys are equal; depth is log2(count). */
static void sort_run(const struct job *j, struct item *items, struct item *spare, uint32_t count)
{
    if (count <= 12) {
        insertion_sort(j, items, count);
        return;
    }
    uint32_t half = count / 2;
    sort_run(j, items, spare, half);
    sort_run(j, items + half, spare + half, count - half);
    if (in_order(j, &items[half - 1], &items[half]))
        return;
    memcpy(spare, items, count * sizeof(*items));
    merge(j, spare, half, spare + half, count - half, items);
}

static void sort_runs(const struct job *j, struct item *items, struct item *spare, uint32_t count)
{
    for (uint32_t start = 0, end; start < count; start = end) {
        end = start + 1;
        while (end < count && items[end].key == items[start].key)
            end++;
        if (end - start > 1)
            sort_run(j, items + start, spare + start, end - start);
    }
}

static struct job make_job(const struct sorter *s, unsigned column, bool descending)
{
    struct job j = {.ctx = s->ctx,
                    .entity = s->entity,
                    .column = column,
                    .field = column_info(s->entity, column),
                    .strings = snapshot_strings(s->ctx->snap),
                    .descending = descending};

    if (column_is_derived(s->entity, column))
        j.derive = derived_column(s->entity, column - entity_info(s->entity)->field_count)->derive;
    return j;
}

void sort_by(struct sorter *s, unsigned column, bool descending)
{
    if (s->count < 2)
        return;
    struct job j = make_job(s, column, descending);
    size_t need = s->count * (2 * sizeof(struct item) + sizeof(uint32_t));

    *s->scratch = xgrow(*s->scratch, s->scratch_cap, need, 1);
    struct item *items = *s->scratch, *spare = items + s->count;
    uint32_t *absent = (uint32_t *)(spare + s->count);
    uint32_t count = make_items(&j, s, items, absent);
    struct item *sorted = radix_sort(items, spare, count);
    if (j.field->type <= FT_HOSTLIST)
        sort_runs(&j, sorted, sorted == items ? spare : items, count);
    for (uint32_t i = 0; i < count; i++)
        s->slots[i] = sorted[i].slot;
    memcpy(s->slots + count, absent, (s->count - count) * sizeof(*absent));
}
