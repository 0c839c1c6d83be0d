/* SPDX-License-Identifier: MIT
 * nvml_open.c - see nvml.h. The only file that opens NVIDIA's library. */
#include "node/nvml.h"
#include <dlfcn.h>
#include <math.h>
#include <stdio.h>

_Static_assert(sizeof(struct nvml_pci) == 68 && sizeof(struct nvml_memory2) == 40 &&
                   sizeof(struct nvml_temperature) == 12 && sizeof(struct nvml_margin) == 8 &&
                   sizeof(struct nvml_field) == 40 && sizeof(struct nvml_attributes) == 40 &&
                   sizeof(struct nvml_event) == 32 && sizeof(struct nvml_gpm_metric) == 40 &&
                   sizeof(struct nvml_gpm_metrics) == 24 + 40 * NVML_GPM_METRICS,
               "the sizes of the library's ABI");

static void resolve(struct nvml *n)
{
#define RESOLVE(name, symbol, arguments) *(void **)&n->name = dlsym(n->handle, #symbol);
    NVML_CALLS(RESOLVE)
#undef RESOLVE
}

enum nvml_opened nvml_open(struct nvml *n, const char *library, bool careful, int *code)
{
    if (n->started)
        return NVML_OPEN;
    if (n->handle == NULL)
        n->handle = dlopen(library, RTLD_NOW | RTLD_LOCAL);
    if (n->handle == NULL)
        return NVML_NO_LIBRARY;
    resolve(n);
    if (n->init == NULL || n->shutdown == NULL || n->count == NULL)
        return NVML_BAD_LIBRARY;
    *code = careful && n->init_flags != NULL ? n->init_flags(NVML_NO_ATTACH) : n->init();
    if (*code != NVML_OK)
        return NVML_NOT_STARTED;
    n->started = true;
    if (NVML_ASK(n, driver, n->version, sizeof n->version) != NVML_OK)
        n->version[0] = '\0';
    return NVML_OPEN;
}

void nvml_close(struct nvml *n)
{
    if (n->started)
        n->shutdown();
    if (n->handle != NULL)
        dlclose(n->handle);
    *n = (struct nvml){.handle = NULL};
}

bool nvml_address(const struct nvml *n, nvml_device gpu, char out[NVML_ADDRESS])
{
    struct nvml_pci pci = {.domain = 0};

    if (NVML_ASK(n, pci, gpu, &pci) != NVML_OK)
        return false;
    snprintf(out, NVML_ADDRESS, "%04x:%02x:%02x.0", pci.domain, pci.bus, pci.device);
    return true;
}

double nvml_field_value(const struct nvml_field *f)
{
    switch (f->type) {
    case 0:
        return f->value.f64;
    case 1:
        return f->value.u32;
    case 2: /* unsigned long, which is as wide */
    case 3:
        return (double)f->value.u64;
    case 4:
        return (double)f->value.i64;
    case 5:
        return f->value.i32;
    case 6:
        return f->value.u16;
    default:
        return NAN;
    }
}
