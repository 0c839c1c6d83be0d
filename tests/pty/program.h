/* SPDX-License-Identifier: MIT
 * program.h - ./suantop itself on a terminal, for the tests that look at the whole program. */
#ifndef SUAN_TESTS_PTY_PROGRAM_H
#define SUAN_TESTS_PTY_PROGRAM_H

#include "tests/pty/harness.h"

struct program {
    int rows, cols;
    const char *locale;     /* NULL = C.UTF-8 */
    const char *state_home; /* a folder; NULL = nothing is remembered */
};

/* words: what follows the program's name, NULL-terminated. */
void program_start(struct pty *p, const struct program *how, const char *const *words);

#endif
