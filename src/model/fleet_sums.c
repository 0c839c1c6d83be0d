/* SPDX-License-Identifier: MIT
 * fleet_sums.c - keeps the sums of centers and pools in step with the rows; see rollup.h. */
#include "model/fleet_int.h"
#include <math.h>

static void extreme_enter(struct extreme *x, uint32_t slot, double value)
{
    /* Not below the bound: nobody is higher, whether or not the bound's own row still stands. */
    if (value >= x->value)
        *x = (struct extreme){.value = value, .slot = slot};
}

static void extreme_leave(struct extreme *x, uint32_t slot)
{
    if (x->slot == slot)
        x->dirty = true;
}

/* What a row stands for: which pools it names, its sums, and its place in an extreme. */
struct share {
    struct sums sums;
    const char *pools; /* NULL = none */
    struct extreme *extreme;
    double value; /* NAN = none */
};

static bool share_of(struct fleet *f, enum entity e, const void *row, struct share *out)
{
    const struct row_head *h = row;
    const struct node_row *n = row;
    const struct job_row *j = row;
    struct fleet_center *c;

    if (e != ENTITY_NODE && e != ENTITY_JOB)
        return false;
    c = fleet_center_of(f, h->center);
    if (e == ENTITY_NODE) {
        rollup_node(n, &out->sums);
        out->pools = row_has(n, node, pools) ? intern_raw(f->strings, n->pools) : NULL;
        out->extreme = &c->hottest;
        if (!rollup_temperature(n, &out->value))
            out->value = NAN;
        return true;
    }
    wall_ms since = rollup_waiting_since(j);
    rollup_job(j, &out->sums);
    out->pools = row_has(j, job, pool) ? intern_raw(f->strings, j->pool) : NULL;
    out->extreme = &c->longest;
    out->value = since ? -(double)since : NAN;
    return true;
}

static void apply_share(struct fleet *f, enum entity e, uint32_t slot, int sign)
{
    const struct row_head *h = rows_at(&f->tables[e].rows, slot);
    struct share s;

    if (!share_of(f, e, h, &s))
        return;
    sums_add(&fleet_center_of(f, h->center)->sums, &s.sums, sign);
    if (s.pools)
        pools_add(&f->pools, h->center, s.pools, &s.sums, sign);
    if (sign < 0)
        extreme_leave(s.extreme, slot);
    else if (!isnan(s.value))
        extreme_enter(s.extreme, slot, s.value);
}

void fleet_sums_leave(struct fleet *f, enum entity e, uint32_t slot)
{
    apply_share(f, e, slot, -1);
}

void fleet_sums_enter(struct fleet *f, enum entity e, uint32_t slot)
{
    apply_share(f, e, slot, 1);
    fleet_flops_touch(f, e, slot);
}

static struct extreme *extreme_of(struct fleet *f, enum entity e, uint16_t center)
{
    struct fleet_center *c = &f->centers[center];

    return e == ENTITY_NODE ? &c->hottest : &c->longest;
}

static bool any_dirty(struct fleet *f, enum entity e)
{
    bool dirty = false;

    for (uint32_t c = 0; c < f->center_count; c++) {
        struct extreme *x = extreme_of(f, e, (uint16_t)c);
        if (x->dirty)
            x->value = -INFINITY;
        dirty = dirty || x->dirty;
    }
    return dirty;
}

static double value_of(enum entity e, const void *row)
{
    double celsius;
    wall_ms since;

    if (e == ENTITY_NODE)
        return rollup_temperature(row, &celsius) ? celsius : NAN;
    since = rollup_waiting_since(row);
    return since ? -(double)since : NAN;
}

/* One pass over all rows for the centers whose extreme row fell. */
static void find_extremes(struct fleet *f, enum entity e)
{
    struct table *t = &f->tables[e];

    for (uint32_t slot = 0; slot < t->slots; slot++) {
        const struct row_head *h = table_head(t, slot);
        if (!(h->flags & ROW_ALIVE))
            continue;
        struct extreme *x = extreme_of(f, e, h->center);
        double v = x->dirty ? value_of(e, h) : NAN;
        if (v > x->value) {
            x->value = v;
            x->slot = slot;
        }
    }
    for (uint32_t c = 0; c < f->center_count; c++) {
        struct extreme *x = extreme_of(f, e, (uint16_t)c);
        if (x->dirty && x->value == -INFINITY)
            x->slot = SLOT_NONE;
        x->dirty = false;
    }
}

void fleet_find_extremes(struct fleet *f)
{
    static const enum entity entities[] = {ENTITY_NODE, ENTITY_JOB};

    for (int i = 0; i < 2; i++)
        if (any_dirty(f, entities[i]))
            find_extremes(f, entities[i]);
}
