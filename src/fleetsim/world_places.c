/* SPDX-License-Identifier: MIT
 * world_places.c - which nodes have how many free places. Per pool a list of nodes for each number of free places, so that
 * a place is found without looking at nodes that have none. A node that is down or drained is in no list. */
#include "base/xmem.h"
#include "fleetsim/world_int.h"
#include <stdlib.h>

static unsigned count_bits(unsigned mask)
{
    return (unsigned)__builtin_popcount(mask);
}

static uint16_t all_places(const struct sim_pool_state *p)
{
    return (uint16_t)((1u << p->places_of_node) - 1);
}

unsigned places_free(const struct world *w, const struct sim_node *n)
{
    const struct sim_pool_state *p = &w->pools[n->pool];

    return n->down || n->drained ? 0 : p->places_of_node - count_bits(n->busy | n->lost);
}

static void unlist(struct world *w, uint32_t node)
{
    struct sim_node *n = &w->nodes[node];
    struct sim_pool_state *p = &w->pools[n->pool];

    if (n->before != NO_INDEX)
        w->nodes[n->before].next = n->next;
    else
        p->free[n->listed - 1] = n->next;
    if (n->next != NO_INDEX)
        w->nodes[n->next].before = n->before;
    p->whole -= n->listed - 1u == p->places_of_node;
    n->listed = 0;
}

static void enlist(struct world *w, uint32_t node, unsigned places)
{
    struct sim_node *n = &w->nodes[node];
    struct sim_pool_state *p = &w->pools[n->pool];

    n->before = NO_INDEX;
    n->next = p->free[places];
    if (n->next != NO_INDEX)
        w->nodes[n->next].before = node;
    p->free[places] = node;
    p->whole += places == p->places_of_node;
    n->listed = (uint8_t)(places + 1);
}

void places_list(struct world *w, uint32_t node)
{
    struct sim_node *n = &w->nodes[node];
    unsigned places = places_free(w, n);

    if (n->listed)
        unlist(w, node);
    if (places > 0)
        enlist(w, node, places);
}

void places_init(struct world *w, uint32_t pool)
{
    const struct sim_pool *conf = world_pool(w, pool);
    struct sim_pool_state *p = &w->pools[pool];

    p->places_of_node = conf->devices ? conf->devices : 1;
    for (unsigned i = 0; i <= SCENARIO_DEVICES; i++)
        p->free[i] = NO_INDEX;
}

void places_list_all(struct world *w, uint32_t pool)
{
    for (uint32_t i = world_pool(w, pool)->nodes; i-- > 0;)
        places_list(w, w->pools[pool].first_node + i);
}

/* The lowest `count` free places of a node. */
static uint16_t choose(const struct sim_pool_state *p, const struct sim_node *n, unsigned count)
{
    unsigned open = all_places(p) & ~(unsigned)(n->busy | n->lost), mask = 0;

    for (; count > 0 && open; count--) {
        unsigned lowest = open & -open;
        mask |= lowest;
        open &= ~lowest;
    }
    return (uint16_t)mask;
}

static void set_holder(struct world *w, uint32_t node, uint16_t mask, uint32_t job)
{
    for (unsigned place = 0; mask >> place; place++)
        if (mask >> place & 1)
            w->holders[w->nodes[node].holders + place] = job;
}

static void put_on(struct world *w, struct sim_job *j, uint32_t node, uint16_t mask)
{
    struct sim_node *n = &w->nodes[node];

    n->busy |= mask;
    n->jobs++;
    set_holder(w, node, mask, jobs_index(w, j));
    j->mask = mask;
    j->nodes[j->node_count++] = node;
    places_list(w, node);
}

/* On one node: the one that is left with the fewest free places. */
static bool give_part(struct world *w, struct sim_pool_state *p, struct sim_job *j, bool spare)
{
    for (unsigned open = j->places; open <= p->places_of_node - spare; open++)
        if (p->free[open] != NO_INDEX) {
            uint32_t node = p->free[open];
            j->nodes = xreallocarray(NULL, 1, sizeof(*j->nodes));
            put_on(w, j, node, choose(p, &w->nodes[node], j->places));
            return true;
        }
    return false;
}

bool places_give(struct world *w, struct sim_job *j, bool spare)
{
    struct sim_pool_state *p = &w->pools[j->pool];
    uint32_t wanted = (j->places + p->places_of_node - 1) / p->places_of_node;

    if (j->places < p->places_of_node)
        return give_part(w, p, j, spare);
    if (spare || p->whole < wanted)
        return false;
    j->nodes = xreallocarray(NULL, wanted, sizeof(*j->nodes));
    for (uint32_t i = 0; i < wanted; i++)
        put_on(w, j, p->free[p->places_of_node], all_places(p));
    return true;
}

void places_take_back(struct world *w, const struct sim_job *j)
{
    for (uint32_t i = 0; i < j->node_count; i++) {
        struct sim_node *n = &w->nodes[j->nodes[i]];
        n->busy &= (uint16_t)~j->mask;
        n->jobs--;
        set_holder(w, j->nodes[i], j->mask, NO_INDEX);
        places_list(w, j->nodes[i]);
    }
}
