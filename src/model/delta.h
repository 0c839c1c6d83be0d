/* SPDX-License-Identifier: MIT
 * delta.h - what one slice of an answer says: rows with the fields it knows. Written by collectors.
 *
 * A delta is a list of records (entity, identity, field = value ...). A field that a record does
 * not mention keeps its value; one that is mentioned as absent loses it. Deltas are plain data:
 * they can be queued, written down and replayed. Strings are raw bytes, copied into the delta's
 * arena; sanitising and interning happen when ingest applies it.
 * A poll is a sequence of deltas of one source and one `poll.seq`: `poll.begin` on the first,
 * `poll.end` on the last. Only poll.end == POLL_GOOD sweeps: rows of that source and entity that
 * the poll did not list are then gone. POLL_BAD and a missing end sweep nothing; those rows age.
 * Thread: made by the net thread, then owned by the queue, then by ingest. */
#ifndef SUAN_MODEL_DELTA_H
#define SUAN_MODEL_DELTA_H

#include "base/arena.h"
#include "base/clock.h"
#include "model/entity.h"
#include "model/history.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* POLL_GOOD sweeps what was not listed and confirms the rest, POLL_SAME ("nothing changed since
 * you asked", HTTP 304) only confirms, POLL_BAD does neither. A confirmation touches no row: the
 * fleet notes when the last good poll of each (source, entity) began, and a row's age counts from
 * that or from its own last change (snapshot_seen_at). */
enum poll_end { POLL_MORE, POLL_GOOD, POLL_BAD, POLL_SAME };

/* Polls are told apart per source and entity: two may run at once if they list different
 * entities. */
struct delta_poll {
    uint32_t seq;                /* 0 = not part of a poll (single rows: nothing is swept) */
    bool entities[ENTITY_COUNT]; /* what the poll lists completely */
    bool begin;
    enum poll_end end;
};

struct delta_value {
    uint16_t field;
    uint8_t absent; /* the field has no value now */
    uint32_t len;   /* strings: bytes */
    union {
        const char *str; /* STR LIST HOSTLIST */
        double num;      /* NUM */
        int64_t i;       /* TIME BOOL ENUM FLAGS */
    } u;
};

struct delta_record {
    enum entity entity;
    bool keep;      /* "still there and unchanged": only `key` counts */
    bool remove;    /* gone for good */
    uint64_t key;   /* row_key() */
    const char *id; /* the identity bytes; NULL in a `keep` */
    uint32_t id_len;
    struct delta_value *values;
    uint32_t count, cap;
    struct delta_record *next;
};

/* What the figures of the center were at a time before this program ran: the history tells. */
struct delta_sample {
    wall_ms at;
    float values[HISTORY_COUNT]; /* NaN = unknown */
    struct delta_sample *next;
};

struct delta {
    uint16_t center, source;
    /* Whose word counts where several sources tell of one thing: the higher, [0] in what schedulers tell, [1] in telemetry
     * (collector_ops.rank; 0 if it is of no collector). */
    uint8_t rank[2];
    wall_ms at; /* when the answer's bytes arrived: the age of every value in it */
    struct delta_poll poll;
    struct arena arena;
    struct delta_record *first, *last;
    size_t records;
    struct delta_sample *samples, *last_sample; /* oldest first */
    const char *notice; /* how the history is, for view 8; NULL = nothing new, "" = nothing */
    bool notice_bad;
    bool failed; /* an allocation passed the arena's max: sticky, drop the delta */
};

/* max_bytes: 0 = 64 MiB. */
struct delta *delta_new(uint16_t center, uint16_t source, wall_ms at, size_t max_bytes);
void delta_free(struct delta *d);
size_t delta_weight(const struct delta *d); /* bytes, for the queue */

/* Start a record; the following delta_* calls fill it. id: raw identity bytes (see row_key).
 * Ingest sets the field that is the identity from it (name; job: id; center: id; device: node and
 * index), so no call need repeat it. */
void delta_row(struct delta *d, enum entity e, const char *id, size_t len);
/* "This thing is still listed and has not changed" - by key, which the collector remembered. */
void delta_keep(struct delta *d, enum entity e, uint64_t key);
void delta_remove(struct delta *d, enum entity e, const char *id, size_t len);
uint64_t delta_last_key(const struct delta *d); /* of the record being filled */

/* field: FIELD_<entity>_<id> of the record's entity; the type must fit (asserted). */
void delta_str(struct delta *d, int field, const char *s); /* NULL = absent; "" = absent as well */
void delta_strn(struct delta *d, int field, const char *s, size_t len);
void delta_num(struct delta *d, int field, double v);   /* not finite = absent */
void delta_time(struct delta *d, int field, wall_ms t); /* 0 = absent */
void delta_int(struct delta *d, int field, int64_t v);  /* BOOL ENUM FLAGS */
void delta_absent(struct delta *d, int field);

void delta_sample(struct delta *d, wall_ms at, const float values[HISTORY_COUNT]);
void delta_notice(struct delta *d, const char *text, bool bad);

/* One line per record, values in field order: for fixtures and tests ("job 14 name=train
 * state=running"). A delta of a poll starts with a line about it ("poll 7 begin end=good lists
 * job"). */
struct buf;
void delta_dump(const struct delta *d, struct buf *out);

#endif
