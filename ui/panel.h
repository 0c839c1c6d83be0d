/* SPDX-License-Identifier: MIT
 * panel.h - the frame of whatever lies over a view: a tinted area with a title line, no box. Pure drawing. */
#ifndef SUAN_UI_PANEL_H
#define SUAN_UI_PANEL_H

#include "ui/canvas.h"

/* An area of at most h x w in the middle of `over`. */
struct rect panel_place(struct rect over, int h, int w);
/* Draws the frame, with `right` at the end of the title line; returns where the contents go. */
struct rect panel_draw(struct canvas *c, struct rect r, const char *title, const char *right);
/* The same with the title and its line in a colour: a panel that asks for something. */
struct rect panel_draw_in(struct canvas *c, struct rect r, enum role role, const char *title);

#endif
