/* SPDX-License-Identifier: MIT
 * flops_again.h - the cells of FLOPS, counted again from the rows of a snapshot the slow way, without the engine's code. */
#ifndef SUAN_TESTS_UNIT_FLOPS_AGAIN_H
#define SUAN_TESTS_UNIT_FLOPS_AGAIN_H

#include "model/fields.h"
#include "model/flops.h"
#include "model/snapshot.h"
#include <math.h>
#include <string.h>

/* A device as a unit: a row that is no slice, or a parent that only slices name. */
struct again_unit {
    const struct device_row *row; /* NULL = only its slices are known */
    strid parent;                 /* by which its slices name it; 0 = it has no name */
    uint16_t center;
    strid node;
};

static inline const char *again_text(const struct snapshot *s, strid id)
{
    return intern_raw(snapshot_strings(s), id);
}

static inline const struct device_row *again_device(const struct snapshot *s, uint32_t slot)
{
    return snapshot_row(s, ENTITY_DEVICE, slot);
}

static inline bool again_is_slice(const struct device_row *d)
{
    return row_has(d, device, parent);
}

static inline struct flops_figure again_figure(const struct snapshot *s, const struct device_row *d,
                                               enum precision p)
{
    struct peak slice;
    const struct peak *peak =
        row_has(d, device, model) ? peak_find(snapshot_peaks(s), again_text(s, d->model)) : NULL;

    if (peak && again_is_slice(d))
        peak = row_has(d, device, mig) &&
                       peak_of_slice(peak, again_text(s, row_str(d, device, mig)), &slice)
                   ? &slice
                   : NULL;
    return flops_of_device(d, peak, p);
}

/* When those who told its figures confirmed the row last: the oldest of them. */
static inline wall_ms again_oldest(const struct snapshot *s, const struct device_row *d)
{
    static const int figures[] = {FIELD_device_tensor_utilization_percent,
                                  FIELD_device_fp16_tensor_utilization_percent,
                                  FIELD_device_fp64_tensor_utilization_percent,
                                  FIELD_device_fp64_utilization_percent,
                                  FIELD_device_fp32_utilization_percent,
                                  FIELD_device_counted_fp64_flops,
                                  FIELD_device_counted_fp32_flops,
                                  FIELD_device_counted_fp16_flops};
    struct teller t[TELLERS_MAX];
    int count = snapshot_tellers(s, d, t);
    wall_ms oldest = 0;

    for (int i = 0; i < count; i++)
        for (size_t k = 0; k < sizeof(figures) / sizeof(figures[0]); k++)
            if (t[i].fields >> figures[k] & 1 && (!oldest || t[i].at < oldest))
                oldest = t[i].at;
    return oldest;
}

static inline void again_older(wall_ms *oldest, wall_ms at)
{
    if (at && (!*oldest || at < *oldest))
        *oldest = at;
}

/* What the unit computes in that way, itself or by its slices; false: nothing. */
static inline bool again_unit_flops(const struct snapshot *s, const struct again_unit *u,
                                    enum precision p, enum provenance how, double *flops,
                                    wall_ms *oldest)
{
    double measured = 0, estimated = 0;
    int measuring = 0, estimating = 0;
    wall_ms oldest_measured = 0, oldest_estimated = 0;

    if (u->row && !(u->row->h.flags & ROW_SILENT)) {
        struct flops_figure own = again_figure(s, u->row, p);
        *flops = own.flops;
        if (own.provenance == how)
            again_older(oldest, again_oldest(s, u->row));
        if (own.provenance != provenance_NONE)
            return own.provenance == how;
    }
    for (uint32_t i = 0; u->parent && i < snapshot_slots(s, ENTITY_DEVICE); i++) {
        const struct device_row *d = again_device(s, i);
        if (!d || !again_is_slice(d) || row_str(d, device, parent) != u->parent ||
            d->h.center != u->center || d->node != u->node || d->h.flags & ROW_SILENT)
            continue;
        struct flops_figure one = again_figure(s, d, p);
        if (one.provenance == provenance_MEASURED)
            again_older(&oldest_measured, again_oldest(s, d));
        if (one.provenance == provenance_ESTIMATED)
            again_older(&oldest_estimated, again_oldest(s, d));
        measuring += one.provenance == provenance_MEASURED;
        measured += one.provenance == provenance_MEASURED ? one.flops : 0;
        estimating += one.provenance == provenance_ESTIMATED;
        estimated += one.provenance == provenance_ESTIMATED ? one.flops : 0;
    }
    *flops = measuring ? measured : estimated;
    if (measuring ? how == provenance_MEASURED : estimating && how == provenance_ESTIMATED)
        again_older(oldest, measuring ? oldest_measured : oldest_estimated);
    if (measuring)
        return how == provenance_MEASURED;
    return estimating && how == provenance_ESTIMATED;
}

/* All units of a center; returns how many. */
static inline size_t again_units(const struct snapshot *s, uint16_t center, struct again_unit *out,
                                 size_t most)
{
    size_t n = 0;

    for (int slices = 0; slices < 2; slices++)
        for (uint32_t i = 0; i < snapshot_slots(s, ENTITY_DEVICE); i++) {
            const struct device_row *d = again_device(s, i);
            bool there = false;
            if (!d || d->h.center != center || again_is_slice(d) != slices)
                continue;
            strid name = slices                     ? row_str(d, device, parent)
                         : row_has(d, device, uuid) ? d->uuid
                                                    : 0;
            for (size_t k = 0; name && k < n; k++)
                there = there || (out[k].parent == name && out[k].node == d->node);
            if (slices && there)
                continue;
            assert_true(n < most);
            out[n++] = (struct again_unit){.row = slices ? NULL : d,
                                           .parent = there ? 0 : name,
                                           .center = center,
                                           .node = d->node};
        }
    return n;
}

/* Devices that there are: of each node what the scheduler says or what telemetry tells, whichever is more. */
static inline double again_known(const struct snapshot *s, uint16_t center,
                                 const struct again_unit *units, size_t count)
{
    double known = (double)count;

    for (uint32_t i = 0; i < snapshot_slots(s, ENTITY_NODE); i++) {
        const struct node_row *n = snapshot_row(s, ENTITY_NODE, i);
        double told = 0;
        if (!n || n->h.center != center || !row_has(n, node, devices_total))
            continue;
        for (size_t k = 0; k < count; k++)
            told += strcmp(again_text(s, units[k].node), again_text(s, n->name)) == 0;
        known += n->devices_total > told ? floor((double)n->devices_total) - told : 0;
    }
    return known;
}

#endif
