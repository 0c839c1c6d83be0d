/* SPDX-License-Identifier: MIT
 * glyph.c - see glyph.h. */
#include "ui/glyph.h"

static const char *const glyphs[GLYPH_COUNT][2] = {
    [GLYPH_CURSOR] = {"▸", ">"},     [GLYPH_MARK] = {"●", "*"},
    [GLYPH_SORT_DOWN] = {"▾", "v"},  [GLYPH_SORT_UP] = {"▴", "^"},
    [GLYPH_MORE_LEFT] = {"‹", "<"},  [GLYPH_MORE_RIGHT] = {"›", ">"},
    [GLYPH_INTO] = {"›", ">"},       [GLYPH_DOT] = {"·", "-"},
    [GLYPH_DASH] = {"–", "-"},       [GLYPH_TWIN] = {"≠", "!"},
    [GLYPH_DEGREE] = {"°", "C"},     [GLYPH_CROSS] = {"×", "x"},
    [GLYPH_TIMES] = {"×", "x"},      [GLYPH_BOX] = {"■", "#"},
    [GLYPH_BAR] = {"▇", "#"},        [GLYPH_METER_FULL] = {"━", "="},
    [GLYPH_METER_HALF] = {"╸", "-"}, [GLYPH_METER_REST] = {"─", "."},
    [GLYPH_ELLIPSIS] = {"…", "~"},   [GLYPH_THIN] = {"\xe2\x80\x89", " "},
    [GLYPH_RULE] = {"─", "-"},       [GLYPH_AT_MOST] = {"≤", "<="},
};

const char *glyph(enum glyph g, bool ascii)
{
    return glyphs[g][ascii];
}
