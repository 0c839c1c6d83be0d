/* SPDX-License-Identifier: MIT
 * account_done.c - what an answer of the accounting is worth, and when to ask again.
 *
 * A cluster without slurmdbd is no failure, and neither is a slurmdbd that does not answer: nodes and jobs go
 * on as before, and the note of the source tells. */
#include "collectors/slurm/slurm.h"
#include "base/sentence.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { NOTHING_FOUND = 9003 };

static void first_line(const char *text, char *out, size_t size)
{
    text += strspn(text, " \t\r\n");
    snprintf(out, size, "%.*s", (int)strcspn(text, "\r\n"), text);
}

static void good(struct slurm *s)
{
    struct accounts *a = &s->accounts;
    double ms = (double)(a->from_ms - a->to_ms);

    s->accounting = ACCOUNTING_THERE;
    a->trouble[0] = '\0';
    a->failures = 0;
    if (ms > 0 && (a->past || a->newest == 0))
        a->rows_a_second = (double)s->answer.rows * 1000 / ms;
    if (a->past) {
        a->covered_ms += a->from_ms - a->to_ms;
        return;
    }
    if (a->first == 0) {
        a->first = a->asked;
        a->first_wall = a->asked_wall;
        a->covered_ms = a->from_ms;
    }
    a->newest = a->asked;
    a->newest_wall = a->asked_wall;
    seen_turn(&a->seen);
}

/* Perhaps it was too much at once. */
static void bad(struct slurm *s, const char *why)
{
    struct accounts *a = &s->accounts;

    first_line(why, a->trouble, sizeof a->trouble);
    a->failures++;
    a->slice_ms = (a->from_ms - a->to_ms) / 2;
    seen_forget(&a->seen);
}

static void absent(struct slurm *s)
{
    s->accounting = ACCOUNTING_ABSENT;
    s->accounts.trouble[0] = '\0';
    s->accounts.failures = 0;
}

/* ---- REST ---- */

static enum rc end_rest(struct slurm *s, const struct request *rq, const struct reply *reply,
                        const char **mend, struct err *e)
{
    const struct answer *a = &s->answer;
    bool ok = reply->status >= 200 && reply->status <= 299;

    if (reply->rc == RC_NET || reply->rc == RC_CHILD || reply->rc == RC_AUTH ||
        reply->rc == RC_CANCELLED) {
        enum poll_end end;
        bad(s, reply->err.msg);
        return slurm_judge(s, rq, reply, &end, mend, e);
    }
    if (reply->status == 404 && !a->has_error && !slurm_is_html(reply)) {
        s->accounts.rest_absent = true;
        if (slurm_accounts_apply(s))
            s->again = true; /* by sacct */
        else
            absent(s);
    } else if (a->meta && a->has_error && a->error_number == NOTHING_FOUND) {
        good(s);
    } else if (a->has_error && (!ok || a->error_number != 0)) {
        bad(s, a->error_text);
    } else if (ok && a->meta && reply->rc == RC_OK) {
        good(s);
    } else {
        char why[80];
        snprintf(why, sizeof why, S_("no answer of slurmdbd's, HTTP status %d"), reply->status);
        bad(s, reply->rc != RC_OK ? reply->err.msg : why);
    }
    return RC_OK;
}

/* ---- sacct ---- */

static void end_text(struct slurm *s, const struct reply *reply)
{
    if (strstr(reply->head, "accounting storage is disabled") != NULL)
        absent(s);
    else if (reply->rc != RC_OK)
        bad(s, reply->err.msg);
    else if (reply->status != 0)
        bad(s, reply->head[0] != '\0' ? reply->head : S_("sacct failed"));
    else if (!s->answer.heading)
        bad(s, S_("the output is not what sacct prints"));
    else
        good(s);
}

enum rc slurm_accounts_done(struct slurm *s, const struct request *rq, const struct reply *reply,
                            mono_ms now, const char **mend, struct err *e)
{
    struct schedule *part = &s->parts[PART_ACCOUNT];
    enum rc rc = RC_OK;

    if (way_of(rq->what) == WAY_REST)
        rc = end_rest(s, rq, reply, mend, e);
    else
        end_text(s, reply);
    if (s->accounts.failures == 0)
        part->last_ms = reply->total_ms > 0 ? reply->total_ms : 0;
    part->due = now + slurm_jitter(s, slurm_interval_ms(s, PART_ACCOUNT));
    return rc;
}
