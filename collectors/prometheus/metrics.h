/* SPDX-License-Identifier: MIT
 * metrics.h - the tables of metrics.def. Pure data. */
#ifndef SUAN_COLLECTORS_PROMETHEUS_METRICS_H
#define SUAN_COLLECTORS_PROMETHEUS_METRICS_H

#include "model/entity.h"
#include <stddef.h>

enum family { FAMILY_MACHINE, FAMILY_SUANTOP, FAMILY_DCGM, FAMILY_ASCEND, FAMILY_AMD };

struct metric {
    const char *name;
    enum entity entity;
    int field; /* -1: only its labels count */
    enum family family;
    double scale;
};

enum heed {
    HEED_NONE,
    HEED_THROTTLED,
    HEED_XID_AT,
    HEED_XID_COUNT,
    HEED_JOB,
    HEED_UP,
    HEED_HEALTHY
};

struct heeded {
    const char *name;
    enum heed heed;
};

struct figure {
    const char *label; /* "cpu_utilization_percent": the value of our label */
    const char *expr;
    enum entity entity;
    int field;
};

/* Both end with a NULL name or label. */
extern const struct metric prom_metrics[];
extern const struct heeded prom_heeded[];
extern const struct figure prom_figures[];

/* NULL if it is none of ours. *rank: its place among those that tell the same field, 0 first. */
const struct metric *prom_metric(const char *name, unsigned *rank);
enum heed prom_heed(const char *name);
/* Who makes the devices of that family; NULL where its labels say it. */
const char *prom_vendor(enum family f);

#endif
