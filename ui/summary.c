/* SPDX-License-Identifier: MIT
 * summary.c - see summary.h. FLOPS come first (flopsline.c); where nobody tells any, the bars are of devices and CPUs
 * that the schedulers have given out (provenance A). */
#include "ui/summary.h"
#include "ui/cells.h"
#include "ui/chart.h"
#include "ui/figure.h"
#include "ui/flopsline.h"
#include "ui/flopstotal.h"
#include "ui/glyph.h"
#include "ui/listing.h"
#include "base/i18n.h"
#include "base/text.h"
#include <math.h>
#include <stdio.h>

enum {
    ROOMY_LINES = 28,
    WIDE = 100,
    POWER_FROM = 116,
    BAR_MIN = 16,
    BAR_MAX = 120,
    FIGURES_CELLS = 44
};
enum { FLOPS_FIGURES_CELLS = 52, FLOPS_FIGURES_WIDE = 70, WORDS_MAX = 64 };

/* Of the labels at the left, with the gap behind them. */
static int label_cells(struct rect r)
{
    return r.w >= WIDE ? 10 : 9;
}

static bool has_devices(const struct view_input *in)
{
    return snapshot_totals(in->snap)->devices > 0;
}

static void unknown(struct phrase *p)
{
    phrase_word(p, style_of(ROLE_FAINT), FIGURE_ABSENT);
}

static bool roomy(const struct view_input *in)
{
    return in->area.h >= ROOMY_LINES;
}

/* Something is known of devices: by a scheduler, or by telemetry. */
static bool knows_devices(const struct view_input *in)
{
    return has_devices(in) || list_some_center_tells(in, FIELD_center_devices_seen);
}

int summary_lines(const struct view_input *in)
{
    int bars = flopsline_told(in) ? 0 : 1 + has_devices(in);

    return flopsline_count(in) + bars + knows_devices(in) + 2 + 2 * roomy(in);
}

static struct phrase start(const struct view_input *in, struct rect r, int y, struct canvas *c,
                           const char *label)
{
    int cells = label_cells(r);

    canvas_text(c, y, r.x + 1, cells - 1, style_of(ROLE_DIM), label);
    return phrase_start(c, in, y, r.x + 1 + cells, r.x + r.w - 1);
}

/* "33 870 / 41 216  82%  A from 120 of 128 nodes" behind a bar. */
static void bar_figures(struct phrase *p, double used, double total, const char *coverage)
{
    char text[FIGURE_MAX], all[FIGURE_MAX];
    int x = p->x;

    figure_number(text, used, 0, p->in->ascii);
    figure_number(all, total, 0, p->in->ascii);
    canvas_text_right(p->c, p->y, x + 8, 8, style_bold(style_of(ROLE_BRIGHT)), text);
    p->x += 8;
    p->first = false;
    phrase_word(p, style_of(ROLE_DIM), "/");
    phrase_word(p, style_of(ROLE_DIM), all);
    figure_percent(text, total > 0 ? used / total : 0);
    canvas_text_right(p->c, p->y, x + 24, 5, style_bold(style_of(ROLE_TEXT)), text);
    p->x = x + 24;
    phrase_gap(p, 1);
    phrase_word(p, style_bold(style_of(ROLE_ALLOCATED)), "A");
    if (p->x + 11 + text_cells(coverage) <= p->end) {
        phrase_word(p, style_of(ROLE_FAINT), _("allocated"));
        phrase_word(p, style_of(ROLE_FAINT), coverage);
    } else if (p->x + 10 <= p->end) {
        phrase_word(p, style_of(ROLE_FAINT), _("allocated"));
    }
}

static int bar_cells(struct rect r, int figures)
{
    int label = label_cells(r), w = (r.w - label) * 45 / 100;

    if (w > r.w - label - figures)
        w = r.w - label - figures;
    return w < BAR_MIN ? BAR_MIN : w > BAR_MAX ? BAR_MAX : w;
}

static void draw_devices_bar(const struct view_input *in, struct rect r, int y, struct canvas *c)
{
    const struct totals *t = snapshot_totals(in->snap);
    struct chart_part parts[] = {{t->devices_allocated, ROLE_ALLOCATED, '#'},
                                 {t->devices_idle, ROLE_LINE, '.'},
                                 {t->devices_draining, ROLE_WARN, '!'},
                                 {t->devices_down, ROLE_CRIT, 'x'}};
    struct phrase p = start(in, r, y, c, _("GPUs"));
    int w = bar_cells(r, FIGURES_CELLS);
    char tell[FIGURE_MAX], all[FIGURE_MAX], coverage[3 * FIGURE_MAX];

    chart_parts(c, y, p.x, w, parts, 4, t->devices, ROLE_LINE, in->ascii);
    p.x += w + 1;
    figure_number(tell, t->device_nodes, 0, in->ascii);
    figure_number(all, t->nodes, 0, in->ascii);
    snprintf(coverage, sizeof coverage, _("from %s of %s nodes"), tell, all);
    bar_figures(&p, t->devices_allocated, t->devices, coverage);
}

