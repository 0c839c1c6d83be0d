/* SPDX-License-Identifier: MIT
 * Queries: the right rows, stably sorted, rows without a value last in both directions. Sorting is
 * checked against a plain comparison sort on thousands of random rows. */
#include "model/sort.h"
#include "tests/unit/model_kit.h"

static void run_jobs(const struct snapshot *s, struct query q, char *out)
{
    struct value_ctx c = {.snap = s, .now = KIT_NOW};
    struct query_result r = {0};

    query_run(&q, &c, &r);
    for (uint32_t i = 0; i < r.count; i++) {
        const struct job_row *j = snapshot_row(s, ENTITY_JOB, r.slots[i]);
        out = stpcpy(stpcpy(out, i ? " " : ""), intern_text(snapshot_strings(s), j->id));
    }
    *out = '\0';
    query_result_fini(&r);
}

static void assert_order(const struct snapshot *s, int column, bool descending, int group,
                         const char *expected)
{
    char ids[200];
    struct query q = {.entity = ENTITY_JOB,
                      .center = -1,
                      .sort_column = column,
                      .descending = descending,
                      .group_column = group};

    run_jobs(s, q, ids);
    assert_string_equal(ids, expected);
}

static const char jobs[] = "job 10 name=n10 user=li priority=5 state=running\n"
                           "job 9 name=n9 user=wang priority=-0 state=queued\n"
                           "job 8 user=li priority=70 state=running\n"
                           "job 7 name=n9 priority=5 state=queued\n"
                           "job 6 name=N9 user=wang state=done\n";

static void orders_are_stable_and_nothing_is_last(void **state)
{
    struct fleet *f = fleet_new(NULL);

    (void)state;
    kit_rows(f, 0, 1, KIT_NOW, jobs);
    struct snapshot *s = fleet_publish(f, KIT_NOW);
    assert_order(s, -1, false, -1, "10 9 8 7 6");
    assert_order(s, FIELD_job_id, false, -1, "6 7 8 9 10");
    assert_order(s, FIELD_job_id, true, -1, "10 9 8 7 6");
    assert_order(s, FIELD_job_priority, false, -1, "9 10 7 8 6");
    assert_order(s, FIELD_job_priority, true, -1, "8 10 7 9 6");
    assert_order(s, FIELD_job_name, false, -1, "6 9 7 10 8");
    assert_order(s, FIELD_job_name, true, -1, "10 9 7 6 8");
    assert_order(s, FIELD_job_state, false, -1, "9 7 10 8 6");
    assert_order(s, FIELD_job_priority, true, FIELD_job_user, "8 10 9 6 7");
    assert_order(s, FIELD_job_id, false, FIELD_job_state, "7 9 8 10 6");
    assert_order(s, -1, false, FIELD_job_user, "10 8 9 6 7");
    snapshot_unref(s);
    fleet_free(f);
}

static bool only_odd(const void *arg, const struct value_ctx *c, const void *row)
{
    (void)c;
    (*(int *)(uintptr_t)arg)++;
    return (int)((const struct job_row *)row)->cpus % 2 == 1;
}

static void conditions_add_up(void **state)
{
    struct fleet *f = fleet_new(NULL);
    struct filter *filter, *base;
    struct query_result r = {0};
    int asked = 0;

    (void)state;
    kit_list(f, 1, KIT_NOW, 1, "job",
             "job a state=running cpus=1 user=li\njob b state=running cpus=2 user=li\n"
             "job c state=queued cpus=3 user=li\njob d state=running cpus=5 user=wang\n"
             "job e state=running cpus=7 user=li");
    kit_list(f, 1, KIT_NOW, 2, "job", "keep job a\nkeep job b\nkeep job c\nkeep job d");
    kit_rows(f, 1, 2, KIT_NOW, "job z state=running cpus=1 user=li");
    assert_int_equal(filter_compile("user=li", ENTITY_JOB, &filter, NULL), RC_OK);
    assert_int_equal(filter_compile("state!=queued", ENTITY_JOB, &base, NULL), RC_OK);
    struct snapshot *s = fleet_publish(f, KIT_NOW);
    struct value_ctx c = {.snap = s, .now = KIT_NOW};
    struct query q = {.entity = ENTITY_JOB,
                      .center = 0,
                      .sort_column = -1,
                      .group_column = -1,
                      .filter = filter,
                      .base = base,
                      .extra = only_odd,
                      .extra_arg = &asked};
    query_run(&q, &c, &r);
    assert_int_equal(r.count, 1);
    assert_int_equal(r.slots[0], 0);
    assert_int_equal(r.considered, 4);
    assert_int_equal(asked, 4);
    q.with_gone = true; /* e is gone, and what it was is unknown */
    query_run(&q, &c, &r);
    assert_int_equal(r.count, 2);
    assert_int_equal(r.considered, 5);
    q.center = -1;
    query_run(&q, &c, &r);
    assert_int_equal(r.count, 3);
    q.center = 9;
    query_run(&q, &c, &r);
    assert_int_equal(r.count, 0);
    assert_int_equal(r.considered, 0);
    query_result_fini(&r);
    filter_free(filter);
    filter_free(base);
    snapshot_unref(s);
    fleet_free(f);
}

