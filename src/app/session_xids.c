/* SPDX-License-Identifier: MIT
 * session_xids.c - see session_xids.h. */
#include "app/session_xids.h"
#include "app/datafile.h"
#include "data/data.h"
#include <stdlib.h>

enum rc session_xids_load(const char *config_path, struct xid_table **out, struct err *e)
{
    char *text = NULL, *path = NULL;

    *out = xid_table_new();
    enum rc rc = xid_table_add(*out, data_xid, "xid.conf", e);
    if (rc == RC_OK)
        rc = datafile_read("xid.conf", config_path, &text, &path, e);
    if (rc == RC_OK && text != NULL)
        rc = xid_table_add(*out, text, path, e);
    free(text);
    free(path);
    return rc;
}
