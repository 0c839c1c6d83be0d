/* SPDX-License-Identifier: MIT
 * fake_http.c - see fake_http.h. */
#include "tests/fake/fake_http.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum {
    RULES = 1024,
    LINES = 24,
    REQUEST_MAX = 64 * 1024,
    CONNECTIONS = 8192, /* in a life; each request that changes something comes on one of its own */
    SEEN_MAX = 1 << 20,
    KEPT_MAX = 8192,
};

struct rule {
    char method[16], path[128];
    bool once, used, endless, rst, hangup;
    int wait_ms;
    char *want[LINES], *lack[LINES], *header[LINES];
    size_t wants, lacks, headers;
    char status[64], length[32];
    char *body, *raw;
    size_t body_len, raw_len;
    size_t piece;
    int piece_ms, slow_header_ms;
    long cut, stall_body; /* -1 = no */
    bool stall_headers, is_gzip;
};

struct fake_http {
    int fd, port;
    char url[160];
    char unix_path[108];
    pthread_t thread;
    atomic_bool stop;
    pthread_mutex_t lock;
    struct rule rules[RULES];
    size_t rule_count;
    size_t requests, connections, misses;
    pthread_t workers[CONNECTIONS];
    int worker_fds[CONNECTIONS];
    size_t worker_count;
    char *seen;
    size_t seen_len;
    char *kept[KEPT_MAX]; /* each request */
    size_t kept_count;
    void (*watch)(void *arg, const char *request);
    void *watch_arg;
};

/* ---- the script ---- */

static size_t room_for(size_t len)
{
    size_t room = 64;

    while (room < len + 1)
        room *= 2;
    return room;
}

static void append(char **to, size_t *len, const void *data, size_t n)
{
    if (!*to || room_for(*len) != room_for(*len + n))
        *to = realloc(*to, room_for(*len + n));
    memcpy(*to + *len, data, n);
    *len += n;
    (*to)[*len] = '\0';
}

static void append_escaped(char **to, size_t *len, const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        char c = text[i];
        if (c == '\\' && i + 1 < n) {
            c = text[++i];
            char hex[3] = {0};
            if (c == 'x' && i + 2 < n) {
                memcpy(hex, text + i + 1, 2);
                i += 2;
                c = (char)strtol(hex, NULL, 16);
            } else {
                c = c == 'n' ? '\n' : c == 'r' ? '\r' : c == 'e' ? 27 : c == 't' ? '\t' : c;
            }
        }
        append(to, len, &c, 1);
    }
}

struct bits {
    char **out;
    size_t *len;
    unsigned acc, have;
};

static void put_bits(struct bits *b, unsigned value, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        b->acc |= (value >> i & 1) << b->have;
        if (++b->have < 8)
            continue;
        char byte = (char)b->acc;
        append(b->out, b->len, &byte, 1);
        b->acc = b->have = 0;
    }
}

/* A blank, then matches of length 258 at distance 1: 13 bits for 258 bytes. The checksum is wrong, but
 * who reads so far has lost already. */
static void make_gzip(char **out, size_t *len, long megabytes)
{
    static const char head[] = {0x1f, (char)0x8b, 8, 0, 0, 0, 0, 0, 0, 3};
    struct bits b = {out, len, 0, 0};

    append(out, len, head, sizeof(head));
    put_bits(&b, 1, 1); /* last block, fixed codes */
    put_bits(&b, 1, 2);
    put_bits(&b, 0x0a, 8); /* the code of 0x20 is 0x50, bits reversed: 00001010 */
    for (long i = 0; i < megabytes * (1 << 20) / 258; i++) {
        put_bits(&b, 0xa3, 8); /* symbol 285: 11000101 reversed */
        put_bits(&b, 0, 5);    /* distance 1 */
    }
    put_bits(&b, 0, 7);
    put_bits(&b, 0, 8 + 7);
}

static const char *after(const char *line, const char *word)
{
    size_t n = strlen(word);

    if (strncmp(line, word, n) != 0 || (line[n] && line[n] != ' '))
        return NULL;
    return line + n + (line[n] == ' ');
}

