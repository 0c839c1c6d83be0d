/* SPDX-License-Identifier: MIT
 * promql.h - texts of PromQL: quoting what came from outside, and putting the site's matchers into our selectors.
 *
 * Pure. Thread: any. */
#ifndef SUAN_COLLECTORS_PROMETHEUS_PROMQL_H
#define SUAN_COLLECTORS_PROMETHEUS_PROMQL_H

#include "base/buf.h"
#include <stdbool.h>

/* A string literal with its quotes that means exactly these bytes, whatever they are. */
void promql_string(struct buf *out, const char *s);
/* What stands in a string literal (without its quotes) that is a regular expression: matches exactly these bytes. */
void promql_literal(struct buf *out, const char *s);
/* text with each `_` that ends a list of matchers ("{_}", "{mode=\"idle\",_}") replaced by `match`, and each `$P` by the
 * prefix of recorded series. */
void promql_expand(struct buf *out, const char *text, const char *match, const char *prefix);
/* Is it a list of matchers and nothing else: a="b", c=~"d.*"? */
bool promql_is_matchers(const char *s);
/* May it begin the name of a series (letters, digits, _ and :)? */
bool promql_is_prefix(const char *s);

#endif