static void draw_cpus_bar(const struct view_input *in, struct rect r, int y, struct canvas *c)
{
    const struct totals *t = snapshot_totals(in->snap);
    struct chart_part part = {t->cpus_allocated, has_devices(in) ? ROLE_MEASURED : ROLE_ALLOCATED,
                              '#'};
    struct phrase p = start(in, r, y, c, _("CPUs"));
    int w = bar_cells(r, FIGURES_CELLS);

    if (!list_some_center_tells(in, FIELD_center_cpus_total)) {
        unknown(&p);
        return;
    }
    chart_parts(c, y, p.x, w, &part, 1, t->cpus, ROLE_LINE, in->ascii);
    p.x += w + 1;
    bar_figures(&p, t->cpus_allocated, t->cpus, "");
}

static struct style bad(double v, enum role role)
{
    return v > 0 ? style_bold(style_of(role)) : style_of(ROLE_FAINT);
}

/* --- devices, and at the right their heat and power --- */

/* "zb-g0412/3"; the center where only a sum told the temperature. */
static void hottest_name(const struct view_input *in, char out[WORDS_MAX])
{
    const struct totals *t = snapshot_totals(in->snap);
    const struct device_row *d = t->hottest_device == UINT32_MAX
                                     ? NULL
                                     : snapshot_row(in->snap, ENTITY_DEVICE, t->hottest_device);

    out[0] = '\0';
    if (d && row_has(d, device, node) && row_has(d, device, index)) {
        snprintf(out, WORDS_MAX, "%.40s/%.0f", cell_string(in, d->node), (double)d->index);
        return;
    }
    for (uint32_t i = 0; !d && i < snapshot_slots(in->snap, ENTITY_CENTER); i++) {
        const struct center_row *r = snapshot_row(in->snap, ENTITY_CENTER, i);
        if (r && row_has(r, center, device_temperature_max_celsius) &&
            r->device_temperature_max_celsius >= t->device_temperature_max)
            snprintf(out, WORDS_MAX, "%.40s", cell_center_name(in, r->h.center));
    }
}

/* "hottest 91°C zb-g0412", ending at x; returns where it begins. */
static int draw_hottest(const struct view_input *in, struct rect r, int y, int x, double celsius,
                        double limit, const char *where, struct canvas *c)
{
    char text[FIGURE_MAX];
    bool crit;

    x -= canvas_text_right(c, y, x, 24, style_of(ROLE_TEXT), where) + 1;
    struct style s = figure_temperature_style(celsius, limit, &crit);
    figure_unit(text, celsius, UNIT_CELSIUS, in->ascii);
    x -= canvas_text_right(c, y, x, 8, style_bold(s), text) + 1;
    if (r.w >= WIDE)
        x -= canvas_text_right(c, y, x, 8, style_of(ROLE_DIM), _("hottest")) + 1;
    return x - 2;
}

/* FLOPS per watt of the first precision of which devices tell both. */
static int draw_efficiency(const struct view_input *in, const struct fleet_heat *h, int y, int x,
                           struct canvas *c)
{
    static const enum provenance work[] = {provenance_ESTIMATED, provenance_MEASURED};
    char figure[FIGURE_MAX], text[WORDS_MAX];
    const char *step;

    for (const enum precision *p = flops_order; *p; p++) {
        for (int k = 0; k < 2; k++) {
            double each = fleet_heat_efficiency(h, *p, work[k]);
            if (!isfinite(each))
                continue;
            figure_si(each, figure, &step);
            snprintf(text, sizeof text, "%s %sF/W", figure, step);
            return x - canvas_text_right(c, y, x, 12, style_of(ROLE_TEXT), text) - 3;
        }
    }
    (void)in;
    return x;
}

/* Power, FLOPS per watt and the hottest one. Returns where they begin. */
static int draw_heat(const struct view_input *in, const struct fleet_heat *h, struct rect r, int y,
                     struct canvas *c)
{
    const struct totals *t = snapshot_totals(in->snap);
    char text[WORDS_MAX];
    int x = r.x + r.w - 1;

