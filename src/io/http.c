/* SPDX-License-Identifier: MIT
 * http.c - see http.h. The only file that knows libcurl. */
#include "io/http.h"
#include "base/hash.h"
#include "base/sentence.h"
#include "base/xmem.h"
#include <curl/curl.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    BUFFER_SIZE = 256 * 1024,
    POOL_BUFFER_SIZE = 16 * 1024, /* of many small pages: libcurl takes it anew for each transfer */
    POOL_CONNECTIONS = 256,
    POOL_SERVERS = 128, /* about as many belong to a pool */
    KEPT_MAX = 10240,   /* connections between requests, of all pools: each is 4.8 KB */
    /* Each is some 40 KB of libcurl's tables and two descriptors. Of so many none keeps connections (share_files), so that
     * nothing is lost when others share one. */
    POOLS_MAX = 2 * KEPT_MAX / POOL_SERVERS,
    FILES_USUAL = 1024,
    FILES_MAX = 1 << 20,
    SPARE_MAX = 640,
    EVENTS = 256,
    CONNECT_TIMEOUT_MS = 3000,
    HEADER_BYTES_MAX = 64 * 1024,
    CONNECTION_AGE_S = 300, /* longer than the usual interval, or each poll makes a handshake */
    RETRY_AFTER_MAX_S = 24 * 3600,
};

/* Connections of about a hundred servers. What libcurl does for one of them costs time in proportion to all that its multi
 * holds, so that ten thousand in one would take a core; here each pool is a multi, and one epoll waits for all. */
struct pool {
    CURLM *multi;
    struct http *http;
    uint32_t number, index;
    mono_ms due; /* libcurl's own timer; INT64_MAX = none */
    long kept;   /* connections between requests, at most */
    bool touched;
};

struct http {
    CURLM *multi;
    struct pool **pools;
    size_t pool_count, pool_cap;
    int epoll;              /* -1 before the first pool */
    long files;             /* descriptors that this process may have */
    CURL *spare[SPARE_MAX]; /* used easy handles, reset */
    size_t spare_count;
    struct http_dialer dialer;
    struct http_transfer *first;
    struct curl_waitfd *waits;
    size_t wait_cap;
};

struct http_transfer {
    struct http *http;
    CURLM *multi;
    struct http_transfer *prev, *next;
    CURL *easy;
    struct curl_slist *headers;
    CURLcode refused; /* the first option that could not be set */
    struct sink sink;
    struct patience patience;
    int dial;
    int fd;      /* the newest connection that was made for it, -1 = none */
    bool pooled; /* one of many servers */
    bool paused;
    bool head_done;     /* the sink knows the status */
    bool head_complete; /* all of its lines came */
    bool has_date;
    int64_t ahead_ms; /* by its Date header */
    size_t header_bytes;
    struct err stop; /* why we broke it off */
    char why[CURL_ERROR_SIZE];
    char type[128];
};

/* ---- set-up ---- */

static void global_init(void)
{
    curl_global_init(CURL_GLOBAL_DEFAULT);
}

enum rc http_new(const struct http_dialer *dialer, long max_connections, struct http **out,
                 struct err *e)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, global_init);
    CURLM *multi = curl_multi_init();
    if (!multi)
        return err_set(e, RC_NOMEM, "libcurl", S_("cannot be initialised"));
    struct http *h = xcalloc(1, sizeof(*h));
    h->multi = multi;
    h->epoll = -1;
    if (dialer)
        h->dialer = *dialer;
    curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, max_connections);
    curl_multi_setopt(multi, CURLMOPT_PIPELINING, (long)CURLPIPE_NOTHING);
    *out = h;
    return RC_OK;
}

static void wipe_headers(struct curl_slist *list)
{
    for (struct curl_slist *l = list; l; l = l->next)
        explicit_bzero(l->data, strlen(l->data));
    curl_slist_free_all(list);
}

static void unlink_transfer(struct http_transfer *t)
{
    if (t->prev)
        t->prev->next = t->next;
    else
        t->http->first = t->next;
    if (t->next)
        t->next->prev = t->prev;
}

static CURL *take_easy(struct http *h)
{
    return h->spare_count ? h->spare[--h->spare_count] : curl_easy_init();
}

static void give_easy(struct http *h, CURL *easy)
{
    if (h->spare_count == SPARE_MAX) {
        curl_easy_cleanup(easy);
        return;
    }
    curl_easy_reset(easy);
    h->spare[h->spare_count++] = easy;
}

