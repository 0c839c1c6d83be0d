/* SPDX-License-Identifier: MIT
 * test_io_exchange.c - bytes in, deltas out: sizes, polls, backpressure, verdicts; and the small pure
 * parts beside it: back-off, standing, token expiry. */
#include "tests/unit/unit.h"

#include "base/buf.h"
#include "base/queue.h"
#include "base/xmem.h"
#include "io/backoff.h"
#include "io/credential.h"
#include "io/exchange.h"
#include "io/request.h"
#include "io/standing.h"
#include "tests/fake/fake_collector.h"

struct bench {
    struct queue *queue;
    struct fake_conf conf;
    void *state;
    struct exchange *x;
};

static void destroy_delta(void *item)
{
    delta_free(item);
}

static struct request *make_request(enum cut cut)
{
    static const char *const arrays[] = {"rows", NULL};
    struct request *rq = request_new();

    rq->what = 1;
    rq->label = "GET rows";
    rq->path = "/rows";
    rq->cut = cut;
    rq->via = cut == CUT_LINES ? VIA_COMMAND : VIA_HTTP;
    rq->arrays = request_strv(rq, arrays);
    rq->lists[ENTITY_NODE] = true;
    return rq;
}

static void begin(struct bench *b, struct request *rq, size_t max_items)
{
    struct exchange_env env = {.ops = &fake_collector, .conf = &b->conf.conf, .poll_seq = 7};

    fake_conf_init(&b->conf, 3, "s", NULL);
    b->queue = queue_new(max_items, 0, destroy_delta);
    assert_int_equal(fake_collector.open(&b->conf.conf, 1, &b->state, NULL), RC_OK);
    env.state = b->state;
    env.out = b->queue;
    b->x = exchange_new(&env, rq, 1000);
}

static void finish(struct bench *b)
{
    exchange_free(b->x);
    fake_collector.close(b->state);
    queue_free(b->queue);
}

static enum rc feed(struct bench *b, const char *text, struct err *e)
{
    bool paused;

    return exchange_feed(b->x, text, strlen(text), 5000, &paused, e);
}

static enum rc end(struct bench *b, struct reply *reply, struct err *e)
{
    const char *mend;

    reply->at = 6000;
    return exchange_end(b->x, reply, 2000, &mend, e);
}

static void test_one_delta(void **state)
{
    struct bench b;
    struct reply reply = {.status = 200};
    struct err e = {0};

    (void)state;
    begin(&b, make_request(CUT_JSON), 10);
    exchange_head(b.x, 200, "application/json");
    assert_int_equal(feed(&b, "{\"rows\": [{\"name\":\"a\"},", &e), RC_OK);
    assert_null(queue_pop(b.queue, 0));
    assert_int_equal(feed(&b, "{\"name\":\"b\"}]}", &e), RC_OK);
    assert_int_equal(end(&b, &reply, &e), RC_OK);
    struct delta *d = queue_pop(b.queue, 0);
    assert_int_equal(d->records, 2);
    assert_int_equal(d->source, 3);
    assert_true(d->rank[0] == 2 && d->rank[1] == 7);
    assert_int_equal(d->at, 5000);
    assert_true(d->poll.begin);
    assert_int_equal(d->poll.seq, 7);
    assert_int_equal(d->poll.end, POLL_GOOD);
    assert_true(d->poll.entities[ENTITY_NODE] && !d->poll.entities[ENTITY_JOB]);
    assert_null(queue_pop(b.queue, 0));
    assert_int_equal(reply.bytes, 37);
    delta_free(d);
    finish(&b);
}

static void feed_many(struct bench *b, int from, int count, bool *paused)
{
    char text[64];

    for (int i = from; i < from + count; i++) {
        int n = snprintf(text, sizeof(text), "%s{\"name\":\"node%d\"}", i ? "," : "", i);
        assert_int_equal(exchange_feed(b->x, text, (size_t)n, 5000, paused, NULL), RC_OK);
    }
}

