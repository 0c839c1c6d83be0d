/* SPDX-License-Identifier: MIT
 * How large rows are: of the structs, and of all that is allocated for a row, as malloc counts it. A new field that most rows
 * do not have is a RARE one. */
#include "model/entity.h"
#include "model/fleet_flops.h"
#include "model/table.h"
#include "tests/bench/made_fleet.h"
#include "tests/unit/unit.h"
#include <malloc.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define OWN_MALLOC 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define OWN_MALLOC 1
#endif

static void structs_stay_small(void **state)
{
    (void)state;
    assert_true(sizeof(struct row_head) <= 56);
    assert_true(sizeof(struct job_row) <= 168);
    assert_true(sizeof(struct device_row) <= 128);
    assert_true(sizeof(struct node_row) <= 184);
    assert_true(sizeof(struct mark) <= 6);
    assert_true(sizeof(struct flops_side) <= 16);
}

static double in_use(void)
{
#ifdef OWN_MALLOC
    return 0; /* its malloc does not tell */
#else
    struct mallinfo2 m = mallinfo2();

    return (double)(m.uordblks + m.hblkhd);
#endif
}

enum { NODES = 16384, DEVICES = 8 * NODES, JOBS = 65536 };

static struct made made = MADE_NEW;

static double bytes_a_row(struct fleet *f, enum entity e, uint32_t rows)
{
    double before = in_use();

    made_poll(f, &made, e, rows, MADE_FULL, 0, 0);
    snapshot_unref(fleet_publish(f, MADE_NOW));
    return (in_use() - before) / rows;
}

/* Strings of its own, index, marks and sums of its node included. Strings lie in blocks of 1 MiB: of the jobs that is 16 bytes
 * a row more or less. */
static void rows_stay_small(void **state)
{
    struct fleet *f = fleet_new(NULL);

    (void)state;
    double node = bytes_a_row(f, ENTITY_NODE, NODES);
    double device = bytes_a_row(f, ENTITY_DEVICE, DEVICES);
    double job = bytes_a_row(f, ENTITY_JOB, JOBS);
    print_message("bytes a row: node %.0f, device %.0f, job %.0f\n", node, device, job);
    assert_true(node <= 375 && device <= 206 && job <= 275);
    fleet_free(f);
}

/* While somebody holds the last picture, one row in twenty changes: the chunks that hold such rows, not all. */
static void a_change_copies_little(void **state)
{
    struct fleet *f = fleet_new(NULL);

    (void)state;
    double job = bytes_a_row(f, ENTITY_JOB, JOBS);
    struct snapshot *shown = fleet_publish(f, MADE_NOW);
    double before = in_use();
    made_poll(f, &made, ENTITY_JOB, JOBS, MADE_KEEP, 20, 1);
    double copied = (in_use() - before) / JOBS;
    print_message("copied: %.0f of %.0f bytes a row\n", copied, job);
    assert_true(copied <= 0.25 * job);
    snapshot_unref(shown);
    fleet_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(structs_stay_small),
        cmocka_unit_test(rows_stay_small),
        cmocka_unit_test(a_change_copies_little),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
