/* SPDX-License-Identifier: MIT
 * command.h - the answer of a command: its stdout as it comes, its exit status at the end.
 *
 * The end is the end of the process, not of its pipe: what it left behind (a grandchild that holds stdout)
 * gets a moment, then is cut off. A deadline ends the whole process group.
 * Thread: net. */
#ifndef SUAN_IO_COMMAND_H
#define SUAN_IO_COMMAND_H

#include "io/child.h"
#include "io/sink.h"

struct command;

struct command_spec {
    const char *label; /* for error texts */
    const char *const *argv;
    const char *const *env;
    int64_t first_byte_ms, total_ms;
};

/* sink->done is not called when this fails. */
enum rc command_start(struct children *cs, const struct command_spec *spec, const struct sink *sink,
                      mono_ms now, struct command **out, struct err *e);
void command_resume(struct command *c);
void command_cancel(struct command *c); /* no done() */
/* Looks at the clock; may end the command, then it is gone. */
void command_check(struct command *c, mono_ms now);
mono_ms command_due(const struct command *c);

#endif
