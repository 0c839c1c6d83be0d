/* SPDX-License-Identifier: MIT
 * palette.c - see palette.h. */
#include "ui/palette.h"
#include "base/xmem.h"
#include "ui/colour.h"
#include <string.h>

enum { BLACK, RED, GREEN, YELLOW, BLUE, MAGENTA, CYAN, WHITE, GREY, LIGHT = 8 };

/* 16 colours: the user's own palette, so only what a colour is called counts. The background stays
 * the terminal's. */
struct plain {
    int8_t colour; /* -1 = the terminal's own */
    uint8_t attr;
};

static const struct plain plain16[ROLE_COUNT] = {
    [ROLE_TEXT] = {-1, 0},
    [ROLE_BG] = {-1, 0},
    [ROLE_BRIGHT] = {-1, ATTR_BOLD},
    [ROLE_DIM] = {-1, 0},
    [ROLE_FAINT] = {GREY, 0},
    [ROLE_BAR] = {-1, 0},
    [ROLE_LINE] = {GREY, 0},
    [ROLE_SELECTION] = {BLUE, 0},
    [ROLE_SELECTED] = {LIGHT + WHITE, ATTR_BOLD},
    [ROLE_BRAND] = {CYAN, 0},
    [ROLE_KEY] = {LIGHT + BLUE, 0},
    [ROLE_ACT] = {YELLOW, 0},
    [ROLE_OK] = {GREEN, 0},
    [ROLE_WARN] = {YELLOW, 0},
    [ROLE_WARN_BG] = {YELLOW, 0},
    [ROLE_CRIT] = {LIGHT + RED, 0},
    [ROLE_CRIT_BG] = {RED, 0},
    [ROLE_ESTIMATED] = {CYAN, 0},
    [ROLE_MEASURED] = {LIGHT + BLUE, 0},
    [ROLE_ALLOCATED] = {MAGENTA, 0},
    [ROLE_MARK] = {YELLOW, ATTR_BOLD},
    [ROLE_HEAT0] = {BLUE, 0},
    [ROLE_HEAT1] = {LIGHT + BLUE, 0},
    [ROLE_HEAT2] = {CYAN, 0},
    [ROLE_HEAT3] = {GREEN, 0},
    [ROLE_HEAT4] = {LIGHT + GREEN, 0},
    [ROLE_HEAT5] = {LIGHT + YELLOW, 0},
    [ROLE_HEAT6] = {YELLOW, 0},
    [ROLE_HEAT7] = {LIGHT + RED, 0},
    [ROLE_HEAT8] = {RED, 0},
    [ROLE_HEAT9] = {LIGHT + MAGENTA, 0},
};

/* Mono: what a colour says is said by attributes. As a foreground, and as a background. */
static const struct {
    uint8_t fg, bg;
} mono[ROLE_COUNT] = {
    [ROLE_BRIGHT] = {ATTR_BOLD, 0},
    [ROLE_FAINT] = {ATTR_DIM, 0},
    [ROLE_LINE] = {ATTR_DIM, 0},
    [ROLE_SELECTION] = {0, ATTR_REVERSE},
    [ROLE_BRAND] = {ATTR_BOLD, ATTR_REVERSE},
    [ROLE_KEY] = {ATTR_BOLD, 0},
    [ROLE_ACT] = {ATTR_BOLD | ATTR_UNDERLINE, 0},
    [ROLE_WARN] = {ATTR_BOLD, 0},
    [ROLE_WARN_BG] = {0, ATTR_REVERSE},
    [ROLE_CRIT] = {ATTR_BOLD | ATTR_UNDERLINE, 0},
    [ROLE_CRIT_BG] = {0, ATTR_REVERSE | ATTR_BOLD},
    [ROLE_MARK] = {ATTR_BOLD, ATTR_REVERSE},
    [ROLE_HEAT7] = {ATTR_BOLD, 0},
    [ROLE_HEAT8] = {ATTR_BOLD, 0},
    [ROLE_HEAT9] = {ATTR_BOLD | ATTR_UNDERLINE, 0},
};

