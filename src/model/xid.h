/* SPDX-License-Identifier: MIT
 * xid.h - what NVIDIA's XID codes mean, whose fault they are, and what to do. Table: data/xid.conf and the site's own.
 * Source: docs.nvidia.com/deploy/xid-errors, and the actions of DCGM's and NVSentinel's tables.
 * Pure; thread: any. */
#ifndef SUAN_MODEL_XID_H
#define SUAN_MODEL_XID_H

#include "base/err.h"

enum xid_class {
    XID_INFO,        /* nothing to do */
    XID_APPLICATION, /* the program's fault: tell its owner */
    XID_RESET,       /* drain the node, reset the device */
    XID_REBOOT,      /* drain and reboot the node */
    XID_HARDWARE     /* drain the node, exchange the device */
};

struct xid {
    unsigned code;
    enum xid_class class;
    const char *what, *action; /* owned by the table */
};

struct xid_table;
struct xid_table *xid_table_new(void);
void xid_table_free(struct xid_table *t);
/* As peak_table_add. */
enum rc xid_table_add(struct xid_table *t, const char *text, const char *name, struct err *e);
/* NULL if the code is not in the table. */
const struct xid *xid_find(const struct xid_table *t, unsigned code);
const char *xid_class_word(enum xid_class c); /* "info" "application" "reset" "reboot" "hardware" */

#endif
