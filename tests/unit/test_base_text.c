/* SPDX-License-Identifier: MIT
 * test_base_text.c - utf8 and text: what is valid, how wide it is, and what never gets out. */
#include "base/text.h"
#include "tests/unit/unit.h"
#include <locale.h>
#include <pthread.h>

#define DOT "\xC2\xB7"          /* U+00B7 */
#define ELLIPSIS "\xE2\x80\xA6" /* U+2026 */
#define ZHONG "\xE4\xB8\xAD"    /* U+4E2D, two cells */
#define ACUTE "\xCC\x81"        /* U+0301, combining */

static void check_decode(const char *s, size_t len, size_t taken, uint32_t want)
{
    uint32_t cp;
    char *exact = malloc(len); /* so that ASan sees a read beyond it */

    memcpy(exact, s, len);
    assert_int_equal(text_decode(exact, len, &cp), taken);
    assert_int_equal(cp, want);
    free(exact);
}

static void test_decode_valid(void **state)
{
    (void)state;
    check_decode("a", 1, 1, 'a');
    check_decode("\0", 1, 1, 0);
    check_decode("\xC2\x80", 2, 2, 0x80);
    check_decode("\xDF\xBF", 2, 2, 0x7FF);
    check_decode("\xE0\xA0\x80", 3, 3, 0x800);
    check_decode("\xEF\xBF\xBF", 3, 3, 0xFFFF);
    check_decode("\xF0\x90\x80\x80", 4, 4, 0x10000);
    check_decode("\xF4\x8F\xBF\xBF", 4, 4, 0x10FFFF);
}

static void test_decode_invalid_takes_one_byte(void **state)
{
    (void)state;
    check_decode("\x80", 1, 1, UINT32_MAX);             /* a tail alone */
    check_decode("\xC0\xAF", 2, 1, UINT32_MAX);         /* overlong */
    check_decode("\xC1\xBF", 2, 1, UINT32_MAX);         /* overlong */
    check_decode("\xE0\x9F\xBF", 3, 1, UINT32_MAX);     /* overlong */
    check_decode("\xF0\x8F\xBF\xBF", 4, 1, UINT32_MAX); /* overlong */
    check_decode("\xED\xA0\x80", 3, 1, UINT32_MAX);     /* surrogate */
    check_decode("\xF4\x90\x80\x80", 4, 1, UINT32_MAX); /* beyond the last */
    check_decode("\xF5\x80\x80\x80", 4, 1, UINT32_MAX);
    check_decode("\xFF", 1, 1, UINT32_MAX);
    check_decode("\xE4\xB8", 2, 1, UINT32_MAX); /* cut off */
    check_decode("\xE4\xB8g", 3, 1, UINT32_MAX);
    check_decode("\xF0\x9F\x9A", 3, 1, UINT32_MAX);
}

static void test_encode_is_the_inverse(void **state)
{
    (void)state;
    for (uint32_t cp = 0; cp <= 0x10FFFF; cp++) {
        char out[4];
        uint32_t back;
        size_t n = text_encode(cp, out);

        assert_int_equal(text_decode(out, n, &back), n);
        assert_int_equal(back, cp >= 0xD800 && cp <= 0xDFFF ? TEXT_REPLACEMENT : cp);
    }
    char out[4];
    assert_int_equal(text_encode(0x110000, out), 2);
}

static void test_widths(void **state)
{
    (void)state;
    assert_int_equal(text_cp_cells('a'), 1);
    assert_int_equal(text_cp_cells(0xE9), 1);
    assert_int_equal(text_cp_cells(0x301), 0);
    assert_int_equal(text_cp_cells(0x4E2D), 2);
    assert_int_equal(text_cp_cells(0xAC00), 2);
    assert_int_equal(text_cp_cells(0xFF21), 2);
    assert_int_equal(text_cp_cells(0x1F680), 2);
    assert_int_equal(text_cp_cells(0x20000), 2);
    assert_int_equal(text_cp_cells(0x2588), 1); /* full block */
    assert_int_equal(text_cp_cells(0x28FF), 1); /* braille */
    assert_int_equal(text_cp_cells(0x2502), 1); /* a line */
    assert_int_equal(text_cp_cells(TEXT_REPLACEMENT), 1);
}

