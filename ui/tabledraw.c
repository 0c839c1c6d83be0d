/* SPDX-License-Identifier: MIT
 * tabledraw.c - how a table stands on the screen: the layout of its columns, painting, hit test.
 *
 * Columns first get what they need at least; those that find no room go by priority, luxuries already
 * when something would be cut for them. What is left goes to contents that are cut, then to meters up to
 * what they want, then to the gaps, then to meters and sparklines again, then to free text. */
#include "ui/table.h"
#include "ui/cells.h"
#include "ui/glyph.h"
#include "base/i18n.h"
#include "base/text.h"
#include <stdio.h>
#include <string.h>

enum { RIGHT_MARGIN = 1, GAP_MAX = 4 };

/* The same word may stand over several things: its context is the entity. */
static const char *title_of(const struct table *t, int k)
{
    return i18n_either(entity_info(t->entity)->id, t->columns[k].title);
}

/* Cells of a title that the sort mark does not touch the next title of: 0 for other columns. */
static int sort_cells(const struct table *t, int k)
{
    if (k != t->sort || t->sort_unseen >= 0)
        return 0;
    const char *title = title_of(t, k);
    size_t len = strlen(title);
    return text_cells(title) + !(len > 0 && title[len - 1] == ' ');
}

/* Its least width, but no more than its title and its contents need. */
static int floor_of(const struct table *t, int k)
{
    const struct table_column *col = &t->columns[k];
    int title = text_cells(title_of(t, k)),
        natural = title > t->measured[k] ? title : t->measured[k];

    return col->measure && t->measured[k] > 0 && natural < col->min ? natural : col->min;
}

static int wanted(const struct table *t, int k)
{
    const struct table_column *col = &t->columns[k];
    int want = col->want > 0 ? col->want : t->measured[k], sort = sort_cells(t, k);
    int floor = floor_of(t, k);

    want = want < floor ? floor : want > col->max ? col->max : want;
    return want < sort ? sort : want;
}

static int least(const struct table *t, int k)
{
    int floor = floor_of(t, k), sort = sort_cells(t, k);

    if (t->columns[k].whole && t->columns[k].drop == 0)
        return wanted(t, k);
    return floor < sort ? sort : floor;
}

static int used_cells(const struct table *t, const struct table_layout *l)
{
    int used = 0;

    for (int k = 0; k < t->column_count; k++)
        used += l->w[k] > 0 ? l->w[k] + (used > 0) : 0;
    return used;
}

/* What the shown columns take when nothing of them is cut. */
static int comfort_cells(const struct table *t, const struct table_layout *l)
{
    int used = 0;

    for (int k = 0; k < t->column_count; k++)
        used += l->w[k] > 0 ? l->wanted[k] + (used > 0) : 0;
    return used;
}

/* What the operator always wants to see goes last. */
static int drop_of(const struct table *t, int k)
{
    return t->choice[k] == COLUMN_ALWAYS ? 0 : t->columns[k].drop;
}

/* Highest number first, of equals the right one; -1 if no column from `from` on is left. */
static int next_to_drop(const struct table *t, const struct table_layout *l, int from)
{
    int found = -1;

    for (int k = 0; k < t->column_count; k++)
        if (l->w[k] > 0 && drop_of(t, k) >= from &&
            (found < 0 || drop_of(t, k) >= drop_of(t, found)))
            found = k;
    return found;
}

/* By itself, or as the operator has chosen. The first column names the row: it always stays. */
static bool is_wanted(const struct table *t, const struct view_input *in, int k)
{
    const struct table_column *col = &t->columns[k];

    if (t->choice[k] != COLUMN_AUTO && k > 0)
        return t->choice[k] == COLUMN_ALWAYS;
    if (col->shown && !col->shown(in))
        return false;
    return !(col->measure && col->drop >= TABLE_SPARE && t->measured[k] == 0 && t->seen);
}

/* The columns that may be shown, with their smallest widths; returns the first. */
static int admit(const struct table *t, const struct view_input *in, struct table_layout *l)
{
    int skip = t->skip, first = -1;

    for (int k = 0; k < t->column_count; k++) {
        if (!is_wanted(t, in, k))
            continue;
        if (first >= 0 && skip > 0) {
            skip--;
            l->hidden_left++;
            continue;
        }
        first = first < 0 ? k : first;
        l->w[k] = l->least[k];
    }
    return first;
}

