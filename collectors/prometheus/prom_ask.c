/* SPDX-License-Identifier: MIT
 * prom_ask.c - the requests: which series, summed by which labels. */
#include "base/sentence.h"
#include "base/xmem.h"
#include "collectors/prometheus/prom.h"
#include "collectors/prometheus/promql.h"
#include <stdio.h>
#include <string.h>

enum {
    QUERY_MAX = 256 * 1024,
    ANSWER_MAX = 48 << 20,
    RAW_MAX = 4 << 20,
    PATIENCE_MS = 15000,
    SERVER_S = 12, /* the server gives up before, and says so */
    HOSTS_MAX = 16,
    ADDRESSES_MAX = 8,
};

/* What names a host or a device, and what tells about it: all that comes back with a figure. */
static const char *const node_labels[] = {"os",   "sysname", "release", "chip", "sensor", "label",
                                          "type", "zone",    "id",      "name", NULL};
static void add_list(struct buf *q, const char *const *names)
{
    for (; *names != NULL; names++)
        (void)buf_addf(q, ", %s", *names);
}

static void add_hosts(const struct prom *p, struct buf *q)
{
    (void)buf_adds(q, label_hosts[0]);
    add_list(q, label_hosts + 1);
    if (p->opt.node_label != NULL)
        (void)buf_addf(q, ", %s", p->opt.node_label);
}

/* "max by (__name__, ...) (" */
static void begin_sum(const struct prom *p, enum entity e, bool named, struct buf *q)
{
    (void)buf_adds(q, named ? "max by (__name__, " : "max by (");
    add_hosts(p, q);
    if (e == ENTITY_NODE)
        add_list(q, node_labels);
    else
        (void)buf_adds(q, named ? pages_labels(p->pages) : pages_identity(p->pages));
    (void)buf_adds(q, ") (");
}

static void add_name(struct buf *q, const char *name, bool *first)
{
    (void)buf_addf(q, "%s%s", *first ? "" : "|", name);
    *first = false;
}

static const char *comma(const char *match)
{
    return *match != '\0' ? "," : "";
}

/* {__name__=~"a|b|c",match} */
static void add_selector(const struct prom *p, enum entity e, const char *match, struct buf *q)
{
    bool first = true;

    (void)buf_adds(q, "{__name__=~\"");
    for (const struct metric *m = prom_metrics; m->name != NULL; m++)
        if (e == ENTITY_NODE || m->field < 0)
            add_name(q, m->name, &first);
    if (e == ENTITY_DEVICE)
        add_name(q, pages_names(p->pages), &first);
    (void)buf_addf(q, "\"%s%s}", comma(match), match);
}

/* A figure under a mark of ours: see prom_sample.c. */
static void add_marked(const struct prom *p, struct buf *q, enum entity e, const char *expr,
                       const char *match, const char *mark)
{
    (void)buf_adds(q, " or label_replace(");
    begin_sum(p, e, false, q);
    promql_expand(q, expr, match, p->opt.rules);
    (void)buf_addf(q, "), \"suantop\", \"%s\", \"\", \"\")", mark);
}

static void add_numbered(const struct prom *p, struct buf *q, enum entity e, const char *expr,
                         const char *match, char kind, size_t number)
{
    char mark[24];

    snprintf(mark, sizeof mark, "%c%zu", kind, number);
    add_marked(p, q, e, expr, match, mark);
}

static void add_computed(const struct prom *p, enum entity e, const char *match, struct buf *q)
{
    for (size_t i = 0; i < p->mapped_count; i++)
        if (p->mapped[i].entity == e)
            add_numbered(p, q, e, p->mapped[i].expr, match, 'm', i);
    for (size_t i = 0; prom_figures[i].expr != NULL && e == ENTITY_NODE; i++)
        add_numbered(p, q, e, prom_figures[i].expr, match, 'f', i);
    if (e == ENTITY_DEVICE)
        add_marked(p, q, e, "timestamp(npu_chip_info_temperature{_})", match, "s0");
}

