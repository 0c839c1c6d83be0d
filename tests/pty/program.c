/* SPDX-License-Identifier: MIT
 * program.c - see program.h. */
#include "tests/pty/program.h"
#include "tests/unit/unit.h"
#include <stdio.h>

enum { WORDS = 24 };

void program_start(struct pty *p, const struct program *how, const char *const *words)
{
    char locale[64], state_home[128];
    const char *const env[] = {"TERM=xterm-256color", locale,     "TZ=UTC",
                               "COLORTERM",           "NO_COLOR", state_home,
                               "SUANTOP_TEST_FD=9",   NULL};
    char *argv[WORDS] = {(char *)"./suantop"};
    size_t n = 1;

    snprintf(locale, sizeof locale, "LC_ALL=%s", how->locale ? how->locale : "C.UTF-8");
    snprintf(state_home, sizeof state_home, "XDG_STATE_HOME=%s",
             how->state_home ? how->state_home : "/dev/null");
    for (; *words; words++) {
        assert_true(n + 1 < WORDS);
        argv[n++] = (char *)*words;
    }
    pty_start(p, how->rows, how->cols, env, argv);
}