static void drop(struct table_layout *l, int k)
{
    l->w[k] = 0;
    l->hidden_right++;
}

static void choose(const struct table *t, const struct view_input *in, int room,
                   struct table_layout *l)
{
    int first = admit(t, in, l), k;

    while (t->skip == 0 && comfort_cells(t, l) > room &&
           (k = next_to_drop(t, l, TABLE_LUXURY)) >= 0)
        drop(l, k);
    while (used_cells(t, l) > room) {
        k = t->skip > 0 ? -1 : next_to_drop(t, l, 1);
        if (k < 0) /* scrolled sideways: they go in their order */
            for (k = t->column_count - 1; k > 0 && l->w[k] == 0;)
                k--;
        if (k == first || k < 0)
            break;
        drop(l, k);
    }
}

enum growth { GROW_CONTENTS, GROW_WANTS, GROW_STRETCH };

static int goal_of(const struct table *t, const struct table_layout *l, int k, enum growth how)
{
    bool contents = t->columns[k].want == 0;

    if (how == GROW_STRETCH && !contents)
        return t->columns[k].max;
    return how == GROW_CONTENTS && !contents ? 0 : l->wanted[k];
}

/* One cell each in turn until nobody wants more or nothing is left. */
static int grow(const struct table *t, struct table_layout *l, int left, enum growth how)
{
    for (bool more = true; more && left > 0;) {
        more = false;
        for (int k = 0; k < t->column_count && left > 0; k++) {
            if (l->w[k] == 0 || l->w[k] >= goal_of(t, l, k, how))
                continue;
            l->w[k]++;
            left--;
            more = true;
        }
    }
    return left;
}

/* The contents of the most important column first: half a word helps nobody. */
static int grow_by_rank(const struct table *t, struct table_layout *l, int left)
{
    for (int rank = 0; rank < UINT8_MAX && left > 0; rank++) {
        for (int k = 0; k < t->column_count && left > 0; k++) {
            int need = goal_of(t, l, k, GROW_CONTENTS) - l->w[k];
            if (l->w[k] == 0 || drop_of(t, k) != rank || need <= 0 ||
                (t->columns[k].whole && need > left))
                continue;
            l->w[k] += need < left ? need : left;
            left -= need < left ? need : left;
        }
    }
    return left;
}

/* Free text beyond its limit, and what is still left in equal parts, so that the table is as wide as its bar. */
static int grow_fill(const struct table *t, struct table_layout *l, int left)
{
    int fills = 0;

    for (int k = 0; k < t->column_count; k++) {
        if (l->w[k] == 0 || !t->columns[k].fill)
            continue;
        int need = t->measured[k] > l->w[k] ? t->measured[k] - l->w[k] : 0;
        l->w[k] += need < left ? need : left;
        left -= need < left ? need : left;
        fills++;
    }
    for (int k = 0; k < t->column_count && fills > 0; k++) {
        if (l->w[k] == 0 || !t->columns[k].fill)
            continue;
        l->w[k] += left / fills;
        left -= left / fills--;
    }
    return left;
}

/* One cell more between all columns, if there is room. */
static int widen_gap(const struct table_layout *l, int left, int *gap)
{
    if (l->shown < 2 || left < l->shown - 1)
        return left;
    ++*gap;
    return left - (l->shown - 1);
}

static void start_layout(const struct table *t, struct table_layout *out)
{
    *out = (struct table_layout){.shown = 0};
    for (int k = 0; k < t->column_count; k++) {
        out->least[k] = least(t, k);
        out->wanted[k] = wanted(t, k);
    }
}

void table_layout(const struct table *t, const struct view_input *in, int w,
                  struct table_layout *out)
{
    int room = w - TABLE_MARGIN - RIGHT_MARGIN, gap = 1, x = TABLE_MARGIN;

