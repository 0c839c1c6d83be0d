/* SPDX-License-Identifier: MIT
 * explain_flops.c - see explain.h: where FLOPS come from, with the inputs as they are now. The arithmetic is the model's
 * (model/flops.c); what stands here as a product is checked against its result, and left out where they differ. */
#include "ui/explain.h"
#include "ui/cells.h"
#include "ui/fleetheat.h"
#include "ui/flopsline.h"
#include "ui/flopslook.h"
#include "ui/flopstotal.h"
#include "ui/glyph.h"
#include "base/i18n.h"
#include "base/text.h"
#include "base/xmem.h"
#include "model/fields.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { TEXT_MAX = 1024, MODELS_MAX = 12, NODE_DEVICES_MAX = 32 };

static const char *times(const struct view_input *in)
{
    return glyph(GLYPH_TIMES, in->ascii);
}

static void flops_words(const struct view_input *in, double flops, char out[FIGURE_MAX])
{
    if (isfinite(flops))
        figure_unit(out, flops, UNIT_FLOPS, in->ascii);
    else
        snprintf(out, FIGURE_MAX, FIGURE_ABSENT);
}

static void explain_provenance(struct buf *out, unsigned provenance)
{
    explain_line(out, _("known as"), "%s %s: %s", flops_letter(provenance), flops_word(provenance),
                 flops_meaning(provenance));
}

static void explain_precision(struct buf *out, unsigned precision)
{
    explain_line(out, _("precision"), "%s: %s", precision_word(precision),
                 precision_meaning(precision));
}

void explain_not(struct buf *out)
{
    explain_line(
        out, _("is not"),
        _("MFU or HFU: how much of the work was useful only the application knows. And a device that "
          "is busy all the time may compute next to nothing: busy x peak is not FLOPS."));
}

/* --- one device --- */

/* A share of cycles in which a pipe worked, and the peak of that pipe. */
struct term {
    const char *what;
    double share, peak;
};

static double share_of(bool has, float percent)
{
    return has ? (double)percent / 100 : (double)NAN;
}

/* The pipes that count in that precision. Returns how many. */
static int terms_of(const struct device_row *d, const struct peak *p, unsigned precision,
                    struct term out[2])
{
    double any =
        share_of(row_has(d, device, tensor_utilization_percent), d->tensor_utilization_percent);
    double half = share_of(row_has(d, device, fp16_tensor_utilization_percent),
                           row_num(d, device, fp16_tensor_utilization_percent));
    double full = share_of(row_has(d, device, fp64_tensor_utilization_percent),
                           row_num(d, device, fp64_tensor_utilization_percent));
    int n = 0;

    if (precision == precision_FP16) {
        if (isfinite(half))
            out[n++] = (struct term){N_("FP16 tensor activity"), half, p->fp16};
        else if (isfinite(any) && isfinite(full))
            out[n++] = (struct term){N_("tensor activity without FP64's"), any - full, p->fp16};
        else if (isfinite(any))
            out[n++] = (struct term){N_("tensor activity"), any, p->fp16};
    } else if (precision == precision_FP32 && row_has(d, device, fp32_utilization_percent)) {
        out[n++] =
            (struct term){N_("FP32 pipe activity"),
                          (double)row_num(d, device, fp32_utilization_percent) / 100, p->fp32};
    } else if (precision == precision_FP64) {
        if (isfinite(full))
            out[n++] = (struct term){N_("FP64 tensor activity"), full, p->fp64_tensor};
        if (row_has(d, device, fp64_utilization_percent))
            out[n++] =
                (struct term){N_("FP64 pipe activity"),
                              (double)row_num(d, device, fp64_utilization_percent) / 100, p->fp64};
    }
    return n;
}

