/* SPDX-License-Identifier: MIT
 * test_codec_jsonscan.c - all kernels find the same end as the scalar one, wherever the text is
 * cut. */
#include "codec/jsonscan.h"

#include "tests/unit/unit.h"

struct outcome {
    size_t taken;
    struct jsonscan state;
};

/* In two pieces, each in memory of exactly its size. */
static struct outcome scan_cut(jsonscan_fn *fn, const char *text, size_t len, size_t cut,
                               uint64_t limit)
{
    struct outcome o = {.state = {.limit = limit}};
    char *a = malloc(cut + 1), *b = malloc(len - cut + 1);

    memcpy(a, text, cut);
    memcpy(b, text + cut, len - cut);
    a = realloc(a, cut ? cut : 1);
    b = realloc(b, len > cut ? len - cut : 1);
    o.taken = fn(&o.state, a, cut);
    if (o.state.depth > 0 || cut == 0)
        o.taken += fn(&o.state, b, len - cut);
    free(a);
    free(b);
    return o;
}

static void assert_same(struct outcome a, struct outcome b)
{
    assert_int_equal(a.taken, b.taken);
    assert_int_equal(a.state.depth, b.state.depth);
    assert_int_equal(a.state.in_string, b.state.in_string);
    assert_int_equal(a.state.escaped, b.state.escaped);
    assert_int_equal(a.state.over, b.state.over);
}

static void compare_kernels(const char *text, size_t len, size_t step, uint64_t limit)
{
    struct outcome whole = scan_cut(jsonscan_nested_scalar, text, len, len, limit);

    for (int k = 0; k < JSONSCAN_COUNT; k++) {
        jsonscan_fn *fn = jsonscan_kernel((enum jsonscan_kernel)k);
        for (size_t cut = 0; fn && cut <= len; cut += step)
            assert_same(whole, scan_cut(fn, text, len, cut, limit));
    }
}

/* A document of brackets, quotes, escapes and filler from a fixed pseudo-random sequence. */
static size_t make_text(char *out, size_t max, uint64_t seed)
{
    static const char marks[] = "{}[]\"\"\\\\ aaaaaaaaaaaaaaaa,:1";
    size_t len = 1 + seed % (max - 1);

    out[0] = seed & 1 ? '{' : '[';
    for (size_t i = 1; i < len; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        out[i] = marks[(seed >> 33) % (sizeof marks - 1)];
    }
    return len;
}

static void test_random_texts(void **state)
{
    char text[400];

    (void)state;
    for (uint64_t seed = 1; seed <= 3000; seed++) {
        size_t len = make_text(text, sizeof text, seed * 2654435761u);
        compare_kernels(text, len, 1 + seed % 7, seed % 3 ? UINT64_MAX : 3);
    }
}

static void test_fixtures(void **state)
{
    static const char *const names[] = {"json/jobs38.json", "json/jobs40.json", "json/odd.json",
                                        "json/nodes40-compact.json"};

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        size_t len;
        char *text = unit_fixture(names[i], &len);
        compare_kernels(text, len, len > 6000 ? 7 : 1, UINT64_MAX);
        free(text);
    }
}

static void scan_one(const char *text, size_t end, bool over)
{
    for (int k = 0; k < JSONSCAN_COUNT; k++) {
        jsonscan_fn *fn = jsonscan_kernel((enum jsonscan_kernel)k);
        struct jsonscan s = {.limit = 2};
        if (!fn)
            continue;
        assert_int_equal(fn(&s, text, strlen(text)), end);
        assert_int_equal(s.depth, 0);
        assert_int_equal(s.over, over);
    }
}

static void test_known_ends(void **state)
{
    (void)state;
    scan_one("{}x", 2, false);
    scan_one("[[1],[2]] , [3]", 9, false);
    scan_one("[[[1]]]", 7, true);
    scan_one("{\"a\":\"}\"}}", 9, false);
    scan_one("{\"a\":\"\\\"}\"}}", 11, false);
    scan_one("{\"a\":\"\\\\\"}}\"", 10, false);
}

/* Behind the end nothing may be left over from the rest of the block. */
static void test_clean_after_the_end(void **state)
{
    const char *text = "{\"a\": 1}, \"open string \\";

    (void)state;
    for (int k = 0; k < JSONSCAN_COUNT; k++) {
        jsonscan_fn *fn = jsonscan_kernel((enum jsonscan_kernel)k);
        struct jsonscan s = {.limit = 9};
        if (!fn)
            continue;
        assert_int_equal(fn(&s, text, strlen(text)), 8);
        assert_false(s.in_string);
        assert_false(s.escaped);
    }
}

static void test_string_cut_everywhere(void **state)
{
    const char *text = "sixteen bytes and more \\\" \\\\\\\" of it, then \\\\\" the rest";
    size_t len = strlen(text), end = len - strlen(" the rest");

    (void)state;
    for (size_t cut = 0; cut < end; cut++) {
        struct jsonscan s = {.in_string = true};
        assert_int_equal(jsonscan_string(&s, text, cut), cut);
        assert_true(s.in_string);
        assert_int_equal(cut + jsonscan_string(&s, text + cut, len - cut), end);
        assert_false(s.in_string);
    }
}

static void test_scalar_and_choice(void **state)
{
    (void)state;
    assert_int_equal(jsonscan_scalar("12,", 3), 2);
    assert_int_equal(jsonscan_scalar("true}", 5), 4);
    assert_int_equal(jsonscan_scalar("null\n", 5), 4);
    assert_int_equal(jsonscan_scalar("12", 2), 2);
    assert_true(jsonscan_use(JSONSCAN_SCALAR));
    assert_null(jsonscan_kernel(JSONSCAN_COUNT));
    assert_false(jsonscan_use(JSONSCAN_COUNT));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_ends),
        cmocka_unit_test(test_clean_after_the_end),
        cmocka_unit_test(test_random_texts),
        cmocka_unit_test(test_fixtures),
        cmocka_unit_test(test_string_cut_everywhere),
        cmocka_unit_test(test_scalar_and_choice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
