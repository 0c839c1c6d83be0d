/* SPDX-License-Identifier: MIT
 * probe.h - reads this machine's sensors and counters; what `suantop probe` runs.
 *
 * A child process of its own, because drivers can hang: whoever started it has the deadline. Prints one
 * JSON object a line, with counters as they are; rates are computed by who has two of them (local.c). */
#ifndef SUAN_COLLECTORS_LOCAL_PROBE_H
#define SUAN_COLLECTORS_LOCAL_PROBE_H

#include <stdio.h>

/* 0, or 1 when nothing could be written: an exit status. */
int local_probe(FILE *out);
/* The same below another root ("/tmp/x" instead of ""), without libsensors: for tests. */
int local_probe_at(FILE *out, const char *root);

#endif
