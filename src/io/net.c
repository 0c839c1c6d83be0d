/* SPDX-License-Identifier: MIT
 * net.c - see net.h. The thread, its one waiting place, and what other threads ask of it. */
#include "io/net.h"
#include "base/sentence.h"
#include "base/thread.h"
#include "base/xmem.h"
#include "io/actor.h"
#include "io/backoff.h"
#include "io/recorder.h"
#include "io/source.h"
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    CONNECTIONS_SPARE = 8,
    CONNECTIONS_MAX = 512,
    HOLD_MAX_MS = 500,
    LONGEST_SLEEP_MS = 60 * 1000, /* a wall clock that was set must show in the rows some time */
    RECORD_MAX_BYTES = 256 << 20,
    LAST_ANSWER_MS = 1000, /* how long the end waits for the answer to a mutating request */
    TOGETHER_MS =
        30, /* how long an answer waits for those of other sources before it wakes the ingest thread */
    LOOKS_MAX = 16, /* centers that somebody looks at; more at a time than on a screen */
    NODE_NAME_MAX = 256,
};

struct lookup {
    struct lookup *next;
    uint32_t ticket;
    int source;
    enum entity entity;
    char id[];
};

/* Somebody looks at a center, or at one node of it. */
struct look {
    uint16_t center;
    char node[NODE_NAME_MAX]; /* "" = the whole */
};

struct net {
    struct net_options options;
    struct carriers carriers; /* the thread's, while it runs */
    struct waits waits;
    struct source **sources;
    size_t count, made;
    size_t first;        /* of them in this turn; modulo count */
    size_t crowd;        /* requests under way to sources of many servers */
    struct actor *actor; /* with a lock of its own */
    mono_ms
        full_since; /* the queue holds what the ingest thread has not been woken for; 0 = it does not */
    pthread_t thread;
    bool started;

    pthread_mutex_t lock; /* of everything below */
    struct http *awake;   /* whom to wake; NULL once the thread has ended */
    pthread_cond_t settled;
    bool stop, held;
    bool *refresh;
    struct lookup *lookups, **last_lookup;
    struct look looks[LOOKS_MAX];
    size_t look_count;
    uint32_t tickets;
    size_t unsettled;
};

/* ---- life ---- */

static enum rc make_carriers(struct net *n, struct err *e)
{
    struct carriers *c = &n->carriers;
    long connections = (long)n->count * 2 + CONNECTIONS_SPARE;

    c->children = children_new();
    c->pipes = pipes_new(c->children);
    struct http_dialer dialer = pipes_dialer(c->pipes);
    return http_new(&dialer, connections < CONNECTIONS_MAX ? connections : CONNECTIONS_MAX,
                    &c->http, e);
}

static enum rc make_recorder(const struct net *n, size_t index, struct recorder **r, struct err *e)
{
    uint64_t max = n->options.record_max_bytes ? n->options.record_max_bytes : RECORD_MAX_BYTES;

    *r = NULL;
    if (!n->options.record_dir)
        return RC_OK;
    return recorder_open(n->options.record_dir, (unsigned)index, max, r, e);
}

static enum rc make_sources(struct net *n, const struct net_source *sources, struct err *e)
{
    uint64_t random = n->options.seed;
    struct source_env env = {
        .carriers = n->carriers,
        .out = n->options.out,
        .backoff_cap_ms = n->options.interval_override_ms,
        .raw = n->options.raw,
        .raw_arg = n->options.raw_arg,
        .crowd = &n->crowd,
    };

    for (; n->made < n->count; n->made++) {
        struct recorder *recorder;
        enum rc rc = make_recorder(n, n->made, &recorder, e);
        if (rc != RC_OK)
            return rc;
        env.seed = random_next(&random);
        n->sources[n->made] =
            source_new(&env, sources[n->made].ops, &sources[n->made].conf, recorder);
    }
    return RC_OK;
}

static void init_lock(struct net *n)
{
    pthread_condattr_t attr;

    pthread_mutex_init(&n->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&n->settled, &attr);
    pthread_condattr_destroy(&attr);
}

