/* SPDX-License-Identifier: MIT
 * rows_attempt.c - an ATTEMPT row from a record of the accounting, however it was spelt.
 *
 * Only runs that ended: of one that still runs the polls know more, and an old record must not make a run that was seen to
 * end run again. What a record does not tell is not mentioned, because polls may have told it. */
#include "base/xmem.h"
#include "collectors/slurm/rows.h"
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static const struct {
    const char *word;
    enum attempt_end end;
} ends[] = {
    {"COMPLETED", attempt_end_DONE},      {"FAILED", attempt_end_FAILED},
    {"TIMEOUT", attempt_end_TIME_LIMIT},  {"DEADLINE", attempt_end_TIME_LIMIT},
    {"OUT_OF_MEMORY", attempt_end_OOM},   {"NODE_FAIL", attempt_end_NODE_FAIL},
    {"BOOT_FAIL", attempt_end_BOOT_FAIL}, {"LAUNCH_FAILED", attempt_end_BOOT_FAIL},
    {"PREEMPTED", attempt_end_PREEMPTED}, {"REQUEUED", attempt_end_REQUEUED},
    {"CANCELLED", attempt_end_UNKNOWN}, /* see by_whom */
};

static bool find_word(const char *text, size_t len, enum attempt_end *end)
{
    for (size_t i = 0; i < ARRAY_LEN(ends); i++)
        if (strlen(ends[i].word) == len && strncasecmp(ends[i].word, text, len) == 0) {
            *end = ends[i].end;
            return true;
        }
    return false;
}

/* The first word that tells an end: "CANCELLED by 995", "PENDING+REQUEUED". */
static bool find_end(struct span state, enum attempt_end *end)
{
    size_t at = 0;

    while (at < state.len) {
        size_t len = 0;
        while (at + len < state.len && strchr(" +,", state.text[at + len]) == NULL)
            len++;
        if (find_word(state.text + at, len, end))
            return true;
        at += len + 1;
    }
    return false;
}

/* A cancellation of which nobody knows who asked for it stays "unknown". */
static enum attempt_end by_whom(const struct attempt_record *a)
{
    if (a->ended_by.len == 0)
        return attempt_end_UNKNOWN;
    bool owner =
        a->ended_by.len == a->user.len && memcmp(a->ended_by.text, a->user.text, a->user.len) == 0;
    return owner ? attempt_end_CANCELLED_BY_OWNER : attempt_end_CANCELLED_BY_OPERATOR;
}

static void tell_str(struct delta *d, int field, struct span v)
{
    if (!span_is_unset(v))
        delta_strn(d, field, v.text, v.len);
}

static void tell_num(struct delta *d, int field, double n)
{
    if (isfinite(n))
        delta_num(d, field, n);
}

static void tell_time(struct delta *d, int field, wall_ms t)
{
    if (t > 0)
        delta_time(d, field, t);
}

static void tell_what(struct delta *d, const struct attempt_record *a)
{
    delta_str(d, FIELD_attempt_job, a->job.id);
    tell_str(d, FIELD_attempt_name, a->name);
    tell_str(d, FIELD_attempt_user, a->user);
    tell_str(d, FIELD_attempt_account, a->account);
    tell_str(d, FIELD_attempt_pool, a->pool);
    tell_num(d, FIELD_attempt_number, a->restarts + 1);
    tell_str(d, FIELD_attempt_nodes, a->nodes);
    tell_num(d, FIELD_attempt_node_count, a->node_count);
    tell_num(d, FIELD_attempt_devices, a->devices);
    tell_num(d, FIELD_attempt_cpus, a->cpus);
    tell_str(d, FIELD_attempt_failed_node, a->failed_node);
}

/* Of some that were cancelled while they waited Slurm tells a start: the moment of their end. They were on no node. */
static bool never_ran(const struct attempt_record *a)
{
    bool nowhere = a->nodes.len == 0 || (a->nodes.len > 4 && memcmp(a->nodes.text, "None", 4) == 0);

    return a->start == a->end && nowhere;
}

bool put_attempt(struct delta *d, const struct attempt_record *a)
{
    enum attempt_end end;
    char id[160];

    if (a->start <= 0 || a->end < a->start || never_ran(a) || !find_end(a->state, &end))
        return false;
    bool cancelled = end == attempt_end_UNKNOWN;
    int len = snprintf(id, sizeof id, "%s@%lld", a->job.id, (long long)(a->start / 1000));
    delta_row(d, ENTITY_ATTEMPT, id, (size_t)len);
    tell_what(d, a);
    tell_time(d, FIELD_attempt_submitted_at, a->submit);
    tell_time(d, FIELD_attempt_eligible_at, a->eligible);
    tell_time(d, FIELD_attempt_started_at, a->start);
    tell_time(d, FIELD_attempt_ended_at, a->end);
    delta_int(d, FIELD_attempt_end, cancelled ? by_whom(a) : end);
    tell_str(d, FIELD_attempt_raw_state, a->state);
    if (cancelled)
        tell_str(d, FIELD_attempt_ended_by, a->ended_by);
    delta_int(d, FIELD_attempt_seen_by, seen_by_ACCOUNTING);
    return true;
}
