/* SPDX-License-Identifier: MIT
 * sqlite.c - see sqlite.h. */
#include "io/sqlite.h"
#include "base/buf.h"
#include "base/sentence.h"
#include "base/utf8.h"
#include "base/xmem.h"
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST_VALUE = 1 << 20, LONGEST_URI = 16384, STEPS_BETWEEN = 5000, WAIT_STEP_MS = 10 };

struct db {
    sqlite3 *handle;
    char *path;
    int busy_ms;
    int (*stop)(void *arg);
    void *stop_arg;
};

struct stmt {
    struct db *db;
    sqlite3_stmt *handle;
};

static enum rc rc_of(int code)
{
    switch (code & 0xff) {
    case SQLITE_OK:
    case SQLITE_DONE:
    case SQLITE_ROW:
        return RC_OK;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_FORMAT:
        return RC_SYNTAX;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return RC_TIMEOUT;
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
        return RC_REFUSED;
    case SQLITE_NOMEM:
        return RC_NOMEM;
    case SQLITE_TOOBIG:
        return RC_LIMIT;
    case SQLITE_INTERRUPT:
        return RC_CANCELLED;
    case SQLITE_ERROR:
    case SQLITE_SCHEMA:
    case SQLITE_MISMATCH:
    case SQLITE_CONSTRAINT:
        return RC_SCHEMA;
    default:
        return RC_IO;
    }
}

static enum rc complain(const struct db *db, int code, struct err *e)
{
    enum rc rc = rc_of(code);
    int sys = sqlite3_system_errno(db->handle);
    const char *words = sqlite3_errmsg(db->handle);

    if (rc == RC_OK)
        return RC_OK;
    if (rc == RC_IO && sys && (code & 0xff) != SQLITE_FULL)
        return err_sys(e, rc, sys, db->path, "%s", words);
    return err_set(e, rc, db->path, "%s", words);
}

/* "file:/a%3fb?mode=ro", because a path may hold what a URI gives a meaning. */
static void make_uri(struct buf *out, const char *path, enum db_mode mode)
{
    static const char *const modes[] = {"ro", "rw", "rwc", "ro&immutable=1"};

    buf_adds(out, "file:");
    for (const char *p = path; *p; p++)
        if (strchr("?#%", *p))
            buf_addf(out, "%%%02x", (unsigned)*p);
        else
            buf_addc(out, *p);
    buf_addf(out, "?mode=%s", modes[mode]);
}

static enum rc open_handle(struct db *db, enum db_mode mode, struct err *e)
{
    int flags =
        SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX |
        (mode == DB_READ || mode == DB_FROZEN ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE) |
        (mode == DB_CREATE ? SQLITE_OPEN_CREATE : 0);
    struct buf uri;

    buf_init(&uri, LONGEST_URI);
    make_uri(&uri, db->path, mode);
    int code = uri.failed ? SQLITE_CANTOPEN : sqlite3_open_v2(uri.data, &db->handle, flags, NULL);
    buf_fini(&uri);
    if (!db->handle)
        return err_set(e, RC_NOMEM, db->path, S_("no memory for it"));
    return complain(db, code, e);
}

/* Another process writes. calls: how often it was asked already; 0 gives up. */
static int wait_for_others(void *arg, int calls)
{
    const struct db *db = arg;

    if ((long long)calls * WAIT_STEP_MS >= db->busy_ms || (db->stop && db->stop(db->stop_arg)))
        return 0;
    (void)sqlite3_sleep(WAIT_STEP_MS);
    return 1;
}

enum rc db_open(const char *path, enum db_mode mode, int busy_ms, struct db **out, struct err *e)
{
    struct db *db = xcalloc(1, sizeof(*db));