static void transfer_free(struct http_transfer *t)
{
    curl_multi_remove_handle(t->multi, t->easy);
    give_easy(t->http, t->easy);
    wipe_headers(t->headers);
    free(t);
}

void http_cancel(struct http_transfer *t)
{
    if (!t)
        return;
    unlink_transfer(t);
    transfer_free(t);
}

void http_free(struct http *h)
{
    if (!h)
        return;
    while (h->first)
        http_cancel(h->first);
    for (size_t i = 0; i < h->pool_count; i++) {
        curl_multi_cleanup(h->pools[i]->multi);
        free(h->pools[i]);
    }
    while (h->spare_count)
        curl_easy_cleanup(h->spare[--h->spare_count]);
    curl_multi_cleanup(h->multi);
    if (h->epoll >= 0)
        close(h->epoll);
    free(h->pools);
    free(h->waits);
    free(h);
}

/* ---- pools ---- */

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *known)
{
    struct pool *p = arg;
    struct epoll_event ev = {.data.u64 = (uint64_t)p->index << 32 | (uint32_t)fd};

    (void)easy;
    if (what == CURL_POLL_REMOVE) {
        epoll_ctl(p->http->epoll, EPOLL_CTL_DEL, fd, &ev);
        return 0;
    }
    ev.events = (what & CURL_POLL_IN ? EPOLLIN : 0u) | (what & CURL_POLL_OUT ? EPOLLOUT : 0u);
    if (epoll_ctl(p->http->epoll, known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &ev) != 0)
        epoll_ctl(p->http->epoll, known ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, fd, &ev);
    if (!known)
        curl_multi_assign(p->multi, fd, p);
    return 0;
}

static int on_timer(CURLM *multi, long ms, void *arg)
{
    struct pool *p = arg;

    (void)multi;
    p->due = ms < 0 ? INT64_MAX : clock_mono() + ms;
    return 0;
}

/* Thousands of connections are more descriptors than a login shell usually allows. */
static void raise_file_limit(struct http *h)
{
    struct rlimit limit = {.rlim_cur = FILES_USUAL};

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur != limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
        (void)getrlimit(RLIMIT_NOFILE, &limit);
    }
    h->files = limit.rlim_cur < FILES_MAX ? (long)limit.rlim_cur : FILES_MAX;
}

/* Of a pool's servers each is asked in its turn: to keep connections to a part of them would keep none, for the one that
 * was closed for room is the next that is wanted. So a pool keeps all or, where the descriptors (half of them) or KEPT_MAX
 * are not enough for all pools, as good as none: the others close after each answer. How many still keep theirs goes down to
 * none where there are twice as many pools as would fit: the more servers, the rarer one's turn. */
static void share_files(struct http *h)
{
    size_t files = h->files / 2 < KEPT_MAX ? (size_t)h->files / 2 : KEPT_MAX;
    size_t fit = files / POOL_SERVERS, over = h->pool_count > fit ? h->pool_count - fit : 0;

    for (size_t i = 0; i < h->pool_count; i++) {
        long kept = i + over < fit ? POOL_CONNECTIONS : 1;
        if (h->pools[i]->kept == kept)
            continue;
        h->pools[i]->kept = kept;
        curl_multi_setopt(h->pools[i]->multi, CURLMOPT_MAXCONNECTS, kept);
    }
}

static struct pool *new_pool(struct http *h, uint32_t number)
{
    if (h->epoll < 0) {
        raise_file_limit(h);
        h->epoll = epoll_create1(EPOLL_CLOEXEC);
    }
    CURLM *multi = h->epoll >= 0 ? curl_multi_init() : NULL;
    if (!multi)
        return NULL;
    struct pool *p = xcalloc(1, sizeof(*p));
    *p = (struct pool){.multi = multi,
                       .http = h,
                       .number = number,
                       .index = (uint32_t)h->pool_count,
                       .due = INT64_MAX};
    curl_multi_setopt(multi, CURLMOPT_PIPELINING, (long)CURLPIPE_NOTHING);
    curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, p);
    curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, on_timer);
    curl_multi_setopt(multi, CURLMOPT_TIMERDATA, p);
    h->pools = xgrow(h->pools, &h->pool_cap, h->pool_count + 1, sizeof(*h->pools));
    h->pools[h->pool_count++] = p;
    share_files(h);
    return p;
}

