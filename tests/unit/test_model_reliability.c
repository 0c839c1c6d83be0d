/* SPDX-License-Identifier: MIT
 * The formulae: against published figures, tables of statistics, and counts from the literature. */
#include "tests/unit/model_events.h"
#include "model/lemon.h"
#include "model/reliability.h"
#include <math.h>

static void assert_near(double got, double want, double share)
{
    if (!(fabs(got - want) <= fabs(want) * share))
        fail_msg("%.9g is not %.9g", got, want);
}

/* --- statistics ------------------------------------------------------------------------------- */

/* Any table of the chi-square distribution. */
static void quantiles_are_those_of_the_tables(void **state)
{
    static const struct {
        double p, k, x;
    } table[] = {
        {.95, 1, 3.841459},   {.95, 2, 5.991465},   {.95, 10, 18.307038},    {.95, 100, 124.342113},
        {.025, 2, 0.0506356}, {.025, 20, 9.590777}, {.975, 2, 7.377759},     {.975, 22, 36.780712},
        {.975, 4, 11.143287}, {.5, 1, 0.454936},    {.025, 200, 162.727983}, {.99, 5, 15.086272},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(table); i++)
        assert_near(chi2_quantile(table[i].p, table[i].k), table[i].x, 1e-6);
}

/* Exact 95 % limits of a Poisson count: Garwood 1936, reprinted everywhere. */
static void bounds_are_garwoods(void **state)
{
    static const struct {
        double n, low, high;
    } table[] = {{1, 0.0253, 5.572},  {2, 0.242, 7.225},    {5, 1.623, 11.668},
                 {10, 4.795, 18.390}, {20, 12.217, 30.888}, {100, 81.364, 121.627}};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(table); i++) {
        struct mean_time m = poisson_mean_time(1000, table[i].n);
        assert_near(1000 / m.high, table[i].low, 1e-3);
        assert_near(1000 / m.low, table[i].high, 1e-3);
        assert_near(m.mean, 1000 / table[i].n, 1e-12);
        assert_false(m.at_least);
    }
}

static void nothing_seen_says_longer_than_a_third(void **state)
{
    struct mean_time m = poisson_mean_time(300, 0);

    (void)state;
    assert_true(m.at_least && m.mean == 100 && m.low == 100 && isinf(m.high));
    assert_true(isnan(poisson_mean_time(0, 0).mean));
}

static void tails_are_exact(void **state)
{
    (void)state;
    assert_near(poisson_at_least(1, .5), 1 - exp(-.5), 1e-12);
    assert_near(poisson_at_least(3, 1), 1 - exp(-1.) * 2.5, 1e-12);
    assert_near(poisson_at_least(3, .0245), 2.4062e-6, 1e-3);
    assert_true(poisson_at_least(0, 3) == 1);
}

/* --- published figures ------------------------------------------------------------------------ */

/* Meta, HPCA'25: 6.50 failures per 1000 node-days, 8 GPUs a node. */
static void projections_are_the_published_ones(void **state)
{
    const double rate = 6.5e-3, minute = 1.0 / 1440;

    (void)state;
    assert_near(reliability_mttf(16384 / 8, rate) * 24, 1.803, .01);
    assert_near(reliability_mttf(131072 / 8, rate) * 24, 0.225, .01);
    assert_near(reliability_expected_ettr(16384 / 8, rate, 5 * minute, 5 * minute, 0), .931, .01);
    assert_near(reliability_expected_ettr(16384 / 8, rate, 5 * minute, 60 * minute, 0), .676, .01);
    assert_true(reliability_expected_ettr(131072 / 8, rate, 5 * minute, 60 * minute, 0) == 0);
}

/* No other interval does better than the best one (by the formula's own first order). */
static void the_best_interval_is_best(void **state)
{
    const double n = 256, rate = 6.5e-3, write = 0.5 / 1440;
    double best = reliability_best_interval(n, rate, write);

    (void)state;
    assert_near(best, sqrt(2 * write / (n * rate)), 1e-12);
    for (double f = .5; f < 2; f += .07)
        assert_true(reliability_expected_ettr(n, rate, 0, best, write) + 1e-4 >=
                    reliability_expected_ettr(n, rate, 0, best * f, write));
}

/* A day, three events, or node-days that three would be expected of: 461.5 at 6.5 in 1000. */
static void a_mean_time_waits_until_it_says_something(void **state)
{
    (void)state;
    assert_false(reliability_enough(0, 0.005, 0.005 * 100000));
    assert_false(reliability_enough(2, 1, 100));
    assert_true(reliability_enough(3, 1, 100));
    assert_false(reliability_enough(0, 23.9, 23.9 * 8));
    assert_true(reliability_enough(0, 24, 24 * 8));
    assert_false(reliability_enough(0, 1, 461 * 24));
    assert_true(reliability_enough(0, 1, 462 * 24));
    assert_false(reliability_enough(2, 1, 153 * 24)); /* two seen: of the third it is enough */
    assert_true(reliability_enough(2, 1, 154 * 24));
    assert_false(reliability_enough(0, 0, 0));
}