static void add_entity(const struct prom *p, const struct request *rq, enum entity e,
                       const char *match, struct buf *q)
{
    begin_sum(p, e, true, q);
    add_selector(p, e, match, q);
    (void)buf_adds(q, ")");
    if (!(rq->tag & TAG_PLAIN))
        add_computed(p, e, match, q);
    add_marked(p, q, e, "up{_} == 0", match, "d0");
}

/* ---- one node ---- */

static size_t host_labels(const struct prom *p, const char *names[HOSTS_MAX])
{
    size_t n = 0;

    if (p->opt.node_label != NULL)
        names[n++] = p->opt.node_label;
    for (const char *const *l = label_hosts; *l != NULL && n < HOSTS_MAX; l++)
        names[n++] = *l;
    return n;
}

/* Addresses at which the node was scraped, as far as is known: instance=~"(a|b)(:[0-9]+)?". */
static bool add_addresses(const struct prom *p, const char *node, struct buf *out)
{
    char at[ADDRESSES_MAX][HOST_MAX];
    size_t n = pages_addresses(p->pages, node, at + 1, ADDRESSES_MAX - 1);
    bool book = book_address(&p->book, node, at[0]);

    if (n == 0 && !book)
        return false;
    (void)buf_adds(out, "instance=~\"");
    for (size_t i = book ? 0 : 1; i <= n; i++) {
        (void)buf_adds(out, i > (book ? 0 : 1) ? "|" : "[[]?(");
        promql_literal(out, at[i]);
    }
    (void)buf_adds(out, ")[]]?(:[0-9]+)?\"");
    return true;
}

/* How a host is written in a label that may name it: as it is, with its domain, and where it is an address, with a port. */
static void add_host(const struct prom *p, const char *label, const char *node, struct buf *out)
{
    bool instance = strcmp(label, "instance") == 0;

    if (instance && add_addresses(p, node, out))
        return;
    (void)buf_addf(out, "%s=~\"", label);
    promql_literal(out, node);
    (void)buf_addf(out, "%s\"",
                   instance             ? "([.][^:]*)?(:[0-9]+)?"
                   : p->opt.whole_names ? ""
                                        : "([.].*)?");
}

/* The site's matchers and that of the node. */
static void node_match(const struct prom *p, const char *label, const char *node, struct buf *out)
{
    buf_reset(out);
    (void)buf_addf(out, "%s%s", p->opt.match, comma(p->opt.match));
    add_host(p, label, node, out);
}

bool prom_knows_address(const struct prom *p, const char *node)
{
    struct buf b;

    buf_init(&b, QUERY_MAX);
    bool known = add_addresses(p, node, &b);
    buf_fini(&b);
    return known;
}

/* Nobody knows yet which label names it, and where it is scraped: a few of its series tell. */
static void add_search(const struct prom *p, struct buf *match, struct buf *q)
{
    const char *names[HOSTS_MAX];
    size_t n = host_labels(p, names);

    for (size_t i = 0; i < n; i++) {
        node_match(p, names[i], p->focus_node, match);
        (void)buf_adds(q, i > 0 ? " or " : "");
        (void)buf_adds(q, "max by (__name__, ");
        add_hosts(p, q);
        (void)buf_addf(q, "%s) (", pages_identity(p->pages));
        (void)buf_addf(
            q, "{__name__=~\"node_uname_info|suantop_node_info|node_load1|suantop_load1|%s\",%s})",
            pages_counted(p->pages), match->data);
    }
}

static void add_focus(const struct prom *p, const struct request *rq, struct buf *q)
{
    struct buf match;

    buf_init(&match, QUERY_MAX);
    if (rq->tag & TAG_SEARCH) {
        add_search(p, &match, q);
    } else {
        node_match(p, "instance", p->focus_node, &match);
        add_entity(p, rq, ENTITY_NODE, match.data, q);
        (void)buf_adds(q, " or ");
        add_entity(p, rq, ENTITY_DEVICE, match.data, q);
    }
    buf_fini(&match);
}

