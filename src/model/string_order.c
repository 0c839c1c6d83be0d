/* SPDX-License-Identifier: MIT
 * string_order.c - see sort.h. New strings are sorted eight bytes of their rewriting (fold.h) at a
 * time, then merged with the ones already in order. */
#include "base/xmem.h"
#include "model/fold.h"
#include "model/sort.h"
#include <stdlib.h>
#include <string.h>

#define NOT_YET UINT32_MAX

/* Strings that agree this far, or few of them, are compared in full. */
enum { MOST_PREFIXES = 8, FEW = 24 };

struct string_order {
    struct intern *of;
    uint32_t *rank; /* by id: 0 = unknown, NOT_YET = in fresh, else 1 + place in sorted */
    strid *sorted, *fresh, *merged;
    size_t rank_cap, sorted_cap, fresh_cap, merged_cap;
    uint32_t count, fresh_count;
};

struct string_order *string_order_new(void)
{
    return xcalloc(1, sizeof(struct string_order));
}

static void drop_all(struct string_order *o)
{
    intern_unref(o->of);
    free(o->rank);
    free(o->sorted);
    free(o->fresh);
    free(o->merged);
    *o = (struct string_order){0};
}

void string_order_free(struct string_order *o)
{
    if (!o)
        return;
    drop_all(o);
    free(o);
}

static void use_table(struct string_order *o, const struct intern *strings)
{
    if (o->of == strings)
        return;
    drop_all(o);
    /* Only kept alive, so that its address cannot become another table's. */
    o->of = intern_ref((struct intern *)(uintptr_t)strings);
}

static void add_fresh(struct string_order *o, strid id)
{
    size_t old = o->rank_cap;

    if (id >= old) {
        o->rank = xgrow(o->rank, &o->rank_cap, (size_t)id + 1, sizeof(*o->rank));
        memset(o->rank + old, 0, (o->rank_cap - old) * sizeof(*o->rank));
    }
    if (o->rank[id])
        return;
    o->rank[id] = NOT_YET;
    o->fresh = xgrow(o->fresh, &o->fresh_cap, (size_t)o->fresh_count + 1, sizeof(*o->fresh));
    o->fresh[o->fresh_count++] = id;
}

static bool in_order(const struct string_order *o, strid a, strid b)
{
    char room_a[INTERN_ROOM], room_b[INTERN_ROOM];

    return natural_cmp_strict(intern_text_in(o->of, a, room_a), intern_text_in(o->of, b, room_b)) <=
           0;
}

static uint32_t merge(const struct string_order *o, const strid *a, uint32_t na, const strid *b,
                      uint32_t nb, strid *to)
{
    uint32_t i = 0, k = 0, n = 0;

    while (i < na && k < nb)
        to[n++] = in_order(o, a[i], b[k]) ? a[i++] : b[k++];
    while (i < na)
        to[n++] = a[i++];
    while (k < nb)
        to[n++] = b[k++];
    return n;
}

static void sort_few(const struct string_order *o, strid *ids, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++) {
        strid id = ids[i];
        uint32_t k = i;
        for (; k > 0 && !in_order(o, ids[k - 1], id); k--)
            ids[k] = ids[k - 1];
        ids[k] = id;
    }
}

/* By comparison only; spare has room for count. */
static void sort_by_merging(const struct string_order *o, strid *ids, uint32_t count, strid *spare)
{
    uint32_t half = count / 2;

    if (count <= FEW) {
        sort_few(o, ids, count);
        return;
    }
    sort_by_merging(o, ids, half, spare);
    sort_by_merging(o, ids + half, count - half, spare);
    memcpy(spare, ids, count * sizeof(*ids));
    merge(o, spare, half, spare + half, count - half, ids);
}

/* For as many strings as are to be sorted. */
struct work {
    uint64_t *keys, *sorted_keys;
    uint32_t *places;
    strid *spare;
    void *scratch;
};

static void sort_by_prefix(const struct string_order *o, strid *ids, uint32_t count, unsigned depth,
                           const struct work *w);

/* Strings whose prefix is the same are sorted by what follows it, in their own part of the work
 * space. */
