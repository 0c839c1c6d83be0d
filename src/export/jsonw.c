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

/* Copies text that needs no escape, in words, the last of which may begin in the one before; false, and rubbish at
 * `out`, if it does need one. */
static bool copy_clean(char *out, const char *s, size_t len)
{
    uint64_t v, last;
    uint32_t half, other;

    if (len >= sizeof(v)) {
        memcpy(&last, s + len - sizeof(v), sizeof(v));
        bool dirty = any_escape(last);
        for (size_t i = 0; i + sizeof(v) < len; i += sizeof(v)) {
            memcpy(&v, s + i, sizeof(v));
            dirty |= any_escape(v);
            memcpy(out + i, &v, sizeof(v));
        }
        memcpy(out + len - sizeof(v), &last, sizeof(v));
        return !dirty;
    }
    if (len >= sizeof(half)) {
        memcpy(&half, s, sizeof(half));
        memcpy(&other, s + len - sizeof(other), sizeof(other));
        memcpy(out, &half, sizeof(half));
        memcpy(out + len - sizeof(other), &other, sizeof(other));
        return !any_escape((uint64_t)half << 32 | other);
    }
    for (size_t i = 0; i < len; i++) {
        if (needs_escape((unsigned char)s[i]))
            return false;
        out[i] = s[i];
    }
    return true;
}

static char *escape_all(char *out, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (needs_escape((unsigned char)text[i]))
            out += escape(out, (unsigned char)text[i]);
        else
            *out++ = text[i];
    }
    return out;
}

char *jsonw_quote_short(char *out, const char *text, size_t len)
{
    *out++ = '"';
    out = copy_clean(out, text, len) ? out + len : escape_all(out, text, len);
    *out++ = '"';
    return out;
}

void jsonw_quote(struct stream *out, const char *text, size_t len)
{
    if (len <= JSONW_SHORT) {
        stream_commit_to(out, jsonw_quote_short(stream_room(out, JSONW_SHORT_ROOM), text, len));
        return;
    }
    stream_putc(out, '"');
    for (size_t piece; len > 0; text += piece, len -= piece) {
        piece = len < JSONW_SHORT ? len : JSONW_SHORT;
        char *to = stream_room(out, JSONW_SHORT_ROOM);
        stream_commit_to(out,
                         copy_clean(to, text, piece) ? to + piece : escape_all(to, text, piece));
    }
    stream_putc(out, '"');
}
