/* SPDX-License-Identifier: MIT
 * store_samples.c - see store_samples.h. */
#include "io/store_samples.h"
#include "base/buf.h"
#include "base/xmem.h"
#include "io/store_schema.h"
#include "model/fields.h"
#include "model/flops.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST_SQL = 65536, PUT_FIELDS = 4 };
#define MINUTE INT64_C(60000)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

/* About 9,000 rows a center in all, less than a megabyte. */
const struct store_resolution store_resolutions[] = {{HISTORY_STEP_MS, 2 * HOUR}, {2 * MINUTE, DAY},
                                                     {10 * MINUTE, 14 * DAY},     {HOUR, 90 * DAY},
                                                     {6 * HOUR, 800 * DAY},       {0, 0}};

/* Which figure of a center each ring of the model shows. */
static const int ring_fields[HISTORY_COUNT] = {
    [HISTORY_DEVICES_ALLOCATED] = FIELD_center_devices_allocated,
    [HISTORY_CPUS_ALLOCATED] = FIELD_center_cpus_allocated,
    [HISTORY_QUEUED] = FIELD_center_jobs_queued,
    [HISTORY_RUNNING] = FIELD_center_jobs_running,
    [HISTORY_TEMPERATURE] = FIELD_center_temperature_max_celsius,
    [HISTORY_FLOPS] = FIELD_center_flops,
};

static const struct field *figure(unsigned i)
{
    return &entity_info(ENTITY_CENTER)->fields[i];
}

static void add_names(const struct store_samples *t, struct buf *sql)
{
    for (unsigned i = 0; i < FIELDS_center; i++)
        if (t->present >> i & 1)
            buf_addf(sql, ", \"%s\"", figure(i)->id);
}

static enum rc prepare_put(struct store_samples *t, struct db *db, struct buf *sql, struct err *e)
{
    buf_adds(sql, "INSERT OR REPLACE INTO sample (_center, _step, _at");
    add_names(t, sql);
    buf_adds(sql, ") VALUES (?1, ?2, ?3");
    for (unsigned i = 0; i < FIELDS_center; i++)
        if (t->present >> i & 1)
            buf_addf(sql, ", ?%u", PUT_FIELDS + i);
    buf_addc(sql, ')');
    return store_prepare(db, sql, &t->put, e);
}

static enum rc prepare_roll(struct store_samples *t, struct db *db, struct buf *sql, struct err *e)
{
    buf_adds(sql, "INSERT OR REPLACE INTO sample (_center, _step, _at");
    add_names(t, sql);
    buf_adds(sql, ") SELECT _center, ?3, ?4");
    for (unsigned i = 0; i < FIELDS_center; i++)
        if (t->present >> i & 1)
            buf_addf(sql, ", %s(\"%s\")", figure(i)->unit == UNIT_CELSIUS ? "max" : "avg",
                     figure(i)->id);
    buf_adds(sql, " FROM sample WHERE _center = ?1 AND _step = ?2 AND _at >= ?4 AND _at < ?4 + ?3"
                  " GROUP BY _center");
    return store_prepare(db, sql, &t->roll, e);
}

static enum rc prepare_recent(struct store_samples *t, struct db *db, struct buf *sql,
                              struct err *e)
{
    buf_adds(sql, "SELECT _at");
    for (int i = 0; i < HISTORY_COUNT; i++)
        if (t->present >> ring_fields[i] & 1)
            buf_addf(sql, ", \"%s\"", figure((unsigned)ring_fields[i])->id);
        else
            buf_adds(sql, ", NULL");
    buf_adds(sql, " FROM sample WHERE _center = ?1 AND _step = ?2 AND _at > ?3 ORDER BY _at");
    return store_prepare(db, sql, &t->recent, e);
}

enum rc store_samples_open(struct store_samples *t, struct db *db, struct err *e)
{
    struct buf sql;

    *t = (struct store_samples){0};
    enum rc rc = store_schema_present(db, ENTITY_CENTER, "sample", &t->present, e);
    if (rc == RC_OK)
        rc = db_number(db, "SELECT value FROM meta WHERE key = 'sampled_at'", &t->sampled_at, e);
    if (rc != RC_OK)
        return rc;
    for (unsigned i = 0; i < FIELDS_center; i++)
        if (!store_samples_field(i))
            t->present &= ~(UINT64_C(1) << i);
    buf_init(&sql, LONGEST_SQL);
    rc = prepare_put(t, db, &sql, e);
    if (rc == RC_OK)
        rc = prepare_roll(t, db, &sql, e);
    if (rc == RC_OK)
        rc = prepare_recent(t, db, &sql, e);
    buf_fini(&sql);
    if (rc != RC_OK)
        store_samples_close(t);
    return rc;
}

void store_samples_close(struct store_samples *t)
{
    stmt_free(t->put);
    stmt_free(t->roll);
    stmt_free(t->recent);
    *t = (struct store_samples){0};
}

bool store_samples_due(const struct store_samples *t, int64_t now_ms)
{
    return now_ms / HISTORY_STEP_MS != t->sampled_at / HISTORY_STEP_MS;
}

/* ---- writing ---- */

