/* SPDX-License-Identifier: MIT
 * test_io_actor_parts.c - the parts of the actor that need no thread: is a target still what it was, and how many
 * nodes a minute. */
#include "tests/unit/unit.h"

#include "io/actor_int.h"

#define BIT(id) (1u << node_flag_##id)

/* ---- comparing ---- */

struct look {
    struct action_order *order;
    struct action_target *target;
    struct delta *delta; /* what was read */
    char why[WHY_MAX];
};

static struct look *look_new(enum action_verb verb, const char *name)
{
    struct look *l = calloc(1, sizeof(*l));

    l->order = order_new(verb, 3);
    l->order->targets = calloc(1, sizeof(struct action_target));
    l->order->count = 1;
    l->target = l->order->targets;
    l->target->entity = verb_info(verb)->entity;
    l->target->center = 3;
    l->target->key = row_key(l->target->entity, 3, name, strlen(name));
    l->target->restarts = -1;
    snprintf(l->target->name, sizeof(l->target->name), "%s", name);
    snprintf(l->order->cluster, sizeof(l->order->cluster), "alpha");
    l->delta = delta_new(3, 0, 1, 0);
    return l;
}

static enum sameness look_end(struct look *l, char *why)
{
    struct sight s;

    sight_begin(&s, l->target);
    sight_add(&s, l->delta);
    enum sameness same = sight_compare(&s, l->order, l->why, sizeof(l->why));
    if (why)
        snprintf(why, WHY_MAX, "%s", l->why);
    delta_free(l->delta);
    order_free(l->order);
    free(l);
    return same;
}

static void expect(struct look *l, enum sameness same, const char *words)
{
    char why[WHY_MAX];
    enum sameness got = look_end(l, why);

    if (got != same || !strstr(why, words))
        fail_msg("expected %d \"%s\", got %d \"%s\"", (int)same, words, (int)got, why);
}

static struct look *node(enum action_verb verb, int state, unsigned flags, const char *reason,
                         const char *by)
{
    struct look *l = look_new(verb, "n1");

    delta_row(l->delta, ENTITY_NODE, "n1", 2);
    delta_int(l->delta, FIELD_node_state, state);
    delta_int(l->delta, FIELD_node_flags, flags);
    delta_str(l->delta, FIELD_node_reason, reason);
    delta_str(l->delta, FIELD_node_reason_by, by);
    l->target->row_state = node_state_IDLE;
    snprintf(l->target->state, sizeof(l->target->state), "idle");
    return l;
}

static void was_node(struct look *l, int state, unsigned flags, const char *reason, const char *by)
{
    l->target->row_state = (uint8_t)state;
    l->target->row_flags = flags;
    snprintf(l->target->reason, sizeof(l->target->reason), "%.255s", reason);
    snprintf(l->target->reason_by, sizeof(l->target->reason_by), "%s", by);
}

static void test_drain(void **state)
{
    struct look *l;

    (void)state;
    /* What runs on it may come and go: drain lets it. */
    expect(node(action_verb_DRAIN, node_state_ALLOCATED, 0, "", ""), SIGHT_SAME, "");
    expect(node(action_verb_DRAIN, node_state_DOWN, BIT(NOT_RESPONDING), "", ""), SIGHT_SAME, "");
    expect(node(action_verb_DRAIN, node_state_IDLE, BIT(DRAIN), "suantop:T9 zhao", "zhao"),
           SIGHT_ALREADY, "already drained: suantop:T9 zhao");
    expect(node(action_verb_DRAIN, node_state_IDLE, 0, "NHC: disk", ""), SIGHT_CHANGED,
           "somebody wrote a reason on it meanwhile: NHC: disk");
    expect(node(action_verb_DRAIN, node_state_UNKNOWN, 0, "", ""), SIGHT_UNCLEAR, "unknown");
    l = node(action_verb_DRAIN, node_state_IDLE, 0, "", "");
    was_node(l, node_state_IDLE, 0, "old words", "root");
    expect(l, SIGHT_SAME, "");
    /* A reason that was cut when it was frozen is the same one. */
    char reason[400];
    memset(reason, 'x', sizeof(reason));
    reason[sizeof(reason) - 1] = '\0';
    l = node(action_verb_DRAIN, node_state_IDLE, 0, reason, "root");
    was_node(l, node_state_IDLE, 0, reason, "root");
    expect(l, SIGHT_SAME, "");
}

