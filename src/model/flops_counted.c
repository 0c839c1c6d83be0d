/* SPDX-License-Identifier: MIT
 * flops_counted.c - see flops_counted.h. */
#include "model/flops_counted.h"
#include <math.h>
#include <string.h>

const enum precision flops_order[] = {precision_FP16, precision_FP64, precision_FP32, precision_FP8,
                                      precision_NONE};

enum precision flops_counted_in(const struct center_row *r)
{
    if (row_has(r, center, flops_precision) && r->flops_precision < precision_COUNT)
        return (enum precision)r->flops_precision;
    return flops_precision_of(row_has(r, center, kind) ? (enum center_kind)r->kind
                                                       : center_kind_UNKNOWN);
}

/* Devices with devices, processors with processors. */
static void add_center(struct flops_totals *all, const struct flops_totals *own, enum precision p)
{
    for (enum provenance k = provenance_MEASURED; k < provenance_COUNT; k++)
        if (!own->of[p][k].nodes)
            flops_total_add(&all->of[p][k], &own->of[p][k]);
    flops_total_add(&all->processors[p], &own->processors[p]);
}

void flops_counted(const struct snapshot *s, int center, struct flops_totals *out)
{
    memset(out, 0, sizeof *out);
    for (uint32_t i = 0; i < snapshot_slots(s, ENTITY_CENTER); i++) {
        const struct center_row *r = snapshot_row(s, ENTITY_CENTER, i);
        if (r && (center < 0 || r->h.center == center))
            add_center(out, snapshot_flops(s, r->h.center), flops_counted_in(r));
    }
    for (const enum precision *p = flops_order; *p; p++) {
        struct flops_total *measured = &out->of[*p][provenance_MEASURED];
        out->processors[*p].nodes = true;
        if (measured->reporting <= 0 && out->processors[*p].reporting > 0)
            *measured = out->processors[*p];
    }
}

double flops_whole(const struct flops_totals *t, enum precision precision,
                   enum provenance provenance)
{
    const struct flops_total *of = &t->of[precision][provenance];
    const struct flops_total *all = &t->of[precision][provenance_NAMEPLATE];

    if (provenance == provenance_ALLOCATED || provenance == provenance_NAMEPLATE)
        return flops_told(all) && all->flops > 0 ? all->flops : (double)NAN;
    return of->peak > 0 && of->peaked >= of->reporting ? of->peak : (double)NAN;
}

bool flops_whole_is_hearsay(const struct flops_totals *t, enum precision precision,
                            enum provenance provenance)
{
    if (provenance == provenance_ALLOCATED)
        provenance = provenance_NAMEPLATE;
    return t->of[precision][provenance].hearsay;
}
