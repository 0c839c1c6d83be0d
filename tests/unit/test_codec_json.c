/* SPDX-License-Identifier: MIT
 * test_codec_json.c - reading values: selected ones are the same as cJSON's on the whole text, and
 * one odd name never costs more than its own characters.
 *
 * Besides the fixtures, captured Slurm answers are compared where they are found: in
 * $SUANTOP_SAMPLES/slurm, else ../shared/samples/slurm beside the source tree. */
#include "codec/json.h"

#include "base/text.h"
#include "base/xmem.h"
#include "codec/jsonstream.h"
#include "tests/unit/json_same.h"
#include "tests/unit/unit.h"

#include <dirent.h>
#include <locale.h>
#include <math.h>
#include <pthread.h>

static const char *const wanted[] = {"job_id",         "name",        "state",       "time_limit",
                                     "job_state",      "gres_detail", "exit_code",   "user_name",
                                     "tres_alloc_str", "nodes",       "submit_time", "priority",
                                     "job_resources",  "reason",      "partitions",  "gres_used",
                                     "Name",           "free_mem",    "no such key", "y"};
#define WANTED ARRAY_LEN(wanted)

/* --- reading one element -------------------------------------------------------------------- */

struct pair {
    struct json_reader *some, *all;
    size_t elements;
};

static void compare(struct pair *p, const char *text, size_t len)
{
    const struct json *values[WANTED];
    struct err e;

    assert_int_equal(json_read(p->all, text, len, NULL, &e), RC_OK);
    const struct json *root = json_root(p->all);
    if (json_type(root) != JSON_OBJECT) {
        assert_int_equal(json_read(p->some, text, len, values, &e), RC_SCHEMA);
        return;
    }
    assert_int_equal(json_read(p->some, text, len, values, &e), RC_OK);
    assert_null(json_root(p->some));
    for (size_t i = 0; i < WANTED; i++)
        if (!json_same(values[i], json_member(root, wanted[i])))
            fail_msg("%s differs in %.*s", wanted[i], (int)len, text);
    p->elements++;
}

static enum rc compare_element(void *arg, const char *key, const char *text, size_t len)
{
    /* the one element whose fault is where only cJSON looks */
    (void)key;
    if (!memmem(text, len, "[ }", 3))
        compare(arg, text, len);
    return RC_OK;
}

static size_t compare_document(const char *text, size_t len)
{
    static const char *const arrays[] = {"jobs", "nodes", "partitions", "sinfo", NULL};
    const struct jsonstream_ops ops = {compare_element, compare_element, NULL};
    struct pair p = {json_reader_new(wanted, WANTED), json_reader_new(NULL, 0), 0};
    struct jsonstream *js = jsonstream_new(arrays, &ops, &p, NULL);
    struct err e;

    assert_int_equal(jsonstream_feed(js, text, len, &e), RC_OK);
    assert_int_equal(jsonstream_end(js, &e), RC_OK);
    jsonstream_free(js);
    json_reader_free(p.some);
    json_reader_free(p.all);
    return p.elements;
}

static void test_selected_as_whole(void **state)
{
    static const char *const names[] = {"json/jobs38.json", "json/jobs40.json", "json/odd.json",
                                        "json/nodes40-compact.json"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        size_t len;
        char *text = unit_fixture(names[i], &len);
        assert_true(compare_document(text, len) >= 2);
        free(text);
    }
}

static bool compare_file(const char *folder, const char *name)
{
    char path[1024];
    size_t len = 0;
    char *text;
    FILE *f;

    if (!strstr(name, ".json"))
        return false;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    f = fopen(path, "rb");
    text = calloc(1, 1 << 20);
    assert_non_null(f);
    assert_non_null(text);
    len = fread(text, 1, 1 << 20, f);
    fclose(f);
    (void)compare_document(text, len);
    free(text);
    return true;
}

