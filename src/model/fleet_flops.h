/* SPDX-License-Identifier: MIT
 * fleet_flops.h - FLOPS, heat and power of devices, rolled up; for fleet*.c only. Words and formulas: flops.h, docs/flops.md.
 *
 * The device rows of one node, and its NODE row, are a group. An edit of one of them marks the group; before each publish (and
 * each sample of the history) a marked group is added up anew, what it stood for before is taken out of its center's sums,
 * and the new figures go in: exact integers, so no order of edits changes them, and nothing is read of nodes that stayed as they
 * were. Temperatures are counted in whole degrees, and the groups whose hottest device is that warm are chained, so the hottest
 * device is in the last chain. The age of the oldest figure is looked for by a walk over all groups, so many at each publish: it is as of the
 * end of the last walk.
 * Thread: ingest. Owner: the fleet. */
#ifndef SUAN_MODEL_FLEET_FLOPS_H
#define SUAN_MODEL_FLEET_FLOPS_H

#include "base/hash.h"
#include "model/flops.h"
#include "model/snapshot.h"

/* What can be measured or estimated: FP64, FP32, FP16; index: precision - 1. And how: provenance - 1. */
enum { FLOPS_RATES = 3, FLOPS_WAYS = 2, FLOPS_PEAKS = 4 };

/* A cell of rates: flops and peak in millions. */
struct flops_cell {
    int64_t flops, peak;
    uint32_t reporting, peaked, hearsay;
};
/* Dense peak of so many devices, in millions. */
struct flops_capacity {
    int64_t flops;
    uint32_t devices, hearsay;
};
struct flops_sums {
    struct flops_cell devices[FLOPS_RATES][FLOPS_WAYS];
    struct flops_cell processors[FLOPS_RATES];
    struct flops_capacity allocated[FLOPS_PEAKS], nameplate[FLOPS_PEAKS];
    int64_t power, tensor; /* milliwatts, thousandths of a percent */
    int64_t known, known_allocated;
    uint32_t seen, silent, throttled, powered, tensors;
};
/* into += sign * what */
void flops_sums_add(struct flops_sums *into, const struct flops_sums *what, int sign);
/* Most of a node's sums is zero, and there are many nodes: its words that are not, behind a bit for each of all. */
struct flops_kept {
    uint64_t bits[2];
    uint32_t words[];
};
struct flops_kept *flops_sums_keep(const struct flops_sums *s); /* NULL = all of it is zero */
void flops_sums_recall(const struct flops_kept *kept, struct flops_sums *out);

/* ---- fleet_heat.c: how many devices are how warm ---- */
enum { HEAT_FROM = -60, HEAT_DEGREES = 311, HEAT_NONE = INT16_MIN };
struct heat {
    uint32_t first[HEAT_DEGREES]; /* 1 + number of a group */
    uint32_t count[HEAT_DEGREES]; /* of devices */
    uint32_t total;
};

/* What is known of a device row besides its fields; by slot. */
struct flops_side {
    uint32_t group;      /* 1 + its number, 0 = none */
    uint32_t next, prev; /* in the group: 1 + slot */
    int16_t degree;      /* whole one that it is counted at, HEAT_NONE = at none */
    /* Bit rate * FLOPS_WAYS + way: its figure is in that cell; behind them since when it rests (fleet_rest.c). */
    uint16_t cells;
};
enum { FLOPS_CELL_BITS = FLOPS_RATES * FLOPS_WAYS, FLOPS_CELLS = (1 << FLOPS_CELL_BITS) - 1 };

struct flops_group {
    uint64_t key;   /* of the NODE row, whether or not there is one */
    uint32_t first; /* 1 + device slot; of a free one: the next free one, 1 + number */
    strid node;     /* that its devices were found by last */
    uint32_t warmer_next, warmer_prev;
    int16_t degree; /* of the hottest of them: whose chain it is in, HEAT_NONE = in none */
    uint16_t center;
    bool used, dirty;
    bool quiet; /* nobody has told of the node for so long that its own figures do not count */
    uint8_t processors; /* bit rate: the node's own figure is in that cell */
    /* What it stands for in the sums of its center: so many devices of that peak, and what is kept besides. */
    const struct peak *peak;
    uint32_t known, allocated;
    struct flops_kept *kept;
};

/* Oldest figures of a center, by cell; 0 = none. */
struct flops_oldest {
    wall_ms devices[FLOPS_RATES][FLOPS_WAYS], processors[FLOPS_RATES];
};

struct flops_center {
    struct flops_sums sums;
    struct heat heat;
    struct flops_oldest oldest, walked; /* of the last walk, of the one under way */
    uint8_t kind;
    bool stale_rows; /* the kind changed: its device rows count in another precision now */
};

/* The model of a string id, found lately. */
struct flops_model {
    strid id;
    bool slice;
    const struct peak *peak;
};
enum { FLOPS_MODELS = 64 };

