/* SPDX-License-Identifier: MIT
 * fleet_alerts.h - the alert engine inside the fleet, for fleet*.c and alert*.c only.
 *
 * At each publish fleet_rules.c looks at what the rules are about and tells what it sees (struct sight);
 * alert_rows.c keeps one ALERT row for each rule and subject where there is something to tell. Centers and sources
 * are few and looked at each time; of nodes and devices only those that an edit left hot or in other trouble
 * (fleet_alerts_touch) and those that have
 * an alert; outages, offenders and interruptions every few seconds. Thread: ingest. */
#ifndef SUAN_MODEL_FLEET_ALERTS_H
#define SUAN_MODEL_FLEET_ALERTS_H

#include "model/rules.h"
#include "model/snapshot.h"

struct fleet;
struct edit;
struct delta;
struct delta_record;
struct buf;

/* What the engine knows of an alert besides its row. By slot of the row; `birth` says of which. */
struct alert_memory {
    uint32_t birth;
    uint32_t round;   /* looked at last */
    uint32_t listed;  /* the poll of its source that listed it last */
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
    bool hot_missed;   /* more than fit: look at all nodes */
    uint32_t *devices; /* slots of devices that an edit left hot, lost or in other trouble */
    size_t devices_cap, device_count;
    bool devices_missed;
    strid fine;   /* a word for a device's health that is none for a lost one; 0 = none seen yet */
    bool events;  /* an interruption, outage or offender changed */
    bool scanned; /* in this round */
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

/* fleet_rules.c: have all sources that ever listed such rows of the center done so lately? */
bool rules_know(const struct fleet *f, uint16_t center, enum entity e, wall_ms now);

/* fleet_rules_device.c */
enum { DEVICE_SUBJECT = 256, VANISHED = 2 /* value of device_lost where there is no row of it */ };
void rules_touch_device(struct fleet *f, const struct device_row *d, uint32_t slot);
void rules_look_at_devices(struct fleet *f, wall_ms now);
void rules_look_at_device(struct fleet *f, uint32_t slot, wall_ms now);
/* The device that an alert is about; SLOT_NONE = it is gone. */
uint32_t rules_find_device(const struct fleet *f, const struct sight *s);

/* alert_rows.c */
void alert_sight(struct fleet *f, const struct sight *s, wall_ms now);
/* Was it told about in this round? */
bool alert_seen(struct fleet *f, uint32_t slot);
/* Which rule and subject the row is of; false if it is not the engine's. RULE_COUNT: of a rule that is no more. */
bool alert_parse(const struct fleet *f, uint32_t slot, struct sight *out);
/* Silences that are over; rows that say nothing any more. */
void alert_clean(struct fleet *f, uint32_t slot, wall_ms now);

/* The source that it came from listed it in that poll. */
void alert_listed(struct fleet *f, uint32_t slot, uint32_t poll);
bool alert_was_listed(struct fleet *f, uint32_t slot, uint32_t poll);

/* alert_foreign.c: alerts that a source tells. May it write that row; how bad is it, severity_COUNT = it does not fire; it
 * wrote it, which was so bad before; a delta of it ended; once a publish. */
bool foreign_alert_may(const struct delta *d, const struct delta_record *r);
int foreign_alert_level(const struct alert_row *a);
void foreign_alert_told(struct edit *ed, const struct delta *d, int level);
void foreign_alerts_listed(struct fleet *f, const struct delta *d);
void foreign_alert_look(struct fleet *f, uint32_t slot, wall_ms now);

/* alert_words.c: one sentence. level: RULE_WARNING, RULE_CRITICAL. */
void alert_words(const struct fleet *f, const struct sight *s, int level, struct buf *out);

#endif
