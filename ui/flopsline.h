/* SPDX-License-Identifier: MIT
 * flopsline.h - the FLOPS of the fleet above the centers: one line a precision, each of one provenance, none added to
 * another. Pure drawing. */
#ifndef SUAN_UI_FLOPSLINE_H
#define SUAN_UI_FLOPSLINE_H

#include "ui/view.h"

/* The devices do work that something tells of, or the scheduler gives them away: there is a bar to draw. */
bool flopsline_told(const struct view_input *in);
/* At least 1: that nothing is told is told too. */
int flopsline_count(const struct view_input *in);
/* Labels from r.x + 1 on, bars of `bar` cells behind `label` cells. */
void flopsline_draw(const struct view_input *in, struct rect r, int label, int bar,
                    struct canvas *c);
/* Why no FLOPS are told. */
const char *flopsline_why(const struct view_input *in);

#endif
