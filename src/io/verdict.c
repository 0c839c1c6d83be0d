/* SPDX-License-Identifier: MIT
 * verdict.c - see verdict.h. */
#include "io/verdict.h"
#include "base/sentence.h"
#include <stdio.h>
#include <string.h>

static const char *status_words(int status)
{
    static const struct {
        int status;
        const char *words;
    } table[] = {
        {400, S_("bad request")},
        {401, S_("not authorised")},
        {403, "forbidden"},
        {404, S_("not found")},
        {405, S_("method not allowed")},
        {408, S_("request time-out")},
        {429, S_("too many requests")},
        {500, S_("internal error")},
        {502, S_("bad gateway")},
        {503, S_("not available")},
        {504, S_("gateway time-out")},
        {511, S_("token refused")},
    };

    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
        if (table[i].status == status)
            return table[i].words;
    return status >= 500 ? S_("server error") : "refused";
}

/* The first line of a text from outside, short. */
static void first_line(char *out, size_t size, const char *text)
{
    text = text ? text : "";
    text += strspn(text, " \t\r\n");
    snprintf(out, size, "%.*s", (int)strcspn(text, "\r\n"), text);
}

static enum rc http_verdict(const struct request *rq, const struct reply *reply, struct err *e)
{
    char line[101];
    int s = reply->status;
    enum rc rc = s == 401 || s == 403 || s == 511 ? RC_AUTH : RC_HTTP;

    if ((s >= 200 && s < 300) || s == 304 || s == 0)
        return RC_OK;
    first_line(line, sizeof(line), reply->head);
    rc = err_set(e, rc, rq->path, S_("HTTP status %d") ", %s%s%s", s, status_words(s),
                 *line ? ": " : "", line);
    if (e)
        e->http = s;
    return rc;
}

static enum rc command_verdict(const struct request *rq, const struct reply *reply, struct err *e)
{
    char line[161];

    if (reply->status == 0)
        return RC_OK;
    first_line(line, sizeof(line), reply->head);
    err_set(e, RC_CHILD, rq->label, S_("exit status %d") "%s%s", reply->status, *line ? ": " : "",
            line);
    if (e)
        e->http = reply->status;
    return RC_CHILD;
}

static const char *default_mend(const struct request *rq, enum rc rc, const struct reply *reply)
{
    if (rc == RC_AUTH)
        return S_("check the user and the token of this source, then refresh");
    if (reply->status == 429)
        return S_("the server asks for fewer requests: lengthen the intervals");
    if (rc == RC_CHILD && rq->prefix)
        return S_("run the command by hand: it must work without a question");
    if (rc == RC_NET && rq->via == VIA_HTTP)
        return S_("is the service running, and is its address right?");
    if (rc == RC_SYNTAX)
        return S_("is this address really that of the service?");
    return NULL;
}

enum rc verdict_default(const struct request *rq, const struct reply *reply, const char **mend,
                        struct err *e)
{
    enum rc rc = reply->rc;

    if (rc != RC_OK && e)
        *e = reply->err;
    else if (rc == RC_OK)
        rc = rq->via == VIA_COMMAND ? command_verdict(rq, reply, e) : http_verdict(rq, reply, e);
    if (rc != RC_OK && !*mend)
        *mend = default_mend(rq, rc, reply);
    return rc;
}

void verdict_complete(const struct request *rq, const struct reply *reply, enum rc rc,
                      const char **mend, struct err *e)
{
    if (e && !*e->msg)
        verdict_default(rq, reply, mend, e);
    if (e && !*e->msg)
        err_set(e, rc, rq->label, S_("the answer was refused (%s)"), rc_name(rc));
    if (e)
        e->rc = rc;
    if (!*mend)
        *mend = default_mend(rq, rc, reply);
}
