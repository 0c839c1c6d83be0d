/* SPDX-License-Identifier: MIT
 * verdict.c - see verdict.h. */
#include "ui/verdict.h"

static int hot_nodes(const struct snapshot *s)
{
    uint32_t slots = snapshot_slots(s, ENTITY_NODE);
    int hot = 0;

    for (uint32_t i = 0; i < slots; i++) {
        const struct node_row *n = snapshot_row(s, ENTITY_NODE, i);
        if (n && !(n->h.flags & ROW_GONE) && row_has(n, node, temperature_celsius) &&
            row_has(n, node, temperature_limit_celsius) &&
            n->temperature_celsius >= n->temperature_limit_celsius)
            hot++;
    }
    return hot;
}

static bool center_down(const struct snapshot *s, uint16_t center)
{
    const struct center_row *c = snapshot_center(s, center);

    return c && row_has(c, center, health) && c->health == health_DOWN;
}

static int failed_sources(const struct snapshot *s)
{
    uint32_t slots = snapshot_slots(s, ENTITY_SOURCE);
    int failed = 0;

    for (uint32_t i = 0; i < slots; i++) {
        const struct source_row *r = snapshot_row(s, ENTITY_SOURCE, i);
        if (r && !(r->h.flags & ROW_GONE) && row_has(r, source, state) &&
            (r->state == source_state_FAILED || r->state == source_state_PAUSED) &&
            !center_down(s, r->h.center))
            failed++;
    }
    return failed;
}

struct verdict verdict_of(const struct snapshot *s)
{
    struct verdict v = {0};

    if (!s)
        return v;
    const struct totals *t = snapshot_totals(s);
    v.centers = (int)t->centers;
    v.live = (int)t->centers_live;
    v.stale = (int)t->centers_stale;
    v.down = (int)t->centers_down;
    v.critical = v.down + hot_nodes(s);
    v.warning = v.stale + failed_sources(s);
    if (t->nodes > 0 && (t->nodes_drained + t->nodes_down) / t->nodes > VERDICT_OUT_SHARE)
        v.warning++;
    return v;
}
