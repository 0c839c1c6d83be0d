/* SPDX-License-Identifier: MIT
 * watch.c - see watch.h. */
#include "node/watch.h"
#include "base/xmem.h"
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

struct watched {
    struct watch *watch;
    struct watched *next, **from;
    mono_ms until;
    int fd;
};

struct watch {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct watched *all;
    mono_ms sleeps_until; /* INT64_MAX: for good */
    bool stopping;
};

/* Ends those whose time is over; when to look again: at the next moment, and while there are any no later than an answer
 * may take, so that each request need not wake this thread to tell of its own. Whoever serves them sees the end and
 * removes them. */
static mono_ms end_late(struct watch *w, mono_ms now)
{
    mono_ms next = w->all != NULL ? now + WATCH_ANSWER_MS : INT64_MAX;

    for (struct watched *c = w->all; c != NULL; c = c->next) {
        if (c->until <= now) {
            shutdown(c->fd, SHUT_RDWR);
            c->until = INT64_MAX;
        }
        if (c->until < next)
            next = c->until;
    }
    return next;
}

static void *watch_main(void *arg)
{
    struct watch *w = arg;

    pthread_mutex_lock(&w->lock);
    while (!w->stopping) {
        w->sleeps_until = end_late(w, clock_mono());
        if (w->sleeps_until == INT64_MAX) {
            pthread_cond_wait(&w->changed, &w->lock);
            continue;
        }
        const struct timespec until = {w->sleeps_until / 1000, w->sleeps_until % 1000 * 1000000};
        pthread_cond_timedwait(&w->changed, &w->lock, &until);
    }
    pthread_mutex_unlock(&w->lock);
    return NULL;
}

struct watch *watch_start(void)
{
    struct watch *w = xcalloc(1, sizeof *w);
    pthread_condattr_t attributes;

    pthread_mutex_init(&w->lock, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&w->changed, &attributes);
    pthread_condattr_destroy(&attributes);
    if (pthread_create(&w->thread, NULL, watch_main, w) == 0)
        return w;
    free(w);
    return NULL;
}

void watch_stop(struct watch *w)
{
    pthread_mutex_lock(&w->lock);
    w->stopping = true;
    pthread_cond_signal(&w->changed);
    pthread_mutex_unlock(&w->lock);
    pthread_join(w->thread, NULL);
    while (w->all != NULL)
        watch_remove(w->all);
    pthread_cond_destroy(&w->changed);
    pthread_mutex_destroy(&w->lock);
    free(w);
}

/* With the lock. A moment further off than the thread's next one needs no waking. */
static void set_until(struct watched *c, int64_t ms)
{
    c->until = clock_mono() + ms;
    if (c->until < c->watch->sleeps_until)
        pthread_cond_signal(&c->watch->changed);
}

struct watched *watch_add(struct watch *w, int fd, int64_t ms)
{
    struct watched *c = xcalloc(1, sizeof *c);

    c->watch = w;
    c->fd = fd;
    pthread_mutex_lock(&w->lock);
    c->next = w->all;
    c->from = &w->all;
    if (w->all != NULL)
        w->all->from = &c->next;
    w->all = c;
    set_until(c, ms);
    pthread_mutex_unlock(&w->lock);
    return c;
}

void watch_until(struct watched *c, int64_t ms)
{
    pthread_mutex_lock(&c->watch->lock);
    if (c->until != INT64_MAX) /* else it has been ended */
        set_until(c, ms);
    pthread_mutex_unlock(&c->watch->lock);
}

void watch_remove(struct watched *c)
{
    struct watch *w = c->watch;

    pthread_mutex_lock(&w->lock);
    *c->from = c->next;
    if (c->next != NULL)
        c->next->from = c->from;
    pthread_mutex_unlock(&w->lock);
    free(c);
}
