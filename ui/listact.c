/* SPDX-License-Identifier: MIT
 * listact.c - which rows of a list an action is meant for; see listing.h.
 *
 * What is acted on is what the operator sees marked or under the cursor, never something that slid there by itself and
 * never a mark that the filter hides. */
#include "ui/listing.h"
#include "ui/act.h"
#include "base/i18n.h"
#include "base/xmem.h"
#include <stdlib.h>

enum { JUST_NOW_MS = 1500 };

/* Slots of the marked rows that are shown. */
static uint32_t *marked_rows(const struct list *l, const struct view_input *in, size_t *count)
{
    uint32_t *slots = xmalloc((l->table.mark_count + 1) * sizeof *slots);

    *count = 0;
    for (uint32_t i = 0; i < l->table.result.count && *count < l->table.mark_count; i++) {
        uint32_t slot = l->table.result.slots[i];
        const void *row = snapshot_row(in->snap, l->spec->entity, slot);
        if (row && table_folded(&l->table, i) == 0 &&
            table_is_marked(&l->table, slot, row_head_of(row)->birth))
            slots[(*count)++] = slot;
    }
    return slots;
}

/* The row under the cursor went away with the last picture, and another one took its place there. */
static bool just_jumped(const struct list *l, const struct view_input *in)
{
    wall_ms ago = in->ctx.now - l->jumped_at;

    return l->jumped_at > 0 && ago >= 0 && ago < JUST_NOW_MS;
}

uint32_t *list_chosen(const struct list *l, const struct view_input *in, struct view_out *out,
                      size_t *count)
{
    uint32_t *slots;

    if (l->table.mark_count > 0) {
        slots = marked_rows(l, in, count);
        if (*count == l->table.mark_count)
            return slots;
        act_cannot(out, _("%zu of %u marked rows are not shown here: * takes the marks away"),
                   l->table.mark_count - *count, l->table.mark_count);
        free(slots);
        return NULL;
    }
    if (!table_row(&l->table, in)) {
        act_cannot(out, _("there is no row under the cursor"));
        return NULL;
    }
    if (just_jumped(l, in)) {
        act_cannot(out,
                   _("the row that was here has just gone: look again, then press the key again"));
        return NULL;
    }
    slots = xmalloc(sizeof *slots);
    slots[0] = table_slot(&l->table);
    *count = 1;
    return slots;
}

bool list_act(struct list *l, const struct view_input *in, enum action_verb verb,
              struct view_out *out)
{
    size_t count;
    const struct verb_info *info = verb_info(verb);

    if (info->entity != l->spec->entity)
        return act_cannot(out, _("%s is for %s, which are not listed here"), info->name,
                          entity_info(info->entity)->plural);
    uint32_t *slots = list_chosen(l, in, out, &count);
    if (slots)
        act_start(out, in, verb, slots, count);
    free(slots);
    return true;
}

void list_acted(void *view)
{
    struct list *l = view;

    table_unmark_all(&l->table);
}
