/* SPDX-License-Identifier: MIT
 * test_export_check.c - the verdict of a Nagios plug-in: status, words, perfdata. */
#include "base/text.h"
#include "model/delta.h"
#include "model/fleet.h"
#include "tests/unit/export_fixture.h"
#include "tests/unit/unit.h"
#include "tests/unit/zh_kit.h"

static const struct check_limits usual = {.warn_out_share = 15,
                                          .crit_out_share = 25,
                                          .warn_celsius = 80,
                                          .crit_celsius = 90,
                                          .warn_stale_s = 120,
                                          .crit_stale_s = 600};

static char line_text[65536];

static int verdict_of(const char *fleet, const struct check_limits *l,
                      const struct export_options *o)
{
    struct snapshot *s = fixture_snapshot(fleet);
    struct buf line;

    buf_init(&line, sizeof(line_text));
    int verdict = check_verdict(s, l, o, &line);
    assert_true(text_is_clean(line.data, line.len));
    memcpy(line_text, line.data, line.len + 1);
    buf_fini(&line);
    snapshot_unref(s);
    return verdict;
}

static int verdict(const char *fleet, const struct check_limits *l)
{
    struct export_options o = fixture_options(fleet);

    return verdict_of(fleet, l, &o);
}

static void expect_text(const char *text)
{
    if (strstr(line_text, text) == NULL)
        fail_msg("\"%s\" is not in: %s", text, line_text);
}

static void test_ok_tells_what_there_is(void **state)
{
    struct check_limits l = usual;

    (void)state;
    l.warn_out_share = 30; /* one of four is drained */
    l.crit_out_share = 50;
    assert_int_equal(verdict("fleet", &l), 0);
    assert_string_equal(
        line_text,
        "OK - 2 centers, 4 nodes, 1 out, 1 jobs running, 94 queued, hottest 71.5 °C on cn1 | "
        "'out'=25%;30;50;0;100 'temperature'=71.5;80;90;0 'age'=2.5s;120;600;0 'queued'=94;;;0 "
        "'running'=1;;;0 'nodes_up'=3;;;0;4 'devices_allocated'=6;;;0;24 'sources_bad'=0;;;0;2 "
        "'flops_fp16_estimated'=296699987000000;;;0;989000000000000");
}

/* The verdict's word, names and the perfdata stay: programs read them. */
static void test_what_people_read_is_in_their_language(void **state)
{
    struct check_limits l = usual;

    (void)state;
    if (!use_chinese())
        skip();
    assert_int_equal(verdict("fleet", &l), 1);
    expect_text(
        "WARNING - zhangbei: 4 个节点中 1 个停用（排空 1，宕机 0） | 'out'=25%;15;25;0;100 ");
    i18n_end();
}

static void test_each_limit(void **state)
{
    struct check_limits l = {.warn_out_share = 20};

    (void)state;
    assert_int_equal(verdict("fleet", &l), 1);
    expect_text("WARNING - zhangbei: 1 of 4 nodes out (1 drained, 0 down) |");
    l = (struct check_limits){.warn_out_share = 10, .crit_out_share = 20};
    assert_int_equal(verdict("fleet", &l), 2);
    l = (struct check_limits){.warn_out_share = 25}; /* more than, not from */
    assert_int_equal(verdict("fleet", &l), 0);
    l = (struct check_limits){.warn_celsius = 71.5}; /* from this temperature on */
    assert_int_equal(verdict("fleet", &l), 1);
    expect_text("zhangbei: 71.5 °C on cn1");
    l = (struct check_limits){.warn_celsius = 60, .crit_celsius = 70};
    assert_int_equal(verdict("fleet", &l), 2);
    l = (struct check_limits){.warn_queued = 93};
    assert_int_equal(verdict("fleet", &l), 1);
    expect_text("zhangbei: 94 jobs queued");
    l = (struct check_limits){.warn_stale_s = 2};
    assert_int_equal(verdict("fleet", &l), 1);
    expect_text("zhangbei: zhangbei/slurm silent for 2s; tianjin: tianjin/slurm silent for 2s");
    l = (struct check_limits){.warn_stale_s = 1, .crit_stale_s = 2};
    assert_int_equal(verdict("fleet", &l), 2);
    expect_text("CRITICAL - ");
}

