/* SPDX-License-Identifier: MIT
 * wall_head.c - what is on every page of the wall: the verdict line and the main figures. */
#include "base/i18n.h"
#include "ui/said.h"
#include "base/text.h"
#include "ui/alertlook.h"
#include "ui/bigtext.h"
#include "ui/chart.h"
#include "ui/cells.h"
#include "ui/figure.h"
#include "ui/flopslook.h"
#include "ui/flopstotal.h"
#include "ui/verdict.h"
#include "ui/wall_int.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { FIGURES = 3, POWER_FROM = 110, CLOCK_CELLS = 10, SENTENCE = 512, DEAD_MS = 60000 };

/* ---- alerts ---- */

bool wall_alert_is_loud(const struct alert_row *a, wall_ms now)
{
    bool silenced = row_has(a, alert, silenced_until) && a->silenced_until > now;

    return row_has(a, alert, state) && a->state == alert_state_FIRING && !silenced &&
           !row_has(a, alert, acknowledged_at);
}

/* The worst first, then the newest, then as they came. */
static bool comes_before(const struct alert_row *a, uint32_t a_slot, const struct alert_row *b,
                         uint32_t b_slot)
{
    if (a->severity != b->severity)
        return a->severity > b->severity;
    return a->fired_at != b->fired_at ? a->fired_at > b->fired_at : a_slot < b_slot;
}

/* Quadratic in `skip`, which is small. */
const struct alert_row *wall_alert(const struct view_input *in, int center, int skip)
{
    const struct alert_row *last = NULL, *best;
    uint32_t last_slot = 0, best_slot = 0;

    for (; skip >= 0; skip--) {
        best = NULL;
        for (uint32_t i = 0; i < snapshot_slots(in->snap, ENTITY_ALERT); i++) {
            const struct alert_row *a = snapshot_row(in->snap, ENTITY_ALERT, i);
            if (!a || !wall_alert_is_loud(a, in->ctx.now) || (center >= 0 && a->h.center != center))
                continue;
            if ((!last || comes_before(last, last_slot, a, i)) &&
                (!best || comes_before(a, i, best, best_slot)))
                best = a, best_slot = i;
        }
        if (!best)
            return NULL;
        last = best;
        last_slot = best_slot;
    }
    return last;
}

void wall_alert_text(const struct view_input *in, const struct alert_row *a, char *out, size_t room)
{
    char subject[ALERT_ABOUT_MAX];

    alert_about(in, a, subject);
    snprintf(out, room, "%s%s%s: %s", cell_center_name(in, a->h.center), *subject ? " " : "",
             subject, row_has(a, alert, summary) ? said_string(in, a->summary) : "");
}

/* ---- the verdict line ---- */

static void clock_text(const struct view_input *in, char out[16])
{
    int64_t s = in->ctx.now / 1000 + (int64_t)in->ctx.utc_offset_minutes * 60;

    s = (s % 86400 + 86400) % 86400;
    snprintf(out, 16, "%02d:%02d:%02d", (int)(s / 3600), (int)(s / 60 % 60), (int)(s % 60));
}

/* No picture has come for a minute: everything below is old, whatever it says. */
static bool is_dead(const struct view_input *in)
{
    return in->ctx.now - snapshot_at(in->snap) > DEAD_MS;
}

/* A center that has just gone down counts before its alert fires. */
static const struct center_row *down_center(const struct view_input *in)
{
    for (uint32_t i = 0; i < snapshot_slots(in->snap, ENTITY_CENTER); i++) {
        const struct center_row *r = snapshot_row(in->snap, ENTITY_CENTER, i);
        if (r && row_has(r, center, health) && r->health == health_DOWN)
            return r;
    }
    return NULL;
}

