/* SPDX-License-Identifier: MIT
 * replay.h - recordings: every answer of every source as it came, and back through the same decoders.
 *
 * A recording is a directory: the app's manifest (schema, version, the scrubbed configuration) and one
 * <n>.rec.zst per source, a zstd stream of events (tape.h). Secrets never get in: request headers are not
 * recorded, and known secrets (secret.h) that turn up in a body are overwritten before writing. Bounded
 * size; a torn end is readable up to the tear.
 * Thread: recorder: net. replay_step: whoever owns the replay, before replay_start; the others any. */
#ifndef SUAN_IO_REPLAY_H
#define SUAN_IO_REPLAY_H

#include "base/queue.h"
#include "collectors/collector.h"

struct recorder;
/* One per source; the directory must exist. */
enum rc recorder_open(const char *dir, unsigned index, uint64_t max_bytes, struct recorder **out,
                      struct err *e);
void recorder_close(struct recorder *r);
void recorder_begin(struct recorder *r, uint64_t exchange, const struct request *rq, wall_ms at);
void recorder_head(struct recorder *r, uint64_t exchange, int status, const char *type, wall_ms at);
void recorder_data(struct recorder *r, uint64_t exchange, const char *data, size_t len, wall_ms at);
void recorder_end(struct recorder *r, uint64_t exchange, const struct reply *reply);

struct replay;
struct replay_source {
    const struct collector_ops *ops;
    struct source_conf conf; /* borrowed strings must outlive the replay */
};
/* A source whose file is missing is one that said nothing. */
enum rc replay_open(const char *dir, const struct replay_source *sources, size_t count,
                    struct queue *out, struct replay **r, struct err *e);
void replay_free(struct replay *r);
/* Time of the next event, 0 at the end. */
wall_ms replay_next_at(const struct replay *r);
/* Feed the next answer through its collector; false at the end. Waits while the queue is full. */
bool replay_step(struct replay *r, struct err *e);
/* Own thread: plays with `speed` (1 = as recorded, 0 = paused); replay_step_request wakes it for one answer. */
enum rc replay_start(struct replay *r, double speed, struct err *e);
void replay_set_speed(struct replay *r, double speed);
void replay_request_step(struct replay *r);
/* The recording's clock: what the screen shows as "now". Give it to ingest_set_clock too. */
wall_ms replay_now(struct replay *r);
bool replay_at_end(struct replay *r);
void replay_stop(struct replay *r);

#endif
