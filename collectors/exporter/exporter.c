/* SPDX-License-Identifier: MIT
 * exporter.c - the collector of metric pages: Prometheus text 0.0.4 and OpenMetrics 1.0, straight from the exporters.
 *
 * One source has many targets. Each is asked once an interval, at its own place in it, and has a back-off of its own: a
 * target that is dead does not keep the others waiting, and the source has failed only when none of them answers. Rows of
 * a target that does not answer age; a device that a whole page no longer lists is gone.
 *   metric_map.c  which metric is which field      page.c     a page while its lines come in
 *   page_rows.c   from a page to rows              targets.c  when which target is asked
 * A node's name is what the exporter says it is (a label, or uname's nodename), else the target's host name; up to its
 * first dot, as Slurm names nodes, unless `node_names` says otherwise. */
#include "base/xmem.h"
#include "base/sentence.h"
#include "collectors/collector.h"
#include "collectors/exporter/page_rows.h"
#include "collectors/exporter/targets.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    INTERVAL_MS = 15000,
    SHORTEST_MS = 1000,
    TIMEOUT_MS = 10000,
    RATE_MAX = 2500, /* targets a second: more of them make the interval longer */
    IN_FLIGHT = 256,
    BATCH = 32, /* planned at a time */
    POOL = 128, /* connections that share one of libcurl's pools */
    LINE_MAX_BYTES = 64 << 10,
    BODY_MAX_BYTES = 32 << 20,
    NOTE_MS = 1000,
    NAMED_FAILURES = 3,
    LOOK_AGAIN = 16, /* pages */
    SPARE_EACH =
        1024, /* for so many targets one more page is kept: each is some 35 KB, and there may be many sources */
};
#define ACCEPT                                                                                     \
    "Accept: application/openmetrics-text;version=1.0.0;q=0.8,text/plain;version=0.0.4;q=0.7,*/*;q=0.1"

static const struct option_desc options[] = {
    {"targets", OPT_LIST,
     "which exporters: HOST:PORT[/PATH], hosts may be folded: cn[0001-0512].tj.example:19400,gpu[1-8]:9400",
     NULL, NULL},
    {"interval", OPT_DURATION,
     "how often to ask each; longer by itself for more than 2500 targets a second", "15s", NULL},
    {"path", OPT_STR, "path of targets that are written without one", "/metrics", NULL},
    {"timeout", OPT_DURATION, "how long a target may take for its answer", "10s", NULL},
    {"kind", OPT_STR, "take only what this section of metrics.conf says; unset: all of them", NULL,
     NULL},
    {"node_names", OPT_WORD,
     "short: up to the first dot, as Slurm names nodes; full: whole; target: the host name of the target, whatever the exporter says; path: the first part of the target's path, "
     "for a gateway that has the pages of many nodes",
     "short", "short full target path"},
    {"node", OPT_STR,
     "name of the node of targets that do not tell theirs; unset: the host name of the target",
     NULL, NULL},
    {"ca_file", OPT_PATH, "certificate authority to verify the servers with", NULL, NULL},
    {"insecure", OPT_BOOL, "ask over http:// (TLS itself is always verified)", "false", NULL},
    {"user", OPT_STR,
     "with a token: HTTP Basic with this name and the token as password; unset: Bearer", NULL,
     NULL},
    {"token_file", OPT_PATH, "file that holds the token; must not be readable by group or others",
     NULL, NULL},
    {"token_command", OPT_COMMAND, "command that prints the token", NULL, NULL},
};

struct exporter {
    struct source_conf conf;
    struct metric_map map;
    struct targets targets;
    bool *percent;      /* by rule */
    struct page *pages; /* free ones, so many: */
    unsigned spare_pages;
    struct memory_maker maker;
    enum node_names names;
    int64_t interval_ms, timeout_ms;
    bool insecure;
    mono_ms noted_at;
    uint32_t good_told;
    bool note_due;
};

/* ---- life ---- */