static void sentence(const struct view_input *in, const struct verdict *v, char out[SENTENCE])
{
    const struct alert_row *a = wall_alert(in, -1, 0);
    bool critical = a && a->severity == severity_CRITICAL;
    const struct center_row *down = v->critical > 0 && !critical ? down_center(in) : NULL;

    if (is_dead(in)) {
        char age[FIGURE_MAX];
        figure_duration(age, in->ctx.now - snapshot_at(in->snap));
        snprintf(out, SENTENCE, _("no new picture for %s: suantop itself is stuck"), age);
    } else if (down) {
        snprintf(out, SENTENCE, _("%s: no source answers"), cell_center_name(in, down->h.center));
    } else if (a) {
        wall_alert_text(in, a, out, SENTENCE);
    } else {
        snprintf(out, SENTENCE,
                 v->live == v->centers
                     ? _n("%d center, %d live", "%d centers, %d live", (unsigned)v->centers)
                     : _n("%d center, %d live, some without data",
                          "%d centers, %d live, some without data", (unsigned)v->centers),
                 v->centers, v->live);
    }
}

/* What happened, as far as there is room; how much more there is, always. */
static void draw_sentence(const struct view_input *in, const struct verdict *v, int y, int x,
                          int end, struct style s, struct canvas *c)
{
    bool named = !is_dead(in) && (v->critical > 0 || wall_alert(in, -1, 0));
    int more = named ? v->critical + v->warning - 1 : 0;
    char text[SENTENCE], tail[48] = "";

    if (more > 0)
        snprintf(tail, sizeof tail, _("%s%d more"), in->ascii ? " - " : " \u00b7 ", more);
    sentence(in, v, text);
    x += canvas_text(c, y, x, end - x - text_cells(tail), s, text);
    canvas_text(c, y, x, end - x, s, tail);
}

/* The bar is as wide as the screen, what stands in it drifts with the picture. */
void wall_verdict(const struct wall *w, const struct view_input *in, struct rect all,
                  struct canvas *c)
{
    struct verdict v = verdict_of(in->snap);
    bool dead = is_dead(in), critical = v.critical > 0 || dead;
    enum role bg = critical ? ROLE_CRIT_BG : v.warning > 0 ? ROLE_WARN_BG : ROLE_BAR;
    enum role fg = critical ? ROLE_BRIGHT : v.warning > 0 ? ROLE_WARN : ROLE_OK;
    const char *word = dead        ? _("NO DATA")
                       : critical  ? _("CRITICAL")
                       : v.warning ? _("WARNING")
                       : v.centers ? _("OK")
                                   : _("NO CENTERS");
    char clock[16];
    int y = all.y, x = all.x + 1, end = all.x + all.w - CLOCK_CELLS - 1;

    canvas_fill(c, (struct rect){y, in->area.x, 1, in->area.w}, ' ', style_on(ROLE_TEXT, bg));
    if (*w->options.title)
        x +=
            canvas_text(c, y, x, end - x, style_bold(style_on(ROLE_BRIGHT, bg)), w->options.title) +
            2;
    x += canvas_text(c, y, x, end - x, style_bold(style_on(fg, bg)),
                     critical    ? (in->ascii ? "!! " : "\u25cf ")
                     : v.warning ? (in->ascii ? "! " : "\u25b2 ")
                                 : "");
    x += canvas_text(c, y, x, end - x, style_bold(style_on(fg, bg)), word) + 2;
    draw_sentence(in, &v, y, x, end, style_on(ROLE_BRIGHT, bg), c);
    clock_text(in, clock);
    canvas_text_right(c, y, all.x + all.w - 1, -1, style_bold(style_on(ROLE_BRIGHT, bg)), clock);
}

/* ---- figures ---- */

int wall_scale(const struct view_input *in)
{
    if (in->area.h >= 70 && in->area.w >= 240)
        return 3;
    return in->area.h >= 38 && in->area.w >= 130 ? 2 : 1;
}

