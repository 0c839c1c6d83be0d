/* SPDX-License-Identifier: MIT
 * canvas.c - see canvas.h. Everything that becomes visible passes through put(): there unsafe code
 * points are replaced and halves of wide characters that lose their other half become blanks. */
#include "ui/canvas.h"
#include "base/text.h"
#include "base/xmem.h"
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_SIDE = 4096, ELLIPSIS = 0x2026, TEXT_MAX = 16384 };

static const struct cell blank_cell = {' ', {0, 0}, ROLE_TEXT, ROLE_BG, 0, 1};

static int clamp(int v, int low, int high)
{
    return v < low ? low : v > high ? high : v;
}

void canvas_init(struct canvas *c, int h, int w)
{
    *c = (struct canvas){.cursor_y = -1, .cursor_x = -1};
    canvas_resize(c, h, w);
}

void canvas_fini(struct canvas *c)
{
    free(c->cells);
    *c = (struct canvas){.cursor_y = -1, .cursor_x = -1};
}

void canvas_resize(struct canvas *c, int h, int w)
{
    c->h = clamp(h, 0, MAX_SIDE);
    c->w = clamp(w, 0, MAX_SIDE);
    free(c->cells);
    c->cells = xcalloc((size_t)c->h * (size_t)c->w + 1, sizeof *c->cells);
    canvas_clear(c);
}

void canvas_clear(struct canvas *c)
{
    size_t n = (size_t)c->h * (size_t)c->w;

    for (size_t i = 0; i < n; i++)
        c->cells[i] = blank_cell;
    c->cursor_y = c->cursor_x = -1;
}

struct cell *canvas_cell(struct canvas *c, int y, int x)
{
    if (y < 0 || x < 0 || y >= c->h || x >= c->w)
        return NULL;
    return &c->cells[(size_t)y * (size_t)c->w + (size_t)x];
}

static void make_blank(struct cell *cell)
{
    cell->cp = ' ';
    cell->comb[0] = cell->comb[1] = 0;
    cell->width = 1;
}

/* Whoever writes the cell at x takes it from a wide character that reaches over it. */
static void part_wide(struct canvas *c, int y, int x)
{
    struct cell *cell = canvas_cell(c, y, x), *other;

    if (!cell)
        return;
    if (cell->width == 0 && (other = canvas_cell(c, y, x - 1)) != NULL)
        make_blank(other);
    if (cell->width == 2 && (other = canvas_cell(c, y, x + 1)) != NULL)
        make_blank(other);
}

static void set_cell(struct canvas *c, int y, int x, uint32_t cp, int width, struct style s)
{
    struct cell *cell = canvas_cell(c, y, x);

    if (!cell)
        return;
    part_wide(c, y, x);
    *cell = (struct cell){cp, {0, 0}, s.fg, s.bg, s.attr, (uint8_t)width};
}

/* One code point of 1 or 2 cells. A wide one that has only one of its cells on the canvas shows
 * as a blank there. */
static void put(struct canvas *c, int y, int x, uint32_t cp, int width, struct style s)
{
    if (s.fg >= ROLE_COUNT || s.bg >= ROLE_COUNT)
        s = style_of(ROLE_TEXT);
    if (width == 2 && (x < 0 || x + 1 >= c->w)) {
        set_cell(c, y, x, ' ', 1, s);
        set_cell(c, y, x + 1, ' ', 1, s);
        return;
    }
    if (width == 2)
        set_cell(c, y, x + 1, 0, 0, s);
    set_cell(c, y, x, cp, width, s);
    if (width == 2)
        canvas_cell(c, y, x + 1)[0] = (struct cell){0, {0, 0}, s.fg, s.bg, s.attr, 0};
}

static void add_mark(struct canvas *c, int y, int x, uint32_t cp)
{
    struct cell *cell = canvas_cell(c, y, x);

    if (!cell || cell->width == 0)
        return;
    if (!cell->comb[0])
        cell->comb[0] = cp;
    else if (!cell->comb[1])
        cell->comb[1] = cp;
}

