/* SPDX-License-Identifier: MIT
 * store.c - see store.h. The thread, how it fails and tries again, and what it tells of itself. */
#include "base/log.h"
#include "base/xmem.h"
#include "io/store_int.h"
#include "io/store_trail.h"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LOG_MODULE "history"

enum {
    PASS_MS = 3000,
    BACKOFF_MS = 3000,
    BACKOFF_MAX_MS = 60000,
    PRUNE_MS = 600 * 1000,
    CHECK_MS = 3600 * 1000,
    FLUSH_MS = 800, /* for the last pass, when the program ends */
};

/* ---- what it tells ---- */

static void set_status(struct store *s, enum store_state state, const char *text)
{
    pthread_mutex_lock(&s->lock);
    s->status.state = state;
    (void)snprintf(s->status.text, sizeof(s->status.text), "%s", text);
    pthread_mutex_unlock(&s->lock);
}

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

static void tell_state(struct store *s)
{
    char text[256];

    if (s->db.not_written.rc != RC_OK) {
        (void)snprintf(text, sizeof text, "the history is not written: %.120s %.100s",
                       s->db.not_written.where, s->db.not_written.msg);
        set_status(s, STORE_FAILED, text);
    } else if (s->db.writer) {
        (void)snprintf(text, sizeof text, "the history is written to %.200s", s->db.path);
        set_status(s, STORE_WRITING, text);
    } else {
        (void)snprintf(text, sizeof text,
                       "the history is read from %.150s; another suantop writes it", s->db.path);
        set_status(s, STORE_READING, text);
    }
}

static void failed(struct store *s, const struct err *e)
{
    char text[256];

    s->backoff_ms = s->backoff_ms ? s->backoff_ms * 2 : BACKOFF_MS;
    if (s->backoff_ms > BACKOFF_MAX_MS)
        s->backoff_ms = BACKOFF_MAX_MS;
    s->retry_at = clock_mono() + s->backoff_ms;
    (void)snprintf(text, sizeof text, "the history is not written: %.96s %.120s", e->where, e->msg);
    if (strcmp(text, s->status.text) != 0) /* only this thread writes it */
        log_warn("%s", text);
    set_status(s, STORE_FAILED, text);
}

/* ---- the database ---- */

static void close_all(struct store *s)
{
    store_samples_close(&s->samples);
    store_db_close(&s->db);
}

/* What is in memory is written to the new file: nothing of the last weeks is lost. */
static void set_aside(struct store *s, const struct err *why)
{
    char name[4096];
    struct err e = {0};

    store_samples_close(&s->samples);
    if (s->db.lock_fd < 0) { /* whoever writes it will see the same */
        close_all(s);
        failed(s, why);
        return;
    }
    enum rc rc = store_db_set_aside(&s->db, clock_wall(), name, sizeof name, &e);
    store_book_clear(&s->book);
    s->generation = 0;
    s->checked_at = 0;
    if (rc == RC_OK) {
        log_warn("%s is damaged (%s): it is now called %s, and a new one is begun", s->db.path,
                 why->msg, name);
        s->retry_at = 0;
    } else {
        failed(s, &e);
    }
}

static void on_error(struct store *s, enum rc rc, const struct err *e)
{
    if (rc == RC_TIMEOUT || rc == RC_CANCELLED)
        return; /* others are writing: the next pass */
    if (rc == RC_SYNTAX) {
        set_aside(s, e);
        return;
    }
    failed(s, e);
    if (rc != RC_IO || !store_db_is_there(&s->db))
        close_all(s);
}

static enum rc open_all(struct store *s, struct err *e)
{
    enum rc rc = s->o.once ? store_db_open_to_read(&s->db, e) : store_db_open(&s->db, e);

    if (rc == RC_OK)
        rc = store_samples_open(&s->samples, s->db.db, e);
    if (rc == RC_OK && !s->is_loaded) {
        rc = store_load(s, e);
        s->is_loaded = rc == RC_OK;
    }
    return rc;
}

