/* SPDX-License-Identifier: MIT
 * bench_json.c - what reading a Slurm answer costs, against cJSON on the whole body in the same
 * run.
 *
 * bench_json [-r ROUNDS] [-k scalar|sse2|avx2] [-m MODE]... FILE
 *
 * Modes: read (pieces of 16 KiB, elements, 24 wanted members decoded), split (elements only),
 * select (elements and the text of wanted members), whole (cJSON, one document, the peer), touch
 * (the file is read and nothing else). FILE is a body as slurmgen.py writes it; its largest array
 * is what is read. Prints median MB/s of CPU time, ns and bytes an element, and the growth of the
 * peak memory. All modes that decode anything print one sum over the values: read and whole must
 * agree. Under callgrind use -r 1 and one mode: its instructions divided by the bytes are the gate
 * that does not depend on the machine. */
#include "base/xmem.h"
#include "codec/json.h"
#include "codec/jsonscan.h"
#include "codec/jsonselect.h"
#include "codec/jsonstream.h"

#include <cjson/cJSON.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PIECE (16 * 1024)
#define ROUNDS_MAX 99

static const char *const wanted[] = {
    "job_id",       "name",        "user_name",     "account",
    "partition",    "qos",         "job_state",     "state_reason",
    "nodes",        "node_count",  "cpus",          "priority",
    "time_limit",   "submit_time", "eligible_time", "start_time",
    "end_time",     "restart_cnt", "preempt_time",  "tres_alloc_str",
    "tres_req_str", "gres_detail", "exit_code",     "array_task_string"};
#define WANTED ARRAY_LEN(wanted)

static const char *const arrays[] = {"jobs", "nodes", NULL};

struct run {
    struct json_reader *reader;
    struct jsonselect *select;
    uint64_t elements, sum;
};

struct mode {
    const char *name;
    void (*go)(const char *path, struct run *run);
};

static void die(const char *what)
{
    fprintf(stderr, "bench_json: %s\n", what);
    _exit(2);
}

/* --- one sum over the wanted values, the same whoever parsed them ---------------------------- */

static uint64_t mix(uint64_t h, uint64_t v)
{
    return (h ^ v) * 0x9e3779b97f4a7c15u;
}

/* Cheap on purpose: the benchmark is about reading, so not every byte is looked at again. */
static uint64_t sum_briefly(const struct json *const *values)
{
    uint64_t h = 0;
    double n;
    for (size_t i = 0; i < WANTED; i++) {
        const struct json *v = values[i];
        if (json_type(v) == JSON_STRING)
            h = mix(h, (unsigned char)json_str(v)[0]);
        else if (json_slurm_num(v, &n) == JSON_SET)
            h = mix(h, (uint64_t)n);
    }
    return h;
}

/* --- modes
 * --------------------------------------------------------------------------------------- */

static enum rc on_read(void *arg, const char *key, const char *text, size_t len)
{
    struct run *run = arg;
    const struct json *values[WANTED];
    (void)key;
    if (json_read(run->reader, text, len, values, NULL) != RC_OK)
        die("an element cannot be read");
    run->elements++;
    run->sum += sum_briefly(values);
    return RC_OK;
}

static enum rc on_select(void *arg, const char *key, const char *text, size_t len)
{
    struct run *run = arg;
    struct json_span spans[WANTED];
    (void)key;
    if (jsonselect_run(run->select, text, len, spans, NULL) != RC_OK)
        die("an element cannot be read");
    run->elements++;
    return RC_OK;
}

static enum rc on_split(void *arg, const char *key, const char *text, size_t len)
{
    struct run *run = arg;
    (void)key;
    (void)text;
    (void)len;
    run->elements++;
    return RC_OK;
}

static void stream(const char *path, struct run *run, const struct jsonstream_ops *ops)
{
    static char piece[PIECE];
    struct jsonstream *js = ops ? jsonstream_new(arrays, ops, run, NULL) : NULL;
    struct err e;
    ssize_t n;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        die("cannot open the file");
    while ((n = read(fd, piece, sizeof piece)) > 0)
        if (js && jsonstream_feed(js, piece, (size_t)n, &e) != RC_OK)
            die(e.msg);
    if (js && jsonstream_end(js, &e) != RC_OK)
        die(e.msg);
    close(fd);
    jsonstream_free(js);
}

static void go_read(const char *path, struct run *run)
{
    static const struct jsonstream_ops ops = {.element = on_read};
    run->reader = json_reader_new(wanted, WANTED);
    stream(path, run, &ops);
    json_reader_free(run->reader);
}

static void go_select(const char *path, struct run *run)
{
    static const struct jsonstream_ops ops = {.element = on_select};
    run->select = jsonselect_new(wanted, WANTED);
    stream(path, run, &ops);
    jsonselect_free(run->select);
}

static void go_split(const char *path, struct run *run)
{
    static const struct jsonstream_ops ops = {.element = on_split};
    stream(path, run, &ops);
}

static void go_touch(const char *path, struct run *run)
{
    stream(path, run, NULL);
}

/* The peer: the whole body in memory, one cJSON document, one pass over an element's members. */
static void pick(const cJSON *element, const struct json **values)
{
    memset(values, 0, WANTED * sizeof(*values));
    for (const cJSON *m = element->child; m; m = m->next)
        for (size_t i = 0; i < WANTED; i++)
            if (strcmp(m->string, wanted[i]) == 0)
                values[i] = (const struct json *)m; /* json.h's values are cJSON's nodes */
}

