/* SPDX-License-Identifier: MIT
 * flops.h - what is computed in fact, and what could be: estimates, peaks, and sums that never mix.
 *
 *   measured   operations that the hardware counted
 *   estimated  pipe activity x mean clock / max clock x dense peak of the model (OFU, arXiv 2605.20799)
 *   allocated  dense peak of the devices that the scheduler has given away: capacity in use, no rate of work
 *   nameplate  dense peak of all that there is, or what the configuration declares
 *
 * A total is one cell of [precision][provenance]. No function here adds two cells, and none fills in what did not report:
 * `reporting` of `known` says how much is covered. A model that the table does not know has no peak, so no estimate.
 * INT8 is no floating point and never counted. Formulas and their sources: docs/flops.md.
 * Pure; thread: any. */
#ifndef SUAN_MODEL_FLOPS_H
#define SUAN_MODEL_FLOPS_H

#include "base/err.h"
#include "model/entity.h"
#include <stdbool.h>
#include <stdint.h>

/* ---- peaks ---- */

/* Dense peaks of one model, operations a second; NAN = not known. */
struct peak {
    double fp64, fp64_tensor, fp32, fp16, fp8;
    char confidence;    /* A arithmetic and documents agree, B one document, C hearsay: shown with "~" */
    const char *source; /* where it is from, owned by the table */
    const char *model;  /* the pattern that matched, owned by the table */
};

struct peak_table;
struct peak_table *peak_table_new(void); /* empty */
void peak_table_free(struct peak_table *t);
/* Adds the lines of a file (format: its own head, data/peaks.conf); they win over what was added before. name: for errors,
 * "peaks.conf". RC_SYNTAX: file:line and what is wrong; then nothing of that text is taken. */
enum rc peak_table_add(struct peak_table *t, const char *text, const char *name, struct err *e);
/* NULL if the model is not known. Patterns are matched against the model's name without case, the longest first. */
const struct peak *peak_find(const struct peak_table *t, const char *model);
/* Of the precision, for work of any kind: the tensor pipe where it has one. NAN = not known. */
double peak_of(const struct peak *p, enum precision precision);

/* ---- one device ---- */

struct flops_figure {
    double flops, peak;         /* peak: NAN = unknown */
    enum provenance provenance; /* provenance_NONE: there is no figure */
};
/* What a device computes in that precision: counted if it tells that, else estimated. p: NULL = unknown model. */
struct flops_figure flops_of_device(const struct device_row *d, const struct peak *p,
                                    enum precision precision);
/* Tensor utilisation in percent: activity x clock / max clock where both clocks are told, else the activity; NAN. */
double flops_tensor_utilization(const struct device_row *d);
/* fp16 for an intelligent center, fp64 for a super one, fp32 for a general one; fp16 if the kind is not known. */
enum precision flops_precision_of(enum center_kind kind);

/* ---- totals ---- */

struct flops_total {
    double flops;
    double peak;                /* of those that report and whose peak is known */
    double reporting, known;    /* devices; nodes for what processors count */
    wall_ms oldest_at;          /* oldest figure in it; 0 = nothing reports */
    bool nodes;                 /* reporting and known count nodes, not devices */
    bool hearsay;               /* some peak in it has confidence C */
};
struct flops_totals {
    struct flops_total of[precision_COUNT][provenance_COUNT];
};
/* The best that is known in that precision: measured, estimated, allocated, nameplate; whichever of the first two
 * covers more comes first. provenance_NONE: nothing. */
enum provenance flops_best(const struct flops_totals *t, enum precision precision);

struct snapshot;
/* center: its number, or -1 for all. Never NULL; computed at publish. */
const struct flops_totals *snapshot_flops(const struct snapshot *s, int center);
/* The table that the fleet was given, for F1; NULL = none. */
const struct peak_table *snapshot_peaks(const struct snapshot *s);

#endif
