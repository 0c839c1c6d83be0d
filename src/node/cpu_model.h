/* SPDX-License-Identifier: MIT
 * cpu_model.h - which processors a machine has, and what their counters count: cpu_flops.def. Pure; thread: any. */
#ifndef SUAN_NODE_CPU_MODEL_H
#define SUAN_NODE_CPU_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum cpu_precision { CPU_FP64, CPU_FP32, CPU_FP16, CPU_MIXED, CPU_PRECISIONS };
enum { CPU_EVENTS_MAX = 16 };

struct cpu_id {
    char vendor[16], name[64];
    unsigned family, model; /* Arm: the part, 0 */
    unsigned cores;         /* physical ones; 0: not known */
    bool mixed;             /* cores of several kinds */
};

struct cpu_event {
    enum cpu_precision precision;
    uint64_t config;
    double operations; /* that one count is */
};

struct cpu_counters {
    struct cpu_event events[CPU_EVENTS_MAX];
    size_t count;
    double per_clock[CPU_PRECISIONS]; /* operations a clock of one core; 0: not known */
};

/* The text of /proc/cpuinfo. False: it tells of no processor. */
bool cpu_identify(const char *cpuinfo, struct cpu_id *out);
/* False: no counter of it is known. */
bool cpu_counters_of(const struct cpu_id *id, struct cpu_counters *out);
/* "fp64" and so on. */
const char *cpu_precision_word(enum cpu_precision p);

/* "0-3,8\n" as a set of bits; CPUs from `size` on are left out. Returns how many there are. */
size_t cpu_list(const char *text, bool *set, size_t size);

#endif
