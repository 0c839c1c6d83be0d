/* SPDX-License-Identifier: MIT
 * devicemap_draw.c - the thermal map on the screen; see devicemap.h.
 *
 * Cells are as large as the room allows: with their figure in them, else half a cell each (two nodes in one line), else
 * without gaps. Lines are counted over the whole map; when it is higher than its window, the window follows the cursor. */
#include "ui/devicemap.h"
#include "ui/cells.h"
#include "ui/chart.h"
#include "ui/devices.h"
#include "ui/glyph.h"
#include "ui/listing.h"
#include "ui/nodelook.h"
#include "base/i18n.h"
#include "base/text.h"
#include "model/fields.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    LABEL_CELLS = 13,
    ROOMY_LINES = 28,
    TABLE_LINES = 6, /* the table below has at least so many, where there is one */
    TABLE_NEEDS = 16,
    LEGEND_CELLS = 38,
    MARGIN_SCALE = 40,
    HEAT_LOW = 35,
    HEAT_HIGH = 95
};

/* One way to lay out the map. */
struct style_of_map {
    int cell;   /* cells a device */
    bool half;  /* two nodes share a line */
    int apart;  /* units between two gaps; 0 = no gaps */
    bool blank; /* a free line between bands */
    int label;  /* lines that a band has at least */
    bool table; /* leaves room for the table */
};

static const struct style_of_map in_colours[] = {
    {3, false, 1, true, 3, true},  {2, false, 1, true, 3, true},  {1, true, 1, true, 3, true},
    {1, true, 1, true, 1, true},   {1, true, 1, false, 1, true},  {1, true, 4, false, 1, true},
    {1, true, 4, false, 1, false}, {1, true, 0, false, 1, false},
};
/* Without colours a half of a cell cannot be told from the other. */
static const struct style_of_map plain[] = {
    {3, false, 1, true, 3, true},   {2, false, 1, true, 3, true},   {1, false, 1, true, 3, true},
    {1, false, 1, true, 1, true},   {1, false, 1, false, 1, true},  {1, false, 4, false, 1, true},
    {1, false, 4, false, 1, false}, {1, false, 0, false, 1, false},
};
enum { STYLES = sizeof plain / sizeof plain[0], SCROLLED = 3 };

struct plan {
    struct style_of_map s;
    struct rect r; /* of the bands */
    int x0, per_line;
    int legend_y, line_y, table_y; /* line_y: of the line that tells the selected one */
    uint64_t lines;
};

static bool roomy(const struct view_input *in, const struct style_of_map *s)
{
    return in->area.h >= ROOMY_LINES && s->table;
}

/* --- lines --- */

static uint32_t ceil_div(uint32_t n, uint32_t by)
{
    return (n + by - 1) / by;
}

static int gaps(const struct plan *p, int unit)
{
    return p->s.apart > 0 ? unit / p->s.apart : 0;
}

static int x_of(const struct plan *p, uint32_t unit, int k)
{
    return p->x0 + (int)unit * MAP_UNIT * p->s.cell + gaps(p, (int)unit) + k * p->s.cell;
}

/* A band: `full` lines of broken units alone; where they end within a line, that line goes on with `open` others; then
 * lines of `per` others. All of those in one row of units, or in two where they are halves of a line. */
struct shape {
    uint32_t per, rows; /* columns of a line; rows of units in it */
    uint32_t full, rest, open;
};

static struct shape shape_of(const struct plan *p, const struct map_band *b)
{
    uint32_t per = (uint32_t)p->per_line;
    struct shape s = {.per = per, .rows = p->s.half ? 2 : 1, .full = b->broken / per};

    s.rest = b->broken % per;
    s.open = s.rest > 0 ? (per - s.rest) * s.rows : 0;
    return s;
}

static uint32_t cell_lines(const struct plan *p, const struct map_band *b)
{
    struct shape s = shape_of(p, b);
    uint32_t others = b->units - b->broken;

    others = others > s.open ? others - s.open : 0;
    return s.full + (s.rest > 0) + ceil_div(others, s.per * s.rows);
}

