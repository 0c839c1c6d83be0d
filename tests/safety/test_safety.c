/* SPDX-License-Identifier: MIT
 * test_safety.c - nothing leaves the dashboard that was not asked for: random keys, pastes, sizes, clocks and fleets, with
 * a port that writes down what is committed, and an oracle that reads the screen.
 *
 * A commit must come from an Enter that was typed, with a dialog on the screen whose question the typed text answers
 * exactly; it may touch only what was marked or under the cursor when the key was pressed, nothing that the fleet as
 * published forbids, and nothing at all on screens that cannot act, in centers that are off, or not armed.
 * SUANTOP_SAFETY_KEYS=N: about so many keys (default 300000; a million take half a minute). SUANTOP_SAFETY_SEED=N. */
#include "tests/safety/monkey.h"
#include "tests/unit/unit.h"

static uint64_t number_from(const char *name, uint64_t fallback)
{
    const char *text = getenv(name);

    return text && *text ? strtoull(text, NULL, 10) : fallback;
}

static uint64_t keys_to_press(void)
{
    return number_from("SUANTOP_SAFETY_KEYS", 300000);
}

static struct monkey_report play(const struct monkey_rules *rules, uint64_t keys)
{
    struct monkey_report all = {.keys = 0};
    uint64_t seed = number_from("SUANTOP_SAFETY_SEED", 20261122);

    while (all.keys < keys) {
        struct monkey_report r = monkey_life(seed++, rules);
        all.keys += r.keys;
        all.frames += r.frames;
        all.dialogs += r.dialogs;
        all.commits += r.commits;
        for (int i = 0; i < action_verb_COUNT; i++)
            all.verbs[i] += r.verbs[i];
        for (int i = 0; i < CONSENT_NEVER; i++)
            all.consents[i] += r.consents[i];
        all.armed += r.armed;
        all.refused_shown += r.refused_shown;
        if (r.wrong[0]) {
            fprintf(stderr, "%s\n", r.wrong);
            fail_msg("seed %llu", (unsigned long long)seed - 1);
        }
    }
    return all;
}

/* Random play that never acts would prove nothing. */
static void test_only_what_was_confirmed(void **state)
{
    struct monkey_report r = play(&(struct monkey_rules){.may_act = true}, keys_to_press());

    (void)state;
    print_message(
        "# %llu keys, %llu pictures, %llu dialogs, %llu commits (y %llu, name %llu, count "
        "%llu; armed %llu), %llu refusals shown\n",
        (unsigned long long)r.keys, (unsigned long long)r.frames, (unsigned long long)r.dialogs,
        (unsigned long long)r.commits, (unsigned long long)r.consents[CONSENT_YES],
        (unsigned long long)r.consents[CONSENT_NAME], (unsigned long long)r.consents[CONSENT_COUNT],
        (unsigned long long)r.armed, (unsigned long long)r.refused_shown);
    assert_true(r.commits > r.keys / 2000);
    for (int i = 0; i < action_verb_COUNT; i++)
        assert_true(r.verbs[i] > 0);
    for (int i = 0; i < CONSENT_NEVER; i++)
        assert_true(r.consents[i] > 0);
    assert_true(r.armed > 0);
    assert_true(r.refused_shown > 0);
}

static void assert_never(const struct monkey_rules *rules, bool dialogs)
{
    struct monkey_report r = play(rules, keys_to_press() / 10);

    assert_int_equal(r.commits, 0);
    assert_true(dialogs == (r.dialogs > 0));
}

static void test_a_screen_without_callbacks(void **state)
{
    (void)state;
    assert_never(&(struct monkey_rules){.looks_only = true}, false);
}

static void test_a_read_only_screen(void **state)
{
    (void)state;
    assert_never(&(struct monkey_rules){.read_only = true}, false);
}

static void test_centers_that_are_off(void **state)
{
    (void)state;
    assert_never(&(struct monkey_rules){.all_off = true}, false);
}

/* The dialog comes up and says why not. */
static void test_centers_that_nobody_armed(void **state)
{
    (void)state;
    assert_never(&(struct monkey_rules){.all_unarmed = true}, true);
}

static void test_a_source_that_fell_silent(void **state)
{
    (void)state;
    assert_never(&(struct monkey_rules){.silent = true}, true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_only_what_was_confirmed),
        cmocka_unit_test(test_a_screen_without_callbacks),
        cmocka_unit_test(test_a_read_only_screen),
        cmocka_unit_test(test_centers_that_are_off),
        cmocka_unit_test(test_centers_that_nobody_armed),
        cmocka_unit_test(test_a_source_that_fell_silent),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
