/* SPDX-License-Identifier: MIT
 * discover_exporters.h - which exporters listen on this machine's loopback, at the ports that they usually have. Thread: main,
 * at start; takes half a second at most, and next to nothing where nobody listens. */
#ifndef SUAN_APP_DISCOVER_EXPORTERS_H
#define SUAN_APP_DISCOVER_EXPORTERS_H

#include "base/buf.h"

/* Appends "127.0.0.1:19400,127.0.0.1:9100": those whose page tells at least one metric of the built-in map. Nobody there, no
 * answer in time, a page of something else: no target. ports: for tests, ends with 0; NULL = the usual ones. */
void discover_exporters(struct buf *targets, const int *ports);

#endif
