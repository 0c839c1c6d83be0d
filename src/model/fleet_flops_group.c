/* SPDX-License-Identifier: MIT
 * fleet_flops_group.c - see fleet_flops.h: what the devices and the processors of one node stand for. */
#include "base/xmem.h"
#include "model/fleet_flops.h"
#include "model/fleet_int.h"
#include "model/fields.h"
#include <stdlib.h>

#define MILLION 1e6
#define MOST_DEVICES 1e6 /* of one node */
#define MOST_WATTS 1e9

/* As device_status() says: what a power limit holds back is usual. */
#define BRAKES                                                                                     \
    (1u << throttle_SW_THERMAL | 1u << throttle_HW_SLOWDOWN | 1u << throttle_HW_THERMAL |          \
     1u << throttle_HW_POWER_BRAKE)

/* A slice of a device, sorted by whose it is. */
struct slice {
    strid parent;
    uint32_t slot;
    bool told; /* with its device; on the first of a device's slices */
};
struct slices {
    struct slice *all;
    size_t count, cap;
};

/* ---- figures of devices ---- */

static const struct device_row *device_at(const struct fleet *f, uint32_t slot)
{
    return rows_at(&f->tables[ENTITY_DEVICE].rows, slot);
}

static uint16_t cell_bit(enum precision precision, enum provenance way)
{
    return (uint16_t)(1u << ((precision - 1) * FLOPS_WAYS + (way - 1)));
}

/* Of all slices of a device: those that count, if one does, else those that are estimated. */
static struct flops_known figure_of_slices(struct fleet *f, const struct slice *s, size_t count,
                                           enum precision precision)
{
    struct flops_known sum = {.is = {.flops = NAN, .peak = NAN}};

    for (int way = provenance_MEASURED; way <= provenance_ESTIMATED && !sum.is.provenance; way++)
        for (size_t i = 0; i < count; i++) {
            const struct device_row *d = device_at(f, s[i].slot);
            struct flops_known one = fleet_flops_figure(f, d, precision);
            if ((int)one.is.provenance != way || d->h.flags & ROW_SILENT)
                continue;
            f->flops.sides[s[i].slot].cells |= cell_bit(precision, one.is.provenance);
            if (!sum.is.provenance)
                sum = one;
            else {
                sum.is.flops += one.is.flops;
                sum.is.peak += one.is.peak;
                sum.hearsay = sum.hearsay || one.hearsay;
            }
        }
    return sum;
}

static void add_figure(struct flops_sums *s, const struct flops_known *fig,
                       enum precision precision)
{
    struct flops_cell *c = &s->devices[precision - 1][fig->is.provenance - 1];

    if (fig->is.flops > FLOPS_MOST)
        return;
    c->flops += llround(fig->is.flops / MILLION);
    c->reporting++;
    if (!(fig->is.peak <= FLOPS_MOST))
        return;
    c->peak += llround(fig->is.peak / MILLION);
    c->peaked++;
    c->hearsay += fig->hearsay;
}

/* One device: its own figures where it tells them, else those of its slices. d NULL: only slices are known of it. */
static void add_rates(struct fleet *f, struct flops_sums *s, const struct device_row *d,
                      uint32_t slot, const struct slice *slices, size_t count)
{
    for (int p = precision_FP64; p <= precision_FP16; p++) {
        enum precision precision = (enum precision)p;
        struct flops_known fig = {.is = {.provenance = provenance_NONE}};
        if (d)
            fig = fleet_flops_figure(f, d, precision);
        double whole = d ? fig.is.peak : NAN;
        if (fig.is.provenance)
            f->flops.sides[slot].cells |= cell_bit(precision, fig.is.provenance);
        else if (count)
            fig = figure_of_slices(f, slices, count, precision);
        if (!isnan(whole))
            fig.is.peak = whole;
        if (fig.is.provenance)
            add_figure(s, &fig, precision);
    }
}

static void add_tensor(struct flops_sums *s, const struct fleet *f, const struct device_row *d,
                       const struct slice *slices, size_t count)
{
    double v = d ? flops_tensor_utilization(d) : NAN, sum = 0;
    unsigned told = 0;

    for (size_t i = 0; isnan(v) && i < count; i++) {
        const struct device_row *one = device_at(f, slices[i].slot);
        double u = one->h.flags & ROW_SILENT ? NAN : flops_tensor_utilization(one);
        told += !isnan(u);
        sum += isnan(u) ? 0 : u;
    }
    if (told)
        v = sum / told;
    if (isnan(v))
        return;
    s->tensor += llround(v * 1000);
    s->tensors++;
}

/* ---- the devices of a node ---- */

static int by_parent(const void *a, const void *b)
{
    const struct slice *x = a, *y = b;

    if (x->parent != y->parent)
        return x->parent < y->parent ? -1 : 1;
    return x->slot < y->slot ? -1 : x->slot > y->slot;
}

