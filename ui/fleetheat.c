/* SPDX-License-Identifier: MIT
 * fleetheat.c - see fleetheat.h. */
#include "ui/fleetheat.h"
#include "model/value.h"
#include <math.h>

/* A slice draws its power as its device, where it is told. */
bool fleet_heat_add(struct fleet_heat *h, const struct device_row *d)
{
    if ((d->h.flags & (ROW_GONE | ROW_SILENT)) || row_has(d, device, parent) ||
        !row_has(d, device, flops) || !row_has(d, device, power_watts) ||
        d->flops_precision >= precision_COUNT || d->flops_provenance >= provenance_COUNT)
        return false;
    struct fleet_both *b = &h->both[d->flops_precision][d->flops_provenance];
    b->flops += (double)d->flops;
    b->watts += (double)d->power_watts;
    b->devices++;
    return true;
}

/* A center of which a server tells sums and no device tells both: as the model holds the two to be of the same devices. */
static void add_center(struct fleet_heat *h, const struct view_input *in,
                       const struct center_row *r)
{
    int column = column_find(ENTITY_CENTER, "flops_per_watt");

    if (column < 0 || r->flops_precision >= precision_COUNT ||
        r->flops_provenance >= provenance_COUNT ||
        column_value(&in->ctx, ENTITY_CENTER, (unsigned)column, r).kind == VALUE_NONE)
        return;
    struct fleet_both *b = &h->both[r->flops_precision][r->flops_provenance];
    b->flops += r->flops;
    b->watts += r->device_power_watts;
    b->devices += r->flops_devices;
}

void fleet_heat_look(struct fleet_heat *h, const struct view_input *in)
{
    if (h->of == in->snap && h->generation == snapshot_generation(in->snap))
        return;
    uint8_t rows[(UINT16_MAX + 1) / 8] = {0}; /* bit: devices of that center tell both */

    *h = (struct fleet_heat){.of = in->snap, .generation = snapshot_generation(in->snap)};
    for (uint32_t i = 0; i < snapshot_slots(in->snap, ENTITY_DEVICE); i++) {
        const struct device_row *d = snapshot_row(in->snap, ENTITY_DEVICE, i);
        if (d && fleet_heat_add(h, d))
            rows[d->h.center / 8] |= (uint8_t)(1 << d->h.center % 8);
    }
    for (uint32_t i = 0; i < snapshot_slots(in->snap, ENTITY_CENTER); i++) {
        const struct center_row *r = snapshot_row(in->snap, ENTITY_CENTER, i);
        if (r && !(rows[r->h.center / 8] >> r->h.center % 8 & 1))
            add_center(h, in, r);
    }
}

double fleet_heat_efficiency(const struct fleet_heat *h, unsigned precision, unsigned provenance)
{
    const struct fleet_both *b = &h->both[precision][provenance];

    return b->watts > 0 ? b->flops / b->watts : (double)NAN;
}