void canvas_fill(struct canvas *c, struct rect r, uint32_t cp, struct style s)
{
    int width = text_cp_cells(cp), y1 = clamp(r.y + r.h, 0, c->h), x1 = clamp(r.x + r.w, 0, c->w);

    if (width < 1) {
        cp = TEXT_REPLACEMENT;
        width = 1;
    }
    for (int y = clamp(r.y, 0, c->h); y < y1; y++) {
        int x = clamp(r.x, 0, c->w);
        for (; x + width <= x1; x += width)
            put(c, y, x, cp, width, s);
        for (; x < x1; x++)
            put(c, y, x, ' ', 1, s);
    }
}

void canvas_tint(struct canvas *c, struct rect r, enum role bg)
{
    int y1 = clamp(r.y + r.h, 0, c->h), x1 = clamp(r.x + r.w, 0, c->w);

    for (int y = clamp(r.y, 0, c->h); y < y1; y++)
        for (int x = clamp(r.x, 0, c->w); x < x1; x++)
            canvas_cell(c, y, x)->bg = (uint8_t)bg;
}

/* What a text needs while it is written: where it is, where it began and where it must end. */
struct pen {
    struct canvas *c;
    struct style s;
    int y, x, at, limit; /* at and limit count cells from x */
    int base;            /* cell of the last character, for combining marks; -1 = none */
};

/* False when it does not fit; then the text ends in an ellipsis. */
static bool pen_put(struct pen *p, uint32_t cp)
{
    int width = text_cp_cells(cp);

    if (width == 0) {
        if (p->base >= 0)
            add_mark(p->c, p->y, p->x + p->base, cp);
        return true;
    }
    if (width < 0) {
        cp = TEXT_REPLACEMENT;
        width = 1;
    }
    if (width > p->limit - p->at)
        return false;
    put(p->c, p->y, p->x + p->at, cp, width, p->s);
    p->base = p->at;
    p->at += width;
    return true;
}

/* The ellipsis stands behind the last character that leaves it a cell; p->base is that character
 * when the text filled all. */
static void pen_ellipsis(struct pen *p)
{
    if (p->limit <= 0)
        return;
    if (p->at >= p->limit)
        p->at = p->base >= 0 ? p->base : p->limit - 1;
    put(p->c, p->y, p->x + p->at++, ELLIPSIS, 1, p->s);
    int used = p->at;
    for (; p->at < p->limit; p->at++)
        put(p->c, p->y, p->x + p->at, ' ', 1, p->s);
    p->at = used;
}

static void pen_text(struct pen *p, const char *s, size_t len)
{
    struct text_scan scan = {0};
    char step[6];
    size_t n;

    for (size_t at = 0; at < len;) {
        at += text_scan_next(&scan, s + at, len - at, step, &n);
        for (size_t i = 0; i < n;) {
            uint32_t cp;
            i += text_decode(step + i, n - i, &cp);
            if (!pen_put(p, cp)) {
                pen_ellipsis(p);
                return;
            }
        }
    }
}

int canvas_text(struct canvas *c, int y, int x, int max_cells, struct style s, const char *utf8)
{
    struct pen p = {c, s, y, x, 0, c->w - x, -1};

    if (max_cells >= 0 && max_cells < p.limit)
        p.limit = max_cells;
    if (y < 0 || y >= c->h || p.limit <= 0)
        return 0;
    pen_text(&p, utf8, strlen(utf8));
    return p.at;
}

int canvas_textf(struct canvas *c, int y, int x, int max_cells, struct style s, const char *fmt,
                 ...)
{
    struct buf text;
    va_list ap;

    buf_init(&text, TEXT_MAX);
    va_start(ap, fmt);
    buf_vaddf(&text, fmt, ap);
    va_end(ap);
    int used = canvas_text(c, y, x, max_cells, s, text.data);
    buf_fini(&text);
    return used;
}

