/* SPDX-License-Identifier: MIT
 * bench_ingest.c - a Slurm answer all the way: loopback, libcurl, elements, values, queue, fleet, snapshot.
 *
 * bench_ingest [-p POLLS] [-t] [-n NODES.json] JOBS.json [CHANGED.json]
 *
 * The files are bodies as slurmgen.py writes them (jobs38, nodes38). The first poll sees JOBS, the second CHANGED (a
 * --churn of it), and so on in turns. Tells of each poll the CPU time of the thread that receives and decodes and of
 * the one that merges, the time from the request to the merged rows, and resident memory; and what writing all jobs
 * as JSON lines costs. -t: one line a poll, tab-separated. Under callgrind take the difference of two sizes. */
#include "app/session.h"
#include "export/export.h"
#include "file_server.h"
#include "base/intern.h"
#include <dirent.h>
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { WAIT_MS = 1200 * 1000, THREADS_MAX = 8 };

/* What every answer of slurmrestd has in front. */
#define META                                                                                           \
    "{\"meta\":{\"plugin\":{\"type\":\"openapi/v0.0.38\",\"name\":\"bench\"},\"Slurm\":{\"version\":{" \
    "\"major\":22,\"micro\":11,\"minor\":5},\"release\":\"22.05.11\"}},\"errors\":[],"

struct spent {
    double receive, merge; /* CPU s of the net and the ingest thread */
    double whole;          /* of the process */
};

static struct session session;
static struct file_server server;

/* ---- measuring ---- */

static double cpu_of_task(int tid)
{
    char path[64];
    unsigned long long ns = 0;

    snprintf(path, sizeof(path), "/proc/self/task/%d/schedstat", tid);
    FILE *f = fopen(path, "r");
    if (!f || fscanf(f, "%llu", &ns) != 1)
        ns = 0;
    if (f)
        fclose(f);
    return (double)ns / 1e9;
}

/* The threads in the order of their birth: main, ingest, net. */
static int tasks(int tids[THREADS_MAX])
{
    DIR *dir = opendir("/proc/self/task");
    struct dirent *d;
    int n = 0;

    while (dir && (d = readdir(dir)) && n < THREADS_MAX)
        if (d->d_name[0] != '.')
            tids[n++] = atoi(d->d_name);
    if (dir)
        closedir(dir);
    return n;
}

static struct spent spent_now(void)
{
    int tids[THREADS_MAX], n = tasks(tids);
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    struct spent s = {.whole = (double)t.tv_sec + (double)t.tv_nsec / 1e9};
    if (n > 1)
        s.merge = cpu_of_task(tids[1]);
    if (n > 2)
        s.receive = cpu_of_task(tids[2]);
    return s;
}

static double memory(const char *what)
{
    char line[256];
    double kb = 0;
    FILE *f = fopen("/proc/self/status", "r");

    while (f && fgets(line, sizeof(line), f))
        if (strncmp(line, what, strlen(what)) == 0)
            kb = strtod(line + strlen(what) + 1, NULL);
    if (f)
        fclose(f);
    return kb / 1024;
}

/* ---- one poll ---- */

static double received(void)
{
    struct snapshot *s = snapshot_hub_latest(session.hub);
    double bytes = 0;

    for (uint32_t i = 0; s && i < snapshot_slots(s, ENTITY_SOURCE); i++) {
        const struct source_row *row = snapshot_row(s, ENTITY_SOURCE, i);
        bytes += row ? row->bytes : 0;
    }
    snapshot_unref(s);
    return bytes;
}

static void pause_ms(long ms)
{
    struct timespec t = {ms / 1000, ms % 1000 * 1000000};

    nanosleep(&t, NULL);
}

/* A source in trouble backs off, and would be waited for until the end. */
static void stop_on_failure(void)
{
    struct snapshot *s = snapshot_hub_latest(session.hub);

    for (uint32_t i = 0; s && i < snapshot_slots(s, ENTITY_SOURCE); i++) {
        const struct source_row *row = snapshot_row(s, ENTITY_SOURCE, i);
        if (row && row->consecutive_failures > 0)
            errx(1, "the source failed: %s", intern_raw(snapshot_strings(s), row->error));
    }
    snapshot_unref(s);
}

/* Until answer number n was sent, received and merged. */
static void wait_for(uint64_t n, double bytes_before)
{
    for (int ms = 0; server.times->answers < n; ms++) {
        if (ms % 1000 == 999)
            stop_on_failure();
        if (ms > WAIT_MS)
            errx(1, "no answer");
        pause_ms(1);
    }
    for (int ms = 0; received() < bytes_before + (double)server.times->bytes; ms++) {
        if (ms > WAIT_MS)
            errx(1, "the answer was not taken");
        ingest_flush(session.ingest);
        pause_ms(1);
    }
}

