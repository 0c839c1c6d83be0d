/* SPDX-License-Identifier: MIT
 * health.c - see health.h. */
#include "model/health.h"

enum { SILENT_TIMES = 5, SILENT_LEAST_MS = 120000 };

double health_late_after(double interval_ms, int64_t stale_after_ms)
{
    return 2 * interval_ms + (double)stale_after_ms;
}

double health_silent_after(double interval_ms, int64_t stale_after_ms)
{
    double after = 2 * interval_ms + SILENT_TIMES * (double)stale_after_ms;

    return after > SILENT_LEAST_MS ? after : SILENT_LEAST_MS;
}

bool health_late(const struct source_row *s, int64_t stale_after_ms, wall_ms now)
{
    double interval = row_has(s, source, interval_ms) ? s->interval_ms : 0;

    if (!row_has(s, source, last_ok_at))
        return true;
    return (double)(now - s->last_ok_at) > health_late_after(interval, stale_after_ms);
}

void health_add(struct health_count *c, const struct source_row *s, int64_t stale_after_ms,
                wall_ms now)
{
    c->all++;
    switch (row_has(s, source, state) ? (enum source_state)s->state : source_state_STARTING) {
    case source_state_OK:
        c->ok++;
        break;
    case source_state_STALE:
        c->stale++;
        break;
    case source_state_FAILED:
        c->failed++;
        c->fresh += !health_late(s, stale_after_ms, now);
        break;
    case source_state_PAUSED:
        c->paused++;
        break;
    default:
        c->starting++;
        break;
    }
}

enum health health_of(const struct health_count *c)
{
    if (c->ok)
        return c->failed || c->stale ? health_STALE : health_LIVE;
    if (c->stale || c->fresh || c->paused == c->all)
        return health_STALE;
    return c->starting ? health_STARTING : health_DOWN;
}
