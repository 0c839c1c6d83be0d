/* SPDX-License-Identifier: MIT
 * frame.h - one picture of the dashboard: header, body, what lies over it, footer. Thread: main. */
#ifndef SUAN_UI_FRAME_H
#define SUAN_UI_FRAME_H

#include "ui/core.h"

/* Draws into u->canvas, which has the terminal's size. */
void frame_draw(struct ui *u);
/* "rack7 of 2 000" and so on: what the view says about itself. */
void frame_status(struct ui *u, struct buf *out);

#endif
