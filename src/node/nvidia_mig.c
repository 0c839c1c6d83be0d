/* SPDX-License-Identifier: MIT
 * nvidia_mig.c - see nvidia.h: the instances that a GPU is cut into. Heat and power are told of the GPU only.
 *
 * The numbers of instances are given again after a reconfiguration: then nothing that was kept of them is true. */
#include "base/hash.h"
#include "node/nvidia.h"
#include "node/tell.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct instance {
    nvml_device device;
    unsigned id;
    char uuid[NVML_NAME];
};

static unsigned find_all(const struct nvml *n, nvml_device gpu, struct instance out[MIG_MAX])
{
    unsigned now = 0, later = 0, max = 0, found = 0;

    if (NVML_ASK(n, mig_mode, gpu, &now, &later) != NVML_OK || now == 0 ||
        NVML_ASK(n, mig_max, gpu, &max) != NVML_OK)
        return 0;
    for (unsigned i = 0; i < max && found < MIG_MAX; i++) {
        struct instance *x = &out[found];
        memset(x, 0, sizeof *x);
        if (NVML_ASK(n, mig_by_index, gpu, i, &x->device) != NVML_OK ||
            NVML_ASK(n, gpu_instance, x->device, &x->id) != NVML_OK)
            continue; /* no instance at that place */
        if (NVML_ASK(n, uuid, x->device, x->uuid, sizeof x->uuid) != NVML_OK)
            x->uuid[0] = '\0';
        found++;
    }
    return found;
}

static uint64_t print_of(const struct instance *x, unsigned count)
{
    char text[MIG_MAX * (NVML_NAME + 16)];
    size_t len = 0;

    for (unsigned i = 0; i < count; i++)
        len += (size_t)snprintf(text + len, sizeof text - len, "%u %s\n", x[i].id, x[i].uuid);
    return hash_bytes(0, text, len);
}

static struct gpm *gpm_of(struct mig *m, unsigned id)
{
    for (unsigned i = 0; i < m->count; i++)
        if (m->ids[i] == id)
            return &m->gpm[i];
    if (m->count == MIG_MAX)
        return NULL;
    m->ids[m->count] = id;
    return &m->gpm[m->count++];
}

/* "NVIDIA H100 80GB HBM3 MIG 1g.10gb" ends in it; where it does not, slices and memory make the same name. */
static void tell_profile(const struct nvml *n, nvml_device instance, FILE *out)
{
    char name[NVML_NAME] = "", made[64] = "";
    struct nvml_attributes a = {.sms = 0};
    const char *at = NULL;

    if (NVML_ASK(n, name, instance, name, sizeof name) == NVML_OK)
        at = strstr(name, "MIG ");
    if (at == NULL && NVML_ASK(n, attributes, instance, &a) == NVML_OK)
        snprintf(made, sizeof made, "%ug.%lldgb", a.gpu_slices,
                 (long long)llround((double)a.memory_mib / 1024));
    tell_text(out, "profile", at != NULL ? at + 4 : made);
}

static int tell_instance(const struct nvml *n, nvml_device gpu, const struct instance *x,
                         struct gpm *g, const struct job_place *place, const struct gpu_round *r,
                         mono_ms now)
{
    struct telling t = {r->out, n, x->device, 0, NAN, NAN, NAN, false, 0};
    unsigned clock = 0;
    char id[16];
    int code = NVML_ASK(n, clock, gpu, NVML_CLOCK_SM, &clock);

    snprintf(id, sizeof id, "%u", x->id);
    code = gpm_round(n, gpu, (int)x->id, g, code == NVML_OK ? clock : NAN, NAN, now);
    tell_begin(r->out, "gpu_instance");
    tell_text(r->out, "gpu", place->gpu);
    tell_text(r->out, "instance", id);
    tell_text(r->out, "uuid", x->uuid);
    tell_profile(n, x->device, r->out);
    nvidia_tell_memory(&t);
    gpm_tell(r->out, g);
    tell_end(r->out);
    jobs_tell(r->out, r->jobs, &(struct job_place){place->gpu, place->index, x->uuid, id});
    return code;
}

int mig_round(const struct nvml *n, nvml_device gpu, struct mig *m, const struct job_place *place,
              const struct gpu_round *r, mono_ms now)
{
    struct instance found[MIG_MAX];
    unsigned count = find_all(n, gpu, found);
    uint64_t print = print_of(found, count);
    int bad = NVML_OK;

    if (print != m->print)
        mig_drop(n, m);
    m->print = print;
    for (unsigned i = 0; i < count; i++) {
        struct gpm *g = gpm_of(m, found[i].id);
        int code = g != NULL ? tell_instance(n, gpu, &found[i], g, place, r, now) : NVML_OK;
        bad = code == NVML_LOST ? code : bad;
    }
    return bad;
}

void mig_drop(const struct nvml *n, struct mig *m)
{
    for (unsigned i = 0; i < m->count; i++)
        gpm_drop(n, &m->gpm[i]);
    *m = (struct mig){.print = 0};
}
