/* SPDX-License-Identifier: MIT
 * flops_sums.c - see fleet_flops.h. */
#include "model/fleet_flops.h"

static void add_cell(struct flops_cell *into, const struct flops_cell *c, int sign)
{
    into->flops += sign * c->flops;
    into->peak += sign * c->peak;
    into->reporting += (uint32_t)sign * c->reporting;
    into->peaked += (uint32_t)sign * c->peaked;
    into->hearsay += (uint32_t)sign * c->hearsay;
}

static void add_capacity(struct flops_capacity *into, const struct flops_capacity *c, int sign)
{
    into->flops += sign * c->flops;
    into->devices += (uint32_t)sign * c->devices;
    into->hearsay += (uint32_t)sign * c->hearsay;
}

void flops_sums_add(struct flops_sums *into, const struct flops_sums *what, int sign)
{
    for (int p = 0; p < FLOPS_RATES; p++) {
        for (int w = 0; w < FLOPS_WAYS; w++)
            add_cell(&into->devices[p][w], &what->devices[p][w], sign);
        add_cell(&into->processors[p], &what->processors[p], sign);
    }
    for (int p = 0; p < FLOPS_PEAKS; p++) {
        add_capacity(&into->allocated[p], &what->allocated[p], sign);
        add_capacity(&into->nameplate[p], &what->nameplate[p], sign);
    }
    into->power += sign * what->power;
    into->tensor += sign * what->tensor;
    into->known += sign * what->known;
    into->known_allocated += sign * what->known_allocated;
    into->seen += (uint32_t)sign * what->seen;
    into->silent += (uint32_t)sign * what->silent;
    into->throttled += (uint32_t)sign * what->throttled;
    into->powered += (uint32_t)sign * what->powered;
    into->tensors += (uint32_t)sign * what->tensors;
}
