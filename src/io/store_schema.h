/* SPDX-License-Identifier: MIT
 * store_schema.h - which tables and columns the history has: made from the field tables of the model.
 *
 * One table for each entity that is kept, named like it: _center (the id from the configuration), _id (identity
 * bytes), _at (the newest time in the row, by which it is pruned), _rev (rises with every transaction: who reads asks
 * for what is newer than what he knows), then one column for each field of the entity. A field that is new in the
 * .def becomes a new column; a column that this program does not know is left as it is.
 * Table sample: the figures of each center (its rolled-up numbers) at several resolutions, see store_samples.h.
 * Thread: the history's. */
#ifndef SUAN_IO_STORE_SCHEMA_H
#define SUAN_IO_STORE_SCHEMA_H

#include "io/sqlite.h"
#include "model/entity.h"

struct buf;

bool store_keeps(enum entity e);
/* The fields that people write (annotation.h), as a set of bits: another process may have written them, so they are
 * overwritten only when they changed here. */
uint64_t store_said(enum entity e);
/* The fields that move all the time, as a set: alone they are worth writing once a minute. */
uint64_t store_restless(enum entity e);
/* Is the figure of a center sampled? */
bool store_samples_field(unsigned field);

/* RC_UNSUPPORTED with words: another program's database, or one of a newer suantop. *empty: nothing in it yet. */
enum rc store_schema_check(struct db *db, bool *empty, struct err *e);
/* Makes what is missing. Idempotent. */
enum rc store_schema_make(struct db *db, struct err *e);
/* Makes the statement that was written into sql, which is empty afterwards. */
enum rc store_prepare(struct db *db, struct buf *sql, struct stmt **out, struct err *e);
/* Which fields have their column. RC_SCHEMA when there is no such table. */
enum rc store_schema_present(struct db *db, enum entity e, const char *table, uint64_t *fields,
                             struct err *e_out);

#endif
