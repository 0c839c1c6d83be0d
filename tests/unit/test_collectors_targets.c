/* SPDX-License-Identifier: MIT
 * test_collectors_targets.c - the targets of an exporter source: which are refused, and who is asked when. */
#include "collectors/exporter/targets.h"
#include "tests/unit/collectors_bench.h"

static void refused(const char *const *options, const char *why)
{
    struct source_conf conf = {.id = "x/exporter"};
    const struct collector_ops *ops = collector_find("exporter");
    const char *values[64] = {NULL};
    struct err e = {RC_OK};
    void *state = NULL;

    for (size_t i = 0; i < ops->option_count; i++) {
        values[i] = ops->options[i].fallback;
        for (const char *const *o = options; *o != NULL; o += 2)
            if (strcmp(o[0], ops->options[i].name) == 0)
                values[i] = o[1];
    }
    conf.options = ops->options;
    conf.option_count = ops->option_count;
    conf.values = values;
    assert_int_not_equal(ops->open(&conf, 1, &state, &e), RC_OK);
    if (strstr(e.msg, why) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", e.msg, why);
}

static void test_targets_are_refused(void **state)
{
    static const char *const none[] = {NULL}, *const port[] = {"targets", "cn[1-3]", NULL},
                             *const big[] = {"targets", "cn1:99999", NULL},
                             *const name[] = {"targets", "user@cn1:9100", NULL},
                             *const clear[] = {"targets", "http://cn1:9100", NULL},
                             *const many[] = {"targets", "cn[0-999999]:9100", NULL},
                             *const bare[] = {"targets", "[::1]", NULL},
                             *const wrong[] = {"targets", "[::1::2]:9100", NULL},
                             *const open[] = {"targets", "[::1:9100", NULL},
                             *const zone[] = {"targets", "[fe80::1%eth0]:9100", NULL},
                             *const kind[] = {"targets", "cn1:9100", "kind", "nonsense", NULL};

    (void)state;
    refused(none, "names no target");
    refused(port, "needs a port");
    refused(big, "needs a port");
    refused(name, "no host name");
    refused(clear, "insecure: true");
    refused(many, "");
    refused(bare, "needs a port");
    refused(wrong, "no host name");
    refused(open, "not a host list");
    refused(zone, "no host name");
    refused(kind, "there are: suantop node_exporter");
}

/* Those that are due together in the order in which they were written, at the start and when somebody is in a hurry. */
static void test_targets_are_asked_in_their_order(void **state)
{
    struct targets t;
    struct err e = {RC_OK};

    (void)state;
    assert_int_equal(targets_read(&t, "cn[0-99]:1", 1, &e), RC_OK);
    for (uint32_t i = 0; i < 100; i++)
        assert_int_equal(targets_take(&t, 1000), i);
    for (uint32_t i = 100; i-- > 0;)
        targets_return(&t, i, NULL, 15000, 2000);
    targets_hurry(&t, 3000);
    for (uint32_t i = 0; i < 100; i++)
        assert_int_equal(targets_take(&t, 3000), i);
    targets_free(&t);
}

/* Many that do not answer take a part of the room; those that do are asked beside them. */
static void test_the_dead_leave_room(void **state)
{
    struct targets t;
    struct err e = {RC_OK};
    uint32_t taken[256], count = 0, bad = 0;

    (void)state;
    assert_int_equal(targets_read(&t, "dead[0-199]:1,good[0-99]:1", 1, &e), RC_OK);
    while ((taken[count % 256] = targets_take(&t, 1000)) != NOTHING)
        count++;
    assert_int_equal(count, 300);
    for (uint32_t i = 0; i < 300; i++)
        targets_return(&t, i, i < 200 ? "no answer" : NULL, 15000, 2000);
    targets_hurry(&t, 3000);
    for (count = 0; (taken[count] = targets_take(&t, 3000)) != NOTHING; count++)
        bad += taken[count] < 200;
    assert_int_equal(bad, 64);
    assert_int_equal(count, 164);
    for (uint32_t i = 0; i < count; i++)
        targets_return(&t, taken[i], taken[i] < 200 ? "no answer" : NULL, 15000, 4000);
    for (count = 0; targets_take(&t, 4000) != NOTHING; count++)
        ;
    assert_int_equal(count, 64); /* the next of them */
    assert_int_equal(t.bad, 200);
    targets_free(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_targets_are_refused),
        cmocka_unit_test(test_targets_are_asked_in_their_order),
        cmocka_unit_test(test_the_dead_leave_room),
    };
    return cmocka_run_group_tests_name("targets", tests, NULL, NULL);
}
