/* SPDX-License-Identifier: MIT
 * file_server.h - sends files over HTTP on the loopback, as fast as the kernel can, from a process of its own: what
 * is measured must be the reader. No part of the program. */
#ifndef SUAN_BENCH_FILE_SERVER_H
#define SUAN_BENCH_FILE_SERVER_H

#include <stdatomic.h>
#include <stdint.h>
#include <sys/types.h>

enum { FILE_SERVER_ROUTES = 8, FILE_SERVER_BODIES = 2 };

/* The last part of the request's path, before a "?", and what is sent for it: a file, or a text. With two files they
 * take turns, so that every poll after the first sees the changes between them. */
struct route {
    const char *name;
    const char *files[FILE_SERVER_BODIES];
    const char *text;
};

/* Shared with the sender; monotonic ns. Of the route at index 0 only. */
struct file_server_times {
    _Atomic uint64_t asked_at, sent_at; /* sent_at is 0 while an answer is under way */
    _Atomic uint64_t answers, bytes;
};

struct file_server {
    struct route routes[FILE_SERVER_ROUTES];
    const char *prefix; /* of every path; another one is a 404 */
    struct file_server_times *times;
    int port;
    pid_t pid;
};

void file_server_start(struct file_server *s); /* before any thread: it forks */
void file_server_stop(struct file_server *s);
uint64_t file_server_now(void);

#endif
