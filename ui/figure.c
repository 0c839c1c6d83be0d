/* SPDX-License-Identifier: MIT
 * figure.c - see figure.h. */
#include "ui/figure.h"
#include "ui/glyph.h"
#include "base/text.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    GRACE_MS = 30 * 1000,     /* past the interval, as the model counts a source stale */
    OLD_MS = 10 * 60 * 1000,  /* struck out from here */
    LOST_MS = 60 * 60 * 1000, /* "?" from here */
    /* A source asks for some things seldom though it asks for others often: nobody is late before that. */
    LEAST_INTERVAL_MS = 60 * 1000,
};

static const double tens[] = {1, 10, 100, 1000};

/* Digits of n into out with sep between groups of three; returns the length. */
static size_t group_digits(char *out, size_t size, uint64_t n, const char *sep)
{
    char digits[24];
    size_t len = (size_t)snprintf(digits, sizeof digits, "%llu", (unsigned long long)n);
    size_t used = 0, sep_len = strlen(sep);

    for (size_t i = 0; i < len && used + sep_len + 2 < size; i++) {
        if (i > 0 && (len - i) % 3 == 0) {
            memcpy(out + used, sep, sep_len);
            used += sep_len;
        }
        out[used++] = digits[i];
    }
    out[used] = '\0';
    return used;
}

static void write_number(char out[FIGURE_MAX], double v, int decimals, const char *sep)
{
    if (decimals > 3)
        decimals = 3;
    if (!isfinite(v) || fabs(v) >= 1e15) {
        snprintf(out, FIGURE_MAX, "%s", isfinite(v) ? "#" : FIGURE_ABSENT);
        return;
    }
    uint64_t scale = (uint64_t)tens[decimals];
    uint64_t n = (uint64_t)llround(fabs(v) * tens[decimals]);
    size_t used = 0;
    if (v < 0 && n > 0)
        out[used++] = '-';
    used += group_digits(out + used, FIGURE_MAX - used - 5, n / scale, sep);
    if (decimals > 0)
        snprintf(out + used, FIGURE_MAX - used, ".%0*llu", decimals,
                 (unsigned long long)(n % scale));
}

void figure_number(char out[FIGURE_MAX], double v, int decimals, bool ascii)
{
    write_number(out, v, decimals, glyph(GLYPH_THIN, ascii));
}

void figure_hours(char out[FIGURE_MAX], double hours, bool ascii)
{
    if (hours > 0 && hours < 0.05)
        snprintf(out, FIGURE_MAX, "<0.1");
    else
        figure_number(out, hours, hours > 0 && hours < 9.95, ascii);
}

/* v in the largest step that it reaches; returns the index of the step. */
static int step_of(double *v, double base, int max)
{
    int i = 0;

    for (; i < max && fabs(*v) >= base - 0.5; i++)
        *v /= base;
    return i;
}

/* Three significant digits: 1.23 12.3 123. */
static void write_three(char out[FIGURE_MAX], double v)
{
    double a = fabs(v);

    write_number(out, v, a < 9.995 ? 2 : a < 99.95 ? 1 : 0, "");
}

void figure_si(double v, char out[FIGURE_MAX], const char **step)
{
    static const char *const steps[] = {"", "k", "M", "G", "T", "P", "E"};
    int i = step_of(&v, 1000, 6);

    *step = steps[i];
    if (i == 0)
        write_number(out, v, 0, "");
    else
        write_three(out, v);
}

