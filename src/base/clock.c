/* SPDX-License-Identifier: MIT
 * clock.c - see clock.h. Formatting and parsing are arithmetic of our own: no TZ, no locale. */
#include "base/clock.h"
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define MS_PER_SECOND 1000
#define SECONDS_PER_DAY 86400
#define LAST_SECOND INT64_C(253402300799) /* 9999-12-31T23:59:59Z */

struct civil {
    int year, month, day, hour, minute, second;
};

static int64_t now_ms(clockid_t id)
{
    struct timespec ts;

    if (clock_gettime(id, &ts) != 0)
        return 0;
    return (int64_t)ts.tv_sec * MS_PER_SECOND + ts.tv_nsec / 1000000;
}

wall_ms clock_wall(void)
{
    return now_ms(CLOCK_REALTIME);
}

mono_ms clock_mono(void)
{
    return now_ms(CLOCK_MONOTONIC);
}

struct timespec clock_deadline(int64_t ms)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    ts.tv_sec += ms / MS_PER_SECOND;
    ts.tv_nsec += (long)(ms % MS_PER_SECOND) * 1000000;
    ts.tv_sec += ts.tv_nsec / 1000000000;
    ts.tv_nsec %= 1000000000;
    return ts;
}

int clock_utc_offset(wall_ms t)
{
    time_t seconds = (time_t)(t / MS_PER_SECOND);
    struct tm tm;

    if (!localtime_r(&seconds, &tm))
        return 0;
    return (int)(tm.tm_gmtoff / 60);
}

/* Days since 1970-01-01 and back, by 400-year eras that start in March (so leap days come last). */
static int64_t days_from_civil(int year, int month, int day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t era = y / 400, of_era = y % 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static void civil_from_days(int64_t days, struct civil *c)
{
    int64_t z = days + 719468, era = z / 146097, of_era = z % 146097;
    int64_t y = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * y + y / 4 - y / 100);
    int64_t m = (5 * of_year + 2) / 153;

    c->day = (int)(of_year - (153 * m + 2) / 5 + 1);
    c->month = (int)(m < 10 ? m + 3 : m - 9);
    c->year = (int)(y + era * 400 + (c->month <= 2));
}

/* False for 0 = unknown and for what has no four-digit year. */
static bool split(wall_ms t, int utc_offset_minutes, struct civil *c)
{
    int64_t seconds = t / MS_PER_SECOND + (int64_t)utc_offset_minutes * 60;

    if (t <= 0 || seconds < 0 || seconds > LAST_SECOND)
        return false;
    int of_day = (int)(seconds % SECONDS_PER_DAY);
    civil_from_days(seconds / SECONDS_PER_DAY, c);
    c->hour = of_day / 3600;
    c->minute = of_day / 60 % 60;
    c->second = of_day % 60;
    return true;
}

void time_rfc3339(wall_ms t, char out[32])
{
    struct civil c;

    out[0] = '\0';
    if (split(t, 0, &c))
        snprintf(out, 32, "%04hu-%02hhu-%02hhuT%02hhu:%02hhu:%02hhuZ", (unsigned short)c.year,
                 (unsigned char)c.month, (unsigned char)c.day, (unsigned char)c.hour,
                 (unsigned char)c.minute, (unsigned char)c.second);
}

void time_hms(wall_ms t, int utc_offset_minutes, char out[16])
{
    struct civil c;

    out[0] = '\0';
    if (split(t, utc_offset_minutes, &c))
        snprintf(out, 16, "%02hhu:%02hhu:%02hhu", (unsigned char)c.hour, (unsigned char)c.minute,
                 (unsigned char)c.second);
}

void time_short(wall_ms t, int utc_offset_minutes, char out[16])
{
    struct civil c;

    out[0] = '\0';
    if (split(t, utc_offset_minutes, &c))
        snprintf(out, 16, "%02hhu-%02hhu %02hhu:%02hhu", (unsigned char)c.month,
                 (unsigned char)c.day, (unsigned char)c.hour, (unsigned char)c.minute);
}

/* Exactly n digits at *s, which moves behind them; -1 if they are not there. */
static int take_digits(const char **s, int n)
{
    int v = 0;

    for (int i = 0; i < n; i++, (*s)++) {
        if (**s < '0' || **s > '9')
            return -1;
        v = v * 10 + (**s - '0');
    }
    return v;
}

