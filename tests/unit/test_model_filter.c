/* SPDX-License-Identifier: MIT
 * The filter language: every operator on every type, every error and the column it names. */
#include "tests/unit/model_kit.h"

/* Jobs a..h, made to differ in every type of field. */
static const char jobs[] =
    "center zb id=zb name=Zhangbei\n"
    "job a name=Train-9 user=li state=running priority=1000 cpus=64 memory_bytes=68719476736 "
    "nodes=cn[001-004] requeueable=yes time_limit_seconds=3600 started_at=-7200000 eligible_at=-9000000\n"
    "job b name=train-10 user=wang state=queued priority=1500 cpus=8 reason=Resources eligible_at=-600000 "
    "requeueable=no\n"
    "job c name=infer user=li state=held priority=0 memory_bytes=1024 eligible_at=-10000\n"
    "job d name=\"x user=root state=done nodes=login1 ended_at=-86400000\n"
    "job e user=or state=failed time_limit_seconds=-1\n"
    "job f name=a(b)c\\x1bd\n"
    "job 14_[6-99] name=\345\274\240\345\214\227 state=queued tasks=94\n";

static const char nodes[] =
    "node n1 state=idle pools=gpu,all flags=- temperature_celsius=60.5 features=H100,ib\n"
    "node n2 state=idle pools=all flags=drain,maint reason=bad_fan temperature_celsius=91\n"
    "node n3 state=down pools=gpu flags=not_responding\n"
    "node n4 load=0.5 cpu_utilization_percent=99\n";

struct fixture {
    struct fleet *fleet;
    struct snapshot *snap;
    struct value_ctx ctx;
};

static void set_up(struct fixture *x)
{
    x->fleet = fleet_new(NULL);
    kit_rows(x->fleet, 0, 1, KIT_NOW, jobs);
    kit_rows(x->fleet, 0, 1, KIT_NOW, nodes);
    x->snap = fleet_publish(x->fleet, KIT_NOW);
    x->ctx = (struct value_ctx){.snap = x->snap, .now = KIT_NOW};
}

static void tear_down(struct fixture *x)
{
    snapshot_unref(x->snap);
    fleet_free(x->fleet);
}

/* First letters (nodes: digits) of the ids that match, in slot order; '1' is job 14_[6-99]. */
static void matches(const struct fixture *x, enum entity e, const char *text, char *out)
{
    struct filter *f;
    struct err err;

    if (filter_compile(text, e, &f, &err) != RC_OK)
        fail_msg("\"%s\": %s: %s", text, err.where, err.msg);
    for (uint32_t slot = 0; slot < snapshot_slots(x->snap, e); slot++) {
        const void *row = snapshot_row(x->snap, e, slot);
        strid id = e == ENTITY_JOB ? ((const struct job_row *)row)->id
                                   : ((const struct node_row *)row)->name;
        const char *name = intern_text(snapshot_strings(x->snap), id);
        if (filter_match(f, &x->ctx, row))
            *out++ = e == ENTITY_JOB ? name[0] : name[1];
    }
    *out = '\0';
    filter_free(f);
}

struct match_case {
    const char *text, *ids;
};

static void assert_matches(enum entity e, const struct match_case *cases, size_t count)
{
    struct fixture x;
    char ids[64];

    set_up(&x);
    for (size_t i = 0; i < count; i++) {
        matches(&x, e, cases[i].text, ids);
        if (strcmp(ids, cases[i].ids) != 0)
            fail_msg("\"%s\" matches \"%s\", not \"%s\"", cases[i].text, ids, cases[i].ids);
    }
    tear_down(&x);
}