/* The line of FLOPS is one of rates: what is allocated or installed is no part of it. */
static bool is_kept(const struct center_row *c, unsigned field)
{
    switch (field) {
    case FIELD_center_flops:
    case FIELD_center_flops_peak:
    case FIELD_center_flops_devices:
    case FIELD_center_flops_devices_known:
        return field_has(c, field) && flops_is_rate((enum provenance)c->flops_provenance);
    default:
        return field_has(c, field);
    }
}

static enum rc put_center(struct store_samples *t, const struct snapshot *s,
                          const struct center_row *c, int64_t at, struct err *e)
{
    const struct intern *strings = snapshot_strings(s);

    stmt_set_bytes(t->put, 1, intern_raw(strings, c->id), intern_raw_len(strings, c->id));
    stmt_set_int(t->put, 2, HISTORY_STEP_MS);
    stmt_set_int(t->put, 3, at);
    for (unsigned i = 0; i < FIELDS_center; i++)
        if ((t->present >> i & 1) && is_kept(c, i))
            stmt_set_num(t->put, (int)(PUT_FIELDS + i), field_num(c, figure(i)));
    return stmt_run(t->put, e);
}

/* The rows of `from` in the interval [at, at + to) become one row of the center. */
static enum rc roll_up(struct store_samples *t, const struct snapshot *s,
                       const struct center_row *c, int64_t from, int64_t to, int64_t at,
                       struct err *e)
{
    const struct intern *strings = snapshot_strings(s);

    stmt_set_bytes(t->roll, 1, intern_raw(strings, c->id), intern_raw_len(strings, c->id));
    stmt_set_int(t->roll, 2, from);
    stmt_set_int(t->roll, 3, to);
    stmt_set_int(t->roll, 4, at);
    return stmt_run(t->roll, e);
}

static enum rc close_intervals(struct store_samples *t, const struct snapshot *s,
                               const struct center_row *c, int64_t now, struct err *e)
{
    const struct store_resolution *r = store_resolutions;
    enum rc rc = RC_OK;

    for (; rc == RC_OK && r[1].step_ms; r++) {
        int64_t to = r[1].step_ms, begun = t->sampled_at / to * to;
        if (t->sampled_at && now / to * to != begun)
            rc = roll_up(t, s, c, r->step_ms, to, begun, e);
    }
    return rc;
}

static enum rc write_center(struct store_samples *t, const struct snapshot *s,
                            const struct center_row *c, int64_t at, struct err *e)
{
    enum rc rc = close_intervals(t, s, c, at, e);

    if (rc == RC_OK && row_has(c, center, health) && c->health == health_LIVE)
        rc = put_center(t, s, c, at, e);
    return rc;
}

enum rc store_samples_write(struct store_samples *t, struct db *db, const struct snapshot *s,
                            int64_t now_ms, struct err *e)
{
    int64_t at = now_ms / HISTORY_STEP_MS * HISTORY_STEP_MS;
    enum rc rc = RC_OK;
    char sql[96];

    for (uint32_t i = 0; rc == RC_OK && i < snapshot_slots(s, ENTITY_CENTER); i++) {
        const struct center_row *c = snapshot_row(s, ENTITY_CENTER, i);
        if (c && row_has(c, center, id))
            rc = write_center(t, s, c, at, e);
    }
    if (rc != RC_OK)
        return rc;
    (void)snprintf(sql, sizeof sql, "INSERT OR REPLACE INTO meta VALUES ('sampled_at', %lld)",
                   (long long)at);
    rc = db_exec(db, sql, e);
    if (rc == RC_OK)
        t->sampled_at = at;
    return rc;
}

enum rc store_samples_prune(struct db *db, const char *center, int64_t now_ms, struct err *e)
{
    struct stmt *s;
    enum rc rc = stmt_new(
        db, "DELETE FROM sample WHERE _center = ?1 AND _step = ?2 AND (_at < ?3 OR _at > ?4)", &s,
        e);

    if (rc != RC_OK)
        return rc;
    for (const struct store_resolution *r = store_resolutions; rc == RC_OK && r->step_ms; r++) {
        stmt_set_bytes(s, 1, center, strlen(center));
        stmt_set_int(s, 2, r->step_ms);
        stmt_set_int(s, 3, now_ms - r->keep_ms);
        stmt_set_int(s, 4, now_ms + DAY); /* the clock was wrong once */
        rc = stmt_run(s, e);
    }
    stmt_free(s);
    return rc;
}

/* ---- reading ---- */

enum rc store_samples_load(struct store_samples *t, const char *center, int64_t now_ms,
                           struct delta *d, struct err *e)
{
    int64_t last = now_ms / HISTORY_STEP_MS * HISTORY_STEP_MS,
            first = last - (HISTORY_SAMPLES - 1) * HISTORY_STEP_MS;
    bool more = false;
    enum rc rc;

    stmt_set_bytes(t->recent, 1, center, strlen(center));
    stmt_set_int(t->recent, 2, HISTORY_STEP_MS);
    stmt_set_int(t->recent, 3, first - 1);
    while ((rc = stmt_next(t->recent, &more, e)) == RC_OK && more) {
        int64_t at = stmt_int(t->recent, 0);
        float sample[HISTORY_COUNT];
        for (int i = 0; i < HISTORY_COUNT; i++)
            sample[i] = stmt_is_null(t->recent, i + 1) ? NAN : (float)stmt_num(t->recent, i + 1);
        if (at <= last)
            delta_sample(d, at, sample);
    }
    stmt_reset(t->recent);
    return rc;
}