    if (t->has_device_temperature) {
        hottest_name(in, text);
        x = draw_hottest(in, r, y, x, t->device_temperature_max, 0, text, c);
    }
    if (r.w < POWER_FROM)
        return x;
    x = draw_efficiency(in, h, y, x, c);
    if (t->device_power_of > 0) {
        figure_unit(text, t->device_power_watts, UNIT_WATT, in->ascii);
        x -= canvas_text_right(c, y, x, 10, style_of(ROLE_TEXT), text) + 3;
    }
    return x;
}

static void draw_devices(const struct view_input *in, const struct fleet_heat *h, struct rect r,
                         int y, struct canvas *c)
{
    const struct totals *t = snapshot_totals(in->snap);
    struct phrase p = start(in, r, y, c, _("devices"));
    bool brief = r.w < WIDE && t->has_device_temperature;
    int gap = brief ? 0 : 1;

    p.end = draw_heat(in, h, r, y, c);
    if (has_devices(in)) {
        phrase_count(&p, style_bold(style_of(ROLE_BRIGHT)), t->devices,
                     brief ? _("all") : _("in all"));
        phrase_gap(&p, gap);
        phrase_count(&p, style_of(ROLE_TEXT), t->devices_allocated, _("used"));
        phrase_gap(&p, gap);
        phrase_count(&p, style_of(ROLE_TEXT), t->devices_idle, _("idle"));
        phrase_gap(&p, gap);
        phrase_count(&p, bad(t->devices_draining, ROLE_WARN), t->devices_draining,
                     brief ? _("drain") : _("draining"));
        phrase_gap(&p, gap);
        phrase_count(&p, bad(t->devices_down, ROLE_CRIT), t->devices_down, _("down"));
    } else {
        phrase_count(&p, style_bold(style_of(ROLE_BRIGHT)), t->devices_seen,
                     _("seen by exporters"));
    }
    phrase_gap(&p, gap);
    if (t->devices_throttled > 0)
        phrase_count(&p, bad(t->devices_throttled, ROLE_WARN), t->devices_throttled,
                     _("throttled"));
    phrase_gap(&p, gap);
    if (t->devices_silent > 0)
        phrase_count(&p, bad(t->devices_silent, ROLE_WARN), t->devices_silent, _("silent"));
}

/* Right part of the line of nodes: power and the hottest sensor. Returns where it begins. */
static int draw_node_heat(const struct view_input *in, struct rect r, int y, struct canvas *c)
{
    const struct totals *t = snapshot_totals(in->snap);
    bool devices_hotter = /* then it stands a line above */
        t->has_device_temperature && t->device_temperature_max >= t->temperature_max;
    const struct node_row *node = t->has_temperature && !devices_hotter
                                      ? snapshot_row(in->snap, ENTITY_NODE, t->hottest_node)
                                      : NULL;
    int x = r.x + r.w - 1;
    char text[FIGURE_MAX];

    if (node)
        x = draw_hottest(
            in, r, y, x, t->temperature_max,
            row_has(node, node, temperature_limit_celsius) ? node->temperature_limit_celsius : 0,
            cell_string(in, node->name), c);
    if (t->power_nodes > 0 && r.w >= WIDE) {
        snprintf(text, sizeof text, _n("from %u node", "from %u nodes", t->power_nodes),
                 t->power_nodes);
        x -= canvas_text_right(c, y, x, 24, style_of(ROLE_FAINT), text) + 1;
        figure_unit(text, t->power_watts, UNIT_WATT, in->ascii);
        x -= canvas_text_right(c, y, x, 10, style_of(ROLE_TEXT), text) + 3;
    }
    return x;
}

/* "8 640 of 12 928 CPUs used": where the bars are of FLOPS. */
static void draw_cpus(struct phrase *p)
{
    const struct totals *t = snapshot_totals(p->in->snap);
    char used[FIGURE_MAX], all[FIGURE_MAX], text[3 * FIGURE_MAX];

    if (!list_some_center_tells(p->in, FIELD_center_cpus_total))
        return;
    figure_number(used, t->cpus_allocated, 0, p->in->ascii);
    figure_number(all, t->cpus, 0, p->in->ascii);
    snprintf(text, sizeof text, _("of %s CPUs used"), all);
    if (p->x + text_cells(used) + text_cells(text) + 3 > p->end)
        return;
    phrase_gap(p, 1);
    phrase_word(p, style_of(ROLE_TEXT), used);
    phrase_word(p, style_of(ROLE_DIM), text);
}

