/* SPDX-License-Identifier: MIT
 * nav.h - where the user is: the view on top, the steps that led there, the filter of each. Thread: main. */
#ifndef SUAN_UI_NAV_H
#define SUAN_UI_NAV_H

#include "ui/core.h"

enum rc nav_start(struct ui *u, const char *view, const char *filter, struct err *e);
void nav_end(struct ui *u);
/* To a view at its root, all centers; its filter of last time comes back. */
void nav_go(struct ui *u, const struct view_ops *ops);
void nav_step(struct ui *u, int by); /* next or previous view */
/* Down into a view of the center that we are in, of nothing less. */
void nav_center(struct ui *u, const struct view_ops *ops);
/* Into a view of all that we are narrowed to: center, pool, node, job. */
void nav_inside(struct ui *u, const struct view_ops *ops);
void nav_push(struct ui *u, const struct view_ops *ops, const struct view_scope *scope);
bool nav_pop(struct ui *u); /* false at the root */
/* On errors the filter that was there stays. */
enum rc nav_filter(struct ui *u, const char *text, struct err *e);
/* "张北 › Nodes" */
void nav_crumb(struct ui *u, char *out, size_t size);

#endif
