/* SPDX-License-Identifier: MIT
 * Deltas: what is put in comes out of the dump; running out of room is sticky and harmless. */
#include "model/delta.h"
#include "base/buf.h"
#include "tests/unit/unit.h"
#include <math.h>

static void assert_dump(const struct delta *d, const char *expected)
{
    struct buf out;

    buf_init(&out, 1 << 20);
    delta_dump(d, &out);
    assert_string_equal(out.data, expected);
    buf_fini(&out);
}

static void each_type_is_written_in_words(void **state)
{
    struct delta *d = delta_new(3, 4, 1000, 0);

    (void)state;
    delta_row(d, ENTITY_JOB, "14", 2);
    delta_num(d, FIELD_job_priority, 1e9 + 0.5);
    delta_str(d, FIELD_job_name, "train");
    delta_int(d, FIELD_job_state, job_state_RUNNING);
    delta_int(d, FIELD_job_requeueable, 1);
    delta_time(d, FIELD_job_started_at, 1763801709000);
    delta_row(d, ENTITY_NODE, "cn1", 3);
    delta_int(d, FIELD_node_flags, 1 << node_flag_DRAIN | 1 << node_flag_MAINT);
    delta_str(d, FIELD_node_reason, "bad \"fan\"\n");
    assert_dump(d, "job 14 name=train state=running priority=1000000000.5 "
                   "started_at=2025-11-22T08:55:09Z requeueable=yes\n"
                   "node cn1 flags=drain,maint reason=\"bad \\\"fan\\\"\\x0a\"\n");
    assert_int_equal(d->records, 2);
    delta_free(d);
}

static void nothing_is_absent_and_not_zero(void **state)
{
    struct delta *d = delta_new(0, 0, 1, 0);

    (void)state;
    delta_row(d, ENTITY_JOB, "1", 1);
    delta_str(d, FIELD_job_name, NULL);
    delta_str(d, FIELD_job_user, "");
    delta_num(d, FIELD_job_priority, NAN);
    delta_num(d, FIELD_job_cpus, INFINITY);
    delta_time(d, FIELD_job_ended_at, 0);
    delta_absent(d, FIELD_job_state);
    assert_dump(d, "job 1 name=? user=? state=? priority=? cpus=? ended_at=?\n");
    delta_free(d);
}

static void the_last_value_of_a_field_counts(void **state)
{
    struct delta *d = delta_new(0, 0, 1, 0);

    (void)state;
    delta_row(d, ENTITY_JOB, "1", 1);
    delta_str(d, FIELD_job_name, "a");
    delta_str(d, FIELD_job_name, "b");
    assert_dump(d, "job 1 name=b\n");
    delta_free(d);
}

static void polls_keeps_and_removals_are_told(void **state)
{
    struct delta *d = delta_new(0, 0, 1, 0);
    char expected[200];

    (void)state;
    d->poll.seq = 7;
    d->poll.begin = true;
    d->poll.end = POLL_GOOD;
    d->poll.entities[ENTITY_JOB] = d->poll.entities[ENTITY_NODE] = true;
    delta_row(d, ENTITY_JOB, "1", 1);
    uint64_t key = delta_last_key(d);
    assert_int_equal(key, row_key(ENTITY_JOB, 0, "1", 1));
    delta_keep(d, ENTITY_JOB, key);
    delta_remove(d, ENTITY_NODE, "cn 9", 4);
    snprintf(
        expected, sizeof(expected),
        "poll 7 begin end=good lists node job\njob 1\nkeep job %016llx\nremove node \"cn 9\"\n",
        (unsigned long long)key);
    assert_dump(d, expected);
    delta_free(d);
}

static void many_values_fit_one_record(void **state)
{
    struct delta *d = delta_new(0, 0, 1, 0);

    (void)state;
    for (int row = 0; row < 3; row++) {
        delta_row(d, ENTITY_JOB, "1", 1);
        for (int i = 0; i < 100; i++)
            delta_num(d, FIELD_job_priority, i);
        assert_int_equal(d->last->count, 100);
        for (uint32_t i = 0; i < 100; i++)
            assert_true(d->last->values[i].u.num == i);
    }
    delta_free(d);
}

static void a_full_arena_fails_for_good(void **state)
{
    struct delta *d = delta_new(0, 0, 1, 1000);
    char long_text[2000];

    (void)state;
    memset(long_text, 'x', sizeof(long_text));
    delta_row(d, ENTITY_JOB, "1", 1);
    assert_false(d->failed);
    delta_strn(d, FIELD_job_name, long_text, sizeof(long_text));
    assert_true(d->failed);
    delta_row(d, ENTITY_JOB, "2", 1);
    delta_num(d, FIELD_job_priority, 1);
    delta_str(d, FIELD_job_name, "x");
    delta_keep(d, ENTITY_JOB, 1);
    delta_remove(d, ENTITY_JOB, "2", 1);
    assert_true(d->failed);
    assert_int_equal(d->records, 1);
    assert_true(d->arena.used <= 1000);
    assert_true(delta_weight(d) >= sizeof(*d) + d->arena.used); /* what it takes, full or not */
    delta_free(d);
}

static void every_size_of_arena_ends_well(void **state)
{
    (void)state;
    for (size_t max = 1; max < 3000; max += 7) {
        struct delta *d = delta_new(0, 0, 1, max);
        for (int i = 0; i < 20; i++) {
            delta_row(d, ENTITY_NODE, "node", 4);
            delta_str(d, FIELD_node_name, "node");
            delta_num(d, FIELD_node_load, i);
            delta_int(d, FIELD_node_state, node_state_IDLE);
        }
        assert_true(d->failed || d->records == 20);
        delta_free(d);
    }
}

static void freeing_nothing_is_fine(void **state)
{
    (void)state;
    delta_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_type_is_written_in_words),
        cmocka_unit_test(nothing_is_absent_and_not_zero),
        cmocka_unit_test(the_last_value_of_a_field_counts),
        cmocka_unit_test(polls_keeps_and_removals_are_told),
        cmocka_unit_test(many_values_fit_one_record),
        cmocka_unit_test(a_full_arena_fails_for_good),
        cmocka_unit_test(every_size_of_arena_ends_well),
        cmocka_unit_test(freeing_nothing_is_fine),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
