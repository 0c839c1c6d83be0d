/* SPDX-License-Identifier: MIT
 * test_fleetsim_world.c - the simulated fleet: what happens in it is consistent, the same for the same seed, and as often as
 * was published: end states as Acme's Kalos, temperatures as Acme's devices, failures as Llama 3's and as the rate says. */
#include "fleetsim/builtin.h"
#include "fleetsim/heat.h"
#include "tests/unit/unit.h"
#include <math.h>

#define BEGIN INT64_C(1760000000000)
#define HOUR INT64_C(3600000)
enum { ZHANGBEI = 0 };

static struct scenario national;

static int read_national(void **state)
{
    struct err e;

    (void)state;
    return scenario_read(scenario_national, "national.conf", &national, &e) == RC_OK ? 0 : -1;
}

static int free_national(void **state)
{
    (void)state;
    scenario_free(&national);
    return 0;
}

/* Every place that a job has, it alone has; who is out runs nothing that began since. */
static void check_places(const struct world *w)
{
    uint32_t held = 0, had = 0;

    for (uint32_t i = 0; i < w->node_count; i++) {
        const struct sim_node *n = &w->nodes[i];
        for (unsigned p = 0; p < w->pools[n->pool].places_of_node; p++) {
            uint32_t job = world_job_on(w, i, p);
            assert_int_equal(job != NO_INDEX, n->busy >> p & 1);
            if (job == NO_INDEX)
                continue;
            assert_int_equal(w->jobs[job].state, SIM_RUNNING);
            assert_true(w->jobs[job].mask >> p & 1);
            assert_false(n->lost >> p & 1);
            held++;
        }
        assert_true(!n->down || n->jobs == 0);
    }
    for (uint32_t i = 0; i < w->job_count; i++)
        if (w->jobs[i].used && w->jobs[i].state == SIM_RUNNING)
            had += w->jobs[i].node_count * (uint32_t)__builtin_popcount(w->jobs[i].mask);
    assert_int_equal(held, had);
}

static void check_counts(const struct world *w)
{
    uint32_t running = 0, waiting = 0, told_running = 0, told_waiting = 0;

    for (uint32_t i = 0; i < w->job_count; i++) {
        running += w->jobs[i].used && w->jobs[i].state == SIM_RUNNING;
        waiting += w->jobs[i].used && w->jobs[i].state == SIM_QUEUED;
    }
    for (size_t p = 0; p < w->center->pool_count; p++) {
        told_running += w->pools[p].running;
        told_waiting += w->pools[p].waiting;
    }
    assert_int_equal(running, told_running);
    assert_int_equal(waiting, told_waiting);
}

/* No attempt outlives its limit; a node without devices loses none, and only NVIDIA's driver has XIDs. */
static void check_tales(const struct world *w)
{
    for (uint32_t i = 0; i < w->job_count; i++) {
        const struct sim_job *j = &w->jobs[i];
        if (j->used && j->state == SIM_RUNNING)
            assert_true(w->now - j->started_at <= world_job_limit_minutes(w, j) * 60000LL);
    }
    for (uint32_t i = 0; i < w->node_count; i++) {
        const struct sim_pool *p = world_pool(w, w->nodes[i].pool);
        const char *reason = w->nodes[i].reason ? w->nodes[i].reason : "";
        bool nvidia = p->devices > 0 && national.models[p->model].exporter == SIM_EXPORTER_DCGM;
        assert_true(nvidia || strstr(reason, "XID") == NULL);
        assert_true(p->devices > 0 || w->nodes[i].lost == 0);
    }
}

static void test_places_and_counts_hold_at_any_time(void **state)
{
    (void)state;
    for (size_t c = 0; c < national.center_count; c++) {
        struct world *w = world_new(&national, c, 7, BEGIN);
        for (int hour = 0; hour < 30; hour++) {
            check_places(w);
            check_counts(w);
            check_tales(w);
            world_advance(w, BEGIN + hour * HOUR);
        }
        world_free(w);
    }
}

