/* SPDX-License-Identifier: MIT
 * json.h - values of one small JSON text; the only door to cJSON.
 *
 * A json_reader knows which top-level members are wanted. For each text it skips the others
 * without decoding them; of the wanted ones it reads the plain ones itself (no escapes, whole
 * numbers, shallow) and gives the rest to cJSON, on an arena that is reset for the next text. The
 * values are the same as cJSON's on the whole text by test. An unwanted value is not checked
 * beyond its end. Documented precedence: of duplicate keys the last wins, at every level; keys are
 * case-sensitive. A lone surrogate, a NUL or bad UTF-8 inside a string costs those characters
 * (they arrive as bytes that sanitising replaces), a number that is too long for the cJSON at hand
 * is no number; never is it the element. Values are borrowed: valid until the next json_read on
 * the same reader. Thread: one reader, one thread (the cJSON allocation hook is thread-local). */
#ifndef SUAN_CODEC_JSON_H
#define SUAN_CODEC_JSON_H

#include "base/err.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json; /* one value; NULL means absent everywhere below */
struct json_reader;

enum json_type {
    JSON_ABSENT,
    JSON_NULL,
    JSON_BOOL,
    JSON_NUMBER,
    JSON_STRING,
    JSON_ARRAY,
    JSON_OBJECT
};

/* wanted: `count` member names, borrowed. count 0 = no selection: use json_root and json_member. */
struct json_reader *json_reader_new(const char *const *wanted, size_t count);
void json_reader_free(struct json_reader *r);
/* Parse an object (or, with count 0, any value). values[i] is the member wanted[i] or NULL. values
 * may be NULL when count is 0. RC_SYNTAX; RC_SCHEMA: not an object; RC_LIMIT: over 64 MiB of
 * values. Then all values are NULL. */
enum rc json_read(struct json_reader *r, const char *text, size_t len, const struct json **values,
                  struct err *e);
/* NULL when there is a selection, or nothing was read. */
const struct json *json_root(const struct json_reader *r);

enum json_type json_type(const struct json *v);
const struct json *json_member(const struct json *object, const char *key);
const struct json *json_first(const struct json *array_or_object); /* first child, then */
const struct json *json_next(const struct json *v);
const char *json_key(const struct json *v); /* of a member */
size_t json_count(const struct json *array_or_object);
/* "" when absent or not a string. */
const char *json_str(const struct json *v);
/* True and *out when v is a finite number (also one that is written as a decimal string). */
bool json_num(const struct json *v, double *out);
bool json_bool(const struct json *v, bool *out);

/* Slurm's number styles in one place: plain, null, "Infinity", {"set","infinite","number"}, and
 * the marks 4294967294 (unset) and 4294967295 (infinite) of its older ones. *out is written for
 * JSON_SET only. */
enum json_slurm { JSON_UNSET, JSON_INFINITE, JSON_SET };
enum json_slurm json_slurm_num(const struct json *v, double *out);

#endif
