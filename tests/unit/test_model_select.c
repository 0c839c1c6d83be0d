/* SPDX-License-Identifier: MIT
 * What a query remembers of the rows changes no answer: over random changes, filters typed key by key, other columns,
 * scopes and older snapshots, with runs interrupted at random, a result that is used again is the one a fresh one has. */
#include "tests/unit/model_kit.h"

enum { IDS = 1500, ROUNDS = 2500 };

static uint64_t rng = 7;
static wall_ms now = KIT_NOW;

static uint32_t below(uint32_t n)
{
    rng = rng * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((rng >> 33) % n);
}

/* --- a fleet that changes --- */

static void change_row(struct delta *d, uint32_t id)
{
    char name[32];
    int len = snprintf(name, sizeof(name), "%u", id);

    if (below(12) == 0) {
        delta_remove(d, ENTITY_JOB, name, (size_t)len);
        return;
    }
    delta_row(d, ENTITY_JOB, name, (size_t)len);
    len = snprintf(name, sizeof(name), "%s%u", below(2) ? "train-" : "Eval", below(200));
    delta_strn(d, FIELD_job_name, name, (size_t)len);
    if (below(3) == 0)
        delta_absent(d, FIELD_job_priority);
    else
        delta_num(d, FIELD_job_priority, below(50) * 1.5);
    delta_int(d, FIELD_job_state, below(2) ? job_state_QUEUED : job_state_RUNNING);
    delta_num(d, FIELD_job_cpus, below(64));
    delta_str(d, FIELD_job_user, below(2) ? "li" : "wang");
    if (below(2))
        delta_time(d, FIELD_job_started_at, now - 40000 + below(50) * 1000);
    if (below(2))
        delta_time(d, FIELD_job_expected_start_at, now - 40000 + below(120) * 1000);
    if (below(2))
        delta_num(d, FIELD_job_time_limit_seconds, below(100));
    delta_time(d, FIELD_job_eligible_at, now - 30000 + below(60) * 1000);
}

static void change_some(struct fleet *f, uint32_t most)
{
    for (uint16_t center = 0; center < 3; center++) {
        struct delta *d = delta_new(center, center, now, 0);
        for (uint32_t n = below(most); n > 0; n--)
            change_row(d, below(IDS));
        assert_int_equal(fleet_apply(f, d, NULL), RC_OK);
        delta_free(d);
    }
    if (below(6) == 0) { /* what all its rows are called changes with it */
        struct delta *d = delta_new(0, 0, KIT_NOW, 0);
        delta_row(d, ENTITY_CENTER, "zero", 4);
        delta_str(d, FIELD_center_name, below(2) ? "nulltes" : "anderes");
        assert_int_equal(fleet_apply(f, d, NULL), RC_OK);
        delta_free(d);
    }
}

/* --- questions that change --- */

static bool even_cpus(const void *arg, const struct value_ctx *c, const void *row)
{
    (void)arg;
    (void)c;
    return (int)((const struct job_row *)row)->cpus % 2 == 0;
}

/* Not of the row alone. */
static bool as_arg_says(const void *arg, const struct value_ctx *c, const void *row)
{
    (void)c;
    return ((int)((const struct job_row *)row)->cpus + *(const int *)arg) % 3 != 0;
}

struct sums {
    double cpus;
    uint32_t rows;
};

static void add_row(void *part, const struct value_ctx *c, const void *row)
{
    struct sums *s = part;

    (void)c;
    s->cpus += (double)((const struct job_row *)row)->cpus;
    s->rows++;
}

static void add_part(void *arg, const struct query_part *part)
{
    struct sums *all = arg;
    const struct sums *s = part->sums;

    assert_int_equal(__builtin_popcountll(part->rows), s->rows);
    all->cpus += s->cpus;
    all->rows += s->rows;
}

static const struct query_tally tally = {sizeof(struct sums), add_row};

static int arg;
static unsigned patience, interruptions;

static bool sometimes(void *unused)
{
    (void)unused;
    if (patience > 0)
        patience--;
    return patience == 0 && below(2);
}

static const char *const words[] = {
    "train-1",          "eval",          "nulltes",          "user=li",
    "user=li train",    "cpus>10",       "waited>10s",       "!train",
    "train or user=li", "state=running", "user!=li 1 train", "eligible_at<10s",
    "center=nulltes"};

/* One key more or less, or another filter. */
static void type(char typed[40], size_t *len, const char **word, struct filter **f)
{
    struct filter *next = NULL;

    if (*len == strlen(*word) || below(6) == 0) {
        *word = words[below(sizeof(words) / sizeof(words[0]))];
        *len = below(2) ? below(3) : strlen(*word) - 1;
    }
    *len += *len < strlen(*word);
    char text[40];
    snprintf(text, sizeof(text), "%.*s", (int)*len, *word);
    if (filter_compile(text, ENTITY_JOB, &next, NULL) != RC_OK)
        return; /* half typed */
    memcpy(typed, text, sizeof(text));
    filter_refine(next, *f);
    filter_free(*f);
    *f = next;
}