/* Without descriptors or memory for one more pool the common one does it, only slower. */
static CURLM *multi_of(struct http *h, uint32_t number)
{
    struct pool *p = NULL;

    if (number == 0)
        return h->multi;
    for (size_t i = 0; i < h->pool_count && !p; i++)
        if (h->pools[i]->number == number)
            p = h->pools[i];
    if (!p && h->pool_count == POOLS_MAX)
        p = h->pools[hash_u64(0, number) % POOLS_MAX];
    if (!p)
        p = new_pool(h, number);
    return p ? p->multi : h->multi;
}

/* ---- libcurl's callbacks ---- */

static void tell_head(struct http_transfer *t)
{
    long status = 0;
    char *type = NULL;

    if (t->head_done)
        return;
    t->head_done = true;
    curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(t->easy, CURLINFO_CONTENT_TYPE, &type);
    snprintf(t->type, sizeof(t->type), "%s", type ? type : "");
    t->sink.head(t->sink.arg, (int)status, t->type);
}

/* The blank line ends it, unless that was an interim answer; what comes after the body (trailers) changes nothing. */
static void note_line(struct http_transfer *t, const char *line, size_t len)
{
    if (len >= 5 && memcmp(line, "HTTP/", 5) == 0)
        t->head_complete = false;
    else if (len && (line[0] == '\r' || line[0] == '\n'))
        t->head_complete = true;
}

/* Whole seconds: half of one is what is lost on the average. */
static void note_date(struct http_transfer *t, const char *line, size_t len)
{
    char text[64];

    if (t->pooled || len < 6 || len >= sizeof(text) || strncasecmp(line, "Date:", 5) != 0)
        return;
    memcpy(text, line + 5, len - 5);
    text[len - 5] = '\0';
    time_t date = curl_getdate(text, NULL);
    t->has_date = date > 0;
    if (t->has_date)
        t->ahead_ms = (int64_t)date * 1000 + 500 - clock_wall();
}

static size_t on_header(char *data, size_t size, size_t count, void *arg)
{
    struct http_transfer *t = arg;
    size_t len = size * count;

    patience_bytes(&t->patience, len, clock_mono());
    t->header_bytes += len;
    note_line(t, data, len);
    note_date(t, data, len);
    if (t->header_bytes <= HEADER_BYTES_MAX)
        return len;
    err_set(&t->stop, RC_LIMIT, NULL, S_("the answer's headers are longer than %d bytes"),
            HEADER_BYTES_MAX);
    return 0;
}

static size_t on_body(char *data, size_t size, size_t count, void *arg)
{
    struct http_transfer *t = arg;
    size_t len = size * count;
    bool paused = false;

    if (t->paused)
        return CURL_WRITEFUNC_PAUSE;
    patience_bytes(&t->patience, len, clock_mono());
    tell_head(t);
    if (t->sink.data(t->sink.arg, data, len, &paused, &t->stop) != RC_OK)
        return 0;
    if (paused) {
        t->paused = true; /* this piece was taken; the next one is refused */
        patience_pause(&t->patience, true, clock_mono());
    }
    return len;
}

static curl_socket_t on_open(void *arg, curlsocktype purpose, struct curl_sockaddr *addr)
{
    struct http_transfer *t = arg;
    const struct http_dialer *d = &t->http->dialer;
    int fd = socket(addr->family, addr->socktype | SOCK_CLOEXEC, addr->protocol);

    (void)purpose;
    t->fd = fd;
    if (fd >= 0 && t->dial)
        d->opened(d->arg, t->dial, fd);
    return fd;
}

/* The connection may outlive its transfer, so this one is handed the multi's owner. */
static int on_close(void *arg, curl_socket_t fd)
{
    struct http *h = arg;

    if (h->dialer.closed)
        h->dialer.closed(h->dialer.arg, fd);
    return close(fd);
}

/* ---- start ---- */

static enum rc check_scheme(const struct http_request *rq, struct err *e)
{
    bool local = rq->dial || rq->unix_socket;
    const char *url = rq->base_url ? rq->base_url : "";

    if (local || strncasecmp(url, "https://", 8) == 0)
        return RC_OK;
    if (strncasecmp(url, "http://", 7) != 0)
        return err_set(e, RC_USAGE, url, S_("is not an http or https URL"));
    if (!rq->insecure)
        return err_set(e, RC_USAGE, url, S_("http is refused without insecure: true"));
    return RC_OK;
}

