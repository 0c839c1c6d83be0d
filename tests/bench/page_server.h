/* SPDX-License-Identifier: MIT
 * page_server.h - metric pages of thousands of exporters from one listener on all of 127/8, out of a process of its own. No
 * part of the program. */
#ifndef SUAN_BENCH_PAGE_SERVER_H
#define SUAN_BENCH_PAGE_SERVER_H

#include <stddef.h>
#include <sys/types.h>

struct page_server {
    int devices, metrics; /* of each page */
    int port;             /* out */
    pid_t pid;
};

void page_server_start(struct page_server *s); /* before any thread: it forks */
void page_server_stop(struct page_server *s);
/* A page as dcgm-exporter writes it; returns its length. round: the values change with it, host: the labels. */
size_t page_write(char *out, size_t size, unsigned host, unsigned round, int devices, int metrics);

#endif
