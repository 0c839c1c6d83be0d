/* SPDX-License-Identifier: MIT
 * fleet_hours.c - HOUR rows: what was observed, and what happened. */
#include "base/xmem.h"
#include "model/fleet_int.h"
#include "model/health.h"
#include "model/rollup.h"
#include <string.h>

#define LONGEST_STEP_MS 60000  /* a longer gap between ticks was not observed */
#define FLUSH_AFTER_SECONDS 10 /* of time observed */
#define JOBS_ARE_OLD_MS 1200000
#define CLOCK_SLACK_MS 60000
#define ENDED_KEPT_MS                                                                              \
    INT64_C(172800000) /* twice that at most: accounting may have been away for a weekend */
enum { MOST_ENDED = 1000000 };

static struct watch *watch_of(struct fleet *f, uint16_t center)
{
    struct events *ev = f->events;

    if (center >= ev->watch_count) {
        ev->watches =
            xgrow(ev->watches, &ev->watches_cap, (size_t)center + 1, sizeof(*ev->watches));
        while (ev->watch_count <= center)
            ev->watches[ev->watch_count++] = (struct watch){0};
    }
    return &ev->watches[center];
}

/* --- rows ------------------------------------------------------------------------------------- */

static wall_ms hour_of(wall_ms t)
{
    return t - t % 3600000;
}

static uint32_t row_of(struct fleet *f, uint16_t center, wall_ms at)
{
    char id[32];
    bool made;

    time_rfc3339(hour_of(at), id);
    id[13] = '\0'; /* "2026-11-22T11" */
    uint32_t slot = author_take(f, ENTITY_HOUR, center, id, &made);
    if (slot == SLOT_NONE || !made)
        return slot;
    struct edit ed = edit_begin(f, ENTITY_HOUR, slot);
    author_time(&ed, FIELD_hour_begins_at, hour_of(at));
    for (unsigned i = FIELD_hour_by_node; i <= FIELD_hour_gpu_hours_lost_ceiling; i++)
        author_num(&ed, i, 0); /* what is counted from now on is known */
    author_end(&ed);
    return slot;
}

static void add_num(struct edit *ed, unsigned field, double what)
{
    double v = field_num(ed->row, &entity_info(ENTITY_HOUR)->fields[field]) + what;

    author_num(ed, field, v > 0 ? v : 0);
}

void hours_add(struct fleet *f, uint16_t center, wall_ms at, unsigned field, double what)
{
    uint32_t slot = at < f->events->now - EVENT_KEEP_MS ? SLOT_NONE : row_of(f, center, at);

    if (slot == SLOT_NONE)
        return;
    struct edit ed = edit_begin(f, ENTITY_HOUR, slot);
    add_num(&ed, field, what);
    author_end(&ed);
}

/* --- what is observed ------------------------------------------------------------------------- */

static const struct source_confirmed *confirmed_of(const struct fleet *f, uint32_t source)
{
    return source < f->confirmed.count ? rows_at(&f->confirmed, source) : NULL;
}

/* Every source of the center that tells jobs answers, and there is one. */
static bool is_fresh(const struct fleet *f, uint16_t center, wall_ms now)
{
    const struct table *t = &f->tables[ENTITY_SOURCE];
    bool any = false;

    for (uint32_t slot = 0; slot < t->slots; slot++) {
        const struct source_row *s = rows_at(&t->rows, slot);
        const struct source_confirmed *c = confirmed_of(f, slot);
        if (!(s->h.flags & ROW_ALIVE) || s->h.center != center || !c || !c->at[ENTITY_JOB])
            continue;
        if (health_late(s, f->limits.stale_after_ms, now) || s->state == source_state_PAUSED ||
            now - c->at[ENTITY_JOB] > JOBS_ARE_OLD_MS)
            return false;
        any = true;
    }
    return any;
}

bool hours_observed(const struct fleet *f, uint16_t center, wall_ms at)
{
    const struct watch *w = center < f->events->watch_count ? &f->events->watches[center] : NULL;

    for (unsigned i = 0; w && i < w->span_count; i++) {
        bool grows = w->fresh && i == w->span_count - 1;
        if (at >= w->spans[i].from &&
            (grows ? at <= f->events->now + CLOCK_SLACK_MS : at <= w->spans[i].to))
            return true;
    }
    return false;
}

static void begin_span(struct watch *w, wall_ms now)
{
    if (w->span_count == SPANS) {
        memmove(w->spans, w->spans + 1, sizeof(w->spans) - sizeof(w->spans[0]));
        w->span_count--;
    }
    w->spans[w->span_count++] = (struct span){.from = now, .to = now};
}

/* --- sums of time ----------------------------------------------------------------------------- */