static const char *const depth_words[] = {"auto", "24bit", "256", "16", "none"};

bool depth_word_ok(const char *asked)
{
    for (size_t i = 0; asked && i < ARRAY_LEN(depth_words); i++)
        if (strcmp(asked, depth_words[i]) == 0)
            return true;
    return asked == NULL;
}

enum depth depth_choose(const char *asked, int colours, bool direct, const char *no_color)
{
    bool automatic = !asked || strcmp(asked, "auto") == 0;
    enum depth able = colours < 8 ? DEPTH_MONO : colours < 256 ? DEPTH_16 : DEPTH_256;
    enum depth want = DEPTH_24BIT;

    if (direct)
        able = DEPTH_24BIT;
    if (automatic)
        return no_color && *no_color ? DEPTH_MONO : able;
    if (strcmp(asked, "none") == 0)
        want = DEPTH_MONO;
    else if (strcmp(asked, "16") == 0)
        want = DEPTH_16;
    else if (strcmp(asked, "256") == 0)
        want = DEPTH_256;
    return want < able ? want : able;
}

static int32_t cube_rgb(int index)
{
    static const int32_t levels[] = {0, 95, 135, 175, 215, 255};

    if (index >= 232)
        return (8 + (index - 232) * 10) * 0x10101;
    index -= 16;
    return levels[index / 36] << 16 | levels[index / 6 % 6] << 8 | levels[index % 6];
}

/* Where the colours of the cube lie; worked out once, since each theme looks all of them up for each role. */
static const struct colour_lab *cube_labs(void)
{
    static struct colour_lab labs[256];
    static bool known;

    for (int i = 16; !known && i < 256; i++)
        labs[i] = colour_lab(cube_rgb(i));
    known = true;
    return labs;
}

int palette_nearest_256(int32_t rgb, int other_than, double lightness)
{
    const struct colour_lab *labs = cube_labs(), wanted = colour_lab(rgb);
    int best = -1;
    double best_distance = 0;

    for (int i = 16; i < 256; i++) {
        double d = colour_distance(wanted, labs[i], lightness);
        if (i != other_than && (best < 0 || d < best_distance)) {
            best = i;
            best_distance = d;
        }
    }
    return best;
}

/* Backgrounds that structure the screen must not fall together with the ground, and those that mean
 * something keep their hue: the cube has few dark colours, so they may become lighter. Steps of the
 * heat scale that follow each other differ. */
static int32_t value_256(const struct theme *t, enum role r, int32_t other_than)
{
    bool chip = r == ROLE_SELECTION || r == ROLE_WARN_BG || r == ROLE_CRIT_BG;
    bool apart = chip || r == ROLE_BAR || r == ROLE_LINE || (r > ROLE_HEAT0 && r <= ROLE_HEAT9);

    if (t->rgb[r] < 0)
        return THEME_TERMINAL;
    if (t->rgb[r] == t->rgb[ROLE_BG])
        apart = false;
    return palette_nearest_256(t->rgb[r], apart ? (int)other_than : -1, chip ? 0.06 : 1);
}

/* Backgrounds that a whole row or chip of any text may stand on. */
static const enum role grounds[] = {ROLE_SELECTION, ROLE_WARN_BG, ROLE_CRIT_BG};

static int32_t rgb_of(const struct palette *p, enum role r)
{
    return p->depth == DEPTH_256 && p->value[r] >= 0 ? cube_rgb(p->value[r]) : p->value[r];
}

