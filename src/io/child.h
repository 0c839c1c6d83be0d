/* SPDX-License-Identifier: MIT
 * child.h - child processes of the net thread (and of the alarm's): start, watch, end with their whole group.
 *
 * Each child leads its own session and process group, so no terminal can ask questions through it and
 * nothing that it started survives it (but what left the group on purpose). It gets a cleaned
 * environment and no descriptor of ours. stderr is always read, and kept in part.
 * Thread: the one that made the struct children. */
#ifndef SUAN_IO_CHILD_H
#define SUAN_IO_CHILD_H

#include "base/clock.h"
#include "base/err.h"
#include "io/waits.h"
#include <stdbool.h>
#include <stddef.h>

struct children;
struct child;

struct child_spec {
    const char *const *argv;
    const char *const *env; /* extra NAME=value */
    bool served; /* stdin is a pipe too, and its owner looks after both; else /dev/null */
    void *arg;
    void (*readable)(void *arg); /* stdout has something, or its end; not if served */
    void (*exited)(void *arg);   /* once; what is in the pipe can still be read */
};

struct children *children_new(void);
/* Ends all of them: TERM, then KILL; waits half a second at most. */
void children_free(struct children *cs);
enum rc child_start(struct children *cs, const struct child_spec *spec, struct child **out,
                    struct err *e);
int child_out(const struct child *c);        /* our end of its stdout */
int child_in(const struct child *c);         /* our end of its stdin, -1 if it has none */
void child_listen(struct child *c, bool on); /* whether readable() is wanted; on at first */
void child_quiet(struct child *c,
                 bool on); /* neither stdout nor stderr wakes anybody, only its end */
bool child_has_exited(const struct child *c);
/* Looks right now, waiting at most `ms`. */
bool child_wait(struct child *c, int ms);
int child_status(const struct child *c);         /* exit status, or 128 + signal */
const char *child_first_errors(struct child *c); /* first bytes of stderr, raw */
const char *child_last_error(struct child *c);   /* last line of stderr, raw */
/* The owner has no more interest: no more calls to it. Ends the group (TERM, after a while KILL). */
void child_drop(struct child *c);

void children_wait_for(struct children *cs, struct waits *w);
/* After waiting: reads, reaps, kills; calls the owners. */
void children_run(struct children *cs, const struct waits *w, mono_ms now);
mono_ms children_due(const struct children *cs, mono_ms now);

#endif
