/* SPDX-License-Identifier: MIT
 * store.c - see store.h. The thread and its life. */
#include "base/sentence.h"
#include "base/thread.h"
#include "base/xmem.h"
#include "io/store_int.h"
#include "io/store_trail.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    PASS_MS = 3000,
    FLUSH_MS = 800, /* for the last pass, when the program ends */
};

/* ---- the thread ---- */

/* To the fleet, so that every screen and view 8 has it. */
static void tell(struct store *s)
{
    struct store_status now;

    store_status(s, &now);
    if (s->o.once || strcmp(now.text, s->told) == 0)
        return;
    struct delta *d = delta_new(0, UINT16_MAX, clock_wall(), 0);
    delta_notice(d, now.text, now.state == STORE_FAILED);
    if (store_push(s, d))
        memcpy(s->told, now.text, sizeof(s->told));
}

static int is_late(void *arg)
{
    struct store *s = arg;
    long long by = atomic_load(&s->stop_by);

    return by && clock_mono() > by;
}

static bool wait_for_work(struct store *s)
{
    struct timespec until = clock_deadline(s->o.pass_ms ? s->o.pass_ms : PASS_MS);
    int timed_out = 0;

    pthread_mutex_lock(&s->lock);
    struct store_say *known = s->says;
    while (!s->stop && s->says == known && timed_out != ETIMEDOUT)
        timed_out = pthread_cond_timedwait(&s->wake, &s->lock, &until);
    s->status.passes++;
    bool stop = s->stop;
    pthread_mutex_unlock(&s->lock);
    return !stop;
}

static void follow_audit(struct store *s)
{
    const struct trail_place place = {s->o.centers, s->o.center_count, s->o.out, s->o.hub};

    if (s->trail)
        store_trail_follow(s->trail, &place);
}

static void first_pass(struct store *s)
{
    if (s->o.path)
        store_pass(s);
    follow_audit(s);
    if (s->o.loaded)
        s->o.loaded(s->o.loaded_arg);
    tell(s);
}

static void *run(void *arg)
{
    struct store *s = arg;
    bool more = true;

    first_pass(s);
    while (more && !s->o.once) {
        more = wait_for_work(s); /* the last round is after the stop: what is new is written */
        if (s->o.path)
            store_pass(s);
        if (more) {
            follow_audit(s);
            tell(s);
        }
    }
    store_close_all(s);
    pthread_mutex_lock(&s->lock);
    s->has_ended = true;
    pthread_cond_broadcast(&s->ended);
    pthread_mutex_unlock(&s->lock);
    return NULL;
}

/* ---- life ---- */

static void init_lock(struct store *s)
{
    pthread_condattr_t attr;

    pthread_mutex_init(&s->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&s->wake, &attr);
    pthread_cond_init(&s->ended, &attr);
    pthread_condattr_destroy(&attr);
}

struct store *store_new(const struct store_options *o)
{
    struct store *s = xcalloc(1, sizeof(*s));

    s->o = *o;
    s->last_say = &s->says;
    atomic_init(&s->stop_by, 0);
    init_lock(s);
    store_db_init(&s->db, o->path ? o->path : "");
    s->db.stop = is_late;
    s->db.stop_arg = s;
    store_book_init(&s->book);
    if (o->audit)
        s->trail = store_trail_new(o->audit);
    if (!o->path)
        s->status.state = STORE_OFF;
    return s;
}

enum rc store_start(struct store *s, struct err *e)
{
    int failed_with = thread_start(&s->thread, run, s);
    if (failed_with)
        return err_sys(e, RC_IO, failed_with, "history", S_("no thread"));
    s->started = true;
    return RC_OK;
}

static bool wait_for_end(struct store *s, int limit_ms)
{
    struct timespec until = clock_deadline(limit_ms);
    int timed_out = 0;

    pthread_mutex_lock(&s->lock);
    while (!s->has_ended && timed_out != ETIMEDOUT)
        timed_out = pthread_cond_timedwait(&s->ended, &s->lock, &until);
    bool ended = s->has_ended;
    pthread_mutex_unlock(&s->lock);
    return ended;
}

bool store_stop(struct store *s, int limit_ms)
{
    if (!s->started)
        return true;
    int flush = s->o.flush_ms ? s->o.flush_ms : FLUSH_MS;

    flush = limit_ms < flush ? limit_ms : flush;
    atomic_store(&s->stop_by, clock_mono() + flush);
    pthread_mutex_lock(&s->lock);
    s->stop = true;
    pthread_cond_broadcast(&s->wake);
    pthread_mutex_unlock(&s->lock);
    if (!wait_for_end(s, limit_ms))
        return false;
    pthread_join(s->thread, NULL);
    s->started = false;
    return true;
}

void store_free(struct store *s)
{
    struct store_say *next;

    if (!s)
        return;
    for (struct store_say *say = s->says; say; say = next) {
        next = say->next;
        free(say);
    }
    store_trail_free(s->trail);
    store_book_fini(&s->book);
    store_samples_close(&s->samples);
    store_db_fini(&s->db);
    pthread_cond_destroy(&s->wake);
    pthread_cond_destroy(&s->ended);
    pthread_mutex_destroy(&s->lock);
    free(s);
}

/* ---- any thread ---- */

void store_annotate(struct store *s, const struct annotation *a)
{
    struct store_say *say = xcalloc(1, sizeof(*say));

    say->what = *a;
    pthread_mutex_lock(&s->lock);
    *s->last_say = say;
    s->last_say = &say->next;
    pthread_cond_signal(&s->wake);
    pthread_mutex_unlock(&s->lock);
}

void store_status(struct store *s, struct store_status *out)
{
    pthread_mutex_lock(&s->lock);
    *out = s->status;
    pthread_mutex_unlock(&s->lock);
}
