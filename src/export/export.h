/* SPDX-License-Identifier: MIT
 * export.h - one-shot writers of a snapshot: json, ndjson, csv, text, openmetrics, html. No terminal, no escapes.
 *
 * All of them read the same field tables, so a new field is in every format. JSON follows
 * docs/schema/snapshot-1.json: numbers as numbers with the unit in the key, unknown is null, times
 * RFC 3339 UTC, invalid UTF-8 never leaves (sanitised text). Output is byte-identical for the same
 * snapshot and arguments. Writers stream into the sink; memory does not grow with the fleet.
 * Pure but for the sink; thread: any. */
#ifndef SUAN_EXPORT_EXPORT_H
#define SUAN_EXPORT_EXPORT_H

#include "base/err.h"
#include "model/snapshot.h"
#include "model/value.h"

struct filter;

struct sink {
    /* All of it, or not RC_OK with e filled; after that it is not called again. */
    enum rc (*write)(void *arg, const void *data, size_t len, struct err *e);
    void *arg;
};

/* Calls visit for each host of a folded set, in order; visit returns false to stop. Not RC_OK if the
 * text is no such set or has more than max hosts. The app passes hostlist_each. */
typedef enum rc export_expand_fn(const char *folded, size_t max,
                                 bool (*visit)(void *arg, const char *host, size_t len), void *arg,
                                 struct err *e);

struct export_options {
    wall_ms now;
    int utc_offset_minutes;      /* text only */
    bool entities[ENTITY_COUNT]; /* what to write; all of them when all are false */
    const char *only_center;     /* id, NULL = all */
    bool complete;               /* false: somebody did not wait for all sources */
    int width;                   /* text: cut lines at so many columns, 0 = as wide as needed */
    const struct filter *filter; /* rows of filter_entity only; NULL = all */
    int filter_entity;
    export_expand_fn *expand; /* json, ndjson: host sets to names; NULL = they stay folded */
};

struct export_format {
    const char *name; /* "json" */
    const char *help;
    enum rc (*write)(const struct snapshot *s, const struct export_options *o,
                     const struct sink *out, struct err *e);
};
const struct export_format *export_find(const char *name);
const struct export_format *const *export_all(void); /* NULL-terminated */

/* o->complete, and no source of the centers asked for is in errors[]: what the formats call complete. */
bool export_complete(const struct snapshot *s, const struct export_options *o);

/* The JSON Schema of the json format. */
enum rc export_schema(const struct sink *out, struct err *e);

/* The verdict of `suantop check`. A limit of 0 is off. */
struct check_limits {
    double warn_out_share, crit_out_share; /* drained and down nodes of a center, percent: 15, 25 */
    double warn_celsius, crit_celsius;     /* 80, 90 */
    int64_t warn_stale_s, crit_stale_s;    /* 120, 600 */
    double warn_queued, crit_queued;       /* of a center; 0 */
};
/* The Nagios status 0..3, and its line (status word, text, perfdata) without a line end. */
int check_verdict(const struct snapshot *s, const struct check_limits *l,
                  const struct export_options *o, struct buf *line);

#endif