static bool take_char(const char **s, const char *any_of)
{
    if (**s == '\0' || !strchr(any_of, **s))
        return false;
    (*s)++;
    return true;
}

static bool take_date(const char **s, struct civil *c)
{
    static const int lengths[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    c->year = take_digits(s, 4);
    if (c->year < 0 || !take_char(s, "-") || (c->month = take_digits(s, 2)) < 1 || c->month > 12)
        return false;
    if (!take_char(s, "-") || (c->day = take_digits(s, 2)) < 1 || c->day > lengths[c->month - 1])
        return false;
    bool leap = (c->year % 4 == 0 && c->year % 100 != 0) || c->year % 400 == 0;
    return c->month != 2 || c->day != 29 || leap;
}

static bool take_time(const char **s, struct civil *c)
{
    c->hour = take_digits(s, 2);
    if (c->hour < 0 || c->hour > 23 || !take_char(s, ":"))
        return false;
    c->minute = take_digits(s, 2);
    if (c->minute < 0 || c->minute > 59 || !take_char(s, ":"))
        return false;
    c->second = take_digits(s, 2);
    return c->second >= 0 && c->second <= 60; /* 60: a leap second, which becomes the next minute */
}

/* ".123456789": milliseconds; digits after the third are read over. */
static bool take_fraction(const char **s, int *ms)
{
    int scale = 100;

    *ms = 0;
    if (!take_char(s, "."))
        return true;
    if (**s < '0' || **s > '9')
        return false;
    for (; **s >= '0' && **s <= '9'; (*s)++, scale /= 10)
        *ms += (**s - '0') * scale;
    return true;
}

/* "Z", "+08:00", "-0530" or nothing (then *minutes stays as it was). */
static bool take_zone(const char **s, int *minutes)
{
    bool west = **s == '-';

    if (take_char(s, "Zz")) {
        *minutes = 0;
        return true;
    }
    if (!take_char(s, "+-"))
        return true;
    int hours = take_digits(s, 2);
    if (hours < 0 || hours > 23)
        return false;
    take_char(s, ":");
    int rest = take_digits(s, 2);
    *minutes = (hours * 60 + rest) * (west ? -1 : 1);
    return rest >= 0 && rest < 60;
}

wall_ms time_parse(const char *s, int utc_offset_minutes)
{
    struct civil c;
    int ms, zone = utc_offset_minutes;

    if (!take_date(&s, &c) || !take_char(&s, "Tt ") || !take_time(&s, &c))
        return 0;
    if (!take_fraction(&s, &ms) || !take_zone(&s, &zone) || *s != '\0')
        return 0;
    int64_t of_day = c.hour * 3600 + c.minute * 60 + c.second - zone * 60;
    int64_t seconds = days_from_civil(c.year, c.month, c.day) * SECONDS_PER_DAY + of_day;
    wall_ms t = seconds * MS_PER_SECOND + ms;
    return t > 0 ? t : 0;
}

void time_age(int64_t ms, char out[16])
{
    int64_t minutes = ms / 60000, hours = minutes / 60, days = hours / 24;

    if (ms < 0 || days > 36525)
        snprintf(out, 16, "?");
    else if (minutes < 1)
        snprintf(out, 16, "%ds", (int)(ms / MS_PER_SECOND));
    else if (hours < 1)
        snprintf(out, 16, "%dm", (int)minutes);
    else if (days < 1)
        snprintf(out, 16, "%dh%02d", (int)hours, (int)(minutes % 60));
    else if (days < 10)
        snprintf(out, 16, "%dd%02dh", (int)days, (int)(hours % 24));
    else if (days < 2 * 365)
        snprintf(out, 16, "%dd", (int)days);
    else
        snprintf(out, 16, "%dy", (int)(days * 4 / 1461));
}

void time_duration(int64_t ms, char out[24])
{
    int64_t seconds = ms / MS_PER_SECOND, days = seconds / SECONDS_PER_DAY;
    int of_day = (int)(seconds % SECONDS_PER_DAY), used = 0;

    if (ms < 0) {
        snprintf(out, 24, "?");
        return;
    }
    if (days > 0)
        used = snprintf(out, 24, "%lld-", (long long)days);
    snprintf(out + used, 24 - (size_t)used, "%02d:%02d:%02d", of_day / 3600, of_day / 60 % 60,
             of_day % 60);
}
