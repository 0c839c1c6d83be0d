/* SPDX-License-Identifier: MIT
 * fleet_rules.c - what each rule looks at, once a publish; see fleet_alerts.h.
 *
 * A value that may be old is not looked at: an alert that rests on it neither fires nor ends. */
#include "base/xmem.h"
#include "model/fleet_int.h"
#include "model/health.h"
#include <math.h>
#include <stdlib.h>

enum {
    SCAN_MS = 10000, /* what only time changes: events leave the last hour, the last day */
    RATE_MS = 60000,
    HOUR_MS = 3600000,
    DAY_MS = 24 * HOUR_MS,
    SLACK_MS = 60000,
    MANY_ALERTS = 2000,
    LOOK_MS = 1000,
    MOST_HOT = 65536 /* noted nodes; beyond that all are looked at */
};

void alerts_init(struct alerts *a)
{
    *a = (struct alerts){.events = true};
    rule_set_usual(&a->rules);
}

void alerts_fini(struct alerts *a)
{
    free(a->memory);
    free(a->centers);
    free(a->hot);
    free(a->devices);
}

void fleet_set_rules(struct fleet *f, const struct rule_set *rules)
{
    f->alerts.rules = *rules;
    f->alerts.hot_missed = f->alerts.devices_missed = true;
    f->alerts.rated_at = 0;
}

static bool is_hot(const struct rule_set *set, const struct node_row *n)
{
    if (!row_has(n, node, temperature_celsius))
        return false;
    struct rule_limits l = rule_hot_limits(set, n);
    double t = (double)n->temperature_celsius;
    return !l.off && (t >= l.at[RULE_WARNING] || t >= l.at[RULE_CRITICAL]);
}

void fleet_alerts_touch(struct fleet *f, enum entity e, const void *row, uint32_t slot)
{
    struct alerts *a = &f->alerts;

    if (e == ENTITY_INTERRUPTION || e == ENTITY_OUTAGE || e == ENTITY_OFFENDER)
        a->events = true;
    if (e == ENTITY_DEVICE)
        rules_touch_device(f, row, slot);
    if (e != ENTITY_NODE || a->hot_missed || !is_hot(&a->rules, row))
        return;
    if (a->hot_count == MOST_HOT) {
        a->hot_missed = true;
        return;
    }
    a->hot = xgrow(a->hot, &a->hot_cap, a->hot_count + 1, sizeof(*a->hot));
    a->hot[a->hot_count++] = slot;
}

/* Has the source told all it knows of that entity lately? A source that fails in other ways may have. */
static bool is_fresh(const struct fleet *f, uint32_t source, enum entity e, wall_ms now)
{
    const struct source_row *s = rows_at(&f->tables[ENTITY_SOURCE].rows, source);
    const struct source_confirmed *c = rows_at(&f->confirmed, source);
    double interval = row_has(s, source, interval_ms) ? (double)s->interval_ms : 0;

    return (row_has(s, source, state) && s->state == source_state_OK) ||
           (double)(now - c->at[e]) <= 2 * interval + (double)(f->limits.stale_after_ms + SLACK_MS);
}

static bool center_is_live(const struct fleet *f, uint16_t center)
{
    const struct table *t = &f->tables[ENTITY_CENTER];
    const struct center_row *c = table_alive(t, center) ? rows_at(&t->rows, center) : NULL;

    return c && (!row_has(c, center, health) || c->health == health_LIVE);
}

/* All sources that ever listed such rows of the center are fresh. */
bool rules_know(const struct fleet *f, uint16_t center, enum entity e, wall_ms now)
{
    const struct table *t = &f->tables[ENTITY_SOURCE];
    bool any = false;

    for (uint32_t slot = 0; slot < t->slots && slot < f->confirmed.count; slot++) {
        const struct source_confirmed *c = rows_at(&f->confirmed, slot);
        if (!table_alive(t, slot) || table_head(t, slot)->center != center || !c->at[e])
            continue;
        if (!is_fresh(f, slot, e, now))
            return false;
        any = true;
    }
    return any || center_is_live(f, center);
}

static struct sight sight_of_center(const struct fleet *f, enum rule rule, uint16_t center)
{
    const struct center_row *c = rows_at(&f->tables[ENTITY_CENTER].rows, center);

