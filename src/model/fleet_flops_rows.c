/* SPDX-License-Identifier: MIT
 * fleet_flops_rows.c - see fleet_flops.h: figures of single rows, and the rolled-up fields of devices and nodes. */
#include "base/buf.h"
#include "base/xmem.h"
#include "model/fleet_flops.h"
#include "model/fleet_int.h"
#include "model/fields.h"
#include <math.h>

/* ---- peaks ---- */

/* A driver calls a slice "NVIDIA A100-SXM4-40GB MIG 1g.5gb". */
static const struct peak *find_peak(const struct fleet *f, strid model, bool slice)
{
    const char *name = intern_raw(f->strings, model), *mig = slice ? strstr(name, " MIG ") : NULL;
    char whole[128];

    if (!mig || (size_t)(mig - name) >= sizeof(whole))
        return peak_find(f->flops.peaks, name);
    memcpy(whole, name, (size_t)(mig - name));
    whole[mig - name] = '\0';
    return peak_find(f->flops.peaks, whole);
}

const struct peak *fleet_flops_peak(struct fleet *f, strid model, bool slice)
{
    struct flops_model *m = &f->flops.models[(model * 2 + slice) % FLOPS_MODELS];

    if (!model || !f->flops.peaks)
        return NULL;
    if (m->id != model || m->slice != slice)
        *m = (struct flops_model){.id = model, .slice = slice, .peak = find_peak(f, model, slice)};
    return m->peak;
}

/* room: for a slice, whose peak is its own. */
static const struct peak *peak_of_row(struct fleet *f, const struct device_row *d,
                                      struct peak *room)
{
    bool slice = fleet_flops_is_slice(d);
    const struct peak *p = row_has(d, device, model) ? fleet_flops_peak(f, d->model, slice) : NULL;

    if (!p || !slice)
        return p;
    if (!row_has(d, device, mig) ||
        !peak_of_slice(p, intern_raw(f->strings, row_str(d, device, mig)), room))
        return NULL;
    return room;
}

struct flops_known fleet_flops_figure(struct fleet *f, const struct device_row *d,
                                      enum precision precision)
{
    struct peak room;
    const struct peak *p = peak_of_row(f, d, &room);

    return (struct flops_known){.is = flops_of_device(d, p, precision),
                                .hearsay = p && peak_is_hearsay(p, precision)};
}

/* ---- devices ---- */

static void put(struct device_row *d, unsigned field, bool has, const union field_value *v)
{
    const struct field *fd = &entity_info(ENTITY_DEVICE)->fields[field];

    if (has)
        field_put(d, fd, field, v);
    else
        field_clear(d, fd, field);
}

void fleet_flops_write_device(struct fleet *f, struct device_row *d)
{
    enum precision precision =
        flops_precision_of((enum center_kind)fleet_flops_center(f, d->h.center)->kind);
    struct flops_figure is = fleet_flops_figure(f, d, precision).is;

    put(d, FIELD_device_flops, is.provenance != provenance_NONE,
        &(union field_value){.num = is.flops});
    put(d, FIELD_device_flops_peak, !isnan(is.peak), &(union field_value){.num = is.peak});
    put(d, FIELD_device_flops_precision, true, &(union field_value){.small = (uint8_t)precision});
    put(d, FIELD_device_flops_provenance, is.provenance != provenance_NONE,
        &(union field_value){.small = (uint8_t)is.provenance});
}

/* ---- nodes ---- */

/* The program's fault, or for information only: facts about the job, not the device. */
static bool is_harmless(unsigned xid)
{
    static const unsigned harmless[] = {13, 31, 43, 45, 63, 92};

    for (size_t i = 0; i < ARRAY_LEN(harmless); i++)
        if (xid == harmless[i])
            return true;
    return false;
}

int fleet_flops_trouble(const struct fleet *f, const struct device_row *d)
{
    if (row_has(d, device, health) && strcmp(intern_raw(f->strings, d->health), "ok") != 0)
        return 4;
    if (row_has(d, device, remap_failed) && d->remap_failed)
        return 3;
    if (row_has(d, device, xid_last) && row_num(d, device, xid_last) > 0 &&
        row_num(d, device, xid_last) < 1e6F && !is_harmless((unsigned)row_num(d, device, xid_last)))
        return 2;
    return row_has(d, device, remap_pending) && d->remap_pending;
}

