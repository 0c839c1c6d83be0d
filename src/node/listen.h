/* SPDX-License-Identifier: MIT
 * listen.h - the socket that the server answers on. Thread: any. */
#ifndef SUAN_NODE_LISTEN_H
#define SUAN_NODE_LISTEN_H

#include "base/err.h"
#include <netdb.h>
#include <stdbool.h>

enum { LISTEN_NAME_MAX = 64 };

/* "ADDRESS:PORT" with a numeric address, an IPv6 one in brackets. The caller frees *out. RC_USAGE. */
enum rc listen_resolve(const char *listen, struct addrinfo **out, struct err *e);
/* Only this machine reaches it. Pure. */
bool listen_is_loopback(const struct sockaddr *address);
enum rc listen_open(const char *listen, const struct addrinfo *address, int *fd, struct err *e);
unsigned listen_port(int fd);
/* The address, without its port. */
void listen_name(const struct sockaddr *address, char out[LISTEN_NAME_MAX]);

#endif
