/* SPDX-License-Identifier: MIT
 * promql.h - instant queries of PromQL, of which a simulated Prometheus understands what monitoring programs ask: selectors,
 * arithmetic, comparisons, set operators with their matching, aggregations and a few functions. It remembers nothing: a range
 * or an offset finds no samples, as on a server that was started just now.
 *
 * Answers and refusals are those of Prometheus 2.42 (promql/engine.go, parser/): which labels a result keeps, which name it
 * loses, what is an error.
 * Pure; thread: any. Everything that comes out lives in the arena of the query. */
#ifndef SUAN_FLEETSIM_PROMQL_H
#define SUAN_FLEETSIM_PROMQL_H

#include "base/arena.h"
#include "base/err.h"
#include <regex.h>
#include <stdbool.h>
#include <stdint.h>

struct promql_label {
    const char *name, *value; /* value is never empty */
};

struct promql_sample {
    const struct promql_label *labels; /* by name, bytewise; "__name__" is one of them */
    uint32_t label_count;
    double value;
    double at; /* when it was taken, seconds since 1970 */
};

struct promql_vector {
    struct promql_sample *samples;
    size_t count, cap;
    struct arena *arena;
};

enum promql_match { MATCH_IS, MATCH_IS_NOT, MATCH_REGEX, MATCH_NOT_REGEX };

struct promql_matcher {
    const char *name, *value;
    enum promql_match how;
    regex_t regex; /* of the last two: the whole value */
};

/* Where samples come from. select adds all that fit; it may look at the matchers (promql_fits) to find them faster. */
struct promql_source {
    void (*select)(void *arg, const struct promql_matcher *m, size_t count,
                   struct promql_vector *out);
    void *arg;
    double now; /* seconds since 1970 */
};

enum promql_type { PROMQL_SCALAR, PROMQL_STRING, PROMQL_VECTOR };

struct promql_value {
    enum promql_type type;
    double number;
    const char *text;
    struct promql_vector vector;
};

/* RC_SYNTAX: it is no query ("1:7: parse error: ..."). RC_UNSUPPORTED: it cannot be carried out, as on a real one or because
 * nobody taught it here. RC_LIMIT: too many samples. */
enum rc promql_query(const char *text, const struct promql_source *from, struct arena *arena,
                     struct promql_value *out, struct err *e);

/* "" = it has no such label. */
const char *promql_label(const struct promql_sample *s, const char *name);
bool promql_fits(const struct promql_matcher *m, const char *value);
bool promql_all_fit(const struct promql_matcher *m, size_t count, const struct promql_sample *s);
/* labels need not be in order; they are kept as they are, not copied. Those with empty values are left out. */
void promql_add(struct promql_vector *v, struct promql_label *labels, uint32_t count, double value,
                double at);

#endif
