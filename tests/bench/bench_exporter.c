/* SPDX-License-Identifier: MIT
 * bench_exporter.c - what metric pages cost.
 *
 * bench_exporter parse [ROUNDS]              MB/s of new pages, of pages of known devices, and of memchr over the same bytes
 * bench_exporter scrape [TARGETS [EVERY_S [SECONDS]]]  so many exporters on the loopback through the real net and ingest:
 *                                            share of a core, memory a target
 * bench_exporter targets ...                 the same without the fleet: its rows, snapshots and thread */
#include "base/buf.h"
#include "base/xmem.h"
#include "codec/lines.h"
#include "collectors/registry.h"
#include "io/ingest.h"
#include "io/net.h"
#include "model/fleet.h"
#include "model/snapshot.h"
#include "page_server.h"
#include <err.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { PAGES = 64, PAGE_MAX = 1 << 17 };

static double cpu_seconds(clockid_t clock)
{
    struct timespec t;

    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void make_conf(struct source_conf *conf, const char *targets, const char *every)
{
    static const char *values[64];
    const struct collector_ops *ops = collector_find("exporter");

    for (size_t i = 0; i < ops->option_count; i++) {
        const char *name = ops->options[i].name;
        values[i] = strcmp(name, "targets") == 0    ? targets
                    : strcmp(name, "insecure") == 0 ? "true"
                    : strcmp(name, "interval") == 0 ? every
                                                    : ops->options[i].fallback;
    }
    *conf = (struct source_conf){.center_id = "b",
                                 .id = "b/exporter",
                                 .collector = "exporter",
                                 .options = ops->options,
                                 .option_count = ops->option_count,
                                 .values = values,
                                 .self = "/x"};
}

/* ---- parse ---- */

struct reading {
    const struct collector_ops *ops;
    void *state;
    struct request rq;
    struct delta *d;
    uint64_t bad;
    double lines_s; /* spent with lines, not with rows */
};

static enum rc on_line(void *arg, const char *text, size_t len)
{
    struct reading *r = arg;
    static struct err e;

    r->bad += r->ops->decode(r->state, &r->rq, "", text, len, r->d, &e) != RC_OK;
    return RC_OK;
}

static void read_page(struct reading *r, const char *page, size_t len, mono_ms now)
{
    struct reply reply = {.status = 200, .head = "", .content_type = "", .bytes = len};
    struct lines *lines = lines_new(1 << 16, on_line, r);
    enum poll_end end;
    const char *mend = NULL;
    struct err e = {RC_OK};

    double start = cpu_seconds(CLOCK_THREAD_CPUTIME_ID);
    r->d = delta_new(0, 0, 1795339000000, 0);
    for (size_t at = 0; at < len; at += 16384) /* as libcurl hands it over */
        (void)!lines_feed(lines, page + at, len - at < 16384 ? len - at : 16384);
    (void)!lines_end(lines);
    r->lines_s += cpu_seconds(CLOCK_THREAD_CPUTIME_ID) - start;
    (void)!r->ops->done(r->state, &r->rq, &reply, now, r->d, &end, &mend, &e);
    delta_free(r->d);
    lines_free(lines);
}

static size_t touch(const char *page, size_t len)
{
    size_t lines = 0;

    for (const char *p = page, *end = page + len; (p = memchr(p, '\n', (size_t)(end - p))) != NULL;
         p++)
        lines++;
    return lines;
}

static void bench_parse(int rounds)
{
    static char pages[PAGES][PAGE_MAX];
    size_t lens[PAGES], bytes = 0, lines = 0;
    struct source_conf conf;
    struct err e = {RC_OK};
    struct reading r = {.ops = collector_find("exporter")};

    make_conf(&conf, "cn[0-99999]:9400", "15s");
    if (r.ops->open(&conf, 1, &r.state, &e) != RC_OK)
        errx(2, "%s", e.msg);
    for (int i = 0; i < PAGES; i++)
        bytes += lens[i] = page_write(pages[i], PAGE_MAX, (unsigned)i, 0, 8, 23);
    for (int pass = 0; pass < 3; pass++) {
        double start = cpu_seconds(CLOCK_PROCESS_CPUTIME_ID);
        r.lines_s = 0;
        for (int k = 0; k < rounds; k++)
            for (int i = 0; i < PAGES; i++) {
                r.rq.tag = pass == 0 ? (uint32_t)(k * PAGES + i) % 100000 : (uint32_t)i;
                if (pass == 2)
                    lines += touch(pages[i], lens[i]);
                else
                    read_page(&r, pages[i], lens[i], 1000 + (pass * rounds + k) * 5000);
            }
        double s = cpu_seconds(CLOCK_PROCESS_CPUTIME_ID) - start;
        static const char *const words[] = {"new targets", "the same series", "memchr alone"};
        printf("%-16s %8.0f MB/s  %6.1f us a page of %zu bytes", words[pass],
               (double)bytes * rounds / s / 1e6, s / rounds / PAGES * 1e6, lens[0]);
        if (pass < 2)
            printf("; its lines alone, without rows: %.0f MB/s",
                   (double)bytes * rounds / r.lines_s / 1e6);
        printf("\n");
    }
    printf("%zu lines, %llu bad\n", lines / (size_t)rounds / PAGES, (unsigned long long)r.bad);
    r.ops->close(r.state);
}

/* ---- scrape ---- */

/* Instead of the fleet: what the targets themselves cost. */
static void *drain(void *arg)
{
    struct queue *queue = arg;

    for (;;) {
        struct delta *d = queue_pop(queue, 1000);
        delta_free(d);
    }
    return NULL;
}

static void free_delta(void *d)
{
    delta_free(d);
}

static long rss_kib(void)
{
    long pages = 0, unused;
    FILE *f = fopen("/proc/self/statm", "re");

    if (f == NULL || fscanf(f, "%ld %ld", &unused, &pages) != 2)
        pages = 0;
    if (f != NULL)
        fclose(f);
    return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

/* CPU seconds of the net thread, the only one that is neither this nor ingest: by its name in /proc there is no telling, so
 * the one that used most. */
static double busiest_thread(void)
{
    char path[64];
    double most = 0;

    for (int tid = getpid(); tid < getpid() + 40; tid++) {
        long long ns = 0;
        snprintf(path, sizeof path, "/proc/self/task/%d/schedstat", tid);
        FILE *f = fopen(path, "re");
        if (f != NULL && fscanf(f, "%lld", &ns) == 1 && (double)ns / 1e9 > most)
            most = (double)ns / 1e9;
        if (f != NULL)
            fclose(f);
    }
    return most;
}

static double source_number(struct snapshot_hub *hub, bool requests)
{
    struct snapshot *s = snapshot_hub_latest(hub);
    const struct source_row *row = s != NULL ? snapshot_row(s, ENTITY_SOURCE, 0) : NULL;
    double v = row == NULL ? 0 : requests ? row->requests : row->bad_elements;

    snapshot_unref(s);
    return v;
}

static void bench_scrape(unsigned count, int every_s, int seconds, bool rows)
{
    struct page_server server = {.devices = 1, .metrics = 8};
    struct buf targets;
    char every[16];
    struct err e = {RC_OK};
    struct net *net;

    page_server_start(&server);
    buf_init(&targets, 64 << 20);
    for (unsigned i = 0; i < count; i++)
        buf_addf(&targets, "%s127.%u.%u.%u:%d", i > 0 ? "," : "", 1 + i / 65025 % 200,
                 i / 255 % 255, 1 + i % 255 % 254, server.port);
    snprintf(every, sizeof every, "%ds", every_s);
    struct net_source source = {.ops = collector_find("exporter")};
    make_conf(&source.conf, targets.data, every);
    struct queue *queue = queue_new(1024, 64 << 20, free_delta);
    struct snapshot_hub *hub = snapshot_hub_new(NULL, NULL);
    struct ingest *ingest = ingest_new(fleet_new(NULL), queue, hub, 250);
    struct net_options o = {.out = queue, .seed = 1};
    pthread_t drainer;
    if (!rows && pthread_create(&drainer, NULL, drain, queue) != 0)
        errx(2, "no thread");
    if (rows && ingest_start(ingest, &e) != RC_OK)
        errx(2, "%s", e.msg);
    long before = rss_kib();
    if (net_new(&source, 1, &o, &net, &e) != RC_OK || net_start(net, &e) != RC_OK)
        errx(2, "%s", e.msg);
    sleep((unsigned)every_s * 2 + 2); /* first contacts are over, each is at its place */
    double cpu = cpu_seconds(CLOCK_PROCESS_CPUTIME_ID), net_cpu = busiest_thread(),
           asked = source_number(hub, true);
    sleep((unsigned)seconds);
    cpu = cpu_seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    net_cpu = busiest_thread() - net_cpu;
    asked = rows ? source_number(hub, true) - asked : (double)count * seconds / every_s;
    printf("%s: ", rows ? "with the fleet" : "targets alone");
    printf(
        "%u targets every %d s: %.0f scrapes/s, net thread %.1f %% of a core (%.0f us a scrape), with ingest %.1f %%, "
        "%.2f KiB a target in all, %.0f bad\n",
        count, every_s, asked / seconds, 100 * net_cpu / seconds, net_cpu / asked * 1e6,
        100 * cpu / seconds, (double)(rss_kib() - before) / count, source_number(hub, false));
    net_stop(net);
    ingest_stop(ingest);
    page_server_stop(&server);
    _exit(0);
}

int main(int argc, char **argv)
{
    int a = argc > 2 ? atoi(argv[2]) : 0, b = argc > 3 ? atoi(argv[3]) : 0,
        c = argc > 4 ? atoi(argv[4]) : 0;

    setvbuf(stdout, NULL, _IONBF, 0);
    if (argc > 1 && strcmp(argv[1], "parse") == 0)
        bench_parse(a > 0 ? a : 40);
    else if (argc > 1 && strcmp(argv[1], "scrape") == 0)
        bench_scrape(a > 0 ? (unsigned)a : 10000, b > 0 ? b : 5, c > 0 ? c : 20, true);
    else if (argc > 1 && strcmp(argv[1], "targets") == 0)
        bench_scrape(a > 0 ? (unsigned)a : 10000, b > 0 ? b : 5, c > 0 ? c : 20, false);
    else
        errx(2, "parse, scrape or targets");
    return 0;
}
