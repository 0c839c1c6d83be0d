/* SPDX-License-Identifier: MIT
 * serve.c - see serve.h. One thread: poll() over all servers, the clock of the worlds, exchanges that wait. */
#include "fleetsim/serve.h"
#include "base/sentence.h"
#include "base/xmem.h"
#include "fleetsim/mischief.h"
#include "fleetsim/page.h"
#include "fleetsim/speech.h"
#include "httpd/httpd.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum {
    CONNECTIONS_MAX = 4000,
    CONNECTIONS_MIN = 4,
    RESERVED_FDS = 32,
    IDLE_S = 120,
    BODY_MAX = 1 << 20,
    STEP_MS = 250,
    FIXED_FDS = 2,
    MANY_PAGES = 20000 /* more than that are asked for once a minute only */
};

struct place {
    struct serve *serve;
    struct world *world;
    struct httpd *http;
    enum mischief mischief;
};

struct serve {
    struct serve_conf conf;
    struct place *places;
    size_t count;
    mono_ms began;
    struct pollfd *fds;
    int wake[2];
};

/* ---- a body in pieces ---- */

struct answer {
    struct speech speech;
    size_t sent; /* of the piece at hand */
    enum mischief mischief;
    mono_ms last; /* when a byte left, of a drip */
    size_t total;
};

static ssize_t next_piece(void *state, char *out, size_t room)
{
    struct answer *a = state;
    ssize_t wrong = mischief_in_pieces(a->mischief)
                        ? mischief_piece(a->mischief, a->total, &a->last, out, &room)
                        : 0;

    if (wrong != 0) {
        a->total += wrong > 0 ? (size_t)wrong : 0;
        return wrong;
    }
    while (a->sent == a->speech.body.len) {
        buf_reset(&a->speech.body);
        a->sent = 0;
        if (!a->speech.more || !a->speech.more(&a->speech))
            return 0;
    }
    size_t n = a->speech.body.len - a->sent;
    n = n > room ? room : n;
    memcpy(out, a->speech.body.data + a->sent, n);
    a->sent += n;
    a->total += n;
    return (ssize_t)n;
}

static void end_answer(void *state)
{
    struct answer *a = state;

    speech_free(&a->speech);
    free(a);
}

/* ---- one request ---- */

static const char *header(const struct httpd_exchange *x, const char *name)
{
    const char *value = httpd_header(x, name);

    return value ? value : "";
}

static void answer(void *arg, struct httpd_exchange *x)
{
    struct place *p = arg;
    struct speech_request rq = {.method = httpd_method(x),
                                .path = httpd_path(x),
                                .query = httpd_query(x),
                                .user = header(x, "X-SLURM-USER-NAME"),
                                .accept = header(x, "Accept")};

    char date[64];

    rq.body = httpd_body(x, &rq.body_len);
    if (strcmp(rq.path, "/-/mischief") == 0) {
        mischief_set(&p->mischief, p->world, x);
        return;
    }
    if (mischief_answer(p->mischief, x))
        return;
    mischief_date(p->world, x, date, sizeof(date));
    struct answer *a = xcalloc(1, sizeof(*a));
    a->mischief = p->mischief;
    speech_init(&a->speech, p->world);
    if (strncmp(rq.path, "/slurm", 6) == 0)
        slurm_speak(&a->speech, &rq);
    else if (strncmp(rq.path, "/api/", 5) == 0)
        prometheus_speak(&a->speech, &rq);
    else
        page_speak(&a->speech, &rq);
    if (a->speech.more || mischief_in_pieces(a->mischief)) {
        httpd_stream(x, a->speech.status, a->speech.type, next_piece, end_answer, a);
        return;
    }
    httpd_reply(x, a->speech.status, a->speech.type, a->speech.body.data, a->speech.body.len);
    end_answer(a);
}

/* ---- all of them ---- */

/* As many as there are descriptors for: a server that finds none while others have them all does not look again as long as
 * one of its own connections lasts. */
static unsigned connections_of_each(const struct serve *s)
{
    struct rlimit limit;
    rlim_t room;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
        return CONNECTIONS_MAX;
    room = limit.rlim_cur > RESERVED_FDS ? limit.rlim_cur - RESERVED_FDS : 0;
    room = room / s->count > 2 ? room / s->count - 2 : 0; /* where it listens, where it waits */
    return room < CONNECTIONS_MIN   ? CONNECTIONS_MIN
           : room < CONNECTIONS_MAX ? (unsigned)room
                                    : CONNECTIONS_MAX;
}

static enum rc open_place(struct serve *s, size_t i, struct err *e)
{
    struct place *p = &s->places[i];
    const struct httpd_conf conf = {
        .address = s->conf.address,
        .port = (uint16_t)(s->conf.port ? s->conf.port + i : 0),
        .connections_max = connections_of_each(s),
        .idle_s = IDLE_S,
        .body_max = BODY_MAX,
        .answer = answer,
        .arg = p,
    };

    p->serve = s;
    p->world = world_new(s->conf.scenario, i, s->conf.seed, s->conf.begins);
    p->world->speed = s->conf.speed;
    return httpd_start(&conf, &p->http, e);
}

enum rc serve_new(const struct serve_conf *conf, struct serve **out, struct err *e)
{
    struct serve *s = xcalloc(1, sizeof(*s));
    enum rc rc = RC_OK;

    s->conf = *conf;
    s->count = conf->scenario->center_count;
    s->places = xcalloc(s->count, sizeof(*s->places));
    s->fds = xcalloc(s->count + FIXED_FDS, sizeof(*s->fds));
    s->wake[0] = s->wake[1] = -1;
    if (pipe2(s->wake, O_CLOEXEC | O_NONBLOCK) != 0)
        rc = err_sys(e, RC_IO, errno, "pipe", S_("cannot make one"));
    for (size_t i = 0; i < s->count && rc == RC_OK; i++)
        rc = open_place(s, i, e);
    if (rc != RC_OK) {
        serve_free(s);
        return rc;
    }
    s->began = clock_mono();
    *out = s;
    return RC_OK;
}

