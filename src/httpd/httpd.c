/* SPDX-License-Identifier: MIT
 * httpd.c - see httpd.h. */
#include "httpd/httpd.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/sentence.h"
#include "base/xmem.h"
#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

enum { HEADERS_MAX = 4, STREAM_BLOCK = 65536, LATER_MS = 1000 };

struct httpd {
    struct httpd_conf conf;
    struct MHD_Daemon *daemon;
    struct httpd_exchange *paused; /* a list */
    mono_ms wake_at;               /* those that sleep in the middle of a body; 0 = none does */
    mono_ms looked_at;             /* for those that wait for too long */
    unsigned connections;
    bool stopping;
};

struct httpd_exchange {
    struct httpd *server;
    struct MHD_Connection *connection;
    struct httpd_exchange *next, **link; /* while it is paused: its place in the list */
    char *uri;                           /* path?query as sent */
    char *method, *path;
    struct buf body;
    bool asked;   /* the head has come */
    bool told;    /* answer() has been called */
    bool paused;  /* waits for its reply */
    bool replied; /* a reply is ready */
    bool cut;
    bool sleeps; /* in the list of those that wait, with a part of its body sent */
    mono_ms paused_at;
    struct MHD_Response *response;
    unsigned status;
    const char *header[HEADERS_MAX][2];
    unsigned headers;
};

/* ---- those that wait ---- */

static void enlist(struct httpd_exchange *x)
{
    struct httpd *h = x->server;

    x->next = h->paused;
    x->link = &h->paused;
    if (x->next)
        x->next->link = &x->next;
    h->paused = x;
    x->paused = true;
    x->paused_at = clock_mono();
}

static void unlist(struct httpd_exchange *x)
{
    *x->link = x->next;
    if (x->next)
        x->next->link = x->link;
    x->paused = false;
}

/* libmicrohttpd does not look at a suspended connection: those who hung up would be kept for ever. */
static void cut_forgotten(struct httpd *h)
{
    mono_ms now = clock_mono();
    struct httpd_exchange *next;

    if (now - h->looked_at < LATER_MS)
        return;
    h->looked_at = now;
    for (struct httpd_exchange *x = h->paused; x; x = next) {
        next = x->next;
        if (!x->sleeps && now - x->paused_at > (mono_ms)h->conf.idle_s * 1000)
            httpd_cut(x);
    }
}

static void wake_sleepers(struct httpd *h)
{
    struct httpd_exchange *next;

    h->wake_at = 0;
    for (struct httpd_exchange *x = h->paused; x; x = next) {
        next = x->next;
        if (!x->sleeps)
            continue;
        x->sleeps = false;
        unlist(x);
        MHD_resume_connection(x->connection);
    }
}

/* ---- libmicrohttpd's side ---- */

static void *begin(void *arg, const char *uri, struct MHD_Connection *c)
{
    struct httpd *h = arg;
    struct httpd_exchange *x = xcalloc(1, sizeof(*x));

    x->server = h;
    x->connection = c;
    x->uri = xstrdup(uri);
    buf_init(&x->body, h->conf.body_max);
    return x;
}

static enum MHD_Result send_reply(struct httpd_exchange *x)
{
    enum MHD_Result result;

    if (x->cut || !x->response)
        return MHD_NO;
    result = MHD_queue_response(x->connection, x->status, x->response);
    MHD_destroy_response(x->response);
    x->response = NULL;
    return result;
}

static enum MHD_Result take_body(struct httpd_exchange *x, const char *data, size_t *len)
{
    buf_add(&x->body, data, *len);
    *len = 0;
    return MHD_YES;
}

