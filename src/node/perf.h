/* SPDX-License-Identifier: MIT
 * perf.h - counters of the processor, through perf_event_open(2). Thread: any. */
#ifndef SUAN_NODE_PERF_H
#define SUAN_NODE_PERF_H

#include <stdbool.h>
#include <stdint.h>

/* As the kernel tells it; times in nanoseconds. A counter that shares its place with others runs for a part only. */
struct perf_reading {
    uint64_t value, enabled, running;
};

/* What all processes do on that CPU, the kernel included. type, config: of struct perf_event_attr. A descriptor, or
 * -errno. */
int perf_open(int cpu, uint32_t type, uint64_t config);
bool perf_read(int fd, struct perf_reading *out);

/* A counter's whole time, made up from the parts it ran for: each part stands for the time around it. */
struct perf_total {
    struct perf_reading last;
    double counted;
    double share; /* of the last part: running over enabled, 0 to 1 */
};
/* False: it did not run since; then the next part stands for this time, too. Pure. */
bool perf_advance(struct perf_total *t, const struct perf_reading *now);

#endif
