/* SPDX-License-Identifier: MIT
 * aggregates.h - figures of a whole center: the table of aggregates.def, and the AGGREGATE rows made of an answer.
 *
 * Thread: one at a time. */
#ifndef SUAN_COLLECTORS_PROMETHEUS_AGGREGATES_H
#define SUAN_COLLECTORS_PROMETHEUS_AGGREGATES_H

#include "model/delta.h"

struct aggregate_info {
    const char *record; /* name of the recorded series behind the prefix */
    const char *state;  /* its label `state`, NULL = none */
    enum precision precision;
    enum provenance provenance;
    int field;
    double scale;
    bool live; /* may be asked of the raw series of a fleet */
    const char *expr;
};
/* Ends with a NULL record. */
extern const struct aggregate_info prom_aggregates[];

/* The one that a recorded series is; NULL if none. */
const struct aggregate_info *prom_aggregate(const char *record, const char *state,
                                            const char *precision, const char *provenance);

/* What one answer told, by model. */
struct sums;
struct sums *sums_new(void);
void sums_free(struct sums *s);
void sums_begin(struct sums *s);
void sums_tell(struct sums *s, const struct aggregate_info *a, const char *model, double v);
/* Of all devices, known to that server; NAN = it tells none. */
double sums_devices(const struct sums *s);
bool sums_empty(const struct sums *s);
/* One row for each model, and one for each kind of FLOPS of it. at: when the answer was made. */
void sums_rows(const struct sums *s, struct delta *d, const char *source, wall_ms at);

#endif
