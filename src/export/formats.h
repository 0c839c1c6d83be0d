/* SPDX-License-Identifier: MIT
 * formats.h - the formats that there are; formats.c lists them. One file, one line each. */
#ifndef SUAN_EXPORT_FORMATS_H
#define SUAN_EXPORT_FORMATS_H

#include "export/export.h"

extern const struct export_format export_json, export_ndjson, export_csv, export_text,
    export_openmetrics, export_html;

#endif
