/* SPDX-License-Identifier: MIT
 * prometheus.c - the HTTP API of a center's Prometheus, as far as monitoring programs ask it: instant queries by GET and POST,
 * build information, alerts (there are none: the shipped rules only record).
 *
 * Shapes: Prometheus 2.42, web/api/v1. */
#include "base/xmem.h"
#include "fleetsim/jsay.h"
#include "fleetsim/series.h"
#include "fleetsim/speech.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LOOKBACK_S = 300 };

/* ---- answers ---- */

static void refuse(struct speech *s, unsigned status, const char *type, const char *what)
{
    struct jsay t = {.out = &s->body};

    speech_say(s, status, "application/json", "");
    jsay_begin(&t);
    jsay_text(&t, "status", "error");
    jsay_text(&t, "errorType", type);
    jsay_text(&t, "error", what);
    jsay_end(&t);
}

/* As few digits as tell it apart, without an exponent. */
static void add_value(struct buf *out, double v)
{
    char text[40];
    int digits = 1;

    if (isnan(v) || isinf(v)) {
        buf_adds(out, isnan(v) ? "NaN" : v > 0 ? "+Inf" : "-Inf");
        return;
    }
    while (digits < 17 &&
           (snprintf(text, sizeof(text), "%.*g", digits, v), strtod(text, NULL) != v))
        digits++;
    int below = v == 0 ? 0 : digits - 1 - (int)floor(log10(fabs(v)));
    buf_addf(out, "%.*f", below > 0 ? below : 0, v);
}

static void add_point(struct jsay *t, double now, double v)
{
    buf_addf(t->out, "[%.3f,\"", now);
    add_value(t->out, v);
    buf_adds(t->out, "\"]");
}

static void add_sample(struct speech *s, const struct promql_sample *p, double now)
{
    struct jsay t = {.out = &s->body};

    buf_adds(&s->body, "{\"metric\":");
    jsay_begin(&t);
    for (uint32_t i = 0; i < p->label_count; i++)
        jsay_text(&t, p->labels[i].name, p->labels[i].value);
    jsay_end(&t);
    jsay_key(&t, "value");
    add_point(&t, now, p->value);
    buf_addc(&s->body, '}');
}

static void add_result(struct speech *s, const struct promql_value *v, double now)
{
    static const char *const types[] = {
        [PROMQL_SCALAR] = "scalar", [PROMQL_STRING] = "string", [PROMQL_VECTOR] = "vector"};
    struct jsay t = {.out = &s->body};

    buf_addf(&s->body,
             "{\"status\":\"success\",\"data\":{\"resultType\":\"%s\",\"result\":", types[v->type]);
    if (v->type == PROMQL_VECTOR) {
        buf_addc(&s->body, '[');
        for (size_t i = 0; i < v->vector.count; i++) {
            buf_adds(&s->body, i > 0 ? "," : "");
            add_sample(s, &v->vector.samples[i], now);
        }
        buf_addc(&s->body, ']');
    } else if (v->type == PROMQL_STRING) {
        buf_addf(&s->body, "[%.3f", now);
        t.begun = true;
        buf_addc(&s->body, ',');
        jsay_string(&s->body, v->text);
        buf_addc(&s->body, ']');
    } else {
        add_point(&t, now, v->number);
    }
    buf_adds(&s->body, "}}");
}

/* ---- queries ---- */

static void answer_query(struct speech *s, const char *text)
{
    struct promql_source from = {series_select, s->world, series_now(s->world)};
    struct promql_value v;
    struct arena arena;
    struct err e = {0};
    char what[sizeof(e.msg) + 40];

    arena_init(&arena, 0);
    enum rc rc = promql_query(text, &from, &arena, &v, &e);
    if (rc == RC_OK) {
        add_result(s, &v, from.now);
    } else if (rc == RC_SYNTAX) {
        snprintf(what, sizeof(what), "invalid parameter \"query\": %s", e.msg);
        refuse(s, 400, "bad_data", what);
    } else {
        refuse(s, 422, "execution", e.msg);
    }
    arena_fini(&arena);
}

/* It remembers nothing: at another time there were no samples. */
static bool is_about_now(const struct speech *s, const struct speech_request *rq, bool *wrong)
{
    char text[64], *end;

    *wrong = false;
    if (!speech_arg(rq, "time", text, sizeof(text)) || text[0] == '\0')
        return true;
    double at = strtod(text, &end);
    *wrong = *end != '\0' && !strchr(text, 'T');
    return *wrong || *end != '\0' || fabs(at - series_now(s->world)) < LOOKBACK_S;
}

static void query(struct speech *s, const struct speech_request *rq)
{
    struct speech_request form = *rq;
    bool posted = strcmp(rq->method, "POST") == 0 && rq->body_len > 0, wrong;

    if (posted)
        form.query = rq->body;
    size_t size = strlen(form.query) + 1;
    char *text = xmalloc(size);
    if (!speech_arg(&form, "query", text, size))
        text[0] = '\0';
    bool now = is_about_now(s, &form, &wrong);
    if (wrong)
        refuse(s, 400, "bad_data", "invalid parameter \"time\": cannot parse to a valid timestamp");
    else
        answer_query(s, now ? text : "vector(0) < 0");
    free(text);
}

static void say_build(struct speech *s)
{
    speech_say(
        s, 200, "application/json",
        "{\"status\":\"success\",\"data\":{\"version\":\"2.42.0\",\"revision\":\"simulated\","
        "\"branch\":\"simulated\",\"buildUser\":\"suantop-fleetsim\",\"buildDate\":\"\","
        "\"goVersion\":\"go1.19.8\"}}");
}

void prometheus_speak(struct speech *s, const struct speech_request *rq)
{
    bool here = s->world->center->telemetry == SIM_TELEMETRY_PROMETHEUS;
    bool get = strcmp(rq->method, "GET") == 0 || strcmp(rq->method, "HEAD") == 0;

    if (here && strcmp(rq->path, "/api/v1/query") == 0)
        query(s, rq);
    else if (here && get && strcmp(rq->path, "/api/v1/status/buildinfo") == 0)
        say_build(s);
    else if (here && get && strcmp(rq->path, "/api/v1/alerts") == 0)
        speech_say(s, 200, "application/json", "{\"status\":\"success\",\"data\":{\"alerts\":[]}}");
    else
        speech_say(s, 404, "text/plain; charset=utf-8", "404 page not found\n");
}
