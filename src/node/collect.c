/* SPDX-License-Identifier: MIT
 * collect.c - see collect.h. */
#include "node/collect.h"
#include "base/xmem.h"
#include "collectors/local/probe.h"
#include "node/devices.h"
#include "node/cpu_flops.h"
#include "node/gpu.h"
#include "node/privilege.h"
#include "node/tell.h"
#include "node/textfile.h"
#include "node/xidwatch.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct serving {
    const char *root;
    char question[DEVICES_QUESTION];
    struct job_folders jobs;
    const char *textfile;
    struct nvidia *nvidia;
    struct ascend *ascend;
    struct xidwatch *xid;
    struct cpu_flops *flops;
};

static bool machine_round(struct serving *s)
{
    local_probe_machine(stdout, s->root);
    gpu_expected(stdout, s->root);
    return true;
}

static bool flops_round(struct serving *s)
{
    if (s->flops == NULL)
        s->flops = cpu_flops_new(s->root);
    return cpu_flops_round(s->flops, stdout);
}

static bool sensors_round(struct serving *s)
{
    if (local_probe_sensors(stdout, s->root))
        return true;
    tell_idle(stdout);
    return false;
}

static struct gpu_round gpu_round_of(const struct serving *s)
{
    return (struct gpu_round){stdout, s->root, s->question, &s->jobs};
}

static const char nvml[] = "libnvidia-ml.so.1", dcmi[] = "libdcmi.so";

/* Nothing to open a driver for. */
static bool none(const struct serving *s, enum gpu_vendor vendor, const char *library)
{
    if (!gpu_none(s->root, vendor, library))
        return false;
    tell_idle(stdout);
    return true;
}

static bool nvml_round(struct serving *s)
{
    struct gpu_round r = gpu_round_of(s);

    if (s->nvidia == NULL && none(s, GPU_NVIDIA, nvml))
        return false;
    if (s->nvidia == NULL)
        s->nvidia = nvidia_new(nvml);
    return nvidia_round(s->nvidia, &r);
}

static bool amd_gpu_round(struct serving *s)
{
    struct gpu_round r = gpu_round_of(s);

    if (none(s, GPU_AMD, NULL))
        return false;
    amd_round(&r);
    return true;
}

static bool ascend_npu_round(struct serving *s)
{
    struct gpu_round r = gpu_round_of(s);

    if (s->ascend == NULL && none(s, GPU_HUAWEI, dcmi))
        return false;
    if (s->ascend == NULL)
        s->ascend = ascend_new(dcmi);
    return ascend_round(s->ascend, &r);
}

static bool text_round(struct serving *s)
{
    if (s->textfile == NULL) {
        tell_idle(stdout);
        return false;
    }
    textfile_round(s->textfile, stdout);
    return true;
}

static bool xid_round(struct serving *s)
{
    if (s->xid == NULL && none(s, GPU_NVIDIA, nvml))
        return false;
    if (s->xid == NULL)
        s->xid = xidwatch_new(nvml, s->root);
    return xidwatch_round(s->xid, stdout);
}

static const struct {
    const char *name;
    bool (*round)(struct serving *);
    uint64_t keeps;
} rounds[] = {
#define COLLECTOR(name, round, keeps, help) {name, round, keeps},
#include "node/collectors.def"
#undef COLLECTOR
};

/* A line. False: nobody asks any more. */
static bool wait_for_question(char line[DEVICES_QUESTION])
{
    size_t len = 0;
    ssize_t n;

    do {
        n = read(STDIN_FILENO, line + len, 1);
        len += n == 1;
    } while ((n < 0 && errno == EINTR) ||
             (n == 1 && line[len - 1] != '\n' && len + 1 < DEVICES_QUESTION));
    line[len] = '\0';
    return n == 1;
}

static void serve(bool (*round)(struct serving *), struct serving *s)
{
    bool again = true;

    while (again && wait_for_question(s->question)) {
        again = round(s);
        fputs("{\"entity\":\"end\"}\n", stdout);
        again = fflush(stdout) == 0 && again;
    }
}

/* "key=value" */
static void read_setting(struct serving *s, const char *setting)
{
    const struct {
        const char *key;
        const char **value;
    } known[] = {{"jobs-jobstats=", &s->jobs.jobstats},
                 {"jobs-dcgm=", &s->jobs.dcgm},
                 {"jobs-amd=", &s->jobs.amd},
                 {"textfile=", &s->textfile}};

    for (size_t i = 0; i < ARRAY_LEN(known); i++)
        if (strncmp(setting, known[i].key, strlen(known[i].key)) == 0)
            *known[i].value = setting + strlen(known[i].key);
}

int collect_serve(const char *name, const char *root, const char *const *settings)
{
    struct serving s = {.root = root};

    for (; *settings != NULL; settings++)
        read_setting(&s, *settings);
    for (size_t i = 0; i < ARRAY_LEN(rounds); i++)
        if (strcmp(name, rounds[i].name) == 0) {
            privilege_keep(rounds[i].keeps);
            serve(rounds[i].round, &s);
            nvidia_free(s.nvidia);
            ascend_free(s.ascend);
            xidwatch_free(s.xid);
            cpu_flops_free(s.flops);
            return 0;
        }
    fprintf(stderr, "suantop-node: no collector %s\n", name);
    return 64;
}
