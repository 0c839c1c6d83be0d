/* SPDX-License-Identifier: MIT
 * events.h - the engine that notices what happens to jobs and nodes; for fleet*.c only.
 *
 * Each edit of a JOB or NODE row ends here with a small copy of what the row was before. From the
 * difference come INTERRUPTION, ATTEMPT, OUTAGE and HOUR rows; ATTEMPT rows that accounting delivers
 * correct them; OFFENDER rows are computed from both. An edit that changes none of state, start,
 * restarts and node class costs a few comparisons, a row that nobody writes costs nothing.
 *
 * An interruption is made at once with the best cause known and stands in `pending` until five
 * minutes after: fleet_tick judges it again when new evidence came (a node of the center went out, a
 * job started, an action was sent). Rows restored from history are linked, not counted again.
 *
 * What came of a job, and whether its interruption is settled: see interrupt_outcome. A job that the
 * scheduler forgot before it said how it ended has outcome unknown, and is resolved: nobody will
 * restart it. That, and a source that falls silent, makes no interruption.
 *
 * Bounds: EVENT_ROWS interruptions and attempts each, EVENT_OUTAGES, EVENT_OFFENDERS, all no older
 * than 28 days; over it the oldest go, settled ones first. Attempts that ended well are rows only if
 * their job was interrupted; the last ORPHANS others are remembered without their texts, in case the
 * interruption is told later. Which ends were counted is remembered for the last one to two million.
 * Thread: ingest. Owner: the fleet. */
#ifndef SUAN_MODEL_EVENTS_H
#define SUAN_MODEL_EVENTS_H

#include "base/hash.h"
#include "model/delta.h"
#include "model/entity.h"
#include "model/interrupt.h"
#include <stdbool.h>

enum {
    EVENT_ROWS = 50000,
    EVENT_OUTAGES = 20000,
    EVENT_OFFENDERS = 5000,
    STARTS = 1024,
    ORPHANS = 4096,
    SPANS = 16,
    DAYS = 28,
    HOSTS_LOOKED_AT = 16384 /* of one attempt */
};
#define EVENT_KEEP_MS (INT64_C(28) * 24 * 3600000)

/* What rows were before an edit. */
struct job_before {
    uint64_t valid;
    wall_ms started_at, preempted_at, seen_at;
    float restarts, devices, cpus, node_count;
    strid nodes;
    uint32_t was;
    uint16_t flags, source;
    uint8_t state;
};
struct node_before {
    uint64_t valid;
    uint32_t flags;
    strid reason;
    uint8_t state;
};
union before {
    struct job_before job;
    struct node_before node;
};

/* All that is known of one job's interruptions and attempts: chains through the sides, newest first. */
struct story {
    uint64_t job;                   /* key of the JOB row */
    uint32_t interruption, attempt; /* slots, SLOT_NONE = none */
    uint16_t center;
    bool used;
};

/* What is known of a row besides its fields; by slot. */
struct interruption_side {
    uint32_t story;     /* index + 1, 0 = not linked */
    uint32_t older;     /* slot */
    uint8_t live, told; /* enum attempt_end */
    uint8_t rank;       /* of the verdict */
    bool make_room, pending;
    bool resolved; /* as the engine put it last */
    bool by_hand;  /* somebody put it otherwise: it stays */
};
struct attempt_side {
    uint32_t story, older;
    uint32_t number; /* by the count of restarts: exact; 0 = not told */
};
struct outage_side {
    uint64_t node;      /* key of the NODE row; 0 = not linked */
    wall_ms counted_at; /* idle time is counted until then */
};
struct node_side {
    wall_ms down_at, back_at; /* newest outage of kind down */
    bool planned;
};

/* Jobs that ran on a node alone and ended, by day; `day` is the newest. */
struct lone_jobs {
    uint32_t day;
    uint16_t by_day[DAYS];
};

struct offender_side {
    double told_lone; /* jobs that ran alone, counted in an earlier run */
    bool ours;        /* written in this run */
};

/* The last 24 hours of a center. */
struct day {
    double interruptions, open, lost;
};

struct pending {
    uint32_t slot, birth;
    wall_ms until;
};

/* A job that started lately. */
struct start {
    uint32_t slot, birth;
    uint16_t center;
    wall_ms at;
};

/* A job that failed, as far as is known by itself: a fault of its device may be told later. */
struct failure {
    uint32_t slot, birth;
    double devices, cpus, node_count, number;
    wall_ms started_at, at;
};

/* An attempt that ended well, of a job that was not interrupted as far as is known: no row. */
struct orphan {
    uint64_t job;
    wall_ms submitted_at, eligible_at, started_at, ended_at;
    double devices, cpus, node_count; /* NAN = unknown */
    enum attempt_end end;
    uint16_t center;
};

struct span {
    wall_ms from, to;
};

