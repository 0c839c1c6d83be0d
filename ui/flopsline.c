/* SPDX-License-Identifier: MIT
 * flopsline.c - see flopsline.h. */
#include "ui/flopsline.h"
#include "ui/cells.h"
#include "ui/chart.h"
#include "ui/flopslook.h"
#include "ui/flopstotal.h"
#include "ui/glyph.h"
#include "ui/listing.h"
#include "base/i18n.h"
#include "base/text.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { COMPACT_BELOW = 100, WORDS_MAX = 4 * FIGURE_MAX };
enum { HALF_CELLS = 5, PERCENT_CELLS = 4 };

bool flopsline_told(const struct view_input *in)
{
    struct flops_totals all;

    flops_total_of(in, -1, &all);
    for (const enum precision *p = flops_order; *p; p++) {
        enum provenance best = flops_best(&all, *p);
        if (best != provenance_NONE && best != provenance_NAMEPLATE)
            return true;
    }
    return false;
}

int flopsline_count(const struct view_input *in)
{
    struct flops_totals all;
    int n = 0;

    flops_total_of(in, -1, &all);
    for (const enum precision *p = flops_order; *p; p++)
        n += flops_best(&all, *p) != provenance_NONE;
    return n > 0 ? n : 1;
}

/* --- why nothing is told --- */

static bool measures(const struct view_input *in, const struct source_row *s)
{
    const char *collector = row_has(s, source, collector) ? cell_string(in, s->collector) : "";

    return strcmp(collector, "exporter") == 0 || strcmp(collector, "prometheus") == 0;
}

const char *flopsline_why(const struct view_input *in)
{
    bool configured = false, answered = false, devices = false;

    for (uint32_t i = 0; i < snapshot_slots(in->snap, ENTITY_SOURCE); i++) {
        const struct source_row *s = snapshot_row(in->snap, ENTITY_SOURCE, i);
        if (!s || !measures(in, s))
            continue;
        configured = true;
        answered = answered || row_has(s, source, last_ok_at);
    }
    for (uint32_t i = 0; i < snapshot_slots(in->snap, ENTITY_CENTER) && !devices; i++) {
        const struct center_row *r = snapshot_row(in->snap, ENTITY_CENTER, i);
        devices = r && row_has(r, center, devices_seen) && r->devices_seen > 0;
    }
    if (devices)
        return _("the devices tell no activity of their pipes, or their models have no known peak");
    if (answered)
        return _("the exporters tell of no devices");
    return configured ? _("no exporter has answered yet (8 shows them)")
                      : _("no exporter configured");
}

/* --- one line --- */

/* "from 39 872 of 41 216 devices" */
static void coverage_words(const struct view_input *in, const struct flops_total *t, bool noun,
                           char out[WORDS_MAX])
{
    char some[FIGURE_MAX], all[FIGURE_MAX];

    figure_number(some, t->reporting, 0, in->ascii);
    figure_number(all, t->known, 0, in->ascii);
    if (t->declared)
        snprintf(out, WORDS_MAX, _("as configured"));
    else if (!noun)
        snprintf(out, WORDS_MAX, _("from %s of %s"), some, all);
    else
        snprintf(out, WORDS_MAX, t->nodes ? _("from %s of %s nodes") : _("from %s of %s devices"),
                 some, all);
}

/* What is known besides and not shown: the other one of measured and estimated, which covers less, or the processors. */
static void other_words(const struct view_input *in, const struct flops_totals *all,
                        enum precision p, enum provenance shown, char out[WORDS_MAX])
{
    enum provenance other = shown == provenance_ESTIMATED  ? provenance_MEASURED
                            : shown == provenance_MEASURED ? provenance_ESTIMATED
                                                           : provenance_NONE;
    const struct flops_total *t = &all->of[p][other], *processors = &all->processors[p];
    char some[FIGURE_MAX];

    out[0] = '\0';
    if (other != provenance_NONE && t->reporting > 0 && !t->nodes) {
        figure_number(some, t->reporting, 0, in->ascii);
        snprintf(out, WORDS_MAX, _("(%s only from %s)"), flops_letter(other), some);
    } else if (processors->reporting > 0 && !all->of[p][shown].nodes) {
        figure_unit(some, processors->flops, UNIT_FLOPS, in->ascii);
        snprintf(out, WORDS_MAX, _("(processors besides: %s M)"), some);
    }
}

static bool fits(const struct phrase *p, const char *words)
{
    return *words && p->x + 1 + text_cells(words) <= p->end;
}

/* Where from, how much of it, and how old, as far as there is room: that first without which the figure misleads. */
static void draw_origin(struct phrase *p, const struct flops_totals *all, enum precision precision,
                        enum provenance provenance)
{
    const struct flops_total *t = &all->of[precision][provenance];
    char words[WORDS_MAX], age[FIGURE_MAX];
    enum freshness f =
        t->oldest_at > 0 ? figure_freshness_of(p->in->ctx.now - t->oldest_at, 0) : AGE_FRESH;

