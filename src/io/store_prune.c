/* SPDX-License-Identifier: MIT
 * store_prune.c - keeps the database bounded: rows older than a year or so go, samples when their resolution is kept no
 * longer, and when it is still larger than it may be, the oldest of everything. */
#include "base/buf.h"
#include "io/store_int.h"
#include "io/store_schema.h"

#define ROWS_KEPT_MS (INT64_C(400) * 24 * 3600 * 1000)
#define DEFAULT_BYTES (UINT64_C(256) << 20)

enum { LONGEST_SQL = 1024 };

static enum rc run(struct db *db, struct buf *sql, struct err *e)
{
    enum rc rc = db_exec(db, sql->data, e);

    buf_reset(sql);
    return rc;
}

static enum rc drop_old(struct store *s, int64_t now, struct buf *sql, struct err *e)
{
    enum rc rc = RC_OK;

    for (int i = 0; rc == RC_OK && i < ENTITY_COUNT; i++)
        if (store_keeps((enum entity)i) && i != ENTITY_ALERT) { /* those go when they are over */
            buf_addf(sql, "DELETE FROM %s WHERE _at < %lld", entity_info((enum entity)i)->id,
                     (long long)(now - ROWS_KEPT_MS));
            rc = run(s->db.db, sql, e);
        }
    for (size_t i = 0; rc == RC_OK && i < s->o.center_count; i++)
        rc = store_samples_prune(s->db.db, s->o.centers[i], now, e);
    return rc;
}

static enum rc bytes_used(struct store *s, int64_t *out, struct err *e)
{
    int64_t pages = 0, unused = 0, size = 0;
    enum rc rc = db_number(s->db.db, "PRAGMA page_count", &pages, e);

    if (rc == RC_OK)
        rc = db_number(s->db.db, "PRAGMA freelist_count", &unused, e);
    if (rc == RC_OK)
        rc = db_number(s->db.db, "PRAGMA page_size", &size, e);
    *out = (pages - unused) * size;
    return rc;
}

/* The oldest part of every table, by time for the samples and by count for the rows. */
static enum rc drop_oldest(struct store *s, double part, struct buf *sql, struct err *e)
{
    enum rc rc = RC_OK;

    for (int i = 0; rc == RC_OK && i < ENTITY_COUNT; i++)
        if (store_keeps((enum entity)i)) {
            const char *id = entity_info((enum entity)i)->id;
            buf_addf(sql,
                     "DELETE FROM %s WHERE rowid IN (SELECT rowid FROM %s ORDER BY _at LIMIT"
                     " (SELECT CAST(count(*) * %.3f + 1 AS INTEGER) FROM %s))",
                     id, id, part, id);
            rc = run(s->db.db, sql, e);
        }
    if (rc != RC_OK)
        return rc;
    buf_addf(sql,
             "DELETE FROM sample WHERE _at <"
             " (SELECT min(_at) + (max(_at) - min(_at)) * %.3f FROM sample)",
             part);
    return run(s->db.db, sql, e);
}

/* Each round takes a fifth of what is left, until it fits. */
static enum rc shrink(struct store *s, struct buf *sql, struct err *e)
{
    int64_t most = (int64_t)(s->o.max_bytes ? s->o.max_bytes : DEFAULT_BYTES), used = 0;
    enum rc rc = bytes_used(s, &used, e);

    for (int round = 0; rc == RC_OK && used > most && round < 20; round++) {
        rc = drop_oldest(s, 0.2, sql, e);
        if (rc == RC_OK)
            rc = bytes_used(s, &used, e);
    }
    return rc;
}

enum rc store_prune(struct store *s, int64_t now_ms, struct err *e)
{
    struct buf sql;
    int64_t rev = 0, bytes = 0;
    enum rc rc = store_db_begin(&s->db, &rev, e);

    if (rc != RC_OK)
        return rc;
    buf_init(&sql, LONGEST_SQL);
    rc = drop_old(s, now_ms, &sql, e);
    if (rc == RC_OK)
        rc = shrink(s, &sql, e);
    if (rc == RC_OK)
        rc = store_db_commit(&s->db, rev, now_ms, e);
    else
        store_db_rollback(&s->db);
    buf_fini(&sql);
    if (rc == RC_OK)
        rc = db_exec(s->db.db, "PRAGMA incremental_vacuum", e);
    if (rc == RC_OK)
        rc = bytes_used(s, &bytes, e);
    pthread_mutex_lock(&s->lock);
    s->status.bytes = bytes;
    pthread_mutex_unlock(&s->lock);
    return rc;
}