static void test_unsafe_code_points(void **state)
{
    (void)state;
    static const uint32_t unsafe[] = {
        0,       7,       8,        '\t',     '\n',       0x1B,    0x7F,    0x80,    0x9B,
        0xAD,    0x34F,   0x61C,    0x115F,   0x1160,     0x180E,  0x200B,  0x200C,  0x200D,
        0x200E,  0x200F,  0x2028,   0x2029,   0x202A,     0x202E,  0x2060,  0x2066,  0x2069,
        0x3164,  0xD800,  0xE000,   0xF8FF,   0xFE0E,     0xFE0F,  0xFEFF,  0xFFA0,  0xFFF9,
        0xFFFC,  0xFFFE,  0xFFFF,   0xFDD0,   0x378,      0x1F3FB, 0x1FFFF, 0xE0001, 0xE0041,
        0xE0100, 0xF0000, 0x10FFFD, 0x110000, UINT32_MAX,
    };

    for (size_t i = 0; i < sizeof(unsafe) / sizeof(unsafe[0]); i++)
        if (!text_cp_unsafe(unsafe[i]) || text_cp_cells(unsafe[i]) != -1)
            fail_msg("U+%04X is let through", unsafe[i]);
    for (uint32_t cp = 0x20; cp < 0x7F; cp++)
        assert_false(text_cp_unsafe(cp));
}

/* A name in Chinese has its width under LANG=C, and the caller's locale stays what it was. */
static void test_the_users_locale_does_not_matter(void **state)
{
    (void)state;
    assert_non_null(setlocale(LC_ALL, "C"));
    assert_int_equal(text_cp_cells(0x9FA5), 2);
    assert_int_equal(text_cells("\xE9\xBE\xA5"), 2);
    assert_ptr_equal(uselocale((locale_t)0), LC_GLOBAL_LOCALE);
}

static void *add_widths(void *arg)
{
    long *sum = arg;

    for (uint32_t cp = 0; cp <= 0x10FFFF; cp++)
        *sum += text_cp_cells(cp);
    return NULL;
}

/* For TSan: the table is filled by whoever comes first. */
static void test_threads_read_the_same_widths(void **state)
{
    (void)state;
    pthread_t threads[2];
    long sums[2] = {0, 0};

    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, add_widths, &sums[i]), 0);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(sums[0], sums[1]);
}

static void check_sanitise(const char *s, size_t len, const char *want)
{
    struct buf out;
    char fixed[64];

    buf_init(&out, 1000);
    assert_int_equal(text_sanitise(&out, s, len), RC_OK);
    assert_string_equal(out.data, want);
    assert_true(text_is_clean(out.data, out.len));
    assert_int_equal(text_is_clean(s, len), len == strlen(want) && memcmp(s, want, len) == 0);
    assert_int_equal(text_clean_into(fixed, sizeof(fixed), s, len), out.len);
    assert_string_equal(fixed, want);
    buf_fini(&out);
}

#define sanitise_is(s, want) check_sanitise(s, sizeof(s) - 1, want)

static void test_sanitise(void **state)
{
    (void)state;
    sanitise_is("", "");
    sanitise_is("node-01", "node-01");
    sanitise_is("a fairly long plain name 0123456789", "a fairly long plain name 0123456789");
    sanitise_is(ZHONG " caf\xC3\xA9", ZHONG " caf\xC3\xA9");
    sanitise_is("\x1B[31mred", DOT "[31mred");
    sanitise_is("a\nb\tc\x7F", "a" DOT "b" DOT "c" DOT);
    sanitise_is("a\0b", "a" DOT "b");
    sanitise_is("\xC2\x9B"
                "1m",
                DOT "1m");
    sanitise_is("\xFF\xFE", DOT DOT);
    sanitise_is(ZHONG "\xE4\xB8", ZHONG DOT DOT);
    sanitise_is("abc\xE2\x80\xAE"
                "fdp.exe",
                "abc" DOT "fdp.exe");
    sanitise_is("a\xE2\x80\x8D"
                "b",
                "a" DOT "b");
}