/* " x clock 1.755/1.98 GHz", and what that is of 1. */
static double clock_words(const struct view_input *in, const struct device_row *d,
                          const struct peak *p, unsigned precision, char *out, size_t size)
{
    double now = (double)d->clock_hertz, of_peak = flops_clock_of(d, p, (enum precision)precision);

    out[0] = '\0';
    if (isnan(of_peak))
        return 1;
    snprintf(out, size, _(" %s clock %.3f/%.3f GHz"), times(in), now / 1e9, of_peak / 1e9);
    return now / of_peak;
}

/* "tensor activity 0.71 x clock 1.755/1.98 GHz x 989 TF = 622 TF" */
static void explain_estimate(const struct view_input *in, const struct device_row *d,
                             const struct peak *p, unsigned precision, struct buf *out)
{
    struct term terms[2];
    char text[TEXT_MAX] = "", clock[96], peak[FIGURE_MAX], result[FIGURE_MAX];
    double by_clock = clock_words(in, d, p, precision, clock, sizeof clock), sum = 0;
    int n = terms_of(d, p, precision, terms);
    size_t len = 0;

    for (int i = 0; i < n; i++) {
        flops_words(in, terms[i].peak, peak);
        len += (size_t)snprintf(text + len, sizeof text - len, "%s%s %.2f%s %s %s", i ? " + " : "",
                                _(terms[i].what), terms[i].share, clock, times(in), peak);
        sum += terms[i].share > 0 ? terms[i].share * by_clock * terms[i].peak : 0;
    }
    if (n == 0)
        return;
    flops_words(in, (double)d->flops, result);
    if (row_has(d, device, flops) && fabs(sum - (double)d->flops) <= 0.02 * fabs(sum) + 1)
        snprintf(text + len, sizeof text - len, " = %s", result);
    explain_line(out, _("how"), "%s", text);
}

/* The row of the table of peaks. p: NULL = the model is not in it. */
static void explain_peak(const struct view_input *in, const char *model, const struct peak *p,
                         unsigned precision, struct buf *out)
{
    char text[FIGURE_MAX];

    if (!p) {
        explain_line(
            out, _("peak"),
            _("? no line of peaks.conf knows the model \"%s\": no estimate is made with somebody "
              "else's. A line in your own peaks.conf makes it known"),
            model);
        return;
    }
    flops_words(in, peak_of(p, (enum precision)precision), text);
    explain_line(out, _("peak"),
                 _("%s%s dense %s for \"%s\" (peaks.conf: %s), confidence %c, from: %s"),
                 peak_is_hearsay(p, (enum precision)precision) ? "~" : "", text,
                 precision_word(precision), model, p->model, p->confidence, p->source);
}

static const struct peak *peak_of_device(const struct view_input *in, const struct device_row *d,
                                         struct peak *slice)
{
    const struct peak_table *t = snapshot_peaks(in->snap);
    const struct peak *p =
        t && row_has(d, device, model) ? peak_find(t, cell_string(in, d->model)) : NULL;

    if (p && row_has(d, device, parent) && row_has(d, device, mig) &&
        peak_of_slice(p, cell_string(in, row_str(d, device, mig)), slice))
        return slice;
    return p;
}

static void explain_pipes(const struct view_input *in, const struct device_row *d, struct buf *out)
{
    double ofu = flops_tensor_utilization(d);
    struct buf who;

    if (isfinite(ofu))
        explain_line(
            out, _("tensor use"),
            row_has(d, device, clock_hertz) && row_has(d, device, clock_max_hertz)
                ? _("%.1f%%: activity x clock / highest clock")
                : _("%.1f%%: activity; the highest clock is not told, so the clock is taken for that"),
            ofu);
    if (row_has(d, device, utilization_percent))
        explain_line(out, _("busy"), _("%.0f%% of the time with a kernel running: not FLOPS"),
                     (double)d->utilization_percent);
    buf_init(&who, TEXT_MAX);
    explain_teller(in, ENTITY_DEVICE, FIELD_device_tensor_utilization_percent, d, &who);
    if (who.len > 0)
        explain_line(out, _("inputs by"), "%s", who.data);
    buf_fini(&who);
}

