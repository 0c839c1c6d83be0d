/* SPDX-License-Identifier: MIT
 * test_codec_jsonstream.c - what comes out is the same however the bytes come in, and no body,
 * however broken, costs more than its own elements. */
#include "codec/jsonstream.h"

#include "base/buf.h"
#include "base/xmem.h"
#include "codec/jsonscan.h"
#include "tests/unit/unit.h"

static const char *const lists[] = {"jobs", "nodes", NULL};

/* --- a diary of everything the stream said -------------------------------------------------- */

struct diary {
    struct buf text;
    size_t elements, members, bad;
    size_t longest;
    enum rc answer;     /* of the element callback */
    size_t answer_from; /* the first element it is given for */
    const char *last_key;
};

static void note(struct diary *d, const char *what, const char *key, const char *text, size_t len)
{
    (void)buf_addf(&d->text, "%s %s ", what, key);
    (void)buf_add(&d->text, text, len);
    (void)buf_addc(&d->text, '\n');
}

static enum rc on_element(void *arg, const char *key, const char *text, size_t len)
{
    struct diary *d = arg;

    d->elements++;
    d->last_key = key;
    if (len > d->longest)
        d->longest = len;
    note(d, "element", key, text, len);
    return d->answer_from && d->elements >= d->answer_from ? d->answer : RC_OK;
}

static enum rc on_member(void *arg, const char *key, const char *text, size_t len)
{
    struct diary *d = arg;

    d->members++;
    note(d, "member", key, text, len);
    return RC_OK;
}

static void on_bad(void *arg, const char *key, enum rc why, uint64_t offset)
{
    struct diary *d = arg;

    d->bad++;
    (void)buf_addf(&d->text, "bad %s %s at %llu\n", key, rc_name(why), (unsigned long long)offset);
}

static const struct jsonstream_ops ops = {on_element, on_member, on_bad};

static void diary_init(struct diary *d)
{
    *d = (struct diary){.answer = RC_OK};
    buf_init(&d->text, (size_t)64 << 20);
}

/* --- feeding -------------------------------------------------------------------------------- */

static enum rc feed_in_pieces(struct jsonstream *js, const char *text, size_t len, size_t first,
                              size_t piece, struct err *e)
{
    enum rc rc = jsonstream_feed(js, text, first, e);

    for (size_t at = first; at < len && rc == RC_OK; at += piece)
        rc = jsonstream_feed(js, text + at, len - at < piece ? len - at : piece, e);
    return rc == RC_OK ? jsonstream_end(js, e) : rc;
}

static enum rc run(const char *const *arrays, const struct jsonstream_limits *limits,
                   const char *text, size_t len, struct diary *d, struct err *e)
{
    diary_init(d);
    struct jsonstream *js = jsonstream_new(arrays, &ops, d, limits);
    enum rc rc = feed_in_pieces(js, text, len, len, 1, e);
    if (rc == RC_OK)
        assert_int_equal(jsonstream_offset(js), len);
    assert_int_equal(jsonstream_bad_count(js), d->bad);
    jsonstream_free(js);
    return rc;
}

static enum rc run_text(const char *text, struct diary *d)
{
    struct err e;

    return run(lists, NULL, text, strlen(text), d, &e);
}

static void expect(const char *text, enum rc rc, const char *diary)
{
    struct diary d;

    assert_int_equal(run_text(text, &d), rc);
    assert_string_equal(d.text.data, diary);
    buf_fini(&d.text);
}

/* --- tests ---------------------------------------------------------------------------------- */

