/* SPDX-License-Identifier: MIT
 * cpu_flops.h - floating-point operations that the processors counted; runs in a child (collect.h).
 *
 * One counter for each event and CPU, over all processes; needs CAP_PERFMON. Says why where there is nothing to count
 * with. Thread: the child's main one. */
#ifndef SUAN_NODE_CPU_FLOPS_H
#define SUAN_NODE_CPU_FLOPS_H

#include <stdbool.h>
#include <stdio.h>

struct cpu_flops;
struct cpu_flops *cpu_flops_new(const char *root);
void cpu_flops_free(struct cpu_flops *f);
/* A cpu_flops line, or trouble. False: there is nothing to be had, and no use in asking again soon. */
bool cpu_flops_round(struct cpu_flops *f, FILE *out);

#endif
