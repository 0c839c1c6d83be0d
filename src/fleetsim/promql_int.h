/* SPDX-License-Identifier: MIT
 * promql_int.h - expressions, for promql*.c only. All of one lives in the arena of its query. */
#ifndef SUAN_FLEETSIM_PROMQL_INT_H
#define SUAN_FLEETSIM_PROMQL_INT_H

#include "fleetsim/promql.h"

enum expr_kind {
    EXPR_NUMBER,
    EXPR_STRING,
    EXPR_SELECT,
    EXPR_CALL,
    EXPR_AGGREGATE,
    EXPR_BINARY,
    EXPR_NEGATE
};

enum { EXPR_DEEP = 200, EXPR_ARGS = 8 };

struct names {
    const char **name;
    size_t count, cap;
};

/* Of a binary operator: by which labels its sides meet; of an aggregation: by which labels it groups. */
struct meeting {
    struct names names;
    bool on;   /* by these labels; else by all but these */
    bool left; /* group_left: many on the left side may meet one on the right */
    bool right;
    struct names include;
};

struct expr {
    enum expr_kind kind;
    double number;
    const char *text; /* a string; the name of a function, aggregation or operator */
    struct promql_matcher *matchers;
    size_t matcher_count;
    bool elsewhen; /* it has a range or an offset */
    bool as_bool;  /* a comparison that says 0 or 1 */
    struct meeting meeting;
    struct expr *arg[EXPR_ARGS];
    size_t arg_count;
};

struct query {
    struct arena *arena;
    const struct promql_source *from;
    struct err *e;
    size_t samples; /* that were made so far */
    struct regexes *regexes;
};

/* --- promql.c --- */
/* To be freed with the query. NULL: it is no regular expression; e is set. */
regex_t *query_regex(struct query *q, const char *text);
enum rc query_eval(struct query *q, const struct expr *x, struct promql_value *out);
/* Room for n more samples in all of the query? RC_LIMIT. */
enum rc query_room(struct query *q, size_t n);

/* --- promql_parse.c --- */
enum rc promql_parse(struct query *q, const char *text, struct expr **out);

/* --- promql_join.c: vector and vector --- */
enum rc promql_join(struct query *q, const struct expr *x, const struct promql_vector *l,
                    const struct promql_vector *r, struct promql_vector *out);
/* Of two numbers; *keep: what a comparison says of them. */
double promql_compute(const char *op, double a, double b, bool *keep);
bool promql_is_comparison(const char *op);

/* --- promql_group.c: aggregations --- */
enum rc promql_aggregate(struct query *q, const struct expr *x, double parameter,
                         const struct promql_vector *v, struct promql_vector *out);

/* --- promql_label.c --- */
bool names_has(const struct names *n, const char *name);
/* The labels of a sample by which it meets or is grouped: those of the list (on), or all others but the name. */
uint32_t labels_of_group(struct arena *a, const struct promql_sample *s, const struct names *n,
                         bool on, struct promql_label **out);
/* Without that label, or with another value of it. */
void labels_set(struct arena *a, struct promql_sample *s, const char *name, const char *value);

/* Groups by their labels. */
struct groups;
struct groups *groups_new(void);
void groups_free(struct groups *g);
/* Its number, counted from 0; made if it was not there and `add`, else UINT32_MAX. */
uint32_t groups_of(struct groups *g, const struct promql_label *labels, uint32_t count, bool add);

#endif
