/* SPDX-License-Identifier: MIT
 * flopsjson.h - FLOPS totals as a JSON array: one object for each precision and provenance that tells something. json and ndjson
 * share it. Pure; thread: the stream's. */
#ifndef SUAN_EXPORT_FLOPSJSON_H
#define SUAN_EXPORT_FLOPSJSON_H

#include "export/stream.h"
#include "model/flops.h"

/* [{...},...] without comma or key. */
void flopsjson_put(struct stream *out, const struct flops_totals *t, wall_ms now);

/* The members of an object, for the schema: name, JSON type, may it be null, what it is. Ends with a NULL name. */
struct flopsjson_member {
    const char *name, *type;
    bool nullable;
    const char *help;
    const char *const *words; /* NULL = any */
};
const struct flopsjson_member *flopsjson_members(void);

#endif