void explain_device_flops(const struct view_input *in, const struct device_row *d, struct buf *out)
{
    const struct center_row *c = snapshot_center(in->snap, d->h.center);
    unsigned precision = row_has(d, device, flops_precision) ? d->flops_precision
                         : c ? flops_precision_of((enum center_kind)c->kind)
                             : precision_FP16;
    unsigned provenance =
        row_has(d, device, flops_provenance) ? d->flops_provenance : provenance_NONE;
    struct peak slice;
    const struct peak *p = peak_of_device(in, d, &slice);
    const char *model = row_has(d, device, model) ? cell_string(in, d->model) : FIGURE_ABSENT;

    explain_precision(out, precision);
    explain_provenance(out, provenance);
    if (provenance == provenance_MEASURED)
        explain_line(out, _("how"), _("the difference of two counts over the time between them"));
    else if (p)
        explain_estimate(in, d, p, precision, out);
    explain_peak(in, model, p, precision, out);
    explain_pipes(in, d, out);
    if (d->h.flags & ROW_SILENT)
        explain_line(out, _("counts"), _("not: nobody has heard of it for a while"));
}

/* --- devices of a node or a center --- */

static bool counts_in(const struct device_row *d, int center)
{
    return d && !(d->h.flags & ROW_GONE) && (center < 0 || d->h.center == center);
}

static void device_words(const struct view_input *in, const struct device_row *d, struct buf *out)
{
    char key[32], text[FIGURE_MAX];
    struct buf words;

    buf_init(&words, TEXT_MAX);
    flops_words(in, row_has(d, device, flops) ? (double)d->flops : (double)NAN, text);
    buf_addf(&words, "%s %s", text,
             row_has(d, device, flops_provenance) ? flops_letter(d->flops_provenance)
                                                  : FIGURE_ABSENT);
    if (row_has(d, device, tensor_utilization_percent))
        buf_addf(&words, _(", tensor activity %.0f%%"), (double)d->tensor_utilization_percent);
    if (row_has(d, device, temperature_celsius))
        buf_addf(&words,
                 ", %.0f\xC2\xB0"
                 "C",
                 (double)d->temperature_celsius);
    if (row_has(d, device, power_watts))
        buf_addf(&words, ", %.0f W", (double)d->power_watts);
    if (d->h.flags & ROW_SILENT)
        buf_adds(&words, _(", silent: not counted"));
    snprintf(key, sizeof key, "GPU %.0f", (double)d->index);
    explain_line(out, key, "%s", words.data);
    buf_fini(&words);
}

void explain_node_flops(const struct view_input *in, const struct node_row *n, struct buf *out)
{
    unsigned provenance =
        row_has(n, node, flops_provenance) ? n->flops_provenance : provenance_NONE;
    char text[FIGURE_MAX];
    int shown = 0, devices = 0;
    struct buf who;

    buf_init(&who, TEXT_MAX);
    if (row_has(n, node, flops_precision))
        explain_precision(out, n->flops_precision);
    explain_provenance(out, provenance);
    explain_line(out, _("how"),
                 _("the sum over its devices; its processors where no device tells any"));
    for (uint32_t i = 0; i < snapshot_slots(in->snap, ENTITY_DEVICE); i++) {
        const struct device_row *d = snapshot_row(in->snap, ENTITY_DEVICE, i);
        if (!counts_in(d, n->h.center) || !row_has(d, device, node) || d->node != n->name)
            continue;
        if (devices++ < NODE_DEVICES_MAX) {
            device_words(in, d, out);
            shown++;
        }
        if (who.len == 0)
            explain_teller(in, ENTITY_DEVICE, FIELD_device_model, d, &who);
    }
    if (who.len > 0)
        explain_line(out, _("devices by"), "%s", who.data);
    buf_fini(&who);
    if (devices > shown)
        explain_line(out, "", _("and %d more devices"), devices - shown);
    if (row_has(n, node, cpu_fp64_flops)) {
        flops_words(in, (double)row_num(n, node, cpu_fp64_flops), text);
        explain_line(out, _("processors"), _("%s M of FP64 that their counters counted"), text);
    }
}