static void read_line(struct rule *r, const char *line)
{
    const char *v;
    long n;

    if (after(line, "once"))
        r->once = true;
    else if (after(line, "endless"))
        r->endless = true;
    else if (after(line, "rst"))
        r->rst = true;
    else if (after(line, "hangup"))
        r->hangup = true;
    else if ((v = after(line, "wait")))
        r->wait_ms = (int)strtol(v, NULL, 10);
    else if ((v = after(line, "want")))
        r->want[r->wants++] = strdup(v);
    else if ((v = after(line, "lack")))
        r->lack[r->lacks++] = strdup(v);
    else if ((v = after(line, "header")))
        r->header[r->headers++] = strdup(v);
    else if ((v = after(line, "status")))
        snprintf(r->status, sizeof(r->status), "%s", v);
    else if ((v = after(line, "length")))
        snprintf(r->length, sizeof(r->length), "%s", v);
    else if ((v = after(line, "body")))
        append_escaped(&r->body, &r->body_len, v, strlen(v));
    else if ((v = after(line, "raw")))
        append_escaped(&r->raw, &r->raw_len, v, strlen(v));
    else if ((v = after(line, "cut")))
        r->cut = strtol(v, NULL, 10);
    else if (after(line, "stall headers"))
        r->stall_headers = true;
    else if ((v = after(line, "stall body")))
        r->stall_body = strtol(v, NULL, 10);
    else if ((v = after(line, "slow headers")))
        r->slow_header_ms = (int)strtol(v, NULL, 10);
    else if ((v = after(line, "gzip"))) {
        make_gzip(&r->body, &r->body_len, strtol(v, NULL, 10));
        r->is_gzip = true;
    } else if ((v = after(line, "pieces"))) {
        char *end;
        r->piece = (size_t)strtol(v, &end, 10);
        r->piece_ms = (int)strtol(end, NULL, 10);
    } else if ((v = after(line, "repeat"))) {
        char *end;
        for (n = strtol(v, &end, 10); n > 0; n--)
            append_escaped(&r->body, &r->body_len, end + 1, strlen(end + 1));
    } else {
        fprintf(stderr, "fake_http: what is \"%s\"?\n", line);
        abort();
    }
}

static struct rule *new_rule(struct fake_http *f, const char *what)
{
    if (f->rule_count == RULES)
        abort();
    struct rule *r = &f->rules[f->rule_count++];
    size_t n = strcspn(what, " ");

    *r = (struct rule){.status = "200 OK", .length = "auto", .cut = -1, .stall_body = -1};
    snprintf(r->method, sizeof(r->method), "%.*s", (int)n, what);
    snprintf(r->path, sizeof(r->path), "%s", what + n + (what[n] == ' '));
    return r;
}

static void free_rules(struct fake_http *f)
{
    for (size_t i = 0; i < f->rule_count; i++) {
        struct rule *r = &f->rules[i];
        for (size_t k = 0; k < LINES; k++) {
            free(r->want[k]);
            free(r->lack[k]);
            free(r->header[k]);
        }
        free(r->body);
        free(r->raw);
    }
    f->rule_count = 0;
}

static void read_script(struct fake_http *f, const char *script)
{
    struct rule *r = NULL;

    while (*script) {
        size_t n = strcspn(script, "\n");
        char *line = strndup(script, n), *text = line + strspn(line, " ");
        const char *what = after(text, "on");
        if (what)
            r = new_rule(f, what);
        else if (*text && r)
            read_line(r, text);
        free(line);
        script += n + (script[n] == '\n');
    }
}

void fake_http_script(struct fake_http *f, const char *script)
{
    pthread_mutex_lock(&f->lock);
    for (size_t i = 0; i < f->rule_count; i++)
        f->rules[i].used = f->rules[i].once = true; /* threads may still read the old ones */
    read_script(f, script);
    pthread_mutex_unlock(&f->lock);
}

/* ---- answering ---- */

/* False when the server is being stopped or the client is gone. */
static bool rest(struct fake_http *f, int fd, int ms)
{
    while (ms > 0 || ms == -1) {
        struct pollfd p = {.fd = fd, .events = POLLRDHUP};
        int step = ms == -1 || ms > 20 ? 20 : ms;
        if (atomic_load(&f->stop) || poll(&p, 1, step) > 0)
            return false;
        ms -= ms == -1 ? 0 : step;
    }
    return !atomic_load(&f->stop);
}

