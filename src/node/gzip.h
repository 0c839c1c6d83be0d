/* SPDX-License-Identifier: MIT
 * gzip.h - a page made smaller; the only door to zlib. Thread: any. */
#ifndef SUAN_NODE_GZIP_H
#define SUAN_NODE_GZIP_H

#include "base/buf.h"

/* Appends it as a gzip file (RFC 1952). RC_LIMIT, RC_NOMEM. */
enum rc gzip_write(struct buf *out, const char *data, size_t len);

#endif