int canvas_text_right(struct canvas *c, int y, int x_end, int max_cells, struct style s,
                      const char *utf8)
{
    int room = max_cells >= 0 && max_cells < x_end ? max_cells : x_end, used;

    if (room <= 0)
        return 0;
    size_t len = text_prefix(utf8, room, &used);
    return canvas_text(c, y, x_end - (utf8[len] ? room : used), room, s, utf8);
}

void canvas_hline(struct canvas *c, int y, int x, int w, struct style s)
{
    canvas_fill(c, (struct rect){y, x, 1, w}, 0x2500, s);
}

void canvas_vline(struct canvas *c, int y, int x, int h, struct style s)
{
    canvas_fill(c, (struct rect){y, x, h, 1}, 0x2502, s);
}

/* Letters of a dump: what a person would guess. Backgrounds are capitals where they have a
 * foreground of the same name. */
static const char role_letters[ROLE_COUNT] = {
    [ROLE_TEXT] = 't',     [ROLE_BG] = '.',        [ROLE_BRIGHT] = 'b',   [ROLE_DIM] = 'd',
    [ROLE_FAINT] = 'f',    [ROLE_BAR] = '=',       [ROLE_LINE] = '-',     [ROLE_SELECTION] = 'S',
    [ROLE_SELECTED] = 's', [ROLE_BRAND] = 'n',     [ROLE_KEY] = 'k',      [ROLE_ACT] = 'a',
    [ROLE_OK] = 'o',       [ROLE_WARN] = 'w',      [ROLE_WARN_BG] = 'W',  [ROLE_CRIT] = 'c',
    [ROLE_CRIT_BG] = 'C',  [ROLE_ESTIMATED] = 'E', [ROLE_MEASURED] = 'M', [ROLE_ALLOCATED] = 'A',
    [ROLE_MARK] = 'm',     [ROLE_HEAT0] = '0',     [ROLE_HEAT1] = '1',    [ROLE_HEAT2] = '2',
    [ROLE_HEAT3] = '3',    [ROLE_HEAT4] = '4',     [ROLE_HEAT5] = '5',    [ROLE_HEAT6] = '6',
    [ROLE_HEAT7] = '7',    [ROLE_HEAT8] = '8',     [ROLE_HEAT9] = '9',
};

static char fg_letter(const struct cell *cell)
{
    return cell->cp == ' ' || cell->width == 0 ? ' ' : role_letters[cell->fg];
}

static char bg_letter(const struct cell *cell)
{
    return cell->bg == ROLE_BG ? ' ' : role_letters[cell->bg];
}

/* B bold, d dim, u underlined, r reversed, x struck out, * several. */
static char attr_letter(const struct cell *cell)
{
    switch (cell->attr) {
    case 0:
        return ' ';
    case ATTR_BOLD:
        return 'B';
    case ATTR_DIM:
        return 'd';
    case ATTR_UNDERLINE:
        return 'u';
    case ATTR_REVERSE:
        return 'r';
    case ATTR_STRIKE:
        return 'x';
    default:
        return '*';
    }
}

static void end_line(struct buf *out, size_t start)
{
    size_t len = out->len;

    while (len > start && out->data[len - 1] == ' ')
        len--;
    buf_truncate(out, len);
    buf_addc(out, '\n');
}

static void dump_cell(const struct cell *cell, struct buf *out)
{
    char utf8[4];

    if (cell->width == 0)
        return;
    buf_add(out, utf8, text_encode(cell->cp, utf8));
    for (int i = 0; i < 2 && cell->comb[i]; i++)
        buf_add(out, utf8, text_encode(cell->comb[i], utf8));
}

