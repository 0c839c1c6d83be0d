/* SPDX-License-Identifier: MIT
 * The field tables agree with the row structs; numbers that cannot be are refused. */
#include "model/entity.h"
#include "model/fields.h"
#include "model/plausible.h"
#include "tests/unit/unit.h"
#include <math.h>

static void each_field_lies_in_its_row(void **state)
{
    (void)state;
    for (int e = 0; e < ENTITY_COUNT; e++) {
        const struct entity_info *info = entity_info((enum entity)e);
        size_t end = sizeof(struct row_head);
        uint64_t all = info->field_count < 64 ? (UINT64_C(1) << info->field_count) - 1 : UINT64_MAX;
        assert_true(info->name_field >= 0 && info->name_field < (int)info->field_count);
        for (unsigned i = 0; i < info->field_count; i++) {
            const struct field *f = &info->fields[i];
            if (f->rare) {
                assert_ptr_equal(f->rare, entity_rare[e]);
                assert_int_equal(f->number, i);
                assert_int_equal(rare_words(f->rare, UINT64_C(1) << i), field_size(f) / 4);
            } else {
                assert_true(f->offset >= sizeof(struct row_head));
                assert_true(f->offset + field_size(f) <= info->row_size);
                assert_true(f->offset % field_size(f) == 0);
                end += field_size(f);
                all &= ~(UINT64_C(1) << i);
            }
            assert_true(f->cells > 0 && f->title[0] && f->help[0]);
            assert_int_equal(f->words != NULL, f->type == FT_ENUM || f->type == FT_FLAGS);
        }
        assert_int_equal(all, entity_rare[e][0]);
        assert_true(end <= info->row_size);
    }
}

static void ids_and_titles_find_fields(void **state)
{
    (void)state;
    assert_int_equal(entity_field(ENTITY_JOB, "priority"), FIELD_job_priority);
    assert_int_equal(entity_field(ENTITY_JOB, "wants"), FIELD_job_devices_requested);
    assert_int_equal(entity_field(ENTITY_JOB, "gpus"), FIELD_job_devices_allocated);
    assert_int_equal(entity_field(ENTITY_JOB, "nodelist"), FIELD_job_nodes);
    assert_int_equal(entity_field(ENTITY_JOB, "nodes"), FIELD_job_nodes);
    assert_int_equal(entity_field(ENTITY_NODE, "cpu_used"), FIELD_node_cpus_allocated);
    assert_int_equal(entity_field(ENTITY_NODE, "CPU USED"), FIELD_node_cpus_allocated);
    assert_int_equal(entity_field(ENTITY_NODE, "no such"), -1);
    assert_int_equal(entity_field(ENTITY_NODE, ""), -1);
}

static void keys_tell_entity_center_and_bytes_apart(void **state)
{
    uint64_t key = row_key(ENTITY_NODE, 1, "cn1", 3);

    (void)state;
    assert_int_equal(key, row_key(ENTITY_NODE, 1, "cn1", 3));
    assert_int_not_equal(key, row_key(ENTITY_NODE, 2, "cn1", 3));
    assert_int_not_equal(key, row_key(ENTITY_JOB, 1, "cn1", 3));
    assert_int_not_equal(key, row_key(ENTITY_NODE, 1, "cn1\0", 4));
    assert_int_not_equal(key, row_key(ENTITY_NODE, 1, "CN1", 3));
}

static void impossible_numbers_are_refused(void **state)
{
    static const struct {
        enum field_unit unit;
        double v;
        bool ok;
    } cases[] = {
        {UNIT_COUNT, 0, true},         {UNIT_COUNT, 12, true},        {UNIT_COUNT, -1, false},
        {UNIT_COUNT, 1e16, false},     {UNIT_CELSIUS, 999, false},    {UNIT_CELSIUS, -273, false},
        {UNIT_CELSIUS, -40, true},     {UNIT_CELSIUS, 94.5, true},    {UNIT_PERCENT, 4e9, false},
        {UNIT_PERCENT, 12800, true},   {UNIT_PERCENT, -0.5, false},   {UNIT_SECOND, -1, true},
        {UNIT_SECOND, -2, false},      {UNIT_BYTE, 9.2e18, true},     {UNIT_BYTE, -1, false},
        {UNIT_WATT, NAN, false},       {UNIT_WATT, INFINITY, false},  {UNIT_WATT, -INFINITY, false},
        {UNIT_RPM, 15000, true},       {UNIT_LOAD, -1, false},        {UNIT_NONE, -5, true},
        {UNIT_MILLISECOND, -1, false}, {UNIT_MILLISECOND, 0.5, true}, {UNIT_RPM, 1e308, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(plausible_num(cases[i].unit, cases[i].v), cases[i].ok);
}

static void impossible_times_and_words_are_refused(void **state)
{
    const struct field *flags = &entity_info(ENTITY_NODE)->fields[FIELD_node_flags];
    const struct field *job = &entity_info(ENTITY_JOB)->fields[FIELD_job_state];
    int64_t v;

    (void)state;
    assert_true(plausible_time(1));
    assert_false(plausible_time(0));
    assert_false(plausible_time(-5));
    assert_false(plausible_time(INT64_MAX));
    v = job_state_COUNT;
    assert_false(plausible_int(job, &v));
    v = -1;
    assert_false(plausible_int(job, &v));
    v = job_state_CANCELLED;
    assert_true(plausible_int(job, &v));
    v = -1;
    assert_true(plausible_int(flags, &v));
    assert_int_equal(v, (INT64_C(1) << node_flag_COUNT) - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_field_lies_in_its_row),
        cmocka_unit_test(ids_and_titles_find_fields),
        cmocka_unit_test(keys_tell_entity_center_and_bytes_apart),
        cmocka_unit_test(impossible_numbers_are_refused),
        cmocka_unit_test(impossible_times_and_words_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
