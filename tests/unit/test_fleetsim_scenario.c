/* SPDX-License-Identifier: MIT
 * test_fleetsim_scenario.c - scenario files: what is taken, and how wrong ones are refused. */
#include "base/sentence.h"
#include "base/xmem.h"
#include "fleetsim/builtin.h"
#include "fleetsim/scenario.h"
#include "tests/unit/unit.h"
#include "tests/unit/zh_kit.h"

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

#define MODEL "model | m | driver=M | idle=50 | power=400 | memory=80G | clock=1.4G | limit=89\n"
#define WORK "work | w | share=1 | sizes=1 | hours=1\n"
#define POOL "pool | p | prefix=n | nodes=10\n"

/* Every kind of error: its line, what was found, what is accepted. */
static const struct {
    const char *text;
    unsigned line;
    const char *found, *accepted;
} wrong[] = {
    {"", 0, "centers", "1 to 200"},
    {"# nothing\n\n", 0, "centers", "1 to 200"},
    {"# nothing\n\nthing | x\n", 3, "\"thing\"", "one of: title center pool model work fault"},
    {"centers:\n\t- id: x\n", 1, "\"centers:\"", "one of: title center"}, /* YAML */
    {"title\n", 1, "title", "one text"},
    {"title | a | b\n", 1, "title", "one text"},
    {"pool | p | nodes=3\n", 1, "pool", "no center line above"},
    {"center | \n", 1, "center", "an id of 1 to 31"},
    {"center\n", 1, "center", "an id of 1 to 31"},
    {"center | 012345678901234567890123456789012\n", 1, "\"0123", "an id of 1 to 31"},
    {"center | a b\n", 1, "\"a b\"", "letters, digits"},
    {"center | a | nmae=x\n", 1, "nmae=x", "of a center; there are: name kind"},
    {"center | a | load\n", 1, "load", "of a center; there are: name kind"},
    {"center | a | prefix=x\n", 1, "prefix=x", "of a center"},
    {"center | a | load=0.1 | load=0.2\n", 1, "load", "twice"},
    {"center | a | load=2\n", 1, "load: ", "a number from 0 to 1, not \"2\""},
    {"center | a | load=1x\n", 1, "\"1x\"", "a number from 0 to 1"},
    {"center | a | load=\n", 1, "\"\"", "a number from 0 to 1"},
    {"center | a | load=nan\n", 1, "\"nan\"", "a number"},
    {"center | a | load=-1\n", 1, "\"-1\"", "a number"},
    {"center | a | fp16=1e400\n", 1, "\"1e400\"", "a number"},
    {"center | a | kind=huge\n", 1, "\"huge\"", "one of: intelligent super general"},
    {"center | a | telemetry=snmp\n", 1, "\"snmp\"", "one of: none exporters prometheus"},
    {"center | a | accounting=2\n", 1, "\"2\"", "a count from 0 to 1"},
    {"center | a | version=39.5\n", 1, "\"39.5\"", "a count from 38 to 45"},
    {WORK "center | a | version=39\n" POOL, 2, "version=39", "38, or 40 to 45"},
    {"center | a | name=\n", 1, "\"\"", "a text of 1 to 95 bytes"},
    {"center | a | name=a\001b\n", 1, "byte 0x01", "this is no text"},
    {"center | a\ncenter | b | name=M\374nchen\n", 2, "byte 0xfc", "no UTF-8"},
    {"center | a\npool | p | prefix=n[1-2]\n", 2, "\"n[1-2]\"", "letters, digits"},
    {"center | a\npool | p | prefix=n n\n", 2, "\"n n\"", "letters, digits"},
    {"model | m | driver=H\"100\n", 1, "\"H\"100\"", "without"},
    {"model | m | driver=H100\\\n", 1, "\"H100\\\"", "without"},
    {"\n\n\177ELF\n", 3, "byte 0x7f", "this is no text"},
    {"center | a | x=| | | | | | | | | | | | | | | | | |\n", 1, "center", "16 cells"},
    {WORK "center | a\n" POOL "center | b\n" POOL "center | a\n" POOL, 6, "center a",
     "line 2 already"},
    {WORK "center | a\n" POOL "pool | p | prefix=m | nodes=1\n", 4, "pool p", "line 3 already"},
    {WORK "center | a\n" POOL "pool | q | prefix=n | first=10 | nodes=1\n", 4, "q",
     "has nodes that pool p has"},
    {WORK "center | a\n", 2, "a", "without a pool"},
    {WORK "center | a\npool | p | nodes=1\n", 3, "pool p", "needs prefix="},
    {WORK "center | a\npool | p | prefix=n\n", 3, "pool p", "needs nodes="},
    {WORK "center | a\npool | p | prefix=n | nodes=0\n", 3, "\"0\"", "a count from 1"},
    {WORK "center | a\npool | p | prefix=n | nodes=1 | devices=8 | model=x\n" MODEL, 3, "model=x",
     "no model line"},
    {WORK "center | a\npool | p | prefix=n | nodes=1 | devices=8\n" MODEL, 3, "pool p",
     "needs model="},
    {WORK "center | a\npool | p | prefix=n | nodes=150000\npool | q | prefix=m | nodes=150000\n", 4,
     "q", "200000"},
    {WORK MODEL MODEL "center | a\n" POOL, 3, "model m", "line 2 already"},
    {WORK "model | m | driver=M\ncenter | a\n" POOL, 2, "model m", "needs idle="},
    {WORK
     "model | m | driver=M | idle=500 | power=400 | memory=80G | clock=1.4G | limit=89\ncenter | a\n" POOL,
     2, "idle=", "less than power="},
    {WORK WORK "center | a\n" POOL, 2, "work w", "line 1 already"},
    {"work | w | sizes=1,,2\n", 1, "\"1,,2\"", "12 counts"},
    {"work | w | sizes=0\n", 1, "\"0\"", "12 counts"},
    {"work | w | sizes=1,2,3,4,5,6,7,8,9,10,11,12,13\n", 1, "\"1,2,3", "12 counts"},
    {"work | w | share=1 | hours=1\ncenter | a\n" POOL, 1, "work w", "needs sizes="},
    {"work | w | share=1 | hours=1 | sizes=\ncenter | a\n" POOL, 1, "w", "needs sizes="},
    {"work | w | share=1 | sizes=1\ncenter | a\n" POOL, 1, "work w", "needs hours="},
    {"work | w | share=1 | sizes=1 | hours=1 | failed=0.6 | cancelled=0.6\ncenter | a\n" POOL, 1,
     "w", "at most 1"},
    {"work | v | share=0.2 | sizes=1 | hours=1\nwork | w | share=0.3 | sizes=1 | hours=1\ncenter | a\n" POOL,
     2, "add up to 0.5", "not to 1"},
    {"center | a\n" POOL, 2, "work", "no job"},
    {WORK "fault | f | count=1 | scope=world\n", 2, "\"world\"", "one of: job device node drain"},
    {WORK "fault | f | count=1\ncenter | a\n" POOL, 2, "fault f", "needs scope="},
    {WORK "fault | f | count=1 | scope=job\nfault | f | count=1 | scope=job\ncenter | a\n" POOL, 3,
     "fault f", "line 2 already"},
};

