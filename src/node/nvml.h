/* SPDX-License-Identifier: MIT
 * nvml.h - NVIDIA's library by its ABI (API 13; 64-bit Linux), opened with dlopen; for the nvml_*.c only.
 *
 * No header of it is needed. Each symbol may be missing, and each call may fail by itself. Structures that have a version
 * begin with their size and that version; an older library refuses a newer one.
 * Owner: whoever called nvml_open. Thread: the child that has it, one thread. */
#ifndef SUAN_NODE_NVML_H
#define SUAN_NODE_NVML_H

#include <stdbool.h>
#include <stdint.h>

enum nvml_code {
    NVML_OK = 0,
    NVML_UNSUPPORTED = 3,
    NVML_NOT_FOUND = 6,
    NVML_SIZE = 7,
    NVML_NO_DRIVER = 9,
    NVML_TIMEOUT = 10,
    NVML_LOST = 15,
    NVML_RESET = 16,
    NVML_MISMATCH = 18 /* the driver was exchanged under the library */
};
enum { NVML_NAME = 96, NVML_DRIVER = 80, NVML_NO_ATTACH = 2, NVML_ADDRESS = 24 };
enum { NVML_CLOCK_SM = 1, NVML_CLOCK_MEMORY = 2, NVML_EVENT_XID = 8 };
#define NVML_VERSION(type, version) ((uint32_t)sizeof(type) | (uint32_t)(version) << 24)

typedef void *nvml_device;
struct nvml_pci {
    char legacy[16];
    uint32_t domain, bus, device, id, subsystem;
    char address[32];
};
struct nvml_memory {
    uint64_t total, free, used;
};
struct nvml_memory2 {
    uint32_t version;
    uint64_t total, reserved, free, used;
};
struct nvml_rates {
    uint32_t gpu, memory;
};
struct nvml_temperature {
    uint32_t version, sensor;
    int32_t celsius;
};
struct nvml_margin {
    uint32_t version;
    int32_t celsius;
};
struct nvml_field {
    uint32_t id, scope;
    int64_t time, latency;
    uint32_t type; /* of the value, see nvml_field_value */
    int32_t code;
    union {
        double f64;
        uint32_t u32;
        uint64_t u64;
        int64_t i64;
        int32_t i32;
        uint16_t u16;
    } value;
};
struct nvml_attributes { /* of a MIG device */
    uint32_t sms, counts[5], gpu_slices, compute_slices;
    uint64_t memory_mib;
};
struct nvml_event {
    nvml_device device;
    uint64_t type, data;
    uint32_t gpu_instance, compute_instance;
};
struct nvml_gpm_support {
    uint32_t version, supported;
};
struct nvml_gpm_metric {
    uint32_t id;
    int32_t code;
    double value;
    const char *names[3];
};
enum { NVML_GPM_METRICS = 24 };
/* The library's own array is longer in each version; it is the last member, and counted. */
struct nvml_gpm_metrics {
    uint32_t version, count;
    void *from, *to;
    struct nvml_gpm_metric at[NVML_GPM_METRICS];
};

