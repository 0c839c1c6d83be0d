/* SPDX-License-Identifier: MIT
 * plan.c - what is due, and when to look again. One request at a time; see collector.h. */
#include "collectors/slurm/slurm.h"

enum {
    TEXT_DIAG_MS = 30000, /* sdiag asks not to be called in loops, and costs a process here */
    TOO_BIG_MS = 120000,  /* a job list beyond the limit, where there is no other way */
    STATES_MS = 60000,
    CONFIG_MS = 3600000,
    ABSENT_MS = 3600000, /* what is not there: accounting, a list that slurmrestd does not know */
    PAST_MS = 20000,     /* between two questions about the past */
    RETRY_MS = 5000,     /* a part that failed; the caller's back-off comes on top */
    FRESH_AFTER_POLLS = 64, /* then everything is decoded once more, in case a row was lost */
    REFRESH_FLOOR_MS = 5000 /* however often the operator presses the key */
};

static int64_t longer(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int64_t account_ms(const struct slurm *s, int64_t ms)
{
    int64_t wait = longer(PAST_MS, 10 * s->parts[PART_ACCOUNT].last_ms);

    if (s->accounting == ACCOUNTING_ABSENT)
        return longer(ms, ABSENT_MS);
    if (s->accounts.failures > 0) {
        for (unsigned i = 0; i < s->accounts.failures && ms < ABSENT_MS; i++)
            ms *= 2;
        return ms < ABSENT_MS ? ms : ABSENT_MS;
    }
    return slurm_accounts_reach_back(s) && wait < ms ? wait : ms;
}

int64_t slurm_interval_ms(const struct slurm *s, enum part p)
{
    int64_t ms = longer(s->opt.interval_ms[p], 10 * s->parts[p].last_ms);

    if (p == PART_DIAG && !slurm_uses_rest(s))
        return longer(ms, TEXT_DIAG_MS);
    if (p == PART_HELLO)
        return CONFIG_MS;
    if (s->parts[p].absent)
        return ABSENT_MS;
    if (p == PART_STATES)
        return longer(ms, STATES_MS);
    if (p == PART_ACCOUNT)
        return account_ms(s, ms);
    return p == PART_JOBS && s->too_big ? longer(ms, TOO_BIG_MS) : ms;
}

/* Sources that were started together must not ask together for ever. */
int64_t slurm_jitter(struct slurm *s, int64_t ms)
{
    return ms - ms / 20 + (int64_t)(slurm_random(s) % 1000) * (ms / 10) / 1000;
}

void slurm_schedule(struct slurm *s, enum part p, bool good, mono_ms now, const struct reply *reply)
{
    struct schedule *part = &s->parts[p];

    if (good) {
        part->last_ms = reply->total_ms > 0 ? reply->total_ms : 0;
        part->missed = 0;
        part->absent = false;
    }
    int64_t wait = slurm_jitter(s, slurm_interval_ms(s, p));
    part->due = now + (good || part->absent || wait < RETRY_MS ? wait : RETRY_MS);
}

/* Over REST it is asked when there is no version. Where there are commands too, they are asked once which cluster
 * they reach: nothing is done through them before they said the same. (v0.0.38 names its cluster only in its
 * jobs, and those may have come from squeue.) */
static bool hello_applies(const struct slurm *s)
{
    if (!slurm_uses_rest(s))
        return true;
    return s->has_text && !s->hello_failed && s->text_cluster[0] == '\0' && s->volume.records >= 0;
}

static bool applies(const struct slurm *s, enum part p)
{
    if (p == PART_HELLO)
        return hello_applies(s);
    if (p == PART_STATES)
        return slurm_uses_rest(s) && s->too_big && s->api >= 40 && s->volume.records >= 0;
    return p != PART_ACCOUNT || slurm_accounts_apply(s);
}

/* The longest overdue; of several that never ran the first in the order of enum part. */
static enum part pick(const struct slurm *s, mono_ms now, mono_ms *next)
{
    enum part best = PART_COUNT;

    *next = now + CONFIG_MS;
    for (int i = 0; i < PART_COUNT; i++) {
        enum part p = (enum part)i;
        if (!applies(s, p))
            continue;
        if (s->parts[p].due < *next)
            *next = s->parts[p].due;
        if (s->parts[p].due <= now && (best == PART_COUNT || s->parts[p].due < s->parts[best].due))
            best = p;
    }
    return best;
}

/* A slurmrestd that could not be started is tried again now and then. */
static void revive_rest(struct slurm *s, mono_ms now)
{
    if (!s->rest_dead || now < s->rest_retry)
        return;
    s->rest_dead = false;
    s->launch = 0;
    s->api = 0;
    s->asking = 0;
}

static mono_ms ask(struct slurm *s, enum part p, mono_ms now, struct request_list *out)
{
    bool hello = slurm_uses_rest(s) && s->api == 0;
    enum way w = hello ? slurm_hello_way(s) : slurm_choose(s, p);

    slurm_ask(s, request_add(out), p, w);
    s->parts[p].started = now;
    /* In case nobody ever tells how it ended. */
    s->parts[p].due = now + slurm_interval_ms(s, p);
    return now;
}

static void stay_fresh(struct slurm *s)
{
    if (s->polls_kept < FRESH_AFTER_POLLS)
        return;
    s->polls_kept = 0;
    s->nodes_since = s->jobs_since = 0;
    s->nodes_seen.stale = s->jobs_seen.stale = true;
}

mono_ms slurm_plan(void *state, mono_ms now, wall_ms wall, struct request_list *out)
{
    struct slurm *s = state;
    mono_ms next;

    revive_rest(s, now);
    if (slurm_uses_rest(s) && s->api == 0)
        return ask(s, PART_HELLO, now, out);
    enum part p = pick(s, now, &next);
    if (p == PART_COUNT)
        return next;
    stay_fresh(s);
    if (p == PART_ACCOUNT)
        slurm_accounts_turn(s, now, wall);
    return ask(s, p, now, out);
}

void slurm_refresh(void *state, mono_ms now)
{
    struct slurm *s = state;

    for (int i = 0; i < PART_COUNT; i++) {
        struct schedule *part = &s->parts[i];
        mono_ms floor = part->started > 0 ? part->started + REFRESH_FLOOR_MS : now;
        mono_ms due = floor > now ? floor : now;
        bool vain = i == PART_HELLO || (i == PART_ACCOUNT && s->accounting == ACCOUNTING_ABSENT);
        if (!vain && part->due > due)
            part->due = due;
    }
    s->nodes_since = s->jobs_since = 0;
    s->nodes_seen.stale = s->jobs_seen.stale = true;
    s->rest_retry = now;
}
