/* SPDX-License-Identifier: MIT
 * bench_model.c - what the fleet, snapshots and queries cost at the size of a national operator.
 *
 * bench_model [-j JOBS] [-n NODES] [-d DEVICES] [-r ROUNDS]       default: 500000, 100000, 0, 7
 * Prints medians of CPU time in ms, and resident memory per row. Built and run by `make bench`. */
#include "data/data.h"
#include "model/flops.h"
#include "base/xmem.h"
#include "model/fleet.h"
#include "model/query.h"
#include <malloc.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define NOW 1700000000000
#define SLICE 1000
#define MAX_ROUND 99

static uint32_t jobs = 500000, nodes = 100000, devices = 0;
static int rounds = 7;
static uint64_t rng = 12345;
static uint32_t seq;
static uint16_t source = 1;

static uint32_t below(uint32_t n)
{
    rng = rng * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((rng >> 33) % n);
}

/* CPU time: other programs on the machine count less. */
static double ms_now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static size_t resident(void)
{
    long total = 0, pages = 0;
    FILE *f = fopen("/proc/self/statm", "r");

    if (f && fscanf(f, "%ld %ld", &total, &pages) != 2)
        pages = 0;
    if (f)
        fclose(f);
    return (size_t)pages * (size_t)sysconf(_SC_PAGESIZE);
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* Sorts; the median is then v[n / 2], the least v[0]. */
static double median(double *v, int n)
{
    qsort(v, (size_t)n, sizeof(*v), by_value);
    return v[n / 2];
}

/* --- made-up rows --- */

static void __attribute__((format(printf, 3, 4)))
text(struct delta *d, int field, const char *fmt, ...)
{
    char s[96];
    va_list ap;

    va_start(ap, fmt);
    int len = vsnprintf(s, sizeof(s), fmt, ap);
    va_end(ap);
    delta_strn(d, field, s, (size_t)len);
}

static void waiting(struct delta *d, uint32_t i)
{
    delta_int(d, FIELD_job_state, job_state_QUEUED);
    delta_str(d, FIELD_job_raw_state, "PENDING");
    delta_str(d, FIELD_job_reason, i % 3 ? "Priority" : "Resources");
    delta_time(d, FIELD_job_eligible_at, NOW - i % 900000 * 1000);
}

static void running(struct delta *d, uint32_t i, uint32_t change)
{
    delta_int(d, FIELD_job_state, job_state_RUNNING);
    delta_str(d, FIELD_job_raw_state, "RUNNING");
    delta_absent(d, FIELD_job_reason);
    delta_time(d, FIELD_job_eligible_at, NOW - 900000000);
    delta_time(d, FIELD_job_started_at, NOW - (int64_t)(i % 500000 + change) * 1000);
    text(d, FIELD_job_nodes, i % 7 ? "cn%05u" : "cn[%05u-99999]", i % 100000);
    delta_num(d, FIELD_job_devices_allocated, i % 9);
}

/* 24 values, as a Slurm job has. */
static void job(struct delta *d, uint32_t i, uint32_t change)
{
    char id[16];
    int len = snprintf(id, sizeof(id), "%u", 4000000 + i);

    delta_row(d, ENTITY_JOB, id, (size_t)len);
    text(d, FIELD_job_name, "train-llm-%u", i * 7919 % 60000);
    text(d, FIELD_job_user, "user%u", i % 3000);
    text(d, FIELD_job_account, "project-%u", i % 400);
    text(d, FIELD_job_pool, "pool%u", i % 12);
    delta_str(d, FIELD_job_qos, "normal");
    delta_num(d, FIELD_job_tasks, 1);
    delta_num(d, FIELD_job_priority, (double)((i * 48271u + change * 7) % 4000000));
    delta_num(d, FIELD_job_devices_requested, i % 9);
    delta_num(d, FIELD_job_cpus, i % 256);
    delta_num(d, FIELD_job_memory_bytes, (double)(i % 512) * 1073741824.0);
    delta_num(d, FIELD_job_node_count, i % 16 + 1);
    delta_time(d, FIELD_job_submitted_at, NOW - (int64_t)(i % 1000000) * 1000);
    delta_num(d, FIELD_job_time_limit_seconds, 3600 * (i % 72));
    delta_num(d, FIELD_job_restarts, i % 50 == 0);
    delta_int(d, FIELD_job_requeueable, 1);
    if (i % 3)
        waiting(d, i);
    else
        running(d, i, change);
}

static void node(struct delta *d, uint32_t i, uint32_t change)
{
    char id[16];
    int len = snprintf(id, sizeof(id), "cn%05u", i);

    delta_row(d, ENTITY_NODE, id, (size_t)len);
    delta_int(d, FIELD_node_state, i % 5 ? node_state_MIXED : node_state_IDLE);
    delta_int(d, FIELD_node_flags, i % 40 == 0 ? 1 << node_flag_DRAIN : 0);
    delta_str(d, FIELD_node_raw_state, "MIXED");
    delta_str(d, FIELD_node_pools, i % 2 ? "pool1,all" : "pool2,pool3,all");
    delta_num(d, FIELD_node_cpus_total, 192);
    delta_num(d, FIELD_node_cpus_allocated, (i + change) % 193);
    delta_num(d, FIELD_node_memory_total_bytes, 2e12);
    delta_num(d, FIELD_node_load, (i + change) % 192);
    delta_num(d, FIELD_node_devices_total, 8);
    delta_num(d, FIELD_node_devices_allocated, (i + change) % 9);
    delta_str(d, FIELD_node_gres, "gpu:h200:8(S:0-1)");
    delta_str(d, FIELD_node_version, "23.11.4");
    delta_str(d, FIELD_node_os, "Linux 5.15.0-91-generic #101-Ubuntu SMP");
    text(d, FIELD_node_address, "10.0.%u", i);
}

static void device(struct delta *d, uint32_t i, uint32_t change)
{
    char id[24], uuid[48];
    int len = snprintf(id, sizeof(id), "cn%05u%c%u", i / 8, 0, i % 8);

    delta_row(d, ENTITY_DEVICE, id, (size_t)len);
    snprintf(uuid, sizeof(uuid), "GPU-%08x-1234-5678-9abc-%012x", i * 2654435761u, i);
    delta_str(d, FIELD_device_uuid, uuid);
    delta_str(d, FIELD_device_model, "NVIDIA H200");
    delta_str(d, FIELD_device_health, "ok");
    delta_num(d, FIELD_device_temperature_celsius, 40 + (i + change) % 45);
    delta_num(d, FIELD_device_memory_temperature_celsius, 50 + (i + change) % 45);
    delta_num(d, FIELD_device_utilization_percent, (i + change) % 101);
    delta_num(d, FIELD_device_tensor_utilization_percent, (i + 3 * change) % 101);
    delta_num(d, FIELD_device_clock_hertz, 1.5e9);
    delta_num(d, FIELD_device_power_watts, 300 + (i + change) % 400);
}

/* --- polls --- */

enum how { FULL, KEEP };

static void fill(struct delta *d, enum entity e, uint32_t i, uint32_t change)
{
    if (e == ENTITY_JOB)
        job(d, i, change);
    else if (e == ENTITY_NODE)
        node(d, i, change);
    else
        device(d, i, change);
}

/* Key of the i-th row, as a collector would remember it. */
static uint64_t key_of(enum entity e, uint16_t center, uint32_t i)
{
    char id[24];
    int len = e == ENTITY_JOB    ? snprintf(id, sizeof(id), "%u", 4000000 + i)
              : e == ENTITY_NODE ? snprintf(id, sizeof(id), "cn%05u", i)
                                 : snprintf(id, sizeof(id), "cn%05u%c%u", i / 8, 0, i % 8);

    return row_key(e, center, id, (size_t)len);
}

/* One complete poll; one row in `every` gets new values (0 = none), the others are sent as `how`
 * says. Only the time inside the fleet counts. */
static double poll(struct fleet *f, enum entity e, uint32_t count, enum how how, uint32_t every,
                   uint32_t change)
{
    double spent = 0;

    seq++;
    for (uint32_t i = 0; i < count; i += SLICE) {
        struct delta *d = delta_new(0, source, NOW + seq, 0);
        d->poll.seq = seq;
        d->poll.begin = i == 0;
        d->poll.end = i + SLICE >= count ? POLL_GOOD : POLL_MORE;
        d->poll.entities[e] = true;
        for (uint32_t k = i; k < i + SLICE && k < count; k++) {
            bool changed = every && below(every) == 0;
            if (how == KEEP && !changed)
                delta_keep(d, e, key_of(e, 0, k));
            else
                fill(d, e, k, changed ? change : 0);
        }
        double start = ms_now();
        fleet_apply(f, d, NULL);
        spent += ms_now() - start;
        delta_free(d);
    }
    return spent;
}

static struct snapshot *publish(struct fleet *f, struct snapshot *old, double *spent)
{
    double start = ms_now();
    struct snapshot *s = fleet_publish(f, NOW + seq);

    *spent = ms_now() - start;
    snapshot_unref(old);
    return s;
}

static void report(const char *what, double ms, uint32_t rows)
{
    printf("%-44s %9.2f ms %8.0f ns/row\n", what, ms, rows ? ms * 1e6 / rows : 0);
    fflush(stdout);
}

static struct snapshot *load(struct fleet *f, enum entity e, uint32_t count, struct snapshot *s)
{
    char what[64];
    size_t before = resident();
    double spent;

    if (!count)
        return s;
    snprintf(what, sizeof(what), "%s: first poll", entity_info(e)->plural);
    report(what, poll(f, e, count, FULL, 0, 0), count);
    malloc_trim(0);
    printf("%-44s %9.1f MB %8.0f B/row (row struct %zu)\n", "  resident",
           (double)(resident() - before) / 1e6, (double)(resident() - before) / count,
           entity_info(e)->row_size);
    s = publish(f, s, &spent);
    report("  publish", spent, 0);
    report("  poll, unchanged, all values sent", poll(f, e, count, FULL, 0, 0), count);
    s = publish(f, s, &spent);
    report("  publish", spent, 0);
    report("  poll, unchanged, keys only", poll(f, e, count, KEEP, 0, 0), count);
    s = publish(f, s, &spent);
    report("  publish", spent, 0);
    report("  poll, 5 % changed, keys for the rest", poll(f, e, count, KEEP, 20, 1), count);
    s = publish(f, s, &spent);
    report("  publish", spent, 0);
    report("  poll, all values of all rows new", poll(f, e, count, FULL, 1, 2), count);
    s = publish(f, s, &spent);
    report("  publish", spent, 0);
    return s;
}

/* Another source tells the same rows, and every value of them. */
static struct snapshot *load_again(struct fleet *f, enum entity e, uint32_t count,
                                   struct snapshot *s)
{
    char what[64];
    size_t before = resident();
    double spent;

    if (!count)
        return s;
    source = 2;
    snprintf(what, sizeof(what), "%s of a second source: first poll", entity_info(e)->plural);
    report(what, poll(f, e, count, FULL, 0, 0), count);
    malloc_trim(0);
    printf("%-44s %9.1f MB %8.0f B/row\n", "  resident", (double)(resident() - before) / 1e6,
           (double)(resident() - before) / count);
    report("  poll, unchanged, keys only", poll(f, e, count, KEEP, 0, 0), count);
    report("  poll, all values of all rows new", poll(f, e, count, FULL, 1, 2), count);
    source = 1;
    report("  poll of the first, all values new", poll(f, e, count, FULL, 1, 3), count);
    double start = ms_now();
    fleet_tick(f, NOW + seq);
    report("  tick", ms_now() - start, 0);
    return publish(f, s, &spent);
}

/* --- queries --- */

static void sort_jobs(const struct snapshot *s, const char *column, bool descending,
                      const char *group)
{
    struct query q = {.entity = ENTITY_JOB,
                      .center = -1,
                      .sort_column = column_find(ENTITY_JOB, column),
                      .descending = descending,
                      .group_column = group ? column_find(ENTITY_JOB, group) : -1};
    struct value_ctx c = {.snap = s, .now = NOW};
    struct query_result r = {0};
    double times[MAX_ROUND], first;
    char what[64];

    for (int i = 0; i <= rounds; i++) {
        double start = ms_now();
        query_run(&q, &c, &r);
        times[i] = ms_now() - start;
    }
    first = times[0];
    snprintf(what, sizeof(what), "sort by %s%s%s%s", column, descending ? " down" : "",
             group ? " in groups of " : "", group ? group : "");
    printf("%-44s %9.2f ms", what, median(times + 1, rounds));
    printf(" %8.2f best %9.2f the first time\n", times[1], first);
    fflush(stdout);
    query_result_fini(&r);
}

/* A new filter each round, as each key typed makes one. */
static void filter_jobs(const struct snapshot *s, const char *filter, const char *sort)
{
    struct value_ctx c = {.snap = s, .now = NOW};
    struct query_result r = {0};
    double times[MAX_ROUND];
    char what[64];

    for (int i = 0; i <= rounds; i++) {
        struct filter *f;
        if (filter_compile(filter, ENTITY_JOB, &f, NULL) != RC_OK)
            abort();
        struct query q = {.entity = ENTITY_JOB,
                          .center = -1,
                          .group_column = -1,
                          .filter = f,
                          .sort_column = sort ? column_find(ENTITY_JOB, sort) : -1};
        double start = ms_now();
        query_run(&q, &c, &r);
        times[i] = ms_now() - start;
        filter_free(f);
    }
    snprintf(what, sizeof(what), "filter %s%s%s", filter, sort ? ", sort by " : "",
             sort ? sort : "");
    printf("%-44s %9.2f ms", what, median(times + 1, rounds));
    printf(" %8.2f best %9u rows\n", times[1], r.count);
    fflush(stdout);
    query_result_fini(&r);
}

static void page(const struct snapshot *s)
{
    struct value_ctx c = {.snap = s, .now = NOW};
    struct buf out;
    double times[MAX_ROUND];

    buf_init(&out, 1 << 20);
    for (int i = 0; i <= rounds; i++) {
        double start = ms_now();
        buf_reset(&out);
        for (uint32_t slot = 0; slot < 60; slot++)
            for (unsigned col = 0; col < 12; col++) {
                const void *row =
                    snapshot_row(s, ENTITY_JOB, slot * 8000 % snapshot_slots(s, ENTITY_JOB));
                struct value v = column_value(&c, ENTITY_JOB, col, row);
                value_text(&c, column_info(ENTITY_JOB, col), &v, &out);
            }
        times[i] = ms_now() - start;
    }
    printf("%-44s %9.3f ms\n", "page: 60 rows x 12 columns", median(times + 1, rounds));
    buf_fini(&out);
}

static void queries(const struct snapshot *s)
{
    sort_jobs(s, "id", false, NULL);
    sort_jobs(s, "name", false, NULL);
    sort_jobs(s, "user", false, NULL);
    sort_jobs(s, "nodes", false, NULL);
    sort_jobs(s, "state", false, NULL);
    sort_jobs(s, "priority", true, NULL);
    sort_jobs(s, "memory_bytes", false, NULL);
    sort_jobs(s, "submitted_at", false, NULL);
    sort_jobs(s, "waited", true, NULL);
    sort_jobs(s, "priority", true, "pool");
    filter_jobs(s, "t", NULL);
    filter_jobs(s, "train-llm-59", NULL);
    filter_jobs(s, "zzz", NULL);
    filter_jobs(s, "state=running", NULL);
    filter_jobs(s, "priority>3M", NULL);
    filter_jobs(s, "user=user17 state=queued", NULL);
    filter_jobs(s, "name~9{3}$", NULL);
    filter_jobs(s, "nodes=cn00042", NULL);
    filter_jobs(s, "waited>2h", NULL);
    filter_jobs(s, "train-llm-5", "priority");
    page(s);
}

static void options(int argc, char **argv)
{
    int o;

    while ((o = getopt(argc, argv, "j:n:d:r:")) != -1) {
        uint32_t v = optarg ? (uint32_t)strtoul(optarg, NULL, 10) : 0;
        if (o == 'j')
            jobs = v;
        else if (o == 'n')
            nodes = v;
        else if (o == 'd')
            devices = v;
        else if (o == 'r')
            rounds = v < MAX_ROUND ? (int)v : MAX_ROUND - 1;
    }
}

int main(int argc, char **argv)
{
    struct fleet *f = fleet_new(NULL);
    struct peak_table *peaks = peak_table_new();
    struct snapshot *s = NULL;
    double spent;

    options(argc, argv);
    (void)peak_table_add(peaks, data_peaks, "peaks.conf", NULL);
    fleet_set_peaks(f, peaks);
    s = load(f, ENTITY_NODE, nodes, s);
    s = load(f, ENTITY_DEVICE, devices, s);
    s = load_again(f, ENTITY_DEVICE, devices, s);
    s = load(f, ENTITY_JOB, jobs, s);
    fleet_tick(f, NOW + 60000);
    s = publish(f, s, &spent);
    malloc_trim(0);
    printf("%-44s %9.1f MB\n", "resident, all", (double)resident() / 1e6);
    if (jobs)
        queries(s);
    printf("%-44s %9.1f MB\n", "resident, all, after queries", (double)resident() / 1e6);
    snapshot_unref(s);
    fleet_free(f);
    peak_table_free(peaks);
    return 0;
}
