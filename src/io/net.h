/* SPDX-License-Identifier: MIT
 * net.h - the net thread: schedule, transports, credentials, back-off.
 *
 * Owns one curl multi, the child processes, and each source's collector state. Per source: plan() when
 * due and with room in flight, back-off with jitter after failures (capped at 60 s, visible in the SOURCE
 * row, ended by net_refresh), a pause after RC_AUTH. The state of every source goes to the fleet as
 * ordinary deltas of its SOURCE row.
 * The queue's consumer must have ended before net_free: it wakes the net when it makes room.
 * Thread: net_new .. net_free from the app; everything marked "any" is safe from the ui thread. */
#ifndef SUAN_IO_NET_H
#define SUAN_IO_NET_H

#include "base/queue.h"
#include "collectors/collector.h"
#include "io/net_actor.h"

struct net;

struct net_source {
    const struct collector_ops *ops;
    struct source_conf conf; /* borrowed strings must outlive the net */
};

/* The raw record that somebody asked for; text is NUL-terminated raw bytes. Called on the net thread. */
typedef void net_raw_fn(void *arg, uint32_t ticket, enum rc rc, const char *text, size_t len,
                        const struct err *e);

struct net_options {
    const struct net_actor *actor; /* borrowed */
    struct queue *out;             /* of struct delta; the net does not own it */
    const char *record_dir;        /* NULL = do not record */
    uint64_t record_max_bytes;     /* per source; 0 = 256 MiB */
    int64_t
        interval_override_ms; /* tests: collectors' intervals are theirs; this only shortens back-off; 0 = off */
    bool
        hold; /* ask nothing before net_release (or half a second): what was known before comes first */
    net_raw_fn *raw;
    void *raw_arg;
    uint64_t seed;
};

enum rc net_new(const struct net_source *sources, size_t count, const struct net_options *o,
                struct net **out, struct err *e);
enum rc net_start(struct net *n, struct err *e);
/* Ends transfers and children, joins the thread; within 1 s. The answer to a mutating request that is under way is
 * waited for up to 1 s more, then its outcome goes into the journal as unknown. */
void net_stop(struct net *n);
void net_free(struct net *n);

/* any thread: actions. All of them answer at once; what happens comes as ACTION rows in the fleet. */
/* Encode, send nothing: each target gets an ACTION row, state planned (request = exactly what would be sent) or
 * refused (message = why). */
void net_act_preview(struct net *n, const struct action_order *o);
/* Takes the order, also on errors. The actor reads each target again, compares, journals, sends, judges, reads again; one after
 * the other, nodes_per_minute at most, stops at the first error, never sends twice. RC_REFUSED without an actor or a
 * journal, in a read-only run, for a center that is off or not armed, and for an operation that was committed before. */
enum rc net_act_commit(struct net *n, struct confirmed_order *take, struct err *e);
/* Previews of the operation disappear; of one that runs, what was not sent yet is stopped. */
void net_act_drop(struct net *n, const char *op);
/* Opens writes for an `arm` center until then; 0 closes them. */
void net_act_arm(struct net *n, uint16_t center, wall_ms until);

/* any thread: somebody looks at that center, or at that node of it (NULL = the whole): sources that tell details only on
 * demand are asked for them now and for the next FOCUS_MS. Cheap enough to be said every second. */
enum { FOCUS_MS = 30000 };
void net_focus(struct net *n, uint16_t center, const char *node);

/* any thread */
void net_release(struct net *n);
void net_refresh(struct net *n, int source /* -1 = all */);
uint32_t net_lookup(struct net *n, int source, enum entity e, const char *id,
                    size_t len); /* ticket */
/* How many sources have not finished their first full round (each request that was due once). Wakes the waiter. */
size_t net_wait_first_round(struct net *n, int timeout_ms);

#endif