/* --- totals --- */

/* "8.94 EF of 12.00 EF (75%), from 500 of 512 devices, oldest 4s" */
static void total_words(const struct view_input *in, const struct flops_total *t, double whole,
                        bool hearsay, enum provenance provenance, struct buf *out)
{
    char text[FIGURE_MAX], known[FIGURE_MAX];
    const char *what = t->nodes ? _("nodes") : _("devices");

    flops_words(in, t->flops, text);
    buf_adds(out, text);
    if (provenance != provenance_NAMEPLATE && isfinite(whole)) {
        flops_words(in, whole, text);
        buf_addf(out, _(" of %s%s"), hearsay ? "~" : "", text);
        figure_percent(text, t->flops / whole);
        buf_addf(out, " (%s)", text);
    } else if (provenance <= provenance_ESTIMATED && t->peaked < t->reporting) {
        figure_number(text, t->reporting - t->peaked, 0, in->ascii);
        buf_addf(out, _(" of ?: %s %s in it have no known peak"), text, what);
    }
    if (t->declared) {
        buf_adds(out, _(", as the configuration declares"));
    } else if (t->reporting > 0) {
        figure_number(text, t->reporting, 0, in->ascii);
        figure_number(known, t->known, 0, in->ascii);
        buf_addf(out, _(", from %s of %s %s"), text, known, what);
    }
    if (t->oldest_at > 0) {
        figure_duration(text, in->ctx.now - t->oldest_at);
        buf_addf(out, _(", the oldest %s old"), text);
    }
}

static void explain_precision_totals(const struct view_input *in, const struct flops_totals *all,
                                     enum precision precision, struct buf *out)
{
    enum provenance best = flops_best(all, precision);
    struct buf words;
    char key[32];

    buf_addf(out, "# %s \xC2\xB7 %s\n", precision_label(precision, in->ascii),
             precision_meaning(precision));
    buf_init(&words, TEXT_MAX);
    for (enum provenance k = provenance_MEASURED; k < provenance_COUNT; k++) {
        const struct flops_total *t = &all->of[precision][k];
        if (!flops_told(t) || (t->nodes && k != best)) /* processors: below */
            continue;
        buf_reset(&words);
        total_words(in, t, flops_whole(all, precision, k),
                    flops_whole_is_hearsay(all, precision, k), k, &words);
        if (k == best)
            buf_adds(&words, _(": this one is shown"));
        snprintf(key, sizeof key, "%s %s", flops_letter(k), flops_word(k));
        explain_line(out, key, "%s", words.data);
    }
    const struct flops_total *processors = &all->processors[precision];
    if (flops_told(processors) && !all->of[precision][best].nodes) {
        buf_reset(&words);
        total_words(in, processors,
                    processors->peaked >= processors->reporting ? processors->peak : (double)NAN,
                    processors->hearsay, provenance_MEASURED, &words);
        explain_line(out, _("M processors"), _("%s: beside it, never added"), words.data);
    }
    buf_fini(&words);
    buf_addc(out, '\n');
}

/* What one model of device does. */
struct model_sum {
    strid model;
    unsigned precision;
    double devices, reporting, flops, activity, active;
};

struct census {
    struct model_sum models[MODELS_MAX];
    int count;
    double others, silent, no_model, devices;
    struct fleet_heat heat;
};

static struct model_sum *sum_of(struct census *c, strid model, unsigned precision)
{
    for (int i = 0; i < c->count; i++)
        if (c->models[i].model == model && c->models[i].precision == precision)
            return &c->models[i];
    if (c->count == MODELS_MAX)
        return NULL;
    c->models[c->count] = (struct model_sum){.model = model, .precision = precision};
    return &c->models[c->count++];
}

