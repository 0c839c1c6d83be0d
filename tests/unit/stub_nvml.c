/* SPDX-License-Identifier: MIT
 * stub_nvml.c - a libnvidia-ml.so.1 with two made-up devices, for the tests of suantop-node.
 *
 * STUB_NVML is a list of words, with commas:
 *   lost, reset     the second device is off the bus, or waits for a reset
 *   errors          values that are unsupported, refused, unknown
 *   oldstructs      structures of a newer version are refused
 *   hang            the second device's temperature never comes; hanginit: the driver's start does not, unless it is careful
 *   broken          does not start; mismatch: was exchanged under the library
 *   percent         counts no cycles; nogpm: knows no GPM; wild: its cycles are no clock; stuck: busy, and no pipe works
 *   mig             the first device is cut into three instances; recut: into others, with the same numbers
 *   xid             tells of errors; sick: of rows that could not be replaced, and advice
 * Built with STUB_OLD it has the calls of an old driver only. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))

enum { UNSUPPORTED = 3, REFUSED = 4, NOT_FOUND = 6, TOO_SMALL = 7, NOT_LOADED = 9, TIMED_OUT = 10 };
enum { LOST = 15, RESET = 16, MISMATCH = 18, WRONG_VERSION = 25, UNKNOWN = 999 };

static int devices[2], instances[3];

static int mode(const char *word)
{
    const char *at = getenv("STUB_NVML");
    size_t len = strlen(word);

    for (; at != NULL; at = strchr(at, ','), at += at != NULL)
        if (strncmp(at, word, len) == 0 && (at[len] == ',' || at[len] == '\0'))
            return 1;
    return 0;
}

/* What a call about a device comes to. */
static int verdict(const void *device, int otherwise)
{
    if (mode("lost") && device == &devices[1])
        return LOST;
    if (mode("reset") && device == &devices[1])
        return RESET;
    return mode("errors") ? otherwise : 0;
}

static int instance_of(const void *device)
{
    return device >= (void *)instances && device < (void *)(instances + 3)
               ? (int)((const int *)device - instances)
               : -1;
}

EXPORT int nvmlInit_v2(void)
{
    while (mode("hanginit"))
        pause();
    return mode("broken") ? NOT_LOADED : mode("mismatch") ? MISMATCH : 0;
}

EXPORT int nvmlShutdown(void)
{
    return 0;
}

EXPORT int nvmlDeviceGetCount_v2(unsigned *n)
{
    *n = 2;
    return 0;
}

EXPORT int nvmlDeviceGetHandleByIndex_v2(unsigned i, void **device)
{
    *device = &devices[i];
    return 0;
}

EXPORT int nvmlSystemGetDriverVersion(char *out, unsigned size)
{
    snprintf(out, size, "550.54");
    return 0;
}

EXPORT int nvmlDeviceGetName(void *device, char *out, unsigned size)
{
    static const char *const profiles[] = {"1g.10gb", "2g.20gb", "3g.40gb"};

    if (instance_of(device) < 0)
        snprintf(out, size, "Made-up \"H100\"");
    else if (instance_of(device) < 2)
        snprintf(out, size, "Made-up H100 MIG %s", profiles[instance_of(device)]);
    else
        snprintf(out, size, "Made-up H100");
    return 0;
}

EXPORT int nvmlDeviceGetUUID(void *device, char *out, unsigned size)
{
    int instance = instance_of(device);

    if (instance >= 0)
        snprintf(out, size, "MIG-%d%s", instance, mode("recut") ? "-again" : "");
    else
        snprintf(out, size, "GPU-%d", device == &devices[1]);
    return 0;
}

struct pci {
    char legacy[16];
    uint32_t domain, bus, device, id, subsystem;
    char address[32];
};

EXPORT int nvmlDeviceGetPciInfo_v3(void *device, struct pci *out)
{
    memset(out, 0, sizeof *out);
    out->bus = device == &devices[1] ? 0xc1 : 0x41;
    return 0;
}

EXPORT int nvmlDeviceGetTemperature(void *device, int sensor, unsigned *out)
{
    (void)sensor;
    while (mode("hang") && device == &devices[1])
        pause();
    *out = device == &devices[1] ? 71 : 52;
    return verdict(device, 0);
}

EXPORT int nvmlDeviceGetTemperatureThreshold(void *device, int which, unsigned *out)
{
    *out = which == 0 ? 95 : 90;
    return verdict(device, UNSUPPORTED);
}

EXPORT int nvmlDeviceGetPowerUsage(void *device, unsigned *out)
{
    *out = 312500;
    return verdict(device, UNKNOWN);
}

EXPORT int nvmlDeviceGetTotalEnergyConsumption(void *device, uint64_t *out)
{
    *out = 123456789012345;
    return verdict(device, UNSUPPORTED);
}

