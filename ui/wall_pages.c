/* SPDX-License-Identifier: MIT
 * wall_pages.c - the pages below the figures: each is a list of the worst, chosen anew for each picture. */
#include "model/top.h"
#include "ui/said.h"
#include "ui/cells.h"
#include "base/i18n.h"
#include "ui/chart.h"
#include "ui/figure.h"
#include "ui/flopslook.h"
#include "ui/wall_centers.h"
#include "ui/wall_int.h"
#include "ui/why.h"
#include "ui/devices.h"
#include "model/fields.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { TITLE_ROWS = 1, GAP = 2 };

/* ---- the worst few of many rows ---- */

/* NAN: the row is none of the page's. */
typedef double score_fn(const struct view_input *in, const void *row);

static void choose(const struct view_input *in, enum entity e, score_fn *score, int most,
                   struct top *out)
{
    *out = (struct top){.most = most < TOP_MAX ? most : TOP_MAX};
    for (uint32_t i = 0; i < snapshot_slots(in->snap, e); i++) {
        const void *row = snapshot_row(in->snap, e, i);
        if (row)
            top_offer(out, row, score(in, row));
    }
}

static bool any(const struct view_input *in, enum entity e, score_fn *score)
{
    for (uint32_t i = 0; i < snapshot_slots(in->snap, e); i++) {
        const void *row = snapshot_row(in->snap, e, i);
        if (row && !isnan(score(in, row)))
            return true;
    }
    return false;
}

/* ---- cells in a line ---- */

struct pen {
    const struct view_input *in;
    struct canvas *c;
    int y, x, end;
    bool title; /* the heading is being written */
};

static void left(struct pen *p, int cells, struct style s, const char *title, const char *text)
{
    if (p->x + cells > p->end)
        cells = p->end - p->x;
    if (cells > 0)
        canvas_text(p->c, p->y, p->x, cells, p->title ? style_of(ROLE_FAINT) : s,
                    p->title ? title : text);
    p->x += cells + GAP;
}

static void right(struct pen *p, int cells, struct style s, const char *title, const char *text)
{
    if (p->x + cells <= p->end)
        canvas_text_right(p->c, p->y, p->x + cells, cells, p->title ? style_of(ROLE_FAINT) : s,
                          p->title ? title : text);
    p->x += cells + GAP;
}

static const char *text_of(const struct pen *p, bool has, strid id)
{
    return has ? cell_string(p->in, id) : "";
}

static const char *number_of(bool has, double v, char out[FIGURE_MAX], bool ascii)
{
    if (has)
        figure_number(out, v, 0, ascii);
    else
        snprintf(out, FIGURE_MAX, FIGURE_ABSENT);
    return out;
}

static bool is_wide(const struct pen *p)
{
    return p->in->area.w >= 110;
}

/* ---- devices ---- */

static double score_device(const struct view_input *in, const void *row)
{
    const struct device_row *d = row;
    bool bad = row_has(d, device, health) && strcmp(cell_string(in, d->health), "ok") != 0;

    if (d->h.flags & ROW_SILENT || row_has(d, device, parent))
        return NAN;
    if (bad)
        return 1000;
    if (!row_has(d, device, temperature_celsius))
        return NAN;
    return row_has(d, device, temperature_limit_celsius)
               ? 90 + d->temperature_celsius - row_num(d, device, temperature_limit_celsius)
               : d->temperature_celsius;
}

