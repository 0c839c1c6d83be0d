/* SPDX-License-Identifier: MIT
 * fleet_alerts.h - the alert engine inside the fleet, for fleet*.c and alert*.c only.
 *
 * At each publish fleet_rules.c looks at what the rules are about and tells what it sees (struct sight);
 * alert_rows.c keeps one ALERT row for each rule and subject where there is something to tell. Centers and sources
 * are few and looked at each time; of nodes only those that an edit made hot (fleet_alerts_touch) and those that have
 * an alert; outages, offenders and interruptions every few seconds. Thread: ingest. */
#ifndef SUAN_MODEL_FLEET_ALERTS_H
#define SUAN_MODEL_FLEET_ALERTS_H

#include "model/rules.h"
#include "model/snapshot.h"

struct fleet;
struct buf;

/* What the engine knows of an alert besides its row. By slot of the row; `birth` says of which. */
struct alert_memory {
    uint32_t birth;
    uint32_t round;   /* looked at last */
    uint8_t standing; /* state and severity of the row as the engine left it; 0 = none */
    struct rule_memory rule;
};

struct center_watch {
    wall_ms live_at;     /* last time that nothing of it was stale or down */
    wall_ms standing_at; /* last time that it was not down */
    double burst;        /* interruptions within the last hour */
    double count, hours; /* of interruptions, and observed, before that */
    bool rated;          /* the thresholds of a burst follow from them */
    struct rule_limits limits;
};

struct alerts {
    struct rule_set rules;
    struct alert_memory *memory;
    struct center_watch *centers; /* by number */
    uint32_t *hot;                /* slots of nodes that an edit left above their limit */
    size_t memory_cap, centers_cap, hot_cap, hot_count;
    uint32_t memory_count, center_count;
    uint32_t round;
    bool hot_missed; /* more than fit: look at all nodes */
    bool events;     /* an interruption, outage or offender changed */
    bool scanned;    /* in this round */
    wall_ms looked_at, scanned_at, rated_at;
};

/* One look at one subject. */
struct sight {
    enum rule rule;
    uint16_t center;
    const char *subject; /* raw bytes: id of the center, name of the source or node */
    size_t subject_len;
    const void *row; /* of the subject, NULL = it is gone */
    double value;    /* NAN = there is none */
    struct rule_limits limits;
};

void alerts_init(struct alerts *a);
void alerts_fini(struct alerts *a);
/* An edit of the row ended. */
void fleet_alerts_touch(struct fleet *f, enum entity e, const void *row, uint32_t slot);
/* After the roll-up. */
void fleet_alerts(struct fleet *f, wall_ms now, struct totals *out);

/* alert_rows.c */
void alert_sight(struct fleet *f, const struct sight *s, wall_ms now);
/* Was it told about in this round? */
bool alert_seen(struct fleet *f, uint32_t slot);
/* Which rule and subject the row is of; false if it is not the engine's. RULE_COUNT: of a rule that is no more. */
bool alert_parse(const struct fleet *f, uint32_t slot, struct sight *out);
/* Silences that are over; rows that say nothing any more. */
void alert_clean(struct fleet *f, uint32_t slot, wall_ms now);

/* alert_words.c: one sentence. level: RULE_WARNING, RULE_CRITICAL. */
void alert_words(const struct fleet *f, const struct sight *s, int level, struct buf *out);

#endif