static void count_device(const struct view_input *in, struct census *c, const struct device_row *d)
{
    const struct center_row *center = snapshot_center(in->snap, d->h.center);
    unsigned precision = center ? flops_precision_of((enum center_kind)center->kind) : 0;

    if (row_has(d, device, parent))
        return;
    c->devices++;
    if (d->h.flags & ROW_SILENT) {
        c->silent++;
        return;
    }
    fleet_heat_add(&c->heat, d);
    if (!row_has(d, device, model)) {
        c->no_model++;
        return;
    }
    struct model_sum *m = sum_of(c, d->model, precision);
    if (!m) {
        c->others++;
        return;
    }
    m->devices++;
    m->reporting += row_has(d, device, flops);
    m->flops += row_has(d, device, flops) ? (double)d->flops : 0;
    m->active += row_has(d, device, tensor_utilization_percent);
    m->activity +=
        row_has(d, device, tensor_utilization_percent) ? (double)d->tensor_utilization_percent : 0;
}

static void explain_model(const struct view_input *in, const struct model_sum *m, struct buf *out)
{
    const struct peak_table *t = snapshot_peaks(in->snap);
    const struct peak *p = t ? peak_find(t, cell_string(in, m->model)) : NULL;
    char number[FIGURE_MAX], peak[FIGURE_MAX], each[FIGURE_MAX];
    struct buf words;

    buf_init(&words, TEXT_MAX);
    figure_number(number, m->devices, 0, in->ascii);
    buf_addf(&words, "%s %s", number, cell_string(in, m->model));
    if (!p) {
        buf_adds(&words, _(": no peak is known, so no estimate (peaks.conf)"));
    } else {
        flops_words(in, peak_of(p, (enum precision)m->precision), peak);
        buf_addf(&words, _(": %s%s %s dense each, confidence %c (%s)"),
                 peak_is_hearsay(p, (enum precision)m->precision) ? "~" : "", peak,
                 precision_word(m->precision), p->confidence, p->source);
    }
    if (m->active > 0)
        buf_addf(&words, _(", mean tensor activity %.0f%%"), m->activity / m->active);
    if (m->reporting > 0) {
        flops_words(in, m->flops / m->reporting, each);
        buf_addf(&words, _(", %s each"), each);
    }
    if (m->reporting < m->devices) {
        figure_number(number, m->devices - m->reporting, 0, in->ascii);
        buf_addf(&words, _("; %s tell no activity that counts in %s"), number,
                 precision_word(m->precision));
    }
    explain_line(out, _("devices"), "%s", words.data);
    buf_fini(&words);
}

static void explain_watts(const struct view_input *in, const struct fleet_heat *h, struct buf *out)
{
    char each[FIGURE_MAX], flops[FIGURE_MAX], watts[FIGURE_MAX], number[FIGURE_MAX];

    for (const enum precision *p = flops_order; *p; p++)
        for (enum provenance k = provenance_MEASURED; k <= provenance_ESTIMATED; k++) {
            const struct fleet_both *b = &h->both[*p][k];
            if (!(b->watts > 0))
                continue;
            flops_words(in, fleet_heat_efficiency(h, *p, k), each);
            flops_words(in, b->flops, flops);
            figure_unit(watts, b->watts, UNIT_WATT, in->ascii);
            figure_number(number, b->devices, 0, in->ascii);
            explain_line(out, _("for a watt"),
                         _("%s/W: %s %s %s / %s of the %s devices that tell both"), each, flops,
                         precision_word(*p), flops_letter(k), watts, number);
        }
}

/* "1 device", "12 devices" */
static void explain_some(const struct view_input *in, struct buf *out, const char *key, double n,
                         const char *what)
{
    char number[FIGURE_MAX];

    if (n <= 0)
        return;
    figure_number(number, n, 0, in->ascii);
    explain_line(out, key, _n("%s device %s", "%s devices %s", n == 1 ? 1 : 2), number, what);
}

