/* SPDX-License-Identifier: MIT
 * collector_fuzz.h - a collector fed with bytes from outside: opened, one answer, closed. */
#ifndef SUAN_TESTS_FUZZ_COLLECTOR_FUZZ_H
#define SUAN_TESTS_FUZZ_COLLECTOR_FUZZ_H

#include "base/buf.h"
#include "codec/jsonstream.h"
#include "codec/lines.h"
#include "collectors/registry.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Nothing is planned here, but the collectors link to it. */
struct request *request_add(struct request_list *list)
{
    (void)list;
    return NULL;
}

struct fuzz {
    const struct collector_ops *ops;
    void *state;
    struct request rq;
    struct delta *delta;
    uint64_t bad;
};

static inline enum rc fuzz_slice(void *arg, const char *key, const char *text, size_t len)
{
    struct fuzz *f = arg;
    struct err e = {RC_OK};

    f->bad += f->ops->decode(f->state, &f->rq, key, text, len, f->delta, &e) != RC_OK;
    return RC_OK;
}

static inline enum rc fuzz_line(void *arg, const char *text, size_t len)
{
    return fuzz_slice(arg, "", text, len);
}

static inline enum rc fuzz_cut(struct fuzz *f, const char *body, size_t len, struct err *e)
{
    static const struct jsonstream_ops ops = {fuzz_slice, fuzz_slice, NULL};
    enum rc rc;

    if (f->rq.cut == CUT_LINES) {
        struct lines *lines = lines_new(1 << 20, fuzz_line, f);
        rc = lines_feed(lines, body, len);
        rc = rc == RC_OK ? lines_end(lines) : rc;
        lines_free(lines);
        return rc;
    }
    struct jsonstream *js = jsonstream_new(f->rq.arrays, &ops, f, NULL);
    rc = jsonstream_feed(js, body, len, e);
    rc = rc == RC_OK ? jsonstream_end(js, e) : rc;
    jsonstream_free(js);
    return rc;
}

/* One answer with that status, as the I/O layer would give it. */
static inline void fuzz_answer(struct fuzz *f, int status, const char *body, size_t len)
{
    char head[513] = "";
    enum poll_end end = POLL_BAD;
    const char *mend = NULL;
    struct err e = {RC_OK};
    struct buf rows;
    struct reply reply = {.status = status,
                          .head = head,
                          .content_type = "",
                          .bytes = len,
                          .total_ms = 5,
                          .retry_after_s = -1};

    memcpy(head, body, len < 512 ? len : 512);
    f->bad = 0;
    f->delta = delta_new(0, 0, 1795339000000, 0);
    reply.rc = fuzz_cut(f, body, len, &reply.err);
    reply.bad_slices = f->bad;
    (void)!f->ops->done(f->state, &f->rq, &reply, 1000, f->delta, &end, &mend, &e);
    buf_init(&rows, (size_t)256 << 20);
    delta_dump(f->delta, &rows); /* reads every value */
    buf_fini(&rows);
    delta_free(f->delta);
}

static inline void fuzz_open(struct fuzz *f, const char *collector)
{
    static const char *values[64];
    struct err e = {RC_OK};

    *f = (struct fuzz){.ops = collector_find(collector)};
    for (size_t i = 0; i < f->ops->option_count; i++)
        values[i] = strcmp(f->ops->options[i].name, "url") == 0 ? "http://127.0.0.1:1"
                                                                : f->ops->options[i].fallback;
    struct source_conf conf = {.center_id = "c",
                               .id = "c/s",
                               .collector = collector,
                               .options = f->ops->options,
                               .option_count = f->ops->option_count,
                               .values = values,
                               .self = "/x"};
    f->rq.label = "fuzz";
    f->rq.path = "/fuzz";
    if (f->ops->open(&conf, 1, &f->state, &e) != RC_OK)
        f->state = NULL;
}

#endif
