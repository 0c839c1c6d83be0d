/* SPDX-License-Identifier: MIT
 * value.h - one value from Slurm, JSON or text, into one field of the row being filled.
 *
 * Every function always writes its field: the value, or "absent" where Slurm has none, because a
 * field that is not mentioned would keep its old value. Numbers that mean "not set" in some release
 * (null, {"set":false}, 4294967294, N/A, (null) ...) are absent. */
#ifndef SUAN_COLLECTORS_SLURM_VALUE_H
#define SUAN_COLLECTORS_SLURM_VALUE_H

#include "base/buf.h"
#include "codec/json.h"
#include "model/delta.h"
#include <stdbool.h>
#include <stddef.h>

/* A number that is set, finite and none of the "not set" marks. */
bool slurm_number_json(const struct json *v, double *out);
void put_json_num(struct delta *d, int field, const struct json *v, double factor);
void put_json_time(struct delta *d, int field, const struct json *v); /* seconds since 1970 */
void put_json_str(struct delta *d, int field, const struct json *v);
/* A string, or an array of strings joined with `glue`. scratch is overwritten. */
void put_json_list(struct delta *d, int field, const struct json *v, char glue,
                   struct buf *scratch);
void join_json(struct buf *out, const struct json *v, char glue);
/* Minutes; infinite is -1. */
void put_json_minutes(struct delta *d, int field, const struct json *v);

/* A piece of text that is not terminated. */
struct span {
    const char *text;
    size_t len;
};

bool span_is(struct span v, const char *word); /* exactly */
/* Empty, (null), N/A, n/a, None, NONE, Unknown, NOT_SET ...: nothing. */
bool span_is_unset(struct span v);
bool slurm_number_text(struct span v, double *out);
/* NUL-terminated copy in a fixed array; false (and "") when it does not fit. */
bool span_copy(struct span v, char *out, size_t size);
wall_ms time_of(struct span v); /* seconds since 1970, or ISO in UTC; 0 = unset */
void put_num(struct delta *d, int field, struct span v, double factor);
void put_time(struct delta *d, int field, struct span v);
void put_str(struct delta *d, int field, struct span v);
/* Slurm's "2-03:04:05", "UNLIMITED"; seconds. */
void put_limit(struct delta *d, int field, struct span v);

#endif
