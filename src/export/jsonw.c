/* SPDX-License-Identifier: MIT
 * jsonw.c - see jsonw.h. */
#include "export/jsonw.h"
#include <math.h>

void jsonw_begin(struct jsonw *w, const struct sink *sink, struct err *e)
{
    w->follows = false;
    stream_begin(&w->out, sink, e);
}

enum rc jsonw_end(struct jsonw *w)
{
    return stream_end(&w->out);
}

static void comma(struct jsonw *w)
{
    if (w->follows)
        stream_putc(&w->out, ',');
    w->follows = true;
}

void jsonw_open(struct jsonw *w, char bracket)
{
    comma(w);
    stream_putc(&w->out, bracket);
    w->follows = false;
}

void jsonw_close(struct jsonw *w, char bracket)
{
    stream_putc(&w->out, bracket);
    w->follows = true;
}

void jsonw_key(struct jsonw *w, const char *key)
{
    comma(w);
    jsonw_quote(&w->out, key, strlen(key));
    stream_putc(&w->out, ':');
    w->follows = false;
}

void jsonw_newline(struct jsonw *w)
{
    comma(w);
    stream_putc(&w->out, '\n');
    w->follows = false;
}

void jsonw_string(struct jsonw *w, const char *text)
{
    if (text == NULL) {
        jsonw_null(w);
        return;
    }
    comma(w);
    jsonw_quote(&w->out, text, strlen(text));
}

void jsonw_number(struct jsonw *w, double v)
{
    if (!isfinite(v)) {
        jsonw_null(w);
        return;
    }
    comma(w);
    stream_number(&w->out, v);
}

void jsonw_time(struct jsonw *w, wall_ms t)
{
    comma(w);
    if (!stream_time(&w->out, t, '"'))
        stream_puts(&w->out, "null");
}

void jsonw_bool(struct jsonw *w, bool v)
{
    comma(w);
    stream_puts(&w->out, v ? "true" : "false");
}

void jsonw_null(struct jsonw *w)
{
    comma(w);
    stream_puts(&w->out, "null");
}

static bool needs_escape(unsigned char c)
{
    return c < 0x20 || c == '"' || c == '\\';
}

static size_t escape(char *out, unsigned char c)
{
    static const char hex[] = "0123456789abcdef";

    out[0] = '\\';
    if (c == '"' || c == '\\') {
        out[1] = (char)c;
        return 2;
    }
    memcpy(out + 1, "u00", 3);
    out[4] = hex[c >> 4];
    out[5] = hex[c & 15];
    return 6;
}

#define ONES UINT64_C(0x0101010101010101)
#define TOPS UINT64_C(0x8080808080808080)

/* Any byte of the eight that needs an escape? (bytes below 0x20, and those equal to '"' or '\\') */
static bool any_escape(uint64_t v)
{
    uint64_t quote = v ^ ONES * '"', slash = v ^ ONES * '\\';

    return (((v - ONES * 0x20) & ~v) | ((quote - ONES) & ~quote) | ((slash - ONES) & ~slash)) &
           TOPS;
}

/* Copies up to the first byte that needs an escape; returns how many. */
static size_t copy_clean(char *out, const char *s, size_t len)
{
    size_t i = 0;
    uint64_t v;

    for (; i + sizeof(v) <= len; i += sizeof(v)) {
        memcpy(&v, s + i, sizeof(v));
        if (any_escape(v))
            break;
        memcpy(out + i, &v, sizeof(v));
    }
    for (; i < len && !needs_escape((unsigned char)s[i]); i++)
        out[i] = s[i];
    return i;
}

void jsonw_quote(struct stream *out, const char *text, size_t len)
{
    stream_putc(out, '"');
    while (len > 0) {
        size_t piece = len < STREAM_ROOM - 8 ? len : STREAM_ROOM - 8;
        char *p = stream_room(out, STREAM_ROOM);
        size_t n = copy_clean(p, text, piece), taken = n;
        if (n < piece)
            n += escape(p + n, (unsigned char)text[taken++]);
        stream_commit(out, n);
        text += taken;
        len -= taken;
    }
    stream_putc(out, '"');
}
