/* SPDX-License-Identifier: MIT
 * test_codec_lines.c - the same lines however the output arrives. */
#include "codec/lines.h"

#include "base/buf.h"
#include "tests/unit/unit.h"

struct heard {
    struct buf text;
    size_t count, stop_at;
};

static enum rc on_line(void *arg, const char *text, size_t len)
{
    struct heard *h = arg;

    (void)buf_addc(&h->text, '<');
    (void)buf_add(&h->text, text, len);
    (void)buf_addc(&h->text, '>');
    return ++h->count == h->stop_at ? RC_CANCELLED : RC_OK;
}

/* In pieces of every size; the last round in one. */
static void expect(size_t max, const char *text, const char *lines, uint64_t bad)
{
    size_t len = strlen(text);

    for (size_t piece = 1; piece <= len + 1; piece++) {
        struct heard h = {.count = 0};
        buf_init(&h.text, 1 << 20);
        struct lines *l = lines_new(max, on_line, &h);
        for (size_t at = 0; at < len; at += piece)
            assert_int_equal(lines_feed(l, text + at, len - at < piece ? len - at : piece), RC_OK);
        assert_int_equal(lines_end(l), RC_OK);
        assert_int_equal(lines_end(l), RC_OK);
        assert_string_equal(h.text.data, lines);
        assert_int_equal(lines_bad_count(l), bad);
        lines_free(l);
        buf_fini(&h.text);
    }
}

static void test_lines(void **state)
{
    (void)state;
    expect(100, "", "", 0);
    expect(100, "a\nbc\n", "<a><bc>", 0);
    expect(100, "a\nno newline", "<a><no newline>", 0);
    expect(100, "\n\nx\n\n", "<><><x><>", 0);
    expect(100, "dos\r\nonly the last\r\r\n\r\n\r", "<dos><only the last\r><><>", 0);
}

static void test_too_long(void **state)
{
    (void)state;
    expect(4, "1234\n12345\n1234\r\n12345\r\n\n123456789", "<1234><1234><>", 3);
    expect(4, "1234567890123456789012345678901234567890\nok\n", "<ok>", 1);
}

static void test_nul_is_a_byte(void **state)
{
    struct heard h = {.count = 0};

    (void)state;
    buf_init(&h.text, 100);
    struct lines *l = lines_new(10, on_line, &h);
    assert_int_equal(lines_feed(l, "a\0b\n", 4), RC_OK);
    assert_int_equal(h.text.len, 5);
    assert_memory_equal(h.text.data, "<a\0b>", 5);
    lines_free(l);
    lines_free(NULL);
    buf_fini(&h.text);
}

static void test_stopping(void **state)
{
    struct heard h = {.stop_at = 2};

    (void)state;
    buf_init(&h.text, 100);
    struct lines *l = lines_new(10, on_line, &h);
    assert_int_equal(lines_feed(l, "a\nb\nc\n", 6), RC_CANCELLED);
    assert_string_equal(h.text.data, "<a><b>");
    lines_free(l);
    buf_fini(&h.text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_too_long),
        cmocka_unit_test(test_nul_is_a_byte),
        cmocka_unit_test(test_stopping),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
