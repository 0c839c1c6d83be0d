/* SPDX-License-Identifier: MIT
 * arming.h - centers whose writes are opened for some minutes (:arm), and the panel that asks before it does so.
 *
 * An arming ends by itself. If the clock goes back to before it began, it has ended, too. Pure; time is an argument.
 * Thread: ui. */
#ifndef SUAN_UI_ARMING_H
#define SUAN_UI_ARMING_H

#include "base/clock.h"
#include "ui/canvas.h"
#include "ui/lineedit.h"

struct arming {
    struct arming_center {
        wall_ms since, until; /* 0 = not armed */
    } * centers;
    size_t count;
};

void arming_fini(struct arming *a);
void arming_set(struct arming *a, uint16_t center, wall_ms now,
                wall_ms until); /* until 0: ends it */
/* Until when; 0 = not armed. */
wall_ms arming_until(const struct arming *a, uint16_t center, wall_ms now);
/* A center whose arming ran out since it was last asked; -1 = none. Each is told once. */
int arming_ended(struct arming *a, wall_ms now);
/* The armed center that ends last, -1 = none; *count: how many there are. */
int arming_last(const struct arming *a, wall_ms now, int *count);

/* The question: the center's id must be typed. */
struct arm_panel {
    uint16_t center;
    char id[64], name[128], cluster[64];
    int minutes;
    struct lineedit edit;
    char note[128];
    mono_ms typed_at;
    bool pasting, cramped;
};
enum arm_event { ARM_NOTHING, ARM_CHANGED, ARM_AGREED, ARM_CLOSE };

void arm_panel_open(struct arm_panel *p);
enum arm_event arm_panel_key(struct arm_panel *p, uint32_t key, mono_ms at);
void arm_panel_draw(struct arm_panel *p, struct canvas *c, struct rect over);

#endif
