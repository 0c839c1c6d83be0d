/* SPDX-License-Identifier: MIT
 * hostset.h - is a host in a folded set ("cn[001-016,020],login1")? For filters: nothing is
 * expanded or allocated. Writing and expanding sets is codec/hostlist's business. Pure; thread:
 * any. */
#ifndef SUAN_MODEL_HOSTSET_H
#define SUAN_MODEL_HOSTSET_H

#include <stdbool.h>

/* Case-insensitive for ASCII. False where the set is malformed. */
bool hostset_contains(const char *set, const char *host);

#endif