/* The unit at a line and column of a band, in the lower row with `low`; UINT32_MAX if there is none. */
static uint32_t unit_at(const struct plan *p, const struct map_band *b, uint32_t line,
                        uint32_t column, bool low)
{
    struct shape s = shape_of(p, b);
    uint32_t at = line * s.per + column, i;

    if (at < b->broken)
        return b->first + at;
    if (low && s.rows == 1)
        return UINT32_MAX;
    if (s.rest > 0 && line == s.full)
        i = column - s.rest + (low ? s.per - s.rest : 0);
    else
        i = s.open + ((line - s.full - (s.rest > 0)) * s.rows + low) * s.per + column;
    return b->broken + i < b->units ? b->first + b->broken + i : UINT32_MAX;
}

static uint32_t band_lines(const struct plan *p, const struct map_band *b)
{
    uint32_t lines = cell_lines(p, b), least = (uint32_t)p->s.label;

    return (lines < least ? least : lines) + p->s.blank;
}

static uint64_t all_lines(const struct devicemap *m, const struct plan *p)
{
    uint64_t lines = 0;

    for (uint32_t i = 0; i < m->band_count; i++)
        lines += band_lines(p, &m->bands[i]);
    return lines - (p->s.blank && lines > 0); /* none below the last */
}

static int fit_units(int room, const struct style_of_map *s)
{
    int w = MAP_UNIT * s->cell, n = 0;

    while ((n + 1) * w + (s->apart > 0 ? n / s->apart : 0) <= room)
        n++;
    return n > 0 ? n : 1;
}

static struct plan plan_style(const struct devicemap *m, const struct view_input *in,
                              const struct style_of_map *s)
{
    struct plan p = {.s = *s, .r = in->area};
    int table = s->table && in->area.h >= TABLE_NEEDS ? TABLE_LINES : 0;

    p.legend_y = p.r.y + roomy(in, s);
    p.r.y += roomy(in, s) ? 3 : 1;
    p.x0 = p.r.x + 1 + LABEL_CELLS;
    p.per_line = fit_units(p.r.x + p.r.w - 1 - p.x0, s);
    p.lines = all_lines(m, &p);
    int room = in->area.y + in->area.h - p.r.y - 1 - table - (s->blank && table > 0);
    p.r.h = room < 0 ? 0 : p.lines < (uint64_t)room ? (int)p.lines : room;
    p.line_y = p.r.y + p.r.h + (s->blank && table > 0);
    p.table_y = p.line_y + 1;
    return p;
}

static struct plan make_plan(const struct devicemap *m, const struct view_input *in)
{
    const struct style_of_map *styles = in->mono || in->ascii ? plain : in_colours;
    struct plan p;

    for (int i = 0; i < STYLES; i++) {
        p = plan_style(m, in, &styles[i]);
        if (p.lines <= (uint64_t)p.r.h)
            return p;
    }
    return plan_style(m, in,
                      &styles[SCROLLED]); /* it never fits: as one can look at it best, then */
}

struct rect devicemap_table_rect(const struct devicemap *m, const struct view_input *in)
{
    struct plan p = make_plan(m, in);
    struct rect r = in->area;

    r.h = in->area.y + in->area.h - p.table_y;
    r.y = p.table_y;
    if (r.h < 2)
        r.h = 0;
    return r;
}

/* --- where a unit stands --- */

struct spot {
    uint32_t band, line, column; /* line of the band */
    bool low;                    /* in the lower row of its line */
};

static uint32_t band_of_unit(const struct devicemap *m, uint32_t unit)
{
    uint32_t low = 0, high = m->band_count;

    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (m->bands[middle].first <= unit)
            low = middle;
        else
            high = middle;
    }
    return low;
}

static struct spot spot_of(const struct devicemap *m, const struct plan *p, uint32_t unit)
{
    struct spot at = {.band = band_of_unit(m, unit)};
    const struct map_band *b = &m->bands[at.band];
    struct shape s = shape_of(p, b);
    uint32_t i = unit - b->first;

    if (i < b->broken) {
        at.line = i / s.per;
        at.column = i % s.per;
        return at;
    }
    i -= b->broken;
    if (i < s.open) {
        at.line = s.full;
        at.column = s.rest + i % (s.per - s.rest);
        at.low = i >= s.per - s.rest;
        return at;
    }
    i -= s.open;
    at.line = s.full + (s.rest > 0) + i / s.per / s.rows;
    at.column = i % s.per;
    at.low = i / s.per % s.rows == 1;
    return at;
}

static uint64_t first_line_of(const struct devicemap *m, const struct plan *p, uint32_t band)
{
    uint64_t line = 0;

    for (uint32_t i = 0; i < band; i++)
        line += band_lines(p, &m->bands[i]);
    return line;
}

