/* SPDX-License-Identifier: MIT
 * store_load.c - rows of the history on their way into the fleet, as ordinary deltas that no source stands behind. */
#include "base/log.h"
#include "io/store_int.h"
#include "io/store_schema.h"
#include <string.h>

#define LOG_MODULE "history"
#define HOUR_MS INT64_C(3600000)

enum {
    ROWS_A_DELTA = 500,
    ROWS_A_CENTER = 100000,
    PUSH_MS = 2000,
};
/* As long as the fleet's engines look back, and a day. */
#define LOADED_MS (29 * 24 * HOUR_MS)

bool store_push(struct store *s, struct delta *d)
{
    if (!d->failed && queue_push(s->o.out, d, delta_weight(d), PUSH_MS))
        return true;
    delta_free(d);
    return false;
}

/* The delta that rows are being put in, until it is full or the center changes. */
struct sending {
    struct store *store;
    struct delta *d; /* NULL = none begun */
    wall_ms at;
    bool lost; /* one could not be handed over */
};

static void send_now(struct sending *to)
{
    if (to->d && !store_push(to->store, to->d))
        to->lost = true;
    to->d = NULL;
}

static struct delta *delta_for(struct sending *to, uint16_t center)
{
    if (to->d && (to->d->center != center || to->d->records >= ROWS_A_DELTA))
        send_now(to);
    if (!to->d)
        to->d = delta_new(center, UINT16_MAX, to->at, 0);
    return to->d;
}

/* ---- at the start ---- */

/* What is read from the database is not to be written again. */
static void note(struct store *s, enum entity e, uint16_t center, const struct store_row *row)
{
    uint64_t said = store_said(e), restless = store_restless(e);
    struct store_entry *entry =
        store_book_add(&s->book, e, center, row_key(e, center, row->id, row->id_len));

    entry->base = store_row_hash(row, e, ~(said | restless));
    entry->restless = store_row_hash(row, e, restless);
    entry->coming = store_row_hash(row, e, said);
    entry->coming_at = clock_mono();
    entry->bytes = 0;
}

static enum rc load_rows(struct store *s, enum entity e, uint16_t center, struct sending *to,
                         struct err *err)
{
    struct store_table *t = &s->db.tables[e];
    /* An alert is there as long as it holds, and what was said about it with it. */
    int64_t from = e == ENTITY_ALERT ? 0 : clock_wall() - LOADED_MS;
    struct stmt *st = store_table_of_center(t, s->o.centers[center], from, ROWS_A_CENTER);
    struct store_row row;
    bool more = false;
    enum rc rc;

    while ((rc = store_table_next(t, st, &row, &more, err)) == RC_OK && more) {
        store_row_to_delta(&row, e, ~UINT64_C(0), false, delta_for(to, center));
        note(s, e, center, &row);
    }
    stmt_reset(st);
    return rc;
}

static enum rc load_center(struct store *s, uint16_t center, struct sending *to, struct err *e)
{
    enum rc rc = RC_OK;

    for (int i = 0; rc == RC_OK && i < ENTITY_COUNT; i++)
        if (store_keeps((enum entity)i))
            rc = load_rows(s, (enum entity)i, center, to, e);
    if (rc == RC_OK)
        rc = store_samples_load(&s->samples, s->o.centers[center], clock_wall(),
                                delta_for(to, center), e);
    return rc;
}

enum rc store_load(struct store *s, struct err *e)
{
    struct sending to = {.store = s};
    enum rc rc = db_number(s->db.db, "SELECT value FROM meta WHERE key = 'written_at'", &to.at, e);

    for (size_t i = 0; rc == RC_OK && i < s->o.center_count; i++)
        rc = load_center(s, (uint16_t)i, &to, e);
    send_now(&to);
    if (to.lost)
        log_warn("some of what was kept could not be shown: nothing took it in time");
    return rc;
}

/* ---- while running ---- */

static int center_of(const struct store *s, const struct store_row *row)
{
    for (size_t i = 0; i < s->o.center_count; i++)
        if (strlen(s->o.centers[i]) == row->center_len &&
            memcmp(s->o.centers[i], row->center, row->center_len) == 0)
            return (int)i;
    return -1;
}

/* An hour that is not over grows here, too: it is not to be mixed with what another process counts. */
static bool is_open_hour(const struct store_row *row, enum entity e)
{
    for (unsigned i = 0; e == ENTITY_HOUR && i < row->count; i++)
        if (row->values[i].field == FIELD_hour_begins_at)
            return row->values[i].u.i + HOUR_MS > clock_wall();
    return false;
}

/* The writer knows best what happened, but not what people said elsewhere. */
static void sync_row(struct store *s, enum entity e, const struct store_row *row,
                     struct sending *to)
{
    uint64_t said = store_said(e), restless = store_restless(e),
             wanted = s->db.writer ? said : ~UINT64_C(0);
    int center = center_of(s, row);

    if (center < 0 || is_open_hour(row, e))
        return;
    struct store_entry *entry = store_book_add(&s->book, e, (uint16_t)center,
                                               row_key(e, (uint16_t)center, row->id, row->id_len));
    uint64_t base = store_row_hash(row, e, ~(said | restless)),
             now_restless = store_row_hash(row, e, restless),
             now_said = store_row_hash(row, e, said);
    bool same_said = now_said == (entry->coming_at ? entry->coming : entry->said);
    if (same_said && (s->db.writer || (base == entry->base && now_restless == entry->restless)))
        return;
    entry->base = base;
    entry->restless = now_restless;
    entry->coming = now_said;
    entry->coming_at = clock_mono();
    entry->bytes = 0;
    store_row_to_delta(row, e, wanted & s->db.tables[e].present, true,
                       delta_for(to, (uint16_t)center));
}

static enum rc sync_table(struct store *s, enum entity e, struct sending *to, struct err *err)
{
    struct store_table *t = &s->db.tables[e];
    struct stmt *st = store_table_since(t, s->db.rev);
    struct store_row row;
    bool more = false;
    enum rc rc;

    while ((rc = store_table_next(t, st, &row, &more, err)) == RC_OK && more)
        sync_row(s, e, &row, to);
    stmt_reset(st);
    return rc;
}

static enum rc sync_tables(struct store *s, struct sending *to, int64_t *rev, struct err *e)
{
    enum rc rc = db_number(s->db.db, "SELECT value FROM meta WHERE key = 'rev'", rev, e);

    for (int i = 0; rc == RC_OK && *rev != s->db.rev && i < ENTITY_COUNT; i++)
        if (store_keeps((enum entity)i))
            rc = sync_table(s, (enum entity)i, to, e);
    return rc;
}

enum rc store_sync(struct store *s, struct err *e)
{
    struct sending to = {.store = s, .at = clock_wall()};
    int64_t version, rev = 0;
    enum rc rc = db_number(s->db.db, "PRAGMA data_version", &version, e);

    if (rc != RC_OK || version == s->db.data_version)
        return rc;
    rc = db_exec(s->db.db, "BEGIN", e);
    if (rc != RC_OK)
        return rc;
    rc = sync_tables(s, &to, &rev, e);
    send_now(&to);
    store_db_rollback(&s->db);
    if (rc == RC_OK && !to.lost) {
        s->db.rev = rev;
        s->db.data_version = version;
    }
    return rc;
}
