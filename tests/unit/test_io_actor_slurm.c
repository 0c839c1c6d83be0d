/* SPDX-License-Identifier: MIT
 * test_io_actor_slurm.c - the actor with the Slurm collector, against a slurmrestd that writes down what it was asked:
 * the exact bytes of each verb, and that a name which is no name leaves nothing behind. */
#include "tests/unit/unit.h"

#include "collectors/registry.h"
#include "tests/fake/act_rig.h"

#define JSON " header Content-Type: application/json\n"
#define META                                                                                       \
    "\"meta\":{\"slurm\":{\"release\":\"23.11.4\",\"cluster\":\"hpc\"}},\"errors\":[],\"warnings\":[]"
#define API "/slurm/v0.0.40"
#define NODE(name)                                                                                 \
    "{\"name\":\"" name "\",\"state\":[\"IDLE\"],\"cpus\":8,\"partitions\":[\"p\"],"               \
    "\"reason\":\"\",\"reason_set_by_user\":\"\"}"
#define JOB(state)                                                                                 \
    "{\"job_id\":14,\"job_state\":[\"" state "\"],\"user_name\":\"li\",\"partition\":\"p\","       \
    "\"submit_time\":{\"set\":true,\"infinite\":false,\"number\":1700000000},"                     \
    "\"start_time\":{\"set\":true,\"infinite\":false,\"number\":1700000100},"                      \
    "\"restart_cnt\":0,\"nodes\":\"n1\",\"name\":\"train\"}"
#define SLURM                                                                                            \
    "on GET " API "/ping\n" JSON " body {\"pings\":[{\"hostname\":\"c\",\"pinged\":\"UP\"}]," META       \
    "}\n"                                                                                                \
    "on GET " API "/diag\n" JSON " body {\"statistics\":{\"jobs_running\":1}," META "}\n"                \
    "on GET " API "/nodes\n" JSON                                                                        \
    " body {\"nodes\":[" NODE("n1") "," NODE("n2") "," NODE("n1,n[1-999]") "," NODE(                     \
        "a/../b?force=1") "]," META "}\n"                                                                \
                          "on GET " API "/jobs\n" JSON " body {\"jobs\":[" JOB(                          \
                              "RUNNING") "]," META "}\n"                                                 \
                                         "on GET " API "/partitions\n" JSON                              \
                                         " body {\"partitions\":[{\"name\":\"p\"}]," META "}\n"          \
                                         "on GET " API "/reservations\n" JSON                            \
                                         " body {\"reservations\":[]," META "}\n"                        \
                                         "on GET " API "/licenses\n" JSON                                \
                                         " body {\"licenses\":[]," META "}\n"                            \
                                         "on GET " API "/node/n1\n" JSON                                 \
                                         " body {\"nodes\":[" NODE(                                      \
                                             "n1") "]," META "}\n"                                       \
                                                   "on GET " API "/node/n2\n" JSON                       \
                                                   " body {\"nodes\":[" NODE(                            \
                                                       "n2") "]," META "}\n"                             \
                                                             "on GET " API "/job/14\n" JSON              \
                                                             " body {\"jobs\":[" JOB(                    \
                                                                 "RUNNING") "]," META "}\n"              \
                                                                            "on POST " API               \
                                                                            "/\n" JSON                   \
                                                                            " body {" META "}\n"         \
                                                                            "on DELETE " API             \
                                                                            "/\n" JSON                   \
                                                                            " body {\"status\":[]," META \
                                                                            "}\n"

static const char *values[64];

static void set(const struct collector_ops *ops, const char *name, const char *value)
{
    for (size_t i = 0; i < ops->option_count; i++)
        if (strcmp(ops->options[i].name, name) == 0)
            values[i] = value;
}

static struct act_rig *start(const char *script)
{
    const struct collector_ops *ops = collector_find("slurm");
    struct act_rig *a = act_new("");
    struct fake_conf *c = rig_add(&a->rig, ops);
    char all[16384];

    snprintf(all, sizeof(all), "%s%s", script, SLURM);
    act_script(a, 0, all);
    for (size_t i = 0; i < ops->option_count; i++)
        values[i] = ops->options[i].fallback;
    set(ops, "url", fake_http_url(a->server[0]));
    set(ops, "insecure", "true");
    set(ops, "accounting", "off");
    set(ops, "prefer", "rest");
    c->conf = (struct source_conf){.center_id = "one",
                                   .id = "one/slurm",
                                   .collector = "slurm",
                                   .options = ops->options,
                                   .option_count = ops->option_count,
                                   .values = values};
    rig_start(&a->rig);
    assert_true(rig_wait_nodes(&a->rig, 4, 5000));
    assert_int_equal(net_wait_first_round(a->rig.net, 50000), 0);
    assert_true(rig_wait_rows(&a->rig, ENTITY_JOB, 1, 5000));
    return a;
}

static size_t sent(struct act_rig *a)
{
    return fake_http_count(a->server[0], "POST ") + fake_http_count(a->server[0], "DELETE ");
}

