/* SPDX-License-Identifier: MIT
 * flopslook.h - how FLOPS look: the letter, the colour and the words of where a figure is from, the name of a precision,
 * and the cells of the tables that hold them.
 *
 * One figure is of one precision and one provenance; nothing here adds any two. Pure. */
#ifndef SUAN_UI_FLOPSLOOK_H
#define SUAN_UI_FLOPSLOOK_H

#include "ui/table.h"

/* "M" "E" "A" "N", "?" where nothing is known. */
const char *flops_letter(unsigned provenance);
enum role flops_role(unsigned provenance);
const char *flops_word(unsigned provenance);    /* "estimated" */
const char *flops_meaning(unsigned provenance); /* "activity of the pipes x clock x ..." */
const char *precision_word(unsigned precision); /* "FP16" */
/* "FP16 智算", in ASCII "FP16 AI": with the kind of center that counts in it. */
const char *precision_label(unsigned precision, bool ascii);
const char *precision_meaning(unsigned precision);

struct flops_value {
    bool has;           /* flops and provenance are known */
    double flops, peak; /* peak: NAN = unknown */
    uint8_t provenance;
    bool hearsay; /* some peak in it has confidence C: "~" */
    bool past;    /* it is no longer of now: faint, in brackets */
};

struct flops_value flops_of_center(const struct view_input *in, const struct center_row *r);
struct flops_value flops_of_node(const struct node_row *r);
/* A share only of what was computed or given away: a nameplate is none. */
bool flops_has_share(const struct flops_value *v);

enum { FLOPS_PAIR_CELLS = 16, FLOPS_CELLS = 9 };
/* "8.94/12.00 EF E" */
void cell_flops_of_peak(const struct table_cell *cell, const struct flops_value *v);
/* Meter in the colour of the provenance, and the percentage. */
void cell_flops_share(const struct table_cell *cell, const struct flops_value *v);
/* "622 TF E" */
void cell_flops(const struct table_cell *cell, const struct flops_value *v);

#endif
