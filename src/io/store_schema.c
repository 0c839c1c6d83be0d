/* SPDX-License-Identifier: MIT
 * store_schema.c - see store_schema.h. */
#include "io/store_schema.h"
#include "base/buf.h"
#include "base/sentence.h"
#include <string.h>

enum { SCHEMA_VERSION = 1, VERSIONS_TO_COME = 100, LONGEST_SQL = 65536 };
#define APPLICATION_ID 0x7375616e /* "suan" */

bool store_keeps(enum entity e)
{
    switch (e) {
    case ENTITY_INTERRUPTION:
    case ENTITY_ATTEMPT:
    case ENTITY_OUTAGE:
    case ENTITY_HOUR:
    case ENTITY_ALERT:
        return true;
    default:
        return false;
    }
}

#define BIT(field) (UINT64_C(1) << (field))

uint64_t store_said(enum entity e)
{
    switch (e) {
    case ENTITY_INTERRUPTION:
        return BIT(FIELD_interruption_acknowledged_at) | BIT(FIELD_interruption_acknowledged_by) |
               BIT(FIELD_interruption_note) | BIT(FIELD_interruption_resolved);
    case ENTITY_ALERT:
        return BIT(FIELD_alert_acknowledged_at) | BIT(FIELD_alert_acknowledged_by) |
               BIT(FIELD_alert_silenced_until) | BIT(FIELD_alert_silenced_by) |
               BIT(FIELD_alert_note);
    default:
        return 0;
    }
}

uint64_t store_restless(enum entity e)
{
    switch (e) {
    case ENTITY_ALERT:
        return BIT(FIELD_alert_value) | BIT(FIELD_alert_summary);
    case ENTITY_OUTAGE:
        return BIT(FIELD_outage_gpu_hours_idle);
    case ENTITY_HOUR:
        return BIT(FIELD_hour_observed_seconds) | BIT(FIELD_hour_node_hours) |
               BIT(FIELD_hour_device_hours) | BIT(FIELD_hour_device_hours_allocated) |
               BIT(FIELD_hour_jobs_queued_max) | BIT(FIELD_hour_temperature_max_celsius) |
               BIT(FIELD_hour_power_watts_mean);
    default:
        return 0;
    }
}

bool store_samples_field(unsigned field)
{
    const struct field *f = &entity_info(ENTITY_CENTER)->fields[field];

    return f->type == FT_NUM && f->group == GROUP_ROLLUP;
}

static bool has_our_tables(struct db *db)
{
    int64_t count = 0;
    enum rc rc = db_number(db,
                           "SELECT count(*) FROM sqlite_schema WHERE type = 'table'"
                           " AND name IN ('meta', 'sample', 'interruption', 'outage', 'hour')",
                           &count, NULL);

    return rc == RC_OK && count == 5;
}

enum rc store_schema_check(struct db *db, bool *empty, struct err *e)
{
    int64_t id = 0, version = 0, tables = 0;
    enum rc rc = db_number(db, "PRAGMA application_id", &id, e);

    *empty = false;
    if (rc == RC_OK)
        rc = db_number(db, "PRAGMA user_version", &version, e);
    if (rc == RC_OK)
        rc = db_number(db, "SELECT count(*) FROM sqlite_schema", &tables, e);
    if (rc != RC_OK)
        return rc;
    *empty = tables == 0 && id == 0;
    if (*empty || (id == APPLICATION_ID && version == SCHEMA_VERSION))
        return RC_OK;
    if (id == APPLICATION_ID && version > SCHEMA_VERSION && version <= VERSIONS_TO_COME)
        return err_set(e, RC_UNSUPPORTED, "history", S_("the file is of a newer suantop"));
    if (has_our_tables(db))
        return err_set(e, RC_SYNTAX, "history", S_("its header is not what was written"));
    return err_set(e, RC_UNSUPPORTED, "history", S_("the file is a database of another program"));
}

static const char *column_type(enum field_type t)
{
    switch (t) {
    case FT_NUM:
        return "REAL";
    case FT_TIME:
    case FT_BOOL:
        return "INTEGER";
    default:
        return "TEXT";
    }
}

static enum rc run(struct db *db, struct buf *sql, struct err *e)
{
    enum rc rc =
        sql->failed ? err_set(e, RC_LIMIT, "history", S_("a statement is too long")) : RC_OK;

    if (rc == RC_OK)
        rc = db_exec(db, sql->data, e);
    buf_reset(sql);
    return rc;
}

