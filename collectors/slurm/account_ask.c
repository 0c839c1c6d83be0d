/* SPDX-License-Identifier: MIT
 * account_ask.c - the question to the accounting as a request: /slurmdb/ or sacct. */
#include "collectors/slurm/slurm.h"

enum {
    PATIENCE_MS =
        20000, /* a silent slurmdbd costs slurmrestd and sacct 45 s, and the other parts would wait */
    FIRST_MS = 6000, /* the very first question: a snapshot waits for it */
    BODY_MS = 60000
};

static long long seconds(int64_t ms)
{
    return (long long)(ms / 1000) + (ms % 1000 > 0);
}

static void ask_rest(struct slurm *s, struct request *rq)
{
    const struct accounts *a = &s->accounts;
    const char *const arrays[] = {"jobs", NULL};
    const char *until =
        a->to_ms > 0 ? request_str(rq, "&end_time=now-%lld", (long long)(a->to_ms / 1000)) : "";
    /* Up to v0.0.39 any question gets all runs of a job and their whole times; from v0.0.40 on one flag (no steps) turns
     * those two off, which are on as long as there is none. */
    const char *whole =
        s->api >= 40 ? "&show_duplicates=true&disable_truncate_usage_time=true" : "";

    slurm_ask_rest(
        s, rq,
        request_str(rq, "/slurmdb/v0.0.%d/jobs?skip_steps=true%s&cluster=%s&start_time=now-%lld%s",
                    s->api, whole, request_encode(rq, s->rest_cluster), seconds(a->from_ms),
                    until));
    rq->label = "GET /slurmdb/jobs";
    rq->cut = CUT_JSON;
    rq->arrays = request_strv(rq, arrays);
}

/* No running ones (-s), all runs of a job (-D), no steps (-X), all users (-a). */
static void ask_sacct(struct slurm *s, struct request *rq)
{
    const struct accounts *a = &s->accounts;
    char mark[ACCOUNT_MARK_MAX];

    rq->tag = (uint32_t)slurm_random(s);
    slurm_accounts_mark(rq->tag, mark);
    const char *const command[] = {
        "sacct",
        "-D",
        "-X",
        "-a",
        "-P",
        "-s",
        "CD,F,TO,NF,PR,RQ,CA,OOM,BF,DL",
        "-S",
        request_str(rq, "now-%lldseconds", seconds(a->from_ms)),
        "-E",
        a->to_ms > 0 ? request_str(rq, "now-%lldseconds", (long long)(a->to_ms / 1000)) : "now",
        request_str(rq, "--delimiter=%s", mark),
        "-o",
        slurm_accounts_columns,
        NULL};
    slurm_ask_command(s, rq, command);
    rq->label = "sacct";
}

void slurm_ask_accounts(struct slurm *s, struct request *rq, enum way w)
{
    if (w == WAY_REST)
        ask_rest(s, rq);
    else
        ask_sacct(s, rq);
    bool first = s->accounts.first == 0 && s->accounts.failures == 0;
    rq->first_byte_ms = first ? FIRST_MS : PATIENCE_MS;
    rq->total_ms = rq->first_byte_ms + BODY_MS;
}
