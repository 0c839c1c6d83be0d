/* SPDX-License-Identifier: MIT
 * session_xids.h - what XIDs mean and what to do: the built-in table, and the site's own. Thread: main, at start. */
#ifndef SUAN_APP_SESSION_XIDS_H
#define SUAN_APP_SESSION_XIDS_H

#include "model/xid.h"

/* config_path: of the configuration file, NULL = there is none. *out is the caller's, also after an error. A site's table
 * that cannot be read is refused with file and line. */
enum rc session_xids_load(const char *config_path, struct xid_table **out, struct err *e);

#endif