static uint64_t rng = 99;

static uint32_t below(uint32_t n)
{
    rng = rng * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((rng >> 33) % n);
}

static void random_jobs(struct fleet *f, int count)
{
    static const char *const prefixes[] = {"", "train", "a-common-beginning-",
                                           "a-common-beginning-2-", "\345\274\240"};
    struct delta *d = delta_new(0, 0, KIT_NOW, 0);
    char text[64];

    for (int i = 0; i < count; i++) {
        int len = snprintf(text, sizeof(text), "%u_%d", below(1000000), i);
        delta_row(d, ENTITY_JOB, text, (size_t)len);
        if (below(10)) {
            len = snprintf(text, sizeof(text), "%s%0*u%s", prefixes[below(5)], (int)below(4),
                           below(300), below(3) ? "" : "-X");
            delta_strn(d, FIELD_job_name, text, (size_t)len);
        }
        if (below(10))
            delta_num(d, FIELD_job_priority, below(4) ? below(500) : below(1000000) * 1000.25);
        if (below(10))
            delta_time(d, FIELD_job_eligible_at, KIT_NOW - below(100000) * 1000);
        if (below(10))
            delta_int(d, FIELD_job_state, below(job_state_COUNT));
    }
    assert_int_equal(fleet_apply(f, d, NULL), RC_OK);
    delta_free(d);
}

/* Plain insertion by binary search with value_cmp: what the sort must equal. */
static void assert_sorted(const struct value_ctx *c, const struct query *q,
                          const struct query_result *r)
{
    unsigned column = (unsigned)q->sort_column;

    for (uint32_t i = 1; i < r->count; i++) {
        struct value a =
            column_value(c, q->entity, column, snapshot_row(c->snap, q->entity, r->slots[i - 1]));
        struct value b =
            column_value(c, q->entity, column, snapshot_row(c->snap, q->entity, r->slots[i]));
        int order = value_cmp(c, &a, &b);
        if (q->descending && a.kind != VALUE_NONE && b.kind != VALUE_NONE)
            order = -order;
        if (order > 0 || (order == 0 && r->slots[i - 1] >= r->slots[i]))
            fail_msg("%s: place %u is out of order", column_info(q->entity, column)->id, i);
    }
}

static void big_sorts_equal_plain_comparison(void **state)
{
    enum { JOBS = 20000 };
    struct fleet *f = fleet_new(NULL);
    struct query_result r = {0};
    unsigned char *seen = calloc(JOBS, 1);

    (void)state;
    random_jobs(f, JOBS);
    struct snapshot *s = fleet_publish(f, KIT_NOW);
    struct value_ctx c = {.snap = s, .now = KIT_NOW};
    for (unsigned column = 0; column < column_count(ENTITY_JOB); column++)
        for (int descending = 0; descending < 2; descending++) {
            struct query q = {.entity = ENTITY_JOB,
                              .center = -1,
                              .sort_column = (int)column,
                              .descending = descending,
                              .group_column = -1};
            query_run(&q, &c, &r);
            assert_int_equal(r.count, JOBS);
            assert_sorted(&c, &q, &r);
            memset(seen, 0, JOBS);
            for (uint32_t i = 0; i < JOBS; i++) /* each slot once */
                assert_int_equal(seen[r.slots[i]]++, 0);
        }
    query_result_fini(&r);
    free(seen);
    snapshot_unref(s);
    fleet_free(f);
}

/* Names come in bit by bit, some with a long common beginning: ranks stay those of the whole. */
/* Two results, of different sizes, in one room: the order is that of each on its own. */
static void queries_share_a_room(void **state)
{
    struct fleet *f = fleet_new(NULL);
    struct query_result r[2] = {{0}};
    struct sort_room room = {0};

    (void)state;
    random_jobs(f, 5000);
    struct snapshot *s = fleet_publish(f, KIT_NOW);
    struct value_ctx c = {.snap = s, .now = KIT_NOW};
    struct filter *few;
    assert_int_equal(filter_compile("priority>=250", ENTITY_JOB, &few, NULL), RC_OK);
    for (int round = 0; round < 4; round++) {
        struct query q = {.entity = ENTITY_JOB,
                          .filter = round % 2 ? few : NULL,
                          .center = -1,
                          .sort_column = FIELD_job_priority,
                          .descending = round < 2,
                          .group_column = -1,
                          .room = &room};
        query_run(&q, &c, &r[round % 2]);
        assert_sorted(&c, &q, &r[round % 2]);
        assert_null(r[round % 2].room.bytes);
        assert_in_range(room.cap, (size_t)r[round % 2].count * SORT_SCRATCH, SIZE_MAX);
    }
    assert_in_range(r[1].count, 1, r[0].count - 1);
    filter_free(few);
    query_result_fini(&r[0]);
    query_result_fini(&r[1]);
    sort_room_fini(&room);
    snapshot_unref(s);
    fleet_free(f);
}