static void test_resume(void **state)
{
    const char *ours = "suantop:T1 li bad fan";
    struct look *l;

    (void)state;
    l = node(action_verb_RESUME, node_state_IDLE, BIT(DRAIN), ours, "li");
    was_node(l, node_state_IDLE, BIT(DRAIN), ours, "li");
    expect(l, SIGHT_SAME, "");
    l = node(action_verb_RESUME, node_state_MIXED, 0, "", "");
    was_node(l, node_state_IDLE, BIT(DRAIN), ours, "li");
    expect(l, SIGHT_ALREADY, "already resumed");
    l = node(action_verb_RESUME, node_state_IDLE, BIT(DRAIN), "", "");
    was_node(l, node_state_IDLE, BIT(DRAIN), ours, "li");
    expect(l, SIGHT_CHANGED, "its reason was taken away");
    l = node(action_verb_RESUME, node_state_MIXED, 0, ours, "li");
    was_node(l, node_state_IDLE, BIT(DRAIN), ours, "li");
    expect(l, SIGHT_ALREADY, "already resumed");
    l = node(action_verb_RESUME, node_state_IDLE, BIT(DRAIN), ours, "zhao");
    was_node(l, node_state_IDLE, BIT(DRAIN), ours, "li");
    expect(l, SIGHT_CHANGED, "zhao wrote a reason");
    l = node(action_verb_RESUME, node_state_DOWN, BIT(DRAIN), ours, "li");
    was_node(l, node_state_IDLE, BIT(DRAIN), ours, "li");
    expect(l, SIGHT_CHANGED, "is down+drain");
    l = node(action_verb_RESUME, node_state_IDLE, BIT(DRAIN) | BIT(REBOOT), ours, "li");
    was_node(l, node_state_IDLE, BIT(DRAIN), ours, "li");
    expect(l, SIGHT_CHANGED, "drain+reboot");
    l = node(action_verb_RESUME, node_state_DOWN, 0, "", "");
    was_node(l, node_state_DOWN, 0, "", "");
    expect(l, SIGHT_SAME, "");
}

static struct look *job(enum action_verb verb, const char *name, int before, int now)
{
    struct look *l = look_new(verb, name);

    delta_row(l->delta, ENTITY_JOB, name, strlen(name));
    delta_int(l->delta, FIELD_job_state, now);
    delta_str(l->delta, FIELD_job_user, "li");
    delta_time(l->delta, FIELD_job_submitted_at, 1000);
    delta_num(l->delta, FIELD_job_restarts, 1);
    l->target->row_state = (uint8_t)before;
    l->target->submitted_at = 1000;
    l->target->restarts = 1;
    snprintf(l->target->owner, sizeof(l->target->owner), "li");
    snprintf(l->target->state, sizeof(l->target->state), "%s",
             entity_info(ENTITY_JOB)->fields[FIELD_job_state].words[before]);
    return l;
}

static struct look *job_same(enum action_verb verb, int at)
{
    return job(verb, "14", at, at);
}

static void test_job_states(void **state)
{
    (void)state;
    expect(job_same(action_verb_REQUEUE, job_state_RUNNING), SIGHT_SAME, "");
    expect(job_same(action_verb_CANCEL, job_state_QUEUED), SIGHT_SAME, "");
    expect(job_same(action_verb_HOLD, job_state_QUEUED), SIGHT_SAME, "");
    expect(job_same(action_verb_RELEASE, job_state_HELD), SIGHT_SAME, "");
    expect(job(action_verb_CANCEL, "14", job_state_QUEUED, job_state_RUNNING), SIGHT_CHANGED,
           "it was queued and is running now");
    expect(job(action_verb_HOLD, "14", job_state_QUEUED, job_state_RUNNING), SIGHT_CHANGED,
           "is running now");
    expect(job(action_verb_REQUEUE, "14", job_state_RUNNING, job_state_COMPLETING), SIGHT_CHANGED,
           "is completing now");
    expect(job(action_verb_CANCEL, "14", job_state_RUNNING, job_state_DONE), SIGHT_CHANGED,
           "it ended meanwhile: done");
    expect(job(action_verb_REQUEUE, "14", job_state_RUNNING, job_state_INTERRUPTED), SIGHT_CHANGED,
           "it ended meanwhile: interrupted");
    expect(job(action_verb_CANCEL, "14", job_state_RUNNING, job_state_CANCELLED), SIGHT_ALREADY,
           "already cancelled");
    expect(job(action_verb_HOLD, "14", job_state_QUEUED, job_state_HELD), SIGHT_ALREADY,
           "already held");
    expect(job(action_verb_RELEASE, "14", job_state_HELD, job_state_QUEUED), SIGHT_ALREADY,
           "already released");
    expect(job(action_verb_REQUEUE, "14", job_state_RUNNING, job_state_QUEUED), SIGHT_ALREADY,
           "already waits");
    expect(job(action_verb_CANCEL, "14", job_state_RUNNING, job_state_UNKNOWN), SIGHT_UNCLEAR,
           "unknown");
}

