/* SPDX-License-Identifier: MIT
 * glyph.h - the signs that the screen is made of, each with its ASCII stand-in.
 *
 * All of them are one cell wide everywhere (nothing with an emoji form). Pure. */
#ifndef SUAN_UI_GLYPH_H
#define SUAN_UI_GLYPH_H

#include <stdbool.h>

enum glyph {
    GLYPH_CURSOR,     /* before the selected row */
    GLYPH_MARK,       /* before a marked row */
    GLYPH_SORT_DOWN,  /* largest first */
    GLYPH_SORT_UP,    /* smallest first */
    GLYPH_MORE_LEFT,  /* columns hidden on this side */
    GLYPH_MORE_RIGHT, /* columns hidden on this side */
    GLYPH_INTO,       /* between the steps of a drill-down */
    GLYPH_DOT,        /* between phrases */
    GLYPH_DASH,       /* there is no such thing here (not: unknown) */
    GLYPH_PENDING,    /* before a row that waits to be confirmed */
    GLYPH_TWIN,       /* looks like another row but is not the same */
    GLYPH_TIMES,      /* how many */
    GLYPH_BOX,        /* one device */
    GLYPH_BAR,        /* a cell of a solid bar; leaves a sliver free above */
    GLYPH_METER_FULL, /* thin meter: a whole cell */
    GLYPH_METER_HALF, /* its last half cell */
    GLYPH_METER_REST, /* its track */
    GLYPH_LEGEND,     /* before a word, in the colour that it names */
    GLYPH_THIN,       /* space between groups of three digits */
    GLYPH_COUNT
};

const char *glyph(enum glyph g, bool ascii);

#endif