/* So many elements, of which the first and then each `nth` can be used: how many are fed until the answer is given up, 0 = it is not. */
static int fed_until_given_up(int count, int nth, struct err *e)
{
    struct bench b;
    char text[64];
    bool paused;
    int until = 0;

    begin(&b, make_request(CUT_JSON), 1000);
    exchange_head(b.x, 200, "application/json");
    assert_int_equal(feed(&b, "{\"rows\":[", NULL), RC_OK);
    for (int i = 1; i <= count && !until; i++) {
        bool good = nth && (i - 1) % nth == 0;
        int n = good ? snprintf(text, sizeof text, "%s{\"name\":\"n%d\"}", i > 1 ? "," : "", i)
                     : snprintf(text, sizeof text, "%s{\"name\":%d}", i > 1 ? "," : "", i);
        if (exchange_feed(b.x, text, (size_t)n, 5000, &paused, e) != RC_OK)
            until = i;
    }
    finish(&b);
    return until;
}

/* Ten thousand bad elements are borne, of a large answer any number that is not the greater part. */
static void test_an_answer_of_bad_elements_is_given_up(void **state)
{
    struct err e = {0};

    (void)state;
    assert_int_equal(fed_until_given_up(10000, 0, &e), 0);
    assert_int_equal(fed_until_given_up(30000, 2, &e), 0);
    assert_int_equal(fed_until_given_up(30000, 3, &e), 15002);
    assert_int_equal(fed_until_given_up(30000, 0, &e), 10001);
    assert_int_equal(e.rc, RC_SCHEMA);
    assert_non_null(strstr(e.msg, "nearly nothing in the answer can be used: "));
}

/* One item fits the queue: the second delta is refused and held, and nothing is lost. */
static void test_backpressure(void **state)
{
    struct bench b;
    struct reply reply = {.status = 200};
    bool paused = false;
    size_t records = 0, deltas = 0, begins = 0, ends = 0;

    (void)state;
    begin(&b, make_request(CUT_JSON), 1);
    exchange_head(b.x, 200, "");
    assert_int_equal(feed(&b, "{\"rows\":[", NULL), RC_OK);
    feed_many(&b, 0, 3000, &paused);
    assert_false(paused);
    feed_many(&b, 3000, 2000, &paused);
    assert_true(paused);
    exchange_resume(b.x, &paused);
    assert_true(paused);
    assert_int_equal(feed(&b, "]}", NULL), RC_OK);
    assert_int_equal(end(&b, &reply, NULL), RC_OK);
    assert_true(exchange_is_stuck(b.x));
    for (struct delta *d; (d = queue_pop(b.queue, 0)); deltas++) {
        records += d->records;
        begins += d->poll.begin;
        ends += d->poll.end == POLL_GOOD;
        delta_free(d);
        exchange_resume(b.x, &paused);
    }
    assert_false(exchange_is_stuck(b.x));
    assert_int_equal(records, 5000);
    assert_int_equal(deltas, 2);
    assert_int_equal(begins, 1);
    assert_int_equal(ends, 1);
    finish(&b);
}

static void expect_end(enum cut cut, int status, const char *body, enum rc reply_rc,
                       enum rc verdict, enum poll_end poll, size_t records)
{
    struct bench b;
    struct reply reply = {.status = status, .rc = reply_rc};
    struct err e = {0};

    begin(&b, make_request(cut), 10);
    if (cut != CUT_LINES)
        exchange_head(b.x, status, "application/json");
    err_set(&reply.err, reply_rc, NULL, "what the carrier said");
    enum rc rc = feed(&b, body, &e);
    if (rc != RC_OK) {
        reply.rc = rc;
        reply.err = e;
    }
    assert_int_equal(end(&b, &reply, &e), verdict);
    if (verdict != RC_OK)
        assert_true(*e.msg);
    struct delta *d = queue_pop(b.queue, 0);
    assert_int_equal(d ? d->poll.end : POLL_BAD, poll);
    assert_int_equal(d ? d->records : 0, records);
    delta_free(d);
    finish(&b);
}

