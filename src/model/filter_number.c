/* SPDX-License-Identifier: MIT
 * filter_number.c - numbers and durations as people type them in filters. Independent of the
 * locale. */
#include "model/filter_int.h"
#include "model/fold.h"
#include <string.h>

/* Decimal number at *p, moved past it. */
static bool take_decimal(const char **p, double *out)
{
    double v = 0, scale = 1;
    const char *s = *p;
    bool digits = false;

    for (; *s >= '0' && *s <= '9'; s++, digits = true)
        v = v * 10 + (*s - '0');
    if (*s == '.')
        for (s++; *s >= '0' && *s <= '9'; s++, digits = true)
            v += (*s - '0') * (scale /= 10);
    *p = s;
    *out = v;
    return digits;
}

/* Milliseconds of a duration's unit at *p, 0 if there is none. "m" is a minute. */
static double take_time_unit(const char **p)
{
    static const struct {
        const char *word;
        double ms;
    } units[] = {{"ms", 1},     {"s", 1e3},     {"m", 60e3},
                 {"h", 3600e3}, {"d", 86400e3}, {"w", 604800e3}};

    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        size_t len = strlen(units[i].word);
        if (strncmp(*p, units[i].word, len) == 0) {
            *p += len;
            return units[i].ms;
        }
    }
    return 0;
}

bool filter_duration(const char *s, double *ms)
{
    *ms = 0;
    do {
        double v, unit;
        if (!take_decimal(&s, &v) || (unit = take_time_unit(&s)) == 0)
            return false;
        *ms += v * unit;
    } while (*s);
    return true;
}

/* "K" "Ki" "KB" "KiB" "%" or nothing, to the end. */
static bool take_magnitude(const char *p, bool bytes, double *v)
{
    static const char steps[] = "kmgtpe";
    const char *step = *p ? strchr(steps, fold_char(*p)) : NULL;

    if (step) {
        bool binary = bytes || p[1] == 'i';
        for (const char *s = steps; s <= step; s++)
            *v *= binary ? 1024 : 1000;
        p++;
        if (*p == 'i')
            p++;
    }
    if (bytes && (*p == 'B' || *p == 'b'))
        p++;
    if (!bytes && !step && *p == '%')
        p++;
    return *p == '\0';
}

bool filter_number(const char *s, enum field_unit unit, enum value_kind kind, double *out)
{
    bool timed = kind == VALUE_DURATION || unit == UNIT_SECOND || unit == UNIT_MILLISECOND;
    bool in_ms = kind == VALUE_DURATION || unit == UNIT_MILLISECOND;
    bool negative = *s == '-';
    double v;

    if (negative)
        s++;
    if (timed && filter_duration(s, &v)) {
        *out = in_ms ? v : v / 1000;
        return !negative;
    }
    if (!take_decimal(&s, &v) || !take_magnitude(s, unit == UNIT_BYTE, &v))
        return false;
    if (kind == VALUE_DURATION)
        v *= 1000; /* a bare number of a duration is seconds */
    *out = negative ? -v : v;
    return true;
}
