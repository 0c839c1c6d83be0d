/* SPDX-License-Identifier: MIT
 * metrics.h - the tables of metrics.def. Pure data. */
#ifndef SUAN_COLLECTORS_PROMETHEUS_METRICS_H
#define SUAN_COLLECTORS_PROMETHEUS_METRICS_H

#include "model/entity.h"
#include <stddef.h>

struct metric {
    const char *name;
    int field; /* of a node; -1: only its labels count */
    double scale;
};

struct figure {
    const char *expr;
    int field;
};

/* Both end with a NULL. */
extern const struct metric prom_metrics[];
extern const struct figure prom_figures[];

/* NULL if it is none of ours. *rank: its place among those that tell the same field, 0 first. */
const struct metric *prom_metric(const char *name, unsigned *rank);

#endif