    return (struct sight){.rule = rule,
                          .center = center,
                          .subject = intern_raw(f->strings, c->id),
                          .subject_len = intern_raw_len(f->strings, c->id),
                          .row = c,
                          .value = NAN,
                          .limits = f->alerts.rules.rules[rule]};
}

static struct center_watch *watch_of(struct alerts *a, uint32_t center)
{
    if (center >= a->center_count) {
        a->centers = xgrow(a->centers, &a->centers_cap, (size_t)center + 1, sizeof(*a->centers));
        while (a->center_count <= center)
            a->centers[a->center_count++] = (struct center_watch){0};
    }
    return &a->centers[center];
}

static double seconds_since(wall_ms then, wall_ms now)
{
    return then && then < now ? (double)(now - then) / 1000 : 0;
}

static void look_at_health(struct fleet *f, uint16_t center, wall_ms now)
{
    const struct center_row *c = rows_at(&f->tables[ENTITY_CENTER].rows, center);
    struct center_watch *w = watch_of(&f->alerts, center);
    int health = row_has(c, center, health) ? c->health : health_LIVE;
    struct sight stale = sight_of_center(f, RULE_center_stale, center),
                 down = sight_of_center(f, RULE_center_down, center);

    if (health != health_DOWN || !w->standing_at)
        w->standing_at = now;
    if ((health != health_DOWN && health != health_STALE) || !w->live_at)
        w->live_at = now;
    stale.value = health == health_STALE ? seconds_since(w->live_at, now) : 0;
    down.value = health == health_DOWN ? seconds_since(w->standing_at, now) : 0;
    alert_sight(f, &stale, now);
    alert_sight(f, &down, now);
}

static void look_at_nodes(struct fleet *f, uint16_t center, wall_ms now)
{
    const struct center_row *c = rows_at(&f->tables[ENTITY_CENTER].rows, center);
    struct sight out = sight_of_center(f, RULE_nodes_out, center);

    if (!rules_know(f, center, ENTITY_NODE, now))
        return;
    if (row_has(c, center, nodes_total) && c->nodes_total > 0)
        out.value =
            100 * ((double)c->nodes_drained + (double)c->nodes_down) / (double)c->nodes_total;
    alert_sight(f, &out, now);
}

static void look_at_jobs(struct fleet *f, uint16_t center, wall_ms now)
{
    const struct center_row *c = rows_at(&f->tables[ENTITY_CENTER].rows, center);
    struct center_watch *w = watch_of(&f->alerts, center);
    struct sight age = sight_of_center(f, RULE_queue_age, center),
                 burst = sight_of_center(f, RULE_interruption_burst, center);

    if (!rules_know(f, center, ENTITY_JOB, now))
        return;
    age.value = row_has(c, center, oldest_queued_at) ? seconds_since(c->oldest_queued_at, now) : 0;
    alert_sight(f, &age, now);
    if (!w->rated)
        w->limits = rule_burst_limits(&f->alerts.rules, w->count, w->hours);
    w->rated = true;
    burst.value = w->burst;
    burst.limits = w->limits;
    alert_sight(f, &burst, now);
}

static void look_at_centers(struct fleet *f, wall_ms now)
{
    const struct table *t = &f->tables[ENTITY_CENTER];

    for (uint32_t center = 0; center < t->slots; center++) {
        const struct center_row *c = rows_at(&t->rows, center);
        if (!(c->h.flags & ROW_ALIVE) || !row_has(c, center, id))
            continue;
        look_at_health(f, (uint16_t)center, now);
        look_at_nodes(f, (uint16_t)center, now);
        look_at_jobs(f, (uint16_t)center, now);
    }
}

static struct sight sight_of_source(const struct fleet *f, enum rule rule,
                                    const struct source_row *s)
{
    return (struct sight){.rule = rule,
                          .center = s->h.center,
                          .subject = intern_raw(f->strings, s->name),
                          .subject_len = intern_raw_len(f->strings, s->name),
                          .row = s,
                          .limits = f->alerts.rules.rules[rule]};
}

