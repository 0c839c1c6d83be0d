/* SPDX-License-Identifier: MIT
 * keeper.h - runs one collector in a child, at its interval, and keeps what it told last.
 *
 * A thread for each, so that one that hangs delays no other and no scrape. A round that passes its deadline costs the
 * child its life; where nothing was told, it is tried ever less often. When the child had said which GPU it was asking,
 * that one is down (devices.h), and a new child goes on with the others at once. One that the kernel does not let go of is
 * not waited for; without a GPU to blame none is started in its place, with one a few are. The last good values are told
 * for KEEP_MS more, then nothing is: an old figure must not pass for a new one. A collector that has
 * nothing here to tell of is let go, and asked again after IDLE_MS: to start it is dear. Thread: start and stop from one, read from any. */
#ifndef SUAN_NODE_KEEPER_H
#define SUAN_NODE_KEEPER_H

#include "base/clock.h"
#include "node/samples.h"
#include <stdint.h>

enum {
    KEEPER_KEEP_MS = 60000,
    KEEPER_BACKOFF_MS = 60000,
    KEEPER_IDLE_MS = 600000,
    KEEPER_HELD_MAX = 4
};

struct keeper_conf {
    const char *name;        /* all borrowed for the keeper's life */
    const char *const *argv; /* of the child; argv[0] is a path */
    int64_t interval_ms, deadline_ms;
};

struct keeper;

struct keeper *keeper_start(const struct keeper_conf *conf);
void keeper_stop(struct keeper *k); /* waits for the thread: a second at most */
/* Appends the values, how the last round went, and when the last good one was. True: the values are those of
 * the last round. */
bool keeper_read(struct keeper *k, mono_ms now, struct samples *out);
/* Whether a round has ended, well or not. */
bool keeper_looked(struct keeper *k);
/* Another number whenever keeper_read would append something else. */
uint64_t keeper_version(struct keeper *k, mono_ms now);
/* How long to wait after that many failures in a row. Pure. */
int64_t keeper_pause_ms(int64_t interval_ms, unsigned failures);

#endif