static void test_elements_and_members(void **state)
{
    (void)state;
    expect("{\"meta\":{\"a\":[1]},\"jobs\":[{\"id\":1},{\"id\":2}],"
           "\"n\":3,\"s\":\"x]\",\"nodes\":[1,\"2\",[3]]}",
           RC_OK,
           "member meta {\"a\":[1]}\nelement jobs {\"id\":1}\nelement jobs {\"id\":2}\n"
           "member n 3\nmember s \"x]\"\n"
           "element nodes 1\nelement nodes \"2\"\nelement nodes [3]\n");
    expect(" {\r\n\t\"jobs\" : [ ] , \"nodes\" : [ 1 , 2 ] } \n", RC_OK,
           "element nodes 1\nelement nodes 2\n");
    expect("{}", RC_OK, "");
    expect("{\"jobs\":null,\"nodes\":{\"a\":1}}", RC_OK,
           "member jobs null\nmember nodes {\"a\":1}\n");
    expect("{\"jobs\":[1],\"jobs\":[2]}", RC_OK, "element jobs 1\nelement jobs 2\n");
    expect("{\"Jobs\":[1]}", RC_OK, "member Jobs [1]\n");
    expect("{\"j\\u006fbs\":[1],\"a\\\"b\\n\":2}", RC_OK, "element jobs 1\nmember a\"b\n 2\n");
}

static void test_document_that_is_an_array(void **state)
{
    const char *text = "[1,{\"a\":2},[]]";
    struct diary d;
    struct err e;

    (void)state;
    assert_int_equal(run(NULL, NULL, text, strlen(text), &d, &e), RC_OK);
    assert_string_equal(d.text.data, "element  1\nelement  {\"a\":2}\nelement  []\n");
    buf_fini(&d.text);
    assert_int_equal(run(NULL, NULL, "[]", 2, &d, &e), RC_OK);
    buf_fini(&d.text);
    assert_int_equal(run(NULL, NULL, "{}", 2, &d, &e), RC_SCHEMA);
    buf_fini(&d.text);
    assert_int_equal(run_text("[]", &d), RC_SCHEMA);
    buf_fini(&d.text);
}

static void test_an_array_in_an_object(void **state)
{
    static const char *const inner[] = {"data.result", "warnings", NULL};
    static const struct {
        const char *text, *diary;
        enum rc rc;
    } cases[] = {
        {"{\"status\":\"ok\",\"data\":{\"type\":\"v\",\"result\":[{\"a\":1},2],\"st\\u0061ts\":{\"x\":[]}},"
         "\"warnings\":[\"w\"]}",
         "member status \"ok\"\nmember data.type \"v\"\nelement data.result {\"a\":1}\n"
         "element data.result 2\nmember data.stats {\"x\":[]}\nelement warnings \"w\"\n",
         RC_OK},
        {"{\"data\":{},\"result\":[1]}", "member result [1]\n", RC_OK},
        {"{\"data\":{\"data\":{\"result\":[1]}},\"dat\":{\"result\":[1]}}",
         "member data.data {\"result\":[1]}\nmember dat {\"result\":[1]}\n", RC_OK},
        {"{\"data\":[{\"result\":[1]}]}", "member data [{\"result\":[1]}]\n", RC_OK},
        {"{\"data\":{\"result\":[1]}", "element data.result 1\n", RC_SYNTAX},
        {"{\"data\":{\"result\":[1]}}}", "element data.result 1\n", RC_SYNTAX},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct diary d;
        struct err e;
        assert_int_equal(run(inner, NULL, cases[i].text, strlen(cases[i].text), &d, &e),
                         cases[i].rc);
        assert_string_equal(d.text.data, cases[i].diary);
        buf_fini(&d.text);
    }
}

static void test_key_is_the_callers_pointer(void **state)
{
    struct diary d;

    (void)state;
    assert_int_equal(run_text("{\"nodes\":[1]}", &d), RC_OK);
    assert_ptr_equal(d.last_key, lists[1]);
    buf_fini(&d.text);
}

