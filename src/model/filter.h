/* SPDX-License-Identifier: MIT
 * filter.h - conditions on rows, typed by people. Pure; a filter belongs to one thread (it
 * remembers what it found out about strings).
 *
 * The language (also in suantop(1)):
 *   word          any text column contains it, case-insensitive for ASCII; several words must all
 *                 match
 *   "two words"   quoting; \ escapes
 *   field=value  field!=value
 *                 equal, case-insensitive; a FLAGS or LIST field contains it, a HOSTLIST has it in
 *                 the set; != also matches rows without a value
 *   field:text    the column's text contains it
 *   field>n  >=  <  <=
 *                 numbers with K M G T (bytes: 1024 each) or %; durations 90s 10m 2h30m 3d 1w; of
 *                 a time: how far it is from now, or 2026-11-22T08:00:00Z; texts in natural order
 *   field~regex   POSIX extended, case-insensitive; a bare ~regex searches all text columns
 *   field=?       has no value; field!=? has one
 *   !term         not
 *   a or b   ( )  alternatives and grouping; "and" may be written
 * A field goes by its id (devices_requested) or its title (wants). Text is compared as it is
 * shown. */
#ifndef SUAN_MODEL_FILTER_H
#define SUAN_MODEL_FILTER_H

#include "base/err.h"
#include "model/value.h"

struct filter;
/* NULL text or only blanks: *out = NULL, matches all. Errors name the column of the text where
 * they are. */
enum rc filter_compile(const char *text, enum entity e, struct filter **out, struct err *err);
/* For the next key typed: f takes over what `old` (which is then freed as always) found out about
 * strings that f need not ask again, and remembers whether it only narrows it: then a query asks the rows that matched.
 * Changes no result. */
void filter_refine(struct filter *f, struct filter *old);
void filter_free(struct filter *f);
bool filter_match(const struct filter *f, const struct value_ctx *c, const void *row);

#endif
