/* SPDX-License-Identifier: MIT
 * rules.c - see rules.h. */
#include "model/rules.h"
#include "model/fields.h"
#include "model/poisson.h"
#include <math.h>
#include <string.h>

#define NEVER NAN
#define LEAST_BURST 3
#define LEAST_HISTORY_HOURS 6
#define MOST_BURST 10000
#define HOT_BELOW_LIMIT 10 /* degrees below a sensor's own critical limit: warning */
#define HOT_GAP 5
#define HOT_BELOW_DEVICE_LIMIT 5 /* below a device's: warning */

static const struct rule_info all[] = {
#define RULE(rid, rsubject, runit, warn, crit, wclear, cclear, hold, release, rhelp)               \
    {.id = #rid,                                                                                   \
     .help = rhelp,                                                                                \
     .subject = ENTITY_##rsubject,                                                                 \
     .unit = RULE_UNIT_##runit,                                                                    \
     .usual = {.at = {warn, crit},                                                                 \
               .clear = {wclear, cclear},                                                          \
               .hold_ms = (hold)*1000,                                                             \
               .release_ms = (release)*1000}},
#include "model/alerts.def"
#undef RULE
};

const struct rule_info *rule_info(enum rule r)
{
    return &all[r];
}

enum rule rule_find(const char *name, size_t len)
{
    int r = 0;

    while (r < RULE_COUNT && (strlen(all[r].id) != len || memcmp(all[r].id, name, len) != 0))
        r++;
    return (enum rule)r;
}

void rule_set_usual(struct rule_set *set)
{
    for (int r = 0; r < RULE_COUNT; r++)
        set->rules[r] = all[r].usual;
}

/* Where there is no usual distance (the level is off as shipped), the clear threshold is the threshold itself. */
static double clear_for(const struct rule_info *info, int level, double at)
{
    double usual = info->usual.at[level], clear = info->usual.clear[level];

    if (isnan(usual))
        return at;
    return info->unit == RULE_UNIT_CELSIUS ? at - (usual - clear) : at * (clear / usual);
}

void rule_set_level(struct rule_set *set, enum rule r, int level, double at)
{
    set->rules[r].at[level] = at;
    set->rules[r].clear[level] = clear_for(&all[r], level, at);
}

/* The clock was set back: what lies ahead begins now. */
static wall_ms not_ahead(wall_ms t, wall_ms now)
{
    return t == 0 || t > now ? now : t;
}

static void latch_step(struct rule_latch *l, bool other_side, wall_ms began, int64_t patience,
                       wall_ms now)
{
    if (!other_side) {
        l->since = 0;
        return;
    }
    l->since = not_ahead(l->since ? l->since : began, now);
    if (now - l->since < patience)
        return;
    l->on = !l->on;
    l->since = 0;
}

void rule_step(struct rule_memory *m, const struct rule_limits *limits, double value, wall_ms began,
               wall_ms now)
{
    for (int i = 0; i < RULE_LEVELS; i++) {
        struct rule_latch *l = &m->level[i];
        bool above = !limits->off && value >= limits->at[i];
        /* Not "value < clear": what is not a number is below everything. */
        bool below = limits->off || !(value >= limits->clear[i]);
        if (l->on)
            latch_step(l, below, 0, limits->release_ms, now);
        else
            latch_step(l, above, began, limits->hold_ms, now);
    }
}

int rule_firing(const struct rule_memory *m)
{
    int level = RULE_LEVELS - 1;

    while (level >= 0 && !m->level[level].on)
        level--;
    return level;
}

int rule_waiting(const struct rule_memory *m, wall_ms *since)
{
    int level = RULE_LEVELS - 1;

    while (level >= 0 && (m->level[level].on || !m->level[level].since))
        level--;
    *since = level >= 0 ? m->level[level].since : 0;
    return level;
}

static void limit_at(struct rule_limits *l, double critical, double below)
{
    l->at[RULE_CRITICAL] = critical;
    l->at[RULE_WARNING] = critical - below;
    for (int i = 0; i < RULE_LEVELS; i++)
        l->clear[i] = l->at[i] - HOT_GAP;
}

struct rule_limits rule_hot_limits(const struct rule_set *set, const struct node_row *n)
{
    struct rule_limits l = set->rules[RULE_hot_node];

    if (!row_has(n, node, temperature_limit_celsius) || n->temperature_limit_celsius <= 0)
        return l;
    limit_at(&l, (double)n->temperature_limit_celsius, HOT_BELOW_LIMIT);
    return l;
}

struct rule_limits rule_hot_device_limits(const struct rule_set *set, const struct device_row *d,
                                          double *value)
{
    struct rule_limits l = set->rules[RULE_hot_device];
    bool has_core = row_has(d, device, temperature_celsius),
         has_headroom = row_has(d, device, temperature_headroom_celsius);

    *value = has_core ? (double)d->temperature_celsius : NAN;
    if (has_core && row_has(d, device, temperature_limit_celsius) &&
        row_num(d, device, temperature_limit_celsius) > 0) {
        limit_at(&l, (double)row_num(d, device, temperature_limit_celsius), HOT_BELOW_DEVICE_LIMIT);
    } else if (has_headroom && has_core) {
        limit_at(&l, *value + (double)row_num(d, device, temperature_headroom_celsius),
                 HOT_BELOW_DEVICE_LIMIT);
    } else if (has_headroom) {
        *value = 0 - (double)row_num(d, device, temperature_headroom_celsius);
        limit_at(&l, 0, HOT_BELOW_DEVICE_LIMIT);
    }
    return l;
}

/* The least count from 3 that happens in an hour with a probability below p. */
static double count_below(double mean, double p)
{
    double k = LEAST_BURST;

    while (k < MOST_BURST && poisson_at_least(k, mean) >= p)
        k++;
    return k;
}

struct rule_limits rule_burst_limits(const struct rule_set *set, double count, double hours)
{
    struct rule_limits l = set->rules[RULE_interruption_burst];
    bool known = hours >= LEAST_HISTORY_HOURS;
    /* One more than was seen: a quiet past is no proof that nothing ever happens. */
    double mean = known ? (count + 1) / hours : 0;

    for (int i = 0; i < RULE_LEVELS; i++) {
        l.at[i] = known && !isnan(l.at[i]) ? count_below(mean, l.at[i]) : NAN;
        l.clear[i] = known && !isnan(l.clear[i]) ? count_below(mean, l.clear[i]) : NAN;
    }
    return l;
}
