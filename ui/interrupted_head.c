/* SPDX-License-Identifier: MIT
 * interrupted_head.c - the lines above the table of view 6: figures, a bar of causes with its legend, causes over time. */
#include "ui/interrupted.h"
#include "ui/chart.h"
#include "ui/ettr.h"
#include "ui/figure.h"
#include "ui/glyph.h"
#include "ui/incident.h"
#include "base/hash.h"
#include "base/i18n.h"
#include "base/text.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    ROOMY_LINES = 28,
    CHART_LINES = 34, /* from here there is room for the chart */
    CHART_HIGH = 4,
    TALL_LINES = 60,
    CHART_TALL = 8,
    AXIS_CELLS = 6,
    COUNT_EVERY_MS = 1000,
    ETTR_EVERY_MS = 10000,
    LEAST_TOP = 4, /* one event is not to fill the chart */
};

/* In the order of the bar; the letters stand for the colours where there are none. */
enum { CAUSES = SPAN_CAUSES };
static const struct {
    uint8_t cause;
    char letter;
} causes[CAUSES] = {
    {interruption_cause_NODE, 'n'},      {interruption_cause_DEVICE, 'd'},
    {interruption_cause_PREEMPTED, 'p'}, {interruption_cause_EVICTED, 'e'},
    {interruption_cause_OPERATOR, 'o'},  {interruption_cause_UNKNOWN, 'u'},
};

/* --- figures --- */

static void word(struct phrase *p, struct style s, const char *text)
{
    if (p->x + !p->first + text_cells(text) <= p->end)
        phrase_word(p, s, text);
    else
        p->x = p->end;
}

/* That much fits, so that a figure and its words stand or fall together. */
static bool fits(const struct phrase *p, int cells)
{
    return p->x + cells <= p->end;
}

static struct style loud(double v, enum role role)
{
    return v > 0 ? style_bold(style_of(role)) : style_of(ROLE_FAINT);
}

static void gap(struct phrase *p)
{
    phrase_gap(p, p->end >= 100 ? 2 : 1);
}

/* "~18 400 GPU-h lost (<= 31 200)" */
static void lost_words(struct phrase *p, const struct tally *t)
{
    const char *what = p->in->ascii ? _("GPU-h lost") : _("GPU·h lost");
    char number[FIGURE_MAX], text[3 * FIGURE_MAX], most[FIGURE_MAX];

    bool known = t->sum.sized > 0 || t->sum.interruptions == 0;

    figure_hours(number, t->sum.gpu_hours_lost, p->in->ascii);
    snprintf(text, sizeof text, "%s%s", t->sum.gpu_hours_lost > 0 && number[0] != '<' ? "~" : "",
             known ? number : FIGURE_ABSENT);
    if (!fits(p, text_cells(text) + text_cells(what) + 1))
        return;
    word(p, loud(t->sum.gpu_hours_lost, ROLE_BRIGHT), text);
    word(p, style_of(ROLE_DIM), what);
    figure_hours(most, t->sum.gpu_hours_lost_ceiling, p->in->ascii);
    snprintf(text, sizeof text, p->in->ascii ? "(<= %s)" : "(\xE2\x89\xA4 %s)", most);
    if (t->sum.gpu_hours_lost_ceiling > 0 && most[0] != '<' && fits(p, text_cells(text) + 1))
        word(p, style_of(ROLE_DIM), text);
    snprintf(text, sizeof text, _("from %u of %u"), t->sum.sized, t->sum.interruptions);
    if (known && t->sum.sized < t->sum.interruptions && p->end >= 120 &&
        fits(p, text_cells(text) + 1))
        word(p, style_of(ROLE_FAINT), text);
    gap(p);
}

/* Hours; minutes below one, days from three on; the same unit for a value and its bounds. */
static void mtti_words(struct phrase *p, const struct tally *t)
{
    const struct mean_time *m = &t->sum.mtti;
    bool days = m->mean >= 72, minutes = m->mean < 1;
    double step = days ? 24 : minutes ? 1.0 / 60 : 1;
    char text[3 * FIGURE_MAX];

    if (!isfinite(m->mean) || !fits(p, t->sum.enough ? 13 : 6))
        return;
    word(p, style_of(ROLE_DIM), "MTTI");
    if (!t->sum.enough) {
        word(p, style_of(ROLE_FAINT), FIGURE_ABSENT);
        gap(p);
        return;
    }
    snprintf(text, sizeof text, "%s%.1f %s", m->at_least ? "> " : "", m->mean / step,
             days      ? "d"
             : minutes ? "min"
                       : "h");
    word(p, style_of(ROLE_TEXT), text);
    snprintf(text, sizeof text, p->in->ascii ? "(%.1f-%.1f)" : "(%.1f\xE2\x80\x93%.1f)",
             m->low / step, m->high / step);
    if (!m->at_least && isfinite(m->high) && fits(p, text_cells(text) + 1))
        word(p, style_of(ROLE_FAINT), text);
    gap(p);
}

