/* SPDX-License-Identifier: MIT
 * state.h - what the dashboard remembers between runs: setup choices and the history of its lines.
 *
 * A small text file, replaced atomically, readable by its owner only; one that cannot be read is
 * ignored with a word about it. Thread: ui. */
#ifndef SUAN_UI_STATE_H
#define SUAN_UI_STATE_H

#include "base/err.h"
#include "ui/lineedit.h"
#include <stdbool.h>

/* A column that the operator always or never wants to see. */
struct ui_chosen {
    char view[24], title[32];
    bool always;
};

struct ui_state {
    char theme[256];        /* "" = not chosen */
    char language[16];      /* "" = not chosen */
    int ascii, mouse, bell; /* -1 = not chosen */
    int every_ms;           /* new data is shown at most so often; 0 = not chosen */
    struct line_history filters, commands;
    struct ui_chosen *chosen;
    size_t chosen_count, chosen_cap;
};

void ui_state_init(struct ui_state *s);
void ui_state_fini(struct ui_state *s);
/* NULL = as there is room. */
const struct ui_chosen *ui_state_column(const struct ui_state *s, const char *view,
                                        const char *title);
/* choice: 1 always, -1 never, 0 as there is room. */
void ui_state_choose(struct ui_state *s, const char *view, const char *title, int choice);
/* RC_OK also when there is no such file. On errors *s is as after ui_state_init. */
enum rc ui_state_load(struct ui_state *s, const char *path, struct err *e);
enum rc ui_state_save(const struct ui_state *s, const char *path, struct err *e);

#endif
