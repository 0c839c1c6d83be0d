/* SPDX-License-Identifier: MIT
 * nvidia_sensors.c - see nvidia.h: names, heat, power, load and memory of a GPU. */
#include "base/xmem.h"
#include "node/nvidia.h"
#include "node/tell.h"
#include <math.h>
#include <string.h>

enum { SHUTDOWN = 0, SLOWDOWN = 1 };
enum { FIELD_MEMORY_TEMPERATURE = 82, FIELD_POWER_AVERAGE = 185, FIELD_POWER_INSTANT = 186 };

void nvidia_tell_names(struct telling *t, char uuid[NVML_NAME])
{
    char name[NVML_NAME] = "";

    if (NVML_ASK(t->n, uuid, t->gpu, uuid, NVML_NAME) != NVML_OK)
        uuid[0] = '\0';
    if (NVML_ASK(t->n, name, t->gpu, name, sizeof name) != NVML_OK)
        name[0] = '\0';
    tell_text(t->out, "uuid", uuid);
    tell_text(t->out, "model", name);
    tell_text(t->out, "driver", t->n->version);
}

/* The call that replaced the old one, which newer drivers keep; an old driver has the old one only. */
static int ask_temperature(const struct telling *t, int *celsius)
{
    struct nvml_temperature new = {NVML_VERSION(struct nvml_temperature, 1), 0, 0};
    unsigned old = 0;
    int code = NVML_ASK(t->n, temperature2, t->gpu, &new);

    *celsius = new.celsius;
    if (code == NVML_OK || code == NVML_LOST || code == NVML_RESET)
        return code;
    code = NVML_ASK(t->n, temperature, t->gpu, 0, &old);
    *celsius = (int)old;
    return code;
}

static void tell_field(struct telling *t, unsigned id, const char *key, double scale)
{
    struct nvml_field f = {.id = id};
    int code = NVML_ASK(t->n, fields, t->gpu, 1, &f);

    if (code != NVML_OK)
        telling_put(t, key, code, 0);
    else if (f.code == NVML_OK && t->bad == 0)
        tell_number(t->out, key, nvml_field_value(&f) * scale);
}

void nvidia_tell_heat(struct telling *t)
{
    struct nvml_margin margin = {NVML_VERSION(struct nvml_margin, 1), 0};
    unsigned slowdown = 0, shutdown = 0;
    int celsius = 0, code = ask_temperature(t, &celsius);
    bool warm = telling_put(t, "temperature", code, celsius), limit;

    code = NVML_ASK(t->n, threshold, t->gpu, SLOWDOWN, &slowdown);
    limit = telling_put(t, "slowdown", code, slowdown);
    code = NVML_ASK(t->n, threshold, t->gpu, SHUTDOWN, &shutdown);
    telling_put(t, "shutdown", code, shutdown);
    /* Newer GPUs have no fixed threshold, but tell how far it is; of older ones it follows. */
    code = NVML_ASK(t->n, margin, t->gpu, &margin);
    if (!telling_put(t, "headroom", code, margin.celsius) && warm && limit && t->bad == 0)
        tell_whole(t->out, "headroom", (int64_t)slowdown - celsius);
    tell_field(t, FIELD_MEMORY_TEMPERATURE, "memory_temperature", 1);
}

void nvidia_tell_power(struct telling *t)
{
    unsigned v = 0;
    uint64_t energy = 0;
    int code = NVML_ASK(t->n, power, t->gpu, &v);

    telling_put(t, "power_mw", code, v);
    code = NVML_ASK(t->n, power_limit, t->gpu, &v);
    telling_put(t, "power_limit_mw", code, v);
    code = NVML_ASK(t->n, energy, t->gpu, &energy);
    telling_put(t, "energy_mj", code, (int64_t)energy);
    tell_field(t, FIELD_POWER_AVERAGE, "power_average_mw", 1);
    tell_field(t, FIELD_POWER_INSTANT, "power_instant_mw", 1);
}

static double tell_clock(struct telling *t, const char *key, bool max, int which)
{
    unsigned mhz = 0;
    int code = max ? NVML_ASK(t->n, clock_max, t->gpu, which, &mhz)
                   : NVML_ASK(t->n, clock, t->gpu, which, &mhz);

    return telling_put(t, key, code, mhz) ? mhz : NAN;
}

void nvidia_tell_load(struct telling *t)
{
    struct nvml_rates rates = {0, 0};
    unsigned count = 0;
    int code = NVML_ASK(t->n, rates, t->gpu, &rates);

    if (telling_put(t, "busy", code, rates.gpu)) {
        t->busy = rates.gpu;
        telling_put(t, "memory_busy", code, rates.memory);
    }
    t->clock = tell_clock(t, "sm_mhz", false, NVML_CLOCK_SM);
    t->clock_max = tell_clock(t, "sm_max_mhz", true, NVML_CLOCK_SM);
    tell_clock(t, "memory_mhz", false, NVML_CLOCK_MEMORY);
    tell_clock(t, "memory_max_mhz", true, NVML_CLOCK_MEMORY);
    /* Without room for them it tells how many there are. */
    code = NVML_ASK(t->n, processes, t->gpu, &count, NULL);
    telling_put(t, "processes", code == NVML_SIZE ? (int)NVML_OK : code, count);
}

/* The old call counts what the driver keeps for itself as used; the new one tells it apart. */
void nvidia_tell_memory(struct telling *t)
{
    struct nvml_memory2 new = {.version = NVML_VERSION(struct nvml_memory2, 2)};
    struct nvml_memory old = {0, 0, 0};
    int code = NVML_ASK(t->n, memory2, t->gpu, &new);

    if (code == NVML_OK) {
        old.total = new.total;
        old.used = new.used + new.reserved;
    } else if (code != NVML_LOST && code != NVML_RESET) {
        code = NVML_ASK(t->n, memory, t->gpu, &old);
    }
    telling_put(t, "memory_total", code, (int64_t)old.total);
    telling_put(t, "memory_used", code, (int64_t)old.used);
}
