/* SPDX-License-Identifier: MIT
 * sqlite.h - the few calls of SQLite that the history needs, with our errors; the only door to it.
 *
 * A string is stored as TEXT where it is UTF-8 without NUL (so that people can read the file), else as BLOB; the
 * same bytes always the same way. Errors: RC_SYNTAX = the file is damaged or no database; RC_TIMEOUT = somebody
 * else was writing all the time; RC_REFUSED = it cannot be written; RC_SCHEMA = no such table or column; RC_IO = the
 * disk (full, failing, no such folder).
 * Thread: one database, one thread. Owner: who opened it; statements die before their database. */
#ifndef SUAN_IO_SQLITE_H
#define SUAN_IO_SQLITE_H

#include "base/err.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct db;
struct stmt;

/* DB_FROZEN: nobody writes it and nobody can (a read-only medium): no locks, no side files. */
enum db_mode { DB_READ, DB_WRITE, DB_CREATE, DB_FROZEN };

enum rc db_open(const char *path, enum db_mode mode, int busy_ms, struct db **out, struct err *e);
void db_close(struct db *db); /* NULL is fine */
/* Asked every now and then while a statement runs or waits for others; anything but 0 ends it. */
void db_set_stop(struct db *db, int (*stop)(void *arg), void *arg);
bool db_is_readonly(struct db *db);
enum rc db_exec(struct db *db, const char *sql, struct err *e);
/* First column of the first row as a number; 0 when there is no row. */
enum rc db_number(struct db *db, const char *sql, int64_t *out, struct err *e);

/* sql: one statement with ?1 ?2 ... */
enum rc stmt_new(struct db *db, const char *sql, struct stmt **out, struct err *e);
void stmt_free(struct stmt *s); /* NULL is fine */
/* Parameters count from 1. Bytes are copied. */
void stmt_set_null(struct stmt *s, int at);
void stmt_set_int(struct stmt *s, int at, int64_t v);
void stmt_set_num(struct stmt *s, int at, double v);
void stmt_set_bytes(struct stmt *s, int at, const char *v, size_t len);
/* To the end, without looking at rows; ready for the next use. */
enum rc stmt_run(struct stmt *s, struct err *e);
/* The next row; *row false at the end. stmt_reset before its next use. */
enum rc stmt_next(struct stmt *s, bool *row, struct err *e);
void stmt_reset(struct stmt *s);
/* Columns of the row count from 0. */
bool stmt_is_null(struct stmt *s, int at);
int64_t stmt_int(struct stmt *s, int at);
double stmt_num(struct stmt *s, int at);
/* Until the next stmt_next or stmt_reset; NULs may be inside, none is behind. Never NULL. */
const char *stmt_bytes(struct stmt *s, int at, size_t *len);

#endif
