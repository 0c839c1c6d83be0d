/* SPDX-License-Identifier: MIT
 * cells.h - what stands in the cells of the tables: figures, words, meters, each aged as its row is.
 *
 * Absent is a faint "?", "there is none here" a faint dash, and zero of something bad is faint.
 * Pure drawing. */
#ifndef SUAN_UI_CELLS_H
#define SUAN_UI_CELLS_H

#include "ui/table.h"
#include "model/fields.h"

const char *cell_string(const struct view_input *in, strid id); /* clean text of an id */

/* Text at the side where the column's title stands; a lost row shows "?". */
void cell_text(const struct table_cell *cell, struct style s, const char *text);
/* The same for a value that telemetry writes: aged by its own group. */
void cell_text_aged(const struct table_cell *cell, struct style s, const char *text,
                    enum freshness age);
void cell_absent(const struct table_cell *cell);
void cell_dash(const struct table_cell *cell);
/* A name: never replaced by age, with a mark if a twin of it exists. */
void cell_name(const struct table_cell *cell, struct style s, const char *text);
void cell_count(const struct table_cell *cell, struct style s, bool has, double v);
void cell_bad(const struct table_cell *cell, enum role role, bool has, double v);
void cell_decimal(const struct table_cell *cell, struct style s, bool has, double v, int decimals);
/* "12/64", the slash aligned down the column. */
void cell_used(const struct table_cell *cell, bool has_used, double used, bool has_total,
               double total);
int cell_measure_used(const struct view_input *in, bool has_total, double total);
/* Thin meter and percentage; only the percentage where there is little room. */
void cell_meter(const struct table_cell *cell, bool has, double share, enum role role);
/* Bytes: "5.59M". */
void cell_size(const struct table_cell *cell, bool has, double v);
/* Whole GPU-hours, with a ~ if they are an estimate; more than none but less than one is "<1". */
void cell_hours(const struct table_cell *cell, struct style s, bool has, double v, bool estimated);
void cell_duration(const struct table_cell *cell, struct style s, bool has, int64_t ms);
/* Local time; with the day when it is not today's. */
void cell_time(const struct table_cell *cell, struct style s, bool has, wall_ms t);
void cell_row_age(const struct table_cell *cell); /* AGE column: how old the row is */
void cell_temperature(const struct table_cell *cell, bool has, double v, double limit,
                      enum freshness age);
void cell_center(const struct table_cell *cell);                    /* name of the row's center */
void cell_center_in(const struct table_cell *cell, struct style s); /* in that style */

/* As value_text, with words in the reader's language. */
void cell_value(const struct view_input *in, const struct field *f, const struct value *v,
                struct buf *out);
/* The word of an ENUM in the reader's language; FIGURE_ABSENT where it is none. */
const char *cell_word(enum entity e, int field, unsigned value);

int cell_measure(const struct view_input *in, strid id); /* cells of a string */
int cell_measure_count(const struct view_input *in, bool has, double v);
int cell_measure_time(const struct view_input *in, bool has, wall_ms t);
int cell_measure_center(const struct view_input *in, const void *row);
/* Rows of several centers may stand together here. */
bool cell_many_centers(const struct view_input *in);
const char *cell_center_name(const struct view_input *in, uint16_t center);
/* A center's name for so many cells: one that is too long, and begins there as another's does, is shortened within what both
 * share, so that they can be told apart; all else, which may still be too long, comes back as it is. */
enum { CENTER_SHORT_MAX = 256 };
const char *cell_center_short(const struct view_input *in, const char *name, int cells,
                              char out[CENTER_SHORT_MAX]);

/* A column's two functions for a STR or LIST member of a row, with what gives its text or its width; a dash for none. */
#define MEASURE_BY(measure, entity, member)                                                        \
    static int measure_##member(const struct view_input *in, const void *row)                      \
    {                                                                                              \
        const struct entity##_row *r = row;                                                        \
        return row_has(r, entity, member) ? measure(in, row_str(r, entity, member)) : 0;           \
    }
#define PAINT_BY(text, entity, member, role)                                                       \
    static void paint_##member(const struct table_cell *cell)                                      \
    {                                                                                              \
        const struct entity##_row *r = cell->row;                                                  \
        if (!row_has(r, entity, member))                                                           \
            cell_dash(cell);                                                                       \
        else                                                                                       \
            cell_text(cell, style_of(role), text(cell->in, row_str(r, entity, member)));           \
    }
/* paint_user and measure_user: CELL_STR(job, user, ROLE_TEXT); measure_user alone: MEASURE_STR(job, user). */
#define MEASURE_STR(entity, member) MEASURE_BY(cell_measure, entity, member)
#define CELL_STR(entity, member, role)                                                             \
    PAINT_BY(cell_string, entity, member, role)                                                    \
    MEASURE_STR(entity, member)
/* Paints a NUM member as a whole number. */
#define CELL_COUNT(entity, member, role)                                                           \
    static void paint_##member(const struct table_cell *cell)                                      \
    {                                                                                              \
        const struct entity##_row *r = cell->row;                                                  \
        cell_count(cell, style_of(role), row_has(r, entity, member), r->member);                   \
    }
/* Paints a TIME member. */
#define CELL_TIME(entity, member, role)                                                            \
    static void paint_##member(const struct table_cell *cell)                                      \
    {                                                                                              \
        const struct entity##_row *r = cell->row;                                                  \
        if (row_has(r, entity, member))                                                            \
            cell_time(cell, style_of(role), true, row_time(r, entity, member));                    \
        else                                                                                       \
            cell_dash(cell);                                                                       \
    }                                                                                              \
    static int measure_##member(const struct view_input *in, const void *row)                      \
    {                                                                                              \
        const struct entity##_row *r = row;                                                        \
        return cell_measure_time(in, row_has(r, entity, member), row_time(r, entity, member));     \
    }
/* A NUM member of which zero is best. */
#define CELL_BAD(entity, member, role)                                                             \
    static void paint_##member(const struct table_cell *cell)                                      \
    {                                                                                              \
        const struct entity##_row *r = cell->row;                                                  \
        cell_bad(cell, role, row_has(r, entity, member), row_num(r, entity, member));              \
    }

#endif
