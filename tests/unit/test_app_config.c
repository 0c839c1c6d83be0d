/* SPDX-License-Identifier: MIT
 * test_app_config.c - a good configuration is understood, a bad one is refused with line and accepted words. */
#include "app/config.h"
#include "base/buf.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const char good[] =
    "refresh: 2s\n"
    "theme: suantop-light\n"
    "language: zh_CN\n"
    "centers:\n"
    "  - id: zhangbei\n"
    "    name: 张北智算中心\n"
    "    kind: intelligent\n"
    "    tenancy: public\n"
    "    operator: 阿里云\n"
    "    capacity: {fp16: 12 EFLOPS}\n"
    "    sources:\n"
    "      - slurm: {url: \"https://slurm.zb.example:6820\", user: ops, token_file: zb.jwt}\n"
    "      - slurm: {command: \"ssh login.zb.example\"}\n"
    "  - id: here\n"
    "    sources:\n"
    "      - local: {}\n";

static void test_good(void **state)
{
    struct config c;
    struct err e = {0};
    (void)state;
    assert_int_equal(config_load_text(good, strlen(good), "/etc/x/config.yaml", &c, &e), RC_OK);
    config_index(&c, "self");
    assert_int_equal(c.center_count, 2);
    assert_int_equal(c.refresh_ms, 2000);
    assert_string_equal(c.theme, "suantop-light");
    assert_string_equal(c.language, "zh_CN");
    assert_string_equal(c.centers[0].name, "张北智算中心");
    assert_int_equal(c.centers[0].kind, center_kind_INTELLIGENT);
    assert_int_equal(c.centers[0].tenancy, center_tenancy_PUBLIC);
    assert_string_equal(c.centers[0].capacity[2], "12 EFLOPS");
    assert_string_equal(c.centers[0].sources[0].id, "zhangbei/slurm");
    assert_string_equal(c.centers[0].sources[1].id, "zhangbei/slurm-2");
    assert_string_equal(source_opt(&c.centers[0].sources[0].conf, "token_file"), "/etc/x/zb.jwt");
    assert_string_equal(source_opt(&c.centers[0].sources[1].conf, "command"),
                        "ssh login.zb.example");
    assert_string_equal(c.centers[1].name, "here");
    assert_int_equal(c.centers[1].sources[0].conf.source, 2);
    config_free(&c);
}

/* What was written can be read again, and holds no name of a secret. */
static void test_write(void **state)
{
    struct config c, again;
    struct buf text;
    (void)state;
    buf_init(&text, 65536);
    assert_int_equal(config_load_text(good, strlen(good), "/etc/x/config.yaml", &c, NULL), RC_OK);
    config_write_yaml(&c, &text);
    assert_null(strstr(text.data, "zb.jwt"));
    assert_int_equal(config_load_text(text.data, text.len, "again", &again, NULL), RC_OK);
    assert_int_equal(again.center_count, 2);
    assert_string_equal(again.centers[0].operator_name, "阿里云");
    assert_int_equal(again.centers[0].source_count, 2);
    config_free(&c);
    config_free(&again);
    buf_fini(&text);
}

