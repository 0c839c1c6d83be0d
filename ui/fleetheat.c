/* SPDX-License-Identifier: MIT
 * fleetheat.c - see fleetheat.h. */
#include "ui/fleetheat.h"
#include <math.h>

/* A slice draws its power as its device, where it is told. */
void fleet_heat_add(struct fleet_heat *h, const struct device_row *d)
{
    if ((d->h.flags & (ROW_GONE | ROW_SILENT)) || row_has(d, device, parent) ||
        !row_has(d, device, flops) || !row_has(d, device, power_watts) ||
        d->flops_precision >= precision_COUNT || d->flops_provenance >= provenance_COUNT)
        return;
    struct fleet_both *b = &h->both[d->flops_precision][d->flops_provenance];
    b->flops += (double)d->flops;
    b->watts += (double)d->power_watts;
    b->devices++;
}

void fleet_heat_look(struct fleet_heat *h, const struct view_input *in)
{
    if (h->of == in->snap && h->generation == snapshot_generation(in->snap))
        return;
    *h = (struct fleet_heat){.of = in->snap, .generation = snapshot_generation(in->snap)};
    for (uint32_t i = 0; i < snapshot_slots(in->snap, ENTITY_DEVICE); i++) {
        const struct device_row *d = snapshot_row(in->snap, ENTITY_DEVICE, i);
        if (d)
            fleet_heat_add(h, d);
    }
}

double fleet_heat_efficiency(const struct fleet_heat *h, unsigned precision, unsigned provenance)
{
    const struct fleet_both *b = &h->both[precision][provenance];

    return b->watts > 0 ? b->flops / b->watts : (double)NAN;
}