static uint32_t cursor_place(const struct devicemap *m, const struct table *t)
{
    uint32_t slot = table_slot(t);

    return slot < m->slots ? m->place_of[slot] : UINT32_MAX;
}

/* First line of the window: the cursor in the middle, unless all fits. */
static uint64_t window_top(const struct devicemap *m, const struct table *t, const struct plan *p)
{
    uint64_t h = (uint64_t)p->r.h, place = cursor_place(m, t);

    if (p->lines <= h || place == UINT32_MAX)
        return 0;
    struct spot s = spot_of(m, p, (uint32_t)place / MAP_UNIT);
    uint64_t at = first_line_of(m, p, s.band) + s.line, top = at > h / 2 ? at - h / 2 : 0;
    return top > p->lines - h ? p->lines - h : top;
}

/* --- one device --- */

enum look { LOOK_NONE, LOOK_DEAD, LOOK_SILENT, LOOK_DARK, LOOK_HEAT };

struct dot {
    enum look look;
    enum role role; /* of LOOK_HEAT */
    int figure;     /* two digits at most; tenths of a share */
    bool full;      /* a share of all, or past the limit */
    bool selected;
};

static bool shade_value(const struct device_row *d, enum map_shade shade, double *v)
{
    switch (shade) {
    case SHADE_TENSOR:
        *v = d->tensor_utilization_percent;
        return row_has(d, device, tensor_utilization_percent);
    case SHADE_POWER:
        *v = 100 * d->power_watts / row_num(d, device, power_limit_watts);
        return row_has(d, device, power_watts) && row_has(d, device, power_limit_watts) &&
               row_num(d, device, power_limit_watts) > 0;
    case SHADE_MARGIN:
        return device_margin(d, v);
    default:
        *v = d->temperature_celsius;
        return row_has(d, device, temperature_celsius);
    }
}

static enum role shade_role(enum map_shade shade, double v)
{
    switch (shade) {
    case SHADE_TENSOR:
    case SHADE_POWER:
        return chart_heat(v, 0, 100);
    case SHADE_MARGIN:
        return chart_heat(MARGIN_SCALE - v, 0, MARGIN_SCALE);
    default:
        return figure_heat(v);
    }
}

static struct dot dot_of(const struct devicemap *m, const struct view_input *in,
                         enum map_shade shade, uint32_t slot, bool node_down)
{
    const struct device_row *d =
        slot != UINT32_MAX ? snapshot_row(in->snap, ENTITY_DEVICE, slot) : NULL;
    struct dot dot = {.look = LOOK_NONE};
    double v;

    (void)m;
    if (!d)
        return dot;
    if (node_down || device_status(in->snap, d) == DEVICE_LOST) {
        dot.look = LOOK_DEAD;
    } else if (device_age(in, d) >= AGE_OLD) {
        dot.look = LOOK_SILENT;
    } else if (!shade_value(d, shade, &v)) {
        dot.look = LOOK_DARK;
    } else {
        dot.look = LOOK_HEAT;
        dot.role = shade_role(shade, v);
        dot.full = shade == SHADE_MARGIN ? v <= 0 : v >= 100;
        dot.figure = v < 0 ? 0 : v > 99 ? 99 : (int)v;
    }
    return dot;
}

/* What a device is drawn with when it has a whole line. */
static struct style dot_text(const struct view_input *in, int cells, const struct dot *dot,
                             enum map_shade shade, char text[4])
{
    struct style s = style_on(ROLE_FAINT, ROLE_BAR);

    snprintf(text, 4, " ");
    switch (dot->look) {
    case LOOK_NONE:
        return style_of(ROLE_TEXT);
    case LOOK_DEAD:
        snprintf(text, 4, "%s", glyph(GLYPH_TIMES, in->ascii));
        return style_bold(style_of(ROLE_CRIT));
    case LOOK_SILENT:
        snprintf(text, 4, "%s", glyph(GLYPH_DOT, in->ascii));
        return s;
    case LOOK_DARK:
        snprintf(text, 4, "%s", FIGURE_ABSENT);
        return s;
    case LOOK_HEAT:
        break;
    }
    s = style_on(dot->role <= ROLE_HEAT1 ? ROLE_BRIGHT : ROLE_BG, dot->role);
    if (cells > 1)
        snprintf(text, 4, dot->full && shade == SHADE_MARGIN ? "!" : "%2d", dot->figure);
    else if (in->mono || in->ascii)
        snprintf(text, 4, dot->full ? (shade == SHADE_MARGIN ? "!" : "F") : "%d", dot->figure / 10);
    if (in->mono) /* the figure says it; attributes only what is near the end */
        s = dot->role >= ROLE_HEAT8 ? style_on(ROLE_CRIT, dot->role)
                                    : style_on(ROLE_TEXT, dot->role);
    return s;
}

