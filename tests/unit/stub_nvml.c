/* SPDX-License-Identifier: MIT
 * stub_nvml.c - a libnvidia-ml.so.1 with two made-up devices, for the tests of suantop-node.
 *
 * STUB_NVML: ok; lost (the second device is off the bus); errors (values that are unsupported, refused, unknown);
 * hang (the second device's temperature never comes); broken (does not start). */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))

static int devices[2];

static int mode(const char *name)
{
    const char *wanted = getenv("STUB_NVML");

    return wanted != NULL && strcmp(wanted, name) == 0;
}

/* What a call about a device comes to: 3 unsupported, 4 permission, 999 unknown. */
static int verdict(const void *device, int otherwise)
{
    if (mode("lost") && device == &devices[1])
        return 15;
    return mode("errors") ? otherwise : 0;
}

EXPORT int nvmlInit_v2(void)
{
    return mode("broken") ? 9 : 0;
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
    (void)device;
    snprintf(out, size, "Made-up \"H100\"");
    return 0;
}

EXPORT int nvmlDeviceGetUUID(void *device, char *out, unsigned size)
{
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
    return verdict(device, 3);
}

EXPORT int nvmlDeviceGetPowerUsage(void *device, unsigned *out)
{
    *out = 312500;
    return verdict(device, 999);
}

EXPORT int nvmlDeviceGetTotalEnergyConsumption(void *device, uint64_t *out)
{
    *out = 123456789012345;
    return verdict(device, 3);
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
    return verdict(device, 4);
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
    return verdict(device, 3);
}
