/* SPDX-License-Identifier: MIT
 * Metric pages: what exporters write, what they write wrongly, numbers, labels. */
#include "base/buf.h"
#include "codec/promtext.h"
#include "tests/unit/unit.h"
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A line as one text: "name|label=value|...=12.5@time". */
static void describe(const struct prom_line *l, char *out, size_t size)
{
    struct prom_label label;
    size_t at = 0, n = (size_t)snprintf(out, size, "%.*s", (int)l->name_len, l->name);

    while (prom_next_label(l, &at, &label)) {
        char value[200];
        prom_unescape(&label, value, sizeof value);
        n +=
            (size_t)snprintf(out + n, size - n, "|%.*s=%s", (int)label.name_len, label.name, value);
    }
    n += (size_t)snprintf(out + n, size - n, "=%.17g", l->value);
    if (l->has_time)
        snprintf(out + n, size - n, "@%.14g", l->time);
}

static void good(enum prom_format format, const char *text, const char *expected)
{
    struct prom_line l;
    struct err e;
    char got[1000];
    char *exact =
        malloc(strlen(text) + 1); /* of the very size, so that a sanitizer sees reads beyond */

    memcpy(exact, text, strlen(text));
    if (prom_read(exact, strlen(text), format, &l, &e) != RC_OK)
        fail_msg("%s: %s: %s", text, e.where, e.msg);
    assert_int_equal(l.kind, PROM_SAMPLE);
    describe(&l, got, sizeof got);
    assert_string_equal(got, expected);
    free(exact);
}

static void samples_are_read(void **state)
{
    (void)state;
    good(PROM_TEXT, "up 1", "up=1");
    good(PROM_TEXT, "  up\t 1 ", "up=1");
    good(PROM_TEXT, "up{} 0\r", "up=0");
    good(PROM_TEXT, "a_b:c9{x=\"1\"} -2.5e3", "a_b:c9|x=1=-2500");
    good(PROM_TEXT, "g{gpu=\"0\", UUID=\"GPU-1\" ,} 45 1732276800500",
         "g|gpu=0|UUID=GPU-1=45@1732276800.5");
    good(PROM_OPENMETRICS, "g{gpu=\"0\"} 45 1732276800.5", "g|gpu=0=45@1732276800.5");
    good(PROM_TEXT, "g {gpu=\"0\"}45", "g|gpu=0=45");
    good(PROM_TEXT, "m{a=\"x\\\\y\\\"z\\nw\\q\"} 1", "m|a=x\\y\"z\nw\\q=1");
    good(PROM_TEXT, "m{a=\"}\",b=\"{,=\"} 1", "m|a=}|b={,==1");
    good(PROM_TEXT, "m{a=\"\"} 1", "m|a==1");
    good(PROM_TEXT, "m{a=\"\xe5\xbc\xa0\xe5\x8c\x97\"} 1", "m|a=\xe5\xbc\xa0\xe5\x8c\x97=1");
    good(PROM_TEXT, "{\"gpu.temp\",gpu=\"1\"} 50", "gpu.temp|gpu=1=50");
    good(PROM_TEXT, "{\"gpu.temp\",\"label.x\"=\"1\"} 50", "gpu.temp|label.x=1=50");
    good(PROM_OPENMETRICS, "h_bucket{le=\"0.1\"} 8 # {trace=\"a b\"} 0.06", "h_bucket|le=0.1=8");
    good(PROM_OPENMETRICS, "c_total 8 1 # {} 0.06 2", "c_total=8@1");
}

