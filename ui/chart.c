/* SPDX-License-Identifier: MIT
 * chart.c - see chart.h. */
#include "ui/chart.h"
#include "ui/glyph.h"
#include "base/utf8.h"
#include <math.h>
#include <string.h>

enum { PARTS_MAX = 8 };

static uint32_t code_of(enum glyph g, bool ascii)
{
    const char *s = glyph(g, ascii);
    uint32_t cp;

    text_decode(s, strlen(s), &cp);
    return cp;
}

/* Steps of `steps` that a share fills: 0 only for nothing, all only for everything. */
static int steps_of(double share, int steps)
{
    if (!(share > 0) || steps <= 0)
        return 0;
    if (share >= 1)
        return steps;
    int n = (int)lround(share * steps);
    if (n < 1)
        return 1;
    return n >= steps && steps > 1 ? steps - 1 : n;
}

void chart_meter(struct canvas *c, int y, int x, int w, double share, struct style full,
                 struct style track, bool ascii)
{
    int halves = steps_of(share, 2 * w), whole = halves / 2, odd = halves % 2;

    canvas_fill(c, (struct rect){y, x, 1, w}, code_of(GLYPH_METER_REST, ascii), track);
    canvas_fill(c, (struct rect){y, x, 1, whole}, code_of(GLYPH_METER_FULL, ascii), full);
    canvas_fill(c, (struct rect){y, x + whole, 1, odd}, code_of(GLYPH_METER_HALF, ascii), full);
}

void chart_bar(struct canvas *c, int y, int x, int w, double share, struct style full,
               enum role track, bool ascii)
{
    int eighths = steps_of(share, 8 * w), whole = eighths / 8, rest = eighths % 8;
    struct style on = full;

    if (ascii) {
        canvas_fill(c, (struct rect){y, x, 1, w}, '.', style_of(track));
        canvas_fill(c, (struct rect){y, x, 1, whole + (rest >= 4)}, '#', full);
        return;
    }
    on.bg = (uint8_t)track;
    canvas_fill(c, (struct rect){y, x, 1, w}, ' ', on);
    canvas_fill(c, (struct rect){y, x, 1, whole}, 0x2588, on);
    if (rest > 0)
        canvas_fill(c, (struct rect){y, x + whole, 1, 1}, 0x2590u - (uint32_t)rest, on);
}

void chart_parts(struct canvas *c, int y, int x, int w, const struct chart_part *parts, int count,
                 double total, enum role track, bool ascii)
{
    uint32_t block = code_of(GLYPH_BAR, ascii);
    double sum = 0;
    int done = 0;

    canvas_fill(c, (struct rect){y, x, 1, w}, ascii ? '.' : block, style_of(track));
    for (int i = 0; i < count && i < PARTS_MAX && total > 0; i++) {
        if (!(parts[i].value > 0))
            continue;
        sum += parts[i].value;
        int end = steps_of(sum / total, w);
        if (end <= done)
            end = done + 1;
        if (end > w)
            end = w;
        canvas_fill(c, (struct rect){y, x + done, 1, end - done},
                    ascii ? (unsigned char)parts[i].letter : block, style_of(parts[i].role));
        done = end;
    }
}

/* Where each part ends, in eighths of a cell from the bottom; the sum is never more than the height, and a part above
 * zero never nothing while there is room. */
static void stack_ends(const double *values, int count, double top, int height, int ends[PARTS_MAX])
{
    double sum = 0;
    int done = 0;

    for (int i = 0; i < count; i++) {
        sum += values[i] > 0 ? values[i] : 0;
        int end = top > 0 ? (int)lround(sum / top * height) : 0;
        if (values[i] > 0 && end <= done)
            end = done + 1;
        done = end > height ? height : end > done ? end : done;
        ends[i] = done;
    }
}

/* The part at that eighth; count = none. */
static int part_at(const int ends[PARTS_MAX], int count, int eighth)
{
    int i = 0;

    while (i < count && ends[i] <= eighth)
        i++;
    return i;
}