static char *slurp(const char *path, size_t *len)
{
    size_t cap = 1 << 20;
    ssize_t n;
    char *text = malloc(cap);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    *len = 0;
    if (fd < 0 || !text)
        die("cannot open the file");
    while ((n = read(fd, text + *len, PIECE)) > 0) {
        *len += (size_t)n;
        if (cap - *len < PIECE && !(text = realloc(text, cap *= 2)))
            die("out of memory");
    }
    close(fd);
    return text;
}

static void go_whole(const char *path, struct run *run)
{
    size_t len;
    char *text = slurp(path, &len);
    cJSON *root = cJSON_ParseWithLength(text, len), *list = NULL;
    for (const char *const *a = arrays; *a && !list; a++)
        list = cJSON_GetObjectItemCaseSensitive(root, *a);
    if (!list)
        die("the file is not a list");
    for (const cJSON *element = list->child; element; element = element->next) {
        const struct json *values[WANTED];
        pick(element, values);
        run->elements++;
        run->sum += sum_briefly(values);
    }
    cJSON_Delete(root);
    free(text);
}

static const struct mode modes[] = {{"touch", go_touch},
                                    {"split", go_split},
                                    {"select", go_select},
                                    {"read", go_read},
                                    {"whole", go_whole}};

/* --- measuring, each mode in a process of its own: memory one took is not the next one's ----- */

struct result {
    double seconds;
    long peak_kib;
    uint64_t elements, sum;
};

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t); /* others run beside us */
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static struct result measure_here(const struct mode *m, const char *path)
{
    struct run run = {0};
    struct rusage before, after;
    getrusage(RUSAGE_SELF, &before);
    double start = now();
    m->go(path, &run);
    double end = now();
    getrusage(RUSAGE_SELF, &after);
    return (struct result){end - start, after.ru_maxrss - before.ru_maxrss, run.elements, run.sum};
}

static struct result measure(const struct mode *m, const char *path)
{
    struct result r = {0};
    int fd[2];
    if (pipe(fd) != 0)
        die("no pipe");
    pid_t child = fork();
    if (child == 0) {
        r = measure_here(m, path);
        _exit(write(fd[1], &r, sizeof r) == sizeof r ? 0 : 2);
    }
    close(fd[1]);
    if (child < 0 || read(fd[0], &r, sizeof r) != sizeof r)
        die("a measurement failed");
    close(fd[0]);
    waitpid(child, NULL, 0);
    return r;
}

static int by_time(const void *a, const void *b)
{
    double x = ((const struct result *)a)->seconds, y = ((const struct result *)b)->seconds;
    return (x > y) - (x < y);
}

static void report(const struct mode *m, struct result *r, size_t rounds, double bytes)
{
    qsort(r, rounds, sizeof *r, by_time);
    const struct result *mid = &r[rounds / 2];
    double n = mid->elements ? (double)mid->elements : 1;
    printf("%-7s %8.1f MB/s  %8.0f ns/element  %8.0f bytes/element  %8ld KiB peak  sum %016llx\n",
           m->name, bytes / mid->seconds / 1e6, mid->seconds * 1e9 / n, bytes / n, mid->peak_kib,
           (unsigned long long)mid->sum);
}

static bool chosen(const struct mode *m, char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], m->name) == 0)
            return true;
    return count == 0;
}

static void choose_kernel(const char *name)
{
    static const char *const names[JSONSCAN_COUNT] = {"scalar", "sse2", "avx2"};
    for (int k = 0; k < JSONSCAN_COUNT; k++)
        if (strcmp(names[k], name) == 0 && jsonscan_use((enum jsonscan_kernel)k))
            return;
    die("no such kernel here");
}

int main(int argc, char **argv)
{
    static struct result results[ARRAY_LEN(modes)][ROUNDS_MAX];
    char *names[ARRAY_LEN(modes)];
    size_t rounds = 3, count = 0;
    struct stat st;
    int o;
    while ((o = getopt(argc, argv, "r:m:k:")) != -1) {
        if (o == 'r')
            rounds = strtoul(optarg, NULL, 10);
        else if (o == 'k')
            choose_kernel(optarg);
        else if (o == 'm' && count < ARRAY_LEN(names))
            names[count++] = optarg;
        else
            die("usage: bench_json [-r ROUNDS] [-k scalar|sse2|avx2] [-m MODE]... FILE");
    }
    if (optind + 1 != argc || stat(argv[optind], &st) != 0 || rounds < 1 || rounds > ROUNDS_MAX)
        die("one file and 1 to 99 rounds, please");
    for (size_t i = 0; i < rounds; i++)
        for (size_t m = 0; m < ARRAY_LEN(modes); m++)
            if (chosen(&modes[m], names, count))
                results[m][i] = rounds * count == 1 ? measure_here(&modes[m], argv[optind])
                                                    : measure(&modes[m], argv[optind]);
    printf("%lld bytes, median of %zu\n", (long long)st.st_size, rounds);
    for (size_t m = 0; m < ARRAY_LEN(modes); m++)
        if (chosen(&modes[m], names, count))
            report(&modes[m], results[m], rounds, (double)st.st_size);
    return 0;
}
