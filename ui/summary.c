/* SPDX-License-Identifier: MIT
 * summary.c - see summary.h. Devices and CPUs are what the schedulers have given out (provenance A). */
#include "ui/summary.h"
#include "ui/chart.h"
#include "ui/figure.h"
#include "ui/glyph.h"
#include "ui/listing.h"
#include "base/text.h"
#include <stdio.h>

enum { ROOMY_LINES = 28, LABEL_CELLS = 9, BAR_MIN = 16, BAR_MAX = 120, FIGURES_CELLS = 44 };

static bool has_devices(const struct view_input *in)
{
    return snapshot_totals(in->snap)->devices > 0;
}

/* Some center tells this figure: without that a sum of 0 means nothing. */
static bool told(const struct view_input *in, int field)
{
    for (uint32_t i = 0; i < snapshot_slots(in->snap, ENTITY_CENTER); i++) {
        const struct center_row *r = snapshot_row(in->snap, ENTITY_CENTER, i);
        if (r && (r->h.valid >> field & 1))
            return true;
    }
    return false;
}

static void unknown(struct phrase *p)
{
    phrase_word(p, style_of(ROLE_FAINT), FIGURE_ABSENT);
}

static bool roomy(const struct view_input *in)
{
    return in->area.h >= ROOMY_LINES;
}

int summary_lines(const struct view_input *in)
{
    return 3 + 2 * has_devices(in) + 2 * roomy(in);
}

static struct phrase start(const struct view_input *in, struct rect r, int y, struct canvas *c,
                           const char *label)
{
    canvas_text(c, y, r.x + 1, LABEL_CELLS - 1, style_of(ROLE_DIM), label);
    return phrase_start(c, in, y, r.x + 1 + LABEL_CELLS, r.x + r.w - 1);
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
        phrase_word(p, style_of(ROLE_FAINT), "allocated");
        phrase_word(p, style_of(ROLE_FAINT), coverage);
    } else if (p->x + 10 <= p->end) {
        phrase_word(p, style_of(ROLE_FAINT), "allocated");
    }
}

static int bar_cells(struct rect r)
{
    int w = (r.w - LABEL_CELLS) * 45 / 100;

    if (w > r.w - LABEL_CELLS - FIGURES_CELLS)
        w = r.w - LABEL_CELLS - FIGURES_CELLS;
    return w < BAR_MIN ? BAR_MIN : w > BAR_MAX ? BAR_MAX : w;
}

static void draw_devices_bar(const struct view_input *in, struct rect r, int y, struct canvas *c)
{
    const struct totals *t = snapshot_totals(in->snap);
    struct chart_part parts[] = {{t->devices_allocated, ROLE_ALLOCATED, '#'},
                                 {t->devices_idle, ROLE_LINE, '.'},
                                 {t->devices_draining, ROLE_WARN, '!'},
                                 {t->devices_down, ROLE_CRIT, 'x'}};
    struct phrase p = start(in, r, y, c, "GPUs");
    int w = bar_cells(r);
    char tell[FIGURE_MAX], all[FIGURE_MAX], coverage[3 * FIGURE_MAX];

    chart_parts(c, y, p.x, w, parts, 4, t->devices, ROLE_LINE, in->ascii);
    p.x += w + 1;
    figure_number(tell, t->device_nodes, 0, in->ascii);
    figure_number(all, t->nodes, 0, in->ascii);
    snprintf(coverage, sizeof coverage, "from %s of %s nodes", tell, all);
    bar_figures(&p, t->devices_allocated, t->devices, coverage);
}

