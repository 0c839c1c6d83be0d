/* SPDX-License-Identifier: MIT
 * kmsg.c - see kmsg.h. */
#include "node/kmsg.h"
#include "base/err.h"
#include "base/xmem.h"
#include "node/tell.h"
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { RECORD_MAX = 8192, ADDRESS_LEN = 10, RECORDS_MAX = 100000 };

struct kmsg {
    int fd, error;
    bool told;
    char part[RECORD_MAX]; /* a file that stands for the device ends anywhere */
    size_t len;
};

/* ---- one record */

/* A number of up to `most` digits; NULL if there is none, else behind it. */
static const char *read_hex(const char *at, int most, unsigned *out)
{
    int n = 0;

    for (*out = 0; n < most && isxdigit((unsigned char)at[n]); n++)
        *out = *out * 16 + (unsigned)(at[n] <= '9' ? at[n] - '0' : (at[n] | 0x20) - 'a' + 10);
    return n > 0 ? at + n : NULL;
}

/* "0000:17:00" or with a longer domain; what follows is the function, or not. */
static bool read_address(const char *at, char out[24])
{
    unsigned part[3];
    const char *from = at;

    for (int i = 0; i < 3; i++) {
        at = read_hex(at, i == 0 ? 8 : 2, &part[i]);
        if (at == NULL || (i < 2 && *at++ != ':'))
            return false;
    }
    if (at - from < ADDRESS_LEN)
        return false;
    snprintf(out, 24, "%04x:%02x:%02x.0", part[0], part[1], part[2]);
    return true;
}

static bool read_xid(const char *text, struct xid_event *e)
{
    static const char mark[] = "NVRM: Xid (";
    const char *at = strstr(text, mark), *close;

    if (at == NULL)
        return false;
    at += sizeof mark - 1;
    close = strstr(at, "): ");
    if (strncmp(at, "PCI:", 4) == 0)
        at += 4;
    if (close == NULL || !read_address(at, e->gpu) || !isdigit((unsigned char)close[3]))
        return false;
    unsigned long code = strtoul(close + 3, NULL, 10);
    e->code = (unsigned)code;
    e->source = XID_LOG;
    return code > 0 && code < 100000;
}

static bool read_fallen(const char *text, struct xid_event *e)
{
    if (strncmp(text, "NVRM:", 5) != 0 || strstr(text, "fallen off the bus") == NULL)
        return false;
    e->code = XID_OFF_THE_BUS;
    e->source = XID_FALLEN;
    for (const char *at = text; (at = strchr(at, ':')) != NULL; at++)
        for (const char *from = at; from > text && isxdigit((unsigned char)from[-1]); from--)
            if ((from - 1 == text || !isxdigit((unsigned char)from[-2])) &&
                read_address(from - 1, e->gpu))
                return true;
    return false;
}

bool kmsg_parse(const char *record, size_t len, struct xid_event *e)
{
    char text[RECORD_MAX];
    char *at = text, *message;
    uint64_t head[3]; /* priority, sequence, microseconds */

    if (len >= sizeof text)
        len = sizeof text - 1;
    memcpy(text, record, len);
    text[len] = '\0';
    *e = (struct xid_event){.code = 0};
    /* A continuation begins with a blank, and is no record. */
    for (int i = 0; i < 3; i++, at++) {
        if (!isdigit((unsigned char)*at))
            return false;
        head[i] = strtoull(at, &at, 10);
        if (*at != ',' && !(i == 2 && *at == ';'))
            return false;
    }
    message = strchr(at - 1, ';');
    if (message == NULL)
        return false;
    e->line = head[1];
    e->at = (wall_ms)head[2];
    return read_xid(message + 1, e) || read_fallen(message + 1, e);
}

/* ---- the device */

struct kmsg *kmsg_open(const char *root)
{
    struct kmsg *k = xcalloc(1, sizeof *k);
    char path[4096];

    snprintf(path, sizeof path, "%s/dev/kmsg", root);
    k->fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    k->error = k->fd < 0 ? errno : 0;
    return k;
}

void kmsg_close(struct kmsg *k)
{
    if (k == NULL)
        return;
    if (k->fd >= 0)
        close(k->fd);
    free(k);
}

static void tell_event(FILE *out, const struct xid_event *e, wall_ms at)
{
    tell_begin(out, "xid");
    tell_text(out, "gpu", e->gpu);
    tell_whole(out, "xid", e->code);
    tell_whole(out, "at", at);
    tell_whole(out, "line", (int64_t)e->line);
    tell_text(out, "source", e->source == XID_FALLEN ? "fallen" : "log");
    tell_end(out);
}

static void tell_records(struct kmsg *k, FILE *out, wall_ms wall, mono_ms mono)
{
    char *end, *at = k->part;
    struct xid_event e;

    for (; (end = memchr(at, '\n', k->len)) != NULL; at = end + 1) {
        size_t len = (size_t)(end - at);
        if (kmsg_parse(at, len, &e))
            tell_event(out, &e, wall - mono + e.at / 1000);
        k->len -= len + 1;
    }
    memmove(k->part, at, k->len);
    if (k->len == sizeof k->part)
        k->len = 0; /* no record is that long */
}

/* The device gives a record a read, and EPIPE when some were lost in between. */
void kmsg_tell(struct kmsg *k, FILE *out, wall_ms wall, mono_ms mono)
{
    ssize_t n = 0;

    for (int i = 0; i < RECORDS_MAX && k->fd >= 0; i++) {
        n = read(k->fd, k->part + k->len, sizeof k->part - k->len);
        if (n < 0 && (errno == EPIPE || errno == EINTR))
            continue;
        if (n <= 0)
            break;
        k->len += (size_t)n;
        tell_records(k, out, wall, mono);
    }
    if (n < 0 && errno != EAGAIN)
        k->error = errno;
    if (k->error != 0 && !k->told) {
        struct err e = {RC_OK};
        err_sys(&e, RC_IO, k->error, "", "/dev/kmsg");
        tell_note(out, "XIDs are counted from the driver's events only: %s", e.msg);
    }
    k->told = k->told || k->error != 0;
}
