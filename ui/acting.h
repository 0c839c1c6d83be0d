/* SPDX-License-Identifier: MIT
 * acting.h - actions in the dashboard: whether a key may act at all, the dialog, what becomes of what was sent.
 *
 * The only way out is port.act_commit, and it is called in one place, with what dialog_take_confirmed returned.
 * Thread: main. */
#ifndef SUAN_UI_ACTING_H
#define SUAN_UI_ACTING_H

#include "ui/core.h"

/* This screen can act on something. False: words say why not. */
bool acting_possible(const struct ui *u, const char **why);
/* That command of the group ACT may go to the view on top; else a message says why not. */
bool acting_works_here(struct ui *u, enum cmd cmd);
/* `:drain NAME`: one thing by its name, in the center that the view is narrowed to or the only one that has it. */
void acting_named(struct ui *u, enum cmd cmd, const char *name);
/* Frozen targets: opens the dialog. Takes the order. from: whose marks they were; NULL = nobody's. */
void acting_ask(struct ui *u, struct action_order *take, struct ui_slot *from);
enum act_mode acting_mode(const struct ui *u, uint16_t center);
/* The world of the dialog that is open. */
struct dialog_world acting_world(const struct ui *u);

void acting_key(struct ui *u, const struct term_key *k); /* while the dialog or the panel is open */
void acting_close(struct ui *u);                         /* No: the dialog or the panel goes */
void acting_snapshot(struct ui *u); /* a newer one is there: the plan, and how far things came */
void acting_tick(struct ui *u);     /* time went on: armings end */

/* acting_arm.c */
void acting_arm(struct ui *u, const char *center);
void acting_armed(struct ui *u); /* the panel's center, from now on */
void acting_disarm(struct ui *u, const char *center);
/* "ARMED 张北智算中心 9 min" for the header; "" = none. */
void acting_banner(const struct ui *u, char *out, size_t size);
void acting_fini(struct ui *u);

#endif