static const struct match_case job_cases[] = {
    /* words: any text column, without case, all of them */
    {"train", "ab"},
    {"TRAIN", "ab"},
    {"train li", "a"},
    {"li and train", "a"},
    {"running", "a"},
    {"resources", "b"},
    {"Zhangbei", "abcdef1"},
    {"\345\274\240", "1"},
    {"nothing-has-this", ""},
    /* quoting */
    {"\"a(b)c\"", "f"},
    {"a\\(b\\)c", "f"},
    {"\"li\" \"infer\"", "c"},
    {"\"or\"", "e"},
    {"\\or", "e"},
    {"name=\"\\\"x\"", "d"},
    {"14_[6-99]", "1"},
    /* = and != on text */
    {"user=li", "ac"},
    {"user=LI", "ac"},
    {"user=l", ""},
    {"user!=li", "bdef1"},
    {"name=train-9", "a"},
    {"name=\302\267", ""},
    {"name:\302\267d", "f"},
    {"user:a", "b"},
    {"name:TRAIN", "ab"},
    /* order of text is natural */
    {"name>train-9", "b1"},
    {"name>=train-9", "ab1"},
    {"name<train-10", "acdf"},
    /* words of a set */
    {"state=running", "a"},
    {"state=RUNNING", "a"},
    {"state!=running", "bcdef1"},
    {"state:ed", "be1"},
    {"state~^(done|failed)$", "de"},
    /* numbers */
    {"priority=1000", "a"},
    {"priority!=1000", "bcdef1"},
    {"priority>1000", "b"},
    {"priority>=1000", "ab"},
    {"priority>=1K", "ab"},
    {"priority<1.5k", "ac"},
    {"priority<=1.5k", "abc"},
    {"priority<1", "c"},
    {"prio>999", "ab"},
    {"tasks>90", "1"},
    {"priority:100", "a"},
    {"priority~^1.00$", "ab"},
    /* bytes count in binary steps */
    {"memory_bytes>=64G", "a"},
    {"memory_bytes>=64GiB", "a"},
    {"memory_bytes>64G", ""},
    {"memory_bytes<=1KB", "c"},
    {"mem:64G", "a"},
    /* durations */
    {"time_limit_seconds=1h", "a"},
    {"time_limit_seconds=3600", "a"},
    {"time_limit_seconds<0", "e"},
    {"waited>5m", "ab"},
    {"waited>300", "ab"},
    {"waited<30s", "c"},
    {"waited>1h30m", ""},
    {"waited>=30m", "a"},
    {"ran>1h", "a"},
    {"progress_percent>100%", "a"},
    {"time%>100%", "a"},
    /* times: how far from now, or which */
    {"started_at>1h", "a"},
    {"started_at>3h", ""},
    {"ended_at>=1d", "d"},
    {"ended_at>1w", ""},
    {"started_at>2023-11-14T00:00:00Z", "a"},
    {"started_at<2023-11-14T00:00:00Z", ""},
    /* yes and no */
    {"requeueable=yes", "a"},
    {"requeueable=true", "a"},
    {"rq=0", "b"},
    {"requeueable!=yes", "bcdef1"},
    /* absent or not */
    {"user=?", "f1"},
    {"user!=?", "abcde"},
    {"state=?", "f"},
    {"priority=?", "def1"},
    {"waited=?", "def1"},
    {"requeueable=?", "cdef1"},
    {"user=\"?\"", ""},
    /* host sets */
    {"nodes=cn003", "a"},
    {"nodes=cn3", ""},
    {"nodes=cn005", ""},
    {"nodes=login1", "d"},
    {"nodes:cn", "a"},
    /* regular expressions */
    {"name~^train-[0-9]$", "a"},
    {"name~^TRAIN", "ab"},
    {"~^li$", "ac"},
    {"~^(li|wang)$", "abc"},
    {"name~a\\(b", "f"},
    {"(name~^(t|i) user=li)", "ac"},
    /* not, or, grouping */
    {"!train", "cdef1"},
    {"! train", "cdef1"},
    {"!!train", "ab"},
    {"!user=li", "bdef1"},
    {"!user!=li", "ac"},
    {"user=li or user=wang", "abc"},
    {"user=li OR user=wang", "abc"},
    {"user=li state=held or user=wang", "bc"},
    {"user=li (state=held or user=wang)", "c"},
    {"user=li and (state=held or state=running)", "ac"},
    {"!(user=li or user=wang)", "def1"},
    {"((((user=li))))", "ac"},
    {"user=or", "e"},
    {"center=zhangbei", "abcdef1"},
};

static void jobs_match(void **state)
{
    (void)state;
    assert_matches(ENTITY_JOB, job_cases, sizeof(job_cases) / sizeof(job_cases[0]));
}

static void nodes_match(void **state)
{
    static const struct match_case cases[] = {
        {"flags=drain", "2"},
        {"flags!=drain", "134"},
        {"flags:not", "3"},
        {"flags~^(drain|maint)$", "2"},
        {"flags=?", "4"},
        {"flags!=?", "123"},
        {"pools=gpu", "13"},
        {"pools=GPU", "13"},
        {"pools=gp", ""},
        {"pools!=gpu", "24"},
        {"pools:gp", "13"},
        {"features=ib", "1"},
        {"temp>90", "2"},
        {"temp>60", "12"},
        {"temp=60.5", "1"},
        {"cpu%>90%", "4"},
        {"cpu_utilization_percent>=99", "4"},
        {"load<1", "4"},
        {"status=drained", "2"},
        {"status:draine", "2"},
        {"status=down", "3"},
        {"status=no-answer", ""},
        {"drained", "2"},
        {"maint", "2"},
        {"bad_fan", "2"},
        {"state=idle !flags=drain", "1"},
    };

    (void)state;
    assert_matches(ENTITY_NODE, cases, sizeof(cases) / sizeof(cases[0]));
}

