/* SPDX-License-Identifier: MIT
 * test_collectors_parts.c - the small parts: registry, options, requests, states, job ids, the memory of
 * the last poll. */
#include "base/hash.h"
#include "collectors/slurm/rows.h"
#include "collectors/slurm/seen.h"
#include "collectors/slurm/states.h"
#include "collectors/slurm/value.h"
#include "tests/unit/collectors_bench.h"

/* ---- registry ---- */

static void test_registry(void **state)
{
    const struct collector_ops *const *all = collector_all();
    size_t n = 0;

    (void)state;
    for (; all[n] != NULL; n++) {
        assert_ptr_equal(collector_find(all[n]->name), all[n]);
        assert_non_null(all[n]->help);
        assert_non_null(all[n]->open);
        assert_non_null(all[n]->close);
        assert_non_null(all[n]->plan);
        assert_non_null(all[n]->decode);
        assert_non_null(all[n]->done);
        assert_non_null(all[n]->refresh);
        assert_non_null(all[n]->lookup);
        assert_true(all[n]->max_in_flight > 0);
    }
    assert_true(n >= 3); /* slurm, local, prometheus ... */
    assert_null(collector_find("nosuch"));
    assert_null(collector_find(""));
}

static void test_every_option_is_described(void **state)
{
    (void)state;
    for (const struct collector_ops *const *c = collector_all(); *c != NULL; c++)
        for (size_t i = 0; i < (*c)->option_count; i++) {
            const struct option_desc *o = &(*c)->options[i];
            assert_true(o->name[0] != '\0' && o->help[0] != '\0');
            assert_int_equal(o->type == OPT_WORD, o->words != NULL);
            for (size_t k = 0; k < i; k++)
                assert_string_not_equal(o->name, (*c)->options[k].name);
        }
}

/* ---- options ---- */

static void test_options(void **state)
{
    static const struct option_desc table[] = {
        {"a", OPT_STR, "x", NULL, NULL},      {"b", OPT_DURATION, "x", NULL, NULL},
        {"c", OPT_BOOL, "x", NULL, NULL},     {"d", OPT_BOOL, "x", NULL, NULL},
        {"e", OPT_DURATION, "x", NULL, NULL},
    };
    static const char *const values[] = {"text", "90s", "true", "false", "soon"};
    const struct source_conf conf = {.options = table, .option_count = 5, .values = values};

    (void)state;
    assert_string_equal(source_opt(&conf, "a"), "text");
    assert_null(source_opt(&conf, "nosuch"));
    assert_true(source_opt_ms(&conf, "b", 1) == 90000);
    assert_true(source_opt_ms(&conf, "e", 7) == 7);
    assert_true(source_opt_ms(&conf, "nosuch", 8) == 8);
    assert_true(source_opt_bool(&conf, "c"));
    assert_false(source_opt_bool(&conf, "d"));
    assert_false(source_opt_bool(&conf, "nosuch"));
}

/* ---- requests ---- */

static void test_request_strings(void **state)
{
    struct request_list list = {{NULL}, 0};
    struct request *rq = request_add(&list);
    const char *const words[] = {"squeue", "-O", "a b", NULL};

    (void)state;
    assert_string_equal(request_str(rq, "%s/%d", "x", 7), "x/7");
    const char *const *copy = request_strv(rq, words);
    assert_ptr_not_equal(copy[0], words[0]);
    assert_string_equal(copy[2], "a b");
    assert_null(copy[3]);
    bench_free_request(rq);
}

static void test_request_encode(void **state)
{
    static const char *const cases[][2] = {
        {"n1", "n1"},
        {"a b", "a%20b"},
        {"../x", "..%2Fx"},
        {"..", "%2E%2E"},
        {".", "%2E"},
        {"?force=1&x", "%3Fforce%3D1%26x"},
        {"\x1b[2J", "%1B%5B2J"},
        {"\xe8\xae\xad", "%E8%AE%AD"},
        {"100%", "100%25"},
    };
    struct request_list list = {{NULL}, 0};
    struct request *rq = request_add(&list);

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        assert_string_equal(request_encode(rq, cases[i][0]), cases[i][1]);
    bench_free_request(rq);
}

/* ---- states ---- */

#define FLAG(id) (UINT32_C(1) << node_flag_##id)

