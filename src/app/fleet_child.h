/* SPDX-License-Identifier: MIT
 * fleet_child.h - suantop-fleetsim as a child of this program: started, asked how to watch it, ended.
 *
 * It lives in a folder of its own under $TMPDIR, with the configuration and the journal of the demo; both go with it. It ends
 * when we do, however we end: it watches the pipe that is its standard input, and removes that folder if we were killed.
 * Thread: main. */
#ifndef SUAN_APP_FLEET_CHILD_H
#define SUAN_APP_FLEET_CHILD_H

#include "base/err.h"
#include <sys/types.h>

struct fleet_child {
    pid_t pid;
    int keep; /* our end of its standard input */
    char *folder, *config;
};

/* self: path of this program; the other one lies beside it, or in PATH. options: NULL-terminated, passed on. */
enum rc fleet_child_start(struct fleet_child *c, const char *self, const char *const *options,
                          struct err *e);
/* Path of the configuration that watches it. */
static inline const char *fleet_child_config(const struct fleet_child *c)
{
    return c->config;
}
void fleet_child_end(struct fleet_child *c);

#endif
