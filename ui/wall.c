/* SPDX-License-Identifier: MIT
 * wall.c - see wall.h: which page, which alarm, and the frame around them. */
#include "ui/wall.h"
#include "base/i18n.h"
#include "ui/figure.h"
#include "ui/wall_int.h"
#include <stdio.h>

enum { PANEL_CELLS = 96, FOOT_ROWS = 1, PROGRESS_CELLS = 12, SMALL_H = 12, SMALL_W = 40 };

void wall_init(struct wall *w, const struct wall_options *o)
{
    *w = (struct wall){.options = *o};
    if (w->options.dwell_ms <= 0)
        w->options.dwell_ms = WALL_DWELL_MS;
}

/* ---- where things are ---- */

/* The picture is a cell smaller than the screen, and stands at one of its four corners. */
static struct rect drifted(const struct view_input *in)
{
    int step = (int)(in->ctx.now / WALL_DRIFT_MS % 4);
    struct rect r = in->area;

    if (r.h < 2 || r.w < 2)
        return r;
    r.h--;
    r.w--;
    r.y += step == 1 || step == 2;
    r.x += step >= 2;
    return r;
}

/* Below the verdict line and the figures, above the foot. */
static struct rect page_area(const struct view_input *in, struct rect all)
{
    int head = 1 + wall_figure_rows(in) + 1;

    return (struct rect){all.y + head, all.x, all.h - head - FOOT_ROWS - 1, all.w};
}

/* ---- turning pages ---- */

static int parts_of(const struct view_input *in, enum wall_page page)
{
    struct rect r = page_area(in, drifted(in));

    return wall_page_parts(in, page, r.h, r.w < 2 * PANEL_CELLS ? r.w : PANEL_CELLS);
}

/* The next screen that has something; it may be the same one. */
static void turn(struct wall *w, const struct view_input *in)
{
    if (++w->part < parts_of(in, w->page))
        return;
    w->part = 0;
    for (int i = 0; i < WALL_PAGES; i++) {
        w->page = (enum wall_page)((w->page + 1) % WALL_PAGES);
        if (parts_of(in, w->page) > 0)
            return;
    }
    w->page = WALL_CENTERS;
}

static void step_page(struct wall *w, const struct view_input *in)
{
    wall_ms shown = in->ctx.now - w->turned_at;

    /* A clock that was set back must not hold a page for ever. */
    if (w->turned_at == 0 || shown < 0) {
        w->turned_at = in->ctx.now;
        return;
    }
    if (shown < w->options.dwell_ms && w->part < parts_of(in, w->page))
        return;
    turn(w, in);
    w->turned_at = in->ctx.now;
}

/* ---- alarms ---- */

/* What fired later than now did so before the clock was set back: it has been shown. */
static const struct alert_row *newest_critical(const struct view_input *in)
{
    const struct alert_row *best = NULL;

    for (uint32_t i = 0; i < snapshot_slots(in->snap, ENTITY_ALERT); i++) {
        const struct alert_row *a = snapshot_row(in->snap, ENTITY_ALERT, i);
        if (a && wall_alert_is_loud(a, in->ctx.now) && a->severity == severity_CRITICAL &&
            a->fired_at <= in->ctx.now && (!best || a->fired_at > best->fired_at))
            best = a;
    }
    return best;
}

/* It ends when its time is over, or with the alert. */
static void end_alarm(struct wall *w, const struct view_input *in)
{
    wall_ms shown = in->ctx.now - w->alarm_at;
    uint32_t slot = snapshot_find(in->snap, ENTITY_ALERT, w->alarm);
    const struct alert_row *a =
        slot == UINT32_MAX ? NULL : snapshot_row(in->snap, ENTITY_ALERT, slot);

    if (shown < 0 || shown >= WALL_ALARM_MS || !a || !wall_alert_is_loud(a, in->ctx.now))
        w->alarm = 0;
}

static void step_alarm(struct wall *w, const struct view_input *in)
{
    const struct alert_row *a = newest_critical(in);

    if (w->alarm)
        end_alarm(w, in);
    if (!w->started) { /* what was critical before the wall began is no news: it is in the verdict line */
        w->started = true;
        w->newest = a ? a->fired_at : in->ctx.now;
        return;
    }
    if (w->newest > in->ctx.now) /* the clock was set back: what comes now is news all the same */
        w->newest = in->ctx.now;
    if (!a || a->fired_at <= w->newest)
        return;
    w->newest = a->fired_at;
    w->alarm = a->h.key;
    w->alarm_at = in->ctx.now;
}

