/* SPDX-License-Identifier: MIT
 * amd.c - see gpu.h: AMD's GPUs, from the files of their kernel driver; no library.
 *
 * Documentation/gpu/amdgpu and Documentation/hwmon of the kernel: sensors are in hwmon units, with labels (edge, junction,
 * mem; PPT), the rest is beside them in the device's folder. A read may wait while the GPU is reset. */
#include "node/gpu.h"
#include "node/tell.h"
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LINE = 256, SENSORS = 8, FIRST_RENDER = 128 };

struct place {
    const char *root, *gpu;
    char hwmon[600]; /* folder of its sensors; "" if there is none */
};

/* ---- files */

/* The first line, without blanks around it. "" when it cannot be read. */
static void read_line(const char *folder, const char *name, char out[LINE])
{
    char path[900];
    FILE *f;

    out[0] = '\0';
    if (snprintf(path, sizeof path, "%s/%s", folder, name) >= (int)sizeof path)
        return;
    f = fopen(path, "re");
    if (f == NULL)
        return;
    if (fgets(out, LINE, f) == NULL)
        out[0] = '\0';
    fclose(f);
    out[strcspn(out, "\r\n")] = '\0';
}

static double read_number(const char *folder, const char *name)
{
    char line[LINE], *end;

    read_line(folder, name, line);
    errno = 0;
    double v = strtod(line, &end);
    return end > line && *end == '\0' && errno == 0 ? v : NAN;
}

static void device_folder(const struct place *p, char out[600])
{
    snprintf(out, 600, "%s/sys/bus/pci/devices/%.23s", p->root, p->gpu);
}

/* The only entry of a folder that begins so, as a path; "" if there is none. */
static void find_entry(const char *folder, const char *start, char *out, size_t size)
{
    DIR *d = opendir(folder);

    out[0] = '\0';
    for (struct dirent *entry; d != NULL && (entry = readdir(d)) != NULL;)
        if (strncmp(entry->d_name, start, strlen(start)) == 0) {
            if (snprintf(out, size, "%s/%s", folder, entry->d_name) >= (int)size)
                out[0] = '\0';
            break;
        }
    if (d != NULL)
        closedir(d);
}

/* ---- one GPU */

static double sensor(const struct place *p, const char *kind, int i, const char *what)
{
    char name[64];

    snprintf(name, sizeof name, "%s%d_%s", kind, i, what);
    return p->hwmon[0] != '\0' ? read_number(p->hwmon, name) : NAN;
}

/* True: some temperature was told. */
static bool tell_heat(FILE *out, const struct place *p)
{
    double core = NAN, junction = NAN, memory = NAN, crit = NAN, off = NAN, headroom = NAN;

    for (int i = 1; i <= SENSORS; i++) {
        char label[LINE], name[32];
        double v = sensor(p, "temp", i, "input") / 1000;
        double limit = sensor(p, "temp", i, "crit") / 1000;
        snprintf(name, sizeof name, "temp%d_label", i);
        read_line(p->hwmon, name, label);
        if (isnan(v))
            continue;
        if (strcmp(label, "mem") == 0) {
            memory = v;
            continue;
        }
        if (strcmp(label, "junction") == 0)
            junction = v;
        /* The edge where there is one; the newer ones have the junction only. */
        if (isnan(core) || strcmp(label, "edge") == 0) {
            core = v;
            crit = limit;
            off = sensor(p, "temp", i, "emergency") / 1000;
        }
        headroom = fmin(headroom, limit - v); /* passes over what is not known */
    }
    tell_number(out, "temperature", core);
    tell_number(out, "junction_temperature", junction);
    tell_number(out, "memory_temperature", memory);
    tell_number(out, "slowdown", crit);
    tell_number(out, "shutdown", off);
    tell_number(out, "headroom", headroom);
    return !isnan(core) || !isnan(memory);
}

static bool tell_power(FILE *out, const struct place *p)
{
    double average = sensor(p, "power", 1, "average") / 1000;
    double now = sensor(p, "power", 1, "input") / 1000;

    tell_number(out, "power_mw", isnan(average) ? now : average);
    tell_number(out, "power_average_mw", average);
    tell_number(out, "power_instant_mw", now);
    tell_number(out, "power_limit_mw", sensor(p, "power", 1, "cap") / 1000);
    return !isnan(average) || !isnan(now);
}

/* "0: 500Mhz\n1: 2100Mhz *": the last is the highest. */
static double highest_clock(const char *folder, const char *name)
{
    char path[900], line[LINE];
    double highest = NAN;
    FILE *f;

    snprintf(path, sizeof path, "%s/%s", folder, name);
    f = fopen(path, "re");
    while (f != NULL && fgets(line, sizeof line, f) != NULL) {
        const char *colon = strchr(line, ':');
        double mhz = colon != NULL ? strtod(colon + 1, NULL) : 0;
        if (mhz > 0)
            highest = fmax(highest, mhz);
    }
    if (f != NULL)
        fclose(f);
    return highest;
}

