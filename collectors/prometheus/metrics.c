/* SPDX-License-Identifier: MIT
 * metrics.c - see metrics.h. */
#include "collectors/prometheus/metrics.h"
#include <string.h>

/* clang-format off */
#define ENTITY_OF_node ENTITY_NODE
#define ENTITY_OF_device ENTITY_DEVICE

#define ABOUT(family, name) {name, FAMILY_##family == FAMILY_MACHINE ? ENTITY_NODE : ENTITY_DEVICE, -1, FAMILY_##family, 1},
#define METRIC(family, name, entity, field, scale) {name, ENTITY_OF_##entity, FIELD_##entity##_##field, FAMILY_##family, scale},
#define HEED(name, what)
#define FIGURE(entity, field, expr)
const struct metric prom_metrics[] = {
#include "collectors/prometheus/metrics.def"
    {NULL, ENTITY_COUNT, -1, FAMILY_MACHINE, 0}};
#undef ABOUT
#undef METRIC
#undef HEED
#undef FIGURE

#define ABOUT(family, name)
#define METRIC(family, name, entity, field, scale)
#define HEED(name, what) {name, HEED_##what},
#define FIGURE(entity, field, expr)
const struct heeded prom_heeded[] = {
#include "collectors/prometheus/metrics.def"
    {NULL, HEED_NONE}};
#undef HEED
#undef FIGURE

#define HEED(name, what)
#define FIGURE(entity, field, expr) {#field, expr, ENTITY_OF_##entity, FIELD_##entity##_##field},
const struct figure prom_figures[] = {
#include "collectors/prometheus/metrics.def"
    {NULL, NULL, ENTITY_COUNT, -1}};
#undef ABOUT
#undef METRIC
#undef HEED
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
        *rank += m->entity == found->entity && m->field == found->field;
    return found;
}

enum heed prom_heed(const char *name)
{
    for (const struct heeded *h = prom_heeded; h->name != NULL; h++)
        if (strcmp(h->name, name) == 0)
            return h->heed;
    return HEED_NONE;
}

const char *prom_vendor(enum family f)
{
    switch (f) {
    case FAMILY_DCGM:
        return "NVIDIA";
    case FAMILY_ASCEND:
        return "Huawei";
    case FAMILY_AMD:
        return "AMD";
    case FAMILY_MACHINE:
    case FAMILY_SUANTOP:
        break;
    }
    return NULL;
}
