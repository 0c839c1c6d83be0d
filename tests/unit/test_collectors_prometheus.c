/* SPDX-License-Identifier: MIT
 * test_collectors_prometheus.c - the collector of Prometheus servers: what it asks and how often, what it makes of answers,
 * and that the shipped rules are those that it knows. Answers under tests/fixtures/prometheus were given by real servers to
 * tests/prometheus/real.py. */
#include "collectors/prometheus/aggregates.h"
#include "collectors/prometheus/prom.h"
#include "collectors/prometheus/promql.h"
#include "tests/unit/collectors_bench.h"

static const char *const url[] = {"url", "http://127.0.0.1:9090", NULL};

#define OK_VECTOR(samples)                                                                         \
    "{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[" samples "]}}"
#define SAMPLE(labels, value) "{\"metric\":{" labels "},\"value\":[1795361743.5,\"" value "\"]}"
#define NONE OK_VECTOR("")
#define NO_ALERTS "{\"status\":\"success\",\"data\":{\"alerts\":[]}}"
#define HELLO                                                                                      \
    "{\"status\":\"success\",\"data\":{\"version\":\"2.42.0\",\"revision\":\"x\",\"goVersion\":\"go1.19\"}}"

/* The body of a form, decoded. */
static char *decoded(const char *body)
{
    char *out = xmalloc(strlen(body) + 1), *to = out;

    for (; *body != '\0'; body++) {
        unsigned c = (unsigned char)*body;
        if (c == '%' && sscanf(body + 1, "%2x", &c) == 1)
            body += 2;
        *to++ = (char)c;
    }
    *to = '\0';
    return out;
}

static bool asks(const struct request *rq, const char *text)
{
    char *body = decoded(rq->body != NULL ? rq->body : "");
    bool found = strstr(body, text) != NULL;

    free(body);
    return found;
}

static void answer(struct bench *b, int status, const char *text)
{
    b->reply.status = status;
    bench_answer_text(b, status, text);
}

static void expect_part(struct bench *b, enum part part)
{
    const struct request *rq = bench_plan(b);

    assert_non_null(rq);
    assert_int_equal(rq->what, part);
}

#define COUNTS(nodes, devices)                                                                     \
    SAMPLE("\"suantop\":\"nodes\"", nodes) "," SAMPLE("\"suantop\":\"devices\"", devices)
#define RECORDED(devices)                                                                          \
    SAMPLE("\"__name__\":\"center:gpus:count\",\"model\":\"A\",\"state\":\"reporting\"", devices)

/* VictoriaMetrics takes no longer query. */
static bool is_short_enough(const struct request *rq)
{
    char *body = decoded(rq->body);
    bool good = strlen(body) < 16384;

    free(body);
    return good;
}

/* Up to the first answer about sums. */
static void begin(struct bench *b, const char *const *options, const char *sums)
{
    bench_open(b, "prometheus", options);
    expect_part(b, PART_HELLO);
    answer(b, 200, HELLO);
    assert_int_equal(b->rc, RC_OK);
    expect_part(b, PART_AGGREGATES);
    answer(b, 200, sums);
    assert_int_equal(b->rc, RC_OK);
}

/* ---- the shipped rules ---- */

static void add_constant(struct buf *out, const char *record, const char *model, double value)
{
    (void)buf_addf(
        out,
        "      - record: suantop:%s\n        expr: vector(%.0f)\n        labels: {model: \"%s\"}\n",
        record, value, model);
}

static void add_constants(struct buf *out)
{
#define AGGREGATE(record, state, precision, provenance, field, scale, live, expr)
#define MODEL(name, per_clock, peak)                                                               \
    add_constant(out, "fp16_flop_per_clock", name, (per_clock));                                   \
    add_constant(out, "fp16_peak_flops", name, (peak));
#include "collectors/prometheus/aggregates.def"
#undef MODEL
#undef AGGREGATE
}

static void add_labels(struct buf *out, const struct aggregate_info *a)
{
    const struct field *fields = entity_info(ENTITY_AGGREGATE)->fields;

    if (a->state != NULL)
        (void)buf_addf(out, "        labels: {state: \"%s\"}\n", a->state);
    if (a->precision != precision_NONE)
        (void)buf_addf(out, "        labels: {precision: \"%s\", provenance: \"%s\"}\n",
                       fields[FIELD_aggregate_precision].words[a->precision],
                       fields[FIELD_aggregate_provenance].words[a->provenance]);
}

static void write_rules(struct buf *out)
{
    (void)buf_adds(
        out,
        "# SPDX-License-Identifier: MIT\n"
        "# Sums over all devices of a center, made where the series are, so that nobody fetches those of a fleet.\n"
        "# For the Prometheus (or vmalert) of one center: see docs/prometheus.md. Do not edit: it is written from\n"
        "# collectors/prometheus/aggregates.def, and suantop asks for these names.\n"
        "groups:\n"
        "  - name: suantop-models\n"
        "    interval: 1m\n"
        "    rules:\n");
    add_constants(out);
    (void)buf_adds(out, "  - name: suantop-center\n"
                        "    interval: 30s\n"
                        "    rules:\n");
    for (const struct aggregate_info *a = prom_aggregates; a->record != NULL; a++) {
        (void)buf_addf(out, "      - record: center:%s\n        expr: '", a->record);
        promql_expand(out, a->expr, "", "center:");
        (void)buf_adds(out, "'\n");
        add_labels(out, a);
    }
}

