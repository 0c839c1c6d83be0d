/* SPDX-License-Identifier: MIT
 * test_fleetsim_facts.c - the shipped scenario against what was published: weeks of the largest intelligent center, over fixed
 * seeds, so that each figure is the same in each run. End states of jobs, rates of failures and quantiles of temperature are
 * in test_fleetsim_world.c; here is the rest.
 *
 * Bounds: where a count n is compared, four standard deviations of a Poisson law, 4 / sqrt(n); where a mean of a lognormal
 * law of spread s is, 4 * sqrt(exp(s * s) - 1) / sqrt(n); and what the simulation bends on purpose is said beside it. */
#include "fleetsim/accounts.h"
#include "fleetsim/builtin.h"
#include "fleetsim/heat.h"
#include "tests/unit/unit.h"
#include <math.h>
#include <stdlib.h>

#define BEGIN INT64_C(1760000000000)
#define HOUR INT64_C(3600000)
enum { ZHANGBEI = 0, SEEDS = 3, DAYS = 60, WORKS = 5, SIZES_SEEN = 1025 };

static struct scenario national;

/* What SEEDS worlds over DAYS came to. */
static struct {
    double node_days, nodes, failures, by_fault[SCENARIO_FAULTS];
    double worst[16]; /* nodes with so many failures, the last: or more */
    double most_of_one;
    double runs[WORKS], hours[WORKS], below_mean[WORKS], sizes[WORKS][SIZES_SEEN];
    double waited_hours, waited_runs, queue_sum, queue_looks, starts;
    double interrupted, interrupted_on_faults;
} seen;

static int work_index(const char *id)
{
    for (size_t i = 0; i < national.work_count; i++)
        if (strcmp(national.works[i].id, id) == 0)
            return (int)i;
    return -1;
}

static void count_nodes(const struct world *w)
{
    for (uint32_t i = 0; i < w->node_count; i++) {
        unsigned n = w->nodes[i].failures;
        seen.worst[n < 15 ? n : 15]++;
        seen.most_of_one = fmax(seen.most_of_one, n);
    }
    seen.nodes += w->node_count;
    seen.node_days += (double)w->node_count * DAYS;
    seen.failures += (double)w->counts.failures;
    for (size_t i = 0; i < national.fault_count; i++)
        seen.by_fault[i] += (double)w->counts.by_fault[i];
    seen.interrupted += (double)w->counts.interrupted[0];
    seen.starts += (double)w->counts.started;
}

/* Of runs that ended since the last look. Whole ones only: completed, and not what began in the middle. */
static void count_runs(const struct world *w, uint64_t *from)
{
    for (; *from < w->accounts->next; ++*from) {
        const struct sim_record *r = accounts_at(w->accounts, *from);
        if (!r || r->started_at < BEGIN)
            continue;
        seen.interrupted_on_faults += r->how == ENDED_NODE_FAIL;
        seen.waited_hours += (double)(r->started_at - r->eligible_at) / HOUR;
        seen.waited_runs++;
        if (r->how != ENDED_DONE)
            continue;
        double hours = (double)(r->ended_at - r->started_at) / HOUR;
        seen.runs[r->work]++;
        seen.hours[r->work] += hours;
        seen.below_mean[r->work] += hours < national.works[r->work].hours;
        seen.sizes[r->work][r->places < SIZES_SEEN ? r->places : 0]++;
    }
}

static void run_world(uint64_t seed)
{
    struct world *w = world_new(&national, ZHANGBEI, seed, BEGIN);
    uint64_t from = w->accounts->next;

    for (int hour = 1; hour <= DAYS * 24; hour++) {
        world_advance(w, BEGIN + hour * HOUR);
        count_runs(w, &from);
        for (size_t p = 0; p < w->center->pool_count; p++)
            seen.queue_sum += w->pools[p].waiting;
        seen.queue_looks++;
    }
    count_nodes(w);
    world_free(w);
}

static int run_worlds(void **state)
{
    struct err e;

    (void)state;
    if (scenario_read(scenario_national, "national.conf", &national, &e) != RC_OK ||
        national.work_count != WORKS)
        return -1;
    for (uint64_t seed = 1; seed <= SEEDS; seed++)
        run_world(seed);
    return 0;
}

static int forget(void **state)
{
    (void)state;
    scenario_free(&national);
    return 0;
}