static void ranks_grow_with_the_strings(void **state)
{
    struct string_order *grown = string_order_new();
    struct intern *in = intern_new();
    static uint64_t keys[6000], again[6000];
    static uint32_t all[6000];
    char text[400];

    (void)state;
    for (uint32_t i = 0; i < 6000; i++)
        all[i] = i;
    for (int round = 0; round < 60; round++) {
        uint32_t have = (uint32_t)(round + 1) * 100;
        for (uint32_t i = have - 100; i < have; i++) {
            int pad = below(3) ? 0 : (int)below(300);
            int len = snprintf(text, sizeof(text), "%.*s%s%u", pad, "", below(2) ? "n" : "N0",
                               below(4000));
            if (pad) {
                memmove(text + pad, text, (size_t)len + 1);
                memset(text, 'p', (size_t)pad);
                len += pad;
            }
            keys[i] = below(20) ? intern_put(in, text, (size_t)len) : KEY_ABSENT;
        }
        struct string_order *fresh = string_order_new();
        memcpy(again, keys, sizeof(keys));
        uint64_t ranks[6000];
        memcpy(ranks, keys, sizeof(keys));
        string_order_rank(grown, in, ranks, all, have);
        string_order_rank(fresh, in, again, all, have);
        for (uint32_t i = 0; i < have; i++)
            assert_true(ranks[i] == again[i]);
        string_order_free(fresh);
    }
    struct intern *other = intern_new(); /* where the same ids are other strings */
    keys[0] = intern_put(other, "b", 1);
    keys[1] = intern_put(other, "a", 1);
    string_order_rank(grown, other, keys, all, 2);
    assert_true(keys[1] < keys[0]);
    string_order_free(grown);
    string_order_free(NULL);
    intern_unref(other);
    intern_unref(in);
}

static void keys_of_any_width_are_sorted(void **state)
{
    enum { N = 5000 };
    static uint64_t keys[N], scratch[N * SORT_SCRATCH / sizeof(uint64_t)];
    static uint32_t order[N];
    static const struct key_reading plain = {.skip = 0};
    static const unsigned shifts[] = {0, 1, 11, 20, 31, 33, 52, 62, 63};

    (void)state;
    for (unsigned s = 0; s < 9; s++)
        for (int descending = 0; descending < 2; descending++) {
            for (uint32_t i = 0; i < N; i++) {
                keys[i] =
                    ((uint64_t)below(1u << 31) << 33 ^ (uint64_t)below(1u << 31) << 3) >> shifts[s];
                keys[i] = below(30) == 0 ? KEY_ABSENT : below(5) ? keys[i] : keys[0];
                order[i] = i;
            }
            sort_keys(keys, &plain, order, N, descending, scratch);
            for (uint32_t i = 1; i < N; i++) {
                uint64_t a = keys[order[i - 1]], b = keys[order[i]];
                if (a == b)
                    assert_true(order[i - 1] < order[i]);
                else if (b != KEY_ABSENT)
                    assert_true(a != KEY_ABSENT && (descending ? a > b : a < b));
            }
        }
}

static void results_are_used_again(void **state)
{
    struct fleet *f = fleet_new(NULL);
    struct query_result r = {0};
    struct query q = {
        .entity = ENTITY_JOB, .center = -1, .sort_column = FIELD_job_name, .group_column = -1};

    (void)state;
    struct snapshot *empty = fleet_publish(f, KIT_NOW);
    struct value_ctx c = {.snap = empty, .now = KIT_NOW};
    query_run(&q, &c, &r);
    assert_int_equal(r.count, 0);
    random_jobs(f, 3000);
    struct snapshot *full = fleet_publish(f, KIT_NOW);
    c.snap = full;
    query_run(&q, &c, &r);
    assert_int_equal(r.count, 3000);
    assert_sorted(&c, &q, &r);
    c.snap = empty;
    query_run(&q, &c, &r);
    assert_int_equal(r.count, 0);
    query_result_fini(&r);
    snapshot_unref(empty);
    snapshot_unref(full);
    fleet_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(orders_are_stable_and_nothing_is_last),
        cmocka_unit_test(conditions_add_up),
        cmocka_unit_test(big_sorts_equal_plain_comparison),
        cmocka_unit_test(queries_share_a_room),
        cmocka_unit_test(ranks_grow_with_the_strings),
        cmocka_unit_test(keys_of_any_width_are_sorted),
        cmocka_unit_test(results_are_used_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