static void draw_whole(const struct view_input *in, const struct plan *p, const struct dot *dot,
                       enum map_shade shade, int y, int x, struct canvas *c)
{
    char text[4];
    struct style s = dot_text(in, p->s.cell, dot, shade, text);

    if (dot->look == LOOK_NONE)
        return;
    if (dot->selected)
        s = style_bold(style_on(dot->look == LOOK_DEAD ? ROLE_CRIT : ROLE_BG, ROLE_BRIGHT));
    if (dot->selected && in->mono)
        s.attr |= ATTR_REVERSE;
    canvas_fill(c, (struct rect){y, x, 1, p->s.cell}, ' ', s);
    canvas_text(c, y, x + (p->s.cell > 2 && text_cells(text) == 1), p->s.cell, s, text);
}

static enum role half_role(const struct dot *dot)
{
    static const enum role roles[] = {[LOOK_NONE] = ROLE_BG,
                                      [LOOK_DEAD] = ROLE_CRIT_BG,
                                      [LOOK_SILENT] = ROLE_FAINT,
                                      [LOOK_DARK] = ROLE_LINE};

    return dot->selected ? ROLE_BRIGHT : dot->look == LOOK_HEAT ? dot->role : roles[dot->look];
}

/* The selected half is drawn with the foreground, which every terminal can show bright. */
static void draw_halves(const struct dot *upper, const struct dot *lower, int y, int x,
                        struct canvas *c)
{
    enum role up = half_role(upper), down = half_role(lower);
    bool by_lower = lower->selected || (upper->look == LOOK_NONE && !upper->selected);
    struct style s = by_lower ? style_on(down, up) : style_on(up, down);

    if (upper->look == LOOK_NONE && lower->look == LOOK_NONE)
        return;
    canvas_fill(c, (struct rect){y, x, 1, 1}, by_lower ? 0x2584 : 0x2580, s);
}

/* --- bands --- */

static bool node_is_down(const struct view_input *in, const struct devicemap *m, uint32_t unit)
{
    for (int k = 0; k < MAP_UNIT; k++) {
        uint32_t slot = m->places[(size_t)unit * MAP_UNIT + (size_t)k];
        if (slot == UINT32_MAX)
            continue;
        const struct device_row *d = snapshot_row(in->snap, ENTITY_DEVICE, slot);
        const struct node_row *n = d ? device_node(in->snap, d) : NULL;
        return n && node_look(in, n).trouble == NODE_BROKEN;
    }
    return false;
}

struct painter {
    const struct devicemap *m;
    const struct view_input *in;
    const struct plan *p;
    struct canvas *c;
    enum map_shade shade;
    uint32_t cursor; /* its place */
};

static void unit_dots(const struct painter *w, uint32_t unit, bool maybe_down,
                      struct dot dots[MAP_UNIT])
{
    bool down = maybe_down && node_is_down(w->in, w->m, unit);

    for (uint32_t k = 0; k < MAP_UNIT; k++) {
        uint32_t place = unit * MAP_UNIT + k;
        dots[k] = dot_of(w->m, w->in, w->shade, w->m->places[place], down);
        dots[k].selected = place == w->cursor;
    }
}

/* Brackets in the gaps around the node of the cursor. */
static void draw_frame(const struct painter *w, uint32_t unit, uint32_t column, int y)
{
    int x = x_of(w->p, column, 0), after = x + MAP_UNIT * w->p->s.cell;
    struct style s = style_bold(style_of(ROLE_BRIGHT));

    if (w->cursor / MAP_UNIT != unit || w->cursor == UINT32_MAX || w->p->s.apart != 1)
        return;
    canvas_text(w->c, y, x - 1, 1, s, w->in->ascii || w->in->mono ? "[" : "\xE2\x96\x90");
    if (after < w->in->area.x + w->in->area.w)
        canvas_text(w->c, y, after, 1, s, w->in->ascii || w->in->mono ? "]" : "\xE2\x96\x8C");
}

