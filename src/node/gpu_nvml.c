/* SPDX-License-Identifier: MIT
 * gpu_nvml.c - see gpu.h. The only file that knows NVML, by its ABI (API 13; 64-bit Linux).
 *
 * Each call may fail by itself: then that value is not told. Only a device that is lost, or the library itself, makes
 * the round a bad one. */
#include "base/xmem.h"
#include "node/gpu.h"
#include <dlfcn.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { OK = 0, GPU_LOST = 15, NAME_SIZE = 96, DRIVER_SIZE = 80, DEVICES_MAX = 256 };
enum { CLOCK_SM = 1, CLOCK_MEMORY = 2, SHUTDOWN = 0, SLOWDOWN = 1, CORRECTED = 0, UNCORRECTED = 1 };

typedef void *device;
struct pci {
    char legacy[16];
    uint32_t domain, bus, device, id, subsystem;
    char address[32];
};
struct memory {
    uint64_t total, free, used;
};
struct rates {
    uint32_t gpu, memory;
};

/* The calls that are used; any but the first four may be missing from an old driver. */
#define CALLS(X)                                                                                   \
    X(init, nvmlInit_v2, (void))                                                                   \
    X(shutdown, nvmlShutdown, (void))                                                              \
    X(count, nvmlDeviceGetCount_v2, (unsigned *))                                                  \
    X(by_index, nvmlDeviceGetHandleByIndex_v2, (unsigned, device *))                               \
    X(driver, nvmlSystemGetDriverVersion, (char *, unsigned))                                      \
    X(name, nvmlDeviceGetName, (device, char *, unsigned))                                         \
    X(uuid, nvmlDeviceGetUUID, (device, char *, unsigned))                                         \
    X(pci, nvmlDeviceGetPciInfo_v3, (device, struct pci *))                                        \
    X(temperature, nvmlDeviceGetTemperature, (device, int, unsigned *))                            \
    X(threshold, nvmlDeviceGetTemperatureThreshold, (device, int, unsigned *))                     \
    X(power, nvmlDeviceGetPowerUsage, (device, unsigned *))                                        \
    X(power_limit, nvmlDeviceGetEnforcedPowerLimit, (device, unsigned *))                          \
    X(energy, nvmlDeviceGetTotalEnergyConsumption, (device, uint64_t *))                           \
    X(memory, nvmlDeviceGetMemoryInfo, (device, struct memory *))                                  \
    X(rates, nvmlDeviceGetUtilizationRates, (device, struct rates *))                              \
    X(clock, nvmlDeviceGetClockInfo, (device, int, unsigned *))                                    \
    X(clock_max, nvmlDeviceGetMaxClockInfo, (device, int, unsigned *))                             \
    X(ecc, nvmlDeviceGetTotalEccErrors, (device, int, int, uint64_t *))

struct gpu_driver {
    const char *library;
    void *handle;
    bool started;
    char version[DRIVER_SIZE];
#define MEMBER(name, symbol, arguments) int(*name) arguments;
    CALLS(MEMBER)
#undef MEMBER
};

struct gpu_driver *gpu_driver_new(const char *library)
{
    struct gpu_driver *d = xcalloc(1, sizeof *d);

    d->library = library;
    return d;
}

void gpu_driver_free(struct gpu_driver *d)
{
    if (d == NULL)
        return;
    if (d->started)
        d->shutdown();
    if (d->handle != NULL)
        dlclose(d->handle);
    free(d);
}

static void resolve(struct gpu_driver *d)
{
#define RESOLVE(name, symbol, arguments) *(void **)&d->name = dlsym(d->handle, #symbol);
    CALLS(RESOLVE)
#undef RESOLVE
}

/* ---- lines ---- */

static void put_text(FILE *out, const char *key, const char *s)
{
    fprintf(out, ",\"%s\":\"", key);
    for (; *s != '\0'; s++)
        fputc((unsigned char)*s < 0x20 || *s == '"' || *s == '\\' ? '?' : *s, out);
    fputc('"', out);
}

static void trouble(FILE *out, const char *what, int code)
{
    fprintf(out, "{\"entity\":\"trouble\",\"what\":\"NVML: %s", what);
    if (code != OK)
        fprintf(out, " (error %d)", code);
    fputs("\"}\n", out);
}

/* A call's figure, when it worked; remembers that the device is lost. */
struct telling {
    FILE *out;
    bool lost;
};

static void put64(struct telling *t, const char *key, int code, const uint64_t *v)
{
    t->lost = t->lost || code == GPU_LOST;
    if (code == OK && !t->lost)
        fprintf(t->out, ",\"%s\":%llu", key, (unsigned long long)*v);
}

static void put(struct telling *t, const char *key, int code, const unsigned *v)
{
    uint64_t wide = *v;

    put64(t, key, code, &wide);
}

/* A missing call is an unsupported one. */
#define ASK(d, call, ...) ((d)->call != NULL ? (d)->call(__VA_ARGS__) : 3)

/* ---- one device ---- */

