/* SPDX-License-Identifier: MIT
 * value.c - see value.h. */
#include "collectors/slurm/value.h"
#include "base/xmem.h"
#include "codec/quantity.h"
#include <math.h>
#include <string.h>
#include <strings.h>

/* NO_VAL and INFINITE of 32 and 64 bits. Those of 16 bits are real numbers too (65534 jobs). */
static bool is_mark(double v)
{
    return v == 4294967294.0 || v == 4294967295.0 || v >= 18446744073709549568.0;
}

bool slurm_number_json(const struct json *v, double *out)
{
    return json_slurm_num(v, out) == JSON_SET && isfinite(*out) && !is_mark(*out);
}

void put_json_num(struct delta *d, int field, const struct json *v, double factor)
{
    double n;

    if (slurm_number_json(v, &n) && n >= 0)
        delta_num(d, field, n * factor + 0.0); /* no negative zero */
    else
        delta_absent(d, field);
}

/* Beyond the year 9999 nobody meant it. */
static wall_ms time_from(double seconds)
{
    return seconds > 0 && seconds < 253402300800.0 ? (wall_ms)seconds * 1000 : 0;
}

void put_json_time(struct delta *d, int field, const struct json *v)
{
    double n;

    delta_time(d, field, slurm_number_json(v, &n) ? time_from(n) : 0);
}

void put_json_str(struct delta *d, int field, const struct json *v)
{
    delta_str(d, field, json_str(v));
}

void join_json(struct buf *out, const struct json *v, char glue)
{
    bool first = true;

    if (json_type(v) == JSON_STRING) {
        buf_adds(out, json_str(v));
        return;
    }
    if (json_type(v) != JSON_ARRAY)
        return;
    for (const struct json *item = json_first(v); item != NULL; item = json_next(item)) {
        if (json_type(item) != JSON_STRING)
            continue;
        if (!first)
            buf_addc(out, glue);
        buf_adds(out, json_str(item));
        first = false;
    }
}

void put_json_list(struct delta *d, int field, const struct json *v, char glue, struct buf *scratch)
{
    buf_reset(scratch);
    join_json(scratch, v, glue);
    delta_strn(d, field, scratch->data, scratch->len);
}

void put_json_minutes(struct delta *d, int field, const struct json *v)
{
    double n = 0;
    enum json_slurm kind = json_slurm_num(v, &n);

    if (kind == JSON_INFINITE || (kind == JSON_SET && (n == -1 || n == 4294967295.0)))
        delta_num(d, field, -1);
    else
        put_json_num(d, field, v, 60);
}

/* --- text ------------------------------------------------------------------------------------- */

bool span_is(struct span v, const char *word)
{
    return strlen(word) == v.len && memcmp(v.text, word, v.len) == 0;
}

bool span_is_unset(struct span v)
{
    static const char *const words[] = {"(null)", "N/A", "n/a", "NONE", "None", "Unknown", "n/s"};

    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (span_is(v, words[i]))
            return true;
    return v.len == 0;
}

bool span_copy(struct span v, char *out, size_t size)
{
    out[0] = '\0';
    if (v.len >= size || memchr(v.text, '\0', v.len) != NULL)
        return false;
    memcpy(out, v.text, v.len);
    out[v.len] = '\0';
    return true;
}

bool slurm_number_text(struct span v, double *out)
{
    char text[64];

    return span_copy(v, text, sizeof text) && quantity_number(text, out) && isfinite(*out) &&
           !is_mark(*out);
}

wall_ms time_of(struct span v)
{
    char text[40];
    double n;

    if (slurm_number_text(v, &n))
        return time_from(n);
    return !span_is_unset(v) && span_copy(v, text, sizeof text) ? time_parse(text, 0) : 0;
}

void put_num(struct delta *d, int field, struct span v, double factor)
{
    double n;

    if (slurm_number_text(v, &n) && n >= 0)
        delta_num(d, field, n * factor);
    else
        delta_absent(d, field);
}

void put_time(struct delta *d, int field, struct span v)
{
    delta_time(d, field, time_of(v));
}

void put_str(struct delta *d, int field, struct span v)
{
    if (span_is(v, "(null)") || span_is(v, "N/A"))
        delta_absent(d, field);
    else
        delta_strn(d, field, v.text, v.len);
}

void put_limit(struct delta *d, int field, struct span v)
{
    char text[40];
    int64_t seconds;

    if (!span_is_unset(v) && span_copy(v, text, sizeof text) && quantity_slurm_time(text, &seconds))
        delta_num(d, field, (double)seconds);
    else
        delta_absent(d, field);
}