static void draw_nodes(const struct view_input *in, struct rect r, int y, struct canvas *c)
{
    const struct totals *t = snapshot_totals(in->snap);
    int end = draw_node_heat(in, r, y, c);
    struct phrase p = start(in, r, y, c, _("nodes"));

    p.end = end;
    if (!list_some_center_tells(in, FIELD_center_nodes_total)) {
        unknown(&p);
        return;
    }
    phrase_count(&p, style_bold(style_of(ROLE_BRIGHT)), t->nodes, _("in all"));
    phrase_gap(&p, 1);
    phrase_count(&p, style_of(ROLE_TEXT), t->nodes_up, _("up"));
    phrase_gap(&p, 1);
    phrase_count(&p, bad(t->nodes_drained, ROLE_WARN), t->nodes_drained, _("drain"));
    phrase_gap(&p, 1);
    phrase_count(&p, bad(t->nodes_down, ROLE_CRIT), t->nodes_down, _("down"));
    if (flopsline_told(in))
        draw_cpus(&p);
}

/* "312 interrupted in 24 h  ~18 400 GPU-h lost" */
static void draw_interrupted(struct phrase *p, const struct totals *t)
{
    char number[FIGURE_MAX], text[2 * FIGURE_MAX];

    phrase_count(p, bad(t->interruptions_day, t->interruptions_open > 0 ? ROLE_WARN : ROLE_TEXT),
                 t->interruptions_day, _("interrupted in 24 h"));
    phrase_gap(p, 1);
    figure_hours(number, t->gpu_hours_lost_day, p->in->ascii);
    snprintf(text, sizeof text, p->in->ascii ? _("~%s GPU-h lost") : _("~%s GPU\xC2\xB7h lost"),
             number);
    if (t->gpu_hours_lost_day < 0.05 || p->x + 1 + text_cells(text) > p->end)
        return;
    phrase_word(p, style_of(ROLE_TEXT), text);
    phrase_gap(p, 1);
}

static void draw_jobs(const struct view_input *in, struct rect r, int y, struct canvas *c)
{
    const struct totals *t = snapshot_totals(in->snap);
    struct phrase p = start(in, r, y, c, _("jobs"));
    char text[FIGURE_MAX];

    if (!list_some_center_tells(in, FIELD_center_jobs_running)) {
        unknown(&p);
        return;
    }
    phrase_count(&p, style_bold(style_of(ROLE_BRIGHT)), t->jobs_running, _("running"));
    phrase_gap(&p, 1);
    phrase_count(&p, style_bold(style_of(t->jobs_queued > 0 ? ROLE_BRIGHT : ROLE_DIM)),
                 t->jobs_queued, _("queued"));
    if (t->oldest_queued_at > 0) {
        figure_duration(text, in->ctx.now - t->oldest_queued_at);
        phrase_word(&p, style_of(ROLE_FAINT), _("oldest"));
        phrase_word(&p, style_of(ROLE_TEXT), text);
    }
    phrase_gap(&p, 1);
    if (has_devices(in) && t->devices_wanted > 0) {
        phrase_count(&p, style_of(ROLE_TEXT), t->devices_wanted, _("GPUs wanted"));
        phrase_gap(&p, 1);
    }
    phrase_count(&p, bad(t->jobs_held, ROLE_WARN), t->jobs_held, _("held"));
    phrase_gap(&p, 1);
    if (list_some_center_tells(in, FIELD_center_interruptions_day))
        draw_interrupted(&p, t);
    phrase_plural(&p, bad(t->restarts, ROLE_WARN), t->restarts, "requeue", "requeues");
}

void summary_draw(const struct view_input *in, const struct fleet_heat *heat, struct rect r,
                  struct canvas *c)
{
    int y = r.y + roomy(in);
    bool told_flops = flopsline_told(in);
    struct rect lines = {y, r.x, flopsline_count(in), r.w};
    int figures = r.w >= WIDE ? FLOPS_FIGURES_WIDE : FLOPS_FIGURES_CELLS;

    flopsline_draw(in, lines, label_cells(r), bar_cells(r, figures), c);
    y += lines.h;
    if (!told_flops && has_devices(in))
        draw_devices_bar(in, r, y++, c);
    if (!told_flops)
        draw_cpus_bar(in, r, y++, c);
    if (knows_devices(in))
        draw_devices(in, heat, r, y++, c);
    draw_nodes(in, r, y++, c);
    draw_jobs(in, r, y, c);
}
