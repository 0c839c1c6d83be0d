/* SPDX-License-Identifier: MIT
 * pipe.h - servers that speak HTTP on their stdin and stdout: children that are kept open.
 *
 * A connection of libcurl is one child; it lives as long as libcurl keeps the connection, and the next
 * request starts a new one when it ended. Thread: net. */
#ifndef SUAN_IO_PIPE_H
#define SUAN_IO_PIPE_H

#include "io/child.h"
#include "io/http.h"

struct pipes;

struct pipes *pipes_new(struct children *cs);
void pipes_free(struct pipes *p); /* after http_free, before children_free */
/* Number of the server that this argv starts, to be used in http_request.dial: the same for equal ones. */
int pipes_id(struct pipes *p, const char *const *argv, const char *const *env);
/* For http_new. */
struct http_dialer pipes_dialer(struct pipes *p);

#endif
