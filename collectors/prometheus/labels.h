/* SPDX-License-Identifier: MIT
 * labels.h - the labels of one series, and which node and device they speak of.
 *
 * Pure; borrowed from the JSON value that they were read from. */
#ifndef SUAN_COLLECTORS_PROMETHEUS_LABELS_H
#define SUAN_COLLECTORS_PROMETHEUS_LABELS_H

#include "codec/json.h"
#include <stdbool.h>
#include <stddef.h>

enum { LABELS_MAX = 64, HOST_MAX = 256 };

struct labels {
    const struct json *metric;
};

/* "" when the series has no such label. */
const char *label_of(const struct labels *l, const char *name);
/* The first of a NULL-terminated list that the series has; *which: that label's name. */
const char *label_first(const struct labels *l, const char *const *names, const char **which);

/* Labels that name a host, best first; `instance` is the last, because it is an address. */
extern const char *const label_hosts[];
/* Labels that tell devices of a host apart. */
extern const char *const label_devices[];

/* The host without its port, and without its domain unless `whole`; an address stays whole. */
void label_host_name(const char *host, bool whole, char out[HOST_MAX]);

#endif
