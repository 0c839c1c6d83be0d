/* SPDX-License-Identifier: MIT
 * test_fleetsim_prometheus.c - the simulated Prometheus: PromQL as the real one reads it (tests/fleetsim/prometheus.py asks both),
 * sums as the shipped rules make them, refusals in its words. */
#include "base/xmem.h"
#include "codec/json.h"
#include "fleetsim/builtin.h"
#include "fleetsim/series.h"
#include "fleetsim/speech.h"
#include "tests/unit/unit.h"
#include <math.h>

#define BEGIN INT64_C(1760000000000)
#define HOUR INT64_C(3600000)
#define SMALL                                                                                                           \
    "model | h800 | driver=NVIDIA H800 | exporter=dcgm | idle=70 | power=700 | memory=85.9G | clock=1.98G | limit=87\n" \
    "model | npu | driver=Ascend910B3 | exporter=npu | idle=90 | power=400 | memory=68.7G | clock=1.8G | limit=95\n"    \
    "model | c500 | driver=MetaX C500 | exporter=node | idle=50 | power=350 | memory=68.7G | clock=1.6G | limit=95\n"   \
    "work | train | name=train | share=1 | sizes=1,8,16 | hours=20 | spread=1 | failed=0.2 | activity=0.6\n"            \
    "fault | gpu | count=1 | scope=device | xid=79 | reason=lost | repair=20\n"                                         \
    "fault | net | count=1 | scope=node | repair=20\n"                                                                  \
    "center | east | load=0.7 | queued=12 | rate=300 | telemetry=prometheus\n"                                          \
    "pool | a | prefix=e-a | nodes=12 | devices=8 | model=h800\n"                                                       \
    "pool | b | prefix=e-b | nodes=6 | devices=4 | model=h800\n"                                                        \
    "pool | n | prefix=e-n | nodes=8 | devices=8 | model=npu\n"                                                         \
    "pool | m | prefix=e-m | nodes=8 | devices=8 | model=c500\n"                                                        \
    "pool | c | prefix=e-c | nodes=8\n"                                                                                 \
    "center | west | load=0.5\n"                                                                                        \
    "pool | a | prefix=w-a | nodes=2 | devices=8 | model=h800\n"

static struct scenario scenario;
static struct world *east, *west;

static int make_worlds(void **state)
{
    struct err e;

    (void)state;
    if (scenario_read(SMALL, "small.conf", &scenario, &e) != RC_OK) {
        fprintf(stderr, "%s: %s\n", e.where, e.msg);
        return -1;
    }
    east = world_new(&scenario, 0, 4, BEGIN);
    west = world_new(&scenario, 1, 4, BEGIN);
    world_advance(east, BEGIN + 30 * HOUR);
    return 0;
}

static int free_worlds(void **state)
{
    (void)state;
    world_free(east);
    world_free(west);
    scenario_free(&scenario);
    return 0;
}

/* ---- the language ---- */

/* Six samples that everybody can count: a{x="1..3"} = 1..3, b{x="1",y="p"} = 10, b{x="1",y="q"} = 20, c{x="2"} = 5. */
static void select_some(void *arg, const struct promql_matcher *m, size_t count,
                        struct promql_vector *out)
{
    static const struct {
        const char *name, *x, *y;
        double value;
    } all[] = {{"a", "1", "", 1},   {"a", "2", "", 2},   {"a", "3", "", 3},
               {"b", "1", "p", 10}, {"b", "1", "q", 20}, {"c", "2", "", 5}};

    (void)arg;
    for (size_t i = 0; i < ARRAY_LEN(all); i++) {
        struct promql_label *l = arena_alloc(out->arena, 3 * sizeof(*l));
        l[0] = (struct promql_label){"x", all[i].x};
        l[1] = (struct promql_label){"__name__", all[i].name};
        l[2] = (struct promql_label){"y", all[i].y};
        promql_add(out, l, 3, all[i].value, 900);
        if (!promql_all_fit(m, count, &out->samples[out->count - 1]))
            out->count--;
    }
}

