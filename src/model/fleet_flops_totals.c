/* SPDX-License-Identifier: MIT
 * fleet_flops_totals.c - see fleet_flops.h: the cells of each center and of all, and the fields of center rows. */
#include "base/xmem.h"
#include "model/fleet_flops.h"
#include "model/fleet_int.h"
#include <math.h>
#include <stdlib.h>

#define MILLION 1e6

static double more(double a, double b)
{
    return a > b ? a : b;
}

/* ---- cells of a center ---- */

static struct flops_total of_cell(const struct flops_cell *c, double known, wall_ms oldest)
{
    return (struct flops_total){.flops = (double)c->flops * MILLION,
                                .peak = (double)c->peak * MILLION,
                                .reporting = c->reporting,
                                .peaked = c->peaked,
                                .known = more(known, c->reporting),
                                .hearsay = c->hearsay > 0,
                                .oldest_at = c->reporting ? oldest : 0};
}

static struct flops_total of_capacity(const struct flops_capacity *c, double known)
{
    return (struct flops_total){.flops = (double)c->flops * MILLION,
                                .peak = (double)c->flops * MILLION,
                                .reporting = c->devices,
                                .peaked = c->devices,
                                .known = more(known, c->devices),
                                .hearsay = c->hearsay > 0};
}

/* A server's sum, where that covers more than the rows; never both. */
static void consider_server(const struct fleet *f, uint16_t center, enum precision precision,
                            enum provenance provenance, struct flops_total *t)
{
    struct told_cell told;

    if (!aggregates_cell(f, center, precision, provenance, &told) || told.reporting <= t->reporting)
        return;
    *t = (struct flops_total){.flops = told.flops,
                              .peak = told.peaked ? told.peak : 0,
                              .reporting = told.reporting,
                              .peaked = told.peaked ? told.reporting : 0,
                              .known = more(t->known, told.known),
                              .oldest_at = told.oldest_at};
    if (provenance < provenance_ALLOCATED)
        return;
    t->peak = t->flops;
    t->peaked = t->reporting;
    t->oldest_at = 0;
}

static double declared(const struct center_row *c, enum precision precision)
{
    switch (precision) {
    case precision_FP64:
        return row_has(c, center, capacity_fp64_flops) ? c->capacity_fp64_flops : 0;
    case precision_FP32:
        return row_has(c, center, capacity_fp32_flops) ? c->capacity_fp32_flops : 0;
    case precision_FP16:
        return row_has(c, center, capacity_fp16_flops) ? c->capacity_fp16_flops : 0;
    case precision_FP8:
        return row_has(c, center, capacity_fp8_flops) ? c->capacity_fp8_flops : 0;
    default:
        return 0;
    }
}

static void fill_nameplate(const struct fleet *f, uint16_t center, enum precision precision,
                           double known, struct flops_total *t)
{
    const struct table *centers = &f->tables[ENTITY_CENTER];
    const struct flops_sums *s = &f->flops.centers[center]->sums;
    double told =
        table_alive(centers, center) ? declared(rows_at(&centers->rows, center), precision) : 0;

    *t = of_capacity(&s->nameplate[precision - 1], known);
    if (told > 0) {
        *t = (struct flops_total){.flops = told,
                                  .peak = told,
                                  .reporting = known,
                                  .peaked = known,
                                  .known = known,
                                  .declared = true};
        return;
    }
    consider_server(f, center, precision, provenance_NAMEPLATE, t);
}

static void fill_rates(const struct fleet *f, uint16_t center, enum precision precision,
                       double known, struct flops_totals *out)
{
    const struct fleet_center *c = &f->centers[center];
    const struct flops_center *fc = f->flops.centers[center];
    struct flops_total *processors = &out->processors[precision];

    for (int way = 0; way < FLOPS_WAYS; way++) {
        enum provenance provenance = (enum provenance)(way + 1);
        struct flops_total *t = &out->of[precision][provenance];
        *t = of_cell(&fc->sums.devices[precision - 1][way], known,
                     fc->oldest.devices[precision - 1][way]);
        consider_server(f, center, precision, provenance, t);
    }
    *processors = of_cell(&fc->sums.processors[precision - 1], sums_get(&c->sums, SUM_NODES),
                          fc->oldest.processors[precision - 1]);
    processors->nodes = true;
    if (!flops_told(&out->of[precision][provenance_MEASURED]) && flops_told(processors))
        out->of[precision][provenance_MEASURED] = *processors;
}

static double known_devices(const struct fleet *f, uint16_t center)
{
    struct told_body body;
    double known = (double)f->flops.centers[center]->sums.known;

    return aggregates_body(f, center, &body) ? more(known, body.devices) : known;
}

