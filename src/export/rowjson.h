/* SPDX-License-Identifier: MIT
 * rowjson.h - one row as one JSON object, driven by the field tables: json and ndjson share it.
 *
 * Owner: the caller of rowjson_new. Thread: one at a time. */
#ifndef SUAN_EXPORT_ROWJSON_H
#define SUAN_EXPORT_ROWJSON_H

#include "export/jsonw.h"
#include "export/walk.h"

struct rowjson;

/* tag: also say which entity it is of ("entity":"job"), for formats where rows stand alone. */
struct rowjson *rowjson_new(const struct walk *w, enum entity e, bool tag);
void rowjson_free(struct rowjson *r);
/* {...} without comma or line end. */
void rowjson_write(struct rowjson *r, struct stream *out, const void *row);

/* More hosts than that in one set, or in all sets of an output: they stay folded. */
#define ROWJSON_HOSTS_MAX 65536
#define ROWJSON_HOSTS_TOTAL_MAX (8 * 1024 * 1024)

#endif
