/* SPDX-License-Identifier: MIT
 * smallfile.c - see smallfile.h. */
#include "app/smallfile.h"

#include "base/sentence.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

enum { STEP = 65536 };

enum rc smallfile_read(int fd, const char *path, bool pipe, size_t most, struct buf *out,
                       struct err *e)
{
    struct stat st;
    buf_init(out, most + STEP);
    if (fstat(fd, &st) != 0)
        return err_sys(e, RC_IO, errno, path, S_("cannot be read"));
    if (!S_ISREG(st.st_mode) && !(pipe && S_ISFIFO(st.st_mode)))
        return err_set(e, RC_IO, path, S_("is not a regular file"));
    for (;;) {
        char *room = buf_reserve(out, STEP);
        if (room == NULL)
            return err_set(e, RC_LIMIT, path, S_("is larger than %u KiB"), (unsigned)(most >> 10));
        ssize_t n = read(fd, room, STEP);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_sys(e, RC_IO, errno, path, S_("cannot be read"));
        if (n == 0)
            return RC_OK;
        buf_commit(out, (size_t)n);
    }
}
