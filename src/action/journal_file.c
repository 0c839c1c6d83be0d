/* SPDX-License-Identifier: MIT
 * journal_file.c - the file under the journal: who may write it, its lock, its lines. See journal_int.h. */
#include "action/journal_int.h"
#include "base/sentence.h"
#include "base/xmem.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define LOCK_TRIES 100
#define LOCK_PAUSE_NS 10000000

/* --- folder ------------------------------------------------------------------------------------ */

/* Makes what is missing of "/a/b" in "/a/b/file". */
static enum rc make_folders(const char *path, struct err *e)
{
    char *copy = xstrdup(path);
    enum rc rc = RC_OK;

    for (char *slash = strchr(copy + 1, '/'); slash && rc == RC_OK;
         slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(copy, 0700) != 0 && errno != EEXIST)
            rc = err_sys(e, RC_IO, errno, copy, S_("the folder of the audit cannot be made"));
        *slash = '/';
    }
    free(copy);
    return rc;
}

static int open_folder(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *folder = !slash          ? xstrdup(".")
                   : slash == path ? xstrdup("/")
                                   : xstrndup(path, (size_t)(slash - path));
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    free(folder);
    return fd;
}

/* Who can write the folder can put another file in the place of this one. */
static enum rc check_folder(const char *path, bool made, struct err *e)
{
    int fd = open_folder(path);
    struct stat st;
    enum rc rc = RC_OK;

    if (fd < 0 || fstat(fd, &st) != 0)
        rc = err_sys(e, RC_IO, errno, path, S_("the folder of the audit cannot be looked at"));
    else if ((st.st_mode & S_IWOTH) && !(st.st_mode & S_ISVTX))
        rc = err_set(e, RC_REFUSED, path,
                     S_("everybody can write the folder of the audit: refused"));
    else if (made && fsync(fd) != 0)
        rc = err_sys(e, RC_IO, errno, path, S_("the folder of the audit cannot be written"));
    if (fd >= 0)
        close(fd);
    return rc;
}

/* --- file -------------------------------------------------------------------------------------- */

static enum rc cannot_open(const char *path, struct err *e)
{
    if (errno == ELOOP)
        return err_set(e, RC_REFUSED, path, S_("is a symbolic link: refused"));
    return err_sys(e, RC_IO, errno, path, S_("the audit cannot be opened"));
}

static enum rc check_file(int fd, const char *path, bool for_writing, struct err *e)
{
    struct stat st;

    if (fstat(fd, &st) != 0)
        return err_sys(e, RC_IO, errno, path, S_("the audit cannot be looked at"));
    if (!S_ISREG(st.st_mode))
        return err_set(e, RC_REFUSED, path, S_("is not a regular file: refused as an audit"));
    if (!for_writing)
        return RC_OK;
    if (st.st_mode & (S_IWGRP | S_IWOTH))
        return err_set(e, RC_REFUSED, path, S_("others can write the audit: chmod 600 it"));
    if (st.st_uid != geteuid() && st.st_uid != 0)
        return err_set(e, RC_REFUSED, path,
                       S_("the audit belongs to somebody else (uid %u): refused"),
                       (unsigned)st.st_uid);
    return RC_OK;
}

static enum rc open_for_writing(const char *path, int *fd, struct err *e)
{
    const int flags = O_RDWR | O_APPEND | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
    bool made = false;

    *fd = open(path, flags);
    if (*fd < 0 && errno == ENOENT) {
        enum rc rc = make_folders(path, e);
        if (rc != RC_OK)
            return rc;
        *fd = open(path, flags | O_CREAT, 0600);
        made = true;
    }
    return *fd < 0 ? cannot_open(path, e) : check_folder(path, made, e);
}

enum rc journal_file_open(const char *path, bool for_writing, int *fd, struct err *e)
{
    enum rc rc = RC_OK;

    if (for_writing)
        rc = open_for_writing(path, fd, e);
    else if ((*fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)) < 0)
        return cannot_open(path, e);
    if (rc == RC_OK)
        rc = check_file(*fd, path, for_writing, e);
    if (rc != RC_OK && *fd >= 0)
        close(*fd);
    return rc;
}

enum rc journal_file_lock(int fd, bool exclusive, const char *path, struct err *e)
{
    const struct timespec pause = {.tv_nsec = LOCK_PAUSE_NS};

    for (int i = 0; i < LOCK_TRIES; i++) {
        if (flock(fd, (exclusive ? LOCK_EX : LOCK_SH) | LOCK_NB) == 0)
            return RC_OK;
        if (errno != EWOULDBLOCK && errno != EINTR)
            return err_sys(e, RC_IO, errno, path, S_("the audit cannot be locked"));
        (void)nanosleep(&pause, NULL);
    }
    return err_set(e, RC_IO, path, S_("another program keeps the audit locked"));
}

/* --- lines ------------------------------------------------------------------------------------- */

void journal_lines_init(struct journal_lines *l, int fd, const char *path)
{
    *l = (struct journal_lines){
        .fd = fd, .path = path, .data = xmalloc((size_t)2 * JOURNAL_LINE_MAX)};
}

void journal_lines_fini(struct journal_lines *l)
{
    free(l->data);
}

/* Until there is a whole line, or as much as a line can be. */
static enum rc fill(struct journal_lines *l, struct err *e)
{
    memmove(l->data, l->data + l->at, l->len - l->at);
    l->len -= l->at;
    l->at = 0;
    while (!l->over && l->len < JOURNAL_LINE_MAX) {
        ssize_t n = read(l->fd, l->data + l->len, (size_t)2 * JOURNAL_LINE_MAX - l->len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_sys(e, RC_IO, errno, l->path, S_("the audit cannot be read"));
        l->over = n == 0;
        l->len += (size_t)n;
    }
    return RC_OK;
}

enum rc journal_lines_next(struct journal_lines *l, const char **text, size_t *len, bool *whole,
                           struct err *e)
{
    const char *newline = memchr(l->data + l->at, '\n', l->len - l->at);

    if (!newline) {
        enum rc rc = fill(l, e);
        if (rc != RC_OK)
            return rc;
        newline = memchr(l->data, '\n', l->len);
    }
    size_t left = l->len - l->at;
    *text = left ? l->data + l->at : NULL;
    *whole = newline != NULL;
    *len = newline ? (size_t)(newline - *text) : left < JOURNAL_LINE_MAX ? left : JOURNAL_LINE_MAX;
    l->at += *len + *whole;
    return RC_OK;
}
