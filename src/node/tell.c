/* SPDX-License-Identifier: MIT
 * tell.c - see tell.h. */
#include "node/tell.h"
#include <math.h>
#include <stdarg.h>

void tell_begin(FILE *out, const char *entity)
{
    fprintf(out, "{\"entity\":\"%s\"", entity);
}

void tell_text(FILE *out, const char *key, const char *text)
{
    if (*text == '\0')
        return;
    fprintf(out, ",\"%s\":\"", key);
    for (; *text != '\0'; text++)
        fputc((unsigned char)*text < 0x20 || *text == '"' || *text == '\\' ? '?' : *text, out);
    fputc('"', out);
}

void tell_quoted(FILE *out, const char *key, const char *text)
{
    fprintf(out, ",\"%s\":\"", key);
    for (; *text != '\0'; text++) {
        if (*text == '"' || *text == '\\')
            fputc('\\', out);
        fputc(*text, out);
    }
    fputc('"', out);
}

void tell_whole(FILE *out, const char *key, int64_t value)
{
    fprintf(out, ",\"%s\":%lld", key, (long long)value);
}

void tell_number(FILE *out, const char *key, double value)
{
    if (isfinite(value))
        fprintf(out, ",\"%s\":%.9g", key, value);
}

void tell_end(FILE *out)
{
    fputs("}\n", out);
    fflush(out);
}

__attribute__((format(printf, 3, 0))) static void tell_what(FILE *out, const char *entity,
                                                            const char *fmt, va_list ap)
{
    char what[200];

    vsnprintf(what, sizeof what, fmt, ap);
    tell_begin(out, entity);
    tell_text(out, "what", what);
    tell_end(out);
}

void tell_trouble(FILE *out, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    tell_what(out, "trouble", fmt, ap);
    va_end(ap);
}

void tell_note(FILE *out, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    tell_what(out, "note", fmt, ap);
    va_end(ap);
}

void tell_asking(FILE *out, const char *gpu)
{
    tell_begin(out, "asking");
    tell_text(out, "gpu", gpu);
    tell_end(out);
}

void tell_idle(FILE *out)
{
    tell_begin(out, "idle");
    tell_end(out);
}
