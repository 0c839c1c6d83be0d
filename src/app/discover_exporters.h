/* SPDX-License-Identifier: MIT
 * discover_exporters.h - which exporters listen on this machine's loopback, at the ports that they usually have. Thread: main,
 * at start; takes a fifth of a second at most, and next to nothing unless a port that many programs use has a slow listener. */
#ifndef SUAN_APP_DISCOVER_EXPORTERS_H
#define SUAN_APP_DISCOVER_EXPORTERS_H

#include "base/buf.h"

/* Appends "127.0.0.1:19400,127.0.0.1:9100": ports where somebody listens; of those that other programs have too only if the page
 * tells at least one metric of the built-in map, in time. ports: such ones, for tests, ends with 0; NULL = the usual ones. */
void discover_exporters(struct buf *targets, const int *ports);

#endif