static void test_what_is_not_json(void **state)
{
    static const char *const texts[] = {
        "<html>",
        "\xff\xfe{",
        "\xef\xbb{}",
        "nothing",
        "\"text\"",
        "12",
        "",
        "   ",
        "{",
        "{\"jobs\"",
        "{\"jobs\":",
        "{\"jobs\":[",
        "{\"jobs\":[1",
        "{\"jobs\":[1,",
        "{\"jobs\":[1]",
        "{\"jobs\":[{]",
        "{\"a\":\"",
        "{\"a\\",
        "{\"a\":1,}",
        "{,}",
        "{\"a\" 1}",
        "{a:1}",
        "{\"a\":}",
        "{\"a\":1 2}",
        "{\"jobs\":[,1]}",
        "{\"jobs\":[1,]}",
        "{\"jobs\":[1 2]}",
        "{\"jobs\":[1}",
        "{\"jobs\":[:]}",
        "{}x",
        "{}{}",
        "{\"a\":1}]",
    };
    struct diary d;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        if (run_text(texts[i], &d) != RC_SYNTAX)
            fail_msg("taken for JSON: %s", texts[i]);
        buf_fini(&d.text);
    }
}

static void test_html_is_refused_at_its_first_byte(void **state)
{
    struct diary d;
    struct err e;

    (void)state;
    diary_init(&d);
    struct jsonstream *js = jsonstream_new(lists, &ops, &d, NULL);
    assert_int_equal(jsonstream_feed(js, "\n<", 2, &e), RC_SYNTAX);
    assert_string_equal(e.where, "byte 1");
    assert_non_null(strstr(e.msg, "'<'"));
    assert_int_equal(jsonstream_feed(js, "{}", 2, &e), RC_SYNTAX);
    assert_int_equal(jsonstream_end(js, NULL), RC_SYNTAX);
    jsonstream_reset(js);
    assert_int_equal(jsonstream_feed(js, "{}", 2, &e), RC_OK);
    assert_int_equal(jsonstream_end(js, &e), RC_OK);
    jsonstream_free(js);
    buf_fini(&d.text);
}

static void test_byte_order_mark(void **state)
{
    (void)state;
    expect("\xef\xbb\xbf{\"jobs\":[1]}", RC_OK, "element jobs 1\n");
    expect("\xef\xbb\xbf\xef\xbb\xbf{}", RC_SYNTAX, "");
}

/* What came before the fault stays. */
static void test_bad_element_costs_itself(void **state)
{
    (void)state;
    expect("{\"jobs\":[{\"a\":\"\\ud800\"},nonsense,{\"b\":\"\xff\xfe\"},2]}", RC_OK,
           "element jobs {\"a\":\"\\ud800\"}\nelement jobs nonsense\n"
           "element jobs {\"b\":\"\xff\xfe\"}\n"
           "element jobs 2\n");
    expect("{\"jobs\":[1,\x02]}", RC_SYNTAX, "element jobs 1\n");
    expect("{\"jobs\":[1,2,{\"a\":", RC_SYNTAX, "element jobs 1\nelement jobs 2\n");
}

static void test_too_big_and_too_deep(void **state)
{
    const struct jsonstream_limits limits = {.element_max = 10, .depth_max = 3, .body_max = 0};
    const char *text =
        "{\"jobs\":[\"12345678\",\"123456789\",[[[]]],[[[[]]]],1],\"m\":\"too long a text\"}";
    struct diary d;
    struct err e;

    (void)state;
    assert_int_equal(run(lists, &limits, text, strlen(text), &d, &e), RC_OK);
    assert_string_equal(d.text.data,
                        "element jobs \"12345678\"\nbad jobs limit at 20\nelement jobs [[[]]]\n"
                        "bad jobs limit at 39\nelement jobs 1\nbad m limit at 55\n");
    buf_fini(&d.text);
}

static void test_long_key(void **state)
{
    char text[700], key[400];
    struct diary d;

    (void)state;
    memset(key, 'k', sizeof key);
    key[sizeof key - 1] = 0;
    snprintf(text, sizeof text, "{\"%s\":1,\"jobs\":[2]}", key);
    assert_int_equal(run_text(text, &d), RC_OK);
    assert_int_equal(d.bad, 1);
    assert_int_equal(d.elements, 1);
    assert_int_equal(d.members, 0);
    buf_fini(&d.text);
}

