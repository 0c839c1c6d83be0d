/* SPDX-License-Identifier: MIT
 * verdict_text.c - what the output of a Slurm command is worth.
 *
 * An exit status of 0 proves little: squeue prints an error and exits with 0 when it does not know a
 * column, and a wrapper or a login host can say anything. So each command must show its own sign of
 * having run before an empty list is believed. */
#include "collectors/slurm/slurm.h"
#include <stdio.h>
#include <string.h>

static void first_line(const struct reply *reply, char *out, size_t size)
{
    const char *p = reply->head + strspn(reply->head, " \t\r\n");

    snprintf(out, size, "%.*s", (int)strcspn(p, "\r\n"), p);
}

static enum rc judge_exit(const struct request *rq, const struct reply *reply, const char **mend,
                          struct err *e)
{
    char line[161];
    enum rc rc = RC_CHILD;

    first_line(reply, line, sizeof line);
    if (reply->status == 126 || reply->status == 127) {
        *mend = "set bin_dir: to the folder of the Slurm commands on that host";
    } else if (strstr(reply->head, "contact slurm controller") != NULL ||
               strstr(reply->head, "ontroller not responding") != NULL) {
        *mend = "is slurmctld up? Its rows age until it answers";
        rc = RC_NET;
    } else if (reply->status == 255 && rq->prefix != NULL) {
        rc = strstr(reply->head, "Permission denied") != NULL ? RC_AUTH : RC_NET;
        *mend = "run the command by hand: it must work without a question";
    } else if (strstr(reply->head, "configuration file") != NULL ||
               strstr(reply->head, "establish configuration source") != NULL) {
        *mend = "set conf: to the path of slurm.conf";
    }
    err_set(e, rc, rq->label, "exit status %d%s%s", reply->status, line[0] != '\0' ? ": " : "",
            line);
    if (e != NULL)
        e->http = reply->status;
    return rc;
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
                       "this release does not know all columns that were asked for");
    if (!has_sign(a, part_of(rq->what)))
        return err_set(e, RC_SYNTAX, rq->label, "the output is not what %s prints: %s", rq->label,
                       a->junk > 0 ? a->junk_text : "(nothing)");
    if (bad > 0 && bad * 2 > a->rows)
        return err_set(e, RC_SCHEMA, rq->label, "%llu of %llu lines are of no use",
                       (unsigned long long)bad, (unsigned long long)(a->rows + bad));
    *end = POLL_GOOD;
    return RC_OK;
}

enum rc slurm_judge_command(struct slurm *s, const struct request *rq, const struct reply *reply,
                            enum poll_end *end, const char **mend, struct err *e)
{
    *end = POLL_BAD;
    if (reply->rc != RC_OK) {
        if (e != NULL)
            *e = reply->err;
        if (reply->rc == RC_IO)
            *mend = "set bin_dir: to the folder of the Slurm commands";
        return reply->rc;
    }
    if (reply->status != 0)
        return judge_exit(rq, reply, mend, e);
    return judge_output(s, rq, reply, end, e);
}
