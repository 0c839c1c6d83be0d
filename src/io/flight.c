/* SPDX-License-Identifier: MIT
 * flight.c - see flight.h. */
#include "io/flight.h"
#include "base/sentence.h"
#include "base/xmem.h"
#include "io/argv.h"
#include "io/request.h"
#include <stdlib.h>

struct flight {
    struct flight_conf conf;
    struct exchange *x;
    struct http_transfer *http; /* one of these while the carrier is at work */
    struct command *command;
    struct err refused; /* it could not even start */
    bool landed;
};

static void land(struct flight *f, struct reply *reply)
{
    struct landing l = {.reply = reply};

    f->landed = true;
    l.rc = exchange_end(f->x, reply, clock_mono(), &l.mend, &l.err);
    f->conf.landed(f->conf.arg, f, &l);
}

static void on_head(void *arg, int status, const char *content_type)
{
    struct flight *f = arg;

    exchange_head(f->x, status, content_type);
}

static enum rc on_data(void *arg, const char *data, size_t len, bool *paused, struct err *e)
{
    struct flight *f = arg;

    return exchange_feed(f->x, data, len, clock_wall(), paused, e);
}

static void on_done(void *arg, struct reply *reply)
{
    struct flight *f = arg;

    f->http = NULL; /* the carrier frees itself */
    f->command = NULL;
    land(f, reply);
}

static enum rc start_http(struct flight *f, const struct carriers *c, const struct request *rq,
                          int dial, const struct sink *sink, mono_ms now)
{
    struct http_request h = {
        .method = rq->method,
        .base_url = rq->base_url,
        .unix_socket = rq->unix_socket,
        .path = rq->path ? rq->path : "/",
        .body = rq->body,
        .form = rq->form,
        .headers = f->conf.headers,
        .accept = rq->accept,
        .pool = rq->pool ? (uint32_t)(f->conf.env.conf->source + 1) << 16 | rq->pool : 0,
        .ca_file = f->conf.ca_file,
        .insecure = f->conf.insecure,
        .dial = dial,
        .once = f->conf.once,
        .first_byte_ms = request_first_byte_ms(rq),
        .total_ms = request_total_ms(rq),
    };

    return http_start(c->http, &h, sink, now, &f->http, &f->refused);
}

static enum rc start_command(struct flight *f, const struct carriers *c, const struct request *rq,
                             const char *const *argv, const struct sink *sink, mono_ms now)
{
    struct command_spec spec = {
        .label = rq->label,
        .argv = argv,
        .env = rq->env,
        .first_byte_ms = request_first_byte_ms(rq),
        .total_ms = request_total_ms(rq),
    };

    return command_start(c->children, &spec, sink, now, &f->command, &f->refused);
}

static enum rc start_child(struct flight *f, const struct carriers *c, struct request *rq,
                           const struct sink *sink, mono_ms now)
{
    const char *const *argv;
    enum rc rc = argv_build(&rq->arena, rq->prefix, rq->argv, rq->env, &argv, &f->refused);

    if (rc != RC_OK)
        return rc;
    if (rq->via == VIA_COMMAND)
        return start_command(f, c, rq, argv, sink, now);
    int dial = pipes_id(c->pipes, argv, rq->env);
    if (dial == 0)
        return err_set(&f->refused, RC_IO, rq->label, S_("no socket for the command"));
    return start_http(f, c, rq, dial, sink, now);
}

struct flight *flight_start(const struct carriers *carriers, const struct flight_conf *conf,
                            struct request *rq, mono_ms now)
{
    struct flight *f = xcalloc(1, sizeof(*f));
    struct sink sink = {.arg = f, .head = on_head, .data = on_data, .done = on_done};
    enum rc rc;

    f->conf = *conf;
    f->x = exchange_new(&conf->env, rq, now);
    if (rq->via == VIA_HTTP)
        rc = start_http(f, carriers, rq, 0, &sink, now);
    else
        rc = start_child(f, carriers, rq, &sink, now);
    f->conf.headers = NULL; /* the credential's, and only until it changes */
    if (rc != RC_OK)
        f->refused.rc = rc;
    return f;
}

void flight_free(struct flight *f)
{
    if (!f)
        return;
    http_cancel(f->http);
    command_cancel(f->command);
    exchange_free(f->x);
    free(f);
}

static void resume(struct flight *f)
{
    bool paused = false;

    exchange_resume(f->x, &paused);
    if (paused)
        return;
    if (f->http)
        http_resume(f->http);
    else if (f->command)
        command_resume(f->command);
}

void flight_run(struct flight *f, mono_ms now)
{
    if (f->refused.rc != RC_OK && !f->landed) {
        struct reply reply = {.rc = f->refused.rc,
                              .err = f->refused,
                              .retry_after_s = -1,
                              .head = "",
                              .unsent = true};
        land(f, &reply);
    }
    if (exchange_is_stuck(f->x))
        resume(f);
    if (f->command)
        command_check(f->command, now);
}

mono_ms flight_due(const struct flight *f, mono_ms now)
{
    if (f->refused.rc != RC_OK && !f->landed)
        return now;
    return f->command ? command_due(f->command) : INT64_MAX;
}

bool flight_is_over(const struct flight *f)
{
    return f->landed && !exchange_is_stuck(f->x);
}

uint32_t flight_ticket(const struct flight *f)
{
    return f->conf.ticket;
}

const struct request *flight_request(const struct flight *f)
{
    return exchange_request(f->x);
}

const struct exchange *flight_exchange(const struct flight *f)
{
    return f->x;
}