static bool send_all(int fd, const char *data, size_t len)
{
    while (len) {
        ssize_t n = send(fd, data, len, MSG_NOSIGNAL);
        if (n <= 0)
            return false;
        data += n;
        len -= (size_t)n;
    }
    return true;
}

static bool send_pieces(struct fake_http *f, int fd, const char *data, size_t len, size_t piece,
                        int ms)
{
    while (len) {
        size_t n = piece && piece < len ? piece : len;
        if (!send_all(fd, data, n) || (ms && !rest(f, fd, ms)))
            return false;
        data += n;
        len -= n;
    }
    return true;
}

static bool send_head(struct fake_http *f, int fd, const struct rule *r)
{
    char head[4096];
    int n = snprintf(head, sizeof(head), "HTTP/1.1 %s\r\n", r->status);

    if (strcmp(r->length, "auto") == 0 && !r->endless)
        n += snprintf(head + n, sizeof(head) - (size_t)n, "Content-Length: %zu\r\n", r->body_len);
    else if (strcmp(r->length, "chunked") == 0 || r->endless)
        n += snprintf(head + n, sizeof(head) - (size_t)n, "Transfer-Encoding: chunked\r\n");
    else if (strcmp(r->length, "none") != 0)
        n += snprintf(head + n, sizeof(head) - (size_t)n, "Content-Length: %s\r\n", r->length);
    if (r->is_gzip)
        n += snprintf(head + n, sizeof(head) - (size_t)n, "Content-Encoding: gzip\r\n");
    for (size_t i = 0; i < r->headers; i++)
        n += snprintf(head + n, sizeof(head) - (size_t)n, "%s\r\n", r->header[i]);
    n += snprintf(head + n, sizeof(head) - (size_t)n, "\r\n");
    return send_pieces(f, fd, head, (size_t)n, r->slow_header_ms ? 1 : 0, r->slow_header_ms);
}

static bool send_chunks(struct fake_http *f, int fd, const struct rule *r)
{
    char size[32];
    size_t at = 0, piece = r->piece ? r->piece : 1000;

    do {
        size_t n = r->body_len - at < piece ? r->body_len - at : piece;
        int k = snprintf(size, sizeof(size), "%zx\r\n", n);
        if (!send_all(fd, size, (size_t)k) || !send_all(fd, r->body + at, n) ||
            !send_all(fd, "\r\n", 2))
            return false;
        if (r->piece_ms && !rest(f, fd, r->piece_ms))
            return false;
        at = at + n < r->body_len ? at + n : r->endless ? 0 : r->body_len;
    } while (at < r->body_len && !atomic_load(&f->stop));
    return send_all(fd, "0\r\n\r\n", 5);
}

static bool send_body(struct fake_http *f, int fd, const struct rule *r)
{
    size_t len = r->body_len;

    if (r->endless || strcmp(r->length, "chunked") == 0)
        return send_chunks(f, fd, r);
    if (r->cut >= 0 && (size_t)r->cut < len)
        len = (size_t)r->cut;
    if (r->stall_body >= 0 && (size_t)r->stall_body < len)
        len = (size_t)r->stall_body;
    if (!send_pieces(f, fd, r->body ? r->body : "", len, r->piece, r->piece_ms))
        return false;
    if (r->stall_body >= 0)
        rest(f, fd, -1);
    return len == r->body_len && strcmp(r->length, "none") != 0;
}

static void reset_on_close(int fd)
{
    struct linger now = {.l_onoff = 1, .l_linger = 0};

    setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
}

/* True to keep the connection. */
static bool answer(struct fake_http *f, int fd, const struct rule *r)
{
    if (r->rst)
        reset_on_close(fd);
    if (r->wait_ms && !rest(f, fd, r->wait_ms))
        return false;
    if (r->hangup)
        return false;
    if (r->stall_headers) {
        rest(f, fd, -1);
        return false;
    }
    if (r->raw) {
        send_all(fd, r->raw, r->raw_len);
        return false;
    }
    return send_head(f, fd, r) && send_body(f, fd, r);
}