/* A device of suantop-node is called by its address on the bus; its index stands in another series. */
static void add_raw_device(const char *device, const char *match, struct buf *out)
{
    for (const char *const *l = label_devices; *l != NULL; l++) {
        (void)buf_addf(out, "%s{%s,%s=", out->len != 0 ? " or " : "", match, *l);
        promql_string(out, device);
        (void)buf_adds(out, "}");
    }
    (void)buf_addf(out, " or {%s} and on (instance, gpu) suantop_gpu_info{%s,index=", match, match);
    promql_string(out, device);
    (void)buf_adds(out, "}");
}

static void add_raw(const struct prom *p, const char *node, const char *device, struct buf *out)
{
    const char *names[HOSTS_MAX];
    size_t n = host_labels(p, names);
    struct buf match;

    buf_init(&match, QUERY_MAX);
    for (size_t i = 0; i < n; i++) {
        node_match(p, names[i], node, &match);
        if (device != NULL)
            add_raw_device(device, match.data, out);
        else
            (void)buf_addf(out, "%s{%s}", out->len != 0 ? " or " : "", match.data);
    }
    buf_fini(&match);
}

/* ---- sums ---- */

/* How many things have a series of those names. */
static void add_count(const struct prom *p, struct buf *q, const char *mark, const char *names,
                      const char *labels)
{
    (void)buf_adds(q, q->len ? " or label_replace(count(count by ("
                             : "label_replace(count(count by (");
    add_hosts(p, q);
    (void)buf_addf(q, "%s) ({__name__=~\"%s\"%s%s})), \"suantop\", \"%s\", \"\", \"\")", labels,
                   names, comma(p->opt.match), p->opt.match, mark);
}

static void add_recorded(const struct prom *p, struct buf *q)
{
    bool first = true;

    (void)buf_addf(q, " or {__name__=~\"%s(", p->opt.rules);
    for (const struct aggregate_info *a = prom_aggregates; a->record != NULL; a++)
        if (a == prom_aggregates || strcmp(a[-1].record, a->record) != 0)
            add_name(q, a->record, &first);
    (void)buf_addf(q, ")\"%s%s}", comma(p->opt.match), p->opt.match);
    (void)buf_addf(q, " or label_replace(time() - min(timestamp(%sgpus:count", p->opt.rules);
    promql_expand(q, "{_}", p->opt.match, p->opt.rules);
    (void)buf_adds(q, ")), \"suantop\", \"age\", \"\", \"\")");
}

static void add_live(const struct prom *p, struct buf *q)
{
    for (size_t i = 0; prom_aggregates[i].record != NULL; i++) {
        if (!prom_aggregates[i].live)
            continue;
        (void)buf_adds(q, " or label_replace(");
        promql_expand(q, prom_aggregates[i].expr, p->opt.match, p->opt.rules);
        (void)buf_addf(q, ", \"suantop\", \"a%zu\", \"\", \"\")", i);
    }
}

static void ask_aggregates(const struct prom *p, struct request *rq, struct buf *q)
{
    add_count(p, q, "nodes", "node_load1|suantop_load1", "");
    add_count(p, q, "devices", pages_counted(p->pages), pages_identity(p->pages));
    if (rq->tag & TAG_PLAIN)
        return;
    if (rq->tag & TAG_LIVE)
        add_live(p, q);
    else
        add_recorded(p, q);
}

/* ---- requests ---- */

static char *path_of(const struct prom *p, struct request *rq, const char *path)
{
    const char *prefix = p->opt.path_prefix != NULL ? p->opt.path_prefix : "";
    size_t len = strlen(prefix);

    while (len > 0 && prefix[len - 1] == '/')
        len--;
    return request_str(rq, "%s%.*s%s", len > 0 && prefix[0] != '/' ? "/" : "", (int)len, prefix,
                       path);
}

static void where(const struct prom *p, struct request *rq)
{
    rq->via = VIA_HTTP;
    rq->method = "GET";
    rq->base_url = p->opt.url;
    rq->unix_socket = p->opt.socket;
    rq->first_byte_ms = PATIENCE_MS;
    rq->total_ms = 2 * (int64_t)PATIENCE_MS;
}

/* What one server does not know it ignores: latency_offset and nocache are VictoriaMetrics', which else tells how things
 * were 30 s ago; dedup and partial_response are of Thanos. */
