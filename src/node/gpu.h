/* SPDX-License-Identifier: MIT
 * gpu.h - NVIDIA GPUs: those on the PCI bus, and what NVML tells of them.
 *
 * Runs in a child process only: a driver's call may never return. NVML is opened with dlopen by its ABI; no header of
 * it is needed, and without the library or the driver the rest of the program works. Prints lines of decode.h. */
#ifndef SUAN_NODE_GPU_H
#define SUAN_NODE_GPU_H

#include <stdbool.h>
#include <stdio.h>

/* A gpu_expected line for each NVIDIA display or 3D controller below ROOT/sys; returns how many. */
unsigned gpu_expected(FILE *out, const char *root);

struct gpu_driver;
/* library: file name or path. Nothing is asked yet. */
struct gpu_driver *gpu_driver_new(const char *library);
void gpu_driver_free(struct gpu_driver *d); /* gives the driver back, if it is open */
/* A gpu line for each device, a trouble line where it did not go well. False: do not use this driver again, a new
 * process may have more luck (a library that was replaced while it was loaded stays loaded). */
bool gpu_driver_round(struct gpu_driver *d, FILE *out, bool expected);

#endif
