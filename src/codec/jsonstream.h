/* SPDX-License-Identifier: MIT
 * jsonstream.h - cuts a JSON document into array elements while its bytes arrive.
 *
 * A lexer for quotes, escapes and brackets; it knows no values. Input is fed in pieces of any
 * size; the elements of the chosen top-level arrays, and every other top-level member whole, are
 * handed out as complete slices of text. Nothing else is kept, so memory is bounded by element_max
 * whatever the body (one slice is copied only when it spans two feeds), and by JSONSTREAM_KEEP and what is fed at once, however
 * long an element may be: of a longer one that spans feeds, members that are long objects or arrays come as null (a job's
 * record names each of its cores, which nobody asks for). A slice that is too big or too deep, or long without such members,
 * costs that slice: it is skipped to its end, counted, and reported through `bad`. Pure; thread: one at a time. */
#ifndef SUAN_CODEC_JSONSTREAM_H
#define SUAN_CODEC_JSONSTREAM_H

#include "base/err.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define JSONSTREAM_KEEP ((size_t)512 << 10)

/* A callback may be NULL: such slices are skipped without being collected. `key` is the decoded
 * name, cut at 256 bytes ("" in a document that is an array); that of a chosen array is the
 * caller's pointer. */
struct jsonstream_ops {
    /* One element of array `key`. text is not NUL-terminated and only valid during the call.
     * Anything but RC_OK stops the stream (jsonstream_feed returns it). */
    enum rc (*element)(void *arg, const char *key, const char *text, size_t len);
    /* A top-level member that is not one of the chosen arrays (meta, errors, last_update ...),
     * also one of a chosen name whose value is not an array. */
    enum rc (*member)(void *arg, const char *key, const char *text, size_t len);
    /* An element or member was skipped: RC_LIMIT, RC_NOMEM. It began at `offset`. */
    void (*bad)(void *arg, const char *key, enum rc why, uint64_t offset);
};

struct jsonstream_limits {
    size_t element_max; /* bytes of one slice; 0 = 1 MiB */
    unsigned depth_max; /* nesting inside a slice; 0 = 256 */
    uint64_t body_max;  /* bytes of the document; 0 = 8 GiB */
};

struct jsonstream;

/* arrays: NULL-terminated list of top-level keys whose elements are wanted ("jobs", "nodes"); NULL
 * as list = the document itself is an array. "data.result" is the array `result` in the top-level object
 * `data`, whose other members come like top-level ones, with keys "data.x". Strings and ops are borrowed for the life of the
 * stream. */
struct jsonstream *jsonstream_new(const char *const *arrays, const struct jsonstream_ops *ops,
                                  void *arg, const struct jsonstream_limits *limits);
void jsonstream_free(struct jsonstream *js);
void jsonstream_reset(struct jsonstream *js); /* for the next document, keeps the memory */
/* RC_SYNTAX: not JSON (an HTML page...) or bytes behind the document; RC_SCHEMA: an object where
 * an array was expected or the reverse; RC_LIMIT: body_max; or what a callback returned. All of
 * them last until jsonstream_reset. What was handed out before stays good. */
enum rc jsonstream_feed(struct jsonstream *js, const char *data, size_t len, struct err *e);
/* The body ended: RC_SYNTAX if the document is not complete. */
enum rc jsonstream_end(struct jsonstream *js, struct err *e);
uint64_t jsonstream_offset(const struct jsonstream *js);
uint64_t jsonstream_bad_count(const struct jsonstream *js);
/* Bytes that are allocated for slices. */
size_t jsonstream_held(const struct jsonstream *js);
/* One of the chosen arrays was in this document, be it empty. */
bool jsonstream_had_array(const struct jsonstream *js);

#endif
