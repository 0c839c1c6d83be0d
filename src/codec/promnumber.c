/* SPDX-License-Identifier: MIT
 * promnumber.c - numbers of metric pages. Most are short decimals: those are exact as one product of two doubles
 * (W. D. Clinger, "How to read floating point numbers accurately", 1990), the rest is the C library's. */
#include "codec/promtext.h"
#include <locale.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_MAX = 400, EXACT_POWER = 22 };
#define EXACT_WHOLE (UINT64_C(1) << 53)

static const double powers[EXACT_POWER + 1] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                               1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                               1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

struct decimal {
    bool negative;
    bool whole_kept; /* the digits fit in `digits` */
    uint64_t digits;
    int power;
};

/* The digits, and how far the point is from their end. Returns what stands behind them, NULL without any. */
static const char *take_digits(const char *p, const char *end, struct decimal *d)
{
    const char *first = p;
    int count = 0, behind = 0;
    bool point = false;

    for (; p < end && (is_digit(*p) || (*p == '.' && !point)); p++) {
        if (*p == '.') {
            point = true;
            continue;
        }
        d->whole_kept &= d->digits < UINT64_MAX / 10 - 1;
        d->digits = d->digits * 10 + (uint64_t)(*p - '0');
        behind += point;
        count++;
    }
    d->power = -behind;
    return count > 0 && p > first ? p : NULL;
}

static const char *take_power(const char *p, const char *end, struct decimal *d)
{
    int sign = 1, power = 0;

    if (p < end && (*p == '-' || *p == '+'))
        sign = *p++ == '-' ? -1 : 1;
    if (p == end || !is_digit(*p))
        return NULL;
    for (; p < end && is_digit(*p); p++)
        power = power < 100000 ? power * 10 + (*p - '0') : power;
    d->power += sign * power;
    return p;
}

static double from_library(const char *text, size_t len)
{
    char copy[TEXT_MAX];
    char *end;
    locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0); /* glibc's own, without allocating */

    if (!c)
        return NAN;
    memcpy(copy, text, len);
    copy[len] = '\0';
    double v = strtod_l(copy, &end, c);
    freelocale(c);
    return v;
}

static bool is_word(const char *text, size_t len, const char *word)
{
    for (size_t i = 0; i < len; i++, word++)
        if (*word == '\0' || (text[i] | 0x20) != *word)
            return false;
    return *word == '\0';
}

static bool take_special(const char *p, const char *end, bool negative, double *out)
{
    size_t len = (size_t)(end - p);

    if (is_word(p, len, "nan")) {
        *out = NAN;
        return true;
    }
    if (!is_word(p, len, "inf") && !is_word(p, len, "infinity"))
        return false;
    *out = negative ? -INFINITY : INFINITY;
    return true;
}

bool prom_number(const char *text, size_t len, double *out)
{
    struct decimal d = {.whole_kept = true};
    const char *p = text, *end = text + len;

    if (len == 0 || len >= TEXT_MAX)
        return false;
    if (*p == '-' || *p == '+')
        d.negative = *p++ == '-';
    if (p < end && !is_digit(*p) && *p != '.')
        return take_special(p, end, d.negative, out);
    if (!(p = take_digits(p, end, &d)))
        return false;
    if (p < end && (*p == 'e' || *p == 'E') && !(p = take_power(p + 1, end, &d)))
        return false;
    if (p != end)
        return false;
    if (!d.whole_kept || d.digits > EXACT_WHOLE || d.power > EXACT_POWER ||
        d.power < -EXACT_POWER) {
        *out = from_library(text, len);
        return true;
    }
    double v = (double)d.digits;
    v = d.power < 0 ? v / powers[-d.power] : v * powers[d.power];
    *out = d.negative ? -v : v;
    return true;
}