static uint64_t picture(const struct world *w)
{
    uint64_t sum = w->counts.submitted;

    for (uint32_t i = 0; i < w->job_count; i++)
        if (w->jobs[i].used)
            sum = random_mix(sum ^ w->jobs[i].id ^ (uint64_t)w->jobs[i].state << 32 ^
                             (uint64_t)w->jobs[i].started_at);
    for (uint32_t i = 0; i < w->node_count; i++)
        sum = random_mix(sum ^ w->nodes[i].busy ^ (uint64_t)w->nodes[i].drained << 16);
    return sum;
}

static void test_the_same_seed_gives_the_same_however_time_passes(void **state)
{
    struct world *a = world_new(&national, ZHANGBEI, 3, BEGIN);
    struct world *b = world_new(&national, ZHANGBEI, 3, BEGIN);
    struct world *c = world_new(&national, ZHANGBEI, 4, BEGIN);

    (void)state;
    world_advance(a, BEGIN + 12 * HOUR);
    for (wall_ms t = BEGIN; t <= BEGIN + 12 * HOUR; t += 77000)
        world_advance(b, t);
    world_advance(b, BEGIN + 12 * HOUR);
    world_advance(c, BEGIN + 12 * HOUR);
    assert_int_equal(picture(a), picture(b));
    assert_int_not_equal(picture(a), picture(c));
    world_free(a);
    world_free(b);
    world_free(c);
}

