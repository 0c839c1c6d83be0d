/* SPDX-License-Identifier: MIT
 * query.h - which rows, in which order. Pure; reads one snapshot, owns its result.
 *
 * Filter language (also documented in suantop(1), made from the same table):
 *   word            any text column contains it (case-insensitive for ASCII); several words must all match
 *   "two words"     quoting; \ escapes
 *   field=value  field!=value   equal (case-insensitive; a FLAGS or LIST field: contains; HOSTLIST: is in the set)
 *   field:text      the column's text contains it
 *   field>n  >=  <  <=          numbers with K M G T or %, durations 90s 10m 2h 3d
 *   field~regex     POSIX extended regular expression; a bare ~regex searches all text columns
 *   field=?         has no value          field!=?   has one
 *   !term           not
 *   a or b   ( )    alternatives and grouping; "and" may be written */
#ifndef SUAN_MODEL_QUERY_H
#define SUAN_MODEL_QUERY_H

#include "base/err.h"
#include "model/value.h"

struct filter;
/* NULL text or only blanks: *out = NULL, matches all. Errors name the column of the text where they are. */
enum rc filter_compile(const char *text, enum entity e, struct filter **out, struct err *err);
void filter_free(struct filter *f);
bool filter_match(const struct filter *f, const struct value_ctx *c, const void *row);

struct query {
    enum entity entity;
    const struct filter *filter; /* NULL = all */
    const struct filter *base;   /* a view's own condition, NULL = none */
    int center;                  /* only this center, -1 = all */
    bool with_gone;              /* also rows that their source no longer lists */
    int sort_column;             /* -1 = slot order */
    bool descending;
    int group_column; /* equal values stand together, groups ordered by that value; -1 = none */
    /* Drill-down condition, NULL = none. */
    bool (*extra)(const void *arg, const struct value_ctx *c, const void *row);
    const void *extra_arg;
};

struct query_result {
    uint32_t *slots;     /* in order */
    uint32_t count;      /* rows that match */
    uint32_t considered; /* rows before the filters (of this center, not gone) */
    uint32_t cap;
    void *scratch;
    size_t scratch_cap; /* kept between runs */
};

void query_run(const struct query *q, const struct value_ctx *c, struct query_result *out);
void query_result_fini(struct query_result *r);

#endif
