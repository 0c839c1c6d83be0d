/* SPDX-License-Identifier: MIT
 * flops.h - what is computed in fact, and what could be: estimates, peaks, and sums that never mix.
 *
 *   measured   operations that the hardware counted
 *   estimated  pipe activity x mean clock / clock of the peak x dense peak of the model (OFU, arXiv 2605.20799)
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
    double fp16_clock; /* in hertz, at which fp16 and fp8 hold; NAN = the highest */
    char
        confidence; /* A arithmetic and documents agree, B one document, C hearsay: shown with "~" */
    uint8_t unsure; /* bits 1 << enum precision: that figure is hearsay although the line is not */
    const char *model; /* the names of the line that matched; all texts are owned by the table */
    const char *vendor;
    const char *source; /* where it is from */
};

struct peak_table;
struct peak_table *peak_table_new(void); /* empty */
void peak_table_free(struct peak_table *t);
/* Adds the lines of a file (format: its own head, data/peaks.conf); they win over what was added before. name: for errors,
 * "peaks.conf". RC_SYNTAX: file:line and what is wrong; then nothing of that text is taken. */
enum rc peak_table_add(struct peak_table *t, const char *text, const char *name, struct err *e);
/* NULL if the model is not known (or t is NULL). The whole name must match, word by word, without case; the maker and the
 * size of the memory do not count. What was added last wins. */
const struct peak *peak_find(const struct peak_table *t, const char *model);
/* Of the precision, for work of any kind: the tensor pipe where it has one. NAN = not known. */
double peak_of(const struct peak *p, enum precision precision);
bool peak_is_hearsay(const struct peak *p, enum precision precision);
/* Of a MIG slice with that profile, "3g.40gb": so many sevenths of the device. As hearsay: the driver does not tell the exact
 * number of its processors. False if it is no such profile. */
bool peak_of_slice(const struct peak *p, const char *profile, struct peak *out);

/* ---- one device ---- */

struct flops_figure {
    double flops, peak;         /* peak: NAN = unknown */
    enum provenance provenance; /* provenance_NONE: there is no figure */
};
/* More than that of one device or node is nonsense and counts as not told: 1 EFLOPS. */
#define FLOPS_MOST 1e18

/* What a device computes in that precision: counted if it tells that, else estimated. p: NULL = unknown model.
 * FP64: tensor and vector pipes, those that are told. FP32: vector pipes. FP16: tensor pipes with FP16 operands; where only
 * all tensor pipes are told, those without FP64's; FP16 of the vector pipes is left out, its peak is not in the table. */
struct flops_figure flops_of_device(const struct device_row *d, const struct peak *p,
                                    enum precision precision);
/* The clock that its clock is compared with: the one at which the peak holds, where the table tells it, else the highest; NAN =
 * neither is known, or its own clock is not told: then the peak is taken as it is. */
double flops_clock_of(const struct device_row *d, const struct peak *p, enum precision precision);
/* Tensor utilisation (OFU) in percent: activity x clock / max clock where both clocks are told, else the activity; NAN. */
double flops_tensor_utilization(const struct device_row *d);
/* fp16 for an intelligent center, fp64 for a super one, fp32 for a general one; fp16 if the kind is not known. */
enum precision flops_precision_of(enum center_kind kind);

/* ---- totals ---- */

/* What one cell counts is either devices or, `nodes`, what the processors of nodes counted; never both. A center's cell is that
 * of its devices as soon as one of them reports, else that of its processors; so is the cell of all centers. */
struct flops_total {
    double flops;
    double peak; /* of those that report and whose peak is known: `peaked` of `reporting` */
    double reporting,
        known; /* devices; nodes for what processors count. known: those that there are */
    double peaked;
    wall_ms
        oldest_at; /* oldest figure in it; 0 = nothing reports, or it has no age (allocated, nameplate) */
    bool nodes;    /* reporting and known count nodes, not devices */
    bool hearsay;  /* some peak in it has confidence C */
    bool declared; /* nameplate: what the configuration says, of some center at least */
};
struct flops_totals {
    struct flops_total of[precision_COUNT][provenance_COUNT];
    /* What processors counted, also where devices report. */
    struct flops_total processors[precision_COUNT];
};
/* The same cell of another center: of one precision and provenance, both of devices or both of nodes. */
void flops_total_add(struct flops_total *into, const struct flops_total *t);
static inline bool flops_told(const struct flops_total *t)
{
    return t->reporting > 0 || t->declared;
}
/* The best that is known in that precision: measured, estimated, allocated, nameplate; whichever of the first two
 * covers more comes first. provenance_NONE: nothing. */
enum provenance flops_best(const struct flops_totals *t, enum precision precision);

/* A rate of work: measured or estimated. */
static inline bool flops_is_rate(enum provenance p)
{
    return p == provenance_MEASURED || p == provenance_ESTIMATED;
}

struct snapshot;
/* center: its number, or -1 for all. Never NULL; computed at publish. */
const struct flops_totals *snapshot_flops(const struct snapshot *s, int center);
/* The table that the fleet was given, for F1; NULL = none. */
const struct peak_table *snapshot_peaks(const struct snapshot *s);

#endif
