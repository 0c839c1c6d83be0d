/* SPDX-License-Identifier: MIT
 * datafile.c - see datafile.h. */
#include "app/datafile.h"

#include "app/smallfile.h"
#include "base/sentence.h"
#include "base/xmem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DATAFILE_MAX_BYTES ((size_t)4 << 20)

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
    *rc = smallfile_read(fd, path, false, DATAFILE_MAX_BYTES, &b, e);
    close(fd);
    if (*rc == RC_OK && memchr(b.data, '\0', b.len) != NULL)
        *rc = err_set(e, RC_SYNTAX, path, S_("holds a NUL byte: it is no text"));
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
