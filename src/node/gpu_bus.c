/* SPDX-License-Identifier: MIT
 * gpu_bus.c - the GPUs and NPUs that are on the bus, whether their driver knows them or not. */
#include "node/gpu.h"
#include "base/hash.h"
#include "base/xmem.h"
#include "node/tell.h"
#include <dirent.h>
#include <dlfcn.h>
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

/* What has a vendor's mark on the bus, in order. Read anew when other addresses are there: a bus has hundreds of devices,
 * and none of them changes what it is. */
struct device {
    char address[GPU_ADDRESS];
    long kind, who;
};
static struct {
    uint64_t names; /* hash of all addresses, and of the root */
    struct device *at;
    size_t count, cap;
} bus;

static bool is_address(const char *name)
{
    return strspn(name, "0123456789abcdef:.") == strlen(name) && strchr(name, ':') != NULL &&
           strlen(name) < GPU_ADDRESS;
}

static DIR *open_bus(const char *root)
{
    char path[512];

    snprintf(path, sizeof path, "%s/sys/bus/pci/devices", root);
    return opendir(path);
}

static uint64_t names_on_bus(const char *root)
{
    uint64_t names = hash_bytes(1, root, strlen(root));
    DIR *d = open_bus(root);

    /* Added up, so that their order does not count. */
    for (struct dirent *entry; d != NULL && (entry = readdir(d)) != NULL;)
        names += hash_bytes(2, entry->d_name, strlen(entry->d_name));
    if (d != NULL)
        closedir(d);
    return names;
}

static int in_order(const void *a, const void *b)
{
    return strcmp(((const struct device *)a)->address, ((const struct device *)b)->address);
}

static void read_bus(const char *root)
{
    uint64_t names = names_on_bus(root);
    DIR *d;

    if (names == bus.names)
        return;
    bus.names = names;
    bus.count = 0;
    d = open_bus(root);
    for (struct dirent *entry; d != NULL && (entry = readdir(d)) != NULL;) {
        long who = is_address(entry->d_name) ? read_hex(root, entry->d_name, "vendor") : 0;
        if (who != NVIDIA && who != AMD && who != HUAWEI)
            continue;
        bus.at = xgrow(bus.at, &bus.cap, bus.count + 1, sizeof *bus.at);
        struct device *found = &bus.at[bus.count++];
        *found = (struct device){.kind = read_hex(root, entry->d_name, "class") >> 8, .who = who};
        memcpy(found->address, entry->d_name, strlen(entry->d_name) + 1);
    }
    if (d != NULL)
        closedir(d);
    if (bus.count > 0)
        qsort(bus.at, bus.count, sizeof *bus.at, in_order);
}

/* AMD's VGA class holds many a server's console, too: such a one counts when the driver of GPUs has it. */
static bool is_gpu(const char *root, const struct device *d, enum gpu_vendor vendor)
{
    if (vendor == GPU_NVIDIA)
        return d->who == NVIDIA && (d->kind == VGA || d->kind == THREE_D);
    if (vendor == GPU_HUAWEI)
        return d->who == HUAWEI && d->kind == PROCESSING;
    return d->who == AMD && (d->kind == DISPLAY || d->kind == PROCESSING || d->kind == THREE_D ||
                             (d->kind == VGA && driver_is(root, d->address, "amdgpu")));
}

static size_t known_on_bus(const char *root, enum gpu_vendor vendor,
                           char out[GPUS_MAX][GPU_ADDRESS])
{
    size_t found = 0;

    for (size_t i = 0; i < bus.count && found < GPUS_MAX; i++)
        if (is_gpu(root, &bus.at[i], vendor))
            memcpy(out[found++], bus.at[i].address, GPU_ADDRESS);
    return found;
}

size_t gpu_on_bus(const char *root, enum gpu_vendor vendor, char out[GPUS_MAX][GPU_ADDRESS])
{
    read_bus(root);
    return known_on_bus(root, vendor, out);
}

bool gpu_none(const char *root, enum gpu_vendor vendor, const char *library)
{
    char gpus[GPUS_MAX][GPU_ADDRESS];
    void *handle = NULL;

    if (gpu_on_bus(root, vendor, gpus) > 0)
        return false;
    if (library != NULL)
        handle = dlopen(library, RTLD_LAZY | RTLD_LOCAL);
    if (handle != NULL)
        dlclose(handle);
    return handle == NULL;
}

void gpu_expected(FILE *out, const char *root)
{
    char gpus[GPUS_MAX][GPU_ADDRESS];

    read_bus(root);
    for (enum gpu_vendor vendor = GPU_NVIDIA; vendor <= GPU_HUAWEI; vendor++) {
        size_t count = known_on_bus(root, vendor, gpus);
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
