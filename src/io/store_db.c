/* SPDX-License-Identifier: MIT
 * store_db.c - see store_db.h. */
#include "io/store_db.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/sentence.h"
#include "base/xmem.h"
#include "io/store_schema.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOG_MODULE "history"
#define ASIDE ".corrupt-"

enum { BUSY_MS = 2000, READ_BUSY_MS = 200, ASIDE_KEPT = 3 };

void store_db_init(struct store_db *d, const char *path)
{
    *d = (struct store_db){
        .path = xstrdup(path), .lock_path = xasprintf("%s.lock", path), .lock_fd = -1};
}

void store_db_fini(struct store_db *d)
{
    store_db_close(d);
    free(d->path);
    free(d->lock_path);
}

/* ---- folder, lock, file ---- */

static void make_folders(const char *path)
{
    char *copy = xstrdup(path);

    for (char *p = copy + 1; *p; p++)
        if (*p == '/') {
            *p = '\0';
            (void)mkdir(copy, 0700); /* what is wrong is told by opening the file */
            *p = '/';
        }
    free(copy);
}

/* Whoever may write the database may write its lock: a group may share one. */
static int open_lock(const struct store_db *d)
{
    struct stat st, own;
    mode_t mode = stat(d->path, &st) == 0 ? st.st_mode & 0660 : 0600;
    int fd = open(d->lock_path, O_RDONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK,
                  mode);

    if (fd >= 0 && fstat(fd, &own) == 0 && (own.st_mode & 0777) != mode && own.st_uid == geteuid())
        (void)fchmod(fd, mode);
    return fd;
}

static bool take_lock(struct store_db *d)
{
    if (d->lock_fd >= 0)
        return true;
    d->others_write = false;
    int fd = open_lock(d);
    if (fd < 0)
        return false;
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        d->others_write = errno == EWOULDBLOCK;
        (void)close(fd);
        return false;
    }
    d->lock_fd = fd;
    return true;
}

static void give_lock(struct store_db *d)
{
    if (d->lock_fd >= 0)
        (void)close(d->lock_fd);
    d->lock_fd = -1;
}

/* SQLite would make it readable for all. */
static enum rc make_file(const struct store_db *d, struct err *e)
{
    struct stat st;

    if (stat(d->path, &st) == 0)
        return S_ISREG(st.st_mode) ? RC_OK
                                   : err_set(e, RC_USAGE, d->path, S_("is not a regular file"));
    make_folders(d->path);
    int fd = open(d->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return errno == EEXIST ? RC_OK : err_sys(e, RC_IO, errno, d->path, S_("cannot be made"));
    (void)close(fd);
    return RC_OK;
}

static enum rc remember_file(struct store_db *d, struct err *e)
{
    struct stat st;

    if (stat(d->path, &st) != 0)
        return err_sys(e, RC_IO, errno, d->path, S_("is gone"));
    d->dev = st.st_dev;
    d->ino = st.st_ino;
    return RC_OK;
}

bool store_db_is_there(const struct store_db *d)
{
    struct stat st;

    return stat(d->path, &st) == 0 && st.st_dev == d->dev && st.st_ino == d->ino;
}

/* ---- opening ---- */

static enum rc open_tables(struct store_db *d, struct err *e)
{
    enum rc rc = RC_OK;

    for (int i = 0; rc == RC_OK && i < ENTITY_COUNT; i++) {
        store_table_close(&d->tables[i]);
        if (store_keeps((enum entity)i))
            rc = store_table_open(&d->tables[i], d->db, (enum entity)i, e);
    }
    return rc;
}

static enum rc read_versions(struct store_db *d, struct err *e)
{
    enum rc rc = db_number(d->db, "PRAGMA data_version", &d->data_version, e);

    if (rc == RC_OK)
        rc = db_number(d->db, "SELECT value FROM meta WHERE key = 'rev'", &d->rev, e);
    return rc;
}

/* Before there is any table: how the file is laid out. */
static enum rc lay_out(struct store_db *d, bool empty, struct err *e)
{
    enum rc rc = RC_OK;

    if (empty)
        rc = db_exec(d->db, "PRAGMA auto_vacuum = INCREMENTAL", e);
    if (rc == RC_OK)
        rc = db_exec(d->db,
                     "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"
                     " PRAGMA journal_size_limit = 4194304; PRAGMA foreign_keys = OFF",
                     e);
    return rc;
}

static enum rc prepare_file(struct store_db *d, struct err *e)
{
    bool empty = false;
    enum rc rc = store_schema_check(d->db, &empty, e);

