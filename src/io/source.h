/* SPDX-License-Identifier: MIT
 * source.h - one source on the net thread: when it is asked, and what becomes of a failure.
 *
 *   idle --plan() has something--> in flight --good--> idle
 *   in flight --bad--> backing off --time, refresh--> idle
 *   in flight --RC_AUTH--> paused --refresh, new token file--> idle
 * What was planned and not sent stays planned. Thread: net. */
#ifndef SUAN_IO_SOURCE_H
#define SUAN_IO_SOURCE_H

#include "io/flight.h"

struct source;

struct source_env {
    struct carriers carriers;
    struct queue *out;
    uint64_t seed;
    int64_t backoff_cap_ms; /* tests; 0 = none */
    /* As net_raw_fn. */
    void (*raw)(void *arg, uint32_t ticket, enum rc rc, const char *text, size_t len,
                const struct err *e);
    void *raw_arg;
};

/* Never fails: a collector that cannot be opened is a source that says so. Takes the recorder. */
struct source *source_new(const struct source_env *env, const struct collector_ops *ops,
                          const struct source_conf *conf, struct recorder *recorder);
void source_free(struct source *s);
/* Sends what is due, looks after what is under way, reports. */
void source_run(struct source *s, mono_ms now, wall_ms wall);
mono_ms source_due(const struct source *s, mono_ms now);
void source_refresh(struct source *s, mono_ms now);
void source_lookup(struct source *s, uint32_t ticket, enum entity e, const char *id, mono_ms now);
/* Every request of its first round was answered, or it is plain that it cannot be. */
bool source_is_settled(const struct source *s);

#endif
