/* SPDX-License-Identifier: MIT
 * server.c - see server.h. */
#include "node/server.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/sentence.h"
#include "base/xmem.h"
#include "node/gzip.h"
#include "node/listen.h"
#include "node/password.h"
#include "node/tls.h"
#include "node/watch.h"
#include <errno.h>
#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define LOG_MODULE "server"

enum { PAGE_MAX = 16 << 20, SPARE_CONNECTIONS = 16, IDLE_S = WATCH_NEXT_MS / 1000 };
enum { WRONG_LOG_MS = 60000 };

/* A page as it was last written. */
struct written {
    uint64_t version;
    struct MHD_Response *response; /* NULL: not yet */
};

struct server {
    struct server_conf conf;
    struct webconf web; /* a copy of what conf.web points to; its texts are not ours */
    int fd;             /* listens */
    struct MHD_Daemon *daemon;
    struct watch *watch;
    /* ---- the server's thread only, while the daemon runs */
    unsigned scrapes;             /* under way */
    struct written written[2][2]; /* format, whether compressed */
    struct passwords *passwords;  /* NULL: none is asked for */
    unsigned wrong;               /* passwords, not told in the log yet */
    mono_ms wrong_told;
};

/* What belongs to a request: a byte of this, to tell them apart. */
static char seen, scraping;

static const char front[] =
    "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>suantop-node</title></head>"
    "<body><h1>suantop-node</h1>\n<p><a href=\"metrics\">metrics</a> "
    "<a href=\"-/healthy\">health</a></p></body></html>\n";

/* ---- answers ---- */

