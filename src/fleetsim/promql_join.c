/* SPDX-License-Identifier: MIT
 * promql_join.c - operators between two vectors: which samples meet, and what becomes of their labels. */
#include "base/xmem.h"
#include "fleetsim/promql_int.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

bool promql_is_comparison(const char *op)
{
    return strchr("=!<>", *op) != NULL;
}

double promql_compute(const char *op, double a, double b, bool *keep)
{
    *keep = true;
    switch (*op) {
    case '+':
        return a + b;
    case '-':
        return a - b;
    case '*':
        return a * b;
    case '/':
        return a / b;
    case '%':
        return fmod(a, b);
    case '^':
        return pow(a, b);
    case '=':
        *keep = a == b;
        return a;
    case '!':
        *keep = a != b;
        return a;
    case '<':
        *keep = op[1] == '=' ? a <= b : a < b;
        return a;
    default:
        *keep = op[1] == '=' ? a >= b : a > b;
        return a;
    }
}

/* ---- and, or, unless ---- */

static uint32_t group_of(struct query *q, const struct expr *x, struct groups *g,
                         const struct promql_sample *s, bool add)
{
    struct promql_label *labels;
    uint32_t n = labels_of_group(q->arena, s, &x->meeting.names, x->meeting.on, &labels);

    return groups_of(g, labels, n, add);
}

static void copy_sample(struct promql_vector *out, const struct promql_sample *s)
{
    promql_add(out, (struct promql_label *)s->labels, s->label_count, s->value, s->at);
}

static void join_sets(struct query *q, const struct expr *x, const struct promql_vector *l,
                      const struct promql_vector *r, struct promql_vector *out)
{
    bool is_or = strcmp(x->text, "or") == 0, is_and = strcmp(x->text, "and") == 0;
    const struct promql_vector *known = is_or ? l : r, *asked = is_or ? r : l;
    struct groups *g = groups_new();

    for (size_t i = 0; i < known->count; i++)
        (void)group_of(q, x, g, &known->samples[i], true);
    if (is_or)
        for (size_t i = 0; i < l->count; i++)
            copy_sample(out, &l->samples[i]);
    for (size_t i = 0; i < asked->count; i++)
        if ((group_of(q, x, g, &asked->samples[i], false) != UINT32_MAX) == is_and)
            copy_sample(out, &asked->samples[i]);
    groups_free(g);
}

/* ---- arithmetic and comparisons ---- */

static struct promql_sample joined(struct query *q, const struct expr *x,
                                   const struct promql_sample *many,
                                   const struct promql_sample *one)
{
    const struct meeting *m = &x->meeting;
    struct promql_sample s = *many;
    struct promql_label *labels;

    if (!m->left && !m->right) {
        bool keeps_name = promql_is_comparison(x->text) && !x->as_bool && !m->on;
        const char *name = promql_label(&s, "__name__");
        s.label_count = labels_of_group(q->arena, many, &m->names, m->on, &labels);
        s.labels = labels;
        if (keeps_name && *name)
            labels_set(q->arena, &s, "__name__", name);
    } else if (!promql_is_comparison(x->text) || x->as_bool) {
        labels_set(q->arena, &s, "__name__", "");
    }
    for (size_t i = 0; i < m->include.count; i++)
        labels_set(q->arena, &s, m->include.name[i], promql_label(one, m->include.name[i]));
    return s;
}

static enum rc ambiguous(struct query *q, const char *what)
{
    return err_set(q->e, RC_UNSUPPORTED, "query", "%s", what);
}

/* Of each group the one sample that many may meet. */
static enum rc index_ones(struct query *q, const struct expr *x, const struct promql_vector *ones,
                          struct groups *g)
{
    for (size_t i = 0; i < ones->count; i++)
        if (group_of(q, x, g, &ones->samples[i], true) != i)
            return ambiguous(
                q,
                x->meeting.right
                    ? "found duplicate series for the match group on the left hand-side of the "
                      "operation: many-to-many matching not allowed: matching labels must be unique on one side"
                    : "found duplicate series for the match group on the right hand-side of the "
                      "operation: many-to-many matching not allowed: matching labels must be unique on one side");
    return RC_OK;
}

static enum rc meet(struct query *q, const struct expr *x, const struct promql_vector *many,
                    const struct promql_vector *ones, struct groups *g, struct promql_vector *out)
{
    bool swapped = x->meeting.right, grouped = x->meeting.left || swapped, keep;
    char *met = xcalloc(ones->count + 1, 1);
    enum rc rc = RC_OK;

    for (size_t i = 0; i < many->count && rc == RC_OK; i++) {
        const struct promql_sample *m = &many->samples[i];
        uint32_t at = group_of(q, x, g, m, false);
        if (at == UINT32_MAX)
            continue;
        const struct promql_sample *one = &ones->samples[at];
        double v = promql_compute(x->text, swapped ? one->value : m->value,
                                  swapped ? m->value : one->value, &keep);
        if (!keep && !x->as_bool)
            continue;
        if (!grouped && met[at]++)
            rc = ambiguous(q, "multiple matches for labels: many-to-one matching must be explicit "
                              "(group_left/group_right)");
        struct promql_sample s = joined(q, x, m, one);
        promql_add(out, (struct promql_label *)s.labels, s.label_count,
                   x->as_bool ? (double)keep : v, q->from->now);
    }
    free(met);
    return rc;
}

enum rc promql_join(struct query *q, const struct expr *x, const struct promql_vector *l,
                    const struct promql_vector *r, struct promql_vector *out)
{
    enum rc rc = query_room(q, l->count + r->count);

    if (rc != RC_OK)
        return rc;
    if (*x->text == 'o' || *x->text == 'a' || *x->text == 'u') {
        join_sets(q, x, l, r, out);
        return RC_OK;
    }
    const struct promql_vector *many = x->meeting.right ? r : l, *ones = x->meeting.right ? l : r;
    struct groups *g = groups_new();
    rc = index_ones(q, x, ones, g);
    if (rc == RC_OK)
        rc = meet(q, x, many, ones, g, out);
    groups_free(g);
    return rc;
}
