/* SPDX-License-Identifier: MIT
 * verdict.c - what an answer as a whole is worth, and what the operator can do about a bad one.
 *
 * slurmrestd's statuses alone say little: a bad token is a 500 in some releases and a 511 in others, an
 * unchanged list is a 304 or an empty one with a warning, and /nodes?update_time fails for no reason now
 * and then. So errors[] comes first, and what it means depends on what was asked. */
#include "collectors/slurm/slurm.h"
#include "base/sentence.h"
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum {
    ERROR_UNSPECIFIED = -1,
    ERROR_PROTOCOL_AUTH = 1007,
    QUICK_MS = 3000, /* a refused token is answered at once, a silent controller after 9 s */
    SINCE_FAILS = 1, /* so often in a row: each costs the controller a second request */
    SINCE_PAUSE = 20 /* update_time is then left out for so many polls */
};

static const char mend_token[] = S_(
    "make a new token on the cluster (scontrol token lifespan=86400) and write it to token_file");
static const char mend_no_token[] = S_("set user: and token_file: for this source");
static const char mend_local[] =
    S_("run suantop as the user that slurmrestd runs as, or use url: with a token");
static const char mend_controller[] = S_("is slurmctld up? Its rows age until it answers");
static const char mend_url[] = S_("is url: the address of slurmrestd (port 6820 by default)?");

static enum rc refused(const struct slurm *s, const struct request *rq, const char **mend,
                       const char *what, int status, struct err *e)
{
    if (rq->via == VIA_PIPE || s->opt.socket != NULL)
        *mend = mend_local;
    else
        *mend = s->opt.has_token ? mend_token : mend_no_token;
    enum rc rc = err_set(e, RC_AUTH, "slurmrestd", "%s", what);
    if (e != NULL)
        e->http = status;
    return rc;
}

/* ---- errors[] ---- */

/* -1 is all that 22.05 says about a bad token, and about a controller that does not answer. */
static bool means_refused(const struct slurm *s, const struct request *rq,
                          const struct reply *reply)
{
    enum part p = part_of(rq->what);

    if (s->answer.error_number == ERROR_PROTOCOL_AUTH)
        return true;
    return s->answer.error_number == ERROR_UNSPECIFIED && reply->total_ms < QUICK_MS &&
           s->opt.has_token && (p == PART_HELLO || p == PART_DIAG);
}

static enum rc judge_errors(struct slurm *s, const struct request *rq, const struct reply *reply,
                            const char **mend, struct err *e)
{
    const struct answer *a = &s->answer;
    enum rc rc;

    if (means_refused(s, rq, reply))
        return refused(s, rq, mend, S_("slurmrestd does not accept the token"), reply->status, e);
    if (a->error_number == ERROR_UNSPECIFIED && reply->total_ms >= QUICK_MS) {
        *mend = mend_controller;
        rc = err_set(e, RC_NET, rq->label, S_("slurmctld does not answer slurmrestd"));
    } else {
        if (strstr(a->error_text, "contact slurm controller") != NULL)
            *mend = mend_controller;
        rc = err_set(e, RC_HTTP, rq->label, "%s (error %.0f)",
                     a->error_text[0] != '\0' ? a->error_text : S_("slurmrestd reports an error"),
                     a->error_number);
        s->parts[PART_DIAG].due = 0; /* its answer tells whether the token is to blame */
    }
    if (e != NULL)
        e->http = reply->status;
    return rc;
}

/* 22.05 to 26.05.2 fail when nodes changed but partitions did not. The question without it is right. */
static bool is_spurious(struct slurm *s, const struct request *rq, const struct reply *reply)
{
    if (part_of(rq->what) != PART_NODES || !(rq->tag & TAG_SINCE) || reply->status < 500)
        return false;
    s->nodes_since = 0;
    s->again = true;
    if (++s->since_failed >= SINCE_FAILS) {
        s->since_failed = 0;
        s->since_pause = SINCE_PAUSE;
    }
    return true;
}

/* ---- what is no answer of slurmrestd's at all ---- */

bool slurm_is_html(const struct reply *reply)
{
    const char *p = reply->head + strspn(reply->head, " \t\r\n");

    return strstr(reply->content_type, "html") != NULL || strncasecmp(p, "<!doctype", 9) == 0 ||
           strncasecmp(p, "<html", 5) == 0;
}

static enum rc not_json(const struct request *rq, const struct reply *reply, const char **mend,
                        struct err *e)
{
    char line[81];
    const char *p = reply->head + strspn(reply->head, " \t\r\n");

    *mend = mend_url;
    if (strcmp(reply->err.where, "Content-Encoding") == 0) { /* it could not even be unpacked */
        if (e != NULL)
            *e = reply->err;
        return reply->rc;
    }
    if (slurm_is_html(reply))
        return err_set(e, RC_SYNTAX, rq->label,
                       S_("a web page (HTML) came instead of JSON, HTTP status %d"), reply->status);
    if (*p == '\0' && reply->bytes == 0)
        return err_set(e, RC_SYNTAX, rq->label, S_("the answer was empty, HTTP status %d"),
                       reply->status);
    if (reply->rc == RC_SYNTAX && (*p == '{' || *p == '['))
        return err_set(e, RC_SYNTAX, rq->label,
                       S_("the answer breaks off or is not valid JSON (%s)"), reply->err.msg);
    snprintf(line, sizeof line, "%.*s", (int)strcspn(p, "\r\n"), p);
    return err_set(e, RC_SYNTAX, rq->label, S_("this is not JSON: %s"), line);
}

