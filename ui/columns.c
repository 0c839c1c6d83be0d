/* SPDX-License-Identifier: MIT
 * columns.c - see columns.h. */
#include "ui/columns.h"
#include "base/i18n.h"
#include "model/value.h"
#include <stdio.h>
#include <string.h>

static const char *const choices[COLUMN_CHOICES] = {
    [COLUMN_AUTO] = N_("auto"), [COLUMN_ALWAYS] = N_("always"), [COLUMN_NEVER] = N_("never")};

static bool can_choose(const struct ui_slot *s)
{
    return s->ops->column && s->ops->choose;
}

void columns_apply(const struct ui *u, struct ui_slot *slot)
{
    struct view_column c;

    for (int k = 0; can_choose(slot) && slot->ops->column(slot->state, k, &c); k++) {
        const struct ui_chosen *chosen = ui_state_column(&u->state, slot->ops->name, c.title);
        if (chosen)
            slot->ops->choose(slot->state, k, chosen->always ? COLUMN_ALWAYS : COLUMN_NEVER);
    }
}

void columns_words(struct ui *u, char *out, size_t size)
{
    const struct ui_slot *slot = ui_top(u)->slot;
    struct view_column c;
    int count = 0;

    for (int k = 0; can_choose(slot) && slot->ops->column(slot->state, k, &c); k++)
        count += c.choice != COLUMN_AUTO;
    if (!can_choose(slot))
        snprintf(out, size, _("none to choose here"));
    else if (count == 0)
        snprintf(out, size, _("as there is room"));
    else
        snprintf(out, size, _("%d chosen"), count);
}

static const char *help_of(const struct ui_slot *slot, const struct view_column *c)
{
    int column = c->field ? column_find(slot->ops->entity, c->field) : -1;

    return column >= 0 ? _(column_info(slot->ops->entity, (unsigned)column)->help) : "";
}

static void fill(struct ui *u)
{
    const struct ui_slot *slot = ui_top(u)->slot;
    struct view_column c;
    char title[80];
    int at = u->menu.at, top = u->menu.top;

    menu_fini(&u->menu);
    snprintf(title, sizeof title, _("Columns of %s"), _(slot->ops->title));
    menu_init(&u->menu, title);
    for (int k = 0; slot->ops->column(slot->state, k, &c); k++)
        menu_add(&u->menu, i18n_either(entity_info(slot->ops->entity)->id, c.title),
                 _(choices[k == 0 ? COLUMN_ALWAYS : c.choice]), help_of(slot, &c));
    u->menu.at = at;
    u->menu.top = top;
}

void columns_open(struct ui *u)
{
    if (!can_choose(ui_top(u)->slot))
        return;
    u->menu.at = u->menu.top = 0;
    fill(u);
    u->overlay = UI_OVER_COLUMNS;
    u->dirty = true;
}

void columns_step(struct ui *u, int by)
{
    const struct ui_slot *slot = ui_top(u)->slot;
    struct view_column c;
    int k = u->menu.at;

    if (k == 0 || !slot->ops->column(slot->state, k, &c))
        return;
    enum column_choice next = (c.choice + COLUMN_CHOICES + by) % COLUMN_CHOICES;
    slot->ops->choose(slot->state, k, next);
    ui_state_choose(&u->state, slot->ops->name, c.title,
                    next == COLUMN_ALWAYS  ? 1
                    : next == COLUMN_NEVER ? -1
                                           : 0);
    fill(u);
    u->dirty = u->rows_stale = true;
}