static void draw_whole_unit(const struct painter *w, uint32_t unit, bool maybe_down,
                            uint32_t column, int y)
{
    struct dot dots[MAP_UNIT];

    unit_dots(w, unit, maybe_down, dots);
    for (int k = 0; k < MAP_UNIT; k++)
        draw_whole(w->in, w->p, &dots[k], w->shade, y, x_of(w->p, column, k), w->c);
    draw_frame(w, unit, column, y);
}

static void draw_two_units(const struct painter *w, uint32_t up, uint32_t down, uint32_t column,
                           int y)
{
    struct dot upper[MAP_UNIT], lower[MAP_UNIT] = {{.look = LOOK_NONE}};

    unit_dots(w, up, false, upper);
    if (down != UINT32_MAX)
        unit_dots(w, down, false, lower);
    for (int k = 0; k < MAP_UNIT; k++)
        draw_halves(&upper[k], &lower[k], y, x_of(w->p, column, k), w->c);
    draw_frame(w, up, column, y);
    if (down != UINT32_MAX)
        draw_frame(w, down, column, y);
}

static void draw_cells(const struct painter *w, const struct map_band *b, uint32_t line, int y)
{
    for (uint32_t column = 0; column < (uint32_t)w->p->per_line; column++) {
        uint32_t unit = unit_at(w->p, b, line, column, false);
        if (unit == UINT32_MAX)
            return;
        bool broken = unit < b->first + b->broken;
        if (broken || !w->p->s.half)
            draw_whole_unit(w, unit, broken, column, y);
        else
            draw_two_units(w, unit, unit_at(w->p, b, line, column, true), column, y);
    }
}

/* --- labels --- */

static void band_name(const struct painter *w, const struct map_band *b, char *out, size_t size)
{
    static const char *const none[] = {N_("no pool"), "", N_("no model")};

    if (w->m->by == BANDS_CENTER)
        snprintf(out, size, "%s", cell_center_name(w->in, b->center));
    else
        snprintf(out, size, "%s", b->name ? cell_string(w->in, b->name) : _(none[w->m->by]));
}

/* "p99 84 degrees", or the mean of what the colours show; the first four letters are only its name. */
static void band_figure(const struct painter *w, const struct map_band *b, char out[FIGURE_MAX])
{
    bool power = w->shade == SHADE_POWER;
    uint32_t n = power ? b->powers : b->tensors;
    char text[FIGURE_MAX];

    if (w->shade == SHADE_HEAT || w->shade == SHADE_MARGIN) {
        snprintf(out, FIGURE_MAX, b->p99 >= 0 ? "p99 %d%s" : "p99 ?", b->p99,
                 w->in->ascii ? "C" : "\302\260");
        return;
    }
    figure_percent(text, n > 0 ? (power ? b->power : b->tensor) / n / 100 : NAN);
    snprintf(out, FIGURE_MAX, _("avg %.8s"), text);
}

static void draw_label(const struct painter *w, const struct map_band *b, uint32_t line, int y)
{
    uint32_t lines = band_lines(w->p, b) - w->p->s.blank;
    bool center = w->m->by == BANDS_POOL && cell_many_centers(w->in);
    char count[FIGURE_MAX], figure[FIGURE_MAX], text[256];
    struct style s = style_of(ROLE_DIM);

    figure_number(count, b->devices, 0, w->in->ascii);
    band_figure(w, b, figure);
    if (line == 0) {
        band_name(w, b, text, sizeof text);
        s = style_bold(style_of(ROLE_BRIGHT));
    } else if (lines > 2 + (uint32_t)center && line < 3 + (uint32_t)center) {
        if (center && line == 1)
            snprintf(text, sizeof text, "%s", cell_center_name(w->in, b->center));
        else
            snprintf(text, sizeof text, "%s", line == 1 + (uint32_t)center ? count : figure);
    } else if (line == 1 || (center && line == 2 && lines == 3)) {
        if (center && lines == 3 && line == 1)
            snprintf(text, sizeof text, "%s", cell_center_name(w->in, b->center));
        else
            snprintf(text, sizeof text, "%s %s", count,
                     text_cells(count) + text_cells(figure) < LABEL_CELLS - 1 ? figure
                                                                              : figure + 4);
    } else {
        return;
    }
    canvas_text(w->c, y, w->p->r.x + 1, LABEL_CELLS - 1, s, text);
}

