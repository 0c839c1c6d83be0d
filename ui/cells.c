/* SPDX-License-Identifier: MIT
 * cells.c - see cells.h. */
#include "ui/cells.h"
#include "base/i18n.h"
#include "model/value_said.h"
#include "ui/chart.h"
#include "ui/glyph.h"
#include "base/text.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { PERCENT_CELLS = 4, METER_MIN = 4 };

const char *cell_string(const struct view_input *in, strid id)
{
    return intern_text(snapshot_strings(in->snap), id);
}

void cell_value(const struct view_input *in, const struct field *f, const struct value *v,
                struct buf *out)
{
    value_said(&in->ctx, f, v, out);
}

const char *cell_word(enum entity e, int field, unsigned value)
{
    const struct field *f = column_info(e, (unsigned)field);
    unsigned count = 0;

    while (f->words[count])
        count++;
    return value < count ? i18n_either(f->id, f->words[value]) : FIGURE_ABSENT;
}

static void put(const struct table_cell *cell, struct style s, const char *text)
{
    if (cell->column->right)
        canvas_text_right(cell->c, cell->y, cell->x + cell->w, cell->w, s, text);
    else
        canvas_text(cell->c, cell->y, cell->x, cell->w, s, text);
}

void cell_text_aged(const struct table_cell *cell, struct style s, const char *text,
                    enum freshness age)
{
    if (age == AGE_LOST)
        cell_absent(cell);
    else
        put(cell, figure_aged(s, age), text);
}

void cell_text(const struct table_cell *cell, struct style s, const char *text)
{
    cell_text_aged(cell, s, text, cell->age);
}

void cell_absent(const struct table_cell *cell)
{
    put(cell, style_of(ROLE_FAINT), FIGURE_ABSENT);
}

void cell_dash(const struct table_cell *cell)
{
    put(cell, style_of(ROLE_FAINT), glyph(GLYPH_DASH, cell->in->ascii));
}

void cell_name(const struct table_cell *cell, struct style s, const char *text)
{
    bool twin = (row_head_of(cell->row)->flags & ROW_TWIN) != 0;
    int w = cell->w - (twin && cell->w > 2 ? 2 : 0);

    if (cell->age == AGE_LOST)
        s = style_of(ROLE_FAINT);
    else
        s = figure_aged(s, cell->age > AGE_STALE ? AGE_STALE : cell->age);
    int used = canvas_text(cell->c, cell->y, cell->x, w, s, text);
    if (w < cell->w)
        canvas_text(cell->c, cell->y, cell->x + used + 1, 1, style_of(ROLE_WARN),
                    glyph(GLYPH_TWIN, cell->in->ascii));
}

void cell_count(const struct table_cell *cell, struct style s, bool has, double v)
{
    char text[FIGURE_MAX];

    if (!has) {
        cell_absent(cell);
        return;
    }
    figure_fit(text, v, cell->w, cell->in->ascii);
    cell_text(cell, s, text);
}

void cell_bad(const struct table_cell *cell, enum role role, bool has, double v)
{
    cell_count(cell, style_of(v > 0 ? role : ROLE_FAINT), has, v);
}

void cell_decimal(const struct table_cell *cell, struct style s, bool has, double v, int decimals)
{
    char text[FIGURE_MAX];

    if (!has) {
        cell_absent(cell);
        return;
    }
    figure_number(text, v, decimals, cell->in->ascii);
    if (text_cells(text) > cell->w)
        figure_fit(text, v, cell->w, cell->in->ascii);
    cell_text(cell, s, text);
}

static void half(const struct table_cell *cell, int x_end, int w, bool has, double v,
                 enum role role)
{
    char text[FIGURE_MAX];
    struct style s = has ? figure_aged(style_of(role), cell->age) : style_of(ROLE_FAINT);

    if (has)
        figure_fit(text, v, w, cell->in->ascii);
    canvas_text_right(cell->c, cell->y, x_end, w, s, has ? text : FIGURE_ABSENT);
}

void cell_used(const struct table_cell *cell, bool has_used, double used, bool has_total,
               double total)
{
    int w = (cell->w - 1) / 2, end = cell->x + cell->w;

    if (cell->age == AGE_LOST) {
        cell_absent(cell);
        return;
    }
    if (has_total && total == 0) {
        canvas_text_right(cell->c, cell->y, end - w - 1, w, style_of(ROLE_FAINT),
                          glyph(GLYPH_DASH, cell->in->ascii));
        return;
    }
    half(cell, end - w - 1, w, has_used, used, used > 0 ? ROLE_TEXT : ROLE_DIM);
    canvas_text(cell->c, cell->y, end - w - 1, 1, style_of(ROLE_FAINT), "/");
    half(cell, end, w, has_total, total, ROLE_DIM);
}

int cell_measure_used(const struct view_input *in, bool has_total, double total)
{
    char text[FIGURE_MAX];

    if (!has_total)
        return 3;
    figure_number(text, total, 0, in->ascii);
    return 2 * text_cells(text) + 1;
}

