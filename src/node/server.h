/* SPDX-License-Identifier: MIT
 * server.h - the HTTP server; the only file that knows libmicrohttpd.
 *
 *   /metrics    the page, in the format that Accept asks for, gzip where Accept-Encoding takes it
 *   /-/healthy  "ok", whatever the drivers do, and without a password
 *   /           what there is
 *
 * GET and HEAD only. A thread of its own answers; `page` and `version` are called there and must not wait. A page is
 * written, and compressed, once for all who ask before there is a newer one. */
#ifndef SUAN_NODE_SERVER_H
#define SUAN_NODE_SERVER_H

#include "base/buf.h"
#include "node/page.h"
#include "node/webconf.h"
#include <stdint.h>

enum { SERVER_URL_MAX = 1024, SERVER_HEAD_MAX = 16384 };

struct server_conf {
    const char *listen;             /* "127.0.0.1:19400", "[::1]:19400"; port 0: any */
    unsigned scrapes_max;           /* at a time; one more is told 503 */
    bool insecure;                  /* other machines may ask without TLS or without a password */
    const struct webconf *web;      /* its texts are borrowed; NULL: neither TLS nor passwords */
    uint64_t (*version)(void *arg); /* of the page: another one whenever it reads otherwise */
    enum rc (*page)(void *arg, enum page_format format, struct buf *out);
    void *arg;
};

struct server;

/* RC_USAGE, RC_REFUSED: the address is open to others, and nothing protects it; RC_NET; RC_SCHEMA: the certificate. */
enum rc server_start(const struct server_conf *conf, struct server **out, struct err *e);
/* With another web configuration from now on, whose texts are borrowed; connections end. After an error nothing changed, but for RC_NET: then it
 * no longer answers. */
enum rc server_reload(struct server *s, const struct webconf *web, struct err *e);
void server_stop(struct server *s);
unsigned server_port(const struct server *s);

#endif