/* Names end at a NUL, keys do not: nothing is read behind the name of a list, where a dot would make it look like another. */
static void test_a_key_of_nuls(void **state)
{
    static const char behind[] = "data\0..............";
    static const char *const names[] = {behind, NULL};
    static const char text[] = "{\"data\0\0\0\0\":{\"x\":1}}";
    struct diary d;
    struct err e;

    (void)state;
    assert_int_equal(run(names, NULL, text, sizeof text - 1, &d, &e), RC_OK);
    assert_string_equal(d.text.data, "member data {\"x\":1}\n");
    buf_fini(&d.text);
}

static void test_body_limit(void **state)
{
    const struct jsonstream_limits limits = {.body_max = 20};
    const char *text = "{\"jobs\":[1,2,3,4,5,6,7]}";
    struct diary d;
    struct err e;

    (void)state;
    assert_int_equal(run(lists, &limits, text, strlen(text), &d, &e), RC_LIMIT);
    assert_int_equal(d.elements, 5); /* what fits is handed out; of "6" the end was not seen */
    buf_fini(&d.text);
    assert_int_equal(run(lists, &limits, "{\"jobs\":[1,2,3,4,5]}", 20, &d, &e), RC_OK);
    buf_fini(&d.text);
}

static void test_callback_stops_the_stream(void **state)
{
    struct diary d;
    struct err e;

    (void)state;
    diary_init(&d);
    d.answer = RC_CANCELLED;
    d.answer_from = 2;
    struct jsonstream *js = jsonstream_new(lists, &ops, &d, NULL);
    assert_int_equal(jsonstream_feed(js, "{\"jobs\":[1,2,3]}", 16, &e), RC_CANCELLED);
    assert_int_equal(d.elements, 2);
    assert_int_equal(jsonstream_feed(js, " ", 1, &e), RC_CANCELLED);
    assert_int_equal(jsonstream_end(js, &e), RC_CANCELLED);
    jsonstream_free(js);
    buf_fini(&d.text);
}

static void test_nobody_listens(void **state)
{
    static const struct jsonstream_ops deaf = {NULL, NULL, NULL};
    static const struct jsonstream_ops no_bad = {on_element, NULL, NULL};
    const struct jsonstream_limits limits = {.element_max = 4};
    const char *text = "{\"meta\":\"longer than the limit\",\"jobs\":[1,\"longer\",2]}";
    struct diary d;

    (void)state;
    diary_init(&d);
    struct jsonstream *js = jsonstream_new(lists, &deaf, &d, &limits);
    assert_int_equal(feed_in_pieces(js, text, strlen(text), 1, 1, NULL), RC_OK);
    assert_int_equal(jsonstream_bad_count(js), 0);
    jsonstream_free(js);
    js = jsonstream_new(lists, &no_bad, &d, &limits);
    assert_int_equal(feed_in_pieces(js, text, strlen(text), 1, 1, NULL), RC_OK);
    assert_int_equal(jsonstream_bad_count(js), 1);
    assert_int_equal(d.elements, 2);
    jsonstream_free(js);
    jsonstream_free(NULL);
    buf_fini(&d.text);
}

/* --- the same whatever the cut, whatever the kernel ----------------------------------------- */

/* step: distance of the cuts that are tried. */
static void cut_everywhere(const char *text, size_t len, size_t step,
                           const struct jsonstream_limits *limits)
{
    struct diary whole, d;
    struct err e;
    enum rc rc = run(lists, limits, text, len, &whole, &e);

    diary_init(&d);
    struct jsonstream *js = jsonstream_new(lists, &ops, &d, limits);
    for (size_t cut = 0; cut <= len; cut += step) {
        buf_reset(&d.text);
        jsonstream_reset(js);
        assert_int_equal(feed_in_pieces(js, text, len, cut, len, NULL), rc);
        assert_string_equal(d.text.data, whole.text.data);
    }
    for (size_t piece = 1; piece < 200; piece += piece < 20 ? 1 : 37) {
        buf_reset(&d.text);
        jsonstream_reset(js);
        assert_int_equal(feed_in_pieces(js, text, len, 0, piece, NULL), rc);
        assert_string_equal(d.text.data, whole.text.data);
    }
    jsonstream_free(js);
    buf_fini(&d.text);
    buf_fini(&whole.text);
}