static void exporter_close(void *state)
{
    struct exporter *x = state;
    struct page *next;

    if (x == NULL)
        return;
    for (uint32_t i = 0; i < x->targets.count; i++)
        page_free(x->targets.at[i].page);
    for (struct page *p = x->pages; p != NULL; p = next) {
        next = p->next;
        page_free(p);
    }
    targets_free(&x->targets);
    metric_map_free(&x->map);
    memory_maker_free(&x->maker);
    free(x->percent);
    free(x);
}

static enum rc read_map(struct exporter *x, struct err *e)
{
    const char *kind = source_opt(&x->conf, "kind");
    enum rc rc = metric_map_of_source(&x->map, x->conf.data, e);

    if (rc == RC_OK && kind != NULL)
        rc = metric_map_only(&x->map, kind, e);
    x->percent = xcalloc(x->map.rule_count + 1, sizeof *x->percent);
    return rc;
}

/* A token never leaves in clear by a typing error. */
static enum rc check_schemes(const struct exporter *x, struct err *e)
{
    for (uint32_t i = 0; !x->insecure && i < x->targets.count; i++)
        if (x->targets.at[i].scheme_len == 7)
            return err_set(e, RC_USAGE, "targets", "%.80s: " S_("http:// needs insecure: true"),
                           x->targets.at[i].address);
    return RC_OK;
}

static void set_interval(struct exporter *x)
{
    int64_t least = (int64_t)x->targets.count * 1000 / RATE_MAX;

    x->interval_ms = source_opt_ms(&x->conf, "interval", INTERVAL_MS);
    if (x->interval_ms < SHORTEST_MS)
        x->interval_ms = SHORTEST_MS;
    if (x->interval_ms < least)
        x->interval_ms = least;
}

static enum rc exporter_open(const struct source_conf *conf, uint64_t seed, void **state,
                             struct err *e)
{
    struct exporter *x = xcalloc(1, sizeof *x);
    const char *names = source_opt(conf, "node_names"), *targets = source_opt(conf, "targets");

    x->conf = *conf;
    x->insecure = source_opt_bool(conf, "insecure");
    x->timeout_ms = source_opt_ms(conf, "timeout", TIMEOUT_MS);
    x->names = names == NULL || strcmp(names, "short") == 0 ? NAMES_SHORT
               : strcmp(names, "full") == 0                 ? NAMES_FULL
               : strcmp(names, "path") == 0                 ? NAMES_PATH
                                                            : NAMES_TARGET;
    x->note_due = true;
    enum rc rc = read_map(x, e);
    if (rc == RC_OK)
        rc = targets_read(&x->targets, targets != NULL ? targets : "", seed, e);
    if (rc == RC_OK)
        rc = check_schemes(x, e);
    if (rc != RC_OK) {
        exporter_close(x);
        return rc;
    }
    set_interval(x);
    *state = x;
    return RC_OK;
}

/* ---- asking ---- */

static struct page *take_page(struct exporter *x, struct target *t)
{
    if (t->page == NULL && x->pages != NULL) {
        t->page = x->pages;
        x->pages = t->page->next;
        x->spare_pages--;
    } else if (t->page == NULL) {
        t->page = page_new(&x->map, x->percent);
    }
    return t->page;
}

static void give_page(struct exporter *x, struct target *t)
{
    if (t->page == NULL)
        return;
    if (x->spare_pages < 1 + x->targets.count / SPARE_EACH) {
        t->page->next = x->pages;
        x->pages = t->page;
        x->spare_pages++;
    } else {
        page_free(t->page);
    }
    t->page = NULL;
}

