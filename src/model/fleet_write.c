/* SPDX-License-Identifier: MIT
 * fleet_write.c - publish time: the sums become fields of center and pool rows, and the totals. */
#include "base/xmem.h"
#include "model/fleet_int.h"
#include "model/health.h"
#include <stdlib.h>

/* When a rolled-up figure is known: a zero is only told where somebody has counted. */
enum need { NEED_NODES, NEED_CPUS, NEED_CPU_USE, NEED_DEVICES, NEED_POWER, NEED_JOBS };

struct rollup_field {
    uint8_t field, sum, need;
};

static const struct rollup_field center_fields[] = {
    {FIELD_center_nodes_total, SUM_NODES, NEED_NODES},
    {FIELD_center_nodes_up, SUM_NODES_UP, NEED_NODES},
    {FIELD_center_nodes_drained, SUM_NODES_DRAINED, NEED_NODES},
    {FIELD_center_nodes_down, SUM_NODES_DOWN, NEED_NODES},
    {FIELD_center_cpus_total, SUM_CPUS, NEED_CPUS},
    {FIELD_center_cpus_allocated, SUM_CPUS_ALLOCATED, NEED_CPU_USE},
    {FIELD_center_devices_total, SUM_DEVICES, NEED_DEVICES},
    {FIELD_center_devices_allocated, SUM_DEVICES_ALLOCATED, NEED_DEVICES},
    {FIELD_center_devices_idle, SUM_DEVICES_IDLE, NEED_DEVICES},
    {FIELD_center_devices_draining, SUM_DEVICES_DRAINING, NEED_DEVICES},
    {FIELD_center_devices_down, SUM_DEVICES_DOWN, NEED_DEVICES},
    {FIELD_center_device_nodes, SUM_DEVICE_NODES, NEED_NODES},
    {FIELD_center_power_nodes, SUM_POWER_NODES, NEED_NODES},
    {FIELD_center_power_watts, SUM_POWER, NEED_POWER},
    {FIELD_center_jobs_running, SUM_RUNNING, NEED_JOBS},
    {FIELD_center_jobs_queued, SUM_QUEUED, NEED_JOBS},
    {FIELD_center_jobs_held, SUM_HELD, NEED_JOBS},
    {FIELD_center_devices_wanted, SUM_WANTED, NEED_JOBS},
    {FIELD_center_restarts, SUM_RESTARTS, NEED_JOBS},
};

static const struct rollup_field pool_fields[] = {
    {FIELD_pool_nodes_up, SUM_NODES_UP, NEED_NODES},
    {FIELD_pool_nodes_drained, SUM_NODES_DRAINED, NEED_NODES},
    {FIELD_pool_nodes_down, SUM_NODES_DOWN, NEED_NODES},
    {FIELD_pool_cpus_allocated, SUM_CPUS_ALLOCATED, NEED_CPU_USE},
    {FIELD_pool_devices_total, SUM_DEVICES, NEED_DEVICES},
    {FIELD_pool_devices_allocated, SUM_DEVICES_ALLOCATED, NEED_DEVICES},
    {FIELD_pool_jobs_running, SUM_RUNNING, NEED_JOBS},
    {FIELD_pool_jobs_queued, SUM_QUEUED, NEED_JOBS},
};

/* No nodes at all is a count, too: then there are zero CPUs and devices. */
static bool is_known(const struct fleet_center *c, const struct sums *s, enum need need)
{
    bool none = s->v[SUM_NODES] == 0;

    switch (need) {
    case NEED_NODES:
        return c->known_nodes;
    case NEED_CPUS:
        return c->known_nodes && (none || s->v[SUM_CPU_NODES]);
    case NEED_CPU_USE:
        return c->known_nodes && (none || s->v[SUM_CPU_USE_NODES]);
    case NEED_DEVICES:
        return c->known_nodes && (none || s->v[SUM_DEVICE_NODES]);
    case NEED_POWER:
        return s->v[SUM_POWER_NODES] != 0;
    default:
        return c->known_jobs;
    }
}

static void write_fields(struct edit *ed, const struct rollup_field *fields, size_t count,
                         const struct fleet_center *c, const struct sums *s)
{
    for (size_t i = 0; i < count; i++)
        edit_num(ed, fields[i].field, is_known(c, s, fields[i].need), sums_get(s, fields[i].sum));
}

static void write_health(struct edit *ed, const struct health_count *h)
{
    bool has = h->all != 0;

    if (has)
        edit_put(ed, FIELD_center_health, &(union field_value){.small = (uint8_t)health_of(h)});
    else
        edit_clear(ed, FIELD_center_health);
    edit_num(ed, FIELD_center_sources_total, true, h->all);
    edit_num(ed, FIELD_center_sources_ok, has, h->ok);
}

/* A job that may begin only later does not wait yet. */
static wall_ms oldest_of(const struct fleet_center *c, wall_ms now)
{
    wall_ms oldest = c->longest.slot == SLOT_NONE ? 0 : (wall_ms)-c->longest.value;

    return oldest <= now ? oldest : 0;
}

