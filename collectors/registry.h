/* SPDX-License-Identifier: MIT
 * registry.h - the collectors that are built in, from collectors.def. */
#ifndef SUAN_COLLECTORS_REGISTRY_H
#define SUAN_COLLECTORS_REGISTRY_H

#include "collectors/collector.h"

/* NULL-terminated. */
const struct collector_ops *const *collector_all(void);
const struct collector_ops *collector_find(const char *name);

#endif