/* A list where texts are wanted: in brackets, over several lines, at the column of its key; and one text as ever. */
static void test_lists(void **state)
{
    static const char text[] =
        "centers:\n"
        "  - id: a\n"
        "    name: 国家超级计算天津中心   # 三字节一字\n"
        "    sources:\n"
        "      - exporter: {targets: [\"cn[0001-0512].tj:19400\", 'gpu[1,3]:9400',\n"
        "                   plain:9100], insecure: true}\n"
        "      - exporter:\n"
        "          targets:\n"
        "          - one:1   # the first\n"
        "          - \"two:2\"\n"
        "          insecure: true\n"
        "      - exporter: {targets: \"x[1-2]:3,y:4\", insecure: true}\n"
        "      - exporter:\n"
        "          insecure: true\n"
        "          targets:\n"
        "              - last:9\n";
    static const char *const wanted[] = {"cn[0001-0512].tj:19400,gpu[1,3]:9400,plain:9100",
                                         "one:1,two:2", "x[1-2]:3,y:4", "last:9"};
    struct config c;
    struct err e = {0};
    (void)state;
    if (config_load_text(text, strlen(text), "list.yaml", &c, &e) != RC_OK)
        fail_msg("%s: %s", e.where, e.msg);
    config_index(&c, "self");
    assert_int_equal(c.centers[0].source_count, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_string_equal(source_opt(&c.centers[0].sources[i].conf, "targets"), wanted[i]);
        assert_string_equal(source_opt(&c.centers[0].sources[i].conf, "insecure"), "true");
    }
    config_free(&c);
}

/* What stands below a list is refused with its own line; what is no list of texts is refused. */
static void test_wrong_lists(void **state)
{
    static const struct {
        const char *text, *where;
    } wrong[] = {
        {"centers:\n  - id: a\n    sources:\n      - exporter:\n          targets:\n            - a:1\n"
         "            - b:2\n          insecure: perhaps\n",
         "w.yaml:8"},
        {"centers:\n  - id: a\n    sources:\n      - exporter: {targets: [a:1,\n   b:2],\n   bogus: 1}\n",
         "w.yaml:6"},
        {"centers:\n  - id: a\n    sources:\n      - exporter: {targets: [[a, b]]}\n", "w.yaml:4"},
        {"centers:\n  - id: a\n    sources:\n      - exporter: {targets: []}\n", "w.yaml:4"},
        {"centers:\n  - id: a\n    sources:\n      - slurm: {url: [\"https://a:1\"]}\n",
         "w.yaml:4"},
    };
    struct config c;
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct err e = {0};
        if (config_load_text(wrong[i].text, strlen(wrong[i].text), "w.yaml", &c, &e) == RC_OK)
            fail_msg("accepted: %s", wrong[i].text);
        if (strcmp(e.where, wrong[i].where) != 0)
            fail_msg("%s: told as %s: %s", wrong[i].text, e.where, e.msg);
    }
}

struct refusal {
    const char *text, *where, *message;
};

#define A_CENTER "centers:\n  - id: a\n    sources:\n      - local: {}\n"

