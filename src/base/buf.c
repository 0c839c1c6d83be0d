/* SPDX-License-Identifier: MIT
 * buf.c - see buf.h. */
#include "base/buf.h"
#include "base/xmem.h"
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What an empty buf points to. Shared by all threads, so it is never written: cap is 0 then. */
static char nothing[1];

static enum rc fail(struct buf *b, enum rc rc)
{
    b->failed = true;
    return rc;
}

/* Makes room for n more bytes and the NUL. */
static enum rc make_room(struct buf *b, size_t n)
{
    if (b->failed || n > b->max - b->len)
        return fail(b, RC_LIMIT);
    size_t need = b->len + n + 1;
    if (need <= b->cap)
        return RC_OK;

    size_t cap = b->cap < 64 ? 64 : b->cap;
    while (cap < need)
        cap = cap > SIZE_MAX / 2 ? need : cap * 2;
    if (cap > b->max && b->max + 1 >= need)
        cap = b->max + 1; /* never pay for bytes that the maximum forbids to use */
    char *data = mem_try_reallocarray(b->cap ? b->data : NULL, cap, 1);
    if (!data)
        return fail(b, RC_NOMEM);
    b->data = data;
    b->cap = cap;
    return RC_OK;
}

void buf_init(struct buf *b, size_t max)
{
    *b = (struct buf){.data = nothing, .max = max < SIZE_MAX / 2 ? max : SIZE_MAX / 2};
}

void buf_init_whole(struct buf *b, size_t max)
{
    buf_init(b, max);
    b->data = xmalloc(b->max + 1);
    b->cap = b->max + 1;
    b->data[0] = '\0';
}

void buf_fini(struct buf *b)
{
    if (b->cap)
        free(b->data);
    buf_init(b, b->max);
}

void buf_reset(struct buf *b)
{
    b->len = 0;
    b->failed = false;
    if (b->cap)
        b->data[0] = '\0';
}

enum rc buf_add(struct buf *b, const void *data, size_t len)
{
    if (len == 0)
        return b->failed ? RC_LIMIT : RC_OK;
    enum rc rc = make_room(b, len);

    if (rc)
        return rc;
    memcpy(b->data + b->len, data, len);
    buf_commit(b, len);
    return RC_OK;
}

enum rc buf_adds(struct buf *b, const char *s)
{
    return buf_add(b, s, strlen(s));
}

enum rc buf_addc(struct buf *b, char c)
{
    if (!b->failed && b->len + 1 < b->cap && b->len < b->max) {
        b->data[b->len++] = c;
        b->data[b->len] = '\0';
        return RC_OK;
    }
    return buf_add(b, &c, 1);
}

enum rc buf_addf(struct buf *b, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    enum rc rc = buf_vaddf(b, fmt, ap);
    va_end(ap);
    return rc;
}

/* Prints into what is free now, and once more into what is needed if that was too little. */
enum rc buf_vaddf(struct buf *b, const char *fmt, va_list ap)
{
    va_list again;

    va_copy(again, ap);
    size_t room = b->cap - b->len;
    int len = vsnprintf(b->cap ? b->data + b->len : NULL, b->cap ? room : 0, fmt, ap);
    enum rc rc = RC_OK;
    if (len < 0)
        rc = fail(b, RC_BUG);
    else if (len > 0)
        rc = make_room(b, (size_t)len);
    if (rc == RC_OK && (size_t)len >= room && len > 0)
        vsnprintf(b->data + b->len, (size_t)len + 1, fmt, again);
    va_end(again);
    if (rc == RC_OK && len > 0)
        b->len += (size_t)len;
    else if (b->cap)
        b->data[b->len] = '\0'; /* an append that failed changes nothing */
    return rc;
}

char *buf_reserve(struct buf *b, size_t n)
{
    if (make_room(b, n))
        return NULL;
    b->data[b->len + n] = '\0';
    return b->data + b->len;
}

void buf_commit(struct buf *b, size_t n)
{
    b->len += n;
    if (b->cap)
        b->data[b->len] = '\0';
}

void buf_truncate(struct buf *b, size_t len)
{
    if (len >= b->len)
        return;
    b->len = len;
    b->data[len] = '\0';
}

void buf_consume(struct buf *b, size_t n)
{
    if (n == 0)
        return;
    if (n >= b->len) {
        b->len = 0;
    } else {
        memmove(b->data, b->data + n, b->len - n);
        b->len -= n;
    }
    if (b->cap)
        b->data[b->len] = '\0';
}

char *buf_take(struct buf *b)
{
    char *data = b->cap ? b->data : xstrdup("");

    buf_init(b, b->max);
    return data;
}
