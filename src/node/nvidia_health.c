/* SPDX-License-Identifier: MIT
 * nvidia_health.c - see nvidia.h: why a GPU is slower than it could be, its memory errors, what its driver advises. */
#include "base/xmem.h"
#include "node/nvidia.h"
#include "node/tell.h"

enum { CORRECTED = 0, UNCORRECTED = 1, SINCE_LOADED = 0, FIELD_RECOVERY = 230 };

/* Being idle, and clocks that somebody set, are no throttling. */
static const struct {
    uint64_t bits;
    const char *key;
} reasons[] = {
    {0x04, "sw_power"},         {0x20, "sw_thermal"},     {0x08, "hw_slowdown"},
    {0x40, "hw_thermal"},       {0x80, "hw_power_brake"}, {0x10, "sync_boost"},
    {~UINT64_C(0xff), "other"},
};

static void tell_throttle(struct telling *t)
{
    uint64_t now = 0;
    int code = NVML_ASK(t->n, reasons, t->gpu, &now);

    if (code == NVML_UNSUPPORTED)
        code = NVML_ASK(t->n, reasons1, t->gpu, &now);
    for (size_t i = 0; i < ARRAY_LEN(reasons); i++)
        telling_put(t, reasons[i].key, code, (now & reasons[i].bits) != 0);
}

static void tell_memory_errors(struct telling *t)
{
    unsigned corrected = 0, uncorrected = 0, pending = 0, failed = 0;
    uint64_t errors = 0;
    int code = NVML_ASK(t->n, ecc, t->gpu, CORRECTED, SINCE_LOADED, &errors);

    telling_put(t, "ecc_corrected", code, (int64_t)errors);
    code = NVML_ASK(t->n, ecc, t->gpu, UNCORRECTED, SINCE_LOADED, &errors);
    telling_put(t, "ecc_uncorrected", code, (int64_t)errors);
    code = NVML_ASK(t->n, remapped, t->gpu, &corrected, &uncorrected, &pending, &failed);
    telling_put(t, "remap_pending", code, pending != 0);
    t->remap_failed = telling_put(t, "remap_failed", code, failed != 0) && failed != 0;
}

void nvidia_tell_health(struct telling *t)
{
    struct nvml_field f = {.id = FIELD_RECOVERY};

    tell_throttle(t);
    tell_memory_errors(t);
    if (NVML_ASK(t->n, fields, t->gpu, 1, &f) == NVML_OK && f.code == NVML_OK) {
        t->recovery = (int)nvml_field_value(&f);
        telling_put(t, "recovery_action", NVML_OK, t->recovery);
    }
}
