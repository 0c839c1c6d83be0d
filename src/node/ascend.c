/* SPDX-License-Identifier: MIT
 * ascend.c - see gpu.h: Huawei's Ascend NPUs, through DCMI (dcmi.h). The only file that opens it.
 *
 * An NPU is told by its PCI address, as GPUs are; what is no address by the numbers of its card and device. The cube of its
 * cores is what multiplies matrices: it is told as the tensor pipe. */
#include "base/xmem.h"
#include "node/dcmi.h"
#include "node/gpu.h"
#include "node/tell.h"
#include <dlfcn.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { CARDS_MAX = 64, DEVICES_MAX = 4 };

struct npu {
    int card, device;
    char gpu[GPU_ADDRESS]; /* "": not asked for yet */
};

struct ascend {
    const char *library;
    struct dcmi d;
    char driver[64];
    struct npu npus[GPUS_MAX];
    size_t count;
};

/* One NPU that is being told. */
struct telling {
    FILE *out;
    const struct dcmi *d;
    int card, device;
    bool any; /* it answered something */
};

struct ascend *ascend_new(const char *library)
{
    struct ascend *a = xcalloc(1, sizeof *a);

    a->library = library;
    return a;
}

void ascend_free(struct ascend *a)
{
    if (a != NULL && a->d.handle != NULL)
        dlclose(a->d.handle);
    free(a);
}

/* ---- values */

static void put(struct telling *t, const char *key, double value)
{
    tell_number(t->out, key, value);
    t->any = true;
}

/* What is no percentage is how a product says that it does not know. */
static bool put_percent(struct telling *t, const char *key, unsigned percent)
{
    if (percent > 100)
        return false;
    put(t, key, percent);
    return true;
}

static void tell_heat_and_power(struct telling *t)
{
    struct dcmi_hbm hbm = {.celsius = 0};
    int celsius = 0, tenths = 0;

    if (DCMI_ASK(t->d, temperature, t->card, t->device, &celsius))
        put(t, "temperature", celsius);
    if (DCMI_ASK(t->d, power, t->card, t->device, &tenths) && tenths >= 0)
        put(t, "power_mw", tenths * 100.0);
    if (!DCMI_ASK(t->d, hbm, t->card, t->device, &hbm) || hbm.size_mib == 0)
        return;
    put(t, "memory_total", (double)hbm.size_mib * 1048576);
    put(t, "memory_used", (double)hbm.used_mib * 1048576);
    if (hbm.celsius > 0)
        put(t, "memory_temperature", hbm.celsius);
    put_percent(t, "dram", hbm.bandwidth_percent);
}

static bool tell_rate(struct telling *t, const char *key, int kind)
{
    unsigned percent = 0;

    return DCMI_ASK(t->d, rate, t->card, t->device, kind, &percent) && put_percent(t, key, percent);
}

/* One call tells all of them where it is known; that for each is slow, and older. */
static void tell_load(struct telling *t)
{
    struct dcmi_rates rates = {.cube = 0};

    if (DCMI_ASK(t->d, rates, t->card, t->device, &rates)) {
        put_percent(t, "tensor", rates.cube);
        put_percent(t, "sm", rates.core);
        put_percent(t, "busy", rates.npu);
        return;
    }
    tell_rate(t, "tensor", DCMI_RATE_CUBE);
    tell_rate(t, "sm", DCMI_RATE_CORE);
    if (!tell_rate(t, "busy", DCMI_RATE_NPU))
        tell_rate(t, "busy", DCMI_RATE_CORE);
}

static void tell_clocks(struct telling *t)
{
    struct dcmi_clocks clocks = {0, 0};

    if (!DCMI_ASK(t->d, clocks, t->card, t->device, &clocks)) {
        if (!DCMI_ASK(t->d, clock, t->card, t->device, DCMI_CLOCK_NOW, &clocks.now))
            clocks.now = 0;
        if (!DCMI_ASK(t->d, clock, t->card, t->device, DCMI_CLOCK_RATED, &clocks.rated))
            clocks.rated = 0;
    }
    if (clocks.now > 0)
        put(t, "sm_mhz", clocks.now);
    if (clocks.rated > 0)
        put(t, "sm_max_mhz", clocks.rated);
}

static const char *tell_health(struct telling *t)
{
    static const char *const words[] = {"ok", "minor alarm", "major alarm", "critical alarm"};
    struct dcmi_ecc ecc = {.on = 0};
    unsigned health = 0;

    if (DCMI_ASK(t->d, ecc, t->card, t->device, DCMI_HBM, &ecc) && ecc.on != 0) {
        put(t, "ecc_corrected", ecc.corrected);
        put(t, "ecc_uncorrected", ecc.uncorrected);
    }
    if (!DCMI_ASK(t->d, health, t->card, t->device, &health))
        return t->any ? "" : "lost"; /* well or not, it is not known */
    if (health == DCMI_ABSENT) {
        t->any = false;
        return "lost";
    }
    t->any = true;
    return health < ARRAY_LEN(words) ? words[health] : "unhealthy";
}