static void fill_center(const struct fleet *f, uint16_t center, struct flops_totals *out)
{
    const struct flops_sums *s = &f->flops.centers[center]->sums;
    double known = known_devices(f, center);

    memset(out, 0, sizeof(*out));
    for (int p = precision_FP64; p <= precision_FP8; p++) {
        enum precision precision = (enum precision)p;
        if (p <= precision_FP16)
            fill_rates(f, center, precision, known, out);
        out->of[p][provenance_ALLOCATED] =
            of_capacity(&s->allocated[p - 1], (double)s->known_allocated);
        consider_server(f, center, precision, provenance_ALLOCATED,
                        &out->of[p][provenance_ALLOCATED]);
        fill_nameplate(f, center, precision, known, &out->of[p][provenance_NAMEPLATE]);
    }
}

/* ---- all centers ---- */

/* Devices with devices, processors with processors: a center whose cell is that of its processors adds its devices to
 * those that are known, and nothing else. */
static void add_center(struct flops_totals *all, const struct flops_totals *c, double known)
{
    for (int p = precision_FP64; p < precision_COUNT; p++) {
        for (int way = provenance_MEASURED; way < provenance_COUNT; way++) {
            const struct flops_total *t = &c->of[p][way];
            if (t->nodes)
                all->of[p][way].known += known;
            else
                flops_total_add(&all->of[p][way], t);
        }
        flops_total_add(&all->processors[p], &c->processors[p]);
    }
}

static void prefer_devices(struct flops_totals *all)
{
    for (int p = precision_FP64; p < precision_COUNT; p++) {
        all->processors[p].nodes = true;
        if (!flops_told(&all->of[p][provenance_MEASURED]) && flops_told(&all->processors[p]))
            all->of[p][provenance_MEASURED] = all->processors[p];
    }
}

/* ---- temperatures and power ---- */

/* Of the device rows, or what a server told where it covers more. */
struct body {
    double max, p99, power, tensor; /* NAN = not known */
    double power_of, seen, silent;
};

static struct body body_of(const struct fleet *f, uint16_t center)
{
    const struct flops_center *c = f->flops.centers[center];
    const struct flops_sums *s = &c->sums;
    const struct heat *heat = &c->heat;
    struct body b = {.max = NAN,
                     .p99 = heat_p99(&heat, 1),
                     .power = s->powered ? (double)s->power / 1000 : NAN,
                     .power_of = s->powered,
                     .seen = s->seen,
                     .silent = s->silent,
                     .tensor = s->tensors ? (double)s->tensor / 1000 / s->tensors : NAN};
    struct told_body told;

    (void)heat_hottest(f, c, &b.max);
    if (!aggregates_body(f, center, &told))
        return b;
    b.max = fmax(b.max, told.temperature_max); /* a maximum counts nobody twice */
    if (told.devices > s->seen) {
        b.seen = told.devices;
        b.silent = told.devices - told.reporting;
    }
    if (told.reporting > heat->total && !isnan(told.temperature_p99))
        b.p99 = told.temperature_p99;
    if (told.power_of > s->powered) {
        b.power = told.power;
        b.power_of = told.power_of;
    }
    if (told.tensor_of > s->tensors)
        b.tensor = told.tensor / told.tensor_of;
    return b;
}

/* ---- publishing ---- */

static void add_body(struct fleet *f, uint16_t center, struct totals *out)
{
    const struct flops_center *c = f->flops.centers[center];
    struct body b = body_of(f, center);
    double celsius;
    uint32_t device = heat_hottest(f, c, &celsius);

    out->devices_seen += b.seen;
    out->devices_silent += b.silent;
    out->devices_throttled += c->sums.throttled;
    out->device_power_watts += isnan(b.power) ? 0 : b.power;
    out->device_power_of += b.power_of;
    if (isnan(b.max) || (out->has_device_temperature && b.max <= out->device_temperature_max))
        return;
    out->has_device_temperature = true;
    out->device_temperature_max = b.max;
    /* Where a server knows of a hotter one than the rows do, nobody can say which. */
    out->hottest_device = device != SLOT_NONE && celsius >= b.max ? device : SLOT_NONE;
}

