/* SPDX-License-Identifier: MIT
 * fleet_flops_age.c - see fleet_flops.h: how old the oldest figure of each cell is. A good poll confirms rows without touching
 * them, so no edit tells; a walk does. */
#include "model/fleet_flops.h"
#include "model/fleet_int.h"

enum { GROUPS_AT_A_TIME = 8192 }; /* 65,000 devices of usual nodes: a millisecond */

#define BIT(entity, id) (UINT64_C(1) << FIELD_##entity##_##id)
#define DEVICE_FIELDS                                                                              \
    (BIT(device, tensor_utilization_percent) | BIT(device, fp16_tensor_utilization_percent) |      \
     BIT(device, fp64_tensor_utilization_percent) | BIT(device, fp64_utilization_percent) |        \
     BIT(device, fp32_utilization_percent) | BIT(device, counted_fp64_flops) |                     \
     BIT(device, counted_fp32_flops) | BIT(device, counted_fp16_flops))
#define NODE_FIELDS (BIT(node, cpu_fp64_flops) | BIT(node, cpu_fp32_flops))

struct heard {
    wall_ms at; /* 0 = never */
    uint16_t source;
};

static void older(struct heard *oldest, wall_ms at, uint16_t source)
{
    if (!oldest->at || at < oldest->at)
        *oldest = (struct heard){.at = at, .source = source};
}

/* When the source that told those fields confirmed the row; of several the one that did so first. */
static struct heard heard_of(const struct fleet *f, enum entity e, uint32_t slot, uint64_t fields)
{
    const struct row_head *h = table_head(&f->tables[e], slot);
    struct heard oldest = {.source = f->tables[e].marks[0][slot].source};

    if (!tellers_are_several(f, e, slot)) {
        wall_ms at = h->seen_at[0] > h->seen_at[1] ? h->seen_at[0] : h->seen_at[1];
        oldest.at = tellers_heard_at(f, e, oldest.source, at);
        return oldest;
    }
    for (uint32_t i = h->was; i;) {
        const struct told *t = tellers_at(&f->tellers, i - 1);
        if (t->fields & fields)
            older(&oldest, tellers_heard_at(f, e, t->source, t->at), t->source);
        i = t->next;
    }
    return oldest;
}

static void note(wall_ms *oldest, wall_ms at)
{
    if (at && (!*oldest || at < *oldest))
        *oldest = at;
}

static void walk_device(struct fleet *f, struct flops_oldest *o, uint32_t device)
{
    const struct flops_side *s = &f->flops.sides[device];

    if (!(s->cells & FLOPS_CELLS))
        return;
    wall_ms at = heard_of(f, ENTITY_DEVICE, device, DEVICE_FIELDS).at;
    for (int p = 0; p < FLOPS_RATES; p++)
        for (int w = 0; w < FLOPS_WAYS; w++)
            if (s->cells >> (p * FLOPS_WAYS + w) & 1)
                note(&o->devices[p][w], at);
}

static void walk_processors(struct fleet *f, struct flops_oldest *o, uint32_t group, wall_ms now)
{
    struct flops_group *g = &f->flops.groups[group];
    uint32_t slot = table_find(&f->tables[ENTITY_NODE], g->key);

    if (slot == SLOT_NONE || !(g->processors || g->quiet))
        return;
    struct heard heard = heard_of(f, ENTITY_NODE, slot, NODE_FIELDS);
    bool quiet = tellers_is_silent(f, heard.source, heard.at, now);
    if (quiet != g->quiet)
        fleet_flops_mark(&f->flops, group);
    g->quiet = quiet;
    for (int p = 0; p < FLOPS_RATES && !quiet; p++)
        if (g->processors >> p & 1)
            note(&o->processors[p], heard.at);
}

static void walk_group(struct fleet *f, uint32_t group, wall_ms now)
{
    const struct flops_group *g = &f->flops.groups[group];
    struct flops_oldest *o = &fleet_flops_center(f, g->center)->walked;
    for (uint32_t i = g->first; i; i = f->flops.sides[i - 1].next) {
        walk_device(f, o, i - 1);
        rest_walk(f, i - 1, now);
    }
    walk_processors(f, o, group, now);
}

static void end_walk(struct fleet_flops *e)
{
    for (uint32_t c = 0; c < e->center_count; c++) {
        e->centers[c]->oldest = e->centers[c]->walked;
        e->centers[c]->walked = (struct flops_oldest){0};
    }
    e->walk_at = 0;
    e->walked = true;
}

void fleet_flops_walk(struct fleet *f, wall_ms now)
{
    struct fleet_flops *e = &f->flops;

    for (uint32_t left = GROUPS_AT_A_TIME; e->walk_at < e->group_count; e->walk_at++) {
        const struct flops_group *g = &e->groups[e->walk_at];
        if (!g->used || (!g->first && !g->processors && !g->quiet))
            continue; /* no figure in it has an age */
        if (!left && e->walked)
            return;
        left -= left > 0;
        walk_group(f, e->walk_at, now);
    }
    end_walk(e);
}
