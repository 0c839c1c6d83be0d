/* SPDX-License-Identifier: MIT
 * cpu_flops.c - see cpu_flops.h. */
#include "node/cpu_flops.h"
#include "base/xmem.h"
#include "node/cpu_model.h"
#include "node/perf.h"
#include "node/tell.h"
#include <errno.h>
#include <linux/perf_event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum { CPUS_MAX = 8192, CPUINFO_MAX = 8 << 20 };

struct counter {
    int fd;
    struct perf_total total;
};

struct cpu_flops {
    const char *root;
    struct cpu_id id;
    struct cpu_counters what;
    bool known;        /* `id` and `what` are */
    char online[4096]; /* as it was when the counters were opened; "": they are not */
    size_t cpus;
    struct counter *counters;      /* of each CPU, of each event */
    double before[CPU_EVENTS_MAX]; /* what counters counted that were closed since */
};

struct cpu_flops *cpu_flops_new(const char *root)
{
    struct cpu_flops *f = xcalloc(1, sizeof *f);

    f->root = root;
    return f;
}

static void close_counters(struct cpu_flops *f)
{
    for (size_t i = 0; i < f->cpus * f->what.count; i++) {
        f->before[i % f->what.count] += f->counters[i].total.counted;
        if (f->counters[i].fd >= 0)
            close(f->counters[i].fd);
    }
    free(f->counters);
    f->counters = NULL;
    f->cpus = 0;
    f->online[0] = '\0';
}

void cpu_flops_free(struct cpu_flops *f)
{
    if (f == NULL)
        return;
    close_counters(f);
    free(f);
}

/* ---- files ---- */

/* NULL: it cannot be read. The caller frees it. */
static char *read_text(const char *root, const char *path, size_t max)
{
    char name[512], *text = NULL;
    size_t cap = 0, len = 0, got = 1;
    FILE *file;

    snprintf(name, sizeof name, "%s%s", root, path);
    file = fopen(name, "re");
    if (file == NULL)
        return NULL;
    for (; got > 0 && len < max; len += got) {
        text = xgrow(text, &cap, len + 4097, 1);
        got = fread(text + len, 1, 4096, file);
    }
    text[len] = '\0';
    fclose(file);
    return text;
}

static bool identify(struct cpu_flops *f)
{
    char *text = f->known ? NULL : read_text(f->root, "/proc/cpuinfo", CPUINFO_MAX);

    if (text != NULL && cpu_identify(text, &f->id))
        f->known = cpu_counters_of(&f->id, &f->what);
    free(text);
    return f->known;
}

/* ---- counters ---- */

static const char *reason(int code)
{
    if (code == ENOENT || code == EOPNOTSUPP || code == ENODEV || code == ENXIO)
        return "there are no such counters here, as in most virtual machines";
    if (code == EACCES || code == EPERM)
        return "counting for all processes needs CAP_PERFMON, or kernel.perf_event_paranoid at 0";
    if (code == EMFILE || code == ENFILE)
        return "it needs more open files: LimitNOFILE=";
    if (code == ENOSYS)
        return "the kernel or a filter does not have perf_event_open";
    return "the kernel refused the counters";
}

/* A descriptor for each CPU and event is soon more than the usual 1024. */
static void allow_many_files(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

/* 0 or an errno. */
static int open_counters(struct cpu_flops *f, const char *online)
{
    static bool set[CPUS_MAX];
    size_t count = cpu_list(online, set, CPUS_MAX), at = 0;

    allow_many_files();
    f->cpus = count;
    f->counters = xcalloc(count * f->what.count + 1, sizeof *f->counters);
    for (size_t i = 0; i < count * f->what.count; i++)
        f->counters[i].fd = -1;
    for (int cpu = 0; cpu < CPUS_MAX; cpu++)
        for (size_t k = 0; set[cpu] && k < f->what.count; k++, at++) {
            int fd = perf_open(cpu, PERF_TYPE_RAW, f->what.events[k].config);
            if (fd < 0)
                return -fd;
            f->counters[at].fd = fd;
        }
    snprintf(f->online, sizeof f->online, "%s", online);
    return count > 0 ? 0 : ENODEV;
}

/* Opens them, and anew when a CPU came or went. */
static int keep_open(struct cpu_flops *f)
{
    char *online = read_text(f->root, "/sys/devices/system/cpu/online", sizeof f->online - 1);
    int code = 0;

    if (online == NULL)
        return ENODEV;
    if (strcmp(online, f->online) != 0) {
        close_counters(f);
        code = open_counters(f, online);
        if (code != 0)
            close_counters(f);
    }
    free(online);
    return code;
}

/* ---- one round ---- */

static void put(FILE *out, const char *key, const char *precision, double value)
{
    fprintf(out, ",\"%s_%s\":%.0f", key, precision, value);
}

/* From the first core's highest clock; nothing where that is not told. */
static void put_peaks(const struct cpu_flops *f, FILE *out)
{
    char *text = read_text(f->root, "/sys/devices/system/cpu/cpu0/cpufreq/cpuinfo_max_freq", 64);
    double khz = text != NULL ? strtod(text, NULL) : 0;

    for (int p = 0; p < CPU_PRECISIONS; p++)
        if (khz > 0 && f->what.per_clock[p] > 0 && f->id.cores > 0)
            put(out, "peak", cpu_precision_word(p),
                khz * 1000 * f->what.per_clock[p] * f->id.cores);
    free(text);
}

/* A precision of which one counter did not run is left out: its total would be too small. */
static void put_counts(struct cpu_flops *f, FILE *out)
{
    double total[CPU_PRECISIONS] = {0}, share = 0;
    bool has[CPU_PRECISIONS] = {false}, gap[CPU_PRECISIONS] = {false};
    size_t n = f->cpus * f->what.count;

    for (size_t i = 0; i < n; i++) {
        const struct cpu_event *e = &f->what.events[i % f->what.count];
        struct perf_total *t = &f->counters[i].total;
        struct perf_reading now;
        if (!perf_read(f->counters[i].fd, &now) || !perf_advance(t, &now))
            gap[e->precision] = true;
        has[e->precision] = true;
        total[e->precision] += t->counted * e->operations;
        share += t->share / (double)n;
    }
    for (size_t k = 0; k < f->what.count; k++)
        total[f->what.events[k].precision] += f->before[k] * f->what.events[k].operations;
    for (int p = 0; p < CPU_PRECISIONS; p++)
        if (has[p] && !gap[p])
            put(out, "count", cpu_precision_word(p), total[p]);
    fprintf(out, ",\"running_ppm\":%.0f", share * 1e6);
}

static void tell_why(FILE *out, const struct cpu_flops *f, const char *why)
{
    tell_trouble(out, "no FLOPS of this processor (%s %x/%x): %s",
                 f->id.vendor[0] != '\0' ? f->id.vendor : "unknown", f->id.family, f->id.model,
                 why);
}

bool cpu_flops_round(struct cpu_flops *f, FILE *out)
{
    if (!identify(f)) {
        tell_why(out, f, "which of its counters count them is not known");
        tell_idle(out);
        return false;
    }
    int code = keep_open(f);
    fputs("{\"entity\":\"cpu_flops\"", out);
    put_peaks(f, out);
    if (code == 0)
        put_counts(f, out);
    fputs("}\n", out);
    if (code != 0) {
        tell_why(out, f, reason(code));
        tell_idle(out);
    }
    return code == 0;
}