static void dump_letters(const struct canvas *c, struct buf *out, const char *title,
                         char (*letter)(const struct cell *))
{
    buf_addf(out, "--- %s\n", title);
    for (int y = 0; y < c->h; y++) {
        size_t start = out->len;
        for (int x = 0; x < c->w; x++)
            buf_addc(out, letter(&c->cells[(size_t)y * (size_t)c->w + (size_t)x]));
        end_line(out, start);
    }
}

void canvas_dump(const struct canvas *c, struct buf *out, bool attrs)
{
    for (int y = 0; y < c->h; y++) {
        size_t start = out->len;
        for (int x = 0; x < c->w; x++)
            dump_cell(&c->cells[(size_t)y * (size_t)c->w + (size_t)x], out);
        end_line(out, start);
    }
    if (!attrs)
        return;
    dump_letters(c, out, "foreground", fg_letter);
    dump_letters(c, out, "background", bg_letter);
    dump_letters(c, out, "attributes", attr_letter);
}

struct ascii_map {
    uint32_t first, last;
    char as;
};

/* What stands for the glyphs that suantop draws with; names of things are left as they are. */
static const struct ascii_map ascii_maps[] = {
    {0x00B7, 0x00B7, '.'}, {0x00B0, 0x00B0, '\''}, {0x00D7, 0x00D7, 'x'}, {0x2009, 0x2009, ' '},
    {0x202F, 0x202F, ' '}, {0x00A0, 0x00A0, ' '},  {0x2013, 0x2014, '-'}, {0x2026, 0x2026, '~'},
    {0x203A, 0x203A, '>'}, {0x2039, 0x2039, '<'},  {0x2190, 0x2190, '<'}, {0x2191, 0x2191, '^'},
    {0x2192, 0x2192, '>'}, {0x2193, 0x2193, 'v'},  {0x2260, 0x2260, '#'}, {0x2264, 0x2264, '<'},
    {0x2265, 0x2265, '>'}, {0x2500, 0x2500, '-'},  {0x2501, 0x2501, '='}, {0x2502, 0x2503, '|'},
    {0x2504, 0x250B, '-'}, {0x250C, 0x254B, '+'},  {0x2550, 0x2550, '='}, {0x2551, 0x2551, '|'},
    {0x2552, 0x2570, '+'}, {0x2574, 0x2574, '-'},  {0x2576, 0x2576, '-'}, {0x2578, 0x2578, '='},
    {0x257A, 0x257A, '='}, {0x2580, 0x2580, '"'},  {0x2581, 0x2581, '_'}, {0x2582, 0x2582, '.'},
    {0x2583, 0x2583, '-'}, {0x2584, 0x2584, 'o'},  {0x2585, 0x2585, '+'}, {0x2586, 0x2586, '*'},
    {0x2587, 0x2588, '#'}, {0x2589, 0x258F, '|'},  {0x2590, 0x2590, '|'}, {0x2591, 0x2591, '.'},
    {0x2592, 0x2592, ':'}, {0x2593, 0x2593, '#'},  {0x25A0, 0x25A0, '#'}, {0x25A1, 0x25A1, '.'},
    {0x25B2, 0x25B5, '^'}, {0x25B6, 0x25B9, '>'},  {0x25BC, 0x25BF, 'v'}, {0x25C0, 0x25C3, '<'},
    {0x25CF, 0x25CF, '*'}, {0x25CB, 0x25CC, 'o'},  {0x2713, 0x2714, '+'}, {0x2715, 0x2718, 'x'},
    {0x2800, 0x28FF, ':'},
};

void canvas_ascii(struct canvas *c)
{
    size_t n = (size_t)c->h * (size_t)c->w;

    for (size_t i = 0; i < n; i++)
        for (size_t m = 0; c->cells[i].cp > 0x7E && m < ARRAY_LEN(ascii_maps); m++)
            if (c->cells[i].cp >= ascii_maps[m].first && c->cells[i].cp <= ascii_maps[m].last)
                c->cells[i].cp = (uint32_t)ascii_maps[m].as;
}
