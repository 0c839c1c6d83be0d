/* SPDX-License-Identifier: MIT
 * smallfile.h - the whole of a file that a person wrote, for configurations and tables. Thread: main, at start. */
#ifndef SUAN_APP_SMALLFILE_H
#define SUAN_APP_SMALLFILE_H

#include "base/buf.h"
#include "base/err.h"
#include <stdbool.h>

/* `out` is made here, and the caller's to end, also after an error. pipe: it may be one, as a shell makes of <(...). */
enum rc smallfile_read(int fd, const char *path, bool pipe, size_t most, struct buf *out,
                       struct err *e);

#endif
