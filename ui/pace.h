/* SPDX-License-Identifier: MIT
 * pace.h - when the loop wakes by itself, and when what came is shown. Time is an argument. Pure.
 *
 * Somebody who presses keys sees each change at once. Whose last key is five seconds old sees the picture follow the second
 * of the clock: many sources publish many times a second, and no such snapshot wakes the loop then. */
#ifndef SUAN_UI_PACE_H
#define SUAN_UI_PACE_H

#include "base/clock.h"
#include <stdbool.h>

enum {
    PACE_SECOND_MS = 1000,
    PACE_TICK_MIN_MS = 20,
    PACE_ATTENTIVE_MS = 5000, /* after a key, and after the start */
    PACE_CALM_MS = 50,        /* after a key: then what came meanwhile is shown */
    PACE_PUT_OFF_MS = 500,    /* however many keys come */
};

struct pace {
    mono_ms key_at, taken_at; /* of the last key, of the snapshot that is shown */
    int every_ms;             /* between two pictures, at the least */
    int refresh_ms;           /* that the user asked for; less than PACE_TICK_MIN_MS = none */
    mono_ms message_until;    /* 0 = none */
    bool snap_waits;          /* a snapshot was seen that is not shown yet */
};

static inline bool pace_is_relaxed(mono_ms attentive_until, mono_ms now)
{
    return now > attentive_until;
}

/* When the next picture may be shown: not for each of many sources, and not while somebody presses keys. */
static inline mono_ms pace_next_picture_at(const struct pace *p)
{
    mono_ms at = p->taken_at + p->every_ms, calm = p->key_at + PACE_CALM_MS;

    if (calm > p->taken_at + PACE_PUT_OFF_MS)
        calm = p->taken_at + PACE_PUT_OFF_MS;
    return calm > at ? calm : at;
}

/* Milliseconds after which to wake without a cause: the clock shows another second, a message ends, a snapshot waits. */
static inline int pace_patience(const struct pace *p, mono_ms now, wall_ms wall)
{
    int64_t wait = PACE_SECOND_MS - wall % PACE_SECOND_MS + 1;

    if (p->refresh_ms >= PACE_TICK_MIN_MS && p->refresh_ms < wait)
        wait = p->refresh_ms;
    if (p->message_until && p->message_until - now < wait)
        wait = p->message_until - now;
    if (p->snap_waits && pace_next_picture_at(p) - now < wait)
        wait = pace_next_picture_at(p) - now;
    return wait > 0 ? (int)wait : 0;
}

#endif
