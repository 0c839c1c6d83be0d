/* SPDX-License-Identifier: MIT
 * overlay.h - what lies over a view: help, details and raw records in a pager, the choice of a sort column,
 * the setup. Thread: main, but for overlay_mail. */
#ifndef SUAN_UI_OVERLAY_H
#define SUAN_UI_OVERLAY_H

#include "ui/core.h"

void overlay_help(struct ui *u);
/* A figure of the row under the cursor (view_ops.explain); the view's help where it has none. */
void overlay_explain(struct ui *u, int at);
void overlay_text(struct ui *u, enum pager_kind kind, const char *text, size_t len);
/* The record of a thing, asked from its source; the text comes later. */
void overlay_raw(struct ui *u, enum entity e, int source, const char *id);
void overlay_sort(struct ui *u);
void overlay_setup(struct ui *u);
void overlay_close(struct ui *u);

/* What to do besides: a command for the view (CMD_SORT_PICK with its arg), CMD_FILTER to search. */
enum cmd overlay_key(struct ui *u, uint32_t key, char *arg, size_t size);
void overlay_mouse(struct ui *u, int y, int x, int wheel);

/* A raw record arrived. overlay_mail: any thread; overlay_take: main. */
void overlay_mail(struct ui *u, uint32_t ticket, enum rc rc, const char *text, size_t len,
                  const char *message);
void overlay_take(struct ui *u);

/* Load a theme by name and show it. */
enum rc overlay_theme(struct ui *u, const char *name, struct err *e);
void overlay_remember(struct ui *u); /* write the state file */

#endif