static void ettr_words(struct phrase *p, const struct tally *t)
{
    char text[16];

    if (!isfinite(t->ettr) || !fits(p, 10))
        return;
    snprintf(text, sizeof text, "%.2f", t->ettr);
    word(p, style_of(ROLE_DIM), "ETTR");
    word(p, style_of(ROLE_TEXT), text);
    gap(p);
}

/* How much of the span the figures rest upon, where it is not nearly all of it. */
static void observed_words(struct phrase *p, const struct interrupted_own *own)
{
    const struct span *s = &interrupted_spans[own->span];
    double hours = own->tally.sum.observed_hours;
    char seen[FIGURE_MAX], text[2 * FIGURE_MAX];

    if (!(hours * 3600000 < 0.95 * (double)s->ms))
        return;
    figure_duration(seen, (int64_t)(hours * 3600000));
    snprintf(text, sizeof text, _("observed %s of %s"), seen, s->name);
    if (fits(p, text_cells(text) + 1))
        word(p, style_of(ROLE_FAINT), text);
}

static void draw_figures(const struct list *l, const struct view_input *in, const struct tally *t,
                         struct rect r, int y, struct canvas *c)
{
    const struct interrupted_own *own = l->own;
    struct phrase p = phrase_start(c, in, y, r.x + 1, r.x + r.w - 1);

    phrase_plural(&p, loud(t->sum.interruptions, ROLE_BRIGHT), t->sum.interruptions, "interruption",
                  "interruptions");
    word(&p, style_of(ROLE_DIM), _("in"));
    word(&p, style_of(ROLE_TEXT), interrupted_spans[own->span].name);
    gap(&p);
    phrase_count(&p, loud(t->sum.waiting, ROLE_WARN), t->sum.waiting,
                 r.w >= 100 ? _("still waiting") : _("waiting"));
    gap(&p);
    lost_words(&p, t);
    mtti_words(&p, t);
    ettr_words(&p, t);
    observed_words(&p, own);
}

/* --- the bar and its legend --- */

static void make_parts(const struct tally *t, struct chart_part parts[CAUSES])
{
    for (int i = 0; i < CAUSES; i++)
        parts[i] = (struct chart_part){t ? (double)t->sum.by_cause[causes[i].cause] : 0,
                                       incident_cause_role(causes[i].cause), causes[i].letter};
}

static bool plain(const struct view_input *in)
{
    return in->ascii || in->mono;
}

static void draw_bar(const struct view_input *in, const struct tally *t, struct rect r, int y,
                     struct canvas *c)
{
    struct chart_part parts[CAUSES];

    make_parts(t, parts);
    chart_parts(c, y, r.x + 1, r.w - 2, parts, CAUSES, t->sum.interruptions, ROLE_LINE, plain(in));
}

/* What ended by itself, so that nobody looks for it among the causes. */
static int others_text(const struct tally *t, char out[160])
{
    return snprintf(
        out, 160, _("ended by user or limit: OOM %.0f  time limit %.0f  failed %.0f (not counted)"),
        t->sum.ended_oom, t->sum.ended_time_limit, t->sum.ended_failed);
}

static void draw_legend(const struct view_input *in, const struct tally *t, struct rect r, int y,
                        struct canvas *c)
{
    struct phrase p = phrase_start(c, in, y, r.x + 1, r.x + r.w - 1);
    char text[160];

    for (int i = 0; i < CAUSES; i++) {
        double n = t->sum.by_cause[causes[i].cause];
        const char letter[2] = {causes[i].letter, '\0'},
                   *name = incident_cause_word(causes[i].cause);
        if (n == 0 || !fits(&p, text_cells(name) + 10))
            continue;
        word(&p, style_of(incident_cause_role(causes[i].cause)),
             plain(in) ? letter : glyph(GLYPH_LEGEND, false));
        word(&p, style_of(ROLE_DIM), name);
        figure_number(text, n, 0, in->ascii);
        word(&p, style_of(ROLE_TEXT), text);
        gap(&p);
    }
    if (t->sum.centers > 0 && others_text(t, text) && fits(&p, text_cells(text) + 2 * !p.first)) {
        phrase_gap(&p, p.first ? 0 : 2);
        word(&p, style_of(ROLE_FAINT), text);
    }
}

/* --- over time --- */

