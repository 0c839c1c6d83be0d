/* SPDX-License-Identifier: MIT
 * palette.h - from roles to what a terminal can show: 24-bit, 256 or 16 colours, or attributes only.
 *
 * Each depth is a design of its own, not a bad copy of the one above: 256 colours are chosen by perceived
 * distance and kept apart where a difference carries structure; 16 colours and mono have their own table. Pure. */
#ifndef SUAN_UI_PALETTE_H
#define SUAN_UI_PALETTE_H

#include "ui/theme.h"

enum depth { DEPTH_MONO, DEPTH_16, DEPTH_256, DEPTH_24BIT };

struct palette {
    enum depth depth;
    int terminal_colours;      /* 8 on old consoles: bright ones are then made by bold */
    int32_t value[ROLE_COUNT]; /* 256: index; 24-bit: RGB; THEME_TERMINAL = the terminal's own */
    uint64_t pale_on[3];       /* roles that cannot be read on SELECTION, WARN_BG, CRIT_BG */
};

struct look {
    int32_t fg, bg;
    unsigned attr;
}; /* colours as the terminal counts them, ATTR_* */

/* asked: "auto" "24bit" "256" "16" "none" (NULL = auto). colours: what terminfo says; direct: it can do RGB.
 * The environment's NO_COLOR only matters for auto. */
enum depth depth_choose(const char *asked, int colours, bool direct, const char *no_color);
/* False for a word that is no depth. */
bool depth_word_ok(const char *asked);
void palette_build(struct palette *p, const struct theme *t, enum depth depth,
                   int terminal_colours);
struct look palette_look(const struct palette *p, const struct cell *cell);
/* Nearest of the 240 fixed colours 16..255, in a perceptual space; `other_than` is left out (-1 = none). */
int palette_nearest_256(int32_t rgb, int other_than, double lightness);

#endif
