/* SPDX-License-Identifier: MIT
 * flopstotal.h - the FLOPS of a view's snapshot as its centers count them; see model/flops_counted.h. Pure. */
#ifndef SUAN_UI_FLOPSTOTAL_H
#define SUAN_UI_FLOPSTOTAL_H

#include "model/flops_counted.h"
#include "ui/view.h"

/* center: its number, -1 = all. */
static inline void flops_total_of(const struct view_input *in, int center, struct flops_totals *out)
{
    flops_counted(in->snap, center, out);
}

#endif
