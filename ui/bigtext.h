/* SPDX-License-Identifier: MIT
 * bigtext.h - figures that are read across a room: digits of blocks, three to ten rows high. Pure drawing.
 *
 * Digits, '.', '-', '?', '/' , '%', ':' and blanks; anything else is a blank. In ASCII they are drawn with '#',
 * and at scale 1 as ordinary text on the last row. */
#ifndef SUAN_UI_BIGTEXT_H
#define SUAN_UI_BIGTEXT_H

#include "ui/canvas.h"

/* scale 1: 3 rows, 2: 5 rows, 3: 10 rows. */
int bigtext_rows(int scale);
int bigtext_cells(const char *text, int scale);
/* Returns the cells used; nothing is drawn beyond max_cells (whole characters only). */
int bigtext_draw(struct canvas *c, int y, int x, int max_cells, int scale, struct style s,
                 const char *text, bool ascii);

#endif
