/* SPDX-License-Identifier: MIT
 * bigtext.c - see bigtext.h. Each character is five rows of pixels; a pixel is half a cell high at scale 1. */
#include "ui/bigtext.h"
#include <string.h>

enum { PIXEL_ROWS = 5, MAX_WIDTH = 3 };

struct pattern {
    char c;
    int width;
    uint8_t rows[PIXEL_ROWS]; /* bit 2: the leftmost of three pixels */
};

static const struct pattern patterns[] = {
    {'0', 3, {7, 5, 5, 5, 7}}, {'1', 3, {6, 2, 2, 2, 7}}, {'2', 3, {7, 1, 7, 4, 7}},
    {'3', 3, {7, 1, 7, 1, 7}}, {'4', 3, {5, 5, 7, 1, 1}}, {'5', 3, {7, 4, 7, 1, 7}},
    {'6', 3, {7, 4, 7, 5, 7}}, {'7', 3, {7, 1, 1, 1, 1}}, {'8', 3, {7, 5, 7, 5, 7}},
    {'9', 3, {7, 5, 7, 1, 7}}, {'.', 1, {0, 0, 0, 0, 4}}, {'-', 2, {0, 0, 6, 0, 0}},
    {'?', 3, {7, 1, 3, 0, 2}}, {'/', 3, {1, 1, 2, 4, 4}}, {'%', 3, {5, 1, 2, 4, 5}},
    {':', 1, {0, 4, 0, 4, 0}}, {' ', 2, {0, 0, 0, 0, 0}},
};

static const struct pattern *find(char c)
{
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++)
        if (patterns[i].c == c)
            return &patterns[i];
    return &patterns[sizeof patterns / sizeof *patterns - 1];
}

/* Cells of one pixel. */
static int pixel_cells(int scale)
{
    return scale == 1 ? 1 : scale == 2 ? 2 : 4;
}

int bigtext_rows(int scale)
{
    return scale == 1 ? 3 : scale == 2 ? PIXEL_ROWS : 2 * PIXEL_ROWS;
}

int bigtext_cells(const char *text, int scale)
{
    int cells = 0;

    for (; *text; text++)
        cells += (find(*text)->width + 1) * pixel_cells(scale);
    return cells > 0 ? cells - pixel_cells(scale) : 0;
}

static bool is_set(const struct pattern *p, int row, int column)
{
    return row < PIXEL_ROWS && (p->rows[row] >> (MAX_WIDTH - 1 - column) & 1);
}

/* Two rows of pixels in one of cells. */
static void draw_small(struct canvas *c, int y, int x, const struct pattern *p, struct style s)
{
    for (int row = 0; row < 3; row++)
        for (int i = 0; i < p->width; i++) {
            bool upper = is_set(p, 2 * row, i), lower = is_set(p, 2 * row + 1, i);
            const char *block = upper && lower ? "\u2588" : upper ? "\u2580" : "\u2584";
            if (upper || lower)
                canvas_text(c, y + row, x + i, 1, s, block);
        }
}

static void draw_large(struct canvas *c, int y, int x, const struct pattern *p, int scale,
                       struct style s, bool ascii)
{
    int w = pixel_cells(scale), h = scale == 2 ? 1 : 2;

    for (int row = 0; row < PIXEL_ROWS; row++)
        for (int i = 0; i < p->width; i++)
            if (is_set(p, row, i))
                canvas_fill(c, (struct rect){y + row * h, x + i * w, h, w}, ascii ? '#' : 0x2588,
                            s);
}

int bigtext_draw(struct canvas *c, int y, int x, int max_cells, int scale, struct style s,
                 const char *text, bool ascii)
{
    int used = 0, unit = pixel_cells(scale);

    if (scale == 1 && ascii) /* there are no halves of cells: digits would look alike */
        return canvas_text(c, y + 2, x, max_cells, style_bold(s), text);
    for (; *text; text++) {
        const struct pattern *p = find(*text);
        if (used + p->width * unit > max_cells)
            break;
        if (scale > 1)
            draw_large(c, y, x + used, p, scale, s, ascii);
        else
            draw_small(c, y, x + used, p, s);
        used += (p->width + 1) * unit;
    }
    return used > 0 ? used - unit : 0;
}
