/* SPDX-License-Identifier: MIT
 * track.h - one source of a recording: its events, fed one by one through its collector.
 *
 * Thread: one at a time (the replay's). */
#ifndef SUAN_IO_TRACK_H
#define SUAN_IO_TRACK_H

#include "base/queue.h"
#include "collectors/collector.h"
#include <stdatomic.h>

struct track;

/* Takes nothing. path: of the .rec.zst; one that is not there is an empty track. stop ends a wait for room
 * in the queue. */
enum rc track_open(const char *path, const struct collector_ops *ops,
                   const struct source_conf *conf, struct queue *out, const atomic_bool *stop,
                   struct track **t, struct err *e);
void track_free(struct track *t);
/* Time of the next event; 0 at the end. */
wall_ms track_next_at(const struct track *t);
/* Plays one event; true when it ended an answer. */
bool track_play(struct track *t);

#endif