static void draw_bands(const struct painter *w, uint64_t top)
{
    uint64_t at = 0, end = top + (uint64_t)w->p->r.h;

    for (uint32_t i = 0; i < w->m->band_count && at < end; i++) {
        const struct map_band *b = &w->m->bands[i];
        uint32_t lines = band_lines(w->p, b);
        uint64_t from = at < top ? top - at : 0;
        for (uint64_t line = from; line < lines && at + line < end; line++) {
            int y = w->p->r.y + (int)(at + line - top);
            draw_label(w, b, (uint32_t)line, y);
            draw_cells(w, b, (uint32_t)line, y);
        }
        at += lines;
    }
}

/* --- legend --- */

struct scale {
    const char *low, *high;
};

const char *devicemap_shade_word(enum map_shade shade)
{
    static const char *const words[MAP_SHADES] = {
        N_("temperature"), N_("degrees left"), N_("tensor utilisation"), N_("power of its limit")};

    return _(words[shade]);
}

static struct scale scale_of(enum map_shade shade, bool ascii)
{
    switch (shade) {
    case SHADE_TENSOR:
    case SHADE_POWER:
        return (struct scale){"0%", "100%"};
    case SHADE_MARGIN:
        return ascii ? (struct scale){"40", "0"} : (struct scale){"40\302\260", "0\302\260"};
    default:
        return ascii ? (struct scale){"35", "95C"} : (struct scale){"35\302\260", "95\302\260C"};
    }
}

/* What a cell of that step says where colours say nothing. */
static char step_letter(enum map_shade shade, int i)
{
    if (shade == SHADE_HEAT)
        return (char)('0' + (HEAT_LOW + i * (HEAT_HIGH - HEAT_LOW) / 10) / 10);
    if (shade == SHADE_MARGIN)
        return i == 9 ? '!' : (char)('0' + (9 - i) * MARGIN_SCALE / 100);
    return (char)(i == 9 ? 'F' : '0' + i);
}

static int draw_scale(const struct painter *w, int y, int x)
{
    struct scale s = scale_of(w->shade, w->in->ascii);

    x += canvas_text(w->c, y, x, 8, style_of(ROLE_DIM), s.low) + 1;
    for (int i = 0; i < 10; i++, x += 2) {
        enum role role = (enum role)(ROLE_HEAT0 + i);
        struct style on = style_on(role <= ROLE_HEAT1 ? ROLE_BRIGHT : ROLE_BG, role);
        canvas_fill(w->c, (struct rect){y, x, 1, 2}, ' ', on);
        if (w->in->mono || w->in->ascii)
            canvas_textf(w->c, y, x, 1, on, "%c", step_letter(w->shade, i));
    }
    return x + 1 + canvas_text(w->c, y, x + 1, 8, style_of(ROLE_DIM), s.high);
}

struct rect devicemap_legend_rect(const struct devicemap *m, const struct view_input *in)
{
    struct rect r = {make_plan(m, in).legend_y, in->area.x + 1, 1, 0};

    r.w = in->area.w - 1 - LEGEND_CELLS - 2;
    return r;
}

static void draw_legend(const struct painter *w)
{
    const struct view_input *in = w->in;
    int end = in->area.x + in->area.w, y = w->p->legend_y;
    struct phrase p = phrase_start(w->c, in, y, draw_scale(w, y, end - 1 - LEGEND_CELLS) + 2, end);

    phrase_word(&p, style_bold(style_of(ROLE_CRIT)), glyph(GLYPH_TIMES, in->ascii));
    phrase_word(&p, style_of(ROLE_CRIT), _("down"));
}

/* --- the selected device --- */

static void word_of(struct phrase *p, struct device_word w, const char *after)
{
    if (!w.text[0])
        return;
    phrase_gap(p, 1);
    phrase_word(p, w.style, w.text);
    if (*after)
        phrase_word(p, style_of(ROLE_DIM), after);
}

static void draw_whose(struct phrase *p, const struct view_input *in, const struct device_row *d)
{
    const struct job_row *j = device_job(in->snap, d);
    const struct node_row *n = device_node(in->snap, d);

    if (row_has(d, device, job)) {
        phrase_gap(p, 1);
        phrase_word(p, style_of(ROLE_DIM), _("job"));
        phrase_word(p, style_of(ROLE_TEXT), cell_string(in, j ? j->id : row_str(d, device, job)));
        if (j && row_has(j, job, name))
            phrase_word(p, style_of(ROLE_DIM), cell_string(in, j->name));
    }
    if (n && row_has(n, node, pools)) {
        phrase_gap(p, 1);
        phrase_word(p, style_of(ROLE_DIM), cell_string(in, n->pools));
    }
    if (n && node_look(in, n).trouble > NODE_FINE) {
        struct node_look look = node_look(in, n);
        char word[32];
        phrase_gap(p, 1);
        phrase_word(p, style_of(look.role), node_word(&look, word, sizeof word));
    }
}

