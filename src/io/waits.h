/* SPDX-License-Identifier: MIT
 * waits.h - the descriptors that one turn of the net thread waits for, beside libcurl's own.
 *
 * Whoever owns a descriptor adds it before the wait, keeps the slot, and asks by it afterwards. A slot is
 * good for one turn. Thread: net. */
#ifndef SUAN_IO_WAITS_H
#define SUAN_IO_WAITS_H

#include <poll.h>
#include <stddef.h>

struct waits {
    struct pollfd *fds;
    size_t count, cap;
};

void waits_fini(struct waits *w);
void waits_clear(struct waits *w);
/* The slot, or -1 when there is nothing to wait for (fd < 0 or no events). */
int waits_add(struct waits *w, int fd, short events);
/* What happened; 0 for slot -1. An end or an error counts as whatever was waited for. */
short waits_got(const struct waits *w, int slot);

#endif