static void sort_runs(const struct string_order *o, strid *ids, uint32_t count, unsigned depth,
                      const struct work *w)
{
    for (uint32_t start = 0, end; start < count; start = end) {
        end = start + 1;
        while (end < count && w->sorted_keys[end] == w->sorted_keys[start])
            end++;
        if (end - start == 1)
            continue;
        struct work part = *w;
        part.keys += start;
        part.sorted_keys += start;
        part.places += start;
        sort_by_prefix(o, ids + start, end - start, depth + 1, &part);
    }
}

static void sort_by_prefix(const struct string_order *o, strid *ids, uint32_t count, unsigned depth,
                           const struct work *w)
{
    static const struct key_reading plain = {.skip = 0};
    char room[INTERN_ROOM];

    if (count <= FEW || depth == MOST_PREFIXES) {
        sort_by_merging(o, ids, count, w->spare);
        return;
    }
    for (uint32_t i = 0; i < count; i++) {
        w->keys[i] = natural_prefix(intern_text_in(o->of, ids[i], room), (size_t)depth * 8);
        w->places[i] = i;
    }
    sort_keys(w->keys, &plain, w->places, count, false, w->scratch);
    memcpy(w->spare, ids, count * sizeof(*ids));
    for (uint32_t i = 0; i < count; i++) {
        ids[i] = w->spare[w->places[i]];
        w->sorted_keys[i] = w->keys[w->places[i]];
    }
    sort_runs(o, ids, count, depth, w);
}

static void sort_fresh(struct string_order *o)
{
    size_t n = o->fresh_count;
    struct work w = {.keys = xmalloc(n * sizeof(*w.keys)),
                     .sorted_keys = xmalloc(n * sizeof(*w.keys)),
                     .places = xmalloc(n * sizeof(*w.places)),
                     .spare = xmalloc(n * sizeof(*w.spare)),
                     .scratch = xmalloc(n * SORT_SCRATCH)};

    sort_by_prefix(o, o->fresh, o->fresh_count, 0, &w);
    free(w.keys);
    free(w.sorted_keys);
    free(w.places);
    free(w.spare);
    free(w.scratch);
}

/* First place of sorted[from..) whose string is behind id's. */
static uint32_t place_of(const struct string_order *o, uint32_t from, strid id)
{
    uint32_t to = o->count;

    while (from < to) {
        uint32_t middle = from + (to - from) / 2;
        if (in_order(o, o->sorted[middle], id))
            from = middle + 1;
        else
            to = middle;
    }
    return from;
}

/* Puts the fresh strings between the others: few into many, so each place is searched for. */
static void merge_fresh(struct string_order *o)
{
    uint32_t from = 0, n = 0;

    o->merged =
        xgrow(o->merged, &o->merged_cap, (size_t)o->count + o->fresh_count, sizeof(*o->merged));
    for (uint32_t i = 0; i < o->fresh_count; i++) {
        uint32_t to = place_of(o, from, o->fresh[i]);
        if (to > from)
            memcpy(o->merged + n, o->sorted + from, (to - from) * sizeof(*o->sorted));
        n += to - from;
        from = to;
        o->merged[n++] = o->fresh[i];
    }
    if (o->count > from)
        memcpy(o->merged + n, o->sorted + from, (o->count - from) * sizeof(*o->sorted));
    o->count += o->fresh_count;
    o->fresh_count = 0;
    strid *old = o->sorted;
    size_t old_cap = o->sorted_cap;
    o->sorted = o->merged;
    o->sorted_cap = o->merged_cap;
    o->merged = old;
    o->merged_cap = old_cap;
}

static void rank_fresh(struct string_order *o)
{
    if (!o->fresh_count)
        return;
    sort_fresh(o);
    merge_fresh(o);
    for (uint32_t i = 0; i < o->count; i++)
        o->rank[o->sorted[i]] = i + 1;
}

void string_order_rank(struct string_order *o, const struct intern *strings, uint64_t *keys,
                       const uint32_t *at, uint32_t count)
{
    use_table(o, strings);
    for (uint32_t i = 0; i < count; i++) {
        uint64_t key = keys[at[i]];
        strid id = (strid)key;
        if (key != KEY_ABSENT && (id >= o->rank_cap || !o->rank[id]))
            add_fresh(o, id);
    }
    rank_fresh(o);
    for (uint32_t i = 0; i < count; i++) {
        uint64_t *key = &keys[at[i]];
        if (*key != KEY_ABSENT)
            *key = (uint64_t)o->rank[(strid)*key] << KEY_STRING_BITS | (strid)*key;
    }
}
