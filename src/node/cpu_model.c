/* SPDX-License-Identifier: MIT
 * cpu_model.c - see cpu_model.h. */
#include "node/cpu_model.h"
#include "base/xmem.h"
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- /proc/cpuinfo ---- */

struct reading {
    struct cpu_id *id;
    struct cpu_id now; /* the processor that is being read */
    unsigned package, core;
    bool has_core;
    uint64_t *cores; /* package and core of each that was seen */
    size_t count, cap;
    unsigned processors;
};

static void add_core(struct reading *r)
{
    uint64_t key = (uint64_t)r->package << 32 | r->core;

    for (size_t i = r->count; i-- > 0;)
        if (r->cores[i] == key)
            return;
    r->cores = xgrow(r->cores, &r->cap, r->count + 1, sizeof *r->cores);
    r->cores[r->count++] = key;
}

static void end_processor(struct reading *r)
{
    struct cpu_id *id = r->id;

    if (r->now.vendor[0] == '\0')
        return;
    if (r->processors++ == 0)
        *id = r->now;
    else if (strcmp(id->vendor, r->now.vendor) != 0 || id->family != r->now.family ||
             id->model != r->now.model)
        id->mixed = true;
    if (r->has_core)
        add_core(r);
    r->now = (struct cpu_id){.vendor = ""};
    r->package = r->core = 0;
    r->has_core = false;
}

static void read_member(struct reading *r, const char *key, const char *value)
{
    const struct {
        const char *key;
        unsigned *number;
    } numbers[] = {
        {"cpu family", &r->now.family}, {"model", &r->now.model}, {"CPU part", &r->now.family},
        {"physical id", &r->package},   {"core id", &r->core},
    };

    if (strcmp(key, "processor") == 0)
        end_processor(r);
    else if (strcmp(key, "vendor_id") == 0 || strcmp(key, "CPU implementer") == 0)
        snprintf(r->now.vendor, sizeof r->now.vendor, "%s", value);
    else if (strcmp(key, "model name") == 0)
        snprintf(r->now.name, sizeof r->now.name, "%s", value);
    for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
        if (strcmp(key, numbers[i].key) == 0)
            *numbers[i].number = (unsigned)strtoul(value, NULL, 0);
    r->has_core |= strcmp(key, "core id") == 0;
}

/* "key<blanks>: value" */
static void read_line(struct reading *r, const char *line, size_t len)
{
    char text[128];
    char *colon, *end;

    snprintf(text, sizeof text, "%.*s", (int)(len < sizeof text ? len : sizeof text - 1), line);
    colon = strchr(text, ':');
    if (colon == NULL)
        return;
    for (end = colon; end > text && isspace((unsigned char)end[-1]); end--)
        ;
    *end = '\0';
    colon++;
    read_member(r, text, colon + strspn(colon, " \t"));
}

bool cpu_identify(const char *cpuinfo, struct cpu_id *out)
{
    struct reading r = {.id = out};

    *out = (struct cpu_id){.vendor = ""};
    while (*cpuinfo != '\0') {
        size_t len = strcspn(cpuinfo, "\n");
        read_line(&r, cpuinfo, len);
        cpuinfo += len + (cpuinfo[len] == '\n');
    }
    end_processor(&r);
    out->cores = r.count > 0 ? (unsigned)r.count : r.processors;
    free(r.cores);
    return r.processors > 0;
}

/* ---- cpu_flops.def ---- */

enum set {
    SET_INTEL,
    SET_SPR,
    SET_ZEN1,
    SET_ZEN2,
    SET_ZEN4,
    SET_ZEN5,
    SET_NEOVERSE_V1,
    SET_NEOVERSE_V2,
    SET_A64FX
};

static const struct {
    enum set set;
    struct cpu_event event;
} events[] = {
#define EVENT(set, precision, config, operations)                                                  \
    {SET_##set, {CPU_##precision, config, operations}},
#include "node/cpu_flops.def"
};

static const struct {
    const char *vendor;
    unsigned family, first, last;
    enum set set;
    const char *only;
    double per_clock[CPU_PRECISIONS];
} cpus[] = {
#define CPU(vendor, family, first, last, set, only, fp64, fp32, fp16)                              \
    {vendor, family, first, last, SET_##set, only, {fp64, fp32, fp16, 0}},
#include "node/cpu_flops.def"
};

/* words: "a|b" */
static bool has_any(const char *name, const char *words)
{
    char word[32];

    if (*words == '\0')
        return true;
    while (*words != '\0') {
        size_t len = strcspn(words, "|");
        snprintf(word, sizeof word, "%.*s", (int)len, words);
        if (strstr(name, word) != NULL)
            return true;
        words += len + (words[len] == '|');
    }
    return false;
}

bool cpu_counters_of(const struct cpu_id *id, struct cpu_counters *out)
{
    size_t i = 0;

    *out = (struct cpu_counters){.count = 0};
    while (i < ARRAY_LEN(cpus) &&
           (strcmp(cpus[i].vendor, id->vendor) != 0 || cpus[i].family != id->family ||
            id->model < cpus[i].first || id->model > cpus[i].last))
        i++;
    if (i == ARRAY_LEN(cpus) || id->mixed)
        return false;
    for (size_t k = 0; k < ARRAY_LEN(events); k++)
        if (events[k].set == cpus[i].set && out->count < CPU_EVENTS_MAX)
            out->events[out->count++] = events[k].event;
    if (has_any(id->name, cpus[i].only))
        memcpy(out->per_clock, cpus[i].per_clock, sizeof out->per_clock);
    return true;
}

const char *cpu_precision_word(enum cpu_precision p)
{
    static const char *const words[] = {"fp64", "fp32", "fp16", "mixed"};

    return words[p];
}

size_t cpu_list(const char *text, bool *set, size_t size)
{
    size_t count = 0;

    memset(set, 0, size * sizeof *set);
    while (isdigit((unsigned char)*text)) {
        char *end;
        unsigned long first = strtoul(text, &end, 10), last = first;
        if (*end == '-')
            last = strtoul(end + 1, &end, 10);
        for (; first <= last && first < size; first++) {
            count += !set[first];
            set[first] = true;
        }
        text = end + (*end == ',');
    }
    return count;
}