static void line_device(struct pen *p, const void *row)
{
    static const struct device_row none;
    const struct device_row *d = row ? row : &none;
    char text[FIGURE_MAX];
    const char *health = text_of(p, row_has(d, device, health), d->health);
    bool crit = false, hot = row_has(d, device, temperature_celsius), well = !strcmp(health, "ok");
    struct style s =
        hot ? figure_temperature_style(d->temperature_celsius,
                                       row_has(d, device, temperature_limit_celsius)
                                           ? row_num(d, device, temperature_limit_celsius)
                                           : 0,
                                       &crit)
            : style_of(ROLE_FAINT);

    left(p, 20, style_of(ROLE_TEXT), _("CENTER"), row ? cell_center_name(p->in, d->h.center) : "");
    left(p, 14, style_bold(style_of(ROLE_BRIGHT)), _("NODE"),
         text_of(p, row_has(d, device, node), d->node));
    right(p, 3, style_of(ROLE_TEXT), "GPU",
          number_of(row_has(d, device, index), d->index, text, p->in->ascii));
    right(p, 5, style_bold(s), p->in->ascii ? "C" : "\u00b0C",
          number_of(hot, d->temperature_celsius, text, p->in->ascii));
    left(p, 1, style_bold(style_of(ROLE_CRIT)), "", crit ? "!" : "");
    right(p, 5, style_of(ROLE_TEXT), "W",
          number_of(row_has(d, device, power_watts), d->power_watts, text, p->in->ascii));
    left(p, 12, style_of(well ? ROLE_DIM : ROLE_CRIT), _("HEALTH"), device_health_said(health));
    if (is_wide(p)) {
        left(p, 20, style_of(ROLE_DIM), _("MODEL"),
             text_of(p, row_has(d, device, model), d->model));
        left(p, 14, style_of(ROLE_TEXT), _("JOB"),
             text_of(p, row_has(d, device, job), device_job_id(p->in->snap, d)));
    }
}

/* ---- interruptions ---- */

enum { DAY_MS = 86400000 };

static double score_interruption(const struct view_input *in, const void *row)
{
    const struct interruption_row *r = row;

    if (!row_has(r, interruption, at) || in->ctx.now - r->at > DAY_MS)
        return NAN;
    return (double)r->at;
}

static const char *word(enum entity e, unsigned field, const void *row)
{
    const struct field *f = &entity_info(e)->fields[field];
    const struct row_head *h = row;

    return h && h->valid >> field & 1
               ? i18n_either(f->id, f->words[((const uint8_t *)row)[f->offset]])
               : "";
}

static void line_interruption(struct pen *p, const void *row)
{
    static const struct interruption_row none;
    const struct interruption_row *r = row ? row : &none;
    char text[FIGURE_MAX], age[FIGURE_MAX] = "";

    if (row)
        figure_duration(age, p->in->ctx.now - r->at);
    right(p, 6, style_of(ROLE_TEXT), _("AGO"), age);
    left(p, 20, style_of(ROLE_TEXT), _("CENTER"), row ? cell_center_name(p->in, r->h.center) : "");
    left(p, 10, style_bold(style_of(ROLE_BRIGHT)), _("JOB"),
         text_of(p, row_has(r, interruption, job), r->job));
    left(p, 10, style_of(ROLE_WARN), _("CAUSE"),
         word(ENTITY_INTERRUPTION, FIELD_interruption_cause, row));
    left(p, 14, style_of(ROLE_TEXT), _("NODE"),
         text_of(p, row_has(r, interruption, node), r->node));
    right(
        p, 7, style_of(ROLE_TEXT), _("GPU-h"),
        number_of(row_has(r, interruption, gpu_hours_lost), r->gpu_hours_lost, text, p->in->ascii));
    if (is_wide(p))
        left(p, 12, style_of(ROLE_DIM), _("OUTCOME"),
             word(ENTITY_INTERRUPTION, FIELD_interruption_outcome, row));
}

/* ---- jobs that wait ---- */

static double score_queued(const struct view_input *in, const void *row)
{
    const struct job_row *j = row;
    bool waits = row_has(j, job, state) && j->state == job_state_QUEUED && !(j->h.flags & ROW_GONE);

    if (!waits || !row_has(j, job, eligible_at) || j->eligible_at > in->ctx.now)
        return NAN;
    return (double)(in->ctx.now - j->eligible_at);
}