static void look_at_sources(struct fleet *f, wall_ms now)
{
    const struct table *t = &f->tables[ENTITY_SOURCE];

    for (uint32_t slot = 0; slot < t->slots; slot++) {
        const struct source_row *s = rows_at(&t->rows, slot);
        if (!(s->h.flags & ROW_ALIVE) || !row_has(s, source, name))
            continue;
        struct sight refused = sight_of_source(f, RULE_source_refused, s),
                     skew = sight_of_source(f, RULE_clock_skew, s);
        refused.value = row_has(s, source, state) && s->state == source_state_PAUSED;
        alert_sight(f, &refused, now);
        if (!row_has(s, source, clock_ahead_ms))
            continue;
        skew.value = fabs(s->clock_ahead_ms) / 1000;
        alert_sight(f, &skew, now);
    }
}

/* Telemetry may come from another source than the rest of the row. */
static bool temperature_is_fresh(const struct fleet *f, uint32_t slot, wall_ms now)
{
    const struct node_row *n = rows_at(&f->tables[ENTITY_NODE].rows, slot);
    uint16_t source = tellers_who(f, ENTITY_NODE, slot, FIELD_node_temperature_celsius);

    if (source == NOBODY || source >= f->confirmed.count ||
        !table_alive(&f->tables[ENTITY_SOURCE], source))
        return rules_know(f, n->h.center, ENTITY_NODE, now);
    return is_fresh(f, source, ENTITY_NODE, now);
}

static void look_at_node(struct fleet *f, uint32_t slot, wall_ms now)
{
    const struct table *t = &f->tables[ENTITY_NODE];
    const struct node_row *n = table_alive(t, slot) ? rows_at(&t->rows, slot) : NULL;

    if (!n || !row_has(n, node, name) || !temperature_is_fresh(f, slot, now))
        return;
    struct sight hot = {.rule = RULE_hot_node,
                        .center = n->h.center,
                        .subject = intern_raw(f->strings, n->name),
                        .subject_len = intern_raw_len(f->strings, n->name),
                        .row = n,
                        .value = NAN,
                        .limits = rule_hot_limits(&f->alerts.rules, n)};
    if (row_has(n, node, temperature_celsius))
        hot.value = (double)n->temperature_celsius;
    alert_sight(f, &hot, now);
}

static void look_at_hot_nodes(struct fleet *f, wall_ms now)
{
    struct alerts *a = &f->alerts;
    const struct table *t = &f->tables[ENTITY_NODE];

    for (size_t i = 0; i < a->hot_count; i++)
        look_at_node(f, a->hot[i], now);
    for (uint32_t slot = 0; a->hot_missed && slot < t->slots; slot++)
        if (table_alive(t, slot) && is_hot(&a->rules, rows_at(&t->rows, slot)))
            look_at_node(f, slot, now);
    a->hot_count = 0;
    a->hot_missed = false;
}

static void count_burst(struct fleet *f, wall_ms now)
{
    const struct table *t = &f->tables[ENTITY_INTERRUPTION];

    for (uint32_t c = 0; c < f->alerts.center_count; c++)
        f->alerts.centers[c].burst = 0;
    for (uint32_t slot = 0; slot < t->slots; slot++) {
        const struct interruption_row *i = rows_at(&t->rows, slot);
        bool planned = row_has(i, interruption, planned) && i->planned;
        if (!(i->h.flags & ROW_ALIVE) || planned || !row_has(i, interruption, at))
            continue;
        if (i->at <= now && now - i->at < HOUR_MS)
            watch_of(&f->alerts, i->h.center)->burst++;
    }
}

/* Of the hours that ended before the hour began that is judged. */
static void count_hour(struct alerts *a, const struct hour_row *h)
{
    struct center_watch *w = watch_of(a, h->h.center);
    double all = (double)h->by_node + (double)h->by_device + (double)h->by_preemption +
                 (double)h->by_operator + (double)h->by_eviction + (double)h->by_unknown -
                 (double)h->planned;

    w->hours += (double)h->observed_seconds / 3600;
    w->count += all > 0 ? all : 0;
}

