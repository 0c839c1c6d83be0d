/* SPDX-License-Identifier: MIT
 * blast_pools.c - which share of each pool cannot take work before and after. See plan.h. */
#include "action/plan_int.h"
#include "base/xmem.h"
#include "model/rollup.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BIT(id) (1u << node_flag_##id)

/* Keys, sorted. */
struct keys {
    uint64_t *all;
    size_t count, cap;
};

/* A pool that a target is in. text: of the string table. */
struct pool_count {
    const char *text;
    size_t len;
    double nodes, before, after;
};

struct counting {
    const struct planning *g;
    struct keys targets,
        leaving; /* nodes that the order takes, nodes that other orders take out now */
    struct pool_count *pools;
    size_t count, cap;
};

static int by_key(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return x < y ? -1 : x > y;
}

static void keys_add(struct keys *k, uint64_t key)
{
    k->all = xgrow(k->all, &k->cap, k->count + 1, sizeof(*k->all));
    k->all[k->count++] = key;
}

static void keys_sort(struct keys *k)
{
    if (k->count)
        qsort(k->all, k->count, sizeof(*k->all), by_key);
}

static bool keys_have(const struct keys *k, uint64_t key)
{
    return k->count && bsearch(&key, k->all, k->count, sizeof(*k->all), by_key) != NULL;
}

static struct pool_count *pool_find(const struct counting *c, const char *text, size_t len)
{
    for (size_t i = 0; i < c->count; i++)
        if (c->pools[i].len == len && memcmp(c->pools[i].text, text, len) == 0)
            return &c->pools[i];
    return NULL;
}

static void pool_add(struct counting *c, const char *text, size_t len)
{
    if (pool_find(c, text, len))
        return;
    c->pools = xgrow(c->pools, &c->cap, c->count + 1, sizeof(*c->pools));
    c->pools[c->count++] = (struct pool_count){.text = text, .len = len};
}

/* The pools of a node. One without any counts in a pool of no name: all such nodes of the center. */
static void each_pool(struct counting *c, const struct node_row *n,
                      void (*fn)(struct counting *c, const char *text, size_t len, void *arg),
                      void *arg)
{
    const char *p = intern_text(c->g->in, n->pools);

    do {
        size_t len = strcspn(p, ",");
        fn(c, p, len, arg);
        p += len;
    } while (*p++);
}

static void note_pool(struct counting *c, const char *text, size_t len, void *arg)
{
    (void)arg;
    pool_add(c, text, len);
}

struct out {
    bool before, after;
};

static void count_node(struct counting *c, const char *text, size_t len, void *arg)
{
    const struct out *out = arg;
    struct pool_count *pool = pool_find(c, text, len);

    if (!pool)
        return;
    pool->nodes++;
    pool->before += out->before;
    pool->after += out->after;
}

/* Sent, or about to be, and no poll has shown it yet. What the audit tells of the past was sent as well, but the fleet
 * waits for nothing there any more. */
static bool under_way(const struct snapshot *s, const struct action_row *a, uint64_t key)
{
    if (a->verb != action_verb_DRAIN || !row_has(a, action, state))
        return false;
    if (a->state == action_state_WAITING || a->state == action_state_READING)
        return true;
    uint32_t slot = snapshot_find(s, ENTITY_NODE, key);
    const struct node_row *n = slot == UINT32_MAX ? NULL : snapshot_row(s, ENTITY_NODE, slot);
    return n && (n->h.flags & ROW_PENDING) &&
           (a->state == action_state_SENT || a->state == action_state_ACCEPTED ||
            a->state == action_state_UNKNOWN);
}

static void find_leaving(struct counting *c)
{
    const struct snapshot *s = c->g->s;

    for (uint32_t i = 0; i < snapshot_slots(s, ENTITY_ACTION); i++) {
        const struct action_row *a = snapshot_row(s, ENTITY_ACTION, i);
        uint64_t key = a ? row_key(ENTITY_NODE, a->h.center, intern_raw(c->g->in, a->target),
                                   intern_raw_len(c->g->in, a->target))
                         : 0;
        if (a && under_way(s, a, key)) /* those of other centers have other keys */
            keys_add(&c->leaving, key);
    }
    keys_sort(&c->leaving);
}

static void find_pools(struct counting *c)
{
    for (size_t i = 0; i < c->g->o->count; i++) {
        if (!planned_sendable(c->g, i))
            continue;
        keys_add(&c->targets, c->g->rows[i]->key);
        each_pool(c, planned_node(c->g, i), note_pool, NULL);
    }
    keys_sort(&c->targets);
}

static bool takes_no_work(const struct node_row *n)
{
    enum node_class class = rollup_node_class(n);

    return class == NODE_DOWN || class == NODE_DRAINED ||
           (n->flags & (BIT(MAINT) | BIT(REBOOT) | BIT(BLOCKED)));
}

static void count_nodes(struct counting *c)
{
    const struct planning *g = c->g;

    for (uint32_t i = 0; i < snapshot_slots(g->s, ENTITY_NODE); i++) {
        const struct node_row *n = snapshot_row(g->s, ENTITY_NODE, i);
        if (!n || n->h.center != g->o->center || n->state == node_state_FUTURE)
            continue;
        struct out out = {.before = takes_no_work(n) || keys_have(&c->leaving, n->h.key)};
        out.after = keys_have(&c->targets, n->h.key) ? g->o->verb == action_verb_DRAIN : out.before;
        each_pool(c, n, count_node, &out);
    }
}

bool blast_over(const struct planning *g, const struct plan_pool *pool)
{
    return pool->out_after > pool->out_before && pool->out_after > 1 &&
           pool->percent_after > g->limits.brake_percent;
}

static bool worse(const struct planning *g, const struct plan_pool *a, const struct plan_pool *b)
{
    if (blast_over(g, a) != blast_over(g, b))
        return blast_over(g, a);
    return a->percent_after > b->percent_after;
}

/* Into its place among the worst. */
static void keep_pool(const struct planning *g, const struct plan_pool *pool)
{
    struct plan *p = g->p;
    size_t at = p->pool_count;

    while (at > 0 && worse(g, pool, &p->pools[at - 1]))
        at--;
    if (at == ARRAY_LEN(p->pools))
        return;
    if (p->pool_count < ARRAY_LEN(p->pools))
        p->pool_count++;
    memmove(&p->pools[at + 1], &p->pools[at], (p->pool_count - at - 1) * sizeof(*p->pools));
    p->pools[at] = *pool;
}

static void tell(const struct counting *c, const struct pool_count *from)
{
    struct plan_pool pool = {
        .nodes = from->nodes, .out_before = from->before, .out_after = from->after};

    if (from->len)
        snprintf(pool.name, sizeof(pool.name), "%.*s", (int)from->len, from->text);
    else
        snprintf(pool.name, sizeof(pool.name), "%s", c->g->o->center_id);
    pool.percent_after = 100 * from->after / from->nodes;
    keep_pool(c->g, &pool);
}

void blast_pools(const struct planning *g)
{
    struct counting c = {.g = g};

    find_leaving(&c);
    find_pools(&c);
    count_nodes(&c);
    for (size_t i = 0; i < c.count; i++)
        tell(&c, &c.pools[i]);
    free(c.targets.all);
    free(c.leaving.all);
    free(c.pools);
}
