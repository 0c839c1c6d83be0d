/* SPDX-License-Identifier: MIT
 * stream.h - a buffer in front of a sink, and numbers and times as every format writes them.
 *
 * Nothing is ever held but one buffer. The first error of the sink sticks: what is written after it is
 * thrown away, and stream_end returns it; writers look at stream_ok once a row.
 * Numbers do not depend on the locale: "." and no grouping.
 * Owner: whoever called stream_begin. Thread: one at a time. */
#ifndef SUAN_EXPORT_STREAM_H
#define SUAN_EXPORT_STREAM_H

#include "export/export.h"
#include <stddef.h>
#include <string.h>

#define STREAM_ROOM 4096 /* the most that one stream_room may ask for */
#define STREAM_DAYS 64 /* dates remembered: the civil calendar costs more than the rest of a time */

struct stream {
    const struct sink *sink;
    struct err *err; /* may be NULL */
    enum rc rc;
    size_t len;
    size_t flushes;
    char *data;                /* STREAM_SIZE bytes */
    int64_t days[STREAM_DAYS]; /* -1 = none */
    char dates[STREAM_DAYS][16];
};

void stream_begin(struct stream *s, const struct sink *sink, struct err *e);
/* Writes what is left and frees the buffer; the verdict on the whole. */
enum rc stream_end(struct stream *s);
void stream_flush(struct stream *s);
void stream_put(struct stream *s, const void *data, size_t len);
void stream_puts(struct stream *s, const char *text);

#define STREAM_SIZE (128 * 1024)

static inline bool stream_ok(const struct stream *s)
{
    return s->rc == RC_OK;
}

/* Room for n bytes, n <= STREAM_ROOM; then stream_commit what was written there. */
static inline char *stream_room(struct stream *s, size_t n)
{
    if (s->len + n > STREAM_SIZE)
        stream_flush(s);
    return s->data + s->len;
}

static inline void stream_commit(struct stream *s, size_t n)
{
    s->len += n;
}

static inline void stream_putc(struct stream *s, char c)
{
    *stream_room(s, 1) = c;
    s->len++;
}

/* Whole numbers below 2^53 without an exponent, others in as few digits (from fifteen on) as read back as v. */
void stream_number(struct stream *s, double v);
/* Thousandths: 1500 is "1.5". */
void stream_milli(struct stream *s, int64_t milli);
/* A computed figure, finite: three decimals are all that it is worth. */
void stream_share(struct stream *s, double v);
/* RFC 3339, UTC, seconds; false and nothing written if t is unknown or has no four-digit year. */
bool stream_time(struct stream *s, wall_ms t, char quote);

/* The same numbers into an array: bytes written, not terminated. v is finite. */
#define NUMBER_MAX 40
size_t number_write(char out[NUMBER_MAX], double v);

#endif