/* Servers tell the p99 of their center only; the highest of those is a bound for all. */
static double p99_of_all(const struct fleet *f)
{
    double highest = NAN;
    bool rows_only = true;

    for (uint32_t c = 0; c < f->flops.center_count; c++) {
        struct told_body told;
        highest = fmax(highest, body_of(f, (uint16_t)c).p99);
        rows_only = rows_only && !aggregates_body(f, (uint16_t)c, &told);
    }
    if (!rows_only)
        return highest;
    const struct heat **all = xcalloc(f->flops.center_count + 1, sizeof(const struct heat *));

    for (uint32_t c = 0; c < f->flops.center_count; c++)
        all[c] = &f->flops.centers[c]->heat;
    double p99 = heat_p99(all, f->flops.center_count);
    free((void *)all);
    return p99;
}

void fleet_flops_publish(struct fleet *f, wall_ms now, struct totals *out)
{
    struct fleet_flops *e = &f->flops;

    e->now = now;
    if (f->center_count)
        (void)fleet_flops_center(f, (uint16_t)(f->center_count - 1));
    fleet_flops_settle(f);
    fleet_flops_walk(f, now);
    fleet_flops_settle(f); /* nodes that the walk found quiet */
    e->totals = xgrow(e->totals, &e->totals_cap, (size_t)e->center_count + 1, sizeof(*e->totals));
    struct flops_totals *all = &e->totals[e->center_count];
    memset(all, 0, sizeof(*all));
    out->hottest_device = SLOT_NONE;
    for (uint32_t c = 0; c < e->center_count; c++) {
        (void)fleet_center_of(f, (uint16_t)c);
        fill_center(f, (uint16_t)c, &e->totals[c]);
        add_center(all, &e->totals[c], known_devices(f, (uint16_t)c));
        add_body(f, (uint16_t)c, out);
    }
    prefer_devices(all);
    out->device_temperature_p99 = p99_of_all(f);
}

/* ---- the center's row ---- */

static void put_word(struct edit *ed, unsigned field, unsigned word)
{
    edit_put(ed, field, &(union field_value){.small = (uint8_t)word});
}

static void write_headline(struct edit *ed, const struct flops_totals *t, enum precision precision)
{
    enum provenance best = flops_best(t, precision);
    const struct flops_total *h = &t->of[precision][best];
    const struct flops_total *allocated = &t->of[precision][provenance_ALLOCATED];
    const struct flops_total *nameplate = &t->of[precision][provenance_NAMEPLATE];
    bool has = best != provenance_NONE;

    edit_num(ed, FIELD_center_flops, has, h->flops);
    /* Of some of them it would be no peak of the figure. */
    edit_num(ed, FIELD_center_flops_peak,
             has && (h->declared || (h->peaked > 0 && h->peaked == h->reporting)), h->peak);
    edit_num(ed, FIELD_center_flops_devices, has, h->reporting);
    edit_num(ed, FIELD_center_flops_devices_known, has, h->known);
    edit_num(ed, FIELD_center_flops_allocated, flops_told(allocated), allocated->flops);
    edit_num(ed, FIELD_center_flops_nameplate, flops_told(nameplate), nameplate->flops);
    if (has) {
        put_word(ed, FIELD_center_flops_precision, precision);
        put_word(ed, FIELD_center_flops_provenance, best);
    } else {
        edit_clear(ed, FIELD_center_flops_precision);
        edit_clear(ed, FIELD_center_flops_provenance);
    }
}

void fleet_flops_write_center(struct edit *ed, uint16_t center)
{
    struct fleet *f = ed->f;
    const struct flops_center *c = f->flops.centers[center];
    const struct fleet_center *nodes = &f->centers[center];
    const struct flops_sums *s = &c->sums;
    struct body b = body_of(f, center);
    double sensors = nodes->hottest.slot != SLOT_NONE ? nodes->hottest.value : NAN;

    edit_num(ed, FIELD_center_devices_seen, b.seen > 0, b.seen);
    edit_num(ed, FIELD_center_devices_silent, b.seen > 0, b.silent);
    edit_num(ed, FIELD_center_devices_throttled, s->seen > 0, s->throttled);
    edit_num(ed, FIELD_center_device_temperature_max_celsius, !isnan(b.max), b.max);
    edit_num(ed, FIELD_center_device_temperature_p99_celsius, !isnan(b.p99), b.p99);
    edit_num(ed, FIELD_center_device_power_watts, !isnan(b.power), b.power);
    edit_num(ed, FIELD_center_device_power_devices, !isnan(b.power), b.power_of);
    edit_num(ed, FIELD_center_tensor_utilization_percent, !isnan(b.tensor), b.tensor);
    edit_num(ed, FIELD_center_temperature_max_celsius, !isnan(fmax(sensors, b.max)),
             fmax(sensors, b.max));
    write_headline(ed, &f->flops.totals[center], flops_precision_of((enum center_kind)c->kind));
}
