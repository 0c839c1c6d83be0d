/* SPDX-License-Identifier: MIT
 * Random histories: jobs that run, are cut short, wait and end, seen by polls that come now and then
 * and told by accounting in any order. Whatever was seen, at the end the interruptions are those that
 * happened; on the way no rule is broken. */
#include "tests/unit/model_events.h"
#include <math.h>

enum { JOBS = 8, NODES = 4, RUNS = 24, STEP = 7 };

struct run {
    long start, end; /* end 0 = runs */
    enum attempt_end how;
    int node;
    bool told;
};

struct job {
    struct run runs[RUNS];
    int count;
    enum job_state state;
    long submitted;
    bool listed;
};

struct world {
    struct tale t;
    uint64_t rng;
    long now;
    struct job jobs[JOBS];
    bool down[NODES];
};

static uint32_t below(struct world *w, uint32_t n)
{
    w->rng = w->rng * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((w->rng >> 33) % n);
}

/* --- what happens ----------------------------------------------------------------------------- */

static bool is_cut(enum attempt_end e)
{
    return e == attempt_end_NODE_FAIL || e == attempt_end_PREEMPTED || e == attempt_end_REQUEUED;
}

static void end_run(struct world *w, struct job *j, enum attempt_end how)
{
    struct run *r = &j->runs[j->count - 1];

    r->end = w->now;
    r->how = how;
    j->submitted = w->now;
    j->state = is_cut(how)                 ? job_state_QUEUED
               : how == attempt_end_DONE   ? job_state_DONE
               : how == attempt_end_FAILED ? job_state_FAILED
                                           : job_state_CANCELLED;
}

static void step_job(struct world *w, struct job *j)
{
    static const enum attempt_end ends[] = {
        attempt_end_NODE_FAIL,         attempt_end_PREEMPTED, attempt_end_REQUEUED,
        attempt_end_REQUEUED,          attempt_end_DONE,      attempt_end_FAILED,
        attempt_end_CANCELLED_BY_OWNER};

    if (j->state == job_state_RUNNING && below(w, 12) == 0) {
        end_run(w, j, ends[below(w, ARRAY_LEN(ends))]);
        if (j->runs[j->count - 1].how == attempt_end_NODE_FAIL)
            w->down[j->runs[j->count - 1].node] = true;
    } else if (j->state == job_state_QUEUED && below(w, 4) == 0 && j->count < RUNS) {
        j->runs[j->count++] = (struct run){.start = w->now, .node = (int)below(w, NODES)};
        j->state = job_state_RUNNING;
    }
}

/* --- what is seen ----------------------------------------------------------------------------- */

static const char *word_of(enum job_state s)
{
    return entity_info(ENTITY_JOB)->fields[FIELD_job_state].words[s];
}

static int cuts_of(const struct job *j)
{
    int n = 0;

    for (int i = 0; i < j->count; i++)
        n += is_cut(j->runs[i].how);
    return n;
}

static void list_job(struct world *w, int k, struct buf *out)
{
    const struct job *j = &w->jobs[k];
    const struct run *r = j->count ? &j->runs[j->count - 1] : NULL;

    buf_addf(out, "job %d state=%s restarts=%d submitted_at=T%+ld node_count=1", k,
             word_of(j->state), cuts_of(j), j->submitted);
    if (j->state == job_state_QUEUED)
        buf_adds(out, " started_at=? nodes=? devices_allocated=?\n");
    else if (j->state == job_state_RUNNING)
        buf_addf(out, " started_at=T%+ld nodes=cn%d devices_allocated=8 ended_at=?\n", r->start,
                 r->node);
    else
        buf_addf(out, " started_at=T%+ld ended_at=T%+ld\n", r->start, r->end);
}

/* The scheduler forgets jobs that ended; a poll may miss them all. */
static void poll_jobs(struct world *w)
{
    struct buf out;

    buf_init(&out, 1 << 20);
    for (int k = 0; k < JOBS; k++) {
        struct job *j = &w->jobs[k];
        bool over = j->state == job_state_DONE || j->state == job_state_FAILED ||
                    j->state == job_state_CANCELLED;
        if (!over || below(w, 3))
            list_job(w, k, &out);
    }
    tale_jobs(&w->t, w->now, out.data);
    buf_fini(&out);
}

static void poll_nodes(struct world *w)
{
    char line[100];

    for (int n = 0; n < NODES; n++) {
        snprintf(line, sizeof line, "node cn%d state=%s devices_total=8", n,
                 w->down[n] ? "down" : "mixed");
        tale_at(&w->t, w->now, line);
        if (w->down[n] && below(w, 3) == 0)
            w->down[n] = false;
    }
}

static void tell(struct world *w, int k, struct run *r)
{
    char line[200];

    snprintf(line, sizeof line,
             "attempt %d@%lld end=%s started_at=T%+ld ended_at=T%+ld nodes=cn%d node_count=1 "
             "devices=8",
             k, (long long)(KIT_NOW / 1000 + r->start),
             entity_info(ENTITY_ATTEMPT)->fields[FIELD_attempt_end].words[r->how], r->start, r->end,
             r->node);
    tale_at(&w->t, w->now, line);
    r->told = true;
}

static void account(struct world *w, bool all)
{
    for (int n = 0; n < JOBS * RUNS; n++) {
        int k = (int)below(w, JOBS), i = (int)below(w, RUNS);
        struct run *r = &w->jobs[k].runs[i];
        if (i < w->jobs[k].count && r->end && (all || below(w, 20) == 0))
            tell(w, k, r);
    }
    for (int k = 0; all && k < JOBS; k++)
        for (int i = w->jobs[k].count - 1; i >= 0; i--)
            if (w->jobs[k].runs[i].end && !w->jobs[k].runs[i].told)
                tell(w, k, &w->jobs[k].runs[i]);
}

