/* SPDX-License-Identifier: MIT
 * waits.c - see waits.h. */
#include "io/waits.h"
#include "base/xmem.h"
#include <stdlib.h>

void waits_fini(struct waits *w)
{
    free(w->fds);
    *w = (struct waits){0};
}

void waits_clear(struct waits *w)
{
    w->count = 0;
}

int waits_add(struct waits *w, int fd, short events)
{
    if (fd < 0 || !events)
        return -1;
    w->fds = xgrow(w->fds, &w->cap, w->count + 1, sizeof(*w->fds));
    w->fds[w->count] = (struct pollfd){.fd = fd, .events = events};
    return (int)w->count++;
}

short waits_got(const struct waits *w, int slot)
{
    if (slot < 0 || (size_t)slot >= w->count)
        return 0;
    short got = w->fds[slot].revents;
    return got & (POLLHUP | POLLERR | POLLNVAL) ? (short)(got | w->fds[slot].events) : got;
}