enum rc store_prepare(struct db *db, struct buf *sql, struct stmt **out, struct err *e)
{
    enum rc rc = sql->failed ? err_set(e, RC_LIMIT, "history", S_("a statement is too long"))
                             : stmt_new(db, sql->data, out, e);

    buf_reset(sql);
    return rc;
}

static bool is_kept_field(enum entity e, unsigned field)
{
    return e != ENTITY_CENTER || store_samples_field(field);
}

enum rc store_schema_present(struct db *db, enum entity e, const char *table, uint64_t *fields,
                             struct err *err)
{
    const struct entity_info *info = entity_info(e);
    struct stmt *s;
    bool row = false;
    size_t len;
    unsigned columns = 0;
    enum rc rc = stmt_new(db, "SELECT name FROM pragma_table_info(?1)", &s, err);

    *fields = 0;
    if (rc != RC_OK)
        return rc;
    stmt_set_bytes(s, 1, table, strlen(table));
    while ((rc = stmt_next(s, &row, err)) == RC_OK && row) {
        const char *name = stmt_bytes(s, 0, &len);
        columns++;
        for (unsigned i = 0; i < info->field_count; i++)
            if (strlen(info->fields[i].id) == len && memcmp(info->fields[i].id, name, len) == 0)
                *fields |= UINT64_C(1) << i;
    }
    stmt_free(s);
    if (rc == RC_OK && columns == 0)
        return err_set(err, RC_SCHEMA, "history", S_("there is no table %s yet"), table);
    return rc;
}

static enum rc add_columns(struct db *db, enum entity e, const char *table, struct buf *sql,
                           struct err *err)
{
    const struct entity_info *info = entity_info(e);
    uint64_t present;
    enum rc rc = store_schema_present(db, e, table, &present, err);

    for (unsigned i = 0; rc == RC_OK && i < info->field_count; i++) {
        if ((present >> i & 1) || !is_kept_field(e, i))
            continue;
        buf_addf(sql, "ALTER TABLE %s ADD COLUMN \"%s\" %s", table, info->fields[i].id,
                 column_type(info->fields[i].type));
        rc = run(db, sql, err);
    }
    return rc;
}

static enum rc make_entity(struct db *db, enum entity e, struct buf *sql, struct err *err)
{
    const char *id = entity_info(e)->id;

    buf_addf(sql,
             "CREATE TABLE IF NOT EXISTS %s (_center TEXT NOT NULL, _id TEXT NOT NULL,"
             " _at INTEGER NOT NULL, _rev INTEGER NOT NULL, UNIQUE (_center, _id));"
             "CREATE INDEX IF NOT EXISTS %s_at ON %s (_center, _at);"
             "CREATE INDEX IF NOT EXISTS %s_rev ON %s (_rev)",
             id, id, id, id, id);
    enum rc rc = run(db, sql, err);
    return rc == RC_OK ? add_columns(db, e, id, sql, err) : rc;
}

static enum rc make_samples(struct db *db, struct buf *sql, struct err *e)
{
    buf_adds(sql,
             "CREATE TABLE IF NOT EXISTS sample (_center TEXT NOT NULL, _step INTEGER NOT NULL,"
             " _at INTEGER NOT NULL, PRIMARY KEY (_center, _step, _at)) WITHOUT ROWID");
    enum rc rc = run(db, sql, e);
    return rc == RC_OK ? add_columns(db, ENTITY_CENTER, "sample", sql, e) : rc;
}

static enum rc make_tables(struct db *db, struct err *e)
{
    struct buf sql;
    enum rc rc;

    buf_init(&sql, LONGEST_SQL);
    buf_addf(&sql,
             "CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;"
             "INSERT OR IGNORE INTO meta VALUES ('rev', 0), ('written_at', 0);"
             "PRAGMA application_id = %d; PRAGMA user_version = %d",
             APPLICATION_ID, SCHEMA_VERSION);
    rc = run(db, &sql, e);
    for (int i = 0; rc == RC_OK && i < ENTITY_COUNT; i++)
        if (store_keeps((enum entity)i))
            rc = make_entity(db, (enum entity)i, &sql, e);
    if (rc == RC_OK)
        rc = make_samples(db, &sql, e);
    buf_fini(&sql);
    return rc;
}

enum rc store_schema_make(struct db *db, struct err *e)
{
    enum rc rc = db_exec(db, "BEGIN IMMEDIATE", e);

    if (rc != RC_OK)
        return rc;
    rc = make_tables(db, e);
    if (rc == RC_OK)
        rc = db_exec(db, "COMMIT", e);
    if (rc != RC_OK)
        (void)db_exec(db, "ROLLBACK", NULL);
    return rc;
}
