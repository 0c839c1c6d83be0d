/* SPDX-License-Identifier: MIT
 * test_collectors_options.c - every option of every collector reaches its effect: with it the collector asks for
 * something else, or at other times, than without it. An option without a line here fails the test. */
#include "tests/unit/collectors_bench.h"

enum { MINUTES = 15, ROUNDS = 2000 };

struct effect {
    const char *collector, *option, *value;
    const char *others[6]; /* what goes with it: name, value ... */
};

#define URL "url", "https://s:6820"
#define SSH "command", "ssh login01"

static const struct effect effects[] = {
    {"slurm", "url", "https://s:6820", {NULL}},
    {"slurm", "socket", "/run/slurmrestd.socket", {NULL}},
    {"slurm", "command", "ssh login01", {NULL}},
    {"slurm", "slurmrestd", "/opt/slurmrestd", {SSH}},
    {"slurm", "openapi", "openapi/v0.0.39", {SSH}},
    {"slurm", "prefer", "text", {URL, "command", "ssh login01"}},
    {"slurm", "nodes_interval", "77s", {URL}},
    {"slurm", "jobs_interval", "77s", {URL}},
    {"slurm", "diag_interval", "77s", {URL}},
    {"slurm", "misc_interval", "200s", {URL}},
    {"slurm", "accounting", "off", {SSH, "prefer", "text"}},
    {"slurm", "accounting_interval", "77s", {SSH, "prefer", "text"}},
    {"slurm", "accounting_window", "20m", {SSH, "prefer", "text"}},
    {"slurm", "rest_limit", "1k", {URL, "command", "ssh login01"}},
    {"slurm", "cluster", "c2", {SSH, "prefer", "text"}},
    {"slurm", "conf", "/etc/other.conf", {SSH, "prefer", "text"}},
    {"slurm", "bin_dir", "/opt/bin", {SSH, "prefer", "text"}},
    {"local", "interval", "77s", {NULL}},
};

/* Read by the I/O layer, and tested there (test_io_net, test_io_tls). */
static const char *const of_the_wire[] = {"ca_file", "insecure", "user", "token_file",
                                          "token_command"};

/* --- what a collector asks in a quarter of an hour of a cluster that answers --- */

static void add_words(struct buf *out, const char *const *words)
{
    for (; words && *words; words++)
        buf_addf(out, " %s", *words);
}

static void note(struct buf *out, const struct bench *b)
{
    const struct request *rq = b->rq;

    buf_addf(out, "%lld %d %s %s%s%s %s", (long long)b->now, (int)rq->via, rq->label,
             rq->base_url ? rq->base_url : "", rq->unix_socket ? rq->unix_socket : "",
             rq->path ? rq->path : "", rq->prefix ? rq->prefix : "");
    add_words(out, rq->argv);
    add_words(out, rq->env);
    buf_addc(out, '\n');
}

static void answer_rest(struct bench *b)
{
    const char *list = strrchr(b->rq->label, '/') + 1;
    char body[512];

    if (strstr(b->rq->path, "v0.0.38") == NULL) {
        bench_answer_text(b, 404,
                          "Unable find requested URL. Please view /openapi/v3 for API reference.");
        return;
    }
    if (strcmp(list, "diag") == 0)
        snprintf(
            body, sizeof body,
            "{\"meta\":{\"Slurm\":{\"release\":\"22.05.8\"}},\"errors\":[],"
            "\"statistics\":{\"jobs_pending\":100,\"jobs_running\":5,\"req_time\":1763370000}}");
    else
        snprintf(body, sizeof body,
                 "{\"meta\":{\"Slurm\":{\"release\":\"22.05.8\"}},\"errors\":[],\"%s\":[],"
                 "\"last_update\":1763370001}",
                 strcmp(list, "ping") == 0 ? "pings" : list);
    bench_answer_text(b, 200, body);
}

static void answer_command(struct bench *b)
{
    if (strcmp(b->rq->label, "scontrol show config") == 0)
        bench_answer_text(b, 0, "ClusterName = c2\nSLURM_VERSION = 22.05.8\n");
    else
        bench_answer_text(b, 0, "");
}

static void trace(const char *collector, const char *const *options, struct buf *out)
{
    struct bench b;

    bench_open(&b, collector, options);
    mono_ms end = b.now + MINUTES * 60000;
    for (int i = 0; i < ROUNDS && b.now < end; i++) {
        if (bench_plan(&b) == NULL) {
            b.now = b.next > b.now ? b.next : b.now + 1000;
            continue;
        }
        note(out, &b);
        if (b.rq->via == VIA_COMMAND)
            answer_command(&b);
        else
            answer_rest(&b);
        b.now += 100;
    }
    bench_close(&b);
}

static void check(const struct effect *e)
{
    const char *with[9] = {NULL}, *without[7] = {NULL};
    struct buf a, b;
    int n = 0;

    for (; n < 6 && e->others[n]; n++)
        with[n] = without[n] = e->others[n];
    with[n] = e->option;
    with[n + 1] = e->value;
    buf_init(&a, 4 << 20);
    buf_init(&b, 4 << 20);
    trace(e->collector, with, &a);
    trace(e->collector, without, &b);
    assert_true(a.len > 0);
    if (strcmp(a.data, b.data) == 0)
        fail_msg("%s: %s: %s changes nothing of\n%s", e->collector, e->option, e->value, a.data);
    buf_fini(&a);
    buf_fini(&b);
}

static bool is_of_the_wire(const char *option)
{
    for (size_t i = 0; i < ARRAY_LEN(of_the_wire); i++)
        if (strcmp(of_the_wire[i], option) == 0)
            return true;
    return false;
}

static const struct effect *effect_of(const char *collector, const char *option)
{
    for (size_t i = 0; i < ARRAY_LEN(effects); i++)
        if (strcmp(effects[i].collector, collector) == 0 && strcmp(effects[i].option, option) == 0)
            return &effects[i];
    fail_msg("option %s of %s has no line in this test", option, collector);
    return NULL;
}

static void test_every_option(void **state)
{
    static const char *const collectors[] = {"slurm", "local"};

    (void)state;
    for (size_t c = 0; c < ARRAY_LEN(collectors); c++) {
        const struct collector_ops *ops = collector_find(collectors[c]);
        for (size_t i = 0; i < ops->option_count; i++)
            if (!is_of_the_wire(ops->options[i].name))
                check(effect_of(collectors[c], ops->options[i].name));
    }
}

/* The interval is not only another one, it is the one that was asked for. */
static void test_an_interval_is_kept(void **state)
{
    static const char *const options[] = {URL, "diag_interval", "77s", NULL};
    struct buf out;
    int asked = 0;

    (void)state;
    buf_init(&out, 4 << 20);
    trace("slurm", options, &out);
    for (const char *at = out.data; (at = strstr(at, "GET /diag")) != NULL; at++)
        asked++;
    assert_in_range(asked, MINUTES * 60 / 77 - 3, MINUTES * 60 / 77 + 2);
    buf_fini(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_option),
        cmocka_unit_test(test_an_interval_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