void wall_step(struct wall *w, const struct view_input *in)
{
    fleet_heat_look(&w->heat, in);
    step_alarm(w, in);
    step_page(w, in);
}

/* ---- drawing ---- */

/* How much of the page's time is over, and what follows. */
static void draw_foot(const struct wall *w, const struct view_input *in, int y, struct rect all,
                      struct canvas *c)
{
    int parts = parts_of(in, w->page);
    double share = (double)(in->ctx.now - w->turned_at) / (double)w->options.dwell_ms;
    int done = (int)(share * PROGRESS_CELLS), x = all.x + 1;
    char power[WALL_POWER_MAX];
    wall_ms left = w->turned_at + w->options.dwell_ms - in->ctx.now;

    x += canvas_textf(c, y, x, all.w - 2, style_of(ROLE_DIM), "%d/%d %s",
                      w->part + 1 < parts ? w->part + 1 : parts, parts, wall_page_title(w->page));
    for (int i = 0; i < PROGRESS_CELLS && x + 2 + i < all.x + all.w; i++)
        canvas_text(c, y, x + 2 + i, 1, style_of(i < done ? ROLE_DIM : ROLE_LINE),
                    in->ascii ? (i < done ? "#" : ".") : "\u25a0");
    wall_power_text(w, in, power);
    if (*power && !wall_has_power_figure(in))
        canvas_text_right(c, y, all.x + all.w - 1, 24, style_of(ROLE_DIM), power);
    else if (all.w > 60)
        canvas_textf(c, y, x + PROGRESS_CELLS + 4, all.x + all.w - x - PROGRESS_CELLS - 5,
                     style_of(ROLE_FAINT), _("next in %ds%s%s"),
                     (int)(left > 0 ? (left + 999) / 1000 : 0), in->ascii ? " - " : " \u00b7 ",
                     _("read only"));
}

static bool draw_panel(const struct view_input *in, enum wall_page page, int part, struct rect r,
                       struct canvas *c)
{
    if (wall_page_parts(in, page, r.h, r.w) == 0)
        return false;
    wall_page_draw(in, page, part, r, c);
    return true;
}

/* On wide screens the centers stay, and beside them stands the page whose turn it is, and what follows it. */
static void draw_panels(const struct wall *w, const struct view_input *in, struct rect all,
                        struct canvas *c)
{
    int panels = all.w / PANEL_CELLS, width;
    enum wall_page page = w->page;

    if (panels < 2) {
        wall_page_draw(in, w->page, w->part, all, c);
        return;
    }
    width = all.w / panels;
    struct rect r = {all.y, all.x, all.h, width - 2};
    wall_page_draw(in, WALL_CENTERS, w->page == WALL_CENTERS ? w->part : 0, r, c);
    for (int i = 0, drawn = 1; i < WALL_PAGES && drawn < panels; i++) {
        r.x = all.x + drawn * width;
        drawn += page != WALL_CENTERS && draw_panel(in, page, page == w->page ? w->part : 0, r, c);
        page = (enum wall_page)((page + 1) % WALL_PAGES);
    }
}

static void draw_page(const struct wall *w, const struct view_input *in, struct rect all,
                      struct canvas *c)
{
    struct rect figures = {all.y + 1, all.x, wall_figure_rows(in), all.w},
                page = page_area(in, all);

    wall_figures(w, in, figures, c);
    if (page.h > 0) {
        canvas_hline(c, page.y - 1, page.x, page.w, style_of(ROLE_LINE));
        draw_panels(w, in, page, c);
    }
    draw_foot(w, in, all.y + all.h - 1, all, c);
}

void wall_draw(const struct wall *w, const struct view_input *in, struct canvas *c)
{
    struct rect all = drifted(in);

    canvas_clear(c);
    wall_verdict(w, in, all, c);
    if (all.h < SMALL_H || all.w < SMALL_W)
        canvas_text(c, all.y + 1, all.x + 1, all.w - 2, style_of(ROLE_DIM),
                    _("the wall needs 40 columns and 12 lines"));
    else if (w->alarm)
        wall_alarm(w, in, (struct rect){all.y + 1, all.x, all.h - 1, all.w}, c);
    else
        draw_page(w, in, all, c);
    if (in->ascii)
        canvas_ascii(c);
}
