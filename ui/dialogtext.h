/* SPDX-License-Identifier: MIT
 * dialogtext.h - the words of the dialog, and the sheet of ranked lines that they are laid out on. For dialogdraw.c.
 * Pure; thread: ui. */
#ifndef SUAN_UI_DIALOGTEXT_H
#define SUAN_UI_DIALOGTEXT_H

#include "ui/dialog.h"

/* What goes first when there is little room: the highest. */
enum sheet_rank {
    RANK_MUST,
    RANK_NOTE,
    RANK_WARNING,
    RANK_REFUSED,
    RANK_POOL,
    RANK_OTHERS,
    RANK_EFFECT,
    RANK_HISTORY,
    RANK_REST,
    RANK_LIST,
    RANK_HINTS,
    RANK_BLANK,
    RANKS
};

enum { SHEET_LINES = 64, SHEET_PARTS = 2 };

struct sheet_line {
    const char *label;
    struct {
        struct style style;
        char text[512];
    } parts[SHEET_PARTS];
    int part_count;
    int rank, field;
    bool here;        /* the cursor is in its field */
    const char *hint; /* beside the cursor, while the field is empty */
    bool outdent;     /* begins where the labels do */
    bool right;       /* stands at the right edge */
    bool note;
    bool dropped;
};

struct sheet {
    struct sheet_line lines[SHEET_LINES];
    int count;
};

struct sheet_line *sheet_line(struct sheet *s, int rank, const char *label);
void sheet_part(struct sheet_line *l, struct style style, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* Drops lines until at most `rows` are left; false if some of RANK_MUST would have to go. */
bool sheet_fit(struct sheet *s, int rows);
int sheet_lines(const struct sheet *s); /* that are not dropped */
void sheet_free(struct sheet *s);

/* "mixed, 8 x H800, up 41d" */
void dialog_facts(const struct action_target *t, const struct dialog_world *w, struct buf *out);
/* "2 jobs · owners li, zhao · 8 GPUs · at most 5.3 GPU·h at risk if they stop"; "" where nothing is. */
void dialog_risk(const struct plan *p, const struct dialog_world *w, struct buf *out);
/* "out of work 2 -> 3 (0.6 %), limit 20 %" */
void dialog_pool(const struct plan *p, const struct plan_pool *pool, const struct dialog_world *w,
                 struct buf *out);
void dialog_takes(const struct plan *p, const struct dialog_world *w, struct buf *out);
/* What to type, or why nothing can be. */
void dialog_question(const struct plan *p, const struct dialog_world *w, struct buf *out);

#endif
