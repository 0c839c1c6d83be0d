/* SPDX-License-Identifier: MIT
 * store_pass.c - one look at everything: opening, reading what others wrote, writing what is new, and what becomes of a
 * file that cannot be read or written. */
#include "base/log.h"
#include "base/sentence.h"
#include "io/store_int.h"
#include <stdio.h>
#include <string.h>

#define LOG_MODULE "history"

enum {
    BACKOFF_MS = 3000,
    BACKOFF_MAX_MS = 60000,
    PRUNE_MS = 600 * 1000,
    CHECK_MS = 3600 * 1000,
    BUSY_PASSES = 5, /* that somebody else may hold it before that is told */
};

/* ---- what it tells ---- */

static void set_status(struct store *s, enum store_state state, const char *text)
{
    pthread_mutex_lock(&s->lock);
    s->status.state = state;
    (void)snprintf(s->status.text, sizeof(s->status.text), "%s", text);
    pthread_mutex_unlock(&s->lock);
}

static void tell_how_it_is(struct store *s)
{
    const char *readonly = s->db.not_written.rc != RC_OK ? ", " S_("which can only be read") : "",
               *writer = s->o.once ? "" : "; " S_("another suantop writes it");
    char text[256];

    if (s->db.writer)
        (void)snprintf(text, sizeof text, S_("the history is written to %.200s"), s->db.path);
    else
        (void)snprintf(text, sizeof text, S_("the history is read from %.150s") "%s%s", s->db.path,
                       readonly, writer);
    set_status(s, s->db.writer ? STORE_WRITING : STORE_READING, text);
}

static void tell_failure(struct store *s, const struct err *e)
{
    char text[256];

    (void)snprintf(text, sizeof text,
                   s->o.once ? S_("the history is not read") ": %.96s: %.120s"
                             : S_("the history is not written") ": %.96s: %.120s",
                   e->where, e->msg);
    if (strcmp(text, s->status.text) != 0) /* only this thread writes it */
        log_warn("%s", text);
    set_status(s, STORE_FAILED, text);
}

static void try_later(struct store *s)
{
    s->backoff_ms = s->backoff_ms ? s->backoff_ms * 2 : BACKOFF_MS;
    if (s->backoff_ms > BACKOFF_MAX_MS)
        s->backoff_ms = BACKOFF_MAX_MS;
    s->retry_at = clock_mono() + s->backoff_ms;
}

static void failed(struct store *s, const struct err *e)
{
    try_later(s);
    tell_failure(s, e);
}

/* ---- the database ---- */

void store_close_all(struct store *s)
{
    store_samples_close(&s->samples);
    store_db_close(&s->db);
}

static void forget_all(struct store *s)
{
    store_book_clear(&s->book);
    s->generation = 0;
    s->checked_at = 0;
    s->rev = -1;
}

/* What is in memory is written to the new file: nothing of the last weeks is lost. */
static void set_aside(struct store *s, const struct err *why)
{
    char name[4096];
    struct err e = {0};

    store_samples_close(&s->samples);
    if (s->db.lock_fd < 0) { /* whoever writes it will see the same */
        store_close_all(s);
        failed(s, why);
        return;
    }
    enum rc rc = store_db_set_aside(&s->db, clock_wall(), name, sizeof name, &e);
    forget_all(s);
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
    if (rc == RC_CANCELLED)
        return; /* the program ends */
    if (rc == RC_TIMEOUT && ++s->busy < BUSY_PASSES)
        return; /* others are writing: the next pass */
    if (rc == RC_SYNTAX) {
        set_aside(s, e);
        return;
    }
    if (rc == RC_USAGE && s->o.once) {
        set_status(s, STORE_OFF, e->msg);
        return;
    }
    failed(s, e);
    if ((rc != RC_IO && rc != RC_TIMEOUT) || !store_db_is_there(&s->db))
        store_close_all(s);
}

/* What others wrote while it was closed is not to be missed. */
static void go_on_from(struct store *s)
{
    if (s->is_loaded && s->rev >= 0 && s->rev < s->db.rev) {
        s->db.rev = s->rev;
        s->db.data_version = -1;
    }
}

static enum rc open_all(struct store *s, struct err *e)
{
    enum rc rc = s->o.once ? store_db_open_to_read(&s->db, e) : store_db_open(&s->db, e);

    if (rc == RC_OK)
        rc = store_samples_open(&s->samples, s->db.db, e);
    if (rc != RC_OK)
        return rc;
    go_on_from(s);
    if (!s->is_loaded) {
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
    return rc == RC_OK && bad
               ? err_set(e, RC_SYNTAX, s->db.path, S_("its pages contradict each other"))
               : rc;
}

static enum rc prune_if_due(struct store *s, struct err *e)
{
    mono_ms now = clock_mono();

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
    s->rev = s->db.rev;
    return rc;
}

static void begin_anew_if_gone(struct store *s)
{
    if (!s->db.db || store_db_is_there(&s->db))
        return;
    store_close_all(s); /* moved away or deleted: what is known here begins a new one */
    forget_all(s);
}

static void end_well(struct store *s, bool tried)
{
    const struct err *why = &s->db.not_written;

    s->busy = 0;
    if (why->rc == RC_OK) {
        s->retry_at = 0;
        s->backoff_ms = 0;
    } else if (tried) {
        try_later(s);
    }
    if (why->rc != RC_OK && !s->db.others_write)
        tell_failure(s, why);
    else
        tell_how_it_is(s);
}

void store_pass(struct store *s)
{
    struct err e = {0};
    enum rc rc = RC_OK;

    begin_anew_if_gone(s);
    bool due = !s->retry_at || clock_mono() >= s->retry_at;
    if (due && s->db.db && s->db.not_written.rc != RC_OK)
        store_close_all(s); /* perhaps it can be written now */
    if (!due && (!s->db.db || s->db.not_written.rc == RC_OK))
        return;
    bool opens = !s->db.db;
    if (opens)
        rc = open_all(s, &e);
    if (rc == RC_OK && !s->o.once)
        rc = work(s, &e);
    if (rc == RC_OK)
        end_well(s, opens);
    else
        on_error(s, rc, &e);
}
