/* SPDX-License-Identifier: MIT
 * jsonw.h - writes JSON into a stream, one value after the other; commas are its business.
 *
 * Text must be valid UTF-8 (sanitised text is); quotes, backslashes and controls are escaped here.
 * Rows have a way of their own around the commas, for speed: see rowjson.c.
 * Owner and thread: those of the stream. */
#ifndef SUAN_EXPORT_JSONW_H
#define SUAN_EXPORT_JSONW_H

#include "export/stream.h"

struct jsonw {
    struct stream out;
    bool follows; /* something stands before on this level: a comma is due */
};

void jsonw_begin(struct jsonw *w, const struct sink *sink, struct err *e);
enum rc jsonw_end(struct jsonw *w);

void jsonw_open(struct jsonw *w, char bracket); /* '{' or '[' */
void jsonw_close(struct jsonw *w, char bracket);
void jsonw_key(struct jsonw *w, const char *key); /* plain ASCII */
/* A line break where JSON does not mind one, after the comma if one is due. */
void jsonw_newline(struct jsonw *w);

/* NULL text, a number that is not finite and an unknown time are null. */
void jsonw_string(struct jsonw *w, const char *text);
void jsonw_number(struct jsonw *w, double v);
void jsonw_time(struct jsonw *w, wall_ms t);
void jsonw_bool(struct jsonw *w, bool v);
void jsonw_null(struct jsonw *w);

/* Only the value, no comma: "text" with its quotes. */
void jsonw_quote(struct stream *out, const char *text, size_t len);
/* The same of a short text to where there is room for JSONW_SHORT_ROOM bytes; returns the end. */
#define JSONW_SHORT 128
#define JSONW_SHORT_ROOM (6 * JSONW_SHORT + 2)
char *jsonw_quote_short(char *out, const char *text, size_t len);

#endif