/* A connection that was refused something ends: it has no right to more time. */
static void add_refusal_headers(struct MHD_Response *r, unsigned status)
{
    MHD_add_response_header(r, MHD_HTTP_HEADER_CONNECTION, "close");
    if (status == MHD_HTTP_METHOD_NOT_ALLOWED)
        MHD_add_response_header(r, MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
    if (status == MHD_HTTP_SERVICE_UNAVAILABLE)
        MHD_add_response_header(r, MHD_HTTP_HEADER_RETRY_AFTER, "1");
    if (status == MHD_HTTP_TOO_MANY_REQUESTS)
        MHD_add_response_header(r, MHD_HTTP_HEADER_RETRY_AFTER, "5");
    if (status == MHD_HTTP_UNAUTHORIZED)
        MHD_add_response_header(r, MHD_HTTP_HEADER_WWW_AUTHENTICATE,
                                "Basic realm=\"suantop-node\", charset=\"UTF-8\"");
}

static struct MHD_Response *typed(struct MHD_Response *r, const char *type)
{
    if (r == NULL)
        return NULL;
    MHD_add_response_header(r, MHD_HTTP_HEADER_CONTENT_TYPE, type);
    MHD_add_response_header(r, "X-Content-Type-Options", "nosniff");
    return r;
}

static enum MHD_Result say(struct MHD_Connection *c, unsigned status, const char *type,
                           const char *text)
{
    struct MHD_Response *r = typed(
        MHD_create_response_from_buffer(strlen(text), (void *)text, MHD_RESPMEM_PERSISTENT), type);
    enum MHD_Result result;

    if (r == NULL)
        return MHD_NO;
    if (status >= 400)
        add_refusal_headers(r, status);
    result = MHD_queue_response(c, status, r);
    MHD_destroy_response(r);
    return result;
}

static enum MHD_Result say_plain(struct MHD_Connection *c, unsigned status, const char *text)
{
    return say(c, status, "text/plain; charset=utf-8", text);
}

/* ---- pages ---- */

static struct MHD_Response *write_page(struct server *s, enum page_format format, bool gzip)
{
    struct buf page, packed;
    struct MHD_Response *r;
    enum rc rc;

    buf_init(&page, PAGE_MAX);
    buf_init(&packed, PAGE_MAX);
    rc = s->conf.page(s->conf.arg, format, &page);
    if (rc == RC_OK && gzip)
        rc = gzip_write(&packed, page.data, page.len);
    struct buf *told = gzip ? &packed : &page;
    size_t len = told->len;
    r = rc != RC_OK
            ? NULL
            : typed(MHD_create_response_from_buffer(len, buf_take(told), MHD_RESPMEM_MUST_FREE),
                    page_content_type(format));
    if (r != NULL) {
        MHD_add_response_header(r, MHD_HTTP_HEADER_VARY, "Accept, Accept-Encoding");
        if (gzip)
            MHD_add_response_header(r, MHD_HTTP_HEADER_CONTENT_ENCODING, "gzip");
    }
    buf_fini(&page);
    buf_fini(&packed);
    return r;
}

static void forget(struct written *w)
{
    if (w->response != NULL)
        MHD_destroy_response(w->response); /* goes once nobody is told it any more */
    w->response = NULL;
}

static enum MHD_Result metrics(struct server *s, struct MHD_Connection *c)
{
    enum page_format format =
        page_negotiate(MHD_lookup_connection_value(c, MHD_HEADER_KIND, MHD_HTTP_HEADER_ACCEPT));
    bool gzip = page_takes_gzip(
        MHD_lookup_connection_value(c, MHD_HEADER_KIND, MHD_HTTP_HEADER_ACCEPT_ENCODING));
    struct written *w = &s->written[format][gzip];
    uint64_t version = s->conf.version(s->conf.arg);

    if (w->response == NULL || w->version != version) {
        forget(w);
        w->response = write_page(s, format, gzip);
        w->version = version;
    }
    if (w->response == NULL)
        return say_plain(c, MHD_HTTP_INTERNAL_SERVER_ERROR, "the page is too large\n");
    return MHD_queue_response(c, MHD_HTTP_OK, w->response);
}

static enum MHD_Result scrape(struct server *s, struct MHD_Connection *c, void **mark)
{
    if (s->scrapes >= s->conf.scrapes_max)
        return say_plain(c, MHD_HTTP_SERVICE_UNAVAILABLE, "too many scrapes at a time\n");
    s->scrapes++;
    *mark = &scraping;
    return metrics(s, c);
}

/* ---- who asks ---- */

static struct watched *watched_of(struct MHD_Connection *c)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(c, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

    return info != NULL ? info->socket_context : NULL;
}

static void tell_wrong(struct server *s, const char *from)
{
    mono_ms now = clock_mono();

    s->wrong++;
    if (s->wrong_told != 0 && now - s->wrong_told < WRONG_LOG_MS)
        return;
    log_warn("wrong user or password, %u since the last such line, now from %s", s->wrong, from);
    s->wrong = 0;
    s->wrong_told = now;
}

/* MHD_HTTP_OK, or what to tell instead. */
static unsigned check_password(struct server *s, struct MHD_Connection *c)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(c, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    const char *header =
        MHD_lookup_connection_value(c, MHD_HEADER_KIND, MHD_HTTP_HEADER_AUTHORIZATION);
    char from[LISTEN_NAME_MAX] = "?";

    if (s->passwords == NULL)
        return MHD_HTTP_OK;
    if (info != NULL && info->client_addr != NULL)
        listen_name(info->client_addr, from);
    enum verdict v = passwords_check(s->passwords, header, from, clock_mono());
    if (v == VERDICT_WRONG && header != NULL)
        tell_wrong(s, from);
    return v == VERDICT_RIGHT   ? MHD_HTTP_OK
           : v == VERDICT_WRONG ? MHD_HTTP_UNAUTHORIZED
                                : MHD_HTTP_TOO_MANY_REQUESTS;
}

static enum MHD_Result route(struct server *s, struct MHD_Connection *c, const char *url,
                             void **mark)
{
    if (strcmp(url, "/-/healthy") == 0)
        return say_plain(c, MHD_HTTP_OK, "ok\n");
    unsigned status = check_password(s, c);
    if (status == MHD_HTTP_UNAUTHORIZED)
        return say_plain(c, status, "a user and a password are needed\n");
    if (status != MHD_HTTP_OK)
        return say_plain(c, status, "too many wrong passwords; try again later\n");
    if (strcmp(url, "/metrics") == 0)
        return scrape(s, c, mark);
    if (strcmp(url, "/") == 0)
        return say(c, MHD_HTTP_OK, "text/html; charset=utf-8", front);
    return say_plain(c, MHD_HTTP_NOT_FOUND, "nothing here; see /metrics\n");
}

static enum MHD_Result answer(void *arg, struct MHD_Connection *c, const char *url,
                              const char *method, const char *version, const char *body,
                              size_t *body_len, void **mark)
{
    (void)version;
    (void)body;
    if (*mark == NULL) {
        *mark = &seen;
        if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0)
            return say_plain(c, MHD_HTTP_METHOD_NOT_ALLOWED, "GET and HEAD only\n");
        if (strlen(url) > SERVER_URL_MAX)
            return say_plain(c, MHD_HTTP_URI_TOO_LONG, "the address is too long\n");
        return MHD_YES;
    }
    if (*body_len > 0) { /* a body means nothing here */
        *body_len = 0;
        return MHD_YES;
    }
    struct watched *w = watched_of(c);
    if (w != NULL)
        watch_until(w, WATCH_ANSWER_MS);
    return route(arg, c, url, mark);
}