/* The calls that are used: any but the first three may be missing. */
#define NVML_CALLS(X)                                                                              \
    X(init, nvmlInit_v2, (void))                                                                   \
    X(shutdown, nvmlShutdown, (void))                                                              \
    X(count, nvmlDeviceGetCount_v2, (unsigned *))                                                  \
    X(init_flags, nvmlInitWithFlags, (unsigned))                                                   \
    X(by_index, nvmlDeviceGetHandleByIndex_v2, (unsigned, nvml_device *))                          \
    X(by_address, nvmlDeviceGetHandleByPciBusId_v2, (const char *, nvml_device *))                 \
    X(driver, nvmlSystemGetDriverVersion, (char *, unsigned))                                      \
    X(index, nvmlDeviceGetIndex, (nvml_device, unsigned *))                                        \
    X(name, nvmlDeviceGetName, (nvml_device, char *, unsigned))                                    \
    X(uuid, nvmlDeviceGetUUID, (nvml_device, char *, unsigned))                                    \
    X(pci, nvmlDeviceGetPciInfo_v3, (nvml_device, struct nvml_pci *))                              \
    X(temperature, nvmlDeviceGetTemperature, (nvml_device, int, unsigned *))                       \
    X(temperature2, nvmlDeviceGetTemperatureV, (nvml_device, struct nvml_temperature *))           \
    X(margin, nvmlDeviceGetMarginTemperature, (nvml_device, struct nvml_margin *))                 \
    X(threshold, nvmlDeviceGetTemperatureThreshold, (nvml_device, int, unsigned *))                \
    X(power, nvmlDeviceGetPowerUsage, (nvml_device, unsigned *))                                   \
    X(power_limit, nvmlDeviceGetEnforcedPowerLimit, (nvml_device, unsigned *))                     \
    X(energy, nvmlDeviceGetTotalEnergyConsumption, (nvml_device, uint64_t *))                      \
    X(memory, nvmlDeviceGetMemoryInfo, (nvml_device, struct nvml_memory *))                        \
    X(memory2, nvmlDeviceGetMemoryInfo_v2, (nvml_device, struct nvml_memory2 *))                   \
    X(rates, nvmlDeviceGetUtilizationRates, (nvml_device, struct nvml_rates *))                    \
    X(clock, nvmlDeviceGetClockInfo, (nvml_device, int, unsigned *))                               \
    X(clock_max, nvmlDeviceGetMaxClockInfo, (nvml_device, int, unsigned *))                        \
    X(reasons, nvmlDeviceGetCurrentClocksEventReasons, (nvml_device, uint64_t *))                  \
    X(reasons1, nvmlDeviceGetCurrentClocksThrottleReasons, (nvml_device, uint64_t *))              \
    X(processes, nvmlDeviceGetComputeRunningProcesses_v3, (nvml_device, unsigned *, void *))       \
    X(ecc, nvmlDeviceGetTotalEccErrors, (nvml_device, int, int, uint64_t *))                       \
    X(remapped, nvmlDeviceGetRemappedRows,                                                         \
      (nvml_device, unsigned *, unsigned *, unsigned *, unsigned *))                               \
    X(fields, nvmlDeviceGetFieldValues, (nvml_device, int, struct nvml_field *))                   \
    X(gpm_support, nvmlGpmQueryDeviceSupport, (nvml_device, struct nvml_gpm_support *))            \
    X(gpm_alloc, nvmlGpmSampleAlloc, (void **))                                                    \
    X(gpm_free, nvmlGpmSampleFree, (void *))                                                       \
    X(gpm_sample, nvmlGpmSampleGet, (nvml_device, void *))                                         \
    X(gpm_mig_sample, nvmlGpmMigSampleGet, (nvml_device, unsigned, void *))                        \
    X(gpm_metrics, nvmlGpmMetricsGet, (struct nvml_gpm_metrics *))                                 \
    X(mig_mode, nvmlDeviceGetMigMode, (nvml_device, unsigned *, unsigned *))                       \
    X(mig_max, nvmlDeviceGetMaxMigDeviceCount, (nvml_device, unsigned *))                          \
    X(mig_by_index, nvmlDeviceGetMigDeviceHandleByIndex, (nvml_device, unsigned, nvml_device *))   \
    X(gpu_instance, nvmlDeviceGetGpuInstanceId, (nvml_device, unsigned *))                         \
    X(attributes, nvmlDeviceGetAttributes_v2, (nvml_device, struct nvml_attributes *))             \
    X(event_set, nvmlEventSetCreate, (void **))                                                    \
    X(event_register, nvmlDeviceRegisterEvents, (nvml_device, uint64_t, void *))                   \
    X(event_wait, nvmlEventSetWait_v2, (void *, struct nvml_event *, unsigned))                    \
    X(event_free, nvmlEventSetFree, (void *))

struct nvml {
    void *handle;
    bool started;
    char version[NVML_DRIVER];
#define NVML_MEMBER(name, symbol, arguments) int(*name) arguments;
    NVML_CALLS(NVML_MEMBER)
#undef NVML_MEMBER
};

/* A missing call is an unsupported one. */
#define NVML_ASK(n, call, ...) ((n)->call != NULL ? (n)->call(__VA_ARGS__) : (int)NVML_UNSUPPORTED)

enum nvml_opened { NVML_OPEN, NVML_NO_LIBRARY, NVML_BAD_LIBRARY, NVML_NOT_STARTED };
/* Goes on where an earlier call failed. careful: leave each GPU alone until it is asked for. *code: the library's own,
 * where it is NVML_NOT_STARTED. */
enum nvml_opened nvml_open(struct nvml *n, const char *library, bool careful, int *code);
void nvml_close(struct nvml *n);
/* As the kernel writes it; NVML has eight digits of the domain, and capital letters. False: it does not tell. */
bool nvml_address(const struct nvml *n, nvml_device gpu, char out[NVML_ADDRESS]);
/* Where its code is NVML_OK. */
double nvml_field_value(const struct nvml_field *f);

#endif
