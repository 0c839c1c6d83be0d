/* SPDX-License-Identifier: MIT
 * fleet_flops_engine.c - see fleet_flops.h: the groups, and what marks them. */
#include "model/fleet_flops.h"
#include "base/xmem.h"
#include "model/fleet_int.h"
#include <stdlib.h>

void fleet_flops_init(struct fleet_flops *e)
{
    map_init(&e->by_key);
}

void fleet_flops_fini(struct fleet_flops *e)
{
    map_fini(&e->by_key);
    for (uint32_t c = 0; c < e->center_count; c++)
        free(e->centers[c]);
    free(e->centers);
    free(e->sides);
    for (uint32_t g = 0; g < e->group_count; g++)
        free(e->groups[g].kept);
    free(e->groups);
    free(e->totals);
    free(e->dirty);
}

/* What the group stands for leaves the sums of its center; it stands for nothing then. */
static void take_out(struct fleet *f, struct flops_group *g)
{
    struct flops_sums *sums = &fleet_flops_center(f, g->center)->sums, counts = {.known = 0};

    fleet_flops_capacity(&counts, g->peak, g->known, g->allocated);
    flops_sums_add(sums, &counts, -1);
    if (g->kept) {
        flops_sums_recall(g->kept, &counts);
        flops_sums_add(sums, &counts, -1);
    }
    free(g->kept);
    g->kept = NULL;
    g->peak = NULL;
    g->known = g->allocated = 0;
}

void fleet_set_peaks(struct fleet *f, const struct peak_table *peaks)
{
    for (uint32_t g = 0; g < f->flops.group_count; g++)
        if (f->flops.groups[g].used)
            take_out(f, &f->flops.groups[g]); /* by the peaks that it went in with */
    f->flops.peaks = peaks;
    fleet_flops_renamed(f);
    for (uint32_t c = 0; c < f->flops.center_count; c++)
        f->flops.centers[c]->stale_rows = true;
}

void fleet_flops_renamed(struct fleet *f)
{
    memset(f->flops.models, 0, sizeof(f->flops.models));
    for (uint32_t g = 0; g < f->flops.group_count; g++)
        f->flops.groups[g].node = 0;
}

struct flops_center *fleet_flops_center(struct fleet *f, uint16_t center)
{
    struct fleet_flops *e = &f->flops;

    if (center >= e->center_count) {
        e->centers = xgrow(e->centers, &e->centers_cap, (size_t)center + 1, sizeof(*e->centers));
        while (e->center_count <= center)
            e->centers[e->center_count++] = xcalloc(1, sizeof(struct flops_center));
    }
    return e->centers[center];
}

static struct flops_side *side_of(struct fleet_flops *e, uint32_t device)
{
    if (device >= e->side_count) {
        e->sides = xgrow(e->sides, &e->sides_cap, (size_t)device + 1, sizeof(*e->sides));
        while (e->side_count <= device)
            e->sides[e->side_count++] = (struct flops_side){.degree = HEAT_NONE};
    }
    return &e->sides[device];
}

/* ---- groups ---- */

static bool any(const void *arg, uint32_t value)
{
    (void)arg;
    (void)value;
    return true; /* equal hashes are equal keys */
}

static uint32_t new_group(struct fleet_flops *e, uint64_t key, uint16_t center)
{
    uint32_t i = e->free_group;

    if (i) {
        e->free_group = e->groups[i - 1].first;
        i--;
    } else {
        i = e->group_count++;
        e->groups = xgrow(e->groups, &e->groups_cap, e->group_count, sizeof(*e->groups));
    }
    e->groups[i] =
        (struct flops_group){.key = key, .center = center, .degree = HEAT_NONE, .used = true};
    map_add(&e->by_key, key, i);
    return i;
}

static uint32_t group_of(struct fleet_flops *e, uint64_t key, uint16_t center)
{
    uint32_t i = map_find(&e->by_key, key, any, NULL);

    return i == MAP_NONE ? new_group(e, key, center) : i;
}

void fleet_flops_mark(struct fleet_flops *e, uint32_t group)
{
    if (e->groups[group].dirty)
        return;
    e->groups[group].dirty = true;
    e->dirty = xgrow(e->dirty, &e->dirty_cap, e->dirty_count + 1, sizeof(*e->dirty));
    e->dirty[e->dirty_count++] = group;
}

static void leave_group(struct fleet_flops *e, uint32_t device)
{
    struct flops_side *s = &e->sides[device];

    if (!s->group)
        return;
    fleet_flops_mark(e, s->group - 1);
    if (s->prev)
        e->sides[s->prev - 1].next = s->next;
    else
        e->groups[s->group - 1].first = s->next;
    if (s->next)
        e->sides[s->next - 1].prev = s->prev;
    s->group = s->next = s->prev = 0;
}

static void join_group(struct fleet *f, const struct device_row *d, uint32_t device)
{
    struct fleet_flops *e = &f->flops;
    uint64_t key = row_key(ENTITY_NODE, d->h.center, intern_raw(f->strings, d->node),
                           intern_raw_len(f->strings, d->node));
    uint32_t group = group_of(e, key, d->h.center);
    struct flops_side *s = &e->sides[device];

    e->groups[group].node = d->node;
    if (s->group != group + 1) {
        leave_group(e, device);
        s->group = group + 1;
        s->next = e->groups[group].first;
        if (s->next)
            e->sides[s->next - 1].prev = device + 1;
        e->groups[group].first = device + 1;
    }
}

/* ---- what marks them ---- */

