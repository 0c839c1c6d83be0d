/* SPDX-License-Identifier: MIT
 * prometheus.c - the collector `prometheus`: its options, its state, and when what is asked. See prom.h. */
#include "base/xmem.h"
#include "base/sentence.h"
#include "codec/quantity.h"
#include "collectors/prometheus/prom.h"
#include "collectors/prometheus/promql.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    INTERVAL_MIN_MS = 5000,
    FOCUS_MS = 10000,  /* how often what somebody looks at is asked for */
    REFRESH_MS = 2000, /* not sooner after the last time, whatever is wanted */
    FOCUS_TIMES =
        10 /* so many times more things are asked for singly while somebody looks at the center */
};

static const struct option_desc options[] = {
    COMMON_HTTP_OPTIONS,
    {"path_prefix", OPT_STR,
     "path before /api/v1: /select/0/prometheus of a VictoriaMetrics cluster, or the prefix that its pages have",
     NULL, NULL},
    {"interval", OPT_DURATION, "how often to ask", "30s", NULL},
    {"rules", OPT_STR, "how the names of the recorded sums begin (suantop.rules.yaml)",
     "center:", NULL},
    {"match", OPT_STR,
     "matchers that pick this center on a server of several: center=\"zb\", or cluster=~\"a|b\"",
     NULL, NULL},
    {"node_label", OPT_STR, "label that names the host; the usual ones when unset", NULL, NULL},
    {"node_names", OPT_WORD, "names of hosts without their domain, as Slurm has them, or with it",
     "short", "short whole"},
    {"devices", OPT_SIZE,
     "ask for devices singly when the server counts at most so many; else only for sums, and for "
     "what somebody looks at",
     "500", NULL},
    {"nodes", OPT_SIZE, "the same of nodes", "2000", NULL},
    {"alerts", OPT_BOOL, "whether to show the server's alerts", "true", NULL},
    {"map", OPT_STR,
     "FIGURE = PROMQL; ... for what is called otherwise here: device.temperature_celsius = "
     "max by (node, gpu) (site_gpu_temp{_}); {_} takes the matchers of match",
     NULL, NULL},
};

static const char *opt(const struct prom *p, const char *name)
{
    const char *v = source_opt(&p->conf, name);

    return v != NULL && *v != '\0' ? v : NULL;
}

static double opt_count(const struct prom *p, const char *name, double usual)
{
    double n;

    return opt(p, name) != NULL && quantity_bytes(opt(p, name), 1, &n) && n >= 0 ? n : usual;
}

static void read_options(struct prom *p)
{
    struct prom_options *o = &p->opt;

    o->url = opt(p, "url");
    o->socket = opt(p, "socket");
    o->path_prefix = opt(p, "path_prefix");
    o->rules = opt(p, "rules") != NULL ? opt(p, "rules") : "";
    o->match = opt(p, "match") != NULL ? opt(p, "match") : "";
    o->node_label = opt(p, "node_label");
    o->whole_names = opt(p, "node_names") != NULL && strcmp(opt(p, "node_names"), "whole") == 0;
    o->interval_ms = source_opt_ms(&p->conf, "interval", 30000);
    if (o->interval_ms < INTERVAL_MIN_MS)
        o->interval_ms = INTERVAL_MIN_MS;
    o->devices = opt_count(p, "devices", 500);
    o->nodes = opt_count(p, "nodes", 2000);
    o->alerts = source_opt_bool(&p->conf, "alerts");
}

static enum rc check_options(const struct prom *p, struct err *e)
{
    const struct prom_options *o = &p->opt;

    if (o->url == NULL && o->socket == NULL)
        return err_set(e, RC_USAGE, "prometheus", S_("needs url: or socket:"));
    if (*o->match != '\0' && !promql_is_matchers(o->match))
        return err_set(e, RC_USAGE, "match", S_("\"%s\" is no list of matchers like center=\"zb\""),
                       o->match);
    if (!promql_is_prefix(o->rules))
        return err_set(e, RC_USAGE, "rules", S_("\"%s\" cannot begin the name of a series"),
                       o->rules);
    if (o->node_label != NULL && (!promql_is_prefix(o->node_label) || strchr(o->node_label, ':')))
        return err_set(e, RC_USAGE, "node_label", S_("\"%s\" is no name of a label"),
                       o->node_label);
    return RC_OK;
}

/* ---- life ---- */

void prom_answer_reset(struct prom *p)
{
    p->answer = (struct answer){.nodes = NAN, .devices = NAN, .rule_age_s = NAN};
    book_begin(&p->book);
    pages_begin(p->pages);
    sums_begin(p->sums);
}

static void prom_close(void *state)
{
    struct prom *p = state;

    if (p == NULL)
        return;
    for (size_t i = 0; i < p->mapped_count; i++)
        free(p->mapped[i].expr);
    free(p->mapped);
    json_reader_free(p->samples);
    json_reader_free(p->any);
    book_fini(&p->book);
    pages_free(p->pages);
    sums_free(p->sums);
    free(p);
}

static enum rc prom_open(const struct source_conf *conf, uint64_t seed, void **state, struct err *e)
{
    static const char *const members[] = {"metric", "value"};
    struct prom *p = xcalloc(1, sizeof *p);