static void ask(struct exporter *x, uint32_t i, struct request *rq)
{
    const struct target *t = &x->targets.at[i];
    const char *host = target_host(t), *path = source_opt(&x->conf, "path");
    int authority = t->path_at > 0 ? (int)(t->path_at - t->scheme_len) : (int)strlen(host);

    rq->what = 1;
    rq->tag = i;
    rq->via = VIA_HTTP;
    rq->label = request_str(rq, "GET %.200s", host);
    rq->method = "GET";
    rq->base_url = t->scheme_len > 0
                       ? request_str(rq, "%.*s%.*s", t->scheme_len, t->address, authority, host)
                       : request_str(rq, "http%s://%.*s", x->insecure ? "" : "s", authority, host);
    rq->path = t->path_at > 0 ? t->address + t->path_at
                              : request_str(rq, "%s%s", path[0] == '/' ? "" : "/", path);
    rq->accept = ACCEPT;
    rq->pool = 1 + i / POOL;
    rq->cut = CUT_LINES;
    rq->slice_max = LINE_MAX_BYTES;
    rq->body_max = BODY_MAX_BYTES;
    rq->first_byte_ms = x->timeout_ms;
    rq->total_ms = x->timeout_ms;
    rq->accept_any_status = true; /* one target's 503 is not the source's */
}

static mono_ms exporter_plan(void *state, mono_ms now, wall_ms wall, struct request_list *out)
{
    struct exporter *x = state;

    (void)wall;
    for (int n = 0; n < BATCH; n++) {
        uint32_t i = targets_take(&x->targets, now);
        if (i == NOTHING)
            break;
        give_page(x, &x->targets.at[i]); /* of an answer that nobody waited for */
        ask(x, i, request_add(out));
    }
    return targets_due(&x->targets);
}

/* Now and then all labels are looked at anew, whatever was remembered. */
static const struct memory *familiar(const struct target *t)
{
    return t->memory != NULL && t->memory->pages < LOOK_AGAIN ? t->memory : NULL;
}

static enum rc exporter_decode(void *state, const struct request *rq, const char *key,
                               const char *text, size_t len, struct delta *d, struct err *e)
{
    struct exporter *x = state;

    (void)key;
    if (rq->tag >= x->targets.count)
        return err_set(e, RC_BUG, "targets", S_("no target %u"), rq->tag);
    struct target *t = &x->targets.at[rq->tag];
    if (t->page == NULL) {
        page_begin(take_page(x, t), target_host(t));
        page_recall(t->page, familiar(t));
    }
    return page_line(t->page, text, len, d->at, e);
}

/* ---- the end of an answer ---- */

static bool is_openmetrics(const struct reply *reply)
{
    return strncmp(reply->content_type, "application/openmetrics-text", 28) == 0;
}

/* Why the target counts as one that does not answer; RC_OK if it does. */
static enum rc judge(const struct target *t, const struct reply *reply, struct err *e)
{
    const struct page *p = t->page;

    if (reply->rc != RC_OK) {
        *e = reply->err;
        return reply->rc;
    }
    if (reply->status == 401 || reply->status == 403)
        return err_set(e, RC_AUTH, "", S_("HTTP status %d"), reply->status);
    if (reply->status != 200)
        return err_set(e, RC_HTTP, "", S_("HTTP status %d"), reply->status);
    if (p != NULL && p->html)
        return err_set(e, RC_SYNTAX, "", S_("answers with a web page, not with metrics"));
    if (p == NULL || p->line == 0)
        return err_set(e, RC_SCHEMA, "", S_("the page is empty"));
    if (p->known == 0)
        return err_set(e, RC_SCHEMA, "",
                       S_("none of the metrics on its page (%llu lines) is known"),
                       (unsigned long long)p->line);
    if (is_openmetrics(reply) && !p->ended)
        return err_set(e, RC_SYNTAX, "", S_("the page ended early, without # EOF"));
    return RC_OK;
}

/* What the target itself is called: its host, or what a gateway knows it by. */
static const char *target_name(const struct exporter *x, const struct target *t, size_t *len)
{
    const char *host = target_host(t), *slash = strchr(host, '/');

    if (x->names != NAMES_PATH || slash == NULL || slash[1] == '\0') {
        bool ipv6 = *host == '['; /* [::1] is called ::1 */
        *len = t->host_len - (ipv6 ? 2u : 0u);
        return host + ipv6;
    }
    *len = strcspn(slash + 1, "/?");
    return slash + 1;
}

