/* SPDX-License-Identifier: MIT
 * demo_ui.h - the dashboard over a fixed fleet in memory, without the rest of the program. */
#ifndef SUAN_TESTS_PTY_DEMO_UI_H
#define SUAN_TESTS_PTY_DEMO_UI_H

#include <stdbool.h>

int demo_ui_main(int argc, char **argv);
bool demo_is_sanitized(void);

#endif