static enum MHD_Result handle(void *arg, struct MHD_Connection *c, const char *path,
                              const char *method, const char *version, const char *data,
                              size_t *len, void **mine)
{
    struct httpd_exchange *x = *mine;

    (void)arg;
    (void)c;
    (void)version;
    if (!x->asked) {
        x->asked = true;
        x->method = xstrdup(method);
        x->path = xstrdup(path);
        return MHD_YES;
    }
    if (*len > 0)
        return take_body(x, data, len);
    if (!x->told) {
        x->told = true;
        if (x->body.failed)
            httpd_reply(x, MHD_HTTP_CONTENT_TOO_LARGE, "text/plain", "", 0);
        else
            x->server->conf.answer(x->server->conf.arg, x);
    }
    return x->paused ? MHD_YES : send_reply(x);
}

static void completed(void *arg, struct MHD_Connection *c, void **mine,
                      enum MHD_RequestTerminationCode how)
{
    struct httpd *h = arg;
    struct httpd_exchange *x = *mine;

    (void)c;
    (void)how;
    if (!x)
        return;
    if (x->paused) {
        unlist(x);
        if (h->conf.gone)
            h->conf.gone(h->conf.arg, x);
    }
    if (x->response)
        MHD_destroy_response(x->response);
    buf_fini(&x->body);
    free(x->uri);
    free(x->method);
    free(x->path);
    free(x);
    *mine = NULL;
}

static void connection(void *arg, struct MHD_Connection *c, void **mine,
                       enum MHD_ConnectionNotificationCode what)
{
    struct httpd *h = arg;

    (void)c;
    (void)mine;
    if (what == MHD_CONNECTION_NOTIFY_STARTED)
        h->connections++;
    else
        h->connections--;
}

/* ---- the server ---- */

enum rc httpd_start(const struct httpd_conf *conf, struct httpd **out, struct err *e)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(conf->port)};
    struct httpd *h;

    if (inet_pton(AF_INET, conf->address, &address.sin_addr) != 1)
        return err_set(e, RC_USAGE, conf->address, S_("this is no numeric IPv4 address"));
    h = xcalloc(1, sizeof(*h));
    h->conf = *conf;
    errno = 0;
    h->daemon = MHD_start_daemon(
        MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, handle, h, MHD_OPTION_SOCK_ADDR,
        &address, MHD_OPTION_CONNECTION_LIMIT, conf->connections_max, MHD_OPTION_CONNECTION_TIMEOUT,
        conf->idle_s, MHD_OPTION_URI_LOG_CALLBACK, begin, h, MHD_OPTION_NOTIFY_COMPLETED, completed,
        h, MHD_OPTION_NOTIFY_CONNECTION, connection, h, MHD_OPTION_END);
    if (!h->daemon) {
        int why = errno;
        free(h);
        return err_sys(e, RC_NET, why, conf->address, S_("cannot listen on port %u"), conf->port);
    }
    *out = h;
    return RC_OK;
}

void httpd_stop(struct httpd *h)
{
    if (!h)
        return;
    h->stopping = true;
    wake_sleepers(h);
    while (h->paused) /* libmicrohttpd ends no suspended connection */
        httpd_cut(h->paused);
    MHD_run(h->daemon);
    MHD_stop_daemon(h->daemon);
    free(h);
}

uint16_t httpd_port(const struct httpd *h)
{
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(h->daemon, MHD_DAEMON_INFO_BIND_PORT);

    return info ? info->port : 0;
}

int httpd_fd(const struct httpd *h)
{
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(h->daemon, MHD_DAEMON_INFO_EPOLL_FD);

    return info ? info->epoll_fd : -1;
}

int httpd_wait_ms(const struct httpd *h)
{
    MHD_UNSIGNED_LONG_LONG ms;
    int64_t sleep = h->wake_at ? h->wake_at - clock_mono() : INT64_MAX, wait = -1;

    if (MHD_get_timeout(h->daemon, &ms) == MHD_YES)
        wait = ms > 3600000 ? 3600000 : (int64_t)ms;
    sleep = sleep < 0 ? 0 : sleep;
    return (int)(sleep < INT64_MAX && (wait < 0 || sleep < wait) ? sleep : wait);
}

