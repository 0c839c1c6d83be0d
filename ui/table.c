/* SPDX-License-Identifier: MIT
 * table.c - the rows of a table, its groups, cursor and marks; see table.h. Drawing is in tabledraw.c. */
#include "ui/table.h"
#include "base/xmem.h"
#include <stdlib.h>
#include <string.h>

enum { MEASURE_ROWS = 512, FILL_MAX = 250 };

void table_setup(struct table *t, enum entity e, const struct table_column *columns, int count)
{
    *t = (struct table){.entity = e, .columns = columns, .column_count = count};
    t->sort = t->sort_unseen = t->group = -1;
    if (count > TABLE_COLUMNS_MAX)
        t->column_count = TABLE_COLUMNS_MAX;
}

void table_release(struct table *t)
{
    query_result_fini(&t->result);
    free(t->groups);
    free(t->marks);
    free(t->folds);
    free(t->fold_lines);
    *t = (struct table){.sort = -1, .sort_unseen = -1, .group = -1};
}

static const void *row_at(const struct table *t, const struct view_input *in, uint32_t index)
{
    return index < t->result.count ? snapshot_row(in->snap, t->entity, t->result.slots[index])
                                   : NULL;
}

static struct table_thing thing_at(const struct table *t, const struct view_input *in,
                                   uint32_t index)
{
    const void *row = row_at(t, in, index);

    return row ? (struct table_thing){t->result.slots[index], row_head_of(row)->birth}
               : (struct table_thing){UINT32_MAX, 0};
}

/* --- groups --- */

static struct value group_value(const struct table *t, const struct view_input *in, uint32_t index)
{
    return column_value(&in->ctx, t->entity, (unsigned)t->group, row_at(t, in, index));
}

static bool same_group(const struct table *t, const struct view_input *in,
                       const struct value *value, uint32_t index)
{
    struct value other = group_value(t, in, index);

    return value_cmp(&in->ctx, value, &other) == 0;
}

/* First index behind the group that begins at `start`: doubling steps, then halving, because equal
 * values stand together. */
static uint32_t group_end(const struct table *t, const struct view_input *in, uint32_t start)
{
    struct value value = group_value(t, in, start);
    uint32_t inside = start, step = 1, count = t->result.count, outside;

    while (inside + step < count && same_group(t, in, &value, inside + step)) {
        inside += step;
        step *= 2;
    }
    outside = inside + step < count ? inside + step : count;
    while (outside - inside > 1) {
        uint32_t middle = inside + (outside - inside) / 2;
        if (same_group(t, in, &value, middle))
            inside = middle;
        else
            outside = middle;
    }
    return outside;
}

static void find_groups(struct table *t, const struct view_input *in)
{
    t->group_count = 0;
    if (t->group < 0)
        return;
    for (uint32_t i = 0; i < t->result.count; i = group_end(t, in, i)) {
        size_t cap = t->group_cap;
        t->groups = xgrow(t->groups, &cap, t->group_count + 1u, sizeof *t->groups);
        t->group_cap = (uint32_t)cap;
        t->groups[t->group_count++] = i;
    }
}

/* Groups stand in the order of their value; where that is also what the rows are sorted by, downwards
 * means the groups, too. */
static void reverse_groups(struct table *t)
{
    uint32_t count = t->result.count, at = 0;
    uint32_t *slots = xmalloc((count + 1) * sizeof *slots);
    uint32_t *starts = xmalloc((t->group_count + 1) * sizeof *starts);

    for (uint32_t g = t->group_count; g > 0; g--) {
        uint32_t first = t->groups[g - 1], end = g < t->group_count ? t->groups[g] : count;
        memcpy(slots + at, t->result.slots + first, (end - first) * sizeof *slots);
        starts[t->group_count - g] = at;
        at += end - first;
    }
    memcpy(t->result.slots, slots, count * sizeof *slots);
    memcpy(t->groups, starts, t->group_count * sizeof *starts);
    free(slots);
    free(starts);
}