static const struct refusal refusals[] = {
    {"", "f", "empty"},
    {"refresh: 5s\n", "f:", "centers"},
    {"centers:\n  - id: a\n    sources: []\n", "f:", "sources"},
    {"centers:\n  - name: a\n    sources:\n      - local: {}\n", "f:", "id"},
    {"centers:\n  - id: a b\n    sources:\n      - local: {}\n", "f:2", "letters"},
    {"centers:\n  - id: a\n    kind: quantum\n    sources:\n      - local: {}\n", "f:3",
     "intelligent super general"},
    {"centers:\n  - id: a\n    kinds: super\n    sources:\n      - local: {}\n", "f:3",
     "unknown key \"kinds\""},
    {"centers:\n  - id: a\n    sources:\n      - slrum: {}\n", "f:4", "slurm local"},
    {"centers:\n  - id: a\n    sources:\n      - slurm:\n          url: \"https://h\"\n          tokn: x\n",
     "f:6", "token_file"},
    {"centers:\n  - id: a\n    sources:\n      - slurm:\n          url: \"http://h\"\n", "f:5",
     "insecure"},
    {"centers:\n  - id: a\n    sources:\n      - slurm:\n          url: \"ftp://h\"\n", "f:5",
     "https://"},
    {"centers:\n  - id: a\n    sources:\n      - slurm:\n          jobs_interval: soon\n", "f:5",
     "30s"},
    {"centers:\n  - id: a\n    sources:\n      - slurm:\n          insecure: perhaps\n", "f:5",
     "true or false"},
    {"centers:\n  - id: a\n    sources:\n      - local: {}\n  - id: a\n    sources:\n      - local: {}\n",
     "f:5", "two centers"},
    {"centers:\n  - id: a\n    sources:\n      - local: {}\n        slurm: {}\n", "f:4", "both"},
    {"centers:\n  - id: a\n    capacity: {fp16: lots}\n    sources:\n      - local: {}\n", "f:3",
     "EFLOPS"},
    {"refresh: 1ms\ncenters:\n  - id: a\n    sources:\n      - local: {}\n", "f:1", "250ms"},
    {"centers: [\n", "f", ""},
    {"centers:\n  - id: a\n   kind: super\n", "f:3", "is not YAML"},
    {"a: &x [*x]\n", "f", ""},
    {"refresh: 5s\nrefresh: 6s\n", "f", "refresh"},
    {"alerts: off\n" A_CENTER, "f:1", "must be a mapping"},
    {"alerts:\n  nodes_out: {warn: 10}\n  nodes_in: off\n" A_CENTER, "f:3",
     "there is no alert \"nodes_in\"; accepted here: center_stale"},
    {"alerts:\n  nodes_out:\n    warn: 10\n    crit: many\n" A_CENTER, "f:4",
     "a share from 0 to 100 %, or off; not \"many\""},
    {"alerts:\n  nodes_out: {warn: 120 %}\n" A_CENTER, "f:2", "a share from 0 to 100 %"},
    {"alerts:\n  nodes_out: {warn: 30, crit: 20}\n" A_CENTER, "f:2",
     "crit (20) must not be below warn (30)"},
    {"alerts:\n  nodes_out: {warn: 30}\n" A_CENTER, "f:2", "crit (25) must not be below warn (30)"},
    {"alerts:\n  nodes_out: {when: 30}\n" A_CENTER, "f:2", "accepted here: warn crit hold"},
    {"alerts:\n  nodes_out: {hold: forever}\n" A_CENTER, "f:2", "a duration up to 24h"},
    {"alerts:\n  nodes_out: {warn: [1, 2]}\n" A_CENTER, "f:2", "one value"},
    {"alerts:\n  nodes_out: 20\n" A_CENTER, "f:2", "must be off, or a mapping"},
    {"alerts:\n  queue_age: {warn: long}\n" A_CENTER, "f:2", "90s, 30m or 12h"},
    {"alerts:\n  hot_node: {crit: 900}\n" A_CENTER, "f:2", "1 to 200 degrees"},
    {"alerts:\n  node_flapping: {warn: 2.5}\n" A_CENTER, "f:2", "a whole number"},
    {"alerts:\n  interruption_burst: {warn: 3}\n" A_CENTER, "f:2", "between 0 and 1"},
    {"alerts:\n  interruption_burst: {warn: 1e-3, crit: 1e-2}\n" A_CENTER, "f:2",
     "must not be above"},
    {"alerts:\n  lemon: {warn: 3}\n" A_CENTER, "f:2", "accepted here: hold"},
    {"alerts:\n  lemon: off\n\n  lemon: off\n" A_CENTER, "f:4", "there twice"},
    {"history_max: 10K\n" A_CENTER, "f:1", "a size from 1M to 1T"},
    {"history_max: much\n" A_CENTER, "f:1", "a size from 1M to 1T, not \"much\""},
    {"language: fr\n" A_CENTER, "f:1", "\"fr\" is not one of: auto en zh_CN"},
    {"bell: loud\n" A_CENTER, "f:1", "\"loud\" is not one of: off on"},
    {"actions: sometimes\n" A_CENTER, "f:1", "\"sometimes\" is not one of: off confirm arm"},
    {"centers:\n  - id: a\n    actions: yes\n    sources:\n      - local: {}\n", "f:3",
     "\"yes\" is not one of: off confirm arm"},
    {"audit: \"\"\n" A_CENTER, "f:1", ""},
    {"theme: x\nexec_on_alert: \"page 'me\"\n" A_CENTER, "f:2", "exec_on_alert"},
    {"exec_on_alert: \"  \"\n" A_CENTER, "f:1", "names no program"},
};

