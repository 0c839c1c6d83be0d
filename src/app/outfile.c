/* SPDX-License-Identifier: MIT
 * outfile.c - see outfile.h. */
#include "app/outfile.h"

#include "base/sentence.h"
#include "base/xmem.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define OUTFILE_BUFFER 65536

static const char *name_of(const struct outfile *o)
{
    return o->path != NULL ? o->path : "standard output";
}

static enum rc flush(struct outfile *o, struct err *e)
{
    size_t done = 0;
    while (done < o->used) {
        ssize_t n = write(o->fd, o->data + done, o->used - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return err_sys(e, RC_IO, n < 0 ? errno : ENOSPC, name_of(o), S_("cannot be written"));
        done += (size_t)n;
    }
    o->used = 0;
    return RC_OK;
}

static enum rc sink_write(void *arg, const void *data, size_t len, struct err *e)
{
    struct outfile *o = arg;
    const char *from = data;
    while (len > 0) {
        size_t room = OUTFILE_BUFFER - o->used, part = len < room ? len : room;
        memcpy(o->data + o->used, from, part);
        o->used += part;
        from += part;
        len -= part;
        if (o->used == OUTFILE_BUFFER) {
            enum rc rc = flush(o, e);
            if (rc != RC_OK)
                return rc;
        }
    }
    return RC_OK;
}

static enum rc open_temporary(struct outfile *o, struct err *e)
{
    struct stat st;
    if (lstat(o->path, &st) == 0 && !S_ISREG(st.st_mode) && !S_ISCHR(st.st_mode) &&
        !S_ISFIFO(st.st_mode))
        return err_set(e, RC_IO, o->path,
                       S_ISLNK(st.st_mode) ? S_("is a symbolic link: refused")
                                           : S_("is not a regular file"));
    if (lstat(o->path, &st) == 0 &&
        !S_ISREG(st.st_mode)) { /* a device or pipe is written in place */
        o->fd = open(o->path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
        return o->fd >= 0 ? RC_OK : err_sys(e, RC_IO, errno, o->path, S_("cannot be opened"));
    }
    o->temporary = xasprintf("%s.XXXXXX", o->path);
    o->fd = mkostemp(o->temporary, O_CLOEXEC);
    if (o->fd >= 0)
        return RC_OK;
    free(o->temporary);
    o->temporary = NULL;
    return err_sys(e, RC_IO, errno, o->path, S_("cannot be written"));
}

enum rc outfile_open(struct outfile *o, const char *path, struct err *e)
{
    *o = (struct outfile){.fd = STDOUT_FILENO, .data = xmalloc(OUTFILE_BUFFER)};
    o->sink = (struct sink){sink_write, o};
    if (path == NULL || strcmp(path, "-") == 0)
        return RC_OK;
    o->path = xstrdup(path);
    o->fd = -1;
    enum rc rc = open_temporary(o, e);
    if (rc != RC_OK)
        outfile_abandon(o);
    return rc;
}

/* The rename must survive a crash as well: fsync of the directory. */
static void sync_directory(const char *path)
{
    char *copy = xstrdup(path);
    int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        (void)fsync(fd);
        close(fd);
    }
    free(copy);
}

static enum rc put_in_place(struct outfile *o, struct err *e)
{
    mode_t mask = umask(0);
    umask(mask);
    if (fchmod(o->fd, 0644 & ~mask) != 0 || fsync(o->fd) != 0)
        return err_sys(e, RC_IO, errno, o->path, S_("cannot be written"));
    if (rename(o->temporary, o->path) != 0)
        return err_sys(e, RC_IO, errno, o->path, S_("cannot be replaced"));
    free(o->temporary);
    o->temporary = NULL;
    sync_directory(o->path);
    return RC_OK;
}

enum rc outfile_commit(struct outfile *o, struct err *e)
{
    enum rc rc = flush(o, e);
    if (rc == RC_OK && o->temporary != NULL)
        rc = put_in_place(o, e);
    outfile_abandon(o);
    return rc;
}

void outfile_abandon(struct outfile *o)
{
    if (o->temporary != NULL)
        unlink(o->temporary);
    if (o->fd >= 0 && o->fd != STDOUT_FILENO)
        close(o->fd);
    free(o->temporary);
    free(o->path);
    free(o->data);
    *o = (struct outfile){.fd = -1};
}
