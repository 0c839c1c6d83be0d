/* SPDX-License-Identifier: MIT
 * harness.h - a program on a terminal that a test can look at: a pty, and libvterm behind it.
 *
 * Nothing here sleeps: pty_wait_* pumps bytes until what is waited for is so, and fails the test (with the
 * screen) when it is not so after a long time. When one returns, all that the program had written by then is on the screen:
 * the whole frame, not only the text that was waited for. The program writes "frame N" lines to a descriptor of its
 * own, PTY_TEST_FD. */
#ifndef SUAN_TESTS_PTY_HARNESS_H
#define SUAN_TESTS_PTY_HARNESS_H

#include "base/buf.h"
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <termios.h>
#include <vterm.h>

#define PTY_TEST_FD 9

struct pty {
    pid_t pid;
    int master, slave, frames_fd; /* slave is kept open so that modes can be read to the end */
    int rows, cols;
    VTerm *vt;
    VTermScreen *screen;
    bool altscreen, cursor;
    unsigned long frame;       /* of the last "frame N" */
    unsigned long counters[3]; /* of the last "counters FRAMES BYTES WRITES" */
    char line[128];            /* what came of the next line of frames_fd */
    size_t line_len;
    struct buf output;     /* all bytes that the program wrote */
    struct termios before; /* modes when it started */
    unsigned long marks;   /* that came back, see catch_up() */
    bool eof, exited;
    int status; /* as waitpid tells it */
    bool job;   /* a shell-like parent stands between: it can be stopped */
    pid_t job_pid;
    bool stopped;
};

/* env: "NAME=value" or "NAME" (unset), NULL-terminated. argv[0] is the program's path. */
void pty_start(struct pty *p, int rows, int cols, const char *const *env, char *const *argv);
/* The same below a parent with job control, as a shell is; job_pid is the program then. */
void pty_start_job(struct pty *p, int rows, int cols, const char *const *env, char *const *argv);
/* Kills what still runs. */
void pty_end(struct pty *p);

void pty_send(struct pty *p, const char *keys);
/* The signal where no keys are given. */
void pty_send_or_kill(struct pty *p, const char *keys, int sig);
void pty_send_bytes(struct pty *p, const char *bytes, size_t len);
void pty_resize(struct pty *p, int rows, int cols);
void pty_close_master(struct pty *p); /* as when the window is closed */

/* Takes in what is there; waits at most ms for the first of it. False at the end of the program's output. */
bool pty_pump(struct pty *p, int ms);
/* First of all in main() of a test, not of what it starts: who started the tests in the background, or with nohup, may have had
 * these ignored. */
void pty_take_signals(void);
/* Whether what is started from now on hears of a hang-up; as under nohup it does not. */
void pty_let_hang_up(bool heard);
void pty_wait_text(struct pty *p, const char *text);
void pty_wait_no_text(struct pty *p, const char *text);
void pty_wait_frames(struct pty *p, unsigned long more);
void pty_wait_exit(struct pty *p);
void pty_wait_stopped(struct pty *p);

/* A row as UTF-8 without trailing blanks, in a buffer that the next call reuses. */
const char *pty_row(struct pty *p, int row);
bool pty_has_text(struct pty *p, const char *text);
uint32_t pty_rgb(struct pty *p, int row, int col,
                 bool background); /* UINT32_MAX: the terminal's own */
int pty_index(struct pty *p, int row, int col, bool background); /* palette index, -1 = none */
bool pty_mouse_on(struct pty *p); /* libvterm knows only half of how it is asked for */
bool pty_modes_restored(struct pty *p);
/* Modes and screen as before: main screen, cursor shown, mouse off. */
void pty_assert_clean(struct pty *p);
/* Waits until it has ended by itself, with that status and the terminal as it was; then as pty_end(). */
void pty_expect_end(struct pty *p, int status);

#endif
