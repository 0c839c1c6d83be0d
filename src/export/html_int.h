/* SPDX-License-Identifier: MIT
 * html_int.h - the parts of the HTML page, for html*.c only. */
#ifndef SUAN_EXPORT_HTML_INT_H
#define SUAN_EXPORT_HTML_INT_H

#include "export/stream.h"
#include "export/walk.h"

struct html {
    struct stream out;
    const struct walk *walk;
    struct buf cell; /* a value being written */
};

/* Text from anywhere: what HTML would take for markup is escaped. */
void html_text(struct html *h, const char *text);
void html_number(struct html *h, double v, enum field_unit unit);

extern const char html_style[]; /* the style sheet */

void html_verdict(struct html *h);
void html_flops(struct html *h);
void html_figures(struct html *h);
void html_errors(struct html *h);
void html_tables(struct html *h);

#endif
