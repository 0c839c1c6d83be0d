/* SPDX-License-Identifier: MIT
 * fleet_outages.c - OUTAGE rows: when a node could not take work, and what stood idle. */
#include "base/xmem.h"
#include "model/fleet_int.h"
#include "model/rollup.h"
#include <stdio.h>

#define REASON_IS_NEW_MS 600000

struct node_wanted {
    const struct events *ev;
    uint64_t node;
};

static bool same_node(const void *arg, uint32_t value)
{
    const struct node_wanted *w = arg;

    return w->ev->outages[value].node == w->node;
}

static uint32_t open_outage(const struct events *ev, uint64_t node)
{
    const struct node_wanted w = {.ev = ev, .node = node};
    uint32_t slot =
        ev->open_outages.used ? map_find(&ev->open_outages, node, same_node, &w) : MAP_NONE;

    return slot == MAP_NONE ? SLOT_NONE : slot;
}

static struct node_side *node_side(struct fleet *f, uint32_t slot)
{
    struct events *ev = f->events;

    if (slot >= ev->node_count) {
        ev->nodes = xgrow(ev->nodes, &ev->nodes_cap, (size_t)slot + 1, sizeof(*ev->nodes));
        while (ev->node_count <= slot)
            ev->nodes[ev->node_count++] = (struct node_side){0};
    }
    return &ev->nodes[slot];
}

const struct node_side *outage_of_node(const struct fleet *f, uint32_t slot)
{
    return slot < f->events->node_count ? &f->events->nodes[slot] : NULL;
}

static struct outage_side *outage_side(struct fleet *f, uint32_t slot)
{
    struct events *ev = f->events;

    if (slot >= ev->outage_count) {
        ev->outages = xgrow(ev->outages, &ev->outages_cap, (size_t)slot + 1, sizeof(*ev->outages));
        while (ev->outage_count <= slot)
            ev->outages[ev->outage_count++] = (struct outage_side){0};
    }
    return &ev->outages[slot];
}

static void open_it(struct fleet *f, uint32_t slot, uint64_t node, wall_ms counted_at)
{
    struct outage_side *side = outage_side(f, slot);

    if (side->node)
        return;
    *side = (struct outage_side){.node = node, .counted_at = counted_at};
    map_add(&f->events->open_outages, node, slot);
}

static void close_it(struct fleet *f, uint32_t slot)
{
    struct outage_side *side = outage_side(f, slot);

    if (side->node)
        map_del(&f->events->open_outages, side->node, slot);
    *side = (struct outage_side){0};
}

void outage_row_dropped(struct fleet *f, uint32_t slot)
{
    close_it(f, slot);
}

/* --- what stands idle ------------------------------------------------------------------------- */

/* A drained node still works on what it has. */
static double idle_devices(const struct node_row *n, bool down)
{
    double used = !down && row_has(n, node, devices_allocated) ? n->devices_allocated : 0;

    return n->devices_total > used ? n->devices_total - used : 0;
}

static void count_idle(struct fleet *f, uint32_t slot, const struct node_row *n)
{
    struct outage_side *side = outage_side(f, slot);
    struct edit ed = edit_begin(f, ENTITY_OUTAGE, slot);
    const struct outage_row *o = ed.row;
    wall_ms now = f->events->now;

    if (row_has(n, node, devices_total) && now > side->counted_at)
        author_num(&ed, FIELD_outage_gpu_hours_idle,
                   o->gpu_hours_idle + idle_devices(n, o->kind == outage_kind_DOWN) *
                                           (double)(now - side->counted_at) / 3600000);
    side->counted_at = now;
    author_end(&ed);
}

void outages_count_idle(struct fleet *f)
{
    const struct table *nodes = &f->tables[ENTITY_NODE];

    for (uint32_t slot = 0; slot < f->events->outage_count; slot++) {
        uint64_t node = f->events->outages[slot].node;
        uint32_t at = node ? table_find(nodes, node) : SLOT_NONE;
        if (at != SLOT_NONE)
            count_idle(f, slot, rows_at(&nodes->rows, at));
    }
}

/* --- out and back ----------------------------------------------------------------------------- */

static bool is_planned(const struct fleet *f, const struct node_row *n)
{
    return (row_has(n, node, flags) && (n->flags >> node_flag_MAINT & 1)) ||
           interrupt_reason_planned(author_raw(f, n->reason));
}

/* The reason's own time, if it was set for this: at first sight any, later a fresh one. */
static wall_ms began_at(const struct fleet *f, const struct node_row *n, bool first_sight,
                        const struct node_side *side)
{
    wall_ms now = f->events->now;

    if (!row_has(n, node, reason_at) || n->reason_at > now || n->reason_at < side->back_at)
        return now;
    return first_sight || n->reason_at >= now - REASON_IS_NEW_MS ? n->reason_at : now;
}

