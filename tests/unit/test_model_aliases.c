/* SPDX-License-Identifier: MIT
 * test_model_aliases.c - the job of a device that tells the scheduler's number of an array's task. */
#include "model/devices.h"
#include "tests/unit/model_kit.h"

/* What the job is called that a device with this word is of, "" = it has none. */
static const char *job_of(const struct snapshot *s, uint16_t center, const char *number)
{
    const struct job_row *j = snapshot_job(s, center, number, strlen(number));

    return j ? intern_raw(snapshot_strings(s), j->id) : "";
}

/* As Slurm does it: the last task that begins has the number of its array. */
#define ARRAY                                                                                      \
    "job 3_0 raw_id=10 state=running nodes=n1\n"                                                   \
    "job 3_1 raw_id=11 state=running nodes=n1\n"                                                   \
    "job 3_9 raw_id=3 state=running nodes=n2\n"                                                    \
    "job 3_[8 id=3_[2-8] state=queued\n"                                                           \
    "job 12 state=running nodes=n2\n"

static void a_device_finds_the_task_that_has_it(void **state)
{
    static const struct {
        const char *device, *job;
    } want[] = {{"device n1/0 job=10", "3_0"}, {"device n1/0 job=11", "3_1"},
                {"device n1/0 job=3", "3_9"},  {"device n1/0 job=3_1", "3_1"},
                {"device n1/0 job=12", "12"},  {"device n1/0 job=13", "13"},
                {"device n1/0 job=1", "1"}};
    struct fleet *f = fleet_new(NULL);

    (void)state;
    kit_rows(f, 0, 0, KIT_NOW, ARRAY);
    kit_rows(f, 1, 1, KIT_NOW, "job 5_7 raw_id=10 state=running nodes=n1\n");
    for (size_t i = 0; i < ARRAY_LEN(want); i++) {
        kit_rows(f, 0, 2, KIT_NOW, want[i].device);
        struct snapshot *s = fleet_publish(f, KIT_NOW);
        const struct device_row *d = snapshot_row(s, ENTITY_DEVICE, 0);
        assert_string_equal(intern_raw(snapshot_strings(s), device_job_id(s, d)), want[i].job);
        assert_int_equal(device_job(s, d) != NULL, i < 5);
        assert_string_equal(job_of(s, 1, "10"), "5_7");
        assert_string_equal(job_of(s, 1, "11"), "");
        snapshot_unref(s);
    }
    fleet_free(f);
}

static void what_is_over_is_found_no_more(void **state)
{
    struct fleet *f = fleet_new(NULL);

    (void)state;
    kit_rows(f, 0, 0, KIT_NOW, ARRAY);
    struct snapshot *before = fleet_publish(f, KIT_NOW);
    kit_rows(f, 0, 0, KIT_NOW, "remove job 3_0\njob 3_1 raw_id=14\njob 4_1 raw_id=15 nodes=n1\n");
    struct snapshot *after = fleet_publish(f, KIT_NOW);
    assert_string_equal(job_of(after, 0, "10"), "");
    assert_string_equal(job_of(after, 0, "11"), "");
    assert_string_equal(job_of(after, 0, "14"), "3_1");
    assert_string_equal(job_of(after, 0, "15"), "4_1"); /* in the slot of 3_0 */
    assert_string_equal(job_of(before, 0, "10"), "3_0");
    assert_string_equal(job_of(before, 0, "11"), "3_1");
    assert_string_equal(job_of(before, 0, "15"), "");
    kit_rows(f, 0, 0, KIT_NOW, "job 3_1 raw_id=?\n");
    snapshot_unref(after);
    after = fleet_publish(f, KIT_NOW);
    assert_string_equal(job_of(after, 0, "14"), "");
    snapshot_unref(before);
    snapshot_unref(after);
    fleet_free(f);
}

enum { TASKS = 3000, ROUNDS = 12 };

static void tell_tasks(struct fleet *f, int round)
{
    struct delta *d = delta_new(0, 0, KIT_NOW, 0);
    char line[96];

    for (int i = 0; i < TASKS; i++) {
        if (round)
            snprintf(line, sizeof line, "remove job %d_%d", round - 1, i);
        if (round)
            kit_line(d, line);
        snprintf(line, sizeof line, "job %d_%d raw_id=%d", round, i, round * TASKS + i + 1);
        kit_line(d, line);
    }
    assert_int_equal(fleet_apply(f, d, NULL), RC_OK);
    delta_free(d);
}

/* Arrays come and go for ever: what is over is not kept, and each that runs is found. */
static void arrays_come_and_go(void **state)
{
    struct fleet *f = fleet_new(NULL);
    char number[24], name[48];

    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        tell_tasks(f, round);
        struct snapshot *s = fleet_publish(f, KIT_NOW);
        for (int i = 0; i < TASKS; i++) {
            snprintf(number, sizeof number, "%d", round * TASKS + i + 1);
            snprintf(name, sizeof name, "%d_%d", round, i);
            assert_string_equal(job_of(s, 0, number), name);
        }
        assert_string_equal(job_of(s, 0, round ? "1" : "none"), "");
        snapshot_unref(s);
    }
    fleet_free(f);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_device_finds_the_task_that_has_it),
        cmocka_unit_test(what_is_over_is_found_no_more),
        cmocka_unit_test(arrays_come_and_go),
    };

    return cmocka_run_group_tests_name("aliases", tests, NULL, NULL);
}
