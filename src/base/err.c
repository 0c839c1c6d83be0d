/* SPDX-License-Identifier: MIT
 * err.c - see err.h. */
#include "base/err.h"
#include "base/utf8.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char *const names[RC_COUNT] = {
    [RC_OK] = "ok",           [RC_NOMEM] = "nomem",
    [RC_LIMIT] = "limit",     [RC_SYNTAX] = "syntax",
    [RC_SCHEMA] = "schema",   [RC_NET] = "net",
    [RC_TIMEOUT] = "timeout", [RC_AUTH] = "auth",
    [RC_HTTP] = "http",       [RC_CANCELLED] = "cancelled",
    [RC_STALE] = "stale",     [RC_IO] = "io",
    [RC_USAGE] = "usage",     [RC_UNSUPPORTED] = "unsupported",
    [RC_CHILD] = "child",     [RC_REFUSED] = "refused",
    [RC_BUG] = "bug",
};

const char *rc_name(enum rc rc)
{
    return (unsigned)rc < RC_COUNT ? names[rc] : names[RC_BUG];
}

enum rc rc_from_name(const char *name)
{
    for (int i = 0; i < RC_COUNT; i++)
        if (strcmp(names[i], name) == 0)
            return (enum rc)i;
    return RC_BUG;
}

void err_clear(struct err *e)
{
    if (e)
        *e = (struct err){0};
}

/* strerror_r returns an int by POSIX and a pointer in glibc; _Generic takes the one that fits. */
__attribute__((unused)) static const char *text_of_int(int failed, const char *text)
{
    return failed ? "unknown error" : text;
}

__attribute__((unused)) static const char *text_of_pointer(const char *result, const char *text)
{
    return result ? result : text;
}

static const char *sys_text(int sysno, char *out, size_t size)
{
    out[0] = '\0';
    return _Generic(strerror_r(0, out, size), int: text_of_int, char *: text_of_pointer)(
        strerror_r(sysno, out, size), out);
}

/* The arguments may point into *e ("%s: %s" of its own message), so *e is written last. */
__attribute__((format(printf, 5, 0))) static void fill(struct err *e, enum rc rc, int sysno,
                                                       const char *where, const char *fmt,
                                                       va_list ap)
{
    struct err made = {.rc = rc, .sys = sysno};
    char text[1024], reason[128];
    int len = vsnprintf(text, sizeof(text), fmt, ap);
    size_t used = len < 0 ? 0 : (size_t)len < sizeof(text) ? (size_t)len : sizeof(text) - 1;

    if (len < 0)
        text[0] = '\0';
    if (sysno)
        snprintf(text + used, sizeof(text) - used, "%s%s", used ? ": " : "",
                 sys_text(sysno, reason, sizeof(reason)));
    text_clean_into(made.msg, sizeof(made.msg), text, strlen(text));
    if (where)
        text_clean_into(made.where, sizeof(made.where), where, strlen(where));
    *e = made;
}

enum rc err_set(struct err *e, enum rc rc, const char *where, const char *fmt, ...)
{
    va_list ap;

    if (e) {
        va_start(ap, fmt);
        fill(e, rc, 0, where, fmt, ap);
        va_end(ap);
    }
    return rc;
}

enum rc err_sys(struct err *e, enum rc rc, int sysno, const char *where, const char *fmt, ...)
{
    va_list ap;

    if (e) {
        va_start(ap, fmt);
        fill(e, rc, sysno, where, fmt, ap);
        va_end(ap);
    }
    return rc;
}