static void test_ends(void **state)
{
    static const char good[] = "{\"rows\":[{\"name\":\"a\"}]}";

    (void)state;
    expect_end(CUT_JSON, 200, good, RC_OK, RC_OK, POLL_GOOD, 1);
    expect_end(CUT_JSON, 200, "{\"rows\":[]}", RC_OK, RC_OK, POLL_GOOD, 0);
    expect_end(CUT_JSON, 200, "{\"meta\":1}", RC_OK, RC_SCHEMA, POLL_BAD, 0);
    expect_end(CUT_JSON, 200, "{\"rows\":null}", RC_OK, RC_SCHEMA, POLL_BAD, 0);
    expect_end(CUT_JSON, 304, "", RC_OK, RC_OK, POLL_SAME, 0);
    expect_end(CUT_JSON, 200, good, RC_NET, RC_NET, POLL_BAD, 1);
    expect_end(CUT_JSON, 200, "{\"rows\":[{\"name\":\"a\"}", RC_OK, RC_SYNTAX, POLL_BAD, 1);
    expect_end(CUT_JSON, 500, good, RC_OK, RC_HTTP, POLL_BAD, 1);
    expect_end(CUT_JSON, 500, "{\"rows\":", RC_OK, RC_HTTP, POLL_BAD, 0);
    expect_end(CUT_JSON, 401, "Authentication failure", RC_OK, RC_AUTH, POLL_BAD, 0);
    expect_end(CUT_JSON, 200, "Authentication failure", RC_OK, RC_SYNTAX, POLL_BAD, 0);
    expect_end(CUT_JSON, 200, "", RC_OK, RC_SYNTAX, POLL_BAD, 0);
    expect_end(CUT_LINES, 0, "a 1\nb 2\nc", RC_OK, RC_OK, POLL_GOOD, 3);
    expect_end(CUT_LINES, 1, "a 1\n", RC_OK, RC_CHILD, POLL_BAD, 1);
}

static void test_body_cap(void **state)
{
    struct bench b;
    struct request *rq = make_request(CUT_JSON);
    struct err e = {0};

    (void)state;
    rq->body_max = 20;
    begin(&b, rq, 10);
    exchange_head(b.x, 200, "");
    assert_int_equal(feed(&b, "{\"rows\":[{\"na", &e), RC_OK);
    assert_int_equal(feed(&b, "me\":\"a\"}]}", &e), RC_LIMIT);
    finish(&b);
}

/* A slice of the whole must not be kept: a long answer leaves in parts while it comes. */
static void test_leaves_in_parts(void **state)
{
    struct bench b;
    bool paused;
    size_t deltas = 0;

    (void)state;
    begin(&b, make_request(CUT_JSON), 100);
    exchange_head(b.x, 200, "");
    feed(&b, "{\"rows\":[", NULL);
    for (int i = 0; i < 20; i++) {
        feed_many(&b, i * 1000, 1000, &paused);
        for (struct delta *d; (d = queue_pop(b.queue, 0)); deltas++) {
            assert_true(d->records <= 2000);
            delta_free(d);
        }
    }
    assert_int_equal(deltas, 10);
    finish(&b);
}

/* ---- the pure parts ---- */

static void test_backoff(void **state)
{
    uint64_t random = 1;

    (void)state;
    for (int round = 0; round < 1000; round++) {
        int64_t want = 1000;
        for (unsigned n = 1; n < 12; n++) {
            int64_t ms = backoff_ms(n, -1, &random);
            assert_true(ms >= want * 8 / 10 && ms <= want * 12 / 10 && ms <= 60000);
            want = want * 2 > 60000 ? 60000 : want * 2;
        }
    }
    assert_int_equal(backoff_ms(1, 30, &random), 30000);
    assert_int_equal(backoff_ms(1, 2147483647, &random), 60000);
    assert_in_range(backoff_ms(1, 0, &random), 800, 1200);
    assert_in_range(backoff_ms(4000000000u, -1, &random), 48000, 60000);
}

static void land_reply(struct standing *s, int what, const struct reply *reply, mono_ms now)
{
    struct err e = {0};

    err_set(&e, reply->rc, "here", "what %d", what);
    standing_sent(s, what, now);
    standing_landed(s, what, reply, reply->rc, &e, "mend", now);
}

static void land(struct standing *s, int what, enum rc rc, mono_ms now)
{
    land_reply(s, what, &(struct reply){.rc = rc, .bytes = 10, .at = now + 1}, now);
}