    start_layout(t, out);
    choose(t, in, room, out);
    if (out->hidden_right > 0) { /* the mark that says so stands free */
        start_layout(t, out);
        choose(t, in, --room, out);
    }
    for (int k = 0; k < t->column_count; k++)
        out->shown += out->w[k] > 0;
    int left = grow_by_rank(t, out, room - used_cells(t, out));
    left = widen_gap(out, left, &gap);
    left = grow(t, out, left, GROW_WANTS);
    left = widen_gap(out, left, &gap);
    left = grow(t, out, left, GROW_STRETCH);
    while (gap < GAP_MAX && left >= out->shown - 1 && out->shown > 1)
        left = widen_gap(out, left, &gap);
    grow_fill(t, out, left);
    for (int k = 0; k < t->column_count; k++) {
        if (out->w[k] == 0)
            continue;
        if (x + out->w[k] > w)
            out->w[k] = w - x > 0 ? w - x : 0;
        out->x[k] = x;
        x += out->w[k] + gap;
    }
}

/* The mark of the sort column stands inside of it, at the place where a title may end in a blank. */
static void draw_title(const struct table *t, const struct view_input *in, struct canvas *c, int k,
                       int y, int x, int w)
{
    const struct table_column *col = &t->columns[k];
    struct style s = style_on(ROLE_DIM, ROLE_BAR);
    int cells = text_cells(title_of(t, k)), sort = sort_cells(t, k);

    if (sort > 0)
        s = style_bold(style_on(ROLE_BRAND, ROLE_BAR));
    if (sort == 0 && col->right)
        canvas_text_right(c, y, x + w, w, s, title_of(t, k));
    if (sort == 0 && !col->right)
        canvas_text(c, y, x, w, s, title_of(t, k));
    if (sort == 0)
        return;
    if (col->right && w > sort)
        x += w - sort;
    canvas_text(c, y, x, w < cells ? w : cells, s, title_of(t, k));
    canvas_text(c, y, x + (w < sort ? w : sort) - 1, 1, s,
                glyph(t->descending ? GLYPH_SORT_DOWN : GLYPH_SORT_UP, in->ascii));
}

static void draw_titles(const struct table *t, const struct view_input *in, struct canvas *c,
                        struct rect r, const struct table_layout *l)
{
    struct style s = style_on(ROLE_KEY, ROLE_BAR);

    canvas_fill(c, (struct rect){r.y, r.x, 1, r.w}, ' ', style_on(ROLE_DIM, ROLE_BAR));
    for (int k = 0; k < t->column_count; k++)
        if (l->w[k] > 0)
            draw_title(t, in, c, k, r.y, r.x + l->x[k], l->w[k]);
    if (l->hidden_left > 0)
        canvas_text(c, r.y, r.x, 1, s, glyph(GLYPH_MORE_LEFT, in->ascii));
    if (l->hidden_right > 0)
        canvas_text(c, r.y, r.x + r.w - 1, 1, s, glyph(GLYPH_MORE_RIGHT, in->ascii));
}

/* Of a group: above its rows, or (folded) in their place. */
static void draw_heading(const struct table *t, const struct view_input *in, struct canvas *c,
                         struct rect r, uint32_t first)
{
    const struct field *f = column_info(t->entity, (unsigned)t->group);
    const void *row = snapshot_row(in->snap, t->entity, t->result.slots[first]);
    uint32_t folded = table_folded(t, first);
    uint32_t rows = folded > 0 ? folded : table_group_rows(t, first);
    char count[FIGURE_MAX];
    struct buf text;

    if (!row)
        return;
    figure_number(count, rows, 0, in->ascii);
    struct value v = column_value(&in->ctx, t->entity, (unsigned)t->group, row);
    buf_init(&text, 4096);
    cell_value(in, f, &v, &text);
    int x = r.x + TABLE_MARGIN;
    if (v.kind == VALUE_NONE)
        x += canvas_text(c, r.y, x, r.w - 4, style_of(ROLE_FAINT), _("none"));
    else
        x += canvas_text(c, r.y, x, r.w - 4, style_bold(style_of(ROLE_BRIGHT)), text.data);
    canvas_textf(c, r.y, x + 1, r.x + r.w - x - 1, style_of(ROLE_DIM), "%s %s%s",
                 glyph(GLYPH_TIMES, in->ascii), count, folded > 0 ? _(", folded") : "");
    buf_fini(&text);
}

