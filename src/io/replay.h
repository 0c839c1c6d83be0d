/* SPDX-License-Identifier: MIT
 * replay.h - recordings: every answer of every source as it came, and back through the same decoders.
 *
 * A recording is a directory: manifest.json (schema, version, the scrubbed configuration) and one
 * <n>.rec.zst per source, a zstd stream of frames (header line in JSON: time, request, status; then the raw
 * body). Secrets never get in: request headers are not recorded, and registered secrets (log_secret) that
 * turn up in a body are replaced before writing. Bounded size; a torn end is readable up to the tear. */
#ifndef SUAN_IO_REPLAY_H
#define SUAN_IO_REPLAY_H

#include "collectors/collector.h"
#include "base/queue.h"

struct recorder;
/* One per source. manifest: JSON text that the app made (configuration, scrubbed). */
enum rc recorder_open(const char *dir, unsigned index, uint64_t max_bytes, struct recorder **out,
                      struct err *e);
void recorder_close(struct recorder *r);
void recorder_begin(struct recorder *r, uint64_t exchange, const struct request *rq, wall_ms at);
void recorder_data(struct recorder *r, uint64_t exchange, const char *data, size_t len);
void recorder_end(struct recorder *r, uint64_t exchange, const struct reply *reply);

struct replay;
struct replay_source {
    const struct collector_ops *ops;
    struct source_conf conf;
};
enum rc replay_open(const char *dir, const struct replay_source *sources, size_t count,
                    struct queue *out, struct replay **r, struct err *e);
void replay_free(struct replay *r);
/* Time of the next answer, 0 at the end. */
wall_ms replay_next_at(const struct replay *r);
/* Feed the next answer through its collector; false at the end. */
bool replay_step(struct replay *r, struct err *e);
/* Own thread: plays with `speed` (1 = as recorded, 0 = paused); replay_step_request wakes it for one answer. */
enum rc replay_start(struct replay *r, double speed, struct err *e);
void replay_set_speed(struct replay *r, double speed);
void replay_request_step(struct replay *r);
wall_ms replay_now(struct replay *r); /* the recording's clock: what the screen shows as "now" */
bool replay_at_end(struct replay *r);
void replay_stop(struct replay *r);

#endif
