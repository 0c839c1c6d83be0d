/* SPDX-License-Identifier: MIT
 * history.h - one ring of samples per center and figure. Plain data, kept in a copy-on-write
 * array. */
#ifndef SUAN_MODEL_HISTORY_H
#define SUAN_MODEL_HISTORY_H

#include "base/clock.h"
#include <stdint.h>

/* History for sparklines: samples are HISTORY_STEP_MS apart, newest last; absent = NaN. */
enum history {
    HISTORY_DEVICES_ALLOCATED,
    HISTORY_CPUS_ALLOCATED,
    HISTORY_QUEUED,
    HISTORY_RUNNING,
    HISTORY_TEMPERATURE,
    HISTORY_FLOPS, /* of the center's own precision: measured or estimated, whichever covers more */
    HISTORY_COUNT
};
#define HISTORY_SAMPLES 120
#define HISTORY_STEP_MS 30000 /* 120 x 30 s = one hour */

struct history_rings {
    uint32_t count; /* samples held */
    uint32_t next;  /* where the next one goes */
    float samples[HISTORY_COUNT][HISTORY_SAMPLES];
};

/* How many samples are due since `last`, 0..HISTORY_SAMPLES; moves *last. A clock set back starts
 * anew. */
int history_due(wall_ms *last, wall_ms now);
void history_push(struct history_rings *h, const float sample[HISTORY_COUNT]);
int history_copy(const struct history_rings *h, enum history which, float *out, int n);

#endif