enum rc net_new(const struct net_source *sources, size_t count, const struct net_options *o,
                struct net **out, struct err *e)
{
    struct net *n = xcalloc(1, sizeof(*n));

    n->options = *o;
    n->count = count;
    n->sources = xcalloc(count ? count : 1, sizeof(*n->sources));
    n->refresh = xcalloc(count ? count : 1, sizeof(*n->refresh));
    n->unsettled = count;
    n->held = o->hold;
    n->last_lookup = &n->lookups;
    n->actor = actor_new(o->actor, o->out, n->sources, count);
    init_lock(n);
    enum rc rc = make_carriers(n, e);
    if (rc == RC_OK)
        rc = make_sources(n, sources, e);
    if (rc != RC_OK) {
        net_free(n);
        return rc;
    }
    *out = n;
    return RC_OK;
}

/* The actor before the sources that it uses, transfers before connections, connections before the children at their other end. */
static void end_everything(struct net *n)
{
    pthread_mutex_lock(&n->lock);
    n->awake = NULL;
    pthread_mutex_unlock(&n->lock);
    actor_close(n->actor);
    for (size_t i = 0; i < n->made; i++)
        source_free(n->sources[i]);
    n->made = 0;
    http_free(n->carriers.http);
    children_free(n->carriers.children);
    pipes_free(n->carriers.pipes);
    n->carriers = (struct carriers){0};
}

void net_free(struct net *n)
{
    struct lookup *next;

    if (!n)
        return;
    net_stop(n);
    end_everything(n);
    actor_free(n->actor);
    for (struct lookup *l = n->lookups; l; l = next) {
        next = l->next;
        free(l);
    }
    pthread_cond_destroy(&n->settled);
    pthread_mutex_destroy(&n->lock);
    waits_fini(&n->waits);
    free(n->sources);
    free(n->refresh);
    free(n);
}

/* ---- the thread ---- */

static void take_refreshes(struct net *n, mono_ms now)
{
    for (size_t i = 0; i < n->count; i++) {
        pthread_mutex_lock(&n->lock);
        bool wanted = n->refresh[i];
        n->refresh[i] = false;
        pthread_mutex_unlock(&n->lock);
        if (wanted)
            source_refresh(n->sources[i], now);
    }
}

static void take_lookups(struct net *n, mono_ms now)
{
    pthread_mutex_lock(&n->lock);
    struct lookup *l = n->lookups, *next;
    n->lookups = NULL;
    n->last_lookup = &n->lookups;
    pthread_mutex_unlock(&n->lock);
    for (; l; l = next) {
        next = l->next;
        source_lookup(n->sources[l->source], l->ticket, l->entity, l->id, now);
        free(l);
    }
}

static void look(struct net *n, const struct look *l, mono_ms now)
{
    for (size_t i = 0; i < n->count; i++)
        if (source_conf_of(n->sources[i])->center == l->center)
            source_focus(n->sources[i], l->node[0] ? l->node : NULL, now, now + FOCUS_MS);
}

static void take_looks(struct net *n, mono_ms now)
{
    struct look looks[LOOKS_MAX];

    pthread_mutex_lock(&n->lock);
    size_t count = n->look_count;
    memcpy(looks, n->looks, count * sizeof(*looks));
    n->look_count = 0;
    pthread_mutex_unlock(&n->lock);
    for (size_t i = 0; i < count; i++)
        look(n, &looks[i], now);
}

static void count_unsettled(struct net *n)
{
    size_t left = 0;

    for (size_t i = 0; i < n->count; i++)
        left += !source_is_settled(n->sources[i]);
    pthread_mutex_lock(&n->lock);
    if (left != n->unsettled) {
        n->unsettled = left;
        pthread_cond_broadcast(&n->settled);
    }
    pthread_mutex_unlock(&n->lock);
}

static int time_to_sleep(struct net *n, mono_ms now)
{
    mono_ms due = now + LONGEST_SLEEP_MS, acts = actor_due(n->actor, now);

    due = acts < due ? acts : due;
    for (size_t i = 0; i < n->count; i++) {
        mono_ms at = source_due(n->sources[i], now);
        due = at < due ? at : due;
    }
    mono_ms http = http_due(n->carriers.http, now),
            children = children_due(n->carriers.children, now);
    due = http < due ? http : due;
    due = children < due ? children : due;
    return due > now ? (int)(due - now) : 0;
}

