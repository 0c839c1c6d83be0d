/* SPDX-License-Identifier: MIT
 * wall_int.h - the parts of the wall screen, for wall*.c only. Pure drawing. */
#ifndef SUAN_UI_WALL_INT_H
#define SUAN_UI_WALL_INT_H

#include "ui/wall.h"

/* The alert that fires and that nobody has acknowledged or silenced, worst and newest first; NULL = none. skip: that many of
 * them are passed over. Of a center, -1 = of all. */
const struct alert_row *wall_alert(const struct view_input *in, int center, int skip);
bool wall_alert_is_loud(const struct alert_row *a, wall_ms now);
/* "center node/device: what happened" */
void wall_alert_text(const struct view_input *in, const struct alert_row *a, char *out,
                     size_t room);

/* --- wall_head.c --- */
/* "CRITICAL  center: what happened - 2 more", and the clock. all: the drifted picture. */
void wall_verdict(const struct wall *w, const struct view_input *in, struct rect all,
                  struct canvas *c);
int wall_scale(const struct view_input *in);
int wall_figure_rows(const struct view_input *in);
void wall_figures(const struct wall *w, const struct view_input *in, struct rect r,
                  struct canvas *c);
/* The figures in small, in the lines y and y + 1. */
void wall_figures_small(const struct wall *w, const struct view_input *in, int y, struct rect r,
                        struct canvas *c);
enum { WALL_POWER_MAX = 96 };
/* "11.1 MW  708 GF/W", "" if no device tells its power. */
void wall_power_text(const struct wall *w, const struct view_input *in, char out[WALL_POWER_MAX]);
/* There is room for it among the figures. */
bool wall_has_power_figure(const struct view_input *in);

/* --- wall_pages.c --- */
/* How many screens of `rows` lines the page needs now; 0 = there is nothing to show. */
int wall_page_parts(const struct view_input *in, enum wall_page page, int rows, int cells);
const char *wall_page_title(enum wall_page page);
void wall_page_draw(const struct view_input *in, enum wall_page page, int part, struct rect r,
                    struct canvas *c);

/* --- wall_alarm.c --- */
void wall_alarm(const struct wall *w, const struct view_input *in, struct rect r, struct canvas *c);

#endif
