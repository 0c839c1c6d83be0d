/* SPDX-License-Identifier: MIT
 * discover.h - what there is to watch on this machine when nobody configured anything. Thread: main, at start. */
#ifndef SUAN_APP_DISCOVER_H
#define SUAN_APP_DISCOVER_H

#include "app/config.h"

/* Fills an empty configuration: a center for the Slurm found here (commands in PATH or a slurmrestd socket), and one
 * for this machine's own sensors and the exporters that listen on its loopback. Never empty. */
void discover(struct config *out);

#endif
