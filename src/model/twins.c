/* SPDX-License-Identifier: MIT
 * twins.c - see twins.h. */
#include "model/twins.h"
#include "base/xmem.h"
#include <stdlib.h>

void twins_init(struct twins *t)
{
    *t = (struct twins){.first_free = MAP_NONE};
    map_init(&t->by_key);
}

void twins_fini(struct twins *t)
{
    map_fini(&t->by_key);
    free(t->groups);
}

static bool any(const void *arg, uint32_t value)
{
    (void)arg;
    (void)value;
    return true; /* equal hashes are equal keys */
}

struct twin_group *twins_find(const struct twins *t, uint64_t key)
{
    uint32_t i = map_find(&t->by_key, key, any, NULL);

    return i == MAP_NONE ? NULL : &t->groups[i];
}

static struct twin_group *new_group(struct twins *t, uint64_t key)
{
    uint32_t i = t->first_free;

    if (i != MAP_NONE) {
        t->first_free = t->groups[i].next_free;
    } else {
        i = t->used++;
        t->groups = xgrow(t->groups, &t->cap, t->used, sizeof(*t->groups));
    }
    t->groups[i] = (struct twin_group){.key = key};
    map_add(&t->by_key, key, i);
    return &t->groups[i];
}

struct twin_group *twins_join(struct twins *t, uint64_t key, uint32_t slot)
{
    struct twin_group *g = twins_find(t, key);

    if (!g)
        g = new_group(t, key);
    g->count++;
    g->slots_xor ^= slot;
    return g;
}

struct twin_group *twins_leave(struct twins *t, uint64_t key, uint32_t slot)
{
    struct twin_group *g = twins_find(t, key);

    if (!g)
        return NULL;
    g->count--;
    g->slots_xor ^= slot;
    if (g->count)
        return g;
    uint32_t i = (uint32_t)(g - t->groups);
    map_del(&t->by_key, key, i);
    g->next_free = t->first_free;
    t->first_free = i;
    return NULL;
}
