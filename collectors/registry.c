/* SPDX-License-Identifier: MIT
 * registry.c - the table behind collectors.def. */
#include "collectors/registry.h"
#include <string.h>

#define COLLECTOR(name) extern const struct collector_ops name##_collector;
#include "collectors/collectors.def"
#undef COLLECTOR

#define COLLECTOR(name) &name##_collector,
static const struct collector_ops *const all[] = {
#include "collectors/collectors.def"
    NULL};
#undef COLLECTOR

const struct collector_ops *const *collector_all(void)
{
    return all;
}

const struct collector_ops *collector_find(const char *name)
{
    for (size_t i = 0; all[i] != NULL; i++)
        if (strcmp(all[i]->name, name) == 0)
            return all[i];
    return NULL;
}
