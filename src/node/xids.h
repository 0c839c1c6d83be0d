/* SPDX-License-Identifier: MIT
 * xids.h - counts NVIDIA's XID errors, which the driver and the kernel's log both tell of.
 *
 * The two are not equally good: of several errors before a wait the driver tells the last only, and the log may be lost or
 * not readable. So within a burst the larger of their counts is taken, and no error is counted for both. Kept by the
 * program itself, because the child that listens may be killed: a line of the log that was seen before (its sequence
 * number tells) is passed over. Pure; thread: one at a time. Owner: whoever called xids_new. */
#ifndef SUAN_NODE_XIDS_H
#define SUAN_NODE_XIDS_H

#include "base/clock.h"
#include "node/samples.h"
#include <stdint.h>

enum xid_source {
    XID_DRIVER,
    XID_LOG,
    XID_FALLEN, /* "fallen off the bus" without an XID in the log: counted as 79 */
    XID_SOURCES
};

struct xid_event {
    char gpu[24]; /* PCI address */
    unsigned code;
    enum xid_source source;
    wall_ms at;
    uint64_t line; /* of the log: its sequence number */
};

enum { XID_OFF_THE_BUS = 79, XIDS_MAX = 512, XID_BURST_MS = 10000 };

struct xids;
struct xids *xids_new(void);
void xids_free(struct xids *x);
/* Beyond XIDS_MAX pairs of GPU and code nothing new is taken. */
void xids_add(struct xids *x, const struct xid_event *e);
void xids_samples(const struct xids *x, struct samples *out);

#endif
