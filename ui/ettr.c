/* SPDX-License-Identifier: MIT
 * ettr.c - see ettr.h. An attempt and its interruption have the same id, so one is found by the other. */
#include "ui/ettr.h"
#include "base/xmem.h"
#include "model/interrupt.h"
#include "model/reliability.h"
#include <math.h>
#include <stdlib.h>

#define HOUR_MS 3600000.0

struct job_name {
    uint16_t center;
    strid job;
};

/* One run of a job; runs of a job together, the oldest first. */
struct run {
    struct job_name of;
    struct job_run r;
};

static int by_name(const void *a, const void *b)
{
    const struct job_name *x = a, *y = b;

    if (x->center != y->center)
        return x->center < y->center ? -1 : 1;
    return x->job < y->job ? -1 : x->job > y->job;
}

static int by_job(const void *a, const void *b)
{
    const struct run *x = a, *y = b;
    int order = by_name(&x->of, &y->of);

    if (order != 0)
        return order;
    return x->r.started_at < y->r.started_at ? -1 : x->r.started_at > y->r.started_at;
}

/* What the end of the attempt threw away, in time of its job; 0 if it was no interruption. */
static double lost_ms(const struct view_input *in, const struct attempt_row *a)
{
    const struct intern *strings = snapshot_strings(in->snap);
    uint64_t key = row_key(ENTITY_INTERRUPTION, a->h.center, intern_raw(strings, a->id),
                           intern_raw_len(strings, a->id));
    uint32_t slot = snapshot_find(in->snap, ENTITY_INTERRUPTION, key);
    const struct interruption_row *r =
        slot == UINT32_MAX ? NULL : snapshot_row(in->snap, ENTITY_INTERRUPTION, slot);

    if (!r || !row_has(r, interruption, started_at) || !row_has(r, interruption, at))
        return 0;
    wall_ms checkpoint = row_has(r, interruption, checkpoint_at) ? r->checkpoint_at : 0;
    return interrupt_lost(1, r->started_at, r->at, checkpoint).lost * HOUR_MS;
}

static bool is_a_run(const struct attempt_row *a)
{
    return a && row_has(a, attempt, job) && row_has(a, attempt, started_at);
}

static struct run run_of(const struct view_input *in, const struct attempt_row *a)
{
    wall_ms end = row_has(a, attempt, ended_at) ? a->ended_at : in->ctx.now;

    return (struct run){{a->h.center, a->job}, {a->started_at, end, lost_ms(in, a)}};
}

double ettr_of_attempts(const struct view_input *in, const uint32_t *slots, int count)
{
    struct job_run *runs = xcalloc((size_t)count + 1, sizeof *runs);
    size_t n = 0;

    for (int i = 0; i < count; i++) {
        const struct attempt_row *a = snapshot_row(in->snap, ENTITY_ATTEMPT, slots[i]);
        if (is_a_run(a))
            runs[n++] = run_of(in, a).r;
    }
    double ettr = n > 0 ? reliability_ettr(runs, n) : NAN;
    free(runs);
    return ettr;
}

/* The jobs of the scope that were interrupted since, each once, in order. */
static struct job_name *interrupted_jobs(const struct view_input *in, wall_ms from, size_t *count)
{
    struct job_name *jobs =
        xcalloc(snapshot_count(in->snap, ENTITY_INTERRUPTION) + 1, sizeof *jobs);
    size_t n = 0, kept = 0;

    for (uint32_t i = 0; i < snapshot_slots(in->snap, ENTITY_INTERRUPTION); i++) {
        const struct interruption_row *r = snapshot_row(in->snap, ENTITY_INTERRUPTION, i);
        if (r && row_has(r, interruption, at) && r->at >= from && row_has(r, interruption, job) &&
            (in->scope->center < 0 || r->h.center == in->scope->center))
            jobs[n++] = (struct job_name){r->h.center, r->job};
    }
    qsort(jobs, n, sizeof *jobs, by_name);
    for (size_t i = 0; i < n; i++)
        if (kept == 0 || by_name(&jobs[kept - 1], &jobs[i]) != 0)
            jobs[kept++] = jobs[i];
    *count = kept;
    return jobs;
}

static struct run *runs_of(const struct view_input *in, const struct job_name *jobs,
                           size_t job_count, size_t *count)
{
    struct run *runs = NULL;
    size_t n = 0, cap = 0;

    for (uint32_t i = 0; i < snapshot_slots(in->snap, ENTITY_ATTEMPT); i++) {
        const struct attempt_row *a = snapshot_row(in->snap, ENTITY_ATTEMPT, i);
        if (!is_a_run(a))
            continue;
        struct job_name name = {a->h.center, a->job};
        if (!bsearch(&name, jobs, job_count, sizeof *jobs, by_name))
            continue;
        runs = xgrow(runs, &cap, n + 1, sizeof *runs);
        runs[n++] = run_of(in, a);
    }
    if (n > 0)
        qsort(runs, n, sizeof *runs, by_job);
    *count = n;
    return runs;
}

/* The mean over the jobs, each by the time that it took. */
static double mean_ettr(const struct run *runs, size_t count)
{
    struct job_run *of_one = xcalloc(count + 1, sizeof *of_one);
    double kept = 0, took = 0;

    for (size_t i = 0, end; i < count; i = end) {
        for (end = i; end < count && by_name(&runs[i].of, &runs[end].of) == 0; end++)
            of_one[end - i] = runs[end].r;
        double time = (double)(of_one[end - i - 1].ended_at - of_one[0].started_at);
        double ettr = reliability_ettr(of_one, end - i);
        if (!isfinite(ettr))
            continue;
        kept += ettr * time;
        took += time;
    }
    free(of_one);
    return took > 0 ? kept / took : NAN;
}

double ettr_since(const struct view_input *in, wall_ms from)
{
    size_t job_count, count;
    struct job_name *jobs = interrupted_jobs(in, from, &job_count);
    struct run *runs = runs_of(in, jobs, job_count, &count);
    double ettr = mean_ettr(runs, count);

    free(runs);
    free(jobs);
    return ettr;
}