static void with_each_kernel(const char *text, size_t len, size_t step,
                             const struct jsonstream_limits *limits)
{
    for (int k = JSONSCAN_COUNT - 1; k >= 0; k--)
        if (jsonscan_use((enum jsonscan_kernel)k))
            cut_everywhere(text, len, step, limits);
    assert_true(jsonscan_use(JSONSCAN_AVX2) || jsonscan_use(JSONSCAN_SSE2) ||
                jsonscan_use(JSONSCAN_SCALAR));
}

static void test_cut_everywhere(void **state)
{
    static const char *const names[] = {"json/jobs38.json", "json/jobs40.json", "json/odd.json",
                                        "json/nodes40-compact.json"};
    const struct jsonstream_limits small = {.element_max = 60, .depth_max = 2};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        size_t len;
        char *text = unit_fixture(names[i], &len);
        with_each_kernel(text, len, len > 6000 ? 5 : 1, NULL);
        with_each_kernel(text, len, 61, &small);
        free(text);
    }
}

/* A body that ends too early is never complete; what it hands out is a beginning of the whole. */
static void test_truncated_everywhere(void **state)
{
    size_t len;
    char *text = unit_fixture("json/odd.json", &len);
    struct diary whole, d;

    (void)state;
    assert_int_equal(run_text(text, &whole), RC_OK);
    size_t body = (size_t)(strrchr(text, '}') - text);
    for (size_t cut = 0; cut <= body; cut++) {
        char *part = malloc(cut + 1);
        struct err e;
        memcpy(part, text, cut);
        part = realloc(part, cut + !cut);
        assert_int_equal(run(lists, NULL, part, cut, &d, &e), RC_SYNTAX);
        assert_int_equal(strncmp(whole.text.data, d.text.data, d.text.len), 0);
        buf_fini(&d.text);
        free(part);
    }
    buf_fini(&whole.text);
    free(text);
}

/* --- bombs ---------------------------------------------------------------------------------- */

static void feed_many(struct jsonstream *js, const char *piece, size_t times)
{
    for (size_t i = 0; i < times; i++)
        assert_int_equal(jsonstream_feed(js, piece, strlen(piece), NULL), RC_OK);
}

static bool had_array(const char *text)
{
    struct diary d;

    diary_init(&d);
    struct jsonstream *js = jsonstream_new(lists, &ops, &d, NULL);
    feed_many(js, text, 1);
    bool had = jsonstream_had_array(js);
    jsonstream_free(js);
    buf_fini(&d.text);
    return had;
}

static void test_a_missing_array_is_not_an_empty_one(void **state)
{
    (void)state;
    assert_true(had_array("{\"jobs\":[]}"));
    assert_true(had_array("{\"a\":1,\"jobs\":[1"));
    assert_false(had_array("{}"));
    assert_false(had_array("{\"jobs\":null,\"Jobs\":[],\"other\":[1]}"));
}

static void test_depth_bomb_costs_itself(void **state)
{
    struct diary d;

    (void)state;
    diary_init(&d);
    struct jsonstream *js = jsonstream_new(lists, &ops, &d, NULL);
    feed_many(js, "{\"jobs\":[1,", 1);
    feed_many(js, "[[[[[[[[[[", 100000);
    feed_many(js, "]]]]]]]]]]", 100000);
    feed_many(js, ",2]}", 1);
    assert_int_equal(jsonstream_end(js, NULL), RC_OK);
    assert_string_equal(d.text.data, "element jobs 1\nbad jobs limit at 11\nelement jobs 2\n");
    jsonstream_free(js);
    buf_fini(&d.text);
}

