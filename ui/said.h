/* SPDX-License-Identifier: MIT
 * said.h - sentences that came in rows, plans and errors, as the screen says them; see base/sentence.h. What is
 * returned stays for as long as the next few calls. Thread: ui. */
#ifndef SUAN_UI_SAID_H
#define SUAN_UI_SAID_H

#include "base/intern.h"
#include "ui/view.h"

const char *said(const char *english);
const char *said_string(const struct view_input *in, strid id);
int said_cells(const struct view_input *in, strid id);

/* As CELL_STR, of such a member. */
#define CELL_SAID(entity, member, role)                                                            \
    static void paint_##member(const struct table_cell *cell)                                      \
    {                                                                                              \
        const struct entity##_row *r = cell->row;                                                  \
        if (!row_has(r, entity, member))                                                           \
            cell_dash(cell);                                                                       \
        else                                                                                       \
            cell_text(cell, style_of(role), said_string(cell->in, r->member));                     \
    }                                                                                              \
    static int measure_##member(const struct view_input *in, const void *row)                      \
    {                                                                                              \
        const struct entity##_row *r = row;                                                        \
        return row_has(r, entity, member) ? said_cells(in, r->member) : 0;                         \
    }

#endif
