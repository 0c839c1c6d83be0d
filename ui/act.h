/* SPDX-License-Identifier: MIT
 * act.h - how a view asks for an action: it freezes targets out of the snapshot that is on the screen.
 *
 * A view's command() answers a command of the group ACT with one of these; the core then opens the dialog (acting.h).
 * Nothing is decided here: whether it may be done is the plan's business. All of them freeze everything or nothing, and
 * return true, since there always is something to show: the wish WISH_ACT, or WISH_MESSAGE with the reason why not.
 * Thread: ui. */
#ifndef SUAN_UI_ACT_H
#define SUAN_UI_ACT_H

#include "action/request.h"
#include "ui/view.h"

/* The verb of a command of the group ACT; false for other commands. */
bool act_verb(enum cmd cmd, enum action_verb *verb);
enum cmd act_cmd(enum action_verb verb);

/* The things in those slots; they are of the verb's entity. Without any, out says so. */
bool act_start(struct view_out *out, const struct view_input *in, enum action_verb verb,
               const uint32_t *slots, size_t count);
/* One thing by its raw name: the job of an interruption, a suspected node. */
bool act_start_named(struct view_out *out, const struct view_input *in, enum action_verb verb,
                     uint16_t center, const char *id);
/* UINT32_MAX if there is no such node or job (any more). */
uint32_t act_slot(const struct snapshot *s, enum action_verb verb, uint16_t center, const char *id);
/* order_add; the row of an array's waiting tasks stands for all of them, and that is meant: the dialog says so. */
enum rc act_freeze(struct action_order *o, const struct snapshot *s, uint32_t slot, struct err *e);
/* A line of words instead. */
bool act_cannot(struct view_out *out, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
