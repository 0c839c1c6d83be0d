/* SPDX-License-Identifier: MIT
 * ettr.c - see ettr.h. */
#include "ui/ettr.h"
#include "base/xmem.h"
#include "model/interrupt.h"
#include "model/reliability.h"
#include <math.h>
#include <stdlib.h>

#define HOUR_MS 3600000.0

/* One run of a job; runs of a job together, the oldest first. */
struct run {
    uint16_t center;
    strid job;
    bool wanted; /* its interruption is one of those asked for */
    struct job_run r;
};

struct runs {
    struct run *all;
    size_t count;
};

static int by_job(const void *a, const void *b)
{
    const struct run *x = a, *y = b;

    if (x->center != y->center)
        return x->center < y->center ? -1 : 1;
    if (x->job != y->job)
        return x->job < y->job ? -1 : 1;
    return x->r.started_at < y->r.started_at ? -1 : x->r.started_at > y->r.started_at;
}

static bool same_job(const struct run *a, const struct run *b)
{
    return a->center == b->center && a->job == b->job;
}

static bool of_scope(const struct view_input *in, uint16_t center)
{
    return in->scope->center < 0 || center == in->scope->center;
}

/* only: of this job; NULL = of all. */
static bool is_meant(const struct view_input *in, const struct interruption_row *only,
                     uint16_t center, strid job)
{
    return only ? center == only->h.center && job == only->job : of_scope(in, center);
}

static void collect_attempts(const struct view_input *in, const struct interruption_row *only,
                             struct runs *to)
{
    to->all = xcalloc(snapshot_count(in->snap, ENTITY_ATTEMPT) + 1, sizeof *to->all);
    for (uint32_t i = 0; i < snapshot_slots(in->snap, ENTITY_ATTEMPT); i++) {
        const struct attempt_row *a = snapshot_row(in->snap, ENTITY_ATTEMPT, i);
        if (!a || !row_has(a, attempt, job) || !row_has(a, attempt, started_at) ||
            !is_meant(in, only, a->h.center, a->job))
            continue;
        wall_ms end = row_has(a, attempt, ended_at) ? a->ended_at : in->ctx.now;
        to->all[to->count++] = (struct run){a->h.center, a->job, false, {a->started_at, end, 0}};
    }
    qsort(to->all, to->count, sizeof *to->all, by_job);
}

/* What an interruption threw away, in time of its job. */
static double lost_ms(const struct interruption_row *r)
{
    wall_ms checkpoint = row_has(r, interruption, checkpoint_at) ? r->checkpoint_at : 0;

    return interrupt_lost(1, r->started_at, r->at, checkpoint).lost * HOUR_MS;
}

static void add_losses(const struct view_input *in, wall_ms from, struct runs *runs)
{
    for (uint32_t i = 0; i < snapshot_slots(in->snap, ENTITY_INTERRUPTION); i++) {
        const struct interruption_row *r = snapshot_row(in->snap, ENTITY_INTERRUPTION, i);
        if (!r || !row_has(r, interruption, job) || !row_has(r, interruption, started_at) ||
            !row_has(r, interruption, at))
            continue;
        struct run key = {r->h.center, r->job, false, {r->started_at, 0, 0}};
        struct run *run = bsearch(&key, runs->all, runs->count, sizeof *runs->all, by_job);
        if (!run)
            continue;
        run->r.lost_ms = lost_ms(r);
        run->wanted = r->at >= from;
    }
}

/* The mean over the jobs, each by the time that it took. */
static double mean_ettr(const struct runs *runs)
{
    struct job_run *of_one = xcalloc(runs->count + 1, sizeof *of_one);
    double kept = 0, took = 0;

    for (size_t i = 0, end; i < runs->count; i = end) {
        bool wanted = false;
        for (end = i; end < runs->count && same_job(&runs->all[i], &runs->all[end]); end++) {
            wanted = wanted || runs->all[end].wanted;
            of_one[end - i] = runs->all[end].r;
        }
        double time = (double)(of_one[end - i - 1].ended_at - of_one[0].started_at);
        double ettr = reliability_ettr(of_one, end - i);
        if (!wanted || !isfinite(ettr))
            continue;
        kept += ettr * time;
        took += time;
    }
    free(of_one);
    return took > 0 ? kept / took : NAN;
}

static double ettr_of(const struct view_input *in, const struct interruption_row *only,
                      wall_ms from)
{
    struct runs runs = {NULL, 0};

    collect_attempts(in, only, &runs);
    if (runs.count > 0)
        add_losses(in, from, &runs);
    double ettr = mean_ettr(&runs);
    free(runs.all);
    return ettr;
}

double ettr_of_job(const struct view_input *in, const struct interruption_row *r)
{
    return row_has(r, interruption, job) ? ettr_of(in, r, INT64_MIN) : NAN;
}

double ettr_since(const struct view_input *in, wall_ms from)
{
    return ettr_of(in, NULL, from);
}
