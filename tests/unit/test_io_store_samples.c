/* SPDX-License-Identifier: MIT
 * The figures of a center over time: each resolution holds what it should, for as long as it should, and the
 * sparklines of a new start begin where those of the last one ended. */
#include "io/store_samples.h"
#include "io/store_schema.h"
#include "model/flops.h"
#include "tests/unit/store_kit.h"
#include <math.h>

#define STEP HISTORY_STEP_MS
/* On the border of the coarsest interval. */
#define BEGIN (KIT_NOW / (6 * 3600000LL) * (6 * 3600000LL))

static struct db *db;
static char *folder;
static struct fleet *fleet;
static struct store_samples samples;

static int setup(void **state)
{
    char *path;

    (void)state;
    folder = kit_folder();
    path = xasprintf("%s/history.db", folder);
    assert_int_equal(db_open(path, DB_CREATE, 0, &db, NULL), RC_OK);
    free(path);
    assert_int_equal(db_exec(db, "PRAGMA synchronous = OFF", NULL), RC_OK);
    assert_int_equal(store_schema_make(db, NULL), RC_OK);
    assert_int_equal(store_samples_open(&samples, db, NULL), RC_OK);
    fleet = fleet_new(NULL);
    kit_centers(fleet);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    store_samples_close(&samples);
    db_close(db);
    fleet_free(fleet);
    kit_remove(folder);
    return 0;
}

static double number(const char *text)
{
    struct stmt *s;
    bool row;

    assert_int_equal(stmt_new(db, text, &s, NULL), RC_OK);
    assert_int_equal(stmt_next(s, &row, NULL), RC_OK);
    double v = !row || stmt_is_null(s, 0) ? NAN : stmt_num(s, 0);
    stmt_free(s);
    return v;
}

/* What the centers look like at that time; down: no source answers. */
static void sample(wall_ms at, int running, int celsius, bool down)
{
    char lines[256];
    struct snapshot *s;

    (void)snprintf(lines, sizeof lines, "source s name=s state=%s last_ok_at=%lld\n",
                   down ? "failed" : "ok", (long long)(down ? at - 86400000 : at));
    struct delta *d = delta_new(0, 0, at, 0);
    kit_fill(d, lines);
    assert_int_equal(fleet_apply(fleet, d, NULL), RC_OK);
    delta_free(d);
    d = delta_new(0, 0, at, 0);
    (void)snprintf(lines, sizeof lines, "node cn1 state=idle temperature_celsius=%d", celsius);
    kit_fill(d, lines);
    for (int i = 0; i < running; i++) {
        (void)snprintf(lines, sizeof lines, "job %d state=running", i);
        kit_fill(d, lines);
    }
    assert_int_equal(fleet_apply(fleet, d, NULL), RC_OK);
    delta_free(d);
    s = fleet_publish(fleet, at);
    assert_int_equal(db_exec(db, "BEGIN", NULL), RC_OK);
    assert_true(store_samples_due(&samples, at));
    assert_int_equal(store_samples_write(&samples, db, s, at, NULL), RC_OK);
    assert_false(store_samples_due(&samples, at));
    assert_int_equal(db_exec(db, "COMMIT", NULL), RC_OK);
    snapshot_unref(s);
}

static void test_means_and_peaks(void **state)
{
    (void)state;
    for (int i = 0; i < 5; i++) /* four of them make two minutes; the fifth closes those */
        sample(BEGIN + i * STEP, i + 1, i == 1 ? 90 : 40, false);
    assert_true(number("SELECT count(*) FROM sample WHERE _step = 30000") == 5);
    assert_true(number("SELECT count(*) FROM sample WHERE _step = 120000") == 1);
    assert_true(number("SELECT jobs_running FROM sample WHERE _step = 120000") == 2.5);
    assert_true(number("SELECT temperature_max_celsius FROM sample WHERE _step = 120000") == 90);
    /* Unknown stays unknown. */
    assert_true(isnan(number("SELECT power_watts FROM sample WHERE _step = 120000")));
}

