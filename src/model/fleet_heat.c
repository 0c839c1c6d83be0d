/* SPDX-License-Identifier: MIT
 * fleet_heat.c - see fleet_flops.h: devices by whole degree, rounded up, so the hottest one of a degree is at most as warm
 * as the degree says. */
#include "model/fleet_int.h"
#include <math.h>

static int degree_of(double celsius)
{
    int degree = isnan(celsius) ? HEAT_NONE : (int)ceil(celsius);

    return degree < HEAT_FROM || degree >= HEAT_FROM + HEAT_DEGREES ? HEAT_NONE : degree;
}

void heat_put(struct fleet *f, uint32_t device, double celsius)
{
    struct flops_side *s = &f->flops.sides[device];
    int degree = degree_of(celsius);

    if (s->degree == degree)
        return;
    struct heat *h =
        &fleet_flops_center(f, table_head(&f->tables[ENTITY_DEVICE], device)->center)->heat;
    if (s->degree != HEAT_NONE) {
        h->count[s->degree - HEAT_FROM]--;
        h->total--;
    }
    s->degree = (int16_t)degree;
    if (degree != HEAT_NONE) {
        h->count[degree - HEAT_FROM]++;
        h->total++;
    }
}

static void leave(struct fleet_flops *e, struct heat *h, struct flops_group *g)
{
    if (g->warmer_prev)
        e->groups[g->warmer_prev - 1].warmer_next = g->warmer_next;
    else
        h->first[g->degree - HEAT_FROM] = g->warmer_next;
    if (g->warmer_next)
        e->groups[g->warmer_next - 1].warmer_prev = g->warmer_prev;
    g->warmer_next = g->warmer_prev = 0;
}

static void enter(struct fleet_flops *e, struct heat *h, uint32_t group, int16_t degree)
{
    struct flops_group *g = &e->groups[group];

    g->degree = degree;
    g->warmer_next = h->first[degree - HEAT_FROM];
    if (g->warmer_next)
        e->groups[g->warmer_next - 1].warmer_prev = group + 1;
    h->first[degree - HEAT_FROM] = group + 1;
}

void heat_chain(struct fleet *f, uint32_t group)
{
    struct fleet_flops *e = &f->flops;
    struct flops_group *g = &e->groups[group];
    struct heat *h = &fleet_flops_center(f, g->center)->heat;
    int16_t degree = HEAT_NONE;

    for (uint32_t i = g->first; i; i = e->sides[i - 1].next)
        if (e->sides[i - 1].degree > degree)
            degree = e->sides[i - 1].degree;
    if (g->degree == degree)
        return;
    if (g->degree != HEAT_NONE)
        leave(e, h, g);
    g->degree = HEAT_NONE;
    if (degree != HEAT_NONE)
        enter(e, h, group, degree);
}

/* Of the group's devices of that degree; SLOT_NONE = it has none. */
static uint32_t hottest_in(const struct fleet *f, const struct flops_group *g, double *celsius)
{
    const struct rows *rows = &f->tables[ENTITY_DEVICE].rows;
    uint32_t hottest = SLOT_NONE;

    for (uint32_t i = g->first; i; i = f->flops.sides[i - 1].next) {
        const struct device_row *d = rows_at(rows, i - 1);
        if (f->flops.sides[i - 1].degree != g->degree ||
            (hottest != SLOT_NONE && widen(d->temperature_celsius) <= *celsius))
            continue;
        hottest = i - 1;
        *celsius = widen(d->temperature_celsius);
    }
    return hottest;
}

/* Most tell whole degrees: then the first of the chain has it. */
static uint32_t hottest_of(const struct fleet *f, const struct heat *h, unsigned bin,
                           double *celsius)
{
    uint32_t hottest = SLOT_NONE;
    double own = NAN;

    for (uint32_t i = h->first[bin]; i; i = f->flops.groups[i - 1].warmer_next) {
        uint32_t device = hottest_in(f, &f->flops.groups[i - 1], &own);
        if (device == SLOT_NONE || (hottest != SLOT_NONE && own <= *celsius))
            continue;
        hottest = device;
        *celsius = own;
        if (*celsius >= (int)bin + HEAT_FROM)
            break;
    }
    return hottest;
}

uint32_t heat_hottest(const struct fleet *f, const struct flops_center *c, double *celsius)
{
    for (unsigned bin = HEAT_DEGREES; bin-- > 0 && c->heat.total;)
        if (c->heat.first[bin])
            return hottest_of(f, &c->heat, bin, celsius);
    return SLOT_NONE;
}

double heat_p99(const struct heat *const *all, size_t count)
{
    uint64_t total = 0, below = 0;

    for (size_t i = 0; i < count; i++)
        total += all[i] ? all[i]->total : 0;
    for (unsigned bin = 0; bin < HEAT_DEGREES && total; bin++) {
        for (size_t i = 0; i < count; i++)
            below += all[i] ? all[i]->count[bin] : 0;
        if (below * 100 >= total * 99)
            return (int)bin + HEAT_FROM;
    }
    return NAN;
}