static void tell_names(struct telling *t, const char *driver, char index[16])
{
    struct dcmi_chip chip = {.cores = 0};
    char model[2 * DCMI_NAME] = "";
    int number = 0;

    if (DCMI_ASK(t->d, logic_id, &number, t->card, t->device))
        snprintf(index, 16, "%d", number);
    if (DCMI_ASK(t->d, chip, t->card, t->device, &chip))
        snprintf(model, sizeof model, "%.*s%.*s", DCMI_NAME - 1, chip.type, DCMI_NAME - 1,
                 chip.name);
    tell_text(t->out, "index", index);
    tell_text(t->out, "model", model[0] != '\0' ? model : "Ascend");
    tell_text(t->out, "vendor", "Huawei");
    tell_text(t->out, "driver", driver);
}

static void tell_codes(struct telling *t, const char *gpu)
{
    unsigned codes[DCMI_CODES] = {0};
    int count = 0;

    if (!DCMI_ASK(t->d, codes, t->card, t->device, &count, codes, DCMI_CODES))
        return;
    for (int i = 0; i < count && i < DCMI_CODES; i++) {
        char code[16];
        snprintf(code, sizeof code, "%08X", codes[i]);
        tell_begin(t->out, "gpu_error");
        tell_text(t->out, "gpu", gpu);
        tell_text(t->out, "code", code);
        tell_end(t->out);
    }
}

static void tell_npu(const struct ascend *a, const struct npu *npu, const struct gpu_round *r)
{
    struct telling t = {r->out, &a->d, npu->card, npu->device, false};
    char index[16] = "";

    tell_begin(r->out, "gpu");
    tell_text(r->out, "gpu", npu->gpu);
    tell_names(&t, a->driver, index);
    tell_heat_and_power(&t);
    tell_load(&t);
    tell_clocks(&t);
    tell_text(r->out, "health", tell_health(&t));
    tell_whole(r->out, "up", t.any);
    tell_end(r->out);
    tell_codes(&t, npu->gpu);
    jobs_tell(r->out, r->jobs, &(struct job_place){npu->gpu, index, "", NULL});
}

/* ---- a round */

static bool start(struct ascend *a, FILE *out)
{
    if (a->d.started)
        return true;
    if (a->d.handle == NULL)
        a->d.handle = dlopen(a->library, RTLD_NOW | RTLD_LOCAL);
    if (a->d.handle == NULL)
        a->d.handle = dlopen("/usr/local/dcmi/libdcmi.so", RTLD_NOW | RTLD_LOCAL);
    if (a->d.handle == NULL) {
        tell_trouble(out, "DCMI: the bus shows NPUs, but there is no driver library");
        return false;
    }
#define RESOLVE(name, symbol, arguments) *(void **)&a->d.name = dlsym(a->d.handle, #symbol);
    DCMI_CALLS(RESOLVE)
#undef RESOLVE
    tell_asking(out, ""); /* no NPU in particular, if it hangs */
    if (a->d.init == NULL || a->d.cards == NULL || a->d.devices == NULL) {
        tell_trouble(out, "DCMI: the driver library lacks what every version has");
        return false;
    }
    int code = a->d.init();
    if (code != 0) {
        tell_trouble(out, "DCMI: the driver does not start (error %d)", code);
        return false;
    }
    if (!DCMI_ASK(&a->d, driver, a->driver, sizeof a->driver))
        a->driver[0] = '\0';
    a->d.started = true;
    return true;
}

static bool is_taken(const struct ascend *a, const char *gpu)
{
    for (size_t i = 0; i < a->count; i++)
        if (strcmp(a->npus[i].gpu, gpu) == 0)
            return true;
    return false;
}

/* Kept from the first round on, so that it is known beforehand which one a call is about. */
static void add_npu(struct ascend *a, int card, int device)
{
    struct dcmi_bus bus = {.domain = 0};
    struct npu npu = {card, device, ""};
    int type = DCMI_NPU;

    if (DCMI_ASK(&a->d, type, card, device, &type) && type != DCMI_NPU)
        return; /* the controller of the card */
    if (DCMI_ASK(&a->d, bus, card, device, &bus))
        snprintf(npu.gpu, sizeof npu.gpu, "%04x:%02x:%02x.%x", (unsigned)bus.domain & 0xffffu,
                 bus.bus & 0xffu, bus.device & 0x1fu, bus.function & 7u);
    if (npu.gpu[0] == '\0' || is_taken(a, npu.gpu)) /* two chips behind one address */
        snprintf(npu.gpu, sizeof npu.gpu, "npu%d.%d", card, device);
    if (a->count < GPUS_MAX)
        a->npus[a->count++] = npu;
}

static bool find_npus(struct ascend *a, FILE *out)
{
    int cards[CARDS_MAX], count = 0;

    if (a->count > 0)
        return true;
    if (a->d.cards(&count, cards, CARDS_MAX) != 0) {
        tell_trouble(out, "DCMI: the driver does not list its cards");
        return false;
    }
    for (int i = 0; i < count && i < CARDS_MAX; i++) {
        int devices = 0;
        if (a->d.devices(cards[i], &devices) != 0)
            continue;
        for (int k = 0; k < devices && k < DEVICES_MAX; k++)
            add_npu(a, cards[i], k);
    }
    return true;
}

bool ascend_round(struct ascend *a, const struct gpu_round *r)
{
    if (!start(a, r->out) || !find_npus(a, r->out))
        return false;
    for (enum gpu_wish wish = GPU_ASK; wish <= GPU_ASK_LAST; wish++)
        for (size_t i = 0; i < a->count; i++)
            if (gpu_wish(r, a->npus[i].gpu) == wish) {
                tell_asking(r->out, a->npus[i].gpu);
                tell_npu(a, &a->npus[i], r);
            }
    return true;
}