/* Scheme and host of a local connection mean nothing; the path part of its base URL does. */
static char *full_url(const struct http_request *rq)
{
    const char *base = rq->base_url ? rq->base_url : "";

    if (rq->dial || rq->unix_socket) {
        const char *host = strstr(base, "://");
        const char *path = strchr(host ? host + 3 : base, '/');
        size_t len = path ? strlen(path) : 0;
        while (len && path[len - 1] == '/')
            len--;
        return xasprintf("http://localhost%.*s%s", (int)len, path ? path : "", rq->path);
    }
    size_t len = strlen(base);
    while (len && base[len - 1] == '/')
        len--;
    return xasprintf("%.*s%s", (int)len, base, rq->path);
}

static void add_header(struct http_transfer *t, const char *line)
{
    struct curl_slist *longer = curl_slist_append(t->headers, line);

    if (longer)
        t->headers = longer;
    else
        t->refused = CURLE_OUT_OF_MEMORY;
}

static void add_headers(struct http_transfer *t, const struct http_request *rq)
{
    for (size_t i = 0; rq->headers && rq->headers[i]; i++)
        add_header(t, rq->headers[i]);
    if (rq->accept)
        add_header(t, rq->accept);
    if (rq->body)
        add_header(t, rq->form ? "Content-Type: application/x-www-form-urlencoded"
                               : "Content-Type: application/json");
    add_header(t, "Expect:");
    curl_easy_setopt(t->easy, CURLOPT_HTTPHEADER, t->headers);
}

/* Texts are copied, which may fail; a transfer without one of them could go anywhere, with its token. */
static void set_text(struct http_transfer *t, CURLoption option, const char *text)
{
    CURLcode code = curl_easy_setopt(t->easy, option, text);

    if (code != CURLE_OK && t->refused == CURLE_OK)
        t->refused = code;
}

static void restrict_protocols(struct http_transfer *t)
{
    CURL *easy = t->easy;

#if LIBCURL_VERSION_NUM >= 0x075500
    set_text(t, CURLOPT_PROTOCOLS_STR, "http,https");
    set_text(t, CURLOPT_REDIR_PROTOCOLS_STR, "https");
#else
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS, CURLPROTO_HTTP | CURLPROTO_HTTPS);
    curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS, CURLPROTO_HTTPS);
#endif
#if LIBCURL_VERSION_NUM >= 0x075700
    /* Without it the end of a transfer waits for a resolver thread that hangs. */
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
#endif
}

static void set_safety(struct http_transfer *t, const struct http_request *rq)
{
    CURL *easy = t->easy;

    restrict_protocols(t);
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    set_text(t, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_UNRESTRICTED_AUTH, 0L);
    curl_easy_setopt(easy, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    if (rq->ca_file)
        set_text(t, CURLOPT_CAINFO, rq->ca_file);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_TIMEOUT_MS);
    curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, (long)CONNECTION_AGE_S);
    /* h2 with re-used connections is broken in some releases in the field, and buys nothing here. */
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    set_text(t, CURLOPT_ACCEPT_ENCODING, "gzip");
    curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, (long)(rq->pool ? POOL_BUFFER_SIZE : BUFFER_SIZE));
    curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(easy, CURLOPT_HTTP09_ALLOWED, 0L);
}

/* With a connection of its own there is no dead one to recover from, which is libcurl's only reason to send a
 * request twice. */
static void set_once(struct http_transfer *t)
{
    curl_easy_setopt(t->easy, CURLOPT_FRESH_CONNECT, 1L);
    curl_easy_setopt(t->easy, CURLOPT_FORBID_REUSE, 1L);
}

static void set_callbacks(struct http_transfer *t)
{
    CURL *easy = t->easy;

    curl_easy_setopt(easy, CURLOPT_PRIVATE, t);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, t->why);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, t);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, t);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_open);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, t);
    curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, on_close);
    curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, t->http);
}