EXPORT int nvmlDeviceGetMemoryInfo(void *device, uint64_t out[3])
{
    out[0] = 85899345920; /* total, free, used */
    out[1] = 75161927680;
    out[2] = 10737418240;
    return verdict(device, 0);
}

EXPORT int nvmlDeviceGetUtilizationRates(void *device, unsigned out[2])
{
    out[0] = 97;
    out[1] = 40;
    return verdict(device, REFUSED);
}

EXPORT int nvmlDeviceGetClockInfo(void *device, int which, unsigned *out)
{
    *out = which == 1 ? 1755 : 2619;
    return verdict(device, 0);
}

EXPORT int nvmlDeviceGetTotalEccErrors(void *device, int kind, int counter, uint64_t *out)
{
    (void)counter;
    *out = kind == 1 ? 2 : 7;
    return verdict(device, UNSUPPORTED);
}

#ifndef STUB_OLD

EXPORT int nvmlInitWithFlags(unsigned flags)
{
    return flags == 2 ? 0 : nvmlInit_v2();
}

EXPORT int nvmlDeviceGetHandleByPciBusId_v2(const char *address, void **device)
{
    *device = strcmp(address, "0000:41:00.0") == 0   ? &devices[0]
              : strcmp(address, "0000:c1:00.0") == 0 ? &devices[1]
                                                     : NULL;
    return *device != NULL ? 0 : NOT_FOUND;
}

EXPORT int nvmlDeviceGetIndex(void *device, unsigned *out)
{
    *out = device == &devices[1];
    return 0;
}

struct temperature {
    uint32_t version, sensor;
    int32_t celsius;
};

EXPORT int nvmlDeviceGetTemperatureV(void *device, struct temperature *t)
{
    unsigned celsius = 0;
    int code;

    if (t->version != 0x0100000c || mode("oldstructs"))
        return WRONG_VERSION;
    code = nvmlDeviceGetTemperature(device, 0, &celsius);
    t->celsius = (int)celsius;
    return code;
}

EXPORT int nvmlDeviceGetMarginTemperature(void *device, int32_t margin[2])
{
    if (margin[0] != 0x01000008 || mode("oldstructs"))
        return WRONG_VERSION;
    margin[1] = 35;
    return verdict(device, UNSUPPORTED);
}

struct memory2 {
    uint32_t version;
    uint64_t total, reserved, free, used;
};

EXPORT int nvmlDeviceGetMemoryInfo_v2(void *device, struct memory2 *m)
{
    if (m->version != 0x02000028 || mode("oldstructs"))
        return WRONG_VERSION;
    m->total = instance_of(device) >= 0 ? 10737418240 : 85899345920;
    m->reserved = 1073741824;
    m->used = 9663676416;
    m->free = m->total - m->used - m->reserved;
    return verdict(device, 0);
}

EXPORT int nvmlDeviceGetCurrentClocksEventReasons(void *device, uint64_t *out)
{
    *out = 0x1 | 0x2 | 0x4 | 0x40; /* idle and clocks that were set, besides power and heat */
    return verdict(device, UNSUPPORTED);
}

EXPORT int nvmlDeviceGetComputeRunningProcesses_v3(void *device, unsigned *n, void *out)
{
    (void)out;
    if (*n == 0 && device == &devices[0]) {
        *n = 3;
        return TOO_SMALL;
    }
    *n = 0;
    return verdict(device, UNSUPPORTED);
}

EXPORT int nvmlDeviceGetRemappedRows(void *device, unsigned *corrected, unsigned *uncorrected,
                                     unsigned *pending, unsigned *failed)
{
    *corrected = *uncorrected = 1;
    *pending = 1;
    *failed = mode("sick") && device == &devices[1];
    return verdict(device, UNSUPPORTED);
}

struct field {
    uint32_t id, scope;
    int64_t time, latency;
    uint32_t type;
    int32_t code;
    union {
        double f64;
        uint32_t u32;
    } value;
};

EXPORT int nvmlDeviceGetFieldValues(void *device, int n, struct field *f)
{
    for (int i = 0; i < n; i++) {
        f[i].type = 1;
        f[i].code = 0;
        if (f[i].id == 82)
            f[i].value.u32 = 78;
        else if (f[i].id == 185)
            f[i].value.u32 = 310000;
        else if (f[i].id == 186)
            f[i].value.f64 = 333000, f[i].type = 0;
        else if (f[i].id == 230)
            f[i].value.u32 = mode("sick") && device == &devices[0] ? 2 : 0;
        else
            f[i].code = UNSUPPORTED;
        if (mode("errors"))
            f[i].code = UNSUPPORTED;
    }
    return verdict(device, 0);
}

/* ---- GPM: each sample is 7.5e9 cycles later, 5 s at 1.5 GHz */

