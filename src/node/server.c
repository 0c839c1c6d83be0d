/* SPDX-License-Identifier: MIT
 * server.c - see server.h. */
#include "node/server.h"
#include "base/xmem.h"
#include <errno.h>
#include <microhttpd.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { PAGE_MAX = 16 << 20, SPARE_CONNECTIONS = 16 };

struct server {
    struct server_conf conf;
    struct MHD_Daemon *daemon;
    unsigned scrapes; /* under way; the server's thread only */
};

/* What belongs to a request: a byte of this, to tell them apart. */
static char seen, scraping;

static const char front[] =
    "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>suantop-node</title></head>"
    "<body><h1>suantop-node</h1>\n<p><a href=\"metrics\">metrics</a> "
    "<a href=\"-/healthy\">health</a></p></body></html>\n";

/* ---- answers ---- */

static enum MHD_Result queue(struct MHD_Connection *c, unsigned status, const char *type,
                             struct MHD_Response *r)
{
    enum MHD_Result result;

    if (r == NULL)
        return MHD_NO;
    MHD_add_response_header(r, MHD_HTTP_HEADER_CONTENT_TYPE, type);
    MHD_add_response_header(r, "X-Content-Type-Options", "nosniff");
    if (status == MHD_HTTP_METHOD_NOT_ALLOWED)
        MHD_add_response_header(r, MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
    if (status == MHD_HTTP_SERVICE_UNAVAILABLE)
        MHD_add_response_header(r, MHD_HTTP_HEADER_RETRY_AFTER, "1");
    result = MHD_queue_response(c, status, r);
    MHD_destroy_response(r);
    return result;
}

static enum MHD_Result say(struct MHD_Connection *c, unsigned status, const char *type,
                           const char *text)
{
    return queue(
        c, status, type,
        MHD_create_response_from_buffer(strlen(text), (void *)text, MHD_RESPMEM_PERSISTENT));
}

static enum MHD_Result say_plain(struct MHD_Connection *c, unsigned status, const char *text)
{
    return say(c, status, "text/plain; charset=utf-8", text);
}

static enum MHD_Result metrics(struct server *s, struct MHD_Connection *c)
{
    enum page_format format =
        page_negotiate(MHD_lookup_connection_value(c, MHD_HEADER_KIND, MHD_HTTP_HEADER_ACCEPT));
    struct MHD_Response *r;
    struct buf page;

    buf_init(&page, PAGE_MAX);
    if (s->conf.page(s->conf.arg, format, &page) != RC_OK) {
        buf_fini(&page);
        return say_plain(c, MHD_HTTP_INTERNAL_SERVER_ERROR, "the page is too large\n");
    }
    size_t len = page.len;
    r = MHD_create_response_from_buffer(len, buf_take(&page), MHD_RESPMEM_MUST_FREE);
    if (r != NULL)
        MHD_add_response_header(r, MHD_HTTP_HEADER_VARY, "Accept");
    return queue(c, MHD_HTTP_OK, page_content_type(format), r);
}

static enum MHD_Result scrape(struct server *s, struct MHD_Connection *c, void **mark)
{
    if (s->scrapes >= s->conf.scrapes_max)
        return say_plain(c, MHD_HTTP_SERVICE_UNAVAILABLE, "too many scrapes at a time\n");
    s->scrapes++;
    *mark = &scraping;
    return metrics(s, c);
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
    if (strcmp(url, "/metrics") == 0)
        return scrape(arg, c, mark);
    if (strcmp(url, "/-/healthy") == 0)
        return say_plain(c, MHD_HTTP_OK, "ok\n");
    if (strcmp(url, "/") == 0)
        return say(c, MHD_HTTP_OK, "text/html; charset=utf-8", front);
    return say_plain(c, MHD_HTTP_NOT_FOUND, "nothing here; see /metrics\n");
}

static void completed(void *arg, struct MHD_Connection *c, void **mark,
                      enum MHD_RequestTerminationCode how)
{
    struct server *s = arg;

    (void)c;
    (void)how;
    if (*mark == &scraping)
        s->scrapes--;
    *mark = NULL;
}

/* ---- start ---- */

/* "HOST:PORT" with a numeric host; an IPv6 one stands in brackets. */
static enum rc resolve(const char *listen, struct addrinfo **out, struct err *e)
{
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
                                   .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE};
    const char *colon = strrchr(listen, ':');
    size_t len = colon != NULL ? (size_t)(colon - listen) : 0;
    char host[64];

    if (len >= 2 && listen[0] == '[' && listen[len - 1] == ']')
        listen++, len -= 2;
    else if (memchr(listen, ':', len) != NULL)
        len = 0;
    if (len == 0 || len >= sizeof host || colon[1] == '\0')
        return err_set(e, RC_USAGE, "--listen",
                       "give ADDRESS:PORT, as in 127.0.0.1:19400 or [::1]:19400");
    memcpy(host, listen, len);
    host[len] = '\0';
    int code = getaddrinfo(host, colon + 1, &hints, out);
    if (code != 0)
        return err_set(e, RC_USAGE, "--listen", "%s: %s", host, gai_strerror(code));
    return RC_OK;
}

enum rc server_start(const struct server_conf *conf, struct server **out, struct err *e)
{
    struct server *s = xcalloc(1, sizeof *s);
    struct addrinfo *address;
    enum rc rc = resolve(conf->listen, &address, e);

    if (rc != RC_OK) {
        free(s);
        return rc;
    }
    s->conf = *conf;
    errno = 0;
    s->daemon = MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_AUTO |
                                     (address->ai_family == AF_INET6 ? MHD_USE_IPv6 : 0u),
                                 0, NULL, NULL, answer, s, MHD_OPTION_SOCK_ADDR, address->ai_addr,
                                 MHD_OPTION_CONNECTION_LIMIT, conf->scrapes_max + SPARE_CONNECTIONS,
                                 MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)SERVER_IDLE_S,
                                 MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)SERVER_HEAD_MAX,
                                 MHD_OPTION_NOTIFY_COMPLETED, completed, s, MHD_OPTION_END);
    int why = errno;
    freeaddrinfo(address);
    if (s->daemon == NULL) {
        free(s);
        return err_sys(e, RC_NET, why, conf->listen, "cannot listen");
    }
    *out = s;
    return RC_OK;
}

void server_stop(struct server *s)
{
    MHD_stop_daemon(s->daemon);
    free(s);
}

unsigned server_port(const struct server *s)
{
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_BIND_PORT);

    return info != NULL ? info->port : 0;
}
