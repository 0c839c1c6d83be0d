/* SPDX-License-Identifier: MIT
 * server.h - the HTTP server; the only file that knows libmicrohttpd.
 *
 *   /metrics    the page, in the format that Accept asks for    /-/healthy  "ok", whatever the drivers do
 *   /           what there is
 *
 * GET and HEAD only. A thread of its own answers; `page` is called there and must not wait. */
#ifndef SUAN_NODE_SERVER_H
#define SUAN_NODE_SERVER_H

#include "base/buf.h"
#include "node/page.h"

enum { SERVER_URL_MAX = 1024, SERVER_HEAD_MAX = 16384, SERVER_IDLE_S = 15 };

struct server_conf {
    const char *listen;   /* "127.0.0.1:19400", "[::1]:19400"; port 0: any */
    unsigned scrapes_max; /* at a time; one more is told 503 */
    enum rc (*page)(void *arg, enum page_format format, struct buf *out);
    void *arg;
};

struct server;

enum rc server_start(const struct server_conf *conf, struct server **out, struct err *e);
void server_stop(struct server *s);
unsigned server_port(const struct server *s);

#endif