static void check(const char *what, double is, double least, double most)
{
    if (getenv("SHOW"))
        print_message("%-44s %10.4g  (%.4g to %.4g)\n", what, is, least, most);
    if (!(is >= least && is <= most))
        fail_msg("%s: %g, not %g to %g", what, is, least, most);
}

/* Llama 3's 419 interruptions by class: each class within its own error. */
static void test_faults_have_the_published_mix(void **state)
{
    double all = 0, chi = 0;

    (void)state;
    for (size_t i = 0; i < national.fault_count; i++)
        all += national.faults[i].count;
    assert_float_equal(all, 419, 0);
    for (size_t i = 0; i < national.fault_count; i++) {
        double expected = seen.failures * national.faults[i].count / all;
        chi += pow(seen.by_fault[i] - expected, 2) / expected;
        check(national.faults[i].id, seen.by_fault[i], expected - 4 * sqrt(expected),
              expected + 4 * sqrt(expected));
    }
    /* 11 degrees of freedom: over 31.3 once in a thousand. */
    check("chi square of all classes", chi, 0, 31.3);
}

/* 4 in 1000 node-days; up to a tenth less, because what is out cannot fail. */
static void test_interruptions_come_at_their_rate(void **state)
{
    double expected = national.centers[ZHANGBEI].rate / 1000 * seen.node_days;

    (void)state;
    check("failures", seen.failures, 0.85 * expected, expected + 4 * sqrt(expected));
    /* Not every failure meets a job: drains leave it alone, and some nodes are idle. Some meet several small ones. */
    check("interruptions a failure", seen.interrupted / seen.failures, 0.4, 2);
    check("accounts of them", seen.interrupted_on_faults / seen.interrupted, 0.8, 1);
}

/* Titan: most devices that failed did so once, one a hundred times. Were all nodes alike, with `mean` failures each. */
static void test_few_nodes_fail_often(void **state)
{
    double mean = seen.failures / seen.nodes, alike = seen.nodes, often = 0, expected = 0;

    (void)state;
    for (int n = 1; n <= 60; n++) {
        double term = alike * exp(-mean) * pow(mean, n) / tgamma(n + 1);
        expected += n >= 5 ? term : 0;
    }
    for (int n = 5; n < 16; n++)
        often += seen.worst[n];
    check("nodes with five failures and more", often, 10 * fmax(expected, 0.5), seen.nodes * 0.02);
    check("failures of the worst", seen.most_of_one, 15 * fmax(mean, 0.3), 200);
    check("nodes without any", seen.worst[0] / seen.nodes, exp(-mean), 1);
}

/* Means and medians of lognormal laws; each size as often as each other. Runs that a fault or a preemption ended are
 * missing, and of those more are long: up to a twentieth less; what is preempted starts anew with another length to go. */
static void test_jobs_have_their_sizes_and_lengths(void **state)
{
    static const char *const ids[] = {"eval", "debug", "sft"};

    (void)state;
    for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
        int n = work_index(ids[i]);
        const struct sim_work *k = &national.works[n];
        double error = 4 * sqrt(expm1(k->spread * k->spread) / seen.runs[n]);
        check(ids[i], seen.runs[n], 5000, 1e7);
        check("mean hours by those of the scenario", seen.hours[n] / seen.runs[n] / k->hours,
              0.95 - error, 1 + error);
        /* The mean of a lognormal law lies at spread / 2 standard deviations above its middle. */
        double below = 0.5 * erfc(-k->spread / 2 / sqrt(2));
        check("share below the mean", seen.below_mean[n] / seen.runs[n], below - 0.02,
              below + 0.03);
        for (uint32_t s = 0; s < k->size_count; s++)
            check("share of a size", seen.sizes[n][k->sizes[s]] / seen.runs[n] * k->size_count,
                  0.95, 1.05);
    }
    double small = seen.runs[work_index("eval")] / seen.runs[work_index("sft")];
    double asked =
        national.works[0].share * (1 - national.works[0].failed - national.works[0].cancelled) /
        (national.works[2].share * (1 - national.works[2].failed - national.works[2].cancelled));
    check("small ones for each larger one", small / asked, 0.9, 1.15);
}

/* The queue keeps its length, and waits follow from it (Little: length = rate x wait). Small jobs pass large ones, so those
 * that have started have waited less than those that still wait. */