static bool awaits_answers(const struct net *n)
{
    for (size_t i = 0; i < n->made; i++)
        if (source_is_waiting(n->sources[i]))
            return true;
    return false;
}

/* Answers that come together go on together. Returns how long may be waited for more of them. */
static int pass_on(struct net *n, int ms)
{
    mono_ms now = clock_mono();

    if (n->full_since == 0)
        n->full_since = now;
    mono_ms left = n->full_since + TOGETHER_MS - now;
    if (left > 0 && !queue_is_empty(n->options.out) && awaits_answers(n))
        return left < ms ? (int)left : ms;
    n->full_since = 0;
    queue_release(n->options.out);
    return ms;
}

static void wait_and_carry(struct net *n, int ms)
{
    ms = pass_on(n, ms);
    waits_clear(&n->waits);
    children_wait_for(n->carriers.children, &n->waits);
    pipes_wait_for(n->carriers.pipes, &n->waits);
    http_wait(n->carriers.http, &n->waits, ms);
    queue_hold(n->options.out);
    mono_ms now = clock_mono();
    http_run(n->carriers.http, now);
    pipes_run(n->carriers.pipes);
    children_run(n->carriers.children, &n->waits, now);
}

static void turn(struct net *n)
{
    mono_ms now = clock_mono();

    queue_hold(n->options.out);
    take_refreshes(n, now);
    take_lookups(n, now);
    take_looks(n, now);
    actor_run(n->actor, now, clock_wall());
    bool sends = false;
    for (size_t i = 0; i < n->count; i++)
        sends |= source_is_due(n->sources[i], now);
    /* Another one first each time: where the queue is full, whoever comes first has what room there is. */
    for (size_t i = 0; i < n->count; i++)
        source_run(n->sources[(n->first + i) % n->count], sends, now, clock_wall());
    n->first++;
    count_unsettled(n);
    wait_and_carry(n, time_to_sleep(n, clock_mono()));
}

/* Nothing new leaves; an answer that tells what became of an action may still come. */
static void wait_for_last_answer(struct net *n)
{
    const struct net_actor *conf = n->options.actor;
    int64_t wait = conf && conf->last_answer_ms ? conf->last_answer_ms : LAST_ANSWER_MS;
    mono_ms now = clock_mono(), until = now + wait;

    actor_end(n->actor);
    for (; actor_is_sending(n->actor) && now < until; now = clock_mono()) {
        for (size_t i = 0; i < n->count; i++)
            source_carry(n->sources[i], now);
        wait_and_carry(n, until - now < 50 ? (int)(until - now) : 50);
    }
}

static bool is_stopped(struct net *n)
{
    pthread_mutex_lock(&n->lock);
    bool stop = n->stop;
    pthread_mutex_unlock(&n->lock);
    return stop;
}

static void deadline_in(struct timespec *out, int ms)
{
    clock_gettime(CLOCK_MONOTONIC, out);
    out->tv_sec += ms / 1000;
    out->tv_nsec += (long)(ms % 1000) * 1000000;
    out->tv_sec += out->tv_nsec / 1000000000;
    out->tv_nsec %= 1000000000;
}

static void wait_for_release(struct net *n)
{
    struct timespec until;
    int failed = 0;

    deadline_in(&until, HOLD_MAX_MS);
    pthread_mutex_lock(&n->lock);
    while (n->held && !n->stop && failed != ETIMEDOUT)
        failed = pthread_cond_timedwait(&n->settled, &n->lock, &until);
    pthread_mutex_unlock(&n->lock);
}

static void *run(void *arg)
{
    struct net *n = arg;

    wait_for_release(n);
    while (!is_stopped(n))
        turn(n);
    wait_for_last_answer(n);
    end_everything(n);
    queue_release(n->options.out);
    return NULL;
}

