/* SPDX-License-Identifier: MIT
 * verdict.c - see verdict.h. */
#include "ui/verdict.h"
#include <stdio.h>
#include <string.h>

enum { ID_MAX = 512 };

/* An alert of that rule about that thing fires, so that it is counted, or somebody knows of it. */
static bool told(const struct snapshot *s, uint16_t center, const char *rule, strid about)
{
    const struct intern *strings = snapshot_strings(s);
    size_t len = intern_raw_len(strings, about);
    char id[ID_MAX];
    int n = snprintf(id, sizeof id, "%s/", rule);

    if (len > sizeof id - (size_t)n)
        return false;
    memcpy(id + n, intern_raw(strings, about), len);
    uint32_t slot =
        snapshot_find(s, ENTITY_ALERT, row_key(ENTITY_ALERT, center, id, (size_t)n + len));
    const struct alert_row *a = slot == UINT32_MAX ? NULL : snapshot_row(s, ENTITY_ALERT, slot);
    return a && row_has(a, alert, state) && a->state == alert_state_FIRING;
}

static bool center_told(const struct snapshot *s, const struct center_row *c)
{
    return told(s, c->h.center, c->health == health_DOWN ? "center_down" : "center_stale", c->id);
}

static void judge_centers(const struct snapshot *s, struct verdict *v)
{
    for (uint32_t i = 0; i < snapshot_slots(s, ENTITY_CENTER); i++) {
        const struct center_row *c = snapshot_row(s, ENTITY_CENTER, i);
        if (!c || !row_has(c, center, health) || center_told(s, c))
            continue;
        v->critical += c->health == health_DOWN;
        v->warning += c->health == health_STALE;
    }
}

static bool is_bad(const struct source_row *r)
{
    return !(r->h.flags & ROW_GONE) && row_has(r, source, state) &&
           (r->state == source_state_FAILED || r->state == source_state_PAUSED);
}

/* Of centers that are live: what else is wrong with a center is the same trouble. */
static void judge_sources(const struct snapshot *s, struct verdict *v)
{
    for (uint32_t i = 0; i < snapshot_slots(s, ENTITY_SOURCE); i++) {
        const struct source_row *r = snapshot_row(s, ENTITY_SOURCE, i);
        const struct center_row *c = r ? snapshot_center(s, r->h.center) : NULL;
        bool elsewhere = c && row_has(c, center, health) && c->health != health_LIVE;
        if (r && is_bad(r) && !elsewhere && !told(s, r->h.center, "source_refused", r->name))
            v->warning++;
    }
}

struct verdict verdict_of(const struct snapshot *s)
{
    struct verdict v = {0};

    if (!s)
        return v;
    const struct totals *t = snapshot_totals(s);
    v.centers = (int)t->centers;
    v.live = (int)t->centers_live;
    v.stale = (int)t->centers_stale;
    v.down = (int)t->centers_down;
    v.critical = (int)t->alerts_critical;
    v.warning = (int)t->alerts_warning;
    judge_centers(s, &v);
    judge_sources(s, &v);
    return v;
}
