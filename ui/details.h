/* SPDX-License-Identifier: MIT
 * details.h - everything known about one row, as text for the pager: each field with its unit, its age,
 * its source and what it means. Pure. */
#ifndef SUAN_UI_DETAILS_H
#define SUAN_UI_DETAILS_H

#include "ui/view.h"

/* A value in words, with its unit. */
void details_value(const struct view_input *in, const struct field *f, const struct value *v,
                   struct buf *out);
/* Appends a title line and the fields; for a center its sources, reservations and licences as well. */
void details_text(const struct view_input *in, enum entity e, const void *row, struct buf *out);
/* A small table of rows: `fields` are column names, NULL-terminated; what nobody has is left out. */
void details_rows(const struct view_input *in, enum entity e, const char *title,
                  const char *const *fields, const uint32_t *slots, int count, struct buf *out);

#endif
