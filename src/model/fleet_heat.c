/* SPDX-License-Identifier: MIT
 * fleet_heat.c - see fleet_flops.h: devices by whole degree, rounded up, so the hottest one of a degree is at most as warm
 * as the degree says. */
#include "model/fleet_int.h"
#include <math.h>

static void leave(struct fleet_flops *e, struct heat *h, uint32_t device)
{
    struct flops_side *s = &e->sides[device];
    unsigned bin = (unsigned)(s->degree - HEAT_FROM);

    if (s->warmer_prev)
        e->sides[s->warmer_prev - 1].warmer_next = s->warmer_next;
    else
        h->first[bin] = s->warmer_next;
    if (s->warmer_next)
        e->sides[s->warmer_next - 1].warmer_prev = s->warmer_prev;
    s->warmer_next = s->warmer_prev = 0;
    s->degree = HEAT_NONE;
    h->count[bin]--;
    h->total--;
}

static void enter(struct fleet_flops *e, struct heat *h, uint32_t device, int degree)
{
    struct flops_side *s = &e->sides[device];
    unsigned bin = (unsigned)(degree - HEAT_FROM);

    s->degree = (int16_t)degree;
    s->warmer_next = h->first[bin];
    if (s->warmer_next)
        e->sides[s->warmer_next - 1].warmer_prev = device + 1;
    h->first[bin] = device + 1;
    h->count[bin]++;
    h->total++;
}

static int degree_of(double celsius)
{
    int degree = isnan(celsius) ? HEAT_NONE : (int)ceil(celsius);

    return degree < HEAT_FROM || degree >= HEAT_FROM + HEAT_DEGREES ? HEAT_NONE : degree;
}

void heat_put(struct fleet *f, uint32_t device, double celsius)
{
    struct fleet_flops *e = &f->flops;
    struct flops_side *s = &e->sides[device];
    struct heat *h =
        &fleet_flops_center(f, table_head(&f->tables[ENTITY_DEVICE], device)->center)->heat;
    int degree = degree_of(celsius);

    if (s->degree == degree)
        return;
    if (s->degree != HEAT_NONE)
        leave(e, h, device);
    if (degree != HEAT_NONE)
        enter(e, h, device, degree);
}

/* Most tell whole degrees: then the first of the chain is it. */
static uint32_t hottest_of(const struct fleet *f, const struct heat *h, unsigned bin,
                           double *celsius)
{
    const struct rows *rows = &f->tables[ENTITY_DEVICE].rows;
    uint32_t hottest = SLOT_NONE;

    for (uint32_t i = h->first[bin]; i; i = f->flops.sides[i - 1].warmer_next) {
        const struct device_row *d = rows_at(rows, i - 1);
        double own = widen(d->temperature_celsius);
        if (hottest != SLOT_NONE && own <= *celsius)
            continue;
        hottest = i - 1;
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
