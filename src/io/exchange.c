/* SPDX-License-Identifier: MIT
 * exchange.c - see exchange.h: cutting, decoding and the way of the deltas to the queue. */
#include "io/exchange.h"
#include "base/buf.h"
#include "base/sentence.h"
#include "base/xmem.h"
#include "codec/jsonstream.h"
#include "codec/lines.h"
#include "io/recorder.h"
#include "io/request.h"
#include "io/verdict.h"
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    FLUSH_BYTES = 240 * 1024, /* of 252 KB, which an arena takes before it doubles them again */
    FLUSH_RECORDS = 2000,
    HEAD_BYTES = 512,
    DEPTH_MAX = 128,
    BAD_MAX = 10000, /* more than that, and more than half: this is not what was asked for */
};

struct exchange {
    struct exchange_env env;
    struct request *rq;
    wall_ms at; /* when the newest bytes came */
    mono_ms started_at;
    uint64_t record_id;

    int status;
    bool skip;     /* the body is counted, not decoded */
    bool tolerant; /* a broken body is not worth stopping for */
    char type[64];

    struct jsonstream *json;
    struct lines *lines;
    struct buf whole; /* CUT_WHOLE and lookups */
    struct err stop;  /* why decoding had to stop */

    struct delta *delta; /* being filled, or refused by the queue */
    bool stuck;
    bool poll_begun;

    uint64_t bytes, slices, bad;
    struct err bad_example;
    char head[HEAD_BYTES + 1];
    size_t head_len;
};

/* ---- deltas ---- */

static struct delta *current_delta(struct exchange *x)
{
    if (!x->delta) {
        x->delta = delta_new(x->env.conf->center, x->env.conf->source, x->at, 0);
        memcpy(x->delta->rank, x->env.ops->rank, sizeof(x->delta->rank));
    }
    return x->delta;
}

static void stamp_poll(struct exchange *x, struct delta *d, enum poll_end end)
{
    d->poll.seq = x->env.poll_seq;
    memcpy(d->poll.entities, x->rq->lists, sizeof(d->poll.entities));
    d->poll.begin = x->env.poll_seq && !x->poll_begun;
    d->poll.end = x->env.poll_seq ? end : POLL_MORE;
}

/* The delta leaves, or stays and is marked as stuck. */
static void push_delta(struct exchange *x)
{
    struct delta *d = x->delta;

    x->stuck = !queue_try_push(x->env.out, d, delta_weight(d));
    if (x->stuck)
        return;
    x->poll_begun = true;
    x->delta = NULL;
}

static void hand_over(struct exchange *x, enum poll_end end)
{
    stamp_poll(x, current_delta(x), end);
    if (x->env.look)
        x->env.look(x->env.look_arg, x->delta);
    push_delta(x);
}

/* A delta whose arena is full lost records: what it holds is not the truth, and nothing may be swept. */
static enum rc check_failed(struct exchange *x, struct err *e)
{
    if (!x->delta || !x->delta->failed)
        return RC_OK;
    delta_free(x->delta);
    x->delta = NULL;
    return err_set(e, RC_LIMIT, x->rq->label, S_("one piece of the answer has too many rows"));
}

static enum rc flush_if_large(struct exchange *x, struct err *e)
{
    enum rc rc = check_failed(x, e);

    if (rc != RC_OK || !x->delta)
        return rc;
    if (x->delta->records < FLUSH_RECORDS && x->delta->arena.used < FLUSH_BYTES)
        return RC_OK;
    hand_over(x, POLL_MORE);
    return RC_OK;
}

/* ---- slices ---- */

static void count_bad(struct exchange *x, const struct err *why)
{
    x->bad++;
    x->bad_example = *why;
}

static enum rc decode_slice(struct exchange *x, const char *key, const char *text, size_t len)
{
    struct err e = {0};

    x->slices++;
    if (x->env.ops->decode(x->env.state, x->rq, key, text, len, current_delta(x), &e) != RC_OK)
        count_bad(x, &e);
    if (x->bad > BAD_MAX && x->bad > x->slices / 2)
        return err_set(&x->stop, RC_SCHEMA, x->rq->label,
                       S_("nearly nothing in the answer can be used") ": %s", x->bad_example.msg);
    return flush_if_large(x, &x->stop);
}

static enum rc on_slice(void *arg, const char *key, const char *text, size_t len)
{
    return decode_slice(arg, key, text, len);
}

static enum rc on_line(void *arg, const char *text, size_t len)
{
    return decode_slice(arg, "", text, len);
}

static void on_bad(void *arg, const char *key, enum rc why, uint64_t offset)
{
    struct exchange *x = arg;
    struct err e = {0};

    err_set(&e, why, key, S_("%s at byte %llu is too long or too deep and was skipped"),
            *key ? key : "element", (unsigned long long)offset);
    count_bad(x, &e);
}