/* Headings at or above the row `index`. */
static uint32_t headings(const struct table *t, uint32_t index)
{
    uint32_t low = 0, high = t->group_count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (t->groups[middle] <= index)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

uint32_t table_line(const struct table *t, uint32_t index)
{
    return index + headings(t, index);
}

uint32_t table_lines(const struct table *t)
{
    return t->result.count + t->group_count;
}

uint32_t table_index(const struct table *t, uint32_t line, bool *heading)
{
    uint32_t low = 0, high = t->group_count;

    *heading = false;
    while (low < high) { /* group g has its heading on line groups[g] + g */
        uint32_t middle = low + (high - low) / 2;
        if (t->groups[middle] + middle <= line)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0)
        return line;
    *heading = t->groups[low - 1] + low - 1 == line;
    return *heading ? t->groups[low - 1] : line - low;
}

/* --- an order of its own --- */

struct ordered {
    const struct table *t;
    const void *row;
    uint32_t slot;
};

static int by_order(const void *a, const void *b)
{
    const struct ordered *x = a, *y = b;
    int order = x->t->order(x->row, y->row);

    if (order != 0)
        return x->t->descending ? order : -order;
    return x->slot < y->slot ? -1 : x->slot > y->slot;
}

static void put_in_order(struct table *t, const struct view_input *in)
{
    struct ordered *rows = xmalloc((t->result.count + 1) * sizeof *rows);

    for (uint32_t i = 0; i < t->result.count; i++)
        rows[i] = (struct ordered){t, row_at(t, in, i), t->result.slots[i]};
    qsort(rows, t->result.count, sizeof *rows, by_order);
    for (uint32_t i = 0; i < t->result.count; i++)
        t->result.slots[i] = rows[i].slot;
    free(rows);
}

/* --- the cursor --- */

/* Keeps the cursor's line in sight; a heading above the first row of a group comes along. */
static void show_cursor(struct table *t, int height)
{
    uint32_t lines = table_lines(t), h = height > 0 ? (uint32_t)height : 1;
    uint32_t line = t->result.count > 0 ? table_line(t, t->cursor) : 0, first = line;

    if (line > 0 && t->group_count > 0) {
        bool heading;
        table_index(t, line - 1, &heading);
        first -= heading && h > 1;
    }
    if (first < t->top)
        t->top = first;
    if (line >= t->top + h)
        t->top = line - h + 1;
    if (t->top + h > lines)
        t->top = lines > h ? lines - h : 0;
}

/* Who stands around the cursor: nearest first, below before above. */
static void remember(struct table *t, const struct view_input *in)
{
    t->near_count = 0;
    t->has_cursor = t->result.count > 0;
    if (!t->has_cursor)
        return;
    t->at = thing_at(t, in, t->cursor);
    for (uint32_t d = 1; d <= TABLE_NEAR; d++) {
        if (t->cursor + d < t->result.count)
            t->near[t->near_count++] = thing_at(t, in, t->cursor + d);
        if (t->cursor >= d)
            t->near[t->near_count++] = thing_at(t, in, t->cursor - d);
    }
}

static bool find_thing(const struct table *t, const struct view_input *in, struct table_thing what,
                       uint32_t *index)
{
    const uint32_t *slots = t->result.slots;
    const void *row = snapshot_row(in->snap, t->entity, what.slot);
    uint32_t count = t->result.count;

    if (!row || row_head_of(row)->birth != what.birth)
        return false;
    if (t->cursor < count && slots[t->cursor] == what.slot) {
        *index = t->cursor;
        return true;
    }
    for (uint32_t i = 0; i < count; i++) {
        if (slots[i] == what.slot) {
            *index = i;
            return true;
        }
    }
    return table_find_folded(t, in, row, index);
}

/* The cursor's thing, else its nearest neighbour, else the same place. */
static uint32_t find_cursor(const struct table *t, const struct view_input *in)
{
    uint32_t index;

    if (!t->has_cursor)
        return 0;
    if (find_thing(t, in, t->at, &index))
        return index;
    for (int i = 0; i < t->near_count; i++)
        if (find_thing(t, in, t->near[i], &index))
            return index;
    return t->cursor < t->result.count ? t->cursor : t->result.count - 1;
}

void table_expect(struct table *t, struct table_thing what)
{
    t->at = what;
    t->has_cursor = true;
    t->near_count = 0;
}

static int measure_limit(const struct table_column *col)
{
    return col->fill ? FILL_MAX : col->max;
}

static void measure(struct table *t, const struct view_input *in, uint32_t from, uint32_t rows,
                    uint32_t step)
{
    for (uint32_t n = 0; n < rows && from + n * step < t->result.count; n++) {
        const void *row = row_at(t, in, from + n * step);
        for (int k = 0; row && k < t->column_count; k++) {
            const struct table_column *col = &t->columns[k];
            int limit = measure_limit(col);
            if (!col->measure || t->measured[k] >= limit)
                continue;
            int cells = col->measure(in, row);
            t->seen = true;
            if (cells > t->measured[k])
                t->measured[k] = cells < limit ? cells : limit;
        }
    }
}

/* Lines between the top of the window and the cursor. */
static uint32_t cursor_offset(const struct table *t)
{
    uint32_t line = t->result.count > 0 ? table_line(t, t->cursor) : 0;

    return line > t->top ? line - t->top : 0;
}

/* From the very top new rows push in from above; further down the cursor keeps its place. */
static void place(struct table *t, const struct view_input *in, uint32_t offset, int height)
{
    if (t->result.count == 0) {
        t->top = 0; /* the thing is kept in mind: the filter may let it through again */
        return;
    }
    t->cursor = find_cursor(t, in);
    uint32_t line = table_line(t, t->cursor);
    if (t->top > 0)
        t->top = line > offset ? line - offset : 0;
    show_cursor(t, height);
    remember(t, in);
    measure(t, in, t->top, (uint32_t)(height > 0 ? height : 0), 1);
}

void table_settle(struct table *t, const struct view_input *in, int height)
{
    place(t, in, cursor_offset(t), height);
}

/* A mark dies with its thing. */
static void drop_dead_marks(struct table *t, const struct view_input *in)
{
    for (uint32_t slot = 0; t->mark_count > 0 && slot < t->mark_slots; slot++) {
        if (t->marks[slot] == 0)
            continue;
        const void *row = snapshot_row(in->snap, t->entity, slot);
        if (row && row_head_of(row)->birth + 1 == t->marks[slot])
            continue;
        t->marks[slot] = 0;
        t->mark_count--;
    }
}

bool table_query(struct table *t, const struct view_input *in, struct query q, int height)
{
    uint32_t offset = cursor_offset(t);

    q.entity = t->entity;
    q.sort_column = t->sort_unseen >= 0 ? t->sort_unseen
                    : t->sort >= 0      ? column_find(t->entity, t->columns[t->sort].field)
                                        : -1;
    q.descending = t->descending;
    q.group_column = t->group;
    q.room = in->room;
    if (!query_run(&q, &in->ctx, &t->result))
        return false;
    if (t->order && t->sort == t->order_column && t->group < 0)
        put_in_order(t, in);
    find_groups(t, in);
    if (t->group >= 0 && t->group == q.sort_column && t->descending && t->group_count > 0)
        reverse_groups(t);
    table_fold_rows(t, in);
    drop_dead_marks(t, in);
    measure(t, in, 0, MEASURE_ROWS, t->result.count / MEASURE_ROWS + 1); /* a sample */
    place(t, in, offset, height);
    return true;
}

const void *table_row(const struct table *t, const struct view_input *in)
{
    const void *row = table_folded(t, t->cursor) == 0 ? row_at(t, in, t->cursor) : NULL;

    return row && row_head_of(row)->birth == t->at.birth ? row : NULL;
}

uint32_t table_slot(const struct table *t)
{
    return t->result.count > 0 ? t->at.slot : UINT32_MAX;
}

void table_go(struct table *t, const struct view_input *in, uint32_t index, int height)
{
    if (t->result.count == 0)
        return;
    t->cursor = index < t->result.count ? index : t->result.count - 1;
    show_cursor(t, height);
    remember(t, in);
    measure(t, in, t->top, (uint32_t)(height > 0 ? height : 0), 1);
}

/* The first row at or below a line. */
static uint32_t row_from_line(const struct table *t, uint32_t line)
{
    bool heading;
    uint32_t index = table_index(t, line, &heading);

    return index < t->result.count ? index : t->result.count - 1;
}

void table_scroll(struct table *t, const struct view_input *in, int lines, int height)
{
    int64_t h = height > 0 ? height : 1, last = (int64_t)table_lines(t) - h;
    int64_t top = (int64_t)t->top + lines;

    if (t->result.count == 0)
        return;
    t->top = top > last ? (last > 0 ? (uint32_t)last : 0) : top > 0 ? (uint32_t)top : 0;
    uint32_t line = table_line(t, t->cursor);
    if (line < t->top)
        t->cursor = row_from_line(t, t->top);
    if (line >= t->top + h)
        t->cursor = row_from_line(t, t->top + (uint32_t)h - 1);
    remember(t, in);
    measure(t, in, t->top, (uint32_t)h, 1);
}

/* Columns to the side; false at the end. */
static bool shift(struct table *t, const struct view_input *in, int by)
{
    struct table_layout l;

    if (by < 0 && t->skip == 0)
        return false;
    table_layout(t, in, in->area.w, &l);
    if (by > 0 && l.hidden_right == 0)
        return false;
    t->skip += by;
    return true;
}

static bool step_cursor(struct table *t, const struct view_input *in, int64_t by, int height)
{
    int64_t to = (int64_t)t->cursor + by, last = (int64_t)t->result.count - 1;

    if (to > last)
        to = last;
    if (to < 0)
        to = 0;
    bool moved = (uint32_t)to != t->cursor;
    table_go(t, in, (uint32_t)to, height);
    return moved;
}

bool table_move(struct table *t, const struct view_input *in, enum cmd cmd, int height)
{
    int page = height > 2 ? height - 1 : 1;

    switch (cmd) {
    case CMD_UP:
        return step_cursor(t, in, -1, height);
    case CMD_DOWN:
        return step_cursor(t, in, 1, height);
    case CMD_PAGE_UP:
        return step_cursor(t, in, -page, height);
    case CMD_PAGE_DOWN:
        return step_cursor(t, in, page, height);
    case CMD_TOP:
        return step_cursor(t, in, -(int64_t)t->cursor, height);
    case CMD_BOTTOM:
        return step_cursor(t, in, (int64_t)t->result.count, height);
    case CMD_LEFT:
        return shift(t, in, -1);
    case CMD_RIGHT:
        return shift(t, in, 1);
    default:
        return false;
    }
}

/* --- marks --- */

bool table_is_marked(const struct table *t, uint32_t slot, uint32_t birth)
{
    return slot < t->mark_slots && t->marks[slot] == birth + 1;
}

static void set_mark(struct table *t, struct table_thing what, bool on)
{
    if (what.slot >= t->mark_slots) {
        uint32_t slots = what.slot + 1 > t->mark_slots * 2 ? what.slot + 1 : t->mark_slots * 2;
        t->marks = xreallocarray(t->marks, slots, sizeof *t->marks);
        memset(t->marks + t->mark_slots, 0, (slots - t->mark_slots) * sizeof *t->marks);
        t->mark_slots = slots;
    }
    uint32_t before = t->marks[what.slot];
    t->marks[what.slot] = on ? what.birth + 1 : 0;
    t->mark_count += (before == 0 && on);
    t->mark_count -= (before != 0 && !on);
}

void table_mark(struct table *t, const struct view_input *in)
{
    struct table_thing what = thing_at(t, in, t->cursor);

    if (what.slot != UINT32_MAX)
        set_mark(t, what, !table_is_marked(t, what.slot, what.birth));
}

void table_unmark_all(struct table *t)
{
    if (t->marks)
        memset(t->marks, 0, t->mark_slots * sizeof *t->marks);
    t->mark_count = 0;
}

void table_mark_all(struct table *t, const struct view_input *in)
{
    bool all = t->mark_count > 0;

    table_unmark_all(t);
    for (uint32_t i = 0; !all && i < t->result.count; i++)
        if (table_folded(t, i) == 0)
            set_mark(t, thing_at(t, in, i), true);
}
