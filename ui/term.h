/* SPDX-License-Identifier: MIT
 * term.h - shows a canvas on the terminal and reads keys from it. Only term.c knows ncurses.
 *
 * Only rows that changed since the last frame are handed to ncurses, what ncurses writes is collected, and
 * the frame goes out in one write(2) inside a synchronized update; a frame that changes nothing writes
 * nothing. Thread: main. */
#ifndef SUAN_UI_TERM_H
#define SUAN_UI_TERM_H

#include "base/clock.h"
#include "base/err.h"
#include "ui/canvas.h"
#include "ui/theme.h"
#include <stdbool.h>
#include <stdint.h>

struct terminal;

struct term_options {
    const char *colour; /* see depth_choose */
    bool mouse;
};

struct term_key {
    uint32_t key; /* see keymap.h; KEYC_MOUSE: y, x and wheel are set */
    int y, x, wheel;
    mono_ms at; /* when it was read */
};

struct term_counters {
    uint64_t frames, bytes, writes;
};

/* RC_IO when there is no terminal, RC_USAGE when TERM names one that cannot do it. */
enum rc term_open(const struct term_options *o, struct terminal **out, struct err *e);
void term_close(struct terminal *t); /* gives the terminal back */

int term_fd(const struct terminal *t); /* readable = keys */
void term_size(const struct terminal *t, int *h, int *w);
void term_refit(struct terminal *t);   /* the window has another size now */
void term_repaint(struct terminal *t); /* the next frame is painted whole */
void term_theme(struct terminal *t, const struct theme *theme);
bool term_is_utf8(const struct terminal *t); /* false: a charset that somebody chose */
bool term_is_mono(const struct terminal *t);
const char *term_depth(const struct terminal *t); /* "24-bit" "256" "16" "mono" */
void term_mouse(struct terminal *t, bool on);

void term_bell(struct terminal *t);

/* RC_IO when the terminal is gone. */
enum rc term_show(struct terminal *t, const struct canvas *c);
/* The next key; false when there is none now. */
bool term_key(struct terminal *t, struct term_key *k);
/* After poll() said that there is input and term_key found none: is it the end of the terminal? */
bool term_gone(const struct terminal *t);

/* Around a stop of the process: the terminal is the shell's in between. */
void term_suspend(struct terminal *t);
void term_resume(struct terminal *t);
const struct term_counters *term_counters(const struct terminal *t);

#endif
