/* SPDX-License-Identifier: MIT
 * quantity.c - numbers with units: plain numbers, durations, sizes, rates, and writing them.
 *
 * Everything is read by hand or with strtod in the C locale, so a German or French terminal reads
 * the same "62.50G". A text is taken whole or not at all. */
#include "codec/quantity.h"

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static const char *skip_digits(const char *s)
{
    while (is_digit(*s))
        s++;
    return s;
}

/* End of a decimal number at s, or NULL. No hexadecimal, no "inf", no blanks. An `e` that no digit
 * follows is not an exponent but a unit: "12 E", "12EFLOPS". */
static const char *number_end(const char *s)
{
    const char *p = *s == '-' || *s == '+' ? s + 1 : s;
    const char *whole = p;
    p = skip_digits(p);
    size_t digits = (size_t)(p - whole);
    if (*p == '.') {
        const char *fraction = p + 1;
        p = skip_digits(fraction);
        digits += (size_t)(p - fraction);
    }
    if (digits == 0)
        return NULL;
    if (*p == 'e' || *p == 'E') {
        const char *x = p[1] == '-' || p[1] == '+' ? p + 2 : p + 1;
        if (is_digit(*x))
            p = skip_digits(x);
    }
    return p;
}

/* glibc hands out its built-in C locale without allocating. */
static double to_double(const char *s)
{
    locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    double v = c ? strtod_l(s, NULL, c) : (double)NAN;
    if (c)
        freelocale(c);
    return v;
}

/* Number at s; returns what stands behind it and blanks, NULL if there is none or it is not
 * finite. */
static const char *take_number(const char *s, double *out)
{
    const char *end = number_end(s);
    if (!end)
        return NULL;
    double v = to_double(s);
    if (!isfinite(v))
        return NULL;
    *out = v;
    while (*end == ' ')
        end++;
    return end;
}

bool quantity_number(const char *s, double *out)
{
    const char *end = number_end(s);
    double v = end && *end == 0 ? to_double(s) : (double)NAN;
    if (!isfinite(v))
        return false;
    *out = v;
    return true;
}

/* --- durations -------------------------------------------------------------------------------- */

static const char *take_duration_unit(const char *s, double *ms)
{
    static const struct {
        const char *name;
        double ms;
    } units[] = {{"ms", 1},     {"s", 1e3},     {"m", 60e3},
                 {"h", 3600e3}, {"d", 86400e3}, {"w", 604800e3}};
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        size_t n = strlen(units[i].name);
        if (strncmp(s, units[i].name, n) == 0) {
            *ms = units[i].ms;
            return s + n;
        }
    }
    return NULL;
}

bool quantity_duration(const char *s, int64_t *out_ms)
{
    double total = 0, v, unit;
    const char *p = s;
    do {
        p = *p == '-' || *p == '+' ? NULL : take_number(p, &v);
        if (!p)
            return false;
        if (*p == 0 && total == 0) {
            total = v * 1e3;
            break;
        }
        p = take_duration_unit(p, &unit);
        if (!p)
            return false;
        total += v * unit;
    } while (*p != 0);
    if (!(total < 9e15))
        return false;
    *out_ms = (int64_t)(total + 0.5);
    return true;
}

static const char *take_count(const char *s, int64_t *v)
{
    const char *p = s;
    for (*v = 0; is_digit(*p) && *v < 1000000000000; p++)
        *v = *v * 10 + (*p - '0');
    return p > s && !is_digit(*p) ? p : NULL;
}

bool quantity_slurm_time(const char *s, int64_t *out_s)
{
    int64_t days, f[3];
    int n = 0;
    if (strcasecmp(s, "UNLIMITED") == 0 || strcasecmp(s, "INFINITE") == 0) {
        *out_s = -1;
        return true;
    }
    const char *p = take_count(s, &days);
    bool with_days = p && *p == '-';
    p = with_days ? p + 1 : s;
    do {
        p = take_count(p, &f[n++]);
    } while (p && *p == ':' && n < 3 && *p++);
    if (!p || *p != 0)
        return false;
    if (with_days)
        *out_s = days * 86400 + f[0] * 3600 + (n > 1 ? f[1] * 60 : 0) + (n > 2 ? f[2] : 0);
    else if (n == 3)
        *out_s = f[0] * 3600 + f[1] * 60 + f[2];
    else
        *out_s = f[0] * 60 + (n == 2 ? f[1] : 0);
    return true;
}

/* --- sizes and rates -------------------------------------------------------------------------- */

static const char steps[] = "KMGTPEZY";

