/* SPDX-License-Identifier: MIT
 * lineedit.h - one line of UTF-8 text that is being typed, its history and its drawing.
 *
 * The text is always valid and clean. Completion is asked from a callback, so that the editor knows
 * neither commands nor columns. Thread: ui. */
#ifndef SUAN_UI_LINEEDIT_H
#define SUAN_UI_LINEEDIT_H

#include "base/buf.h"
#include "ui/canvas.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LINE_MAX_BYTES 1024

struct line_history {
    char **lines; /* oldest first */
    size_t count, cap, max;
};
void line_history_init(struct line_history *h, size_t max);
void line_history_fini(struct line_history *h);
/* Newest last; an equal older line is taken away, "" is not kept. */
void line_history_add(struct line_history *h, const char *line);

struct lineedit {
    char text[LINE_MAX_BYTES];
    size_t len, at; /* bytes; at = where the cursor stands */
    struct line_history *history;
    size_t recall;              /* index into history; history->count = the line being typed */
    char typed[LINE_MAX_BYTES]; /* what was there before history was walked */
    char stem[LINE_MAX_BYTES];  /* text up to the cursor when completion began */
    int candidate;              /* which completion is shown, -1 = none */
};

enum line_event { LINE_NOTHING, LINE_CHANGED, LINE_MOVED, LINE_DONE, LINE_CANCEL };

/* Writes whole lines that begin with stem[0..len), one a line, into out. */
typedef void line_complete(void *arg, const char *stem, struct buf *out);

void line_init(struct lineedit *l, struct line_history *h, const char *text);
void line_set(struct lineedit *l, const char *text);
enum line_event line_key(struct lineedit *l, uint32_t key, line_complete *complete, void *arg);
/* At most w cells from x; sets the canvas's cursor. Scrolls so that the cursor is seen. */
void line_draw(const struct lineedit *l, struct canvas *c, int y, int x, int w, struct style s);

#endif
