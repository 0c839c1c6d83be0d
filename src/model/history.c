/* SPDX-License-Identifier: MIT
 * history.c - see history.h. */
#include "model/history.h"

int history_due(wall_ms *last, wall_ms now)
{
    wall_ms steps = (now - *last) / HISTORY_STEP_MS;

    if (*last == 0 || now < *last || steps > HISTORY_SAMPLES) {
        wall_ms first = *last == 0 || now < *last;
        *last = now;
        return first ? 1 : HISTORY_SAMPLES;
    }
    *last += steps * HISTORY_STEP_MS;
    return (int)steps;
}

void history_push(struct history_rings *h, const float sample[HISTORY_COUNT])
{
    for (int i = 0; i < HISTORY_COUNT; i++)
        h->samples[i][h->next] = sample[i];
    h->next = (h->next + 1) % HISTORY_SAMPLES;
    if (h->count < HISTORY_SAMPLES)
        h->count++;
}

int history_copy(const struct history_rings *h, enum history which, float *out, int n)
{
    if (n < 0)
        n = 0;
    if ((uint32_t)n > h->count)
        n = (int)h->count;
    for (int i = 0; i < n; i++)
        out[i] =
            h->samples[which][(h->next + HISTORY_SAMPLES - (uint32_t)(n - i)) % HISTORY_SAMPLES];
    return n;
}
