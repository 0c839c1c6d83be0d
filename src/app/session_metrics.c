/* SPDX-License-Identifier: MIT
 * session_metrics.c - see session_metrics.h. */
#include "app/session_metrics.h"

#include "app/datafile.h"
#include "collectors/exporter/metric_map.h"
#include "data/data.h"

#include <stdlib.h>

static enum rc check(const struct session_metrics *m, struct err *e)
{
    struct metric_map map;
    enum rc rc = RC_OK;

    metric_map_init(&map);
    for (size_t i = 0; i < 2 && rc == RC_OK; i++)
        if (m->data.metrics[i] != NULL)
            rc = metric_map_add(&map, m->data.metrics[i], m->data.metrics_name[i], e);
    metric_map_free(&map);
    return rc;
}

enum rc session_metrics_load(struct session_metrics *m, const char *config_path, struct err *e)
{
    *m = (struct session_metrics){.data = {{data_metrics, NULL}, {"metrics.conf", NULL}}};
    enum rc rc = datafile_read("metrics.conf", config_path, &m->text, &m->path, e);
    m->data.metrics[1] = m->text;
    m->data.metrics_name[1] = m->path;
    return rc == RC_OK && m->text != NULL ? check(m, e) : rc;
}

void session_metrics_give(const struct session_metrics *m, struct config *c)
{
    for (size_t i = 0; i < c->center_count; i++)
        for (size_t k = 0; k < c->centers[i].source_count; k++)
            c->centers[i].sources[k].conf.data = &m->data;
}

void session_metrics_free(struct session_metrics *m)
{
    free(m->text);
    free(m->path);
    *m = (struct session_metrics){.text = NULL};
}