/* Llama 3: 419 unexpected interruptions in 54 days on 16,384 GPUs, by cause. */
static void the_mix_of_a_long_run_comes_out(void **state)
{
    static const struct {
        unsigned n;
        bool gpu;
    } causes[] = {{148, true}, {72, true}, {54, false}, {35, false}, {32, false}, {19, true},
                  {17, true},  {7, false}, {7, false},  {6, true},   {6, true},   {3, false},
                  {3, false},  {2, false}, {2, false},  {2, false},  {2, false},  {2, false}};
    struct reliability_event all[419];
    size_t n = 0, gpu = 0;

    (void)state;
    for (size_t c = 0; c < ARRAY_LEN(causes); c++)
        for (unsigned i = 0; i < causes[c].n; i++, n++) {
            all[n] = (struct reliability_event){.key = c, .at = KIT_NOW + (wall_ms)n * 11135000};
            gpu += causes[c].gpu;
        }
    assert_int_equal(n, 419);
    assert_near((double)gpu / (double)n, .640, .01);
    size_t events = reliability_events(all, n, COALESCE_MS);
    assert_int_equal(events, 419);
    assert_near(poisson_mean_time(54 * 24, (double)events).mean, 3.09, .01);
    assert_near(reliability_rate((double)events, 16384 / 8 * 54 * 24.), 3.79, .01);
}

static void events_close_together_are_one(void **state)
{
    struct reliability_event all[] = {{1, 100000}, {1, 104000}, {1, 109000}, {1, 200000},
                                      {2, 101000}, {2, 90000},  {3, 100000}};

    (void)state;
    assert_int_equal(reliability_events(all, ARRAY_LEN(all), COALESCE_MS), 5);
    assert_int_equal(reliability_events(all, ARRAY_LEN(all), STREAK_MS), 3);
}

static void a_job_is_effective_for_what_was_not_lost(void **state)
{
    /* 10 h, 1 h of them lost; 1 h of waiting; 9 h with half an hour to get going. */
    const struct job_run runs[] = {
        {.started_at = 1, .ended_at = 36000001, .lost_ms = 3600000},
        {.started_at = 39600001, .ended_at = 72000001, .lost_ms = 1800000}};

    (void)state;
    assert_near(reliability_ettr(runs, 2), 1 - 2.5 / 20, 1e-12);
    assert_true(isnan(reliability_ettr(runs, 0)));
}

/* --- lemons ----------------------------------------------------------------------------------- */

enum { PEERS = 200 };

static void rank(struct lemon *all, size_t n)
{
    struct lemon *order[PEERS + 1];

    for (size_t i = 0; i < n; i++)
        order[i] = &all[i];
    lemon_rank(order, n);
}

static void the_score_is_the_weighted_rank(void **state)
{
    /* Of 200 peers two have counts: 198 lie below both. */
    struct lemon all[] = {
        {.peers = 200,
         .broken_jobs = 4,
         .lone_failures = 2,
         .lone_jobs = 10,
         .times_out = 3,
         .events = 6},
        {.peers = 200, .broken_jobs = 1, .lone_failures = 2, .lone_jobs = 20, .events = 3},
        {.peers = 200, .times_out = 9},
    };

    (void)state;
    rank(all, 3);
    assert_near(all[0].score, .3 * 1 + .2 * (199. / 200) + .2 * 1 + .15 * (199. / 200), 1e-9);
    assert_near(all[1].score, .3 * (199. / 200) + .2 * (199. / 200) + .2 * (199. / 200), 1e-9);
    assert_near(all[2].score, .15, 1e-9);
    assert_true(all[0].flagged);
    assert_false(all[2].flagged); /* no event */
}

static void a_small_quiet_fleet_proves_nothing(void **state)
{
    struct lemon one = {.peers = 2, .lone_failures = 3, .lone_jobs = 9, .events = 3};

    (void)state;
    rank(&one, 1);
    assert_true(one.p > 1e-4);
    assert_false(one.flagged);
    one.peers = 0;
    rank(&one, 1);
    assert_true(isnan(one.p) && !one.flagged && one.score == 0);
}

