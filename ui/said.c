/* SPDX-License-Identifier: MIT
 * said.c - see said.h. */
#include "ui/said.h"
#include "base/sentence.h"
#include "base/text.h"
#include "ui/cells.h"

enum { KEPT = 8 };

const char *said(const char *english)
{
    static char kept[KEPT][SENTENCE_MAX];
    static unsigned next;

    next = (next + 1) % KEPT;
    return sentence_text(english, kept[next], sizeof kept[next]);
}

const char *said_string(const struct view_input *in, strid id)
{
    return said(cell_string(in, id));
}

int said_cells(const struct view_input *in, strid id)
{
    return text_cells(said_string(in, id));
}