static void test_job_identity(void **state)
{
    struct look *l = job_same(action_verb_REQUEUE, job_state_RUNNING);

    (void)state;
    l->target->submitted_at = 900; /* the id was given to another job, or it was requeued */
    expect(l, SIGHT_CHANGED, "submitted or requeued again");
    l = job_same(action_verb_HOLD, job_state_QUEUED);
    l->target->submitted_at = 900;
    expect(l, SIGHT_CHANGED, "submitted or requeued again");
    l = job_same(action_verb_CANCEL, job_state_RUNNING);
    l->target->restarts = 0;
    expect(l, SIGHT_CHANGED, "it was requeued meanwhile");
    l = job_same(action_verb_CANCEL, job_state_RUNNING);
    delta_time(l->delta, FIELD_job_started_at, 2000);
    l->target->started_at = 1500;
    expect(l, SIGHT_CHANGED, "started again");
    l = job_same(action_verb_CANCEL, job_state_RUNNING);
    snprintf(l->target->owner, sizeof(l->target->owner), "zhao");
    expect(l, SIGHT_CHANGED, "belongs to li now, not to zhao");
    /* What was not known when it was frozen cannot have changed. */
    l = job_same(action_verb_CANCEL, job_state_RUNNING);
    l->target->submitted_at = 0;
    l->target->restarts = -1;
    l->target->owner[0] = '\0';
    expect(l, SIGHT_SAME, "");
}

/* The row of an array's rest stays the same row while tasks leave it. */
static struct look *rest(const char *tasks)
{
    struct look *l = job(action_verb_CANCEL, "14_[99", job_state_QUEUED, job_state_QUEUED);

    snprintf(l->target->name, sizeof(l->target->name), "14_[6-99]");
    l->target->whole_array = true;
    delta_str(l->delta, FIELD_job_array_job, "14");
    delta_str(l->delta, FIELD_job_array_task, tasks);
    return l;
}

static void test_array_rest(void **state)
{
    struct look *l;

    (void)state;
    expect(rest("6-99%2"), SIGHT_SAME, "");
    expect(rest("8-99%2"), SIGHT_CHANGED, "14_[8-99] waits now");
    l = look_new(action_verb_CANCEL, "14_[99");
    l->target->whole_array = true;
    delta_row(l->delta, ENTITY_JOB, "14_99", 5); /* all of them run */
    delta_int(l->delta, FIELD_job_state, job_state_RUNNING);
    expect(l, SIGHT_CHANGED, "does not exist any more");
}

static void test_presence(void **state)
{
    struct look *l = look_new(action_verb_DRAIN, "n1");

    (void)state;
    expect(l, SIGHT_CHANGED, "does not exist any more");
    l = look_new(action_verb_DRAIN, "n1");
    delta_row(l->delta, ENTITY_NODE, "n7", 2);
    expect(l, SIGHT_UNCLEAR, "the answer was about n7");
    l = look_new(action_verb_DRAIN, "n1");
    delta_keep(l->delta, ENTITY_NODE, l->target->key);
    expect(l, SIGHT_UNCLEAR, "does not tell");
    l = node(action_verb_DRAIN, node_state_IDLE, 0, "", "");
    delta_absent(l->delta, FIELD_node_state);
    expect(l, SIGHT_UNCLEAR, "does not tell its state");
    l = node(action_verb_DRAIN, node_state_IDLE, 0, "", "");
    delta_row(l->delta, ENTITY_CENTER, "c", 1);
    delta_str(l->delta, FIELD_center_cluster, "beta");
    expect(l, SIGHT_CHANGED, "it is beta, not alpha");
    l = node(action_verb_DRAIN, node_state_IDLE, 0, "", "");
    delta_row(l->delta, ENTITY_CENTER, "c", 1);
    delta_str(l->delta, FIELD_center_cluster, "alpha");
    expect(l, SIGHT_SAME, "");
    l = node(action_verb_DRAIN, node_state_IDLE, 0, "", "");
    l->order->cluster[0] = '\0'; /* it had never told */
    delta_row(l->delta, ENTITY_CENTER, "c", 1);
    delta_str(l->delta, FIELD_center_cluster, "beta");
    expect(l, SIGHT_SAME, "");
    /* Rows of another center are not looked at, whatever they are called. */
    l = node(action_verb_DRAIN, node_state_IDLE, 0, "", "");
    l->delta->center = 4;
    expect(l, SIGHT_CHANGED, "does not exist any more");
}

