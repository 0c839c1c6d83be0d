/* SPDX-License-Identifier: MIT
 * nav.c - see nav.h. */
#include "ui/nav.h"
#include "base/i18n.h"
#include "ui/columns.h"
#include "ui/viewlist.h"
#include <stdio.h>
#include <string.h>

static struct ui_slot *slot_of(struct ui *u, const struct view_ops *ops)
{
    for (int i = 0; i < UI_SLOTS; i++) {
        struct ui_slot *s = &u->slots[i];
        if (!s->ops) {
            s->ops = ops;
            s->state = ops->open();
            columns_apply(u, s);
        }
        if (s->ops == ops)
            return s;
    }
    return &u->slots[0];
}

static void changed(struct ui *u)
{
    u->rows_stale = u->dirty = true;
}

static void level_clear(struct ui_level *l)
{
    filter_free(l->filter);
    *l = (struct ui_level){.scope.center = -1};
}

enum rc nav_filter(struct ui *u, const char *text, struct err *e)
{
    struct ui_level *l = ui_top(u);
    struct filter *f = NULL;
    enum rc rc = filter_compile(text, l->slot->ops->entity, &f, e);

    if (rc)
        return rc;
    filter_refine(f, l->filter); /* one key more: what did not match before does not now */
    filter_free(l->filter);
    l->filter = f;
    if (text != l->filter_text)
        snprintf(l->filter_text, sizeof l->filter_text, "%s", text);
    changed(u);
    return RC_OK;
}

/* A filter that was good a moment ago and is not now (another entity) is dropped. */
static void restore_filter(struct ui *u, const char *text)
{
    char copy[LINE_MAX_BYTES];

    snprintf(copy, sizeof copy, "%s", text);
    if (nav_filter(u, copy, NULL) != RC_OK)
        nav_filter(u, "", NULL);
}

void nav_go(struct ui *u, const struct view_ops *ops)
{
    struct ui_slot *from = u->levels[0].slot, *to = slot_of(u, ops);

    if (from)
        memcpy(from->filter, u->levels[0].filter_text, sizeof from->filter);
    for (int i = 0; i <= u->depth; i++)
        level_clear(&u->levels[i]);
    u->depth = 0;
    u->levels[0].slot = to;
    restore_filter(u, to->filter);
    changed(u);
}

void nav_step(struct ui *u, int by)
{
    const struct view_ops *const *all = view_all();
    int count = 0, at = -1;

    for (; all[count]; count++)
        if (all[count] == ui_top(u)->slot->ops)
            at = count;
    if (at < 0)
        at = by > 0 ? count - 1 : 0;
    nav_go(u, all[(at + by + count) % count]);
}

void nav_push(struct ui *u, const struct view_ops *ops, const struct view_scope *scope)
{
    if (u->depth + 1 >= UI_LEVELS) {
        ui_say(u, true, _("that is as deep as it goes"));
        return;
    }
    struct ui_level *l = &u->levels[++u->depth];
    level_clear(l);
    l->slot = slot_of(u, ops);
    l->scope = *scope;
    u->focused_at = 0; /* whoever asks for it hears of it now */
    changed(u);
}

/* Beside one another, not below: they are gone to from anywhere inside a center. */
static bool stands_beside(const struct view_ops *ops)
{
    return ops == &view_interrupted || ops == &view_alerts || ops == &view_devices;
}

void nav_inside(struct ui *u, const struct view_ops *ops)
{
    struct view_scope scope = ui_top(u)->scope;

    if (stands_beside(ui_top(u)->slot->ops))
        nav_pop(u);
    if (ui_top(u)->scope.center >= 0)
        scope = ui_top(u)->scope;
    nav_push(u, ops, &scope);
}

void nav_center(struct ui *u, const struct view_ops *ops)
{
    const struct ui_level *l = ui_top(u);
    struct view_scope scope = {.center = l->scope.center};
    const struct center_row *c = u->snap ? snapshot_center(u->snap, (uint16_t)scope.center) : NULL;

    if (c)
        snprintf(
            scope.title, sizeof scope.title, "%.200s",
            intern_text(snapshot_strings(u->snap), row_has(c, center, name) ? c->name : c->id));
    if (stands_beside(l->slot->ops))
        nav_pop(u);
    nav_push(u, ops, &scope);
}

bool nav_pop(struct ui *u)
{
    if (u->depth == 0)
        return false;
    level_clear(&u->levels[u->depth--]);
    changed(u);
    return true;
}

void nav_crumb(struct ui *u, char *out, size_t size)
{
    struct ui_level *l = ui_top(u);

    if (l->scope.title[0])
        snprintf(out, size, "%s \xE2\x80\xBA %s", l->scope.title, _(l->slot->ops->title));
    else
        snprintf(out, size, "%s", _(l->slot->ops->title));
}

enum rc nav_start(struct ui *u, const char *view, const char *filter, struct err *e)
{
    const struct view_ops *ops = view ? view_find(view) : view_all()[0];

    if (!ops)
        return err_set(e, RC_USAGE, "view", _("no view is called %.40s"), view);
    nav_go(u, ops);
    return filter && nav_filter(u, filter, e) ? RC_USAGE : RC_OK;
}

void nav_end(struct ui *u)
{
    for (int i = 0; i <= u->depth && i < UI_LEVELS; i++)
        filter_free(u->levels[i].filter);
    for (int i = 0; i < UI_SLOTS && u->slots[i].ops; i++)
        u->slots[i].ops->close(u->slots[i].state);
}
