/* SPDX-License-Identifier: MIT
 * zfile.c - see zfile.h. The only file that knows zstd. */
#include "io/zfile.h"
#include "base/sentence.h"
#include "base/xmem.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>
#include <zstd.h>

enum {
    LEVEL = 3,
    WINDOW_LOG_MAX = 23, /* 8 MiB: what a hostile file may make us allocate */
    CHUNK = 64 * 1024,
};

struct zwriter {
    int fd;
    ZSTD_CCtx *ctx;
    uint64_t size;
    char out[CHUNK];
};

struct zreader {
    int fd;
    ZSTD_DCtx *ctx;
    ZSTD_inBuffer in;
    bool over;
    char data[CHUNK];
};

/* ---- writing ---- */

enum rc zwriter_open(const char *path, struct zwriter **out, struct err *e)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

    if (fd < 0)
        return err_sys(e, RC_IO, errno, path, S_("cannot be made"));
    ZSTD_CCtx *ctx = ZSTD_createCCtx();
    if (!ctx) {
        close(fd);
        return err_set(e, RC_NOMEM, path, S_("no memory for zstd"));
    }
    ZSTD_CCtx_setParameter(ctx, ZSTD_c_compressionLevel, LEVEL);
    struct zwriter *z = xcalloc(1, sizeof(*z));
    z->fd = fd;
    z->ctx = ctx;
    *out = z;
    return RC_OK;
}

static enum rc write_all(struct zwriter *z, size_t len, struct err *e)
{
    for (size_t at = 0; at < len;) {
        ssize_t n = write(z->fd, z->out + at, len - at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return err_sys(e, RC_IO, errno, "recording", S_("cannot be written"));
        at += (size_t)n;
    }
    z->size += len;
    return RC_OK;
}

static enum rc compress(struct zwriter *z, ZSTD_inBuffer *in, ZSTD_EndDirective end, struct err *e)
{
    size_t left;

    do {
        ZSTD_outBuffer out = {z->out, sizeof(z->out), 0};
        left = ZSTD_compressStream2(z->ctx, &out, in, end);
        if (ZSTD_isError(left))
            return err_set(e, RC_IO, "recording", "zstd: %s", ZSTD_getErrorName(left));
        enum rc rc = write_all(z, out.pos, e);
        if (rc != RC_OK)
            return rc;
    } while (end == ZSTD_e_continue ? in->pos < in->size : left > 0);
    return RC_OK;
}

enum rc zwriter_add(struct zwriter *z, const void *data, size_t len, struct err *e)
{
    ZSTD_inBuffer in = {data, len, 0};

    return len ? compress(z, &in, ZSTD_e_continue, e) : RC_OK;
}

enum rc zwriter_flush(struct zwriter *z, struct err *e)
{
    ZSTD_inBuffer in = {NULL, 0, 0};

    return compress(z, &in, ZSTD_e_flush, e);
}

uint64_t zwriter_size(const struct zwriter *z)
{
    return z->size;
}

void zwriter_close(struct zwriter *z)
{
    ZSTD_inBuffer in = {NULL, 0, 0};

    if (!z)
        return;
    compress(z, &in, ZSTD_e_end, NULL);
    ZSTD_freeCCtx(z->ctx);
    close(z->fd);
    free(z);
}

/* ---- reading ---- */

enum rc zreader_open(const char *path, struct zreader **out, struct err *e)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

    if (fd < 0)
        return err_sys(e, RC_IO, errno, path, S_("cannot be read"));
    ZSTD_DCtx *ctx = ZSTD_createDCtx();
    if (!ctx) {
        close(fd);
        return err_set(e, RC_NOMEM, path, S_("no memory for zstd"));
    }
    ZSTD_DCtx_setParameter(ctx, ZSTD_d_windowLogMax, WINDOW_LOG_MAX);
    struct zreader *z = xcalloc(1, sizeof(*z));
    z->fd = fd;
    z->ctx = ctx;
    *out = z;
    return RC_OK;
}

static bool refill(struct zreader *z)
{
    ssize_t n;

    if (z->in.pos < z->in.size)
        return true;
    do
        n = read(z->fd, z->data, sizeof(z->data));
    while (n < 0 && errno == EINTR);
    z->in = (ZSTD_inBuffer){z->data, n > 0 ? (size_t)n : 0, 0};
    return n > 0;
}

size_t zreader_read(struct zreader *z, void *data, size_t len)
{
    ZSTD_outBuffer out = {data, len, 0};

    while (out.pos < len && !z->over) {
        size_t before = out.pos;
        bool more = refill(z);
        if (ZSTD_isError(ZSTD_decompressStream(z->ctx, &out, &z->in)) ||
            (!more && out.pos == before))
            z->over = true;
    }
    return out.pos;
}

void zreader_close(struct zreader *z)
{
    if (!z)
        return;
    ZSTD_freeDCtx(z->ctx);
    close(z->fd);
    free(z);
}
