/* SPDX-License-Identifier: MIT
 * table.h - rows of a query on the screen: columns that make room, groups, and a cursor that stays on
 * the same thing.
 *
 * The cursor is a thing, not a line: (slot, birth) names it for ever. table_settle finds it again after
 * each query; when it is gone the cursor goes to what stood next to it. A line of the screen is either a
 * row or the heading of a group; the cursor only ever stands on rows.
 * Owner: a view. Thread: ui. Drawing is const. */
#ifndef SUAN_UI_TABLE_H
#define SUAN_UI_TABLE_H

#include "ui/figure.h"
#include "ui/view.h"

enum { TABLE_COLUMNS_MAX = 40, TABLE_NEAR = 8, TABLE_MARGIN = 2 };

/* Steps of table_column.drop. From SPARE on a column is left out while none of the rows has contents
 * for it; from LUXURY on it comes only when nothing has to be cut for it. */
enum { TABLE_SPARE = 5, TABLE_LUXURY = 10 };

struct table_column;

/* One cell that is to be painted. */
struct table_cell {
    struct canvas *c;
    int y, x, w;
    const struct view_input *in;
    const void *row;
    const struct table_column *column;
    enum freshness age;
    bool selected;
};

struct table_column {
    const char *title;
    const char *field; /* name of the model's column that it sorts by; NULL = cannot sort */
    uint8_t min, max;  /* cells at least and at most */
    uint8_t want;      /* cells it likes to have; 0 = what its contents need */
    uint8_t drop;      /* 0 = never; else the highest goes first when there is no room */
    bool right;        /* title stands at the right edge, as numbers do */
    void (*paint)(const struct table_cell *cell);
    int (*measure)(const struct view_input *in, const void *row); /* cells of the contents */
    bool (*shown)(const struct view_input *in);                   /* NULL = always */
    bool
        whole; /* its contents are of no use while they are cut: all or nothing, with drop 0 always all */
    bool fill; /* free text: takes what the others leave, beyond max, too */
};

struct table_thing {
    uint32_t slot, birth;
};

/* A group of which only one line is left. */
struct table_fold {
    uint32_t index; /* of its first row in result.slots */
    uint32_t rows;
};

struct table {
    enum entity entity;
    const struct table_column *columns;
    int column_count;
    int sort;        /* index of the sort column, -1 = order of the slots */
    int sort_unseen; /* comes before it: the model's column, of those that the table has not; -1 = none */
    bool descending;
    int group; /* the model's column that groups, -1 = none */
    /* Where sorting by that column means more than its value; both rows are of the table's entity. NULL = nowhere. */
    int (*order)(const void *a, const void *b);
    int order_column;
    int skip;                          /* columns scrolled away behind the first */
    uint8_t choice[TABLE_COLUMNS_MAX]; /* enum column_choice */
    struct query_result result;
    uint32_t *groups; /* index of the first row of each group */
    uint32_t group_count, group_cap;
    uint64_t *folds; /* hashes of the values of groups that are folded */
    size_t fold_count, folds_cap;
    unsigned fold_version; /* rises when one is folded or unfolded */
    struct table_fold *fold_lines;
    size_t fold_lines_cap;
    uint32_t fold_line_count;
    uint32_t total; /* rows: result.count that are shown, then those that are folded away */
    bool has_cursor;
    uint32_t cursor; /* index in result.slots */
    struct table_thing at, near[2 * TABLE_NEAR];
    int near_count;
    uint32_t top;    /* first line shown */
    uint32_t *marks; /* by slot: birth + 1 of the marked thing, 0 = none */
    uint32_t mark_slots, mark_count;
    int measured[TABLE_COLUMNS_MAX];
    bool seen;   /* there were rows to measure */
    bool asleep; /* keys go elsewhere: the selected row has its mark, but no bar */
    enum freshness (*age)(const struct view_input *in,
                          const void *row); /* NULL: figure_freshness */
};

void table_setup(struct table *t, enum entity e, const struct table_column *columns, int count);
void table_release(struct table *t);

/* Runs q with the table's sort and group, then finds the cursor again. height: lines for rows. False: q was interrupted,
 * the table is what it was. */
bool table_query(struct table *t, const struct view_input *in, struct query q, int height);
/* After a change of the result or of the height only. */
void table_settle(struct table *t, const struct view_input *in, int height);
/* The next query puts the cursor on this thing, if it is there. */
void table_expect(struct table *t, struct table_thing what);
/* NULL if there are no rows, the cursor's row is not in this snapshot, or it stands on a folded group. */
const void *table_row(const struct table *t, const struct view_input *in);
uint32_t table_slot(const struct table *t); /* UINT32_MAX without rows */

/* Folding (tablefold.c); the caller queries again. False: there are no groups. */
bool table_fold(struct table *t, const struct view_input *in); /* the cursor's, or unfold it */
bool table_fold_all(struct table *t, const struct view_input *in);
void table_unfold_all(struct table *t);
/* How many rows the line of result.slots[index] stands for; 0 = it is a row. */
uint32_t table_folded(const struct table *t, uint32_t index);
uint32_t table_group_rows(const struct table *t,
                          uint32_t first); /* of a group that is not folded */
/* For table.c: hides rows after the groups were found; where the line of the row's group is. */
void table_fold_rows(struct table *t, const struct view_input *in);
bool table_find_folded(const struct table *t, const struct view_input *in, const void *row,
                       uint32_t *index);

/* UP DOWN PAGE_UP PAGE_DOWN TOP BOTTOM LEFT RIGHT; false for others or if nothing moved. */
bool table_move(struct table *t, const struct view_input *in, enum cmd cmd, int height);
void table_go(struct table *t, const struct view_input *in, uint32_t index, int height);
void table_scroll(struct table *t, const struct view_input *in, int lines, int height);

bool table_is_marked(const struct table *t, uint32_t slot, uint32_t birth);
void table_mark(struct table *t, const struct view_input *in); /* the cursor's row, or unmark it */
void table_mark_all(struct table *t, const struct view_input *in); /* all of the result, or none */
void table_unmark_all(struct table *t);

/* Where the columns stand in w cells. */
struct table_layout {
    int x[TABLE_COLUMNS_MAX];                                /* from the left edge of the table */
    int w[TABLE_COLUMNS_MAX];                                /* 0 = not shown */
    int least[TABLE_COLUMNS_MAX], wanted[TABLE_COLUMNS_MAX]; /* cells, found out once */
    int shown, hidden_left, hidden_right;
};
void table_layout(const struct table *t, const struct view_input *in, int w,
                  struct table_layout *out);
/* Line of an index, and the reverse: the index, or with *heading the first row of the group. */
uint32_t table_line(const struct table *t, uint32_t index);
uint32_t table_lines(const struct table *t);
uint32_t table_index(const struct table *t, uint32_t line, bool *heading);

/* The heading takes the first line of r. `after`, if any, paints over a finished row: cell.x and cell.w
 * are those of the whole row. */
void table_draw(const struct table *t, const struct view_input *in, struct rect r, struct canvas *c,
                void (*after)(const struct table_cell *row, const struct table_layout *l));

/* The bar of the selected row over what is drawn: nothing on it stays too faint to read. */
void table_tint(struct canvas *c, struct rect r);

enum table_hit { TABLE_HIT_NONE, TABLE_HIT_TITLE, TABLE_HIT_ROW };
/* What is at (y, x) of the canvas; *index: of the column or of the row. */
enum table_hit table_hit(const struct table *t, const struct view_input *in, struct rect r, int y,
                         int x, uint32_t *index);

#endif