static int flops_lines(const struct view_input *in)
{
    struct flops_totals all;
    int n = 0;

    flops_total_of(in, -1, &all);
    for (const enum precision *p = flops_order; *p; p++)
        n += flops_best(&all, *p) != provenance_NONE;
    return n;
}

/* A label, digits; below the FLOPS a bar with a blank line before it. */
int wall_figure_rows(const struct view_input *in)
{
    int digits = bigtext_rows(wall_scale(in)), spare = in->area.h >= 24;

    return (flops_lines(in) ? 1 + digits + 2 + spare : 0) + spare + 1 + digits + spare;
}

struct big {
    const char *label;
    char digits[FIGURE_MAX], unit[96];
    char brief
        [16]; /* the unit where there is no room for all that; "" = as much of it as there is room for */
    struct style style;
};

static void draw_big(const struct view_input *in, struct rect r, const struct big *b,
                     struct canvas *c)
{
    int scale = wall_scale(in), rows = bigtext_rows(scale);

    canvas_text(c, r.y, r.x, r.w, style_of(ROLE_DIM), b->label);
    int used = bigtext_draw(c, r.y + 1, r.x, r.w, scale, b->style, b->digits, in->ascii);
    int room = r.w - used - 2;
    bool all = text_cells(b->unit) <= room || !*b->brief;
    canvas_text(c, r.y + rows, r.x + used + 2, room, style_of(ROLE_DIM), all ? b->unit : b->brief);
}

/* "18.3" big, "/ 26.1 EF E" beside it. A nameplate is all that there could be: no part of anything. */
static void flops_big(enum precision p, const struct flops_total *t, enum provenance from,
                      double whole, bool ascii, struct big *b, char label[96])
{
    bool work = from != provenance_NAMEPLATE;
    struct figure_flops f;

    figure_flops(&f, work ? t->flops : whole, whole, false);
    snprintf(label, 96, "%s %s", precision_label(p, ascii), flops_word(from));
    b->label = label;
    b->style = style_of(work ? flops_role(from) : ROLE_DIM);
    snprintf(b->digits, sizeof b->digits, "%.20s", f.used);
    if (work)
        snprintf(b->unit, sizeof b->unit, "/%.20s %s %s", f.peak, f.unit, flops_letter(from));
    else
        snprintf(b->unit, sizeof b->unit, "%s %s", f.unit, flops_letter(from));
    snprintf(b->brief, sizeof b->brief, "%.8s %.2s", f.unit, flops_letter(from));
}

static void draw_flops(const struct view_input *in, const struct flops_totals *all,
                       enum precision p, struct rect r, struct canvas *c)
{
    enum provenance best = flops_best(all, p);
    const struct flops_total *t = &all->of[p][best];
    double whole = flops_whole(all, p, best);
    int y = r.y + bigtext_rows(wall_scale(in)) + 2;
    char label[96], percent[FIGURE_MAX];
    struct big b = {0};

    flops_big(p, t, best, whole, in->ascii, &b, label);
    draw_big(in, r, &b, c);
    if (best == provenance_NAMEPLATE || !(whole > 0))
        return;
    figure_percent(percent, t->flops / whole);
    chart_bar(c, y, r.x, r.w - 6, t->flops / whole, style_of(flops_role(best)), ROLE_LINE,
              in->ascii);
    canvas_text(c, y, r.x + r.w - 5, 5, style_bold(style_of(ROLE_BRIGHT)), percent);
}

static int draw_all_flops(const struct view_input *in, struct rect r, struct canvas *c)
{
    struct flops_totals all;
    int n = flops_lines(in), i = 0;

    if (n == 0)
        return r.y;
    flops_total_of(in, -1, &all);
    int width = (r.w - 2 - 3 * (n - 1)) / n;
    for (const enum precision *p = flops_order; *p; p++)
        if (flops_best(&all, *p) != provenance_NONE)
            draw_flops(in, &all, *p, (struct rect){r.y, r.x + 1 + i++ * (width + 3), r.h, width},
                       c);
    return r.y + 1 + bigtext_rows(wall_scale(in)) + 2 + (in->area.h >= 24);
}