struct sample {
    double elapsed;
};
struct metric {
    uint32_t id;
    int32_t code;
    double value;
    const char *names[3];
};
struct metrics {
    uint32_t version, count;
    struct sample *from, *to;
    struct metric at[];
};

static double cycles;

EXPORT int nvmlGpmQueryDeviceSupport(void *device, uint32_t support[2])
{
    (void)device;
    support[1] = !mode("nogpm");
    return support[0] == 1 ? 0 : WRONG_VERSION;
}

EXPORT int nvmlGpmSampleAlloc(struct sample **out)
{
    *out = calloc(1, sizeof **out);
    return 0;
}

EXPORT int nvmlGpmSampleFree(struct sample *s)
{
    free(s);
    return 0;
}

EXPORT int nvmlGpmSampleGet(void *device, struct sample *s)
{
    cycles += mode("wild") ? 1e13 : 7.5e9;
    s->elapsed = cycles;
    return verdict(device, 0);
}

EXPORT int nvmlGpmMigSampleGet(void *device, unsigned instance, struct sample *s)
{
    return instance > 9 ? NOT_FOUND : nvmlGpmSampleGet(device, s);
}

static double percent_of(uint32_t id)
{
    switch (id) {
    case 2:
        return 90;
    case 4:
        return 20;
    case 5:
        return 40;
    case 6:
        return 1;
    case 7:
        return 38;
    case 8:
        return 3;
    case 10:
        return 55;
    case 11:
        return 2.5;
    case 12:
        return 12;
    default:
        return NAN;
    }
}

/* Shares that differ from the percentages, to tell which were taken. */
static double share_of(uint32_t id)
{
    return id == 248 ? 1 : id == 249 ? 0.91 : id == 250 ? 0.42 : id == 251 ? 0.031 : 0.01;
}

EXPORT int nvmlGpmMetricsGet(struct metrics *m)
{
    if (m->version != 1)
        return WRONG_VERSION;
    for (uint32_t i = 0; i < m->count; i++) {
        uint32_t id = m->at[i].id;
        m->at[i].code = 0;
        if (id < 248)
            m->at[i].value = mode("stuck") && !isnan(percent_of(id)) ? 0 : percent_of(id);
        else if (mode("percent") || mode("stuck") || id == 260)
            m->at[i].code = UNSUPPORTED;
        else
            m->at[i].value = m->to->elapsed * share_of(id);
    }
    return 0;
}

/* ---- MIG */

EXPORT int nvmlDeviceGetMigMode(void *device, unsigned *now, unsigned *later)
{
    *now = *later = (mode("mig") || mode("recut")) && device == &devices[0];
    return 0;
}

EXPORT int nvmlDeviceGetMaxMigDeviceCount(void *device, unsigned *out)
{
    (void)device;
    *out = 7;
    return 0;
}

EXPORT int nvmlDeviceGetMigDeviceHandleByIndex(void *device, unsigned i, void **out)
{
    (void)device;
    *out = i < 3 ? &instances[i] : NULL;
    return i < 3 ? 0 : NOT_FOUND;
}

EXPORT int nvmlDeviceGetGpuInstanceId(void *device, unsigned *out)
{
    *out = (unsigned)instance_of(device) + 1;
    return 0;
}

EXPORT int nvmlDeviceGetAttributes_v2(void *device, uint32_t out[10])
{
    (void)device;
    memset(out, 0, 40);
    out[6] = 3;
    out[8] = 40448; /* MiB, the low half */
    return 0;
}

/* ---- events */

struct event {
    void *device;
    uint64_t type, data;
    uint32_t gpu_instance, compute_instance;
};

static int waits;

EXPORT int nvmlEventSetCreate(void **out)
{
    *out = &waits;
    return 0;
}

EXPORT int nvmlEventSetFree(void *set)
{
    (void)set;
    return 0;
}

EXPORT int nvmlDeviceRegisterEvents(void *device, uint64_t types, void *set)
{
    (void)set;
    return types == 8 ? verdict(device, 0) : UNSUPPORTED;
}

/* How often it was waited. */
EXPORT int stub_nvml_waits(void)
{
    return __atomic_load_n(&waits, __ATOMIC_SEQ_CST);
}

EXPORT int nvmlEventSetWait_v2(void *set, struct event *out, unsigned ms)
{
    static const int codes[] = {79, 13, 13};
    const struct timespec a_while = {ms / 1000, ms % 1000 * 1000000L};
    int n = __atomic_fetch_add((int *)set, 1, __ATOMIC_SEQ_CST);

    if (mode("lost"))
        return LOST;
    if (mode("xid") && n < 3) {
        *out = (struct event){&devices[1], 8, (uint64_t)codes[n], ~0u, ~0u};
        return 0;
    }
    nanosleep(&a_while, NULL);
    return TIMED_OUT;
}

#endif
