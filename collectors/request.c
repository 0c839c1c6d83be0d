/* SPDX-License-Identifier: MIT
 * request.c - strings that a request owns: everything a collector puts into one lives in its arena. */
#include "collectors/collector.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* What cannot be made becomes an empty string, which the other side refuses: collectors do not look. */
static char *never_null(char *s)
{
    static char empty[1];

    return s != NULL ? s : empty;
}

char *request_str(struct request *rq, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    int len = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    char *out = len < 0 ? NULL : arena_alloc(&rq->arena, (size_t)len + 1);
    if (out == NULL)
        return never_null(NULL);
    va_start(ap, fmt);
    vsnprintf(out, (size_t)len + 1, fmt, ap);
    va_end(ap);
    return out;
}

const char *const *request_strv(struct request *rq, const char *const *list)
{
    size_t n = 0;

    while (list[n] != NULL)
        n++;
    const char **out = arena_calloc(&rq->arena, (n + 1) * sizeof *out);
    for (size_t i = 0; out != NULL && i < n; i++)
        out[i] = never_null(arena_strdup(&rq->arena, list[i]));
    return out;
}

static bool stays(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

char *request_encode(struct request *rq, const char *s)
{
    static const char hex[] = "0123456789ABCDEF";
    char *out = arena_alloc(&rq->arena, strlen(s) * 3 + 1);
    char *p = out;
    bool dots = s[strspn(s, ".")] == '\0'; /* alone they would be a step in the path */

    if (out == NULL)
        return never_null(NULL);
    for (; *s != '\0'; s++) {
        unsigned char c = (unsigned char)*s;
        if (stays(c) && !dots) {
            *p++ = (char)c;
            continue;
        }
        *p++ = '%';
        *p++ = hex[c >> 4];
        *p++ = hex[c & 15];
    }
    *p = '\0';
    return out;
}
