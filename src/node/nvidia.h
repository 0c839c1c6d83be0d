/* SPDX-License-Identifier: MIT
 * nvidia.h - one NVIDIA GPU as it is told, for the nvidia_*.c only. Thread: the child's main one. */
#ifndef SUAN_NODE_NVIDIA_H
#define SUAN_NODE_NVIDIA_H

#include "base/clock.h"
#include "node/gpu.h"
#include "node/nvml.h"

/* A line that is being told. */
struct telling {
    FILE *out;
    const struct nvml *n;
    nvml_device gpu;
    int bad;                       /* NVML_LOST and the like: nothing more is told of this GPU */
    double busy, clock, clock_max; /* percent, MHz; NaN: not known */
    bool remap_failed;
    int recovery; /* action; 0: none */
};

/* A figure, when its call worked. True: it did. */
bool telling_put(struct telling *t, const char *key, int code, int64_t value);

/* nvidia_sensors.c, nvidia_health.c */
void nvidia_tell_names(struct telling *t, char uuid[NVML_NAME]);
void nvidia_tell_heat(struct telling *t);
void nvidia_tell_power(struct telling *t);
void nvidia_tell_load(struct telling *t);
void nvidia_tell_memory(struct telling *t);
void nvidia_tell_health(struct telling *t);

/* ---- nvidia_gpm.c: activity of the pipes, from samples that are kept from round to round (Hopper and newer) */

enum { GPM_PIPES = 9, GPM_COUNTERS = 10, GPM_WINDOW_MS = 1000, GPM_WINDOW_MAX_MS = 600000 };
struct gpm {
    bool refused; /* the GPU cannot, or its driver */
    void *old, *new;
    mono_ms old_at; /* 0: there is no old sample */
    bool counted;   /* counters below are those of the old sample */
    double counters[GPM_COUNTERS];
    double pipes[GPM_PIPES], clock; /* percent, MHz; NaN: not known */
};

/* instance: of MIG, -1: the whole GPU. clock and clock_max, in MHz, are what the counted cycles are held against. Returns
 * the library's code. */
int gpm_round(const struct nvml *n, nvml_device gpu, int instance, struct gpm *g, double clock,
              double clock_max, mono_ms now);
void gpm_tell(FILE *out, const struct gpm *g);
bool gpm_all_zero(const struct gpm *g); /* some are told, and all are 0 */
void gpm_drop(const struct nvml *n, struct gpm *g);

/* ---- nvidia_mig.c: instances of a GPU */

enum { MIG_MAX = 16 };
struct mig {
    uint64_t print; /* of the instances there were: after a change nothing of them goes on */
    unsigned ids[MIG_MAX], count;
    struct gpm gpm[MIG_MAX];
};

/* A line for each, and its jobs; after the GPU's own line. Returns the library's code. */
int mig_round(const struct nvml *n, nvml_device gpu, struct mig *m, const struct job_place *place,
              const struct gpu_round *r, mono_ms now);
void mig_drop(const struct nvml *n, struct mig *m);

#endif