static void put_heat(const struct gpu_driver *d, device gpu, struct telling *t)
{
    unsigned v = 0;

    put(t, "temperature", ASK(d, temperature, gpu, 0, &v), &v);
    put(t, "slowdown", ASK(d, threshold, gpu, SLOWDOWN, &v), &v);
    put(t, "shutdown", ASK(d, threshold, gpu, SHUTDOWN, &v), &v);
}

static void put_power(const struct gpu_driver *d, device gpu, struct telling *t)
{
    unsigned v = 0;
    uint64_t energy = 0;

    put(t, "power_mw", ASK(d, power, gpu, &v), &v);
    put(t, "power_limit_mw", ASK(d, power_limit, gpu, &v), &v);
    put64(t, "energy_mj", ASK(d, energy, gpu, &energy), &energy);
}

static void put_load(const struct gpu_driver *d, device gpu, struct telling *t)
{
    struct memory m = {0, 0, 0};
    struct rates r = {0, 0};
    unsigned v = 0;
    int code = ASK(d, memory, gpu, &m);

    put64(t, "memory_total", code, &m.total);
    put64(t, "memory_used", code, &m.used);
    code = ASK(d, rates, gpu, &r);
    put(t, "busy", code, &r.gpu);
    put(t, "memory_busy", code, &r.memory);
    put(t, "sm_mhz", ASK(d, clock, gpu, CLOCK_SM, &v), &v);
    put(t, "memory_mhz", ASK(d, clock, gpu, CLOCK_MEMORY, &v), &v);
    put(t, "sm_max_mhz", ASK(d, clock_max, gpu, CLOCK_SM, &v), &v);
    put(t, "memory_max_mhz", ASK(d, clock_max, gpu, CLOCK_MEMORY, &v), &v);
}

static void put_errors(const struct gpu_driver *d, device gpu, struct telling *t)
{
    uint64_t v = 0;

    put64(t, "ecc_corrected", ASK(d, ecc, gpu, CORRECTED, 0, &v), &v);
    put64(t, "ecc_uncorrected", ASK(d, ecc, gpu, UNCORRECTED, 0, &v), &v);
}

static void put_names(const struct gpu_driver *d, device gpu, FILE *out)
{
    char name[NAME_SIZE] = "", uuid[NAME_SIZE] = "";

    if (ASK(d, uuid, gpu, uuid, sizeof uuid) == OK)
        put_text(out, "uuid", uuid);
    if (ASK(d, name, gpu, name, sizeof name) == OK)
        put_text(out, "model", name);
    put_text(out, "driver", d->version);
}

/* False when the device is lost. Its line says so, if its address could still be asked for. */
static bool put_device(const struct gpu_driver *d, unsigned index, FILE *out)
{
    struct telling t = {out, false};
    struct pci pci = {.domain = 0};
    device gpu = NULL;

    if (d->by_index(index, &gpu) != OK || ASK(d, pci, gpu, &pci) != OK)
        return false;
    /* As the kernel writes it; NVML has eight digits of the domain and capital letters. */
    fprintf(out, "{\"entity\":\"gpu\",\"gpu\":\"%04x:%02x:%02x.0\"", pci.domain, pci.bus,
            pci.device);
    put_names(d, gpu, out);
    put_heat(d, gpu, &t);
    put_power(d, gpu, &t);
    put_load(d, gpu, &t);
    put_errors(d, gpu, &t);
    fprintf(out, ",\"up\":%d}\n", !t.lost);
    fflush(out); /* told, should the next one hang */
    return !t.lost;
}

/* ---- a round ---- */

static bool start(struct gpu_driver *d, FILE *out, bool expected)
{
    int code;

    if (d->started)
        return true;
    if (d->handle == NULL)
        d->handle = dlopen(d->library, RTLD_NOW | RTLD_LOCAL);
    if (d->handle == NULL) {
        if (expected) /* else this machine has no GPU, and needs no driver */
            trouble(out, "the bus shows GPUs, but there is no driver library", OK);
        return false;
    }
    resolve(d);
    if (d->init == NULL || d->shutdown == NULL || d->count == NULL || d->by_index == NULL) {
        trouble(out, "the driver library lacks what every version has", OK);
        return false;
    }
    code = d->init();
    if (code != OK) {
        if (expected)
            trouble(out, "the driver does not start", code);
        return false;
    }
    d->started = true;
    if (ASK(d, driver, d->version, sizeof d->version) != OK)
        d->version[0] = '\0';
    return true;
}

bool gpu_driver_round(struct gpu_driver *d, FILE *out, bool expected)
{
    unsigned count = 0, lost = 0;
    int code;

    if (!start(d, out, expected))
        return d->handle == NULL && !expected;
    code = d->count(&count);
    if (code != OK) {
        trouble(out, "the driver does not count its devices", code);
        return false;
    }
    for (unsigned i = 0; i < count && i < DEVICES_MAX; i++)
        lost += !put_device(d, i, out);
    if (lost > 0)
        trouble(out, "a GPU is lost or does not answer", OK);
    return true;
}