static void completed(void *arg, struct MHD_Connection *c, void **mark,
                      enum MHD_RequestTerminationCode how)
{
    struct server *s = arg;
    struct watched *w = watched_of(c);

    (void)how;
    if (*mark == &scraping)
        s->scrapes--;
    if (*mark != NULL && w != NULL)
        watch_until(w, WATCH_NEXT_MS);
    *mark = NULL;
}

/* A connection begins or ends. */
static void connection(void *arg, struct MHD_Connection *c, void **context,
                       enum MHD_ConnectionNotificationCode what)
{
    struct server *s = arg;
    const union MHD_ConnectionInfo *info;

    if (what == MHD_CONNECTION_NOTIFY_CLOSED) {
        if (*context != NULL)
            watch_remove(*context);
        *context = NULL;
        return;
    }
    info = MHD_get_connection_info(c, MHD_CONNECTION_INFO_CONNECTION_FD);
    if (info != NULL)
        *context = watch_add(s->watch, info->connect_fd, WATCH_FIRST_MS);
    info = MHD_get_connection_info(c, MHD_CONNECTION_INFO_GNUTLS_SESSION);
    if (webconf_has_tls(&s->web) && info != NULL)
        tls_ask_client(info->tls_session, s->web.client_auth);
}

/* ---- start ---- */

static enum rc check_open(const struct server_conf *conf, const struct webconf *web,
                          const struct sockaddr *address, struct err *e)
{
    if (conf->insecure || listen_is_loopback(address) ||
        (webconf_has_tls(web) && webconf_has_auth(web)))
        return RC_OK;
    return err_set(e, RC_REFUSED, conf->listen,
                   S_("other machines reach this address: give --web-config with TLS and passwords "
                      "or client certificates, or say --insecure"));
}

static enum rc start_daemon(struct server *s, struct err *e)
{
    struct webconf *web = &s->web;
    bool tls = webconf_has_tls(web);
    char priorities[TLS_PRIORITIES];
    struct MHD_OptionItem options[] = {
        {MHD_OPTION_HTTPS_MEM_CERT, 0, web->cert},
        {MHD_OPTION_HTTPS_MEM_KEY, 0, web->key},
        {MHD_OPTION_HTTPS_PRIORITIES, 0, priorities},
        {web->client_ca != NULL ? MHD_OPTION_HTTPS_MEM_TRUST : MHD_OPTION_END, 0, web->client_ca},
        {MHD_OPTION_END, 0, NULL},
    };
    int fd = dup(s->fd);

