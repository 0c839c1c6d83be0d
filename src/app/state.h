/* SPDX-License-Identifier: MIT
 * state.h - where what outlives a run is kept: $XDG_STATE_HOME/suantop, else ~/.local/state/suantop. Thread: main. */
#ifndef SUAN_APP_STATE_H
#define SUAN_APP_STATE_H

#include <stdbool.h>

/* Path of that name there; nothing is made. NULL when the environment names no place. The caller frees it. */
char *state_path(const char *name);
/* The folder of that path and those above it, 0700 where they are new. False when it is not there afterwards. */
bool state_make_folder(const char *path);

#endif