static void say_trouble(const struct fleet *f, const struct device_row *d, struct buf *out)
{
    if (row_has(d, device, index))
        buf_addf(out, "%.0f ", (double)d->index);
    switch (fleet_flops_trouble(f, d)) {
    case 4:
        buf_adds(out, intern_raw(f->strings, d->health));
        break;
    case 3:
        buf_adds(out, "remap failed");
        break;
    case 2:
        buf_addf(out, "XID %.0f", (double)row_num(d, device, xid_last));
        break;
    default:
        buf_adds(out, "remap pending");
        break;
    }
}

static void put_trouble(struct fleet *f, struct edit *ed, uint32_t device)
{
    struct buf text;

    if (!device) {
        edit_clear(ed, FIELD_node_device_trouble);
        return;
    }
    buf_init(&text, 512);
    say_trouble(f, rows_at(&f->tables[ENTITY_DEVICE].rows, device - 1), &text);
    author_text(ed, FIELD_node_device_trouble, text.data);
    buf_fini(&text);
}

/* What stands for the node: the rates of its devices, of its processors, or what is allocated of it. */
struct headline {
    double flops, peak; /* peak: NAN = not known of all */
    enum provenance provenance;
};

static struct headline of_cell(const struct flops_cell *c, enum provenance provenance)
{
    return (struct headline){.flops = (double)c->flops * 1e6,
                             .peak = c->peaked == c->reporting ? (double)c->peak * 1e6 : NAN,
                             .provenance = provenance};
}

static struct headline headline_of(const struct flops_sums *s, enum precision precision)
{
    struct headline none = {.provenance = provenance_NONE};

    if (precision <= precision_FP16) {
        const struct flops_cell *c = s->devices[precision - 1];
        bool estimated = c[1].reporting > c[0].reporting;
        if (c[estimated].reporting)
            return of_cell(&c[estimated], estimated ? provenance_ESTIMATED : provenance_MEASURED);
        if (s->processors[precision - 1].reporting)
            return of_cell(&s->processors[precision - 1], provenance_MEASURED);
    }
    const struct flops_capacity *a = &s->allocated[precision - 1];
    if (!a->devices)
        return none;
    return (struct headline){.flops = (double)a->flops * 1e6,
                             .peak = (double)s->nameplate[precision - 1].flops * 1e6,
                             .provenance = provenance_ALLOCATED};
}

static void put_flops(struct edit *ed, const struct flops_sums *s, enum precision precision)
{
    struct headline h = headline_of(s, precision);
    bool has = h.provenance != provenance_NONE;

    edit_num(ed, FIELD_node_flops, has, h.flops);
    edit_num(ed, FIELD_node_flops_peak, has && h.peak > 0, h.peak);
    if (!has) {
        edit_clear(ed, FIELD_node_flops_precision);
        edit_clear(ed, FIELD_node_flops_provenance);
        return;
    }
    edit_put(ed, FIELD_node_flops_precision, &(union field_value){.small = (uint8_t)precision});
    edit_put(ed, FIELD_node_flops_provenance, &(union field_value){.small = (uint8_t)h.provenance});
}

void fleet_flops_write_node(struct fleet *f, const struct flops_group *g,
                            const struct flops_tally *t)
{
    const struct flops_sums *s = &t->sums;
    uint32_t slot = table_find(&f->tables[ENTITY_NODE], g->key);

    if (slot == SLOT_NONE)
        return;
    struct edit ed = edit_begin(f, ENTITY_NODE, slot);
    edit_num(&ed, FIELD_node_devices_seen, s->seen > 0, s->seen);
    edit_num(&ed, FIELD_node_devices_throttled, s->seen > 0, s->throttled);
    edit_num(&ed, FIELD_node_device_temperature_max_celsius, !isnan(t->hottest), t->hottest);
    edit_num(&ed, FIELD_node_device_power_watts, s->powered > 0, (double)s->power / 1000);
    edit_num(&ed, FIELD_node_tensor_utilization_percent, s->tensors > 0,
             s->tensors ? (double)s->tensor / 1000 / s->tensors : 0);
    put_trouble(f, &ed, t->worst);
    put_flops(&ed, s, flops_precision_of((enum center_kind)fleet_flops_center(f, g->center)->kind));
    edit_end(&ed);
}
