/* SPDX-License-Identifier: MIT
 * kmsg.h - the kernel's log, for what NVIDIA's driver writes into it:
 *
 *   NVRM: Xid (PCI:0000:17:00): 79, pid=1234, name=python3, GPU has fallen off the bus.
 *   NVRM: GPU 0000:17:00.0: GPU has fallen off the bus.
 *
 * Records are "priority,sequence,microseconds,flags;text" (Documentation/ABI/testing/dev-kmsg). Those of before the start
 * count, too: their time is known. Owner: whoever called kmsg_open. Thread: the child's main one. */
#ifndef SUAN_NODE_KMSG_H
#define SUAN_NODE_KMSG_H

#include "node/xids.h"
#include <stdio.h>

/* Of a record without its line end. True: it tells of a GPU. e->at: microseconds since the start, as written. */
bool kmsg_parse(const char *record, size_t len, struct xid_event *e);

struct kmsg;
/* ROOT/dev/kmsg; when it cannot be read, that is told by the first kmsg_tell. */
struct kmsg *kmsg_open(const char *root);
void kmsg_close(struct kmsg *k);
/* An xid line for each record that came; never waits. */
void kmsg_tell(struct kmsg *k, FILE *out, wall_ms wall, mono_ms mono);

#endif
