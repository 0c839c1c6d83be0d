/* SPDX-License-Identifier: MIT
 * prom.h - the state of one source of the collector `prometheus`, shared by its files only.
 *
 * Asks by PromQL what a server of a center (Prometheus, Thanos, VictoriaMetrics) knows, one request at a time:
 *   hello       once: which server is it
 *   aggregates  each interval: recorded sums (aggregates.def), and how many nodes and devices there are
 *   nodes       figures of each node, where they are few enough or somebody looks
 *   devices     the same of devices
 *   focus       one node with its devices, where they are too many to ask for all
 *   alerts      what fires on the server
 * The sums are made over there: what comes here has only the labels that name a thing. Thread: net. */
#ifndef SUAN_COLLECTORS_PROMETHEUS_PROM_H
#define SUAN_COLLECTORS_PROMETHEUS_PROM_H

#include "base/buf.h"
#include "codec/json.h"
#include "collectors/collector.h"
#include "collectors/prometheus/aggregates.h"
#include "collectors/prometheus/book.h"
#include "collectors/prometheus/metrics.h"
#include "collectors/prometheus/pages.h"

enum part { PART_HELLO, PART_AGGREGATES, PART_NODES, PART_DEVICES, PART_FOCUS, PART_ALERTS, PARTS };

enum server { SERVER_UNKNOWN, SERVER_PROMETHEUS, SERVER_THANOS, SERVER_VICTORIA, SERVER_MIMIR };

/* Bits of request.tag. */
enum {
    TAG_PLAIN = 1, /* only series by name: what is computed was refused */
    TAG_LIVE = 2,  /* sums over raw series, because the rules are missing */
    TAG_SEARCH = 4 /* of a node: where is it? */
};

struct prom_options {
    const char *url, *socket, *path_prefix, *rules, *match; /* rules, match: "" = none */
    const char *node_label;                                 /* NULL = the usual ones */
    int64_t interval_ms;
    double devices, nodes;
    bool alerts, whole_names;
};

/* A line of the option `map`. */
struct mapped {
    char *expr;
    enum entity entity;
    int field;
};

struct part_state {
    mono_ms due, asked;  /* 0 = never */
    bool unsure;         /* the last answer was not the whole truth: the next sweeps nothing */
    mono_ms plain_until; /* what is computed is left out until then; 0 = no */
    char complaint[160]; /* why, or a warning of the last answer; "" = none */
};

/* What an answer said besides its samples. */
struct answer {
    bool ok, partial; /* status "success"; isPartial of VictoriaMetrics */
    char error[200], error_type[32];
    char warning[160];
    unsigned warnings;
    uint32_t samples, foreign;         /* foreign: none of what was asked for */
    double nodes, devices, rule_age_s; /* counted by the server; NAN */
    char version[64], application[48], go[48];
};

struct prom {
    struct source_conf conf;
    struct prom_options opt;
    struct mapped *mapped;
    size_t mapped_count;
    enum server server;
    char version[64];
    bool greeted;
    bool recorded;          /* the shipped rules are loaded there, as far as is known */
    mono_ms look_for_rules; /* when live sums end and the recorded ones are tried again */
    double nodes, devices;  /* NAN = not known */
    uint32_t nodes_told, devices_told;
    struct part_state parts[PARTS];
    mono_ms focus_until;
    char focus_node[HOST_MAX]; /* "" = the whole center */
    struct json_reader *samples, *any;
    struct book book;
    struct pages *pages;
    struct sums *sums;
    struct answer answer;
};

/* prom_ask.c: one request of that part. */
void prom_ask(struct prom *p, enum part part, struct request_list *out);
bool prom_knows_address(const struct prom *p, const char *node);
enum rc prom_lookup(void *state, enum entity e, const char *id, struct request *out,
                    struct err *err);

/* Nothing is known of the answer to come. */
void prom_answer_reset(struct prom *p);

/* prom_answer.c */
enum rc prom_decode(void *state, const struct request *rq, const char *key, const char *text,
                    size_t len, struct delta *d, struct err *e);
/* prom_sample.c: one figure of a node or device. */
enum rc prom_sample(struct prom *p, const struct labels *l, double at, double v, struct err *e);
/* prom_alert.c: one alert of the server. */
enum rc prom_alert(struct prom *p, const struct json *alert, struct delta *d, struct err *e);
/* prom_done.c */
enum rc prom_done(void *state, const struct request *rq, const struct reply *reply, mono_ms now,
                  struct delta *d, enum poll_end *end, const char **mend, struct err *e);
/* prom_map.c: the option `map`. */
enum rc prom_map(struct prom *p, const char *text, struct err *e);

#endif
