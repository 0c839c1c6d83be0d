/* SPDX-License-Identifier: MIT
 * err.h - how every layer reports that something went wrong.
 *
 * Every fallible function returns an `enum rc` and takes an optional `struct err *` as its last
 * argument; NULL means "the code is enough". struct err never allocates, so it can report OOM.
 * Thread: any; an err belongs to the caller who passed it. */
#ifndef SUAN_BASE_ERR_H
#define SUAN_BASE_ERR_H

enum rc {
    RC_OK = 0,
    RC_NOMEM,       /* an allocation of a size chosen by the network or a file failed */
    RC_LIMIT,       /* a cap was hit: body, depth, string, rows */
    RC_SYNTAX,      /* the bytes are not what the format says */
    RC_SCHEMA,      /* well-formed, but not the shape that was expected */
    RC_NET,         /* no connection, reset, TLS failure */
    RC_TIMEOUT,     /* a deadline passed */
    RC_AUTH,        /* credentials missing, wrong or expired */
    RC_HTTP,        /* an HTTP status or an API error that is none of the others */
    RC_CANCELLED,   /* we stopped it ourselves */
    RC_STALE,       /* the target changed since it was looked at */
    RC_IO,          /* a local file or pipe */
    RC_USAGE,       /* the user asked for something that does not exist */
    RC_UNSUPPORTED, /* this version of the other side cannot do it */
    RC_CHILD,       /* a child process failed (exit status in err.http) */
    RC_REFUSED,     /* a guard of ours, or the other side's rights, forbid it */
    RC_BUG,         /* cannot happen */
    RC_COUNT
};

struct err {
    enum rc rc;
    int sys;        /* errno at the place of the failure, 0 if none */
    int http;       /* HTTP status (or exit status for RC_CHILD), 0 if none */
    char where[96]; /* what: a file and line, a URL path, a field name */
    char msg[256];  /* a sentence for a person, without a trailing full stop */
};

/* Fill *e (may be NULL) and return rc, so that `return err_set(e, RC_X, ...)` works. Long texts are
 * cut at a UTF-8 boundary; control characters are replaced, so an err can be shown as it is. */
enum rc err_set(struct err *e, enum rc rc, const char *where, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
/* The same with strerror(sysno) appended and e->sys set. */
enum rc err_sys(struct err *e, enum rc rc, int sysno, const char *where, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));
void err_clear(struct err *e);
/* Stable lower-case word of a code ("timeout"): used on screen, in JSON and in tests. */
const char *rc_name(enum rc rc);
/* Inverse of rc_name; RC_BUG for an unknown word. */
enum rc rc_from_name(const char *name);

#endif
