/* SPDX-License-Identifier: MIT
 * gpu.h - accelerators: those on the PCI bus, and what their drivers tell of them.
 *
 * Runs in a child process only: a driver's call may never return. Vendors' libraries are opened with dlopen by their ABI;
 * no header of them is needed, and without a library or a driver the rest of the program works. Prints lines of decode.h.
 * Thread: the child's main one. */
#ifndef SUAN_NODE_GPU_H
#define SUAN_NODE_GPU_H

#include "node/jobs.h"
#include <stdbool.h>
#include <stdio.h>

enum { GPU_ADDRESS = 24, GPUS_MAX = 64 };
enum gpu_vendor { GPU_NVIDIA, GPU_AMD, GPU_HUAWEI };

/* Addresses of a vendor's GPUs and NPUs below ROOT/sys, in order; returns how many. */
size_t gpu_on_bus(const char *root, enum gpu_vendor vendor, char out[GPUS_MAX][GPU_ADDRESS]);
/* There is neither one on the bus, which some virtual machines hide, nor the driver's library (NULL: it has none). */
bool gpu_none(const char *root, enum gpu_vendor vendor, const char *library);
/* A gpu_expected line for each of any vendor. */
void gpu_expected(FILE *out, const char *root);

/* One round. question: of devices.h, "" for all. */
struct gpu_round {
    FILE *out;
    const char *root, *question;
    const struct job_folders *jobs;
};
enum gpu_wish { GPU_ASK, GPU_ASK_LAST, GPU_LEAVE_OUT };
enum gpu_wish gpu_wish(const struct gpu_round *r, const char *gpu);
bool gpu_careful(const struct gpu_round *r);

/* NVIDIA, through NVML. */
struct nvidia;
/* library: file name or path. Nothing is asked yet. */
struct nvidia *nvidia_new(const char *library);
void nvidia_free(struct nvidia *d); /* gives the driver back, if it is open */
/* A gpu line for each device, with its instances and jobs; a trouble line where it did not go well. False: do not use
 * this driver again, a new process may have more luck (a library that was replaced while it was loaded stays loaded). */
bool nvidia_round(struct nvidia *d, const struct gpu_round *r);

/* AMD, from the kernel driver's files. */
void amd_round(const struct gpu_round *r);

/* Huawei's Ascend, through DCMI: as NVIDIA's. */
struct ascend;
struct ascend *ascend_new(const char *library);
void ascend_free(struct ascend *a);
bool ascend_round(struct ascend *a, const struct gpu_round *r);

#endif
