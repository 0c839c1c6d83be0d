/* SPDX-License-Identifier: MIT
 * pager.h - a text to read over a view: scrolling, searching. Thread: ui.
 *
 * The first line of the text is its title. Everything is cleaned when it is set. In help texts a line that
 * begins with `# ` is a heading, and one that begins with `@` is a key, blanks, and what it does. */
#ifndef SUAN_UI_PAGER_H
#define SUAN_UI_PAGER_H

#include "base/buf.h"
#include "ui/canvas.h"
#include <stdbool.h>
#include <stdint.h>

enum pager_kind {
    PAGER_FIELDS, /* "name   value": names are dim */
    PAGER_HELP,
    PAGER_PLAIN
};

struct pager_row {
    uint32_t at, len;
    int indent;
    bool more; /* continues the row above */
};

struct pager {
    enum pager_kind kind;
    char title[256];
    struct buf text;        /* clean lines */
    struct pager_row *rows; /* as wrapped to `wrapped` cells */
    size_t count, cap;
    int wrapped, height;
    size_t top;
    char word[128]; /* searched for; "" = nothing */
    size_t hit;     /* row where it was found, SIZE_MAX = nowhere */
};

void pager_init(struct pager *p);
void pager_fini(struct pager *p);
void pager_set(struct pager *p, enum pager_kind kind, const char *text, size_t len);
enum pager_event { PAGER_NOTHING, PAGER_MOVED, PAGER_SEARCH, PAGER_CLOSE };
enum pager_event pager_key(struct pager *p, uint32_t key);
void pager_scroll(struct pager *p, int rows);
/* Next (by > 0) or previous row with the word, from here; false if there is none. */
bool pager_find(struct pager *p, const char *word, int by);
/* Over an area; wraps the text to it, which is what keys then move in. */
void pager_draw(struct pager *p, struct canvas *c, struct rect over);

#endif
