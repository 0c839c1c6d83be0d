/* SPDX-License-Identifier: MIT
 * number.c - numbers as text that reads back as the same number, without a locale; see stream.h. */
#include "export/stream.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define WHOLE_MAX 9007199254740992.0 /* 2^53: up to here a double counts every whole number */
#define DIGITS_MAX 1e15              /* fifteen digits always survive the way through a double */

static const char pairs[] =
    "00010203040506070809101112131415161718192021222324252627282930313233343536373839"
    "40414243444546474849505152535455565758596061626364656667686970717273747576777879"
    "8081828384858687888990919293949596979899";

static size_t write_unsigned(char *out, uint64_t v)
{
    char back[20];
    size_t n = sizeof(back);

    for (; v >= 100; v /= 100) {
        n -= 2;
        memcpy(back + n, pairs + v % 100 * 2, 2);
    }
    if (v >= 10) {
        n -= 2;
        memcpy(back + n, pairs + v * 2, 2);
    } else {
        back[--n] = (char)('0' + v);
    }
    memcpy(out, back + n, sizeof(back) - n);
    return sizeof(back) - n;
}

/* v / 10^places without trailing zeros. */
static size_t write_fixed(char *out, int64_t v, unsigned places)
{
    uint64_t magnitude = v < 0 ? 0 - (uint64_t)v : (uint64_t)v, scale = 1;
    size_t n = 0;

    for (unsigned i = 0; i < places; i++)
        scale *= 10;
    if (v < 0)
        out[n++] = '-';
    n += write_unsigned(out + n, magnitude / scale);
    uint64_t rest = magnitude % scale;
    if (rest == 0)
        return n;
    for (out[n++] = '.'; rest > 0; rest %= scale) {
        scale /= 10;
        out[n++] = (char)('0' + rest / scale);
    }
    return n;
}

/* What the C library prints, whatever the locale takes for a decimal point. */
static size_t copy_plain(char *out, const char *printed)
{
    size_t n = 0;

    for (const char *p = printed; *p != '\0' && n < NUMBER_MAX; p++) {
        bool ours = (*p >= '0' && *p <= '9') || *p == '-' || *p == '+' || *p == 'e';
        if (ours)
            out[n++] = *p;
        else if (n > 0 && out[n - 1] != '.')
            out[n++] = '.';
    }
    return n;
}

static size_t write_shortest(char *out, double v)
{
    char printed[64];

    for (int digits = 15; digits <= 17; digits++) {
        snprintf(printed, sizeof(printed), "%.*g", digits, v);
        if (strtod(printed, NULL) == v)
            break;
    }
    return copy_plain(out, printed);
}

/* v = n / 10^places exactly as a double sees it? The quotient is correctly rounded, so equality says
 * that these digits read back as v, and with at most fifteen of them no other text is shorter. */
static bool is_fixed(double v, double scale, int64_t *n)
{
    double scaled = v * scale;

    if (!(fabs(scaled) < DIGITS_MAX))
        return false;
    double whole = nearbyint(scaled);
    *n = (int64_t)whole;
    return whole / scale == v;
}

size_t number_write(char out[NUMBER_MAX], double v)
{
    int64_t n;

    if (!isfinite(v)) { /* JSON has no word for it */
        memcpy(out, "null", 4);
        return 4;
    }
    if (fabs(v) < WHOLE_MAX && v == (double)(int64_t)v)
        return write_fixed(out, (int64_t)v, 0);
    if (is_fixed(v, 1e3, &n))
        return write_fixed(out, n, 3);
    if (is_fixed(v, 1e9, &n))
        return write_fixed(out, n, 9);
    return write_shortest(out, v);
}

void stream_number(struct stream *s, double v)
{
    stream_commit(s, number_write(stream_room(s, NUMBER_MAX), v));
}

void stream_share(struct stream *s, double v)
{
    if (fabs(v) < 1e12)
        stream_milli(s, llround(v * 1000));
    else
        stream_number(s, v);
}

void stream_milli(struct stream *s, int64_t milli)
{
    stream_commit(s, write_fixed(stream_room(s, NUMBER_MAX), milli, 3));
}
