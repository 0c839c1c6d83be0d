/* SPDX-License-Identifier: MIT
 * nvidia.c - see gpu.h: a round over NVIDIA's GPUs.
 *
 * They are asked for by the addresses that the bus shows, so that it is known beforehand which one a call is about. Each
 * call may fail by itself: then that value is not told. Only a GPU that is lost, or the library itself, makes the round a
 * bad one. */
#include "node/nvidia.h"
#include "base/xmem.h"
#include "node/tell.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SUSPECT_BUSY = 80, SUSPECT_ROUNDS = 3 };

struct known {
    char address[GPU_ADDRESS];
    struct gpm gpm;
    struct mig mig;
    unsigned suspect; /* rounds in a row: busy, but no pipe works */
};

struct nvidia {
    const char *library;
    struct nvml n;
    struct known *known[GPUS_MAX];
    size_t known_count;
    /* of the present round */
    const struct gpu_round *r;
    char told[GPUS_MAX][GPU_ADDRESS];
    size_t told_count;
    unsigned lost;
    int bad; /* the library is of no more use */
};

struct nvidia *nvidia_new(const char *library)
{
    struct nvidia *d = xcalloc(1, sizeof *d);

    d->library = library;
    return d;
}

void nvidia_free(struct nvidia *d)
{
    if (d == NULL)
        return;
    for (size_t i = 0; i < d->known_count; i++) {
        gpm_drop(&d->n, &d->known[i]->gpm);
        mig_drop(&d->n, &d->known[i]->mig);
        free(d->known[i]);
    }
    nvml_close(&d->n);
    free(d);
}

static struct known *known_of(struct nvidia *d, const char *address)
{
    struct known *k;

    for (size_t i = 0; i < d->known_count; i++)
        if (strcmp(d->known[i]->address, address) == 0)
            return d->known[i];
    if (d->known_count == GPUS_MAX)
        return NULL;
    k = d->known[d->known_count++] = xcalloc(1, sizeof *k);
    snprintf(k->address, sizeof k->address, "%s", address);
    return k;
}

/* ---- one GPU */

bool telling_put(struct telling *t, const char *key, int code, int64_t value)
{
    if (t->bad == 0 && (code == NVML_LOST || code == NVML_RESET || code == NVML_MISMATCH))
        t->bad = code;
    if (code != NVML_OK || t->bad != 0)
        return false;
    tell_whole(t->out, key, value);
    return true;
}

static const char *health(const struct telling *t, const struct known *k)
{
    static const char *const advice[] = {"", "needs a reset", "needs a reboot", "needs a drain",
                                         "needs a drain and a reset"};

    if (t->bad == NVML_RESET)
        return "reset required";
    if (t->bad != 0)
        return "lost";
    if (t->remap_failed)
        return "memory rows not replaced";
    if (t->recovery > 0)
        return t->recovery < (int)ARRAY_LEN(advice) ? advice[t->recovery] : "needs recovery";
    return k->suspect >= SUSPECT_ROUNDS ? "pipe counters stuck" : "ok";
}

/* Pipes that all stand still under a busy GPU are no measurement: seen after some errors, until the driver is reloaded. */
static void tell_pipes(struct telling *t, struct known *k)
{
    int code = gpm_round(t->n, t->gpu, -1, &k->gpm, t->clock, t->clock_max, clock_mono());

    if (code == NVML_LOST || code == NVML_RESET)
        t->bad = code;
    k->suspect = t->busy > SUSPECT_BUSY && gpm_all_zero(&k->gpm) ? k->suspect + 1 : 0;
    if (t->bad == 0 && k->suspect < SUSPECT_ROUNDS)
        gpm_tell(t->out, &k->gpm);
}

static void tell_all(struct telling *t, struct known *k)
{
    nvidia_tell_heat(t);
    nvidia_tell_power(t);
    nvidia_tell_load(t);
    nvidia_tell_memory(t);
    nvidia_tell_health(t);
    if (t->bad == 0)
        tell_pipes(t, k);
}

