/* SPDX-License-Identifier: MIT
 * reread.c - the answer to the question how a target is now, before and after an action.
 *
 * It comes between the polls, maybe in the middle of one: so it has an answer and tables of its own, and its rows are
 * always whole. A target that does not exist any more is a good answer without its row. */
#include "base/xmem.h"
#include "collectors/slurm/slurm.h"
#include <stdio.h>
#include <string.h>

void slurm_reread_open(struct slurm *s)
{
    seen_init(&s->reread.nodes_seen);
    seen_init(&s->reread.jobs_seen);
    buf_init(&s->reread.record, (size_t)2 << 20);
}

void slurm_reread_close(struct slurm *s)
{
    seen_fini(&s->reread.nodes_seen);
    seen_fini(&s->reread.jobs_seen);
    buf_fini(&s->reread.record);
}

#define SWAP(type, a, b)                                                                           \
    do {                                                                                           \
        type kept_ = (a);                                                                          \
        (a) = (b);                                                                                 \
        (b) = kept_;                                                                               \
    } while (0)

void slurm_reread_swap(struct slurm *s)
{
    SWAP(struct answer, s->answer, s->reread.answer);
    SWAP(struct buf, s->record, s->reread.record);
    SWAP(struct seen, s->nodes_seen, s->reread.nodes_seen);
    SWAP(struct seen, s->jobs_seen, s->reread.jobs_seen);
}

static const struct delta_value *value_of(const struct delta_record *r, int field)
{
    for (uint32_t i = 0; i < r->count; i++)
        if (r->values[i].field == field && !r->values[i].absent)
            return &r->values[i];
    return NULL;
}

void slurm_reread_row(struct slurm *s, const struct delta *d)
{
    const struct delta_record *r = d->last;

    if (r == NULL || r->entity != ENTITY_JOB)
        return;
    const struct delta_value *id = value_of(r, FIELD_job_id);
    if (id != NULL && id->len == strlen(s->reread.name) &&
        memcmp(id->u.str, s->reread.name, id->len) == 0)
        s->reread.same = true;
}

/* ---- the verdict ---- */

static bool says_absent(const char *text)
{
    static const char *const words[] = {"Invalid job id", "Invalid node name", " not found",
                                        "Unable to find JobId"};

    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (strstr(text, words[i]) != NULL)
            return true;
    return false;
}

/* 2017, 2018, and 9002 of 22.05 for a task without a record; newer ones answer 404, or 200 with an error that has
 * no number and without a list. */
static bool rest_says_absent(const struct answer *a, const struct reply *reply)
{
    double n = a->error_number;

    if (!a->meta || a->rows > 0 || reply->status == 401 || reply->status == 403)
        return false;
    if (!a->has_error)
        return reply->status == 200;
    return n == 2017 || n == 2018 || (n == 9002 && says_absent(a->error_text)) ||
           (n == 0 && (reply->status == 200 || reply->status == 404));
}

static enum rc judge_rest(struct slurm *s, const struct request *rq, const struct reply *reply,
                          const char **mend, struct err *e)
{
    enum poll_end end;
    bool answered = reply->rc == RC_OK || reply->rc == RC_SCHEMA;

    if (answered && rest_says_absent(&s->answer, reply))
        return RC_OK;
    int api = s->api;
    enum rc rc = slurm_judge(s, rq, reply, &end, mend, e);
    if (rq->via == VIA_HTTP)
        s->api = api; /* a 404 of one thing is no news of the version */
    return rc;
}

static enum rc judge_text(struct slurm *s, const struct request *rq, const struct reply *reply,
                          const char **mend, struct err *e)
{
    enum poll_end end;

    if (reply->rc == RC_OK && reply->status != 0 && s->answer.rows == 0 &&
        (says_absent(reply->head) || says_absent(s->answer.junk_text)))
        return RC_OK;
    return slurm_judge_command(s, rq, reply, &end, mend, e);
}

static void tell_cluster(struct slurm *s, enum way w, struct delta *d)
{
    const char *cluster = w == WAY_REST ? s->rest_cluster : s->text_cluster;

    if (cluster[0] == '\0')
        return;
    delta_row(d, ENTITY_CENTER, s->conf.center_id, strlen(s->conf.center_id));
    delta_str(d, FIELD_center_cluster, cluster);
}

enum rc slurm_reread_done(struct slurm *s, const struct request *rq, const struct reply *reply,
                          struct delta *d, const char **mend, struct err *e)
{
    enum way w = way_of(rq->what);

    slurm_reread_swap(s);
    if (rq->what == (WHAT_REREAD | what_of(PART_JOBS, WAY_TEXT))) {
        slurm_text_jobs_end(s, rq->tag, d);
        slurm_reread_row(s, d);
    }
    enum rc rc =
        w == WAY_REST ? judge_rest(s, rq, reply, mend, e) : judge_text(s, rq, reply, mend, e);
    memset(&s->answer, 0, sizeof s->answer);
    seen_forget(&s->nodes_seen);
    seen_forget(&s->jobs_seen);
    slurm_reread_swap(s);
    seen_touch(part_of(rq->what) == PART_NODES ? &s->nodes_seen : &s->jobs_seen);
    if (rc == RC_OK)
        tell_cluster(s, w, d);
    return rc;
}