void cell_meter(const struct table_cell *cell, bool has, double share, enum role role)
{
    char text[FIGURE_MAX];
    int end = cell->x + cell->w, w = cell->w - PERCENT_CELLS - 1;
    struct style s = figure_aged(style_of(ROLE_TEXT), cell->age);
    struct style full = style_of(cell->age == AGE_FRESH ? role : ROLE_FAINT);

    if (!has || !isfinite(share) || cell->age == AGE_LOST) {
        canvas_text_right(cell->c, cell->y, end, 1, style_of(ROLE_FAINT), FIGURE_ABSENT);
        return;
    }
    figure_percent(text, share);
    if (share <= 0)
        s.fg = ROLE_FAINT;
    canvas_text_right(cell->c, cell->y, end, PERCENT_CELLS, s, text);
    if (w >= METER_MIN)
        chart_meter(cell->c, cell->y, cell->x, w, share, full, style_of(ROLE_LINE),
                    cell->in->ascii);
}

void cell_size(const struct table_cell *cell, bool has, double v)
{
    char text[FIGURE_MAX], all[FIGURE_MAX + 4];
    const char *step;

    if (!has) {
        cell_absent(cell);
        return;
    }
    figure_binary(v, text, &step);
    snprintf(all, sizeof all, "%s%c", text, step[0]);
    cell_text(cell, style_of(v > 0 ? ROLE_TEXT : ROLE_FAINT), all);
}

void cell_hours(const struct table_cell *cell, struct style s, bool has, double v, bool estimated)
{
    char number[FIGURE_MAX], text[FIGURE_MAX + 1];

    if (!has) {
        cell_dash(cell);
        return;
    }
    figure_hours(number, v, cell->in->ascii);
    snprintf(text, sizeof text, "%s%s", estimated && v > 0 && number[0] != '<' ? "~" : "", number);
    cell_text(cell, v > 0 ? s : style_of(ROLE_FAINT), text);
}

void cell_duration(const struct table_cell *cell, struct style s, bool has, int64_t ms)
{
    char text[FIGURE_MAX];

    if (!has) {
        cell_absent(cell);
        return;
    }
    figure_duration(text, ms);
    cell_text(cell, s, text);
}

static bool is_today(const struct view_input *in, wall_ms t)
{
    char text[16], now[16];

    time_short(t, in->ctx.utc_offset_minutes, text);
    time_short(in->ctx.now, in->ctx.utc_offset_minutes, now);
    return memcmp(text, now, 5) == 0;
}

int cell_measure_time(const struct view_input *in, bool has, wall_ms t)
{
    return !has || t == 0 ? 0 : is_today(in, t) ? 8 : 11;
}

void cell_time(const struct table_cell *cell, struct style s, bool has, wall_ms t)
{
    int offset = cell->in->ctx.utc_offset_minutes;
    char text[16];

    if (!has || t == 0) {
        cell_absent(cell);
        return;
    }
    if (is_today(cell->in, t) || cell->w < 11)
        time_hms(t, offset, text);
    else
        time_short(t, offset, text);
    if (cell->w < 8)
        text[5] = '\0';
    cell_text(cell, s, text);
}

void cell_row_age(const struct table_cell *cell)
{
    int64_t age = snapshot_age_of(cell->in->snap, cell->row, cell->in->ctx.now);
    char text[FIGURE_MAX];

    figure_duration(text, age);
    put(cell, style_of(age < 0 ? ROLE_FAINT : cell->age == AGE_FRESH ? ROLE_DIM : ROLE_WARN), text);
}

void cell_temperature(const struct table_cell *cell, bool has, double v, double limit,
                      enum freshness age)
{
    char text[FIGURE_MAX];
    bool crit;

    if (!has || age == AGE_LOST) {
        canvas_text_right(cell->c, cell->y, cell->x + cell->w - 1, 1, style_of(ROLE_FAINT),
                          FIGURE_ABSENT);
        return;
    }
    struct style s = figure_aged(figure_temperature_style(v, limit, &crit), age);
    figure_number(text, v, 0, cell->in->ascii);
    canvas_text_right(cell->c, cell->y, cell->x + cell->w - 1, cell->w - 1, s, text);
    if (crit)
        canvas_text(cell->c, cell->y, cell->x + cell->w - 1, 1, s, "!");
}

const char *cell_center_name(const struct view_input *in, uint16_t center)
{
    const struct center_row *row = snapshot_center(in->snap, center);

    if (!row)
        return FIGURE_ABSENT;
    return cell_string(in, row_has(row, center, name) ? row->name : row->id);
}

void cell_center_in(const struct table_cell *cell, struct style style)
{
    char name[CENTER_SHORT_MAX];

    cell_text(cell, style,
              cell_center_short(cell->in,
                                cell_center_name(cell->in, row_head_of(cell->row)->center), cell->w,
                                name));
}

void cell_center(const struct table_cell *cell)
{
    cell_center_in(cell, style_of(ROLE_DIM));
}

int cell_measure(const struct view_input *in, strid id)
{
    return intern_cells(snapshot_strings(in->snap), id);
}

int cell_measure_count(const struct view_input *in, bool has, double v)
{
    char text[FIGURE_MAX];

    if (!has)
        return 1;
    figure_number(text, v, 0, in->ascii);
    return text_cells(text);
}

int cell_measure_center(const struct view_input *in, const void *row)
{
    return text_cells(cell_center_name(in, row_head_of(row)->center));
}

bool cell_many_centers(const struct view_input *in)
{
    return in->scope->center < 0 && snapshot_count(in->snap, ENTITY_CENTER) > 1;
}