/* 512 MiB in one string, as an element, as a key and as a member. */
static void test_endless_strings(void **state)
{
    static char piece[1 << 20];
    struct diary d;

    (void)state;
    memset(piece, 'x', sizeof piece - 1);
    diary_init(&d);
    struct jsonstream *js = jsonstream_new(lists, &ops, &d, NULL);
    feed_many(js, "{\"jobs\":[\"", 1);
    feed_many(js, piece, 512);
    feed_many(js, "\",3],\"", 1);
    feed_many(js, piece, 8);
    feed_many(js, "\":4,\"m\":\"", 1);
    feed_many(js, piece, 8);
    feed_many(js, "\"}", 1);
    assert_int_equal(jsonstream_end(js, NULL), RC_OK);
    assert_int_equal(d.bad, 3);
    assert_int_equal(d.elements, 1);
    assert_int_equal(d.members, 0);
    jsonstream_free(js);
    buf_fini(&d.text);
}

/* Fed in pieces of 64 KiB, as from a socket; at no time is more held than the header says. */
static void feed_bounded(struct jsonstream *js, const char *text, size_t len)
{
    enum { PIECE = 65536 };

    for (size_t at = 0; at < len; at += PIECE) {
        assert_int_equal(
            jsonstream_feed(js, text + at, len - at < PIECE ? len - at : (size_t)PIECE, NULL),
            RC_OK);
        assert_true(jsonstream_held(js) <= 2 * JSONSTREAM_KEEP);
    }
}

/* {"id":1,<member>:<open><filling, so many times><close>,"name":"x}[\\\"","last":[2]} */
static void add_long_record(struct buf *b, const char *open, const char *filling, size_t times,
                            const char *close)
{
    buf_adds(b, "{\"id\":{\"n\":1},\"odd\":\"a]\\\"{\",\"long\":");
    buf_adds(b, open);
    for (size_t i = 0; i < times; i++)
        buf_adds(b, filling);
    buf_adds(b, close);
    assert_int_equal(buf_adds(b, ",\"name\":\"x}[\\\"\",\"last\":[2]}"), RC_OK);
}

/* What the stream makes of one such record between two others. */
static void run_long_record(struct diary *d, const struct jsonstream_limits *limits,
                            const char *open, const char *filling, size_t times, const char *close)
{
    struct buf b;

    buf_init(&b, (size_t)64 << 20);
    buf_adds(&b, "{\"jobs\":[1,");
    add_long_record(&b, open, filling, times, close);
    assert_int_equal(buf_adds(&b, ",3]}"), RC_OK);
    diary_init(d);
    struct jsonstream *js = jsonstream_new(lists, &ops, d, limits);
    feed_bounded(js, b.data, b.len);
    assert_int_equal(jsonstream_end(js, NULL), RC_OK);
    assert_int_equal(jsonstream_bad_count(js), d->bad);
    jsonstream_free(js);
    buf_fini(&b);
}

static const char thinned[] =
    "element jobs 1\n"
    "element jobs {\"id\":{\"n\":1},\"odd\":\"a]\\\"{\",\"long\":null,\"name\":\"x}[\\\"\",\"last\":[2]}\n"
    "element jobs 3\n";

static void test_long_members_are_left_out(void **state)
{
    static const struct jsonstream_limits large = {.element_max = (size_t)32 << 20};
    static const struct {
        const char *open, *filling, *close;
    } members[] = {
        {"[", "{\"cores\":[{\"index\":0,\"status\":\"}]\\\"\"}]},", "0]"},
        {"{", "\"\\\\\":[[{}],\"]\"],", "\"\":0}"},
        {"[", "        ", "]"},
        {"[\"", "]}\\\"\\\\", "\"]"},
        {"[[[", "1,", "1]]]"},
    };
    struct diary d;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(members); i++)
        for (size_t more = 0; more < 40; more += 13) { /* cut at other places */
            size_t times = (3 << 20) / strlen(members[i].filling) + more;
            run_long_record(&d, &large, members[i].open, members[i].filling, times,
                            members[i].close);
            assert_string_equal(d.text.data, thinned);
            buf_fini(&d.text);
        }
}

