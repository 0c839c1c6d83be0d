/* SPDX-License-Identifier: MIT
 * pages.h - devices through a server: its series are put together again to the pages that the exporters told it, and those
 * are read as the collector `exporter` reads them, by the same map (data/metrics.conf and the site's). One page for each
 * instance that was scraped.
 * Thread: one at a time. */
#ifndef SUAN_COLLECTORS_PROMETHEUS_PAGES_H
#define SUAN_COLLECTORS_PROMETHEUS_PAGES_H

#include "base/buf.h"
#include "collectors/collector.h"
#include "collectors/prometheus/book.h"

struct pages;

/* RC_SCHEMA: a line of the map is wrong. */
enum rc pages_new(const struct source_conf *conf, bool whole_names, struct pages **out,
                  struct err *e);
void pages_free(struct pages *ps);

/* For queries, made once: "a|b|c" of all metrics of devices, and of those that count them; ", x, y": the labels that the map
 * looks at, and those that tell devices apart. */
const char *pages_names(const struct pages *ps);
const char *pages_counted(const struct pages *ps);
const char *pages_labels(const struct pages *ps);
const char *pages_identity(const struct pages *ps);

void pages_begin(struct pages *ps);
/* One series. host: what names its host, from label `which`. */
enum rc pages_sample(struct pages *ps, const struct labels *l, const char *host, const char *which,
                     double v, struct err *e);
/* How old the samples of that instance are. */
void pages_age(struct pages *ps, const char *instance, double age_ms);

/* Where devices of that node were scraped, without the port: how many addresses, `most` at most. */
size_t pages_addresses(const struct pages *ps, const char *node, char out[][HOST_MAX], size_t most);

struct pages_end {
    const struct book *book; /* knows the names of addresses, and who is down */
    bool covers;             /* the answer was about all instances */
    bool believed;
    double stale_ms;
    mono_ms now;
};
struct pages_sum {
    uint32_t devices, stale, silent;
};
/* Rows of all pages; what pages do not list any more is removed, and so is an instance that the server does not know. */
struct pages_sum pages_end(struct pages *ps, struct delta *d, const struct pages_end *how);

#endif
