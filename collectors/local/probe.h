/* SPDX-License-Identifier: MIT
 * probe.h - reads this machine's sensors and counters; what `suantop probe` and suantop-node run.
 *
 * A child process of its own, because drivers can hang: whoever started it has the deadline. Prints one
 * JSON object a line, with counters as they are; rates are computed by who has two of them (local.c). */
#ifndef SUAN_COLLECTORS_LOCAL_PROBE_H
#define SUAN_COLLECTORS_LOCAL_PROBE_H

#include <stdbool.h>
#include <stdio.h>

/* 0, or 1 when nothing could be written: an exit status. */
int local_probe(FILE *out);
/* The same below another root ("/tmp/x" instead of ""), without libsensors, which knows no root. */
int local_probe_at(FILE *out, const char *root);

/* The two halves, without the line that ends the whole: what only needs files, and what asks drivers. */
void local_probe_machine(FILE *out, const char *root);
bool local_probe_sensors(FILE *out, const char *root); /* false: there was none */

#endif
