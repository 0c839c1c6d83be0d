/* SPDX-License-Identifier: MIT
 * What one node or job adds to the sums, and what sources make of a center's health. */
#include "model/rollup.h"
#include "model/health.h"
#include "tests/unit/unit.h"

#define F(id) (1u << node_flag_##id)

static struct node_row node(int state, uint32_t flags)
{
    struct node_row n = {.state = (uint8_t)state, .flags = flags};

    row_mark(&n, node, flags);
    if (state >= 0)
        row_mark(&n, node, state);
    return n;
}

static void nodes_have_one_class(void **state)
{
    static const struct {
        int state;
        uint32_t flags;
        enum node_class class;
    } cases[] = {
        {node_state_IDLE, 0, NODE_UP},
        {node_state_MIXED, 0, NODE_UP},
        {node_state_ALLOCATED, F(COMPLETING), NODE_UP},
        {node_state_IDLE, F(MAINT) | F(RESERVED), NODE_UP},
        {node_state_IDLE, F(PLANNED) | F(CLOUD) | F(DYNAMIC), NODE_UP},
        {node_state_IDLE, F(DRAIN), NODE_DRAINED},
        {node_state_ALLOCATED, F(DRAIN), NODE_DRAINED},
        {node_state_UNKNOWN, F(DRAIN), NODE_DRAINED},
        {node_state_IDLE, F(DRAIN) | F(POWERED_DOWN), NODE_DRAINED},
        {node_state_DOWN, F(DRAIN), NODE_DOWN},
        {node_state_DOWN, 0, NODE_DOWN},
        {node_state_ERROR, 0, NODE_DOWN},
        {node_state_IDLE, F(NOT_RESPONDING), NODE_DOWN},
        {node_state_IDLE, F(NOT_RESPONDING) | F(DRAIN), NODE_DOWN},
        {node_state_ALLOCATED, F(FAIL), NODE_DOWN},
        {node_state_IDLE, F(INVALID), NODE_DOWN},
        {node_state_UNKNOWN, F(NOT_RESPONDING), NODE_DOWN},
        {node_state_FUTURE, 0, NODE_OTHER},
        {node_state_FUTURE, F(NOT_RESPONDING) | F(DRAIN), NODE_OTHER},
        {node_state_IDLE, F(POWERED_DOWN), NODE_OTHER},
        {node_state_DOWN, F(POWERED_DOWN), NODE_DOWN},
        {node_state_UNKNOWN, 0, NODE_OTHER},
        {-1, 0, NODE_UP}, /* no scheduler speaks of it, and it answers */
        {-1, F(DRAIN), NODE_DRAINED},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct node_row n = node(cases[i].state, cases[i].flags);
        if (rollup_node_class(&n) != cases[i].class)
            fail_msg("case %zu: class %d", i, (int)rollup_node_class(&n));
    }
}

static void only_some_up_nodes_take_work(void **state)
{
    static const uint32_t closed[] = {F(MAINT),   F(RESERVED), F(REBOOT),
                                      F(BLOCKED), F(POWERING), F(DRAIN)};
    static const uint32_t open[] = {0, F(PLANNED), F(COMPLETING), F(CLOUD), F(OTHER)};

    (void)state;
    for (size_t i = 0; i < 6; i++) {
        struct node_row n = node(node_state_IDLE, closed[i]);
        assert_false(rollup_node_open(&n));
    }
    for (size_t i = 0; i < 5; i++) {
        struct node_row n = node(node_state_IDLE, open[i]);
        assert_true(rollup_node_open(&n));
    }
}

static struct node_row gpu_node(int state, uint32_t flags, double total, double allocated)
{
    struct node_row n = node(state, flags);

    n.devices_total = total;
    n.devices_allocated = allocated;
    row_mark(&n, node, devices_total);
    row_mark(&n, node, devices_allocated);
    return n;
}

static void assert_sum(const struct sums *s, enum sum which, double expected)
{
    if (sums_get(s, which) != expected)
        fail_msg("sum %d is %g, not %g", (int)which, sums_get(s, which), expected);
}

static void assert_devices(struct node_row n, double total, double used, double idle,
                           double draining, double down)
{
    struct sums s;

    rollup_node(&n, &s);
    assert_sum(&s, SUM_NODES, 1);
    assert_sum(&s, SUM_DEVICES, total);
    assert_sum(&s, SUM_DEVICES_ALLOCATED, used);
    assert_sum(&s, SUM_DEVICES_IDLE, idle);
    assert_sum(&s, SUM_DEVICES_DRAINING, draining);
    assert_sum(&s, SUM_DEVICES_DOWN, down);
    assert_sum(&s, SUM_DEVICE_NODES, total > 0);
}

static void devices_follow_their_node(void **state)
{
    (void)state;
    assert_devices(gpu_node(node_state_MIXED, 0, 8, 3), 8, 3, 5, 0, 0);
    assert_devices(gpu_node(node_state_MIXED, F(MAINT), 8, 3), 8, 3, 0, 0, 0);
    assert_devices(gpu_node(node_state_MIXED, F(DRAIN), 8, 3), 8, 3, 0, 8, 0);
    assert_devices(gpu_node(node_state_DOWN, F(DRAIN), 8, 3), 8, 3, 0, 0, 8);
    assert_devices(gpu_node(node_state_IDLE, F(POWERED_DOWN), 8, 0), 8, 0, 0, 0, 0);
    /* More used than there are: nothing is idle, and nothing goes below zero. */
    assert_devices(gpu_node(node_state_MIXED, 0, 8, 9), 8, 9, 0, 0, 0);
    /* Figures that no node has are left out. */
    assert_devices(gpu_node(node_state_MIXED, 0, 1e12, 4), 0, 4, 0, 0, 0);
}

