/* SPDX-License-Identifier: MIT
 * collectors.c - which collectors there are, for who starts them: collectors.def. */
#include "base/xmem.h"
#include "node/collect.h"

const struct collector node_collectors[] = {
#define COLLECTOR(name, round, keeps, help) {name, help},
#include "node/collectors.def"
#undef COLLECTOR
};
const size_t node_collector_count = ARRAY_LEN(node_collectors);
