/* SPDX-License-Identifier: MIT
 * columns.h - choosing which columns a view shows; remembered in the state file. Thread: main. */
#ifndef SUAN_UI_COLUMNS_H
#define SUAN_UI_COLUMNS_H

#include "ui/core.h"

/* What was chosen before, for a view that was just opened. */
void columns_apply(const struct ui *u, struct ui_slot *slot);
/* "as there is room", "2 chosen": for the setup. */
void columns_words(struct ui *u, char *out, size_t size);
void columns_open(struct ui *u);
/* The next choice for the column that the menu stands on. */
void columns_step(struct ui *u, int by);

#endif
