/* SPDX-License-Identifier: MIT
 * rules.h - what is worth an alert: the table of rules, their thresholds, and how one alert moves between them.
 *
 * Pure; time is an argument. Nothing here flaps: a level is reached when the value has been at its threshold for
 * `hold_ms`, and left when the value has been below the clear threshold for `release_ms`. fleet_alerts.c looks at
 * the rows and writes the alerts. Thread: any. */
#ifndef SUAN_MODEL_RULES_H
#define SUAN_MODEL_RULES_H

#include "model/entity.h"

enum rule {
#define RULE(id, subject, unit, warn, crit, wclear, cclear, hold, release, help) RULE_##id,
#include "model/alerts.def"
#undef RULE
    RULE_COUNT
};

enum rule_unit {
    RULE_UNIT_DURATION, /* seconds; grows by itself, so the value tells when it began */
    RULE_UNIT_PERCENT,
    RULE_UNIT_CELSIUS,
    RULE_UNIT_COUNT,
    RULE_UNIT_PROBABILITY, /* turned into the counts that are so improbable, before it is compared */
    RULE_UNIT_SWITCH       /* it is so (1) or not (0): no threshold to set */
};

enum { RULE_WARNING, RULE_CRITICAL, RULE_LEVELS };

struct rule_limits {
    double at[RULE_LEVELS], clear[RULE_LEVELS]; /* NAN = no such level */
    int64_t hold_ms, release_ms;
    bool off;
};

struct rule_info {
    const char *id, *help;
    enum entity subject;
    enum rule_unit unit;
    struct rule_limits usual;
};

const struct rule_info *rule_info(enum rule r);
/* RULE_COUNT if there is none of that name. */
enum rule rule_find(const char *name, size_t len);

struct rule_set {
    struct rule_limits rules[RULE_COUNT];
};

void rule_set_usual(struct rule_set *set);
/* Another threshold; its clear threshold keeps its distance. NAN = no such level. */
void rule_set_level(struct rule_set *set, enum rule r, int level, double at);

/* What one alert remembers. Zero = quiet. */
struct rule_latch {
    bool on;
    wall_ms since; /* when the value went to the other side; 0 = it did not */
};
struct rule_memory {
    struct rule_latch level[RULE_LEVELS];
};

/* began: when the condition really began, if anything tells; 0 = now. */
void rule_step(struct rule_memory *m, const struct rule_limits *limits, double value, wall_ms began,
               wall_ms now);
/* The highest level that fires, -1 = none. */
int rule_firing(const struct rule_memory *m);
/* The highest level that waits for its hold time, -1 = none. *since: since when. */
int rule_waiting(const struct rule_memory *m, wall_ms *since);

/* Of a node: those that its sensor tells, else those of the rule. */
struct rule_limits rule_hot_limits(const struct rule_set *set, const struct node_row *n);
/* Of a device, and the figure that is held against them: its core temperature, or, where it tells nothing but how far it is
 * from its limit, the degrees past that (below zero: not yet). NAN = it tells neither. */
struct rule_limits rule_hot_device_limits(const struct rule_set *set, const struct device_row *d,
                                          double *value);
/* interruption_burst: the counts within an hour that are improbable at `count` in `hours` before it. All NAN while
 * the history is shorter than a few hours. */
struct rule_limits rule_burst_limits(const struct rule_set *set, double count, double hours);

#endif