static void test_captured_answers(void **state)
{
    char folder[512];
    const char *samples = getenv("SUANTOP_SAMPLES");
    size_t files = 0;

    (void)state;
    snprintf(folder, sizeof folder, "%s/slurm",
             samples ? samples : UNIT_SRCDIR "/../shared/samples");
    DIR *d = opendir(folder);
    if (!d) {
        print_message("# no captured answers in %s\n", folder);
        return;
    }
    for (struct dirent *entry; (entry = readdir(d));)
        files += compare_file(folder, entry->d_name);
    closedir(d);
    assert_true(files > 0);
}

/* --- one value, by both ways ---------------------------------------------------------------- */

static struct json_reader *one;
static const char *const just_a[] = {"a"};

/* The value of {"a": text}. */
static const struct json *value_of(const char *text)
{
    char object[4096];
    const struct json *v = NULL;
    int n = snprintf(object, sizeof object, "{\"b\": 0, \"a\": %s}", text);

    assert_true(n > 0 && (size_t)n < sizeof object);
    assert_int_equal(json_read(one, object, (size_t)n, &v, NULL), RC_OK);
    return v;
}

static int open_one(void **state)
{
    (void)state;
    one = json_reader_new(just_a, 1);
    return 0;
}

static int close_one(void **state)
{
    (void)state;
    json_reader_free(one);
    json_reader_free(NULL);
    return 0;
}

static void test_types(void **state)
{
    double n = 7;
    bool b = false;

    (void)state;
    assert_int_equal(json_type(NULL), JSON_ABSENT);
    assert_int_equal(json_type(value_of("null")), JSON_NULL);
    assert_int_equal(json_type(value_of("true")), JSON_BOOL);
    assert_int_equal(json_type(value_of("false")), JSON_BOOL);
    assert_int_equal(json_type(value_of("1")), JSON_NUMBER);
    assert_int_equal(json_type(value_of("\"\"")), JSON_STRING);
    assert_int_equal(json_type(value_of("[]")), JSON_ARRAY);
    assert_int_equal(json_type(value_of("{}")), JSON_OBJECT);
    assert_true(json_bool(value_of("true"), &b) && b);
    assert_true(json_bool(value_of("false"), &b) && !b);
    assert_false(json_bool(value_of("1"), &b));
    assert_false(json_num(value_of("true"), &n));
    assert_false(json_num(NULL, &n));
    assert_float_equal(n, 7, 0);
    assert_string_equal(json_str(value_of("12")), "");
    assert_string_equal(json_str(NULL), "");
    assert_int_equal(json_count(value_of("[1,2,[3,4]]")), 3);
    assert_int_equal(json_count(value_of("\"x\"")), 0);
    assert_string_equal(json_key(json_first(value_of("{\"k\":1}"))), "k");
    assert_string_equal(json_key(json_first(value_of("[1]"))), "");
    assert_null(json_first(NULL));
    assert_null(json_next(NULL));
}

static void check_num(const char *text, bool is, double expected)
{
    double n = -7;

    if (json_num(value_of(text), &n) != is)
        fail_msg("%s is %sa number", text, is ? "" : "not ");
    if (n != (is ? expected : -7))
        fail_msg("%s is read as %.17g", text, n);
}

static void test_numbers(void **state)
{
    (void)state;
    check_num("0", true, 0);
    check_num("-0", true, 0);
    check_num("-7", true, -7);
    check_num("999999999999999", true, 999999999999999.0);
    check_num("-999999999999999", true, -999999999999999.0);
    check_num("1234567890123456", true, 1234567890123456.0);
    check_num("-12.5e+3", true, -12500);
    check_num("9007199254740993", true, 9007199254740992.0);
    check_num("9999999999999999999", true, 9999999999999999999.0);
    check_num("18446744073709551615", true, 18446744073709551615.0);
    check_num("\"12.5\"", true, 12.5);
    check_num("\"1e3\"", true, 1000);
    check_num("\"12 \"", false, 0);
    check_num("\"\"", false, 0);
    check_num("\"NaN\"", false, 0);
    check_num("\"+Inf\"", false, 0);
    check_num("\"0x10\"", false, 0);
    check_num("1e999", false, 0);
    check_num("-1e999", false, 0);
    check_num("\"1e999\"", false, 0);
    check_num("123456789012345678901234567890", true, 123456789012345678901234567890.0);
}

