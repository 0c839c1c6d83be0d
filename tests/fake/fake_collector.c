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
    {"patience", OPT_DURATION, "first byte", "60s", NULL},
    {"total", OPT_DURATION, "whole answer", "120s", NULL},
    {"body_max", OPT_SIZE, "cap in bytes", NULL, NULL},
    {"acts", OPT_BOOL, "can act", "true", NULL},
    {"act", OPT_COMMAND, "shell text that acts", NULL, NULL},
};

struct state {
    char looked_at[64];
    mono_ms looked_at_until;
    const struct source_conf *conf;
    mono_ms due;
    struct json_reader *reader, *any;
};

enum { NAME, CPUS, STATE, DRAIN, REASON, BY, SUBMITTED, STARTED, RESTARTS, USER, ID, MEMBERS };

static enum rc fake_open(const struct source_conf *conf, uint64_t seed, void **state, struct err *e)
{
    static const char *const wanted[] = {"name",     "cpus", "state",     "drain",
                                         "reason",   "by",   "submitted", "started",
                                         "restarts", "user", "id"};
    struct state *s = calloc(1, sizeof(*s));

    (void)seed;
    (void)e;
    s->conf = conf;
    s->reader = json_reader_new(wanted, MEMBERS);
    s->any = json_reader_new(NULL, 0);
    *state = s;
    return RC_OK;
}

static void fake_close(void *state)
{
    struct state *s = state;

    json_reader_free(s->reader);
    json_reader_free(s->any);
    free(s);
}

static void fill_request(const struct state *s, struct request *rq)
{
    static const char *const arrays[] = {"rows", "jobs", NULL};
    const char *run = source_opt(s->conf, "run"), *pipe = source_opt(s->conf, "pipe");
    const char *cap = source_opt(s->conf, "body_max"), *prefix = source_opt(s->conf, "prefix");
    const char *shell[] = {"sh", "-c", run ? run : pipe, NULL};

    rq->what = FAKE_POLL;
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

const struct source_conf *fake_conf_of(const void *state)
{
    return ((const struct state *)state)->conf;
}

void fake_fill(const void *state, struct request *rq)
{
    fill_request(state, rq);
}

static mono_ms fake_plan(void *state, mono_ms now, wall_ms wall, struct request_list *out)
{
    struct state *s = state;

    (void)wall;
    if (now < s->due)
        return s->due;
    struct request *rq = request_add(out);
    fill_request(s, rq);
    if (now < s->looked_at_until)
        rq->path = request_str(rq, "/looked-at/%s", request_encode(rq, s->looked_at));
    s->due = now + source_opt_ms(s->conf, "every", 200);
    return s->due;
}

static int word_of(enum entity e, int field, const char *word)
{
    const char *const *words = entity_info(e)->fields[field].words;

    for (int i = 0; words[i]; i++)
        if (strcmp(words[i], word) == 0)
            return i;
    return 0;
}

static enum rc decode_json(struct state *s, const char *text, size_t len, struct delta *d,
                           struct err *e)
{
    const struct json *v[MEMBERS] = {NULL};
    double cpus;
    enum rc rc = json_read(s->reader, text, len, v, e);

    if (rc != RC_OK)
        return rc;
    const char *name = json_str(v[NAME]);
    if (!*name)
        return err_set(e, RC_SCHEMA, "name", "a row without a name");
    delta_row(d, ENTITY_NODE, name, strlen(name));
    delta_str(d, FIELD_node_name, name);
    if (json_num(v[CPUS], &cpus))
        delta_num(d, FIELD_node_cpus_total, cpus);
    if (!v[STATE])
        return RC_OK;
    bool drain = false;
    json_bool(v[DRAIN], &drain);
    delta_int(d, FIELD_node_state, word_of(ENTITY_NODE, FIELD_node_state, json_str(v[STATE])));
    delta_int(d, FIELD_node_flags, drain ? 1 << node_flag_DRAIN : 0);
    delta_str(d, FIELD_node_reason, json_str(v[REASON]));
    delta_str(d, FIELD_node_reason_by, json_str(v[BY]));
    return RC_OK;
}

static void put_time(struct delta *d, int field, const struct json *v)
{
    double seconds;

    if (json_num(v, &seconds))
        delta_time(d, field, (wall_ms)(seconds * 1000));
}

static enum rc decode_job(struct state *s, const char *text, size_t len, struct delta *d,
                          struct err *e)
{
    const struct json *v[MEMBERS] = {NULL};
    double restarts;
    enum rc rc = json_read(s->reader, text, len, v, e);

    if (rc != RC_OK)
        return rc;
    const char *id = json_str(v[ID]);
    delta_row(d, ENTITY_JOB, id, strlen(id));
    delta_int(d, FIELD_job_state, word_of(ENTITY_JOB, FIELD_job_state, json_str(v[STATE])));
    delta_str(d, FIELD_job_user, json_str(v[USER]));
    put_time(d, FIELD_job_submitted_at, v[SUBMITTED]);
    put_time(d, FIELD_job_started_at, v[STARTED]);
    if (json_num(v[RESTARTS], &restarts))
        delta_num(d, FIELD_job_restarts, restarts);
    return RC_OK;
}

static enum rc decode_cluster(struct state *s, const char *text, size_t len, struct delta *d,
                              struct err *e)
{
    enum rc rc = json_read(s->any, text, len, NULL, e);

    if (rc != RC_OK)
        return rc;
    delta_row(d, ENTITY_CENTER, s->conf->center_id, strlen(s->conf->center_id));
    delta_str(d, FIELD_center_cluster, json_str(json_root(s->any)));
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
    if (strcmp(key, "jobs") == 0)
        return decode_job(s, text, len, d, e);
    if (strcmp(key, "cluster") == 0)
        return decode_cluster(s, text, len, d, e);
    return strcmp(key, "rows") == 0 ? decode_json(s, text, len, d, e) : RC_OK;
}

static enum rc fake_done(void *state, const struct request *rq, const struct reply *reply,
                         mono_ms now, struct delta *d, enum poll_end *end, const char **mend,
                         struct err *e)
{
    (void)state;
    (void)now;
    (void)d;
    (void)mend;
    if (reply->rc != RC_OK) {
        *e = reply->err;
        return reply->rc;
    }
    if (rq->what == FAKE_REREAD && reply->status != 200 && reply->status != 404)
        return err_set(e, RC_HTTP, rq->label, "HTTP status %d", reply->status);
    *end = reply->status == 304 ? POLL_SAME : POLL_GOOD;
    return RC_OK;
}

static void fake_refresh(void *state, mono_ms now)
{
    struct state *s = state;

    s->due = now;
}

static void fake_focus(void *state, const char *node, mono_ms now, mono_ms until)
{
    struct state *s = state;

    snprintf(s->looked_at, sizeof(s->looked_at), "%s", node ? node : "all");
    s->looked_at_until = until;
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
                                        .lookup = fake_lookup,                                     \
                                        .focus = fake_focus,                                       \
                                        .rank = {2, 7},                                            \
                                        .act = &fake_act}

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
