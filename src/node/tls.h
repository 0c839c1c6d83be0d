/* SPDX-License-Identifier: MIT
 * tls.h - what libmicrohttpd leaves to do of TLS; the only door to GnuTLS. Thread: any. */
#ifndef SUAN_NODE_TLS_H
#define SUAN_NODE_TLS_H

#include "base/err.h"
#include "node/webconf.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TLS_DIGEST = 32, TLS_PRIORITIES = 128 };

/* Whether certificate, key and client CA can be read and belong together, and what is wrong with them. */
enum rc tls_check(const struct webconf *w, struct err *e);
/* GnuTLS' words for the versions. Pure. */
void tls_priorities(const struct webconf *w, char out[TLS_PRIORITIES]);
/* A session (gnutls_session_t) before its handshake: what is asked of the client. */
void tls_ask_client(void *session, enum client_auth what);

bool tls_random(uint8_t *out, size_t len);
/* HMAC-SHA256. */
bool tls_digest(const uint8_t key[TLS_DIGEST], const void *data, size_t len,
                uint8_t out[TLS_DIGEST]);

#endif