/* 400 digits inside an array must not cost the values beside them. */
static void test_endless_number_inside(void **state)
{
    char text[500] = "[1,";
    double n = 0;

    (void)state;
    memset(text + 3, '9', 400);
    memcpy(text + 403, ",2]", 4);
    const struct json *v = value_of(text);
    assert_int_equal(json_count(v), 3);
    assert_false(json_num(json_next(json_first(v)), &n));
    assert_true(json_num(json_next(json_next(json_first(v))), &n) && n == 2);
}

static void check_string(const char *text, const char *expected)
{
    assert_string_equal(json_str(value_of(text)), expected);
}

static void test_strings(void **state)
{
    (void)state;
    check_string("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\b\f\n\r\t");
    check_string("\"\\u4f5c\\u4e1a\"", "\xe4\xbd\x9c\xe4\xb8\x9a");
    check_string("\"\\ud83d\\ude00\"", "\xf0\x9f\x98\x80");
    check_string("\"a\\ud800b\"", "a\xed\xa0\x80"
                                  "b");
    check_string("\"a\\uDFFF\"", "a\xed\xbf\xbf");
    check_string("\"\\ud800\\ud83d\\ude00\"", "\xed\xa0\x80\xf0\x9f\x98\x80");
    check_string("\"\\ud800\\u0041\"", "\xed\xa0\x80"
                                       "A");
    check_string("\"\\\\ud800\"", "\\ud800");
    check_string("\"root\\u0000extra\"", "root\xc0\x80"
                                         "extra");
    check_string("\"\\\\u0000\"", "\\u0000");
    check_string("\"a\\u00zz\\ud800\\u\"", "a\\u00zz\xed\xa0\x80\\u");
    check_string("\"bad \xff\xc0\xaf utf-8\"", "bad \xff\xc0\xaf utf-8");
    check_string("\"raw\x1b[2Jcontrol\"", "raw\x1b[2Jcontrol");
}

/* What replaces them is what the sanitiser replaces. */
static void test_replacements_are_not_clean(void **state)
{
    static const char *const texts[] = {"\"a\\ud800\"", "\"a\\udc00\"", "\"a\\u0000\""};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        const char *s = json_str(value_of(texts[i]));
        assert_true(strlen(s) > 1);
        assert_false(text_is_clean(s, strlen(s)));
    }
}

static void test_raw_nul(void **state)
{
    static const char text[] = "{\"x\0y\": \"p\0q\", \"a\": [\"r\0s\"]}";
    const struct json *v;

    (void)state;
    assert_int_equal(json_read(one, text, sizeof text - 1, &v, NULL), RC_OK);
    assert_string_equal(json_str(json_first(v)), "r\xc0\x80"
                                                 "s");
    struct json_reader *all = json_reader_new(NULL, 0);
    assert_int_equal(json_read(all, text, sizeof text - 1, NULL, NULL), RC_OK);
    assert_null(json_member(json_root(all), "x"));
    assert_string_equal(json_str(json_member(json_root(all), "x\xc0\x80y")), "p\xc0\x80q");
    json_reader_free(all);
}