/* told: something tells FLOPS, if no device. */
static void explain_census(const struct view_input *in, int center, bool told, struct buf *out)
{
    struct census c = {.count = 0};

    for (uint32_t i = 0; i < snapshot_slots(in->snap, ENTITY_DEVICE); i++) {
        const struct device_row *d = snapshot_row(in->snap, ENTITY_DEVICE, i);
        if (counts_in(d, center))
            count_device(in, &c, d);
    }
    for (int i = 0; i < c.count; i++)
        explain_model(in, &c.models[i], out);
    explain_some(in, out, "", c.others, _("of more models"));
    explain_some(in, out, _("no model"), c.no_model, _("without a model: no peak, so no estimate"));
    explain_some(in, out, _("silent"), c.silent,
                 _("of which nobody has heard for a while: in no sum"));
    explain_watts(in, &c.heat, out);
    if (c.devices == 0 && !told)
        explain_line(out, _("devices"), "? %s", flopsline_why(in));
}

/* The sources that tell of devices. */
static void explain_sources(const struct view_input *in, int center, struct buf *out)
{
    char age[FIGURE_MAX];

    for (uint32_t i = 0; i < snapshot_slots(in->snap, ENTITY_SOURCE); i++) {
        const struct source_row *s = snapshot_row(in->snap, ENTITY_SOURCE, i);
        const char *kind = s && row_has(s, source, collector) ? cell_string(in, s->collector) : "";
        if (!s || (center >= 0 && s->h.center != center) ||
            (strcmp(kind, "exporter") != 0 && strcmp(kind, "prometheus") != 0))
            continue;
        figure_duration(age, in->ctx.now - s->last_ok_at);
        if (row_has(s, source, last_ok_at))
            explain_line(out, _("told by"), _("%s, %s ago"), cell_string(in, s->name), age);
        else
            explain_line(out, _("told by"), _("%s: has not answered yet"),
                         cell_string(in, s->name));
    }
}

static void explain_how(const struct flops_totals *all, struct buf *out)
{
    bool told[provenance_COUNT] = {false};

    for (const enum precision *p = flops_order; *p; p++)
        for (unsigned k = provenance_MEASURED; k < provenance_COUNT; k++)
            told[k] = told[k] || flops_told(&all->of[*p][k]);
    for (unsigned k = provenance_MEASURED; k < provenance_COUNT; k++)
        if (told[k])
            explain_line(out, flops_word(k),
                         _("%s, summed over what reports; never filled in for what does not"),
                         flops_meaning(k));
}

static void explain_all(const struct view_input *in, int center, struct buf *out)
{
    struct flops_totals all;
    bool told = false;

    flops_total_of(in, center, &all);
    for (const enum precision *p = flops_order; *p; p++) {
        if (flops_best(&all, *p) == provenance_NONE)
            continue;
        explain_precision_totals(in, &all, *p, out);
        told = true;
    }
    buf_adds(out, _("# Where it comes from\n"));
    explain_how(&all, out);
    explain_census(in, center, told, out);
    explain_sources(in, center, out);
}

void explain_center_flops(const struct view_input *in, const struct center_row *r, struct buf *out)
{
    buf_addc(out, '\n');
    explain_all(in, r->h.center, out);
}

void explain_totals(const struct view_input *in, int center, struct buf *out)
{
    buf_addf(out, _("FLOPS \xC2\xB7 %s\n\n"),
             center < 0 ? _("all centers") : cell_center_name(in, (uint16_t)center));
    buf_adds(
        out,
        _("Each line is of one precision and known in one way: no two of them are ever added. "
          "Where measured and estimated figures exist, the one from more devices is shown.\n\n"));
    explain_all(in, center, out);
    explain_not(out);
}