/* At the start and once an hour: damage that no statement met yet. */
static enum rc check_if_due(struct store *s, struct err *e)
{
    int64_t bad = 0;
    mono_ms now = clock_mono();

    if (s->checked_at && now - s->checked_at < CHECK_MS)
        return RC_OK;
    enum rc rc = db_number(
        s->db.db, "SELECT count(*) FROM pragma_integrity_check(1) WHERE integrity_check <> 'ok'",
        &bad, e);
    if (rc == RC_OK)
        s->checked_at = now;
    return rc == RC_OK && bad ? err_set(e, RC_SYNTAX, s->db.path, "its pages contradict each other")
                              : rc;
}

static enum rc prune_if_due(struct store *s, struct err *e)
{
    int64_t now = clock_mono();

    if (s->pruned_at && now - s->pruned_at < PRUNE_MS)
        return RC_OK;
    s->pruned_at = now;
    enum rc rc = check_if_due(s, e);
    return rc == RC_OK ? store_prune(s, clock_wall(), e) : rc;
}

static enum rc write_snapshot(struct store *s, struct err *e)
{
    struct snapshot *snap = snapshot_hub_latest(s->o.hub);
    enum rc rc = RC_OK;

    if (!snap)
        return RC_OK;
    /* At the end also what was left out because it moves all the time. */
    if (snapshot_generation(snap) != s->generation || atomic_load(&s->stop_by))
        rc = store_write(s, snap, e);
    snapshot_unref(snap);
    return rc;
}

static enum rc work(struct store *s, struct err *e)
{
    enum rc rc = store_db_take_over(&s->db, e);

    if (rc == RC_OK)
        rc = store_sync(s, e);
    if (rc == RC_OK)
        rc = store_write_says(s, e);
    if (rc == RC_OK && s->db.writer)
        rc = write_snapshot(s, e);
    if (rc == RC_OK && s->db.writer)
        rc = prune_if_due(s, e);
    return rc;
}

/* One look at everything. */
static void pass(struct store *s)
{
    struct err e = {0};
    enum rc rc = RC_OK;

    if (s->db.db && !store_db_is_there(&s->db)) {
        close_all(s); /* moved away or deleted: what is known here begins a new one */
        store_book_clear(&s->book);
        s->generation = 0;
    }
    if (s->retry_at && clock_mono() < s->retry_at)
        return;
    if (s->db.db && s->db.not_written.rc != RC_OK)
        close_all(s); /* perhaps it can be written now */
    if (!s->db.db)
        rc = open_all(s, &e);
    if (rc == RC_OK && s->db.not_written.rc == RC_OK)
        rc = work(s, &e);
    if (rc != RC_OK) {
        on_error(s, rc, &e);
        return;
    }
    if (s->db.not_written.rc != RC_OK) {
        failed(s, &s->db.not_written);
        return;
    }
    s->retry_at = 0;
    s->backoff_ms = 0;
    tell_state(s);
}

/* ---- the thread ---- */

static int is_late(void *arg)
{
    struct store *s = arg;
    long long by = atomic_load(&s->stop_by);

    return by && clock_mono() > by;
}

static bool wait_for_work(struct store *s)
{
    struct timespec until;
    int ms = s->o.pass_ms ? s->o.pass_ms : PASS_MS, timed_out = 0;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += ms / 1000;
    until.tv_nsec += (long)(ms % 1000) * 1000000;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
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
        pass(s);
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
            pass(s);
        if (more) {
            follow_audit(s);
            tell(s);
        }
    }
    close_all(s);
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
    sigset_t all, before;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int failed_with = pthread_create(&s->thread, NULL, run, s);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (failed_with)
        return err_sys(e, RC_IO, failed_with, "history", "no thread");
    s->started = true;
    return RC_OK;
}

static bool wait_for_end(struct store *s, int limit_ms)
{
    struct timespec until;
    int timed_out = 0;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += limit_ms / 1000;
    until.tv_nsec += (long)(limit_ms % 1000) * 1000000;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
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
    int flush = limit_ms < FLUSH_MS ? limit_ms : FLUSH_MS;
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