static void nothing_matches_all(void **state)
{
    struct filter *f = (struct filter *)(uintptr_t)1;

    (void)state;
    assert_int_equal(filter_compile(NULL, ENTITY_JOB, &f, NULL), RC_OK);
    assert_null(f);
    assert_int_equal(filter_compile("  \t ", ENTITY_JOB, &f, NULL), RC_OK);
    assert_null(f);
    assert_true(filter_match(NULL, NULL, NULL));
    filter_free(NULL);
}

static void errors_name_their_column(void **state)
{
    static const struct {
        const char *text;
        unsigned column;
        const char *part; /* of the message */
    } cases[] = {
        {"foo=1", 1, "no field \"foo\""},
        {"train foo=1", 7, "no field"},
        {"\345\274\240\345\214\227 foo=1", 4, "no field"}, /* columns are characters */
        {"a:b", 1, "no field \"a\""},
        {"state=runing", 7, "one of: unknown, queued"},
        {"state>running", 1, "no less and more"},
        {"requeueable=maybe", 13, "one of: no, yes"},
        {"priority>many", 10, "number"},
        {"priority>", 10, "missing"},
        {"priority=5x", 10, "number"},
        {"priority=1.5.2", 10, "number"},
        {"priority=", 10, "missing"},
        {"waited>3y", 8, "number"},
        {"started_at>yesterday", 12, "is a time"},
        {"~", 2, "missing"},
        {"name~", 6, "missing"},
        {"name~[a", 6, "regular expression"},
        {"name~(a", 6, "regular expression"},
        {"name~(a)\\1", 6, "not allowed"},
        {"name~((a{99}){99}){99}", 6, "not allowed"},
        {"name~a{32767}", 6, "not allowed"},
        {"\"open", 1, "quote is not closed"},
        {"name=\"open", 6, "quote is not closed"},
        {"(a", 1, "not closed"},
        {"(a (b)", 1, "not closed"},
        {"a)", 2, "no parenthesis is open"},
        {"()", 2, "expected"},
        {"(", 2, "missing"},
        {"!", 2, "missing"},
        {"a or", 5, "missing"},
        {"or a", 1, "expected"},
        {"a or or b", 6, "expected"},
        {"a and", 6, "missing"},
        {"a and and b", 7, "expected"},
    };
    struct filter *f;
    struct err err;
    char where[32];

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        err_clear(&err);
        if (filter_compile(cases[i].text, ENTITY_JOB, &f, &err) != RC_SYNTAX)
            fail_msg("\"%s\" is accepted", cases[i].text);
        assert_null(f);
        snprintf(where, sizeof(where), "column %u", cases[i].column);
        if (strcmp(err.where, where) != 0 || !strstr(err.msg, cases[i].part))
            fail_msg("\"%s\": %s: %s", cases[i].text, err.where, err.msg);
        assert_int_equal(filter_compile(cases[i].text, ENTITY_JOB, &f, NULL), RC_SYNTAX);
    }
}

static void repeated(char *out, const char *piece, int times)
{
    size_t len = strlen(piece);

    for (int i = 0; i < times; i++)
        memcpy(out + (size_t)i * len, piece, len);
    out[(size_t)times * len] = '\0';
}

static void too_much_is_refused(void **state)
{
    static char text[20000];
    struct filter *f;
    struct err err;

    (void)state;
    repeated(text, "(", 1000);
    assert_int_equal(filter_compile(text, ENTITY_JOB, &f, &err), RC_SYNTAX);
    assert_non_null(strstr(err.msg, "too deep"));
    repeated(text, "!", 1000);
    assert_int_equal(filter_compile(text, ENTITY_JOB, &f, &err), RC_SYNTAX);
    repeated(text, "a ", 1000);
    assert_int_equal(filter_compile(text, ENTITY_JOB, &f, &err), RC_SYNTAX);
    assert_non_null(strstr(err.msg, "128"));
    repeated(text, "a", 5000);
    assert_int_equal(filter_compile(text, ENTITY_JOB, &f, &err), RC_LIMIT);
    repeated(text, "a ", 128);
    assert_int_equal(filter_compile(text, ENTITY_JOB, &f, &err), RC_OK);
    filter_free(f);
    repeated(text, "a", 100);
    memcpy(text + 99, "=1", 3);
    assert_int_equal(filter_compile(text, ENTITY_JOB, &f, &err), RC_SYNTAX);
}