/* A control anywhere among printable bytes is found by the look at eight bytes at once. */
static void test_no_byte_hides_in_a_long_plain_run(void **state)
{
    (void)state;
    static const unsigned char bad[] = {0, 1, 0x1F, 0x7F, 0x80, 0x9B, 0xFF};

    for (size_t at = 0; at < 40; at++)
        for (size_t i = 0; i < sizeof(bad); i++) {
            char s[41];
            memset(s, at % 2 ? 'z' : ' ', 40);
            s[at] = (char)bad[i];
            assert_false(text_is_clean(s, 40));
            s[at] = '~';
            assert_true(text_is_clean(s, 40));
        }
}

static void test_combining_marks(void **state)
{
    (void)state;
    sanitise_is("e" ACUTE, "e" ACUTE);
    sanitise_is(ACUTE "e", DOT ACUTE "e");
    sanitise_is("e" ACUTE ACUTE ACUTE ACUTE "x" ACUTE, "e" ACUTE ACUTE "x" ACUTE);
    sanitise_is("\n" ACUTE, DOT ACUTE);
    sanitise_is("longer than eight" ACUTE ACUTE ACUTE, "longer than eight" ACUTE ACUTE);
    sanitise_is(ACUTE ACUTE ACUTE, DOT ACUTE ACUTE);
}

static void test_sanitise_that_does_not_fit_changes_nothing(void **state)
{
    (void)state;
    struct buf out;

    buf_init(&out, 10);
    buf_adds(&out, "abc");
    assert_int_equal(text_sanitise(&out, "12345\n\n", 7), RC_LIMIT);
    assert_string_equal(out.data, "abc");
    buf_fini(&out);
}

static void test_fixed_arrays_are_cut_between_code_points(void **state)
{
    (void)state;
    char out[6];

    assert_int_equal(text_clean_into(out, 6, ZHONG ZHONG, 6), 3);
    assert_string_equal(out, ZHONG);
    assert_int_equal(text_clean_into(out, 4, "abc", 3), 3);
    assert_int_equal(text_clean_into(out, 3, "abc", 3), 2);
    assert_int_equal(text_clean_into(out, 1, "abc", 3), 0);
    assert_string_equal(out, "");
}

static void test_cells(void **state)
{
    (void)state;
    assert_int_equal(text_cells(""), 0);
    assert_int_equal(text_cells("node-01"), 7);
    assert_int_equal(text_cells("twelve bytes" ZHONG "e" ACUTE), 15);
}

static void check_prefix(const char *s, int cells, size_t want, int want_used)
{
    int used;

    assert_int_equal(text_prefix(s, cells, &used), want);
    assert_int_equal(used, want_used);
    assert_int_equal(text_prefix(s, cells, NULL), want);
}

static void test_prefix(void **state)
{
    (void)state;
    check_prefix("abc", 2, 2, 2);
    check_prefix("abc", 9, 3, 3);
    check_prefix("abc", 0, 0, 0);
    check_prefix("abc", -3, 0, 0);
    check_prefix(ZHONG ZHONG, 3, 3, 2);
    check_prefix(ZHONG ZHONG, 1, 0, 0);
    check_prefix("e" ACUTE ACUTE "x", 1, 5, 1); /* the marks belong to the e */
    check_prefix("12345678" ACUTE "9", 8, 10, 8);
}

static void check_pad(const char *s, int cells, bool right, const char *want)
{
    struct buf out;

    buf_init(&out, 1000);
    assert_int_equal(text_pad(&out, s, cells, right), RC_OK);
    assert_string_equal(out.data, want);
    assert_int_equal(text_cells(out.data), cells > 0 ? cells : 0);
    buf_fini(&out);
}

