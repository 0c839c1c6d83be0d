/* SPDX-License-Identifier: MIT
 * views.c - the registry of views, made from views.def. */
#include "ui/viewlist.h"
#include <stdlib.h>
#include <string.h>

enum { OUT_TEXT_MAX = 1 << 20 };

static const struct view_ops *const all[] = {
#define VIEW(id) &view_##id,
#include "ui/views.def"
#undef VIEW
    NULL};

static const struct view_ops *const hidden[] = {&view_pools, &view_offenders, NULL};

void view_out_init(struct view_out *out)
{
    memset(out, 0, sizeof *out);
    out->scope.center = -1;
    buf_init(&out->text, OUT_TEXT_MAX);
}

void view_out_fini(struct view_out *out)
{
    free(out->annotations);
    buf_fini(&out->text);
}

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