/* "name{x="1"} 1; ..." */
static void write_value(const struct promql_value *v, struct buf *out)
{
    if (v->type == PROMQL_SCALAR)
        buf_addf(out, "%g", v->number);
    if (v->type == PROMQL_STRING)
        buf_addf(out, "'%s'", v->text);
    for (size_t i = 0; v->type == PROMQL_VECTOR && i < v->vector.count; i++) {
        const struct promql_sample *s = &v->vector.samples[i];
        bool begun = false;
        buf_addf(out, "%s%s{", i > 0 ? "; " : "", promql_label(s, "__name__"));
        for (uint32_t n = 0; n < s->label_count; n++)
            if (strcmp(s->labels[n].name, "__name__") != 0) {
                buf_addf(out, "%s%s=%s", begun ? "," : "", s->labels[n].name, s->labels[n].value);
                begun = true;
            }
        buf_addf(out, "} %g", s->value);
    }
}

static const struct {
    const char *query, *answer;
} language[] = {
    {"1 + 2 * 3 ^ 2 - -4 % 3", "20"},
    {"2 ^ 3 ^ 2", "512"},
    {"-2 ^ 2", "-4"},
    {"(1 + 2) * 3 > bool 8", "1"},
    {"'it\\x41\\n'", "'itA\n'"},
    {"NaN", "nan"},
    {"a", "a{x=1} 1; a{x=2} 2; a{x=3} 3"},
    {"a{x!=\"2\"}", "a{x=1} 1; a{x=3} 3"},
    {"{__name__=~\"a|c\",x=\"2\",}", "a{x=2} 2; c{x=2} 5"},
    {"{__name__=~\"(a|b)\",x!~\"[12]\"}", "a{x=3} 3"},
    {"a{y=\"\"} * 2", "{x=1} 2; {x=2} 4; {x=3} 6"},
    {"a > 1", "a{x=2} 2; a{x=3} 3"},
    {"1 < a < 3", "a{x=2} 2"},
    {"a > bool 1 # of them", "{x=1} 0; {x=2} 1; {x=3} 1"},
    {"- a{x='3'}", "{x=3} -3"},
    {"a + ignoring () c", "{x=2} 7"},
    {"a > on (x) a - 1", "{x=1} 1; {x=2} 2; {x=3} 3"},
    {"c >= a", "c{x=2} 5"},
    {"b * on (x) group_left () a", "{x=1,y=p} 10; {x=1,y=q} 20"},
    {"a * on (x) group_right (z) b", "{x=1,y=p} 10; {x=1,y=q} 20"},
    {"a * on (x) group_left (y) b{y=\"p\"}", "{x=1,y=p} 10"},
    {"a and on (x) b", "a{x=1} 1"},
    {"a unless on (x) b", "a{x=2} 2; a{x=3} 3"},
    {"c or on (x) a", "c{x=2} 5; a{x=1} 1; a{x=3} 3"},
    {"c or a and on (x) b", "c{x=2} 5; a{x=1} 1"},
    {"sum(b)", "{} 30"},
    {"sum by (x) (b)", "{x=1} 30"},
    {"max without (y) (b)", "{x=1} 20"},
    {"count(a) by (x, nosuch,)", "{x=1} 1; {x=2} 1; {x=3} 1"},
    {"max by (__name__) ({x=\"2\"})", "a{} 2; c{} 5"},
    {"avg(a) + min(a) + group(a)", "{} 4"},
    {"quantile(0.5, b)", "{} 15"},
    {"topk(2, a)", "a{x=3} 3; a{x=2} 2"},
    {"bottomk without (y) (1, b)", "b{x=1,y=p} 10"},
    {"label_replace(a{x=\"3\"}, \"n\", \"<$1-${1}>\", \"x\", \"(.+)\")", "a{n=<3-3>,x=3} 3"},
    {"label_replace(a{x=\"3\"}, \"n\", \"v\", \"x\", \"4\")", "a{x=3} 3"},
    {"label_replace(a{x=\"3\"}, \"n\", \"v\", \"\", \"\")", "a{n=v,x=3} 3"},
    {"label_replace(b{y=\"p\"}, \"y\", \"\", \"y\", \".*\")", "b{x=1} 10"},
    {"label_join(b, \"n\", \"/\", \"x\", \"y\")", "b{n=1/p,x=1,y=p} 10; b{n=1/q,x=1,y=q} 20"},
    {"time() - timestamp(c)", "{x=2} 100"},
    {"timestamp(c * 1)", "{x=2} 1000"},
    {"vector(3) * scalar(c)", "{} 15"},
    {"absent(d)", "{} 1"},
    {"a offset 10m", ""},
    {"rate(a[5m])", ""},
    {"sum(d)", ""},
};

