/* SPDX-License-Identifier: MIT
 * centername.c - names of centers where there is no room for all of it: many begin with the same words. */
#include "base/text.h"
#include "ui/cells.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static const char *name_of(const struct view_input *in, const struct center_row *row)
{
    return cell_string(in, row_has(row, center, name) ? row->name : row->id);
}

static bool continues(char c)
{
    return ((unsigned char)c & 0xC0) == 0x80;
}

/* Bytes that both begin with, whole letters only. */
static size_t same_begin(const char *a, const char *b)
{
    size_t n = 0;

    while (a[n] != '\0' && a[n] == b[n])
        n++;
    while (n > 0 && continues(a[n]))
        n--;
    return n;
}

/* The same of their ends. */
static size_t same_end(const char *a, const char *b)
{
    size_t la = strlen(a), lb = strlen(b), n = 0;

    while (n < la && n < lb && a[la - n - 1] == b[lb - n - 1])
        n++;
    while (n > 0 && continues(a[la - n]))
        n--;
    return n;
}

/* Bytes at its begin and its end that a name has in common with another center's that begins as it does. */
static void shared(const struct view_input *in, const char *name, size_t *begin, size_t *end)
{
    *begin = *end = 0;
    for (uint32_t i = 0; i < snapshot_slots(in->snap, ENTITY_CENTER); i++) {
        const struct center_row *row = snapshot_row(in->snap, ENTITY_CENTER, i);
        const char *other = row ? name_of(in, row) : name;
        size_t n = strcmp(other, name) == 0 ? 0 : same_begin(name, other);
        if (n == 0)
            continue;
        size_t behind = same_end(name, other);
        *begin = n > *begin ? n : *begin;
        *end = behind > *end ? behind : *end;
    }
}

/* What tells a name from the others: with all that follows where there is room for it, else its last letters. */
static const char *telling(const char *name, size_t begin, size_t end, int cells, int *bytes)
{
    const char *from = name + begin;
    size_t rest = strlen(from), len = rest > end ? rest - end : rest;

    if (text_cells(from) <= cells) {
        *bytes = (int)rest;
        return from;
    }
    while (len > 0 && text_prefix(from, cells, NULL) < len)
        do
            from++, len--;
        while (continues(*from));
    *bytes = (int)len;
    return from;
}

const char *cell_center_short(const struct view_input *in, const char *name, int cells,
                              char out[CENTER_SHORT_MAX])
{
    size_t begin, end;
    int room = cells - 1, bytes;

    if (cells < 6 || text_cells(name) <= cells)
        return name;
    shared(in, name, &begin, &end);
    if (begin == 0 || text_prefix(name, room, NULL) > begin)
        return name;
    const char *tail = telling(name, begin, end, room - 2, &bytes);
    snprintf(out, CENTER_SHORT_MAX, "\u2026%.*s", bytes, tail);
    int head = (int)text_prefix(name, cells - text_cells(out), NULL);
    snprintf(out, CENTER_SHORT_MAX, "%.*s\u2026%.*s", head, name, bytes, tail);
    return out;
}
