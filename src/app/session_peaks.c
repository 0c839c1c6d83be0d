/* SPDX-License-Identifier: MIT
 * session_peaks.c - see session_peaks.h. */
#include "app/session_peaks.h"
#include "app/datafile.h"
#include "data/data.h"
#include <stdlib.h>

enum rc session_peaks_load(const char *config_path, struct peak_table **out, struct err *e)
{
    char *text = NULL, *path = NULL;

    *out = peak_table_new();
    enum rc rc = peak_table_add(*out, data_peaks, "peaks.conf", e);
    if (rc == RC_OK)
        rc = datafile_read("peaks.conf", config_path, &text, &path, e);
    if (rc == RC_OK && text != NULL)
        rc = peak_table_add(*out, text, path, e);
    free(text);
    free(path);
    return rc;
}
