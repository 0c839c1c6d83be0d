/* SPDX-License-Identifier: MIT
 * fleet_rules_device.c - the rules about devices; see fleet_alerts.h.
 *
 * There may be a million devices: an edit notes those that are in trouble, and nothing but these and those that have
 * an alert is looked at. A slice of a device is not: its heat and its faults are told of the device. */
#include "base/xmem.h"
#include "model/fleet_int.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { MOST_NOTED = 65536, SLACK_MS = 60000 };
#define BRAKES (1u << throttle_HW_THERMAL | 1u << throttle_HW_POWER_BRAKE)

static bool has_place(const struct device_row *d)
{
    return row_has(d, device, node) && row_has(d, device, index) && !row_has(d, device, parent);
}

static bool is_hot(const struct rule_set *set, const struct device_row *d)
{
    double value;
    struct rule_limits l = rule_hot_device_limits(set, d, &value);

    return !l.off && (value >= l.at[RULE_WARNING] || value >= l.at[RULE_CRITICAL]);
}

static bool is_braked(const struct device_row *d)
{
    return row_has(d, device, throttle) && (d->throttle & BRAKES);
}

static bool lacks_rows(const struct device_row *d)
{
    return row_has(d, device, remap_failed) && d->remap_failed;
}

/* Nearly all devices say the same word: that is looked at once. */
static bool is_lost(struct fleet *f, const struct device_row *d)
{
    if (!row_has(d, device, health) || d->health == f->alerts.fine)
        return false;
    if (faults_is_lost(f, d))
        return true;
    f->alerts.fine = d->health;
    return false;
}

static bool is_in_trouble(struct fleet *f, const struct device_row *d)
{
    return is_hot(&f->alerts.rules, d) || is_braked(d) || lacks_rows(d) || is_lost(f, d);
}

void rules_touch_device(struct fleet *f, const struct device_row *d, uint32_t slot)
{
    struct alerts *a = &f->alerts;

    if (a->devices_missed || !is_in_trouble(f, d))
        return;
    if (a->device_count == MOST_NOTED) {
        a->devices_missed = true;
        return;
    }
    a->devices = xgrow(a->devices, &a->devices_cap, a->device_count + 1, sizeof(*a->devices));
    a->devices[a->device_count++] = slot;
}

/* Whoever told the field has confirmed it lately. */
static bool is_fresh(const struct fleet *f, uint32_t slot, unsigned field, wall_ms now)
{
    uint16_t who = tellers_who(f, ENTITY_DEVICE, slot, field);
    wall_ms heard;

    if (!field_has(table_head(&f->tables[ENTITY_DEVICE], slot), field))
        return true; /* and that it is not told */
    return tellers_heard(f, ENTITY_DEVICE, slot, who, &heard) &&
           tellers_is_fresh(f, who, heard, now - SLACK_MS);
}

/* "cn7/3" */
static struct sight sight_of(const struct fleet *f, enum rule rule, const struct device_row *d,
                             char subject[DEVICE_SUBJECT])
{
    char device[DEVICE_TEXT];

    faults_device_text(d, device);
    int len = snprintf(subject, DEVICE_SUBJECT, "%s/%s", intern_raw(f->strings, d->node), device);
    return (struct sight){.rule = rule,
                          .center = d->h.center,
                          .subject = subject,
                          .subject_len = len < DEVICE_SUBJECT ? (size_t)len : DEVICE_SUBJECT - 1,
                          .row = d,
                          .value = NAN,
                          .limits = f->alerts.rules.rules[rule]};
}

static void look_at_switch(struct fleet *f, uint32_t slot, enum rule rule, unsigned field, bool on,
                           wall_ms now)
{
    char subject[DEVICE_SUBJECT];
    struct sight s = sight_of(f, rule, rows_at(&f->tables[ENTITY_DEVICE].rows, slot), subject);

    s.value = on;
    if (is_fresh(f, slot, field, now))
        alert_sight(f, &s, now);
}

