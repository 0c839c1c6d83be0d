/* SPDX-License-Identifier: MIT
 * prom_ask.c - the requests: which series, summed by which labels. */
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
    HOSTS_MAX = 16,
};

/* What names a host or a device, and what tells about it: all that comes back with a figure. */
static const char *const node_labels[] = {"os",   "sysname", "release", "chip", "sensor", "label",
                                          "type", "zone",    "id",      "name", NULL};
static const char *const device_labels[] = {
    "gpu",     "id",         "gpu_id",        "index",      "uuid",
    "UUID",    "model",      "modelName",     "model_name", "card_model",
    "vendor",  "pci_bus_id", "pcie_bus_info", "GPU_I_ID",   "GPU_I_PROFILE",
    "reason",  "xid",        "exported_job",  "user",       "exported_user",
    "hpc_job", NULL};

static void add_list(struct buf *q, const char *const *names)
{
    for (; *names != NULL; names++)
        (void)buf_addf(q, ", %s", *names);
}

/* "max by (__name__, ...) (" */
static void begin_sum(const struct prom *p, enum entity e, bool named, struct buf *q)
{
    (void)buf_addf(q, "max by (%s%s", named ? "__name__, " : "", label_hosts[0]);
    add_list(q, label_hosts + 1);
    if (p->opt.node_label != NULL)
        (void)buf_addf(q, ", %s", p->opt.node_label);
    add_list(q, e == ENTITY_DEVICE ? device_labels : node_labels);
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
static void add_selector(enum entity e, const char *match, struct buf *q)
{
    bool first = true;

    (void)buf_adds(q, "{__name__=~\"");
    for (const struct metric *m = prom_metrics; m->name != NULL; m++)
        if (m->entity == e || (m->field < 0 && m->family == FAMILY_MACHINE))
            add_name(q, m->name, &first);
    for (const struct heeded *h = prom_heeded; h->name != NULL && e == ENTITY_DEVICE; h++)
        add_name(q, h->name, &first);
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
    for (size_t i = 0; prom_figures[i].label != NULL; i++)
        if (prom_figures[i].entity == e)
            add_numbered(p, q, e, prom_figures[i].expr, match, 'f', i);
    if (e == ENTITY_DEVICE)
        add_marked(p, q, e, "timestamp(npu_chip_info_temperature{_})", match, "s0");
}

static void add_entity(const struct prom *p, const struct request *rq, enum entity e,
                       const char *match, struct buf *q)
{
    begin_sum(p, e, true, q);
    add_selector(e, match, q);
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

/* How a host is written in a label that may name it: as it is, with its domain, and where it is an address, with a port. */
static void add_host(const struct prom *p, const char *label, const char *node, struct buf *out)
{
    char address[HOST_MAX];
    bool instance = strcmp(label, "instance") == 0;

    if (instance && book_address(&p->book, node, address)) {
        (void)buf_addf(out, "%s=~", label);
        promql_literal_regex(out, address, "(:[0-9]+)?");
        return;
    }
    (void)buf_addf(out, "%s=~", label);
    promql_literal_regex(out, node,
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

static void add_focus(const struct prom *p, const struct request *rq, struct buf *q)
{
    const char *names[HOSTS_MAX];
    size_t n = host_labels(p, names);
    struct buf match;

    buf_init(&match, QUERY_MAX);
    for (size_t i = 0; i + 1 < n; i++) {
        node_match(p, names[i], p->focus_node, &match);
        for (enum entity e = ENTITY_NODE; e <= ENTITY_DEVICE; e++) {
            begin_sum(p, e, true, q);
            add_selector(e, match.data, q);
            (void)buf_adds(q, ") or ");
        }
    }
    node_match(p, names[n - 1], p->focus_node, &match); /* instance */
    add_entity(p, rq, ENTITY_NODE, match.data, q);
    (void)buf_adds(q, " or ");
    add_entity(p, rq, ENTITY_DEVICE, match.data, q);
    buf_fini(&match);
}

static void add_raw(const struct prom *p, const char *node, const char *device, struct buf *out)
{
    const char *names[HOSTS_MAX];
    size_t n = host_labels(p, names);
    struct buf match;

    buf_init(&match, QUERY_MAX);
    for (size_t i = 0; i < n; i++) {
        node_match(p, names[i], node, &match);
        for (const char *const *l = label_devices; *l != NULL; l++) {
            (void)buf_addf(out, "%s{%s", out->len != 0 ? " or " : "", match.data);
            if (device != NULL) {
                (void)buf_addf(out, ",%s=", *l);
                promql_string(out, device);
            }
            (void)buf_adds(out, "}");
            if (device == NULL)
                break;
        }
    }
    buf_fini(&match);
}

/* ---- sums ---- */

static void add_count(const struct prom *p, struct buf *q, enum entity e, const char *mark,
                      const char *by)
{
    bool first = true;

    (void)buf_addf(q, "%slabel_replace(count(count by (%s) ({__name__=~\"", q->len ? " or " : "",
                   by);
    for (const struct metric *m = prom_metrics; m->name != NULL; m++)
        if (m->entity == e &&
            m->field ==
                (e == ENTITY_NODE ? (int)FIELD_node_load : (int)FIELD_device_temperature_celsius))
            add_name(q, m->name, &first);
    (void)buf_addf(q, "\"%s%s})), \"suantop\", \"%s\", \"\", \"\")", comma(p->opt.match),
                   p->opt.match, mark);
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
    add_count(p, q, ENTITY_NODE, "nodes", "Hostname, hostname, node, instance");
    add_count(p, q, ENTITY_DEVICE, "devices",
              "Hostname, hostname, node, instance, gpu, id, gpu_id, GPU_I_ID");
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
                           request_encode(rq, text), PATIENCE_MS / 1000);
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

static void ask_for(struct prom *p, enum part part, struct request *rq, struct buf *q)
{
    bool sure = !p->parts[part].unsure;

    if (part == PART_AGGREGATES) {
        ask_aggregates(p, rq, q);
        rq->lists[ENTITY_AGGREGATE] = sure;
    } else if (part == PART_NODES) {
        add_entity(p, rq, ENTITY_NODE, p->opt.match, q);
        rq->lists[ENTITY_NODE] = sure;
    } else if (part == PART_DEVICES) {
        add_entity(p, rq, ENTITY_DEVICE, p->opt.match, q);
        rq->lists[ENTITY_DEVICE] = sure;
    } else {
        add_focus(p, rq, q);
    }
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
        return err_set(err, RC_UNSUPPORTED, "prometheus", "only nodes and devices have series");
    buf_init(&q, QUERY_MAX);
    add_raw(p, id, e == ENTITY_DEVICE ? id + strlen(id) + 1 : NULL, &q);
    bool long_name = q.failed;
    if (!long_name)
        query(p, out, q.data);
    buf_fini(&q);
    if (long_name)
        return err_set(err, RC_LIMIT, "prometheus", "the name is too long");
    out->label = "query raw series";
    out->cut = CUT_WHOLE;
    out->slice_max = RAW_MAX;
    return RC_OK;
}