static void draw_cpus_bar(const struct view_input *in, struct rect r, int y, struct canvas *c)
{
    const struct totals *t = snapshot_totals(in->snap);
    struct chart_part part = {t->cpus_allocated, has_devices(in) ? ROLE_MEASURED : ROLE_ALLOCATED,
                              '#'};
    struct phrase p = start(in, r, y, c, "CPUs");
    int w = bar_cells(r);

    if (!told(in, FIELD_center_cpus_total)) {
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

static void draw_devices(const struct view_input *in, struct rect r, int y, struct canvas *c)
{
    const struct totals *t = snapshot_totals(in->snap);
    struct phrase p = start(in, r, y, c, "devices");

    p.first = true;
    phrase_count(&p, style_bold(style_of(ROLE_BRIGHT)), t->devices, "in all");
    phrase_gap(&p, 1);
    phrase_count(&p, style_of(ROLE_TEXT), t->devices_allocated, "used");
    phrase_gap(&p, 1);
    phrase_count(&p, style_of(ROLE_TEXT), t->devices_idle, "idle");
    phrase_gap(&p, 1);
    phrase_count(&p, bad(t->devices_draining, ROLE_WARN), t->devices_draining, "draining");
    phrase_gap(&p, 1);
    phrase_count(&p, bad(t->devices_down, ROLE_CRIT), t->devices_down, "down");
}

/* Right part of the line of nodes: power and the hottest sensor. Returns where it begins. */
static int draw_heat(const struct view_input *in, struct rect r, int y, struct canvas *c)
{
    const struct totals *t = snapshot_totals(in->snap);
    const struct node_row *node =
        t->has_temperature ? snapshot_row(in->snap, ENTITY_NODE, t->hottest_node) : NULL;
    int x = r.x + r.w - 1;
    char text[FIGURE_MAX];
    bool crit;

    if (node) {
        const char *name = intern_text(snapshot_strings(in->snap), node->name);
        x -= canvas_text_right(c, y, x, 24, style_of(ROLE_TEXT), name) + 1;
        double limit =
            row_has(node, node, temperature_limit_celsius) ? node->temperature_limit_celsius : 0;
        struct style s = figure_temperature_style(t->temperature_max, limit, &crit);
        figure_unit(text, t->temperature_max, UNIT_CELSIUS, in->ascii);
        x -= canvas_text_right(c, y, x, 8, style_bold(s), text) + 1;
        x -= canvas_text_right(c, y, x, 8, style_of(ROLE_DIM), "hottest") + 3;
    }
    if (t->power_nodes > 0 && r.w >= 100) {
        snprintf(text, sizeof text, "from %u node%s", t->power_nodes,
                 t->power_nodes == 1 ? "" : "s");
        x -= canvas_text_right(c, y, x, 24, style_of(ROLE_FAINT), text) + 1;
        figure_unit(text, t->power_watts, UNIT_WATT, in->ascii);
        x -= canvas_text_right(c, y, x, 10, style_of(ROLE_TEXT), text) + 3;
    }
    return x;
}

static void draw_nodes(const struct view_input *in, struct rect r, int y, struct canvas *c)
{
    const struct totals *t = snapshot_totals(in->snap);
    int end = draw_heat(in, r, y, c);
    struct phrase p = start(in, r, y, c, "nodes");

    p.end = end;
    if (!told(in, FIELD_center_nodes_total)) {
        unknown(&p);
        return;
    }
    phrase_count(&p, style_bold(style_of(ROLE_BRIGHT)), t->nodes, "in all");
    phrase_gap(&p, 1);
    phrase_count(&p, style_of(ROLE_TEXT), t->nodes_up, "up");
    phrase_gap(&p, 1);
    phrase_count(&p, bad(t->nodes_drained, ROLE_WARN), t->nodes_drained, "drained");
    phrase_gap(&p, 1);
    phrase_count(&p, bad(t->nodes_down, ROLE_CRIT), t->nodes_down, "down");
}

/* "312 interrupted in 24 h  ~18 400 GPU-h lost" */
static void draw_interrupted(struct phrase *p, const struct totals *t)
{
    char number[FIGURE_MAX], text[2 * FIGURE_MAX];

    phrase_count(p, bad(t->interruptions_day, t->interruptions_open > 0 ? ROLE_WARN : ROLE_TEXT),
                 t->interruptions_day, "interrupted in 24 h");
    phrase_gap(p, 1);
    figure_hours(number, t->gpu_hours_lost_day, p->in->ascii);
    snprintf(text, sizeof text, p->in->ascii ? "~%s GPU-h lost" : "~%s GPU\xC2\xB7h lost", number);
    if (t->gpu_hours_lost_day < 0.05 || p->x + 1 + text_cells(text) > p->end)
        return;
    phrase_word(p, style_of(ROLE_TEXT), text);
    phrase_gap(p, 1);
}

static void draw_jobs(const struct view_input *in, struct rect r, int y, struct canvas *c)
{
    const struct totals *t = snapshot_totals(in->snap);
    struct phrase p = start(in, r, y, c, "jobs");
    char text[FIGURE_MAX];

    if (!told(in, FIELD_center_jobs_running)) {
        unknown(&p);
        return;
    }
    phrase_count(&p, style_bold(style_of(ROLE_BRIGHT)), t->jobs_running, "running");
    phrase_gap(&p, 1);
    phrase_count(&p, style_bold(style_of(t->jobs_queued > 0 ? ROLE_BRIGHT : ROLE_DIM)),
                 t->jobs_queued, "queued");
    if (t->oldest_queued_at > 0) {
        figure_duration(text, in->ctx.now - t->oldest_queued_at);
        phrase_word(&p, style_of(ROLE_FAINT), "oldest");
        phrase_word(&p, style_of(ROLE_TEXT), text);
    }
    phrase_gap(&p, 1);
    if (has_devices(in) && t->devices_wanted > 0) {
        phrase_count(&p, style_of(ROLE_TEXT), t->devices_wanted, "GPUs wanted");
        phrase_gap(&p, 1);
    }
    phrase_count(&p, bad(t->jobs_held, ROLE_WARN), t->jobs_held, "held");
    phrase_gap(&p, 1);
    if (told(in, FIELD_center_interruptions_day))
        draw_interrupted(&p, t);
    phrase_plural(&p, bad(t->restarts, ROLE_WARN), t->restarts, "requeues");
}

void summary_draw(const struct view_input *in, struct rect r, struct canvas *c)
{
    int y = r.y + roomy(in);

    if (has_devices(in))
        draw_devices_bar(in, r, y++, c);
    draw_cpus_bar(in, r, y++, c);
    if (has_devices(in))
        draw_devices(in, r, y++, c);
    draw_nodes(in, r, y++, c);
    draw_jobs(in, r, y, c);
}
