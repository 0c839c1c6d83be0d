/* SPDX-License-Identifier: MIT
 * outfile.h - an output file that is either the old one or the whole new one, never a torn one.
 *
 * Written to a temporary name in the same directory, fsynced, renamed; standard output is written through.
 * A symbolic link at the path is refused. Thread: main. */
#ifndef SUAN_APP_OUTFILE_H
#define SUAN_APP_OUTFILE_H

#include "base/err.h"
#include "export/export.h"

struct outfile {
    int fd;
    char *path, *temporary; /* NULL = standard output */
    char *data;             /* write buffer */
    size_t used;
    struct sink sink;
};

/* path NULL or "-" = standard output. */
enum rc outfile_open(struct outfile *o, const char *path, struct err *e);
/* Flush, fsync, rename. Frees everything; on an error the old file is untouched. */
enum rc outfile_commit(struct outfile *o, struct err *e);
void outfile_abandon(struct outfile *o);

#endif
