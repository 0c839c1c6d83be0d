/* SPDX-License-Identifier: MIT
 * zfile.h - a compressed file that is written as it comes and read to wherever it is torn.
 *
 * The only door to zstd. Thread: one at a time. */
#ifndef SUAN_IO_ZFILE_H
#define SUAN_IO_ZFILE_H

#include "base/err.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct zwriter;
struct zreader;

/* A new file, mode 0600; never an existing one. */
enum rc zwriter_open(const char *path, struct zwriter **out, struct err *e);
enum rc zwriter_add(struct zwriter *z, const void *data, size_t len, struct err *e);
/* Everything so far can be read even if the process ends here. */
enum rc zwriter_flush(struct zwriter *z, struct err *e);
uint64_t zwriter_size(const struct zwriter *z); /* bytes in the file */
void zwriter_close(struct zwriter *z);

enum rc zreader_open(const char *path, struct zreader **out, struct err *e);
/* Up to `len` bytes; 0 at the end, or where the file is torn or broken. */
size_t zreader_read(struct zreader *z, void *data, size_t len);
void zreader_close(struct zreader *z);

#endif
