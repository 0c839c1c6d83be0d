/* SPDX-License-Identifier: MIT
 * test_base_err.c - err: fits, is clean, names are stable. */
#include "base/err.h"
#include "base/text.h"
#include "tests/unit/unit.h"
#include <errno.h>
#include <locale.h>
#include <string.h>

static void test_names_go_there_and_back(void **state)
{
    (void)state;
    for (int i = 0; i < RC_COUNT; i++) {
        assert_non_null(rc_name((enum rc)i));
        assert_int_equal(rc_from_name(rc_name((enum rc)i)), i);
    }
    assert_string_equal(rc_name(RC_TIMEOUT), "timeout");
    assert_string_equal(rc_name(RC_COUNT), "bug");
    assert_int_equal(rc_from_name("no such word"), RC_BUG);
}

static void test_set_returns_the_code_and_fills(void **state)
{
    (void)state;
    struct err e = {.http = 500};

    assert_int_equal(err_set(NULL, RC_NET, "x", "y"), RC_NET);
    assert_int_equal(err_sys(NULL, RC_IO, ENOENT, "x", "y"), RC_IO);
    assert_int_equal(err_set(&e, RC_HTTP, "/jobs", "status %d", 503), RC_HTTP);
    assert_int_equal(e.rc, RC_HTTP);
    assert_int_equal(e.sys, 0);
    assert_int_equal(e.http, 0);
    assert_string_equal(e.where, "/jobs");
    assert_string_equal(e.msg, "status 503");
    err_set(&e, RC_BUG, NULL, "no place");
    assert_string_equal(e.where, "");
    err_clear(&e);
    assert_int_equal(e.rc, RC_OK);
    err_clear(NULL);
}

static void test_sys_appends_the_reason(void **state)
{
    (void)state;
    struct err e;

    err_sys(&e, RC_IO, ENOENT, "token", "cannot read %s", "it");
    assert_string_equal(e.msg, "cannot read it: No such file or directory");
    assert_int_equal(e.sys, ENOENT);
    err_sys(&e, RC_IO, EACCES, "token", "%s", "");
    assert_string_equal(e.msg, "Permission denied");
}

/* Whatever the locale: a journal and JSON are read by programs. */
static void test_reasons_are_those_of_the_c_locale(void **state)
{
    (void)state;
    locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    struct err e;

    for (int number = 1; number < 134; number++) {
        err_sys(&e, RC_IO, number, "x", "%s", "");
        assert_string_equal(e.msg, strerror_l(number, plain));
    }
    freelocale(plain);
}

static void test_texts_may_come_from_the_same_err(void **state)
{
    (void)state;
    struct err e;

    err_set(&e, RC_NET, "inner", "reset");
    err_set(&e, RC_TIMEOUT, e.where, "gave up: %s", e.msg);
    assert_string_equal(e.where, "inner");
    assert_string_equal(e.msg, "gave up: reset");
}

static void test_long_texts_are_cut_between_code_points(void **state)
{
    (void)state;
    struct err e;
    char text[4000] = "x";

    for (size_t i = 1; i + 3 < sizeof(text); i += 3)
        snprintf(text + i, 4, "\xE4\xB8\xAD");
    err_set(&e, RC_SCHEMA, text, "%s", text);
    assert_true(text_is_clean(e.msg, strlen(e.msg)));
    assert_true(text_is_clean(e.where, strlen(e.where)));
    assert_int_equal(strlen(e.msg), 253);
    assert_true(strlen(e.where) >= sizeof(e.where) - 4);
}

static void test_controls_never_get_in(void **state)
{
    (void)state;
    struct err e;

    err_set(&e, RC_SYNTAX, "a\nb", "%s", "\033[2J\xFF\xE2\x80\xAE");
    assert_string_equal(e.where, "a\xC2\xB7"
                                 "b");
    assert_string_equal(e.msg, "\xC2\xB7[2J\xC2\xB7\xC2\xB7");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names_go_there_and_back),
        cmocka_unit_test(test_set_returns_the_code_and_fills),
        cmocka_unit_test(test_sys_appends_the_reason),
        cmocka_unit_test(test_reasons_are_those_of_the_c_locale),
        cmocka_unit_test(test_texts_may_come_from_the_same_err),
        cmocka_unit_test(test_long_texts_are_cut_between_code_points),
        cmocka_unit_test(test_controls_never_get_in),
    };
    return cmocka_run_group_tests_name("base err", tests, NULL, NULL);
}
