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
#include "tests/bench/made_fleet.h"
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NOW MADE_NOW
#define MAX_ROUND 99

static uint32_t jobs = 500000, nodes = 100000, devices = 0;
static int rounds = 7;
static struct made made = MADE_NEW;

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

/* --- polls --- */

static struct snapshot *publish(struct fleet *f, struct snapshot *old, double *spent)
{
    double start = made_ms();
    struct snapshot *s = fleet_publish(f, NOW + made.seq);

    *spent = made_ms() - start;
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
    report(what, made_poll(f, &made, e, count, MADE_FULL, 0, 0), count);
    malloc_trim(0);
    printf("%-44s %9.1f MB %8.0f B/row (row struct %zu)\n", "  resident",
           (double)(resident() - before) / 1e6, (double)(resident() - before) / count,
           entity_info(e)->row_size);
    s = publish(f, s, &spent);
    report("  publish", spent, 0);
    report("  poll, unchanged, all values sent", made_poll(f, &made, e, count, MADE_FULL, 0, 0),
           count);
    s = publish(f, s, &spent);
    report("  publish", spent, 0);
    report("  poll, unchanged, keys only", made_poll(f, &made, e, count, MADE_KEEP, 0, 0), count);
    s = publish(f, s, &spent);
    report("  publish", spent, 0);
    report("  poll, 5 % changed, keys for the rest",
           made_poll(f, &made, e, count, MADE_KEEP, 20, 1), count);
    s = publish(f, s, &spent);
    report("  publish", spent, 0);
    report("  poll, all values of all rows new", made_poll(f, &made, e, count, MADE_FULL, 1, 2),
           count);
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
    made.source = 2;
    snprintf(what, sizeof(what), "%s of a second source: first poll", entity_info(e)->plural);
    report(what, made_poll(f, &made, e, count, MADE_FULL, 0, 0), count);
    malloc_trim(0);
    printf("%-44s %9.1f MB %8.0f B/row\n", "  resident", (double)(resident() - before) / 1e6,
           (double)(resident() - before) / count);
    report("  poll, unchanged, keys only", made_poll(f, &made, e, count, MADE_KEEP, 0, 0), count);
    report("  poll, all values of all rows new", made_poll(f, &made, e, count, MADE_FULL, 1, 2),
           count);
    made.source = 1;
    report("  poll of the first, all values new", made_poll(f, &made, e, count, MADE_FULL, 1, 3),
           count);
    double start = made_ms();
    fleet_tick(f, NOW + made.seq);
    report("  tick", made_ms() - start, 0);
    return publish(f, s, &spent);
}

/* --- queries: what a key costs, in a view that is on the screen already --- */

/* The worst of many, and what it was. */
struct worst {
    double ms;
    char what[64];
};

static void offer(struct worst *w, double ms, const char *what, const char *more)
{
    if (ms <= w->ms)
        return;
    w->ms = ms;
    snprintf(w->what, sizeof(w->what), "%s%s", what, more);
}

static void tell_worst(const char *what, const struct worst *w)
{
    printf("%-44s %9.2f ms   %s\n", what, w->ms, w->what);
    fflush(stdout);
}

static double run(const struct query *q, const struct value_ctx *c, struct query_result *r)
{
    double start = made_ms();

    query_run(q, c, r);
    return made_ms() - start;
}

/* Sorted by one column after the other, as the keys for it do, and each the other way round. */
static void sort_by_each(const struct snapshot *s, enum entity e, bool tell)
{
    struct value_ctx c = {.snap = s, .now = NOW};
    struct query_result r = {0};
    struct worst first = {0}, again = {0}, turned = {0};
    double times[3][MAX_ROUND];
    char what[64];

    for (unsigned column = 0; column < column_count(e); column++) {
        const char *id = column_info(e, column)->id;
        struct query q = {.entity = e, .center = -1, .sort_column = -1, .group_column = -1};
        struct query_result fresh = {0};
        run(&q, &c, &fresh);
        q.sort_column = (int)column;
        times[0][0] = run(&q, &c, &fresh);
        query_result_fini(&fresh);
        for (int i = 0; i < rounds; i++) {
            q.sort_column = -1;
            run(&q, &c, &r);
            q.sort_column = (int)column;
            times[1][i] = run(&q, &c, &r);
            q.descending = true;
            times[2][i] = run(&q, &c, &r);
            q.descending = false;
        }
        double by = median(times[1], rounds), down = median(times[2], rounds);
        offer(&first, times[0][0], id, "");
        offer(&again, by, id, "");
        offer(&turned, down, id, "");
        snprintf(what, sizeof(what), "  sort by %s", id);
        if (tell)
            printf("%-44s %9.2f ms %8.2f turned round %9.2f the first time\n", what, by, down,
                   times[0][0]);
    }
    snprintf(what, sizeof(what), "sort %ss by any column, worst", entity_info(e)->id);
    tell_worst(what, &again);
    tell_worst("  by the same column the other way round", &turned);
    tell_worst("  by strings that were never sorted before", &first);
    query_result_fini(&r);
}

