/* SPDX-License-Identifier: MIT
 * test_ui_pace.c - when the dashboard's loop wakes and shows: at times that are given. */
#include "tests/unit/unit.h"
#include "ui/pace.h"

static const wall_ms morning = 1700000000400; /* 400 ms into a second */

/* The wall clock goes with the other one, which begins at 0. */
static int patience(const struct pace *p, mono_ms now)
{
    return pace_patience(p, now, morning + now);
}

static void test_the_clock_wakes_just_behind_each_second(void **state)
{
    struct pace p = {.every_ms = 100};
    mono_ms now = 0;

    (void)state;
    assert_int_equal(patience(&p, 0), 601);
    for (int i = 0; i < 60; i++) {
        now += patience(&p, now);
        assert_int_equal((morning + now) % 1000, 1);
    }
    assert_int_equal(now, 59601);
}

/* Whom a snapshot wakes: for five seconds after a key, and nobody later. */
static void test_attention_lasts_five_seconds(void **state)
{
    (void)state;
    assert_false(pace_is_relaxed(1000 + PACE_ATTENTIVE_MS, 1000));
    assert_false(pace_is_relaxed(1000 + PACE_ATTENTIVE_MS, 6000));
    assert_true(pace_is_relaxed(1000 + PACE_ATTENTIVE_MS, 6001));
}

/* 7 snapshots a second come for 20 s after one key: how often is the loop woken, and how often is one shown? */
static void test_the_picture_follows_the_second_when_nobody_is_there(void **state)
{
    struct pace p = {.every_ms = 100};
    unsigned wakes[20] = {0}, shown[20] = {0};
    mono_ms snapshot = 143, now = 0;
    bool unseen = false;

    (void)state;
    while (now < 20000) {
        bool relaxed = pace_is_relaxed(PACE_ATTENTIVE_MS, now);
        mono_ms until = now + patience(&p, now);
        for (; snapshot <= until && (relaxed || !unseen); snapshot += 143) {
            unseen = true;
            if (!relaxed)
                until = snapshot;
        }
        now = until;
        if (now >= 20000)
            break;
        wakes[now / 1000]++;
        p.snap_waits = unseen && now < pace_next_picture_at(&p);
        if (unseen && !p.snap_waits) {
            unseen = false;
            p.taken_at = now;
            shown[now / 1000]++;
        }
    }
    for (int s = 1; s < 5; s++)
        assert_in_range(shown[s], 6, 10);
    for (int s = 6; s < 20; s++) {
        assert_int_equal(wakes[s], 1);
        assert_int_equal(shown[s], 1);
    }
}

static void test_keys_put_a_picture_off_but_not_for_ever(void **state)
{
    struct pace p = {.every_ms = 100, .taken_at = 1000, .key_at = 1010, .snap_waits = true};

    (void)state;
    assert_int_equal(pace_next_picture_at(&p), 1100);
    p.key_at = 1090;
    assert_int_equal(pace_next_picture_at(&p), 1140);
    p.key_at = 1490;
    assert_int_equal(pace_next_picture_at(&p), 1500);
    assert_int_equal(pace_patience(&p, 1480, 1700000000000), 20);
    assert_int_equal(pace_patience(&p, 1600, 1700000000000), 0);
}

static void test_messages_and_refreshes_wake_earlier(void **state)
{
    struct pace p = {.every_ms = 100, .message_until = 250};

    (void)state;
    assert_int_equal(patience(&p, 0), 250);
    assert_int_equal(patience(&p, 300), 0);
    p.message_until = 0;
    p.refresh_ms = 20;
    assert_int_equal(patience(&p, 0), 20);
    p.refresh_ms = 19; /* less than can be */
    assert_int_equal(patience(&p, 0), 601);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_clock_wakes_just_behind_each_second),
        cmocka_unit_test(test_attention_lasts_five_seconds),
        cmocka_unit_test(test_the_picture_follows_the_second_when_nobody_is_there),
        cmocka_unit_test(test_keys_put_a_picture_off_but_not_for_ever),
        cmocka_unit_test(test_messages_and_refreshes_wake_earlier),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