/* Rates are kept; what is allocated is none. */
static void test_flops_are_rates(void **state)
{
    (void)state;
    kit_rows(fleet, 0, 0, BEGIN, "device cn1/0 counted_fp16_flops=3e14");
    sample(BEGIN, 1, 40, false);
    assert_true(fabs(number("SELECT flops FROM sample") / 3e14 - 1) < 1e-6);
    struct delta *d = delta_new(0, 0, BEGIN, 0);
    assert_int_equal(store_samples_load(&samples, "tianjin", BEGIN, d, NULL), RC_OK);
    assert_true(fabs((double)d->samples->values[HISTORY_FLOPS] / 3e14 - 1) < 1e-6);
    delta_free(d);

    struct peak_table *peaks = peak_table_new();
    assert_int_equal(
        peak_table_add(peaks, "X1 | x | 1 | 1 | 1 | 5 | 1 | A | s", "peaks.conf", NULL), RC_OK);
    fleet_set_peaks(fleet, peaks);
    kit_rows(fleet, 0, 0, BEGIN,
             "device cn1/0 counted_fp16_flops=?\n"
             "node cn1 devices_total=4 devices_allocated=2 device_model=X1");
    sample(BEGIN + STEP, 1, 40, false);
    char sql[96];
    (void)snprintf(sql, sizeof sql, "SELECT flops FROM sample WHERE _at = %lld",
                   (long long)(BEGIN + STEP));
    assert_true(isnan(number(sql)));
    (void)snprintf(sql, sizeof sql, "SELECT flops_allocated FROM sample WHERE _at = %lld",
                   (long long)(BEGIN + STEP));
    assert_true(number(sql) == 1e13);
    fleet_set_peaks(fleet, NULL);
    peak_table_free(peaks);
}

/* A history of an earlier version has no such column: it gets one, and a reader does without. */
static void test_a_history_without_flops(void **state)
{
    struct store_samples older;

    (void)state;
    sample(BEGIN, 1, 40, false);
    store_samples_close(&samples);
    assert_int_equal(db_exec(db, "ALTER TABLE sample DROP COLUMN flops", NULL), RC_OK);
    assert_int_equal(store_samples_open(&older, db, NULL), RC_OK);
    struct delta *d = delta_new(0, 0, BEGIN, 0);
    assert_int_equal(store_samples_load(&older, "tianjin", BEGIN, d, NULL), RC_OK);
    assert_non_null(d->samples);
    assert_true(isnan(d->samples->values[HISTORY_FLOPS]));
    assert_true(d->samples->values[HISTORY_RUNNING] == 1);
    delta_free(d);
    store_samples_close(&older);
    assert_int_equal(store_schema_make(db, NULL), RC_OK);
    assert_int_equal(store_samples_open(&samples, db, NULL), RC_OK);
    assert_true(samples.present >> FIELD_center_flops & 1);
}

static void test_a_center_that_is_down_has_gaps(void **state)
{
    (void)state;
    sample(BEGIN, 1, 40, false);
    sample(BEGIN + STEP, 1, 40, true);
    sample(BEGIN + 2 * STEP, 1, 40, false);
    assert_true(number("SELECT count(*) FROM sample WHERE _step = 30000") == 2);
}

static void test_all_resolutions(void **state)
{
    (void)state;
    for (int i = 0; i <= 6 * 120; i++)
        sample(BEGIN + i * STEP, 3, 40, false);
    assert_true(number("SELECT count(*) FROM sample WHERE _step = 120000") == 180);
    assert_true(number("SELECT count(*) FROM sample WHERE _step = 600000") == 36);
    assert_true(number("SELECT count(*) FROM sample WHERE _step = 3600000") == 6);
    assert_true(number("SELECT count(*) FROM sample WHERE _step = 21600000") == 1);
    assert_true(number("SELECT jobs_running FROM sample WHERE _step = 21600000") == 3);
    assert_int_equal(store_samples_prune(db, "tianjin", BEGIN + 720 * STEP, NULL), RC_OK);
    assert_true(number("SELECT count(*) FROM sample WHERE _step = 30000") == 241);
    assert_true(number("SELECT count(*) FROM sample WHERE _step = 120000") == 180);
    assert_int_equal(store_samples_prune(db, "tianjin", BEGIN + 900LL * 86400000, NULL), RC_OK);
    assert_true(number("SELECT count(*) FROM sample") == 0);
}

