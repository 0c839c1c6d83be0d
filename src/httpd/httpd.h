/* SPDX-License-Identifier: MIT
 * httpd.h - an HTTP/1.1 server in the caller's own loop, through libmicrohttpd.
 *
 * Many servers can share one thread: each has a descriptor to poll and says how long at most to wait. `answer` is called when a
 * request is complete; it replies at once, or keeps the exchange (httpd_pause) and replies later from the same thread.
 * Plain HTTP, for loopback: no TLS.
 * Thread: the caller's, one. Owner of an exchange: the server, until it was replied to. */
#ifndef SUAN_HTTPD_HTTPD_H
#define SUAN_HTTPD_HTTPD_H

#include "base/err.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct httpd;
struct httpd_exchange;

struct httpd_conf {
    const char *address; /* numeric IPv4 */
    uint16_t port;       /* 0: any */
    unsigned connections_max, idle_s;
    size_t body_max; /* of a request; one that is longer gets 413 */
    void (*answer)(void *arg, struct httpd_exchange *x);
    /* The exchange of a paused one is gone: the other side hung up. NULL = nobody pauses. */
    void (*gone)(void *arg, struct httpd_exchange *x);
    void *arg;
};

enum rc httpd_start(const struct httpd_conf *conf, struct httpd **out, struct err *e);
void httpd_stop(struct httpd *h); /* paused exchanges end without a reply */
uint16_t httpd_port(const struct httpd *h);

int httpd_fd(const struct httpd *h); /* readable: call httpd_run */
int httpd_wait_ms(
    const struct httpd *h); /* call httpd_run after so long at the latest; -1 = no need */
void httpd_run(struct httpd *h);

/* ---- what was asked; valid until the reply ---- */
const char *httpd_method(const struct httpd_exchange *x);
const char *httpd_path(const struct httpd_exchange *x);  /* decoded, without the query */
const char *httpd_query(const struct httpd_exchange *x); /* as sent; "" = none */
const char *httpd_header(const struct httpd_exchange *x, const char *name); /* NULL = not sent */
const char *httpd_body(const struct httpd_exchange *x, size_t *len);        /* NUL-terminated */

/* ---- the reply: one of these, once ---- */
void httpd_reply(struct httpd_exchange *x, unsigned status, const char *type, const char *data,
                 size_t len);
enum { HTTPD_LATER = -2 };
/* A body in pieces. piece: fills at most room bytes, returns how many; 0 = the end, -1 = cut the connection, HTTPD_LATER = there
 * is nothing yet, it is asked again after a second.
 * end: called once, whatever happens; state is then the caller's no more. */
void httpd_stream(struct httpd_exchange *x, unsigned status, const char *type,
                  ssize_t (*piece)(void *state, char *out, size_t room), void (*end)(void *state),
                  void *state);
/* Adds a header to the reply that follows. */
void httpd_add_header(struct httpd_exchange *x, const char *name, const char *value);
/* Hangs up without a reply. */
void httpd_cut(struct httpd_exchange *x);
/* Replies later: nothing is read or written meanwhile. After idle_s it is cut. */
void httpd_pause(struct httpd_exchange *x);

#endif