static void test_keys(void **state)
{
    static const char *const keys[] = {"a", "A", "dup", "k\"ey", ""};
    static const char text[] = "{\"A\":1,\"\\u0061\":2,\"dup\":3,\"dup\":{\"x\":4,\"X\":5,\"x\":6},"
                               "\"k\\\"ey\":7,\"\":8,\"ab\":9}";
    struct json_reader *r = json_reader_new(keys, ARRAY_LEN(keys));
    const struct json *v[ARRAY_LEN(keys)];
    double n;

    (void)state;
    for (int again = 0; again < 2; again++) {
        assert_int_equal(json_read(r, text, sizeof text - 1, v, NULL), RC_OK);
        assert_true(json_num(v[0], &n) && n == 2);
        assert_true(json_num(v[1], &n) && n == 1);
        assert_true(json_num(json_member(v[2], "x"), &n) && n == 6);
        assert_true(json_num(json_member(v[2], "X"), &n) && n == 5);
        assert_true(json_num(v[3], &n) && n == 7);
        assert_true(json_num(v[4], &n) && n == 8);
    }
    assert_null(json_member(v[0], "x"));
    assert_null(json_member(NULL, "x"));
    json_reader_free(r);
}

/* --- guessing ------------------------------------------------------------------------------- */

/* Elements that look alike, then differ: other order, other blanks, keys that come and go. */
static void test_guesses_never_change_the_result(void **state)
{
    static const char *const texts[] = {
        "{\"job_id\": 1, \"x\": 0, \"name\": \"n\", \"state\": \"s\"}",
        "{\"job_id\": 2, \"x\": 0, \"name\": \"n\", \"state\": \"s\"}",
        "{\"job_id\": 3, \"name\": \"n\", \"state\": \"s\"}",
        "{\"job_id\": 4, \"x\": 0, \"new\": [1], \"name\": \"n\", \"state\": \"s\"}",
        "{\"state\": \"s\", \"name\": \"n\", \"x\": 0, \"job_id\": 5}",
        "{\"job_id\":   6, \"x\":0 , \"name\" :\"n\",\"state\":\"s\"}",
        "{\"job_id\": 7, \"x\": 0, \"name\": \"n\", \"state\": \"s\"}",
        "{\"job_id\": 8, \"job_id\": 9, \"name\": \"n\", \"name\": \"m\"}",
        "{ }",
        "\xef\xbb\xbf{\"job_id\": 10}",
    };
    struct pair p = {json_reader_new(wanted, WANTED), json_reader_new(NULL, 0), 0};

    (void)state;
    for (size_t i = 0; i < 3 * ARRAY_LEN(texts); i++) {
        const char *text = texts[i * 7 % ARRAY_LEN(texts)];
        compare(&p, text, strlen(text));
    }
    assert_int_equal(p.elements, 3 * ARRAY_LEN(texts));
    json_reader_free(p.some);
    json_reader_free(p.all);
}

/* Elements that differ a little from the one before - a longer number, a member more, another order, a broken byte - are
 * to a reader that knows the one before what they are to a new one. */
static size_t write_element(char *out, const uint8_t *keys, const uint8_t *values, size_t count)
{
    static const char *const names[] = {"job_id", "x", "name",  "state",
                                        "y",      "z", "nodes", "a\\u0062"};
    static const char *const texts[] = {
        "1",    "12",   "123",   "\"\"", "\"a\"",     "\"a\\\"\"",  "[1]",         "[1,{}]",
        "null", "true", "\"}\"", "1.5",  "{\"x\":1}", "{\"x\":12}", "\"ab, \\\\\""};
    size_t n = 0;

    out[n++] = '{';
    for (size_t i = 0; i < count; i++)
        n += (size_t)sprintf(out + n, "%s\"%s\":%s%s", i ? "," : "", names[keys[i] % 8],
                             keys[i] & 8 ? " " : "", texts[values[i] % ARRAY_LEN(texts)]);
    out[n++] = '}';
    out[n] = 0;
    return n;
}

static void compare_with_new(struct json_reader *warm, const char *text, size_t len)
{
    struct json_reader *fresh = json_reader_new(wanted, WANTED);
    const struct json *a[WANTED], *b[WANTED];
    struct err e;

    assert_int_equal(json_read(warm, text, len, a, &e), json_read(fresh, text, len, b, &e));
    for (size_t i = 0; i < WANTED; i++)
        if (!json_same(a[i], b[i]))
            fail_msg("%s differs in %.*s", wanted[i], (int)len, text);
    json_reader_free(fresh);
}