/* In memory, too: neither strings nor matchers cost in proportion to what is still to be read. */
static void test_a_long_query_takes_what_it_is_long(void **state)
{
    struct promql_source from = {select_some, NULL, 0};
    struct promql_value v;
    struct arena arena;
    struct buf text;
    struct err e;

    (void)state;
    arena_init(&arena, 0);
    buf_init(&text, 1 << 20);
    buf_adds(&text, "a{");
    for (int i = 0; i < 3000; i++)
        buf_adds(&text, "x!=\"9\",");
    buf_adds(&text, "}");
    assert_int_equal(promql_query(text.data, &from, &arena, &v, &e), RC_OK);
    assert_int_equal(v.vector.count, 3);
    assert_true(arena.used < 4 << 20);
    buf_fini(&text);
    arena_fini(&arena);
}

static void test_queries_are_answered_as_prometheus_does(void **state)
{
    const struct promql_source from = {select_some, NULL, 1000};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(language); i++) {
        struct promql_value v;
        struct arena a;
        struct buf out;
        struct err e = {0};
        arena_init(&a, 0);
        buf_init(&out, 65536);
        if (promql_query(language[i].query, &from, &a, &v, &e) != RC_OK)
            fail_msg("%s: %s", language[i].query, e.msg);
        write_value(&v, &out);
        if (strcmp(out.data, language[i].answer) != 0)
            fail_msg("%s: %s, not %s", language[i].query, out.data, language[i].answer);
        buf_fini(&out);
        arena_fini(&a);
    }
}

static const struct {
    const char *query;
    enum rc rc;
    const char *words;
} wrong[] = {
    {"", RC_SYNTAX, "unknown position: parse error: no expression found in input"},
    {"a{", RC_SYNTAX, "1:3: parse error: unexpected end of input"},
    {"a{x=\"1}", RC_SYNTAX, "unterminated quoted string"},
    {"a{x=~\"(\"}", RC_SYNTAX, "error parsing regexp"},
    {"a{x=~\"b++++++++++++++++++++++++++++++++++\"}", RC_SYNTAX,
     "error parsing regexp"}, /* doubles with each + */
    {"{x=~\".*\"}", RC_SYNTAX, "at least one non-empty matcher"},
    {"{}", RC_SYNTAX, "at least one non-empty matcher"},
    {"a b", RC_SYNTAX, "1:3: parse error: unexpected character: 'b'"},
    {"a[5]", RC_SYNTAX, "bad duration syntax"},
    {"12abc", RC_SYNTAX, "bad number or duration syntax"},
    {"1 > 2", RC_SYNTAX, "must use BOOL modifier"},
    {"1 and a", RC_SYNTAX, "does not take these operands"},
    {"sum(1)", RC_SYNTAX, "argument of an unexpected type"},
    {"sum(a, a)", RC_SYNTAX, "wrong number of arguments for aggregate expression"},
    {"nosuch(a)", RC_SYNTAX, "unknown function with name \"nosuch\""},
    {"vector(a)", RC_SYNTAX, "argument of an unexpected type in call to function \"vector\""},
    {"label_replace(a, \"n\", \"v\", \"x\", \"(\")", RC_UNSUPPORTED,
     "invalid regular expression in label_replace()"},
    {"a * on (x) b", RC_UNSUPPORTED, "many-to-many matching not allowed"},
    {"b * on (x) a", RC_UNSUPPORTED, "many-to-one matching must be explicit"},
};

static void test_what_is_no_query_is_refused(void **state)
{
    const struct promql_source from = {select_some, NULL, 1000};
    static char deep[4096];

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        struct promql_value v;
        struct arena a;
        struct err e = {0};
        arena_init(&a, 0);
        enum rc rc = promql_query(wrong[i].query, &from, &a, &v, &e);
        if (rc != wrong[i].rc || !strstr(e.msg, wrong[i].words))
            fail_msg("%s: %d \"%s\"", wrong[i].query, rc, e.msg);
        memset(deep, '(', sizeof(deep) - 1);
        assert_int_equal(promql_query(deep, &from, &a, &v, &e), RC_SYNTAX);
        arena_fini(&a);
    }
}

