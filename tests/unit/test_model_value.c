/* SPDX-License-Identifier: MIT
 * Columns: finding them, computing the derived ones, and writing values for people. */
#include "model/fields.h"
#include "model/value_int.h"
#include "tests/unit/model_kit.h"
#include "tests/unit/model_random.h"
#include <math.h>

#define THIN "\342\200\211"

static void assert_text(enum field_unit unit, double v, const char *expected)
{
    struct field f = {.type = FT_NUM, .unit = unit};
    struct value value = {.kind = VALUE_NUM, .num = v};
    struct buf out;

    buf_init(&out, 100);
    value_text(NULL, &f, &value, &out);
    if (strcmp(out.data, expected) != 0)
        fail_msg("%g: \"%s\", not \"%s\"", v, out.data, expected);
    buf_fini(&out);
}

/* What a NUM32 promises: whole numbers up to 2^24, fractions to a thousandth, read back as they were written. */
static void narrow_numbers_come_back(void **state)
{
    static const double cases[] = {0,     1,    0.35,     -1.5,     312.507, 88.2,
                                   12.01, 1e-3, 16777216, 9999.999, 127};
    const struct field *f = column_info(ENTITY_NODE, FIELD_node_load);
    struct node_row row;

    (void)state;
    assert_true(f->narrow);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        union field_value v = {.num = cases[i]};
        memset(&row, 0, sizeof(row));
        field_put(&row, f, FIELD_node_load, &v);
        assert_true(field_same(&row, f, FIELD_node_load, &v));
        if (field_num(&row, f) != cases[i])
            fail_msg("%.17g came back as %.17g", cases[i], field_num(&row, f));
        v.num = cases[i] + 1;
        assert_false(cases[i] < 1e7 && field_same(&row, f, FIELD_node_load, &v));
    }
}