static void change_question(struct query *q)
{
    if (below(3) == 0)
        q->sort_column = (int)below(column_count(ENTITY_JOB) + 1) - 1;
    if (below(8) == 0)
        q->group_column = (int)below(column_count(ENTITY_JOB) + 1) - 1;
    q->descending = below(2);
    if (below(8) == 0)
        q->center = (int)below(4) - 1;
    if (below(8) == 0)
        q->with_gone = below(2);
    if (below(8) == 0) {
        uint32_t how = below(3);
        q->extra = how == 0 ? NULL : how == 1 ? even_cpus : as_arg_says;
        q->extra_id = how == 1 ? 77 : 0;
        q->extra_arg = &arg;
    }
    if (below(8) == 0)
        q->tally = below(2) ? &tally : NULL;
    q->only_sums = below(6) == 0;
    arg = (int)below(3);
}

/* --- and their answers --- */

static void assert_same(const struct query *q, const struct value_ctx *c,
                        const struct query_result *r, const char *typed)
{
    struct query_result fresh = {0};
    struct query plain = *q;
    struct filter *f = NULL;
    struct sums sums = {0}, again = {0};

    assert_int_equal(filter_compile(typed, ENTITY_JOB, &f, NULL), RC_OK);
    plain.filter = f;
    plain.interrupted = NULL;
    plain.only_sums = false;
    assert_true(query_run(&plain, c, &fresh));
    assert_int_equal(r->count, fresh.count);
    assert_int_equal(r->considered, fresh.considered);
    for (uint32_t i = 0; !q->only_sums && i < fresh.count; i++)
        assert_int_equal(r->slots[i], fresh.slots[i]);
    query_parts(r, add_part, &sums);
    query_parts(&fresh, add_part, &again);
    assert_true(sums.cpus == again.cpus && sums.rows == again.rows);
    assert_true(!q->tally || sums.rows == fresh.count);
    query_result_fini(&fresh);
    filter_free(f);
}

/* Until it ends; an interrupted run leaves the result as it was. */
static void run(struct query *q, const struct value_ctx *c, struct query_result *r)
{
    static bool listed;
    uint32_t *before = xmalloc((r->count + 1) * sizeof(*before)), count = r->count;
    size_t size = listed ? count * sizeof(*before) : 0;

    if (size)
        memcpy(before, r->slots, size);
    q->interrupted = below(2) ? sometimes : NULL;
    for (patience = 1 + below(4); !query_run(q, c, r); patience = 1 + below(4)) {
        interruptions++;
        assert_int_equal(r->count, count);
        assert_true(size == 0 || memcmp(before, r->slots, size) == 0);
        if (below(3) == 0)
            change_question(q);
    }
    listed = !q->only_sums;
    free(before);
}

static void what_is_remembered_changes_no_answer(void **state)
{
    struct fleet *f = fleet_new(NULL);
    struct query_result r = {0};
    struct query q = {.entity = ENTITY_JOB, .center = -1, .sort_column = -1, .group_column = -1};
    struct filter *filter = NULL;
    struct snapshot *old = fleet_publish(f, KIT_NOW);
    const char *word = "";
    char typed[40] = "";
    size_t len = 0;

    (void)state;
    change_some(f, 3 * IDS);
    for (int round = 0; round < ROUNDS; round++, now += 1000) {
        change_some(f, below(5) ? 20 : 1);
        struct snapshot *s = fleet_publish(f, now);
        bool back = below(10) == 0;
        struct value_ctx c = {.snap = back ? old : s, .now = now};
        change_question(&q);
        if (below(2)) {
            type(typed, &len, &word, &filter);
            if (!filter)
                typed[0] = '\0';
        }
        q.filter = filter;
        run(&q, &c, &r);
        assert_same(&q, &c, &r, typed);
        snapshot_unref(old);
        old = s;
    }
    assert_true(interruptions > 20);
    query_result_fini(&r);
    filter_free(filter);
    snapshot_unref(old);
    fleet_free(f);
}

static unsigned asked;

static bool count_asking(const void *unused, const struct value_ctx *c, const void *row)
{
    (void)unused;
    (void)c;
    (void)row;
    asked++;
    return true;
}

static void only_what_changed_is_asked_again(void **state)
{
    struct fleet *f = fleet_new(NULL);
    struct query_result r = {0};
    struct query q = {.entity = ENTITY_JOB,
                      .center = -1,
                      .sort_column = FIELD_job_priority,
                      .group_column = -1,
                      .extra = count_asking,
                      .extra_id = 5};

    (void)state;
    change_some(f, 3 * IDS);
    struct snapshot *s = fleet_publish(f, KIT_NOW);
    struct value_ctx c = {.snap = s, .now = KIT_NOW};
    query_run(&q, &c, &r);
    assert_int_equal(asked, r.count);
    asked = 0;
    q.sort_column = FIELD_job_name;
    query_run(&q, &c, &r);
    assert_int_equal(asked, 0);
    struct delta *d = delta_new(0, 0, KIT_NOW, 0);
    delta_row(d, ENTITY_JOB, "77777", 5);
    assert_int_equal(fleet_apply(f, d, NULL), RC_OK);
    delta_free(d);
    struct snapshot *next = fleet_publish(f, KIT_NOW);
    c.snap = next;
    query_run(&q, &c, &r);
    assert_in_range(asked, 1, 8);
    query_result_fini(&r);
    snapshot_unref(s);
    snapshot_unref(next);
    fleet_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_remembered_changes_no_answer),
        cmocka_unit_test(only_what_changed_is_asked_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
