/* SPDX-License-Identifier: MIT
 * state.h - what the dashboard remembers between runs: setup choices and the history of its lines.
 *
 * A small text file, replaced atomically, readable by its owner only; one that cannot be read is
 * ignored with a word about it. Thread: ui. */
#ifndef SUAN_UI_STATE_H
#define SUAN_UI_STATE_H

#include "base/err.h"
#include "ui/lineedit.h"

struct ui_state {
    char theme[256];  /* "" = not chosen */
    int ascii, mouse; /* -1 = not chosen */
    int every_ms;     /* new data is shown at most so often; 0 = not chosen */
    struct line_history filters, commands;
};

void ui_state_init(struct ui_state *s);
void ui_state_fini(struct ui_state *s);
/* RC_OK also when there is no such file. On errors *s is as after ui_state_init. */
enum rc ui_state_load(struct ui_state *s, const char *path, struct err *e);
enum rc ui_state_save(const struct ui_state *s, const char *path, struct err *e);

#endif
