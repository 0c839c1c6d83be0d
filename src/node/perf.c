/* SPDX-License-Identifier: MIT
 * perf.c - see perf.h. */
#include "node/perf.h"
#include <errno.h>
#include <linux/perf_event.h>
#include <sys/syscall.h>
#include <unistd.h>

int perf_open(int cpu, uint32_t type, uint64_t config)
{
    struct perf_event_attr attributes = {
        .type = type,
        .size = sizeof attributes,
        .config = config,
        .read_format = PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING,
    };
    long fd = syscall(SYS_perf_event_open, &attributes, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC);

    return fd >= 0 ? (int)fd : -errno;
}

bool perf_read(int fd, struct perf_reading *out)
{
    return read(fd, out, sizeof *out) == (ssize_t)sizeof *out;
}

bool perf_advance(struct perf_total *t, const struct perf_reading *now)
{
    uint64_t enabled = now->enabled - t->last.enabled, running = now->running - t->last.running;

    if (now->running <= t->last.running || now->enabled <= t->last.enabled ||
        now->value < t->last.value) {
        t->share = 0;
        return false;
    }
    /* Never by the whole time so far: a share that grew would take counted operations back. */
    t->counted += (double)(now->value - t->last.value) * ((double)enabled / (double)running);
    t->share = running < enabled ? (double)running / (double)enabled : 1;
    t->last = *now;
    return true;
}