    if (tls)
        tls_priorities(web, priorities);
    else
        options[0].option = MHD_OPTION_END;
    if (fd >= 0 && web->user_count > 0) {
        s->passwords = passwords_new(web->users, web->user_count);
        if (s->passwords == NULL)
            return close(fd), err_set(e, RC_NET, s->conf.listen, S_("no random numbers"));
    }
    errno = 0;
    if (fd >= 0)
        s->daemon = MHD_start_daemon(
            MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_AUTO | MHD_USE_ITC | (tls ? MHD_USE_TLS : 0u),
            0, NULL, NULL, answer, s, MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_CONNECTION_LIMIT,
            s->conf.scrapes_max + SPARE_CONNECTIONS, MHD_OPTION_CONNECTION_TIMEOUT,
            (unsigned)IDLE_S, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)SERVER_HEAD_MAX,
            MHD_OPTION_NOTIFY_COMPLETED, completed, s, MHD_OPTION_NOTIFY_CONNECTION, connection, s,
            MHD_OPTION_ARRAY, options, MHD_OPTION_END);
    if (s->daemon == NULL)
        return err_sys(e, RC_NET, errno, s->conf.listen, S_("cannot serve"));
    return RC_OK;
}

static void stop_daemon(struct server *s)
{
    if (s->daemon != NULL) {
        /* Taken away first, because stopping would shut it down, and the next daemon listens on it. */
        int fd = MHD_quiesce_daemon(s->daemon);
        MHD_stop_daemon(s->daemon);
        if (fd >= 0)
            close(fd);
    }
    s->daemon = NULL;
    for (int i = 0; i < 4; i++)
        forget(&s->written[i / 2][i % 2]);
    passwords_free(s->passwords);
    s->passwords = NULL;
}

enum rc server_start(const struct server_conf *conf, struct server **out, struct err *e)
{
    struct server *s = xcalloc(1, sizeof *s);
    struct addrinfo *address = NULL;
    enum rc rc = listen_resolve(conf->listen, &address, e);

    s->conf = *conf;
    if (conf->web != NULL)
        s->web = *conf->web;
    s->fd = -1;
    if (rc == RC_OK)
        rc = check_open(conf, &s->web, address->ai_addr, e);
    if (rc == RC_OK && webconf_has_tls(&s->web))
        rc = tls_check(&s->web, e);
    if (rc == RC_OK)
        rc = listen_open(conf->listen, address, &s->fd, e);
    if (rc == RC_OK && (s->watch = watch_start()) == NULL)
        rc = err_set(e, RC_NET, conf->listen, S_("no thread"));
    if (rc == RC_OK)
        rc = start_daemon(s, e);
    if (address != NULL)
        freeaddrinfo(address);
    if (rc == RC_OK)
        *out = s;
    else
        server_stop(s);
    return rc;
}

enum rc server_reload(struct server *s, const struct webconf *web, struct err *e)
{
    struct sockaddr_storage address;
    socklen_t len = sizeof address;
    enum rc rc = RC_OK;

    if (getsockname(s->fd, (struct sockaddr *)&address, &len) != 0)
        return err_sys(e, RC_NET, errno, s->conf.listen, S_("its address is not known"));
    rc = check_open(&s->conf, web, (struct sockaddr *)&address, e);
    if (rc == RC_OK && webconf_has_tls(web))
        rc = tls_check(web, e);
    if (rc != RC_OK)
        return rc;
    stop_daemon(s);
    s->web = *web;
    s->scrapes = 0;
    return start_daemon(s, e);
}

void server_stop(struct server *s)
{
    stop_daemon(s);
    if (s->watch != NULL)
        watch_stop(s->watch);
    if (s->fd >= 0)
        close(s->fd);
    free(s);
}

unsigned server_port(const struct server *s)
{
    return listen_port(s->fd);
}
