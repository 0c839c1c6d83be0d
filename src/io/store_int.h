/* SPDX-License-Identifier: MIT
 * store_int.h - the inside of the history's thread, shared by store*.c only. */
#ifndef SUAN_IO_STORE_INT_H
#define SUAN_IO_STORE_INT_H

#include "base/clock.h"
#include "io/store.h"
#include "io/store_book.h"
#include "io/store_db.h"
#include "io/store_samples.h"
#include <pthread.h>
#include <stdatomic.h>

struct store_say {
    struct annotation what;
    struct store_say *next;
};

/* All but the lock's part is the thread's while it runs. */
struct store {
    struct store_options o;
    struct store_db db;
    struct store_samples samples;
    struct store_book book;
    struct store_trail *trail; /* NULL = no journal */
    uint64_t generation;       /* of the snapshot that was written last */
    mono_ms pruned_at, checked_at,
        rested_at; /* rested_at: when what moves all the time was written last */
    bool is_loaded;
    int64_t rev;      /* read so far; -1 = nothing */
    unsigned busy;    /* passes in a row in which somebody else held the database */
    mono_ms retry_at; /* after a failure, not before then */
    int64_t backoff_ms;
    char told[256];       /* the notice that the fleet has */
    atomic_llong stop_by; /* mono_ms when statements are cut short; 0 = not stopping */
    pthread_t thread;
    bool started;

    pthread_mutex_t lock; /* of everything below */
    pthread_cond_t wake, ended;
    bool stop, has_ended;
    struct store_say *says, **last_say;
    struct store_status status;
};

/* store_load.c: from the database into the fleet. */
/* All that a start needs: rows, and the figures of the last hour. */
enum rc store_load(struct store *s, struct err *e);
/* What others wrote since. */
enum rc store_sync(struct store *s, struct err *e);
/* Takes the delta; false when it could not be handed over in time. */
bool store_push(struct store *s, struct delta *d);

/* store_write.c: from the newest snapshot, and from people, into the database. */
enum rc store_write(struct store *s, struct snapshot *snap, struct err *e);
enum rc store_write_says(struct store *s, struct err *e);

/* store_pass.c */
void store_pass(struct store *s);
void store_close_all(struct store *s);

/* store_prune.c */
enum rc store_prune(struct store *s, int64_t now_ms, struct err *e);

#endif