/* ---- what the center's server knows ---- */

static size_t ask(struct world *w, const char *query, struct arena *a, struct promql_value *v)
{
    const struct promql_source from = {series_select, w, series_now(w)};
    struct err e = {0};

    if (promql_query(query, &from, a, v, &e) != RC_OK)
        fail_msg("%s: %s", query, e.msg);
    return v->vector.count;
}

static double one(struct world *w, const char *query)
{
    struct promql_value v;
    struct arena a;

    arena_init(&a, 0);
    if (ask(w, query, &a, &v) != 1)
        fail_msg("%s: %zu samples", query, v.vector.count);
    double n = v.vector.samples[0].value;
    arena_fini(&a);
    return n;
}

static void test_pages_are_scraped_with_job_and_instance(void **state)
{
    (void)state;
    assert_float_equal(one(east, "count(up)"), 12 + 6 + 8 + 8, 0);
    double down = one(east, "count(up == 0)");
    assert_true(down > 0 && down < 15);
    assert_float_equal(one(east, "count(count by (instance) (npu_chip_info_temperature))"),
                       one(east, "sum(up{job=\"npu-exporter\"})"), 0);
    assert_float_equal(
        one(east, "count(suantop_gpu_temperature_celsius{instance=\"e-m0001:19400\"})"), 8, 1);
    /* job="..." of suantop-node names a job of Slurm. */
    assert_true(one(east, "count(suantop_gpu_job_info{exported_job!=\"\",job=\"suantop-node\"})") >
                1);
    assert_float_equal(one(east, "count(npu_chip_info_power{namespace=\"\"})"),
                       one(east, "count(npu_chip_info_power)"), 0);
}

static bool next_rule(const char **at, char record[64], char expr[16384], char labels[96])
{
    *at = strstr(*at, "- record: center:");
    if (*at == NULL)
        return false;
    const char *begin = strstr(*at, "expr: '") + 7, *end = strchr(begin, '\n') - 1;
    sscanf(*at, "- record: %63s", record);
    snprintf(expr, 16384, "%.*s", (int)(end - begin), begin);
    labels[0] = '\0';
    sscanf(end + 2, " labels: {%95[^}]}", labels);
    *at = end;
    return true;
}

/* What is recorded is what the rule says, whether they are about all or nothing. */
static void check_rule(const char *record, const char *expr, const char *labels)
{
    struct arena a;
    struct promql_value rule, recorded;
    char query[256];

    arena_init(&a, 0);
    size_t n = ask(east, expr, &a, &rule);
    int len = snprintf(query, sizeof(query), "%s{", record);
    for (const char *p = labels; *p; p++) /* precision: "fp16" -> precision="fp16" */
        if (*p != ' ')
            query[len++] = *p == ':' ? '=' : *p;
    snprintf(query + len, sizeof(query) - (size_t)len, "}");
    if (ask(east, query, &a, &recorded) != n)
        fail_msg("%s: the rule makes %zu, recorded are %zu", query, n, recorded.vector.count);
    for (size_t i = 0; i < n; i++) {
        const struct promql_sample *r = &rule.vector.samples[i], *found = NULL;
        for (size_t k = 0; k < n; k++)
            if (strcmp(promql_label(r, "model"),
                       promql_label(&recorded.vector.samples[k], "model")) == 0)
                found = &recorded.vector.samples[k];
        assert_non_null(found);
        if (fabs(r->value - found->value) > 1e-4 * fabs(r->value))
            fail_msg("%s of %s: %g, not %g", query, promql_label(r, "model"), found->value,
                     r->value);
    }
    arena_fini(&a);
}

static void test_sums_are_those_of_the_shipped_rules(void **state)
{
    const char *at = rules_suantop;
    static char record[64], expr[16384], labels[96];
    unsigned rules = 0;

    (void)state;
    for (; next_rule(&at, record, expr, labels); rules++)
        if (!strstr(labels, "silent")) /* it remembers nothing to compare with */
            check_rule(record, expr, labels);
    assert_int_equal(rules, 12);
    assert_float_equal(one(east, "suantop:fp16_peak_flops{model=\"NVIDIA H800\"}"), 989e12, 0);
    assert_float_equal(one(east, "count(suantop:fp16_flop_per_clock)"), 13, 0);
}

