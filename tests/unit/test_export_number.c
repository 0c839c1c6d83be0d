/* SPDX-License-Identifier: MIT
 * test_export_number.c - numbers read back as what they were, in the fewest digits, in any locale. */
#include "export/stream.h"
#include "tests/unit/unit.h"
#include <inttypes.h>
#include <locale.h>
#include <math.h>

static void expect(double v, const char *text)
{
    char out[NUMBER_MAX + 1];

    out[number_write(out, v)] = '\0';
    assert_string_equal(out, text);
}

static void test_whole_numbers_have_no_exponent(void **state)
{
    (void)state;
    expect(0, "0");
    expect(-0.0, "0");
    expect(7, "7");
    expect(-1, "-1");
    expect(100, "100");
    expect(549755813888.0, "549755813888");
    expect(4294967295.0, "4294967295");
    expect(9007199254740991.0, "9007199254740991");
    expect(-9007199254740991.0, "-9007199254740991");
    expect(1e15, "1000000000000000");
}

static void test_fractions_are_short(void **state)
{
    (void)state;
    expect(0.1, "0.1");
    expect(0.27, "0.27");
    expect(-2.5, "-2.5");
    expect(71.05, "71.05");
    expect(1234.5678, "1234.5678");
    expect(0.1 + 0.2, "0.30000000000000004");
    expect(1.0 / 3, "0.3333333333333333");
    expect(0.000001, "0.000001");
    expect(999999.999, "999999.999");
}

/* Each number of digits, and each number of them behind the point. */
static void test_around_each_power_of_ten(void **state)
{
    char text[32];

    (void)state;
    for (int64_t ten = 1; ten <= INT64_C(1000000000000000); ten *= 10)
        for (int64_t v = ten - 2; v <= ten + 2; v++) {
            snprintf(text, sizeof(text), "%" PRId64, v);
            expect((double)v, text);
            snprintf(text, sizeof(text), "%" PRId64, -v);
            expect((double)-v, v == 0 ? "0" : text);
        }
    for (int i = 1; i < 1000; i++) {
        int len = snprintf(text, sizeof(text), "7.%03d", i);
        while (text[len - 1] == '0')
            text[--len] = '\0';
        expect((7000.0 + i) / 1000, text);
    }
}

static void test_the_far_ends(void **state)
{
    (void)state;
    expect(1e21, "1e+21");
    expect(1e308 * 10, "null");
    expect(-1e308 * 10, "null");
    expect(9007199254740992.0, "9007199254740992");
    expect(1e300, "1e+300");
    expect(5e-324, "4.94065645841247e-324");
    expect(1e-10, "1e-10");
}

static void test_random_numbers_read_back(void **state)
{
    uint64_t x = 88172645463325252u;
    char out[NUMBER_MAX + 1];

    (void)state;
    for (int i = 0; i < 200000; i++) {
        double v;
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        if (i % 2)
            memcpy(&v, &x, sizeof(v));
        else
            v = (double)(int64_t)(x >> 30) / (double)(1 + x % 4000);
        if (!isfinite(v))
            continue;
        out[number_write(out, v)] = '\0';
        double back = strtod(out, NULL);
        if (back != v)
            fail_msg("%.17g became %s", v, out);
    }
}

static void test_the_locale_does_not_matter(void **state)
{
    static const char *const names[] = {"de_DE.UTF-8", "fr_FR.UTF-8", "de_DE", "ps_AF"};

    (void)state; /* a machine without any of them still sees the "C" locale tested */
    for (int i = 0; i < 4 && setlocale(LC_NUMERIC, names[i]) == NULL; i++)
        continue;
    expect(1.0 / 3, "0.3333333333333333");
    expect(2.5, "2.5");
    expect(1e-10, "1e-10");
    setlocale(LC_NUMERIC, "C");
}

static enum rc to_buf(void *arg, const void *data, size_t len, struct err *e)
{
    (void)e;
    return buf_add(arg, data, len);
}

static void test_times_and_thousandths(void **state)
{
    struct buf out;
    const struct sink sink = {to_buf, &out};
    struct stream s;

    (void)state;
    buf_init(&out, 4096);
    stream_begin(&s, &sink, NULL);
    assert_true(stream_time(&s, INT64_C(1795337709999), '\0'));
    stream_putc(&s, ' ');
    assert_true(stream_time(&s, INT64_C(951782400000), '"'));
    stream_putc(&s, ' ');
    assert_true(stream_time(&s, 1, '\0'));
    stream_putc(&s, ' ');
    assert_false(stream_time(&s, 0, '"'));
    assert_false(stream_time(&s, -1, '"'));
    assert_false(stream_time(&s, INT64_MAX, '"'));
    assert_false(stream_time(&s, INT64_MIN, '"'));
    stream_milli(&s, 2500);
    stream_putc(&s, ' ');
    stream_milli(&s, -1);
    stream_putc(&s, ' ');
    stream_share(&s, 100.0 / 3);
    stream_putc(&s, ' ');
    stream_share(&s, 1e13);
    assert_int_equal(stream_end(&s), RC_OK);
    assert_string_equal(out.data,
                        "2026-11-22T08:55:09Z \"2000-02-29T00:00:00Z\" 1970-01-01T00:00:00Z "
                        "2.5 -0.001 33.333 10000000000000");
    buf_fini(&out);
}

/* The cache of dates must not change what base says, whatever day comes when. */
static void test_times_are_those_of_base(void **state)
{
    struct buf out;
    const struct sink sink = {to_buf, &out};
    struct stream s;
    char same[32];
    uint64_t x = 1;

    (void)state;
    buf_init(&out, 64);
    stream_begin(&s, &sink, NULL);
    for (int i = 0; i < 100000; i++) {
        x = x * 6364136223846793005u + 1442695040888963407u;
        wall_ms t =
            (wall_ms)(x >> 18) % (i % 2 ? INT64_C(253402300800000) : INT64_C(8640000000)) + 1;
        time_rfc3339(t, same);
        buf_reset(&out);
        assert_true(stream_time(&s, t, '\0'));
        stream_flush(&s);
        assert_string_equal(out.data, same);
    }
    assert_int_equal(stream_end(&s), RC_OK);
    buf_fini(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole_numbers_have_no_exponent),
        cmocka_unit_test(test_fractions_are_short),
        cmocka_unit_test(test_around_each_power_of_ten),
        cmocka_unit_test(test_the_far_ends),
        cmocka_unit_test(test_random_numbers_read_back),
        cmocka_unit_test(test_the_locale_does_not_matter),
        cmocka_unit_test(test_times_and_thousandths),
        cmocka_unit_test(test_times_are_those_of_base),
    };
    return cmocka_run_group_tests_name("export number", tests, NULL, NULL);
}
