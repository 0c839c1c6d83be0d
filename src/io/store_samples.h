/* SPDX-License-Identifier: MIT
 * store_samples.h - the figures of each center over time, at several resolutions, each for so long.
 *
 * Every half minute one row a center with all of its rolled-up numbers; a closed interval of a coarser resolution is
 * made from the rows of the finer one (means; temperatures: the highest). A center that is not live has no row: a gap,
 * not a line. Thread: the history's. */
#ifndef SUAN_IO_STORE_SAMPLES_H
#define SUAN_IO_STORE_SAMPLES_H

#include "io/sqlite.h"
#include "model/delta.h"
#include "model/snapshot.h"

struct store_resolution {
    int64_t step_ms, keep_ms;
};
/* From the finest to the coarsest; a step is a multiple of the one before. Ends with a step of 0. */
extern const struct store_resolution store_resolutions[];

struct store_samples {
    uint64_t present; /* figures (FIELD_center_*) that have a column */
    struct stmt *put, *roll, *recent;
    int64_t sampled_at; /* newest half minute that was written, 0 = none yet */
};

enum rc store_samples_open(struct store_samples *t, struct db *db, struct err *e);
void store_samples_close(struct store_samples *t);
/* Is a new half minute begun? */
bool store_samples_due(const struct store_samples *t, int64_t now_ms);
/* In a transaction: writes one row a center, and closes the coarser intervals that ended. */
enum rc store_samples_write(struct store_samples *t, struct db *db, const struct snapshot *s,
                            int64_t now_ms, struct err *e);
/* Rows that are older than their resolution is kept for, of one center. */
enum rc store_samples_prune(struct db *db, const char *center, int64_t now_ms, struct err *e);
/* The last hour of the center into the delta: what the sparklines begin with. */
enum rc store_samples_load(struct store_samples *t, const char *center, int64_t now_ms,
                           struct delta *d, struct err *e);

#endif
