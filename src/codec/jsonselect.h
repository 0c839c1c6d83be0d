/* SPDX-License-Identifier: MIT
 * jsonselect.h - finds the wanted top-level members of an object without decoding the others
 * (inside codec only).
 *
 * Elements of one list come from one printer, so they look alike. What stood between two values of
 * earlier elements - comma, white space, key, colon - is remembered together with what it meant;
 * where it stands again, one compare replaces reading the key. One element of several is kept with the places of
 * its members: whole runs of members that the next ones repeat byte by byte are passed over by comparing. Wrong guesses
 * cost time, never the result. Thread: one at a time. */
#ifndef SUAN_CODEC_JSONSELECT_H
#define SUAN_CODEC_JSONSELECT_H

#include "base/err.h"
#include <stddef.h>

struct json_span {
    const char *text; /* NULL = the object has no such member */
    size_t len;
};

struct jsonselect;

/* wanted: borrowed for the life of the selector. */
struct jsonselect *jsonselect_new(const char *const *wanted, size_t count);
void jsonselect_free(struct jsonselect *s);
/* spans[i] becomes the text of member wanted[i]; of equal keys the last wins. RC_SYNTAX: not an
 * object (its unwanted values are skipped, not checked); RC_SCHEMA: another kind of value. */
enum rc jsonselect_run(struct jsonselect *s, const char *text, size_t len, struct json_span *spans,
                       struct err *e);

#endif