static void test_the_shipped_rules_are_ours(void **state)
{
    char path[1024];
    struct buf wanted;
    size_t len = 0;

    (void)state;
    buf_init(&wanted, 1 << 20);
    write_rules(&wanted);
    snprintf(path, sizeof path, "%s/../../dist/suantop.rules.yaml", UNIT_FIXTURES);
    FILE *f = fopen(path, getenv("GENERATE") != NULL ? "w+b" : "rb");
    assert_non_null(f);
    if (getenv("GENERATE") != NULL) {
        assert_int_equal(fwrite(wanted.data, 1, wanted.len, f), wanted.len);
        rewind(f);
    }
    char *found = xcalloc(1, wanted.len + 2);
    len = fread(found, 1, wanted.len + 1, f);
    fclose(f);
    assert_int_equal(len, wanted.len);
    assert_string_equal(found, wanted.data);
    free(found);
    buf_fini(&wanted);
}

/* ---- texts of PromQL ---- */

static void expect_literal(const char *raw, const char *literal)
{
    struct buf b;

    buf_init(&b, 4096);
    promql_string(&b, raw);
    assert_string_equal(b.data, literal);
    buf_fini(&b);
}

static void test_strings(void **state)
{
    struct buf b;

    (void)state;
    expect_literal("cn7", "\"cn7\"");
    expect_literal("a\"b", "\"a\\\"b\"");
    expect_literal("a\\", "\"a\\\\\"");
    expect_literal("a\nb\r\t\x01\x7f", "\"a\\x0ab\\x0d\\x09\\x01\\x7f\"");
    expect_literal("\"} or up{x=\"", "\"\\\"} or up{x=\\\"\"");
    expect_literal("\xe8\x8a\x82", "\"\xe8\x8a\x82\"");
    buf_init(&b, 4096);
    promql_literal(&b, "a.b|c\"\\{}\n(x)");
    assert_string_equal(b.data, "a\\\\.b\\\\|c\\\"\\\\\\\\\\\\{\\\\}\\x0a\\\\(x\\\\)");
    buf_fini(&b);
}

static void test_matchers_of_the_site(void **state)
{
    static const char *const good[] = {"a=\"b\"", "center=\"zb\",x=~\"a|b\"",
                                       " a != 'b' , c!~\"d\"", "a=\"\\\"}\""};
    static const char *const bad[] = {"a",         "a=b",      "a=\"b\"}",        "a=\"b",
                                      "{a=\"b\"}", "a=\"b\",", "a=\"b\" or up",   "1a=\"b\"",
                                      "a=\"b\\",   "a==\"b\"", "a=\"b\" c=\"d\"", ""};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(good); i++)
        assert_true(promql_is_matchers(good[i]));
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_false(promql_is_matchers(bad[i]));
}

static void expect_refused(const char *const *options, const char *where)
{
    const struct collector_ops *ops = collector_find("prometheus");
    const char *values[64];
    struct err e = {RC_OK};
    void *own = NULL;

    for (size_t i = 0; i < ops->option_count; i++) {
        values[i] = ops->options[i].fallback;
        for (const char *const *o = options; *o != NULL; o += 2)
            if (strcmp(o[0], ops->options[i].name) == 0)
                values[i] = o[1];
    }
    struct source_conf conf = {
        .id = "c/p", .options = ops->options, .option_count = ops->option_count, .values = values};
    assert_int_equal(ops->open(&conf, 1, &own, &e), RC_USAGE);
    assert_string_equal(e.where, where);
}

static void test_wrong_options(void **state)
{
    (void)state;
    expect_refused((const char *const[]){NULL}, "prometheus");
    expect_refused((const char *const[]){"url", "x", "match", "a=\"b\"}) or up", NULL}, "match");
    expect_refused((const char *const[]){"url", "x", "rules", "a{", NULL}, "rules");
    expect_refused((const char *const[]){"url", "x", "node_label", "a b", NULL}, "node_label");
    expect_refused((const char *const[]){"url", "x", "map", "device.temperature_celsius", NULL},
                   "map");
    expect_refused((const char *const[]){"url", "x", "map", "device.model = x", NULL}, "map");
    expect_refused((const char *const[]){"url", "x", "map", "device.flops = x", NULL}, "map");
    expect_refused((const char *const[]){"url", "x", "map", "node.load = ", NULL}, "map");
}

/* ---- what is asked, and when ---- */

static void test_one_round(void **state)
{
    struct bench b;

    (void)state;
    bench_open(&b, "prometheus", url);
    expect_part(&b, PART_HELLO);
    assert_string_equal(b.rq->path, "/api/v1/status/buildinfo");
    answer(&b, 200, HELLO);
    assert_true(bench_says(&b, "via=Prometheus"));
    assert_true(bench_says(&b, "version=2.42.0"));
    expect_part(&b, PART_AGGREGATES);
    assert_string_equal(b.rq->method, "POST");
    assert_true(b.rq->form);
    assert_true(asks(b.rq, "center:(gpus:count|"));
    assert_true(asks(b.rq, "&latency_offset=1ms&nocache=1"));
    assert_true(b.rq->lists[ENTITY_AGGREGATE]);
    answer(&b, 200, OK_VECTOR(COUNTS("2", "3") "," RECORDED("3")));
    assert_int_equal(b.end, POLL_GOOD);
    assert_true(bench_says(&b, "aggregate"));
    expect_part(&b, PART_NODES);
    assert_true(asks(b.rq, "max by (__name__, Hostname, hostname, node,"));
    assert_true(asks(b.rq, "node_load1"));
    assert_false(asks(b.rq, "DCGM_FI"));
    answer(&b, 200, NONE);
    expect_part(&b, PART_DEVICES);
    assert_true(asks(b.rq, "DCGM_FI_DEV_GPU_TEMP|"));
    answer(&b, 200, NONE);
    expect_part(&b, PART_ALERTS);
    assert_string_equal(b.rq->path, "/api/v1/alerts");
    answer(&b, 200, NO_ALERTS);
    assert_null(bench_plan(&b));
    assert_true(b.next > b.now + 25000 && b.next <= b.now + 30000);
    bench_close(&b);
}

