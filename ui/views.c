/* SPDX-License-Identifier: MIT
 * views.c - the registry of views, made from views.def. */
#include "ui/viewlist.h"
#include <string.h>

static const struct view_ops *const all[] = {
#define VIEW(id) &view_##id,
#include "ui/views.def"
#undef VIEW
    NULL};

static const struct view_ops *const hidden[] = {&view_pools, NULL};

const struct view_ops *const *view_all(void)
{
    return all;
}

static const struct view_ops *find_in(const struct view_ops *const *list, const char *name)
{
    for (; *list; list++)
        if (strcmp((*list)->name, name) == 0)
            return *list;
    return NULL;
}

const struct view_ops *view_find(const char *name)
{
    const struct view_ops *found = find_in(all, name);

    return found ? found : find_in(hidden, name);
}
