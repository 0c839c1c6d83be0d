/* SPDX-License-Identifier: MIT
 * chart.h - lines and blocks that stand for numbers: meters, bars, sparklines.
 *
 * Shares are 0..1 and are clamped; NaN draws the bare track. Something above zero always shows and
 * something below one never looks full. Pure drawing; the background of the cells is the style's. */
#ifndef SUAN_UI_CHART_H
#define SUAN_UI_CHART_H

#include "ui/canvas.h"

/* Thin meter in half-cell steps: ━━━╸───. */
void chart_meter(struct canvas *c, int y, int x, int w, double share, struct style full,
                 struct style track, bool ascii);
/* Solid bar with eighth blocks over a filled track. */
void chart_bar(struct canvas *c, int y, int x, int w, double share, struct style full,
               enum role track, bool ascii);

/* Solid bar of several parts; what is left of the total is track. Every part above zero gets a cell.
 * In ASCII each part is drawn with its own letter. */
struct chart_part {
    double value;
    enum role role;
    char letter;
};
void chart_parts(struct canvas *c, int y, int x, int w, const struct chart_part *parts, int count,
                 double total, enum role track, bool ascii);

/* Columns of `count` parts each, the first part at the bottom; values: n columns one after the other. Eighths of a cell,
 * two parts sharing one where they meet; plain (ASCII, no colours): each part by its letter. A column that is not a
 * number was not observed and gets a dot at the bottom. */
struct chart_columns {
    const double *values;
    int n, width, gap; /* cells of a column, and between two */
    double top;        /* what fills the height */
};
void chart_stack(struct canvas *c, struct rect r, const struct chart_columns *columns,
                 const struct chart_part *parts, int count, bool plain);

/* Sparkline of n values scaled to 0..top, squeezed or stretched to w cells; NaN leaves a gap. */
void chart_spark(struct canvas *c, int y, int x, int w, const float *values, int n, double top,
                 struct style s, bool ascii);

/* One box a device, used ones first: ▮▮▮▯. Draws nothing and returns 0 if they do not fit. */
int chart_boxes(struct canvas *c, int y, int x, int w, int used, int total, struct style full,
                struct style rest, bool ascii);

/* One of the ten heat roles for v between lo and hi. */
enum role chart_heat(double v, double lo, double hi);

#endif
