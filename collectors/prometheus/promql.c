/* SPDX-License-Identifier: MIT
 * promql.c - see promql.h. */
#include "collectors/prometheus/promql.h"
#include <string.h>

static bool is_control(unsigned char c)
{
    return c < ' ' || c == 0x7f;
}

static void add_escaped(struct buf *out, unsigned char c)
{
    if (c == '"' || c == '\\')
        (void)buf_addf(out, "\\%c", c);
    else if (is_control(c))
        (void)buf_addf(out, "\\x%02x", c);
    else
        (void)buf_addc(out, (char)c);
}

void promql_string(struct buf *out, const char *s)
{
    (void)buf_addc(out, '"');
    for (; *s != '\0'; s++)
        add_escaped(out, (unsigned char)*s);
    (void)buf_addc(out, '"');
}

void promql_literal(struct buf *out, const char *s)
{
    for (; *s != '\0'; s++) {
        if (strchr("\\.+*?()|[]{}^$", *s) != NULL)
            (void)buf_adds(out, "\\\\");
        add_escaped(out, (unsigned char)*s);
    }
}

void promql_expand(struct buf *out, const char *text, const char *match, const char *prefix)
{
    for (const char *p = text; *p != '\0'; p++) {
        bool list = p > text && (p[-1] == '{' || p[-1] == ',');
        if (list && p[0] == '_' && p[1] == '}') {
            (void)buf_adds(out, match);
        } else if (p[0] == '$' && p[1] == 'P') {
            (void)buf_adds(out, prefix);
            p++;
        } else {
            (void)buf_addc(out, *p);
        }
    }
}

/* ---- what the configuration says ---- */

static bool is_word(char c, bool first, bool colon)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (colon && c == ':') ||
           (!first && c >= '0' && c <= '9');
}

static const char *skip_blanks(const char *s)
{
    return s + strspn(s, " \t\n");
}

static const char *skip_name(const char *s)
{
    if (!is_word(*s, true, false))
        return NULL;
    while (is_word(*s, false, false))
        s++;
    return skip_blanks(s);
}

static const char *skip_operator(const char *s)
{
    static const char *const operators[] = {"=~", "!~", "!=", "="};

    for (size_t i = 0; i < sizeof operators / sizeof operators[0]; i++)
        if (strncmp(s, operators[i], strlen(operators[i])) == 0)
            return skip_blanks(s + strlen(operators[i]));
    return NULL;
}

static const char *skip_string(const char *s)
{
    char quote = *s;

    if (quote != '"' && quote != '\'')
        return NULL;
    for (s++; *s != quote; s++) {
        if (*s == '\\')
            s++;
        if (*s == '\0' || *s == '\n')
            return NULL;
    }
    return skip_blanks(s + 1);
}

bool promql_is_matchers(const char *s)
{
    for (s = skip_blanks(s);;) {
        s = skip_name(s);
        s = s != NULL ? skip_operator(s) : NULL;
        s = s != NULL ? skip_string(s) : NULL;
        if (s == NULL)
            return false;
        if (*s == '\0')
            return true;
        if (*s != ',')
            return false;
        s = skip_blanks(s + 1);
    }
}

bool promql_is_prefix(const char *s)
{
    for (const char *p = s; *p != '\0'; p++)
        if (!is_word(*p, p == s, true))
            return false;
    return true;
}