static void test_like_the_one_before(void **state)
{
    uint8_t keys[12], values[12];
    char text[1024];
    uint64_t random = 11;
    size_t count = 12;
    struct json_reader *warm = json_reader_new(wanted, WANTED);

    (void)state;
    for (size_t i = 0; i < 12; i++) {
        keys[i] = (uint8_t)i;
        values[i] = (uint8_t)(i * 5);
    }
    for (int round = 0; round < 6000; round++) {
        random = random * 6364136223846793005u + 1442695040888963407u;
        size_t at = random >> 40 & 7, what = random >> 50 & 15;
        values[at] = (uint8_t)(random >> 33);
        if (what == 0)
            keys[at] = (uint8_t)(random >> 25);
        else if (what == 1)
            count = 1 + (random >> 26) % 12;
        size_t len = write_element(text, keys, values, count);
        if (what == 2)
            text[(random >> 20) % len] = "{}[],:\"\\ 1"[random >> 30 & 7];
        else if (what == 3)
            len = (random >> 20) % len;
        compare_with_new(warm, text, len);
    }
    json_reader_free(warm);
}

/* Values that are read without cJSON, and values that only look like them. */
static void test_plain_values_and_others(void **state)
{
    static const char *const texts[] = {"{ }",
                                        "[ ]",
                                        "[[],{},[{}]]",
                                        "{\"a\":{\"b\":{\"c\":{\"d\":1}}}}",
                                        "[[[[1]]]]",
                                        "[[[[[1]]]]]",
                                        "{\"x\":1,\"x\":2}",
                                        "[1 , -2,3.5]",
                                        "[\"a\",\"b\\n\"]",
                                        "{\"k\\u0041\":true}",
                                        "[1e3]",
                                        "[true,false,null]",
                                        "{ \"set\" : true ,\n \"number\" : 60 }",
                                        "[12345678901234567890]",
                                        "-0",
                                        "\"\"",
                                        "[\"\"]",
                                        "{\"\":\"\"}",
                                        "007",
                                        "[0,00,-1]",
                                        "1.0",
                                        "\"\\\\\"",
                                        "[-1]"};
    static const char *const broken[] = {
        "[1,]", "[,1]", "{\"a\":1,}", "{1}",      "[nullx]", "nullx", "[1 2]",     "{\"a\" 1}",
        "[-]",  "[1-]", "[tru]",      "{\"a\":}", "[}",      "[1}",   "{\"x\":1]", "1x"};
    struct pair p = {json_reader_new(wanted, WANTED), json_reader_new(NULL, 0), 0};
    const struct json *v;
    char text[200];

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        int n = snprintf(text, sizeof text, "{\"job_id\":%s,\"name\": %s , \"y\":0}", texts[i],
                         texts[i]);
        compare(&p, text, (size_t)n);
    }
    for (size_t i = 0; i < ARRAY_LEN(broken); i++) {
        int n = snprintf(text, sizeof text, "{\"a\":%s}", broken[i]);
        if (json_read(one, text, (size_t)n, &v, NULL) != RC_SYNTAX)
            fail_msg("taken for JSON: %s", text);
    }
    json_reader_free(p.some);
    json_reader_free(p.all);
}

/* More different keys than are remembered, and keys longer than are remembered. */
static void test_more_keys_than_memory(void **state)
{
    struct pair p = {json_reader_new(wanted, WANTED), json_reader_new(NULL, 0), 0};
    char text[1024], pad[300];

    (void)state;
    memset(pad, 'k', sizeof pad);
    for (int i = 0; i < 3000; i++) {
        int n = snprintf(text, sizeof text,
                         "{\"%.*s%d\": 0, \"job_id\": %d, \"k%d\": {}, \"name\": \"x\"}", i % 290,
                         pad, i, i, i / 2);
        compare(&p, text, (size_t)n);
    }
    assert_int_equal(p.elements, 3000);
    json_reader_free(p.some);
    json_reader_free(p.all);
}