/* An element of many members, none of them long, one of a long string, one too long in all, one too deep in what is left out. */
static void test_long_without_long_members_costs_itself(void **state)
{
    static const struct jsonstream_limits large = {.element_max = (size_t)4 << 20};
    static const struct jsonstream_limits flat = {.element_max = (size_t)4 << 20, .depth_max = 3};
    static const struct {
        const struct jsonstream_limits *limits;
        const char *open, *filling, *close;
        size_t times;
    } records[] = {
        {&large, "0", ",\"a\":[0]", "", 200000},  {&large, "\"", "xxxxxxxx", "\"", 200000},
        {&large, "0", "        ", "", 200000},    {&large, "[", "00000000,", "0]", 500000},
        {&flat, "[", "[0],", "[[[1]]]]", 300000},
    };
    struct diary d;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(records); i++) {
        run_long_record(&d, records[i].limits, records[i].open, records[i].filling,
                        records[i].times, records[i].close);
        assert_string_equal(d.text.data, "element jobs 1\nbad jobs limit at 11\nelement jobs 3\n");
        buf_fini(&d.text);
    }
}

/* A body that never ends, in the middle of an element: nothing of it is kept. */
static void test_an_endless_element_is_let_go(void **state)
{
    static const struct jsonstream_limits large = {.element_max = (size_t)32 << 20};
    static char piece[65537];
    struct diary d;

    (void)state;
    memset(piece, ' ', sizeof piece - 1);
    diary_init(&d);
    struct jsonstream *js = jsonstream_new(lists, &ops, &d, &large);
    feed_many(js, "{\"jobs\":[{\"id\":1,\"na", 1);
    for (int i = 0; i < 1000; i++)
        feed_bounded(js, piece, sizeof piece - 1);
    assert_int_equal(jsonstream_held(js), 0);
    feed_many(js, "me\":2},3]}", 1);
    assert_int_equal(jsonstream_end(js, NULL), RC_OK);
    assert_string_equal(d.text.data, "bad jobs limit at 9\nelement jobs 3\n");
    jsonstream_free(js);
    buf_fini(&d.text);
}

static void test_ten_million_elements(void **state)
{
    static char piece[20001];
    static const struct jsonstream_ops count_only = {NULL, NULL, on_bad};
    struct diary d;

    (void)state;
    for (size_t i = 0; i < sizeof piece - 1; i += 2)
        memcpy(piece + i, "0,", 2);
    diary_init(&d);
    struct jsonstream *js = jsonstream_new(lists, &count_only, &d, NULL);
    feed_many(js, "{\"jobs\":[", 1);
    feed_many(js, piece, 1000);
    feed_many(js, "0]}", 1);
    assert_int_equal(jsonstream_end(js, NULL), RC_OK);
    assert_int_equal(d.text.len, 0);
    jsonstream_free(js);
    buf_fini(&d.text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_elements_and_members),
        cmocka_unit_test(test_document_that_is_an_array),
        cmocka_unit_test(test_an_array_in_an_object),
        cmocka_unit_test(test_key_is_the_callers_pointer),
        cmocka_unit_test(test_what_is_not_json),
        cmocka_unit_test(test_html_is_refused_at_its_first_byte),
        cmocka_unit_test(test_byte_order_mark),
        cmocka_unit_test(test_bad_element_costs_itself),
        cmocka_unit_test(test_too_big_and_too_deep),
        cmocka_unit_test(test_long_key),
        cmocka_unit_test(test_a_key_of_nuls),
        cmocka_unit_test(test_body_limit),
        cmocka_unit_test(test_callback_stops_the_stream),
        cmocka_unit_test(test_nobody_listens),
        cmocka_unit_test(test_cut_everywhere),
        cmocka_unit_test(test_truncated_everywhere),
        cmocka_unit_test(test_a_missing_array_is_not_an_empty_one),
        cmocka_unit_test(test_depth_bomb_costs_itself),
        cmocka_unit_test(test_endless_strings),
        cmocka_unit_test(test_long_members_are_left_out),
        cmocka_unit_test(test_long_without_long_members_costs_itself),
        cmocka_unit_test(test_an_endless_element_is_let_go),
        cmocka_unit_test(test_ten_million_elements),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