/* 1 for K, 2 for M ...; 0 if c is no step. */
static int step_of(char c)
{
    char up = (char)(c == 'k' ? 'K' : c);
    const char *at = up ? strchr(steps, up) : NULL;
    return at ? (int)(at - steps) + 1 : 0;
}

static double power(double base, int n)
{
    double v = 1;
    for (; n > 0; n--)
        v *= base;
    return v;
}

static bool finite_out(double v, double *out)
{
    if (!isfinite(v))
        return false;
    *out = v;
    return true;
}

bool quantity_bytes(const char *s, double default_unit, double *out)
{
    double v;
    const char *p = take_number(s, &v);
    if (!p)
        return false;
    int step = step_of(*p);
    bool unit = step > 0;
    p += unit;
    if (step > 0 && *p == 'i')
        p++;
    if (*p == 'B') {
        unit = true;
        p++;
    } else if (step > 0 && (*p == 'n' || *p == 'c')) {
        p++; /* sacct's "4000Mn": per node, "per cpu" */
    }
    return *p == 0 && finite_out(v * (unit ? power(1024, step) : default_unit), out);
}

bool quantity_k8s(const char *s, double *out)
{
    static const char small[] = "munpfa"; /* n and below exist for CPU and custom metrics */
    static const double small_unit[] = {1e-3, 1e-6, 1e-9, 1e-12, 1e-15, 1e-18};
    double v, unit = 1;
    const char *p = take_number(s, &v);
    if (!p || (p > s && p[-1] == ' '))
        return false;
    const char *at = *p ? strchr(small, *p) : NULL;
    if (at) {
        unit = small_unit[at - small];
        p++;
    } else if (step_of(*p) > 0 && p[1] == 'i' && *p != 'k') {
        unit = power(1024, step_of(*p));
        p += 2;
    } else if (step_of(*p) > 0 && *p != 'K') {
        unit = power(1000, step_of(*p));
        p++;
    }
    return *p == 0 && finite_out(v * unit, out);
}

bool quantity_flops(const char *s, double *out)
{
    double v, unit = 1;
    const char *p = take_number(s, &v);
    if (!p || v < 0)
        return false;
    char up = (char)(*p >= 'a' && *p <= 'z' ? *p - 'a' + 'A' : *p);
    if (step_of(up) > 0) {
        unit = power(1000, step_of(up));
        p++;
    }
    bool known = *p == 0 || strcasecmp(p, "FLOPS") == 0 || strcasecmp(p, "FLOP/S") == 0;
    return known && finite_out(v * unit, out);
}

/* --- writing ---------------------------------------------------------------------------------- */

#define THIN "\xe2\x80\x89"

/* Fixed-point text of |v| with '.', whatever the locale. Returns the number of digits before it. */
static size_t fixed(double v, int decimals, char *out, size_t size)
{
    snprintf(out, size, "%.*f", decimals, v);
    size_t whole = (size_t)(skip_digits(out) - out);
    if (decimals > 0) {
        size_t fraction = strlen(out) - (size_t)decimals;
        out[whole] = '.';
        memmove(out + whole + 1, out + fraction, (size_t)decimals + 1);
    }
    return whole;
}

void quantity_group(double v, int decimals, char out[64])
{
    char text[64];
    size_t w = 0;
    if (!isfinite(v) || fabs(v) >= 1e21 || decimals < 0 || decimals > 9) {
        memcpy(out, "?", 2);
        return;
    }
    size_t whole = fixed(fabs(v), decimals, text, sizeof text);
    if (v < 0 && strspn(text, "0.") != strlen(text))
        out[w++] = '-';
    for (size_t i = 0; text[i]; i++) {
        if (i > 0 && i < whole && (whole - i) % 3 == 0) {
            memcpy(out + w, THIN, 3);
            w += 3;
        }
        out[w++] = text[i];
    }
    out[w] = 0;
}

void quantity_si(double v, char out[32])
{
    double a = fabs(v);
    int step = 0;
    if (!isfinite(v) || a >= 1e27) {
        memcpy(out, "?", 2);
        return;
    }
    while (a >= 999.5 && step < 8) { /* what would be printed as 1000 is 1 of the next step */
        a /= 1000;
        step++;
    }
    char text[16];
    (void)fixed(a,
                a < 9.995 && a != floor(a)   ? 2
                : a < 99.95 && a != floor(a) ? 1
                                             : 0,
                text, sizeof text);
    char unit[2] = {(char)(step == 0 ? 0 : step == 1 ? 'k' : steps[step - 1]), 0};
    snprintf(out, 32, "%s%s" THIN "%s", v < 0 ? "-" : "", text, unit);
}
