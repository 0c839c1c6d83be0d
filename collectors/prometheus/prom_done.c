/* SPDX-License-Identifier: MIT
 * prom_done.c - what an answer as a whole is worth, in words for the operator, and the rows made of it. */
#include "collectors/prometheus/prom.h"
#include "base/sentence.h"
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum {
    PLAIN_MS = 600000, /* how long what was refused is left out */
    RULES_MS = 600000, /* how often missing rules are looked for again */
    STALE_MIN_MS = 90000
};

static const char mend_url[] = S_("is url: the address of Prometheus, and path_prefix: right?");
static const char mend_busy[] =
    S_("the server has too much to do or stops queries early: lengthen interval:, load the shipped "
       "rules, or lower nodes: and devices:");
static const char mend_query[] = S_("look at map: and match: of this source");

/* ---- verdict ---- */

static bool is_html(const struct reply *reply)
{
    const char *p = reply->head + strspn(reply->head, " \t\r\n");

    return strstr(reply->content_type, "html") != NULL || strncasecmp(p, "<!doctype", 9) == 0 ||
           strncasecmp(p, "<html", 5) == 0;
}

static enum rc no_prometheus(const struct request *rq, const struct reply *reply, const char **mend,
                             struct err *e)
{
    *mend = mend_url;
    if (is_html(reply))
        return err_set(e, RC_SYNTAX, rq->label,
                       S_("a web page (HTML) came instead of JSON, HTTP status %d: a login page?"),
                       reply->status);
    if (e != NULL)
        *e = reply->err;
    return reply->rc;
}

static enum rc refused(const struct prom *p, const struct request *rq, const struct reply *reply,
                       const char **mend, struct err *e)
{
    const struct answer *a = &p->answer;
    const char *type = a->error_type;
    bool number = type[strspn(type, "0123456789")] == '\0'; /* VictoriaMetrics repeats the status */
    int s = reply->status;

    if (s == 503 || s == 429 || strcmp(type, "timeout") == 0 || strcmp(type, "canceled") == 0)
        *mend = mend_busy;
    else if (s == 400 || s == 422)
        *mend = mend_query;
    return err_set(e, RC_HTTP, rq->label, S_("HTTP status %d") ": %s%s%s", s, number ? "" : type,
                   number ? "" : ": ", a->error);
}

static bool is_wrong_place(int status)
{
    return status == 404 || status == 405 || status == 400;
}

static enum rc verdict(const struct prom *p, const struct request *rq, const struct reply *reply,
                       const char **mend, struct err *e)
{
    const struct answer *a = &p->answer;
    int s = reply->status;

    if (reply->rc != RC_OK && (reply->rc == RC_SYNTAX || reply->rc == RC_SCHEMA))
        return no_prometheus(rq, reply, mend, e);
    if (reply->rc != RC_OK) {
        if (e != NULL)
            *e = reply->err;
        return reply->rc;
    }
    if (s == 401 || s == 403)
        return err_set(e, RC_AUTH, rq->label, S_("HTTP status %d: the server does not accept %s"),
                       s,
                       source_opt(&p->conf, "token_file") != NULL ? S_("the token")
                                                                  : S_("us without a token"));
    if (*a->error != '\0')
        return refused(p, rq, reply, mend, e);
    if (s >= 200 && s < 300 && a->ok)
        return RC_OK;
    if (is_html(reply))
        return no_prometheus(rq, reply, mend, e);
    *mend = is_wrong_place(s) ? mend_url : s == 503 || s == 429 ? mend_busy : NULL;
    if (s >= 200 && s < 300) {
        *mend = mend_url;
        return err_set(e, RC_SCHEMA, rq->label, S_("the answer is no answer of Prometheus"));
    }
    return err_set(e, RC_HTTP, rq->label,
                   is_wrong_place(s)
                       ? S_("HTTP status %d") ": " S_("no API of Prometheus at this address")
                       : S_("HTTP status %d"),
                   s);
}

/* ---- what becomes of it ---- */

static void name_server(struct prom *p)
{
    const struct answer *a = &p->answer;

    snprintf(p->version, sizeof p->version, "%s", a->version);
    if (strstr(a->application, "Mimir") != NULL)
        p->server = SERVER_MIMIR;
    else if (*a->go == '\0')
        p->server = SERVER_VICTORIA; /* it tells nothing, or whom it is compatible with */
    else
        p->server = strncmp(a->version, "0.", 2) == 0 ? SERVER_THANOS : SERVER_PROMETHEUS;
}

