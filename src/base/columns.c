/* SPDX-License-Identifier: MIT
 * columns.c - see columns.h. */
#include "base/columns.h"
#include <string.h>

static char *trim(char *s)
{
    size_t len;

    s += strspn(s, " \t\r");
    len = strlen(s);
    while (len > 0 && strchr(" \t\r", s[len - 1]))
        s[--len] = '\0';
    return s;
}

static void split(struct columns_line *out)
{
    char *cell = out->copy, *bar;

    for (out->count = 0; cell; cell = bar) {
        if (out->count == COLUMNS_MAX) {
            out->too_long = true;
            return;
        }
        bar = strchr(cell, '|');
        if (bar)
            *bar++ = '\0';
        out->cell[out->count++] = trim(cell);
    }
}

bool columns_next(struct columns *c, struct columns_line *out)
{
    while (*c->text) {
        size_t len = strcspn(c->text, "\n"), kept = len;
        if (kept >= sizeof(out->copy))
            kept = sizeof(out->copy) - 1;
        memcpy(out->copy, c->text, kept);
        out->copy[kept] = '\0';
        out->too_long = kept < len;
        c->text += len + (c->text[len] == '\n');
        c->line++;
        const char *first = out->copy + strspn(out->copy, " \t\r");
        if (*first == '\0' || *first == '#')
            continue;
        split(out);
        return true;
    }
    return false;
}
