/* SPDX-License-Identifier: MIT
 * standing.c - see standing.h. */
#include "io/standing.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    WHAT_NONE = -0x5eed, /* the kind of failures that belong to no request */
    FORGET_MS =
        90 * 1000, /* a failed kind that is not asked for any more says nothing after that */
    FORGET_GAPS = 3,
    SHORTEST_GAP_MS = 500,
};

static struct standing_kind *kind_of(struct standing *s, int what)
{
    unsigned i = 0;

    while (i < s->kind_count && s->kinds[i].what != what)
        i++;
    if (i == STANDING_KINDS)
        return &s->kinds[STANDING_KINDS - 1]; /* more kinds than any collector has: they share */
    if (i == s->kind_count) {
        s->kinds[i] = (struct standing_kind){.what = what};
        s->kind_count++;
    }
    return &s->kinds[i];
}

void standing_sent(struct standing *s, int what, mono_ms now)
{
    struct standing_kind *k = kind_of(s, what);

    if (k->sent_at)
        k->gap_ms = now - k->sent_at;
    k->sent_at = now;
    s->requests++;
}

static void set_failing(struct standing_kind *k, enum rc rc, const struct err *e, const char *mend)
{
    k->failing = true;
    k->unreached = false;
    k->err = *e;
    k->err.rc = rc;
    snprintf(k->mend, sizeof(k->mend), "%s", mend ? mend : "");
}

/* A kind that failed and was given up (another way was chosen) must not look failed for ever. */
static void forget_old(struct standing *s, mono_ms now)
{
    for (unsigned i = 0; i < s->kind_count; i++) {
        struct standing_kind *k = &s->kinds[i];
        int64_t patience =
            k->gap_ms * FORGET_GAPS > FORGET_MS ? k->gap_ms * FORGET_GAPS : FORGET_MS;
        if (k->failing && now - k->sent_at > patience)
            k->failing = false;
    }
}

/* Somebody answers there again. A kind that is asked each five minutes need not be waited for. */
static void forget_unreached(struct standing *s)
{
    for (unsigned i = 0; i < s->kind_count; i++)
        if (s->kinds[i].unreached)
            s->kinds[i].failing = false;
}

static void count_reply(struct standing *s, const struct reply *reply)
{
    s->last_try_at = reply->at;
    s->bytes += (double)reply->bytes;
    s->last_bytes = (double)reply->bytes;
    s->bad_elements += (double)reply->bad_slices;
    s->latency_ms = (double)reply->total_ms;
    s->has_latency = true;
    if (reply->has_date) {
        s->ahead_ms = (double)reply->ahead_ms;
        s->has_clock = true;
    }
}

void standing_landed(struct standing *s, int what, const struct reply *reply, enum rc verdict,
                     const struct err *e, const char *mend, mono_ms now)
{
    struct standing_kind *k = kind_of(s, what);

    count_reply(s, reply);
    if (verdict != RC_OK) {
        set_failing(k, verdict, e, mend);
        k->unreached = verdict == RC_NET && reply->unsent;
        s->failures++;
        s->consecutive++;
        return;
    }
    k->failing = false;
    forget_old(s, now);
    forget_unreached(s);
    kind_of(s, WHAT_NONE)->failing = false;
    s->consecutive = 0;
    s->backoff_ms = 0;
    if (reply->rc == RC_OK) {
        s->ever_ok = true;
        s->last_ok_at = reply->at;
    }
}

void standing_failed(struct standing *s, enum rc rc, const struct err *e, const char *mend,
                     mono_ms now)
{
    struct standing_kind *k = kind_of(s, WHAT_NONE);

    k->sent_at = now;
    set_failing(k, rc, e, mend);
    s->failures++;
    s->consecutive++;
}

void standing_example(struct standing *s, const char *bad_example)
{
    snprintf(s->bad_example, sizeof(s->bad_example), "%s", bad_example);
}

void standing_forgive(struct standing *s)
{
    s->paused = false;
    s->consecutive = 0;
    s->backoff_ms = 0;
}

