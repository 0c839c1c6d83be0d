/* SPDX-License-Identifier: MIT
 * collect.c - see collect.h. */
#include "node/collect.h"
#include "base/xmem.h"
#include "collectors/local/probe.h"
#include "node/gpu.h"
#include "node/privilege.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct serving {
    const char *root;
    struct gpu_driver *gpu;
};

static bool machine_round(struct serving *s)
{
    local_probe_machine(stdout, s->root);
    gpu_expected(stdout, s->root);
    return true;
}

static bool sensors_round(struct serving *s)
{
    local_probe_sensors(stdout, s->root);
    return true;
}

/* Only whether there are any is of use here: the machine's collector tells which. */
static bool any_gpu(const char *root)
{
    FILE *nowhere = fopen("/dev/null", "we");
    bool any = nowhere != NULL && gpu_expected(nowhere, root) > 0;

    if (nowhere != NULL)
        fclose(nowhere);
    return any;
}

static bool nvml_round(struct serving *s)
{
    if (s->gpu == NULL)
        s->gpu = gpu_driver_new("libnvidia-ml.so.1");
    return gpu_driver_round(s->gpu, stdout, any_gpu(s->root));
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

/* False: nobody asks any more. */
static bool wait_for_question(void)
{
    char byte;
    ssize_t n;

    do
        n = read(STDIN_FILENO, &byte, 1);
    while (n < 0 && errno == EINTR);
    return n == 1;
}

static void serve(bool (*round)(struct serving *), struct serving *s)
{
    bool again = true;

    while (again && wait_for_question()) {
        again = round(s);
        fputs("{\"entity\":\"end\"}\n", stdout);
        again = fflush(stdout) == 0 && again;
    }
}

int collect_serve(const char *name, const char *root)
{
    struct serving s = {root, NULL};

    for (size_t i = 0; i < ARRAY_LEN(rounds); i++)
        if (strcmp(name, rounds[i].name) == 0) {
            privilege_keep(rounds[i].keeps);
            serve(rounds[i].round, &s);
            gpu_driver_free(s.gpu);
            return 0;
        }
    fprintf(stderr, "suantop-node: no collector %s\n", name);
    return 64;
}
