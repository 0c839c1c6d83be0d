/* SPDX-License-Identifier: MIT
 * child.h - a process that answers questions over two pipes, and can be given up.
 *
 * One that was killed but does not go - a driver holds it in the kernel - is not waited for: child_gone() tells when it
 * has gone, and nothing else is started in its place until then. Thread: one at a time. */
#ifndef SUAN_NODE_CHILD_H
#define SUAN_NODE_CHILD_H

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include <stdbool.h>
#include <sys/types.h>

struct node_child {
    pid_t pid; /* 0: none */
    int to, from;
};

/* argv: NULL-terminated, argv[0] is a path. The child has no signal blocked and a group of its own. */
enum rc node_child_start(struct node_child *c, const char *const *argv, struct err *e);
/* Asks with a line. */
enum rc node_child_ask(struct node_child *c, const char *line, struct err *e);
/* Appends what comes next; RC_TIMEOUT, RC_CHILD: it ended, RC_LIMIT: `out` is full. */
enum rc node_child_read(struct node_child *c, struct buf *out, mono_ms deadline, struct err *e);
/* Closes the pipes; a healthy child ends by itself then. grace_ms later it is killed. False: it does not go. */
bool node_child_stop(struct node_child *c, int grace_ms);
/* Collects a child that was stopped. True: there is none (any more). */
bool node_child_gone(struct node_child *c);

#endif