static void test_wrong_ones_are_refused_with_their_line(void **state)
{
    struct scenario s;
    struct err e;

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        char where[32];
        snprintf(where, sizeof(where), "bad.conf:%u", wrong[i].line);
        if (scenario_read(wrong[i].text, "bad.conf", &s, &e) == RC_OK)
            fail_msg("%s: was taken", wrong[i].text);
        if (strcmp(e.where, where) != 0 || !strstr(e.msg, wrong[i].found) ||
            !strstr(e.msg, wrong[i].accepted))
            fail_msg("%s: told as \"%s: %s\"", wrong[i].text, e.where, e.msg);
        assert_null(s.centers);
    }
}

/* English is left of a complaint only as names and words of the file. */
static void test_complaints_are_said_in_chinese(void **state)
{
    static const char *const english[] = {" a ",   " of ",   " is ", " to ",
                                          " not ", " with ", "must", "needs"};
    struct scenario s;
    struct err e;
    char said[SENTENCE_MAX];

    (void)state;
    if (!use_chinese())
        skip();
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        assert_int_not_equal(scenario_read(wrong[i].text, "bad.conf", &s, &e), RC_OK);
        if (strcmp(wrong[i].found, "\"\"") == 0)
            continue; /* no sentence is known again by a value that is not there */
        const char *text = sentence_text(e.msg, said, sizeof(said));
        for (size_t k = 0; k < ARRAY_LEN(english); k++)
            if (text == e.msg || strstr(text, english[k]))
                fail_msg("\"%s\" is said as \"%s\"", e.msg, text);
    }
    i18n_end();
}

struct sizes {
    uint64_t nodes, devices, queued;
};

static struct sizes shipped(const char *text, struct scenario *s)
{
    struct sizes z = {0};
    struct err e;

    if (scenario_read(text, "shipped.conf", s, &e) != RC_OK)
        fail_msg("%s: %s", e.where, e.msg);
    for (size_t i = 0; i < s->center_count; i++) {
        z.queued += (uint64_t)s->centers[i].queued;
        for (size_t p = 0; p < s->centers[i].pool_count; p++) {
            z.nodes += s->centers[i].pools[p].nodes;
            z.devices += (uint64_t)s->centers[i].pools[p].nodes * s->centers[i].pools[p].devices;
        }
    }
    return z;
}

static void test_the_shipped_scenarios_are_good(void **state)
{
    struct scenario s;

    (void)state;
    struct sizes national = shipped(scenario_national, &s);
    assert_true(s.center_count >= 10 && national.nodes > 50000);
    scenario_free(&s);
    struct sizes scale = shipped(scenario_scale, &s);
    assert_true(s.center_count == 50 && scale.nodes == 100000 && scale.devices == 800000);
    assert_in_range(scale.queued, 440000, 480000); /* the others of 500,000 run */
    scenario_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_scenario_is_read),
        cmocka_unit_test(test_wrong_ones_are_refused_with_their_line),
        cmocka_unit_test(test_complaints_are_said_in_chinese),
        cmocka_unit_test(test_the_shipped_scenarios_are_good),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
