/* SPDX-License-Identifier: MIT
 * verdict_text.c - what the output of a Slurm command is worth.
 *
 * An exit status of 0 proves little: squeue prints an error and exits with 0 when it does not know a
 * column, and a wrapper or a login host can say anything. So each command must show its own sign of
 * having run before an empty list is believed. */
#include "collectors/slurm/slurm.h"
#include "base/sentence.h"
#include <stdio.h>
#include <string.h>

static void first_line(const struct reply *reply, char *out, size_t size)
{
    const char *p = reply->head + strspn(reply->head, " \t\r\n");

    snprintf(out, size, "%.*s", (int)strcspn(p, "\r\n"), p);
}

static bool says(const struct reply *reply, const char *words)
{
    return strstr(reply->head, words) != NULL;
}

/* What its words on stderr mean, whether it ended or had to be ended. */
static enum rc read_complaint(const struct request *rq, const struct reply *reply, enum rc rc,
                              const char **mend)
{
    if (reply->status == 126 || reply->status == 127) {
        *mend = S_("set bin_dir: to the folder of the Slurm commands on that host");
    } else if (says(reply, "contact slurm controller") || says(reply, "ontroller not responding")) {
        *mend = S_("is slurmctld up? Its rows age until it answers");
        return RC_NET;
    } else if (reply->status == 255 && rq->prefix != NULL) {
        *mend = S_("run the command by hand: it must work without a question");
        return says(reply, "Permission denied") ? RC_AUTH : RC_NET;
    } else if (says(reply, "configuration file") || says(reply, "cannot stat file") ||
               says(reply, "establish configuration source")) {
        *mend = S_("set conf: to the path of slurm.conf");
    }
    return rc;
}

static enum rc judge_exit(const struct request *rq, const struct reply *reply, const char **mend,
                          struct err *e)
{
    char line[161];
    enum rc rc = read_complaint(rq, reply, RC_CHILD, mend);

    first_line(reply, line, sizeof line);
    err_set(e, rc, rq->label, S_("exit status %d") "%s%s", reply->status,
            line[0] != '\0' ? ": " : "", line);
    if (e != NULL)
        e->http = reply->status;
    return rc;
}

/* It did not end well, or not at all: a deadline, no such program. */
static enum rc judge_no_end(const struct request *rq, const struct reply *reply, const char **mend,
                            struct err *e)
{
    if (reply->rc == RC_IO)
        *mend = S_("set bin_dir: to the folder of the Slurm commands");
    else
        read_complaint(rq, reply, reply->rc, mend);
    if (e != NULL)
        *e = reply->err;
    return reply->rc;
}

/* Is there the sign that this command ran and told all? */
static bool has_sign(const struct answer *a, enum part p)
{
    switch (p) {
    case PART_JOBS:
        return a->heading;
    case PART_RESERVATIONS:
    case PART_LICENSES:
        return a->rows > 0 || a->said_none;
    default:
        return a->rows > 0;
    }
}

static enum rc judge_output(struct slurm *s, const struct request *rq, const struct reply *reply,
                            enum poll_end *end, struct err *e)
{
    const struct answer *a = &s->answer;
    uint64_t bad = reply->bad_slices + a->bad_at_end;

    if (strstr(reply->head, "Invalid job format") != NULL || (a->heading && !a->all_columns))
        return err_set(e, RC_UNSUPPORTED, rq->label,
                       S_("this release does not know all columns that were asked for"));
    if (!has_sign(a, part_of(rq->what)))
        return err_set(e, RC_SYNTAX, rq->label, S_("the output is not what %s prints: %s"),
                       rq->label, a->junk > 0 ? a->junk_text : "(nothing)");
    if (bad > 0 && bad * 2 > a->rows)
        return err_set(e, RC_SCHEMA, rq->label, S_("%llu of %llu lines are of no use"),
                       (unsigned long long)bad, (unsigned long long)(a->rows + bad));
    *end = POLL_GOOD;
    return RC_OK;
}

enum rc slurm_judge_command(struct slurm *s, const struct request *rq, const struct reply *reply,
                            enum poll_end *end, const char **mend, struct err *e)
{
    *end = POLL_BAD;
    if (reply->rc != RC_OK)
        return judge_no_end(rq, reply, mend, e);
    if (reply->status != 0)
        return judge_exit(rq, reply, mend, e);
    return judge_output(s, rq, reply, end, e);
}
