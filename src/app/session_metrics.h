/* SPDX-License-Identifier: MIT
 * session_metrics.h - the metric map for the sources that are made of it: the built-in one and the site's. Thread: main, at
 * start; read by the net thread while the session lives. */
#ifndef SUAN_APP_SESSION_METRICS_H
#define SUAN_APP_SESSION_METRICS_H

#include "app/config.h"

struct session_metrics {
    struct source_data data;
    char *text, *path; /* of the site; NULL = none */
};

/* Reads the site's metrics.conf; a broken one is refused with file and line. config_path: NULL = there is none. */
enum rc session_metrics_load(struct session_metrics *m, const char *config_path, struct err *e);
/* Points all sources to it. */
void session_metrics_give(const struct session_metrics *m, struct config *c);
void session_metrics_free(struct session_metrics *m);

#endif
