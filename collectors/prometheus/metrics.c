/* SPDX-License-Identifier: MIT
 * metrics.c - see metrics.h. */
#include "collectors/prometheus/metrics.h"
#include <string.h>

/* clang-format off */
#define ABOUT(name) {name, -1, 1},
#define METRIC(name, field, scale) {name, FIELD_node_##field, scale},
#define FIGURE(field, expr)
const struct metric prom_metrics[] = {
#include "collectors/prometheus/metrics.def"
    {NULL, -1, 0}};
#undef ABOUT
#undef METRIC
#undef FIGURE

#define ABOUT(name)
#define METRIC(name, field, scale)
#define FIGURE(field, expr) {expr, FIELD_node_##field},
const struct figure prom_figures[] = {
#include "collectors/prometheus/metrics.def"
    {NULL, -1}};
#undef ABOUT
#undef METRIC
#undef FIGURE
/* clang-format on */

const struct metric *prom_metric(const char *name, unsigned *rank)
{
    const struct metric *found = NULL;

    for (const struct metric *m = prom_metrics; m->name != NULL && found == NULL; m++)
        if (strcmp(m->name, name) == 0)
            found = m;
    *rank = 0;
    for (const struct metric *m = prom_metrics; found != NULL && m < found; m++)
        *rank += m->field == found->field;
    return found;
}
