/* SPDX-License-Identifier: MIT
 * fleet_int.h - the inside of the fleet, shared by the fleet_*.c files only. Thread: ingest. */
#ifndef SUAN_MODEL_FLEET_INT_H
#define SUAN_MODEL_FLEET_INT_H

#include "model/aliases.h"
#include "model/fields.h"
#include "model/fleet.h"
#include "model/fleet_alerts.h"
#include "model/fleet_flops.h"
#include "model/fleet_faults.h"
#include "model/fleet_tellers.h"
#include "model/events.h"
#include "model/history.h"
#include "model/pools.h"
#include "model/table.h"
#include "model/tracker.h"
#include "model/twins.h"

/* An extreme value over the rows of a center. When its row falls, `value` stays a bound for the
 * others. */
struct extreme {
    double value;
    uint32_t slot; /* SLOT_NONE = no row has such a value */
    bool dirty;    /* the row fell: look again at publish */
};

struct fleet_center {
    struct sums sums;
    struct extreme hottest, longest; /* temperature; minus the time since when a job waits */
    bool known_nodes,
        known_jobs; /* someone has said which there are: zero means none, not unknown */
};

struct source_polls {
    uint32_t open[ENTITY_COUNT]; /* the poll under way, 0 = none */
    wall_ms begun_at[ENTITY_COUNT];
    uint8_t rank[2]; /* delta.rank, as told last */
};

/* When the last good poll of a source began: it confirmed every row of that source. */
struct source_confirmed {
    wall_ms at[ENTITY_COUNT];
};

struct gone_job {
    uint32_t slot, birth;
    wall_ms at;
};

struct fleet {
    struct fleet_limits limits;
    struct fleet_stats stats;
    struct intern *strings;
    struct table tables[ENTITY_COUNT];
    struct fleet_center *centers; /* by number */
    struct source_polls *polls;   /* by source number */
    size_t centers_cap, polls_cap;
    uint32_t center_count, poll_count;
    struct rows confirmed; /* struct source_confirmed by source number */
    struct rows history;   /* struct history_rings by center number */
    wall_ms sampled_at;
    struct notice notice;
    struct pools pools;
    struct twins twins;
    struct aliases aliases; /* of jobs */
    struct tellers tellers;
    struct fleet_flops flops;
    struct alerts alerts;
    struct faults faults;
    struct tracker tracker;
    struct events *events;
    struct gone_job *gone; /* oldest first, from gone_first on */
    size_t gone_first, gone_count, gone_cap;
    uint64_t generation;    /* of the last snapshot */
    size_t strings_checked; /* size of the string table when garbage was looked for last */
};

/* One row being changed. The first write takes its old contribution out of the sums (and clones its
 * chunk if a snapshot holds it); edit_end adds the new one. A row that is not written costs
 * nothing. */
struct edit {
    struct fleet *f;
    const void *row; /* as it is now */
    void *write;     /* NULL before the first write */
    uint32_t slot;
    enum entity entity;
    union before before; /* of a job or node that was written: what it was */
};

struct edit edit_begin(struct fleet *f, enum entity e, uint32_t slot);
void *edit_write(struct edit *ed);
void edit_end(struct edit *ed);
void edit_put(struct edit *ed, unsigned field, const union field_value *v);
void edit_clear(struct edit *ed, unsigned field);
/* Put or clear. */
void edit_num(struct edit *ed, unsigned field, bool has, double v);

/* fleet_rows.c: making and ending rows. */
uint32_t fleet_take(struct fleet *f, const struct delta *d, const struct delta_record *r);
void fleet_drop(struct fleet *f, enum entity e, uint32_t slot);
/* The job that is called so, or that has this number; SLOT_NONE if there is none. */
uint32_t fleet_find_job(const struct fleet *f, uint16_t center, const char *id);
struct fleet_center *fleet_center_of(struct fleet *f, uint16_t center);

/* fleet_sums.c: keeping the sums, and scanning for extremes that fell. */
void fleet_sums_leave(struct fleet *f, enum entity e, uint32_t slot);
void fleet_sums_enter(struct fleet *f, enum entity e, uint32_t slot);
void fleet_find_extremes(struct fleet *f);

/* fleet_poll.c */
/* Whose word counts: of what the source tells from now on. */
void fleet_note_rank(struct fleet *f, const struct delta *d);
void fleet_poll_begin(struct fleet *f, const struct delta *d);
bool fleet_poll_open(const struct fleet *f, const struct delta *d, enum entity e);
void fleet_poll_end(struct fleet *f, const struct delta *d);
void fleet_poll_abandon(struct fleet *f, const struct delta *d);
void fleet_forget_gone(struct fleet *f, wall_ms now);

/* fleet_write.c: the rolled-up fields of centers and pools, and the totals. */
void fleet_write_rollups(struct fleet *f, wall_ms now, struct totals *out);

/* fleet_past.c: what the history tells besides rows. */
void fleet_tell_past(struct fleet *f, const struct delta *d);

/* fleet_compact.c */
void fleet_compact(struct fleet *f);

#endif
