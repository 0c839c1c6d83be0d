/* SPDX-License-Identifier: MIT
 * test_export_rows.c - a row is written the same among others, from which much of it is copied, as alone; texts of any
 * length, with what needs an escape at any place. */
#include "export/rowjson.h"
#include "tests/unit/export_fixture.h"
#include "tests/unit/unit.h"

#define MAX_OUTPUT (64 * 1024 * 1024)

/* With none before it there is nothing to copy from. */
static void write_alone(const struct walk *w, const void *row, struct buf *out)
{
    const struct sink sink = fixture_sink(out);
    struct rowjson *r = rowjson_new(w, ENTITY_JOB, true);
    struct stream s;

    buf_reset(out);
    stream_begin(&s, &sink, NULL);
    rowjson_write(r, &s, row);
    assert_int_equal(stream_end(&s), RC_OK);
    rowjson_free(r);
}

/* More than a buffer of the stream holds, several times. */
static void test_a_row_among_others_is_as_alone(void **state)
{
    struct snapshot *snap = fixture_jobs(2000);
    struct export_options o = fixture_options("fleet");
    struct walk w = walk_of(snap, &o);
    struct buf all, alone;
    struct stream s;
    uint32_t slot = 0;
    const void *row;

    (void)state;
    buf_init(&all, MAX_OUTPUT);
    buf_init(&alone, MAX_OUTPUT);
    const struct sink sink = fixture_sink(&all);
    struct rowjson *r = rowjson_new(&w, ENTITY_JOB, true);
    stream_begin(&s, &sink, NULL);
    while ((row = walk_next(&w, ENTITY_JOB, &slot)) != NULL)
        rowjson_write(r, &s, row);
    assert_true(s.flushes > 8);
    assert_int_equal(stream_end(&s), RC_OK);
    rowjson_free(r);
    const char *at = all.data;
    for (slot = 0; (row = walk_next(&w, ENTITY_JOB, &slot)) != NULL; at += alone.len) {
        write_alone(&w, row, &alone);
        assert_true(alone.len <= (size_t)(all.data + all.len - at));
        assert_memory_equal(at, alone.data, alone.len);
    }
    assert_ptr_equal(at, all.data + all.len);
    buf_fini(&all);
    buf_fini(&alone);
    snapshot_unref(snap);
}

static void quote_simply(struct buf *out, const char *text, size_t len)
{
    buf_reset(out);
    buf_addc(out, '"');
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)text[i] < 0x20)
            buf_addf(out, "\\u%04x", text[i]);
        else if (text[i] == '"' || text[i] == '\\')
            buf_addf(out, "\\%c", text[i]);
        else
            buf_addc(out, text[i]);
    buf_addc(out, '"');
}

static void expect_quoted(const char *text, size_t len)
{
    struct buf out, expected;
    struct stream s;

    buf_init(&out, MAX_OUTPUT);
    buf_init(&expected, MAX_OUTPUT);
    const struct sink sink = fixture_sink(&out);
    stream_begin(&s, &sink, NULL);
    jsonw_quote(&s, text, len);
    assert_int_equal(stream_end(&s), RC_OK);
    quote_simply(&expected, text, len);
    assert_int_equal(out.len, expected.len);
    assert_memory_equal(out.data, expected.data, out.len);
    buf_fini(&out);
    buf_fini(&expected);
}

static void test_escapes_at_any_place_of_any_length(void **state)
{
    static const size_t lengths[] = {0,  1,  2,  3,  4,   5,   6,   7,   8,   9,   10,
                                     15, 16, 17, 31, 127, 128, 129, 130, 255, 256, 257};
    static const char special[] = {'"', '\\', 0x1f, 1, 0};
    char text[257];

    (void)state;
    for (size_t l = 0; l < sizeof(lengths) / sizeof(lengths[0]); l++) {
        for (size_t i = 0; i < sizeof(text); i++)
            text[i] = (char)(i % 3 == 0 ? 0x80 + i % 64 : ' ' + 3 + i % 50);
        expect_quoted(text, lengths[l]);
        for (size_t at = 0; at < lengths[l]; at++)
            for (size_t k = 0; k < sizeof(special); k++) {
                char was = text[at];
                text[at] = special[k];
                expect_quoted(text, lengths[l]);
                text[at] = was;
            }
        memset(text, 1, sizeof(text));
        expect_quoted(text, lengths[l]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_row_among_others_is_as_alone),
        cmocka_unit_test(test_escapes_at_any_place_of_any_length),
    };
    return cmocka_run_group_tests_name("export rows", tests, NULL, NULL);
}