/* False: it told no sums, and others stay. */
static bool take_sums(struct prom *p, const struct request *rq, const struct reply *reply,
                      mono_ms now, struct delta *d)
{
    const struct answer *a = &p->answer;
    wall_ms age = isnan(a->rule_age_s) ? 0 : (wall_ms)(a->rule_age_s * 1000);
    double recorded = sums_devices(p->sums);

    p->nodes = isnan(a->nodes) ? 0 : a->nodes;
    p->devices = isnan(a->devices) ? 0 : a->devices;
    if (rq->tag & TAG_PLAIN)
        return false;
    if (!(rq->tag & TAG_LIVE) && isnan(recorded) && p->devices > 0) {
        p->recorded = false;
        p->look_for_rules = now + RULES_MS;
        p->parts[PART_AGGREGATES].due = now; /* at once, over the raw series */
        return false;
    }
    if (rq->tag & TAG_LIVE && now >= p->look_for_rules)
        p->recorded = true; /* the next one finds out */
    sums_rows(p->sums, d, p->conf.id, reply->at - age);
    return true;
}

/* What one answer about things came to. */
struct things {
    uint32_t nodes, devices, silent, stale;
};

static struct things end_book(struct prom *p, const struct request *rq, bool believed,
                              struct delta *d)
{
    struct book_end how = {.partly = rq->what == PART_FOCUS, .believed = believed};

    how.tells[ENTITY_NODE] = rq->what != PART_DEVICES;
    how.tells[ENTITY_DEVICE] = rq->what != PART_NODES;
    how.covers[ENTITY_NODE] = rq->what == PART_NODES;
    how.covers[ENTITY_DEVICE] = rq->what == PART_DEVICES;
    struct book_sum sum = book_end(&p->book, d, &how);
    return (struct things){.nodes = sum.rows[ENTITY_NODE], .silent = sum.silent};
}

static struct things end_things(struct prom *p, const struct request *rq, mono_ms now,
                                struct delta *d)
{
    bool believed = p->answer.warnings == 0 && !p->answer.partial;
    double stale = 3 * (double)p->opt.interval_ms;
    const struct pages_end how = {.book = &p->book,
                                  .covers = rq->what == PART_DEVICES,
                                  .believed = believed,
                                  .stale_ms = stale > STALE_MIN_MS ? stale : STALE_MIN_MS,
                                  .now = now};
    struct pages_sum sum = {0};

    if (rq->what != PART_NODES) /* before the book: what `map` says counts more */
        sum = pages_end(p->pages, d, &how);
    struct things t = end_book(p, rq, believed, d);
    t.devices = sum.devices;
    t.stale = sum.stale;
    t.silent += sum.silent;
    return t;
}

static void complain_about(struct part_state *s, const struct things *t, const struct prom *p)
{
    const struct answer *a = &p->answer;

    if (a->warnings > 0)
        snprintf(s->complaint, sizeof s->complaint, S_("partial answer: %.140s"), a->warning);
    else if (a->partial)
        snprintf(s->complaint, sizeof s->complaint, S_("partial answer"));
    else if (t->silent > 0)
        snprintf(s->complaint, sizeof s->complaint, S_("%u whose target is down"), t->silent);
    else if (t->stale > 0)
        snprintf(s->complaint, sizeof s->complaint, S_("%u with old samples only"), t->stale);
    else if (p->book.overfull)
        snprintf(s->complaint, sizeof s->complaint, S_("too many series: some are left out"));
}

static void take_things(struct prom *p, const struct request *rq, mono_ms now, struct delta *d)
{
    struct things t = end_things(p, rq, now, d);

    complain_about(&p->parts[rq->what], &t, p);
    if ((rq->tag & TAG_SEARCH) && prom_knows_address(p, p->focus_node))
        p->parts[PART_FOCUS].due = now; /* found */
    if (rq->what == PART_NODES)
        p->nodes_told = t.nodes;
    else if (rq->what == PART_DEVICES)
        p->devices_told = t.devices;
}

/* ---- the SOURCE row ---- */

static const char *server_name(enum server s)
{
    static const char *const names[] = {
        [SERVER_UNKNOWN] = "PromQL", [SERVER_PROMETHEUS] = "Prometheus",
        [SERVER_THANOS] = "Thanos",  [SERVER_VICTORIA] = "VictoriaMetrics",
        [SERVER_MIMIR] = "Mimir",
    };

    return names[s];
}

static void add_scope(const struct prom *p, struct buf *note)
{
    if (p->devices > 0)
        (void)buf_addf(
            note, "%s; ",
            p->recorded
                ? S_("sums from the recording rules")
                : S_("recording rules are missing (see suantop.rules.yaml): sums over raw series"));
    if (p->nodes_told > 0 || p->devices_told > 0)
        (void)buf_addf(note, S_("%u nodes and %u devices singly"), p->nodes_told, p->devices_told);
    else if (p->devices > p->opt.devices || p->nodes > p->opt.nodes)
        (void)buf_addf(note, S_("%.0f nodes and %.0f devices: singly only where somebody looks"),
                       p->nodes, p->devices);
    else if (p->greeted)
        (void)buf_adds(note, S_("no figures of nodes or devices that are known here"));
}