static void test_jobs_wait_as_long_as_the_queue_says(void **state)
{
    double length = seen.queue_sum / seen.queue_looks;
    double rate = seen.starts / (SEEDS * DAYS * 24);

    (void)state;
    check("queue by that of the scenario", length / national.centers[ZHANGBEI].queued, 0.75, 1.25);
    check("mean wait by Little's", seen.waited_hours / seen.waited_runs / (length / rate), 0.8,
          1.2);
}

/* ---- heat ---- */

/* One device over a day: watts and degrees go together, and idle ones are cool. Acme: power p50 100 W, p90 400 W. */
static void test_temperatures_follow_power(void **state)
{
    struct world *w = world_new(&national, ZHANGBEI, 2, BEGIN);
    double n = 0, sw = 0, sc = 0, sww = 0, scc = 0, swc = 0, idle_most = 0, full_least = 200;
    const struct sim_pool_state *pool = &w->pools[0];
    const struct sim_model *m = &national.models[world_pool(w, 0)->model];

    (void)state;
    for (int hour = 1; hour <= 24; hour++) {
        world_advance(w, BEGIN + hour * HOUR);
        for (uint32_t i = 0; i < 100; i++) {
            struct device_reading d;
            device_at(w, pool->first_node + i, i % 8, w->now, &d);
            if (!d.up || w->nodes[pool->first_node + i].hazard > 60) /* those breathe badly */
                continue;
            n++, sw += d.watts, sc += d.core_celsius;
            sww += d.watts * d.watts, scc += d.core_celsius * d.core_celsius;
            swc += d.watts * d.core_celsius;
            if (d.job == NO_INDEX)
                idle_most = fmax(idle_most, d.core_celsius);
            if (d.watts > 0.9 * m->max_watts)
                full_least = fmin(full_least, d.core_celsius);
            assert_true(d.watts >= m->idle_watts && d.watts <= m->max_watts);
        }
    }
    double r = (n * swc - sw * sc) / sqrt((n * sww - sw * sw) * (n * scc - sc * sc));
    check("correlation of power and temperature", r, 0.9, 1);
    check("hottest idle device", idle_most, 25, 50);
    check("coolest one at full power", full_least, 50, 80);
    world_free(w);
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static void test_power_and_memory_are_as_published(void **state)
{
    struct world *w = world_new(&national, ZHANGBEI, 1, BEGIN);
    static double watts[250 * 8 * 8], celsius[1500 * 8 * 8];
    size_t n = 0, c = 0;

    (void)state;
    for (int hour = 1; hour <= 8; hour++) {
        world_advance(w, BEGIN + hour * 30 * HOUR);
        for (uint32_t i = 0; i < w->node_count; i++)
            for (unsigned p = 0; p < 8; p++) {
                struct device_reading d;
                device_at(w, i, p, w->now, &d);
                if (d.up && c < sizeof(celsius) / sizeof(*celsius))
                    celsius[c++] = d.memory_celsius;
                if (d.up && strcmp(world_pool(w, w->nodes[i].pool)->model_id, "a100") == 0)
                    watts[n++] = d.watts;
            }
    }
    qsort(watts, n, sizeof(*watts), by_size);
    qsort(celsius, c, sizeof(*celsius), by_size);
    /* Of A100 of 400 W: half of the time they wait, and then they draw little. */
    check("watts, p50", watts[n / 2], 60, 140);
    check("watts, p90", watts[n * 9 / 10], 300, 400);
    check("memory degrees, p50", celsius[c / 2], 48, 55);
    check("memory degrees, p90", celsius[c * 9 / 10], 58, 65);
    check("memory degrees, p99", celsius[c * 99 / 100], 63, 72);
    check("hottest memory", celsius[c - 1], 70, 85);
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_faults_have_the_published_mix),
        cmocka_unit_test(test_interruptions_come_at_their_rate),
        cmocka_unit_test(test_few_nodes_fail_often),
        cmocka_unit_test(test_jobs_have_their_sizes_and_lengths),
        cmocka_unit_test(test_jobs_wait_as_long_as_the_queue_says),
        cmocka_unit_test(test_temperatures_follow_power),
        cmocka_unit_test(test_power_and_memory_are_as_published),
    };

    return cmocka_run_group_tests(tests, run_worlds, forget);
}
