/* SPDX-License-Identifier: MIT
 * fleet_past.c - what the history tells besides rows: the samples from before this program ran, and how it is
 * itself. */
#include "base/text.h"
#include "model/fleet_int.h"
#include <math.h>

/* Which step before `newest` a sample of that time belongs to; HISTORY_SAMPLES = none. */
static int steps_before(wall_ms newest, wall_ms at)
{
    wall_ms steps = (newest - at + HISTORY_STEP_MS / 2) / HISTORY_STEP_MS;

    return at > newest || steps >= HISTORY_SAMPLES ? HISTORY_SAMPLES : (int)steps;
}

/* What was sampled here stays; before it comes what the history knows, with gaps where it does not. */
static void prepend(struct history_rings *h, wall_ms newest, const struct delta_sample *first)
{
    struct history_rings old = *h;
    float unknown[HISTORY_COUNT], values[HISTORY_SAMPLES][HISTORY_COUNT];
    int oldest = (int)old.count - 1;

    for (int i = 0; i < HISTORY_COUNT; i++)
        unknown[i] = NAN;
    for (int at = 0; at < HISTORY_SAMPLES; at++)
        memcpy(values[at], unknown, sizeof(unknown));
    for (const struct delta_sample *s = first; s; s = s->next) {
        int at = steps_before(newest, s->at);
        if (at < HISTORY_SAMPLES && at >= (int)old.count) {
            memcpy(values[at], s->values, sizeof(s->values));
            oldest = at > oldest ? at : oldest;
        }
    }
    for (uint32_t at = 0; at < old.count; at++)
        for (int i = 0; i < HISTORY_COUNT; i++)
            values[at][i] = old.samples[i][(old.next + HISTORY_SAMPLES - 1 - at) % HISTORY_SAMPLES];
    *h = (struct history_rings){0};
    for (int at = oldest; at >= 0; at--)
        history_push(h, values[at]);
}

static void tell_notice(struct fleet *f, const struct delta *d)
{
    (void)text_clean_into(f->notice.text, sizeof(f->notice.text), d->notice, strlen(d->notice));
    f->notice.bad = d->notice_bad;
}

void fleet_tell_past(struct fleet *f, const struct delta *d)
{
    if (d->notice)
        tell_notice(f, d);
    if (!d->samples)
        return;
    if (!f->sampled_at)
        f->sampled_at = d->at;
    (void)fleet_center_of(f, d->center);
    rows_grow(&f->history, f->center_count);
    prepend(rows_edit(&f->history, d->center), f->sampled_at, d->samples);
}
