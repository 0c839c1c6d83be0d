/* SPDX-License-Identifier: MIT
 * wall_centers.c - see wall_centers.h. */
#include "ui/wall_centers.h"
#include "base/i18n.h"
#include "base/text.h"
#include "base/xmem.h"
#include "ui/cells.h"
#include "ui/chart.h"
#include "ui/figure.h"
#include "ui/flopslook.h"
#include "ui/wall_int.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    COLUMN_MIN = 78,
    COLUMN_GAP = 4,
    NAME_CELLS = 20,
    HOT_CELLS = 6,
    COUNT_CELLS = 7,
    AGE_CELLS = 6,
    HEADING_FROM = 30
};

enum trouble { FINE, WARNED, CRITICAL, STALE, DOWN };

struct entry {
    const struct center_row *r;
    enum trouble trouble;
    double peak;
};

static enum trouble trouble_of(const struct view_input *in, const struct center_row *r)
{
    const struct alert_row *a;

    if (row_has(r, center, health) && r->health == health_DOWN)
        return DOWN;
    if (row_has(r, center, health) && r->health == health_STALE)
        return STALE;
    a = wall_alert(in, r->h.center, 0);
    return !a ? FINE : a->severity == severity_CRITICAL ? CRITICAL : WARNED;
}

static int by_trouble(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;

    if (x->trouble != y->trouble)
        return y->trouble > x->trouble ? 1 : -1;
    if (x->peak != y->peak)
        return y->peak > x->peak ? 1 : -1;
    return x->r->h.center - y->r->h.center;
}

/* All centers, worst first; the caller frees it. */
static struct entry *ranked(const struct view_input *in, int *count)
{
    uint32_t slots = snapshot_slots(in->snap, ENTITY_CENTER);
    struct entry *list = xcalloc(slots + 1, sizeof *list);

    *count = 0;
    for (uint32_t i = 0; i < slots; i++) {
        const struct center_row *r = snapshot_row(in->snap, ENTITY_CENTER, i);
        if (r)
            list[(*count)++] = (struct entry){r, trouble_of(in, r),
                                              row_has(r, center, flops_peak) ? r->flops_peak : 0};
    }
    qsort(list, (size_t)*count, sizeof *list, by_trouble);
    return list;
}

static int columns(int cells)
{
    int n = (cells + COLUMN_GAP) / (COLUMN_MIN + COLUMN_GAP);

    return n > 0 ? n : 1;
}

/* A line with what the columns are: where it costs no center its place on a small screen. */
static int heading_rows(const struct view_input *in)
{
    return in->area.h >= HEADING_FROM;
}

int wall_centers_parts(const struct view_input *in, int rows, int cells)
{
    int a_part = (rows - heading_rows(in)) * columns(cells),
        n = (int)snapshot_count(in->snap, ENTITY_CENTER);

    return n > a_part && a_part > 0 ? (n + a_part - 1) / a_part : 1;
}

/* ---- one center ---- */

static void draw_sign(const struct view_input *in, const struct entry *e, int y, int x,
                      struct canvas *c)
{
    static const struct {
        const char *sign, *plain;
        enum role role;
    } signs[] = {
        [FINE] = {" ", " ", ROLE_TEXT},          [WARNED] = {"\u25b2", "!", ROLE_WARN},
        [CRITICAL] = {"\u25cf", "#", ROLE_CRIT}, [STALE] = {"\u25cc", "o", ROLE_WARN},
        [DOWN] = {"\u00d7", "x", ROLE_CRIT},
    };

    canvas_text(c, y, x, 1, style_of(signs[e->trouble].role),
                in->ascii ? signs[e->trouble].plain : signs[e->trouble].sign);
}

/* "8.9/12.0 EF E ━━━╸──" in the cells from x to end. */
static void draw_flops(const struct view_input *in, const struct entry *e, int y, int x, int end,
                       struct canvas *c)
{
    struct flops_value v = flops_of_center(in, e->r);
    bool past = v.past || e->trouble >= STALE;
    struct style s = style_of(past ? ROLE_FAINT : ROLE_TEXT);
    struct figure_flops f;
    char text[2 * FIGURE_MAX + 4];

    if (!v.has) {
        canvas_text(c, y, x, end - x, style_of(ROLE_FAINT), FIGURE_ABSENT);
        return;
    }
    figure_flops(&f, flops_has_share(&v) ? v.flops : (double)NAN, v.peak, false);
    snprintf(text, sizeof text, past ? "(%s)/%s" : "%s/%s", f.used, f.peak);
    canvas_text_right(c, y, x + 12, 12, s, text);
    canvas_text(c, y, x + 13, 2, style_of(ROLE_DIM), f.unit);
    canvas_text(c, y, x + 16, 1, style_of(past ? ROLE_FAINT : flops_role(v.provenance)),
                flops_letter(v.provenance));
    if (end - x > 24)
        chart_meter(
            c, y, x + 18, end - x - 19, flops_has_share(&v) ? v.flops / v.peak : (double)NAN,
            style_of(past ? ROLE_FAINT : flops_role(v.provenance)), style_of(ROLE_LINE), in->ascii);
}

