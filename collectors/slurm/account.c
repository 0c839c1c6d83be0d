/* SPDX-License-Identifier: MIT
 * account.c - what is asked of the accounting, and which way.
 *
 * A question is about a stretch of time: the newest reaches back to the last good one and a little further,
 * because records arrive late; others fill the past that nobody asked for yet, a slice at a time, so that no
 * answer gets huge. slurmdbd lists what ran at all in that stretch, so what runs now comes with each answer over
 * REST (its filter for states forgets requeued ones); sacct leaves it out. */
#include "collectors/slurm/slurm.h"
#include <math.h>
#include <string.h>

enum {
    OVERLAP_MS = 600000,
    SLICE_MIN_MS = 300000,
    SLICE_BLIND_MS = 3600000, /* as long as nobody told how many jobs end */
    SLICE_BYTES = 8 << 20,
    REST_BYTES = 3600,
    REST_BYTES_LATER = 7000,
    TEXT_BYTES = 220, /* a record */
};

/* Beside a slurmrestd of another host they must have said that they reach the same cluster. */
static bool commands_fit(const struct slurm *s)
{
    if (!s->has_text || slurm_ways_differ(s))
        return false;
    if (!slurm_uses_rest(s))
        return true;
    return s->opt.prefer != PREFER_REST && (s->rest_via == VIA_PIPE || s->text_cluster[0] != '\0');
}

/* Behind a command a path that is not there ends the server; the same command runs sacct. And a slurmdbd can serve
 * many clusters, so over REST the name of ours must be known. */
static bool rest_fits(const struct slurm *s)
{
    if (!slurm_uses_rest(s) || s->api == 0 || s->accounts.rest_absent || s->rest_cluster[0] == '\0')
        return false;
    return s->rest_via == VIA_HTTP || (s->api >= 40 && !commands_fit(s));
}

bool slurm_accounts_apply(const struct slurm *s)
{
    if (s->opt.account_window_ms <= 0)
        return false;
    return rest_fits(s) || commands_fit(s);
}

/* ---- how much it will be ---- */

static double bytes_each(const struct slurm *s, enum way w)
{
    return w == WAY_TEXT ? TEXT_BYTES : s->api >= 40 ? REST_BYTES_LATER : REST_BYTES;
}

static double rows_a_second(const struct slurm *s)
{
    double measured = s->accounts.rows_a_second;

    return isfinite(measured) ? measured : s->volume.ended_a_second;
}

static double running(const struct slurm *s)
{
    return isfinite(s->volume.running) ? s->volume.running : 0;
}

enum way slurm_accounts_way(const struct slurm *s)
{
    double rate = rows_a_second(s);
    double ended =
        isfinite(rate) ? rate * (double)(s->accounts.from_ms - s->accounts.to_ms) / 1000 : 0;

    if (!rest_fits(s))
        return WAY_TEXT;
    double bytes = (running(s) + ended) * bytes_each(s, WAY_REST);
    return bytes > s->opt.rest_limit && commands_fit(s) ? WAY_TEXT : WAY_REST;
}

/* ---- which stretch ---- */

/* How long ago that was, by whichever clock says more: one stands still while the machine sleeps. */
static int64_t ago(mono_ms then, wall_ms then_wall, mono_ms now, wall_ms wall)
{
    int64_t mono = now - then, real = wall - then_wall;
    int64_t most = mono > real ? mono : real;

    return most > 0 ? most : 0;
}

bool slurm_accounts_reach_back(const struct slurm *s)
{
    return s->accounts.first != 0 && s->accounts.covered_ms < s->opt.account_window_ms;
}

static int64_t slice(const struct slurm *s)
{
    const struct accounts *a = &s->accounts;
    double rate = rows_a_second(s), ms = SLICE_BLIND_MS;
    enum way w = rest_fits(s) ? WAY_REST : WAY_TEXT;

    if (isfinite(rate))
        ms = rate > 0 ? SLICE_BYTES / bytes_each(s, w) / rate * 1000 : 1e12;
    if (a->slice_ms > 0 && ms > (double)a->slice_ms)
        ms = (double)a->slice_ms;
    if (ms < SLICE_MIN_MS)
        ms = SLICE_MIN_MS;
    return ms < (double)s->opt.account_window_ms ? (int64_t)ms : s->opt.account_window_ms;
}

void slurm_accounts_turn(struct slurm *s, mono_ms now, wall_ms wall)
{
    struct accounts *a = &s->accounts;
    int64_t since = ago(a->newest, a->newest_wall, now, wall);
    int64_t left = s->opt.account_window_ms - a->covered_ms, piece = slice(s);

    a->asked = now;
    a->asked_wall = wall;
    a->past = slurm_accounts_reach_back(s) && since < s->opt.interval_ms[PART_ACCOUNT];
    if (a->past) {
        int64_t base = ago(a->first, a->first_wall, now, wall) + a->covered_ms;
        a->from_ms = base + (piece < left ? piece : left);
        a->to_ms = base;
        return;
    }
    a->to_ms = 0;
    a->from_ms = a->newest == 0 ? piece : since + OVERLAP_MS;
    if (a->from_ms > s->opt.account_window_ms)
        a->from_ms = s->opt.account_window_ms;
}