static void describe(struct fleet *f, uint32_t slot, const struct node_row *n, bool down)
{
    struct edit ed = edit_begin(f, ENTITY_OUTAGE, slot);
    const struct outage_row *o = ed.row;

    if (!row_has(o, outage, kind) || down)
        author_small(&ed, FIELD_outage_kind, down ? outage_kind_DOWN : outage_kind_DRAINED);
    if (!row_has(o, outage, planned) || is_planned(f, n))
        author_small(&ed, FIELD_outage_planned, is_planned(f, n));
    if (n->reason) {
        author_str(&ed, FIELD_outage_reason, n->reason);
        author_str(&ed, FIELD_outage_reason_by, n->reason_by);
    }
    if (row_has(n, node, devices_total))
        author_num(&ed, FIELD_outage_devices, n->devices_total);
    author_end(&ed);
}

static uint32_t begin(struct fleet *f, const struct node_row *n, wall_ms at)
{
    char id[300];
    bool made;

    snprintf(id, sizeof id, "%.250s@%lld", intern_raw(f->strings, n->name), (long long)(at / 1000));
    uint32_t slot = author_take(f, ENTITY_OUTAGE, n->h.center, id, &made);
    if (slot == SLOT_NONE)
        return SLOT_NONE;
    struct edit ed = edit_begin(f, ENTITY_OUTAGE, slot);
    author_str(&ed, FIELD_outage_node, n->name);
    author_time(&ed, FIELD_outage_began_at, at);
    author_time(&ed, FIELD_outage_ended_at, 0);
    author_end(&ed);
    open_it(f, slot, n->h.key, at);
    return slot;
}

static void node_is_out(struct fleet *f, uint32_t node, const struct node_row *n, bool down,
                        bool first_sight)
{
    struct node_side *side = node_side(f, node);
    uint32_t slot = open_outage(f->events, n->h.key);
    wall_ms began = began_at(f, n, first_sight, side);

    if (slot == SLOT_NONE)
        slot = begin(f, n, began);
    if (slot != SLOT_NONE) {
        count_idle(f, slot, n);
        describe(f, slot, n, down);
    }
    if (down && (!side->down_at || side->back_at)) {
        *side = (struct node_side){.down_at = began};
        f->events->evidence = true;
    }
    side->planned = is_planned(f, n);
}

static void node_is_back(struct fleet *f, uint32_t node, const struct node_row *n)
{
    struct node_side *side = node_side(f, node);
    uint32_t slot = open_outage(f->events, n->h.key);

    if (!side->back_at)
        side->back_at = f->events->now;
    if (slot == SLOT_NONE)
        return;
    count_idle(f, slot, n);
    struct edit ed = edit_begin(f, ENTITY_OUTAGE, slot);
    author_time(&ed, FIELD_outage_ended_at, f->events->now);
    author_end(&ed);
    close_it(f, slot);
}

/* --- the edit --------------------------------------------------------------------------------- */

static bool is_out(enum node_class class)
{
    return class == NODE_DOWN || class == NODE_DRAINED;
}

static enum node_class class_before(const struct node_before *b)
{
    struct node_row n = {.h.valid = b->valid, .flags = b->flags, .state = b->state};

    return rollup_node_class(&n);
}

void outage_node_edited(struct edit *ed)
{
    const struct node_row *n = ed->row;
    const struct node_before *b = &ed->before.node;
    const uint64_t told = UINT64_C(1) << FIELD_node_state | UINT64_C(1) << FIELD_node_flags;
    bool first = !(b->valid >> FIELD_node_state & 1);

    if (!((b->valid ^ n->h.valid) & told) && b->state == n->state && b->flags == n->flags &&
        b->reason == n->reason)
        return;
    enum node_class is = rollup_node_class(n), was = first ? NODE_UP : class_before(b);
    if (is_out(is))
        node_is_out(ed->f, ed->slot, n, is == NODE_DOWN, first);
    else if (is_out(was) || (first && open_outage(ed->f->events, n->h.key) != SLOT_NONE))
        node_is_back(ed->f, ed->slot, n);
}

void outage_node_dropped(struct fleet *f, uint32_t slot)
{
    const struct node_row *n = rows_at(&f->tables[ENTITY_NODE].rows, slot);

    if (open_outage(f->events, n->h.key) != SLOT_NONE)
        node_is_back(f, slot, n);
    if (slot < f->events->node_count)
        f->events->nodes[slot] = (struct node_side){0};
}

/* A row from history: if it is open, the node may be out still. */
void outage_arrived(struct fleet *f, uint32_t slot)
{
    const struct outage_row *o = rows_at(&f->tables[ENTITY_OUTAGE].rows, slot);

    if (!row_has(o, outage, node) || !row_has(o, outage, began_at))
        return;
    uint64_t node = row_key(ENTITY_NODE, o->h.center, intern_raw(f->strings, o->node),
                            intern_raw_len(f->strings, o->node));
    if (row_has(o, outage, ended_at))
        close_it(f, slot);
    else if (open_outage(f->events, node) == SLOT_NONE)
        open_it(f, slot, node, f->events->now);
}
