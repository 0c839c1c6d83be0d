/* SPDX-License-Identifier: MIT
 * bell.h - when the terminal's bell rings: once for each alert that turns critical while the dashboard runs, at most
 * once in some seconds. What somebody acknowledged or silenced rings nothing. Pure; thread: main. */
#ifndef SUAN_UI_BELL_H
#define SUAN_UI_BELL_H

#include "base/clock.h"
#include "model/snapshot.h"

enum { BELL_KEYS = 256, BELL_EVERY_MS = 5000 };

struct bell {
    bool started;             /* what was critical before the first picture is no news */
    uint64_t keys[BELL_KEYS]; /* of the critical alerts of the last picture */
    int count;
    wall_ms newest; /* when the last of them fired, where there are more than fit */
    mono_ms rang_at;
};

/* A newer picture: is it to ring? */
bool bell_look(struct bell *b, const struct snapshot *s, wall_ms wall, mono_ms now);

#endif
