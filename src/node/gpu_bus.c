/* SPDX-License-Identifier: MIT
 * gpu_bus.c - the GPUs and NPUs that are on the bus, whether their driver knows them or not. */
#include "node/gpu.h"
#include "node/tell.h"
#include <dirent.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { NVIDIA = 0x10de, AMD = 0x1002, HUAWEI = 0x19e5 };
enum { VGA = 0x0300, THREE_D = 0x0302, DISPLAY = 0x0380, PROCESSING = 0x1200 };

/* "0x030200" -> 0x030200; -1 when it cannot be read. */
static long read_hex(const char *root, const char *device, const char *name)
{
    char path[512], line[32];
    FILE *f;

    snprintf(path, sizeof path, "%s/sys/bus/pci/devices/%.64s/%s", root, device, name);
    f = fopen(path, "re");
    if (f == NULL)
        return -1;
    bool good = fgets(line, sizeof line, f) != NULL;
    fclose(f);
    return good ? strtol(line, NULL, 16) : -1;
}

static bool driver_is(const char *root, const char *device, const char *wanted)
{
    char path[512], target[PATH_MAX];

    snprintf(path, sizeof path, "%s/sys/bus/pci/devices/%.64s/driver", root, device);
    ssize_t len = readlink(path, target, sizeof target - 1);
    if (len < 0)
        return false;
    target[len] = '\0';
    const char *name = strrchr(target, '/');
    return name != NULL && strcmp(name + 1, wanted) == 0;
}

/* AMD's VGA class holds many a server's console, too: such a one counts when the driver of GPUs has it. */
static bool is_gpu(const char *root, const char *device, enum gpu_vendor vendor)
{
    long kind = read_hex(root, device, "class") >> 8, who = read_hex(root, device, "vendor");

    if (vendor == GPU_NVIDIA)
        return who == NVIDIA && (kind == VGA || kind == THREE_D);
    if (vendor == GPU_HUAWEI)
        return who == HUAWEI && kind == PROCESSING;
    return who == AMD && (kind == DISPLAY || kind == PROCESSING || kind == THREE_D ||
                          (kind == VGA && driver_is(root, device, "amdgpu")));
}

static int in_order(const void *a, const void *b)
{
    return strcmp(a, b);
}

size_t gpu_on_bus(const char *root, enum gpu_vendor vendor, char out[GPUS_MAX][GPU_ADDRESS])
{
    char path[512];
    size_t found = 0;
    DIR *d;

    snprintf(path, sizeof path, "%s/sys/bus/pci/devices", root);
    d = opendir(path);
    for (struct dirent *entry; d != NULL && found < GPUS_MAX && (entry = readdir(d)) != NULL;) {
        size_t len = strlen(entry->d_name);
        if (len < GPU_ADDRESS && strspn(entry->d_name, "0123456789abcdef:.") == len &&
            is_gpu(root, entry->d_name, vendor))
            memcpy(out[found++], entry->d_name, len + 1);
    }
    if (d != NULL)
        closedir(d);
    qsort(out, found, GPU_ADDRESS, in_order);
    return found;
}

void gpu_expected(FILE *out, const char *root)
{
    char gpus[GPUS_MAX][GPU_ADDRESS];

    for (enum gpu_vendor vendor = GPU_NVIDIA; vendor <= GPU_HUAWEI; vendor++) {
        size_t count = gpu_on_bus(root, vendor, gpus);
        for (size_t i = 0; i < count; i++) {
            tell_begin(out, "gpu_expected");
            tell_text(out, "gpu", gpus[i]);
            tell_end(out);
        }
    }
}

/* The mark before that address in the question, or 0. */
static char mark_of(const char *question, const char *gpu)
{
    size_t len = strlen(gpu);

    for (const char *at = question; (at = strstr(at, gpu)) != NULL; at += len)
        if (at > question && strchr(" \n", at[len]) != NULL)
            return at[-1];
    return '\0';
}

enum gpu_wish gpu_wish(const struct gpu_round *r, const char *gpu)
{
    char mark = mark_of(r->question, gpu);

    return mark == '-' ? GPU_LEAVE_OUT : mark == '~' ? GPU_ASK_LAST : GPU_ASK;
}

bool gpu_careful(const struct gpu_round *r)
{
    return strchr(r->question, '!') != NULL;
}
