/* SPDX-License-Identifier: MIT
 * mangen.h - the parts of mangen, the program that makes the manual and the completions while
 * building. It prints to standard output; nothing of it is in suantop. */
#ifndef SUAN_APP_MANGEN_H
#define SUAN_APP_MANGEN_H

#include "app/cli.h"
#include <stdbool.h>

/* True if the command knows the option. */
bool mangen_takes(enum cli_command command, enum cli_option option);
/* Prints the table of a line @NAME@ that stands alone, its end included; false if there is none. */
bool mangen_table(const char *line);
/* The completion of a shell; false if there is none for it. */
bool mangen_complete(const char *shell);

#endif
