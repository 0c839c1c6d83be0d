/* SPDX-License-Identifier: MIT
 * discover_exporters.h - which exporters listen on this machine's loopback, at the ports that they usually have. Thread: main,
 * at start; takes a fifth of a second at most, and next to nothing unless a port that many programs use has a slow listener. */
#ifndef SUAN_APP_DISCOVER_EXPORTERS_H
#define SUAN_APP_DISCOVER_EXPORTERS_H

#include "base/buf.h"

/* Appends "127.0.0.1:19400,127.0.0.1:9100". A port that exporters are known by: if what listens there speaks HTTP, or says nothing
 * yet. One that many programs use: if its page tells at least one metric of the built-in map, in time.
 * ports, for tests: such ones, those of the first kind negative, ends with 0; NULL = the usual ones. */
void discover_exporters(struct buf *targets, const int *ports);

#endif