static void count_rate(struct fleet *f, wall_ms now)
{
    const struct table *t = &f->tables[ENTITY_HOUR];

    for (uint32_t c = 0; c < f->alerts.center_count; c++) {
        struct center_watch *w = &f->alerts.centers[c];
        w->count = w->hours = 0;
        w->rated = false;
    }
    for (uint32_t slot = 0; slot < t->slots; slot++) {
        const struct hour_row *h = rows_at(&t->rows, slot);
        if ((h->h.flags & ROW_ALIVE) && row_has(h, hour, begins_at) &&
            h->begins_at + 2 * HOUR_MS <= now)
            count_hour(&f->alerts, h);
    }
}

/* Node rows are found again by name, because an outage or offender outlives its node. */
static void look_at_named(struct fleet *f, enum rule rule, const void *row, strid node,
                          double value, wall_ms now)
{
    const struct row_head *h = row;
    struct sight s = {.rule = rule,
                      .center = h->center,
                      .subject = intern_raw(f->strings, node),
                      .subject_len = intern_raw_len(f->strings, node),
                      .row = row,
                      .value = value,
                      .limits = f->alerts.rules.rules[rule]};

    if (rules_know(f, h->center, ENTITY_NODE, now))
        alert_sight(f, &s, now);
}

struct out_of {
    uint16_t center;
    strid node;
    uint32_t slot;
};

static int by_node(const void *a, const void *b)
{
    const struct out_of *x = a, *y = b;

    if (x->center != y->center)
        return x->center < y->center ? -1 : 1;
    return (x->node > y->node) - (x->node < y->node);
}

/* The day's unannounced outages; *count of them. The caller frees. */
static struct out_of *outages(const struct fleet *f, wall_ms now, size_t *count)
{
    const struct table *t = &f->tables[ENTITY_OUTAGE];
    struct out_of *all = NULL;
    size_t cap = 0;

    *count = 0;
    for (uint32_t slot = 0; slot < t->slots; slot++) {
        const struct outage_row *o = rows_at(&t->rows, slot);
        bool planned = row_has(o, outage, planned) && o->planned;
        if (!(o->h.flags & ROW_ALIVE) || planned || !row_has(o, outage, node) ||
            !row_has(o, outage, began_at) || now - o->began_at > DAY_MS || o->began_at > now)
            continue;
        all = xgrow(all, &cap, *count + 1, sizeof(*all));
        all[(*count)++] = (struct out_of){o->h.center, o->node, slot};
    }
    return all;
}

static void look_at_outages(struct fleet *f, wall_ms now)
{
    size_t count, i = 0;
    struct out_of *all = outages(f, now, &count);

    if (count)
        qsort(all, count, sizeof(*all), by_node);
    while (i < count) {
        size_t first = i++;
        while (i < count && by_node(&all[first], &all[i]) == 0)
            i++;
        look_at_named(f, RULE_node_flapping,
                      rows_at(&f->tables[ENTITY_OUTAGE].rows, all[first].slot), all[first].node,
                      (double)(i - first), now);
    }
    free(all);
}

static void look_at_offenders(struct fleet *f, wall_ms now)
{
    const struct table *t = &f->tables[ENTITY_OFFENDER];

    for (uint32_t slot = 0; slot < t->slots; slot++) {
        const struct offender_row *o = rows_at(&t->rows, slot);
        if ((o->h.flags & ROW_ALIVE) && row_has(o, offender, node) &&
            row_has(o, offender, flagged) && o->flagged)
            look_at_named(f, RULE_lemon, o, o->node, 1, now);
    }
}

static bool is_due(wall_ms last, int64_t every, wall_ms now)
{
    return !last || now < last || now - last >= every;
}

static void look_at_events(struct fleet *f, wall_ms now)
{
    struct alerts *a = &f->alerts;

    a->scanned = a->events || is_due(a->scanned_at, SCAN_MS, now);
    if (!a->scanned)
        return;
    a->events = false;
    a->scanned_at = now;
    if (is_due(a->rated_at, RATE_MS, now)) {
        count_rate(f, now);
        a->rated_at = now;
    }
    count_burst(f, now);
    look_at_outages(f, now);
    look_at_offenders(f, now);
}

/* Another run of this program may have seen what happened: then that is as old as the alert. */
static bool stands_for_its_hour(const struct fleet *f, uint32_t alert, wall_ms now)
{
    const struct alert_row *a = rows_at(&f->tables[ENTITY_ALERT].rows, alert);

    return row_has(a, alert, since) && now - a->since < FAULT_KEEP_MS && a->since <= now;
}

