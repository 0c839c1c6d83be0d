/* SPDX-License-Identifier: MIT
 * devices.h - what a keeper remembers of each GPU while children come and go: when it was last good, and whether a
 * driver's call for it never came back.
 *
 * A GPU that hung is left out of the rounds, so that the others go on, and asked again ever less often, and last.
 * Pure; thread: one at a time. Owner: whoever has the struct; no memory. */
#ifndef SUAN_NODE_DEVICES_H
#define SUAN_NODE_DEVICES_H

#include "base/clock.h"
#include "node/samples.h"

enum { DEVICES_MAX = 64, DEVICES_QUESTION = 2048 };
enum { DEVICES_RETRY_MS = 60000, DEVICES_RETRY_MAX_MS = 1800000 };

struct device_memory {
    char gpu[24]; /* PCI address */
    wall_ms good_at;
    mono_ms retry_at;
    unsigned hangs; /* in a row; 0: it does not hang */
};

struct devices {
    struct device_memory at[DEVICES_MAX];
    size_t count;
    bool careful; /* the driver itself hung as it started: do not let it attach all GPUs */
};

/* From the samples of a round: those that are up are good, and hang no more. */
void devices_told(struct devices *d, const struct samples *s, wall_ms now);
/* gpu "": it is not known which. False: it is no address. */
bool devices_hung(struct devices *d, const char *gpu, mono_ms now);
unsigned devices_hanging(const struct devices *d);
/* What the child is to do: "-A" leave A out, "~A" ask A last, "!" careful; blanks between, a line end behind. */
void devices_question(const struct devices *d, mono_ms now, char out[DEVICES_QUESTION]);
/* Down is what hangs, and, unless the values are `current`, each GPU in them; when each was last good. */
void devices_samples(const struct devices *d, const struct samples *values, bool current,
                     struct samples *out);

#endif
