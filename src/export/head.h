/* SPDX-License-Identifier: MIT
 * head.h - what stands above the rows: the figures of the whole fleet, and which sources failed.
 *
 * Pure; thread: any. */
#ifndef SUAN_EXPORT_HEAD_H
#define SUAN_EXPORT_HEAD_H

#include "export/jsonw.h"
#include "export/walk.h"
#include "model/flops.h"

#define EXPORT_SCHEMA "suantop-snapshot/1"

/* The rolled-up fields of the centers, put together: counts and watts are added, temperatures give
 * the highest, times the earliest. A field that no center knows is absent. */
struct head_totals {
    uint64_t valid; /* bit FIELD_center_... */
    struct center_row sum;
    double centers, centers_live, centers_stale, centers_down, sources, sources_bad;
    const struct node_row *hottest; /* NULL = no node tells a temperature */
    const struct flops_totals *flops;
};
/* Its hottest sensor or device; NAN = it tells none. */
double head_heat(const struct node_row *n);
struct head_totals head_totals(const struct walk *w);
/* Is that field of a center part of the totals? */
bool head_totals_has(unsigned center_field);
/* Names of the counts in front of them, in the order of the struct; NULL-terminated. */
extern const char *const head_counts[];
void head_write_totals(struct jsonw *out, const struct walk *w);

struct head_error {
    const char *center, *source, *class, *message;
    const char *mend; /* NULL = nothing known */
    wall_ms since;    /* when it last answered well; 0 = never */
};
/* The next failed source from *slot on; false after the last. */
bool head_next_error(const struct walk *w, uint32_t *slot, struct head_error *out);
bool head_is_complete(const struct walk *w);
/* The members of an object. */
void head_write_error(struct jsonw *out, const struct head_error *e);

#endif