static void absent_is_not_zero(void **state)
{
    struct node_row n = node(node_state_IDLE, 0);
    struct sums s;

    (void)state;
    n.devices_total = 8;
    n.power_watts = 700;
    rollup_node(&n, &s);
    assert_sum(&s, SUM_DEVICES, 0);
    assert_sum(&s, SUM_DEVICE_NODES, 0);
    assert_sum(&s, SUM_POWER, 0);
    assert_sum(&s, SUM_POWER_NODES, 0);
    assert_sum(&s, SUM_CPU_NODES, 0);
    row_mark(&n, node, power_watts);
    rollup_node(&n, &s);
    assert_sum(&s, SUM_POWER, 700);
    assert_sum(&s, SUM_POWER_NODES, 1);
}

static struct job_row job(int state, double tasks, double wants)
{
    struct job_row j = {.state = (uint8_t)state, .tasks = tasks, .devices_requested = wants};

    row_mark(&j, job, state);
    row_mark(&j, job, tasks);
    row_mark(&j, job, devices_requested);
    return j;
}

static void assert_job(struct job_row j, double running, double queued, double held, double wanted)
{
    struct sums s;

    rollup_job(&j, &s);
    assert_sum(&s, SUM_RUNNING, running);
    assert_sum(&s, SUM_QUEUED, queued);
    assert_sum(&s, SUM_HELD, held);
    assert_sum(&s, SUM_WANTED, wanted);
}

static void jobs_count_by_state_and_task(void **state)
{
    (void)state;
    assert_job(job(job_state_RUNNING, 1, 8), 1, 0, 0, 0);
    assert_job(job(job_state_COMPLETING, 1, 8), 0, 0, 0, 0);
    assert_job(job(job_state_SUSPENDED, 1, 8), 0, 0, 0, 0);
    assert_job(job(job_state_QUEUED, 1, 8), 0, 1, 0, 8);
    assert_job(job(job_state_QUEUED, 94, 8), 0, 94, 0, 752);
    assert_job(job(job_state_HELD, 10, 8), 0, 0, 10, 0);
    assert_job(job(job_state_DONE, 1, 8), 0, 0, 0, 0);
    assert_job(job(job_state_FAILED, 1, 8), 0, 0, 0, 0);
    assert_job(job(job_state_INTERRUPTED, 1, 8), 0, 0, 0, 0);
    assert_job(job(job_state_UNKNOWN, 1, 8), 0, 0, 0, 0);
    /* A product that no cluster has is left out. */
    assert_job(job(job_state_QUEUED, 1e8, 1e8), 0, 1e8, 0, 0);
}

static void gone_jobs_count_nowhere(void **state)
{
    struct job_row j = job(job_state_QUEUED, 1, 8);

    (void)state;
    j.h.flags = ROW_GONE;
    j.restarts = 3;
    row_mark(&j, job, restarts);
    j.eligible_at = 5;
    row_mark(&j, job, eligible_at);
    struct sums s;
    rollup_job(&j, &s);
    for (int i = 0; i < SUM_COUNT; i++)
        assert_int_equal(s.v[i], 0);
    assert_int_equal(rollup_waiting_since(&j), 0);
    j.h.flags = 0;
    assert_int_equal(rollup_waiting_since(&j), 5);
    j.state = job_state_HELD;
    assert_int_equal(rollup_waiting_since(&j), 0);
}

/* Sources as letters: o ok, s stale, S starting, p paused, f failed long ago, F failed but
 * fresh. */
static enum health health_from(const char *sources)
{
    struct health_count c = {0};

    for (; *sources; sources++) {
        struct source_row s = {.last_ok_at = 1000000, .interval_ms = 5000};
        row_mark(&s, source, state);
        row_mark(&s, source, interval_ms);
        if (*sources != 'S')
            row_mark(&s, source, last_ok_at);
        s.state = *sources == 'o'   ? source_state_OK
                  : *sources == 's' ? source_state_STALE
                  : *sources == 'S' ? source_state_STARTING
                  : *sources == 'p' ? source_state_PAUSED
                                    : source_state_FAILED;
        health_add(&c, &s, 30000, 1000000 + (*sources == 'F' ? 40000 : 40001));
    }
    return health_of(&c);
}

static void health_is_the_worst_that_matters(void **state)
{
    static const struct {
        const char *sources;
        enum health health;
    } cases[] = {
        {"o", health_LIVE},      {"oo", health_LIVE},     {"oS", health_LIVE},
        {"op", health_LIVE},     {"os", health_STALE},    {"of", health_STALE},
        {"oF", health_STALE},    {"s", health_STALE},     {"sf", health_STALE},
        {"F", health_STALE},     {"Ff", health_STALE},    {"f", health_DOWN},
        {"ff", health_DOWN},     {"fp", health_DOWN},     {"p", health_STALE},
        {"pp", health_STALE},    {"S", health_STARTING},  {"SS", health_STARTING},
        {"Sf", health_STARTING}, {"Sp", health_STARTING},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        if (health_from(cases[i].sources) != cases[i].health)
            fail_msg("%s is %d", cases[i].sources, (int)health_from(cases[i].sources));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nodes_have_one_class),
        cmocka_unit_test(only_some_up_nodes_take_work),
        cmocka_unit_test(devices_follow_their_node),
        cmocka_unit_test(absent_is_not_zero),
        cmocka_unit_test(jobs_count_by_state_and_task),
        cmocka_unit_test(gone_jobs_count_nowhere),
        cmocka_unit_test(health_is_the_worst_that_matters),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