static int chart_high(const struct list *l, const struct view_input *in)
{
    const struct interrupted_own *own = l->own;

    if (interrupted_spans[own->span].bins == 0 || in->area.h < CHART_LINES)
        return 0;
    return in->area.h >= TALL_LINES ? CHART_TALL : CHART_HIGH;
}

/* Where the first bin begins: bins end with the running hour, or stand on local days and quarters of them. */
static wall_ms first_bin(const struct span *s, const struct view_input *in)
{
    wall_ms shift = in->ctx.utc_offset_minutes * INT64_C(60000);
    wall_ms last = (in->ctx.now + shift) / s->bin_ms * s->bin_ms - shift;

    return last - (s->bins - 1) * s->bin_ms;
}

static void add_hour(const struct hour_row *h, double *bin)
{
    const double by[interruption_cause_COUNT] = {
        [interruption_cause_UNKNOWN] = row_has(h, hour, by_unknown) ? h->by_unknown : 0,
        [interruption_cause_NODE] = row_has(h, hour, by_node) ? h->by_node : 0,
        [interruption_cause_DEVICE] = row_has(h, hour, by_device) ? h->by_device : 0,
        [interruption_cause_PREEMPTED] = row_has(h, hour, by_preemption) ? h->by_preemption : 0,
        [interruption_cause_OPERATOR] = row_has(h, hour, by_operator) ? h->by_operator : 0,
        [interruption_cause_EVICTED] = row_has(h, hour, by_eviction) ? h->by_eviction : 0,
    };

    for (int i = 0; i < CAUSES; i++)
        bin[i] = (isnan(bin[i]) ? 0 : bin[i]) + by[causes[i].cause];
}

static bool of_scope(const struct view_input *in, const struct row_head *h)
{
    return in->scope->center < 0 || h->center == in->scope->center;
}

/* What accounting told of a time that nobody watched: it is in no hour. */
static void add_uncounted(const struct interruption_row *r, double *bin)
{
    for (int i = 0; i < CAUSES; i++) {
        bin[i] = isnan(bin[i]) ? 0 : bin[i];
        bin[i] += causes[i].cause == r->cause;
    }
}

/* The bin that time is in; -1 = none. */
static int bin_of(const struct span *s, wall_ms first, wall_ms at)
{
    if (s->bins == 0 || at < first || (at - first) / s->bin_ms >= s->bins)
        return -1;
    return (int)((at - first) / s->bin_ms);
}

static void fill_from_rows(const struct span *s, const struct view_input *in, wall_ms first,
                           struct tally *t)
{
    for (uint32_t i = 0; i < snapshot_slots(in->snap, ENTITY_INTERRUPTION); i++) {
        const struct interruption_row *r = snapshot_row(in->snap, ENTITY_INTERRUPTION, i);
        if (!r || !row_has(r, interruption, counted) || r->counted ||
            !row_has(r, interruption, at) || !of_scope(in, &r->h))
            continue;
        int bin = bin_of(s, first, r->at);
        if (bin >= 0)
            add_uncounted(r, t->bins + bin * CAUSES);
    }
}

/* Counts by cause; a bin that nobody watched, and of which nothing is told, is no number. */
static void fill_bins(const struct span *s, const struct view_input *in, struct tally *t)
{
    wall_ms first = s->bins > 0 ? first_bin(s, in) : 0;

    t->since = 0;
    t->top = LEAST_TOP;
    for (int i = 0; i < SPAN_BINS * CAUSES; i++)
        t->bins[i] = NAN;
    for (uint32_t i = 0; i < snapshot_slots(in->snap, ENTITY_HOUR); i++) {
        const struct hour_row *h = snapshot_row(in->snap, ENTITY_HOUR, i);
        if (!h || !row_has(h, hour, begins_at) || !of_scope(in, &h->h))
            continue;
        if (t->since == 0 || h->begins_at < t->since)
            t->since = h->begins_at;
        int bin = bin_of(s, first, h->begins_at);
        if (bin >= 0)
            add_hour(h, t->bins + bin * CAUSES);
    }
    fill_from_rows(s, in, first, t);
    for (int k = 0; k < s->bins; k++) {
        double sum = 0;
        for (int i = 0; i < CAUSES; i++)
            sum += isnan(t->bins[k * CAUSES + i]) ? 0 : t->bins[k * CAUSES + i];
        t->top = sum > t->top ? sum : t->top;
    }
}

/* Below every sixth column of hours and every fourth of what is longer: the local hour or day. */
static void draw_times(const struct span *s, const struct view_input *in, int y, int x, int step,
                       struct canvas *c)
{
    wall_ms first = first_bin(s, in);
    bool hours = s->bin_ms <= 3600000;
    char text[16];

