/* SPDX-License-Identifier: MIT
 * http.h - HTTP requests through one curl multi; the only door to libcurl.
 *
 * Redirects are never followed: a 3xx is an error whose text names the target's host. No netrc, no proxy
 * from the environment, https unless the source says otherwise, certificates always verified. Time-outs
 * are ours (sink.h), so that a pause of ours is not the server's fault. Decompressed bytes are counted
 * where they arrive. A request may go to a server that lives as long as its connection (a child).
 * Thread: net; http_wakeup any. */
#ifndef SUAN_IO_HTTP_H
#define SUAN_IO_HTTP_H

#include "io/sink.h"
#include "io/waits.h"

struct http;
struct http_transfer;

/* Somebody who puts a server behind a local address (name) and wants to know its connections. Not an
 * already connected socket: libcurl 7.88 (Debian 12) connects those once more, which fails. */
struct http_dialer {
    void *arg;
    /* Of connection kind `id` (>= 1): a path, or without a leading slash a name in the abstract namespace. */
    const char *(*name)(void *arg, int id);
    void (*opened)(void *arg, int id, int fd); /* about to be connected */
    void (*closed)(void *arg, int fd);         /* about to be closed */
    /* Why the connection (that was made as fd) broke, if the other end knows: fills e and reply's status, head
     * and unsent, returns its rc or RC_OK. The text of head lives until the next call. */
    enum rc (*why)(void *arg, int id, int fd, struct reply *reply, struct err *e);
};

struct http_request {
    const char *method, *base_url, *unix_socket, *path, *body;
    bool form;                  /* the body is a form, not JSON */
    const char *const *headers; /* NULL-terminated; may hold secrets: wiped after the transfer */
    const char *accept;         /* a header line; NULL = none */
    uint32_t pool;              /* of connections; 0 = the common one */
    const char *ca_file;        /* NULL = the system's */
    bool insecure;              /* http:// is allowed */
    int dial;                   /* through the dialer's connection `dial`; 0 = no */
    /* Leaves once or not at all: its own new connection, because libcurl sends again by itself what it sent on a
     * kept one that turns out to be dead. */
    bool once;
    int64_t first_byte_ms, total_ms;
};

enum rc http_new(const struct http_dialer *dialer, long max_connections, struct http **out,
                 struct err *e);
/* Ends what is under way without a word to its sink, closes all connections (calls the dialer). */
void http_free(struct http *h);
/* sink->done is not called when this fails. */
enum rc http_start(struct http *h, const struct http_request *rq, const struct sink *sink,
                   mono_ms now, struct http_transfer **out, struct err *e);
/* The sink can take more. Data may arrive during the call; done() does not. */
void http_resume(struct http_transfer *t);
/* No done(). Not from within a callback. */
void http_cancel(struct http_transfer *t);
/* Moves bytes, ends what is over; calls the sinks. */
void http_run(struct http *h, mono_ms now);
/* When http_run wants to be called at the latest. */
mono_ms http_due(struct http *h, mono_ms now);
/* Sleeps until a transfer, one of the waits or http_wakeup wants something, at most timeout_ms. */
void http_wait(struct http *h, struct waits *w, int timeout_ms);
void http_wakeup(struct http *h);

#endif