void figure_binary(double v, char out[FIGURE_MAX], const char **step)
{
    static const char *const steps[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    int i = step_of(&v, 1024, 6);

    *step = steps[i];
    if (i == 0)
        write_number(out, v, 0, "");
    else
        write_three(out, v);
}

void figure_fit(char out[FIGURE_MAX], double v, int cells, bool ascii)
{
    const char *step;

    figure_number(out, v, 0, ascii);
    if (text_cells(out) <= cells)
        return;
    write_number(out, v, 0, "");
    if ((int)strlen(out) <= cells)
        return;
    figure_si(v, out, &step);
    for (size_t len = strlen(out); (int)(len + strlen(step)) > cells && strchr(out, '.'); len--)
        out[len - 1] = '\0';
    size_t len = strlen(out);
    if (len > 0 && out[len - 1] == '.')
        out[--len] = '\0';
    snprintf(out + len, FIGURE_MAX - len, "%s", step);
    if ((int)strlen(out) > cells)
        snprintf(out, FIGURE_MAX, "#");
}

void figure_percent(char out[FIGURE_MAX], double share)
{
    double percent = share * 100;

    if (!isfinite(percent)) {
        snprintf(out, FIGURE_MAX, FIGURE_ABSENT);
        return;
    }
    if (percent > 0 && percent < 1)
        percent = 1;
    if (percent > 99 && percent < 100)
        percent = 99;
    write_number(out, percent, 0, "");
    size_t len = strlen(out);
    snprintf(out + len, FIGURE_MAX - len, "%%");
}

/* One of two figures in their common unit. */
static void write_flops(char out[FIGURE_MAX], double v, bool fine)
{
    int decimals = fabs(v) < 99.995 ? 2 : fine && fabs(v) < 999.95;

    if (isfinite(v) && v > 0 && v < 0.005)
        snprintf(out, FIGURE_MAX, "<0.01");
    else
        write_number(out, v, v == 0 ? 0 : decimals, "");
}

void figure_flops(struct figure_flops *out, double flops, double peak, bool fine)
{
    static const char *const units[] = {"F", "kF", "MF", "GF", "TF", "PF", "EF", "ZF"};
    double by = isfinite(peak) && peak > 0 ? peak : flops, unit = 1;
    int i = 0;

    for (; i < 7 && isfinite(by) && by / unit >= 999.95; i++)
        unit *= 1000;
    out->unit = units[i];
    write_flops(out->used, flops / unit, fine);
    write_flops(out->peak, isfinite(peak) && peak > 0 ? peak / unit : NAN, fine);
}

void figure_duration(char out[FIGURE_MAX], int64_t ms)
{
    char age[16];

    time_age(ms, age);
    snprintf(out, FIGURE_MAX, "%s", age);
}

static void with_unit(char out[FIGURE_MAX], const char *step, const char *unit)
{
    size_t len = strlen(out);

    snprintf(out + len, FIGURE_MAX - len, " %s%s", step, unit);
}

void figure_unit(char out[FIGURE_MAX], double v, enum field_unit unit, bool ascii)
{
    const char *step;
    size_t len;

    switch (unit) {
    case UNIT_BYTE:
        figure_binary(v, out, &step);
        with_unit(out, step, "");
        break;
    case UNIT_WATT:
        figure_si(v, out, &step);
        with_unit(out, step, "W");
        break;
    case UNIT_FLOPS:
        figure_si(v, out, &step);
        with_unit(out, step, "F");
        break;
    case UNIT_HERTZ:
        figure_si(v, out, &step);
        with_unit(out, step, "Hz");
        break;
    case UNIT_DEGREE:
    case UNIT_CELSIUS:
        figure_number(out, v, 0, ascii);
        len = strlen(out);
        snprintf(out + len, FIGURE_MAX - len, "%s", ascii ? " C" : "°C");
        break;
    case UNIT_PERCENT:
        figure_percent(out, v / 100);
        break;
    case UNIT_RPM:
        figure_number(out, v, 0, ascii);
        with_unit(out, "", "rpm");
        break;
    case UNIT_LOAD:
        figure_number(out, v, 2, ascii);
        break;
    case UNIT_SECOND:
        figure_duration(out, (int64_t)(v * 1000));
        break;
    case UNIT_MILLISECOND:
        figure_number(out, v, fabs(v) < 10 ? 1 : 0, ascii);
        with_unit(out, "", "ms");
        break;
    case UNIT_HOUR:
        figure_number(out, v, fabs(v) < 9.95 ? 1 : 0, ascii);
        break;
    case UNIT_NONE:
    case UNIT_COUNT:
        figure_number(out, v, 0, ascii);
        break;
    }
}

enum freshness figure_freshness_of(int64_t age_ms, int64_t interval_ms)
{
    if (age_ms < 0)
        return AGE_FRESH; /* configured, never polled: there is nothing to age */
    if (interval_ms < LEAST_INTERVAL_MS)
        interval_ms = LEAST_INTERVAL_MS;
    int64_t stale = interval_ms + GRACE_MS;
    if (age_ms <= stale)
        return AGE_FRESH;
    if (age_ms <= stale + OLD_MS)
        return AGE_STALE;
    return age_ms <= stale + LOST_MS ? AGE_OLD : AGE_LOST;
}

enum freshness figure_freshness(const struct view_input *in, const void *row)
{
    const struct row_head *head = row_head_of(row);
    const struct source_row *source = NULL;

    for (int i = 0; i < 2 && !source; i++)
        if (head->source[i] != UINT16_MAX)
            source = snapshot_source(in->snap, head->source[i]);
    double interval = source && row_has(source, source, interval_ms) ? source->interval_ms : 0;
    return figure_freshness_of(snapshot_age_of(in->snap, row, in->ctx.now), (int64_t)interval);
}

struct style figure_aged(struct style s, enum freshness f)
{
    if (f == AGE_STALE && s.fg != ROLE_FAINT) {
        s.fg = ROLE_DIM;
        s.attr &= (uint8_t)~ATTR_BOLD;
    }
    if (f >= AGE_OLD) {
        s.fg = ROLE_FAINT;
        s.attr = f == AGE_OLD ? ATTR_STRIKE : 0;
    }
    return s;
}

enum role figure_heat(double celsius)
{
    int step = (int)((celsius - 35) / 6);

    if (step < 0)
        step = 0;
    return (enum role)(ROLE_HEAT0 + (step > 9 ? 9 : step));
}

struct style figure_temperature_style(double celsius, double limit, bool *crit)
{
    double red = limit > 0 ? limit : 90;

    *crit = celsius >= red;
    if (*crit)
        return style_bold(style_of(ROLE_CRIT));
    if (celsius >= red - 6)
        return style_bold(style_of(ROLE_WARN));
    return style_of(figure_heat(celsius));
}
