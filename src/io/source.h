/* SPDX-License-Identifier: MIT
 * source.h - one source on the net thread: when it is asked, and what becomes of a failure.
 *
 *   idle --plan() has something--> in flight --good--> idle
 *   in flight --bad--> backing off --time, refresh--> idle
 *   in flight --RC_AUTH--> paused --refresh, new token file--> idle
 * What was planned and not sent stays planned. Thread: net. */
#ifndef SUAN_IO_SOURCE_H
#define SUAN_IO_SOURCE_H

#include "io/credential.h"
#include "io/flight.h"

struct source;

struct source_env {
    struct carriers carriers;
    struct queue *out;
    uint64_t seed;
    int64_t backoff_cap_ms; /* tests; 0 = none */
    size_t *crowd; /* flights of all sources of many servers; shared by them, owned by the net */
    /* As net_raw_fn. */
    void (*raw)(void *arg, uint32_t ticket, enum rc rc, const char *text, size_t len,
                const struct err *e);
    void *raw_arg;
};

/* Never fails: a collector that cannot be opened is a source that says so. Takes the recorder. */
struct source *source_new(const struct source_env *env, const struct collector_ops *ops,
                          const struct source_conf *conf, struct recorder *recorder);
void source_free(struct source *s);
/* Would send something now. */
bool source_is_due(const struct source *s, mono_ms now);
bool source_is_waiting(const struct source *s); /* for an answer */
/* Sends what is due, looks after what is under way, reports. in_company: another one sends now as well, and what would
 * be due in a moment goes along, so that many sources are not as many wake-ups. */
void source_run(struct source *s, bool in_company, mono_ms now, wall_ms wall);
mono_ms source_due(const struct source *s, mono_ms now);
void source_refresh(struct source *s, mono_ms now);
/* Somebody looks at that node of its center, or (NULL) at the whole, until then. */
void source_focus(struct source *s, const char *node, mono_ms now, mono_ms until);
void source_lookup(struct source *s, uint32_t ticket, enum entity e, const char *id, mono_ms now);

/* What the actor needs of a source; see actor.h. */

/* NULL: it cannot act at all. */
const struct collector_act_ops *source_act_ops(const struct source *s);
void *source_collector_state(const struct source *s); /* for the act ops */
const struct source_conf *source_conf_of(const struct source *s);
/* May a request by that way leave now? Reads the token if need be. */
enum credential_state source_act_ready(struct source *s, enum via via, mono_ms now, wall_ms wall,
                                       struct err *e);
struct source_call {
    void *arg;
    /* The rows of the answer, as they go to the fleet. NULL: a request that changes something. It is sent once, and its
     * answer is kept whole and not decoded. */
    void (*look)(void *arg, const struct delta *d);
    /* Once. rq and reply live during the call. */
    void (*landed)(void *arg, const struct landing *l, const struct request *rq, const char *body,
                   size_t len);
};
/* Takes rq. Also of a source that backs off or is paused. One at a time, nothing is recorded. What fails at once
 * lands in the next source_carry. */
void source_act(struct source *s, struct request *rq, const struct source_call *call, mono_ms now);
/* No new polls while the actor is at work here. */
void source_hold(struct source *s, bool held);
/* Looks after what is under way, and sends nothing. */
void source_carry(struct source *s, mono_ms now);

/* Every request of its first round was answered, or it is plain that it cannot be. */
bool source_is_settled(const struct source *s);

#endif
