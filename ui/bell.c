/* SPDX-License-Identifier: MIT
 * bell.c - see bell.h. */
#include "ui/bell.h"
#include <string.h>

/* When its silence ends it is news again; who takes an acknowledgement back knows of it. */
static bool is_heard(const struct alert_row *a, wall_ms wall)
{
    bool silenced = row_has(a, alert, silenced_until) && a->silenced_until > wall;

    return row_has(a, alert, state) && a->state == alert_state_FIRING &&
           row_has(a, alert, severity) && a->severity == severity_CRITICAL && !silenced;
}

static bool knows(const struct bell *b, uint64_t key)
{
    for (int i = 0; i < b->count; i++)
        if (b->keys[i] == key)
            return true;
    return false;
}

/* Beyond what fits only the time tells what is new. */
static bool is_news(const struct bell *b, const struct alert_row *a)
{
    if (b->count < BELL_KEYS)
        return !knows(b, a->h.key);
    return row_has(a, alert, fired_at) && a->fired_at > b->newest;
}

bool bell_look(struct bell *b, const struct snapshot *s, wall_ms wall, mono_ms now)
{
    struct bell next = {.started = true, .rang_at = b->rang_at};
    bool news = false;

    for (uint32_t i = 0; i < snapshot_slots(s, ENTITY_ALERT); i++) {
        const struct alert_row *a = snapshot_row(s, ENTITY_ALERT, i);
        if (!a || !is_heard(a, wall))
            continue;
        news = news || (!row_has(a, alert, acknowledged_at) && is_news(b, a));
        if (next.count < BELL_KEYS)
            next.keys[next.count++] = a->h.key;
        if (row_has(a, alert, fired_at) && a->fired_at > next.newest)
            next.newest = a->fired_at;
    }
    bool ring = news && b->started && (b->rang_at == 0 || now - b->rang_at >= BELL_EVERY_MS);
    if (ring)
        next.rang_at = now;
    *b = next;
    return ring;
}