static void tell(int poll, struct spent was, bool table)
{
    struct spent is = spent_now();
    double mb = (double)server.times->bytes / 1e6, receive = is.receive - was.receive,
           merge = is.merge - was.merge;
    double wall = (double)(file_server_now() - server.times->asked_at) / 1e9;

    if (table)
        printf("%d\t%.1f\t%.0f\t%.0f\t%.3f\t%.3f\t%.3f", poll, mb, mb / receive,
               mb / (receive + merge), receive, merge, wall);
    else
        printf("poll %-3d %7.1f MB  %5.0f MB/s of its core, %5.0f with merging   receive %.3f"
               " merge %.3f wall %.3f s   MB resident, peak",
               poll, mb, mb / receive, mb / (receive + merge), receive, merge, wall);
    printf("\t%.1f\t%.1f\n", memory("VmRSS:"), memory("VmHWM:"));
    fflush(stdout);
}

/* ---- export ---- */

static enum rc count_bytes(void *arg, const void *data, size_t len, struct err *e)
{
    (void)data;
    (void)e;
    *(size_t *)arg += len;
    return RC_OK;
}

static void export_jobs(void)
{
    size_t bytes = 0;
    struct sink sink = {count_bytes, &bytes};
    struct export_options o = {.now = 1717600000000, .complete = true};
    struct snapshot *s = snapshot_hub_latest(session.hub);
    struct spent was = spent_now();

    o.entities[ENTITY_JOB] = true;
    if (export_find("ndjson")->write(s, &o, &sink, NULL) != RC_OK)
        errx(1, "the export failed");
    double cpu = spent_now().whole - was.whole;
    uint32_t jobs = snapshot_count(s, ENTITY_JOB);
    snapshot_unref(s);
    printf("export %u jobs as ndjson: %.1f MB in %.3f s of CPU; 500,000 jobs: %.2f s\n", jobs,
           (double)bytes / 1e6, cpu, jobs ? cpu / jobs * 500000 : 0);
}

/* ---- the whole ---- */

static void write_config(char path[], int port)
{
    int fd = mkstemp(path);
    FILE *f = fd >= 0 ? fdopen(fd, "w") : NULL;

    if (!f)
        err(2, "%s", path);
    fprintf(
        f,
        "centers:\n  - id: bench\n    sources:\n      - slurm: {url: \"http://127.0.0.1:%d\", insecure: \"true\","
        " prefer: rest, rest_limit: 64G, jobs_interval: 1s, nodes_interval: 10h, diag_interval: 10h,"
        " misc_interval: 10h}\n",
        port);
    fclose(f);
}

static void set_routes(const char *nodes, char **bodies)
{
    static char diag[512];
    struct stat st;
    double jobs = stat(bodies[0], &st) == 0 ? (double)st.st_size / 4000 : 0;

    /* The limit of the answer's size follows from what the controller counts. */
    snprintf(diag, sizeof(diag), META "\"statistics\":{\"jobs_pending\":%.0f,\"jobs_running\":1}}",
             jobs);
    server.prefix = "/slurm/v0.0.38/";
    server.routes[0] = (struct route){"jobs", {bodies[0], bodies[1]}, NULL};
    server.routes[1] = (struct route){"nodes", {nodes}, META "\"nodes\":[]}"};
    server.routes[2] = (struct route){
        "ping",
        {NULL},
        META
        "\"pings\":[{\"hostname\":\"ctl\",\"ping\":\"UP\",\"status\":0,\"mode\":\"primary\"}]}"};
    server.routes[3] = (struct route){"diag", {NULL}, diag};
    server.routes[4] = (struct route){"partitions", {NULL}, META "\"partitions\":[]}"};
    server.routes[5] = (struct route){"reservations", {NULL}, META "\"reservations\":[]}"};
    server.routes[6] = (struct route){"licenses", {NULL}, META "\"licenses\":[]}"};
}

static void polls(int count, bool table)
{
    struct spent was = spent_now();
    struct err e = {0};

    if (session_start_live(&session, NULL, &e) != RC_OK)
        errx(1, "%s", e.msg);
    wait_for(1, 0);
    tell(1, was, table);
    for (int i = 2; i <= count; i++) {
        /* No net_refresh: that means to read everything anew. */
        double before = received();
        was = spent_now();
        wait_for((uint64_t)i, before);
        tell(i, was, table);
    }
}

int main(int argc, char **argv)
{
    char config[] = "/tmp/bench_ingest.XXXXXX";
    const char *nodes = NULL;
    struct err e = {0};
    int option, count = 5;
    bool table = false;

    while ((option = getopt(argc, argv, "p:n:t")) != -1) {
        if (option == 'p')
            count = atoi(optarg);
        else if (option == 'n')
            nodes = optarg;
        else
            table = true;
    }
    if (optind >= argc)
        errx(2, "usage: bench_ingest [-p POLLS] [-t] [-n NODES.json] JOBS.json [CHANGED.json]");
    set_routes(nodes, argv + optind);
    file_server_start(&server);
    write_config(config, server.port);
    if (session_open(&session, config, 0, &e) != RC_OK)
        errx(2, "%s", e.msg);
    unlink(config);
    polls(count, table);
    export_jobs();
    session_close(&session);
    file_server_stop(&server);
    return 0;
}