static void test_prefix_and_matchers_are_in_every_query(void **state)
{
    static const char *const options[] = {
        "url",   "http://127.0.0.1", "path_prefix", "select/0/prometheus/",
        "match", "center=\"zb\"",    "rules",       "site:",
        NULL};
    struct bench b;

    (void)state;
    bench_open(&b, "prometheus", options);
    expect_part(&b, PART_HELLO);
    assert_string_equal(b.rq->path, "/select/0/prometheus/api/v1/status/buildinfo");
    answer(&b, 200, HELLO);
    for (int i = 0; i < 3; i++) {
        const struct request *rq = bench_plan(&b);
        assert_string_equal(rq->path, "/select/0/prometheus/api/v1/query");
        assert_true(asks(rq, "center=\"zb\"}"));
        assert_true(is_short_enough(rq));
        char *body = decoded(rq->body);
        size_t selectors = 0, matched = 0;
        for (const char *p = body; (p = strchr(p, '{')) != NULL; p++)
            selectors++;
        for (const char *p = body; (p = strstr(p, "center=\"zb\"}")) != NULL; p++)
            matched++;
        assert_int_equal(selectors, matched);
        if (i == 0)
            assert_true(strstr(body, "site:(gpus:count|") != NULL);
        free(body);
        answer(&b, 200,
               i == 0 ? OK_VECTOR(COUNTS("2", "3") "," SAMPLE(
                            "\"__name__\":\"site:gpus:count\",\"state\":\"reporting\"", "3"))
                      : NONE);
    }
    bench_close(&b);
}

static void test_missing_rules(void **state)
{
    struct bench b;

    (void)state;
    begin(&b, url, OK_VECTOR(COUNTS("2", "3")));
    assert_int_equal(b.end, POLL_BAD); /* sums of another answer are not gone for that */
    expect_part(&b, PART_AGGREGATES);
    assert_int_equal(b.rq->tag, TAG_LIVE);
    assert_true(asks(b.rq, "count by (model) (max by (model, dev)"));
    assert_false(asks(b.rq, " offset "));
    assert_true(is_short_enough(b.rq));
    answer(&b, 200,
           OK_VECTOR(COUNTS("2", "3") "," SAMPLE("\"suantop\":\"a0\",\"model\":\"A\"", "3")));
    assert_true(bench_says(&b, "recording rules are missing"));
    assert_true(bench_says(&b, "devices=3"));
    bench_close(&b);
}

#define ONE_DEVICE                                                                                                 \
    SAMPLE(                                                                                                        \
        "\"__name__\":\"DCGM_FI_DEV_GPU_TEMP\",\"Hostname\":\"cn7\",\"instance\":\"10.0.0.7:9400\",\"gpu\":\"1\"", \
        "61")
/* A fleet is never fetched singly: sums alone, and one node when somebody looks at it. */
static void test_a_large_center(void **state)
{
    struct bench b;

    (void)state;
    begin(&b, url, OK_VECTOR(COUNTS("30000", "200000") "," RECORDED("200000")));
    expect_part(&b, PART_ALERTS);
    answer(&b, 200, NO_ALERTS);
    assert_null(bench_plan(&b));
    b.ops->focus(b.state, NULL, b.now, b.now + 30000);
    assert_null(bench_plan(&b));
    b.ops->focus(b.state, "cn\"7{}", b.now, b.now + 30000);
    expect_part(&b, PART_FOCUS);
    assert_int_equal(b.rq->tag, TAG_SEARCH);
    assert_true(asks(b.rq, "Hostname=~\"cn\\\"7\\\\{\\\\}([.].*)?\""));
    answer(&b, 200, NONE); /* nobody knows it */
    assert_null(bench_plan(&b));
    b.ops->focus(b.state, "cn7", b.now, b.now + 30000);
    b.now += 2000;
    expect_part(&b, PART_FOCUS);
    assert_int_equal(b.rq->tag, TAG_SEARCH);
    assert_true(is_short_enough(b.rq));
    answer(&b, 200, OK_VECTOR(ONE_DEVICE));
    assert_true(bench_says(&b, "temperature_celsius=61"));
    expect_part(&b, PART_FOCUS); /* it is scraped there: now the whole */
    assert_int_equal(b.rq->tag, 0);
    assert_true(asks(b.rq, "instance=~\"[[]?(10\\\\.0\\\\.0\\\\.7)[]]?(:[0-9]+)?\"}"));
    assert_true(asks(b.rq, "DCGM_FI_DEV_SM_CLOCK"));
    assert_true(is_short_enough(b.rq));
    answer(&b, 200, OK_VECTOR(ONE_DEVICE));
    assert_true(bench_says(&b, "temperature_celsius=61"));
    assert_null(bench_plan(&b));
    bench_close(&b);
}