/* --- refusing ------------------------------------------------------------------------------- */

static void test_what_is_not_an_object(void **state)
{
    static const struct {
        const char *text;
        enum rc rc;
    } cases[] = {{"", RC_SYNTAX},
                 {"  ", RC_SYNTAX},
                 {"[1]", RC_SCHEMA},
                 {"12", RC_SCHEMA},
                 {"{", RC_SYNTAX},
                 {"{\"a\"", RC_SYNTAX},
                 {"{\"a\":", RC_SYNTAX},
                 {"{\"a\":1", RC_SYNTAX},
                 {"{\"a\":}", RC_SYNTAX},
                 {"{\"a\":1,}", RC_SYNTAX},
                 {"{\"a\" 1}", RC_SYNTAX},
                 {"{\"a\":1 \"b\":2}", RC_SYNTAX},
                 {"{\"a\":tru}", RC_SYNTAX},
                 {"{\"a\":-}", RC_SYNTAX},
                 {"{\"a\":nul}", RC_SYNTAX},
                 {"{\"a\":1-}", RC_SYNTAX},
                 {"{\"a\":1}x", RC_SYNTAX},
                 {"{\"a\":\"x}", RC_SYNTAX},
                 {"{\"a\":[1}", RC_SYNTAX},
                 {"{\"a\":\"\\q\"}", RC_SYNTAX},
                 {"{\"a\":1]", RC_SYNTAX},
                 {"{\"a", RC_SYNTAX},
                 {"{,}", RC_SYNTAX},
                 {"{\"a\":1,,}", RC_SYNTAX}};
    const struct json *v = NULL;

    (void)state;
    for (size_t i = 0; i < 2 * ARRAY_LEN(cases); i++) {
        struct err e = {0};
        const char *text = cases[i / 2].text;
        if (json_read(one, text, strlen(text), &v, &e) != cases[i / 2].rc ||
            e.rc != cases[i / 2].rc)
            fail_msg("not refused as it should be: %s", text);
        assert_null(v);
    }
}

static void test_limits(void **state)
{
    size_t len = 8 << 20;
    char *text = malloc(len);
    const struct json *v;
    struct err e;

    (void)state;
    assert_non_null(text);
    memset(text, '[', len);
    struct json_reader *all = json_reader_new(NULL, 0);
    assert_int_equal(json_read(all, text, 1001, NULL, &e), RC_SYNTAX); /* deeper than cJSON goes */
    for (size_t i = 6; i < len; i += 2)
        memcpy(text + i, "0,", 2);
    memcpy(text, "{\"a\":[", 6);
    memcpy(text + len - 4, " 0]}", 4);
    assert_int_equal(json_read(one, text, len, &v, &e), RC_LIMIT); /* nodes of 40 times its size */
    assert_null(v);
    assert_int_equal(json_read(all, text, len, NULL, &e), RC_LIMIT);
    assert_null(json_root(all));
    assert_int_equal(json_read(one, "{\"a\":1}", 7, &v, &e), RC_OK);
    assert_non_null(v);
    json_reader_free(all);
    free(text);
}

/* --- Slurm ---------------------------------------------------------------------------------- */

