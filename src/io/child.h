/* SPDX-License-Identifier: MIT
 * child.h - child processes of the net thread: start, watch, end with their whole group.
 *
 * Each child leads its own session and process group, so no terminal can ask questions through it and
 * nothing that it started survives it (but what left the group on purpose). It gets a cleaned
 * environment and no descriptor of ours. stderr is always read, and kept in part.
 * Thread: net. */
#ifndef SUAN_IO_CHILD_H
#define SUAN_IO_CHILD_H

#include "base/clock.h"
#include "base/err.h"
#include <poll.h>
#include <stdbool.h>
#include <stddef.h>

struct children;
struct child;

struct child_spec {
    const char *const *argv;
    const char *const *env; /* extra NAME=value */
    bool socket;            /* stdin and stdout are one socket; else /dev/null and a pipe */
    void *arg;
    void (*readable)(void *arg); /* stdout has something, or its end; not for sockets */
    void (*exited)(void *arg);   /* once; what is in the pipe can still be read */
};

struct children *children_new(void);
/* Ends all of them: TERM, then KILL; waits half a second at most. */
void children_free(struct children *cs);
enum rc child_start(struct children *cs, const struct child_spec *spec, struct child **out,
                    struct err *e);
/* Our end of its stdout (or of the socket). child_take_fd: now the caller's to close. */
int child_fd(const struct child *c);
int child_take_fd(struct child *c);
void child_listen(struct child *c, bool on); /* whether readable() is wanted; on at first */
bool child_has_exited(const struct child *c);
/* Looks right now, waiting at most `ms`. */
bool child_wait(struct child *c, int ms);
int child_status(const struct child *c);         /* exit status, or 128 + signal */
const char *child_first_errors(struct child *c); /* first bytes of stderr, raw */
const char *child_last_error(struct child *c);   /* last line of stderr, raw */
/* The owner has no more interest: no more calls to it. Ends the group (TERM, after a while KILL). */
void child_drop(struct child *c);

/* What to wait for; the array is valid until the next call. */
size_t children_fds(struct children *cs, struct pollfd **fds);
/* After waiting: reads, reaps, kills; calls the owners. */
void children_run(struct children *cs, mono_ms now);
mono_ms children_due(const struct children *cs, mono_ms now);

#endif