/* Said every second while somebody looks: still few requests. */
static void test_looking_is_polite(void **state)
{
    struct bench b;
    unsigned asked[PARTS] = {0};

    (void)state;
    begin(&b, url, OK_VECTOR(COUNTS("1000", "2000") "," RECORDED("2000")));
    for (mono_ms start = b.now; b.now < start + 30000; b.now += 1000) {
        b.ops->focus(b.state, "cn7", b.now, b.now + 30000);
        while (bench_plan(&b) != NULL) {
            asked[b.rq->what]++;
            answer(&b, 200,
                   b.rq->what == PART_ALERTS ? NO_ALERTS
                   : b.rq->what == PART_AGGREGATES
                       ? OK_VECTOR(COUNTS("1000", "2000") "," RECORDED("2000"))
                       : NONE);
        }
    }
    assert_in_range(asked[PART_NODES], 2, 4);
    assert_in_range(asked[PART_DEVICES], 2, 4); /* 2000 <= 4 * 500 while it is looked at */
    assert_int_equal(asked[PART_FOCUS], 0);
    assert_in_range(asked[PART_AGGREGATES] + asked[PART_ALERTS], 1, 4);
    bench_close(&b);
}

/* ---- what comes of answers ---- */

#define DCGM(name, value)                                                                                       \
    SAMPLE(                                                                                                     \
        "\"__name__\":\"" name                                                                                  \
        "\",\"Hostname\":\"cn7.example.org\",\"instance\":\"10.0.0.7:9400\",\"gpu\":\"0\",\"modelName\":\"A\"", \
        value)

static void to_devices(struct bench *b, const char *const *options)
{
    begin(b, options, OK_VECTOR(COUNTS("1", "2") "," RECORDED("2")));
    expect_part(b, PART_NODES);
    answer(b, 200, NONE);
    expect_part(b, PART_DEVICES);
}

static void next_devices(struct bench *b)
{
    b->now += 30000;
    while (bench_plan(b)->what != PART_DEVICES)
        answer(b, 200,
               b->rq->what == PART_ALERTS       ? NO_ALERTS
               : b->rq->what == PART_AGGREGATES ? OK_VECTOR(COUNTS("1", "2") "," RECORDED("2"))
                                                : NONE);
}

static void test_values_that_are_none(void **state)
{
    struct bench b;

    (void)state;
    to_devices(&b, url);
    answer(
        &b, 200,
        OK_VECTOR(DCGM("DCGM_FI_DEV_GPU_TEMP", "61") "," DCGM("DCGM_FI_DEV_MEMORY_TEMP", "0") "," DCGM("DCGM_FI_DEV_POWER_USAGE", "NaN") "," DCGM(
            "DCGM_FI_DEV_SM_CLOCK",
            "9223372036854775794") "," DCGM("DCGM_FI_DEV_GPU_UTIL",
                                            "+Inf") "," DCGM("DCGM_FI_PROF_PIPE_TENSOR_ACTIVE",
                                                             "0.5") "," DCGM("DCGM_FI_DEV_FB_USED",
                                                                             "2147483632") "," DCGM("DCGM_FI_DEV_XID_ERRORS",
                                                                                                    "0") ","
                                                                                                         "{\"metric\":{\"__name__\":\"up\"}}," DCGM(
                                                                                                             "DCGM_FI_DEV_ECC_DBE_VOL_TOTAL",
                                                                                                             "12x")));
    assert_int_equal(b.rc, RC_OK);
    assert_int_equal(b.bad, 1);
    assert_true(bench_says(&b, "temperature_celsius=61"));
    assert_true(bench_says(&b, "tensor_utilization_percent=50"));
    assert_true(bench_says(&b, "vendor=NVIDIA"));
    assert_false(bench_says(&b, "memory_temperature_celsius"));
    assert_false(bench_says(&b, "power_watts"));
    assert_false(bench_says(&b, "clock_hertz"));
    assert_false(bench_says(&b, "utilization_percent=100"));
    assert_false(bench_says(&b, "memory_used"));
    assert_false(bench_says(&b, "xid_last"));
    assert_false(bench_says(&b, "ecc"));
    assert_false(bench_says(&b, "example.org"));
    bench_close(&b);
}

static void test_what_is_not_told_any_more_is_taken_back(void **state)
{
    struct bench b;

    (void)state;
    to_devices(&b, url);
    answer(
        &b, 200,
        OK_VECTOR(DCGM("DCGM_FI_DEV_GPU_TEMP", "61") "," DCGM("DCGM_FI_DEV_POWER_USAGE", "300")));
    next_devices(&b);
    answer(&b, 200, OK_VECTOR(DCGM("DCGM_FI_DEV_GPU_TEMP", "62")));
    assert_int_equal(b.end, POLL_GOOD);
    assert_true(bench_says(&b, "temperature_celsius=62"));
    assert_true(bench_says(&b, "power_watts=?"));
    bench_close(&b);
}

/* A target that is down took its devices along: nobody knows, so they stay. */
static void test_a_target_that_is_down_removes_nothing(void **state)
{
    struct bench b;

    (void)state;
    to_devices(&b, url);
    answer(&b, 200, OK_VECTOR(DCGM("DCGM_FI_DEV_GPU_TEMP", "61")));
    next_devices(&b);
    answer(&b, 200, OK_VECTOR(SAMPLE("\"instance\":\"10.0.0.7:9400\",\"suantop\":\"d0\"", "0")));
    assert_true(bench_says(&b, "1 whose target is down"));
    assert_false(bench_says(&b, "remove"));
    next_devices(&b);
    answer(&b, 200, NONE); /* the target is gone from the configuration, and with it the device */
    assert_true(bench_says(&b, "remove device"));
    next_devices(&b);
    answer(&b, 200, NONE);
    assert_false(bench_says(&b, "remove"));
    bench_close(&b);
}

