/* SPDX-License-Identifier: MIT
 * webconf.h - TLS and passwords of the server, from a file in the format of Prometheus' exporter-toolkit.
 *
 *   tls_server_config: cert_file key_file client_ca_file client_auth_type min_version max_version
 *   basic_auth_users:  NAME: BCRYPT-HASH
 *
 * What that format has besides is refused, not passed over: a setting that was meant to protect must not be silently
 * absent. Files are named relative to the folder of this one. Owner: whoever read it. Thread: any, once it is read. */
#ifndef SUAN_NODE_WEBCONF_H
#define SUAN_NODE_WEBCONF_H

#include "base/err.h"
#include <stdbool.h>
#include <stddef.h>

enum client_auth { /* in the order of their words in webconf.c */
                   CLIENT_NONE,
                   CLIENT_REQUEST,
                   CLIENT_REQUIRE_ANY,
                   CLIENT_VERIFY_IF_GIVEN,
                   CLIENT_REQUIRE_AND_VERIFY
};

enum { WEBCONF_NAME_MAX = 128, WEBCONF_HASH_LEN = 60, WEBCONF_COST_MAX = 15 };

struct webconf_user {
    char *name, *hash;
};

struct webconf {
    char *cert_file, *key_file, *client_ca_file; /* as written */
    char *cert, *key, *client_ca;                /* PEM texts; NULL: there is none */
    enum client_auth client_auth;
    int min_version, max_version; /* of TLS: 10 to 13 */
    struct webconf_user *users;
    size_t user_count;
};

/* RC_SCHEMA with file, line and the accepted words; RC_REFUSED: a key that others can read. Call webconf_fini also
 * after a failure. */
enum rc webconf_read(struct webconf *w, const char *path, struct err *e);
/* The text alone, without the files that it names. Pure. */
enum rc webconf_parse(struct webconf *w, const char *text, size_t len, const char *name,
                      struct err *e);
void webconf_fini(struct webconf *w);
/* "$2y$10$" and so on, of a cost up to WEBCONF_COST_MAX. Pure. */
bool webconf_is_hash(const char *text);

bool webconf_has_tls(const struct webconf *w);
/* Nobody gets a page who did not prove who he is. */
bool webconf_has_auth(const struct webconf *w);

#endif