/* How much of the map is in its window, at the right edge of the line; where that ends. */
static int draw_window(const struct painter *w, uint64_t top)
{
    const struct view_input *in = w->in;
    int end = in->area.x + in->area.w - 1;
    char text[64];

    if (w->p->lines <= (uint64_t)w->p->r.h)
        return end;
    snprintf(text, sizeof text, _("lines %llu-%llu of %llu"), (unsigned long long)top + 1,
             (unsigned long long)top + (unsigned long long)w->p->r.h,
             (unsigned long long)w->p->lines);
    canvas_text_right(w->c, w->p->line_y, end, -1, style_of(ROLE_DIM), text);
    return end - text_cells(text) - 2;
}

static void draw_selected(const struct painter *w, const struct table *t, int end)
{
    const struct view_input *in = w->in;
    const struct device_row *d = table_row(t, in);
    struct phrase p = phrase_start(w->c, in, w->p->line_y, in->area.x + 2, end);
    char text[FIGURE_MAX + 16], index[16];
    bool crit;

    if (!d)
        return;
    canvas_text(w->c, w->p->line_y, in->area.x, 1, style_of(ROLE_BRAND),
                glyph(GLYPH_CURSOR, in->ascii));
    phrase_word(&p, style_bold(style_of(ROLE_BRIGHT)), cell_string(in, d->node));
    device_index_text(d, index);
    snprintf(text, sizeof text, "GPU %s", index);
    phrase_word(&p, style_of(ROLE_TEXT), text);
    phrase_word(&p, style_of(ROLE_DIM), device_model_text(in, d));
    if (row_has(d, device, temperature_celsius)) {
        phrase_gap(&p, 1);
        figure_unit(text, d->temperature_celsius, UNIT_CELSIUS, in->ascii);
        phrase_word(&p, device_heat_style(d, &crit), text);
    }
    word_of(&p, device_margin_word(in, d), _("left"));
    if (row_has(d, device, power_watts)) {
        phrase_gap(&p, 1);
        figure_unit(text, d->power_watts, UNIT_WATT, in->ascii);
        phrase_word(&p, style_of(ROLE_TEXT), text);
    }
    word_of(&p, device_throttle_word(d), "");
    word_of(&p, device_health_word(in, d), "");
    draw_whose(&p, in, d);
}

void devicemap_draw(const struct devicemap *m, const struct table *t, const struct view_input *in,
                    enum map_shade shade, struct canvas *c)
{
    struct plan p = make_plan(m, in);
    struct painter w = {m, in, &p, c, shade, cursor_place(m, t)};

    if (in->area.h < 3)
        return;
    draw_legend(&w);
    uint64_t top = window_top(m, t, &p);
    draw_bands(&w, top);
    draw_selected(&w, t, draw_window(&w, top));
}

/* --- the cursor --- */

static uint32_t index_at(const struct devicemap *m, uint32_t place)
{
    uint32_t slot = m->places[place];

    return slot == UINT32_MAX ? UINT32_MAX : m->index_of[slot];
}

/* The next device before or behind a place. */
static uint32_t step_side(const struct devicemap *m, uint32_t place, int by)
{
    uint32_t last = m->unit_count * MAP_UNIT - 1;

    while (by < 0 ? place > 0 : place < last) {
        place += (uint32_t)by;
        if (m->places[place] != UINT32_MAX)
            return place;
    }
    return UINT32_MAX;
}

/* In that row of that line, the nearest unit to a column. */
static uint32_t near_column(const struct plan *p, const struct map_band *b, const struct spot *at)
{
    for (uint32_t column = at->column + 1; column > 0; column--) {
        uint32_t unit = unit_at(p, b, at->line, column - 1, at->low);
        if (unit != UINT32_MAX)
            return unit;
    }
    return UINT32_MAX;
}