/* One of two devices of a page that came is gone. */
static void test_a_device_that_is_gone_is_removed(void **state)
{
#define SECOND                                                                                                                 \
    SAMPLE(                                                                                                                    \
        "\"__name__\":\"DCGM_FI_DEV_GPU_TEMP\",\"Hostname\":\"cn7.example.org\",\"instance\":\"10.0.0.7:9400\",\"gpu\":\"1\"", \
        "62")
    struct bench b;

    (void)state;
    to_devices(&b, url);
    answer(&b, 200, OK_VECTOR(DCGM("DCGM_FI_DEV_GPU_TEMP", "61") "," SECOND));
    next_devices(&b);
    answer(&b, 200, OK_VECTOR(DCGM("DCGM_FI_DEV_GPU_TEMP", "61")));
    assert_true(bench_says(&b, "remove device \"cn7\\x001\""));
    bench_close(&b);
}

static void test_a_partial_answer_is_shown_and_removes_nothing(void **state)
{
    static const char *const answers[] = {
        "{\"status\":\"success\",\"warnings\":[\"store 3 is unavailable\"],\"data\":{\"resultType\":\"vector\",\"result\":[" DCGM(
            "DCGM_FI_DEV_GPU_TEMP", "61") "]}}",
        "{\"status\":\"success\",\"isPartial\":true,\"data\":{\"resultType\":\"vector\",\"result\":[" DCGM(
            "DCGM_FI_DEV_GPU_TEMP", "61") "]}}"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(answers); i++) {
        struct bench b;
        to_devices(&b, url);
        answer(&b, 200, answers[i]);
        assert_int_equal(b.rc, RC_OK);
        assert_true(bench_says(&b, "temperature_celsius=61"));
        assert_true(bench_says(&b, "partial answer"));
        next_devices(&b);
        answer(
            &b, 200,
            "{\"status\":\"success\",\"warnings\":[\"again\"],\"data\":{\"resultType\":\"vector\",\"result\":[]}}");
        assert_false(bench_says(&b, "remove"));
        bench_close(&b);
    }
}

/* Samples with times of their own stay for five minutes after their exporter is gone. */
static void test_old_samples_are_no_news(void **state)
{
#define NPU(n, id) "\"instance\":\"10.0.0." n ":8082\",\"id\":\"" id "\""
#define NPU_TEMPERATURE(n, id, value)                                                              \
    SAMPLE("\"__name__\":\"npu_chip_info_temperature\"," NPU(n, id), value)
    struct bench b;

    (void)state;
    to_devices(&b, url);
    answer(
        &b, 200,
        OK_VECTOR(NPU_TEMPERATURE("8", "0", "41") "," SAMPLE(
            "\"suantop\":\"s0\"," NPU("8", "0"),
            "1795361740") "," NPU_TEMPERATURE("9", "0",
                                              "42") "," SAMPLE("\"suantop\":\"s0\"," NPU("9", "0"),
                                                               "1795361500")));
    assert_true(bench_says(&b, "temperature_celsius=41"));
    assert_false(bench_says(&b, "temperature_celsius=42"));
    assert_true(bench_says(&b, "1 with old samples only"));
    bench_close(&b);
}

static void test_an_address_is_named_by_another_series(void **state)
{
    struct bench b;

    (void)state;
    begin(&b, url, OK_VECTOR(COUNTS("1", "0")));
    expect_part(&b, PART_NODES);
    answer(
        &b, 200,
        OK_VECTOR(SAMPLE("\"__name__\":\"node_load1\",\"instance\":\"10.0.0.7:9100\"", "1.5") "," SAMPLE(
            "\"__name__\":\"node_uname_info\",\"instance\":\"10.0.0.7:9100\",\"nodename\":\"cn7\",\"sysname\":\"Linux\",\"release\":\"6.1\"",
            "1") "," SAMPLE("\"__name__\":\"node_load1\",\"instance\":\"[fe80::1]:9100\"",
                            "2") "," SAMPLE("\"__name__\":\"node_load1\",\"instance\":\"cn9.x.org:9100\",\"node\":\"n9\"",
                                            "3")));
    assert_true(bench_says(&b, "node cn7 "));
    assert_true(bench_says(&b, "load=1.5"));
    assert_true(bench_says(&b, "node fe80::1 "));
    assert_true(bench_says(&b, "node n9 "));
    assert_false(bench_says(&b, "10.0.0.7"));
    bench_close(&b);
}

static void test_mapped_figures(void **state)
{
    static const char *const options[] = {
        "url",
        "http://127.0.0.1",
        "match",
        "center=\"zb\"",
        "map",
        " device.temperature_celsius = max by (node, gpu) (site_temp{_}) ; node.power_watts = "
        "site_watts{x=\"y;\",_} / 10\n;",
        NULL};
    struct bench b;

    (void)state;
    to_devices(&b, options);
    assert_true(asks(b.rq, "(max by (node, gpu) (site_temp{center=\"zb\"})), \"suantop\", \"m0\""));
    assert_false(asks(b.rq, "site_watts"));
    answer(&b, 200,
           OK_VECTOR(DCGM("DCGM_FI_DEV_GPU_TEMP", "61") "," SAMPLE(
               "\"suantop\":\"m0\",\"Hostname\":\"cn7.example.org\",\"gpu\":\"0\"", "70")));
    assert_true(bench_says(&b, "temperature_celsius=70"));
    bench_close(&b);
}

