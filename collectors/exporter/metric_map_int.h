/* SPDX-License-Identifier: MIT
 * metric_map_int.h - what metric_map.c and metric_rule.c share. */
#ifndef SUAN_COLLECTORS_EXPORTER_METRIC_MAP_INT_H
#define SUAN_COLLECTORS_EXPORTER_METRIC_MAP_INT_H

#include "base/columns.h"
#include "collectors/exporter/metric_map.h"

/* Where reading stands. */
struct map_reader {
    struct metric_map *map;
    const char *file;
    struct columns at;
    struct columns_line line;
    uint32_t section; /* MAP_NONE before the first */
    size_t first;     /* rules of this text begin here: only earlier ones are replaced by it */
    struct err *e;
};

enum rc map_wrong(const struct map_reader *r, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* The cells of a metric's line: FIELD, SCALE, OPTIONS. */
enum rc map_read_rule(struct map_reader *r, struct map_rule *rule);
char *map_keep(struct metric_map *m, const char *s);

#endif
