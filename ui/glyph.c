/* SPDX-License-Identifier: MIT
 * glyph.c - see glyph.h. */
#include "ui/glyph.h"

static const char *const glyphs[GLYPH_COUNT][2] = {
    [GLYPH_CURSOR] = {"▸", ">"},
    [GLYPH_MARK] = {"✓", "*"},
    [GLYPH_SORT_DOWN] = {"▾", "v"},
    [GLYPH_SORT_UP] = {"▴", "^"},
    [GLYPH_MORE_LEFT] = {"‹", "<"},
    [GLYPH_MORE_RIGHT] = {"›", ">"},
    [GLYPH_INTO] = {"›", ">"},
    [GLYPH_DOT] = {"·", "-"},
    [GLYPH_DASH] = {"–", "-"},
    [GLYPH_PENDING] = {"…", "~"},
    [GLYPH_TWIN] = {"≠", "!"},
    [GLYPH_TIMES] = {"×", "x"},
    [GLYPH_BOX] = {"▮", "#"},
    [GLYPH_BAR] = {"▇", "#"},
    [GLYPH_METER_FULL] = {"━", "="},
    [GLYPH_METER_HALF] = {"╸", "-"},
    [GLYPH_METER_REST] = {"─", "."},
    [GLYPH_LEGEND] = {"■", "#"},
    [GLYPH_THIN] = {"\xe2\x80\x89", " "},

};

const char *glyph(enum glyph g, bool ascii)
{
    return glyphs[g][ascii];
}
