/* SPDX-License-Identifier: MIT
 * datafile.h - a site's own table beside the built-in one (src/data): metrics.conf, peaks.conf, xid.conf.
 *
 * The directory of the configuration file is looked at first, then SYSCONFDIR/suantop; the first file found counts. Who reads
 * a table parses it after the built-in text, so that its lines win, and refuses it with file and line if it is broken.
 * Thread: main, at start. */
#ifndef SUAN_APP_DATAFILE_H
#define SUAN_APP_DATAFILE_H

#include "base/err.h"

/* RC_OK with *text and *path NULL if there is no such file; else both are the caller's to free. config_path: of the
 * configuration file, NULL = there is none. A file that is there and cannot be read is an error. */
enum rc datafile_read(const char *name, const char *config_path, char **text, char **path,
                      struct err *e);

#endif
