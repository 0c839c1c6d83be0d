/* SPDX-License-Identifier: MIT
 * formats.c - the table of output formats. */
#include "export/formats.h"
#include <string.h>

static const struct export_format *const all[] = {
    &export_json,        &export_ndjson, &export_csv, &export_text,
    &export_openmetrics, &export_html,   NULL,
};

const struct export_format *const *export_all(void)
{
    return all;
}

const struct export_format *export_find(const char *name)
{
    for (int i = 0; all[i] != NULL; i++)
        if (strcmp(all[i]->name, name) == 0)
            return all[i];
    return NULL;
}