void serve_free(struct serve *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < s->count; i++) {
        httpd_stop(s->places[i].http);
        world_free(s->places[i].world);
    }
    if (s->wake[0] >= 0) {
        close(s->wake[0]);
        close(s->wake[1]);
    }
    free(s->places);
    free(s->fds);
    free(s);
}

void serve_stop(struct serve *s)
{
    ssize_t n = write(s->wake[1], "x", 1);

    (void)n; /* it is full: it wakes anyway */
}

static void pass_time(struct serve *s)
{
    wall_ms now = s->conf.begins + (wall_ms)((double)(clock_mono() - s->began) * s->conf.speed);

    for (size_t i = 0; i < s->count; i++)
        world_advance(s->places[i].world, now);
}

/* Returns how long poll() may wait. */
static int run_servers(struct serve *s)
{
    int wait = STEP_MS;

    for (size_t i = 0; i < s->count; i++) {
        httpd_run(s->places[i].http);
        int ms = httpd_wait_ms(s->places[i].http);
        if (ms >= 0 && ms < wait)
            wait = ms;
    }
    return wait;
}

enum rc serve_run(struct serve *s, struct err *e)
{
    for (size_t i = 0; i < s->count; i++)
        s->fds[i + FIXED_FDS] = (struct pollfd){httpd_fd(s->places[i].http), POLLIN, 0};
    s->fds[0] = (struct pollfd){s->wake[0], POLLIN, 0};
    s->fds[1] = (struct pollfd){s->conf.parent_fd, 0, 0};
    for (;;) {
        int wait = run_servers(s);
        if (poll(s->fds, s->count + FIXED_FDS, wait) < 0 && errno != EINTR)
            return err_sys(e, RC_IO, errno, "poll", S_("cannot wait"));
        if (s->fds[0].revents || (s->fds[1].revents & (POLLHUP | POLLERR | POLLNVAL)))
            return RC_OK;
        pass_time(s);
    }
}

/* ---- the configuration of who watches ---- */

static void write_capacity(const struct sim_center *c, struct buf *out)
{
    const struct {
        const char *key;
        double flops;
    } all[] = {{"fp64", c->fp64}, {"fp32", c->fp32}, {"fp16", c->fp16}};
    bool begun = false;

    for (size_t i = 0; i < ARRAY_LEN(all); i++)
        if (all[i].flops > 0) {
            buf_addf(out, "%s%s: %.6g PFLOPS", begun ? ", " : "    capacity: {", all[i].key,
                     all[i].flops / 1e15);
            begun = true;
        }
    if (begun)
        buf_adds(out, "}\n");
}

static uint32_t nodes_of_all(const struct serve *s)
{
    uint32_t n = 0;

    for (size_t i = 0; i < s->count; i++)
        n += s->places[i].world->node_count;
    return n;
}

/* A page for each node whose devices, or which itself, exports anything. */
static void write_targets(const struct serve *s, const struct place *p, struct buf *out)
{
    unsigned written = 0;

    for (uint32_t i = 0; i < p->world->center->pool_count; i++) {
        const struct sim_pool *pool = world_pool(p->world, i);
        if (!page_is_there(p->world, i))
            continue;
        buf_adds(out, written++
                          ? ","
                          : "      - exporter: {insecure: true, node_names: path, targets: \"");
        buf_addf(out, "%s:%u/%s[%0*u-%0*u]/metrics", s->conf.address, httpd_port(p->http),
                 pool->prefix, (int)pool->digits, pool->first, (int)pool->digits,
                 pool->first + pool->nodes - 1);
    }
    if (written)
        buf_adds(out, nodes_of_all(s) > MANY_PAGES ? "\", interval: 60s}\n" : "\"}\n");
}

static void write_telemetry(const struct serve *s, const struct place *p, struct buf *out)
{
    if (p->world->center->telemetry == SIM_TELEMETRY_PROMETHEUS)
        buf_addf(out, "      - prometheus: {url: \"http://%s:%u\", insecure: true}\n",
                 s->conf.address, httpd_port(p->http));
    else
        write_targets(s, p, out);
}

/* A line of a center, unless there is nothing to say: whatever stands in the scenario stays one text. */
static void write_text(struct buf *out, const char *key, const char *text)
{
    if (text[0] == '\0')
        return;
    buf_addf(out, "    %s: \"", key);
    for (; *text; text++)
        buf_addf(out, *text == '"' || *text == '\\' ? "\\%c" : "%c", *text);
    buf_adds(out, "\"\n");
}

void serve_write_config(const struct serve *s, struct buf *out)
{
    buf_addf(out, "# %s\nsimulated: on\ncenters:\n", s->conf.scenario->title);
    for (size_t i = 0; i < s->count; i++) {
        const struct place *p = &s->places[i];
        const struct sim_center *c = p->world->center;
        buf_addf(out, "  - id: %s\n", c->id);
        write_text(out, "name", c->name);
        buf_addf(out, "    kind: %s\n    tier: %s\n    tenancy: %s\n", c->kind, c->tier,
                 c->tenancy);
        write_text(out, "operator", c->operator_name);
        write_text(out, "region", c->region);
        write_capacity(c, out);
        buf_addf(out, "    sources:\n      - slurm: {url: \"http://%s:%u\", insecure: true}\n",
                 s->conf.address, httpd_port(p->http));
        write_telemetry(s, p, out);
    }
}