static struct slices slices_of(const struct fleet *f, const struct flops_group *g)
{
    struct slices s = {0};

    for (uint32_t i = g->first; i; i = f->flops.sides[i - 1].next) {
        const struct device_row *d = device_at(f, i - 1);
        if (!fleet_flops_is_slice(d))
            continue;
        s.all = xgrow(s.all, &s.cap, s.count + 1, sizeof(*s.all));
        s.all[s.count++] = (struct slice){.parent = row_str(d, device, parent), .slot = i - 1};
    }
    if (s.count)
        qsort(s.all, s.count, sizeof(*s.all), by_parent);
    return s;
}

/* The slices of that device; *count: how many. */
static struct slice *slices_at(const struct slices *s, strid parent, size_t *count)
{
    size_t low = 0, high = s->count, end;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (s->all[middle].parent < parent)
            low = middle + 1;
        else
            high = middle;
    }
    for (end = low; end < s->count && s->all[end].parent == parent; end++)
        ;
    *count = parent && end > low && !s->all[low].told ? end - low : 0;
    return *count ? &s->all[low] : NULL;
}

static void note_trouble(const struct fleet *f, struct flops_tally *t, uint32_t slot)
{
    int worst = t->worst ? fleet_flops_trouble(f, device_at(f, t->worst - 1)) : 0;

    if (fleet_flops_trouble(f, device_at(f, slot)) > worst)
        t->worst = slot + 1;
}

static void add_body(struct flops_tally *t, const struct device_row *d)
{
    t->sums.throttled += row_has(d, device, throttle) && d->throttle & BRAKES;
    if (row_has(d, device, power_watts) && (double)d->power_watts <= MOST_WATTS) {
        t->sums.power += llround((double)d->power_watts * 1000);
        t->sums.powered++;
    }
    if (row_has(d, device, temperature_celsius) && !((double)d->temperature_celsius <= t->hottest))
        t->hottest = d->temperature_celsius;
}

static void add_device(struct fleet *f, struct flops_tally *t, uint32_t slot,
                       const struct slices *slices)
{
    const struct device_row *d = device_at(f, slot);
    bool silent = d->h.flags & ROW_SILENT;
    size_t count;
    struct slice *own = slices_at(slices, row_has(d, device, uuid) ? d->uuid : 0, &count);

    if (own)
        own->told = true;
    t->sums.seen++;
    t->sums.silent += silent;
    note_trouble(f, t, slot);
    heat_put(f, slot,
             !silent && row_has(d, device, temperature_celsius) ? widen(d->temperature_celsius)
                                                                : NAN);
    if (!silent)
        add_body(t, d);
    add_rates(f, &t->sums, silent ? NULL : d, slot, own, count);
    add_tensor(&t->sums, f, silent ? NULL : d, own, count);
}

/* Slices whose device nobody tells of: it is one all the same. Returns how many such devices. */
static unsigned add_orphans(struct fleet *f, struct flops_tally *t, const struct slices *slices)
{
    unsigned devices = 0;
    size_t count;

    for (size_t i = 0; i < slices->count; i++) {
        struct slice *first = &slices->all[i];
        if (i > 0 && first->parent == slices->all[i - 1].parent)
            continue;
        struct slice *own = slices_at(slices, first->parent, &count);
        if (!own)
            continue;
        devices++;
        add_rates(f, &t->sums, NULL, 0, own, count);
        add_tensor(&t->sums, f, NULL, own, count);
    }
    return devices;
}

/* ---- capacity ---- */

/* Whose peaks the devices of a node have. */
struct models {
    strid device;   /* the model that all device rows name; 0 = none does */
    bool different; /* they name several */
    unsigned named, rows;
};

static struct models models_of(const struct fleet *f, const struct flops_group *g)
{
    struct models m = {0};

    for (uint32_t i = g->first; i; i = f->flops.sides[i - 1].next) {
        const struct device_row *d = device_at(f, i - 1);
        if (fleet_flops_is_slice(d))
            continue;
        m.rows++;
        if (!row_has(d, device, model))
            continue;
        m.different = m.different || (m.named && m.device != d->model);
        m.device = d->model;
        m.named++;
    }
    return m;
}

static void add_capacity(struct flops_capacity c[FLOPS_PEAKS], const struct peak *p, double devices)
{
    for (int i = precision_FP64; p && i <= precision_FP8; i++) {
        double flops = peak_of(p, (enum precision)i) * devices;
        if (!(flops <= FLOPS_MOST))
            continue;
        c[i - 1].flops += llround(flops / MILLION);
        c[i - 1].devices += (uint32_t)devices;
        if (peak_is_hearsay(p, (enum precision)i))
            c[i - 1].hearsay += (uint32_t)devices;
    }
}

