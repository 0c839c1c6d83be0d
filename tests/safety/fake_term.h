/* SPDX-License-Identifier: MIT
 * fake_term.h - what a fake terminal looks like the next time it is asked. */
#ifndef SUAN_TESTS_SAFETY_FAKE_TERM_H
#define SUAN_TESTS_SAFETY_FAKE_TERM_H

#include <stdbool.h>

extern int fake_term_h, fake_term_w;
extern bool fake_term_mono;

#endif
