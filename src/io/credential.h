/* SPDX-License-Identifier: MIT
 * credential.h - the token of one source: from a file or a command, into request headers.
 *
 * A file that others can read, or that somebody else owns, is refused. Tokens are registered as secrets,
 * wiped when they go, and read again when their file changes, when they were refused or are about to expire.
 * Thread: net. */
#ifndef SUAN_IO_CREDENTIAL_H
#define SUAN_IO_CREDENTIAL_H

#include "base/clock.h"
#include "io/child.h"
#include "collectors/collector.h"

struct credential;

struct credential_conf {
    enum auth_scheme scheme;
    const char *user;          /* NULL = the login name */
    const char *token_file;    /* NULL = none */
    const char *token_command; /* NULL = none */
};

enum credential_state {
    CREDENTIAL_READY,
    CREDENTIAL_WAITING, /* its command runs */
    CREDENTIAL_FAILED   /* err and mend say why */
};

/* Strings are borrowed. */
struct credential *credential_new(const struct credential_conf *conf, struct children *cs);
void credential_free(struct credential *c);
/* A source without any token is always ready, with no headers. */
bool credential_has_token(const struct credential *c);
bool credential_is_renewable(const struct credential *c); /* by its command */
/* Reads the token if there is none or if the file changed. */
enum credential_state credential_check(struct credential *c, mono_ms now, wall_ms wall,
                                       struct err *e, const char **mend);
/* NULL-terminated, valid until the next call. */
const char *const *credential_headers(struct credential *c);
/* The other side refused it, or the operator wants it read again. */
void credential_expire(struct credential *c);
/* Would reading it again give something else? For a paused source, each few seconds. */
bool credential_has_changed(struct credential *c);
/* When the token says that it expires; 0 = it does not say. */
wall_ms credential_expires_at(const struct credential *c);
/* Looks at the clock of a running token command. */
void credential_run(struct credential *c, mono_ms now);
mono_ms credential_due(const struct credential *c);

/* The exp of a JWT, 0 if it is none. Pure. */
wall_ms credential_jwt_expiry(const char *token);

#endif