static void test_verbs(void **state)
{
    static const char *const nodes[] = {"n1", "n2", NULL}, *const job[] = {"14", NULL};
    struct act_rig *a = start("");

    (void)state;
    assert_int_equal(act_commit(a, action_verb_DRAIN, 0, nodes), RC_OK);
    if (!act_wait(a, a->op, 2, action_state_ACCEPTED, 4000))
        fail_msg("%s; %s", act_row(a, a->op, 1).message, act_row(a, a->op, 2).message);
    assert_string_equal(act_row(a, a->op, 1).request,
                        "POST " API
                        "/node/n1 {\"state\":[\"DRAIN\"],\"reason\":\"suantop:T1 li bad fan\"}");
    assert_non_null(strstr(fake_http_request(a->server[0], "POST " API "/node/n2 HTTP", 0),
                           "\r\n\r\n{\"state\":[\"DRAIN\"],\"reason\":\"suantop:T1 li bad fan\"}"));
    assert_int_equal(sent(a), 2);
    assert_int_equal(act_commit(a, action_verb_CANCEL, 0, job), RC_OK);
    assert_true(act_wait(a, a->op, 1, action_state_ACCEPTED, 4000));
    assert_int_equal(fake_http_count(a->server[0], "DELETE " API "/job/14 HTTP"), 1);
    assert_int_equal(sent(a), 3);
    assert_true(act_wait_lines(a, "\"kind\":\"seen\"", "\"after\":\"running\"", 1));
    assert_int_equal(act_lines(a, "\"kind\":\"seen\"", "\"after\":\"running\""), 1);
    act_free(a);
}

/* Neither read nor written: a name that Slurm could take for more than itself is not passed on. */
static void test_names(void **state)
{
    static const char *const list[] = {"n1,n[1-999]", NULL}, *const path[] = {"a/../b?force=1",
                                                                              NULL};
    struct act_rig *a = start("");

    (void)state;
    assert_int_equal(act_commit(a, action_verb_DRAIN, 0, list), RC_OK);
    assert_true(act_wait(a, a->op, 1, action_state_FAILED, 4000));
    assert_int_equal(act_commit(a, action_verb_DRAIN, 0, path), RC_OK);
    assert_true(act_wait(a, a->op, 1, action_state_FAILED, 4000));
    assert_non_null(strstr(act_row(a, a->op, 1).message, "not passed on to Slurm"));
    assert_int_equal(sent(a), 0);
    assert_int_equal(fake_http_count(a->server[0], "GET " API "/node/"), 0);
    act_free(a);
}

static void expect(const char *script, enum action_state how, const char *words, size_t requests)
{
    static const char *const nodes[] = {"n1", "n2", NULL};
    struct act_rig *a = start(script);

    assert_int_equal(act_commit(a, action_verb_DRAIN, 0, nodes), RC_OK);
    if (!act_wait(a, a->op, 1, how, 5000) || !strstr(act_row(a, a->op, 1).message, words))
        fail_msg("expected \"%s\", got %d \"%s\"", words, (int)act_row(a, a->op, 1).state,
                 act_row(a, a->op, 1).message);
    assert_true(act_wait(a, a->op, 2, action_state_STOPPED, 4000));
    assert_int_equal(sent(a), requests);
    act_free(a);
}

static void test_answers(void **state)
{
    (void)state;
    expect("on POST /\n" JSON " body {\"errors\":[{\"description\":\"x\",\"error_number\":2010,"
           "\"error\":\"Access/permission denied\"}],\"meta\":{}}\n",
           action_state_REFUSED, "AdminLevel=Administrator", 1);
    expect("on POST /\n hangup\n", action_state_UNKNOWN, "nobody knows", 1);
    expect("on POST /\n status 502 Bad Gateway\n", action_state_UNKNOWN, "nobody knows", 1);
    expect("on POST /\n header Content-Type: text/html\n body <html>log in</html>\n",
           action_state_FAILED, "HTML", 1);
    expect(
        "on GET " API "/node/n1\n" JSON " body {\"nodes\":[],\"errors\":[{\"error_number\":0,"
        "\"error\":\"Failure to query node n1\"}],\"meta\":{\"slurm\":{\"release\":\"23.11.4\"}}}\n",
        action_state_CHANGED, "does not exist any more", 0);
    expect("on GET " API "/node/n1\n" JSON " body {\"nodes\":[" NODE("n2") "]," META "}\n",
           action_state_FAILED, "the answer was about n2", 0);
    expect("on GET " API "/node/n1\n" JSON
           " body {\"nodes\":[{\"name\":\"n1\",\"state\":[\"IDLE\",\"DRAIN\"],"
           "\"reason\":\"NHC: disk\",\"reason_set_by_user\":\"root\"}]," META "}\n",
           action_state_REFUSED, "already drained: NHC: disk", 0);
    expect("on GET " API "/node/n1\n" JSON " body {\"nodes\":[" NODE(
               "n1") "],\"meta\":{\"slurm\":{\"release\":\"23.11.4\",\"cluster\":\"other\"}},"
                     "\"errors\":[]}\n",
           action_state_CHANGED, "it is other, not hpc", 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_verbs),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_answers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
