/* SPDX-License-Identifier: MIT
 * store_table.h - rows of one entity, between snapshot, database and delta. Thread: the history's. */
#ifndef SUAN_IO_STORE_TABLE_H
#define SUAN_IO_STORE_TABLE_H

#include "io/sqlite.h"
#include "model/delta.h"
#include "model/snapshot.h"

enum { STORE_FIELDS_MAX = 64 };

/* A row as values, strings borrowed from where it was read. */
struct store_row {
    const char *center, *id;
    size_t center_len, id_len;
    int64_t at;  /* newest time in it */
    int64_t rev; /* from the database only */
    struct delta_value values[STORE_FIELDS_MAX];
    unsigned count; /* ascending by field; only those with a value */
};

struct store_table {
    enum entity entity;
    uint64_t present; /* fields that have a column */
    uint64_t said;    /* store_said */
    struct stmt *write, *write_all, *of_center, *since, *drop;
};

/* RC_SCHEMA when there is no such table (yet). */
enum rc store_table_open(struct store_table *t, struct db *db, enum entity e, struct err *err);
void store_table_close(struct store_table *t);

/* all: also what people say, where the row is there already (a new row is always written whole). */
enum rc store_table_write(struct store_table *t, const struct store_row *row, bool all,
                          struct err *e);
/* Only the fields of the record (an annotation); the row is made when it is not there. */
enum rc store_table_say(struct store_table *t, struct db *db, const char *center,
                        const struct delta_record *r, int64_t at, int64_t rev, struct err *e);
enum rc store_table_drop(struct store_table *t, const char *center, const char *id, size_t id_len,
                         struct err *e);

/* Rows of a center, newest first, at most `most`, none older than `from`; or of all centers that changed since `rev`,
 * in that order. Then store_table_next until it says false, and stmt_reset of the statement. */
struct stmt *store_table_of_center(struct store_table *t, const char *center, int64_t from,
                                   int64_t most);
struct stmt *store_table_since(struct store_table *t, int64_t rev);
enum rc store_table_next(struct store_table *t, struct stmt *s, struct store_row *row, bool *more,
                         struct err *e);

/* From a snapshot: identity and values of the row. false when it has no identity. */
bool store_row_of(const struct snapshot *s, const void *row, enum entity e, struct store_row *out);
/* Of the values whose fields are in the set. */
uint64_t store_row_hash(const struct store_row *row, enum entity e, uint64_t fields);
/* As a record of the delta: values in the set `fields`; the absent ones too if so wanted. */
void store_row_to_delta(const struct store_row *row, enum entity e, uint64_t fields, bool absent,
                        struct delta *d);

#endif
