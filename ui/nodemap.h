/* SPDX-License-Identifier: MIT
 * nodemap.h - nodes as a map: one cell a node, in blocks by group, coloured by allocated share or by
 * temperature, with a letter where something is wrong. Pure drawing over the rows of a table. */
#ifndef SUAN_UI_NODEMAP_H
#define SUAN_UI_NODEMAP_H

#include "ui/table.h"

enum nodemap_mode { NODEMAP_OFF, NODEMAP_SHARE, NODEMAP_HEAT };

void nodemap_draw(const struct table *t, const struct view_input *in, enum nodemap_mode mode,
                  struct canvas *c);
/* Where an arrow key leads from the cursor; the same index if nowhere. */
uint32_t nodemap_step(const struct table *t, const struct view_input *in, enum cmd cmd);
/* Index of the node at a place of the canvas, UINT32_MAX if there is none. */
uint32_t nodemap_hit(const struct table *t, const struct view_input *in, int y, int x);

#endif