static void test_no_limits_no_complaint(void **state)
{
    const struct check_limits none = {.warn_out_share = 0};

    (void)state;
    assert_int_equal(verdict("fleet", &none), 0);
    expect_text("'out'=25%;;;0;100");
}

static void test_a_failed_source_of_a_known_center_warns(void **state)
{
    struct check_limits l = usual;

    (void)state;
    l.warn_out_share = l.crit_out_share = 0;
    assert_int_equal(verdict("partial", &l), 1);
    expect_text("tianjin: tianjin/slurm silent for 5m");
    expect_text("tianjin: tianjin/slurm HTTP 401: the token has expired");
    expect_text("'sources_bad'=1;;;0;2");
}

static void test_what_never_answered_is_unknown(void **state)
{
    (void)state;
    assert_int_equal(verdict("dead", &usual), 3);
    expect_text("UNKNOWN - zhangbei: zhangbei/slurm has not answered yet |");
    expect_text(
        "'out'=U;15;25;0;100 'temperature'=U;80;90;0 'age'=U;120;600;0 'queued'=U;;;0 'running'=U");
    assert_int_equal(verdict("empty", &usual), 3);
    expect_text("UNKNOWN - there is nothing to check |");
}

static void test_one_center_only(void **state)
{
    struct export_options o = fixture_options("partial");

    (void)state;
    o.only_center = "zhangbei";
    assert_int_equal(verdict_of("partial", &(struct check_limits){.warn_stale_s = 120}, &o), 0);
    o.only_center = "tianjin";
    assert_int_equal(verdict_of("partial", &(struct check_limits){.warn_stale_s = 120}, &o), 1);
    expect_text("WARNING - tianjin: ");
    o.only_center = "nowhere";
    assert_int_equal(verdict_of("partial", &usual, &o), 3);
}

/* Sixty centers that never answered, whose sources have names that mean harm. */
static struct snapshot *many_centers(void)
{
    struct fleet *f = fleet_new(NULL);
    char id[32], name[600];

    memset(name, '|', sizeof(name) - 1);
    name[sizeof(name) - 1] = '\0';
    for (uint16_t i = 0; i < 60; i++) {
        struct delta *d = delta_new(i, i, FIXTURE_NOW, 0);
        int len = snprintf(id, sizeof(id), "center%u", i);
        delta_row(d, ENTITY_CENTER, id, (size_t)len);
        delta_row(d, ENTITY_SOURCE, id, (size_t)len);
        delta_str(d, FIELD_source_name, name);
        delta_int(d, FIELD_source_state, source_state_FAILED);
        delta_str(d, FIELD_source_error, "one\ntwo | 'out'=1");
        fleet_apply(f, d, NULL);
        delta_free(d);
    }
    struct snapshot *s = fleet_publish(f, FIXTURE_NOW);
    fleet_free(f);
    return s;
}

static void test_the_line_stays_short_and_has_one_pipe(void **state)
{
    struct snapshot *s = many_centers();
    struct export_options o = fixture_options("fleet");
    struct buf line;

    (void)state;
    buf_init(&line, 65536);
    assert_int_equal(check_verdict(s, &usual, &o, &line), 3);
    assert_ptr_equal(strchr(line.data, '|'), strrchr(line.data, '|'));
    assert_null(strchr(line.data, '\n'));
    assert_true(line.len < 4096);
    assert_non_null(strstr(line.data, "; and 55 more |"));
    buf_fini(&line);
    snapshot_unref(s);
}

static void test_a_clock_that_jumped_is_no_age(void **state)
{
    struct export_options o = fixture_options("fleet");

    (void)state;
    o.now = FIXTURE_NOW - 3600000;
    assert_int_equal(verdict_of("fleet", &(struct check_limits){.warn_stale_s = 1}, &o), 0);
    expect_text("'age'=U;1;;0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ok_tells_what_there_is),
        cmocka_unit_test(test_what_people_read_is_in_their_language),
        cmocka_unit_test(test_each_limit),
        cmocka_unit_test(test_no_limits_no_complaint),
        cmocka_unit_test(test_a_failed_source_of_a_known_center_warns),
        cmocka_unit_test(test_what_never_answered_is_unknown),
        cmocka_unit_test(test_one_center_only),
        cmocka_unit_test(test_the_line_stays_short_and_has_one_pipe),
        cmocka_unit_test(test_a_clock_that_jumped_is_no_age),
    };
    return cmocka_run_group_tests_name("export check", tests, NULL, NULL);
}