/* Whose page it is if the page does not say: of an exporter that asks others (ipmi, redfish) the one that it was told to ask. */
static const char *host_of(const struct exporter *x, const struct target *t, size_t *len)
{
    const char *node = source_opt(&x->conf, "node");
    const char *query = strchr(t->address, '?');
    const char *asked = query != NULL ? strstr(query, "target=") : NULL;

    if (node != NULL) {
        *len = strlen(node);
        return node;
    }
    if (asked != NULL && (asked[-1] == '?' || asked[-1] == '&') &&
        (*len = strcspn(asked + 7, "&#")) > 0)
        return asked + 7;
    return target_name(x, t, len);
}

static void write_rows(struct exporter *x, struct target *t, bool whole, mono_ms now,
                       struct delta *d)
{
    struct rows_env env = {
        .page = t->page,
        .maker = &x->maker,
        .names = x->names,
        .whole = whole,
        .now = now,
        .d = d,
    };

    env.host = host_of(x, t, &env.host_len);
    rows_write(&env, &t->memory);
}

/* "3 of 512 targets do not answer: cn7 connection refused, ..." */
static void write_note(const struct exporter *x, char *out, size_t size)
{
    const struct targets *ts = &x->targets;
    uint32_t named = 0;
    size_t n;

    out[0] = '\0';
    if (ts->bad == 0)
        return;
    n = (size_t)snprintf(out, size,
                         ts->count == 1 ? S_("%u of %u target does not answer") ": "
                         : ts->bad == 1 ? S_("%u of %u targets does not answer") ": "
                                        : S_("%u of %u targets do not answer") ": ",
                         ts->bad, ts->count);
    for (uint32_t i = 0; i < ts->count && named < NAMED_FAILURES && n < size; i++) {
        const struct target *t = &ts->at[i];
        if (t->state != TARGET_BAD)
            continue;
        size_t len = ts->one_port ? t->host_len : strcspn(target_host(t), "/");
        n += (size_t)snprintf(out + n, size - n, "%s%.*s %.80s", named > 0 ? ", " : "",
                              len < 64 ? (int)len : 64, target_host(t), t->why);
        named++;
    }
    if (ts->bad > named && n < size)
        snprintf(out + n, size - n, " and %u more", ts->bad - named);
}

/* Not with each of many answers that come together; but with the last of them, after which none may come for long. */
static bool is_to_tell(const struct exporter *x, mono_ms now)
{
    const struct targets *ts = &x->targets;

    return x->note_due || now - x->noted_at >= NOTE_MS ||
           (ts->heap_count == ts->count && ts->good != x->good_told);
}

static void tell(struct exporter *x, mono_ms now, struct delta *d)
{
    char note[512], via[64];
    const struct targets *ts = &x->targets;

    if (!is_to_tell(x, now))
        return;
    x->note_due = false;
    x->good_told = ts->good;
    x->noted_at = now;
    write_note(x, note, sizeof note);
    snprintf(via, sizeof via, ts->count == 1 ? S_("%u metric page") : S_("%u metric pages"),
             ts->count);
    delta_row(d, ENTITY_SOURCE, x->conf.id, strlen(x->conf.id));
    delta_str(d, FIELD_source_via, via);
    delta_str(d, FIELD_source_note, note);
    delta_num(d, FIELD_source_interval_ms, (double)x->interval_ms);
    delta_num(d, FIELD_source_targets, ts->count);
    delta_num(d, FIELD_source_targets_answering, ts->good);
}

/* Of a sentence the words that tell: the note has three of them on a line. */
static const char *in_short(const struct err *why)
{
    static const struct {
        const char *part, *words;
    } table[] = {{"onnection refused", S_("connection refused")},
                 {"no route to host", S_("no route to host")},
                 {"network is unreachable", S_("network is unreachable")},
                 {"connection timed out", S_("connection timed out")},
                 {"too many open files", S_("too many open files")},
                 {"not resolve host", S_("its name is not known")},
                 {"onnection reset", S_("connection reset")}};

    for (size_t i = 0; i < ARRAY_LEN(table); i++)
        if (strstr(why->msg, table[i].part) != NULL)
            return table[i].words;
    return why->msg;
}