static const struct jsonstream_ops slice_ops = {on_slice, on_slice, on_bad};

static void make_cutter(struct exchange *x)
{
    struct jsonstream_limits limits = {.element_max = request_slice_max(x->rq),
                                       .depth_max = DEPTH_MAX};

    buf_init(&x->whole, request_slice_max(x->rq));
    if (x->env.raw)
        return;
    if (x->rq->cut == CUT_JSON)
        x->json = jsonstream_new(x->rq->arrays, &slice_ops, x, &limits);
    else if (x->rq->cut == CUT_LINES)
        x->lines = lines_new(request_slice_max(x->rq), on_line, x);
}

struct exchange *exchange_new(const struct exchange_env *env, struct request *rq, mono_ms now)
{
    static atomic_uint_fast64_t serial;
    struct exchange *x = xcalloc(1, sizeof(*x));

    x->env = *env;
    x->rq = rq;
    x->started_at = now;
    x->at = clock_wall();
    x->record_id = atomic_fetch_add(&serial, 1) + 1;
    make_cutter(x);
    if (x->env.recorder)
        recorder_begin(x->env.recorder, x->record_id, rq, x->at);
    return x;
}

void exchange_free(struct exchange *x)
{
    if (!x)
        return;
    if (x->delta)
        delta_free(x->delta);
    jsonstream_free(x->json);
    lines_free(x->lines);
    buf_fini(&x->whole);
    request_free(x->rq);
    free(x);
}

const struct request *exchange_request(const struct exchange *x)
{
    return x->rq;
}

void exchange_head(struct exchange *x, int status, const char *content_type)
{
    bool good = status >= 200 && status < 300 && status != 204;

    x->status = status;
    snprintf(x->type, sizeof(x->type), "%s", content_type ? content_type : "");
    x->tolerant = !good;
    /* The body of an error is worth reading where it can be the API's own words. */
    bool words = x->rq->accept_any_status ||
                 (x->rq->cut == CUT_JSON && strstr(x->type, "json") && status >= 400);
    x->skip = !good && !words && !x->env.raw;
    if (x->env.recorder)
        recorder_head(x->env.recorder, x->record_id, status, x->type, clock_wall());
}

/* "the answer is not what was asked for" says more than the place of a wrong byte. */
static enum rc not_the_format(struct exchange *x, const struct err *cause, struct err *e)
{
    char start[61];

    if (cause->rc != RC_SYNTAX)
        return err_set(e, cause->rc, x->rq->label, "%s", cause->msg);
    snprintf(start, sizeof(start), "%.60s", x->head + strspn(x->head, " \t\r\n"));
    return err_set(e, RC_SYNTAX, x->rq->label,
                   S_("the answer is not proper JSON (%s: %s); it begins: %s"),
                   *cause->where ? cause->where : "end", cause->msg, *start ? start : "(empty)");
}

static enum rc cut(struct exchange *x, const char *data, size_t len, struct err *e)
{
    struct err cause = {0};
    enum rc rc;

    if (x->env.raw_cut && len > request_slice_max(x->rq) - x->whole.len)
        len = request_slice_max(x->rq) - x->whole.len;
    if (x->env.raw || x->rq->cut == CUT_WHOLE) {
        rc = buf_add(&x->whole, data, len);
        return rc == RC_OK
                   ? rc
                   : err_set(e, rc, x->rq->label, S_("the answer is longer than %llu bytes"),
                             (unsigned long long)request_slice_max(x->rq));
    }
    rc = x->json ? jsonstream_feed(x->json, data, len, &cause) : lines_feed(x->lines, data, len);
    if (rc == RC_OK)
        return rc;
    if (x->tolerant && rc == RC_SYNTAX) {
        x->skip = true;
        return RC_OK;
    }
    cause.rc = rc;
    return not_the_format(x, x->stop.rc != RC_OK ? &x->stop : &cause, e);
}

enum rc exchange_feed(struct exchange *x, const char *data, size_t len, wall_ms at, bool *paused,
                      struct err *e)
{
    uint64_t max = request_body_max(x->rq);
    enum rc rc = RC_OK;

    x->at = at;
    x->bytes += len;
    if (x->head_len < HEAD_BYTES) {
        size_t n = len < HEAD_BYTES - x->head_len ? len : HEAD_BYTES - x->head_len;
        memcpy(x->head + x->head_len, data, n);
        x->head_len += n;
    }
    if (x->bytes > max)
        return err_set(e, RC_LIMIT, x->rq->label, S_("the answer is longer than %llu bytes"),
                       (unsigned long long)max);
    if (x->env.recorder)
        recorder_data(x->env.recorder, x->record_id, data, len, at);
    if (!x->skip)
        rc = cut(x, data, len, e);
    *paused = x->stuck;
    return rc;
}

