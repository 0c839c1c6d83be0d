/* SPDX-License-Identifier: MIT
 * listexplain.c - F1 in a list: the figures of the row under the cursor, one after the other; see listing.h. */
#include "ui/listing.h"
#include "ui/explain.h"
#include "model/value.h"
#include <string.h>

/* A field that stands in two columns is one figure. */
static bool is_new(const struct list *l, int k)
{
    for (int i = 0; i < k; i++) {
        const char *field = l->table.columns[i].field;
        if (field && strcmp(field, l->table.columns[k].field) == 0)
            return false;
    }
    return true;
}

/* Does column k of the table begin a figure? */
static bool is_figure(const struct list *l, int k)
{
    const char *field = l->table.columns[k].field;

    return field && column_find(l->spec->entity, field) >= 0 && is_new(l, k);
}

/* Which of the model's columns figure k is: the headline (-1), the columns of the table that show one, and the one that
 * it is sorted by unseen. False behind the last. */
static bool figure_at(const struct list *l, int k, int *column)
{
    int n = 0;

    *column = -1;
    if (l->spec->headline && k == n++)
        return true;
    for (int i = 0; i < l->table.column_count; i++) {
        if (!is_figure(l, i) || k != n++)
            continue;
        *column = column_find(l->spec->entity, l->table.columns[i].field);
        return true;
    }
    *column = l->table.sort_unseen;
    return l->table.sort_unseen >= 0 && k == n;
}

static int figures(const struct list *l)
{
    int n = 0, column;

    while (figure_at(l, n, &column))
        n++;
    return n;
}

/* The one that it sorts by; as configured: the first one. */
static int sorted_figure(const struct list *l)
{
    int n = figures(l), column, sort;

    if (l->table.sort_unseen >= 0)
        return n - 1;
    if (l->table.sort < 0 || !l->table.columns[l->table.sort].field)
        return 0;
    sort = column_find(l->spec->entity, l->table.columns[l->table.sort].field);
    for (int k = 0; k < n; k++)
        if (figure_at(l, k, &column) && column >= 0 && column == sort)
            return k;
    return 0;
}

int list_explain(const void *view, const struct view_input *in, int at, struct buf *out)
{
    const struct list *l = view;
    const void *row = table_row(&l->table, in);
    int n = figures(l), column;

    if (n == 0 || (!row && !l->spec->headline))
        return -1;
    at = !row ? 0 : at == EXPLAIN_DEFAULT ? sorted_figure(l) : ((at % n) + n) % n;
    figure_at(l, at, &column);
    if (column < 0)
        l->spec->headline(in, out);
    else
        explain_figure(in, l->spec->entity, row, (unsigned)column, out);
    return at;
}