static void test_devices_that_went_just_now_are_silent(void **state)
{
    struct world *w = world_new(&scenario, 1, 9, BEGIN);
    struct promql_value v;
    struct arena a;

    (void)state;
    arena_init(&a, 0);
    assert_int_equal(ask(w, "center:gpus:count{state=\"silent\"}", &a, &v), 0);
    w->nodes[1].down = true;
    w->nodes[1].since = w->now;
    assert_float_equal(one(w, "center:gpus:count{state=\"silent\"}"), 8, 0);
    assert_float_equal(one(w, "center:gpus:count{state=\"reporting\"}"), 8, 0);
    world_advance(w, w->now + 601000);
    w->nodes[1].down = true;
    assert_int_equal(ask(w, "center:gpus:count{state=\"silent\"}", &a, &v), 0);
    arena_fini(&a);
    world_free(w);
}

/* ---- over HTTP ---- */

static struct speech say(struct world *w, const char *method, const char *path, const char *query,
                         const char *body)
{
    struct speech_request rq = {.method = method,
                                .path = path,
                                .query = query,
                                .body = body,
                                .body_len = strlen(body),
                                .user = "",
                                .accept = ""};
    struct speech s;

    speech_init(&s, w);
    prometheus_speak(&s, &rq);
    return s;
}

static void check_said(struct speech s, unsigned status, const char *text)
{
    if (s.status != status || !strstr(s.body.data, text))
        fail_msg("%u %s", s.status, s.body.data);
    if (s.type[0] == 'a') {
        struct json_reader *r = json_reader_new(NULL, 0);
        struct err e;
        assert_int_equal(json_read(r, s.body.data, s.body.len, NULL, &e), RC_OK);
        json_reader_free(r);
    }
    speech_free(&s);
}

static void test_answers_have_the_shape_of_prometheus(void **state)
{
    static const char query[] = "/api/v1/query";

    (void)state;
    check_said(
        say(east, "POST", query, "", "timeout=12s&query=count%28up%29"), 200,
        "{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[{\"metric\":{},\"value\":[1760108000.000,\"34\"]}]}}");
    check_said(say(east, "GET", query, "query=1.5e-3", ""), 200,
               "\"resultType\":\"scalar\",\"result\":[1760108000.000,\"0.0015\"]");
    check_said(say(east, "GET", query, "query=%22a%5C%22b%22", ""), 200,
               "\"resultType\":\"string\",\"result\":[1760108000.000,\"a\\\"b\"]");
    check_said(say(east, "GET", query, "query=-1/0", ""), 200, "\"-Inf\"");
    check_said(say(east, "GET", query, "query=up&time=1700000000", ""), 200, "\"result\":[]");
    check_said(say(east, "GET", query, "query=up&time=x", ""), 400, "\"errorType\":\"bad_data\"");
    check_said(
        say(east, "POST", query, "", "query=sum%28"), 400,
        "{\"status\":\"error\",\"errorType\":\"bad_data\",\"error\":\"invalid parameter \\\"query\\\": 1:5: parse error: ");
    check_said(say(east, "GET", query, "", ""), 400, "no expression found in input");
    check_said(say(east, "GET", query, "query=up*on(job)up", ""), 422,
               "{\"status\":\"error\",\"errorType\":\"execution\",\"error\":\"");
    check_said(say(east, "GET", "/api/v1/status/buildinfo", "", ""), 200, "\"goVersion\":\"go");
    check_said(say(east, "GET", "/api/v1/alerts", "", ""), 200,
               "{\"status\":\"success\",\"data\":{\"alerts\":[]}}");
    check_said(say(east, "GET", "/api/v1/nosuch", "", ""), 404, "404 page not found");
    check_said(say(west, "GET", query, "query=up", ""), 404, "404 page not found");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_long_query_takes_what_it_is_long),
        cmocka_unit_test(test_queries_are_answered_as_prometheus_does),
        cmocka_unit_test(test_what_is_no_query_is_refused),
        cmocka_unit_test(test_pages_are_scraped_with_job_and_instance),
        cmocka_unit_test(test_sums_are_those_of_the_shipped_rules),
        cmocka_unit_test(test_devices_that_went_just_now_are_silent),
        cmocka_unit_test(test_answers_have_the_shape_of_prometheus),
    };

    return cmocka_run_group_tests(tests, make_worlds, free_worlds);
}
