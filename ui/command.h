/* SPDX-License-Identifier: MIT
 * command.h - what a key, a click and a `:` line do. Thread: main. */
#ifndef SUAN_UI_COMMAND_H
#define SUAN_UI_COMMAND_H

#include "ui/core.h"

void command_key(struct ui *u, const struct term_key *k);
/* arg: what stands behind a `:command`, "" from a key. */
void command_do(struct ui *u, enum cmd cmd, const char *arg);
void command_line(struct ui *u, const char *line);

#endif