/* found: the code of the call that gave the handle. */
static void tell_gpu(struct nvidia *d, const char *address, nvml_device gpu, int found)
{
    struct known *k = known_of(d, address);
    struct telling t = {d->r->out, &d->n, gpu, found, NAN, NAN, NAN, false, 0};
    char uuid[NVML_NAME] = "", index[16] = "";
    unsigned number = 0;

    if (k == NULL)
        return;
    if (found == NVML_OK && NVML_ASK(&d->n, index, gpu, &number) == NVML_OK)
        snprintf(index, sizeof index, "%u", number);
    tell_begin(t.out, "gpu");
    tell_text(t.out, "gpu", address);
    tell_text(t.out, "index", index);
    tell_text(t.out, "vendor", "NVIDIA");
    if (found == NVML_OK) {
        nvidia_tell_names(&t, uuid);
        tell_all(&t, k);
    }
    tell_text(t.out, "health", health(&t, k));
    tell_whole(t.out, "up", t.bad == 0);
    tell_end(t.out);
    d->lost += t.bad != 0;
    d->bad = t.bad == NVML_MISMATCH ? t.bad : d->bad;
    if (t.bad != 0) {
        gpm_drop(&d->n, &k->gpm);
        return;
    }
    const struct job_place place = {address, index, uuid, NULL};
    jobs_tell(t.out, d->r->jobs, &place);
    mig_round(&d->n, gpu, &k->mig, &place, d->r, clock_mono());
}

/* ---- a round */

static bool start(struct nvidia *d, bool expected)
{
    FILE *out = d->r->out;
    int code = NVML_OK;

    if (!d->n.started)
        tell_asking(out, ""); /* no GPU in particular, if it hangs */
    switch (nvml_open(&d->n, d->library, gpu_careful(d->r), &code)) {
    case NVML_OPEN:
        return true;
    case NVML_NO_LIBRARY:
        if (expected) /* else this machine has no GPU, and needs no driver */
            tell_trouble(out, "NVML: the bus shows GPUs, but there is no driver library");
        return false;
    case NVML_BAD_LIBRARY:
        tell_trouble(out, "NVML: the driver library lacks what every version has");
        return false;
    case NVML_NOT_STARTED:
        if (expected)
            tell_trouble(out, "NVML: the driver does not start (error %d%s)", code,
                         code == NVML_MISMATCH ? ": it was exchanged, and not reloaded" : "");
        return false;
    }
    return false;
}

static bool is_told(const struct nvidia *d, const char *address)
{
    for (size_t i = 0; i < d->told_count; i++)
        if (strcmp(d->told[i], address) == 0)
            return true;
    return false;
}

static void note_told(struct nvidia *d, const char *address)
{
    size_t len = strlen(address);

    if (d->told_count < GPUS_MAX && len < GPU_ADDRESS)
        memcpy(d->told[d->told_count++], address, len + 1);
}

static void ask_by_address(struct nvidia *d, const char *address)
{
    nvml_device gpu = NULL;
    int code;

    tell_asking(d->r->out, address);
    code = NVML_ASK(&d->n, by_address, address, &gpu);
    if (code == NVML_OK || code == NVML_LOST || code == NVML_RESET || code == NVML_MISMATCH) {
        note_told(d, address);
        tell_gpu(d, address, gpu, code);
    }
}

/* Those that the driver has and the bus does not show: there is no bus to see in some virtual machines. */
static void ask_by_index(struct nvidia *d, unsigned count)
{
    char address[NVML_ADDRESS];
    nvml_device gpu = NULL;

    for (unsigned i = 0; i < count && i < GPUS_MAX; i++) {
        tell_asking(d->r->out, "");
        if (NVML_ASK(&d->n, by_index, i, &gpu) != NVML_OK || !nvml_address(&d->n, gpu, address) ||
            is_told(d, address) || gpu_wish(d->r, address) == GPU_LEAVE_OUT)
            continue;
        tell_asking(d->r->out, address);
        note_told(d, address);
        tell_gpu(d, address, gpu, NVML_OK);
    }
}

static void ask_all(struct nvidia *d, char bus[][GPU_ADDRESS], size_t on_bus, unsigned count)
{
    for (enum gpu_wish wish = GPU_ASK; wish <= GPU_ASK_LAST; wish++)
        for (size_t i = 0; i < on_bus; i++)
            if (gpu_wish(d->r, bus[i]) == wish)
                ask_by_address(d, bus[i]);
    if (d->told_count < count && !gpu_careful(d->r))
        ask_by_index(d, count);
    tell_asking(d->r->out, "");
}

bool nvidia_round(struct nvidia *d, const struct gpu_round *r)
{
    char bus[GPUS_MAX][GPU_ADDRESS];
    size_t on_bus = gpu_on_bus(r->root, GPU_NVIDIA, bus);
    unsigned count = 0;
    int code;

    d->r = r;
    d->told_count = d->lost = 0;
    d->bad = 0;
    if (!start(d, on_bus > 0))
        return d->n.handle == NULL && on_bus == 0;
    code = d->n.count(&count);
    if (code != NVML_OK) {
        tell_trouble(r->out, "NVML: the driver does not count its devices (error %d)", code);
        return false;
    }
    ask_all(d, bus, on_bus, count);
    if (d->lost > 0)
        tell_trouble(r->out, "NVML: a GPU is lost or does not answer");
    return d->bad == 0;
}
