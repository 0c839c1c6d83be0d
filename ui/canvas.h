/* SPDX-License-Identifier: MIT
 * canvas.h - a grid of cells that views draw into; term shows it, tests print it.
 *
 * A cell holds one code point (and at most two combining marks), a foreground and a background role and
 * attributes; a wide character owns the cell to its right (width 0 there). Nothing here knows a terminal.
 * All drawing is clipped to the canvas and to the given width; text must be clean (base/text.h), and what is
 * not clean is replaced on the way in, so a canvas can never hold an escape. Pure; owner: whoever made it. */
#ifndef SUAN_UI_CANVAS_H
#define SUAN_UI_CANVAS_H

#include "base/buf.h"
#include <stdbool.h>
#include <stdint.h>

enum role {
#define ROLE(ID, key, rgb, help) ROLE_##ID,
#include "ui/roles.def"
#undef ROLE
    ROLE_COUNT
};

#define ATTR_BOLD 0x1u
#define ATTR_DIM 0x2u
#define ATTR_UNDERLINE 0x4u
#define ATTR_REVERSE 0x8u
#define ATTR_STRIKE 0x10u
#define ATTR_BLINK 0x20u

struct style {
    uint8_t fg, bg, attr;
};
static inline struct style style_of(enum role fg)
{
    return (struct style){(uint8_t)fg, ROLE_BG, 0};
}
static inline struct style style_on(enum role fg, enum role bg)
{
    return (struct style){(uint8_t)fg, (uint8_t)bg, 0};
}
static inline struct style style_bold(struct style s)
{
    s.attr |= ATTR_BOLD;
    return s;
}

struct cell {
    uint32_t cp;
    uint32_t comb[2];
    uint8_t fg, bg, attr, width;
};
struct rect {
    int y, x, h, w;
};

struct canvas {
    int h, w;
    struct cell *cells;     /* row-major */
    int cursor_y, cursor_x; /* where a text cursor is to be shown; -1 = hidden */
};

void canvas_init(struct canvas *c, int h, int w);
void canvas_fini(struct canvas *c);
void canvas_resize(struct canvas *c, int h, int w); /* contents cleared */
void canvas_clear(struct canvas *c);
struct cell *canvas_cell(struct canvas *c, int y, int x); /* NULL outside */
void canvas_fill(struct canvas *c, struct rect r, uint32_t cp, struct style s);
/* Background (and attributes with attr_too) of a region, contents kept: selection bars. */
void canvas_tint(struct canvas *c, struct rect r, enum role bg);
/* Text from (y,x), at most max_cells wide (-1 = to the edge); longer text ends in an ellipsis. Returns cells used. */
int canvas_text(struct canvas *c, int y, int x, int max_cells, struct style s, const char *utf8);
int canvas_textf(struct canvas *c, int y, int x, int max_cells, struct style s, const char *fmt,
                 ...) __attribute__((format(printf, 6, 7)));
/* Right-aligned so that it ends before x_end. */
int canvas_text_right(struct canvas *c, int y, int x_end, int max_cells, struct style s,
                      const char *utf8);
void canvas_hline(struct canvas *c, int y, int x, int w, struct style s);
void canvas_vline(struct canvas *c, int y, int x, int h, struct style s);

/* The screen as text lines, trailing blanks trimmed, and (attrs) a second block that gives each cell's role letter:
 * golden files that a person can read. */
void canvas_dump(const struct canvas *c, struct buf *out, bool attrs);

/* Replace the glyphs that suantop draws with (bars, lines, arrows) by ASCII ones; names stay as they are. */
void canvas_ascii(struct canvas *c);

#endif