/* The source has failed when every target was asked and none of them answers. */
static enum rc verdict(const struct exporter *x, const struct target *t, enum rc rc,
                       const struct err *why, const char **mend, struct err *e)
{
    if (rc == RC_OK || x->targets.bad < x->targets.count)
        return RC_OK;
    if (x->targets.count == 1)
        err_set(e, rc, "", "%.80s: %s", target_host(t), why->msg);
    else
        err_set(e, rc, "", S_("none of the %u targets answers") "; %.80s: %s", x->targets.count,
                target_host(t), why->msg);
    if (rc == RC_SCHEMA)
        *mend = S_("is it an exporter that metrics.conf knows? docs/how-to-map-an-exporter.md");
    return rc;
}

static enum rc exporter_done(void *state, const struct request *rq, const struct reply *reply,
                             mono_ms now, struct delta *d, enum poll_end *end, const char **mend,
                             struct err *e)
{
    struct exporter *x = state;
    struct err why = {RC_OK};

    *end = POLL_BAD; /* no answer lists everything: what is gone is said row by row */
    if (rq->tag >= x->targets.count)
        return err_set(e, RC_BUG, "targets", S_("no target %u"), rq->tag);
    struct target *t = &x->targets.at[rq->tag];
    enum rc rc = judge(t, reply, &why);
    if (t->page != NULL && t->page->known > 0 && (reply->status == 200 || reply->status == 0))
        write_rows(x, t, rc == RC_OK, now, d);
    give_page(x, t);
    uint32_t bad = x->targets.bad;
    targets_return(&x->targets, rq->tag, rc != RC_OK ? in_short(&why) : NULL, x->interval_ms, now);
    x->note_due = x->note_due || (bad != x->targets.bad && x->targets.count < 1000);
    tell(x, now, d);
    return verdict(x, t, rc, &why, mend, e);
}

static void exporter_refresh(void *state, mono_ms now)
{
    struct exporter *x = state;

    targets_hurry(&x->targets, now);
    for (uint32_t i = 0; i < x->targets.count; i++)
        if (x->targets.at[i].memory != NULL)
            x->targets.at[i].memory->pages = LOOK_AGAIN;
    x->note_due = true;
}

/* ---- the raw record: the page of the target whose node that is ---- */

static bool is_of(const struct target *t, const char *node)
{
    size_t len = strlen(node);

    if (strncmp(target_host(t), node, len) == 0 &&
        (t->host_len == len || target_host(t)[len] == '.'))
        return true;
    char id[MEMORY_ID_MAX + 1];
    if (t->memory == NULL || t->memory->things == 0 || t->memory->thing[0].id_len != len)
        return false;
    memory_id_of(t->memory, &t->memory->thing[0], id);
    return memcmp(id, node, len) == 0;
}

static enum rc exporter_lookup(void *state, enum entity entity, const char *id, struct request *out,
                               struct err *err)
{
    struct exporter *x = state;

    if (entity == ENTITY_NODE || entity == ENTITY_DEVICE)
        for (uint32_t i = 0; i < x->targets.count; i++)
            if (is_of(&x->targets.at[i],
                      id)) { /* a device's identity begins with its node's name and a NUL */
                ask(x, i, out);
                out->cut = CUT_WHOLE;
                out->slice_max = 4 << 20;
                return RC_OK;
            }
    return err_set(err, RC_UNSUPPORTED, "exporter", S_("no target tells of it"));
}

const struct collector_ops exporter_collector = {
    .name = "exporter",
    .help =
        "metric pages of exporters: suantop-node, node_exporter, dcgm-exporter and those of other vendors",
    .options = options,
    .option_count = ARRAY_LEN(options),
    .auth = AUTH_HTTP,
    .max_in_flight = IN_FLIGHT,
    .open = exporter_open,
    .close = exporter_close,
    .plan = exporter_plan,
    .decode = exporter_decode,
    .done = exporter_done,
    .refresh = exporter_refresh,
    .lookup = exporter_lookup,
    .rank = {6, 6},
};