/* A center as its hours are counted. */
struct watch {
    struct span spans[SPANS]; /* times observed, oldest first; the last one grows while `fresh` */
    unsigned span_count;
    bool fresh;
    wall_ms hour; /* that the sums below belong to, 0 = none */
    double seconds, node_seconds, device_seconds, allocated_seconds, watt_seconds, power_seconds;
    double queued_max, hottest;
    bool has_queued, has_hottest;
};

struct events {
    wall_ms now;   /* of the delta or tick under way */
    bool restored; /* the delta under way is of no source: history, or an operator's word */
    bool writing;  /* the engine's own edits */
    struct map stories_by_job, open_outages;
    struct story *stories;
    uint32_t *free_stories;
    size_t stories_cap, free_cap;
    uint32_t story_count, free_count;
    struct interruption_side *interruptions;
    struct attempt_side *attempts;
    struct outage_side *outages;
    struct node_side *nodes;
    size_t interruptions_cap, attempts_cap, outages_cap, nodes_cap;
    uint32_t interruption_count, attempt_count, outage_count, node_count; /* sides that exist */
    struct pending *pending;
    size_t pending_cap, pending_count;
    wall_ms judged_at;
    bool evidence; /* something came that pending ones may wait for */
    struct start starts[STARTS];
    uint32_t start_next, start_count;
    struct failure *failures; /* a ring of STARTS, made when needed */
    uint32_t failure_next;
    bool faulty;            /* a fault of a device came since they were looked at */
    struct orphan *orphans; /* a ring of ORPHANS, made when needed */
    uint32_t orphan_next;
    wall_ms acted_at;      /* newest of our own requeues and cancellations */
    struct watch *watches; /* by center */
    size_t watches_cap;
    uint32_t watch_count;
    struct map ended[2]; /* keys of attempts whose end was counted: now filling, and before */
    wall_ms ended_since; /* when the first of those that are filling came */
    wall_ms began_at, ticked_at, trimmed_at;
    struct lone_jobs *lone; /* by slot of the node */
    struct offender_side *offenders;
    size_t lone_cap, offenders_cap;
    uint32_t lone_count, offender_count;
    bool rank; /* something changed that offenders are made of */
    wall_ms ranked_at;
    struct day *days; /* by center */
    size_t days_cap;
    uint32_t day_count;
    bool days_changed;
    wall_ms days_at;
};

struct fleet;
struct edit;
struct fault;
struct totals;
struct attempt_row;
struct job_row;

/* --- fleet_events.c: the door --- */
struct events *events_new(void);
void events_free(struct events *ev);
void events_begin(struct fleet *f, const struct delta *d);          /* before a delta is applied */
void events_end(struct fleet *f);                                   /* after it */
void events_edited(struct edit *ed);                                /* the row stands */
void events_dropped(struct fleet *f, enum entity e, uint32_t slot); /* the row still stands */
void events_tick(struct fleet *f, wall_ms now);
void events_publish(struct fleet *f, wall_ms now); /* before anything is rolled up */

/* What no poll lists completely, whatever it says: nothing of it is ever swept. */
#define EVENTS_OWN                                                                                 \
    (1u << ENTITY_INTERRUPTION | 1u << ENTITY_ATTEMPT | 1u << ENTITY_OUTAGE | 1u << ENTITY_HOUR |  \
     1u << ENTITY_OFFENDER | 1u << ENTITY_ALERT | 1u << ENTITY_ACTION)

#define EVENTS_WATCH                                                                               \
    (1u << ENTITY_JOB | 1u << ENTITY_NODE | 1u << ENTITY_INTERRUPTION | 1u << ENTITY_ATTEMPT |     \
     1u << ENTITY_OUTAGE | 1u << ENTITY_OFFENDER | 1u << ENTITY_ACTION)

/* --- fleet_author.c: rows that the fleet writes itself --- */
/* The row of that identity, made if need be; SLOT_NONE if there is no room. */
uint32_t author_take(struct fleet *f, enum entity e, uint16_t center, const char *id, bool *made);
void author_end(struct edit *ed);
void author_str(struct edit *ed, unsigned field, strid s); /* 0 = absent */
void author_text(struct edit *ed, unsigned field, const char *s);
void author_num(struct edit *ed, unsigned field, double v); /* NAN = absent */
void author_time(struct edit *ed, unsigned field, wall_ms t);
void author_small(struct edit *ed, unsigned field, unsigned v);
const char *author_raw(const struct fleet *f, strid s); /* NULL for 0 */
/* Over `most`, or older than `keep`: the oldest go. */
void author_trim(struct fleet *f, enum entity e, uint32_t most);

/* --- fleet_stories.c --- */
struct story *story_find(struct fleet *f, uint64_t job);
struct story *story_of(struct fleet *f, uint16_t center, uint64_t job); /* made if need be */
void story_link_interruption(struct fleet *f, uint32_t slot);
void story_link_attempt(struct fleet *f, uint32_t slot);
void story_unlink_interruption(struct fleet *f, uint32_t slot);
void story_unlink_attempt(struct fleet *f, uint32_t slot);
struct interruption_side *interruption_side(struct fleet *f, uint32_t slot);
struct attempt_side *attempt_side(struct fleet *f, uint32_t slot);