/* What the C library would expand to gigabytes, and what it would not. */
static void greedy_expressions_are_refused(void **state)
{
    static const struct {
        const char *regex;
        bool ok;
    } cases[] = {
        {"a+", true},
        {"^(a+b+)+c+$", true},
        {"a+a+a+a+a+a+a+a+a+a+a+a+a+a+a+a+a+a+a+a+", true},
        {"a++++++++++++++++++++", false},
        {"((((((((((((a+)+)+)+)+)+)+)+)+)+)+)+)+", false},
        {"(a{20}){20}", true},
        {"(a{99}){99}", false},
        {"a{1,5000}", false},
        {"a{3,}", true},
        {"[]{9999}+++++++++++++++]", true},
        {"[^]{9999}]", true},
        {"[[:alpha:]{9999}]x", true},
        {"a{", false},
        {"{9999}", false},
        {"a\\{9999\\}", true},
        {"\\(((((a", false},
        {"((((((((((((((((((((((((((((((((((a))))))))))))))))))))))))))))))))))", false},
        {"(a)\\1", false},
        {"a|b|(c|d)*", true},
        {"[[.{.]", false},
        {"a*+*+*+?+", true},
        {"a*?+*+*+?+", false}, /* nine signs: each takes eight times as long */
        {"(((a*+*)+*+)?+)*", false},
        {"(a*b+c?d*e+f?g*h+i?j*)+", true},
    };
    struct filter *f;
    char text[200];

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        snprintf(text, sizeof(text), "name~%s", cases[i].regex);
        if ((filter_compile(text, ENTITY_JOB, &f, NULL) == RC_OK) != cases[i].ok)
            fail_msg("%s", text);
        filter_free(f);
    }
}

/* Each key typed: the same rows with and without what the filter before it remembered. */
static void a_refined_filter_finds_the_same(void **state)
{
    static const char *const typed[] = {
        "t",      "tr",         "tra",         "tr",      "name:a",    "name:an", "name:g",
        "user:i", "name:in",    "!n",          "!ng",     "user=l",    "user=li", "~a",
        "~a.",    "name>a",     "name>an",     "tr or w", "tra or wa", "i e",     "in e",
        "\"x",    "reason:res", "reason:reso", "z",       "zh",
    };
    struct fixture x;
    struct filter *old = NULL, *f, *plain;

    (void)state;
    set_up(&x);
    for (size_t i = 0; i < sizeof(typed) / sizeof(typed[0]); i++) {
        if (filter_compile(typed[i], ENTITY_JOB, &f, NULL))
            continue; /* the quote is still open */
        assert_int_equal(filter_compile(typed[i], ENTITY_JOB, &plain, NULL), RC_OK);
        filter_refine(f, old);
        filter_free(old);
        for (uint32_t slot = 0; slot < snapshot_slots(x.snap, ENTITY_JOB); slot++) {
            const void *row = snapshot_row(x.snap, ENTITY_JOB, slot);
            if (filter_match(f, &x.ctx, row) != filter_match(plain, &x.ctx, row))
                fail_msg("\"%s\" is another filter after the one before it", typed[i]);
        }
        filter_free(plain);
        old = f;
    }
    filter_refine(old, NULL);
    filter_refine(NULL, old);
    filter_free(old);
    tear_down(&x);
}

static void answers_are_not_mixed_up_between_string_tables(void **state)
{
    struct filter *filter;

    (void)state;
    assert_int_equal(filter_compile("name=yes", ENTITY_JOB, &filter, NULL), RC_OK);
    for (int round = 0; round < 20; round++) {
        struct fleet *f = fleet_new(NULL); /* likely to get the memory of the one before */
        kit_rows(f, 0, 0, KIT_NOW, round % 2 ? "job yes name=yes" : "job no name=no");
        struct snapshot *s = fleet_publish(f, KIT_NOW);
        struct value_ctx c = {.snap = s, .now = KIT_NOW};
        assert_int_equal(filter_match(filter, &c, snapshot_row(s, ENTITY_JOB, 0)), round % 2);
        snapshot_unref(s);
        fleet_free(f);
    }
    filter_free(filter);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(jobs_match),
        cmocka_unit_test(nodes_match),
        cmocka_unit_test(nothing_matches_all),
        cmocka_unit_test(errors_name_their_column),
        cmocka_unit_test(too_much_is_refused),
        cmocka_unit_test(greedy_expressions_are_refused),
        cmocka_unit_test(a_refined_filter_finds_the_same),
        cmocka_unit_test(answers_are_not_mixed_up_between_string_tables),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
