/* SPDX-License-Identifier: MIT
 * exchange.h - one request of one source under way: bytes in, deltas out.
 *
 * Whatever carries the bytes (http, command, replay) feeds them here. The exchange cuts them, has the
 * collector decode each slice, and pushes deltas of a bounded size to the ingest queue. A full queue is
 * told through *paused: the piece was taken, the carrier stops reading until the queue has room, then
 * calls exchange_resume. Bytes are also handed to a recorder, if there is one.
 * Thread: net (or replay). */
#ifndef SUAN_IO_EXCHANGE_H
#define SUAN_IO_EXCHANGE_H

#include "base/queue.h"
#include "collectors/collector.h"

struct recorder;
struct exchange;

struct exchange_env {
    const struct collector_ops *ops;
    void *state; /* the collector's */
    const struct source_conf *conf;
    struct queue *out;         /* of struct delta */
    struct recorder *recorder; /* NULL = none */
    uint32_t poll_seq;         /* for deltas of this exchange; 0 if the request lists nothing */
    bool raw;                  /* a lookup: keep the whole body, decode nothing, no done() */
    bool raw_cut;              /* raw: what is longer than slice_max is cut, not refused */
    /* Sees each delta before the queue does, the last one before exchange_end returns; may see a record twice. */
    void (*look)(void *arg, const struct delta *d);
    void *look_arg;
};

struct exchange *exchange_new(const struct exchange_env *env, struct request *rq /* taken */,
                              mono_ms now);
void exchange_free(struct exchange *x);
const struct request *exchange_request(const struct exchange *x);
/* Before the first piece; a status that is not 2xx is decoded only when done() may want it, and never
 * stops the transfer for its format. Not called for VIA_COMMAND. */
void exchange_head(struct exchange *x, int status, const char *content_type);
/* RC_OK, or why the transfer must be stopped (body cap, not the expected format). */
enum rc exchange_feed(struct exchange *x, const char *data, size_t len, wall_ms at, bool *paused,
                      struct err *e);
/* Try again to hand over what the full queue refused. */
enum rc exchange_resume(struct exchange *x, bool *paused);
/* The answer ended (or failed): fills the counts of reply, calls done(), pushes the last delta.
 * Returns the collector's verdict. When the queue was full the last delta is still here: resume until
 * *paused is false before the exchange is freed. */
enum rc exchange_end(struct exchange *x, struct reply *reply, mono_ms now, const char **mend,
                     struct err *e);
bool exchange_is_stuck(const struct exchange *x);
/* What was wrong with the last bad slice; "" if none was. */
const char *exchange_bad_example(const struct exchange *x);
/* Whole body of a lookup (decode is not called for those). */
const char *exchange_raw(const struct exchange *x, size_t *len);

#endif