    db->path = xstrdup(path);
    enum rc rc = open_handle(db, mode, e);
    if (rc != RC_OK) {
        db_close(db);
        return rc;
    }
    sqlite3_extended_result_codes(db->handle, 1);
    db->busy_ms = busy_ms;
    sqlite3_busy_handler(db->handle, wait_for_others, db);
    sqlite3_limit(db->handle, SQLITE_LIMIT_LENGTH, LONGEST_VALUE);
    /* The file may have been made by somebody who means harm. */
    sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(db->handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    *out = db;
    return RC_OK;
}

void db_close(struct db *db)
{
    if (!db)
        return;
    sqlite3_close(db->handle);
    free(db->path);
    free(db);
}

void db_set_stop(struct db *db, int (*stop)(void *arg), void *arg)
{
    db->stop = stop;
    db->stop_arg = arg;
    sqlite3_progress_handler(db->handle, STEPS_BETWEEN, stop, arg);
}

bool db_is_readonly(struct db *db)
{
    return sqlite3_db_readonly(db->handle, "main") == 1;
}

enum rc db_exec(struct db *db, const char *sql, struct err *e)
{
    return complain(db, sqlite3_exec(db->handle, sql, NULL, NULL, NULL), e);
}

enum rc db_number(struct db *db, const char *sql, int64_t *out, struct err *e)
{
    struct stmt *s;
    bool row = false;
    enum rc rc = stmt_new(db, sql, &s, e);

    *out = 0;
    if (rc != RC_OK)
        return rc;
    rc = stmt_next(s, &row, e);
    if (rc == RC_OK && row)
        *out = stmt_int(s, 0);
    stmt_free(s);
    return rc;
}

enum rc stmt_new(struct db *db, const char *sql, struct stmt **out, struct err *e)
{
    sqlite3_stmt *handle;
    int code = sqlite3_prepare_v3(db->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &handle, NULL);

    *out = NULL;
    if (code != SQLITE_OK)
        return complain(db, code, e);
    *out = xmalloc(sizeof(**out));
    **out = (struct stmt){.db = db, .handle = handle};
    return RC_OK;
}

void stmt_free(struct stmt *s)
{
    if (!s)
        return;
    sqlite3_finalize(s->handle);
    free(s);
}

/* A value that could not be bound leaves its parameter NULL: no memory, or too long. */
void stmt_set_null(struct stmt *s, int at)
{
    (void)sqlite3_bind_null(s->handle, at);
}

void stmt_set_int(struct stmt *s, int at, int64_t v)
{
    (void)sqlite3_bind_int64(s->handle, at, v);
}

void stmt_set_num(struct stmt *s, int at, double v)
{
    (void)sqlite3_bind_double(s->handle, at, v);
}

static bool is_readable(const char *v, size_t len)
{
    for (size_t at = 0; at < len;) {
        uint32_t cp;
        size_t n = text_decode(v + at, len - at, &cp);
        if (cp == 0 || cp == UINT32_MAX)
            return false;
        at += n;
    }
    return true;
}

void stmt_set_bytes(struct stmt *s, int at, const char *v, size_t len)
{
    if (is_readable(v, len))
        (void)sqlite3_bind_text(s->handle, at, v, (int)len, SQLITE_TRANSIENT);
    else
        (void)sqlite3_bind_blob(s->handle, at, v, (int)len, SQLITE_TRANSIENT);
}

enum rc stmt_next(struct stmt *s, bool *row, struct err *e)
{
    int code = sqlite3_step(s->handle);

    *row = code == SQLITE_ROW;
    return complain(s->db, code, e);
}

enum rc stmt_run(struct stmt *s, struct err *e)
{
    bool row = true;
    enum rc rc = RC_OK;

    while (rc == RC_OK && row)
        rc = stmt_next(s, &row, e);
    stmt_reset(s);
    return rc;
}

void stmt_reset(struct stmt *s)
{
    (void)sqlite3_reset(s->handle);
    (void)sqlite3_clear_bindings(s->handle);
}

bool stmt_is_null(struct stmt *s, int at)
{
    return sqlite3_column_type(s->handle, at) == SQLITE_NULL;
}

int64_t stmt_int(struct stmt *s, int at)
{
    return sqlite3_column_int64(s->handle, at);
}

double stmt_num(struct stmt *s, int at)
{
    return sqlite3_column_double(s->handle, at);
}

const char *stmt_bytes(struct stmt *s, int at, size_t *len)
{
    const char *v = sqlite3_column_blob(s->handle, at);

    *len = v ? (size_t)sqlite3_column_bytes(s->handle, at) : 0;
    return v ? v : "";
}
