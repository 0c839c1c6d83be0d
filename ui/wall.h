/* SPDX-License-Identifier: MIT
 * wall.h - the wall screen: what is on it at a time, from a snapshot and the clock.
 *
 * A verdict line, the few main figures in digits of blocks, and below them pages that turn by themselves: centers, worst
 * first; hot and lost devices; what was interrupted; what waits longest; sources that fail. An alert that turns critical takes
 * the screen over for a while. Ages and a ticking clock are always there, no meaning is in a colour alone, and the picture moves
 * by a cell now and then, so that nothing burns in.
 * Nothing here can act or fetch. Pure but for its own state; time is an argument. Thread: ui. */
#ifndef SUAN_UI_WALL_H
#define SUAN_UI_WALL_H

#include "ui/fleetheat.h"

enum { WALL_DWELL_MS = 8000, WALL_ALARM_MS = 20000, WALL_DRIFT_MS = 180000 };

struct wall_options {
    int64_t dwell_ms;  /* of a page; 0 = WALL_DWELL_MS */
    const char *title; /* at the left of the verdict line, "" = none */
    bool ascii, mono;
};

enum wall_page {
    WALL_CENTERS,
    WALL_DEVICES,
    WALL_INTERRUPTED,
    WALL_QUEUED,
    WALL_SOURCES,
    WALL_PAGES
};

/* Fixed size: weeks of running change nothing about it. */
struct wall {
    struct wall_options options;
    enum wall_page page;
    int part;          /* of a page that needs several screens */
    wall_ms turned_at; /* when it came up */
    bool started;
    wall_ms newest; /* the newest critical alert that has been shown */
    uint64_t alarm; /* key of the alert that has the screen; 0 = none */
    wall_ms alarm_at;
    struct fleet_heat heat; /* of the last picture */
};

void wall_init(struct wall *w, const struct wall_options *o);
/* What changes with time and with a new picture: call it before each draw. */
void wall_step(struct wall *w, const struct view_input *in);
/* in->area is the whole screen. */
void wall_draw(const struct wall *w, const struct view_input *in, struct canvas *c);

#endif
