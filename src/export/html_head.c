/* SPDX-License-Identifier: MIT
 * html_head.c - what stands above the tables of the HTML page: verdict, FLOPS, figures, what did not answer. */
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
    snprintf(text, sizeof(text), "<span class=\"chip %s\">%u %s</span>\n", class, count, word);
    stream_puts(&h->out, text);
}

void html_verdict(struct html *h)
{
    const struct totals *t = snapshot_totals(h->walk->snap);
    bool all = export_complete(h->walk->snap, h->walk->options);

    chip(h, "crit", t->alerts_critical, "CRITICAL");
    chip(h, "warn", t->alerts_warning, "WARNING");
    chip(h, "crit", (uint32_t)t->centers_down, "CENTERS DOWN");
    chip(h, "warn", (uint32_t)t->centers_stale, "CENTERS STALE");
    if (!all)
        stream_puts(&h->out, "<span class=\"chip warn\">INCOMPLETE</span>\n");
    if (all && t->alerts_critical + t->alerts_warning == 0 && t->centers_live == t->centers &&
        t->centers > 0)
        stream_puts(&h->out, "<span class=\"chip ok\">OK</span>\n");
}

/* ---- FLOPS: one line a precision and provenance, never summed ---- */

static const char *word_of(unsigned field, int value)
{
    return entity_info(ENTITY_AGGREGATE)->fields[field].words[value];
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
        stream_puts(&h->out, " of ");
        html_number(h, whole, UNIT_FLOPS);
    }
    snprintf(text, sizeof(text),
             " <b>%s</b> %s <span class=\"dim\">from %.0f of %.0f %s</span></p>\n",
             word_of(FIELD_aggregate_precision, (int)precision),
             word_of(FIELD_aggregate_provenance, (int)provenance), t->reporting, t->known,
             t->nodes ? "nodes" : "devices");
    stream_puts(&h->out, text);
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
    stream_puts(&h->out, label);
    stream_puts(&h->out, "</span></li>\n");
}

void html_figures(struct html *h)
{
    const struct totals *t = snapshot_totals(h->walk->snap);

    if (h->walk->options->only_center)
        return;
    stream_puts(&h->out, "<ul class=\"figures\">\n");
    figure(h, "nodes", true, t->nodes, UNIT_COUNT);
    figure(h, "drained", true, t->nodes_drained, UNIT_COUNT);
    figure(h, "down", true, t->nodes_down, UNIT_COUNT);
    figure(h, "devices", true, t->devices, UNIT_COUNT);
    figure(h, "of them allocated", true, t->devices_allocated, UNIT_COUNT);
    figure(h, "jobs running", true, t->jobs_running, UNIT_COUNT);
    figure(h, "queued", true, t->jobs_queued, UNIT_COUNT);
    figure(h, "interrupted in 24 h", true, t->interruptions_day, UNIT_COUNT);
    figure(h, "GPU-hours lost in 24 h, about", true, t->gpu_hours_lost_day, UNIT_HOUR);
    figure(h, "hottest, \302\260C", t->has_temperature, t->temperature_max, UNIT_CELSIUS);
    stream_puts(&h->out, "</ul>\n");
}

/* ---- what did not answer ---- */

void html_errors(struct html *h)
{
    struct head_error e;
    bool begun = false;

    for (uint32_t slot = 0; head_next_error(h->walk, &slot, &e);) {
        if (!begun)
            stream_puts(&h->out, "<h2>Without an answer</h2>\n<ul>\n");
        begun = true;
        stream_puts(&h->out, "<li><b>");
        html_text(h, e.source);
        stream_puts(&h->out, "</b> ");
        html_text(h, e.message);
        if (e.mend != NULL) {
            stream_puts(&h->out, " <span class=\"dim\">");
            html_text(h, e.mend);
            stream_puts(&h->out, "</span>");
        }
        stream_puts(&h->out, "</li>\n");
    }
    if (begun)
        stream_puts(&h->out, "</ul>\n");
}