static void test_refusals(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        struct config c;
        struct err e = {0};
        enum rc rc = config_load_text(refusals[i].text, strlen(refusals[i].text), "f", &c, &e);
        if (rc != RC_SCHEMA || strstr(e.where, refusals[i].where) == NULL ||
            strstr(e.msg, refusals[i].message) == NULL)
            fail_msg("case %zu: rc %s, where \"%s\", message \"%s\"", i, rc_name(rc), e.where,
                     e.msg);
    }
}

static void test_alerts(void **state)
{
    static const char text[] = "exec_on_alert: page --now\n"
                               "alerts:\n"
                               "  nodes_out: {warn: 10 %, crit: off, hold: 5m}\n"
                               "  hot_node: {warn: 70, crit: 75}\n"
                               "  queue_age: {warn: 12h, hold: 0}\n"
                               "  lemon: off\n" A_CENTER;
    struct config c;
    struct err e = {0};
    (void)state;
    assert_int_equal(config_load_text(text, strlen(text), "f", &c, &e), RC_OK);
    const struct rule_limits *r = c.rules.rules;
    assert_true(r[RULE_nodes_out].at[RULE_WARNING] == 10);
    assert_true(r[RULE_nodes_out].clear[RULE_WARNING] == 8); /* as 12 is to 15 */
    assert_true(isnan(r[RULE_nodes_out].at[RULE_CRITICAL]));
    assert_int_equal(r[RULE_nodes_out].hold_ms, 300000);
    assert_true(r[RULE_hot_node].clear[RULE_CRITICAL] == 70);
    assert_true(r[RULE_queue_age].at[RULE_WARNING] == 43200);
    assert_true(r[RULE_queue_age].at[RULE_CRITICAL] == 259200);
    assert_int_equal(r[RULE_queue_age].hold_ms, 0);
    assert_true(r[RULE_lemon].off && !r[RULE_hot_node].off);
    assert_true(r[RULE_node_flapping].at[RULE_WARNING] == 3);
    assert_string_equal(c.exec_on_alert, "page --now");
    struct config again;
    struct buf written;
    buf_init(&written, 65536);
    config_write_yaml(&c, &written);
    if (config_load_text(written.data, written.len, "again", &again, &e) != RC_OK)
        fail_msg("%s: %s", e.where, e.msg);
    for (int i = 0; i < RULE_COUNT; i++)
        for (int k = 0; k < RULE_LEVELS; k++)
            assert_true(r[i].at[k] == again.rules.rules[i].at[k] || isnan(r[i].at[k]));
    assert_true(again.rules.rules[RULE_lemon].off);
    assert_int_equal(again.rules.rules[RULE_queue_age].hold_ms, 0);
    assert_null(again.exec_on_alert);
    buf_fini(&written);
    config_free(&again);
    config_free(&c);
    assert_int_equal(
        config_load_text("alerts:\n" A_CENTER, strlen("alerts:\n" A_CENTER), "f", &c, &e), RC_OK);
    assert_true(c.rules.rules[RULE_nodes_out].at[RULE_WARNING] == 15);
    assert_null(c.exec_on_alert);
    config_free(&c);
}

/* Acting is asked for by default; a center may be stricter or laxer than the rest. */
static void test_bell(void **state)
{
    static const char quiet[] = "bell: off\n" A_CENTER, loud[] = "bell: on\n" A_CENTER;
    struct config c;

    (void)state;
    assert_int_equal(config_load_text(quiet, sizeof quiet - 1, "f", &c, NULL), RC_OK);
    assert_true(c.no_bell);
    config_free(&c);
    assert_int_equal(config_load_text(loud, sizeof loud - 1, "f", &c, NULL), RC_OK);
    assert_false(c.no_bell);
    config_free(&c);
}

