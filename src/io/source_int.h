/* SPDX-License-Identifier: MIT
 * source_int.h - what source.c and source_act.c share: the inside of one source. Thread: net. */
#ifndef SUAN_IO_SOURCE_INT_H
#define SUAN_IO_SOURCE_INT_H

#include "io/credential.h"
#include "io/request.h"
#include "io/source.h"
#include "io/standing.h"

struct source {
    struct source_env env;
    const struct collector_ops *ops;
    struct source_conf own_conf; /* a copy: its strings are borrowed */
    const struct source_conf *conf;
    void *state;
    bool open; /* false: the collector refused its configuration */
    struct credential *credential;
    struct recorder *recorder;
    uint64_t random;
    uint32_t poll_seq;

    struct request_list pending; /* planned, not sent */
    struct flight **flights;
    size_t flight_count, flight_cap;
    size_t in_flight; /* ordinary ones */

    bool plan_now;
    mono_ms plan_at;
    mono_ms backoff_until; /* 0 = not backing off */
    bool paused;
    mono_ms look_at; /* paused: when the token file is looked at */
    bool waits_for_token;
    mono_ms planned_at; /* when the newest plan was made, or for when */
    bool settled;

    bool held; /* the actor is at work: no new polls */
    struct source_call call;

    struct standing standing;
    bool row_dirty;
    mono_ms row_at;    /* not before that, */
    bool settled_told; /* unless its first round has ended just now */
};

/* Puts a flight into the list of those that source_run looks after. */
void source_fly(struct source *s, const struct flight_conf *conf, struct request *rq, mono_ms now);
/* The parts of a flight's conf that are the same for every request. */
struct flight_conf source_flight_conf(struct source *s, const struct request *rq);

#endif