static void test_pad(void **state)
{
    (void)state;
    check_pad("abc", 5, false, "abc  ");
    check_pad("abc", 5, true, "  abc");
    check_pad("abc", 3, true, "abc");
    check_pad("abcd", 3, false, "ab" ELLIPSIS);
    check_pad("abcd", 3, true, "ab" ELLIPSIS);
    check_pad("abcd", 1, false, ELLIPSIS);
    check_pad("abcd", 0, false, "");
    check_pad("abcd", -2, false, "");
    check_pad("", 2, false, "  ");
    check_pad(ZHONG ZHONG, 4, false, ZHONG ZHONG);
    check_pad(ZHONG ZHONG, 3, false, ZHONG ELLIPSIS);
    check_pad(ZHONG ZHONG ZHONG, 4, false, ZHONG ELLIPSIS " ");
    check_pad(ZHONG ZHONG ZHONG, 4, true, " " ZHONG ELLIPSIS);
    check_pad("e" ACUTE "f", 1, false, ELLIPSIS);
    check_pad("e" ACUTE, 1, false, "e" ACUTE);
}

static void test_pad_that_does_not_fit_changes_nothing(void **state)
{
    (void)state;
    struct buf out;

    buf_init(&out, 6);
    buf_adds(&out, "abc");
    assert_int_equal(text_pad(&out, "12", 5, true), RC_LIMIT);
    assert_string_equal(out.data, "abc");
    buf_fini(&out);
}

static void test_contains(void **state)
{
    (void)state;
    assert_true(text_contains("Node-A100", "a1"));
    assert_true(text_contains("node", "NODE"));
    assert_true(text_contains("aaab", "AAB"));
    assert_true(text_contains("x", ""));
    assert_true(text_contains("", ""));
    assert_true(text_contains("x" ZHONG "y", ZHONG "Y"));
    assert_false(text_contains("", "x"));
    assert_false(text_contains("nod", "node"));
    assert_false(text_contains("\xC3\xA9", "\xC3\x89")); /* e acute, E acute: byte-exact */
    assert_false(text_contains("[", "{"));               /* 0x5B and 0x7B are no letters */
}

static void test_where_a_line_breaks(void **state)
{
    (void)state;
    assert_int_equal(text_break("one two three", 9), 7);
    assert_int_equal(text_break("one two three", 7), 7);
    assert_int_equal(text_break("a verylongword", 10), 10); /* the blank is in the first half */
    assert_int_equal(text_break("排空节点后检查", 12), 12);
    assert_int_equal(text_break("排空节点，然后", 12), 9); /* no line begins with a comma */
    assert_int_equal(text_break("排空 hh-n1403", 10), 6);
    assert_int_equal(text_break("检查一下hh-n1403", 16), 12); /* a name stays whole */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_threads_read_the_same_widths), /* first: the table is empty */
        cmocka_unit_test(test_decode_valid),
        cmocka_unit_test(test_decode_invalid_takes_one_byte),
        cmocka_unit_test(test_encode_is_the_inverse),
        cmocka_unit_test(test_widths),
        cmocka_unit_test(test_unsafe_code_points),
        cmocka_unit_test(test_the_users_locale_does_not_matter),
        cmocka_unit_test(test_where_a_line_breaks),
        cmocka_unit_test(test_sanitise),
        cmocka_unit_test(test_no_byte_hides_in_a_long_plain_run),
        cmocka_unit_test(test_combining_marks),
        cmocka_unit_test(test_sanitise_that_does_not_fit_changes_nothing),
        cmocka_unit_test(test_fixed_arrays_are_cut_between_code_points),
        cmocka_unit_test(test_cells),
        cmocka_unit_test(test_prefix),
        cmocka_unit_test(test_pad),
        cmocka_unit_test(test_pad_that_does_not_fit_changes_nothing),
        cmocka_unit_test(test_contains),
    };
    return cmocka_run_group_tests_name("base text", tests, NULL, NULL);
}
