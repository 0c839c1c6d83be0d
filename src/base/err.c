/* SPDX-License-Identifier: MIT
 * err.c - see err.h. */
#include "base/err.h"
#include "base/mark.h"
#include "base/utf8.h"
#include "base/xmem.h"
#include <errno.h>
#include <locale.h>
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

/* What operators meet. The C library has the same words, but tells them in the language of its locale, and a log, a
 * journal and JSON are English; and only what stands here is known again when it is to be translated. */
static const struct {
    int number;
    const char *text;
} usual[] = {
    {EPERM, S_("Operation not permitted")},
    {ENOENT, S_("No such file or directory")},
    {EIO, S_("Input/output error")},
    {ENXIO, S_("No such device or address")},
    {ENOEXEC, S_("Exec format error")},
    {EAGAIN, S_("Resource temporarily unavailable")},
    {ENOMEM, S_("Cannot allocate memory")},
    {EACCES, S_("Permission denied")},
    {EBUSY, S_("Device or resource busy")},
    {EEXIST, S_("File exists")},
    {ENODEV, S_("No such device")},
    {ENOTDIR, S_("Not a directory")},
    {EISDIR, S_("Is a directory")},
    {EINVAL, S_("Invalid argument")},
    {ENFILE, S_("Too many open files in system")},
    {EMFILE, S_("Too many open files")},
    {ENOTTY, S_("Inappropriate ioctl for device")},
    {ETXTBSY, S_("Text file busy")},
    {EFBIG, S_("File too large")},
    {ENOSPC, S_("No space left on device")},
    {EROFS, S_("Read-only file system")},
    {EPIPE, S_("Broken pipe")},
    {ENAMETOOLONG, S_("File name too long")},
    {ENOTEMPTY, S_("Directory not empty")},
    {ELOOP, S_("Too many levels of symbolic links")},
    {EADDRINUSE, S_("Address already in use")},
    {EADDRNOTAVAIL, S_("Cannot assign requested address")},
    {ENETUNREACH, S_("Network is unreachable")},
    {ECONNRESET, S_("Connection reset by peer")},
    {ETIMEDOUT, S_("Connection timed out")},
    {ECONNREFUSED, S_("Connection refused")},
    {EHOSTUNREACH, S_("No route to host")},
    {ESTALE, S_("Stale file handle")},
    {EDQUOT, S_("Disk quota exceeded")},
};

static const char *sys_text(int sysno, char *out, size_t size)
{
    for (size_t i = 0; i < ARRAY_LEN(usual); i++)
        if (usual[i].number == sysno)
            return usual[i].text;
    locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    snprintf(out, size, "%s", plain ? strerror_l(sysno, plain) : "unknown error");
    if (plain)
        freelocale(plain);
    return out;
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
