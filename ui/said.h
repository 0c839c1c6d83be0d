/* SPDX-License-Identifier: MIT
 * said.h - sentences that came in rows, plans and errors, as the screen says them; see base/sentence.h. What is
 * returned stays for as long as the next few calls. Thread: ui. */
#ifndef SUAN_UI_SAID_H
#define SUAN_UI_SAID_H

#include "base/intern.h"
#include "ui/cells.h"

const char *said(const char *english);
const char *said_string(const struct view_input *in, strid id);
int said_cells(const struct view_input *in, strid id);

/* As MEASURE_STR and CELL_STR, of such a member. */
#define MEASURE_SAID(entity, member) MEASURE_BY(said_cells, entity, member)
#define CELL_SAID(entity, member, role)                                                            \
    PAINT_BY(said_string, entity, member, role)                                                    \
    MEASURE_SAID(entity, member)

#endif