/* The digits of "21.0k" and its letter; small digits are few, so that what stands beside them has room. */
static void split(const struct view_input *in, double v, struct big *b)
{
    const char *step;
    char text[FIGURE_MAX];
    bool few = wall_scale(in) == 1 && v < 1e6;

    if (v < 10000) {
        snprintf(b->digits, sizeof b->digits, "%.0f", v);
        return;
    }
    figure_si(few ? round(v / 1000) * 1000 : v, text, &step);
    snprintf(b->digits, sizeof b->digits, "%.*s", few ? (int)strcspn(text, ".") : 20, text);
    snprintf(b->unit, sizeof b->unit, "%s ", step);
    snprintf(b->brief, sizeof b->brief, "%s", step);
}

static void hottest(const struct view_input *in, struct big *b)
{
    const struct totals *t = snapshot_totals(in->snap);
    const struct node_row *n = t->has_temperature && t->hottest_node != UINT32_MAX
                                   ? snapshot_row(in->snap, ENTITY_NODE, t->hottest_node)
                                   : NULL;
    bool crit;

    b->label = _("HOTTEST");
    b->style = style_of(ROLE_FAINT);
    snprintf(b->digits, sizeof b->digits, "?");
    if (!t->has_temperature)
        return;
    b->style = figure_temperature_style(t->temperature_max, 0, &crit);
    snprintf(b->digits, sizeof b->digits, "%.0f", t->temperature_max);
    snprintf(b->unit, sizeof b->unit, "%s %s", in->ascii ? "C" : "\u00b0C",
             n ? cell_string(in, n->name) : "");
}

static void queued(const struct view_input *in, struct big *b)
{
    const struct totals *t = snapshot_totals(in->snap);
    char age[FIGURE_MAX] = "";

    b->label = _("QUEUED");
    b->style = style_of(ROLE_BRIGHT);
    split(in, t->jobs_queued, b);
    if (t->oldest_queued_at)
        figure_duration(age, in->ctx.now - t->oldest_queued_at);
    if (*age)
        snprintf(b->unit + strlen(b->unit), sizeof b->unit - strlen(b->unit), "%s%s",
                 *b->unit && !in->ascii ? "\u00b7 " : "", age);
}

static void interrupted(const struct view_input *in, struct big *b)
{
    const struct totals *t = snapshot_totals(in->snap);
    char lost[FIGURE_MAX];

    b->label = _("INTERRUPTED 24h");
    b->style = style_of(t->interruptions_day > 0 ? ROLE_WARN : ROLE_FAINT);
    split(in, t->interruptions_day, b);
    figure_hours(lost, t->gpu_hours_lost_day, in->ascii);
    if (t->gpu_hours_lost_day > 0)
        snprintf(b->unit + strlen(b->unit), sizeof b->unit - strlen(b->unit), _("~%s GPU-h"), lost);
    if (t->gpu_hours_lost_day >= 1000 && t->gpu_hours_lost_day < 1e6 && !*b->brief)
        snprintf(b->brief, sizeof b->brief, "~%.0fk h", t->gpu_hours_lost_day / 1000);
}

/* ---- power, and what is computed for it ---- */

/* "708 GF/W" of the first precision of which devices tell both; "" if none does. */
static void efficiency_text(const struct wall *w, char out[FIGURE_MAX])
{
    static const enum provenance work[] = {provenance_ESTIMATED, provenance_MEASURED};
    char figure[FIGURE_MAX];
    const char *step;

    out[0] = '\0';
    for (const enum precision *p = flops_order; *p && !*out; p++)
        for (int k = 0; k < 2 && !*out; k++) {
            double each = fleet_heat_efficiency(&w->heat, *p, work[k]);
            if (!isfinite(each))
                continue;
            figure_si(each, figure, &step);
            snprintf(out, FIGURE_MAX, "%.20s %.2sF/W", figure, step);
        }
}

