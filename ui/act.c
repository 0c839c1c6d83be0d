/* SPDX-License-Identifier: MIT
 * act.c - see act.h. */
#include "ui/act.h"
#include "ui/said.h"
#include "base/i18n.h"
#include "base/sentence.h"
#include "base/text.h"
#include <stdarg.h>
#include <string.h>

static const struct {
    enum cmd cmd;
    enum action_verb verb;
} verbs[] = {
#define VERB(ID, entity, key, undo, past, effect) {CMD_##ID, action_verb_##ID},
#include "action/verbs.def"
#undef VERB
};

bool act_verb(enum cmd cmd, enum action_verb *verb)
{
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
        if (verbs[i].cmd == cmd) {
            *verb = verbs[i].verb;
            return true;
        }
    return false;
}

enum cmd act_cmd(enum action_verb verb)
{
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
        if (verbs[i].verb == verb)
            return verbs[i].cmd;
    return CMD_NONE;
}

bool act_cannot(struct view_out *out, const char *fmt, ...)
{
    va_list ap;

    buf_reset(&out->text);
    va_start(ap, fmt);
    buf_vaddf(&out->text, fmt, ap);
    va_end(ap);
    out->wish = WISH_MESSAGE;
    return true;
}

/* Of one center only: each has its own permission, cluster and pools. */
static bool one_center(struct view_out *out, const struct view_input *in, enum entity e,
                       const uint32_t *slots, size_t count)
{
    const void *first = snapshot_row(in->snap, e, slots[0]);

    for (size_t i = 1; i < count && first; i++) {
        const void *row = snapshot_row(in->snap, e, slots[i]);
        if (row && row_head_of(row)->center != row_head_of(first)->center) {
            act_cannot(out, _("the marked rows belong to several centers: act on one at a time"));
            return false;
        }
    }
    return true;
}

enum rc act_freeze(struct action_order *o, const struct snapshot *s, uint32_t slot, struct err *e)
{
    enum rc rc = order_add(o, s, slot, e);

    if (rc == RC_OK && o->targets[o->count - 1].entity == ENTITY_JOB) {
        const struct job_row *job = snapshot_row(s, ENTITY_JOB, slot);
        o->targets[o->count - 1].whole_array = row_has(job, job, tasks) && job->tasks > 1;
    }
    return rc;
}

bool act_start(struct view_out *out, const struct view_input *in, enum action_verb verb,
               const uint32_t *slots, size_t count)
{
    const struct verb_info *info = verb_info(verb);
    const void *first = count > 0 ? snapshot_row(in->snap, info->entity, slots[0]) : NULL;
    struct err e = {0};

    if (!first)
        return act_cannot(out, _("nothing is selected to %s"), info->name);
    if (!one_center(out, in, info->entity, slots, count))
        return true;
    struct action_order *order = order_new(verb, row_head_of(first)->center);
    for (size_t i = 0; i < count; i++) {
        if (act_freeze(order, in->snap, slots[i], &e) == RC_OK)
            continue;
        order_free(order);
        return act_cannot(out, "%s: %s%s%s", info->name, sentence_place(&e), *e.where ? ": " : "",
                          said(e.msg));
    }
    out->wish = WISH_ACT;
    out->order = order;
    return true;
}

uint32_t act_slot(const struct snapshot *s, enum action_verb verb, uint16_t center, const char *id)
{
    enum entity e = verb_info(verb)->entity;

    return snapshot_find(s, e, row_key(e, center, id, strlen(id)));
}

bool act_start_named(struct view_out *out, const struct view_input *in, enum action_verb verb,
                     uint16_t center, const char *id)
{
    uint32_t slot = act_slot(in->snap, verb, center, id);

    if (slot == UINT32_MAX)
        return act_cannot(out, _("%s %.80s is not known (any more)"),
                          entity_info(verb_info(verb)->entity)->id, id);
    return act_start(out, in, verb, &slot, 1);
}
