/* SPDX-License-Identifier: MIT
 * reliability.h - what interruptions mean in numbers: formulae, and sums over a snapshot.
 *
 * Definitions, to be printed beside the figures:
 *   interruptions   attempts ended by something other than their owner or success; OOM, time limit and
 *                   plain failure are counted apart (ended_*)
 *   unexpected      not planned, not by preemption, not by an operator: node, device, eviction, unknown
 *   failures        of these, by a node or a device
 *   events          interruptions with the same node and cause within 5 seconds are one event
 *   MTTI            time observed / unexpected events; MTBF: time observed / failure events. Only what
 *                   happened while the center was watched counts (`counted`), as only that time does.
 *                   Of several centers: the mean of their times, all of their events.
 *   rate            1000 * failure events / node-days observed
 *   enough          the MTTI is worth saying: the center was watched for a day, or three events were seen, or
 *                   so many node-days observed that three could be expected at 6.5 in 1000 node-days, the highest rate
 *                   that operators of large fleets publish (Meta, HPCA'25). Before that "> T / 3" is true of any fleet,
 *                   and a mean of one or two tells when somebody began to look
 *   productive      1 - GPU-hours lost / GPU-hours allocated, of what was observed
 * A figure that nobody can know is NAN. Pure; thread: any; reads one snapshot. */
#ifndef SUAN_MODEL_RELIABILITY_H
#define SUAN_MODEL_RELIABILITY_H

#include "model/poisson.h"
#include "model/snapshot.h"
#include <stddef.h>

#define COALESCE_MS 5000
#define STREAK_MS (INT64_C(120) * 3600000)
#define USUAL_RATE 6.5 /* events in 1000 node-days; see `enough` */

/* --- formulae; times in one unit, rates per node and that unit --- */

/* Mean time to failure of N nodes: 1 / (N * rate). A projection, never to be shown as observed. */
double reliability_mttf(double nodes, double rate);
/* Expected effective share: (1 - N*rate*(restart + interval/2)) / (1 + write/interval), not below 0. */
double reliability_expected_ettr(double nodes, double rate, double restart, double interval,
                                 double write);
/* The checkpoint interval that loses least: sqrt(2 * write / (N * rate)). */
double reliability_best_interval(double nodes, double rate, double write);
/* 1000 * events / node-days. */
double reliability_rate(double events, double node_hours);
/* Was enough observed for a mean time between that many events? */
bool reliability_enough(double events, double hours, double node_hours);

/* One run of a job: what of it was lost (with the time to start again), in ms. */
struct job_run {
    wall_ms started_at, ended_at;
    double lost_ms;
};
/* 1 - (lost + waits between the runs) / (last end - first start); runs in order. NAN without time. */
double reliability_ettr(const struct job_run *runs, size_t count);

struct reliability_event {
    uint64_t key; /* node and cause */
    wall_ms at;
};
/* How many events: those of one key no further apart than `within` are one. Sorts `all`. */
size_t reliability_events(struct reliability_event *all, size_t count, wall_ms within);

/* --- sums --- */

struct reliability {
    wall_ms from, to; /* from: begin of the hour, from which all counts that are by observed time */
    double observed_hours; /* mean over the centers that were observed at all */
    double node_hours, device_hours, device_hours_allocated;
    unsigned centers; /* that were observed */
    unsigned
        interruptions; /* rows in the window, to the millisecond, as are those down to `sized` */
    unsigned by_cause[interruption_cause_COUNT];
    unsigned planned, unexpected;
    unsigned
        waiting; /* of the open ones: the job waits or is held; interrupted twice it counts once */
    unsigned open;      /* not resolved, acknowledged or not */
    unsigned unhandled; /* neither resolved nor acknowledged */
    double gpu_hours_lost, gpu_hours_lost_ceiling, gpu_hours_caused;
    unsigned sized; /* interruptions whose devices are known: what the hours cover */
    double ended_oom, ended_time_limit, ended_failed, ended_done;
    unsigned unexpected_events, failure_events; /* counted ones, coalesced */
    struct mean_time mtti, mtbf;                /* hours */
    bool enough;                                /* to say the MTTI */
    double rate;                                /* failures per 1000 node-days */
    double productive;
};

/* center: -1 = all. within: COALESCE_MS or STREAK_MS. What is by observed time (ends, events, their mean times and rates,
 * `productive`) is of the whole hours that the window touches. */
void reliability_sum(const struct snapshot *s, int center, wall_ms from, wall_ms to, wall_ms within,
                     struct reliability *out);

#endif
