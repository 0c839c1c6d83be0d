/* SPDX-License-Identifier: MIT
 * test_io_cadence.c - when the ingest thread wakes: a thread that is played, at times that are given. */
#include "io/cadence.h"
#include "tests/unit/unit.h"

struct played {
    struct cadence c;
    mono_ms now;
    unsigned wakes, ticks, snapshots;
};

/* One round of the thread: what it waits for is the next delta, or nothing. */
static void round_of(struct played *p, mono_ms delta_at)
{
    mono_ms until = p->now + cadence_wait(&p->c, p->now);
    bool comes = delta_at <= until;

    p->now = comes ? delta_at : until;
    p->wakes++;
    p->c.changed = p->c.changed || comes;
    if (cadence_tick_is_due(&p->c, p->now)) {
        p->c.ticked_at = p->now;
        p->ticks++;
    }
    if (p->now >= cadence_publish_at(&p->c)) {
        p->c.published_at = p->now;
        p->c.changed = false;
        p->snapshots++;
    }
}

static struct played begin(void)
{
    return (struct played){.c = {.publish_ms = 250, .published_at = 7, .ticked_at = 7}, .now = 7};
}

/* Answers come some milliseconds late, never early: one wake-up for each is all, for a tick and a snapshot, too. */
static void test_one_wake_for_an_answer_each_five_seconds(void **state)
{
    struct played p = begin();

    (void)state;
    for (unsigned i = 1; i <= 100; i++)
        for (mono_ms answer = 5000 * (mono_ms)i + i % 7 * 9; p.now < answer;)
            round_of(&p, answer);
    assert_int_equal(p.wakes, 100);
    assert_int_equal(p.ticks, 100);
    assert_int_equal(p.snapshots, 100);
}

/* Nothing comes: what ages is looked at each six seconds, and shown each ten. */
static void test_an_idle_fleet_ages(void **state)
{
    struct played p = begin();

    (void)state;
    while (p.now < 60007)
        round_of(&p, INT64_MAX);
    assert_int_equal(p.snapshots, 6);
    assert_in_range(p.ticks, 10, 16); /* a snapshot's wake-up ticks, too */
    assert_true(p.wakes <= 16);
}

/* Deltas come all the time: a tick a second and four snapshots, whatever they are. */
static void test_a_flood_neither_ticks_nor_publishes_more(void **state)
{
    struct played p = begin();

    (void)state;
    for (mono_ms at = 17; at <= 10007; at += 10)
        round_of(&p, at);
    assert_int_equal(p.ticks, 10);
    assert_int_equal(p.snapshots, 40);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_wake_for_an_answer_each_five_seconds),
        cmocka_unit_test(test_an_idle_fleet_ages),
        cmocka_unit_test(test_a_flood_neither_ticks_nor_publishes_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