static bool has_header(const char *request, const char *wanted)
{
    size_t n = strlen(wanted);

    for (const char *line = strstr(request, "\r\n"); line; line = strstr(line + 2, "\r\n"))
        if (strncasecmp(line + 2, wanted, n) == 0)
            return true;
    return false;
}

static bool fits(const struct rule *r, const char *request)
{
    size_t m = strlen(r->method), n = strcspn(request, " ");
    bool method = strcmp(r->method, "*") == 0 || (m == n && strncmp(r->method, request, n) == 0);

    return method && !(r->once && r->used) &&
           strncmp(request + n + 1, r->path, strlen(r->path)) == 0;
}

static const struct rule *choose(struct fake_http *f, const char *request)
{
    struct rule *found = NULL;

    pthread_mutex_lock(&f->lock);
    f->requests++;
    if (f->seen_len + strlen(request) < SEEN_MAX)
        append(&f->seen, &f->seen_len, request, strlen(request));
    if (f->kept_count < KEPT_MAX)
        f->kept[f->kept_count++] = strdup(request);
    for (size_t i = 0; i < f->rule_count && !found; i++)
        if (fits(&f->rules[i], request))
            found = &f->rules[i];
    if (found) {
        found->used = true;
        for (size_t i = 0; i < found->wants; i++)
            f->misses += !has_header(request, found->want[i]);
        for (size_t i = 0; i < found->lacks; i++)
            f->misses += has_header(request, found->lack[i]);
    } else {
        f->misses++;
    }
    pthread_mutex_unlock(&f->lock);
    return found;
}

static size_t body_length(const char *request)
{
    const char *h = strcasestr(request, "\r\ncontent-length:");

    return h ? strtoul(h + 17, NULL, 10) : 0;
}

/* One request with its body; false at the end of the connection. */
static bool read_request(int fd, char *request)
{
    size_t len = 0;
    char *end = NULL;

    while (len < REQUEST_MAX - 1) {
        ssize_t n = recv(fd, request + len, end ? REQUEST_MAX - 1 - len : 1, 0);
        if (n <= 0)
            return false;
        len += (size_t)n;
        request[len] = '\0';
        if (!end && (end = strstr(request, "\r\n\r\n")))
            end += 4;
        if (end && len >= (size_t)(end - request) + body_length(request))
            return true;
    }
    return false;
}

struct work {
    struct fake_http *f;
    int fd;
};

static void *serve(void *arg)
{
    struct work w = *(struct work *)arg;
    char *request = malloc(REQUEST_MAX);

    free(arg);
    while (!atomic_load(&w.f->stop) && read_request(w.fd, request)) {
        if (w.f->watch)
            w.f->watch(w.f->watch_arg, request);
        const struct rule *r = choose(w.f, request);
        static const char none[] = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";
        if (r ? !answer(w.f, w.fd, r) : !send_all(w.fd, none, sizeof(none) - 1))
            break;
    }
    free(request);
    pthread_mutex_lock(&w.f->lock);
    for (size_t i = 0; i < w.f->worker_count; i++)
        if (w.f->worker_fds[i] == w.fd)
            w.f->worker_fds[i] = -1;
    close(w.fd);
    pthread_mutex_unlock(&w.f->lock);
    return NULL;
}

static void *listen_for(void *arg)
{
    struct fake_http *f = arg;
    int one = 1;

    while (!atomic_load(&f->stop)) {
        int fd = accept4(f->fd, NULL, NULL, SOCK_CLOEXEC);
        if (fd < 0)
            break;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
        struct work *w = malloc(sizeof(*w));
        *w = (struct work){f, fd};
        pthread_mutex_lock(&f->lock);
        f->connections++;
        if (f->worker_count == CONNECTIONS || atomic_load(&f->stop)) {
            close(fd);
            free(w);
        } else {
            f->worker_fds[f->worker_count] = fd;
            pthread_create(&f->workers[f->worker_count++], NULL, serve, w);
        }
        pthread_mutex_unlock(&f->lock);
    }
    return NULL;
}

