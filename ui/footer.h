/* SPDX-License-Identifier: MIT
 * footer.h - the last line of every screen: the views with their numbers, and the keys that work here.
 * Pure drawing; remembers where it put things, for the mouse. */
#ifndef SUAN_UI_FOOTER_H
#define SUAN_UI_FOOTER_H

#include "ui/canvas.h"
#include "ui/view.h"

enum { FOOTER_SPANS = 32 };

struct footer_map {
    struct {
        int from, to;
        enum cmd cmd;
    } spans[FOOTER_SPANS];
    int count;
};

struct footer_hint {
    const char *key, *word;
    bool acts;
    enum cmd cmd;
};

struct footer {
    const struct view_ops *const *views; /* tabs, NULL-terminated */
    const struct view_ops *current;
    const struct footer_hint *hints; /* word NULL = end; the last ones matter most */
};

void footer_draw(const struct footer *f, struct canvas *c, int y, struct footer_map *map);
/* Command of what lies at cell x. */
enum cmd footer_hit(const struct footer_map *map, int x);
/* Hints of a view's command list; returns how many were written (at most max - 1, then the end). acts: keys that act
 * work here, so they are named. */
int footer_hints(const enum cmd *cmds, bool acts, struct footer_hint *out, int max,
                 char keys[][16]);

#endif