struct fleet_flops {
    const struct peak_table *peaks;
    struct flops_model models[FLOPS_MODELS];
    struct flops_side *sides;
    struct flops_group *groups;
    struct flops_center **centers; /* by number */
    struct flops_totals *totals;   /* by number; the one of all centers after the last */
    uint32_t *dirty;               /* numbers of groups */
    size_t sides_cap, groups_cap, centers_cap, totals_cap, dirty_cap, dirty_count;
    uint32_t side_count, group_count, center_count, free_group;
    struct map by_key;
    wall_ms now;      /* of the publish under way */
    uint32_t walk_at; /* number of the next group */
    bool walked;      /* one walk at least has ended */
    bool writing;     /* the engine's own edits */
};

struct fleet;
struct edit;

/* ---- fleet_flops_engine.c ---- */
void fleet_flops_init(struct fleet_flops *e);
void fleet_flops_fini(struct fleet_flops *e);
/* The row stands as it will be: it is new, or an edit ended. */
void fleet_flops_touch(struct fleet *f, enum entity e, uint32_t slot);
/* It is about to go. */
void fleet_flops_drop(struct fleet *f, enum entity e, uint32_t slot);
/* Ids of strings mean others now. */
void fleet_flops_renamed(struct fleet *f);
void fleet_flops_mark(struct fleet_flops *e, uint32_t group);
/* Brings sums and nodes' fields up to date. */
void fleet_flops_settle(struct fleet *f);
/* Slot of the node that a device sits in; SLOT_NONE = not known, or there is no device. */
uint32_t fleet_flops_node(const struct fleet *f, uint32_t device);
struct flops_center *fleet_flops_center(struct fleet *f, uint16_t center);

/* ---- fleet_flops_group.c: what one group stands for ---- */
struct flops_tally {
    struct flops_sums sums;
    const struct peak *peak; /* of its devices, NULL = not known or several */
    double hottest;          /* NAN = none tells */
    uint32_t worst;          /* 1 + slot of the device with the worst trouble, 0 = none */
};
void fleet_flops_tally(struct fleet *f, struct flops_group *g, struct flops_tally *out);
/* What a node without device rows stands for. */
void fleet_flops_capacity(struct flops_sums *s, const struct peak *p, uint32_t known,
                          uint32_t allocated);

/* ---- fleet_flops_rows.c: single rows ---- */
/* It is a slice of another device (MIG). */
static inline bool fleet_flops_is_slice(const struct device_row *d)
{
    return row_has(d, device, parent);
}
/* Dense peaks of a model by its string id; NULL = not known. slice: the name may say so behind the model's. */
const struct peak *fleet_flops_peak(struct fleet *f, strid model, bool slice);
struct flops_known {
    struct flops_figure is;
    bool hearsay; /* its peak is */
};
struct flops_known fleet_flops_figure(struct fleet *f, const struct device_row *d,
                                      enum precision precision);
/* How bad what is wrong with it is, 1 to 4; 0 = nothing is told. */
int fleet_flops_trouble(const struct fleet *f, const struct device_row *d);
/* The rolled-up fields of a row that is for writing. */
void fleet_flops_write_device(struct fleet *f, struct device_row *d);
void fleet_flops_write_node(struct fleet *f, const struct flops_group *g,
                            const struct flops_tally *t);

/* ---- fleet_heat.c ---- */
/* The device is that warm now; NAN = it does not tell. */
void heat_put(struct fleet *f, uint32_t device, double celsius);
/* All devices of the group were put. */
void heat_chain(struct fleet *f, uint32_t group);
/* The hottest; SLOT_NONE = nobody tells. */
uint32_t heat_hottest(const struct fleet *f, const struct flops_center *c, double *celsius);
/* 99 of 100 are not warmer; NAN. */
double heat_p99(const struct heat *const *all, size_t count);

/* ---- fleet_flops_age.c ---- */
/* How old the oldest figures are; and nodes that fell silent, or speak again, are marked. */
void fleet_flops_walk(struct fleet *f, wall_ms now);

/* ---- fleet_rest.c: what is idle for long; now: as in the publish under way ---- */
/* Devices of a group that changed, or its node did; n: NULL = there is none. */
void rest_settle(struct fleet *f, const struct flops_group *g, const struct node_row *n);
void rest_walk(struct fleet *f, uint32_t device, wall_ms now);

/* ---- fleet_aggregates.c: what servers told of many devices at once ---- */
struct told_cell {
    double flops, peak, reporting, known;
    bool peaked; /* all rows tell their peak */
    wall_ms oldest_at;
};
struct told_body {
    double devices;                                     /* that there are */
    double reporting, temperature_max, temperature_p99; /* temperatures: NAN = not told */
    double power, power_of, tensor,
        tensor_of; /* mean tensor utilisation in percent; of so many devices */
};
/* What the one server told that knows most of the center: of several, and of its rows for all models together and those for
 * each, only one counts. False: nobody tells. */
bool aggregates_cell(const struct fleet *f, uint16_t center, enum precision precision,
                     enum provenance provenance, struct told_cell *out);
bool aggregates_body(const struct fleet *f, uint16_t center, struct told_body *out);

/* ---- fleet_flops_totals.c: at publish ---- */
void fleet_flops_publish(struct fleet *f, wall_ms now, struct totals *out);
void fleet_flops_write_center(struct edit *ed, uint16_t center);

#endif