/* --- what must hold --------------------------------------------------------------------------- */

static const struct interruption_row *row_at(const struct snapshot *s, uint32_t slot)
{
    return snapshot_row(s, ENTITY_INTERRUPTION, slot);
}

static void no_two_of_one_attempt(const struct snapshot *s, enum entity e)
{
    for (uint32_t a = 0; a < snapshot_slots(s, e); a++)
        for (uint32_t b = 0; b < a; b++) {
            const struct interruption_row *x = row_at(s, a), *y = row_at(s, b);
            const struct attempt_row *p = snapshot_row(s, e, a), *q = snapshot_row(s, e, b);
            if (!p || !q)
                continue;
            if (e == ENTITY_INTERRUPTION)
                assert_false(x->job == y->job && x->started_at < y->at && y->started_at < x->at);
            else if (p->ended_at && q->ended_at)
                assert_false(p->job == q->job && p->started_at < q->ended_at &&
                             q->started_at < p->ended_at);
        }
}

static void hours_equal_rows(const struct snapshot *s)
{
    double hours[interruption_cause_COUNT] = {0}, rows[interruption_cause_COUNT] = {0};
    double lost = 0, ceiling = 0;

    for (uint32_t i = 0; i < snapshot_slots(s, ENTITY_HOUR); i++) {
        const struct hour_row *h = snapshot_row(s, ENTITY_HOUR, i);
        if (!h)
            continue;
        hours[interruption_cause_UNKNOWN] += h->by_unknown;
        hours[interruption_cause_NODE] += h->by_node;
        hours[interruption_cause_PREEMPTED] += h->by_preemption;
        hours[interruption_cause_OPERATOR] += h->by_operator;
        lost += h->gpu_hours_lost;
        ceiling += h->gpu_hours_lost_ceiling;
    }
    for (uint32_t k = 0; k < snapshot_slots(s, ENTITY_INTERRUPTION); k++) {
        const struct interruption_row *i = row_at(s, k);
        if (!i || !i->counted)
            continue;
        rows[i->cause]++;
        lost -= i->gpu_hours_lost;
        ceiling -= i->gpu_hours_lost_ceiling;
    }
    for (int c = 0; c < interruption_cause_COUNT; c++)
        assert_true(hours[c] == rows[c]);
    assert_true(fabs(lost) < 1e-6 && fabs(ceiling) < 1e-6);
}

static void rows_are_sound(const struct snapshot *s)
{
    for (uint32_t k = 0; k < snapshot_slots(s, ENTITY_INTERRUPTION); k++) {
        const struct interruption_row *i = row_at(s, k);
        if (!i)
            continue;
        assert_true(i->at >= i->started_at);
        assert_true(i->gpu_hours_lost <= i->gpu_hours_lost_ceiling);
        assert_true(row_has(i, interruption, cause) && row_has(i, interruption, evidence));
        assert_true(!row_has(i, interruption, resumed_at) || i->resumed_at >= i->at);
    }
}

static enum interruption_cause cause_of(enum attempt_end e)
{
    return e == attempt_end_NODE_FAIL   ? interruption_cause_NODE
           : e == attempt_end_PREEMPTED ? interruption_cause_PREEMPTED
                                        : interruption_cause_OPERATOR;
}

static void interruptions_are_those_that_happened(struct world *w)
{
    uint32_t n = 0;

    for (int k = 0; k < JOBS; k++)
        for (int i = 0; i < w->jobs[k].count; i++) {
            const struct run *r = &w->jobs[k].runs[i];
            char id[64];
            if (!r->end || !is_cut(r->how))
                continue;
            snprintf(id, sizeof id, "%d@%lld", k, (long long)(KIT_NOW / 1000 + r->start));
            const struct interruption_row *row = kit_find(w->t.snap, ENTITY_INTERRUPTION, 0, id);
            assert_non_null(row);
            assert_int_equal(row->at, tale_ms(r->end));
            assert_int_equal(row->cause, cause_of(r->how));
            assert_int_equal((int)row->attempt, i + 1);
            n++;
        }
    assert_int_equal(snapshot_count(w->t.snap, ENTITY_INTERRUPTION), n);
}

static void check(struct world *w)
{
    const struct snapshot *s = tale_look(&w->t);

    no_two_of_one_attempt(s, ENTITY_INTERRUPTION);
    no_two_of_one_attempt(s, ENTITY_ATTEMPT);
    hours_equal_rows(s);
    rows_are_sound(s);
}

static void live(uint64_t seed)
{
    struct world w = {.t = tale_begin(), .rng = seed * 7919};

    for (int k = 0; k < JOBS; k++)
        w.jobs[k] = (struct job){.state = job_state_QUEUED, .submitted = -50};
    for (int step = 0; step < 300; step++) {
        w.now += STEP;
        for (int k = 0; k < JOBS; k++)
            step_job(&w, &w.jobs[k]);
        if (below(&w, 4) == 0)
            poll_jobs(&w);
        if (below(&w, 4) == 0)
            poll_nodes(&w);
        if (below(&w, 20) == 0)
            account(&w, false);
        tale_pass(&w.t, w.now);
        if (step % 20 == 0)
            check(&w);
    }
    account(&w, true);
    check(&w);
    interruptions_are_those_that_happened(&w);
    tale_end(&w.t);
}

static void whatever_was_seen_the_truth_comes_out(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 40; seed++)
        live(seed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whatever_was_seen_the_truth_comes_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
