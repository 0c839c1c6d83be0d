/* SPDX-License-Identifier: MIT
 * collect.h - the child's side: answers each line on its standard input (devices.h) with one round of lines (decode.h).
 *
 * A child lives on between rounds, because opening a driver is dear; it ends when its input does, so it does not
 * outlive the program by more than a call that hangs. */
#ifndef SUAN_NODE_COLLECT_H
#define SUAN_NODE_COLLECT_H

#include <stdbool.h>
#include <stddef.h>

struct collector {
    const char *name;
    const char *help;
};
extern const struct collector node_collectors[];
extern const size_t node_collector_count;
/* Whether there is what it looks at: a machine without GPUs of a vendor needs no child for them. settings: NULL-terminated
 * "key=value". */
bool collector_wanted(const char *name, const char *root, const char *const *settings);

/* name: of node_collectors. Drops what it needs no right to. settings: NULL-terminated
 * "key=value", as exporter_start got them. Returns an exit status; 64 for an unknown name. */
int collect_serve(const char *name, const char *root, const char *const *settings);

#endif
