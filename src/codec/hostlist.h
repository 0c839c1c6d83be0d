/* SPDX-License-Identifier: MIT
 * hostlist.h - folded host sets: "cn[001-016,020],login1".
 *
 * Syntax as in Slurm: comma-separated names, bracketed decimal ranges with zero padding kept,
 * several brackets in one name ("rack[1-2]n[01-16]"). Expansion is bounded and only ever applied
 * to text that a scheduler's hostlist field or the operator gave, never to a name. Empty text and
 * "(null)" are the empty set; blanks may stand around commas. Pure. */
#ifndef SUAN_CODEC_HOSTLIST_H
#define SUAN_CODEC_HOSTLIST_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include <stdbool.h>
#include <stddef.h>

/* Calls visit for each host in order; visit returns false to stop. RC_SYNTAX names the place,
 * RC_LIMIT after max hosts (0 = 1,048,576). Nothing is allocated. */
enum rc hostlist_each(const char *text, size_t max,
                      bool (*visit)(void *arg, const char *host, size_t len), void *arg,
                      struct err *e);
/* Number of hosts, 0 on a syntax error. */
size_t hostlist_count(const char *text);
/* Is host one of them? Exact; false on a syntax error. Does not expand ranges. */
bool hostlist_contains(const char *text, const char *host);
/* Append the folded form: sorted, duplicates dropped, numbers at the end of a name (or before its
 * first dot) as ranges. RC_SYNTAX for a name that a list cannot hold (empty, with a comma,
 * bracket, blank or control), RC_LIMIT when out is full. */
enum rc hostlist_fold(struct buf *out, const char *const *hosts, size_t count);

#endif
