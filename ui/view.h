/* SPDX-License-Identifier: MIT
 * view.h - what a view is, and all that it is given.
 *
 * rebuild() chooses the visible rows from a snapshot, draw() puts them into a canvas; neither has a handle
 * to anything else, so a view cannot fetch, block or change the model. command() answers a key with state
 * changes of its own and with wishes (struct view_out) that the ui core carries out.
 * Thread: ui only. Time is in the input. */
#ifndef SUAN_UI_VIEW_H
#define SUAN_UI_VIEW_H

#include "model/query.h"
#include "model/snapshot.h"
#include "ui/canvas.h"

enum cmd {
    CMD_NONE,
#define CMD(ID, name, keys, group, footer, help) CMD_##ID,
#include "ui/keys.def"
#undef CMD
    CMD_COUNT
};

struct xid_table;

/* What the view is narrowed to by drill-down. Names are ids of the snapshot's strings in raw form, kept as
 * text so that they survive string-table epochs. */
struct view_scope {
    int center;     /* index of the center row, -1 = all */
    char pool[256]; /* raw name, "" = all */
    char node[256];
    char job[128];
    char title[256]; /* breadcrumb for the header: "张北 › h800-train", sanitised */
};

/* Somebody may be waiting: rows of a new picture are given up for a key, and gone on with later. */
struct view_interrupt {
    bool (*wanted)(void *arg);
    void *arg;
    bool happened; /* rebuild() ended early: the view is as it was, of the picture before */
};

struct view_input {
    const struct snapshot *snap; /* never NULL */
    struct value_ctx ctx;        /* snap, now, utc offset */
    const struct view_scope *scope;
    const struct filter *filter; /* compiled for the view's entity; NULL = none */
    const char *filter_text;
    struct rect area; /* where the body goes: header and footer are the core's */
    bool frozen;
    bool ascii;                       /* glyphs limited to ASCII */
    bool mono;                        /* no colours: meaning must be in words and attributes */
    const struct xid_table *xids;     /* NULL = no words for XIDs */
    struct view_interrupt *interrupt; /* NULL = go through with it */
    struct sort_room *room;           /* of all views; NULL = each table has its own */
};

/* For struct query: of the struct view_interrupt. */
static inline bool view_gives_way(void *interrupt)
{
    struct view_interrupt *i = interrupt;

    i->happened = i->happened || i->wanted(i->arg);
    return i->happened;
}

enum view_wish {
    WISH_NONE,
    WISH_PUSH,
    WISH_PAGER,
    WISH_RAW,
    WISH_RETRY,
    WISH_MESSAGE,
    WISH_UP,
    WISH_ANNOTATE,
    WISH_ACT
};

struct action_order;
struct annotation;

struct view_out {
    enum view_wish wish;
    const struct view_ops *push; /* WISH_PUSH: go down into this view ... */
    struct view_scope scope;     /* ... narrowed to this */
    struct buf text; /* WISH_PAGER: text with a title line; WISH_MESSAGE, WISH_ANNOTATE: one line */
    enum entity entity; /* WISH_RAW: of this thing */
    int source;         /* WISH_RAW, WISH_RETRY: index of the source row */
    char id[256]; /* WISH_RAW: raw identity bytes; of a device its node, NUL, its index, NUL */
    /* WISH_ANNOTATE: what is said about which rows, but by whom (annotation.by); view_out_fini frees them. */
    struct annotation *annotations;
    size_t annotation_count;
    struct action_order
        *order; /* WISH_ACT: frozen targets (act.h); whoever takes the wish owns it */
};

void view_out_init(struct view_out *out);
void view_out_fini(struct view_out *out); /* of an order only whoever took it */

/* Whether a column is shown: as there is room and need, or as the operator wants it. */
enum column_choice { COLUMN_AUTO, COLUMN_ALWAYS, COLUMN_NEVER, COLUMN_CHOICES };

struct view_column {
    const char *title; /* unique in its view */
    const char *field; /* the model's column that it sorts by, NULL = none */
    enum column_choice choice;
};

struct view_ops {
    const char *name;        /* "nodes" */
    const char *title;       /* "Nodes" */
    const char *short_title; /* "Node", for 80 columns */
    char key;                /* '2' */
    const char *help;        /* paragraphs for F1: what the figures mean and where they come from */
    enum entity entity;
    /* Commands to name in the bottom bar, CMD_NONE-terminated. Keys that act work only where they are named. */
    const enum cmd *footer;
    void *(*open)(void);
    void (*close)(void *state);
    void (*rebuild)(void *state, const struct view_input *in);
    void (*draw)(const void *state, const struct view_input *in, struct canvas *c);
    /* True if the command did something (redraw). arg: text after a `:command`, "" from a key. */
    bool (*command)(void *state, const struct view_input *in, enum cmd cmd, const char *arg,
                    struct view_out *out);
    /* A click at canvas coordinates; wheel = -1/+1. */
    bool (*mouse)(void *state, const struct view_input *in, int y, int x, int wheel, bool twice,
                  struct view_out *out);
    /* "120 of 2000" for the header, and the sort words; may write nothing. */
    void (*status)(const void *state, const struct view_input *in, struct buf *out);
    /* Names of the columns that CMD_SORT_PICK takes, one a line; NULL = all of the entity. */
    void (*sortable)(const void *state, const struct view_input *in, struct buf *out);
    /* The order that this view asked for was sent: its marks have done their work. NULL = has none. */
    void (*acted)(void *state);
    /* F1: what a figure of the row under the cursor is and how it came about, in the markup of PAGER_HELP. at: which
     * of them, counted on in both directions, EXPLAIN_DEFAULT = the one that it sorts by. Returns which that was,
     * -1 = there is none. NULL = has none. */
    int (*explain)(const void *state, const struct view_input *in, int at, struct buf *out);
    /* Column k; false behind the last. NULL, both: its columns are not to be chosen. */
    bool (*column)(const void *state, int k, struct view_column *out);
    void (*choose)(void *state, int k, enum column_choice choice);
};

const struct view_ops *const *view_all(void); /* NULL-terminated, order of views.def */
const struct view_ops *view_find(const char *name);

#endif
