/* SPDX-License-Identifier: MIT
 * collectors_bench.h - a collector without the I/O layer: answers are given, rows come out as text.
 *
 * bench_plan() makes the collector say what it wants; bench_answer() cuts a body as the I/O layer would,
 * decodes it and lets the collector judge it. What came of it lies in the bench: verdict, end, mend,
 * and the rows as delta_dump writes them. One header for all tests of collectors. */
#ifndef SUAN_TESTS_UNIT_COLLECTORS_BENCH_H
#define SUAN_TESTS_UNIT_COLLECTORS_BENCH_H

#include "base/buf.h"
#include "base/xmem.h"
#include "codec/jsonstream.h"
#include "codec/lines.h"
#include "collectors/registry.h"
#include "tests/unit/unit.h"

/* The I/O layer's list, as small as a test needs it. */
struct request_list {
    struct request *items[8];
    size_t count;
};

struct bench {
    const struct collector_ops *ops;
    void *state;
    struct source_conf conf;
    const char *values[64];
    mono_ms now;
    mono_ms next; /* what plan() returned */
    struct request *rq;
    struct delta *delta;
    uint64_t bad;
    struct err bad_example;
    struct reply reply; /* to be filled before bench_answer: head, status, total_ms ... */
    /* what came of the last answer */
    enum rc rc;
    enum poll_end end;
    const char *mend;
    struct err err;
    struct buf rows;
};

struct request *request_add(struct request_list *list)
{
    struct request *rq = xcalloc(1, sizeof *rq);

    arena_init(&rq->arena, 0);
    assert_true(list->count < 8);
    list->items[list->count++] = rq;
    return rq;
}

static inline void bench_free_request(struct request *rq)
{
    if (rq == NULL)
        return;
    arena_fini(&rq->arena);
    free(rq);
}

/* options: name, value, name, value ..., NULL */
static inline void bench_open(struct bench *b, const char *collector, const char *const *options)
{
    memset(b, 0, sizeof *b);
    b->ops = collector_find(collector);
    assert_non_null(b->ops);
    assert_true(b->ops->option_count < ARRAY_LEN(b->values));
    for (size_t i = 0; i < b->ops->option_count; i++) {
        b->values[i] = b->ops->options[i].fallback;
        for (const char *const *o = options; o != NULL && *o != NULL; o += 2)
            if (strcmp(o[0], b->ops->options[i].name) == 0)
                b->values[i] = o[1];
    }
    b->conf = (struct source_conf){.center_id = "mini",
                                   .id = "mini/source",
                                   .collector = collector,
                                   .options = b->ops->options,
                                   .option_count = b->ops->option_count,
                                   .values = b->values,
                                   .self = "/usr/bin/suantop"};
    b->now = 1000000;
    buf_init(&b->rows, (size_t)64 << 20);
    assert_int_equal(b->ops->open(&b->conf, 42, &b->state, &b->err), RC_OK);
}

static inline void bench_close(struct bench *b)
{
    bench_free_request(b->rq);
    b->ops->close(b->state);
    buf_fini(&b->rows);
}

/* What the collector wants now, NULL if nothing. */
static inline struct request *bench_plan(struct bench *b)
{
    struct request_list list = {{NULL}, 0};

    bench_free_request(b->rq);
    b->rq = NULL;
    b->next = b->ops->plan(b->state, b->now, 0, &list);
    assert_true(list.count <= 1);
    if (list.count == 1)
        b->rq = list.items[0];
    return b->rq;
}

/* A request as a replay makes it: only what a recording keeps. */
static inline void bench_request(struct bench *b, int what, uint32_t tag, enum cut cut,
                                 const char *array)
{
    struct request_list list = {{NULL}, 0};
    const char *const arrays[] = {array, NULL};

    bench_free_request(b->rq);
    b->rq = request_add(&list);
    b->rq->what = what;
    b->rq->tag = tag;
    b->rq->cut = cut;
    b->rq->label = request_str(b->rq, "test");
    b->rq->arrays = request_strv(b->rq, arrays);
    b->rq->path = "/test";
}

