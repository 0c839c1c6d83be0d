/* SPDX-License-Identifier: MIT
 * reliability.c - see reliability.h. */
#include "model/reliability.h"
#include "base/xmem.h"
#include <math.h>
#include <stdlib.h>

/* --- formulae --------------------------------------------------------------------------------- */

double reliability_mttf(double nodes, double rate)
{
    return 1 / (nodes * rate);
}

double reliability_expected_ettr(double nodes, double rate, double restart, double interval,
                                 double write)
{
    double kept = 1 - nodes * rate * (restart + interval / 2);

    return kept > 0 ? kept / (1 + write / interval) : 0;
}

double reliability_best_interval(double nodes, double rate, double write)
{
    return sqrt(2 * write / (nodes * rate));
}

double reliability_rate(double events, double node_hours)
{
    return node_hours > 0 ? 1000 * events / (node_hours / 24) : NAN;
}

/* Three: of none where three were expected it can be said with 95 % that they are rarer, and the bounds of three seen
 * are within five times the mean. */
bool reliability_enough(double events, double hours, double node_hours)
{
    return hours >= 24 || events + USUAL_RATE * node_hours / 24 / 1000 >= 3;
}

double reliability_ettr(const struct job_run *runs, size_t count)
{
    double wasted = 0;

    if (!count || runs[count - 1].ended_at <= runs[0].started_at)
        return NAN;
    for (size_t i = 0; i < count; i++) {
        wasted += runs[i].lost_ms;
        if (i && runs[i].started_at > runs[i - 1].ended_at)
            wasted += (double)(runs[i].started_at - runs[i - 1].ended_at);
    }
    double share = 1 - wasted / (double)(runs[count - 1].ended_at - runs[0].started_at);
    return share > 0 ? share : 0;
}

static int by_key_and_time(const void *a, const void *b)
{
    const struct reliability_event *x = a, *y = b;

    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return (x->at > y->at) - (x->at < y->at);
}

size_t reliability_events(struct reliability_event *all, size_t count, wall_ms within)
{
    size_t events = 0;

    qsort(all, count, sizeof(*all), by_key_and_time);
    for (size_t i = 0; i < count; i++)
        events += i == 0 || all[i].key != all[i - 1].key || all[i].at - all[i - 1].at > within;
    return events;
}

/* --- sums ------------------------------------------------------------------------------------- */

/* One walk: what it is about, and the events met so far. */
struct summing {
    const struct snapshot *snap;
    int center;
    wall_ms asked_from;
    double lost; /* GPU-hours, in the hours that are observed */
    struct reliability *out;
    struct reliability_event *unexpected, *failures;
    size_t unexpected_count, failure_count;
    uint32_t *observed; /* seconds, by center */
    uint32_t centers;
};

static bool is_unexpected(const struct interruption_row *i)
{
    return !i->planned && i->cause != interruption_cause_PREEMPTED &&
           i->cause != interruption_cause_OPERATOR;
}

static bool is_failure(const struct interruption_row *i)
{
    return is_unexpected(i) &&
           (i->cause == interruption_cause_NODE || i->cause == interruption_cause_DEVICE);
}

/* Without a node each is an event of its own. */
static struct reliability_event event_of(const struct interruption_row *i, uint32_t slot)
{
    uint64_t who = row_has(i, interruption, node) ? i->node : UINT64_C(1) << 32 | slot;

    return (struct reliability_event){.key = (who << 24) ^ ((uint64_t)i->h.center << 8) ^ i->cause,
                                      .at = i->at};
}

static void count_interruption(struct reliability *out, const struct interruption_row *i)
{
    out->interruptions++;
    out->by_cause[i->cause]++;
    out->planned += i->planned;
    out->unexpected += is_unexpected(i);
    out->waiting += !i->resolved && (i->outcome == interruption_outcome_WAITING ||
                                     i->outcome == interruption_outcome_HELD);
    out->open += !i->resolved;
    out->unhandled += !i->resolved && !row_has(i, interruption, acknowledged_at);
    out->gpu_hours_lost += i->gpu_hours_lost;
    out->gpu_hours_lost_ceiling += i->gpu_hours_lost_ceiling;
    out->gpu_hours_caused += i->gpu_hours_caused;
    out->sized += row_has(i, interruption, gpu_hours_lost);
}

