/* SPDX-License-Identifier: MIT
 * test_model_xid.c - the table of XIDs: the built-in one, a site's, and what is refused. */
#include "data/data.h"
#include "model/xid.h"
#include "tests/unit/unit.h"

static void test_built_in(void **state)
{
    static const struct {
        unsigned code;
        enum xid_class class;
    } want[] = {
        {13, XID_APPLICATION}, {31, XID_APPLICATION}, {43, XID_APPLICATION}, {45, XID_INFO},
        {48, XID_RESET},       {62, XID_RESET},       {63, XID_INFO},        {64, XID_RESET},
        {74, XID_RESET},       {79, XID_REBOOT},      {92, XID_INFO},        {94, XID_APPLICATION},
        {95, XID_RESET},       {119, XID_RESET},      {120, XID_RESET},      {54, XID_HARDWARE}};
    struct xid_table *t = xid_table_new();

    (void)state;
    assert_int_equal(xid_table_add(t, data_xid, "xid.conf", NULL), RC_OK);
    for (size_t i = 0; i < sizeof want / sizeof want[0]; i++) {
        const struct xid *x = xid_find(t, want[i].code);
        assert_non_null(x);
        assert_int_equal(x->code, want[i].code);
        assert_int_equal(x->class, want[i].class);
        assert_true(strlen(x->what) > 3 && strlen(x->action) > 3);
    }
    assert_string_equal(xid_find(t, 79)->what, "GPU has fallen off the bus");
    assert_null(xid_find(t, 1));
    assert_null(xid_find(t, 99999));
    xid_table_free(t);
}

/* A site's lines win; what it does not name stays. */
static void test_a_site_wins(void **state)
{
    struct xid_table *t = xid_table_new();

    (void)state;
    assert_null(xid_find(t, 79));
    assert_int_equal(xid_table_add(t, "79 | reboot | off the bus | boot\n5|info|a|b\n", "a", NULL),
                     RC_OK);
    assert_int_equal(
        xid_table_add(t, "# ours\n\n  79 | hardware | gone | call Chen\n900|info|x|y", "b", NULL),
        RC_OK);
    assert_int_equal(xid_find(t, 79)->class, XID_HARDWARE);
    assert_string_equal(xid_find(t, 79)->action, "call Chen");
    assert_string_equal(xid_find(t, 5)->what, "a");
    assert_string_equal(xid_find(t, 900)->action, "y");
    xid_table_free(t);
}

static void test_refusals(void **state)
{
    static const char *const bad[] = {
        "79 | reboot | off the bus", "0 | info | a | b",     "x | info | a | b",
        "-1 | info | a | b",         "7 | panic | a | b",    "7 | info | | b",
        "7 | info | a | ",           "7 | info | a | b | c", "100000 | info | a | b",
        "7x | info | a | b",
    };
    struct xid_table *t = xid_table_new();
    char text[200];
    struct err e;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        snprintf(text, sizeof text, "6 | info | good | line\n# words\n%s\n", bad[i]);
        assert_int_equal(xid_table_add(t, text, "site.conf", &e), RC_SYNTAX);
        assert_non_null(strstr(e.msg, "site.conf:3: "));
        assert_null(xid_find(t, 6)); /* nothing of it is taken */
    }
    xid_table_free(t);
}

static void test_words(void **state)
{
    (void)state;
    assert_string_equal(xid_class_word(XID_INFO), "info");
    assert_string_equal(xid_class_word(XID_HARDWARE), "hardware");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_built_in),
        cmocka_unit_test(test_a_site_wins),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_words),
    };

    return cmocka_run_group_tests_name("xid", tests, NULL, NULL);
}
