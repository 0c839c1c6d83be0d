/* SPDX-License-Identifier: MIT
 * hostset.h - reading folded sets of hosts ("cn[001-016,020],login1") for filters and for the
 * fleet's own engines: nothing is allocated. Writing sets is codec/hostlist's business. Pure;
 * thread: any. */
#ifndef SUAN_MODEL_HOSTSET_H
#define SUAN_MODEL_HOSTSET_H

#include <stdbool.h>
#include <stddef.h>

/* Case-insensitive for ASCII. False where the set is malformed. */
bool hostset_contains(const char *set, const char *host);

/* Calls visit for each host, at most `most` times, until it returns false. A malformed name ends
 * the walk. Returns how many hosts were visited. */
unsigned hostset_each(const char *set, unsigned most,
                      bool (*visit)(void *arg, const char *host, size_t len), void *arg);
/* Do two sets share a host? Looks at no more than 4,096 hosts of `a`. */
bool hostset_meet(const char *a, const char *b);

#endif