static void test_slurm_numbers(void **state)
{
    static const struct {
        const char *text;
        enum json_slurm is;
        double n;
    } cases[] = {
        {"null", JSON_UNSET, 0},
        {"12", JSON_SET, 12},
        {"0", JSON_SET, 0},
        {"-1", JSON_SET, -1},
        {"4294967294", JSON_UNSET, 0},
        {"4294967295", JSON_INFINITE, 0},
        {"18446744073709551614", JSON_UNSET, 0},
        {"1e999", JSON_UNSET, 0},
        {"\"12\"", JSON_SET, 12},
        {"\"Infinity\"", JSON_INFINITE, 0},
        {"\"UNLIMITED\"", JSON_INFINITE, 0},
        {"\"N/A\"", JSON_UNSET, 0},
        {"\"\"", JSON_UNSET, 0},
        {"true", JSON_UNSET, 0},
        {"[1]", JSON_UNSET, 0},
        {"{}", JSON_UNSET, 0},
        {"{\"set\":true,\"infinite\":false,\"number\":60}", JSON_SET, 60},
        {"{\"set\":true,\"infinite\":false,\"number\":0}", JSON_SET, 0},
        {"{\"set\":false,\"infinite\":false,\"number\":60}", JSON_UNSET, 0},
        {"{\"set\":false,\"infinite\":true,\"number\":0}", JSON_INFINITE, 0},
        {"{\"set\":true,\"infinite\":true,\"number\":0}", JSON_INFINITE, 0},
        {"{\"number\":5}", JSON_SET, 5},
        {"{\"set\":true,\"number\":4294967294}", JSON_UNSET, 0},
        {"{\"set\":true,\"number\":null}", JSON_UNSET, 0},
        {"{\"set\":true}", JSON_UNSET, 0},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        double n = -7;
        if (json_slurm_num(value_of(cases[i].text), &n) != cases[i].is)
            fail_msg("%s is read as something else", cases[i].text);
        if (n != (cases[i].is == JSON_SET ? cases[i].n : -7))
            fail_msg("%s is read as %.17g", cases[i].text, n);
    }
    assert_int_equal(json_slurm_num(NULL, NULL), JSON_UNSET);
}

/* --- threads and locales -------------------------------------------------------------------- */

static void *read_many(void *arg)
{
    const char *text = arg;
    size_t len = strlen(text);
    uintptr_t wrong = 0;
    struct json_reader *r = json_reader_new(just_a, 1);

    for (int i = 0; i < 500; i++) {
        const struct json *v = NULL;
        double n = 0;
        wrong += json_read(r, text, len, &v, NULL) != RC_OK || !json_num(json_first(v), &n) ||
                 n != text[0];
    }
    json_reader_free(r);
    return (void *)wrong;
}

static void test_readers_in_threads(void **state)
{
    char texts[4][64];
    pthread_t t[4];
    void *wrong;

    (void)state;
    for (int i = 0; i < 4; i++) {
        snprintf(texts[i], sizeof texts[i], "%*s{\"a\": [%d, \"x\\ud800\"], \"b\": %d}", i, "",
                 i ? ' ' : '{', i);
        assert_int_equal(pthread_create(&t[i], NULL, read_many, texts[i]), 0);
    }
    for (int i = 0; i < 4; i++) {
        assert_int_equal(pthread_join(t[i], &wrong), 0);
        assert_null(wrong);
    }
}

static void test_decimal_comma(void **state)
{
    (void)state;
    if (!setlocale(LC_NUMERIC, "de_DE.UTF-8") && !setlocale(LC_NUMERIC, "fr_FR.UTF-8")) {
        print_message("# no locale with a decimal comma\n");
        return;
    }
    check_num("1.5", true, 1.5);
    check_num("\"1.5\"", true, 1.5);
    check_num("\"1,5\"", false, 0);
    setlocale(LC_NUMERIC, "C");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_selected_as_whole),
        cmocka_unit_test(test_captured_answers),
        cmocka_unit_test(test_types),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_endless_number_inside),
        cmocka_unit_test(test_strings),
        cmocka_unit_test(test_replacements_are_not_clean),
        cmocka_unit_test(test_raw_nul),
        cmocka_unit_test(test_keys),
        cmocka_unit_test(test_guesses_never_change_the_result),
        cmocka_unit_test(test_like_the_one_before),
        cmocka_unit_test(test_plain_values_and_others),
        cmocka_unit_test(test_more_keys_than_memory),
        cmocka_unit_test(test_what_is_not_an_object),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_slurm_numbers),
        cmocka_unit_test(test_readers_in_threads),
        cmocka_unit_test(test_decimal_comma),
    };
    return cmocka_run_group_tests(tests, open_one, close_one);
}
