/* SPDX-License-Identifier: MIT
 * pending.c - see pending.h. Few rows are pending, so their ACTION rows are simply looked for. */
#include "ui/pending.h"
#include "base/i18n.h"
#include "action/request.h"
#include <stdio.h>

/* "drain…" */
static const char *word_of(enum action_verb verb)
{
    static char words[action_verb_COUNT][24];

    if (!words[verb][0])
        snprintf(words[verb], sizeof words[verb], "%s\xE2\x80\xA6", verb_info(verb)->name);
    return words[verb];
}

/* Was it sent (or is about to be), and has nobody said how it ended? */
static bool is_open(const struct action_row *a)
{
    return row_has(a, action, state) && row_has(a, action, verb) && a->verb < action_verb_COUNT &&
           (a->state == action_state_WAITING || a->state == action_state_READING ||
            a->state == action_state_SENT || a->state == action_state_ACCEPTED ||
            a->state == action_state_UNKNOWN);
}

const char *pending_word(const struct view_input *in, enum entity e, const void *row)
{
    const struct row_head *head = row_head_of(row);
    strid name =
        e == ENTITY_NODE ? ((const struct node_row *)row)->name : ((const struct job_row *)row)->id;
    const struct action_row *newest = NULL;

    if (!(head->flags & ROW_PENDING))
        return NULL;
    for (uint32_t i = 0; i < snapshot_slots(in->snap, ENTITY_ACTION); i++) {
        const struct action_row *a = snapshot_row(in->snap, ENTITY_ACTION, i);
        if (a && a->h.center == head->center && is_open(a) && a->target == name &&
            verb_info((enum action_verb)a->verb)->entity == e &&
            (!newest || a->planned_at > newest->planned_at))
            newest = a;
    }
    return newest ? word_of((enum action_verb)newest->verb) : _("pending\xE2\x80\xA6");
}