static void touch_device(struct fleet *f, uint32_t slot)
{
    struct device_row *d = rows_edit(&f->tables[ENTITY_DEVICE].rows, slot);
    const struct flops_side *s = side_of(&f->flops, slot);

    (void)fleet_flops_center(f, d->h.center);
    if (!s->group || f->flops.groups[s->group - 1].node != d->node)
        join_group(f, d, slot);
    fleet_flops_mark(&f->flops, f->flops.sides[slot].group - 1);
    fleet_flops_write_device(f, d);
}

/* A node without devices and counted operations adds nothing. */
static void touch_node(struct fleet *f, uint32_t slot)
{
    const struct node_row *n = rows_at(&f->tables[ENTITY_NODE].rows, slot);
    uint32_t group = map_find(&f->flops.by_key, n->h.key, any, NULL);
    bool adds = row_has(n, node, devices_total) || row_has(n, node, devices_allocated) ||
                row_has(n, node, cpu_fp64_flops) || row_has(n, node, cpu_fp32_flops);

    if (group == MAP_NONE && adds)
        group = new_group(&f->flops, n->h.key, n->h.center);
    if (group != MAP_NONE)
        fleet_flops_mark(&f->flops, group);
}

static void touch_center(struct fleet *f, uint32_t slot)
{
    const struct center_row *c = rows_at(&f->tables[ENTITY_CENTER].rows, slot);
    struct flops_center *fc = fleet_flops_center(f, (uint16_t)slot);

    if (fc->kind != c->kind)
        fc->stale_rows = true;
    fc->kind = c->kind;
}

void fleet_flops_touch(struct fleet *f, enum entity e, uint32_t slot)
{
    if (f->flops.writing)
        return;
    if (e == ENTITY_DEVICE)
        touch_device(f, slot);
    else if (e == ENTITY_NODE)
        touch_node(f, slot);
    else if (e == ENTITY_CENTER)
        touch_center(f, slot);
}

void fleet_flops_drop(struct fleet *f, enum entity e, uint32_t slot)
{
    if (e == ENTITY_DEVICE && slot < f->flops.side_count) {
        heat_put(f, slot, NAN);
        leave_group(&f->flops, slot);
        f->flops.sides[slot] = (struct flops_side){.degree = HEAT_NONE};
    } else if (e == ENTITY_NODE) {
        uint32_t group =
            map_find(&f->flops.by_key, table_head(&f->tables[e], slot)->key, any, NULL);
        if (group != MAP_NONE)
            fleet_flops_mark(&f->flops, group);
    }
}

uint32_t fleet_flops_node(const struct fleet *f, uint32_t device)
{
    const struct fleet_flops *e = &f->flops;

    if (device >= e->side_count || !e->sides[device].group)
        return SLOT_NONE;
    return table_find(&f->tables[ENTITY_NODE], e->groups[e->sides[device].group - 1].key);
}

/* ---- bringing up to date ---- */

static void free_group(struct fleet_flops *e, uint32_t group)
{
    struct flops_group *g = &e->groups[group];

    map_del(&e->by_key, g->key, group);
    free(g->kept);
    *g = (struct flops_group){.first = e->free_group};
    e->free_group = group + 1;
}

static void remember(struct flops_group *g, const struct flops_tally *t)
{
    struct flops_sums rest = t->sums, counts = {.known = 0};

    g->peak = t->peak;
    g->known = (uint32_t)t->sums.known;
    g->allocated = (uint32_t)t->sums.known_allocated;
    fleet_flops_capacity(&counts, g->peak, g->known, g->allocated);
    flops_sums_add(&rest, &counts, -1);
    g->kept = flops_sums_keep(&rest);
}

static void settle_group(struct fleet *f, uint32_t group)
{
    struct flops_group *g = &f->flops.groups[group];
    struct flops_center *c = fleet_flops_center(f, g->center);
    struct flops_tally t;

    g->dirty = false;
    take_out(f, g);
    fleet_flops_tally(f, g, &t);
    heat_chain(f, group);
    flops_sums_add(&c->sums, &t.sums, 1);
    remember(g, &t);
    fleet_flops_write_node(f, g, &t);
    if (!g->first && table_find(&f->tables[ENTITY_NODE], g->key) == SLOT_NONE)
        free_group(&f->flops, group);
}

/* Centers that count in another precision now, or all, with other peaks: each device row and each group. */
static void renew_rows(struct fleet *f)
{
    struct fleet_flops *e = &f->flops;
    const struct table *t = &f->tables[ENTITY_DEVICE];
    bool stale = false;

    for (uint32_t c = 0; c < e->center_count; c++)
        stale = stale || e->centers[c]->stale_rows;
    if (!stale)
        return;
    for (uint32_t slot = 0; slot < t->slots; slot++)
        if (table_alive(t, slot) && e->centers[table_head(t, slot)->center]->stale_rows)
            fleet_flops_write_device(f, rows_edit(&f->tables[ENTITY_DEVICE].rows, slot));
    for (uint32_t g = 0; g < e->group_count; g++)
        if (e->groups[g].used && fleet_flops_center(f, e->groups[g].center)->stale_rows)
            fleet_flops_mark(e, g);
    for (uint32_t c = 0; c < e->center_count; c++)
        e->centers[c]->stale_rows = false;
}

void fleet_flops_settle(struct fleet *f)
{
    struct fleet_flops *e = &f->flops;

    renew_rows(f);
    e->writing = true;
    for (size_t i = 0; i < e->dirty_count; i++)
        settle_group(f, e->dirty[i]);
    e->dirty_count = 0;
    e->writing = false;
}