static void tell_source(const struct prom *p, struct delta *d)
{
    static const char *const names[PARTS] = {
        "", "aggregates: ", "nodes: ", "devices: ", "node: ", "alerts: "};
    struct buf note;

    buf_init(&note, 2048);
    add_scope(p, &note);
    for (int i = 0; i < PARTS; i++)
        if (*p->parts[i].complaint != '\0')
            (void)buf_addf(&note, "%s%s%s", note.len > 0 ? "; " : "", names[i],
                           p->parts[i].complaint);
    delta_row(d, ENTITY_SOURCE, p->conf.id, strlen(p->conf.id));
    delta_str(d, FIELD_source_via, server_name(p->server));
    delta_str(d, FIELD_source_version, p->version);
    delta_str(d, FIELD_source_note, note.data);
    buf_fini(&note);
}

/* ---- failures that leave a way out ---- */

/* Some expression was not accepted, or sums over raw series were too much for the server: without them there is still the
 * rest. */
static bool has_way_out(const struct request *rq, const struct reply *reply)
{
    bool refused = reply->status == 400 || reply->status == 422;

    if (rq->tag & TAG_PLAIN || reply->rc != RC_OK)
        return false;
    if (rq->what == PART_AGGREGATES)
        return (rq->tag & TAG_LIVE) && (refused || reply->status == 503);
    return refused &&
           (rq->what == PART_NODES || rq->what == PART_DEVICES || rq->what == PART_FOCUS);
}

static bool goes_plain(struct prom *p, const struct request *rq, const struct reply *reply,
                       mono_ms now)
{
    struct part_state *s = &p->parts[rq->what];

    if (!has_way_out(rq, reply) || *p->answer.error == '\0')
        return false;
    snprintf(s->complaint, sizeof s->complaint, "without %s: %.120s",
             rq->what == PART_AGGREGATES ? "sums" : "computed figures", p->answer.error);
    s->plain_until = now + PLAIN_MS;
    s->due = now;
    return true;
}

/* Servers without rules of their own have no list of alerts. */
static bool has_no_alerts(struct prom *p, const struct request *rq, const struct reply *reply)
{
    if (rq->what != PART_ALERTS || reply->rc != RC_OK || !is_wrong_place(reply->status))
        return false;
    p->parts[PART_ALERTS].due = INT64_MAX;
    snprintf(p->parts[PART_ALERTS].complaint, sizeof p->parts[PART_ALERTS].complaint,
             "this server has none");
    return true;
}

/* Old servers do not tell which they are. */
static bool has_no_greeting(struct prom *p, const struct request *rq, const struct reply *reply)
{
    if (rq->what != PART_HELLO || reply->rc != RC_OK || reply->status != 404 || is_html(reply))
        return false;
    p->greeted = true;
    return true;
}

static void settle(struct prom *p, const struct request *rq, const struct reply *reply, mono_ms now,
                   struct delta *d, enum poll_end *end)
{
    bool sure = p->answer.warnings == 0 && !p->answer.partial;

    if (!(rq->tag & TAG_PLAIN)) /* else it tells what is left out */
        p->parts[rq->what].complaint[0] = '\0';
    switch (rq->what) {
    case PART_HELLO:
        name_server(p);
        p->greeted = true;
        break;
    case PART_AGGREGATES:
        p->parts[PART_AGGREGATES].unsure = !sure;
        if (!sure)
            complain_about(&p->parts[PART_AGGREGATES], &(struct things){0}, p);
        sure &= take_sums(p, rq, reply, now, d);
        break;
    case PART_NODES:
    case PART_DEVICES:
    case PART_FOCUS:
        take_things(p, rq, now, d);
        break;
    default:
        break;
    }
    *end = sure ? POLL_GOOD : POLL_BAD;
}

enum rc prom_done(void *state, const struct request *rq, const struct reply *reply, mono_ms now,
                  struct delta *d, enum poll_end *end, const char **mend, struct err *e)
{
    struct prom *p = state;
    enum rc rc = RC_OK;

    *end = POLL_BAD;
    if (rq->what < 0 || rq->what >= PARTS)
        return err_set(e, RC_BUG, rq->label, S_("no such request"));
    if (!has_no_greeting(p, rq, reply) && !has_no_alerts(p, rq, reply) &&
        !goes_plain(p, rq, reply, now)) {
        rc = verdict(p, rq, reply, mend, e);
        if (rc == RC_OK)
            settle(p, rq, reply, now, d, end);
    }
    tell_source(p, d);
    prom_answer_reset(p);
    return rc;
}
