/* SPDX-License-Identifier: MIT
 * walk.h - which rows of a snapshot the options ask for, and what their columns are called.
 *
 * Rows come in slot order, so the same snapshot gives the same bytes. Pure; thread: any. */
#ifndef SUAN_EXPORT_WALK_H
#define SUAN_EXPORT_WALK_H

#include "export/export.h"

struct walk {
    const struct snapshot *snap;
    const struct export_options *options;
    const struct intern *strings;
    struct value_ctx ctx;
};

/* The entities in the order in which every format writes them. */
extern const enum entity walk_order[ENTITY_COUNT];

struct walk walk_of(const struct snapshot *s, const struct export_options *o);
bool walk_wants(const struct walk *w, enum entity e);
/* True if the options name the entities one by one. */
bool walk_is_chosen(const struct walk *w);
/* The next row from *slot on, NULL after the last; *slot is moved past it. Start with 0. */
const void *walk_next(const struct walk *w, enum entity e, uint32_t *slot);
/* Id of the center that the row belongs to, "" if that is unknown. */
const char *walk_center_id(const struct walk *w, const struct row_head *h);
/* A source that did not answer well, for whatever reason. */
bool walk_source_is_bad(const struct source_row *s);

/* Name of a column in files, NULL if it is not written as one (center and age have their own places).
 * A derived duration gets its unit: "waited_seconds". */
const char *walk_column_name(enum entity e, unsigned column, char room[64]);

#endif