    for (int k = 0; k < s->bins; k++) {
        time_short(first + k * s->bin_ms, in->ctx.utc_offset_minutes, text);
        bool here = hours ? (strtol(text + 6, NULL, 10) % 6) == 0 : k % 4 == 0;
        if (!here)
            continue;
        text[hours ? 11 : 5] = '\0';
        canvas_text(c, y, x + k * step, 5, style_of(ROLE_FAINT), hours ? text + 6 : text);
    }
}

static void draw_chart(const struct list *l, const struct view_input *in, struct rect r,
                       struct canvas *c)
{
    const struct interrupted_own *own = l->own;
    const struct span *s = &interrupted_spans[own->span];
    struct chart_part parts[CAUSES];
    struct rect chart = {r.y, r.x + AXIS_CELLS, r.h - 1, r.w - AXIS_CELLS - 1};
    int step = chart.w / s->bins;
    char text[FIGURE_MAX];

    if (step < 1)
        return;
    struct chart_columns columns = {own->tally.bins, s->bins, step > 1 ? step - 1 : 1, step > 1,
                                    own->tally.top};
    make_parts(NULL, parts);
    chart_stack(c, chart, &columns, parts, CAUSES, plain(in));
    figure_fit(text, columns.top, AXIS_CELLS - 2, in->ascii);
    canvas_text_right(c, chart.y, chart.x - 1, AXIS_CELLS - 1, style_of(ROLE_FAINT), text);
    canvas_text_right(c, chart.y + chart.h - 1, chart.x - 1, AXIS_CELLS - 1, style_of(ROLE_FAINT),
                      "0");
    draw_times(s, in, chart.y + chart.h, chart.x, step, c);
}

/* --- counting --- */

/* Figures of tens of thousands of rows: not anew with each of many pictures a second. */
void interrupted_count(const struct view_input *in, struct interrupted_own *own)
{
    struct tally *t = &own->tally;
    wall_ms from = interrupted_from(own->span, in->ctx.now), now = in->ctx.now;
    uint64_t generation = snapshot_generation(in->snap),
             scope = hash_u64(hash_u64((uint64_t)(in->scope->center + 1), (uint64_t)own->span),
                              (uint64_t)from);
    bool other = scope != t->scope;

    if (!other && (generation == t->generation || (now >= t->at && now - t->at < COUNT_EVERY_MS)))
        return;
    reliability_sum(in->snap, in->scope->center, from, now, COALESCE_MS, &t->sum);
    fill_bins(&interrupted_spans[own->span], in, t);
    if (other || now < t->ettr_at || now - t->ettr_at >= ETTR_EVERY_MS) {
        t->ettr = ettr_since(in, from);
        t->ettr_at = now;
    }
    t->at = now;
    t->generation = generation;
    t->scope = scope;
}

/* What would stand here, what is hidden, and since when anybody looks. */
void interrupted_nothing(const struct list *l, const struct view_input *in, struct buf *out)
{
    const struct interrupted_own *own = l->own;
    const char *span = interrupted_spans[own->span].name;
    char since[16];

    if (own->tally.sum.interruptions > 0)
        buf_addf(out,
                 _("nothing is open: what was interrupted within the last %s\n"
                   "is resolved or acknowledged (e shows it)\n"),
                 span);
    else
        buf_addf(out, _("no job was interrupted within the last %s\n"), span);
    buf_adds(out, _("\nHere stand jobs that a node, a device, a job of more weight,\n"
                    "an operator or an eviction ended, until they run again.\n"));
    if (own->tally.since == 0) {
        buf_adds(out, _("No hour has been observed yet.\n"));
        return;
    }
    time_short(own->tally.since, in->ctx.utc_offset_minutes, since);
    buf_addf(out, _("Watched since %s.\n"), since);
}

/* --- all of it --- */

static bool roomy(const struct view_input *in)
{
    return in->area.h >= ROOMY_LINES;
}

int interrupted_head_lines(const struct list *l, const struct view_input *in)
{
    int chart = chart_high(l, in);

    return 3 + 2 * roomy(in) + (chart > 0 ? chart + 2 : 0);
}

void interrupted_head(const struct list *l, const struct view_input *in, struct rect r,
                      struct canvas *c)
{
    const struct interrupted_own *own = l->own;
    int y = r.y + roomy(in), chart = chart_high(l, in);

    draw_figures(l, in, &own->tally, r, y, c);
    draw_bar(in, &own->tally, r, y + 1, c);
    draw_legend(in, &own->tally, r, y + 2, c);
    if (chart > 0)
        draw_chart(l, in, (struct rect){y + 4, r.x, chart + 1, r.w}, c);
}