static void a_node_no_worse_than_its_peers_is_no_lemon(void **state)
{
    struct lemon all[PEERS];

    (void)state;
    for (int i = 0; i < PEERS; i++)
        all[i] = (struct lemon){.peers = PEERS - 1, .broken_jobs = 3, .events = 3, .times_out = 1};
    all[7].events = all[7].broken_jobs = 17;
    rank(all, PEERS);
    for (int i = 0; i < PEERS; i++)
        assert_int_equal(all[i].flagged, 0); /* one signal is in the worst 5 %: two exist */
    all[7].times_out = 4;
    rank(all, PEERS);
    for (int i = 0; i < PEERS; i++)
        assert_int_equal(all[i].flagged, i == 7);
}

static void peers_are_those_of_the_same_model(void **state)
{
    struct lemon all[] = {{.group = 1, .peers = 100, .broken_jobs = 1, .events = 1},
                          {.group = 2, .peers = 100, .broken_jobs = 5, .events = 5}};

    (void)state;
    rank(all, 2);
    assert_near(all[0].score, .3, 1e-9); /* the worse one is none of its peers */
    assert_near(all[1].score, .3, 1e-9);
    assert_true(all[1].flagged); /* by the only signal that there is */
}

/* --- Titan ------------------------------------------------------------------------------------ */

/* Days since 1970 of a date of the proleptic Gregorian calendar. */
static long days_of(int year, int month, int day)
{
    int y = year - (month <= 2), era = y / 400, yoe = y - era * 400;
    int doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

    return era * 146097L + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

/* Position of a column in a line of a CSV file without quoted commas; -1 if it has none. */
static int column_of(const char *line, const char *name)
{
    size_t len = strlen(name);

    for (int i = 0; line; i++) {
        const char *p = line + (*line == '"');
        if (strncmp(p, name, len) == 0 && strchr(",\"\r\n", p[len]))
            return i;
        line = strchr(line, ',');
        line = line ? line + 1 : NULL;
    }
    return -1;
}

static const char *cell(const char *line, int column)
{
    while (line && column-- > 0) {
        line = strchr(line, ',');
        line = line ? line + 1 : NULL;
    }
    return line ? line + (*line == '"') : "";
}

static double quarter_mtbf(const long *days, size_t count, int year, int quarter)
{
    long from = days_of(year, quarter * 3 - 2, 1);
    long to = quarter == 4 ? days_of(year + 1, 1, 1) : days_of(year, quarter * 3 + 1, 1);
    double events = 0;

    for (size_t i = 0; i < count; i++)
        events += days[i] >= from && days[i] < to;
    return poisson_mean_time((double)(to - from) * 24, events).mean;
}

/* GPU failures of Titan (github.com/olcf/TitanGPULife, data/gc_full.csv): not ours to ship. */
static void titans_quarters(void **state)
{
    const char *path = getenv("SUANTOP_TITAN_CSV");
    FILE *f = path ? fopen(path, "r") : NULL;
    static long days[100000];
    static char line[8192];
    size_t count = 0;
    int date = -1, event = -1;

    (void)state;
    if (!f)
        skip();
    if (fgets(line, sizeof line, f)) {
        date = column_of(line, "remove");
        event = column_of(line, "event");
    }
    assert_true(date >= 0 && event >= 0);
    while (fgets(line, sizeof line, f) && count < ARRAY_LEN(days)) {
        int y, m, d;
        bool fault = strchr("\"\r\n", *cell(line, event)) == NULL;
        if (fault && sscanf(cell(line, date), "%d-%d-%d", &y, &m, &d) == 3)
            days[count++] = days_of(y, m, d);
    }
    fclose(f);
    assert_near(quarter_mtbf(days, count, 2015, 3), 33.5, .01);
    assert_near(quarter_mtbf(days, count, 2015, 4), 7.8, .01);
    assert_near(quarter_mtbf(days, count, 2016, 4), 2.6, .02);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quantiles_are_those_of_the_tables),
        cmocka_unit_test(bounds_are_garwoods),
        cmocka_unit_test(nothing_seen_says_longer_than_a_third),
        cmocka_unit_test(tails_are_exact),
        cmocka_unit_test(projections_are_the_published_ones),
        cmocka_unit_test(the_best_interval_is_best),
        cmocka_unit_test(a_mean_time_waits_until_it_says_something),
        cmocka_unit_test(the_mix_of_a_long_run_comes_out),
        cmocka_unit_test(events_close_together_are_one),
        cmocka_unit_test(a_job_is_effective_for_what_was_not_lost),
        cmocka_unit_test(the_score_is_the_weighted_rank),
        cmocka_unit_test(a_small_quiet_fleet_proves_nothing),
        cmocka_unit_test(a_node_no_worse_than_its_peers_is_no_lemon),
        cmocka_unit_test(peers_are_those_of_the_same_model),
        cmocka_unit_test(titans_quarters),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
