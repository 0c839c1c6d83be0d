/* SPDX-License-Identifier: MIT
 * gzip.c - see gzip.h. */
#include "node/gzip.h"
#include <limits.h>
#include <zlib.h>

/* The names of a page repeat from line to line: a window of 8 KiB and level 3 make a page as small as the usual 32 KiB and
 * 6 do, but for a few percent, in half of the time and 48 KiB instead of 256. */
enum { LEVEL = 3, WINDOW_BITS = 13, GZIP = 16, MEMORY_LEVEL = 6 };

enum rc gzip_write(struct buf *out, const char *data, size_t len)
{
    z_stream z = {.next_in = (Bytef *)data, .avail_in = (uInt)len};

    if (len > UINT_MAX / 2)
        return RC_LIMIT;
    if (deflateInit2(&z, LEVEL, Z_DEFLATED, WINDOW_BITS + GZIP, MEMORY_LEVEL, Z_DEFAULT_STRATEGY) !=
        Z_OK)
        return RC_NOMEM;
    size_t most = deflateBound(&z, (uLong)len);
    char *room = buf_reserve(out, most);
    int code = Z_BUF_ERROR;
    if (room != NULL) {
        z.next_out = (Bytef *)room;
        z.avail_out = (uInt)most;
        code = deflate(&z, Z_FINISH);
    }
    if (code == Z_STREAM_END)
        buf_commit(out, z.total_out);
    deflateEnd(&z);
    return code == Z_STREAM_END ? RC_OK : RC_LIMIT;
}
