/* SPDX-License-Identifier: MIT
 * test_base_buf.c - buf: bounded, always terminated, a failure changes nothing. */
#include "base/buf.h"
#include "tests/unit/unit.h"

static void test_empty_is_a_string(void **state)
{
    (void)state;
    struct buf b;

    buf_init(&b, 10);
    assert_string_equal(b.data, "");
    buf_reset(&b);
    buf_consume(&b, 5);
    buf_truncate(&b, 0);
    assert_int_equal(buf_add(&b, NULL, 0), RC_OK);
    assert_int_equal(buf_addf(&b, "%s", ""), RC_OK);
    assert_string_equal(b.data, "");
    buf_fini(&b);
    buf_fini(&b); /* harmless twice */
}

static void test_whole_from_the_start(void **state)
{
    (void)state;
    struct buf b;

    buf_init_whole(&b, 3);
    const char *data = b.data;
    assert_string_equal(b.data, "");
    assert_int_equal(buf_adds(&b, "abc"), RC_OK);
    assert_ptr_equal(b.data, data);
    assert_int_equal(buf_addc(&b, 'd'), RC_LIMIT);
    assert_string_equal(b.data, "abc");
    buf_fini(&b);
}

static void test_appends_go_behind_each_other(void **state)
{
    (void)state;
    struct buf b;
    char want[4001], one[16];

    buf_init(&b, 4000);
    for (int i = 0; i < 1000; i++) {
        assert_int_equal(buf_addf(&b, "%03d", i), RC_OK);
        assert_int_equal(buf_addc(&b, ' '), RC_OK);
        snprintf(one, sizeof(one), "%03d ", i);
        memcpy(want + i * 4, one, 5);
    }
    assert_string_equal(b.data, want);
    assert_int_equal(b.len, 4000);
    assert_true(b.cap <= 4001);
    buf_fini(&b);
}

static void test_the_maximum_holds_exactly(void **state)
{
    (void)state;
    struct buf b;

    buf_init(&b, 4);
    assert_int_equal(buf_adds(&b, "abcd"), RC_OK);
    assert_int_equal(buf_addc(&b, 'e'), RC_LIMIT);
    assert_true(b.failed);
    assert_string_equal(b.data, "abcd");
    buf_fini(&b);
    buf_init(&b, 0);
    assert_int_equal(buf_addc(&b, 'a'), RC_LIMIT);
    buf_fini(&b);
}

static void test_failure_is_sticky_until_reset(void **state)
{
    (void)state;
    struct buf b;

    buf_init(&b, 4);
    buf_adds(&b, "ab");
    assert_int_equal(buf_adds(&b, "cde"), RC_LIMIT);
    assert_string_equal(b.data, "ab");
    assert_int_equal(buf_addc(&b, 'c'), RC_LIMIT);
    assert_int_equal(buf_addf(&b, "c"), RC_LIMIT);
    assert_int_equal(buf_add(&b, "", 0), RC_LIMIT);
    assert_null(buf_reserve(&b, 1));
    assert_string_equal(b.data, "ab");
    buf_reset(&b);
    assert_int_equal(buf_addf(&b, "%d", 1234), RC_OK);
    assert_int_equal(buf_addf(&b, "%d", 5), RC_LIMIT);
    assert_string_equal(b.data, "1234");
    buf_fini(&b);
}

static void test_printing_more_than_is_free(void **state)
{
    (void)state;
    struct buf b;
    char wide[600];

    buf_init(&b, 1000);
    buf_adds(&b, "x");
    assert_int_equal(buf_addf(&b, "%599s", "end"), RC_OK);
    snprintf(wide, sizeof(wide), "%599s", "end");
    assert_int_equal(b.len, 600);
    assert_string_equal(b.data + 1, wide);
    assert_int_equal(buf_addf(&b, "%599s", "end"), RC_LIMIT);
    assert_int_equal(b.len, 600);
    assert_int_equal(strlen(b.data), 600);
    buf_fini(&b);
}

/* Around the place where the text fits but its NUL does not. */
static void test_printing_exactly_what_is_free(void **state)
{
    (void)state;
    for (int len = 1; len < 200; len++) {
        struct buf b;
        buf_init(&b, 1000);
        buf_adds(&b, "x");
        assert_int_equal(buf_addf(&b, "%*d", len, 7), RC_OK);
        assert_int_equal(b.len, len + 1);
        assert_int_equal(strlen(b.data), len + 1);
        assert_int_equal(b.data[len], '7');
        buf_fini(&b);
    }
}

static void test_reserve_and_commit(void **state)
{
    (void)state;
    struct buf b;

    buf_init(&b, 100);
    char *room = buf_reserve(&b, 100);
    assert_non_null(room);
    memset(room, 'x', 100);
    buf_commit(&b, 3);
    assert_string_equal(b.data, "xxx");
    assert_null(buf_reserve(&b, 98));
    buf_fini(&b);
}

static void test_consume_and_truncate(void **state)
{
    (void)state;
    struct buf b;

    buf_init(&b, 100);
    buf_adds(&b, "header: value");
    buf_consume(&b, 8);
    assert_string_equal(b.data, "value");
    buf_truncate(&b, 99);
    assert_string_equal(b.data, "value");
    buf_truncate(&b, 3);
    assert_string_equal(b.data, "val");
    buf_consume(&b, 50);
    assert_string_equal(b.data, "");
    buf_fini(&b);
}

static void test_take_hands_the_memory_over(void **state)
{
    (void)state;
    struct buf b;

    buf_init(&b, 100);
    char *nothing = buf_take(&b);
    assert_string_equal(nothing, "");
    free(nothing);
    buf_adds(&b, "mine");
    char *mine = buf_take(&b);
    assert_string_equal(mine, "mine");
    assert_string_equal(b.data, "");
    assert_int_equal(buf_adds(&b, "again"), RC_OK);
    assert_string_equal(mine, "mine");
    free(mine);
    buf_fini(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_empty_is_a_string),
        cmocka_unit_test(test_whole_from_the_start),
        cmocka_unit_test(test_appends_go_behind_each_other),
        cmocka_unit_test(test_the_maximum_holds_exactly),
        cmocka_unit_test(test_failure_is_sticky_until_reset),
        cmocka_unit_test(test_printing_more_than_is_free),
        cmocka_unit_test(test_printing_exactly_what_is_free),
        cmocka_unit_test(test_reserve_and_commit),
        cmocka_unit_test(test_consume_and_truncate),
        cmocka_unit_test(test_take_hands_the_memory_over),
    };
    return cmocka_run_group_tests_name("base buf", tests, NULL, NULL);
}