static void test_simulated(void **state)
{
    static const char on[] = "simulated: on\n" A_CENTER, unsaid[] = A_CENTER;
    struct config c;

    (void)state;
    assert_int_equal(config_load_text(on, sizeof on - 1, "f", &c, NULL), RC_OK);
    assert_true(c.simulated);
    config_free(&c);
    assert_int_equal(config_load_text(unsaid, sizeof unsaid - 1, "f", &c, NULL), RC_OK);
    assert_false(c.simulated);
    config_free(&c);
}

static void test_actions(void **state)
{
    static const char text[] = "actions: off\n"
                               "audit: log/audit.jsonl\n"
                               "centers:\n"
                               "  - {id: a, sources: [local: {}]}\n"
                               "  - {id: b, actions: arm, sources: [local: {}]}\n"
                               "  - {id: c, actions: confirm, sources: [local: {}]}\n";
    struct config c;
    (void)state;
    assert_int_equal(config_load_text(good, strlen(good), "/etc/x/config.yaml", &c, NULL), RC_OK);
    assert_int_equal(c.actions, ACT_CONFIRM);
    assert_int_equal(c.centers[1].actions, ACT_CONFIRM);
    assert_null(c.audit);
    config_free(&c);
    assert_int_equal(config_load_text(text, strlen(text), "/etc/x/config.yaml", &c, NULL), RC_OK);
    assert_int_equal(c.actions, ACT_OFF);
    assert_int_equal(c.centers[0].actions, ACT_OFF);
    assert_int_equal(c.centers[1].actions, ACT_ARM);
    assert_int_equal(c.centers[2].actions, ACT_CONFIRM);
    assert_string_equal(c.audit, "/etc/x/log/audit.jsonl");
    config_free(&c);
    config_init(&c);
    assert_int_equal(c.actions, ACT_CONFIRM); /* what is found without a configuration, too */
    config_free(&c);
}

static void test_history(void **state)
{
    static const char none[] = "history: off\n" A_CENTER,
                      own[] = "history: kept/h.db\nhistory_max: 10M\n" A_CENTER;
    struct config c;
    (void)state;
    assert_int_equal(config_load_text(none, sizeof none - 1, "/etc/x/c.yaml", &c, NULL), RC_OK);
    assert_string_equal(c.history, "off");
    config_free(&c);
    assert_int_equal(config_load_text(own, sizeof own - 1, "/etc/x/c.yaml", &c, NULL), RC_OK);
    assert_string_equal(c.history, "/etc/x/kept/h.db");
    assert_int_equal(c.history_max_bytes, 10 << 20);
    config_free(&c);
    assert_int_equal(config_load_text(good, strlen(good), "/etc/x/c.yaml", &c, NULL), RC_OK);
    assert_null(c.history);
    config_free(&c);
}

static void test_files(void **state)
{
    struct config c;
    struct err e = {0};
    (void)state;
    assert_int_equal(config_load("/proc/nonexistent/config.yaml", &c, &e), RC_IO);
    assert_string_equal(e.where, "/proc/nonexistent/config.yaml");
    assert_int_equal(config_load("/dev/zero", &c, &e), RC_IO);
    assert_int_equal(config_load_text("a\0b", 3, "f", &c, &e), RC_SYNTAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),      cmocka_unit_test(test_write),
        cmocka_unit_test(test_lists),     cmocka_unit_test(test_wrong_lists),
        cmocka_unit_test(test_refusals),  cmocka_unit_test(test_alerts),
        cmocka_unit_test(test_actions),   cmocka_unit_test(test_bell),
        cmocka_unit_test(test_simulated), cmocka_unit_test(test_history),
        cmocka_unit_test(test_files),
    };
    return cmocka_run_group_tests_name("app config", tests, NULL, NULL);
}