/* One cell of a column, whose lowest eighth is `from`. */
static void stack_cell(struct canvas *c, struct rect cell, const struct chart_part *parts,
                       const int ends[PARTS_MAX], int count, int from, bool plain)
{
    int low = part_at(ends, count, from), high = part_at(ends, count, from + 7);

    if (low == count)
        return;
    struct style s = style_of(parts[low].role);
    if (plain) {
        int middle = part_at(ends, count, from + 3);
        canvas_fill(c, cell, (unsigned char)parts[middle < count ? middle : low].letter,
                    style_of(parts[middle < count ? middle : low].role));
        return;
    }
    int filled = ends[low] - from;
    if (high < count && high != low)
        s.bg = (uint8_t)parts[high].role;
    canvas_fill(c, cell, filled >= 8 ? 0x2588u : 0x2580u + (uint32_t)filled, s);
}

void chart_stack(struct canvas *c, struct rect r, const struct chart_columns *columns,
                 const struct chart_part *parts, int count, bool plain)
{
    int ends[PARTS_MAX];

    count = count < PARTS_MAX ? count : PARTS_MAX;
    for (int k = 0; k < columns->n; k++) {
        const double *values = columns->values + (size_t)k * (size_t)count;
        struct rect cell = {r.y + r.h - 1, r.x + k * (columns->width + columns->gap), 1,
                            columns->width};
        if (cell.x + cell.w > r.x + r.w)
            break;
        if (isnan(values[0])) {
            canvas_text(c, cell.y, cell.x, 1, style_of(ROLE_FAINT), glyph(GLYPH_DOT, plain));
            continue;
        }
        stack_ends(values, count, columns->top, r.h * 8, ends);
        for (int row = 0; row < r.h; row++, cell.y--)
            stack_cell(c, cell, parts, ends, count, row * 8, plain);
    }
}

/* Mean of the values that fall into cell i of w; NaN if none is known. */
static double bucket(const float *values, int n, int i, int w)
{
    int from = (int)((int64_t)i * n / w), to = (int)((int64_t)(i + 1) * n / w);
    double sum = 0;
    int known = 0;

    for (int k = from; k < (to > from ? to : from + 1) && k < n; k++) {
        if (isnan(values[k]))
            continue;
        sum += (double)values[k];
        known++;
    }
    return known > 0 ? sum / known : NAN;
}

void chart_spark(struct canvas *c, int y, int x, int w, const float *values, int n, double top,
                 struct style s, bool ascii)
{
    static const char plain[] = "_.-:=+*#";

    for (int i = 0; i < w && n > 0; i++) {
        double v = bucket(values, n, i, w);
        if (isnan(v))
            continue;
        struct style here = s;
        /* the highest of eight stays unused, so that rows keep apart */
        int level = top > 0 ? (int)lround(v / top * 8) : 0;
        level = level > 7 ? 7 : level < 1 ? 1 : level;
        if (!(v > 0))
            here.fg = ROLE_FAINT;
        uint32_t cp = ascii ? (unsigned char)plain[level] : 0x2580u + (uint32_t)level;
        canvas_fill(c, (struct rect){y, x + i, 1, 1}, cp, here);
    }
}

int chart_boxes(struct canvas *c, int y, int x, int w, int used, int total, struct style full,
                struct style rest, bool ascii)
{
    if (total <= 0 || total > w)
        return 0;
    if (used > total)
        used = total;
    canvas_fill(c, (struct rect){y, x, 1, total}, ascii ? '.' : 0x25AF, rest);
    canvas_fill(c, (struct rect){y, x, 1, used}, code_of(GLYPH_BOX, ascii), full);
    return total;
}

enum role chart_heat(double v, double lo, double hi)
{
    double step = hi > lo ? (v - lo) / (hi - lo) * 10 : 0;

    if (!(step > 0))
        return ROLE_HEAT0;
    return (enum role)(ROLE_HEAT0 + (step >= 10 ? 9 : (int)step));
}
