/* SPDX-License-Identifier: MIT
 * fake_collector.c - see fake_collector.h. */
#include "tests/fake/fake_collector.h"
#include "codec/json.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct option_desc options[] = {
    COMMON_HTTP_OPTIONS,
    {"every", OPT_DURATION, "interval", "200ms", NULL},
    {"path", OPT_STR, "what to get", "/nodes", NULL},
    {"prefix", OPT_COMMAND, "before the command", NULL, NULL},
    {"pipe", OPT_COMMAND, "server to speak HTTP with over a pipe", NULL, NULL},
    {"run", OPT_COMMAND, "shell text whose lines are rows", NULL, NULL},
    {"patience", OPT_DURATION, "first byte", "1s", NULL},
    {"total", OPT_DURATION, "whole answer", "3s", NULL},
    {"body_max", OPT_SIZE, "cap in bytes", NULL, NULL},
};

struct state {
    const struct source_conf *conf;
    mono_ms due;
    struct json_reader *reader;
};

static enum rc fake_open(const struct source_conf *conf, uint64_t seed, void **state, struct err *e)
{
    static const char *const wanted[] = {"name", "cpus"};
    struct state *s = calloc(1, sizeof(*s));

    (void)seed;
    (void)e;
    s->conf = conf;
    s->reader = json_reader_new(wanted, 2);
    *state = s;
    return RC_OK;
}

static void fake_close(void *state)
{
    struct state *s = state;

    json_reader_free(s->reader);
    free(s);
}

static void fill_request(const struct state *s, struct request *rq)
{
    static const char *const arrays[] = {"rows", NULL};
    const char *run = source_opt(s->conf, "run"), *pipe = source_opt(s->conf, "pipe");
    const char *cap = source_opt(s->conf, "body_max"), *prefix = source_opt(s->conf, "prefix");
    const char *shell[] = {"sh", "-c", run ? run : pipe, NULL};

    rq->what = 1;
    rq->via = run ? VIA_COMMAND : pipe ? VIA_PIPE : VIA_HTTP;
    rq->label = "GET rows";
    rq->method = "GET";
    rq->base_url = source_opt(s->conf, "url");
    rq->unix_socket = source_opt(s->conf, "socket");
    rq->path = request_str(rq, "%s", source_opt(s->conf, "path"));
    rq->prefix = prefix ? request_str(rq, "%s", prefix) : NULL;
    rq->argv = run || pipe ? request_strv(rq, shell) : NULL;
    rq->cut = run ? CUT_LINES : CUT_JSON;
    rq->arrays = request_strv(rq, arrays);
    rq->first_byte_ms = source_opt_ms(s->conf, "patience", 0);
    rq->total_ms = source_opt_ms(s->conf, "total", 0);
    rq->body_max = cap ? strtoull(cap, NULL, 10) : 0;
    rq->lists[ENTITY_NODE] = true;
}

static mono_ms fake_plan(void *state, mono_ms now, wall_ms wall, struct request_list *out)
{
    struct state *s = state;

    (void)wall;
    if (now < s->due)
        return s->due;
    fill_request(s, request_add(out));
    s->due = now + source_opt_ms(s->conf, "every", 200);
    return s->due;
}

static enum rc decode_json(struct state *s, const char *text, size_t len, struct delta *d,
                           struct err *e)
{
    const struct json *v[2] = {NULL};
    double cpus;
    enum rc rc = json_read(s->reader, text, len, v, e);

    if (rc != RC_OK)
        return rc;
    const char *name = json_str(v[0]);
    if (!*name)
        return err_set(e, RC_SCHEMA, "name", "a row without a name");
    delta_row(d, ENTITY_NODE, name, strlen(name));
    delta_str(d, FIELD_node_name, name);
    if (json_num(v[1], &cpus))
        delta_num(d, FIELD_node_cpus_total, cpus);
    return RC_OK;
}

static enum rc decode_line(const char *text, size_t len, struct delta *d, struct err *e)
{
    const char *blank = memchr(text, ' ', len);
    size_t n = blank ? (size_t)(blank - text) : len;

    if (n == 0)
        return err_set(e, RC_SCHEMA, "line", "a line without a name");
    delta_row(d, ENTITY_NODE, text, n);
    delta_strn(d, FIELD_node_name, text, n);
    return RC_OK;
}

static enum rc fake_decode(void *state, const struct request *rq, const char *key, const char *text,
                           size_t len, struct delta *d, struct err *e)
{
    struct state *s = state;

    if (rq->cut == CUT_LINES)
        return decode_line(text, len, d, e);
    return strcmp(key, "rows") == 0 ? decode_json(s, text, len, d, e) : RC_OK;
}

static enum rc fake_done(void *state, const struct request *rq, const struct reply *reply,
                         mono_ms now, struct delta *d, enum poll_end *end, const char **mend,
                         struct err *e)
{
    (void)state;
    (void)rq;
    (void)now;
    (void)d;
    (void)mend;
    if (reply->rc != RC_OK) {
        *e = reply->err;
        return reply->rc;
    }
    *end = reply->status == 304 ? POLL_SAME : POLL_GOOD;
    return RC_OK;
}

static void fake_refresh(void *state, mono_ms now)
{
    struct state *s = state;

    s->due = now;
}

static enum rc fake_lookup(void *state, enum entity e, const char *id, struct request *out,
                           struct err *err)
{
    struct state *s = state;

    if (e != ENTITY_NODE)
        return err_set(err, RC_UNSUPPORTED, NULL, "only nodes");
    fill_request(s, out);
    out->path = request_str(out, "/node/%s", request_encode(out, id));
    out->cut = CUT_WHOLE;
    memset(out->lists, 0, sizeof(out->lists));
    return RC_OK;
}

#define FAKE(ident, title, scheme)                                                                 \
    const struct collector_ops ident = {.name = title,                                             \
                                        .help = "for tests",                                       \
                                        .options = options,                                        \
                                        .option_count = sizeof(options) / sizeof(options[0]),      \
                                        .auth = scheme,                                            \
                                        .max_in_flight = 1,                                        \
                                        .open = fake_open,                                         \
                                        .close = fake_close,                                       \
                                        .plan = fake_plan,                                         \
                                        .decode = fake_decode,                                     \
                                        .done = fake_done,                                         \
                                        .refresh = fake_refresh,                                   \
                                        .lookup = fake_lookup}

FAKE(fake_collector, "fake", AUTH_SLURM);
FAKE(fake_collector_bearer, "fake-bearer", AUTH_BEARER);

void fake_conf_init(struct fake_conf *c, uint16_t source, const char *id, ...)
{
    size_t count = sizeof(options) / sizeof(options[0]);
    const char *name;
    va_list ap;

    *c = (struct fake_conf){.conf = {.center = 0,
                                     .source = source,
                                     .center_id = "test",
                                     .id = id,
                                     .collector = "fake",
                                     .options = options,
                                     .option_count = count}};
    for (size_t i = 0; i < count; i++)
        c->values[i] = options[i].fallback;
    c->conf.values = c->values;
    va_start(ap, id);
    while ((name = va_arg(ap, const char *))) {
        const char *value = va_arg(ap, const char *);
        size_t i = 0;
        while (i < count && strcmp(options[i].name, name) != 0)
            i++;
        if (i == count)
            abort();
        c->values[i] = value;
    }
    va_end(ap);
}