void httpd_run(struct httpd *h)
{
    if (h->wake_at && clock_mono() >= h->wake_at)
        wake_sleepers(h);
    cut_forgotten(h);
    MHD_run(h->daemon);
}

/* ---- what was asked ---- */

const char *httpd_method(const struct httpd_exchange *x)
{
    return x->method;
}

const char *httpd_path(const struct httpd_exchange *x)
{
    return x->path;
}

const char *httpd_query(const struct httpd_exchange *x)
{
    const char *mark = strchr(x->uri, '?');

    return mark ? mark + 1 : "";
}

const char *httpd_header(const struct httpd_exchange *x, const char *name)
{
    return MHD_lookup_connection_value(x->connection, MHD_HEADER_KIND, name);
}

const char *httpd_body(const struct httpd_exchange *x, size_t *len)
{
    *len = x->body.len;
    return x->body.data;
}

/* ---- replies ---- */

/* Who is kept without asking anything takes the room of those who wait to be let in. */
static bool is_crowded(const struct httpd *h)
{
    return h->connections > h->conf.connections_max / 4 * 3;
}

static void finish(struct httpd_exchange *x, unsigned status, const char *type)
{
    if (x->response && is_crowded(x->server))
        MHD_add_response_header(x->response, MHD_HTTP_HEADER_CONNECTION, "close");
    if (x->response) {
        MHD_add_response_header(x->response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
        for (unsigned i = 0; i < x->headers; i++)
            MHD_add_response_header(x->response, x->header[i][0], x->header[i][1]);
    }
    x->status = status;
    x->replied = true;
    if (!x->paused)
        return;
    unlist(x);
    MHD_resume_connection(x->connection);
}

void httpd_reply(struct httpd_exchange *x, unsigned status, const char *type, const char *data,
                 size_t len)
{
    x->response = MHD_create_response_from_buffer(len, (void *)data, MHD_RESPMEM_MUST_COPY);
    finish(x, status, type);
}

/* Between libmicrohttpd and the caller's piece(). */
struct stream {
    ssize_t (*piece)(void *state, char *out, size_t room);
    void (*end)(void *state);
    void *state;
    struct httpd_exchange *exchange;
};

static ssize_t sleep_a_while(struct httpd_exchange *x)
{
    struct httpd *h = x->server;

    if (h->stopping)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    if (!h->wake_at)
        h->wake_at = clock_mono() + LATER_MS;
    x->sleeps = true;
    httpd_pause(x);
    return 0;
}

static ssize_t read_stream(void *arg, uint64_t at, char *out, size_t room)
{
    struct stream *s = arg;
    ssize_t n = s->piece(s->state, out, room);

    (void)at;
    if (n == HTTPD_LATER)
        return sleep_a_while(s->exchange);
    return n > 0    ? n
           : n == 0 ? MHD_CONTENT_READER_END_OF_STREAM
                    : MHD_CONTENT_READER_END_WITH_ERROR;
}

static void free_stream(void *arg)
{
    struct stream *s = arg;

    s->end(s->state);
    free(s);
}

void httpd_stream(struct httpd_exchange *x, unsigned status, const char *type,
                  ssize_t (*piece)(void *state, char *out, size_t room), void (*end)(void *state),
                  void *state)
{
    struct stream *s = xcalloc(1, sizeof(*s));

    *s = (struct stream){piece, end, state, x};
    x->response = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, STREAM_BLOCK, read_stream, s,
                                                    free_stream);
    if (!x->response)
        free_stream(s);
    finish(x, status, type);
}

void httpd_add_header(struct httpd_exchange *x, const char *name, const char *value)
{
    if (x->headers < HEADERS_MAX) {
        x->header[x->headers][0] = name;
        x->header[x->headers++][1] = value;
    }
}

void httpd_cut(struct httpd_exchange *x)
{
    x->cut = true;
    finish(x, 0, "");
}

void httpd_pause(struct httpd_exchange *x)
{
    enlist(x);
    MHD_suspend_connection(x->connection);
}