/* One key after the other; the sort stays. */
static void type_filter(const struct snapshot *s, const char *text, int sort, struct worst *worst)
{
    struct value_ctx c = {.snap = s, .now = NOW};
    struct query q = {.entity = ENTITY_JOB, .center = -1, .sort_column = sort, .group_column = -1};
    struct worst own = {0};
    uint32_t rows = 0;
    char typed[64];

    for (size_t n = 1; n <= strlen(text); n++) {
        double best = 1e9;
        snprintf(typed, sizeof(typed), "%.*s", (int)n, text);
        for (int i = 0; i < 3; i++) {
            struct query_result r = {0};
            struct filter *before = NULL, *f = NULL;
            char less[64];
            snprintf(less, sizeof(less), "%.*s", (int)n - 1, text);
            if (filter_compile(typed, ENTITY_JOB, &f, NULL) != RC_OK)
                continue; /* half typed: nothing is asked */
            (void)filter_compile(less, ENTITY_JOB, &before, NULL);
            q.filter = before;
            run(&q, &c, &r);
            q.filter = f;
            double start = made_ms();
            filter_refine(f, before);
            query_run(&q, &c, &r);
            double spent = made_ms() - start;
            best = spent < best ? spent : best;
            rows = r.count;
            query_result_fini(&r);
            filter_free(before);
            filter_free(f);
        }
        if (best < 1e9)
            offer(&own, best, typed, "");
    }
    offer(worst, own.ms, own.what, "");
    printf("  filter %-35s %9.2f ms   at \"%s\"; %u rows at its end\n", text, own.ms, own.what,
           rows);
    fflush(stdout);
}

static void filters(const struct snapshot *s)
{
    static const char *const texts[] = {
        "train-llm-59",  "zzz",           "user17",
        "state=running", "priority>3M",   "user=user17 state=queued",
        "name~9{3}$",    "nodes=cn00042", "waited>2h",
        "!train pool3",  "4321987"};
    struct worst worst = {0};

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        type_filter(s, texts[i], FIELD_job_priority, &worst);
    tell_worst("filter jobs, one key typed, worst", &worst);
}

/* What the next picture costs a view, when that many rows are new. */
static struct snapshot *next_picture(struct fleet *f, struct snapshot *s, uint32_t every)
{
    struct value_ctx c = {.snap = s, .now = NOW};
    struct query q = {.entity = ENTITY_JOB,
                      .center = -1,
                      .sort_column = column_find(ENTITY_JOB, "waited"),
                      .group_column = -1};
    struct query_result r = {0};
    double first = run(&q, &c, &r), spent;
    char what[64];

    made_poll(f, &made, ENTITY_JOB, jobs, MADE_KEEP, every, 9);
    s = publish(f, s, &spent);
    c.snap = s;
    snprintf(what, sizeof(what), "rows of the next picture, 1 in %u changed", every);
    printf("%-44s %9.2f ms   %.2f the first time\n", what, run(&q, &c, &r), first);
    query_result_fini(&r);
    return s;
}

static void page(const struct snapshot *s)
{
    struct value_ctx c = {.snap = s, .now = NOW};
    struct buf out;
    double times[MAX_ROUND];

    buf_init(&out, 1 << 20);
    for (int i = 0; i <= rounds; i++) {
        double start = made_ms();
        buf_reset(&out);
        for (uint32_t slot = 0; slot < 60; slot++)
            for (unsigned col = 0; col < 12; col++) {
                const void *row =
                    snapshot_row(s, ENTITY_JOB, slot * 8000 % snapshot_slots(s, ENTITY_JOB));
                struct value v = column_value(&c, ENTITY_JOB, col, row);
                value_text(&c, column_info(ENTITY_JOB, col), &v, &out);
            }
        times[i] = made_ms() - start;
    }
    printf("%-44s %9.3f ms\n", "page: 60 rows x 12 columns", median(times + 1, rounds));
    buf_fini(&out);
}

static struct snapshot *queries(struct fleet *f, struct snapshot *s)
{
    sort_by_each(s, ENTITY_JOB, true);
    if (nodes)
        sort_by_each(s, ENTITY_NODE, false);
    filters(s);
    page(s);
    s = next_picture(f, s, 100);
    return next_picture(f, s, 20);
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
        s = queries(f, s);
    printf("%-44s %9.1f MB\n", "resident, all, after queries", (double)resident() / 1e6);
    snapshot_unref(s);
    fleet_free(f);
    peak_table_free(peaks);
    return 0;
}
