/* SPDX-License-Identifier: MIT
 * seen.c - see seen.h: open addressing, linear probing, at most 7/8 full. */
#include "collectors/slurm/seen.h"
#include "base/xmem.h"
#include <stdlib.h>
#include <string.h>

enum { CAP_FIRST = 64, CAP_MAX = 1 << 22 };

static uint64_t no_zero(uint64_t hash)
{
    return hash != 0 ? hash : 1;
}

static struct seen_slot *find(const struct seen_table *t, uint64_t hash)
{
    uint32_t i = (uint32_t)(hash >> 32) & (t->cap - 1);

    while (t->slots[i].hash != 0 && t->slots[i].hash != hash)
        i = (i + 1) & (t->cap - 1);
    return &t->slots[i];
}

/* Room for one more: false when the table may not grow any further. */
static bool make_room(struct seen_table *t)
{
    struct seen_table grown = {NULL, t->cap != 0 ? t->cap * 2 : CAP_FIRST, t->used};

    if (t->used < t->cap - t->cap / 8)
        return true;
    if (grown.cap > CAP_MAX)
        return false;
    grown.slots = xcalloc(grown.cap, sizeof *grown.slots);
    for (uint32_t i = 0; i < t->cap; i++)
        if (t->slots[i].hash != 0)
            *find(&grown, t->slots[i].hash) = t->slots[i];
    free(t->slots);
    *t = grown;
    return true;
}

static void drop(struct seen_table *t)
{
    free(t->slots);
    *t = (struct seen_table){NULL, 0, 0};
}

void seen_init(struct seen *s)
{
    memset(s, 0, sizeof *s);
}

void seen_fini(struct seen *s)
{
    drop(&s->last);
    drop(&s->now);
    drop(&s->keys);
    s->stale = s->touched = false;
}

bool seen_before(const struct seen *s, uint64_t hash, uint64_t *key)
{
    if (s->last.cap == 0 || s->stale)
        return false;
    const struct seen_slot *slot = find(&s->last, no_zero(hash));
    *key = slot->key;
    return slot->hash != 0;
}

static void put(struct seen_table *t, uint64_t hash, uint64_t key)
{
    if (!make_room(t))
        return;
    struct seen_slot *slot = find(t, no_zero(hash));
    t->used += slot->hash == 0;
    slot->hash = no_zero(hash);
    slot->key = key;
}

void seen_add(struct seen *s, uint64_t hash, uint64_t key)
{
    put(&s->now, hash, key);
}

static void index_keys(struct seen *s)
{
    for (uint32_t i = 0; i < s->last.cap; i++)
        if (s->last.slots[i].hash != 0)
            put(&s->keys, s->last.slots[i].key, s->last.slots[i].key);
}

bool seen_has_key(struct seen *s, uint64_t key)
{
    if (s->keys.cap == 0)
        index_keys(s);
    return s->keys.cap != 0 && find(&s->keys, no_zero(key))->hash != 0;
}

void seen_touch(struct seen *s)
{
    s->stale = s->touched = true;
}

void seen_turn(struct seen *s)
{
    drop(&s->last);
    drop(&s->keys);
    s->stale = s->touched;
    s->touched = false;
    s->last = s->now;
    s->now = (struct seen_table){NULL, 0, 0};
}

void seen_forget(struct seen *s)
{
    seen_fini(s);
}

size_t seen_bytes(const struct seen *s)
{
    return ((size_t)s->last.cap + s->now.cap + s->keys.cap) * sizeof(struct seen_slot);
}
