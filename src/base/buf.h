/* SPDX-License-Identifier: MIT
 * buf.h - growing byte buffer with a maximum, always NUL-terminated for convenience.
 *
 * The maximum (of len) is given at init: no buffer can grow beyond what its owner thought of. An
 * append that would pass it changes nothing, sets `failed` and returns RC_LIMIT (RC_NOMEM if malloc
 * failed); `failed` is sticky until buf_reset, so a chain of appends needs one check at its end.
 * Owner: whoever called buf_init. Thread: one at a time. */
#ifndef SUAN_BASE_BUF_H
#define SUAN_BASE_BUF_H

#include "base/err.h"
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct buf {
    char *data; /* never NULL: points to "" while nothing is allocated */
    size_t len, cap, max;
    bool failed;
};

void buf_init(struct buf *b, size_t max);
/* With all of its memory at once, or the program ends: what is added later fails only at max. */
void buf_init_whole(struct buf *b, size_t max);
void buf_fini(struct buf *b);
void buf_reset(struct buf *b); /* len = 0, keeps the memory, clears failed */
enum rc buf_add(struct buf *b, const void *data, size_t len);
enum rc buf_adds(struct buf *b, const char *s);
enum rc buf_addc(struct buf *b, char c);
enum rc buf_addf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
enum rc buf_vaddf(struct buf *b, const char *fmt, va_list ap) __attribute__((format(printf, 2, 0)));
/* Room for n more bytes at data+len; NULL if over max. Then buf_commit what was written there. */
char *buf_reserve(struct buf *b, size_t n);
void buf_commit(struct buf *b, size_t n);     /* len += n, terminated again */
void buf_truncate(struct buf *b, size_t len); /* drop what is behind len; no effect if shorter */
/* Drop the first n bytes. */
void buf_consume(struct buf *b, size_t n);
/* The heap block (NUL-terminated), now the caller's to free(); the buf is empty again. */
char *buf_take(struct buf *b);

#endif
