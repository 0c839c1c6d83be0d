/* SPDX-License-Identifier: MIT
 * gpu_bus.c - the GPUs that are on the bus, whether their driver knows them or not. */
#include "node/gpu.h"
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

enum { NVIDIA = 0x10de, VGA = 0x0300, THREE_D = 0x0302 };

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

static bool is_gpu(const char *root, const char *device)
{
    long kind = read_hex(root, device, "class") >> 8;

    return (kind == VGA || kind == THREE_D) && read_hex(root, device, "vendor") == NVIDIA;
}

unsigned gpu_expected(FILE *out, const char *root)
{
    char path[512];
    unsigned found = 0;
    DIR *d;

    snprintf(path, sizeof path, "%s/sys/bus/pci/devices", root);
    d = opendir(path);
    for (struct dirent *entry; d != NULL && (entry = readdir(d)) != NULL;)
        if (strspn(entry->d_name, "0123456789abcdef:.") == strlen(entry->d_name) &&
            is_gpu(root, entry->d_name)) {
            fprintf(out, "{\"entity\":\"gpu_expected\",\"gpu\":\"%.64s\"}\n", entry->d_name);
            found++;
        }
    if (d != NULL)
        closedir(d);
    return found;
}