static void query(const struct prom *p, struct request *rq, const char *text)
{
    where(p, rq);
    rq->method = "POST";
    rq->form = true;
    rq->path = path_of(p, rq, "/api/v1/query");
    rq->body = request_str(rq,
                           "query=%s&timeout=%ds&latency_offset=1ms&nocache=1&dedup=true"
                           "&partial_response=true",
                           request_encode(rq, text), SERVER_S);
}

static void cut_at(struct request *rq, const char *array)
{
    const char *const arrays[] = {array, NULL};

    rq->cut = CUT_JSON;
    rq->arrays = request_strv(rq, arrays);
    rq->slice_max = 256 * 1024;
    rq->body_max = ANSWER_MAX;
    rq->accept_any_status = true;
}

/* Rows of nodes and devices are no list that a good answer sweeps: a target that is down takes its series along, and its
 * things are not gone for that. What is gone is removed one by one (book_end, pages_end). */
static void ask_for(const struct prom *p, enum part part, struct request *rq, struct buf *q)
{
    if (part == PART_AGGREGATES)
        ask_aggregates(p, rq, q);
    else if (part == PART_NODES)
        add_entity(p, rq, ENTITY_NODE, p->opt.match, q);
    else if (part == PART_DEVICES)
        add_entity(p, rq, ENTITY_DEVICE, p->opt.match, q);
    else
        add_focus(p, rq, q);
    rq->lists[ENTITY_AGGREGATE] = part == PART_AGGREGATES && !p->parts[part].unsure;
}

static void ask_simply(struct prom *p, enum part part, struct request *rq)
{
    bool alerts = part == PART_ALERTS;

    where(p, rq);
    rq->path = path_of(p, rq, alerts ? "/api/v1/alerts" : "/api/v1/status/buildinfo");
    rq->label = alerts ? "GET alerts" : "GET buildinfo";
    rq->lists[ENTITY_ALERT] = alerts;
    cut_at(rq, alerts ? "data.alerts" : "data.features");
}

void prom_ask(struct prom *p, enum part part, struct request_list *out)
{
    static const char *const labels[PARTS] = {
        [PART_AGGREGATES] = "query aggregates",
        [PART_NODES] = "query nodes",
        [PART_DEVICES] = "query devices",
        [PART_FOCUS] = "query one node",
    };
    struct request *rq = request_add(out);
    struct buf q;

    rq->what = (int)part;
    if (part == PART_HELLO || part == PART_ALERTS) {
        ask_simply(p, part, rq);
        return;
    }
    rq->tag = p->parts[part].plain_until != 0 ? TAG_PLAIN : 0;
    if (part == PART_AGGREGATES && !p->recorded)
        rq->tag |= TAG_LIVE;
    if (part == PART_FOCUS && !prom_knows_address(p, p->focus_node))
        rq->tag |= TAG_SEARCH;
    rq->label = labels[part];
    buf_init(&q, QUERY_MAX);
    ask_for(p, part, rq, &q);
    query(p, rq, q.data);
    buf_fini(&q);
    cut_at(rq, "data.result");
}

/* ---- the raw record ---- */

enum rc prom_lookup(void *state, enum entity e, const char *id, struct request *out,
                    struct err *err)
{
    const struct prom *p = state;
    struct buf q;

    if (e != ENTITY_NODE && e != ENTITY_DEVICE)
        return err_set(err, RC_UNSUPPORTED, "prometheus", S_("only nodes and devices have series"));
    buf_init(&q, QUERY_MAX);
    const char *device = e == ENTITY_DEVICE ? id + strlen(id) + 1 : "";
    add_raw(p, id, *device != '\0' ? device : NULL, &q);
    bool long_name = q.failed;
    if (!long_name)
        query(p, out, q.data);
    buf_fini(&q);
    if (long_name)
        return err_set(err, RC_LIMIT, "prometheus", S_("the name is too long"));
    out->label = "query raw series";
    out->cut = CUT_WHOLE;
    out->slice_max = RAW_MAX;
    return RC_OK;
}
