/* SPDX-License-Identifier: MIT
 * pipe.h - servers that speak HTTP on their stdin and stdout: children that are kept open.
 *
 * A connection of libcurl is one child; it lives as long as libcurl keeps the connection, and the next
 * request starts a new one when it ended. libcurl connects to a socket that only this process can reach
 * (its name is gone at once, and the peer's pid is checked); bytes are spliced between the accepted end
 * and two pipes, because slurmrestd trusts the owner of a pipe on its stdin and refuses a socket there.
 * Thread: net. */
#ifndef SUAN_IO_PIPE_H
#define SUAN_IO_PIPE_H

#include "io/child.h"
#include "io/http.h"

struct pipes;

struct pipes *pipes_new(struct children *cs);
void pipes_free(struct pipes *p); /* after http_free, before children_free */
/* Number of the server that this argv starts, to be used in http_request.dial: the same for equal ones. */
/* 0 when no listening socket can be had. */
int pipes_id(struct pipes *p, const char *const *argv, const char *const *env);
void pipes_wait_for(struct pipes *p, struct waits *w);
/* After each http_run: starts a child for each new connection, moves bytes. */
void pipes_run(struct pipes *p);
/* For http_new. */
struct http_dialer pipes_dialer(struct pipes *p);

#endif
