/* SPDX-License-Identifier: MIT
 * jsontext.c - repairs of JSON text.
 *
 * Names of jobs and comments are whatever a user typed. One lone surrogate must cost a few
 * characters of one name and not the list it stands in, and a NUL must not cut one name down to
 * another's. */
#include "codec/jsontext.h"

#include <stdint.h>
#include <string.h>

#define NUMBER_MAX 63 /* what older cJSON reads of a number; they stumble over the rest */

/* The value of "\uXXXX" at s, or -1. */
static int32_t unit_at(const char *s, size_t len)
{
    int32_t v = 0;
    if (len < 6 || s[0] != '\\' || s[1] != 'u')
        return -1;
    for (int i = 2; i < 6; i++) {
        char c = s[i];
        int32_t d = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;
        if (d < 0)
            return -1;
        v = v << 4 | d;
    }
    return v;
}

bool jsontext_hides_nul(const char *text, size_t len)
{
    const char *p = text, *end = text + len;
    if (memchr(text, 0, len))
        return true;
    while ((p = memchr(p, '\\', (size_t)(end - p))) && ++p < end)
        if (*p == 'u' && unit_at(p - 1, (size_t)(end - p) + 1) <= 0)
            return true;
    return false;
}

/* UTF-8 by formula, also of what has no valid form: surrogates, and NUL as two bytes. */
static size_t encode_loosely(int32_t cp, char out[4])
{
    if (cp > 0 && cp < 0x80) {
        out[0] = (char)cp;
        return 1;
    }
    size_t n = cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;
    for (size_t i = n - 1; i > 0; i--, cp >>= 6)
        out[i] = (char)(0x80 | (cp & 0x3f));
    out[0] = (char)((0xf00 >> n & 0xf0) | cp);
    return n;
}

static bool is_high(int32_t u)
{
    return u >= 0xd800 && u < 0xdc00;
}

static bool is_low(int32_t u)
{
    return u >= 0xdc00 && u < 0xe000;
}

/* A backslash inside a string. Returns the bytes of the input taken. */
static size_t mend_escape(struct buf *out, const char *s, size_t len)
{
    int32_t u = unit_at(s, len);
    if (is_high(u) && is_low(unit_at(s + 6, len - 6))) {
        (void)buf_add(out, s, 12);
        return 12;
    }
    if (u == 0 || is_high(u) || is_low(u)) {
        char bytes[4];
        (void)buf_add(out, bytes, encode_loosely(u, bytes));
        return 6;
    }
    size_t n = len < 2 ? len : 2;
    if (u < 0 && n == 2 && s[1] == 'u')
        (void)buf_addc(out, '\\'); /* four hexadecimal digits do not follow: then it is text */
    (void)buf_add(out, s, n);
    return n;
}

static size_t mend_string(struct buf *out, const char *s, size_t len)
{
    size_t i = 1, done = 0;
    while (i < len && s[i] != '"') {
        if (s[i] != '\\' && s[i] != 0) {
            i++;
            continue;
        }
        (void)buf_add(out, s + done, i - done);
        if (s[i] == 0) {
            (void)buf_add(out, "\xc0\x80", 2);
            i++;
        } else {
            i += mend_escape(out, s + i, len - i);
        }
        done = i;
    }
    i += i < len;
    (void)buf_add(out, s + done, i - done);
    return i;
}

static size_t number_len(const char *s, size_t len)
{
    size_t i = 0;
    while (i < len && s[i] != 0 && strchr("0123456789+-.eE", s[i]))
        i++;
    return i;
}

enum rc jsontext_mend(struct buf *out, const char *text, size_t len, bool numbers)
{
    for (size_t i = 0; i < len && !out->failed;) {
        char c = text[i];
        if (c == '"') {
            i += mend_string(out, text + i, len - i);
            continue;
        }
        size_t n = c == '-' || (c >= '0' && c <= '9') ? number_len(text + i, len - i) : 1;
        (void)(numbers && n > NUMBER_MAX ? buf_adds(out, "1e999") : buf_add(out, text + i, n));
        i += n;
    }
    return out->failed ? RC_LIMIT : RC_OK;
}

static size_t unescape_one(const char *s, size_t len, char out[4], size_t *wrote)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    int32_t u = unit_at(s, len);
    if (u >= 0) {
        int32_t low = is_high(u) ? unit_at(s + 6, len - 6) : -1;
        bool pair = is_low(low);
        *wrote = encode_loosely(pair ? 0x10000 + ((u & 0x3ff) << 10 | (low & 0x3ff)) : u, out);
        return pair ? 12 : 6;
    }
    const char *known = len > 1 && s[1] != 0 ? strchr(from, s[1]) : NULL;
    out[0] = (char)(known ? to[known - from] : '\\');
    *wrote = 1;
    return known ? 2 : 1;
}

size_t jsontext_unescape(char *s, size_t len)
{
    size_t w = 0;
    for (size_t i = 0; i < len;) {
        if (s[i] != '\\') {
            s[w++] = s[i++];
            continue;
        }
        char bytes[4];
        size_t n;
        i += unescape_one(s + i, len - i, bytes, &n);
        memcpy(s + w, bytes, n);
        w += n;
    }
    return w;
}
