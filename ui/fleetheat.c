/* SPDX-License-Identifier: MIT
 * fleetheat.c - see fleetheat.h. */
#include "ui/fleetheat.h"
#include "model/value.h"
#include <math.h>

/* A slice draws its power as its device, where it is told. */
static bool tells_both(const struct device_row *d)
{
    return !(d->h.flags & (ROW_GONE | ROW_SILENT)) && !row_has(d, device, parent) &&
           row_has(d, device, flops) && row_has(d, device, power_watts) &&
           d->flops_precision < precision_COUNT && d->flops_provenance < provenance_COUNT;
}

static void add_to(struct fleet_both *b, const struct device_row *d)
{
    b->flops += (double)d->flops;
    b->watts += (double)d->power_watts;
    b->devices++;
}

bool fleet_heat_add(struct fleet_heat *h, const struct device_row *d)
{
    if (!tells_both(d))
        return false;
    add_to(&h->both[d->flops_precision][d->flops_provenance], d);
    return true;
}

/* A center of which a server tells sums and no device tells both: as the model holds the two to be of the same devices. */
static void add_center(struct fleet_heat *h, const struct view_input *in,
                       const struct center_row *r)
{
    int column = column_find(ENTITY_CENTER, "flops_per_watt");

    if (column < 0 || r->flops_precision >= precision_COUNT ||
        r->flops_provenance >= provenance_COUNT ||
        column_value(&in->ctx, ENTITY_CENTER, (unsigned)column, r).kind == VALUE_NONE)
        return;
    struct fleet_both *b = &h->both[r->flops_precision][r->flops_provenance];
    b->flops += r->flops;
    b->watts += r->device_power_watts;
    b->devices += r->flops_devices;
}

static bool is_of(const struct fleet_heat *h, const struct view_input *in)
{
    return h->of == in->snap && h->generation == snapshot_generation(in->snap);
}

/* bit: devices of that center tell both */
struct told {
    uint8_t bits[(UINT16_MAX + 1) / 8];
};

static void note(struct told *told, uint16_t center)
{
    told->bits[center / 8] |= (uint8_t)(1 << center % 8);
}

static void add_centers(struct fleet_heat *h, const struct told *told, const struct view_input *in)
{
    for (uint32_t i = 0; i < snapshot_slots(in->snap, ENTITY_CENTER); i++) {
        const struct center_row *r = snapshot_row(in->snap, ENTITY_CENTER, i);
        if (r && !(told->bits[r->h.center / 8] >> r->h.center % 8 & 1))
            add_center(h, in, r);
    }
}

void fleet_heat_look(struct fleet_heat *h, const struct view_input *in)
{
    struct told told = {{0}};

    if (is_of(h, in))
        return;
    *h = (struct fleet_heat){.of = in->snap, .generation = snapshot_generation(in->snap)};
    for (uint32_t i = 0; i < snapshot_slots(in->snap, ENTITY_DEVICE); i++) {
        const struct device_row *d = snapshot_row(in->snap, ENTITY_DEVICE, i);
        if (d && fleet_heat_add(h, d))
            note(&told, d->h.center);
    }
    add_centers(h, &told, in);
}

/* ---- chunk by chunk ---- */

/* Of a chunk of devices: nearly always they are of one center, and of one kind. */
struct part {
    struct fleet_both both;
    uint16_t center;
    uint8_t precision, provenance;
    bool mixed; /* and then they are asked again */
};

static void add_row(void *part, const struct value_ctx *c, const void *row)
{
    struct part *p = part;
    const struct device_row *d = row;

    (void)c;
    if (!tells_both(d))
        return;
    if (p->both.devices <= 0) {
        p->center = d->h.center;
        p->precision = d->flops_precision;
        p->provenance = d->flops_provenance;
    }
    p->mixed = p->mixed || p->center != d->h.center || p->precision != d->flops_precision ||
               p->provenance != d->flops_provenance;
    add_to(&p->both, d);
}

static const struct query_tally tally = {sizeof(struct part), add_row};

struct sum {
    struct fleet_heat heat;
    struct told told;
    const struct snapshot *snap;
};

static void add_each(struct sum *s, const struct query_part *part)
{
    for (uint64_t left = part->rows; left; left &= left - 1) {
        const struct device_row *d =
            snapshot_row(s->snap, ENTITY_DEVICE, part->first + (uint32_t)__builtin_ctzll(left));
        if (fleet_heat_add(&s->heat, d))
            note(&s->told, d->h.center);
    }
}

static void add_part(void *arg, const struct query_part *part)
{
    struct sum *s = arg;
    const struct part *p = part->sums;
    struct fleet_both *b = &s->heat.both[p->precision][p->provenance];

    if (p->mixed) {
        add_each(s, part);
        return;
    }
    if (p->both.devices <= 0)
        return;
    b->flops += p->both.flops;
    b->watts += p->both.watts;
    b->devices += p->both.devices;
    note(&s->told, p->center);
}

void fleet_heat_follow(struct fleet_heat *h, struct fleet_heat_memo *m, const struct view_input *in)
{
    struct query q = {.entity = ENTITY_DEVICE,
                      .center = -1,
                      .sort_column = -1,
                      .group_column = -1,
                      .tally = &tally,
                      .only_sums = true,
                      .interrupted = in->interrupt ? view_gives_way : NULL,
                      .interrupt_arg = in->interrupt};
    struct sum sum = {.heat = {.of = in->snap, .generation = snapshot_generation(in->snap)},
                      .snap = in->snap};

    if (is_of(h, in) || !query_run(&q, &in->ctx, &m->devices))
        return;
    query_parts(&m->devices, add_part, &sum);
    add_centers(&sum.heat, &sum.told, in);
    *h = sum.heat;
}

void fleet_heat_memo_fini(struct fleet_heat_memo *m)
{
    query_result_fini(&m->devices);
}

double fleet_heat_efficiency(const struct fleet_heat *h, unsigned precision, unsigned provenance)
{
    const struct fleet_both *b = &h->both[precision][provenance];

    return b->watts > 0 ? b->flops / b->watts : (double)NAN;
}