    (void)seed;
    p->conf = *conf;
    read_options(p);
    p->recorded = true;
    p->nodes = p->devices = NAN;
    p->samples = json_reader_new(members, ARRAY_LEN(members));
    p->any = json_reader_new(NULL, 0);
    p->sums = sums_new();
    book_init(&p->book, p->opt.whole_names);
    if (!p->opt.alerts)
        p->parts[PART_ALERTS].due = INT64_MAX;
    enum rc rc = check_options(p, e);
    if (rc == RC_OK)
        rc = pages_new(conf, p->opt.whole_names, &p->pages, e);
    if (rc == RC_OK && opt(p, "map") != NULL)
        rc = prom_map(p, opt(p, "map"), e);
    if (rc != RC_OK) {
        prom_close(p);
        return rc;
    }
    prom_answer_reset(p);
    *state = p;
    return RC_OK;
}

/* ---- when what is asked ---- */

static bool is_looked_at(const struct prom *p, mono_ms now)
{
    return now < p->focus_until;
}

/* Few enough to be asked for one by one? */
static bool are_few(const struct prom *p, double count, double most, mono_ms now)
{
    return !isnan(count) && count <= most * (is_looked_at(p, now) ? FOCUS_TIMES : 1);
}

static bool is_wanted(const struct prom *p, enum part part, mono_ms now)
{
    bool nodes = are_few(p, p->nodes, p->opt.nodes, now),
         devices = are_few(p, p->devices, p->opt.devices, now);

    switch (part) {
    case PART_HELLO:
        return !p->greeted;
    case PART_NODES:
        return nodes;
    case PART_DEVICES:
        return devices && p->devices > 0;
    case PART_FOCUS:
        return is_looked_at(p, now) && *p->focus_node != '\0' && !isnan(p->nodes) &&
               (!nodes || !devices);
    default:
        return p->greeted;
    }
}

static int64_t interval_of(const struct prom *p, enum part part, mono_ms now)
{
    int64_t every = p->opt.interval_ms;
    bool looked_at = part == PART_NODES || part == PART_DEVICES || part == PART_FOCUS;

    if (looked_at && is_looked_at(p, now) && every > FOCUS_MS)
        return FOCUS_MS;
    return part == PART_AGGREGATES && !p->recorded ? 2 * every
                                                   : every; /* that is dear to the server */
}

static void start(struct prom *p, enum part part, mono_ms now, struct request_list *out)
{
    struct part_state *s = &p->parts[part];

    if (s->plain_until != 0 && now >= s->plain_until)
        s->plain_until = 0;
    prom_answer_reset(p);
    prom_ask(p, part, out);
    s->asked = now;
    s->due = now + interval_of(p, part, now);
}

static mono_ms prom_plan(void *state, mono_ms now, wall_ms wall, struct request_list *out)
{
    struct prom *p = state;
    mono_ms next = now + p->opt.interval_ms;

    (void)wall;
    for (int i = 0; i < PARTS; i++) {
        struct part_state *s = &p->parts[i];
        if (!is_wanted(p, (enum part)i, now))
            continue;
        if (s->due <= now) {
            start(p, (enum part)i, now, out);
            return now;
        }
        next = s->due < next ? s->due : next;
    }
    return next;
}

static void make_due(struct prom *p, enum part part, mono_ms now, int64_t floor)
{
    struct part_state *s = &p->parts[part];

    if (s->due == INT64_MAX)
        return;
    mono_ms soonest = s->asked != 0 ? s->asked + floor : now;
    if (soonest < s->due)
        s->due = soonest > now ? soonest : now;
}

static void prom_refresh(void *state, mono_ms now)
{
    struct prom *p = state;

    p->greeted = false;
    p->look_for_rules = 0;
    p->recorded = true;
    for (int i = 0; i < PARTS; i++) {
        p->parts[i].plain_until = 0;
        make_due(p, (enum part)i, now, REFRESH_MS);
    }
}

static void prom_focus(void *state, const char *node, mono_ms now, mono_ms until)
{
    struct prom *p = state;
    const char *name = node != NULL && strlen(node) < sizeof p->focus_node ? node : "";

    p->focus_until = until;
    if (strcmp(name, p->focus_node) != 0) {
        memcpy(p->focus_node, name, strlen(name) + 1);
        make_due(p, PART_FOCUS, now, REFRESH_MS);
    }
    make_due(p, PART_NODES, now, FOCUS_MS);
    make_due(p, PART_DEVICES, now, FOCUS_MS);
}

const struct collector_ops prometheus_collector = {
    .name = "prometheus",
    .help = "a Prometheus, Thanos or VictoriaMetrics server of the center",
    .options = options,
    .option_count = ARRAY_LEN(options),
    .auth = AUTH_HTTP,
    .max_in_flight = 1,
    .open = prom_open,
    .close = prom_close,
    .plan = prom_plan,
    .decode = prom_decode,
    .done = prom_done,
    .refresh = prom_refresh,
    .lookup = prom_lookup,
    .focus = prom_focus,
    .rank = {3, 3},
};