/* One row of units up or down; false at the edge of the map. */
static bool row_beside(const struct devicemap *m, const struct plan *p, struct spot *at, int by)
{
    if (p->s.half && at->low == (by < 0)) {
        at->low = !at->low;
        return true;
    }
    at->low = p->s.half && by < 0;
    if (by < 0 ? at->line > 0 : at->line + 1 < cell_lines(p, &m->bands[at->band])) {
        at->line += (uint32_t)by;
        return true;
    }
    if (by < 0 ? at->band == 0 : at->band + 1 >= m->band_count)
        return false;
    at->band += (uint32_t)by;
    at->line = by < 0 ? cell_lines(p, &m->bands[at->band]) - 1 : 0;
    return true;
}

/* The unit above or below; a broken one stands in both rows of its line. */
static uint32_t unit_beside(const struct devicemap *m, const struct plan *p, uint32_t unit, int by)
{
    struct spot at = spot_of(m, p, unit);

    while (row_beside(m, p, &at, by)) {
        uint32_t to = near_column(p, &m->bands[at.band], &at);
        if (to != UINT32_MAX && to != unit)
            return to;
    }
    return unit;
}

/* The same place of the unit above or below, else the nearest that there is. */
static uint32_t step_line(const struct devicemap *m, const struct plan *p, uint32_t place, int by)
{
    uint32_t unit = place / MAP_UNIT, to = unit_beside(m, p, unit, by);

    if (to == unit)
        return UINT32_MAX;
    for (uint32_t d = 0; d < MAP_UNIT; d++) {
        uint32_t k = place % MAP_UNIT;
        if (k >= d && m->places[to * MAP_UNIT + k - d] != UINT32_MAX)
            return to * MAP_UNIT + k - d;
        if (k + d < MAP_UNIT && m->places[to * MAP_UNIT + k + d] != UINT32_MAX)
            return to * MAP_UNIT + k + d;
    }
    return UINT32_MAX;
}

uint32_t devicemap_step(const struct devicemap *m, const struct table *t,
                        const struct view_input *in, enum cmd cmd)
{
    struct plan p = make_plan(m, in);
    uint32_t place = cursor_place(m, t), to = UINT32_MAX;

    if (m->unit_count == 0)
        return t->cursor;
    if (place == UINT32_MAX) /* a slice: it is not on the map */
        to = m->places[0] != UINT32_MAX ? 0 : step_side(m, 0, 1);
    else if (cmd == CMD_LEFT || cmd == CMD_RIGHT)
        to = step_side(m, place, cmd == CMD_LEFT ? -1 : 1);
    else if (cmd == CMD_UP || cmd == CMD_DOWN)
        to = step_line(m, &p, place, cmd == CMD_UP ? -1 : 1);
    return to == UINT32_MAX ? t->cursor : index_at(m, to);
}

/* A terminal tells no halves of a cell: a second click on the same cell means the other node. */
static uint32_t hit_in_band(const struct devicemap *m, const struct table *t, const struct plan *p,
                            const struct map_band *b, uint32_t line, int x)
{
    for (uint32_t i = 0; i < (uint32_t)p->per_line; i++) {
        int from = x_of(p, i, 0), k = (x - from) / p->s.cell;
        if (x < from || k >= MAP_UNIT)
            continue;
        uint32_t upper = unit_at(p, b, line, i, false), lower = unit_at(p, b, line, i, true);
        uint32_t at = cursor_place(m, t);
        bool again = upper != UINT32_MAX && at == upper * MAP_UNIT + (uint32_t)k;
        uint32_t unit = again && lower != upper ? lower : upper;
        if (unit == UINT32_MAX)
            return UINT32_MAX;
        uint32_t index = index_at(m, unit * MAP_UNIT + (uint32_t)k);
        return index != UINT32_MAX || lower == UINT32_MAX
                   ? index
                   : index_at(m, lower * MAP_UNIT + (uint32_t)k);
    }
    return UINT32_MAX;
}

uint32_t devicemap_hit(const struct devicemap *m, const struct table *t,
                       const struct view_input *in, int y, int x)
{
    struct plan p = make_plan(m, in);
    uint64_t want = window_top(m, t, &p) + (uint64_t)(y - p.r.y), at = 0;

    if (y < p.r.y || y >= p.r.y + p.r.h || x < p.x0)
        return UINT32_MAX;
    for (uint32_t i = 0; i < m->band_count; i++) {
        const struct map_band *b = &m->bands[i];
        uint32_t lines = band_lines(&p, b);
        if (want < at + lines)
            return hit_in_band(m, t, &p, b, (uint32_t)(want - at), x);
        at += lines;
    }
    return UINT32_MAX;
}