    if (rc == RC_OK && d->lock_fd >= 0)
        rc = lay_out(d, empty, e);
    if (rc == RC_OK && d->lock_fd >= 0)
        rc = store_schema_make(d->db, e);
    if (rc == RC_OK)
        rc = open_tables(d, e);
    if (rc == RC_OK)
        rc = read_versions(d, e);
    return rc;
}

static void close_db(struct store_db *d)
{
    for (int i = 0; i < ENTITY_COUNT; i++)
        store_table_close(&d->tables[i]);
    db_close(d->db);
    d->db = NULL;
    d->writer = d->can_say = false;
}

static enum rc open_as(struct store_db *d, enum db_mode mode, int busy_ms, struct err *e)
{
    enum rc rc = db_open(d->path, mode, busy_ms, &d->db, e);

    if (rc != RC_OK)
        return rc;
    if (d->stop)
        db_set_stop(d->db, d->stop, d->stop_arg);
    rc = remember_file(d, e);
    if (rc == RC_OK)
        rc = prepare_file(d, e);
    if (rc != RC_OK)
        close_db(d);
    return rc;
}

/* The system would let us write the file, and others beside it. */
static bool may_write(const struct store_db *d)
{
    char *folder = xstrdup(d->path), *slash = strrchr(folder, '/');

    if (slash)
        slash[slash == folder] = '\0';
    bool may = access(d->path, W_OK) == 0 && access(slash ? folder : ".", W_OK) == 0;
    free(folder);
    return may;
}

/* Whoever has the lock keeps it when the file is damaged: it is his to set aside. */
static enum rc open_to_write(struct store_db *d, struct err *e)
{
    enum rc rc = make_file(d, e);

    if (rc != RC_OK)
        return rc;
    bool locked = take_lock(d);
    rc = open_as(d, DB_WRITE, BUSY_MS, e);
    if (rc == RC_OK && db_is_readonly(d->db)) {
        close_db(d);
        rc = err_set(e, RC_REFUSED, d->path, S_("is read-only"));
    }
    /* What is there cannot be completed to what must be there, or its header forbids writing. */
    if (locked && (rc == RC_SCHEMA || (rc == RC_REFUSED && may_write(d))))
        rc = RC_SYNTAX;
    if (rc == RC_OK) {
        d->writer = locked;
        d->can_say = true;
    } else if (rc != RC_SYNTAX) {
        give_lock(d);
    }
    return rc;
}

/* A log beside it that is not in it yet: without the log it may be in the middle of a change. */
static bool has_log(const struct store_db *d, const char *suffix)
{
    struct stat st;
    char *path = xasprintf("%s%s", d->path, suffix);
    bool has = stat(path, &st) == 0 && st.st_size > 0;

    free(path);
    return has;
}

enum rc store_db_open_to_read(struct store_db *d, struct err *e)
{
    struct stat st;

    if (stat(d->path, &st) != 0)
        return errno == ENOENT || errno == ENOTDIR
                   ? err_set(e, RC_USAGE, d->path, S_("there is no history yet"))
                   : err_sys(e, RC_IO, errno, d->path, S_("cannot be read"));
    if (!S_ISREG(st.st_mode))
        return err_set(e, RC_USAGE, d->path, S_("is not a regular file"));
    if (st.st_size == 0)
        return err_set(e, RC_USAGE, d->path, S_("there is no history yet"));
    enum rc rc = open_as(d, DB_READ, READ_BUSY_MS, e);
    /* A medium that cannot be written has no place for the side files of WAL. */
    if ((rc == RC_IO || rc == RC_REFUSED) && !has_log(d, "-wal") && !has_log(d, "-journal"))
        rc = open_as(d, DB_FROZEN, READ_BUSY_MS, e);
    return rc;
}

enum rc store_db_open(struct store_db *d, struct err *e)
{
    struct err why = {0};
    enum rc rc = open_to_write(d, &why);