static void numbers_are_written_for_people(void **state)
{
    static const struct {
        enum field_unit unit;
        double v;
        const char *text;
    } cases[] = {
        {UNIT_COUNT, 0, "0"},
        {UNIT_COUNT, 999, "999"},
        {UNIT_COUNT, 1000, "1" THIN "000"},
        {UNIT_COUNT, 1234567, "1" THIN "234" THIN "567"},
        {UNIT_COUNT, 9007199254740992.0,
         "9" THIN "007" THIN "199" THIN "254" THIN "740" THIN "992"},
        {UNIT_COUNT, 0.5, "0.5"},
        {UNIT_NONE, -12.25, "-12.3"},
        {UNIT_NONE, -0.01, "0"},
        {UNIT_BYTE, 0, "0B"},
        {UNIT_BYTE, 512, "512B"},
        {UNIT_BYTE, 1024, "1K"},
        {UNIT_BYTE, 62.5 * (1 << 30), "62.5G"},
        {UNIT_BYTE, 512.0 * (1 << 30), "512G"},
        {UNIT_BYTE, 1023.0 * (1 << 30), "1T"},
        {UNIT_BYTE, 2e21, "1" THIN "735E"},
        {UNIT_WATT, 350, "350W"},
        {UNIT_WATT, 12400, "12.4kW"},
        {UNIT_WATT, 3.2e6, "3.2MW"},
        {UNIT_WATT, 999.6, "1kW"},
        {UNIT_PERCENT, 0, "0%"},
        {UNIT_PERCENT, 3.51, "3.5%"},
        {UNIT_PERCENT, 87.4, "87%"},
        {UNIT_PERCENT, 100, "100%"},
        {UNIT_LOAD, 0.034, "0.03"},
        {UNIT_LOAD, 0.5, "0.5"},
        {UNIT_LOAD, 12.34, "12.3"},
        {UNIT_LOAD, 255.9, "256"},
        {UNIT_CELSIUS, 71.6, "72"},
        {UNIT_RPM, 12000, "12" THIN "000"},
        {UNIT_SECOND, -1, "unlimited"},
        {UNIT_SECOND, 172800 + 3 * 3600, "2-03:00:00"},
        {UNIT_MILLISECOND, 3.25, "3.3ms"},
        {UNIT_PERCENT, 1e23, "?%"},
        {UNIT_NONE, -1e300, "?"},
        {UNIT_MILLISECOND, 120, "120ms"},
        {UNIT_MILLISECOND, 1500, "1.5s"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_text(cases[i].unit, cases[i].v, cases[i].text);
}

static struct value col(const struct value_ctx *c, enum entity e, const char *name, const void *row)
{
    int column = column_find(e, name);

    if (column < 0)
        fail_msg("no column %s", name);
    return column_value(c, e, (unsigned)column, row);
}

static void assert_col(const struct value_ctx *c, enum entity e, const char *name, const void *row,
                       const char *expected)
{
    struct value v = col(c, e, name, row);
    struct buf out;

    buf_init(&out, 1000);
    value_text(c, column_info(e, (unsigned)column_find(e, name)), &v, &out);
    if (strcmp(out.data, expected) != 0)
        fail_msg("%s: \"%s\", not \"%s\"", name, out.data, expected);
    buf_fini(&out);
}

static void each_type_has_its_text(void **state)
{
    struct fleet *f = fleet_new(NULL);

    (void)state;
    kit_rows(
        f, 0, 1, KIT_NOW,
        "job 14_5 state=running name=a\\x1bb requeueable=yes nodes=cn[1-3] started_at=-3600000 "
        "submitted_at=-172800000\nnode cn1 state=mixed flags=drain,maint\nnode cn2 flags=-");
    struct snapshot *s = fleet_publish(f, KIT_NOW);
    struct value_ctx c = {.snap = s, .now = KIT_NOW, .utc_offset_minutes = 60};
    const struct job_row *j = kit_job(s, "14_5");
    assert_col(&c, ENTITY_JOB, "id", j, "14_5");
    assert_col(&c, ENTITY_JOB, "state", j, "running");
    assert_col(&c, ENTITY_JOB, "name", j, "a\302\267b");
    assert_col(&c, ENTITY_JOB, "requeueable", j, "yes");
    assert_col(&c, ENTITY_JOB, "nodelist", j, "cn[1-3]");
    assert_col(&c, ENTITY_JOB, "started_at", j, "22:13:20");      /* today */
    assert_col(&c, ENTITY_JOB, "submitted_at", j, "11-12 23:13"); /* not today */
    assert_col(&c, ENTITY_JOB, "priority", j, "?");
    assert_col(&c, ENTITY_NODE, "flags", kit_node(s, "cn1"), "drain,maint");
    assert_col(&c, ENTITY_NODE, "flags", kit_node(s, "cn2"), "-");
    assert_col(&c, ENTITY_NODE, "state", kit_node(s, "cn2"), "?");
    snapshot_unref(s);
    fleet_free(f);
}

static void columns_are_found_by_id_and_title(void **state)
{
    (void)state;
    for (int i = 0; i < ENTITY_COUNT; i++) {
        enum entity e = (enum entity)i;
        assert_true(column_count(e) > entity_info(e)->field_count);
        for (unsigned k = 0; k < column_count(e); k++) {
            const struct field *f = column_info(e, k);
            assert_int_equal(column_find(e, f->id), k);
            assert_int_equal(column_is_derived(e, k), k >= entity_info(e)->field_count);
            assert_true(column_find(e, f->title) >= 0);
        }
    }
    assert_int_equal(column_find(ENTITY_JOB, "wants"), FIELD_job_devices_requested);
    assert_int_equal(column_find(ENTITY_JOB, "nope"), -1);
}

static void job_times_are_derived(void **state)
{
    struct fleet *f = fleet_new(NULL);

    (void)state;
    kit_rows(
        f, 0, 1, KIT_NOW,
        "center zb id=zb name=Z\n"
        "job q state=queued eligible_at=-600000 started_at=-9000000 expected_start_at=1700000900000\n"
        "job r state=running eligible_at=-600000 started_at=-120000 time_limit_seconds=600\n"
        "job o state=running started_at=-1200000 time_limit_seconds=600\n"
        "job u state=running started_at=-120000 time_limit_seconds=-1\n"
        "job d state=done started_at=-120000 ended_at=-60000\n"
        "job n state=held\n"
        "job f state=queued eligible_at=1700009999000 expected_start_at=-5000");
    struct snapshot *s = fleet_publish(f, KIT_NOW);
    struct value_ctx c = {.snap = s, .now = KIT_NOW};
    static const struct {
        const char *job, *column, *text;
    } cases[] = {
        {"q", "waited", "10m"}, {"q", "ran", "?"},
        {"q", "left", "?"},     {"q", "starts_in", "15m"},
        {"r", "waited", "8m"},  {"r", "ran", "2m"},
        {"r", "left", "8m"},    {"r", "progress_percent", "20%"},
        {"o", "left", "0s"},    {"o", "waited", "?"},
        {"u", "left", "?"},     {"u", "progress_percent", "?"},
        {"d", "ran", "1m"},     {"d", "left", "?"},
        {"n", "waited", "?"},   {"n", "starts_in", "?"},
        {"f", "waited", "?"},   {"f", "starts_in", "0s"},
        {"q", "center", "Z"},   {"q", "age_seconds", "0s"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_col(&c, ENTITY_JOB, cases[i].column, kit_job(s, cases[i].job), cases[i].text);
    snapshot_unref(s);
    fleet_free(f);
}

static uint32_t next(struct random_source *r, uint32_t below)
{
    r->state = r->state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((r->state >> 33) % below);
}

static struct snapshot *after_random_deltas(struct fleet *f, struct random_source *r, wall_ms from,
                                            wall_ms now)
{
    for (int i = 0; i < 300; i++) {
        struct delta *d = random_delta(r, from + (now - from) / 300 * i);
        fleet_apply(f, d, NULL);
        delta_free(d);
    }
    return fleet_publish(f, now);
}

/* How many rows told a value; what the same row is said to be in another snapshot is the same. */
static unsigned assert_of_row(const struct derived *d, const struct value_ctx *before,
                              const struct value_ctx *after)
{
    unsigned told = 0;

    for (uint32_t i = 0; i < snapshot_slots(before->snap, d->entity); i++) {
        const void *row = snapshot_row(before->snap, d->entity, i);
        if (!row)
            continue;
        struct value then = d->derive(before, row), now = d->derive(after, row);
        told += then.kind != VALUE_NONE;
        if (value_cmp(before, &then, &now) != 0)
            fail_msg("%s of %s is not of the row alone", d->field.id, entity_info(d->entity)->id);
    }
    return told;
}

/* What derived.def marks so stays true as long as the row does, whatever becomes of others, and at any time. The names of
 * the centers change here, too. */
static void what_is_of_the_row_is_of_nothing_else(void **state)
{
    unsigned told[ENTITY_COUNT] = {0};
    const struct derived *d;

    (void)state;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct random_source r = {.next = next, .state = seed};
        struct fleet *f = fleet_new(NULL);
        wall_ms later = KIT_NOW + 3600000;
        struct value_ctx before = {after_random_deltas(f, &r, KIT_NOW - 60000, KIT_NOW), KIT_NOW};
        struct value_ctx after = {after_random_deltas(f, &r, KIT_NOW, later), later};
        for (enum entity e = 0; e < ENTITY_COUNT; e++)
            for (unsigned n = 0; (d = derived_column(e, n)); n++)
                if (d->of_row && strcmp(d->field.id, "center") != 0)
                    told[e] += assert_of_row(d, &before, &after);
        snapshot_unref((struct snapshot *)before.snap);
        snapshot_unref((struct snapshot *)after.snap);
        fleet_free(f);
    }
    assert_true(told[ENTITY_CENTER] && told[ENTITY_NODE] && told[ENTITY_DEVICE]);
}

static void a_node_has_one_word(void **state)
{
    static const struct {
        const char *line, *word;
    } cases[] = {
        {"state=idle", "idle"},
        {"state=mixed", "mixed"},
        {"state=allocated flags=completing", "completing"},
        {"state=idle flags=planned", "planned"},
        {"state=idle flags=reserved,maint", "maint"},
        {"state=idle flags=reserved", "reserved"},
        {"state=idle flags=drain", "drained"},
        {"state=mixed flags=drain", "draining"},
        {"state=idle flags=drain,completing", "draining"},
        {"state=down", "down"},
        {"state=down flags=drain,not_responding", "down"},
        {"state=idle flags=not_responding", "no_answer"},
        {"state=error", "error"},
        {"state=idle flags=fail", "fail"},
        {"state=idle flags=invalid", "invalid"},
        {"state=future", "future"},
        {"state=idle flags=powered_down", "powered_down"},
        {"state=idle flags=powering", "powering"},
        {"state=idle flags=reboot,maint", "reboot"},
        {"state=idle flags=blocked", "blocked"},
        {"state=idle flags=cloud,dynamic", "idle"},
        {"state=unknown", "unknown"},
        {"load=1", "up"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct fleet *f = fleet_new(NULL);
        char line[200];
        snprintf(line, sizeof(line), "node cn1 %s", cases[i].line);
        kit_rows(f, 0, 1, KIT_NOW, line);
        struct snapshot *s = fleet_publish(f, KIT_NOW);
        struct value_ctx c = {.snap = s, .now = KIT_NOW};
        assert_col(&c, ENTITY_NODE, "status", kit_node(s, "cn1"), cases[i].word);
        snapshot_unref(s);
        fleet_free(f);
    }
}

static void shares_need_both_figures(void **state)
{
    struct fleet *f = fleet_new(NULL);

    (void)state;
    kit_rows(
        f, 0, 1, KIT_NOW,
        "center zb id=zb\nsource s state=ok next_try_at=1700000004000\n"
        "node a state=idle cpus_total=64 cpus_allocated=16 devices_total=8 devices_allocated=6 "
        "memory_total_bytes=1000 memory_allocated_bytes=250 reason_at=-7200000\n"
        "node b cpus_total=0 cpus_allocated=0 devices_total=8\nnode c devices_total=4 devices_allocated=6");
    struct snapshot *s = fleet_publish(f, KIT_NOW);
    struct value_ctx c = {.snap = s, .now = KIT_NOW};
    assert_col(&c, ENTITY_NODE, "cpu_share_percent", kit_node(s, "a"), "25%");
    assert_col(&c, ENTITY_NODE, "memory_share_percent", kit_node(s, "a"), "25%");
    assert_col(&c, ENTITY_NODE, "devices_free", kit_node(s, "a"), "2");
    assert_col(&c, ENTITY_NODE, "out_for", kit_node(s, "a"), "2h00");
    assert_col(&c, ENTITY_NODE, "cpu_share_percent", kit_node(s, "b"), "?");
    assert_col(&c, ENTITY_NODE, "devices_free", kit_node(s, "b"), "?");
    assert_col(&c, ENTITY_NODE, "devices_free", kit_node(s, "c"), "0");
    assert_col(&c, ENTITY_SOURCE, "next_in", snapshot_source(s, 1), "4s");
    assert_col(&c, ENTITY_SOURCE, "age_seconds", snapshot_source(s, 1), "?");
    assert_col(&c, ENTITY_SOURCE, "center", snapshot_source(s, 1), "zb");
    assert_col(&c, ENTITY_CENTER, "device_share_percent", snapshot_center(s, 0), "60%");
    assert_col(&c, ENTITY_CENTER, "oldest_wait", snapshot_center(s, 0), "?");
    snapshot_unref(s);
    fleet_free(f);
}

static void comparison_puts_nothing_last(void **state)
{
    struct fleet *f = fleet_new(NULL);

    (void)state;
    kit_rows(f, 0, 1, KIT_NOW, "job 1 name=n9 priority=5\njob 2 name=n10\njob 3 priority=-1");
    struct snapshot *s = fleet_publish(f, KIT_NOW);
    struct value_ctx c = {.snap = s, .now = KIT_NOW};
    struct value n9 = col(&c, ENTITY_JOB, "name", kit_job(s, "1"));
    struct value n10 = col(&c, ENTITY_JOB, "name", kit_job(s, "2"));
    struct value none = col(&c, ENTITY_JOB, "name", kit_job(s, "3"));
    assert_true(value_cmp(&c, &n9, &n10) < 0 && value_cmp(&c, &n10, &n9) > 0);
    assert_int_equal(value_cmp(&c, &n9, &n9), 0);
    assert_true(value_cmp(&c, &none, &n9) > 0 && value_cmp(&c, &n9, &none) < 0);
    assert_int_equal(value_cmp(&c, &none, &none), 0);
    snapshot_unref(s);
    fleet_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(narrow_numbers_come_back),
        cmocka_unit_test(numbers_are_written_for_people),
        cmocka_unit_test(each_type_has_its_text),
        cmocka_unit_test(columns_are_found_by_id_and_title),
        cmocka_unit_test(job_times_are_derived),
        cmocka_unit_test(what_is_of_the_row_is_of_nothing_else),
        cmocka_unit_test(a_node_has_one_word),
        cmocka_unit_test(shares_need_both_figures),
        cmocka_unit_test(comparison_puts_nothing_last),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
