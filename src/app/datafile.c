/* SPDX-License-Identifier: MIT
 * datafile.c - see datafile.h. */
#include "app/datafile.h"

#include "base/buf.h"
#include "base/sentence.h"
#include "base/xmem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DATAFILE_MAX_BYTES ((size_t)4 << 20)

static enum rc read_fd(int fd, const char *path, struct buf *out, struct err *e)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        return err_sys(e, RC_IO, errno, path, S_("cannot be read"));
    if (!S_ISREG(st.st_mode))
        return err_set(e, RC_IO, path, S_("is not a regular file"));
    for (;;) {
        char *room = buf_reserve(out, 65536);
        if (room == NULL)
            return err_set(e, RC_LIMIT, path, S_("is larger than %u KiB"),
                           (unsigned)(DATAFILE_MAX_BYTES >> 10));
        ssize_t n = read(fd, room, 65536);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_sys(e, RC_IO, errno, path, S_("cannot be read"));
        if (n == 0)
            break;
        buf_commit(out, (size_t)n);
    }
    if (memchr(out->data, '\0', out->len) != NULL)
        return err_set(e, RC_SYNTAX, path, S_("holds a NUL byte: it is no text"));
    return RC_OK;
}

/* False if there is no such file. */
static bool read_path(const char *path, char **text, enum rc *rc, struct err *e)
{
    struct buf b;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
        return false;
    if (fd < 0) {
        *rc = err_sys(e, RC_IO, errno, path, S_("cannot be opened"));
        return true;
    }
    buf_init(&b, DATAFILE_MAX_BYTES + 65536);
    *rc = read_fd(fd, path, &b, e);
    close(fd);
    if (*rc == RC_OK)
        *text = b.len > 0 ? buf_take(&b) : xstrdup("");
    buf_fini(&b);
    return true;
}

enum rc datafile_read(const char *name, const char *config_path, char **text, char **path,
                      struct err *e)
{
    const char *slash = config_path != NULL ? strrchr(config_path, '/') : NULL;
    char *beside = NULL;
    enum rc rc = RC_OK;

    *text = NULL;
    if (config_path != NULL)
        beside = slash == NULL
                     ? xstrdup(name)
                     : xasprintf("%.*s/%s", (int)(slash - config_path), config_path, name);
    *path = beside;
    if (beside != NULL && read_path(beside, text, &rc, e) && rc == RC_OK)
        return RC_OK;
    if (rc == RC_OK) {
        free(*path);
        *path = xasprintf(SYSCONFDIR "/suantop/%s", name);
        if (read_path(*path, text, &rc, e) && rc == RC_OK)
            return RC_OK;
    }
    free(*path);
    *path = NULL;
    return rc;
}
