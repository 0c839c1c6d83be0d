/* SPDX-License-Identifier: MIT
 * pools.c - see pools.h. */
#include "model/pools.h"
#include "base/xmem.h"
#include <stdlib.h>
#include <string.h>

void pools_init(struct pools *p)
{
    *p = (struct pools){.first_free = MAP_NONE};
    map_init(&p->by_key);
}

void pools_fini(struct pools *p)
{
    map_fini(&p->by_key);
    free(p->all);
}

static bool any(const void *arg, uint32_t value)
{
    (void)arg;
    (void)value;
    return true; /* equal hashes are equal keys */
}

static struct pool_sums *new_pool(struct pools *p, uint16_t center, uint64_t key)
{
    uint32_t i = p->first_free;

    if (i != MAP_NONE) {
        p->first_free = p->all[i].next_free;
    } else {
        i = p->count++;
        p->all = xgrow(p->all, &p->cap, p->count, sizeof(*p->all));
    }
    p->all[i] = (struct pool_sums){.key = key, .center = center, .used = true};
    map_add(&p->by_key, key, i);
    return &p->all[i];
}

static struct pool_sums *get_pool(struct pools *p, uint16_t center, uint64_t key)
{
    uint32_t i = map_find(&p->by_key, key, any, NULL);

    return i == MAP_NONE ? new_pool(p, center, key) : &p->all[i];
}

static void drop_unused(struct pools *p, struct pool_sums *s)
{
    uint32_t i = (uint32_t)(s - p->all);

    if (s->pinned || s->sums.v[SUM_NODES] || s->sums.v[SUM_JOBS])
        return;
    map_del(&p->by_key, s->key, i);
    *s = (struct pool_sums){.next_free = p->first_free};
    p->first_free = i;
}

static void add_to(struct pools *p, uint16_t center, uint64_t key, const struct sums *what,
                   int sign)
{
    struct pool_sums *s = get_pool(p, center, key);

    sums_add(&s->sums, what, sign);
    s->dirty = true;
    drop_unused(p, s);
}

static bool seen(const uint64_t *keys, int count, uint64_t key)
{
    for (int i = 0; i < count; i++)
        if (keys[i] == key)
            return true;
    return false;
}

void pools_add(struct pools *p, uint16_t center, const char *list, const struct sums *what,
               int sign)
{
    uint64_t keys[POOLS_OF_ONE_ROW];
    int count = 0;

    while (*list && count < POOLS_OF_ONE_ROW) {
        size_t len = strcspn(list, ",");
        uint64_t key = row_key(ENTITY_POOL, center, list, len);
        if (len && !seen(keys, count, key)) {
            keys[count++] = key;
            add_to(p, center, key, what, sign);
        }
        list += len + (list[len] == ',');
    }
}

void pools_pin(struct pools *p, uint16_t center, uint64_t key, bool pinned)
{
    struct pool_sums *s = get_pool(p, center, key);

    s->pinned = pinned;
    s->dirty = true;
    drop_unused(p, s);
}

void pools_all_dirty(struct pools *p)
{
    for (uint32_t i = 0; i < p->count; i++)
        p->all[i].dirty = p->all[i].used;
}