static void test_node_states(void **state)
{
    static const struct {
        const char *words;
        enum node_state state;
        uint32_t flags;
    } cases[] = {
        {"IDLE", node_state_IDLE, 0},
        {"mixed", node_state_MIXED, 0},
        {"IDLE+DRAIN", node_state_IDLE, FLAG(DRAIN)},
        {"DOWN*", node_state_DOWN, FLAG(NOT_RESPONDING)},
        {"ALLOCATED+COMPLETING+NOT_RESPONDING", node_state_ALLOCATED,
         FLAG(COMPLETING) | FLAG(NOT_RESPONDING)},
        {"DOWN*+DRAIN", node_state_DOWN, FLAG(NOT_RESPONDING) | FLAG(DRAIN)},
        {"IDLE+CLOUD+POWERED_DOWN", node_state_IDLE, FLAG(CLOUD) | FLAG(POWERED_DOWN)},
        {"IDLE+POWERING_UP", node_state_IDLE, FLAG(POWERING)},
        {"DOWN+INVALID_REG", node_state_DOWN, FLAG(INVALID)},
        {"IDLE+REBOOT_ISSUED", node_state_IDLE, FLAG(REBOOT)},
        {"IDLE+NEWWORD", node_state_IDLE, FLAG(OTHER)},
        {"", node_state_UNKNOWN, 0},
        {"+++", node_state_UNKNOWN, 0},
        {"UNKNOWN", node_state_UNKNOWN, 0},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct node_words w = {node_state_UNKNOWN, 0};
        node_words_add(&w, cases[i].words, strlen(cases[i].words));
        if (w.state != cases[i].state || w.flags != cases[i].flags)
            fail_msg("%s: %d %x", cases[i].words, (int)w.state, w.flags);
    }
}

static void test_job_states(void **state)
{
    static const struct {
        const char *words[3];
        enum job_state state;
    } cases[] = {
        {{"PENDING"}, job_state_QUEUED},
        {{"RUNNING", "COMPLETING"}, job_state_COMPLETING},
        {{"COMPLETING", "FAILED"}, job_state_COMPLETING},
        {{"RUNNING", "CONFIGURING"}, job_state_RUNNING},
        {{"PENDING", "REQUEUED"}, job_state_QUEUED},
        {{"PENDING", "SPECIAL_EXIT"}, job_state_HELD},
        {{"NODE_FAIL"}, job_state_INTERRUPTED},
        {{"PREEMPTED"}, job_state_INTERRUPTED},
        {{"BOOT_FAIL"}, job_state_INTERRUPTED},
        {{"TIMEOUT"}, job_state_FAILED},
        {{"OUT_OF_MEMORY"}, job_state_FAILED},
        {{"DEADLINE"}, job_state_FAILED},
        {{"CANCELLED"}, job_state_CANCELLED},
        {{"COMPLETED"}, job_state_DONE},
        {{"SUSPENDED"}, job_state_SUSPENDED},
        {{"RUNNING", "STOPPED"}, job_state_SUSPENDED},
        {{"PD"}, job_state_QUEUED},
        {{"CG"}, job_state_COMPLETING},
        {{"S"}, job_state_SUSPENDED},
        {{"running"}, job_state_RUNNING},
        {{"MOONWALK"}, job_state_UNKNOWN},
        {{""}, job_state_UNKNOWN},
        {{"P"}, job_state_UNKNOWN},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct job_words w = {job_state_UNKNOWN, 0};
        for (int k = 0; k < 3 && cases[i].words[k] != NULL; k++)
            job_words_add(&w, cases[i].words[k], strlen(cases[i].words[k]));
        if (w.state != cases[i].state)
            fail_msg("%s: %d", cases[i].words[0], (int)w.state);
    }
}

