/* SPDX-License-Identifier: MIT
 * ingest.c - see ingest.h. */
#include "io/ingest.h"
#include "base/log.h"
#include "base/sentence.h"
#include "base/thread.h"
#include "base/xmem.h"
#include "io/cadence.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>

#define LOG_MODULE "ingest"

enum {
    DEFAULT_PUBLISH_MS = 250,
    TOGETHER_MAX = 16, /* deltas that are applied before the clock is looked at */
    GIVE_BACK_MS = 60 * 1000,
};

/* All but the lock's part belongs to the thread while it runs. */
struct ingest {
    struct fleet *fleet;
    struct queue *in;
    struct snapshot_hub *hub;
    struct cadence cadence;
    wall_ms (*now)(void *arg);
    void *now_arg;
    mono_ms give_back_at, give_back_every;
    pthread_t thread;
    bool started;
    atomic_bool stop;

    pthread_mutex_t lock; /* of everything below */
    pthread_cond_t flushed;
    struct delta
        *marker; /* empty delta that ingest_flush sent through the queue; NULL = it came through */
};

static wall_ms real_time(void *arg)
{
    (void)arg;
    return clock_wall();
}

static void publish(struct ingest *g)
{
    snapshot_hub_publish(g->hub, fleet_publish(g->fleet, g->now(g->now_arg)));
    g->cadence.changed = false;
    g->cadence.published_at = clock_mono();
}

void ingest_set_give_back(struct ingest *g, mono_ms every)
{
    g->give_back_every = every;
    g->give_back_at = clock_mono() + every;
}

struct ingest *ingest_new(struct fleet *fleet, struct queue *in, struct snapshot_hub *hub,
                          int publish_ms)
{
    struct ingest *g = xcalloc(1, sizeof(*g));

    g->fleet = fleet;
    g->in = in;
    g->hub = hub;
    g->now = real_time;
    g->cadence.publish_ms = publish_ms > 0 ? publish_ms : DEFAULT_PUBLISH_MS;
    atomic_init(&g->stop, false);
    pthread_mutex_init(&g->lock, NULL);
    pthread_cond_init(&g->flushed, NULL);
    ingest_set_give_back(g, GIVE_BACK_MS);
    publish(g);
    return g;
}

void ingest_set_clock(struct ingest *g, wall_ms (*now)(void *arg), void *arg)
{
    g->now = now;
    g->now_arg = arg;
}

/* True if d was what ingest_flush waits for: all that was in the queue before it is applied. */
static bool meet_marker(struct ingest *g, const struct delta *d)
{
    pthread_mutex_lock(&g->lock);
    bool met = g->marker == d;
    pthread_mutex_unlock(&g->lock);
    if (!met)
        return false;
    publish(g);
    pthread_mutex_lock(&g->lock);
    g->marker = NULL;
    pthread_cond_broadcast(&g->flushed);
    pthread_mutex_unlock(&g->lock);
    return true;
}

static void apply(struct ingest *g, struct delta *d)
{
    struct err e = {0};

    if (!meet_marker(g, d)) {
        if (fleet_apply(g->fleet, d, &e) != RC_OK)
            log_warn("source %u: %s", (unsigned)d->source, e.msg);
        g->cadence.changed = true;
    }
    delta_free(d);
}

static void tick_if_due(struct ingest *g, mono_ms now)
{
    if (!cadence_tick_is_due(&g->cadence, now))
        return;
    g->cadence.ticked_at = now;
    fleet_tick(g->fleet, g->now(g->now_arg));
}

/* Polls and screens of a rare size leave holes between what lives long, and nobody would give them back. At the latest after
 * twice the time, if no moment is quiet. */
static void give_back_if_due(struct ingest *g, mono_ms now, bool quiet)
{
    if (now < g->give_back_at + (quiet ? 0 : g->give_back_every))
        return;
    mem_give_back();
    g->give_back_at = clock_mono() + g->give_back_every;
    log_debug("memory given back in %lld ms", (long long)(clock_mono() - now));
}

static void publish_if_due(struct ingest *g, mono_ms now)
{
    if (now >= cadence_publish_at(&g->cadence))
        publish(g);
}

static void *run(void *arg)
{
    struct ingest *g = arg;

    while (!atomic_load(&g->stop)) {
        struct delta *d = queue_pop(g->in, cadence_wait(&g->cadence, clock_mono()));
        bool quiet = !d;
        /* An answer is rarely one delta: what came together is shown together, unless there is no end of it. */
        for (int i = 0; d && i < TOGETHER_MAX; i++) {
            apply(g, d);
            d = i + 1 < TOGETHER_MAX ? queue_pop(g->in, 0) : NULL;
        }
        mono_ms now = clock_mono();
        tick_if_due(g, now);
        publish_if_due(g, now);
        give_back_if_due(g, now, quiet);
    }
    return NULL;
}

enum rc ingest_start(struct ingest *g, struct err *e)
{
    int failed = thread_start(&g->thread, run, g);
    if (failed)
        return err_sys(e, RC_IO, failed, "ingest", S_("no thread"));
    g->started = true;
    return RC_OK;
}

static void drain(struct ingest *g)
{
    struct delta *d;

    while ((d = queue_pop(g->in, 0)))
        apply(g, d);
}

void ingest_flush(struct ingest *g)
{
    if (!g->started) {
        drain(g);
        publish(g);
        return;
    }
    struct delta *marker = delta_new(0, 0, 0, 0);
    pthread_mutex_lock(&g->lock);
    g->marker = marker;
    pthread_mutex_unlock(&g->lock);
    if (!queue_push(g->in, marker, 1, -1)) { /* closed: nothing moves any more */
        delta_free(marker);
        return;
    }
    queue_release(g->in); /* somebody waits */
    pthread_mutex_lock(&g->lock);
    while (g->marker)
        pthread_cond_wait(&g->flushed, &g->lock);
    pthread_mutex_unlock(&g->lock);
}

void ingest_stop(struct ingest *g)
{
    if (!g->started)
        return;
    atomic_store(&g->stop, true);
    queue_close(g->in);
    pthread_join(g->thread, NULL);
    g->started = false;
    drain(g);
    publish(g);
}

void ingest_free(struct ingest *g)
{
    if (!g)
        return;
    ingest_stop(g);
    fleet_free(g->fleet);
    pthread_cond_destroy(&g->flushed);
    pthread_mutex_destroy(&g->lock);
    free(g);
}