    d->not_written = why;
    if (rc == RC_IO || rc == RC_REFUSED)
        if (store_db_open_to_read(d, NULL) == RC_OK)
            return RC_OK;
    if (e)
        *e = why;
    return rc;
}

void store_db_close(struct store_db *d)
{
    close_db(d);
    give_lock(d);
}

enum rc store_db_take_over(struct store_db *d, struct err *e)
{
    if (d->writer || !d->can_say || !take_lock(d))
        return RC_OK;
    enum rc rc = lay_out(d, false, e);
    if (rc == RC_OK)
        rc = store_schema_make(d->db, e);
    if (rc == RC_OK)
        rc = open_tables(d, e);
    if (rc == RC_OK)
        d->writer = true;
    else
        give_lock(d);
    return rc;
}

/* ---- a damaged file ---- */

static int newest_first(const void *a, const void *b)
{
    return strcmp(*(char *const *)b, *(char *const *)a);
}

/* Their names end in a date, so they sort by it. */
static void forget_old_ones(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *folder = slash ? xstrndup(path, (size_t)(slash - path) + 1) : xstrdup("./"),
         *prefix = xasprintf("%s" ASIDE, slash ? slash + 1 : path), **names = NULL;
    size_t count = 0, cap = 0;
    DIR *dir = opendir(folder);
    const struct dirent *entry;

    while (dir && (entry = readdir(dir)))
        if (strncmp(entry->d_name, prefix, strlen(prefix)) == 0 && !strstr(entry->d_name, "-wal")) {
            names = xgrow(names, &cap, count + 1, sizeof(*names));
            names[count++] = xasprintf("%s%s", folder, entry->d_name);
        }
    if (count)
        qsort(names, count, sizeof(*names), newest_first);
    for (size_t i = 0; i < count; i++) {
        char *wal = xasprintf("%s-wal", names[i]);
        if (i >= ASIDE_KEPT) {
            (void)unlink(names[i]);
            (void)unlink(wal);
        }
        free(wal);
        free(names[i]);
    }
    if (dir)
        (void)closedir(dir);
    free(names);
    free(prefix);
    free(folder);
}

static void aside_name(const struct store_db *d, int64_t now_ms, char *name, size_t size)
{
    char date[32], compact[32];
    size_t n = 0;

    time_rfc3339(now_ms, date);
    for (const char *p = date; *p; p++)
        if (*p != '-' && *p != ':')
            compact[n++] = *p;
    compact[n] = '\0';
    (void)snprintf(name, size, "%s" ASIDE "%s", d->path, compact);
}

enum rc store_db_set_aside(struct store_db *d, int64_t now_ms, char *name, size_t size,
                           struct err *e)
{
    char *wal = xasprintf("%s-wal", d->path), *shm = xasprintf("%s-shm", d->path), *moved_wal;
    enum rc rc = RC_OK;

    close_db(d);
    aside_name(d, now_ms, name, size);
    moved_wal = xasprintf("%s-wal", name);
    /* The log first: a new file must not meet the log of the old one. */
    if (rename(wal, moved_wal) != 0 && errno != ENOENT)
        rc = err_sys(e, RC_IO, errno, wal, S_("is damaged and cannot be renamed"));
    else if (rename(d->path, name) != 0 && errno != ENOENT)
        rc = err_sys(e, RC_IO, errno, d->path, S_("is damaged and cannot be renamed"));
    (void)unlink(shm);
    if (rc == RC_OK)
        forget_old_ones(d->path);
    free(wal);
    free(shm);
    free(moved_wal);
    give_lock(d);
    return rc;
}

/* ---- transactions ---- */

enum rc store_db_begin(struct store_db *d, int64_t *rev, struct err *e)
{
    enum rc rc = db_exec(d->db, "BEGIN IMMEDIATE", e);

    if (rc != RC_OK)
        return rc;
    rc = db_exec(d->db, "UPDATE meta SET value = value + 1 WHERE key = 'rev'", e);
    if (rc == RC_OK)
        rc = db_number(d->db, "SELECT value FROM meta WHERE key = 'rev'", rev, e);
    if (rc != RC_OK)
        store_db_rollback(d);
    return rc;
}

enum rc store_db_commit(struct store_db *d, int64_t rev, int64_t now_ms, struct err *e)
{
    char sql[96];

    (void)snprintf(sql, sizeof sql, "UPDATE meta SET value = %lld WHERE key = 'written_at'",
                   (long long)now_ms);
    enum rc rc = db_exec(d->db, sql, e);
    if (rc == RC_OK)
        rc = db_exec(d->db, "COMMIT", e);
    if (rc != RC_OK)
        store_db_rollback(d);
    else if (d->rev == rev - 1)
        d->rev = rev; /* nobody else wrote in between: nothing to read */
    return rc;
}

void store_db_rollback(struct store_db *d)
{
    (void)db_exec(d->db, "ROLLBACK", NULL);
}
