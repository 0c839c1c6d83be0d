/* SPDX-License-Identifier: MIT
 * value_text.c - values as people read them. Independent of the locale: no printf of fractions. */
#include "model/value.h"
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#define THIN_SPACE "\342\200\211"

/* Whole number with a thin space each three digits. */
static void add_grouped(struct buf *out, uint64_t n)
{
    char digits[24];
    int len = snprintf(digits, sizeof(digits), "%" PRIu64, n);

    for (int i = 0; i < len; i++) {
        if (i > 0 && (len - i) % 3 == 0)
            buf_adds(out, THIN_SPACE);
        buf_addc(out, digits[i]);
    }
}

/* At most `decimals` places, without zeros at the end. */
static void add_number(struct buf *out, double v, int decimals)
{
    static const int64_t scales[] = {1, 10, 100};
    int64_t scale = scales[decimals];

    if (!(fabs(v) <= 9007199254740992.0)) { /* nonsense over nonsense */
        buf_addc(out, '?');
        return;
    }
    int64_t n = llround(fabs(v) * (double)scale);
    if (v < 0 && n)
        buf_addc(out, '-');
    add_grouped(out, (uint64_t)(n / scale));
    int64_t rest = n % scale;
    if (!rest)
        return;
    if (decimals == 2 && rest % 10 == 0)
        buf_addf(out, ".%" PRId64, rest / 10);
    else
        buf_addf(out, decimals == 2 ? ".%02" PRId64 : ".%" PRId64, rest);
}

/* Three significant digits or so, with the step's letter: 62.5G. */
static void add_steps(struct buf *out, double v, double step, const char *const *letters,
                      const char *unit)
{
    int i = 0;

    while (fabs(v) >= 999.5 && letters[i + 1]) {
        v /= step;
        i++;
    }
    add_number(out, v, i && fabs(v) < 99.95 ? 1 : 0);
    buf_adds(out, letters[i]);
    buf_adds(out, unit);
}

static void add_bytes(struct buf *out, double v)
{
    static const char *const letters[] = {"B", "K", "M", "G", "T", "P", "E", NULL};

    add_steps(out, v, 1024, letters, "");
}

static void add_si(struct buf *out, double v, const char *unit)
{
    static const char *const letters[] = {"", "k", "M", "G", "T", "P", "E", NULL};

    add_steps(out, v, 1000, letters, unit);
}

static void add_age(struct buf *out, double ms)
{
    char text[16];

    time_age((int64_t)ms, text);
    buf_adds(out, text);
}

static void add_seconds(struct buf *out, double s)
{
    char text[24];

    if (s < 0) {
        buf_adds(out, "unlimited");
        return;
    }
    time_duration((int64_t)(s * 1000), text);
    buf_adds(out, text);
}

static void add_milliseconds(struct buf *out, double ms)
{
    if (ms >= 60000) {
        add_age(out, ms);
    } else if (ms >= 999.5) {
        add_number(out, ms / 1000, 1);
        buf_addc(out, 's');
    } else {
        add_number(out, ms, ms < 9.95 ? 1 : 0);
        buf_adds(out, "ms");
    }
}

static void add_num(struct buf *out, enum field_unit unit, double v)
{
    switch (unit) {
    case UNIT_BYTE:
        add_bytes(out, v);
        break;
    case UNIT_WATT:
        add_si(out, v, "W");
        break;
    case UNIT_PERCENT:
        add_number(out, v, v < 9.95 ? 1 : 0);
        buf_addc(out, '%');
        break;
    case UNIT_SECOND:
        add_seconds(out, v);
        break;
    case UNIT_MILLISECOND:
        add_milliseconds(out, v);
        break;
    case UNIT_LOAD:
        add_number(out, v, v < 9.995 ? 2 : v < 99.95 ? 1 : 0);
        break;
    case UNIT_HOUR:
        add_number(out, v, v < 9.95 ? 1 : 0);
        break;
    case UNIT_FLOPS:
        add_si(out, v, "F");
        break;
    case UNIT_HERTZ:
        add_si(out, v, "Hz");
        break;
    case UNIT_DEGREE:
    case UNIT_CELSIUS:
    case UNIT_RPM:
        add_number(out, v, 0);
        break;
    default:
        add_number(out, v, v == floor(v) ? 0 : 1);
        break;
    }
}

static int64_t local_day(wall_ms t, int utc_offset_minutes)
{
    return (t + (wall_ms)utc_offset_minutes * 60000) / 86400000;
}

/* Today by the clock, else by the calendar. */
static void add_time(const struct value_ctx *c, wall_ms t, struct buf *out)
{
    char text[16];

    if (local_day(t, c->utc_offset_minutes) == local_day(c->now, c->utc_offset_minutes))
        time_hms(t, c->utc_offset_minutes, text);
    else
        time_short(t, c->utc_offset_minutes, text);
    buf_adds(out, text);
}

static void add_flags(const struct field *f, uint32_t flags, struct buf *out)
{
    const char *separator = "";

    for (unsigned i = 0; f->words[i]; i++)
        if (flags >> i & 1) {
            buf_adds(out, separator);
            buf_adds(out, f->words[i]);
            separator = ",";
        }
    if (!*separator)
        buf_addc(out, '-');
}

void value_text(const struct value_ctx *c, const struct field *f, const struct value *v,
                struct buf *out)
{
    switch (v->kind) {
    case VALUE_NONE:
        buf_addc(out, '?');
        break;
    case VALUE_STR:
        buf_adds(out, intern_text(snapshot_strings(c->snap), v->str));
        break;
    case VALUE_NUM:
        add_num(out, f->unit, v->num);
        break;
    case VALUE_TIME:
        add_time(c, v->time, out);
        break;
    case VALUE_DURATION:
        add_age(out, v->num);
        break;
    case VALUE_WORD:
        buf_adds(out, v->word);
        break;
    case VALUE_FLAGS:
        add_flags(f, v->flags, out);
        break;
    }
}
