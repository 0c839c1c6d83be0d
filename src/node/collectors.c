/* SPDX-License-Identifier: MIT
 * collectors.c - which collectors there are, for who starts them: collectors.def. */
#include "base/xmem.h"
#include "node/collect.h"
#include "node/gpu.h"
#include <string.h>

const struct collector node_collectors[] = {
#define COLLECTOR(name, round, keeps, help) {name, help},
#include "node/collectors.def"
#undef COLLECTOR
};
const size_t node_collector_count = ARRAY_LEN(node_collectors);

static bool is_set(const char *const *settings, const char *start)
{
    while (*settings != NULL && strncmp(*settings, start, strlen(start)) != 0)
        settings++;
    return *settings != NULL;
}

bool collector_wanted(const char *name, const char *root, const char *const *settings)
{
    static const struct {
        const char *name;
        enum gpu_vendor vendor;
    } need[] = {{"xid", GPU_NVIDIA}, {"amd", GPU_AMD}, {"ascend", GPU_HUAWEI}};
    char gpus[GPUS_MAX][GPU_ADDRESS];

    for (size_t i = 0; i < ARRAY_LEN(need); i++)
        if (strcmp(need[i].name, name) == 0)
            return gpu_on_bus(root, need[i].vendor, gpus) > 0;
    return strcmp(name, "textfile") != 0 || is_set(settings, "textfile=");
}