void rules_look_at_device(struct fleet *f, uint32_t slot, wall_ms now)
{
    const struct table *t = &f->tables[ENTITY_DEVICE];
    const struct device_row *d = table_alive(t, slot) ? rows_at(&t->rows, slot) : NULL;
    char subject[DEVICE_SUBJECT];

    if (!d || !has_place(d))
        return;
    struct sight hot = sight_of(f, RULE_hot_device, d, subject);
    hot.limits = rule_hot_device_limits(&f->alerts.rules, d, &hot.value);
    if (is_fresh(f, slot, FIELD_device_temperature_celsius, now) &&
        is_fresh(f, slot, FIELD_device_temperature_headroom_celsius, now))
        alert_sight(f, &hot, now);
    look_at_switch(f, slot, RULE_device_lost, FIELD_device_health, is_lost(f, d), now);
    look_at_switch(f, slot, RULE_device_throttled, FIELD_device_throttle, is_braked(d), now);
    look_at_switch(f, slot, RULE_remap_failed, FIELD_device_remap_failed, lacks_rows(d), now);
}

/* One that is listed no more while others of its node are. */
static void look_at_vanished(struct fleet *f, wall_ms now)
{
    for (uint32_t i = 0; i < f->faults.count; i++) {
        const struct fault *x = &f->faults.list[i];
        char subject[DEVICE_SUBJECT];
        if (x->xid || !*x->node || now - x->at >= FAULT_KEEP_MS ||
            table_find(&f->tables[ENTITY_DEVICE], x->key) != SLOT_NONE)
            continue;
        struct sight s = {.rule = RULE_device_lost,
                          .center = x->center,
                          .subject = subject,
                          .row = x,
                          .value = VANISHED,
                          .limits = f->alerts.rules.rules[RULE_device_lost]};
        int len = snprintf(subject, sizeof subject, "%s/%s", x->node, x->device);
        s.subject_len = (size_t)len;
        alert_sight(f, &s, now);
    }
}

/* The worst first: of several codes of one device that one is told. */
static void look_at_faults(struct fleet *f, int weight, wall_ms now)
{
    for (uint32_t i = 0; i < f->faults.count; i++) {
        const struct fault *x = &f->faults.list[i];
        uint32_t slot = table_find(&f->tables[ENTITY_DEVICE], x->key);
        char subject[DEVICE_SUBJECT];
        if (!x->xid || fault_weight(f, x) != weight || !*x->node || now - x->at >= FAULT_KEEP_MS)
            continue;
        int level = weight > 1 ? RULE_CRITICAL : RULE_WARNING;
        struct sight s = {.rule = RULE_xid,
                          .center = x->center,
                          .subject = subject,
                          .row = slot == SLOT_NONE ? (const void *)x
                                                   : rows_at(&f->tables[ENTITY_DEVICE].rows, slot),
                          .value = x->xid,
                          .limits = f->alerts.rules.rules[RULE_xid]};
        int len = snprintf(subject, sizeof subject, "%s/%s", x->node, x->device);
        s.subject_len = (size_t)len;
        s.limits.at[level] = s.limits.clear[level] = s.value;
        s.limits.at[!level] = s.limits.clear[!level] = NAN;
        alert_sight(f, &s, now);
    }
}

void rules_look_at_devices(struct fleet *f, wall_ms now)
{
    struct alerts *a = &f->alerts;
    const struct table *t = &f->tables[ENTITY_DEVICE];

    for (size_t i = 0; i < a->device_count; i++)
        rules_look_at_device(f, a->devices[i], now);
    for (uint32_t slot = 0; a->devices_missed && slot < t->slots; slot++)
        if (table_alive(t, slot) && is_in_trouble(f, rows_at(&t->rows, slot)))
            rules_look_at_device(f, slot, now);
    a->device_count = 0;
    a->devices_missed = false;
    look_at_vanished(f, now);
    look_at_faults(f, 2, now);
    look_at_faults(f, 1, now);
}

uint32_t rules_find_device(const struct fleet *f, const struct sight *s)
{
    char id[DEVICE_SUBJECT];

    if (s->subject_len >= sizeof id)
        return SLOT_NONE;
    memcpy(id, s->subject, s->subject_len);
    char *slash = memrchr(id, '/', s->subject_len);
    if (!slash)
        return SLOT_NONE;
    *slash = '\0';
    return table_find(&f->tables[ENTITY_DEVICE],
                      row_key(ENTITY_DEVICE, s->center, id, s->subject_len));
}