static int draw_count(const struct view_input *in, int y, int end, int cells, bool has, double v,
                      struct style s, struct canvas *c)
{
    char text[FIGURE_MAX];

    if (has)
        figure_fit(text, v, cells, in->ascii);
    canvas_text_right(c, y, end, cells, has ? s : style_of(ROLE_FAINT), has ? text : FIGURE_ABSENT);
    return end - cells - 1;
}

/* Right to left: age, interruptions, queued, hottest. Returns where the rest ends. */
static int draw_right(const struct view_input *in, const struct entry *e, int y, int end,
                      struct canvas *c)
{
    const struct center_row *r = e->r;
    int64_t age = snapshot_age_of(in->snap, r, in->ctx.now);
    bool past = e->trouble >= STALE, crit = false,
         hot = row_has(r, center, temperature_max_celsius) && !past;
    struct style s = style_of(past ? ROLE_FAINT : ROLE_TEXT);
    char text[FIGURE_MAX] = FIGURE_ABSENT, marked[FIGURE_MAX + 4];

    if (age >= 0)
        figure_duration(text, age);
    canvas_text_right(c, y, end, AGE_CELLS, style_of(past ? ROLE_WARN : ROLE_DIM),
                      e->trouble == DOWN ? _c("silent", "DOWN") : text);
    end -= AGE_CELLS + 1;
    end = draw_count(in, y, end, COUNT_CELLS - 2, row_has(r, center, interruptions_day),
                     r->interruptions_day,
                     past ? s : style_of(r->interruptions_day > 0 ? ROLE_WARN : ROLE_FAINT), c);
    end =
        draw_count(in, y, end, COUNT_CELLS, row_has(r, center, jobs_queued), r->jobs_queued, s, c);
    struct style heat =
        hot ? figure_temperature_style(r->temperature_max_celsius, 0, &crit) : style_of(ROLE_FAINT);
    snprintf(marked, sizeof marked, FIGURE_ABSENT);
    if (hot)
        snprintf(marked, sizeof marked, "%.0f%s%s", r->temperature_max_celsius,
                 in->ascii ? "C" : "\u00b0", crit ? "!" : " ");
    canvas_text_right(c, y, end, HOT_CELLS, heat, marked);
    return end - HOT_CELLS - 1;
}

static void draw_center(const struct view_input *in, const struct entry *e, struct rect r,
                        struct canvas *c)
{
    struct style name =
        e->trouble >= STALE ? style_of(ROLE_DIM) : style_bold(style_of(ROLE_BRIGHT));
    int end = draw_right(in, e, r.y, r.x + r.w, c);

    draw_sign(in, e, r.y, r.x, c);
    canvas_text(c, r.y, r.x + 2, NAME_CELLS, name,
                row_has(e->r, center, name) ? cell_string(in, e->r->name) : "");
    draw_flops(in, e, r.y, r.x + 2 + NAME_CELLS + 1, end, c);
}

static void draw_heading(const struct view_input *in, struct rect r, struct canvas *c)
{
    struct style s = style_of(ROLE_FAINT);
    int end = r.x + r.w;

    canvas_text(c, r.y, r.x + 2, NAME_CELLS, s, _("CENTER"));
    canvas_text_right(c, r.y, r.x + 2 + NAME_CELLS + 1 + 12, 12, s, _("FLOPS"));
    canvas_text_right(c, r.y, end, AGE_CELLS, s, _("AGE"));
    end -= AGE_CELLS + 1;
    canvas_text_right(c, r.y, end, COUNT_CELLS - 2, s, _("INT24"));
    end -= COUNT_CELLS - 1;
    canvas_text_right(c, r.y, end, COUNT_CELLS, s, _("QUEUED"));
    end -= COUNT_CELLS + 1;
    canvas_text_right(c, r.y, end - 1, HOT_CELLS, s, in->ascii ? "C" : "\u00b0C");
}

void wall_centers_draw(const struct view_input *in, int part, struct rect r, struct canvas *c)
{
    int count, n = columns(r.w - 2), width = (r.w - 2 - (n - 1) * COLUMN_GAP) / n;
    struct entry *list = ranked(in, &count);

    r.h -= heading_rows(in);
    for (int i = 0; heading_rows(in) && i < n && (part * n + i) * r.h < count; i++)
        draw_heading(in, (struct rect){r.y, r.x + 1 + i * (width + COLUMN_GAP), 1, width}, c);
    r.y += heading_rows(in);
    for (int i = 0; i < r.h * n; i++) {
        int at = part * r.h * n + i;
        if (at >= count)
            break;
        draw_center(
            in, &list[at],
            (struct rect){r.y + i % r.h, r.x + 1 + i / r.h * (width + COLUMN_GAP), 1, width}, c);
    }
    free(list);
}