static void flush(struct fleet *f, uint16_t center, struct watch *w)
{
    uint32_t slot = w->seconds > 0 ? row_of(f, center, w->hour) : SLOT_NONE;
    struct watch sum = *w;

    w->seconds = w->node_seconds = w->device_seconds = w->allocated_seconds = 0;
    w->watt_seconds = w->power_seconds = w->queued_max = 0;
    w->has_queued = w->has_hottest = false;
    if (slot == SLOT_NONE)
        return;
    struct edit ed = edit_begin(f, ENTITY_HOUR, slot);
    const struct hour_row *h = ed.row;
    double power_before = row_has(h, hour, power_watts_mean) ? h->observed_seconds : 0;
    double watts = h->power_watts_mean * power_before + sum.watt_seconds;
    add_num(&ed, FIELD_hour_observed_seconds, sum.seconds);
    add_num(&ed, FIELD_hour_node_hours, sum.node_seconds / 3600);
    add_num(&ed, FIELD_hour_device_hours, sum.device_seconds / 3600);
    add_num(&ed, FIELD_hour_device_hours_allocated, sum.allocated_seconds / 3600);
    h = ed.row;
    if (sum.power_seconds > 0)
        author_num(&ed, FIELD_hour_power_watts_mean, watts / (power_before + sum.power_seconds));
    if (sum.has_queued && sum.queued_max >= h->jobs_queued_max)
        author_num(&ed, FIELD_hour_jobs_queued_max, sum.queued_max);
    h = ed.row;
    if (sum.has_hottest &&
        (!row_has(h, hour, temperature_max_celsius) || sum.hottest > h->temperature_max_celsius))
        author_num(&ed, FIELD_hour_temperature_max_celsius, sum.hottest);
    author_end(&ed);
}

static void add_time(struct fleet *f, uint16_t center, struct watch *w, double seconds)
{
    const struct fleet_center *c = fleet_center_of(f, center);
    double queued = sums_get(&c->sums, SUM_QUEUED);

    w->seconds += seconds;
    w->node_seconds += seconds * sums_get(&c->sums, SUM_NODES);
    w->device_seconds += seconds * sums_get(&c->sums, SUM_DEVICES);
    w->allocated_seconds += seconds * sums_get(&c->sums, SUM_DEVICES_ALLOCATED);
    if (c->sums.v[SUM_POWER_NODES]) {
        w->watt_seconds += seconds * sums_get(&c->sums, SUM_POWER);
        w->power_seconds += seconds;
    }
    if (!w->has_queued || queued > w->queued_max)
        w->queued_max = queued;
    w->has_queued = true;
    if (c->hottest.slot != SLOT_NONE && !c->hottest.dirty &&
        (!w->has_hottest || c->hottest.value > w->hottest)) {
        w->hottest = c->hottest.value;
        w->has_hottest = true;
    }
}

static void tick_center(struct fleet *f, uint16_t center, wall_ms now, wall_ms step)
{
    struct watch *w = watch_of(f, center);
    bool fresh = is_fresh(f, center, now);

    if (w->hour != hour_of(now)) {
        flush(f, center, w);
        w->hour = hour_of(now);
    }
    if (fresh && w->fresh && step) {
        add_time(f, center, w, (double)step / 1000);
        w->spans[w->span_count - 1].to = now;
    } else if (fresh) {
        begin_span(w, now);
    }
    if (w->seconds >= FLUSH_AFTER_SECONDS || !fresh)
        flush(f, center, w);
    w->fresh = fresh;
}

void hours_tick(struct fleet *f, wall_ms now)
{
    wall_ms step = f->events->ticked_at ? now - f->events->ticked_at : 0;

    if (step < 0 || step > LONGEST_STEP_MS)
        step = 0;
    for (uint32_t c = 0; c < f->center_count; c++)
        tick_center(f, (uint16_t)c, now, step);
}

/* --- ends ------------------------------------------------------------------------------------- */

static bool any(const void *arg, uint32_t value)
{
    (void)arg;
    (void)value;
    return true;
}

/* Polls see an end once, accounting tells it again and again. */
static bool seen_before(struct events *ev, uint64_t attempt)
{
    for (int i = 0; i < 2; i++)
        if (ev->ended[i].used && map_find(&ev->ended[i], attempt, any, NULL) != MAP_NONE)
            return true;
    if (ev->ended[0].used >= MOST_ENDED || ev->now - ev->ended_since >= ENDED_KEPT_MS) {
        map_fini(&ev->ended[1]);
        ev->ended[1] = ev->ended[0];
        map_init(&ev->ended[0]);
        ev->ended_since = ev->now;
    }
    map_add(&ev->ended[0], attempt, 0);
    return false;
}

static int counter_of(enum attempt_end end)
{
    switch (end) {
    case attempt_end_DONE:
        return FIELD_hour_ended_done;
    case attempt_end_FAILED:
        return FIELD_hour_ended_failed;
    case attempt_end_OOM:
        return FIELD_hour_ended_oom;
    case attempt_end_TIME_LIMIT:
        return FIELD_hour_ended_time_limit;
    default:
        return -1;
    }
}

void hours_count_end(struct fleet *f, const struct ending *e)
{
    int counter = counter_of(e->end);

    if (e->end == attempt_end_UNKNOWN || e->end == attempt_end_RUNNING ||
        seen_before(f->events, e->attempt))
        return;
    offenders_count_lone(f, e->center, e->nodes, e->at);
    if (counter >= 0 && hours_observed(f, e->center, e->at))
        hours_add(f, e->center, e->at, (unsigned)counter, 1);
}