static void test_more_than_values(void **state)
{
#define OURS(name, labels, value)                                                                  \
    SAMPLE("\"__name__\":\"" name "\",\"instance\":\"cn1:19400\",\"gpu\":\"0000:41:00.0\"" labels, \
           value)
    struct bench b;

    (void)state;
    to_devices(&b, url);
    answer(
        &b, 200,
        OK_VECTOR(OURS("suantop_gpu_info", ",\"index\":\"4\",\"uuid\":\"GPU-x\",\"model\":\"B\",\"vendor\":\"NVIDIA\"", "1") "," OURS(
            "suantop_gpu_throttled", ",\"reason\":\"hw_thermal\"",
            "1") "," OURS("suantop_gpu_throttled", ",\"reason\":\"sw_power\"",
                          "0") "," OURS("suantop_gpu_xid_last_timestamp_seconds", ",\"xid\":\"31\"",
                                        "1795361000") "," OURS("suantop_gpu_xid_last_timestamp_seconds",
                                                               ",\"xid\":\"79\"",
                                                               "1795361700") "," OURS("suantop_gpu_xid_errors_total",
                                                                                      ",\"xid\":\"31\"",
                                                                                      "3") "," OURS("suantop_gpu_xid_errors_total",
                                                                                                    ",\"xid\":\"79\"",
                                                                                                    "1") "," OURS("suantop_gpu_job_info",
                                                                                                                  ",\"exported_job\":\"14\",\"user\":\"anna\"",
                                                                                                                  "1") "," OURS("suantop_gpu_up",
                                                                                                                                "",
                                                                                                                                "0")));
    assert_true(bench_says(&b, "throttle=hw_thermal"));
    assert_true(bench_says(&b, "xid_last=79"));
    assert_true(bench_says(&b, "xid_count=4"));
    assert_true(bench_says(&b, "job=14"));
    assert_true(bench_says(&b, "user=anna"));
    assert_true(bench_says(&b, "health=lost"));
    assert_true(bench_says(&b, "pci=0000:41:00.0"));
    bench_close(&b);
}

/* ---- what servers refuse ---- */

static void test_errors_in_words(void **state)
{
    static const struct {
        int status;
        const char *body, *words;
        enum rc rc;
    } cases[] = {
        {503, "{\"status\":\"error\",\"errorType\":\"timeout\",\"error\":\"query timed out\"}",
         "HTTP status 503: timeout: query timed out", RC_HTTP},
        {422, "{\"status\":\"error\",\"errorType\":\"422\",\"error\":\"cannot parse\"}",
         "HTTP status 422: cannot parse", RC_HTTP},
        {200, "<!DOCTYPE html><html><title>Sign in</title>",
         "a web page (HTML) came instead of JSON, HTTP status 200: a login page?", RC_SYNTAX},
        {404, "404 page not found", "HTTP status 404: no API of Prometheus at this address",
         RC_HTTP},
        {401, "Unauthorized", "HTTP status 401: the server does not accept us without a token",
         RC_AUTH},
        {200, "{\"data\":{}}", "the answer is no answer of Prometheus", RC_SCHEMA},
        {502, "Bad Gateway", "HTTP status 502", RC_HTTP},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct bench b;
        bench_open(&b, "prometheus", url);
        expect_part(&b, PART_HELLO);
        answer(&b, 200, HELLO);
        expect_part(&b, PART_AGGREGATES);
        answer(&b, cases[i].status, cases[i].body);
        assert_int_equal(b.rc, cases[i].rc);
        assert_string_equal(b.err.msg, cases[i].words);
        assert_int_equal(b.end, POLL_BAD);
        bench_close(&b);
    }
}

/* Of a server that never answered nothing is known, not even that it has no figures. */
static void test_silence_says_nothing(void **state)
{
    struct bench b;

    (void)state;
    bench_open(&b, "prometheus", url);
    expect_part(&b, PART_HELLO);
    answer(&b, 502, "Bad Gateway");
    assert_false(bench_says(&b, "no figures"));
    bench_close(&b);
    bench_open(&b, "prometheus", url);
    expect_part(&b, PART_HELLO);
    answer(&b, 200, HELLO);
    assert_true(bench_says(&b, "no figures"));
    bench_close(&b);
}

/* An expression that the server refuses costs what is computed, not the rest. */
static void test_a_refused_expression(void **state)
{
    struct bench b;

    (void)state;
    to_devices(&b, url);
    answer(
        &b, 422,
        "{\"status\":\"error\",\"errorType\":\"execution\",\"error\":\"many-to-many matching\"}");
    assert_int_equal(b.rc, RC_OK);
    assert_int_equal(b.end, POLL_BAD);
    assert_true(bench_says(&b, "without computed figures: many-to-many matching"));
    expect_part(&b, PART_DEVICES);
    assert_int_equal(b.rq->tag, TAG_PLAIN);
    assert_false(asks(b.rq, "\"s0\""));
    assert_true(asks(b.rq, "\"d0\""));
    answer(&b, 200, NONE);
    assert_int_equal(b.rc, RC_OK);
    bench_close(&b);
}

/* Sums over raw series are too much for the server: how many there are is known all the same. */
static void test_refused_sums(void **state)
{
    struct bench b;

    (void)state;
    begin(&b, url, OK_VECTOR(COUNTS("2", "3")));
    expect_part(&b, PART_AGGREGATES);
    answer(&b, 503,
           "{\"status\":\"error\",\"errorType\":\"timeout\",\"error\":\"query timed out\"}");
    assert_int_equal(b.rc, RC_OK);
    assert_int_equal(b.end, POLL_BAD);
    assert_true(bench_says(&b, "without sums: query timed out"));
    expect_part(&b, PART_AGGREGATES);
    assert_int_equal(b.rq->tag, TAG_LIVE | TAG_PLAIN);
    assert_false(asks(b.rq, "label_join"));
    answer(&b, 200, OK_VECTOR(COUNTS("2", "3")));
    assert_int_equal(b.end, POLL_BAD);
    expect_part(&b, PART_NODES);
    bench_close(&b);
}

