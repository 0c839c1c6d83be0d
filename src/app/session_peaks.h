/* SPDX-License-Identifier: MIT
 * session_peaks.h - the dense peaks of device models: those that are built in, and the site's own. Thread: main, at start. */
#ifndef SUAN_APP_SESSION_PEAKS_H
#define SUAN_APP_SESSION_PEAKS_H

#include "model/flops.h"

/* config_path: of the configuration file, NULL = there is none. *out is the caller's. A site's table that cannot be read is
 * refused with file and line. */
enum rc session_peaks_load(const char *config_path, struct peak_table **out, struct err *e);

#endif
