/* SPDX-License-Identifier: MIT
 * snapshot_int.h - the inside of a snapshot: for fleet_publish, which makes it, and query, which
 * walks its chunks. */
#ifndef SUAN_MODEL_SNAPSHOT_INT_H
#define SUAN_MODEL_SNAPSHOT_INT_H

#include "model/flops.h"
#include "model/rows.h"
#include "model/snapshot.h"
#include <stdatomic.h>

struct snapshot_table {
    struct rows_view *rows;
    struct rows_view *index; /* slot + 1 by key, linear probing; see table.h */
    uint32_t index_mask;
    uint32_t slots, living;
};

struct snapshot {
    atomic_uint refs;
    uint64_t generation;
    wall_ms at;
    struct intern *strings;
    struct snapshot_table tables[ENTITY_COUNT];
    struct rows_view *aliases; /* of jobs: see aliases.h */
    uint32_t alias_mask;
    struct rows_view *confirmed; /* wall_ms[ENTITY_COUNT] by source number */
    struct rows_view *told;      /* struct told, chained from row_head.was: see tellers.h */
    struct rows_view *history;   /* struct history_rings by center number */
    struct flops_totals *flops;  /* by center number; the one of all behind them */
    uint32_t flops_centers;
    const struct peak_table *peaks;
    struct totals totals;
    struct notice notice;
};

#endif
