/* SPDX-License-Identifier: MIT
 * store_db.h - the file of the history: finding it healthy, who writes it, transactions.
 *
 * Any number of processes read it (WAL); one writes what it sees: who holds the lock on FILE.lock. What people say
 * (annotations) is written by any of them. A file that is no database or a damaged one is set aside under another
 * name by the writer, and a new one begun. Files are 0600, a folder that is made 0700; modes of what is there are
 * kept, so that a group may share one.
 * Thread: the history's. */
#ifndef SUAN_IO_STORE_DB_H
#define SUAN_IO_STORE_DB_H

#include "io/store_table.h"
#include <sys/types.h>

struct store_db {
    char *path, *lock_path;
    int lock_fd;            /* -1 = not ours */
    struct db *db;          /* NULL = closed */
    bool writer;            /* the lock is ours and the file can be written */
    bool others_write;      /* somebody else has the lock */
    bool can_say;           /* the file can be written */
    struct err not_written; /* why it cannot; rc RC_OK = it can */
    struct store_table tables[ENTITY_COUNT];
    int64_t rev;          /* newest transaction that was read or written */
    int64_t data_version; /* SQLite's: others have written when it changes */
    dev_t dev;            /* of the open file: somebody may have moved it away */
    ino_t ino;
    int (*stop)(void *arg); /* asked while a statement runs */
    void *stop_arg;
};

void store_db_init(struct store_db *d, const char *path);
void store_db_fini(struct store_db *d);

/* Opens for reading, and for writing where that is possible (else see not_written): makes folder and file, takes the
 * lock if it is free, makes missing tables. RC_SYNTAX: damaged; whoever has the lock may set it aside. */
enum rc store_db_open(struct store_db *d, struct err *e);
/* For a one-shot: reads what is there, makes and locks nothing. RC_USAGE: there is no such file. */
enum rc store_db_open_to_read(struct store_db *d, struct err *e);
void store_db_close(struct store_db *d); /* gives the lock back */
/* Does the open database still have its name? */
bool store_db_is_there(const struct store_db *d);
/* Another process may have gone: try the lock; on success the tables are completed. */
enum rc store_db_take_over(struct store_db *d, struct err *e);

/* Renames the damaged file and keeps the newest few of them. Only the writer's; closes. */
enum rc store_db_set_aside(struct store_db *d, int64_t now_ms, char *name, size_t size,
                           struct err *e);

/* A transaction of ours; *rev is what its rows carry. */
enum rc store_db_begin(struct store_db *d, int64_t *rev, struct err *e);
enum rc store_db_commit(struct store_db *d, int64_t rev, int64_t now_ms, struct err *e);
void store_db_rollback(struct store_db *d);

#endif
