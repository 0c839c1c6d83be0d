/* SPDX-License-Identifier: MIT
 * tablefold.c - groups that are folded: of each a single line is left, which names it; see table.h.
 *
 * The rows that are folded away stand behind the others in result.slots. The line of a folded group is that of its
 * first row, so the cursor can stand there, but table_row() is NULL then: nothing can be done to a row that nobody
 * sees. */
#include "ui/table.h"
#include "base/hash.h"
#include "base/xmem.h"
#include <stdlib.h>
#include <string.h>

enum { VALUE_MAX = 4096 };

static uint64_t key_at(const struct table *t, const struct view_input *in, uint32_t index)
{
    const void *row = snapshot_row(in->snap, t->entity, t->result.slots[index]);
    struct buf text;

    if (!row)
        return 0;
    struct value v = column_value(&in->ctx, t->entity, (unsigned)t->group, row);
    buf_init(&text, VALUE_MAX);
    value_text(&in->ctx, column_info(t->entity, (unsigned)t->group), &v, &text);
    uint64_t key = hash_bytes((uint64_t)v.kind, text.data, text.len);
    buf_fini(&text);
    return key;
}

static size_t find_fold(const struct table *t, uint64_t key)
{
    size_t i = 0;

    while (i < t->fold_count && t->folds[i] != key)
        i++;
    return i;
}

static uint32_t end_of(const struct table *t, uint32_t g)
{
    return g + 1 < t->group_count ? t->groups[g + 1] : t->result.count;
}

static void add_line(struct table *t, uint32_t index, uint32_t rows)
{
    t->fold_lines =
        xgrow(t->fold_lines, &t->fold_lines_cap, t->fold_line_count + 1u, sizeof *t->fold_lines);
    t->fold_lines[t->fold_line_count++] = (struct table_fold){index, rows};
}

void table_fold_rows(struct table *t, const struct view_input *in)
{
    uint32_t *hidden, at = 0, away = 0, headings = 0;

    t->total = t->result.count;
    t->fold_line_count = 0;
    if (t->group < 0 || t->fold_count == 0 || t->total == 0)
        return;
    hidden = xmalloc(t->total * sizeof *hidden);
    for (uint32_t g = 0; g < t->group_count; g++) {
        uint32_t first = t->groups[g], end = end_of(t, g), keep = end - first;
        if (find_fold(t, key_at(t, in, first)) < t->fold_count) {
            keep = 1;
            add_line(t, at, end - first);
        } else {
            t->groups[headings++] = at;
        }
        memcpy(hidden + away, t->result.slots + first + keep,
               (end - first - keep) * sizeof *hidden);
        memmove(t->result.slots + at, t->result.slots + first, keep * sizeof *hidden);
        away += end - first - keep;
        at += keep;
    }
    memcpy(t->result.slots + at, hidden, away * sizeof *hidden);
    free(hidden);
    t->result.count = at;
    t->group_count = headings;
}

uint32_t table_folded(const struct table *t, uint32_t index)
{
    uint32_t low = 0, high = t->fold_line_count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (t->fold_lines[middle].index < index)
            low = middle + 1;
        else
            high = middle;
    }
    return low < t->fold_line_count && t->fold_lines[low].index == index ? t->fold_lines[low].rows
                                                                         : 0;
}

uint32_t table_group_rows(const struct table *t, uint32_t first)
{
    uint32_t end = t->result.count;

    for (uint32_t g = t->group_count; g > 0 && t->groups[g - 1] > first; g--)
        end = t->groups[g - 1];
    for (uint32_t i = t->fold_line_count; i > 0 && t->fold_lines[i - 1].index > first; i--)
        end = t->fold_lines[i - 1].index < end ? t->fold_lines[i - 1].index : end;
    return end - first;
}

bool table_find_folded(const struct table *t, const struct view_input *in, const void *row,
                       uint32_t *index)
{
    struct value here, there;

    if (t->fold_line_count == 0)
        return false;
    here = column_value(&in->ctx, t->entity, (unsigned)t->group, row);
    for (uint32_t i = 0; i < t->fold_line_count; i++) {
        uint32_t at = t->fold_lines[i].index;
        const void *other = snapshot_row(in->snap, t->entity, t->result.slots[at]);
        if (!other)
            continue;
        there = column_value(&in->ctx, t->entity, (unsigned)t->group, other);
        *index = at;
        if (value_cmp(&in->ctx, &here, &there) == 0)
            return true;
    }
    return false;
}

static void fold_key(struct table *t, uint64_t key)
{
    t->folds = xgrow(t->folds, &t->folds_cap, t->fold_count + 1, sizeof *t->folds);
    t->folds[t->fold_count++] = key;
}

bool table_fold(struct table *t, const struct view_input *in)
{
    if (t->group < 0 || t->result.count == 0)
        return false;
    uint64_t key = key_at(t, in, t->cursor);
    size_t at = find_fold(t, key);
    if (at < t->fold_count)
        t->folds[at] = t->folds[--t->fold_count];
    else
        fold_key(t, key);
    t->fold_version++;
    return true;
}

bool table_fold_all(struct table *t, const struct view_input *in)
{
    if (t->group < 0 || t->result.count == 0)
        return false;
    for (uint32_t g = 0; g < t->group_count; g++)
        fold_key(t, key_at(t, in, t->groups[g]));
    t->fold_version++;
    return true;
}

void table_unfold_all(struct table *t)
{
    t->fold_count = 0;
    t->fold_version++;
}
