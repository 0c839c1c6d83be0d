/* SPDX-License-Identifier: MIT
 * flops_counted.h - FLOPS of all centers as they count: each center's cells in the precision that it counts in and in no other,
 * cell by cell. What a device would do in a precision that its center does not count in is of no total here.
 * Pure; thread: any. */
#ifndef SUAN_MODEL_FLOPS_COUNTED_H
#define SUAN_MODEL_FLOPS_COUNTED_H

#include "model/flops.h"
#include "model/snapshot.h"

/* Precisions in the order in which they are shown; precision_NONE ends. */
extern const enum precision flops_order[];
enum precision flops_counted_in(const struct center_row *r);
/* center: its number, -1 = all. */
void flops_counted(const struct snapshot *s, int center, struct flops_totals *out);
/* What the figure of that cell is a share of: the peak of all that is in it; of what is allocated: the nameplate. NAN =
 * not known, or not of all. */
double flops_whole(const struct flops_totals *t, enum precision precision,
                   enum provenance provenance);
/* That whole rests on hearsay. */
bool flops_whole_is_hearsay(const struct flops_totals *t, enum precision precision,
                            enum provenance provenance);

#endif