static uint64_t pale_roles(const struct palette *p, enum role ground)
{
    double least = ground == ROLE_SELECTION ? 2.4 : 4.0;
    int32_t bg = rgb_of(p, ground);
    uint64_t pale = 0;

    for (int r = 0; r < ROLE_COUNT; r++) {
        int32_t fg = rgb_of(p, (enum role)r);
        if (fg >= 0 && bg >= 0 && colour_contrast(fg, bg) < least)
            pale |= UINT64_C(1) << r;
    }
    return pale;
}

void palette_build(struct palette *p, const struct theme *t, enum depth depth, int terminal_colours)
{
    *p = (struct palette){.depth = t->mono ? DEPTH_MONO : depth,
                          .terminal_colours = terminal_colours};
    int32_t ground = value_256(t, ROLE_BG, -1);
    for (int r = 0; r < ROLE_COUNT; r++) {
        if (p->depth == DEPTH_24BIT)
            p->value[r] = t->rgb[r];
        else if (p->depth == DEPTH_256)
            p->value[r] = value_256(t, (enum role)r,
                                    r > ROLE_HEAT0 && r <= ROLE_HEAT9 ? p->value[r - 1] : ground);
        else
            p->value[r] = THEME_TERMINAL;
    }
    for (size_t i = 0; i < ARRAY_LEN(grounds) && p->depth >= DEPTH_256; i++)
        p->pale_on[i] = pale_roles(p, grounds[i]);
}

static struct look look_mono(const struct cell *cell)
{
    unsigned attr = cell->attr ^ mono[cell->bg].bg;

    /* On a reversed chip the words are bold at most: dim or underlined ones are hard to read. */
    attr |= mono[cell->bg].bg & ATTR_REVERSE ? mono[cell->fg].fg & ATTR_BOLD : mono[cell->fg].fg;
    return (struct look){THEME_TERMINAL, THEME_TERMINAL, attr};
}

/* A foreground that can be read on a coloured background of 16. */
static int ink16(int fg, int bg)
{
    switch (bg) {
    case -1:
        return fg;
    case YELLOW:
    case CYAN:
        return BLACK;
    case BLUE:
        return fg == YELLOW ? LIGHT + YELLOW : LIGHT + WHITE;
    default:
        return LIGHT + WHITE;
    }
}

static struct look look_16(const struct palette *p, const struct cell *cell)
{
    struct plain fg = plain16[cell->fg], bg = plain16[cell->bg];
    bool heat = cell->bg >= ROLE_HEAT0 && cell->bg <= ROLE_HEAT9;
    struct look out = {fg.colour, bg.colour, cell->attr | fg.attr};

    if (!heat)
        out.fg = ink16(fg.colour, bg.colour);
    if (p->terminal_colours >= 16)
        return out;
    if (out.fg >= LIGHT) {
        out.fg -= LIGHT;
        /* Grey is bold black; a bold name would lose its difference from the others. */
        out.attr |= ATTR_BOLD;
    }
    if (out.bg >= LIGHT)
        out.bg -= LIGHT;
    return out;
}

/* What stands in for a role that cannot be read where it is: quiet ones stay quiet. */
static enum role readable_role(enum role fg)
{
    return fg == ROLE_FAINT || fg == ROLE_LINE ? ROLE_DIM : ROLE_SELECTED;
}

struct look palette_look(const struct palette *p, const struct cell *cell)
{
    if (p->depth == DEPTH_MONO)
        return look_mono(cell);
    if (p->depth == DEPTH_16)
        return look_16(p, cell);
    struct look out = {p->value[cell->fg], p->value[cell->bg], cell->attr};
    for (size_t i = 0; i < ARRAY_LEN(grounds); i++)
        if (cell->bg == grounds[i] && p->pale_on[i] >> cell->fg & 1)
            out.fg = p->value[readable_role((enum role)cell->fg)];
    /* Text in the colour of the ground (the current tab) needs a colour even where the ground has none. */
    if (cell->fg == ROLE_BG && out.fg == THEME_TERMINAL)
        out.fg = p->depth == DEPTH_256 ? 16 : 0x000000;
    return out;
}