static inline enum rc bench_slice(void *arg, const char *key, const char *text, size_t len)
{
    struct bench *b = arg;
    struct err e = {RC_OK};
    /* Exactly as long as it is, so that ASan sees the first byte read too far. */
    char *copy = malloc(len != 0 ? len : 1);

    if (len != 0)
        memcpy(copy, text, len);
    if (b->ops->decode(b->state, b->rq, key, copy, len, b->delta, &e) != RC_OK) {
        b->bad++;
        b->bad_example = e;
    }
    free(copy);
    return RC_OK;
}

static inline enum rc bench_line(void *arg, const char *text, size_t len)
{
    return bench_slice(arg, "", text, len);
}

static inline void bench_bad(void *arg, const char *key, enum rc why, uint64_t offset)
{
    struct bench *b = arg;

    (void)key;
    (void)why;
    (void)offset;
    b->bad++;
}

static inline void bench_cut(struct bench *b, const char *body, size_t len)
{
    static const struct jsonstream_ops ops = {bench_slice, bench_slice, bench_bad};
    struct jsonstream_limits limits = {.element_max = b->rq->slice_max, .depth_max = 128};
    bool failed = b->reply.status >= 300;

    if (b->rq->cut == CUT_JSON) {
        struct jsonstream *js = jsonstream_new(b->rq->arrays, &ops, b, &limits);
        b->reply.rc = jsonstream_feed(js, body, len, &b->reply.err);
        if (b->reply.rc == RC_OK && !failed)
            b->reply.rc = jsonstream_end(js, &b->reply.err);
        else if (failed)
            b->reply.rc = RC_OK;
        jsonstream_free(js);
        return;
    }
    struct lines *lines =
        lines_new(b->rq->slice_max != 0 ? b->rq->slice_max : 1 << 20, bench_line, b);
    assert_int_equal(lines_feed(lines, body, len), RC_OK);
    assert_int_equal(lines_end(lines), RC_OK);
    lines_free(lines);
}

/* The answer to the request of the last bench_plan. Set members of b->reply before for more than this. */
static inline void bench_answer(struct bench *b, int status, const char *body, size_t len)
{
    char head[513];
    bool command = b->rq->via == VIA_COMMAND;

    snprintf(head, sizeof head, "%.*s", len < 512 ? (int)len : 512, body);
    b->reply.status = status;
    b->reply.bytes = len;
    b->reply.at = 1;
    if (b->reply.head == NULL)
        b->reply.head = command ? "" : head;
    if (b->reply.content_type == NULL)
        b->reply.content_type = "";
    if (b->reply.total_ms == 0)
        b->reply.total_ms = 20;
    b->bad = 0;
    b->delta = delta_new(0, 1, 1795339000000, 0);
    if (b->reply.rc == RC_OK &&
        status != 204) /* exchange.c reads no body where there is none to be */
        bench_cut(b, body, len);
    b->reply.bad_slices = b->bad;
    b->end = POLL_BAD;
    b->mend = NULL;
    err_clear(&b->err);
    b->now += b->reply.total_ms;
    b->rc = b->ops->done(b->state, b->rq, &b->reply, b->now, b->delta, &b->end, &b->mend, &b->err);
    buf_reset(&b->rows);
    assert_false(b->delta->failed);
    delta_dump(b->delta, &b->rows);
    delta_free(b->delta);
    b->delta = NULL;
    memset(&b->reply, 0, sizeof b->reply);
}

static inline void bench_answer_text(struct bench *b, int status, const char *body)
{
    bench_answer(b, status, body, strlen(body));
}

static inline bool bench_says(const struct bench *b, const char *text)
{
    return strstr(b->rows.data, text) != NULL;
}

/* The rows are those of the fixture; GENERATE=1 in the environment writes it instead. */
static inline void bench_expect(const struct bench *b, const char *fixture)
{
    char path[1024];
    size_t len;

    snprintf(path, sizeof path, "%s/%s", UNIT_FIXTURES, fixture);
    if (getenv("GENERATE") != NULL) {
        FILE *f = fopen(path, "wb");
        assert_non_null(f);
        fwrite(b->rows.data, 1, b->rows.len, f);
        assert_int_equal(fclose(f), 0);
        return;
    }
    char *expected = unit_fixture(fixture, &len);
    assert_string_equal(b->rows.data, expected);
    free(expected);
}

#endif