static void expect_row(const struct standing *s, const char *words)
{
    struct delta *d = delta_new(0, 0, 1, 0);
    struct buf out;

    buf_init(&out, 65536);
    standing_row(s, d, "s");
    delta_dump(d, &out);
    if (!strstr(out.data, words))
        fail_msg("\"%s\" is not in \"%s\"", words, out.data);
    buf_fini(&out);
    delta_free(d);
}

static void test_standing(void **state)
{
    struct standing *s = xcalloc(1, sizeof(*s));

    (void)state;
    expect_row(s, "state=starting");
    land(s, 1, RC_OK, 1000);
    expect_row(s, "state=ok");
    land(s, 2, RC_HTTP, 2000);
    expect_row(s, "state=failed");
    expect_row(s, "error=\"here: what 2\"");
    land(s, 1, RC_OK, 3000); /* the small one works: the big one's failure still shows */
    expect_row(s, "state=failed");
    assert_int_equal(s->consecutive, 0);
    land(s, 2, RC_OK, 4000);
    expect_row(s, "state=ok");
    land(s, 3, RC_HTTP, 5000); /* asked once and given up */
    land(s, 1, RC_OK, 20000);
    expect_row(s, "state=failed");
    land(s, 1, RC_OK, 5000 + 91000);
    expect_row(s, "state=ok");
    for (int what = 10; what < 100; what++)
        land(s, what, RC_NET, 200000);
    expect_row(s, "consecutive_failures=90");
    free(s);
}

/* What is asked each five minutes found nobody there; when anything is answered, that is over. */
static void test_one_answer_ends_that_nobody_was_there(void **state)
{
    const struct reply nobody = {.rc = RC_NET, .at = 301000, .unsent = true},
                       cut = {.rc = RC_NET, .at = 601000};
    struct standing *s = xcalloc(1, sizeof(*s));

    (void)state;
    land(s, 1, RC_OK, 300000);
    land(s, 2, RC_OK, 300000);
    land_reply(s, 2, &nobody, 600000);
    land_reply(s, 1, &nobody, 601000);
    expect_row(s, "state=failed");
    land(s, 1, RC_OK, 602000);
    expect_row(s, "state=ok");
    land_reply(s, 2, &cut, 900000); /* this one was heard, and then nothing */
    land(s, 1, RC_OK, 901000);
    expect_row(s, "state=failed");
    free(s);
}

/* Asked a second time after a second, and then no more: the source is not asked each second. */
static void test_what_is_asked_no_more_is_no_interval(void **state)
{
    struct standing *s = xcalloc(1, sizeof(*s));

    (void)state;
    land(s, 1, RC_OK, 1000);
    land(s, 2, RC_OK, 1000);
    land(s, 2, RC_OK, 2000);
    expect_row(s, "interval_ms=1000");
    land(s, 1, RC_OK, 11000);
    expect_row(s, "interval_ms=10000");
    free(s);
}

static void test_jwt(void **state)
{
    (void)state;
    /* {"exp":1790000000,"iat":1,"sun":"root"} */
    assert_int_equal(
        credential_jwt_expiry(
            "eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjE3OTAwMDAwMDAsImlhdCI6MSwic3VuIjoicm9vdCJ9.x-_"),
        1790000000000);
    assert_int_equal(credential_jwt_expiry("abc"), 0);
    assert_int_equal(credential_jwt_expiry("a.b.c"), 0);
    assert_int_equal(credential_jwt_expiry("a..c"), 0);
    assert_int_equal(credential_jwt_expiry("a.e30.c"), 0);
    assert_int_equal(credential_jwt_expiry("a.e30.c.d"), 0);
    assert_int_equal(credential_jwt_expiry("a.W10.c"), 0);
    assert_int_equal(credential_jwt_expiry("a.\xff\xfe.c"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_delta),
        cmocka_unit_test(test_an_answer_of_bad_elements_is_given_up),
        cmocka_unit_test(test_backpressure),
        cmocka_unit_test(test_ends),
        cmocka_unit_test(test_body_cap),
        cmocka_unit_test(test_leaves_in_parts),
        cmocka_unit_test(test_backoff),
        cmocka_unit_test(test_standing),
        cmocka_unit_test(test_one_answer_ends_that_nobody_was_there),
        cmocka_unit_test(test_what_is_asked_no_more_is_no_interval),
        cmocka_unit_test(test_jwt),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
