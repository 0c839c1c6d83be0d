/* SPDX-License-Identifier: MIT
 * listing.h - what all list views have in common: a table with lines above and below, sorting, grouping,
 * marks, searching, details, the mouse. A view is a struct list_spec and what it paints.
 *
 * The query runs again only when something that it depends on changed, so drawing once a second for the
 * ages costs no sorting. Thread: ui. */
#ifndef SUAN_UI_LISTING_H
#define SUAN_UI_LISTING_H

#include "ui/table.h"

struct list;

struct list_spec {
    enum entity entity;
    const struct table_column *columns;
    int column_count;
    int sort; /* index of the first sort column, -1 = as configured */
    bool descending;
    int (*order)(const void *a, const void *b); /* see table.h: of the first sort column */
    const char *const *groups;                  /* the model's column names, NULL-terminated */
    const char *nothing;                        /* said when there is no such thing at all */
    const char *nothing_gone;                   /* the same for rows that are no longer listed */
    const char *noun[2];                        /* "node", "nodes" */
    /* The view's own condition; NULL = all. The scope's center is seen to. */
    bool (*keep)(struct list *l, const struct value_ctx *c, const void *row);
    /* Before a query: prepare what keep needs. It may be interrupted. */
    void (*prepare)(struct list *l, const struct view_input *in);
    /* Sums over the rows that are shown: count_start, count for each row in any order. */
    void (*count_start)(struct list *l);
    void (*count)(struct list *l, const struct value_ctx *c, const void *row);
    void (*count_end)(struct list *l);
    /* The same for a view of very many rows: sums by chunk, put together after count_start. Then keep may be interrupted,
     * and unless `unsteady` says so it depends on nothing but the row, the scope and l->gone. */
    const struct query_tally *tally;
    void (*count_part)(void *list, const struct query_part *part);
    bool (*unsteady)(const struct list *l);
    int (*head_lines)(const struct list *l, const struct view_input *in);
    void (*head)(const struct list *l, const struct view_input *in, struct rect r,
                 struct canvas *c);
    int (*foot_lines)(const struct list *l, const struct view_input *in);
    void (*foot)(const struct list *l, const struct view_input *in, struct rect r,
                 struct canvas *c);
    /* A pane at the right of the table, below the head: its cells (0 = none now), and what is in it. */
    int (*side_cells)(const struct list *l, const struct view_input *in);
    void (*side)(const struct list *l, const struct view_input *in, struct rect r,
                 struct canvas *c);
    /* Lines for an empty list, where `nothing` is not enough. */
    void (*empty)(const struct list *l, const struct view_input *in, struct buf *out);
    void (*after)(const struct table_cell *row, const struct table_layout *layout);
    enum freshness (*age)(const struct view_input *in, const void *row); /* NULL = of the row */
    /* F1 before any figure of a row: what the head of the view shows. NULL = nothing of its own. */
    void (*headline)(const struct view_input *in, struct buf *out);
    /* Enter on a row. */
    bool (*open)(struct list *l, const struct view_input *in, const void *row,
                 struct view_out *out);
    size_t own_size;                 /* state of the view itself */
    void (*release)(struct list *l); /* what that owns; NULL = nothing */
};

enum { LIST_PLACES = 8 };

/* Where the cursor stood in a scope: going down and up again comes back to it. */
struct list_place {
    uint64_t scope;
    struct table_thing at;
};

struct list {
    const struct list_spec *spec;
    struct table table;
    int grouping;        /* index in spec->groups, -1 = none */
    uint64_t rows_seen;  /* hash of all that decided which rows there are at the last query */
    uint64_t order_seen; /* and in which order */
    uint64_t scope;      /* hash of the last scope */
    struct list_place places[LIST_PLACES];
    unsigned next_place;
    uint64_t generation; /* of the snapshot of the last query */
    wall_ms
        jumped_at; /* when the cursor's thing went away and the cursor fell on another; 0 = never */
    bool gone;     /* also rows that their source no longer lists */
    char word[128]; /* last searched */
    bool counting;  /* keep_row also counts */
    void *own;
};