/* ---- statuses ---- */

/* What a cluster can be watched without. */
static bool is_optional(enum part p)
{
    return p == PART_STATES || p == PART_RESERVATIONS || p == PART_LICENSES;
}

/* The version is gone, or has no such thing: that is known when it has been agreed on anew and says so again. Otherwise each
 * poll would begin all over. */
static enum rc not_found(struct slurm *s, const struct request *rq, struct err *e)
{
    int was = s->api;

    if (!(rq->what & WHAT_REREAD) && part_of(rq->what) != PART_HELLO) {
        struct schedule *part = &s->parts[part_of(rq->what)];
        if (part->missed == was) {
            part->absent = is_optional(part_of(rq->what));
            return part->absent
                       ? RC_OK
                       : err_set(e, RC_UNSUPPORTED, rq->label,
                                 S_("API version v0.0.%d does not know what was asked"), was);
        }
        part->missed = was;
    }
    s->api = 0;
    s->asking = 0;
    return err_set(e, RC_UNSUPPORTED, rq->label,
                   S_("API version v0.0.%d is gone, asking for another one"), was);
}

static enum rc judge_status(struct slurm *s, const struct request *rq, const struct reply *reply,
                            const char **mend, struct err *e)
{
    char line[101];
    int status = reply->status;

    if (status == 401 || status == 403 || status == 511)
        return refused(s, rq, mend,
                       status == 401 ? S_("slurmrestd asks for other credentials")
                                     : S_("slurmrestd does not accept the credentials"),
                       status, e);
    if (slurm_is_html(reply))
        return not_json(rq, reply, mend, e);
    if (status == 404)
        return not_found(s, rq, e);
    snprintf(line, sizeof line, "%.*s", (int)strcspn(reply->head, "\r\n"), reply->head);
    enum rc rc = err_set(e, RC_HTTP, rq->label, S_("HTTP status %d") ": %s", status,
                         line[0] != '\0' ? line : S_("no reason given"));
    if (e != NULL)
        e->http = status;
    return rc;
}

/* ---- an answer that is complete and says no error ---- */

static enum rc judge_content(struct slurm *s, const struct request *rq, const struct reply *reply,
                             enum poll_end *end, const char **mend, struct err *e)
{
    const struct answer *a = &s->answer;
    uint64_t bad = reply->bad_slices;

    if (!a->meta) {
        *mend = mend_url;
        return err_set(e, RC_SCHEMA, rq->label, S_("this is JSON, but not slurmrestd's"));
    }
    if (part_of(rq->what) == PART_JOBS && bad > a->bad && s->api >= 40)
        s->lean_jobs = true;
    if (bad > 0 && bad * 2 > a->rows)
        return err_set(e, RC_SCHEMA, rq->label, S_("%llu of %llu elements are of no use"),
                       (unsigned long long)bad, (unsigned long long)(a->rows + bad));
    *end = a->unchanged && a->rows == 0 && (rq->tag & TAG_SINCE) ? POLL_SAME : POLL_GOOD;
    return RC_OK;
}

static bool is_transport(enum rc rc)
{
    return rc != RC_OK && rc != RC_SYNTAX && rc != RC_SCHEMA;
}

static enum rc judge_transport(struct slurm *s, const struct request *rq, const struct reply *reply,
                               const char **mend, struct err *e)
{
    if (e != NULL)
        *e = reply->err;
    if (rq->via == VIA_PIPE) {
        s->api = 0; /* the server is started anew */
        if (reply->rc == RC_CHILD && reply->status == 255)
            *mend = S_("run the command by hand: it must work without a question");
    } else if (reply->rc == RC_NET) {
        *mend = S_("is slurmrestd running, and is its address right?");
    }
    return reply->rc;
}

enum rc slurm_judge(struct slurm *s, const struct request *rq, const struct reply *reply,
                    enum poll_end *end, const char **mend, struct err *e)
{
    *end = POLL_BAD;
    bool no_http = reply->rc != RC_OK && reply->status == 0; /* whatever it was, it was not HTTP */
    if (is_transport(reply->rc) || no_http)
        return judge_transport(s, rq, reply, mend, e);
    if (reply->status == 304 && (rq->tag & TAG_SINCE)) {
        *end = POLL_SAME;
        return RC_OK;
    }
    if (is_spurious(s, rq, reply))
        return RC_OK;
    bool failed = reply->status < 200 || reply->status > 299;
    if (s->answer.has_error && (failed || s->answer.error_number != 0))
        return judge_errors(s, rq, reply, mend, e);
    if (failed)
        return judge_status(s, rq, reply, mend, e);
    if (reply->rc == RC_SCHEMA) {
        if (e != NULL)
            *e = reply->err;
        return RC_SCHEMA;
    }
    if (reply->rc != RC_OK || reply->bytes == 0)
        return not_json(rq, reply, mend, e);
    return judge_content(s, rq, reply, end, mend, e);
}