/* Acme's Kalos: completed, cancelled, failed by count .541 .062 .397, by device time .313 .607 .080. */
static void test_jobs_end_as_published(void **state)
{
    double count[SIM_STATES] = {0}, hours[SIM_STATES] = {0}, all = 0, time = 0;

    (void)state;
    for (uint64_t seed = 1; seed <= 3; seed++) {
        struct world *w = world_new(&national, ZHANGBEI, seed, BEGIN);
        world_advance(w, BEGIN + 20 * 24 * HOUR);
        for (int i = SIM_DONE; i <= SIM_CANCELLED; i++) {
            count[i] += (double)w->counts.ended[i];
            hours[i] += w->counts.place_hours[i];
            all += (double)w->counts.ended[i];
            time += w->counts.place_hours[i];
        }
        world_free(w);
    }
    assert_float_equal(count[SIM_DONE] / all, 0.541, 0.03);
    assert_float_equal(count[SIM_CANCELLED] / all, 0.062, 0.03);
    assert_float_equal(count[SIM_FAILED] / all, 0.397, 0.03);
    assert_float_equal(hours[SIM_DONE] / time, 0.313, 0.06);
    assert_float_equal(hours[SIM_CANCELLED] / time, 0.607, 0.08);
    assert_float_equal(hours[SIM_FAILED] / time, 0.080, 0.04);
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* Acme: p50 40, p90 58 to 61, p99 66 to 69, at most 79 to 80. */
static void test_temperatures_are_as_published(void **state)
{
    struct world *w = world_new(&national, ZHANGBEI, 1, BEGIN);
    static double celsius[12000 * 8];
    size_t n = 0;

    (void)state;
    for (int hour = 1; hour <= 8; hour++) {
        world_advance(w, BEGIN + hour * 30 * HOUR);
        for (uint32_t i = 0; i < w->node_count; i++)
            for (unsigned p = 0; p < 8; p++) {
                struct device_reading d;
                device_at(w, i, p, w->now, &d);
                if (d.up)
                    celsius[n++] = d.core_celsius;
            }
    }
    qsort(celsius, n, sizeof(*celsius), by_size);
    assert_float_equal(celsius[n / 2], 42, 3);
    assert_float_equal(celsius[n * 9 / 10], 60, 3);
    assert_float_equal(celsius[n * 99 / 100], 67, 3);
    assert_float_equal(celsius[n - 1], 80, 5);
    world_free(w);
}

static void test_nodes_fail_at_their_rate_and_few_fail_often(void **state)
{
    struct world *w = world_new(&national, ZHANGBEI, 5, BEGIN);
    double days = 120, expected = w->center->rate / 1000 * w->node_count * days, top = 0, all = 0;

    (void)state;
    world_advance(w, BEGIN + (wall_ms)days * 24 * HOUR);
    /* Those that are out cannot fail again: a little less. */
    assert_true((double)w->counts.failures > 0.8 * expected);
    assert_true((double)w->counts.failures < expected + 4 * sqrt(expected));
    for (uint32_t i = 0; i < w->node_count; i++) {
        all += w->nodes[i].hazard;
        top = fmax(top, w->nodes[i].hazard);
    }
    assert_true(top > 30 * all / w->node_count);
    world_free(w);
}

static void test_a_device_tells_what_its_job_does(void **state)
{
    struct world *w = world_new(&national, ZHANGBEI, 2, BEGIN);
    unsigned idle = 0, working = 0;

    (void)state;
    for (uint32_t i = 0; i < w->node_count; i++)
        for (unsigned p = 0; p < 8; p++) {
            struct device_reading d;
            device_at(w, i, p, w->now + 600000, &d);
            idle += d.job == NO_INDEX;
            working += d.tensor > 0;
            if (d.job == NO_INDEX)
                assert_true(d.tensor == 0 && d.busy == 0 && d.watts < 100);
            assert_true(d.tensor >= 0 && d.tensor <= 1 && d.busy <= 1);
        }
    assert_true(idle > 0 && working > 1000);
    world_free(w);
}

static uint32_t any_job(const struct world *w, enum sim_state in)
{
    for (uint32_t i = 0; i < w->job_count; i++)
        if (w->jobs[i].used && w->jobs[i].state == in)
            return i;
    fail_msg("no job in that state");
    return 0;
}

static void test_operators_are_obeyed(void **state)
{
    struct world *w = world_new(&national, ZHANGBEI, 2, BEGIN);
    uint32_t node = world_find_node(w, "zb-p0003"), job = any_job(w, SIM_RUNNING);

    (void)state;
    assert_int_not_equal(node, NO_INDEX);
    assert_int_equal(world_find_node(w, "zb-p3"), NO_INDEX);
    assert_int_equal(world_find_node(w, "zb-p9999"), NO_INDEX);
    assert_true(world_drain(w, node, "suantop:T1 op fan", "op"));
    uint32_t runs = w->nodes[node].jobs;
    world_advance(w, BEGIN + 200 * HOUR);
    assert_true(w->nodes[node].drained && w->nodes[node].jobs <= runs);
    assert_string_equal(w->nodes[node].reason, "suantop:T1 op fan");
    assert_true(world_resume(w, node));
    assert_false(world_resume(w, node));
    job = any_job(w, SIM_RUNNING);
    assert_true(world_requeue(w, job, true));
    assert_int_equal(w->jobs[job].state, SIM_QUEUED);
    assert_true(w->jobs[job].held && w->jobs[job].restarts == 1);
    assert_false(world_requeue(w, job, true));
    assert_true(world_release(w, job));
    assert_true(world_release(w, job)); /* as often as one likes */
    if (w->jobs[job].state == SIM_QUEUED)
        assert_true(world_hold(w, job, "op"));
    assert_true(world_cancel(w, job, "op"));
    assert_false(world_cancel(w, job, "op"));
    assert_false(world_hold(w, job, "op"));
    assert_false(world_release(w, job));
    check_places(w);
    check_counts(w);
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_places_and_counts_hold_at_any_time),
        cmocka_unit_test(test_the_same_seed_gives_the_same_however_time_passes),
        cmocka_unit_test(test_jobs_end_as_published),
        cmocka_unit_test(test_temperatures_are_as_published),
        cmocka_unit_test(test_nodes_fail_at_their_rate_and_few_fail_often),
        cmocka_unit_test(test_a_device_tells_what_its_job_does),
        cmocka_unit_test(test_operators_are_obeyed),
    };

    return cmocka_run_group_tests(tests, read_national, free_national);
}