static bool tell_load(FILE *out, const struct place *p)
{
    char folder[600];

    device_folder(p, folder);
    double busy = read_number(folder, "gpu_busy_percent");
    double total = read_number(folder, "mem_info_vram_total");
    tell_number(out, "busy", busy);
    tell_number(out, "memory_busy", read_number(folder, "mem_busy_percent"));
    if (!isnan(total)) {
        tell_whole(out, "memory_total", (int64_t)total);
        double used = read_number(folder, "mem_info_vram_used");
        if (!isnan(used))
            tell_whole(out, "memory_used", (int64_t)used);
    }
    for (int i = 1; i <= 2; i++) {
        char label[LINE], name[32];
        snprintf(name, sizeof name, "freq%d_label", i);
        read_line(p->hwmon, name, label);
        if (strcmp(label, "sclk") == 0 || strcmp(label, "mclk") == 0)
            tell_number(out, label[0] == 's' ? "sm_mhz" : "memory_mhz",
                        sensor(p, "freq", i, "input") / 1e6);
    }
    tell_number(out, "sm_max_mhz", highest_clock(folder, "pp_dpm_sclk"));
    tell_number(out, "memory_max_mhz", highest_clock(folder, "pp_dpm_mclk"));
    return !isnan(busy) || !isnan(total);
}

/* "ue: 0\nce: 2", of the memory controller. */
static void tell_errors(FILE *out, const struct place *p)
{
    char folder[600], path[700], line[LINE];
    FILE *f;

    device_folder(p, folder);
    snprintf(path, sizeof path, "%s/ras/umc_err_count", folder);
    f = fopen(path, "re");
    while (f != NULL && fgets(line, sizeof line, f) != NULL) {
        if (strncmp(line, "ue: ", 4) == 0)
            tell_whole(out, "ecc_uncorrected", strtoll(line + 4, NULL, 10));
        else if (strncmp(line, "ce: ", 4) == 0)
            tell_whole(out, "ecc_corrected", strtoll(line + 4, NULL, 10));
    }
    if (f != NULL)
        fclose(f);
}

/* index: by the number of its render node, as AMD's own tools count. */
static void tell_names(FILE *out, const struct place *p, char index[16])
{
    char folder[600], drm[700], render[900], text[LINE];
    const char *number;
    long render_node;

    device_folder(p, folder);
    snprintf(drm, sizeof drm, "%s/drm", folder);
    find_entry(drm, "renderD", render, sizeof render);
    number = strrchr(render, 'D');
    render_node = number != NULL ? strtol(number + 1, NULL, 10) : 0;
    if (render_node >= FIRST_RENDER && render_node < INT_MAX)
        snprintf(index, 16, "%ld", render_node - FIRST_RENDER);
    tell_text(out, "index", index);
    read_line(folder, "unique_id", text);
    tell_text(out, "uuid", text);
    read_line(folder, "product_name", text);
    if (text[0] == '\0') {
        char device[LINE];
        read_line(folder, "device", device);
        snprintf(text, sizeof text, "AMD GPU %.16s", device);
    }
    tell_text(out, "model", text);
    tell_text(out, "vendor", "AMD");
    snprintf(drm, sizeof drm, "%s/sys/module/amdgpu", p->root);
    read_line(drm, "version", text);
    tell_text(out, "driver", text);
}

static void tell_gpu(const struct gpu_round *r, const char *gpu)
{
    struct place p = {r->root, gpu, ""};
    char folder[600], hwmon[700], index[16] = "";

    device_folder(&p, folder);
    snprintf(hwmon, sizeof hwmon, "%s/hwmon", folder);
    find_entry(hwmon, "hwmon", p.hwmon, sizeof p.hwmon);
    tell_begin(r->out, "gpu");
    tell_text(r->out, "gpu", gpu);
    tell_names(r->out, &p, index);
    bool any = tell_heat(r->out, &p);
    any = tell_power(r->out, &p) || any;
    any = tell_load(r->out, &p) || any;
    tell_errors(r->out, &p);
    tell_text(r->out, "health", any ? "ok" : "lost");
    tell_whole(r->out, "up", any);
    tell_end(r->out);
    jobs_tell(r->out, r->jobs, &(struct job_place){gpu, index, "", NULL});
}

void amd_round(const struct gpu_round *r)
{
    char gpus[GPUS_MAX][GPU_ADDRESS];
    size_t count = gpu_on_bus(r->root, GPU_AMD, gpus);

    for (enum gpu_wish wish = GPU_ASK; wish <= GPU_ASK_LAST; wish++)
        for (size_t i = 0; i < count; i++)
            if (gpu_wish(r, gpus[i]) == wish) {
                tell_asking(r->out, gpus[i]);
                tell_gpu(r, gpus[i]);
            }
}
