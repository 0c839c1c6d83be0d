/* SPDX-License-Identifier: MIT
 * act_judge.c - did it work? What slurmrestd or a command answered to a mutating request.
 *
 * HTTP 200 proves nothing: v0.0.38 answers 200 with "Invalid user id" in errors[], later releases put failures
 * of a cancellation into status[]. A failure status with an entry that has no number can be a success. scancel
 * ends with 0 for a job that does not exist. So what counts is who complains about what. */
#include "base/xmem.h"
#include "base/sentence.h"
#include "collectors/slurm/slurm.h"
#include <stdio.h>
#include <string.h>

enum { SILENT_MS = 3000 }; /* a refusal comes at once, a silent controller costs slurmrestd 9 s */

static const struct complaint {
    int number;
    const char *text;
    enum rc rc;
    const char *words;
} complaints[] = {
#define COMPLAINT(number, text, rc, words) {number, text, rc, words},
#include "collectors/slurm/complaints.def"
};

/* By its number, else by its words. */
static const struct complaint *find(double number, const char *text)
{
    for (size_t i = 0; number > 0 && i < ARRAY_LEN(complaints); i++)
        if (complaints[i].number == (int)number)
            return &complaints[i];
    for (size_t i = 0; i < ARRAY_LEN(complaints); i++)
        if (complaints[i].text != NULL && strstr(text, complaints[i].text) != NULL)
            return &complaints[i];
    return NULL;
}

/* "Invalid user id" is all that Slurm says to an operator who would change a node. */
static const char *rights(const struct action_target *t)
{
    return t->entity == ENTITY_NODE
               ? S_("changing nodes needs AdminLevel=Administrator, root or SlurmUser")
               : S_("this user may not change other users' jobs: that needs AdminLevel=Operator");
}

static void first_line(const char *text, char *out, size_t size)
{
    text += strspn(text, " \t\r\n");
    snprintf(out, size, "%.*s", (int)strcspn(text, "\r\n"), text);
}

static enum rc explain(const struct action_target *t, const struct complaint *c, const char *said,
                       struct err *e)
{
    const char *words = c->words != NULL ? c->words : rights(t);

    return err_set(e, c->rc, t->name, "%s (%s)", words, said);
}

/* ---- slurmrestd: errors[], warnings[], status[] ---- */

struct said {
    bool meta, failed;
    double number;
    char text[161];
};

static double number_of(const struct json *v)
{
    static const char *const keys[] = {"error_number", "errno", "error_code", "code"};
    double n;

    for (size_t i = 0; i < ARRAY_LEN(keys); i++)
        if (json_num(json_member(v, keys[i]), &n))
            return n;
    return 0;
}

static const char *text_of(const struct json *v)
{
    static const char *const keys[] = {"error", "message", "string", "description"};

    for (size_t i = 0; i < ARRAY_LEN(keys); i++)
        if (*json_str(json_member(v, keys[i])) != '\0')
            return json_str(json_member(v, keys[i]));
    return "";
}

/* The first counts, but -1 says less than anything else. */
static void note(struct said *said, double number, const char *text)
{
    if (said->failed && (said->number != -1 || number <= 0))
        return;
    said->failed = true;
    said->number = number;
    first_line(text, said->text, sizeof said->text);
}

static void read_errors(const struct json *list, bool good_status, struct said *said)
{
    for (const struct json *v = json_first(list); v != NULL; v = json_next(v))
        if (number_of(v) != 0)
            note(said, number_of(v), text_of(v));
    /* Entries without a number: beside a good status 22.05 has them for success with arrays. */
    const struct json *first = json_first(list);
    if (first != NULL && !good_status)
        note(said, 0, text_of(first));
}

/* An unknown key is only a warning from 23.11 on, and then nothing of it was done. */
static void read_warnings(const struct json *list, struct said *said)
{
    for (const struct json *v = json_first(list); v != NULL; v = json_next(v))
        if (strstr(text_of(v), "nknown") != NULL)
            note(said, 9001, text_of(v));
}