static void set_target(struct http_transfer *t, const struct http_request *rq)
{
    const struct http_dialer *d = &t->http->dialer;
    char *url = full_url(rq);

    set_text(t, CURLOPT_URL, url);
    free(url);
    const char *name = rq->dial ? d->name(d->arg, rq->dial) : "";
    if (rq->dial)
        set_text(t, *name == '/' ? CURLOPT_UNIX_SOCKET_PATH : CURLOPT_ABSTRACT_UNIX_SOCKET, name);
    else if (rq->unix_socket)
        set_text(t, CURLOPT_UNIX_SOCKET_PATH, rq->unix_socket);
    if (rq->body) {
        curl_easy_setopt(t->easy, CURLOPT_POSTFIELDSIZE, (long)strlen(rq->body));
        set_text(t, CURLOPT_COPYPOSTFIELDS, rq->body);
    }
    if (rq->method && (rq->body || strcmp(rq->method, "GET") != 0))
        set_text(t, CURLOPT_CUSTOMREQUEST, rq->method);
}

static enum rc class_of(CURLcode code)
{
    switch (code) {
    case CURLE_OK:
        return RC_OK;
    case CURLE_OPERATION_TIMEDOUT:
        return RC_TIMEOUT;
    case CURLE_OUT_OF_MEMORY: /* what it also says of a header line of 100 kB, and that is likelier */
        return RC_LIMIT;
    case CURLE_URL_MALFORMAT:
    case CURLE_SSL_CACERT_BADFILE:
        return RC_USAGE;
    case CURLE_UNSUPPORTED_PROTOCOL: /* whoever answered does not speak HTTP/1 */
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_BAD_CONTENT_ENCODING:
        return RC_SYNTAX;
    case CURLE_FILESIZE_EXCEEDED:
        return RC_LIMIT;
    default:
        return RC_NET;
    }
}

enum rc http_start(struct http *h, const struct http_request *rq, const struct sink *sink,
                   mono_ms now, struct http_transfer **out, struct err *e)
{
    enum rc rc = check_scheme(rq, e);

    if (rc != RC_OK)
        return rc;
    CURL *easy = take_easy(h);
    if (!easy)
        return err_set(e, RC_NOMEM, "libcurl", S_("cannot make a transfer"));
    struct http_transfer *t = xcalloc(1, sizeof(*t));
    t->http = h;
    t->multi = multi_of(h, rq->pool);
    t->easy = easy;
    t->sink = *sink;
    t->dial = rq->dial;
    t->pooled = rq->pool != 0;
    t->fd = -1;
    patience_start(&t->patience, rq->first_byte_ms, rq->total_ms, now);
    set_safety(t, rq);
    if (rq->once)
        set_once(t);
    set_callbacks(t);
    set_target(t, rq);
    add_headers(t, rq);
    if (t->refused == CURLE_OK && curl_multi_add_handle(t->multi, easy) != CURLM_OK)
        t->refused = CURLE_OUT_OF_MEMORY;
    if (t->refused != CURLE_OK) {
        rc = err_set(e, class_of(t->refused), "libcurl", "%s", curl_easy_strerror(t->refused));
        transfer_free(t);
        return rc;
    }
    t->next = h->first;
    if (h->first)
        h->first->prev = t;
    h->first = t;
    *out = t;
    return RC_OK;
}

/* ---- the end ---- */

/* libcurl's own texts are for those who know libcurl; these are for operators. */
static const char *words_of(CURLcode code)
{
    switch (code) {
    case CURLE_PARTIAL_FILE:
        return S_("the answer ended early") ": ";
    case CURLE_OUT_OF_MEMORY:
        return S_("the answer's header is too long") ": ";
    case CURLE_GOT_NOTHING:
        return S_("the connection closed without an answer") ": ";
    case CURLE_PEER_FAILED_VERIFICATION:
        return S_("the server's certificate was refused") ": ";
    case CURLE_SSL_CONNECT_ERROR:
        return S_("no TLS connection") ": ";
    case CURLE_SSL_CACERT_BADFILE:
        return S_(
            "no authorities to verify the server with (ca_file, or install ca-certificates)") ": ";
    case CURLE_BAD_CONTENT_ENCODING:
        return S_("the answer is not packed as its header says") ": ";
    case CURLE_COULDNT_RESOLVE_HOST:
        return S_("the name of the host is not known") ": ";
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
        return S_("the connection broke") ": ";
    default:
        return "";
    }
}

static const char *place_of(CURLcode code)
{
    return code == CURLE_BAD_CONTENT_ENCODING ? "Content-Encoding" : NULL;
}

/* A child that was asked and did not answer may have said on its stderr why. */
static void add_last_words(struct err *e, const char *said)
{
    if (*said)
        err_set(e, e->rc, e->where, "%s; " S_("it said") ": %s", e->msg, said);
}

