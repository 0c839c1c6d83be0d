/* SPDX-License-Identifier: MIT
 * test_fleetsim_scenario.c - scenario files: what is taken, and how wrong ones are refused. */
#include "fleetsim/scenario.h"
#include "tests/unit/unit.h"

#define GOOD                                                                                                  \
    "title | small\n"                                                                                         \
    "model | m | driver=Model M | exporter=dcgm | idle=50 | power=400 | memory=80G | clock=1.4G | limit=89\n" \
    "work | w | name=w | share=1 | sizes=1,2,8 | hours=1 | spread=1 | failed=0.1 | cancelled=0.2\n"           \
    "center | one | name=\345\274\240\345\214\227 | kind=super | load=0.5 | fp64=3.14E\n"                     \
    "pool | p | prefix=n | nodes=10 | devices=8 | model=m\n"

static void test_a_scenario_is_read(void **state)
{
    struct scenario s;
    struct err e;

    (void)state;
    assert_int_equal(scenario_read(GOOD, "good.conf", &s, &e), RC_OK);
    assert_string_equal(s.title, "small");
    assert_int_equal(s.center_count, 1);
    assert_string_equal(s.centers[0].name, "\345\274\240\345\214\227");
    assert_string_equal(s.centers[0].kind, "super");
    assert_float_equal(s.centers[0].fp64, 3.14e18, 1e10);
    assert_int_equal(s.centers[0].pools[0].nodes, 10);
    assert_int_equal(s.centers[0].pools[0].devices, 8);
    assert_int_equal(s.models[0].exporter, SIM_EXPORTER_DCGM);
    assert_float_equal(s.models[0].memory_bytes, 80e9, 1);
    assert_int_equal(s.works[0].size_count, 3);
    assert_int_equal(s.works[0].sizes[2], 8);
    scenario_free(&s);
}

static const struct {
    const char *text, *where, *what;
} wrong[] = {
    {"", "bad.conf:0", "centers"},
    {"# nothing\n\nthing | x\n", "bad.conf:3", "one of: title center pool"},
    {"pool | p | nodes=3\n", "bad.conf:1", "no center line above"},
    {"center | \n", "bad.conf:1", "an id"},
    {"center | a | nmae=x\n", "bad.conf:1", "nmae=x"},
    {"center | a | load=2\n", "bad.conf:1", "a number from 0 to 1"},
    {"center | a | load=1x\n", "bad.conf:1", "a number from 0 to 1"},
    {"center | a | load=nan\n", "bad.conf:1", "a number"},
    {"center | a | kind=huge\n", "bad.conf:1", "one of: intelligent super general"},
    {"center | a | version=39.5\n", "bad.conf:1", "a count from 38 to 45"},
    {"work | w | sizes=1,,2\n", "bad.conf:1", "12 counts"},
    {"work | w | share=1 | sizes=1 | hours=1 | failed=0.6 | cancelled=0.6\ncenter | a\n",
     "bad.conf:2", "at most 1"},
    {"work | w | share=0.5 | sizes=1 | hours=1\ncenter | a\npool | p | prefix=n | nodes=1\n",
     "bad.conf:3", "add up to 1"},
    {"work | w | share=1 | sizes=1 | hours=1\ncenter | a\n", "bad.conf:2", "without a pool"},
    {"work | w | share=1 | sizes=1 | hours=1\ncenter | a\npool | p | nodes=1\n", "bad.conf:3",
     "prefix="},
    {"work | w | share=1 | sizes=1 | hours=1\ncenter | a\npool | p | prefix=n | nodes=1 | devices=8 | model=x\n",
     "bad.conf:3", "no model line"},
    {"work | w | share=1 | sizes=1 | hours=1\ncenter | a\npool | p | prefix=n | nodes=150000\n"
     "pool | q | prefix=m | nodes=150000\n",
     "bad.conf:4", "200000"},
};

static void test_wrong_ones_are_refused_with_their_line(void **state)
{
    struct scenario s;
    struct err e;

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        char told[400];
        assert_int_not_equal(scenario_read(wrong[i].text, "bad.conf", &s, &e), RC_OK);
        snprintf(told, sizeof(told), "%s: %s", e.where, e.msg);
        if (strcmp(e.where, wrong[i].where) != 0 || !strstr(told, wrong[i].what))
            fail_msg("%s: told as \"%s\"", wrong[i].text, told);
        assert_null(s.centers);
    }
}

static void test_the_shipped_scenario_is_good(void **state)
{
    FILE *f = fopen(UNIT_SRCDIR "/src/fleetsim/scenarios/national.conf", "r");
    static char text[1 << 16];
    struct scenario s;
    struct err e;
    uint64_t nodes = 0;

    (void)state;
    assert_non_null(f);
    text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
    fclose(f);
    if (scenario_read(text, "national.conf", &s, &e) != RC_OK)
        fail_msg("%s: %s", e.where, e.msg);
    for (size_t i = 0; i < s.center_count; i++)
        for (size_t p = 0; p < s.centers[i].pool_count; p++)
            nodes += s.centers[i].pools[p].nodes;
    assert_true(s.center_count >= 10 && nodes > 50000);
    scenario_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_scenario_is_read),
        cmocka_unit_test(test_wrong_ones_are_refused_with_their_line),
        cmocka_unit_test(test_the_shipped_scenario_is_good),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
