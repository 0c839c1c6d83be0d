/* SPDX-License-Identifier: MIT
 * fleet.h - the mutable state of everything, and the only way to change it.
 *
 * fleet_apply merges deltas; fleet_tick moves time (ages, histories, forgetting of finished jobs);
 * fleet_publish rolls up and makes an immutable snapshot. Rows live in chunks that snapshots share:
 * a chunk is copied only when it changes after being published, so publishing costs a pointer per
 * chunk of what changed since, whatever exists. Strings that no row uses any more are thrown away
 * by fleet_tick when the table has doubled and most of it is unused; that takes about a second for
 * a million rows.
 * Thread: the ingest thread only. Time is an argument. */
#ifndef SUAN_MODEL_FLEET_H
#define SUAN_MODEL_FLEET_H

#include "base/err.h"
#include "model/delta.h"
#include "model/rules.h"
#include "model/snapshot.h"

struct fleet;

struct fleet_limits {
    uint32_t rows[ENTITY_COUNT]; /* most rows per entity, up to 4 million; 0 = 2 million */
    int64_t stale_after_ms; /* a source silent for so long past its interval is stale; 0 = 30 s */
    int64_t keep_gone_jobs_ms; /* how long a job that the scheduler forgot is remembered; 0 = 1 h */
};

/* Counters since the start, for diagnostics. */
struct fleet_stats {
    uint64_t deltas, records;
    uint64_t rows_refused;   /* the row cap was hit */
    uint64_t values_refused; /* implausible or malformed values, now absent */
    uint64_t keeps_unknown;  /* `keep` for a row that is not there */
    uint64_t compactions;    /* of the string table */
};

struct fleet *fleet_new(const struct fleet_limits *limits);
void fleet_free(struct fleet *f);
/* When there is an alert; the usual rules without it. */
void fleet_set_rules(struct fleet *f, const struct rule_set *rules);
/* Dense peaks by device model, borrowed: FLOPS are estimated with them. None without it. Those before must live until then. */
struct peak_table;
void fleet_set_peaks(struct fleet *f, const struct peak_table *peaks);
/* What XIDs mean, borrowed: without it none is told from another. */
struct xid_table;
void fleet_set_xids(struct fleet *f, const struct xid_table *xids);
/* RC_LIMIT when a row cap was hit (the rest of the delta is applied) or d->failed (nothing is, and
 * its poll is abandoned). Takes nothing: the caller frees d.
 * A center's row sits in the slot of its number (delta.center), a source's in that of
 * delta.source: one delta describes one center and at most one source. */
enum rc fleet_apply(struct fleet *f, const struct delta *d, struct err *e);
void fleet_tick(struct fleet *f, wall_ms now);
/* A new snapshot with one reference, the caller's. Never NULL. */
struct snapshot *fleet_publish(struct fleet *f, wall_ms now);

struct fleet_stats fleet_stats(const struct fleet *f);

#endif
