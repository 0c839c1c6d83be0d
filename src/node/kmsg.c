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

/* "0000:17:00" or with a longer domain; what follows is the function, or not. */
static bool read_address(const char *at, char out[24])
{
    unsigned domain, bus, device;
    int len = 0;

    if (!isxdigit((unsigned char)*at) ||
        sscanf(at, "%8x:%2x:%2x%n", &domain, &bus, &device, &len) != 3 || len < ADDRESS_LEN)
        return false;
    snprintf(out, 24, "%04x:%02x:%02x.0", domain, bus, device);
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
    unsigned long long line, micros;
    int after = 0;

    if (len >= sizeof text)
        len = sizeof text - 1;
    memcpy(text, record, len);
    text[len] = '\0';
    *e = (struct xid_event){.code = 0};
    /* "%*u" for a number that is not wanted: a continuation begins with a blank, and is no record. */
    if (!isdigit((unsigned char)text[0]) ||
        sscanf(text, "%*u,%llu,%llu%n", &line, &micros, &after) != 2)
        return false;
    char *message = strchr(text + after, ';');
    if (message == NULL)
        return false;
    e->line = line;
    e->at = (wall_ms)micros;
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
    if (k->error != 0 && !k->told)
        tell_note(out, "XIDs are counted from the driver's events only: /dev/kmsg: %s",
                  strerror(k->error));
    k->told = k->told || k->error != 0;
}