/* Each device row by itself: they are of several models, or nobody says how many there are. */
static void add_each(struct fleet *f, const struct flops_group *g,
                     struct flops_capacity c[FLOPS_PEAKS])
{
    for (uint32_t i = g->first; i; i = f->flops.sides[i - 1].next) {
        const struct device_row *d = device_at(f, i - 1);
        if (!fleet_flops_is_slice(d) && row_has(d, device, model))
            add_capacity(c, fleet_flops_peak(f, d->model, false), 1);
    }
}

static uint32_t count_of(bool has, float v)
{
    return has && (double)v <= MOST_DEVICES ? (uint32_t)v : 0;
}

void fleet_flops_capacity(struct flops_sums *s, const struct peak *p, uint32_t known,
                          uint32_t allocated)
{
    s->known = known;
    s->known_allocated = allocated;
    add_capacity(s->nameplate, p, known);
    add_capacity(s->allocated, p, allocated);
}

/* What the driver calls a device is more exact than what the scheduler calls it. */
static const struct peak *common_peak(struct fleet *f, const struct models *m,
                                      const struct node_row *n)
{
    const struct peak *p = m->different ? NULL : fleet_flops_peak(f, m->device, false);

    if (!p && !m->different && n && row_has(n, node, device_model))
        p = fleet_flops_peak(f, n->device_model, false);
    return p;
}

static void add_capacities(struct fleet *f, const struct flops_group *g, const struct node_row *n,
                           unsigned orphans, struct flops_tally *t)
{
    struct models m = models_of(f, g);
    struct flops_sums *s = &t->sums;
    uint32_t seen = m.rows + orphans;
    uint32_t installed = n ? count_of(row_has(n, node, devices_total), n->devices_total) : 0;
    uint32_t allocated =
        n ? count_of(row_has(n, node, devices_allocated), n->devices_allocated) : 0;

    t->peak = common_peak(f, &m, n);
    fleet_flops_capacity(s, t->peak, installed > seen ? installed : seen, allocated);
    if (m.different || installed == 0) {
        memset(s->nameplate, 0, sizeof(s->nameplate));
        add_each(f, g, s->nameplate);
    }
    if (m.different && allocated == m.rows)
        add_each(f, g, s->allocated);
}

/* ---- processors ---- */

static void add_processor(struct flops_group *g, struct flops_cell *c, enum precision precision,
                          double flops, double peak)
{
    if (!(flops <= FLOPS_MOST))
        return;
    g->processors |= (uint8_t)(1u << (precision - 1));
    c->flops = llround(flops / MILLION);
    c->reporting = 1;
    if (!(peak > 0 && peak <= FLOPS_MOST))
        return;
    c->peak = llround(peak / MILLION);
    c->peaked = 1;
}

static void add_processors(struct flops_group *g, const struct node_row *n, struct flops_sums *s)
{
    g->processors = 0;
    if (!n || g->quiet)
        return;
    if (row_has(n, node, cpu_fp64_flops))
        add_processor(
            g, &s->processors[precision_FP64 - 1], precision_FP64, row_num(n, node, cpu_fp64_flops),
            row_has(n, node, cpu_fp64_peak_flops) ? row_num(n, node, cpu_fp64_peak_flops) : NAN);
    if (row_has(n, node, cpu_fp32_flops))
        add_processor(g, &s->processors[precision_FP32 - 1], precision_FP32,
                      row_num(n, node, cpu_fp32_flops), NAN);
}

static const struct node_row *node_of(const struct fleet *f, const struct flops_group *g,
                                      uint32_t *slot)
{
    *slot = table_find(&f->tables[ENTITY_NODE], g->key);
    return *slot == SLOT_NONE ? NULL : rows_at(&f->tables[ENTITY_NODE].rows, *slot);
}

void fleet_flops_tally(struct fleet *f, struct flops_group *g, struct flops_tally *out)
{
    struct slices slices = slices_of(f, g);
    uint32_t slot;
    const struct node_row *n = node_of(f, g, &slot);

    *out = (struct flops_tally){.hottest = NAN};
    for (uint32_t i = g->first; i; i = f->flops.sides[i - 1].next)
        f->flops.sides[i - 1].cells &= (uint16_t)~FLOPS_CELLS;
    for (uint32_t i = g->first; i; i = f->flops.sides[i - 1].next)
        if (!fleet_flops_is_slice(device_at(f, i - 1)))
            add_device(f, out, i - 1, &slices);
        else
            heat_put(f, i - 1, NAN);
    add_capacities(f, g, n, add_orphans(f, out, &slices), out);
    add_processors(g, n, &out->sums);
    rest_settle(f, g, n);
    free(slices.all);
}
