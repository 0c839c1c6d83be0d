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

/* How many digits v has. A bit is 1233/4096 of a digit. */
static unsigned digits_of(uint64_t v)
{
    static const uint64_t tens[] = {0,
                                    10,
                                    100,
                                    1000,
                                    10000,
                                    100000,
                                    1000000,
                                    10000000,
                                    100000000,
                                    1000000000,
                                    10000000000,
                                    100000000000,
                                    1000000000000,
                                    10000000000000,
                                    100000000000000,
                                    1000000000000000,
                                    10000000000000000,
                                    100000000000000000,
                                    1000000000000000000,
                                    UINT64_C(10000000000000000000)};
    unsigned about = (64 - (unsigned)__builtin_clzll(v | 1)) * 1233 >> 12;

    return about + (v >= tens[about]);
}

static void put_pair(char *out, unsigned v)
{
    memcpy(out, pairs + 2 * (size_t)v, 2);
}

static char *put_unsigned(char *out, uint64_t v)
{
    unsigned digits = digits_of(v);
    char *at = out + digits;

    for (; v >= 100; v /= 100)
        put_pair(at -= 2, (unsigned)(v % 100));
    if (v >= 10)
        put_pair(at - 2, (unsigned)v);
    else
        at[-1] = (char)('0' + v);
    return out + digits;
}

/* The sign, and what is left to be written. */
static char *put_sign(char *out, int64_t v, uint64_t *magnitude)
{
    *magnitude = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
    *out = '-';
    return out + (v < 0);
}

static char *put_whole(char *out, int64_t v)
{
    uint64_t magnitude;

    out = put_sign(out, v, &magnitude);
    return put_unsigned(out, magnitude);
}

char *number_put_milli(char *out, int64_t milli)
{
    uint64_t magnitude;

    out = put_sign(out, milli, &magnitude);
    out = put_unsigned(out, magnitude / 1000);
    unsigned rest = (unsigned)(magnitude % 1000);
    if (rest == 0)
        return out;
    out[0] = '.';
    out[1] = (char)('0' + rest / 100);
    put_pair(out + 2, rest % 100);
    out += 4;
    while (out[-1] == '0')
        out--;
    return out;
}

/* v / 10^9 without trailing zeros. */
static char *put_nano(char *out, int64_t v)
{
    uint64_t magnitude, scale = 1000000000;

    out = put_sign(out, v, &magnitude);
    out = put_unsigned(out, magnitude / scale);
    uint64_t rest = magnitude % scale;
    for (*out++ = '.'; rest > 0; rest %= scale) {
        scale /= 10;
        *out++ = (char)('0' + rest / scale);
    }
    return out;
}

/* What the C library prints, whatever the locale takes for a decimal point. */
static char *copy_plain(char *out, const char *printed)
{
    size_t n = 0;

    for (const char *p = printed; *p != '\0' && n < NUMBER_MAX; p++) {
        bool ours = (*p >= '0' && *p <= '9') || *p == '-' || *p == '+' || *p == 'e';
        if (ours)
            out[n++] = *p;
        else if (n > 0 && out[n - 1] != '.')
            out[n++] = '.';
    }
    return out + n;
}

static char *put_shortest(char *out, double v)
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

char *number_put(char *out, double v)
{
    int64_t n;

    if (fabs(v) < WHOLE_MAX && v == (double)(int64_t)v)
        return put_whole(out, (int64_t)v);
    if (!isfinite(v)) { /* JSON has no word for it */
        memcpy(out, "null", 4);
        return out + 4;
    }
    if (is_fixed(v, 1e3, &n))
        return number_put_milli(out, n);
    if (is_fixed(v, 1e9, &n))
        return put_nano(out, n);
    return put_shortest(out, v);
}

size_t number_write(char out[NUMBER_MAX], double v)
{
    return (size_t)(number_put(out, v) - out);
}

char *number_put_share(char *out, double v)
{
    return fabs(v) < 1e12 ? number_put_milli(out, llround(v * 1000)) : number_put(out, v);
}

void stream_number(struct stream *s, double v)
{
    stream_commit_to(s, number_put(stream_room(s, NUMBER_MAX), v));
}

void stream_share(struct stream *s, double v)
{
    stream_commit_to(s, number_put_share(stream_room(s, NUMBER_MAX), v));
}

void stream_milli(struct stream *s, int64_t milli)
{
    stream_commit_to(s, number_put_milli(stream_room(s, NUMBER_MAX), milli));
}
