/* SPDX-License-Identifier: MIT
 * store.h - the history: what must survive a restart, in a SQLite file.
 *
 * A thread of its own, so that a slow, full or damaged disk stops nothing: it takes the newest snapshot every few
 * seconds and writes the rows that changed (interruptions, attempts, outages, hours, alerts) and the figures of the
 * centers; at the start, and whenever another process wrote, it sends what it reads as ordinary deltas (source
 * UINT16_MAX) through the queue. It also follows the
 * audit journal: each target of an operation is an ACTION row.
 * Of several processes one writes, the others read; any may say something (annotations). A damaged file is set aside.
 * How it is doing is the snapshot's notice (snapshot_notice).
 * Thread: store_new .. store_free from the app; what is marked "any" from any thread. */
#ifndef SUAN_IO_STORE_H
#define SUAN_IO_STORE_H

#include "base/err.h"
#include "base/queue.h"
#include "model/annotation.h"
#include "model/snapshot.h"

struct store;

struct store_options {
    const char *path;           /* of the database; NULL = none, only the journal is followed */
    const char *audit;          /* of the audit journal; NULL = none */
    const char *const *centers; /* their ids by number; borrowed */
    size_t center_count;
    struct queue *out;        /* of struct delta; borrowed */
    struct snapshot_hub *hub; /* borrowed */
    bool once;                /* a one-shot: read what is there, write nothing, end */
    uint64_t max_bytes;       /* of the database; 0 = 256 MiB */
    int pass_ms;              /* between looks; 0 = 3 s; tests */
    int flush_ms;             /* for the last pass, at the end; 0 = 0.8 s; tests */
    void (*loaded)(
        void *
            arg); /* on the thread, once: what was there is in the queue, or it failed; NULL = nobody */
    void *loaded_arg;
};

enum store_state {
    STORE_STARTING,
    STORE_WRITING, /* this process writes it */
    STORE_READING, /* another one does */
    STORE_FAILED,  /* see text; tried again later */
    STORE_OFF      /* none is configured */
};
struct store_status {
    enum store_state state;
    char text[256];  /* a sentence */
    uint64_t rows;   /* written since the start */
    uint64_t passes; /* so far */
    int64_t bytes;   /* of the database */
};

struct store *store_new(const struct store_options *o);
enum rc store_start(struct store *s, struct err *e);
/* Writes what is new and ends; waits so long at most. False: it hangs in the disk, and must not be freed (nor what it
 * borrowed). */
bool store_stop(struct store *s, int limit_ms);
void store_free(struct store *s); /* NULL is fine */

/* any thread; none of them waits for the disk */
/* Written as soon as possible; kept and tried again while that fails. The fleet hears of it another way. */
void store_annotate(struct store *s, const struct annotation *a);
void store_status(struct store *s, struct store_status *out);

#endif
