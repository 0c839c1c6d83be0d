/* SPDX-License-Identifier: MIT
 * replay.c - see replay.h: the order of events over all tracks, and their pace. */
#include "io/replay.h"
#include "base/sentence.h"
#include "base/thread.h"
#include "base/xmem.h"
#include "io/track.h"
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

struct replay {
    struct track **tracks; /* the thread's, while it runs */
    size_t count;
    pthread_t thread;
    bool started;
    atomic_bool stop;

    pthread_mutex_t lock; /* of everything below */
    pthread_cond_t changed;
    double speed;
    unsigned steps;     /* asked for and not made yet */
    wall_ms next_at;    /* copy of the tracks' earliest, 0 at the end */
    wall_ms played_at;  /* time of the last event; before the first: of the first */
    wall_ms anchor_at;  /* the recording's clock was here ... */
    mono_ms anchor_now; /* ... at this time */
};

/* ---- order ---- */

static struct track *earliest(const struct replay *r)
{
    struct track *found = NULL;

    for (size_t i = 0; i < r->count; i++) {
        wall_ms at = track_next_at(r->tracks[i]);
        if (at && (!found || at < track_next_at(found)))
            found = r->tracks[i];
    }
    return found;
}

static wall_ms earliest_at(const struct replay *r)
{
    struct track *t = earliest(r);

    return t ? track_next_at(t) : 0;
}

/* One event; true when an answer ended. */
static bool play_one(struct replay *r, struct track *t)
{
    wall_ms at = track_next_at(t);
    bool ended = track_play(t);
    wall_ms next = earliest_at(r);

    pthread_mutex_lock(&r->lock);
    r->played_at = at > r->played_at ? at : r->played_at;
    r->next_at = next;
    pthread_mutex_unlock(&r->lock);
    return ended;
}

bool replay_step(struct replay *r, struct err *e)
{
    struct track *t;

    (void)e;
    while ((t = earliest(r)) && !atomic_load(&r->stop))
        if (play_one(r, t))
            return true;
    return false;
}

/* ---- the clock ---- */

static wall_ms now_locked(const struct replay *r)
{
    if (!r->next_at || r->speed <= 0)
        return r->played_at > r->anchor_at || !r->next_at ? r->played_at : r->anchor_at;
    wall_ms at = r->anchor_at + (wall_ms)((double)(clock_mono() - r->anchor_now) * r->speed);
    return at > r->played_at ? at : r->played_at;
}

/* From here on the clock goes on from where it is. */
static void anchor_locked(struct replay *r)
{
    r->anchor_at = now_locked(r);
    r->anchor_now = clock_mono();
}

wall_ms replay_now(struct replay *r)
{
    pthread_mutex_lock(&r->lock);
    wall_ms now = now_locked(r);
    pthread_mutex_unlock(&r->lock);
    return now;
}

wall_ms replay_next_at(const struct replay *r)
{
    struct replay *own = (struct replay *)(uintptr_t)r; /* a lock is no change */

    pthread_mutex_lock(&own->lock);
    wall_ms at = r->next_at;
    pthread_mutex_unlock(&own->lock);
    return at;
}

bool replay_at_end(struct replay *r)
{
    return replay_next_at(r) == 0;
}

/* ---- the thread ---- */

enum todo { TODO_STOP, TODO_EVENT, TODO_STEP };

/* Sleeps until something is to be done. */
static enum todo wait_for_todo(struct replay *r)
{
    enum todo todo = TODO_EVENT;

    pthread_mutex_lock(&r->lock);
    for (;;) {
        if (atomic_load(&r->stop)) {
            todo = TODO_STOP;
            break;
        }
        if (r->steps && r->next_at) {
            r->steps--;
            todo = TODO_STEP;
            break;
        }
        if (!r->next_at || r->speed <= 0) {
            pthread_cond_wait(&r->changed, &r->lock);
            continue;
        }
        double ms = (double)(r->next_at - now_locked(r)) / r->speed;
        if (ms <= 0)
            break;
        struct timespec until = clock_deadline(ms < 60000 ? (int64_t)ms + 1 : 60000);
        pthread_cond_timedwait(&r->changed, &r->lock, &until);
    }
    pthread_mutex_unlock(&r->lock);
    return todo;
}

static void *run(void *arg)
{
    struct replay *r = arg;
    enum todo todo;

    while ((todo = wait_for_todo(r)) != TODO_STOP) {
        struct track *t = earliest(r);
        if (todo == TODO_STEP)
            replay_step(r, NULL);
        else if (t)
            play_one(r, t);
        if (todo == TODO_STEP) {
            pthread_mutex_lock(&r->lock);
            anchor_locked(r); /* playing goes on from where the step led */
            pthread_mutex_unlock(&r->lock);
        }
    }
    return NULL;
}

enum rc replay_start(struct replay *r, double speed, struct err *e)
{
    r->speed = speed;
    r->anchor_now = clock_mono();
    int failed = thread_start(&r->thread, run, r);
    if (failed)
        return err_sys(e, RC_IO, failed, "replay", S_("no thread"));
    r->started = true;
    return RC_OK;
}

void replay_set_speed(struct replay *r, double speed)
{
    pthread_mutex_lock(&r->lock);
    anchor_locked(r);
    r->speed = speed;
    pthread_cond_signal(&r->changed);
    pthread_mutex_unlock(&r->lock);
}

void replay_request_step(struct replay *r)
{
    pthread_mutex_lock(&r->lock);
    r->steps++;
    pthread_cond_signal(&r->changed);
    pthread_mutex_unlock(&r->lock);
}

void replay_stop(struct replay *r)
{
    if (!r->started)
        return;
    pthread_mutex_lock(&r->lock);
    atomic_store(&r->stop, true);
    pthread_cond_signal(&r->changed);
    pthread_mutex_unlock(&r->lock);
    pthread_join(r->thread, NULL);
    r->started = false;
}

/* ---- life ---- */

static void init_lock(struct replay *r)
{
    pthread_condattr_t attr;

    pthread_mutex_init(&r->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&r->changed, &attr);
    pthread_condattr_destroy(&attr);
}

enum rc replay_open(const char *dir, const struct replay_source *sources, size_t count,
                    struct queue *out, struct replay **made, struct err *e)
{
    struct replay *r = xcalloc(1, sizeof(*r));
    enum rc rc = RC_OK;

    init_lock(r);
    atomic_init(&r->stop, false);
    r->tracks = xcalloc(count ? count : 1, sizeof(*r->tracks));
    for (size_t i = 0; i < count && rc == RC_OK; i++) {
        char *path = xasprintf("%s/%zu.rec.zst", dir, i);
        rc = track_open(path, sources[i].ops, &sources[i].conf, out, &r->stop, &r->tracks[i], e);
        r->count += rc == RC_OK;
        free(path);
    }
    if (rc != RC_OK) {
        replay_free(r);
        return rc;
    }
    r->next_at = r->played_at = r->anchor_at = earliest_at(r);
    *made = r;
    return RC_OK;
}

void replay_free(struct replay *r)
{
    if (!r)
        return;
    replay_stop(r);
    for (size_t i = 0; i < r->count; i++)
        track_free(r->tracks[i]);
    free(r->tracks);
    pthread_cond_destroy(&r->changed);
    pthread_mutex_destroy(&r->lock);
    free(r);
}
