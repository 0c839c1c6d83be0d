/* SPDX-License-Identifier: MIT
 * wall_centers.h - the wall's page of centers, worst first; on wide screens in columns. Pure drawing. */
#ifndef SUAN_UI_WALL_CENTERS_H
#define SUAN_UI_WALL_CENTERS_H

#include "ui/view.h"

/* Screens of that size that it needs; at least 1. */
int wall_centers_parts(const struct view_input *in, int rows, int cells);
void wall_centers_draw(const struct view_input *in, int part, struct rect r, struct canvas *c);

#endif