static void wake_locked(struct net *n)
{
    if (n->awake)
        http_wakeup(n->awake);
}

static void wake(struct net *n)
{
    pthread_mutex_lock(&n->lock);
    wake_locked(n);
    pthread_mutex_unlock(&n->lock);
}

static void on_room(void *arg)
{
    wake(arg);
}

enum rc net_start(struct net *n, struct err *e)
{
    n->awake = n->carriers.http;
    queue_on_room(n->options.out, on_room, n);
    /* Signals are the ui's; and a write to a closed connection must not end the process. */
    int failed = thread_start(&n->thread, run, n);
    if (failed)
        return err_sys(e, RC_IO, failed, "net", S_("no thread"));
    n->started = true;
    return RC_OK;
}

void net_stop(struct net *n)
{
    if (!n->started)
        return;
    queue_on_room(n->options.out, NULL, NULL);
    pthread_mutex_lock(&n->lock);
    n->stop = true;
    pthread_cond_broadcast(&n->settled);
    wake_locked(n);
    pthread_mutex_unlock(&n->lock);
    pthread_join(n->thread, NULL);
    n->started = false;
}

/* ---- any thread ---- */

void net_refresh(struct net *n, int source)
{
    pthread_mutex_lock(&n->lock);
    for (size_t i = 0; i < n->count; i++)
        if (source < 0 || (size_t)source == i)
            n->refresh[i] = true;
    wake_locked(n);
    pthread_mutex_unlock(&n->lock);
}

/* Of one center the newest counts. */
static struct look *look_at_locked(struct net *n, uint16_t center)
{
    for (size_t i = 0; i < n->look_count; i++)
        if (n->looks[i].center == center)
            return &n->looks[i];
    return n->look_count < LOOKS_MAX ? &n->looks[n->look_count++] : NULL;
}

void net_focus(struct net *n, uint16_t center, const char *node)
{
    size_t len = node ? strlen(node) : 0;

    pthread_mutex_lock(&n->lock);
    struct look *l = len < NODE_NAME_MAX ? look_at_locked(n, center) : NULL;
    if (l) {
        l->center = center;
        memcpy(l->node, node ? node : "", len + 1);
        wake_locked(n);
    }
    pthread_mutex_unlock(&n->lock);
}

uint32_t net_lookup(struct net *n, int source, enum entity e, const char *id, size_t len)
{
    /* Two NULs: a device is a node, NUL and an index, and somebody may leave the index out. */
    struct lookup *l = xcalloc(1, sizeof(*l) + len + 2);

    memcpy(l->id, id, len);
    l->entity = e;
    l->source = source;
    pthread_mutex_lock(&n->lock);
    l->ticket = ++n->tickets;
    uint32_t ticket = l->ticket;
    *n->last_lookup = l;
    n->last_lookup = &l->next;
    wake_locked(n);
    pthread_mutex_unlock(&n->lock);
    return ticket;
}

void net_act_preview(struct net *n, const struct action_order *o)
{
    actor_preview(n->actor, o);
    wake(n);
}

enum rc net_act_commit(struct net *n, struct confirmed_order *take, struct err *e)
{
    enum rc rc = actor_commit(n->actor, take, e);

    wake(n);
    return rc;
}

void net_act_drop(struct net *n, const char *op)
{
    actor_drop(n->actor, op);
    wake(n);
}

void net_act_arm(struct net *n, uint16_t center, wall_ms until)
{
    actor_arm(n->actor, center, until);
}

void net_release(struct net *n)
{
    pthread_mutex_lock(&n->lock);
    n->held = false;
    pthread_cond_broadcast(&n->settled);
    pthread_mutex_unlock(&n->lock);
}

size_t net_wait_first_round(struct net *n, int timeout_ms)
{
    struct timespec until;
    int failed = 0;

    deadline_in(&until, timeout_ms);
    pthread_mutex_lock(&n->lock);
    while (n->unsettled && failed != ETIMEDOUT)
        failed = pthread_cond_timedwait(&n->settled, &n->lock, &until);
    size_t left = n->unsettled;
    pthread_mutex_unlock(&n->lock);
    return left;
}
