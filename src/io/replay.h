/* SPDX-License-Identifier: MIT
 * replay.h - recordings: every answer of every source as it came, and back through the same decoders.
 *
 * A recording is a directory: the app's manifest (schema, version, the scrubbed configuration) and one
 * <n>.rec.zst per source (recorder.h). A torn end is readable up to the tear.
 * Thread: replay_step: whoever owns the replay, before replay_start; the others any. */
#ifndef SUAN_IO_REPLAY_H
#define SUAN_IO_REPLAY_H

#include "base/queue.h"
#include "collectors/collector.h"

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