/* [{"error":{"code":2017,...}}] of a cancellation, [[{"error_code":2024}]] of a requeue; an update has such
 * `results`, and otherwise tells failures only as warnings. */
static void read_status(const struct json *v, int depth, struct said *said)
{
    if (json_type(v) == JSON_ARRAY && depth < 4)
        for (const struct json *item = json_first(v); item != NULL; item = json_next(item))
            read_status(item, depth + 1, said);
    if (json_type(v) != JSON_OBJECT)
        return;
    const struct json *error = json_member(v, "error");
    const struct json *where = json_type(error) == JSON_OBJECT ? error : v;
    if (number_of(where) != 0)
        note(said, number_of(where), text_of(where));
}

static bool read_body(struct slurm *s, const char *body, size_t len, bool good_status,
                      struct said *said)
{
    if (json_read(s->readers.any, body, len, NULL, NULL) != RC_OK)
        return false;
    const struct json *root = json_root(s->readers.any);
    said->meta = json_type(json_member(root, "meta")) == JSON_OBJECT;
    read_errors(json_member(root, "errors"), good_status, said);
    read_status(json_member(root, "status"), 0, said);
    read_status(json_member(root, "results"), 0, said);
    read_warnings(json_member(root, "warnings"), said);
    return true;
}

static enum rc judge_said(const struct action_target *t, const struct said *said,
                          const struct reply *reply, struct err *e)
{
    const struct complaint *c = find(said->number, said->text);

    if (c != NULL)
        return explain(t, c, said->text, e);
    if (said->number == -1)
        return err_set(e, reply->total_ms >= SILENT_MS ? RC_TIMEOUT : RC_NET, t->name,
                       S_("slurmctld gave slurmrestd no answer (%s)"), said->text);
    return err_set(e, RC_HTTP, t->name, "%s (error %.0f)",
                   *said->text != '\0' ? said->text : S_("slurmrestd reports an error"),
                   said->number);
}

/* Not slurmrestd's own words. */
static enum rc judge_status(const struct request *rq, const struct reply *reply, struct err *e)
{
    char line[121];
    int status = reply->status;

    first_line(reply->head, line, sizeof line);
    if (status == 401 || status == 403 || status == 511)
        return err_set(e, RC_REFUSED, rq->label,
                       S_("slurmrestd does not accept the credentials (HTTP "
                          "status %d)"),
                       status);
    if ((status == 404 || status == 405) && !slurm_is_html(reply))
        return err_set(e, RC_UNSUPPORTED, rq->label,
                       S_("this slurmrestd has no such request (HTTP "
                          "status %d)"),
                       status);
    if (status == 502 || status == 504)
        return err_set(e, RC_NET, rq->label,
                       S_("a server in between lost slurmrestd's answer (HTTP status %d)"), status);
    return err_set(e, RC_HTTP, rq->label, S_("HTTP status %d") ": %s", status,
                   line[0] != '\0' ? line : S_("no reason given"));
}

static enum rc judge_rest(struct slurm *s, const struct action_target *t, const struct request *rq,
                          const struct reply *reply, const char *body, size_t len, struct err *e)
{
    struct said said = {.meta = false};
    bool good = reply->status >= 200 && reply->status <= 299;
    bool json = read_body(s, body, len, good, &said);

    if (json && said.failed)
        return judge_said(t, &said, reply, e);
    if (!good)
        return judge_status(rq, reply, e);
    if (json && said.meta)
        return RC_OK;
    if (len == 0)
        return err_set(e, RC_NET, rq->label, S_("the answer was empty"));
    return err_set(e, RC_SYNTAX, rq->label, "%s",
                   slurm_is_html(reply)
                       ? S_("a web page (HTML) came instead of slurmrestd's answer")
                       : S_("this is not slurmrestd's answer"));
}

/* ---- commands ---- */

