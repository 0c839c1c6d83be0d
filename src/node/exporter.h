/* SPDX-License-Identifier: MIT
 * exporter.h - all collectors together, as one page.
 *
 * Owner: main. Thread: start and stop from one, page from any. */
#ifndef SUAN_NODE_EXPORTER_H
#define SUAN_NODE_EXPORTER_H

#include "base/buf.h"
#include "node/page.h"
#include <stdint.h>

struct exporter;

enum { EXPORTER_SETTINGS = 8 };
/* probe: path of the program of the children; settings: NULL-terminated, up to EXPORTER_SETTINGS of collect.h; all are
 * borrowed. */
struct exporter *exporter_start(const char *probe, const char *root, const char *const *settings,
                                int64_t interval_ms, int64_t deadline_ms);
void exporter_stop(struct exporter *x);
/* Another number whenever the page reads otherwise. */
uint64_t exporter_version(struct exporter *x);
/* From memory: never waits for a driver. */
enum rc exporter_page(struct exporter *x, enum page_format format, struct buf *out);
/* A GPU that is on the bus, and that no driver tells of, is down. Pure. */
void exporter_judge_gpus(struct samples *s);

#endif