/* What happened in the begun hour before the time asked for belongs to that hour's observation, but not to the count. */
static void add_interruption(struct summing *s, const struct interruption_row *i, uint32_t slot)
{
    if (i->at >= s->asked_from)
        count_interruption(s->out, i);
    s->lost += i->gpu_hours_lost;
    if (!i->counted || !is_unexpected(i))
        return;
    s->unexpected[s->unexpected_count++] = event_of(i, slot);
    if (is_failure(i))
        s->failures[s->failure_count++] = event_of(i, slot);
}

static void add_interruptions(struct summing *s)
{
    uint32_t slots = snapshot_slots(s->snap, ENTITY_INTERRUPTION);
    uint32_t most = snapshot_count(s->snap, ENTITY_INTERRUPTION);

    s->unexpected = xcalloc((size_t)most + 1, sizeof(*s->unexpected));
    s->failures = xcalloc((size_t)most + 1, sizeof(*s->failures));
    for (uint32_t slot = 0; slot < slots; slot++) {
        const struct interruption_row *i = snapshot_row(s->snap, ENTITY_INTERRUPTION, slot);
        if (i && (s->center < 0 || i->h.center == s->center) && i->at >= s->out->from &&
            i->at <= s->out->to)
            add_interruption(s, i, slot);
    }
}

static void add_hour(struct summing *s, const struct hour_row *h)
{
    struct reliability *out = s->out;

    out->node_hours += h->node_hours;
    out->device_hours += h->device_hours;
    out->device_hours_allocated += h->device_hours_allocated;
    out->ended_oom += h->ended_oom;
    out->ended_time_limit += h->ended_time_limit;
    out->ended_failed += h->ended_failed;
    out->ended_done += h->ended_done;
    if (h->h.center < s->centers && h->observed_seconds > 0 && h->observed_seconds < 1e6)
        s->observed[h->h.center] += (uint32_t)(h->observed_seconds + .5);
}

static void add_hours(struct summing *s)
{
    uint32_t slots = snapshot_slots(s->snap, ENTITY_HOUR);
    double seconds = 0;

    s->centers = UINT16_MAX;
    s->observed = xcalloc(s->centers, sizeof(*s->observed));
    for (uint32_t slot = 0; slot < slots; slot++) {
        const struct hour_row *h = snapshot_row(s->snap, ENTITY_HOUR, slot);
        if (h && (s->center < 0 || h->h.center == s->center) && h->begins_at >= s->out->from &&
            h->begins_at < s->out->to)
            add_hour(s, h);
    }
    for (uint32_t c = 0; c < s->centers; c++) {
        s->out->centers += s->observed[c] > 0;
        seconds += s->observed[c];
    }
    s->out->observed_hours = s->out->centers ? seconds / 3600 / s->out->centers : 0;
}

static void conclude(struct summing *s, wall_ms within)
{
    struct reliability *out = s->out;

    out->unexpected_events =
        (unsigned)reliability_events(s->unexpected, s->unexpected_count, within);
    out->failure_events = (unsigned)reliability_events(s->failures, s->failure_count, within);
    out->mtti = poisson_mean_time(out->observed_hours, out->unexpected_events);
    out->mtbf = poisson_mean_time(out->observed_hours, out->failure_events);
    out->enough = reliability_enough(out->unexpected_events, out->observed_hours, out->node_hours);
    out->rate = reliability_rate(out->failure_events, out->node_hours);
    out->productive = NAN;
    if (out->device_hours_allocated > 0) {
        double share = 1 - s->lost / out->device_hours_allocated;
        out->productive = share > 0 ? share : 0;
    }
}

void reliability_sum(const struct snapshot *snap, int center, wall_ms from, wall_ms to,
                     wall_ms within, struct reliability *out)
{
    struct summing s = {.snap = snap, .center = center, .asked_from = from, .out = out};

    *out = (struct reliability){.from = from > 0 ? from - from % 3600000 : 0, .to = to};
    add_interruptions(&s);
    add_hours(&s);
    conclude(&s, within);
    free(s.unexpected);
    free(s.failures);
    free(s.observed);
}