static void samples_that_are_none_name_the_place(void **state)
{
    static const struct {
        const char *text, *where, *what;
    } cases[] = {
        {"up", "column 3", "no value"},
        {"up ", "column 3", "no value"},
        {"up x", "column 4", "no number"},
        {"9up 1", "column 1", "no name"},
        {"{} 1", "column 3", "no name"},
        {"up{ 1", "column 5", "no name"},
        {"up{a 1", "column 6", "no value"},
        {"up{a=1} 1", "column 6", "quotes"},
        {"up{a=\"1} 1", "column 7", "not closed"},
        {"up{a=\"1\\", "column 7", "not closed"},
        {"up{a=\"1\\\"} 1", "column 10", "not closed"},
        {"up{a=\"1\" b=\"2\"} 1", "column 10", "not closed"},
        {"up{a=\"1\"", "column 9", "not closed"},
        {"up 1 x", "column 6", "no time"},
        {"up 1 2 3", "column 8", "more than"},
        {"up 1e", "column 4", "no number"},
        {"up 0x1p3", "column 4", "no number"},
        {"up 1_000", "column 4", "no number"},
        {"up +", "column 4", "no number"},
        {"up .", "column 4", "no number"},
        {"up infinit", "column 4", "no number"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct prom_line l;
        struct err e = {.rc = RC_OK};
        assert_int_equal(prom_read(cases[i].text, strlen(cases[i].text), PROM_TEXT, &l, &e),
                         RC_SYNTAX);
        if (strcmp(e.where, cases[i].where) != 0 || !strstr(e.msg, cases[i].what))
            fail_msg("%s: %s: %s", cases[i].text, e.where, e.msg);
    }
}

static void comments_tell_families(void **state)
{
    static const struct {
        const char *text;
        enum prom_kind kind;
        const char *name, *rest;
    } cases[] = {
        {"", PROM_NOTHING, "", ""},
        {"   ", PROM_NOTHING, "", ""},
        {"#", PROM_NOTHING, "", ""},
        {"# anything", PROM_NOTHING, "", ""},
        {"#HELP mx_gpu_usage busy", PROM_NOTHING, "", ""},
        {"# HELP a b c", PROM_HELP, "a", "b c"},
        {"# TYPE a gauge", PROM_TYPE, "a", "gauge"},
        {"# UNIT a_bytes bytes", PROM_UNIT, "a_bytes", "bytes"},
        {"# TYPE \"a.b\" counter", PROM_TYPE, "a.b", "counter"},
        {"# HELP", PROM_HELP, "", ""},
        {"# HELP \"a", PROM_NOTHING, "", ""},
        {"# EOF", PROM_EOF, "", ""},
        {"# EOF x", PROM_NOTHING, "", ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct prom_line l;
        assert_int_equal(prom_read(cases[i].text, strlen(cases[i].text), PROM_TEXT, &l, NULL),
                         RC_OK);
        assert_int_equal(l.kind, cases[i].kind);
        assert_int_equal(l.name_len, strlen(cases[i].name));
        assert_memory_equal(l.name, cases[i].name, l.name_len);
        assert_int_equal(l.text_len, strlen(cases[i].rest));
        assert_memory_equal(l.text, cases[i].rest, l.text_len);
    }
}

static void numbers_are_what_the_library_reads(void **state)
{
    static const char *const texts[] = {
        "0",
        "-0",
        "1",
        "+1",
        "12.5",
        ".5",
        "5.",
        "1e3",
        "1E-3",
        "1e+22",
        "1e23",
        "1e-22",
        "1e-23",
        "9007199254740992",
        "9007199254740993",
        "18446744073709551615",
        "123456789012345678901234",
        "3.4028234663852886e+38",
        "2.2250738585072011e-308",
        "4.9e-324",
        "1.7976931348623157e308",
        "0.1",
        "0.30000000000000004",
        "9.5e-05",
        "1e400",
        "-1e400",
        "1e-400",
        "1.732276800123e+09",
        "140737488355328.0",
        "9223372036854775794",
        "000000000000000000000000000000001.5",
        "0.00000000000000000000000000000000015e20",
        "1e99999999999999999999",
    };
    char text[40];

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        double v = 7;
        assert_true(prom_number(texts[i], strlen(texts[i]), &v));
        if (v != strtod(texts[i], NULL))
            fail_msg("%s: %.17g", texts[i], v);
    }
    srand48(5);
    for (int i = 0; i < 200000; i++) {
        double v, wanted = (drand48() - 0.5) * pow(10, (double)(lrand48() % 60 - 30));
        snprintf(text, sizeof text, "%.*g", (int)(lrand48() % 17) + 1, wanted);
        assert_true(prom_number(text, strlen(text), &v));
        if (v != strtod(text, NULL))
            fail_msg("%s: %.17g", text, v);
    }
}

static void words_are_numbers_too(void **state)
{
    double v;

    (void)state;
    assert_true(prom_number("NaN", 3, &v) && isnan(v));
    assert_true(prom_number("nan", 3, &v) && isnan(v));
    assert_true(prom_number("+Inf", 4, &v) && v > 0 && isinf(v));
    assert_true(prom_number("-Inf", 4, &v) && v < 0 && isinf(v));
    assert_true(prom_number("Infinity", 8, &v) && isinf(v));
    assert_false(prom_number("", 0, &v));
    assert_false(prom_number("e5", 2, &v));
    assert_false(prom_number("1.2.3", 5, &v));
    assert_false(prom_number("1 ", 2, &v));
}

/* A terminal in German reads "1.5" all the same. */
static void the_locale_does_not_matter(void **state)
{
    double v;

    (void)state;
    if (!setlocale(LC_NUMERIC, "de_DE.UTF-8"))
        skip();
    assert_true(prom_number("0.1234567890123456789", 21, &v));
    assert_true(v == 0.1234567890123456789);
    setlocale(LC_NUMERIC, "C");
}

static void labels_are_found_and_cut(void **state)
{
    static const char text[] = "m{a=\"1\",bb=\"two\",c=\"t\\nx\"} 1";
    struct prom_line l;
    struct prom_label label;
    char small[3];

    (void)state;
    assert_int_equal(prom_read(text, strlen(text), PROM_TEXT, &l, NULL), RC_OK);
    assert_true(prom_label(&l, "bb", &label));
    assert_false(label.escaped);
    assert_int_equal(prom_unescape(&label, small, sizeof small), 2);
    assert_string_equal(small, "tw");
    assert_true(prom_label(&l, "c", &label));
    assert_true(label.escaped);
    assert_false(prom_label(&l, "b", &label));
    assert_int_equal(prom_unescape(&label, small, 0), 0);
    assert_false(prom_label(&(struct prom_line){.labels = NULL}, "a", &label));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(samples_are_read),
        cmocka_unit_test(samples_that_are_none_name_the_place),
        cmocka_unit_test(comments_tell_families),
        cmocka_unit_test(numbers_are_what_the_library_reads),
        cmocka_unit_test(words_are_numbers_too),
        cmocka_unit_test(the_locale_does_not_matter),
        cmocka_unit_test(labels_are_found_and_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
