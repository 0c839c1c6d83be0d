/* SPDX-License-Identifier: MIT
 * seen.c - see seen.h. The indexes are open addressing with linear probing, at most half full. */
#include "collectors/slurm/seen.h"
#include "base/xmem.h"
#include <stdlib.h>
#include <string.h>

enum {
    LIST_MAX = 3670016, /* 7/8 of four million */
    LOOK_AHEAD = 4,     /* elements of the last poll that may be gone or changed before this one */
    INDEX_FIRST = 64,
};

static void drop_index(struct seen_index *x)
{
    free(x->places);
    *x = (struct seen_index){NULL, 0};
}

static void drop_list(struct seen_list *l)
{
    free(l->items);
    *l = (struct seen_list){NULL, 0, 0};
}

static uint64_t sought(const struct seen_item *item, enum seen_order by)
{
    return by == SEEN_HASH ? item->hash : item->key;
}

/* The place of that one in the index, or the free place where it would be. */
static uint32_t *find(const struct seen_index *x, const struct seen_list *l, enum seen_order by,
                      uint64_t v)
{
    uint32_t i = (uint32_t)(v >> 32) & (x->cap - 1);

    while (x->places[i] != 0 && sought(&l->items[x->places[i] - 1], by) != v)
        i = (i + 1) & (x->cap - 1);
    return &x->places[i];
}

/* Of equal ones the last counts. */
static const struct seen_item *look_up(struct seen_index *x, const struct seen_list *l,
                                       enum seen_order by, uint64_t v)
{
    if (l->count == 0)
        return NULL;
    if (x->cap == 0) {
        for (x->cap = INDEX_FIRST; x->cap < 2 * l->count; x->cap *= 2)
            ;
        x->places = xcalloc(x->cap, sizeof *x->places);
        for (uint32_t i = 0; i < l->count; i++)
            *find(x, l, by, sought(&l->items[i], by)) = i + 1;
    }
    uint32_t place = *find(x, l, by, v);
    return place ? &l->items[place - 1] : NULL;
}

void seen_init(struct seen *s)
{
    memset(s, 0, sizeof *s);
}

static void drop_indexes(struct seen *s)
{
    drop_index(&s->by_hash);
    drop_index(&s->by_key);
    s->next = 0;
}

void seen_fini(struct seen *s)
{
    drop_list(&s->last);
    drop_list(&s->now);
    drop_indexes(s);
    s->stale = s->touched = false;
}

/* Most stand where they stood: that costs no cache line of a table. */
static const struct seen_item *find_in_order(struct seen *s, uint64_t hash)
{
    uint32_t end = s->next + LOOK_AHEAD < s->last.count ? s->next + LOOK_AHEAD : s->last.count;

    for (uint32_t i = s->next; i < end; i++)
        if (s->last.items[i].hash == hash)
            return &s->last.items[i];
    return NULL;
}

bool seen_before(struct seen *s, uint64_t hash, uint64_t *key)
{
    if (s->stale)
        return false;
    const struct seen_item *item = find_in_order(s, hash);
    if (!item)
        item = look_up(&s->by_hash, &s->last, SEEN_HASH, hash);
    if (!item)
        return false;
    s->next = (uint32_t)(item - s->last.items) + 1;
    *key = item->key;
    return true;
}

void seen_add(struct seen *s, uint64_t hash, uint64_t key)
{
    struct seen_list *now = &s->now;

    if (now->count == LIST_MAX)
        return;
    if (now->cap == 0 && s->last.count > 0) { /* about as many as last time */
        now->cap = s->last.count + s->last.count / 64 + 1;
        now->items = xreallocarray(NULL, now->cap, sizeof *now->items);
    }
    now->items = xgrow(now->items, &now->cap, now->count + 1, sizeof *now->items);
    now->items[now->count++] = (struct seen_item){hash, key};
}

bool seen_has_key(struct seen *s, uint64_t key)
{
    return look_up(&s->by_key, &s->last, SEEN_KEY, key) != NULL;
}

void seen_touch(struct seen *s)
{
    s->stale = s->touched = true;
}

void seen_turn(struct seen *s)
{
    drop_list(&s->last);
    drop_indexes(s);
    s->stale = s->touched;
    s->touched = false;
    s->last = s->now;
    s->now = (struct seen_list){NULL, 0, 0};
}

void seen_forget(struct seen *s)
{
    seen_fini(s);
}

size_t seen_bytes(const struct seen *s)
{
    return (s->last.cap + s->now.cap) * sizeof(struct seen_item) +
           ((size_t)s->by_hash.cap + s->by_key.cap) * sizeof(uint32_t);
}
