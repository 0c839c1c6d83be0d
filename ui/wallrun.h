/* SPDX-License-Identifier: MIT
 * wallrun.h - the wall on a terminal: one thread that waits for pictures, the clock, and the key that ends it.
 *
 * It has no port: there is nothing that it could ask for, refresh or change.
 * Thread: wallrun on the main thread; wallrun_wake from any. */
#ifndef SUAN_UI_WALLRUN_H
#define SUAN_UI_WALLRUN_H

#include "base/err.h"
#include "model/snapshot.h"
#include "ui/wall.h"

struct wallrun;

struct wallrun_options {
    struct wall_options wall; /* ascii and mono are found out */
    const char *theme, *theme_dirs, *colour;
    bool ascii;
    int test_fd; /* "frame N\n" after each frame, for tests; -1 = none */
    wall_ms (*now)(void *arg);
    int (*utc_offset)(void *arg, wall_ms t);
    void *arg;
};

/* Takes the terminal and paints the first picture. Errors as ui_new. */
enum rc wallrun_new(struct snapshot_hub *hub, const struct wallrun_options *o, struct wallrun **out,
                    struct err *e);
/* Until q, Ctrl-C or a signal; RC_IO when the terminal went away. */
enum rc wallrun_run(struct wallrun *r, struct err *e);
void wallrun_wake(struct wallrun *r);
void wallrun_free(struct wallrun *r); /* gives the terminal back */

#endif