    phrase_word(p, style_bold(style_of(flops_role(provenance))), flops_letter(provenance));
    if (f != AGE_FRESH) {
        figure_duration(age, p->in->ctx.now - t->oldest_at);
        snprintf(words, sizeof words, _("oldest %s"), age);
        phrase_word(p, style_of(ROLE_WARN), words);
    }
    if (provenance == provenance_ALLOCATED || provenance == provenance_NAMEPLATE)
        phrase_word(p, style_of(ROLE_FAINT), flops_word(provenance));
    coverage_words(p->in, t, true, words);
    if (!fits(p, words))
        coverage_words(p->in, t, false, words);
    if (fits(p, words))
        phrase_word(p, style_of(ROLE_FAINT), words);
    other_words(p->in, all, precision, provenance, words);
    if (fits(p, words))
        phrase_word(p, style_of(ROLE_DIM), words);
}

/* Then all peaks have room for the mark. */
static bool any_hearsay(const struct flops_totals *all)
{
    for (const enum precision *p = flops_order; *p; p++)
        if (flops_whole_is_hearsay(all, *p, flops_best(all, *p)))
            return true;
    return false;
}

/* "18.31 / 26.14 EF  70%" */
static void draw_figures(struct phrase *p, const struct flops_totals *all, enum precision precision,
                         enum provenance provenance)
{
    const struct flops_total *t = &all->of[precision][provenance];
    double whole = flops_whole(all, precision, provenance);
    bool work = provenance != provenance_NAMEPLATE, wide = p->in->area.w >= COMPACT_BELOW;
    bool has_share = work && isfinite(whole);
    char peak[FIGURE_MAX + 1], percent[FIGURE_MAX];
    struct figure_flops f;
    int x = p->x + HALF_CELLS;

    figure_flops(&f, work ? t->flops : (double)NAN, whole, true);
    snprintf(peak, sizeof peak, "%s%s",
             flops_whole_is_hearsay(all, precision, provenance) ? "~" : "", f.peak);
    canvas_text_right(p->c, p->y, x, HALF_CELLS,
                      work ? style_bold(style_of(ROLE_BRIGHT)) : style_of(ROLE_FAINT), f.used);
    canvas_text(p->c, p->y, x + wide, 1, style_of(ROLE_DIM), "/");
    x += 1 + 2 * wide + HALF_CELLS + any_hearsay(all);
    canvas_text_right(p->c, p->y, x, HALF_CELLS + 1, style_of(ROLE_DIM), peak);
    canvas_text_right(p->c, p->y, x + 3, 2, style_of(ROLE_DIM), f.unit);
    figure_percent(percent, has_share ? t->flops / whole : (double)NAN);
    x += 3 + 1 + wide + PERCENT_CELLS;
    canvas_text_right(p->c, p->y, x, PERCENT_CELLS,
                      has_share ? style_bold(style_of(ROLE_TEXT)) : style_of(ROLE_FAINT), percent);
    p->x = x + wide;
    p->first = false;
}

static void draw_one(const struct view_input *in, const struct flops_totals *all, struct rect r,
                     int label, int bar, enum precision precision, struct canvas *c)
{
    enum provenance best = flops_best(all, precision);
    const struct flops_total *t = &all->of[precision][best];
    struct chart_part part = {best != provenance_NAMEPLATE ? t->flops : 0, flops_role(best), '#'};
    struct phrase p = phrase_start(c, in, r.y, r.x + 1 + label + bar + 1, r.x + r.w - 1);

    canvas_text(c, r.y, r.x + 1, label - 1, style_of(ROLE_DIM),
                r.w < COMPACT_BELOW ? precision_word(precision)
                                    : precision_label(precision, in->ascii));
    chart_parts(c, r.y, r.x + 1 + label, bar, &part, 1, flops_whole(all, precision, best),
                ROLE_LINE, in->ascii);
    draw_figures(&p, all, precision, best);
    draw_origin(&p, all, precision, best);
}

static void draw_nothing(const struct view_input *in, struct rect r, int label, struct canvas *c)
{
    struct phrase p = phrase_start(c, in, r.y, r.x + 1 + label, r.x + r.w - 1);

    canvas_text(c, r.y, r.x + 1, label - 1, style_of(ROLE_DIM), "FLOPS");
    phrase_word(&p, style_of(ROLE_FAINT), FIGURE_ABSENT);
    phrase_word(&p, style_of(ROLE_FAINT), flopsline_why(in));
}

void flopsline_draw(const struct view_input *in, struct rect r, int label, int bar,
                    struct canvas *c)
{
    struct flops_totals all;
    int y = r.y;

    flops_total_of(in, -1, &all);
    for (const enum precision *p = flops_order; *p; p++) {
        if (flops_best(&all, *p) == provenance_NONE)
            continue;
        draw_one(in, &all, r, label, bar, *p, c);
        r.y++;
    }
    if (r.y == y)
        draw_nothing(in, r, label, c);
}
