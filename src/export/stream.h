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

#define STREAM_ROOM 8192 /* the most that one stream_room may ask for */
#define STREAM_DAYS 64 /* dates remembered: the civil calendar costs more than the rest of a time */

struct stream {
    const struct sink *sink;
    struct err *err; /* may be NULL */
    enum rc rc;
    size_t len;
    size_t flushes;
    char *data;                /* STREAM_SIZE bytes and a block */
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
/* What lies in blocks is copied in blocks: that much may be read behind the source and written behind what
 * was asked for. The stream has it behind its buffer. */
#define STREAM_BLOCK 32

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

/* What was written from the last stream_room up to here. */
static inline void stream_commit_to(struct stream *s, const char *end)
{
    s->len = (size_t)(end - s->data);
}

/* len bytes to `to`, whole blocks: the source has a block more behind it, and they do not overlap. */
static inline char *copy_blocks(char *to, const char *from, size_t len)
{
    memcpy(to, from, STREAM_BLOCK);
    for (size_t i = STREAM_BLOCK; i < len; i += STREAM_BLOCK)
        memcpy(to + i, from + i, STREAM_BLOCK);
    return to + len;
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
/* The same to where there is room for TIME_MAX bytes; `out` if nothing was written. */
#define TIME_MAX 32
char *stream_put_time(struct stream *s, char *out, wall_ms t, char quote);

/* The same numbers into an array of NUMBER_MAX: where they end, not terminated; or how long they are. */
#define NUMBER_MAX 40
char *number_put(char *out, double v);
char *number_put_milli(char *out, int64_t milli);
char *number_put_share(char *out, double v);
size_t number_write(char out[NUMBER_MAX], double v);

#endif