static void write_center(struct fleet *f, uint32_t slot, const struct health_count *h, wall_ms now)
{
    const struct fleet_center *c = fleet_center_of(f, (uint16_t)slot);
    wall_ms oldest = oldest_of(c, now);
    struct edit ed = edit_begin(f, ENTITY_CENTER, slot);

    write_fields(&ed, center_fields, ARRAY_LEN(center_fields), c, &c->sums);
    write_health(&ed, h);
    fleet_flops_write_center(&ed, (uint16_t)slot);
    days_write(&ed, (uint16_t)slot);
    if (oldest)
        edit_put(&ed, FIELD_center_oldest_queued_at, &(union field_value){.time = oldest});
    else
        edit_clear(&ed, FIELD_center_oldest_queued_at);
    edit_end(&ed);
}

static void write_pools(struct fleet *f)
{
    for (uint32_t i = 0; i < f->pools.count; i++) {
        struct pool_sums *p = &f->pools.all[i];
        if (!p->used || !p->dirty)
            continue;
        uint32_t slot = table_find(&f->tables[ENTITY_POOL], p->key);
        if (slot != SLOT_NONE) {
            struct edit ed = edit_begin(f, ENTITY_POOL, slot);
            write_fields(&ed, pool_fields, ARRAY_LEN(pool_fields), fleet_center_of(f, p->center),
                         &p->sums);
            edit_end(&ed);
        }
        p->dirty = false;
    }
}

static struct health_count *count_sources(struct fleet *f, wall_ms now, struct totals *out)
{
    const struct table *t = &f->tables[ENTITY_SOURCE];
    struct health_count *counts = xcalloc(f->center_count, sizeof(*counts));

    for (uint32_t slot = 0; slot < t->slots; slot++) {
        const struct source_row *s = rows_at(&t->rows, slot);
        if (!(s->h.flags & ROW_ALIVE))
            continue;
        health_add(&counts[s->h.center], s, f->limits.stale_after_ms, now);
        out->sources++;
        if (row_has(s, source, state) &&
            (s->state == source_state_FAILED || s->state == source_state_STALE ||
             s->state == source_state_PAUSED))
            out->sources_bad++;
    }
    return counts;
}

static void fill_totals(struct totals *out, const struct sums *s)
{
    out->nodes = sums_get(s, SUM_NODES);
    out->nodes_up = sums_get(s, SUM_NODES_UP);
    out->nodes_drained = sums_get(s, SUM_NODES_DRAINED);
    out->nodes_down = sums_get(s, SUM_NODES_DOWN);
    out->cpus = sums_get(s, SUM_CPUS);
    out->cpus_allocated = sums_get(s, SUM_CPUS_ALLOCATED);
    out->devices = sums_get(s, SUM_DEVICES);
    out->devices_allocated = sums_get(s, SUM_DEVICES_ALLOCATED);
    out->devices_idle = sums_get(s, SUM_DEVICES_IDLE);
    out->devices_draining = sums_get(s, SUM_DEVICES_DRAINING);
    out->devices_down = sums_get(s, SUM_DEVICES_DOWN);
    out->device_nodes = (uint32_t)(s->v[SUM_DEVICE_NODES] / 1000);
    out->jobs_running = sums_get(s, SUM_RUNNING);
    out->jobs_queued = sums_get(s, SUM_QUEUED);
    out->jobs_held = sums_get(s, SUM_HELD);
    out->devices_wanted = sums_get(s, SUM_WANTED);
    out->restarts = sums_get(s, SUM_RESTARTS);
    out->power_watts = sums_get(s, SUM_POWER);
    out->power_nodes = (uint32_t)(s->v[SUM_POWER_NODES] / 1000);
}

static void add_extremes(struct totals *out, const struct fleet_center *c, wall_ms now)
{
    wall_ms oldest = oldest_of(c, now);

    if (oldest && (!out->oldest_queued_at || oldest < out->oldest_queued_at))
        out->oldest_queued_at = oldest;
    if (c->hottest.slot == SLOT_NONE ||
        (out->has_temperature && c->hottest.value <= out->temperature_max))
        return;
    out->has_temperature = true;
    out->temperature_max = c->hottest.value;
    out->hottest_node = c->hottest.slot;
}

/* The hottest may be a device; where a server told its temperature, nobody knows on which node it sits. */
static void add_hottest_device(const struct fleet *f, struct totals *out)
{
    if (!out->has_device_temperature ||
        (out->has_temperature && out->device_temperature_max <= out->temperature_max))
        return;
    out->has_temperature = true;
    out->temperature_max = out->device_temperature_max;
    out->hottest_node = fleet_flops_node(f, out->hottest_device);
}

static void add_health(struct totals *out, const struct health_count *h)
{
    out->centers++;
    if (!h->all)
        return;
    enum health health = health_of(h);
    out->centers_live += health == health_LIVE;
    out->centers_stale += health == health_STALE;
    out->centers_down += health == health_DOWN;
}

void fleet_write_rollups(struct fleet *f, wall_ms now, struct totals *out)
{
    const struct table *t = &f->tables[ENTITY_CENTER];

    struct sums all = {{0}};

    *out = (struct totals){.hottest_node = SLOT_NONE};
    fleet_find_extremes(f);
    events_publish(f, now);
    fleet_flops_publish(f, now, out);
    struct health_count *counts = count_sources(f, now, out);
    for (uint32_t c = 0; c < f->center_count; c++) {
        if (table_alive(t, c)) {
            write_center(f, c, &counts[c], now);
            add_health(out, &counts[c]);
        }
        sums_add(&all, &f->centers[c].sums, 1);
        add_extremes(out, &f->centers[c], now);
    }
    add_hottest_device(f, out);
    fill_totals(out, &all);
    days_total(f, out);
    write_pools(f);
    free(counts);
}