/* libcurl counts what it gave to the socket (or to TLS). */
static bool sent_nothing(struct http_transfer *t)
{
    long bytes = -1;

    return curl_easy_getinfo(t->easy, CURLINFO_REQUEST_SIZE, &bytes) == CURLE_OK && bytes == 0;
}

/* "Couldn't connect to server" leaves open why: refused, no route, nobody there. */
static const char *words_for(struct http_transfer *t, CURLcode code)
{
    long number = 0;

    if (code != CURLE_COULDNT_CONNECT)
        return words_of(code);
    (void)curl_easy_getinfo(t->easy, CURLINFO_OS_ERRNO, &number);
    return number == ECONNREFUSED    ? S_("connection refused") ": "
           : number == EHOSTUNREACH  ? S_("no route to host") ": "
           : number == ENETUNREACH   ? S_("network is unreachable") ": "
           : number == ETIMEDOUT     ? S_("connection timed out") ": "
           : number == EADDRNOTAVAIL ? S_("no local port is free") ": "
           : number == EMFILE        ? S_("too many open files") ": "
                                     : S_("no connection") ": ";
}

static void explain(struct http_transfer *t, CURLcode code, struct reply *reply)
{
    const char *why = *t->why ? t->why : curl_easy_strerror(code);
    const struct http_dialer *d = &t->http->dialer;
    struct err e = {0};

    reply->unsent = sent_nothing(t);
    if (t->dial && d->why(d->arg, t->dial, t->fd, reply, &e) != RC_OK) {
        reply->err = e; /* the child's end explains everything else */
    } else {
        reply->err = t->stop;
        if (t->stop.rc == RC_OK)
            err_set(&reply->err, class_of(code), place_of(code), "%s%s", words_for(t, code), why);
        if (t->dial && reply->err.rc != RC_LIMIT)
            add_last_words(&reply->err, reply->head);
    }
    reply->rc = reply->err.rc;
}

static bool is_redirect(int status)
{
    return status >= 300 && status < 400 && status != 304;
}

static void explain_redirect(struct http_transfer *t, struct reply *reply)
{
    char *url = NULL, *host = NULL;
    CURLU *u = curl_url();

    curl_easy_getinfo(t->easy, CURLINFO_REDIRECT_URL, &url);
    if (u && url && curl_url_set(u, CURLUPART_URL, url, CURLU_NON_SUPPORT_SCHEME) == CURLUE_OK)
        curl_url_get(u, CURLUPART_HOST, &host, 0);
    reply->rc =
        err_set(&reply->err, RC_HTTP, NULL,
                host ? S_("HTTP status %d points to host %s; redirects are not followed")
                     : S_("HTTP status %d points somewhere else; redirects are not followed"),
                reply->status, host);
    reply->err.http = reply->status;
    curl_free(host);
    curl_url_cleanup(u);
}

static void fill_reply(struct http_transfer *t, CURLcode code, struct reply *reply)
{
    long status = 0;
    curl_off_t retry = 0;

    curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(t->easy, CURLINFO_RETRY_AFTER, &retry);
    mono_ms now = clock_mono(), first = t->patience.first_byte_at;
    reply->status = (int)status;
    reply->retry_after_s =
        retry > 0 ? (int)(retry < RETRY_AFTER_MAX_S ? retry : RETRY_AFTER_MAX_S) : -1;
    reply->has_date = t->has_date;
    reply->ahead_ms = t->ahead_ms;
    reply->content_type = t->type;
    reply->first_byte_ms = first ? first - t->patience.started_at : 0;
    reply->total_ms = now - t->patience.started_at;
    reply->at = clock_wall();
    if (code != CURLE_OK)
        explain(t, code, reply);
    else if (is_redirect(reply->status))
        explain_redirect(t, reply);
}

static void finish(struct http_transfer *t, CURLcode code)
{
    struct reply reply = {.head = ""};

    if (code == CURLE_OK)
        tell_head(t); /* an empty body has a status too */
    fill_reply(t, code, &reply);
    unlink_transfer(t);
    t->sink.done(t->sink.arg, &reply);
    transfer_free(t);
}

/* ---- running ---- */

static void check_patience(struct http *h, mono_ms now)
{
    struct http_transfer *next;

    for (struct http_transfer *t = h->first; t; t = next) {
        next = t->next;
        if (patience_check(&t->patience, true, now, &t->stop) != RC_OK)
            finish(t, CURLE_OPERATION_TIMEDOUT);
    }
}

