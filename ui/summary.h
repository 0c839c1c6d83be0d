/* SPDX-License-Identifier: MIT
 * summary.h - the lines of totals above the table of centers. Pure drawing. */
#ifndef SUAN_UI_SUMMARY_H
#define SUAN_UI_SUMMARY_H

#include "ui/fleetheat.h"

int summary_lines(const struct view_input *in);
void summary_draw(const struct view_input *in, const struct fleet_heat *heat, struct rect r,
                  struct canvas *c);

#endif