static bool look_again_at_device(struct fleet *f, uint32_t alert, const struct sight *s,
                                 wall_ms now)
{
    uint32_t slot = s->rule == RULE_xid ? SLOT_NONE : rules_find_device(f, s);

    if (slot == SLOT_NONE && (s->rule == RULE_xid || s->rule == RULE_device_lost) &&
        stands_for_its_hour(f, alert, now))
        return true;
    if (slot != SLOT_NONE)
        rules_look_at_device(f, slot, now);
    return slot != SLOT_NONE || !rules_know(f, s->center, ENTITY_DEVICE, now);
}

/* An alert whose subject nobody has spoken of in this round. */
static void look_again(struct fleet *f, uint32_t alert, struct sight *s, wall_ms now)
{
    bool events = s->rule == RULE_node_flapping || s->rule == RULE_lemon;
    enum entity subject = rule_info(s->rule)->subject;
    uint32_t node = SLOT_NONE;

    if (s->rule == RULE_hot_node)
        node = table_find(&f->tables[ENTITY_NODE],
                          row_key(ENTITY_NODE, s->center, s->subject, s->subject_len));
    if (node != SLOT_NONE) {
        look_at_node(f, node, now);
        return;
    }
    if (subject == ENTITY_DEVICE && look_again_at_device(f, alert, s, now))
        return;
    if (subject == ENTITY_CENTER && table_alive(&f->tables[ENTITY_CENTER], s->center))
        return; /* what is known of it is old */
    if ((events && !f->alerts.scanned) ||
        (subject != ENTITY_DEVICE && !rules_know(f, s->center, ENTITY_NODE, now)))
        return;
    s->value = 0;
    alert_sight(f, s, now);
}

static void count_alert(const struct alert_row *a, wall_ms now, struct totals *out)
{
    bool silenced = row_has(a, alert, silenced_until) && a->silenced_until > now;

    if (!row_has(a, alert, state) || a->state != alert_state_FIRING)
        return;
    if (silenced || row_has(a, alert, acknowledged_at))
        out->alerts_quiet++;
    else if (a->severity == severity_CRITICAL)
        out->alerts_critical++;
    else if (a->severity == severity_WARNING)
        out->alerts_warning++; /* what only informs is in the list, and nowhere else */
}

static void count_alerts(const struct fleet *f, wall_ms now, struct totals *out)
{
    const struct table *t = &f->tables[ENTITY_ALERT];

    for (uint32_t slot = 0; slot < t->slots; slot++)
        if (table_alive(t, slot))
            count_alert(rows_at(&t->rows, slot), now, out);
}

static void look_at_rest(struct fleet *f, wall_ms now)
{
    const struct table *t = &f->tables[ENTITY_ALERT];
    struct sight s;

    for (uint32_t slot = 0; slot < t->slots; slot++) {
        if (!table_alive(t, slot))
            continue;
        if (!alert_parse(f, slot, &s)) {
            foreign_alert_look(f, slot, now);
            continue;
        }
        if (s.rule == RULE_COUNT) {
            fleet_drop(f, ENTITY_ALERT, slot);
            continue;
        }
        if (!alert_seen(f, slot))
            look_again(f, slot, &s, now);
        alert_clean(f, slot, now);
    }
}

/* With thousands of alerts a look costs milliseconds: then one a second will do. */
static bool is_too_soon(const struct fleet *f, wall_ms now)
{
    return f->tables[ENTITY_ALERT].living > MANY_ALERTS &&
           !is_due(f->alerts.looked_at, LOOK_MS, now);
}

void fleet_alerts(struct fleet *f, wall_ms now, struct totals *out)
{
    if (is_too_soon(f, now)) {
        count_alerts(f, now, out);
        return;
    }
    f->alerts.looked_at = now;
    f->alerts.round++;
    look_at_events(f, now);
    look_at_centers(f, now);
    look_at_sources(f, now);
    look_at_hot_nodes(f, now);
    rules_look_at_devices(f, now);
    look_at_rest(f, now);
    count_alerts(f, now, out);
}