struct list *list_new(const struct list_spec *spec);
void list_free(void *l);
void list_rebuild(void *l, const struct view_input *in);
void list_draw(const void *l, const struct view_input *in, struct canvas *c);
bool list_command(void *l, const struct view_input *in, enum cmd cmd, const char *arg,
                  struct view_out *out);
/* Rows stand in another order, or other rows do: who was at the top sees the new top. */
void list_reorder(struct list *l, const struct view_input *in);
bool list_mouse(void *l, const struct view_input *in, int y, int x, int wheel, bool twice,
                struct view_out *out);
void list_status(const void *l, const struct view_input *in, struct buf *out);
void list_sortable(const void *l, const struct view_input *in, struct buf *out);
/* Asks for an action on the marked rows, else on the row under the cursor. Commands of the group ACT that
 * list_command gets end here. */
bool list_act(struct list *l, const struct view_input *in, enum action_verb verb,
              struct view_out *out);
/* Which rows that would be (free() the slots), for views that act on something that their rows name. NULL: none, and
 * out says why. */
uint32_t *list_chosen(const struct list *l, const struct view_input *in, struct view_out *out,
                      size_t *count);
int list_explain(const void *l, const struct view_input *in, int at, struct buf *out);
bool list_column(const void *l, int k, struct view_column *out);
void list_choose(void *l, int k, enum column_choice choice);
void list_acted(void *l); /* an order from here was sent: the marks go */

/* Where the table, the lines below it and the pane beside it are (its line is not part of it). */
struct rect list_table_rect(const struct list *l, const struct view_input *in);
struct rect list_foot_rect(const struct list *l, const struct view_input *in);
struct rect list_side_rect(const struct list *l, const struct view_input *in);

/* Some center tells that field (FIELD_center_*): without that a sum of 0 means nothing. */
bool list_some_center_tells(const struct view_input *in, int field);
/* For struct list_spec: what happened, or what is of this program itself, does not grow old. */
enum freshness list_ageless(const struct view_input *in, const void *row);
/* Fills out to go down into a view. The scope begins as the present one; name goes to the breadcrumb. */
void list_push(struct view_out *out, const struct view_input *in, const struct view_ops *ops,
               uint16_t center, const char *name);
/* Raw bytes of a string into a member of struct view_scope. */
void list_scope_set(char *member, size_t size, const struct view_input *in, strid id);
/* One of the names of a comma list is exactly `name`. */
bool list_names(const char *list, const char *name);
void list_message(struct view_out *out, const char *text);

/* Word-and-figure phrases along a line, " · " between them; stops where the line ends. */
struct phrase {
    struct canvas *c;
    const struct view_input *in;
    int y, x, end;
    bool first;
};
struct phrase phrase_start(struct canvas *c, const struct view_input *in, int y, int x, int end);
void phrase_word(struct phrase *p, struct style s, const char *text); /* one blank before it */
void phrase_gap(struct phrase *p, int cells);
void phrase_count(struct phrase *p, struct style s, double v, const char *word);
/* The same; of one "nodes" becomes "node". */
void phrase_plural(struct phrase *p, struct style s, double v, const char *one, const char *many);
/* That phrase and `more` cells before it have room. */
bool phrase_fits(const struct phrase *p, double v, const char *word, int more);

/* struct view_ops members of a view made of a list, given its spec. */
#define LIST_OPEN(spec)                                                                            \
    static void *list_open_view(void)                                                              \
    {                                                                                              \
        return list_new(&(spec));                                                                  \
    }
#define LIST_OPS LIST_OPS_WITH(list_open_view, list_command)
/* The same with an open and a command of its own. */
#define LIST_OPS_WITH(opener, commander)                                                           \
    .open = (opener), .close = list_free, .rebuild = list_rebuild, .draw = list_draw,              \
    .command = (commander), .mouse = list_mouse, .status = list_status, .sortable = list_sortable, \
    .acted = list_acted, .explain = list_explain, .column = list_column, .choose = list_choose

#endif