enum rc exchange_resume(struct exchange *x, bool *paused)
{
    if (x->stuck)
        push_delta(x);
    *paused = x->stuck;
    return RC_OK;
}

/* ---- the end ---- */

/* A list that is missing is not an empty list: taken for one it would sweep all rows away. */
static enum rc end_json(struct exchange *x, struct err *e)
{
    enum rc rc = jsonstream_end(x->json, e);

    if (rc != RC_OK || !x->rq->arrays || !request_lists_something(x->rq) ||
        jsonstream_had_array(x->json))
        return rc;
    return err_set(e, RC_SCHEMA, x->rq->label, S_("the answer holds no list of \"%s\""),
                   x->rq->arrays[0]);
}

static enum rc finish_cut(struct exchange *x, const struct reply *reply, struct err *e)
{
    struct err cause = {0};
    enum rc rc = RC_OK;
    bool tolerant = x->tolerant || (x->rq->via == VIA_COMMAND && reply->status != 0);

    if (x->skip || x->env.raw)
        return RC_OK;
    if (x->json)
        rc = tolerant ? RC_OK : end_json(x, &cause);
    else if (x->lines)
        rc = lines_end(x->lines);
    else if (x->whole.len || !tolerant)
        rc = decode_slice(x, "", x->whole.data, x->whole.len);
    cause.rc = rc;
    return rc == RC_OK ? RC_OK : not_the_format(x, x->stop.rc != RC_OK ? &x->stop : &cause, e);
}

static void fill_reply(struct exchange *x, struct reply *reply, mono_ms now)
{
    if (reply->rc == RC_OK)
        reply->rc = finish_cut(x, reply, &reply->err);
    if (x->lines && lines_bad_count(x->lines)) {
        x->bad += lines_bad_count(x->lines);
        if (!*x->bad_example.msg)
            err_set(&x->bad_example, RC_LIMIT, x->rq->label,
                    "%s: " S_("a line is longer than %zu bytes and was skipped"), x->rq->label,
                    request_slice_max(x->rq));
    }
    x->head[x->head_len] = '\0';
    reply->bytes = x->bytes;
    reply->bad_slices = x->bad;
    if (!reply->content_type)
        reply->content_type = x->type;
    if (!reply->head || (!*reply->head && x->rq->via != VIA_COMMAND))
        reply->head = x->rq->via == VIA_COMMAND ? "" : x->head;
    if (!reply->total_ms)
        reply->total_ms = now - x->started_at;
}

/* What may be believed about the list: an answer that broke off, or that its collector refused, sweeps
 * nothing. */
static enum poll_end believed(const struct reply *reply, enum rc verdict, enum poll_end end)
{
    if (end == POLL_MORE || reply->rc != RC_OK || verdict != RC_OK)
        return POLL_BAD;
    return end;
}

static void push_last(struct exchange *x, enum poll_end end)
{
    bool nothing = !x->delta || (!x->delta->first && !x->stuck);

    if (nothing && !(x->env.poll_seq && (x->poll_begun || end != POLL_BAD))) {
        if (x->delta)
            delta_free(x->delta);
        x->delta = NULL;
        return;
    }
    hand_over(x, end);
}

enum rc exchange_end(struct exchange *x, struct reply *reply, mono_ms now, const char **mend,
                     struct err *e)
{
    enum poll_end end = POLL_BAD;
    enum rc verdict;

    *mend = NULL;
    if (!reply->at)
        reply->at = clock_wall();
    x->at = reply->at;
    fill_reply(x, reply, now);
    if (x->env.recorder)
        recorder_end(x->env.recorder, x->record_id, reply);
    if (x->env.raw)
        return verdict_default(x->rq, reply, mend, e);
    verdict = x->env.ops->done(x->env.state, x->rq, reply, now, current_delta(x), &end, mend, e);
    if (verdict == RC_OK && !x->rq->accept_any_status && reply->rc == RC_OK)
        verdict = verdict_default(x->rq, reply, mend, e);
    else if (verdict != RC_OK)
        verdict_complete(x->rq, reply, verdict, mend, e);
    if (check_failed(x, e) != RC_OK)
        verdict = RC_LIMIT;
    push_last(x, believed(reply, verdict, end));
    return verdict;
}

bool exchange_is_stuck(const struct exchange *x)
{
    return x->stuck;
}

const char *exchange_bad_example(const struct exchange *x)
{
    return x->bad ? (*x->bad_example.msg ? x->bad_example.msg : S_("a line that is too long")) : "";
}

const char *exchange_raw(const struct exchange *x, size_t *len)
{
    *len = x->whole.len;
    return x->whole.data;
}