/* Of several failures the newest. */
static const struct standing_kind *worst(const struct standing *s)
{
    const struct standing_kind *found = NULL;

    for (unsigned i = 0; i < s->kind_count; i++)
        if (s->kinds[i].failing && (!found || s->kinds[i].sent_at >= found->sent_at))
            found = &s->kinds[i];
    return found;
}

/* What was asked twice and has not been for long is asked no more: it has no interval. */
static bool is_asked(const struct standing_kind *k, mono_ms last_sent)
{
    return k->gap_ms >= SHORTEST_GAP_MS && last_sent - k->sent_at <= FORGET_GAPS * k->gap_ms;
}

/* Of the kinds the shortest. Requests that follow each other at once (finding out which version the other
 * side speaks) are no interval. */
static int64_t interval(const struct standing *s)
{
    mono_ms last_sent = 0;
    int64_t least = 0;

    for (unsigned i = 0; i < s->kind_count; i++)
        if (s->kinds[i].sent_at > last_sent)
            last_sent = s->kinds[i].sent_at;
    for (unsigned i = 0; i < s->kind_count; i++)
        if (is_asked(&s->kinds[i], last_sent) && (!least || s->kinds[i].gap_ms < least))
            least = s->kinds[i].gap_ms;
    if (!least && s->next_try_at - s->last_try_at >= SHORTEST_GAP_MS && s->last_try_at)
        least = s->next_try_at - s->last_try_at;
    return s->backoff_ms > least ? s->backoff_ms : least;
}

static void failure_fields(const struct standing *s, struct delta *d)
{
    const struct standing_kind *k = worst(s);
    char text[384];

    if (!k) {
        delta_absent(d, FIELD_source_error_code);
        delta_absent(d, FIELD_source_error);
        delta_str(d, FIELD_source_mend, s->hint);
        return;
    }
    /* The place first, unless the sentence names it already. */
    bool place = *k->err.where && !strstr(k->err.msg, k->err.where);
    snprintf(text, sizeof(text), "%s%s%s", place ? k->err.where : "", place ? ": " : "",
             k->err.msg);
    delta_str(d, FIELD_source_error_code, rc_name(k->err.rc));
    delta_str(d, FIELD_source_error, text);
    delta_str(d, FIELD_source_mend, k->mend);
}

void standing_row(const struct standing *s, struct delta *d, const char *source_id)
{
    int64_t every = interval(s);
    int state = s->paused                    ? source_state_PAUSED
                : worst(s) || s->consecutive ? source_state_FAILED
                : s->ever_ok                 ? source_state_OK
                                             : source_state_STARTING;

    delta_row(d, ENTITY_SOURCE, source_id, strlen(source_id));
    delta_int(d, FIELD_source_state, state);
    delta_time(d, FIELD_source_last_ok_at, s->last_ok_at);
    delta_time(d, FIELD_source_last_try_at, s->last_try_at);
    delta_time(d, FIELD_source_next_try_at, s->paused ? 0 : s->next_try_at);
    if (s->has_latency) {
        delta_num(d, FIELD_source_latency_ms, s->latency_ms);
        delta_num(d, FIELD_source_last_bytes, s->last_bytes);
    }
    if (s->has_clock) /* in whole seconds: the header tells no more */
        delta_num(d, FIELD_source_clock_ahead_ms, trunc(s->ahead_ms / 1000) * 1000);
    if (every && !s->interval_is_told)
        delta_num(d, FIELD_source_interval_ms, (double)every);
    delta_num(d, FIELD_source_requests, s->requests);
    delta_num(d, FIELD_source_failures, s->failures);
    delta_num(d, FIELD_source_consecutive_failures, s->consecutive);
    delta_num(d, FIELD_source_bytes, s->bytes);
    delta_num(d, FIELD_source_bad_elements, s->bad_elements);
    if (*s->bad_example)
        delta_str(d, FIELD_source_bad_example, s->bad_example);
    failure_fields(s, d);
}