static void test_which_server(void **state)
{
    static const struct {
        const char *body, *via;
    } cases[] = {
        {"{\"status\":\"success\",\"data\":{}}", "via=VictoriaMetrics"},
        {"{\"status\":\"success\",\"data\":{\"version\":\"2.24.0\"}}", "via=VictoriaMetrics"},
        {"{\"status\":\"success\",\"data\":{\"version\":\"0.31.0\",\"goVersion\":\"go1.20\"}}",
         "via=Thanos"},
        {"{\"status\":\"success\",\"data\":{\"version\":\"2.9.0\",\"goVersion\":\"go1.20\",\"application\":\"Grafana Mimir\",\"features\":{}}}",
         "via=Mimir"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct bench b;
        bench_open(&b, "prometheus", url);
        expect_part(&b, PART_HELLO);
        answer(&b, 200, cases[i].body);
        assert_true(bench_says(&b, cases[i].via));
        bench_close(&b);
    }
}

/* ---- alerts ---- */

static void test_alerts(void **state)
{
    struct bench b;

    (void)state;
    begin(&b, url, OK_VECTOR(COUNTS("0", "0")));
    expect_part(&b, PART_NODES);
    answer(&b, 200, NONE);
    expect_part(&b, PART_ALERTS);
    assert_true(b.rq->lists[ENTITY_ALERT]);
    answer(
        &b, 200,
        "{\"status\":\"success\",\"data\":{\"alerts\":["
        "{\"labels\":{\"alertname\":\"GpuHot\",\"severity\":\"page\",\"instance\":\"cn7:9400\",\"gpu\":\"3\"},"
        "\"annotations\":{\"summary\":\"hot\\u001b[31m\"},\"state\":\"firing\",\"activeAt\":\"2026-11-22T07:05:05.137614597Z\",\"value\":\"9.1e+01\"},"
        "{\"labels\":{\"alertname\":\"hot_node/cn7\",\"severity\":\"info\"},\"annotations\":{},\"state\":\"pending\",\"activeAt\":\"2026-11-22T15:05:05+08:00\",\"value\":\"NaN\"},"
        "{\"labels\":{\"severity\":\"info\"},\"state\":\"firing\"},"
        "{\"labels\":{\"alertname\":\"Quiet\"},\"state\":\"inactive\"}]}}");
    assert_int_equal(b.rc, RC_OK);
    assert_int_equal(b.end, POLL_GOOD);
    assert_int_equal(b.bad, 1);
    assert_true(bench_says(&b, "alert @mini/source/GpuHot/"));
    assert_true(bench_says(&b, "severity=critical"));
    assert_true(bench_says(&b, "origin=mini/source"));
    assert_true(bench_says(&b, "node=cn7"));
    assert_true(bench_says(&b, "device=3"));
    assert_true(bench_says(&b, "value=91"));
    assert_true(bench_says(&b, "alert @mini/source/hot_node/cn7/"));
    assert_true(bench_says(&b, "severity=info"));
    assert_true(bench_says(&b, "state=pending"));
    assert_false(bench_says(&b, "Quiet"));
    bench_close(&b);
}

static void test_a_server_without_alerts(void **state)
{
    struct bench b;

    (void)state;
    begin(&b, url, OK_VECTOR(COUNTS("0", "0")));
    expect_part(&b, PART_NODES);
    answer(&b, 200, NONE);
    expect_part(&b, PART_ALERTS);
    answer(&b, 404, "not here");
    assert_int_equal(b.rc, RC_OK);
    assert_int_equal(b.end, POLL_BAD);
    for (int i = 0; i < 20; i++, b.now += 10000)
        while (bench_plan(&b) != NULL) {
            assert_int_not_equal(b.rq->what, PART_ALERTS);
            answer(&b, 200, b.rq->what == PART_AGGREGATES ? OK_VECTOR(COUNTS("0", "0")) : NONE);
        }
    bench_close(&b);
}

/* ---- raw records ---- */

static void test_raw_series(void **state)
{
    struct bench b;
    struct request_list list = {{NULL}, 0};

    (void)state;
    bench_open(&b, "prometheus", url);
    struct request *rq = request_add(&list);
    assert_int_equal(b.ops->lookup(b.state, ENTITY_NODE, "cn\"7\\\n{}", rq, &b.err), RC_OK);
    assert_true(asks(rq, "{Hostname=~\"cn\\\"7\\\\\\\\\\x0a\\\\{\\\\}([.].*)?\"}"));
    assert_int_equal(rq->cut, CUT_WHOLE);
    bench_free_request(rq);
    rq = request_add(&list);
    assert_int_equal(b.ops->lookup(b.state, ENTITY_DEVICE, "cn7\0\"3", rq, &b.err), RC_OK);
    assert_true(asks(rq, "{Hostname=~\"cn7([.].*)?\",gpu=\"\\\"3\"}"));
    bench_free_request(rq);
    rq = request_add(&list);
    assert_int_equal(b.ops->lookup(b.state, ENTITY_JOB, "14", rq, &b.err), RC_UNSUPPORTED);
    bench_free_request(rq);
    bench_close(&b);
}

/* ---- what real servers said ---- */

static void expect_capture(struct bench *b, enum part part, const char *name)
{
    char path[128];
    size_t len;

    expect_part(b, part);
    snprintf(path, sizeof path, "prometheus/%s.json", name);
    char *body = unit_fixture(path, &len);
    bench_answer(b, 200, body, len);
    free(body);
    assert_int_equal(b->rc, RC_OK);
    assert_int_equal(b->bad, 0);
    snprintf(path, sizeof path, "prometheus/%s.txt", name);
    bench_expect(b, path);
}

static void test_answers_of_prometheus(void **state)
{
    struct bench b;

    (void)state;
    bench_open(&b, "prometheus", url);
    expect_capture(&b, PART_HELLO, "prometheus-buildinfo");
    expect_capture(&b, PART_AGGREGATES, "prometheus-aggregates");
    expect_part(&b, PART_NODES);
    answer(&b, 200, NONE);
    expect_capture(&b, PART_DEVICES, "prometheus-devices");
    assert_int_equal(b.end, POLL_GOOD);
    expect_capture(&b, PART_ALERTS, "prometheus-alerts");
    bench_close(&b);
}

static void test_answers_of_victoria_metrics(void **state)
{
    struct bench b;

    (void)state;
    bench_open(&b, "prometheus", url);
    expect_capture(&b, PART_HELLO, "victoria-buildinfo");
    expect_part(&b, PART_AGGREGATES);
    answer(&b, 200, OK_VECTOR(COUNTS("1", "11")));
    expect_capture(&b, PART_AGGREGATES, "victoria-live");
    expect_part(&b, PART_NODES);
    answer(&b, 200, NONE);
    expect_capture(&b, PART_DEVICES, "victoria-devices");
    bench_close(&b);
}

/* Answers that others recorded: their folder is in SUANTOP_SAMPLES, where there is one. */
static void answer_sample(struct bench *b, enum part part, int status, const char *name)
{
    char path[1024];
    static char body[1 << 16];

    snprintf(path, sizeof path, "%s/%s", getenv("SUANTOP_SAMPLES"), name);
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    size_t len = fread(body, 1, sizeof body - 1, f);
    fclose(f);
    body[len] = '\0';
    while (bench_plan(b)->what != (int)part)
        answer(b, 200,
               b->rq->what == PART_HELLO        ? HELLO
               : b->rq->what == PART_AGGREGATES ? OK_VECTOR(COUNTS("1", "1") "," RECORDED("1"))
                                                : NONE);
    bench_answer(b, status, body, len);
}

static void test_samples(void **state)
{
    struct bench b;

    (void)state;
    if (getenv("SUANTOP_SAMPLES") == NULL)
        skip();
    bench_open(&b, "prometheus", url);
    answer_sample(&b, PART_NODES, 200, "prom-2.42-instant-vector-up.json");
    assert_int_equal(b.end, POLL_GOOD);
    assert_int_equal(b.bad, 0);
    answer_sample(&b, PART_DEVICES, 422, "prom-2.42-error-execution-422.json");
    assert_true(bench_says(&b, "without computed figures: found duplicate series"));
    answer_sample(&b, PART_DEVICES, 400, "prom-2.42-error-bad_data.json");
    assert_int_equal(b.rc, RC_HTTP);
    assert_non_null(strstr(b.err.msg, "bad_data: invalid parameter"));
    answer_sample(&b, PART_ALERTS, 200, "prom-2.42-alerts.json");
    assert_true(bench_says(&b, "alert @mini/source/TargetDown/"));
    assert_true(bench_says(&b, "severity=warning"));
    assert_true(bench_says(&b, "since=2026-11-22T07:05:05"));
    b.now += 60000;
    answer_sample(&b, PART_NODES, 200, "victoriametrics-1.79-instant-vector-up.json");
    assert_int_equal(b.end, POLL_GOOD);
    answer_sample(&b, PART_DEVICES, 200, "prom-2.42-range-matrix.json");
    assert_true(b.bad > 0);
    bench_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_shipped_rules_are_ours),
        cmocka_unit_test(test_strings),
        cmocka_unit_test(test_matchers_of_the_site),
        cmocka_unit_test(test_wrong_options),
        cmocka_unit_test(test_one_round),
        cmocka_unit_test(test_prefix_and_matchers_are_in_every_query),
        cmocka_unit_test(test_missing_rules),
        cmocka_unit_test(test_a_large_center),
        cmocka_unit_test(test_looking_is_polite),
        cmocka_unit_test(test_values_that_are_none),
        cmocka_unit_test(test_what_is_not_told_any_more_is_taken_back),
        cmocka_unit_test(test_a_target_that_is_down_removes_nothing),
        cmocka_unit_test(test_a_device_that_is_gone_is_removed),
        cmocka_unit_test(test_a_partial_answer_is_shown_and_removes_nothing),
        cmocka_unit_test(test_old_samples_are_no_news),
        cmocka_unit_test(test_an_address_is_named_by_another_series),
        cmocka_unit_test(test_mapped_figures),
        cmocka_unit_test(test_more_than_values),
        cmocka_unit_test(test_errors_in_words),
        cmocka_unit_test(test_silence_says_nothing),
        cmocka_unit_test(test_a_refused_expression),
        cmocka_unit_test(test_refused_sums),
        cmocka_unit_test(test_which_server),
        cmocka_unit_test(test_alerts),
        cmocka_unit_test(test_a_server_without_alerts),
        cmocka_unit_test(test_raw_series),
        cmocka_unit_test(test_answers_of_prometheus),
        cmocka_unit_test(test_answers_of_victoria_metrics),
        cmocka_unit_test(test_samples),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
