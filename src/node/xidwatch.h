/* SPDX-License-Identifier: MIT
 * xidwatch.h - waits for NVIDIA's XID errors, in a child of its own: a thread always in the driver's wait, because of
 * several errors before a wait the driver tells the last only, and the kernel's log besides.
 *
 * When the thread hangs in the driver, the log is read all the same. Owner: whoever called xidwatch_new. */
#ifndef SUAN_NODE_XIDWATCH_H
#define SUAN_NODE_XIDWATCH_H

#include <stdbool.h>
#include <stdio.h>

struct xidwatch;
/* library: borrowed. */
struct xidwatch *xidwatch_new(const char *library, const char *root);
/* Ends the process when the thread does not end: it is in the driver, and nothing can be closed under it. */
void xidwatch_free(struct xidwatch *w);
/* An xid line for each error since the last round. False: the library is of no more use, a new process may be. */
bool xidwatch_round(struct xidwatch *w, FILE *out);

#endif
