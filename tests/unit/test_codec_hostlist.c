/* SPDX-License-Identifier: MIT
 * test_codec_hostlist.c - reading, matching and writing folded host sets. */
#include "codec/hostlist.h"

#include "base/xmem.h"
#include "tests/unit/unit.h"

struct seen {
    struct buf text;
    size_t count, stop_at;
};

static bool on_host(void *arg, const char *host, size_t len)
{
    struct seen *s = arg;

    assert_int_equal(strlen(host), len);
    if (s->count++ > 0)
        (void)buf_addc(&s->text, ' ');
    (void)buf_add(&s->text, host, len);
    return s->count != s->stop_at;
}

static void expect(const char *text, const char *hosts)
{
    struct seen s = {.count = 0};
    struct err e;

    buf_init(&s.text, 1 << 20);
    assert_int_equal(hostlist_each(text, 0, on_host, &s, &e), RC_OK);
    assert_string_equal(s.text.data, hosts);
    assert_int_equal(hostlist_count(text), s.count);
    buf_fini(&s.text);
}

static void test_expanding(void **state)
{
    (void)state;
    expect("", "");
    expect("(null)", "");
    expect("login1", "login1");
    expect("cn[001-003]", "cn001 cn002 cn003");
    expect("cn[001-002,020],login1", "cn001 cn002 cn020 login1");
    expect("n[8-12]", "n8 n9 n10 n11 n12");
    expect("n[08-12]", "n08 n09 n10 n11 n12");
    expect("n[098-0101]", "n098 n099 n100 n101");
    expect("rack[1-2]n[01-02]", "rack1n01 rack1n02 rack2n01 rack2n02");
    expect("[1-2]", "1 2");
    expect("a[1]b[2]c", "a1b2c");
    expect("cn[1-2].example.org:19400", "cn1.example.org:19400 cn2.example.org:19400");
    expect("a, b ,\tc,,d,", "a b c d");
    expect("[1-2][1-2][1-2]", "111 112 121 122 211 212 221 222");
    expect("\xe8\x8a\x82\xe7\x82\xb9[1-2]", "\xe8\x8a\x82\xe7\x82\xb9"
                                            "1 \xe8\x8a\x82\xe7\x82\xb9"
                                            "2");
}

static void refuse(const char *text, const char *where)
{
    struct seen s = {.count = 0};
    struct err e;

    buf_init(&s.text, 1 << 20);
    if (hostlist_each(text, 0, on_host, &s, &e) != RC_SYNTAX)
        fail_msg("taken for a host list: %s", text);
    assert_int_equal(s.count, 0); /* nothing of a broken list is visited */
    assert_string_equal(e.where, where);
    assert_int_equal(hostlist_count(text), 0);
    assert_false(hostlist_contains(text, "a"));
    buf_fini(&s.text);
}

static void test_refusing(void **state)
{
    char longest[400];

    (void)state;
    refuse("a,n[", "character 4");
    refuse("n[1-", "character 2");
    refuse("n[1", "character 2");
    refuse("n[]", "character 2");
    refuse("n[1,]", "character 2");
    refuse("n[,1]", "character 2");
    refuse("n[2-1]", "character 2");
    refuse("n[a-b]", "character 2");
    refuse("n[1-2-3]", "character 2");
    refuse("n[1 -2]", "character 2");
    refuse("n]", "character 2");
    refuse("a,b c", "character 4");
    refuse("None assigned", "character 5");
    refuse("n\x01", "character 2");
    refuse("n[1234567890123456789]", "character 2");
    refuse("[1][1][1][1][1][1]", "character 16");
    memset(longest, 'x', sizeof longest);
    longest[sizeof longest - 1] = 0;
    refuse(longest, "character 256");
}

static void test_bounds(void **state)
{
    struct seen s = {.count = 0};
    struct err e;

    (void)state;
    buf_init(&s.text, 1 << 20);
    assert_int_equal(hostlist_each("n[1-999999999]", 10, on_host, &s, &e), RC_LIMIT);
    assert_int_equal(s.count, 10);
    s.count = 0;
    assert_int_equal(hostlist_each("n[1-10]", 10, on_host, &s, &e), RC_OK);
    assert_int_equal(s.count, 10);
    s = (struct seen){.text = s.text, .stop_at = 3};
    assert_int_equal(hostlist_each("n[1-9],m[1-9]", 0, on_host, &s, &e), RC_OK);
    assert_int_equal(s.count, 3);
    assert_int_equal(hostlist_count("n[0-999999999999]"), 1000000000000);
    assert_int_equal(hostlist_count("[0-99999999999999999][0-99999999999999999]"), SIZE_MAX);
    assert_int_equal(hostlist_count("[0-999999999999999999],a"), 1000000000000000001);
    buf_fini(&s.text);
}