static void line_queued(struct pen *p, const void *row)
{
    static const struct job_row none;
    const struct job_row *j = row ? row : &none;
    char text[FIGURE_MAX], age[FIGURE_MAX] = "";

    if (row)
        figure_duration(age, p->in->ctx.now - j->eligible_at);
    right(p, 6, style_bold(style_of(ROLE_BRIGHT)), _("WAITS"), age);
    left(p, 20, style_of(ROLE_TEXT), _("CENTER"), row ? cell_center_name(p->in, j->h.center) : "");
    left(p, 10, style_of(ROLE_TEXT), _("JOB"), text_of(p, row_has(j, job, id), j->id));
    right(p, 6, style_of(ROLE_TEXT), _("GPUS"),
          number_of(row_has(j, job, devices_requested), j->devices_requested, text, p->in->ascii));
    left(p, 10, style_of(ROLE_TEXT), _("USER"), text_of(p, row_has(j, job, user), j->user));
    left(p, is_wide(p) ? 14 : 10, style_of(ROLE_DIM), _("POOL"),
         text_of(p, row_has(j, job, pool), j->pool));
    if (is_wide(p))
        left(p, 40, style_of(ROLE_DIM), _("WHY"), row ? why_of(p->in, j).words : "");
}

/* ---- sources that fail ---- */

static double score_source(const struct view_input *in, const void *row)
{
    const struct source_row *s = row;

    (void)in;
    if ((s->h.flags & ROW_GONE) || !row_has(s, source, state) ||
        (s->state != source_state_FAILED && s->state != source_state_PAUSED &&
         s->state != source_state_STALE))
        return NAN;
    return row_has(s, source, last_ok_at) ? -(double)s->last_ok_at : 0;
}

static void line_source(struct pen *p, const void *row)
{
    static const struct source_row none;
    const struct source_row *s = row ? row : &none;
    char age[FIGURE_MAX];

    if (row && row_has(s, source, last_ok_at))
        figure_duration(age, p->in->ctx.now - s->last_ok_at);
    else
        snprintf(age, sizeof age, "%s", _("never"));
    left(p, 24, style_bold(style_of(ROLE_BRIGHT)), _("SOURCE"),
         text_of(p, row_has(s, source, name), s->name));
    left(p, 8, style_of(ROLE_WARN), _("STATE"), word(ENTITY_SOURCE, FIELD_source_state, row));
    right(p, 6, style_of(ROLE_TEXT), _("SILENT"), age);
    left(p, p->end - p->x, style_of(ROLE_DIM), _("WHAT HAPPENED"),
         row_has(s, source, error) ? said_string(p->in, s->error) : "");
}

/* ---- all of them ---- */

static const struct {
    const char *title;
    enum entity entity;
    score_fn *score; /* NULL: the page of centers */
    void (*line)(struct pen *p, const void *row);
} pages[WALL_PAGES] = {
    [WALL_CENTERS] = {N_("centers, worst first"), ENTITY_CENTER, NULL, NULL},
    [WALL_DEVICES] = {N_("lost and hot devices"), ENTITY_DEVICE, score_device, line_device},
    [WALL_INTERRUPTED] = {N_("interrupted in 24 h, newest first"), ENTITY_INTERRUPTION,
                          score_interruption, line_interruption},
    [WALL_QUEUED] = {N_("waiting longest"), ENTITY_JOB, score_queued, line_queued},
    [WALL_SOURCES] = {N_("sources without an answer"), ENTITY_SOURCE, score_source, line_source},
};

const char *wall_page_title(enum wall_page page)
{
    return _(pages[page].title);
}

int wall_page_parts(const struct view_input *in, enum wall_page page, int rows, int cells)
{
    if (rows < TITLE_ROWS + 1)
        return page == WALL_CENTERS;
    if (!pages[page].score)
        return wall_centers_parts(in, rows, cells);
    return any(in, pages[page].entity, pages[page].score);
}

void wall_page_draw(const struct view_input *in, enum wall_page page, int part, struct rect r,
                    struct canvas *c)
{
    struct pen p = {in, c, r.y, r.x + 1, r.x + r.w - 1, true};
    struct top top;

    if (!pages[page].score) {
        wall_centers_draw(in, part, r, c);
        return;
    }
    choose(in, pages[page].entity, pages[page].score, r.h - TITLE_ROWS, &top);
    pages[page].line(&p, NULL);
    for (int i = 0; i < top.count; i++) {
        p = (struct pen){in, c, r.y + TITLE_ROWS + i, r.x + 1, r.x + r.w - 1, false};
        pages[page].line(&p, top.row[i]);
    }
}
