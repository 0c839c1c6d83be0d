/* SPDX-License-Identifier: MIT
 * test_base_clock.c - clock: times there and back, ages in five cells. */
#include "base/clock.h"
#include "tests/unit/unit.h"
#include <time.h>

#define DAY INT64_C(86400000)
#define HOUR INT64_C(3600000)
#define MINUTE INT64_C(60000)

static void test_rfc3339(void **state)
{
    (void)state;
    char out[32];

    time_rfc3339(INT64_C(1795337709123), out);
    assert_string_equal(out, "2026-11-22T08:55:09Z");
    time_rfc3339(0, out);
    assert_string_equal(out, "");
    time_rfc3339(-5, out);
    assert_string_equal(out, "");
    time_rfc3339(INT64_MAX, out);
    assert_string_equal(out, "");
    time_rfc3339(INT64_C(253402300799999), out);
    assert_string_equal(out, "9999-12-31T23:59:59Z");
}

/* Each day of 1970..2500 and its neighbours against libc. */
static void test_the_calendar_agrees_with_libc(void **state)
{
    (void)state;
    for (time_t t = 1; t < INT64_C(16725225600); t += 86400 - 7) {
        char got[32], want[32];
        struct tm tm;

        time_rfc3339((wall_ms)t * 1000, got);
        assert_non_null(gmtime_r(&t, &tm));
        strftime(want, sizeof(want), "%Y-%m-%dT%H:%M:%SZ", &tm);
        assert_string_equal(got, want);
        assert_int_equal(time_parse(got, 999), (wall_ms)t * 1000);
    }
}

static void test_parse_forms(void **state)
{
    (void)state;
    wall_ms t = INT64_C(1795337709000);

    assert_int_equal(time_parse("2026-11-22T08:55:09Z", 0), t);
    assert_int_equal(time_parse("2026-11-22T08:55:09", 0), t);
    assert_int_equal(time_parse("2026-11-22T16:55:09", 480), t);
    assert_int_equal(time_parse("2026-11-22 16:55:09+08:00", 0), t);
    assert_int_equal(time_parse("2026-11-22t03:25:09-0530", 99), t);
    assert_int_equal(time_parse("2026-11-22T08:55:09.5Z", 0), t + 500);
    assert_int_equal(time_parse("2026-11-22T08:55:09.123456789Z", 0), t + 123);
    assert_int_equal(time_parse("2024-02-29T00:00:00Z", 0), INT64_C(1709164800000));
    assert_int_equal(time_parse("2016-12-31T23:59:60Z", 0), INT64_C(1483228800000));
}

static void test_parse_refuses_the_rest(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "Unknown",
        "N/A",
        "2026",
        "2026-11-22",
        "2026-11-22T08:55",
        "2026-13-22T08:55:09Z",
        "2026-00-22T08:55:09Z",
        "2026-11-31T08:55:09Z",
        "2025-02-29T00:00:00Z",
        "2100-02-29T00:00:00Z",
        "2026-11-22T24:55:09Z",
        "2026-11-22T08:60:09Z",
        "2026-11-22T08:55:61Z",
        "2026-11-22T08:55:09.Z",
        "2026-11-22T08:55:09Zjunk",
        "2026-11-22T08:55:09+8",
        "2026-11-22T08:55:09+24:00",
        "-026-11-22T08:55:09Z",
        "0001-01-01T00:00:00Z",
        "0000-01-01T00:00:00Z",
        "1970-01-01T00:00:00Z",
    };

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        if (time_parse(bad[i], 0) != 0)
            fail_msg("taken: %s", bad[i]);
}

static void test_local_forms(void **state)
{
    (void)state;
    char out[16];
    wall_ms t = INT64_C(1795337709000);

    time_hms(t, 0, out);
    assert_string_equal(out, "08:55:09");
    time_hms(t, -600, out);
    assert_string_equal(out, "22:55:09");
    time_short(t, 480, out);
    assert_string_equal(out, "11-22 16:55");
    time_short(t, -600, out);
    assert_string_equal(out, "11-21 22:55");
    time_hms(0, 480, out);
    assert_string_equal(out, "");
    time_short(0, 480, out);
    assert_string_equal(out, "");
}

static void test_zone_offset(void **state)
{
    (void)state;
    setenv("TZ", "XST-5:30", 1);
    tzset();
    assert_int_equal(clock_utc_offset(INT64_C(1795337709000)), 330);
    setenv("TZ", "UTC", 1);
    tzset();
    assert_int_equal(clock_utc_offset(INT64_C(1795337709000)), 0);
}

static void test_ages(void **state)
{
    (void)state;
    static const struct {
        int64_t ms;
        const char *text;
    } ages[] = {
        {0, "0s"},
        {999, "0s"},
        {59999, "59s"},
        {MINUTE, "1m"},
        {12 * MINUTE, "12m"},
        {HOUR - 1, "59m"},
        {HOUR, "1h00"},
        {3 * HOUR + 4 * MINUTE, "3h04"},
        {DAY - 1, "23h59"},
        {3 * DAY + 4 * HOUR, "3d04h"},
        {10 * DAY - 1, "9d23h"},
        {10 * DAY + HOUR, "10d"},
        {120 * DAY, "120d"},
        {729 * DAY, "729d"},
        {731 * DAY, "2y"},
        {9 * 366 * DAY, "9y"},
        {100 * 365 * DAY, "99y"},
        {36525 * DAY, "100y"},
        {101 * 366 * DAY, "?"},
        {-1, "?"},
        {INT64_MAX, "?"},
        {INT64_MIN, "?"},
    };

    for (size_t i = 0; i < sizeof(ages) / sizeof(ages[0]); i++) {
        char out[16];
        time_age(ages[i].ms, out);
        assert_string_equal(out, ages[i].text);
        assert_true(strlen(out) <= 5);
    }
}

static void test_durations(void **state)
{
    (void)state;
    char out[24];

    time_duration(0, out);
    assert_string_equal(out, "00:00:00");
    time_duration(3 * HOUR + 4 * MINUTE + 5999, out);
    assert_string_equal(out, "03:04:05");
    time_duration(2 * DAY + 3 * HOUR + 4 * MINUTE + 5000, out);
    assert_string_equal(out, "2-03:04:05");
    time_duration(-1, out);
    assert_string_equal(out, "?");
    time_duration(INT64_MAX, out);
    assert_string_equal(out, "106751991167-07:12:55");
}

static void test_clocks_run(void **state)
{
    (void)state;
    mono_ms before = clock_mono();

    assert_true(clock_wall() > INT64_C(1700000000000));
    assert_true(clock_mono() >= before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rfc3339),     cmocka_unit_test(test_the_calendar_agrees_with_libc),
        cmocka_unit_test(test_parse_forms), cmocka_unit_test(test_parse_refuses_the_rest),
        cmocka_unit_test(test_local_forms), cmocka_unit_test(test_zone_offset),
        cmocka_unit_test(test_ages),        cmocka_unit_test(test_durations),
        cmocka_unit_test(test_clocks_run),
    };
    return cmocka_run_group_tests_name("base clock", tests, NULL, NULL);
}