void wall_power_text(const struct wall *w, const struct view_input *in, char out[WALL_POWER_MAX])
{
    const struct totals *t = snapshot_totals(in->snap);
    char watts[FIGURE_MAX], each[FIGURE_MAX];

    out[0] = '\0';
    if (t->device_power_of <= 0)
        return;
    figure_unit(watts, t->device_power_watts, UNIT_WATT, in->ascii);
    efficiency_text(w, each);
    snprintf(out, WALL_POWER_MAX, "%.40s%s%.40s", watts, *each ? "  " : "", each);
}

bool wall_has_power_figure(const struct view_input *in)
{
    return in->area.w >= POWER_FROM && snapshot_totals(in->snap)->device_power_of > 0;
}

static void power(const struct wall *w, const struct view_input *in, struct big *b)
{
    const char *step;
    char text[FIGURE_MAX], each[FIGURE_MAX];

    b->label = _("POWER of devices");
    b->style = style_of(ROLE_BRIGHT);
    figure_si(snapshot_totals(in->snap)->device_power_watts, text, &step);
    efficiency_text(w, each);
    snprintf(b->digits, sizeof b->digits, "%.20s", text);
    snprintf(b->brief, sizeof b->brief, "%.2sW", step);
    snprintf(b->unit, sizeof b->unit, "%s  %.40s", b->brief, each);
}

static void fill(const struct wall *w, const struct view_input *in, int i, struct big *b)
{
    static void (*const figures[])(const struct view_input *, struct big *) = {hottest, queued,
                                                                               interrupted};

    *b = (struct big){0};
    if (i < FIGURES)
        figures[i](in, b);
    else
        power(w, in, b);
}

void wall_figures(const struct wall *w, const struct view_input *in, struct rect r,
                  struct canvas *c)
{
    int spare = in->area.h >= 24, count = FIGURES + wall_has_power_figure(in),
        width = (r.w - 2) / count;
    int y = draw_all_flops(in, (struct rect){r.y + spare, r.x, r.h, r.w}, c) +
            spare * (flops_lines(in) == 0);
    struct big b;

    for (int i = 0; i < count; i++) {
        fill(w, in, i, &b);
        draw_big(in, (struct rect){y, r.x + 1 + i * width, r.h, width - 2}, &b, c);
    }
}

/* ---- the same in small, where something else has the screen ---- */

static void draw_words(const struct big *b, const char *label, int y, int *x, int end,
                       struct canvas *c)
{
    *x += canvas_text(c, y, *x, end - *x, style_of(ROLE_DIM), label) + 1;
    *x += canvas_text(c, y, *x, end - *x, style_bold(b->style), b->digits);
    *x += *b->unit != '/' && *b->unit;
    *x += canvas_text(c, y, *x, end - *x, style_of(ROLE_DIM), b->unit) + 3;
}

void wall_figures_small(const struct wall *w, const struct view_input *in, int y, struct rect r,
                        struct canvas *c)
{
    struct flops_totals all;
    char label[96];
    int x = r.x + 1, end = r.x + r.w - 1;
    struct big b;

    flops_total_of(in, -1, &all);
    for (const enum precision *p = flops_order; *p; p++) {
        enum provenance best = flops_best(&all, *p);
        if (best == provenance_NONE)
            continue;
        b = (struct big){0};
        flops_big(*p, &all.of[*p][best], best, flops_whole(&all, *p, best), in->ascii, &b, label);
        draw_words(&b, precision_word(*p), y, &x, end, c);
    }
    x = r.x + 1;
    for (int i = 0; i < FIGURES; i++) {
        fill(w, in, i, &b);
        draw_words(&b, b.label, y + 1, &x, end, c);
    }
}