/* --- fleet_cuts.c: what an edit of a job means --- */
void cuts_job_edited(struct edit *ed);
void cuts_job_dropped(struct fleet *f, uint32_t slot);
void cuts_settle_vanished(struct fleet *f);
/* Jobs that failed, and whose device turns out to have broken. */
void cuts_blame_devices(struct fleet *f);
/* Accounting tells how a later attempt ended, of a job that the scheduler has forgotten. */
void cuts_told_end(struct fleet *f, struct story *s, const struct attempt_row *a);
/* Brings the outcome of the story's interruptions up to what the job row says. */
void cuts_follow(struct fleet *f, struct story *s, const struct job_row *j);

/* --- fleet_interruptions.c --- */
struct cut {
    uint16_t center;
    uint64_t job_key;
    strid job, name, user, account, pool, nodes, failed_node, ended_by;
    double number, devices, cpus, node_count; /* NAN = unknown */
    wall_ms submitted_at, eligible_at, started_at, at;
    enum attempt_end end;
    enum seen_by seen_by;
    bool make_room;
};
/* Whose attempt it is, and nothing about it yet. */
struct cut cut_about(const struct job_row *j);
/* The interruption of that attempt: made, or the one that stands for it already. */
uint32_t interruption_make(struct fleet *f, const struct cut *c);
/* Accounting says what it was, and when. */
void interruption_correct(struct fleet *f, uint32_t slot, const struct cut *c);
/* It was none. */
void interruption_withdraw(struct fleet *f, uint32_t slot);
void interruptions_judge_pending(struct fleet *f);
/* A row that came as a delta: from history, or an operator's word about it. */
void interruption_arrived(struct fleet *f, uint32_t slot);
/* The story's interruption of an attempt that ran then; SLOT_NONE = none. exact: start and end are
 * accounting's, so what accounting told with another start is another attempt. */
uint32_t interruption_during(struct fleet *f, const struct story *s, wall_ms start, wall_ms end,
                             bool exact);

/* --- fleet_evidence.c: what speaks about an interruption --- */
struct evidence {
    struct interrupt_facts facts;
    char fault[32];     /* what facts.device_fault says */
    uint32_t displacer; /* slot of the JOB row that took its nodes */
};
void evidence_gather(struct fleet *f, uint32_t interruption, struct evidence *out);
void evidence_job_started(struct fleet *f, uint32_t job_slot);
/* One of ours on that job: who, or NULL. */
const struct action_row *evidence_action(struct fleet *f, uint16_t center, strid job, wall_ms at,
                                         bool cancel);

/* Of an attempt that ended so: the fault of one of its devices that explains it, or NULL. */
const struct fault *evidence_fault(struct fleet *f, const struct cut *c);

/* --- fleet_attempts.c --- */
uint32_t attempt_put(struct fleet *f, const struct cut *c);
void attempt_arrived(struct fleet *f, uint32_t slot);
/* The job runs again. */
void attempt_running(struct fleet *f, const struct job_row *j);
/* Its last one ended. */
void attempt_over(struct fleet *f, const struct job_row *j, enum attempt_end end, wall_ms at);

/* --- fleet_outages.c --- */
void outage_node_edited(struct edit *ed);
void outage_node_dropped(struct fleet *f, uint32_t slot);
void outage_arrived(struct fleet *f, uint32_t slot);
void outage_row_dropped(struct fleet *f, uint32_t slot);
void outages_count_idle(struct fleet *f);
const struct node_side *outage_of_node(const struct fleet *f, uint32_t node_slot);

/* --- fleet_hours.c --- */
void hours_tick(struct fleet *f, wall_ms now);
bool hours_observed(const struct fleet *f, uint16_t center, wall_ms at);
/* Adds to a counter of the hour of `at`, or takes away; never below zero. */
void hours_add(struct fleet *f, uint16_t center, wall_ms at, unsigned field, double what);
/* An attempt ended like that, told once or often: counted once, in the hours if it was observed. */
struct ending {
    uint16_t center;
    uint64_t attempt; /* key of its row, if it had one */
    wall_ms at;
    enum attempt_end end;
    strid nodes;
};
void hours_count_end(struct fleet *f, const struct ending *e);

/* --- fleet_offenders.c --- */
void offenders_tick(struct fleet *f);
void offenders_count_lone(struct fleet *f, uint16_t center, strid nodes, wall_ms at);
void offenders_forget_node(struct fleet *f, uint32_t node);
void offender_arrived(struct fleet *f, uint32_t slot);
void offender_dropped(struct fleet *f, uint32_t slot);

/* --- fleet_days.c: at publish --- */
void days_sum(struct fleet *f, wall_ms now);
void days_write(struct edit *ed, uint16_t center);
void days_total(const struct fleet *f, struct totals *out);

#endif