void table_tint(struct canvas *c, struct rect r)
{
    for (int x = r.x; x < r.x + r.w; x++) {
        struct cell *cell = canvas_cell(c, r.y, x);
        if (!cell)
            continue;
        if (cell->fg == ROLE_FAINT)
            cell->fg = ROLE_DIM;
        if (cell->fg == ROLE_LINE)
            cell->fg = ROLE_FAINT;
    }
    canvas_tint(c, r, ROLE_SELECTION);
}

static void draw_cursor(const struct table *t, const struct view_input *in, struct canvas *c,
                        struct rect r, uint32_t index)
{
    if (index != t->cursor)
        return;
    canvas_text(c, r.y, r.x, 1, style_bold(style_of(ROLE_BRAND)), glyph(GLYPH_CURSOR, in->ascii));
    if (!t->asleep)
        table_tint(c, (struct rect){r.y, r.x, 1, r.w});
}

static void draw_row(const struct table *t, const struct view_input *in, struct canvas *c,
                     struct rect r, uint32_t index, const struct table_layout *l,
                     void (*after)(const struct table_cell *, const struct table_layout *))
{
    uint32_t slot = t->result.slots[index];
    const void *row = snapshot_row(in->snap, t->entity, slot);
    struct table_cell cell = {.c = c, .y = r.y, .in = in, .row = row};

    if (!row)
        return;
    cell.age = t->age ? t->age(in, row) : figure_freshness(in, row);
    cell.selected = index == t->cursor;
    for (int k = 0; k < t->column_count; k++) {
        if (l->w[k] == 0)
            continue;
        cell.x = r.x + l->x[k];
        cell.w = l->w[k];
        cell.column = &t->columns[k];
        t->columns[k].paint(&cell);
    }
    cell.x = r.x;
    cell.w = r.w;
    if (after)
        after(&cell, l);
    if (row_head_of(row)->flags & ROW_PENDING)
        canvas_text(c, r.y, r.x + 1, 1, style_bold(style_of(ROLE_ACT)),
                    glyph(GLYPH_PENDING, in->ascii));
    if (table_is_marked(t, slot, row_head_of(row)->birth))
        canvas_text(c, r.y, r.x + 1, 1, style_of(ROLE_MARK), glyph(GLYPH_MARK, in->ascii));
    draw_cursor(t, in, c, r, index);
}

void table_draw(const struct table *t, const struct view_input *in, struct rect r, struct canvas *c,
                void (*after)(const struct table_cell *row, const struct table_layout *l))
{
    struct table_layout l;
    uint32_t lines = table_lines(t);

    if (r.h < 1 || r.w < 1)
        return;
    table_layout(t, in, r.w, &l);
    draw_titles(t, in, c, r, &l);
    for (int i = 1; i < r.h && t->top + (uint32_t)i - 1 < lines; i++) {
        struct rect line = {r.y + i, r.x, 1, r.w};
        bool heading;
        uint32_t index = table_index(t, t->top + (uint32_t)i - 1, &heading);
        if (heading || table_folded(t, index) > 0)
            draw_heading(t, in, c, line, index);
        if (!heading && table_folded(t, index) > 0)
            draw_cursor(t, in, c, line, index);
        else if (!heading)
            draw_row(t, in, c, line, index, &l, after);
    }
}

/* A title reaches up to the next one, so that the gaps count. */
static enum table_hit hit_title(const struct table *t, const struct view_input *in, struct rect r,
                                int x, uint32_t *index)
{
    struct table_layout l;
    bool found = false;

    table_layout(t, in, r.w, &l);
    for (int k = 0; k < t->column_count; k++) {
        if (l.w[k] == 0 || x < r.x + l.x[k])
            continue;
        *index = (uint32_t)k;
        found = true;
    }
    return found ? TABLE_HIT_TITLE : TABLE_HIT_NONE;
}

enum table_hit table_hit(const struct table *t, const struct view_input *in, struct rect r, int y,
                         int x, uint32_t *index)
{
    bool heading;

    if (y < r.y || y >= r.y + r.h || x < r.x || x >= r.x + r.w)
        return TABLE_HIT_NONE;
    if (y == r.y)
        return hit_title(t, in, r, x, index);
    uint32_t line = t->top + (uint32_t)(y - r.y - 1);
    if (line >= table_lines(t))
        return TABLE_HIT_NONE;
    *index = table_index(t, line, &heading);
    return TABLE_HIT_ROW;
}