static void take_ended(CURLM *multi)
{
    CURLMsg *msg;
    int left;

    while ((msg = curl_multi_info_read(multi, &left))) {
        struct http_transfer *t = NULL;
        if (msg->msg != CURLMSG_DONE)
            continue;
        CURLcode code = msg->data.result;
        curl_easy_getinfo(msg->easy_handle, CURLINFO_PRIVATE, (char **)&t);
        /* libcurl takes an end in the middle of the header lines for a complete answer. */
        finish(t, code == CURLE_OK && !t->head_complete ? CURLE_PARTIAL_FILE : code);
    }
}

/* What the sockets of the pools have to say. */
static void run_sockets(struct http *h)
{
    struct epoll_event events[EVENTS];
    int running, count;

    do {
        count = epoll_wait(h->epoll, events, EVENTS, 0);
        for (int i = 0; i < count; i++) {
            struct pool *p = h->pools[events[i].data.u64 >> 32];
            int mask = (events[i].events & EPOLLIN ? CURL_CSELECT_IN : 0) |
                       (events[i].events & EPOLLOUT ? CURL_CSELECT_OUT : 0) |
                       (events[i].events & (EPOLLERR | EPOLLHUP) ? CURL_CSELECT_ERR : 0);
            curl_multi_socket_action(p->multi, (curl_socket_t)(uint32_t)events[i].data.u64, mask,
                                     &running);
            p->touched = true;
        }
    } while (count == EVENTS);
}

static void run_pools(struct http *h, mono_ms now)
{
    int running;

    run_sockets(h);
    for (size_t i = 0; i < h->pool_count; i++) {
        struct pool *p = h->pools[i];
        if (p->due <= now) {
            p->due = INT64_MAX; /* set anew by on_timer */
            curl_multi_socket_action(p->multi, CURL_SOCKET_TIMEOUT, 0, &running);
            p->touched = true;
        }
        if (p->touched)
            take_ended(p->multi);
        p->touched = false;
    }
}

void http_run(struct http *h, mono_ms now)
{
    int running;

    curl_multi_perform(h->multi, &running);
    take_ended(h->multi);
    if (h->pool_count)
        run_pools(h, now);
    check_patience(h, now);
}

void http_resume(struct http_transfer *t)
{
    if (!t->paused)
        return;
    t->paused = false;
    patience_pause(&t->patience, false, clock_mono());
    curl_easy_pause(t->easy, CURLPAUSE_CONT);
}

mono_ms http_due(struct http *h, mono_ms now)
{
    long ms = -1;
    mono_ms due = INT64_MAX;

    curl_multi_timeout(h->multi, &ms);
    if (ms >= 0)
        due = now + ms;
    for (size_t i = 0; i < h->pool_count; i++)
        if (h->pools[i]->due < due)
            due = h->pools[i]->due;
    for (const struct http_transfer *t = h->first; t; t = t->next) {
        mono_ms until = patience_until(&t->patience, true);
        if (until < due)
            due = until;
    }
    return due;
}

void http_wait(struct http *h, struct waits *w, int timeout_ms)
{
    int ready;

    unsigned count = (unsigned)w->count;
    h->waits = xgrow(h->waits, &h->wait_cap, w->count + 1, sizeof(*h->waits));
    for (size_t i = 0; i < w->count; i++) {
        short events = w->fds[i].events;
        h->waits[i] = (struct curl_waitfd){
            .fd = w->fds[i].fd,
            .events = (short)((events & POLLIN ? CURL_WAIT_POLLIN : 0) |
                              (events & POLLOUT ? CURL_WAIT_POLLOUT : 0)),
        };
    }
    if (h->epoll >= 0)
        h->waits[count++] = (struct curl_waitfd){.fd = h->epoll, .events = CURL_WAIT_POLLIN};
    curl_multi_poll(h->multi, h->waits, count, timeout_ms, &ready);
    /* libcurl does not pass POLLHUP on, which is all that the end of a pipe says: ask again. */
    if (w->count && poll(w->fds, w->count, 0) < 0)
        for (size_t i = 0; i < w->count; i++)
            w->fds[i].revents = 0;
}

void http_wakeup(struct http *h)
{
    curl_multi_wakeup(h->multi);
}
