/* SPDX-License-Identifier: MIT
 * ingest.h - the ingest thread: the only writer of the fleet.
 *
 * Pops deltas, applies them, ticks at most once a second, publishes at most every publish_ms while something
 * changed (an idle fleet: one tick in six seconds, one snapshot in ten, for what time alone changes; see cadence.h). Thread: new/free from the app. */
#ifndef SUAN_IO_INGEST_H
#define SUAN_IO_INGEST_H

#include "base/queue.h"
#include "model/fleet.h"

struct ingest;

/* Takes the fleet; borrows the queue and the hub. The first snapshot is published before it returns. */
struct ingest *ingest_new(struct fleet *fleet, struct queue *in, struct snapshot_hub *hub,
                          int publish_ms);
/* Whose time the fleet lives in; before ingest_start. A replay gives replay_now here, or everything that was
 * recorded yesterday is stale. Default: clock_wall. */
void ingest_set_clock(struct ingest *g, wall_ms (*now)(void *arg), void *arg);
/* How often memory that was freed is given back to the system, when nothing is to be done; before ingest_start. Default: each
 * minute, which costs 1 to 7 ms of it. */
void ingest_set_give_back(struct ingest *g, mono_ms every);
enum rc ingest_start(struct ingest *g, struct err *e);
/* Applies all that is in the queue now and publishes; for one-shot commands, after net_wait_first_round. */
void ingest_flush(struct ingest *g);
void ingest_stop(struct ingest *g); /* drains the queue, joins */
void ingest_free(struct ingest *g);

#endif
