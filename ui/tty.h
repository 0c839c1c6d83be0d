/* SPDX-License-Identifier: MIT
 * tty.h - the terminal as a device: its modes, the signals that concern it, and how it is given back.
 *
 * Knows no ncurses. There is one terminal, so its state is in statics: signal handlers need it.
 * Thread: main, but for tty_emergency_restore (any thread, signal handlers). */
#ifndef SUAN_UI_TTY_H
#define SUAN_UI_TTY_H

#include "base/err.h"
#include <stdbool.h>
#include <stddef.h>

#define TTY_QUIT 0x1u /* INT, TERM or HUP */
#define TTY_RESIZE 0x2u
#define TTY_STOP 0x4u /* the user typed the suspend character */
#define TTY_CONT 0x8u /* somebody continued us: the screen is not what we left */

/* Catch the signals; each sets its bit and makes wake_fd (an eventfd) readable. Signals that the
 * parent ignores (nohup) stay ignored. */
void tty_signals_catch(int wake_fd);
void tty_signals_release(void);
unsigned tty_signals_pending(void);
unsigned tty_signals_take(void);     /* and forget them */
void tty_signals_add(unsigned bits); /* as if a signal had come; signal-safe */

/* Stops this process as the suspend character would have; returns when it is continued. */
void tty_stop_here(void);

/* Remember the modes of fd, and what to write to give the screen back (at most 256 bytes). */
enum rc tty_arm(int fd, const char *goodbye, size_t len, struct err *e);
void tty_modes_restore(void); /* modes only */
void tty_disarm(void);
void tty_emergency_restore(void); /* async-signal-safe; nothing if not armed */

/* All bytes, in as few writes as the device takes. RC_CANCELLED when a quit signal came while the device
 * did not take any; RC_IO when it is gone. *writes counts calls. */
enum rc tty_write(int fd, const char *data, size_t len, unsigned *writes);

#endif
