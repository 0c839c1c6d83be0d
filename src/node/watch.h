/* SPDX-License-Identifier: MIT
 * watch.h - closes connections that take too long, however busily.
 *
 * A client that sends a byte now and then, or takes one, is never idle; so each connection has a moment by which it
 * must have come further. A thread sleeps until the nearest of them, half a minute at most; with no connection it does
 * not wake at all. Owner: the server. Thread: any. */
#ifndef SUAN_NODE_WATCH_H
#define SUAN_NODE_WATCH_H

#include "base/clock.h"

enum {
    WATCH_FIRST_MS = 10000,  /* from the connection to the first whole request, TLS included */
    WATCH_ANSWER_MS = 30000, /* from a request to the last byte of its answer */
    WATCH_NEXT_MS = 300000   /* from an answer to the next whole request */
};

struct watch;
struct watched;

struct watch *watch_start(void); /* NULL: no thread */
void watch_stop(struct watch *w);
/* fd: stays open until watch_remove. */
struct watched *watch_add(struct watch *w, int fd, int64_t ms);
void watch_until(struct watched *c, int64_t ms);
void watch_remove(struct watched *c);

#endif