/* A NUL ends the comparison of strings, and must not end the look at lengths. */
static void test_words_with_a_nul(void **state)
{
    static const char text[] = "DOWN\0AND FAR BEYOND THE END OF ANY WORD";
    struct node_words n = {node_state_UNKNOWN, 0};
    struct job_words j = {job_state_UNKNOWN, 0};

    (void)state;
    node_words_add(&n, text, sizeof text - 1);
    assert_int_equal(n.state, node_state_UNKNOWN);
    assert_null(job_words_add(&j, "PD\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 18));
}

/* ---- ids ---- */

static void test_job_ids(void **state)
{
    static const struct {
        const char *text, *id, *identity, *array, *task;
        double tasks;
    } cases[] = {
        {"14", "14", "14", "", "", 1},
        {"14_5", "14_5", "14_5", "14", "5", 1},
        {"14_[6-99]", "14_[6-99]", "14_[99", "14", "6-99", 94},
        {"14_[6-99%2]", "14_[6-99]", "14_[99", "14", "6-99%2", 94},
        {"14_[1,3,7-9]", "14_[1,3,7-9]", "14_[9", "14", "1,3,7-9", 5},
        {"14_[0-999:3%1]", "14_[0-999:3]", "14_[999", "14", "0-999:3%1", 334},
        {"14_[5]", "14_[5]", "14_[5", "14", "5", 1},
        {"14+1", "14+1", "14+1", "", "", 1},
        {"14_[1,3,...]", "14_[1,3,...]", "14_[...", "14", "1,3,...", 2},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct job_id id;
        if (!job_id_read(&id, (struct span){cases[i].text, strlen(cases[i].text)}))
            fail_msg("%s is no id", cases[i].text);
        assert_string_equal(id.id, cases[i].id);
        assert_string_equal(id.identity, cases[i].identity);
        assert_string_equal(id.array, cases[i].array);
        assert_true(span_is(id.task, cases[i].task));
        assert_true(id.tasks == cases[i].tasks);
    }
}

static void test_what_is_no_job_id(void **state)
{
    static const char *const cases[] = {"",
                                        "JOBID",
                                        "-1",
                                        "_5",
                                        "1_",
                                        "1_x",
                                        "x_1",
                                        "+1",
                                        "1 2",
                                        "1_[]x",
                                        "1_[]",
                                        "1_[",
                                        "99999999999999999999999"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct job_id id;
        bool good = job_id_read(&id, (struct span){cases[i], strlen(cases[i])});
        if (good)
            fail_msg("%s is taken for %s", cases[i], id.id);
    }
}

static void test_counting_tasks(void **state)
{
    static const struct {
        const char *list;
        double n;
    } cases[] = {
        {"2-99%2", 98}, {"7", 1},    {"1,3,5", 3}, {"0-10:5", 3}, {"5-2", 0},
        {"", 0},        {"x", 0},    {"1-x", 0},   {"1-10:0", 0}, {"0-4294967293", 0},
        {",,,", 0},     {"1-3,", 3}, {"-5", 0},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        double n = count_tasks((struct span){cases[i].list, strlen(cases[i].list)});
        if (n != cases[i].n)
            fail_msg("%s: %g", cases[i].list, n);
    }
}

/* ---- the last poll ---- */

/* Whatever moved, went or came: found is what the last poll held, with its key. */
static void test_seen_in_any_order(void **state)
{
    enum { COUNT = 600, POLLS = 40 };
    static uint64_t list[COUNT], before[COUNT];
    uint64_t random = 7, fresh = 0;
    size_t had = 0;
    struct seen s;

    (void)state;
    seen_init(&s);
    for (int poll = 0; poll < POLLS; poll++) {
        size_t count = poll % 7 ? COUNT - (size_t)poll : COUNT / 2;
        for (size_t i = 0; i < count; i++) {
            random = hash_u64(random, i);
            if (poll == 0 || i >= had || random % 20 == 0)
                list[i] = ++fresh; /* changed */
            else if (random % 20 == 1) {
                uint64_t other = list[random >> 32 & 255];
                list[random >> 32 & 255] = list[i]; /* moved */
                list[i] = other;
            }
        }
        for (size_t i = 0; i < count; i++) {
            uint64_t key = 0;
            bool was = false;
            for (size_t k = 0; k < had; k++)
                was |= before[k] == list[i];
            assert_int_equal(seen_before(&s, hash_u64(1, list[i]), &key), was);
            if (was)
                assert_int_equal(key, list[i]);
            seen_add(&s, hash_u64(1, list[i]), list[i]);
        }
        memcpy(before, list, sizeof before);
        had = count;
        seen_turn(&s);
    }
    seen_fini(&s);
}

static void test_seen(void **state)
{
    struct seen s;
    uint64_t key;

    (void)state;
    seen_init(&s);
    assert_false(seen_before(&s, 7, &key));
    for (uint64_t i = 0; i < 40000; i++)
        seen_add(&s, hash_u64(1, i), i);
    assert_false(seen_before(&s, hash_u64(1, 5), &key)); /* this poll is not the last one yet */
    seen_turn(&s);
    for (uint64_t i = 0; i < 40000; i++) {
        assert_true(seen_before(&s, hash_u64(1, i), &key));
        assert_true(key == i);
    }
    assert_false(seen_before(&s, hash_u64(1, 40000), &key));
    assert_true(seen_has_key(&s, 39999));
    assert_false(seen_has_key(&s, 40000));
    print_message("# 40000 elements: %zu bytes with the index of keys\n", seen_bytes(&s));
    seen_turn(&s);
    assert_false(seen_before(&s, hash_u64(1, 5), &key));
    seen_add(&s, 0, 9); /* a hash of 0 is one too */
    seen_turn(&s);
    assert_true(seen_before(&s, 0, &key));
    assert_true(key == 9);
    s.stale = true;
    assert_false(seen_before(&s, 0, &key));
    seen_forget(&s);
    assert_int_equal(seen_bytes(&s), 0);
    seen_fini(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_registry),          cmocka_unit_test(test_every_option_is_described),
        cmocka_unit_test(test_options),           cmocka_unit_test(test_request_strings),
        cmocka_unit_test(test_request_encode),    cmocka_unit_test(test_node_states),
        cmocka_unit_test(test_job_states),        cmocka_unit_test(test_words_with_a_nul),
        cmocka_unit_test(test_job_ids),           cmocka_unit_test(test_what_is_no_job_id),
        cmocka_unit_test(test_counting_tasks),    cmocka_unit_test(test_seen),
        cmocka_unit_test(test_seen_in_any_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