static void words(const char *expected, int state, unsigned flags, const char *reason,
                  const char *by)
{
    struct look *l = node(action_verb_DRAIN, state, flags, reason, by);
    char out[WORDS_MAX];
    struct sight s;

    sight_begin(&s, l->target);
    sight_add(&s, l->delta);
    sight_words(&s, out, sizeof(out));
    assert_string_equal(out, expected);
    look_end(l, NULL);
}

static void test_words(void **state)
{
    (void)state;
    words("idle", node_state_IDLE, 0, "", "");
    words("mixed+drain+completing (bad fan, li)", node_state_MIXED, BIT(DRAIN) | BIT(COMPLETING),
          "bad fan", "li");
    words("down (bad fan)", node_state_DOWN, 0, "bad fan", "");
}

/* ---- the rate ---- */

static void test_rate_window(void **state)
{
    struct rate r;
    mono_ms next = 0, now = 100000;

    (void)state;
    rate_init(&r, 3, 0);
    for (int i = 0; i < 3; i++, now += 1000)
        rate_sent(&r, rate_take(&r, now, &next), now);
    assert_int_equal(rate_take(&r, now, &next), -1);
    assert_int_equal(next, 160000);
    assert_int_equal(rate_take(&r, 159999, &next), -1);
    assert_true(rate_take(&r, 160000, &next) >= 0);
    assert_int_equal(rate_take(&r, 160000, &next), -1);
    assert_int_equal(next, 161000);
}

/* A place counts from when its request left, however long reading took. */
static void test_rate_late(void **state)
{
    struct rate r;
    mono_ms next;

    (void)state;
    rate_init(&r, 1, 0);
    int place = rate_take(&r, 1000, &next);
    assert_int_equal(rate_take(&r, 90000, &next), -1);
    assert_true(next > 90000);
    rate_sent(&r, place, 91000);
    assert_int_equal(rate_take(&r, 150000, &next), -1);
    assert_int_equal(next, 151000);
    place = rate_take(&r, 151000, &next);
    assert_true(place >= 0);
    rate_give_back(&r, place);
    assert_true(rate_take(&r, 151001, &next) >= 0);
}

/* In no window of a minute are there more than the limit, whatever comes when. */
static void test_rate_property(void **state)
{
    uint64_t seed = 42;
    static mono_ms sent[2000];
    struct rate r;
    int count = 0, held[3] = {-1, -1, -1};

    (void)state;
    rate_init(&r, 0, 0);
    for (mono_ms now = 1; count < 2000; now += (mono_ms)(seed >> 33) % 4000) {
        mono_ms next;
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        int *h = &held[seed >> 60 & 1];
        if (*h < 0) {
            *h = rate_take(&r, now, &next);
            assert_true(*h >= 0 || next > now);
        } else if (seed >> 59 & 1) {
            rate_sent(&r, *h, now);
            sent[count++] = now;
            *h = -1;
        } else if ((seed >> 50 & 15) == 0) {
            rate_give_back(&r, *h);
            *h = -1;
        }
    }
    for (int i = NODES_PER_MINUTE; i < count; i++)
        assert_true(sent[i] - sent[i - NODES_PER_MINUTE] >= 60000);
}

static void test_rate_limit_goes_down_only(void **state)
{
    struct rate r;

    (void)state;
    rate_init(&r, 5000, 0);
    assert_int_equal(r.limit, 10);
    rate_init(&r, 0, 0);
    assert_int_equal(r.limit, 10);
    rate_init(&r, 4, 0);
    assert_int_equal(r.limit, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_drain),
        cmocka_unit_test(test_resume),
        cmocka_unit_test(test_job_states),
        cmocka_unit_test(test_job_identity),
        cmocka_unit_test(test_array_rest),
        cmocka_unit_test(test_presence),
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_rate_window),
        cmocka_unit_test(test_rate_late),
        cmocka_unit_test(test_rate_property),
        cmocka_unit_test(test_rate_limit_goes_down_only),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
