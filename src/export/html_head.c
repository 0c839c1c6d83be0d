/* SPDX-License-Identifier: MIT
 * html_head.c - what stands above the tables of the HTML page: verdict, FLOPS, figures, what did not answer. */
#include "base/i18n.h"
#include "base/sentence.h"
#include "export/head.h"
#include "export/html_int.h"
#include "model/flops_counted.h"
#include <stdio.h>

/* ---- verdict ---- */

static void chip(struct html *h, const char *class, uint32_t count, const char *word)
{
    char text[96];

    if (count == 0)
        return;
    snprintf(text, sizeof(text), "<span class=\"chip %s\">%u ", class, count);
    stream_puts(&h->out, text);
    html_text(h, word);
    stream_puts(&h->out, "</span>\n");
}

static void plain_chip(struct html *h, const char *class, const char *word)
{
    stream_puts(&h->out, "<span class=\"chip ");
    stream_puts(&h->out, class);
    stream_puts(&h->out, "\">");
    html_text(h, word);
    stream_puts(&h->out, "</span>\n");
}

void html_verdict(struct html *h)
{
    const struct totals *t = snapshot_totals(h->walk->snap);
    bool all = export_complete(h->walk->snap, h->walk->options);

    chip(h, "crit", t->alerts_critical, _("CRITICAL"));
    chip(h, "warn", t->alerts_warning, _("WARNING"));
    chip(h, "crit", (uint32_t)t->centers_down, _("CENTERS DOWN"));
    chip(h, "warn", (uint32_t)t->centers_stale, _("CENTERS STALE"));
    if (!all)
        plain_chip(h, "warn", _("INCOMPLETE"));
    if (all && t->alerts_critical + t->alerts_warning == 0 && t->centers_live == t->centers &&
        t->centers > 0)
        plain_chip(h, "ok", "OK");
}

/* ---- FLOPS: one line a precision and provenance, never summed ---- */

static const char *word_of(unsigned field, int value)
{
    const struct field *f = &entity_info(ENTITY_AGGREGATE)->fields[field];

    return i18n_either(f->id, f->words[value]);
}

static void flops_line(struct html *h, const struct flops_totals *all, enum precision precision,
                       enum provenance provenance)
{
    static const char classes[] = " mean"; /* by provenance */
    const struct flops_total *t = &all->of[precision][provenance];
    double whole = flops_whole(all, precision, provenance);
    char text[256];

    stream_puts(&h->out, "<div class=\"flops\"><p><b>");
    html_number(h, t->flops, UNIT_FLOPS);
    stream_puts(&h->out, "</b>");
    if (whole > 0) {
        stream_puts(&h->out, " / ");
        html_number(h, whole, UNIT_FLOPS);
    }
    stream_puts(&h->out, " <b>");
    html_text(h, word_of(FIELD_aggregate_precision, (int)precision));
    stream_puts(&h->out, "</b> ");
    html_text(h, word_of(FIELD_aggregate_provenance, (int)provenance));
    if (t->known > 0) { /* else its operator declared it */
        stream_puts(&h->out, " <span class=\"dim\">");
        snprintf(text, sizeof(text),
                 t->nodes ? _("from %.0f of %.0f nodes") : _("from %.0f of %.0f devices"),
                 t->reporting, t->known);
        html_text(h, text);
        stream_puts(&h->out, "</span>");
    }
    stream_puts(&h->out, "</p>\n");
    if (whole > 0) {
        double share = 100 * t->flops / whole;
        snprintf(text, sizeof(text),
                 "<div class=\"track\"><i class=\"%c\" style=\"width:%.1f%%\"></i></div>",
                 classes[provenance], share > 100 ? 100 : share);
        stream_puts(&h->out, text);
    }
    stream_puts(&h->out, "</div>\n");
}

void html_flops(struct html *h)
{
    struct flops_totals all;

    if (h->walk->options->only_center)
        return; /* the table of centers tells it */
    flops_counted(h->walk->snap, -1, &all);
    for (const enum precision *p = flops_order; *p; p++) {
        enum provenance best = flops_best(&all, *p);
        if (best != provenance_NONE)
            flops_line(h, &all, *p, best);
    }
}

/* ---- figures ---- */

static void figure(struct html *h, const char *label, bool has, double v, enum field_unit unit)
{
    stream_puts(&h->out, "<li><b>");
    if (has)
        html_number(h, v, unit);
    else
        stream_puts(&h->out, "?");
    stream_puts(&h->out, "</b><span class=\"dim\">");
    html_text(h, label);
    stream_puts(&h->out, "</span></li>\n");
}

void html_figures(struct html *h)
{
    const struct totals *t = snapshot_totals(h->walk->snap);

    if (h->walk->options->only_center)
        return;
    stream_puts(&h->out, "<ul class=\"figures\">\n");
    figure(h, _("nodes"), true, t->nodes, UNIT_COUNT);
    figure(h, _("drained"), true, t->nodes_drained, UNIT_COUNT);
    figure(h, _("down"), true, t->nodes_down, UNIT_COUNT);
    figure(h, _("devices"), true, t->devices, UNIT_COUNT);
    figure(h, _("of them allocated"), true, t->devices_allocated, UNIT_COUNT);
    figure(h, _("jobs running"), true, t->jobs_running, UNIT_COUNT);
    figure(h, _("queued"), true, t->jobs_queued, UNIT_COUNT);
    figure(h, _c("page", "interrupted in 24 h"), true, t->interruptions_day, UNIT_COUNT);
    figure(h, _("GPU-hours lost in 24 h, about"), true, t->gpu_hours_lost_day, UNIT_HOUR);
    figure(h, _("hottest, °C"), t->has_temperature, t->temperature_max, UNIT_CELSIUS);
    stream_puts(&h->out, "</ul>\n");
}

/* ---- what did not answer ---- */

static void begin_errors(struct html *h)
{
    stream_puts(&h->out, "<h2>");
    html_text(h, _("Without an answer"));
    stream_puts(&h->out, "</h2>\n<ul>\n");
}

void html_errors(struct html *h)
{
    char said[SENTENCE_MAX];
    struct head_error e;
    bool begun = false;

    for (uint32_t slot = 0; head_next_error(h->walk, &slot, &e);) {
        if (!begun)
            begin_errors(h);
        begun = true;
        stream_puts(&h->out, "<li><b>");
        html_text(h, e.source);
        stream_puts(&h->out, "</b> ");
        html_text(h, sentence_text(e.message, said, sizeof(said)));
        if (e.mend != NULL) {
            stream_puts(&h->out, " <span class=\"dim\">");
            html_text(h, sentence_text(e.mend, said, sizeof(said)));
            stream_puts(&h->out, "</span>");
        }
        stream_puts(&h->out, "</li>\n");
    }
    if (begun)
        stream_puts(&h->out, "</ul>\n");
}