static void test_containing(void **state)
{
    static const char *const list = "cn[001-016,020],login1,rack[1-2]n[08-11],x[9-100].dom";

    (void)state;
    assert_true(hostlist_contains(list, "cn001"));
    assert_true(hostlist_contains(list, "cn016"));
    assert_true(hostlist_contains(list, "cn020"));
    assert_true(hostlist_contains(list, "login1"));
    assert_true(hostlist_contains(list, "rack2n10"));
    assert_true(hostlist_contains(list, "x9.dom"));
    assert_true(hostlist_contains(list, "x100.dom"));
    assert_false(hostlist_contains(list, "cn017"));
    assert_false(hostlist_contains(list, "cn1"));
    assert_false(hostlist_contains(list, "cn0001"));
    assert_false(hostlist_contains(list, "cn001x"));
    assert_false(hostlist_contains(list, "cn"));
    assert_false(hostlist_contains(list, "login"));
    assert_false(hostlist_contains(list, "login11"));
    assert_false(hostlist_contains(list, "rack2n8"));
    assert_false(hostlist_contains(list, "x09.dom"));
    assert_false(hostlist_contains(list, "x101.dom"));
    assert_false(hostlist_contains(list, ""));
    assert_true(hostlist_contains("[1-9][1-99][1-9]", "1234"));
    assert_true(hostlist_contains("a[0-999999999999]", "a123456789012"));
    assert_false(hostlist_contains("a[0-999999999999]", "a0123456789012"));
    assert_false(hostlist_contains("(null)", "(null)"));
}

static void fold(const char *const *hosts, size_t count, const char *expected)
{
    struct buf out;

    buf_init(&out, 1000);
    assert_int_equal(hostlist_fold(&out, hosts, count), RC_OK);
    assert_string_equal(out.data, expected);
    buf_fini(&out);
}

#define FOLD(expected, ...)                                                                        \
    do {                                                                                           \
        const char *const hosts[] = {__VA_ARGS__};                                                 \
        fold(hosts, ARRAY_LEN(hosts), expected);                                                   \
    } while (0)

static void test_folding(void **state)
{
    (void)state;
    fold(NULL, 0, "");
    FOLD("login1", "login1");
    FOLD("login1", "login1", "login1");
    FOLD("n[1-3]", "n3", "n1", "n2");
    FOLD("n[1-2,4]", "n4", "n1", "n2");
    FOLD("n[8-11]", "n8", "n9", "n10", "n11");
    FOLD("n[08-11]", "n08", "n09", "n10", "n11");
    FOLD("n[099-101]", "n099", "n100", "n101");
    FOLD("n[1-2,01-02]", "n1", "n01", "n2", "n02");
    FOLD("n[9-10,09]", "n9", "n10", "n09");
    FOLD("n[1,02]", "n1", "n02");
    FOLD("n[01,2]", "n01", "n2");
    FOLD("a,b,n[1-2]", "n1", "b", "n2", "a");
    FOLD("r1n[1-2],r2n1", "r2n1", "r1n2", "r1n1");
    FOLD("n[1-2].a,n1.b", "n1.a", "n2.a", "n1.b");
    FOLD("[1-3]", "1", "2", "3");
    FOLD("gpu1a,gpu2a", "gpu1a", "gpu2a"); /* Slurm refuses brackets in the middle */
    FOLD("n,n[0-1]", "n1", "n0", "n");
}

static void test_folding_refuses_what_would_not_come_back(void **state)
{
    static const char *const bad[] = {"", "a,b", "n[1-2]", "a b", "a]", "a\n", "(null)", "\x7f"};
    struct buf out;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        const char *const hosts[] = {"good", bad[i]};
        buf_init(&out, 1000);
        assert_int_equal(hostlist_fold(&out, hosts, 2), RC_SYNTAX);
        assert_string_equal(out.data, "");
        buf_fini(&out);
    }
    buf_init(&out, 4);
    const char *const hosts[] = {"abcdef"};
    assert_int_equal(hostlist_fold(&out, hosts, 1), RC_LIMIT);
    buf_fini(&out);
}

struct expected {
    const char *const *hosts;
    size_t next, count;
};

static bool in_order(void *arg, const char *host, size_t len)
{
    struct expected *x = arg;

    (void)len;
    assert_true(x->next < x->count);
    assert_string_equal(host, x->hosts[x->next++]);
    return true;
}

/* 4,096 nodes of a rack system: folded, it is one line, and it comes back whole. */
static void test_folding_many(void **state)
{
    static char names[4096][16];
    static const char *hosts[4096];
    struct expected x = {hosts, 0, 4096};
    struct buf out;

    (void)state;
    for (int i = 0; i < 4096; i++) {
        snprintf(names[i], sizeof names[i], "r%02dn%03d", i / 128, i % 128);
        hosts[i] = names[i];
    }
    buf_init(&out, 10000);
    assert_int_equal(hostlist_fold(&out, hosts, 4096), RC_OK);
    assert_int_equal(strncmp(out.data, "r00n[000-127],r01n[000-127],", 28), 0);
    assert_int_equal(hostlist_count(out.data), 4096);
    assert_int_equal(hostlist_each(out.data, 0, in_order, &x, NULL), RC_OK);
    assert_int_equal(x.next, 4096);
    buf_fini(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_expanding),
        cmocka_unit_test(test_refusing),
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_containing),
        cmocka_unit_test(test_folding),
        cmocka_unit_test(test_folding_refuses_what_would_not_come_back),
        cmocka_unit_test(test_folding_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
