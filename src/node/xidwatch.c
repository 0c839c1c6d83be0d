/* SPDX-License-Identifier: MIT
 * xidwatch.c - see xidwatch.h. */
#include "node/xidwatch.h"
#include "base/clock.h"
#include "base/xmem.h"
#include "node/gpu.h"
#include "node/kmsg.h"
#include "node/nvml.h"
#include "node/tell.h"
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { WAIT_MS = 200, PAUSE_MS = 1000, AGAIN_MS = 60000, SLOW_MS = 30000, END_MS = 400 };
enum { EVENTS_MAX = 256, BAD_MAX = 60 };

struct watched {
    nvml_device gpu;
    char address[NVML_ADDRESS];
};

struct xidwatch {
    const char *library;
    struct kmsg *log;
    pthread_t thread;
    pthread_mutex_t lock; /* what follows, up to the line */
    pthread_cond_t changed;
    bool stop, ended;
    bool renew; /* a new process is needed */
    mono_ms
        busy_since; /* when the thread went into a call that should return soon; 0: it is in none */
    struct xid_event events[EVENTS_MAX];
    size_t count;
    /* ---- the thread's own */
    struct nvml n;
    struct watched gpus[GPUS_MAX];
    size_t gpu_count;
};

/* ---- the thread */

/* False: stop. */
static bool pause_for(struct xidwatch *w, int64_t ms)
{
    struct timespec until = clock_deadline(ms);
    bool stop;

    pthread_mutex_lock(&w->lock);
    while (!w->stop && pthread_cond_timedwait(&w->changed, &w->lock, &until) != ETIMEDOUT)
        ;
    stop = w->stop;
    pthread_mutex_unlock(&w->lock);
    return !stop;
}

static void set_busy(struct xidwatch *w, bool busy)
{
    pthread_mutex_lock(&w->lock);
    w->busy_since = busy ? clock_mono() : 0;
    pthread_mutex_unlock(&w->lock);
}

static void push(struct xidwatch *w, const struct nvml_event *event)
{
    struct xid_event e = {.code = (unsigned)event->data, .source = XID_DRIVER, .at = clock_wall()};

    for (size_t i = 0; i < w->gpu_count; i++)
        if (w->gpus[i].gpu == event->device)
            memcpy(e.gpu, w->gpus[i].address, sizeof e.gpu);
    pthread_mutex_lock(&w->lock);
    if (e.gpu[0] != '\0' && w->count < EVENTS_MAX)
        w->events[w->count++] = e;
    pthread_mutex_unlock(&w->lock);
}

static void watch_one(struct xidwatch *w, void *set, nvml_device gpu)
{
    struct watched *x = &w->gpus[w->gpu_count];

    if (w->gpu_count < GPUS_MAX && nvml_address(&w->n, gpu, x->address) &&
        NVML_ASK(&w->n, event_register, gpu, NVML_EVENT_XID, set) == NVML_OK) {
        x->gpu = gpu;
        w->gpu_count++;
    }
}

/* A set with all GPUs that can be watched; NULL when there are none. */
static void *watch_all(struct xidwatch *w)
{
    unsigned count = 0;
    nvml_device gpu;
    void *set = NULL;

    w->gpu_count = 0;
    if (w->n.count(&count) != NVML_OK || NVML_ASK(&w->n, event_set, &set) != NVML_OK)
        return NULL;
    for (unsigned i = 0; i < count; i++)
        if (NVML_ASK(&w->n, by_index, i, &gpu) == NVML_OK)
            watch_one(w, set, gpu);
    if (w->gpu_count > 0)
        return set;
    NVML_ASK(&w->n, event_free, set);
    return NULL;
}

/* Until it is to stop, or the set is of no more use: a lost GPU makes each wait return at once. */
static void wait_for_events(struct xidwatch *w, void *set)
{
    struct nvml_event event;
    unsigned bad = 0;

    while (bad < BAD_MAX) {
        memset(&event, 0, sizeof event);
        set_busy(w, true);
        int code = NVML_ASK(&w->n, event_wait, set, &event, WAIT_MS);
        set_busy(w, false);
        if (code == NVML_OK && event.type == NVML_EVENT_XID)
            push(w, &event);
        if (code == NVML_MISMATCH)
            return;
        bad = code == NVML_OK || code == NVML_TIMEOUT ? 0 : bad + 1;
        if (!pause_for(w, bad > 0 ? PAUSE_MS : 0))
            return;
    }
}

static void watch(struct xidwatch *w)
{
    int code = NVML_OK;

    set_busy(w, true);
    enum nvml_opened opened = nvml_open(&w->n, w->library, false, &code);
    void *set = opened == NVML_OPEN ? watch_all(w) : NULL;
    set_busy(w, false);
    if (set != NULL) {
        wait_for_events(w, set);
        NVML_ASK(&w->n, event_free, set);
    }
}

static void *watch_main(void *arg)
{
    struct xidwatch *w = arg;

    watch(w);
    /* The library that is loaded may be the wrong one by now. */
    bool again = pause_for(w, AGAIN_MS);
    pthread_mutex_lock(&w->lock);
    w->renew = again;
    w->ended = true;
    pthread_cond_broadcast(&w->changed);
    pthread_mutex_unlock(&w->lock);
    return NULL;
}

/* ---- the child's main thread */

struct xidwatch *xidwatch_new(const char *library, const char *root)
{
    struct xidwatch *w = xcalloc(1, sizeof *w);
    pthread_condattr_t attributes;

    w->library = library;
    w->log = kmsg_open(root);
    pthread_mutex_init(&w->lock, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&w->changed, &attributes);
    pthread_condattr_destroy(&attributes);
    if (pthread_create(&w->thread, NULL, watch_main, w) != 0)
        w->renew = w->ended = true;
    return w;
}

/* Whether the thread has ended, after a while at most. */
static bool wait_for_end(struct xidwatch *w)
{
    struct timespec until = clock_deadline(END_MS);
    bool ended;

    pthread_mutex_lock(&w->lock);
    w->stop = true;
    pthread_cond_broadcast(&w->changed);
    while (!w->ended && pthread_cond_timedwait(&w->changed, &w->lock, &until) != ETIMEDOUT)
        ;
    ended = w->ended;
    pthread_mutex_unlock(&w->lock);
    return ended;
}

void xidwatch_free(struct xidwatch *w)
{
    if (w == NULL)
        return;
    if (!wait_for_end(w))
        _exit(0);
    if (w->thread != 0)
        pthread_join(w->thread, NULL);
    nvml_close(&w->n);
    kmsg_close(w->log);
    pthread_cond_destroy(&w->changed);
    pthread_mutex_destroy(&w->lock);
    free(w);
}

bool xidwatch_round(struct xidwatch *w, FILE *out)
{
    bool renew;

    kmsg_tell(w->log, out, clock_wall(), clock_mono());
    pthread_mutex_lock(&w->lock);
    for (size_t i = 0; i < w->count; i++) {
        tell_begin(out, "xid");
        tell_text(out, "gpu", w->events[i].gpu);
        tell_whole(out, "xid", w->events[i].code);
        tell_whole(out, "at", w->events[i].at);
        tell_text(out, "source", "driver");
        tell_end(out);
    }
    w->count = 0;
    if (w->busy_since > 0 && clock_mono() - w->busy_since > SLOW_MS)
        tell_trouble(out, "NVML does not answer; XIDs are counted from the kernel's log only");
    renew = w->renew;
    pthread_mutex_unlock(&w->lock);
    return !renew;
}