/* ---- life ---- */

static void bind_to(struct fake_http *f, const char *unix_path)
{
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct sockaddr_un un = {.sun_family = AF_UNIX};
    socklen_t len = sizeof(in);

    f->fd = socket(unix_path ? AF_UNIX : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (unix_path) {
        snprintf(f->unix_path, sizeof(f->unix_path), "%s", unix_path);
        snprintf(un.sun_path, sizeof(un.sun_path), "%s", unix_path);
        unlink(unix_path);
        if (bind(f->fd, (struct sockaddr *)&un, sizeof(un)) != 0)
            perror("fake_http: bind");
    } else if (bind(f->fd, (struct sockaddr *)&in, sizeof(in)) != 0) {
        perror("fake_http: bind");
    }
    listen(f->fd, 128);
    if (!unix_path && getsockname(f->fd, (struct sockaddr *)&in, &len) == 0)
        f->port = ntohs(in.sin_port);
    snprintf(f->url, sizeof(f->url), "http://127.0.0.1:%d", f->port);
}

struct fake_http *fake_http_start(const char *script, const char *unix_path)
{
    struct fake_http *f = calloc(1, sizeof(*f));

    pthread_mutex_init(&f->lock, NULL);
    read_script(f, script);
    bind_to(f, unix_path);
    pthread_create(&f->thread, NULL, listen_for, f);
    return f;
}

void fake_http_stop(struct fake_http *f)
{
    atomic_store(&f->stop, true);
    shutdown(f->fd, SHUT_RDWR);
    pthread_join(f->thread, NULL);
    close(f->fd);
    pthread_mutex_lock(&f->lock);
    for (size_t i = 0; i < f->worker_count; i++)
        if (f->worker_fds[i] >= 0)
            shutdown(f->worker_fds[i], SHUT_RDWR);
    pthread_mutex_unlock(&f->lock);
    for (size_t i = 0; i < f->worker_count; i++)
        pthread_join(f->workers[i], NULL);
    if (*f->unix_path)
        unlink(f->unix_path);
    free_rules(f);
    free(f->seen);
    for (size_t i = 0; i < f->kept_count; i++)
        free(f->kept[i]);
    pthread_mutex_destroy(&f->lock);
    free(f);
}

int fake_http_port(const struct fake_http *f)
{
    return f->port;
}

const char *fake_http_url(const struct fake_http *f)
{
    return f->url;
}

static size_t read_count(struct fake_http *f, const size_t *which)
{
    pthread_mutex_lock(&f->lock);
    size_t n = *which;
    pthread_mutex_unlock(&f->lock);
    return n;
}

size_t fake_http_requests(struct fake_http *f)
{
    return read_count(f, &f->requests);
}

size_t fake_http_connections(struct fake_http *f)
{
    return read_count(f, &f->connections);
}

size_t fake_http_misses(struct fake_http *f)
{
    return read_count(f, &f->misses);
}

bool fake_http_saw(struct fake_http *f, const char *text)
{
    pthread_mutex_lock(&f->lock);
    bool saw = f->seen && memmem(f->seen, f->seen_len, text, strlen(text));
    pthread_mutex_unlock(&f->lock);
    return saw;
}

const char *fake_http_request(struct fake_http *f, const char *start, size_t n)
{
    const char *found = "";

    pthread_mutex_lock(&f->lock);
    for (size_t i = 0; i < f->kept_count; i++)
        if (strncmp(f->kept[i], start, strlen(start)) == 0 && n-- == 0) {
            found = f->kept[i];
            break;
        }
    pthread_mutex_unlock(&f->lock);
    return found;
}

size_t fake_http_count(struct fake_http *f, const char *start)
{
    size_t n = 0;

    pthread_mutex_lock(&f->lock);
    for (size_t i = 0; i < f->kept_count; i++)
        n += strncmp(f->kept[i], start, strlen(start)) == 0;
    pthread_mutex_unlock(&f->lock);
    return n;
}

void fake_http_watch(struct fake_http *f, void (*seen)(void *arg, const char *request), void *arg)
{
    f->watch_arg = arg;
    f->watch = seen;
}
