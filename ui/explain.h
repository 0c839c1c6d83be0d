/* SPDX-License-Identifier: MIT
 * explain.h - F1 on a figure: what it is and how it came about. Its value and unit, who told it and how old that is; of
 * FLOPS the formula with its inputs, the precision, the coverage, the peak that was taken and what it is not.
 *
 * Text in the markup of PAGER_HELP, the first line is its title. Pure. */
#ifndef SUAN_UI_EXPLAIN_H
#define SUAN_UI_EXPLAIN_H

#include "ui/view.h"

enum { EXPLAIN_DEFAULT = INT32_MIN }; /* the figure that the view is sorted by */

/* A column of a row, any of any entity. */
void explain_figure(const struct view_input *in, enum entity e, const void *row, unsigned column,
                    struct buf *out);
/* FLOPS of a center, -1 = of all: each precision and provenance for itself. */
void explain_totals(const struct view_input *in, int center, struct buf *out);

/* For the files that explain: "@key  what" lines. */
void explain_line(struct buf *out, const char *key, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* FLOPS of one device or node, behind the lines that every figure has. explain_flops.c */
void explain_device_flops(const struct view_input *in, const struct device_row *d, struct buf *out);
void explain_node_flops(const struct view_input *in, const struct node_row *n, struct buf *out);
void explain_center_flops(const struct view_input *in, const struct center_row *r, struct buf *out);
/* What FLOPS here are not. */
void explain_not(struct buf *out);
/* Who told that value and how long ago, "" if it is the fleet's own. */
void explain_teller(const struct view_input *in, enum entity e, unsigned column, const void *row,
                    struct buf *out);

#endif
