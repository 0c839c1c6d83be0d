/* SPDX-License-Identifier: MIT
 * fleet.c - see fleet.h: birth and end of the fleet, the passing of time, publishing. */
#include "base/xmem.h"
#include "model/fleet_int.h"
#include "model/health.h"
#include "model/snapshot_int.h"
#include <math.h>
#include <stdlib.h>

enum { DEFAULT_ROWS = 2000000, DEFAULT_STALE_AFTER_MS = 30000, DEFAULT_KEEP_GONE_MS = 3600000 };
#define COMPACT_OVER_BYTES ((size_t)4 << 20)

struct fleet *fleet_new(const struct fleet_limits *limits)
{
    struct fleet *f = xcalloc(1, sizeof(*f));

    if (limits)
        f->limits = *limits;
    for (int e = 0; e < ENTITY_COUNT; e++) {
        if (!f->limits.rows[e])
            f->limits.rows[e] = DEFAULT_ROWS;
        if (f->limits.rows[e] > TABLE_MAX_ROWS)
            f->limits.rows[e] = TABLE_MAX_ROWS;
        table_init(&f->tables[e], (enum entity)e);
    }
    if (!f->limits.stale_after_ms)
        f->limits.stale_after_ms = DEFAULT_STALE_AFTER_MS;
    if (!f->limits.keep_gone_jobs_ms)
        f->limits.keep_gone_jobs_ms = DEFAULT_KEEP_GONE_MS;
    f->strings = intern_new();
    rows_init(&f->confirmed, sizeof(struct source_confirmed));
    rows_init(&f->history, sizeof(struct history_rings));
    pools_init(&f->pools);
    twins_init(&f->twins);
    aliases_init(&f->aliases);
    tellers_init(&f->tellers);
    fleet_flops_init(&f->flops);
    alerts_init(&f->alerts);
    f->events = events_new();
    return f;
}

void fleet_free(struct fleet *f)
{
    if (!f)
        return;
    for (int e = 0; e < ENTITY_COUNT; e++)
        table_fini(&f->tables[e]);
    rows_fini(&f->confirmed);
    rows_fini(&f->history);
    pools_fini(&f->pools);
    twins_fini(&f->twins);
    aliases_fini(&f->aliases);
    tellers_fini(&f->tellers);
    fleet_flops_fini(&f->flops);
    alerts_fini(&f->alerts);
    faults_fini(&f->faults);
    tracker_fini(&f->tracker);
    events_free(f->events);
    intern_unref(f->strings);
    free(f->centers);
    free(f->polls);
    free(f->gone);
    free(f);
}

static void age_sources(struct fleet *f, wall_ms now)
{
    const struct table *t = &f->tables[ENTITY_SOURCE];

    for (uint32_t slot = 0; slot < t->slots; slot++) {
        struct edit ed = edit_begin(f, ENTITY_SOURCE, slot);
        const struct source_row *s = ed.row;
        if (!(s->h.flags & ROW_ALIVE) || !row_has(s, source, state) || s->state != source_state_OK)
            continue;
        if (health_late(s, f->limits.stale_after_ms, now))
            edit_put(&ed, FIELD_source_state, &(union field_value){.small = source_state_STALE});
        edit_end(&ed);
    }
}

/* As published last. What is allocated or installed is no rate of work: it is no part of the line of those. */
static void sample_row(const struct fleet *f, uint16_t center, float sample[HISTORY_COUNT])
{
    const struct table *t = &f->tables[ENTITY_CENTER];
    const struct center_row *c = table_alive(t, center) ? rows_at(&t->rows, center) : NULL;

    if (c && row_has(c, center, temperature_max_celsius))
        sample[HISTORY_TEMPERATURE] = (float)c->temperature_max_celsius;
    if (c && row_has(c, center, flops) && flops_is_rate((enum provenance)c->flops_provenance))
        sample[HISTORY_FLOPS] = (float)c->flops;
}

static void sample_center(struct fleet *f, uint16_t center, int due)
{
    const struct fleet_center *c = fleet_center_of(f, center);
    struct history_rings *h = rows_edit(&f->history, center);
    float unknown[HISTORY_COUNT], sample[HISTORY_COUNT];

    for (int i = 0; i < HISTORY_COUNT; i++)
        unknown[i] = sample[i] = NAN;
    if (c->known_nodes && c->sums.v[SUM_DEVICE_NODES])
        sample[HISTORY_DEVICES_ALLOCATED] = (float)sums_get(&c->sums, SUM_DEVICES_ALLOCATED);
    if (c->known_nodes && c->sums.v[SUM_CPU_NODES])
        sample[HISTORY_CPUS_ALLOCATED] = (float)sums_get(&c->sums, SUM_CPUS_ALLOCATED);
    if (c->known_jobs) {
        sample[HISTORY_QUEUED] = (float)sums_get(&c->sums, SUM_QUEUED);
        sample[HISTORY_RUNNING] = (float)sums_get(&c->sums, SUM_RUNNING);
    }
    sample_row(f, center, sample);
    while (due-- > 1)
        history_push(h, unknown); /* nobody looked: a gap, not a line */
    history_push(h, sample);
}

static void sample_history(struct fleet *f, wall_ms now)
{
    int due = history_due(&f->sampled_at, now);

    if (!due)
        return;
    fleet_find_extremes(f);
    rows_grow(&f->history, f->center_count);
    for (uint32_t c = 0; c < f->center_count; c++)
        sample_center(f, (uint16_t)c, due);
}

void fleet_tick(struct fleet *f, wall_ms now)
{
    age_sources(f, now);
    fleet_forget_gone(f, now);
    silent_walk(f, now);
    faults_tick(f, now);
    events_tick(f, now);
    sample_history(f, now);
    size_t bytes = intern_bytes(f->strings);
    if (bytes > COMPACT_OVER_BYTES && bytes / 2 > f->strings_checked)
        fleet_compact(f);
}

struct snapshot *fleet_publish(struct fleet *f, wall_ms now)
{
    struct snapshot *s = xcalloc(1, sizeof(*s));

    tracker_look(f, now);
    fleet_write_rollups(f, now, &s->totals);
    fleet_alerts(f, now, &s->totals);
    atomic_init(&s->refs, 1);
    s->generation = ++f->generation;
    s->at = now;
    s->strings = intern_ref(f->strings);
    for (int e = 0; e < ENTITY_COUNT; e++) {
        struct table *t = &f->tables[e];
        s->tables[e] = (struct snapshot_table){.rows = rows_share(&t->rows),
                                               .index = rows_share(&t->index),
                                               .index_mask = t->index_mask,
                                               .slots = t->slots,
                                               .living = t->living};
    }
    s->aliases = rows_share(&f->aliases.index);
    s->alias_mask = f->aliases.mask;
    s->confirmed = rows_share(&f->confirmed);
    s->told = rows_share(&f->tellers.told);
    s->history = rows_share(&f->history);
    s->peaks = f->flops.peaks;
    s->flops_centers = f->flops.center_count;
    s->flops = xreallocarray(NULL, (size_t)s->flops_centers + 1, sizeof(*s->flops));
    memcpy(s->flops, f->flops.totals, ((size_t)s->flops_centers + 1) * sizeof(*s->flops));
    s->notice = f->notice;
    return s;
}

struct fleet_stats fleet_stats(const struct fleet *f)
{
    return f->stats;
}