/* A restart in the middle of an interval: it is closed all the same. */
static void test_restart_within_an_interval(void **state)
{
    (void)state;
    sample(BEGIN, 1, 40, false);
    sample(BEGIN + STEP, 3, 40, false);
    store_samples_close(&samples);
    assert_int_equal(store_samples_open(&samples, db, NULL), RC_OK);
    sample(BEGIN + 20 * STEP, 5, 40, false);
    assert_true(number("SELECT jobs_running FROM sample WHERE _step = 120000") == 2);
}

static void history_of(struct fleet *f, wall_ms now, float out[HISTORY_SAMPLES], int *count)
{
    struct snapshot *s = fleet_publish(f, now);

    *count = snapshot_history(s, 0, HISTORY_RUNNING, out, HISTORY_SAMPLES);
    snapshot_unref(s);
}

static void load_into(struct fleet *f, wall_ms now)
{
    struct delta *d = delta_new(0, UINT16_MAX, now, 0);

    assert_int_equal(store_samples_load(&samples, "tianjin", now, d, NULL), RC_OK);
    assert_int_equal(fleet_apply(f, d, NULL), RC_OK);
    delta_free(d);
}

static void test_sparklines_go_on(void **state)
{
    struct fleet *again = fleet_new(NULL);
    float v[HISTORY_SAMPLES];
    int count;
    (void)state;

    for (int i = 0; i < 10; i++)
        sample(BEGIN + i * STEP, i + 1, 40, false);
    /* Two minutes later, in another process. */
    wall_ms now = BEGIN + 13 * STEP + 7000;
    kit_centers(again);
    load_into(again, now);
    history_of(again, now, v, &count);
    assert_int_equal(count, 14);
    assert_true(v[0] == 1 && v[9] == 10);
    assert_true(isnan(v[10]) && isnan(v[13])); /* nobody looked */
    /* What comes then goes on behind it. */
    fleet_tick(again, now + STEP);
    history_of(again, now + STEP, v, &count);
    assert_int_equal(count, 15);
    assert_true(v[9] == 10);
    fleet_free(again);
}

static void test_late_history_overwrites_nothing(void **state)
{
    struct fleet *again = fleet_new(NULL);
    float v[HISTORY_SAMPLES];
    int count;
    (void)state;

    for (int i = 0; i < 10; i++)
        sample(BEGIN + i * STEP, i + 1, 40, false);
    kit_centers(again);
    kit_rows(again, 0, 0, BEGIN, "job 1 state=running\njob 2 state=running");
    fleet_tick(again, BEGIN + 9 * STEP);
    load_into(again, BEGIN + 9 * STEP);
    history_of(again, BEGIN + 9 * STEP, v, &count);
    assert_int_equal(count, 10);
    assert_true(v[8] == 9);
    assert_true(v[9] == 2);
    fleet_free(again);
}

static void test_a_clock_that_was_wrong(void **state)
{
    struct fleet *again = fleet_new(NULL);
    float v[HISTORY_SAMPLES];
    int count;
    (void)state;

    sample(BEGIN, 1, 40, false);
    sample(BEGIN + 365LL * 86400000, 1, 40, false); /* next year */
    sample(BEGIN + STEP, 1, 40, false);             /* and back */
    load_into(again, BEGIN + STEP);
    history_of(again, BEGIN + STEP, v, &count);
    assert_int_equal(count, 2);
    assert_int_equal(store_samples_prune(db, "tianjin", BEGIN + STEP, NULL), RC_OK);
    assert_true(number("SELECT count(*) FROM sample WHERE _step = 30000") == 2);
    fleet_free(again);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_means_and_peaks, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_center_that_is_down_has_gaps, setup, teardown),
        cmocka_unit_test_setup_teardown(test_flops_are_rates, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_history_without_flops, setup, teardown),
        cmocka_unit_test_setup_teardown(test_all_resolutions, setup, teardown),
        cmocka_unit_test_setup_teardown(test_restart_within_an_interval, setup, teardown),
        cmocka_unit_test_setup_teardown(test_sparklines_go_on, setup, teardown),
        cmocka_unit_test_setup_teardown(test_late_history_overwrites_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_clock_that_was_wrong, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