/* The line that tells what went wrong: the last but for "slurm_suspend error: ..." that only repeats it. */
static bool complaint_line(const char *text, char *out, size_t size)
{
    char any[161] = "";

    *out = '\0';
    for (const char *p = text; *p != '\0'; p += strcspn(p, "\n"), p += *p == '\n') {
        char line[161];
        snprintf(line, sizeof line, "%.*s", (int)strcspn(p, "\r\n"), p);
        if (line[0] == '\0' || strstr(line, ": No error") != NULL)
            continue;
        if (*out == '\0' && find(0, line) != NULL)
            snprintf(out, size, "%s", line);
        snprintf(any, sizeof any, "%s", line);
    }
    bool known = *out != '\0';
    if (!known)
        snprintf(out, size, "%s", any);
    return known;
}

/* What ssh says before it runs anything: then nothing was done. */
static bool never_ran(const char *said)
{
    static const char *const words[] = {"Permission denied (", "Host key verification failed",
                                        "Could not resolve hostname", "ssh: connect to host"};

    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (strstr(said, words[i]) != NULL)
            return true;
    return false;
}

static enum rc judge_lost(const struct request *rq, const char *head, const char *line,
                          struct err *e)
{
    if (never_ran(head))
        return err_set(e, RC_AUTH, rq->label, S_("the command did not get there: %s"), line);
    return err_set(e, RC_NET, rq->label, S_("the connection of the command broke: %s"),
                   line[0] != '\0' ? line : S_("no reason given"));
}

/* Of an array some tasks may have gone the way that was asked for. */
static enum rc judge_words(const struct action_target *t, const char *all, const char *line,
                           struct err *e)
{
    const struct complaint *c = find(0, line);
    const char *part = strstr(all, ": No error") != NULL ? "done for some tasks, but " : "";
    const char *words = c->words != NULL ? c->words : rights(t);

    return err_set(e, c->rc, t->name, "%s%s (%s)", part, words, line);
}

static enum rc judge_command(const struct action_target *t, const struct request *rq,
                             const struct reply *reply, const char *body, struct err *e)
{
    char line[161], out[161];
    const char *head = reply->head != NULL ? reply->head : "";
    bool scancel = strcmp(rq->label, "scancel") == 0;
    bool known = complaint_line(head, line, sizeof line);

    if (reply->status == 255 && rq->prefix != NULL && (!known || never_ran(head)))
        return judge_lost(rq, head, line, e);
    if (known && (reply->status != 0 || scancel))
        return judge_words(t, head, line, e);
    if (reply->status == 0)
        return RC_OK;
    if (complaint_line(body, out, sizeof out))
        return judge_words(t, body, out, e);
    if (reply->status == 126 || reply->status == 127)
        return err_set(e, RC_CHILD, rq->label,
                       S_("the command was not found there: set bin_dir (%s)"), line);
    return err_set(e, RC_CHILD, rq->label, S_("exit status %d: %s"), reply->status,
                   line[0] != '\0'  ? line
                   : out[0] != '\0' ? out
                                    : S_("no reason given"));
}

/* ---- both ---- */

/* The answer did not come, or not whole. What was certainly not sent is the caller's business. */
static enum rc judge_transport(const struct request *rq, const struct reply *reply, struct err *e)
{
    if (e != NULL)
        *e = reply->err;
    if (reply->rc == RC_TIMEOUT || reply->rc == RC_AUTH)
        return reply->rc;
    if (rq->via == VIA_COMMAND && reply->rc == RC_IO) /* it was never started */
        return reply->rc;
    if (e != NULL)
        e->rc = RC_NET;
    return RC_NET;
}

enum rc slurm_act_judge(void *state, const struct action_order *o, const struct action_target *t,
                        const struct request *rq, const struct reply *reply, const char *body,
                        size_t len, struct err *e)
{
    struct slurm *s = state;

    (void)o;
    if (reply->rc != RC_OK)
        return judge_transport(rq, reply, e);
    enum rc rc = rq->via == VIA_COMMAND ? judge_command(t, rq, reply, body, e)
                                        : judge_rest(s, t, rq, reply, body, len, e);
    if (rc != RC_OK && e != NULL)
        e->http = reply->status;
    return rc;
}
