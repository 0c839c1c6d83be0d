/* SPDX-License-Identifier: MIT
 * promql.c - see promql.h: carrying out what was parsed, and the functions. */
#include "base/buf.h"
#include "base/regex_size.h"
#include "base/xmem.h"
#include "fleetsim/promql_int.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SAMPLES_MAX = 50 * 1000 * 1000,
    TEXT_MAX = 1 << 20,
    GROUPS_OF_REGEX = 10,
    REGEX_GROWTH_MAX = 2000 /* by repetition: long lists of names are asked for */
};

/* ---- regular expressions ---- */

struct regexes {
    struct regexes *next;
    regex_t regex;
};

/* Those of Prometheus (RE2) that are written the same in POSIX: no classes like \d. */
regex_t *query_regex(struct query *q, const char *text)
{
    char *whole = xasprintf("^(%s)$", text);
    struct regexes *r = xcalloc(1, sizeof(*r));
    double most = (double)strlen(whole) + REGEX_GROWTH_MAX;
    bool bad = !regex_is_tame(whole, most) || regcomp(&r->regex, whole, REG_EXTENDED) != 0;

    free(whole);
    if (bad) {
        free(r);
        return NULL;
    }
    r->next = q->regexes;
    q->regexes = r;
    return &r->regex;
}

static void free_regexes(struct query *q)
{
    while (q->regexes) {
        struct regexes *r = q->regexes;
        q->regexes = r->next;
        regfree(&r->regex);
        free(r);
    }
}

enum rc query_room(struct query *q, size_t n)
{
    q->samples += n;
    return q->samples <= SAMPLES_MAX
               ? RC_OK
               : err_set(
                     q->e, RC_LIMIT, "query",
                     "query processing would load too many samples into memory in query execution");
}

/* ---- functions ---- */

static struct promql_value number(double v)
{
    return (struct promql_value){.type = PROMQL_SCALAR, .number = v};
}

static enum rc not_that(struct query *q, const char *function, const char *what)
{
    return err_set(q->e, RC_SYNTAX, "query", "1:1: parse error: %s in call to function \"%s\"",
                   what, function);
}

static void expand(struct buf *out, const char *text, const char *value, const regmatch_t *m)
{
    for (const char *p = text; *p; p++) {
        size_t skip = p[0] == '$' && p[1] == '{' ? 2 : 1;
        if (*p != '$' || p[skip] < '0' || p[skip] > '9') {
            (void)buf_addc(out, *p);
            continue;
        }
        const regmatch_t *g =
            &m[p[skip] == '0' ? 0 : p[skip] - '0' + 1]; /* 1: the brackets of ours */
        if (p[skip] < '9' && g->rm_so >= 0)
            (void)buf_add(out, value + g->rm_so, (size_t)(g->rm_eo - g->rm_so));
        p += skip + (skip == 2 && p[skip + 1] == '}');
    }
}

/* label_replace(v, to, replacement, from, regex) */
static enum rc label_replace(struct query *q, const struct promql_value *v,
                             struct promql_vector *out)
{
    const regex_t *r = query_regex(q, v[4].text);
    regmatch_t m[GROUPS_OF_REGEX];
    struct buf value;

    if (r == NULL)
        return err_set(q->e, RC_UNSUPPORTED, "query",
                       "invalid regular expression in label_replace(): %s", v[4].text);
    buf_init(&value, TEXT_MAX);
    *out = v[0].vector;
    for (size_t i = 0; i < out->count; i++) {
        struct promql_sample *s = &out->samples[i];
        const char *from = promql_label(s, v[3].text);
        if (regexec(r, from, GROUPS_OF_REGEX, m, 0) != 0)
            continue;
        buf_reset(&value);
        expand(&value, v[2].text, from, m);
        labels_set(q->arena, s, v[1].text, arena_strdup(q->arena, value.data));
    }
    buf_fini(&value);
    return RC_OK;
}

/* label_join(v, to, separator, from...) */
static void label_join(struct query *q, const struct promql_value *v, size_t count,
                       struct promql_vector *out)
{
    struct buf value;

    buf_init(&value, TEXT_MAX);
    *out = v[0].vector;
    for (size_t i = 0; i < out->count; i++) {
        buf_reset(&value);
        for (size_t n = 3; n < count; n++)
            (void)buf_addf(&value, "%s%s", n > 3 ? v[2].text : "",
                           promql_label(&out->samples[i], v[n].text));
        labels_set(q->arena, &out->samples[i], v[1].text, arena_strdup(q->arena, value.data));
    }
    buf_fini(&value);
}

static void timestamps(struct query *q, struct promql_vector *v)
{
    for (size_t i = 0; i < v->count; i++) {
        labels_set(q->arena, &v->samples[i], "__name__", "");
        v->samples[i].value = v->samples[i].at;
    }
}

static const struct function {
    const char *name, *wants; /* v vector, n number, s string; '+': more of the last */
} functions[] = {
    {"time", ""},
    {"vector", "n"},
    {"scalar", "v"},
    {"timestamp", "v"},
    {"absent", "v"},
    {"label_join", "vsss+"},
    {"label_replace", "vssss"},
    {"rate", "v"},
    {"irate", "v"},
    {"increase", "v"},
};

static const struct function *find_function(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(functions); i++)
        if (strcmp(functions[i].name, name) == 0)
            return &functions[i];
    return NULL;
}

static enum rc take_arguments(struct query *q, const struct expr *x, const struct function *f,
                              struct promql_value *v)
{
    size_t least = strcspn(f->wants, "+");
    enum rc rc = RC_OK;

    if (x->arg_count < least || (x->arg_count > least && f->wants[least] != '+'))
        return not_that(q, x->text, "unexpected number of arguments");
    for (size_t i = 0; i < x->arg_count && rc == RC_OK; i++) {
        static const char letters[] = {
            [PROMQL_SCALAR] = 'n', [PROMQL_STRING] = 's', [PROMQL_VECTOR] = 'v'};
        rc = query_eval(q, x->arg[i], &v[i]);
        if (rc == RC_OK && letters[v[i].type] != f->wants[i < least ? i : least - 1])
            rc = not_that(q, x->text, "argument of an unexpected type");
    }
    return rc;
}

static enum rc call(struct query *q, const struct expr *x, struct promql_value *out)
{
    const struct function *f = find_function(x->text);
    struct promql_value v[EXPR_ARGS];

    if (f == NULL)
        return err_set(q->e, RC_SYNTAX, "query",
                       "1:1: parse error: unknown function with name \"%s\"", x->text);
    enum rc rc = take_arguments(q, x, f, v);
    if (rc != RC_OK)
        return rc;
    *out = (struct promql_value){.type = PROMQL_VECTOR, .vector = {.arena = q->arena}};
    if (strcmp(f->name, "time") == 0)
        *out = number(q->from->now);
    else if (strcmp(f->name, "vector") == 0)
        promql_add(&out->vector, NULL, 0, v[0].number, q->from->now);
    else if (strcmp(f->name, "scalar") == 0)
        *out = number(v[0].vector.count == 1 ? v[0].vector.samples[0].value : NAN);
    else if (strcmp(f->name, "absent") == 0 && v[0].vector.count == 0)
        promql_add(&out->vector, NULL, 0, 1, q->from->now);
    else if (strcmp(f->name, "label_join") == 0)
        label_join(q, v, x->arg_count, &out->vector);
    else if (strcmp(f->name, "label_replace") == 0)
        rc = label_replace(q, v, &out->vector);
    else if (strcmp(f->name, "timestamp") == 0) {
        out->vector = v[0].vector;
        timestamps(q, &out->vector);
    } /* rates: nothing is remembered, and without two samples there is none */
    return rc;
}

/* ---- operators ---- */

/* A vector and a number. */
static void with_number(struct query *q, const struct expr *x, const struct promql_vector *v,
                        double n, bool on_left, struct promql_vector *out)
{
    bool compares = promql_is_comparison(x->text), keep;

    for (size_t i = 0; i < v->count; i++) {
        struct promql_sample s = v->samples[i];
        double value = promql_compute(x->text, on_left ? n : s.value, on_left ? s.value : n, &keep);
        if (!keep && !x->as_bool)
            continue;
        if (!compares || x->as_bool)
            labels_set(q->arena, &s, "__name__", "");
        promql_add(out, (struct promql_label *)s.labels, s.label_count,
                   x->as_bool ? (double)keep
                   : compares ? s.value
                              : value,
                   q->from->now);
    }
}

static enum rc binary(struct query *q, const struct expr *x, struct promql_value *out)
{
    struct promql_value l, r;
    bool keep;
    enum rc rc = query_eval(q, x->arg[0], &l);

    if (rc == RC_OK)
        rc = query_eval(q, x->arg[1], &r);
    if (rc != RC_OK)
        return rc;
    bool set = *x->text == 'o' || *x->text == 'a' || *x->text == 'u';
    if (l.type == PROMQL_STRING || r.type == PROMQL_STRING ||
        (set && (l.type != PROMQL_VECTOR || r.type != PROMQL_VECTOR)))
        return err_set(q->e, RC_SYNTAX, "query",
                       "1:1: parse error: operator \"%s\" does not take these operands", x->text);
    *out = (struct promql_value){.type = PROMQL_VECTOR, .vector = {.arena = q->arena}};
    if (l.type == PROMQL_VECTOR && r.type == PROMQL_VECTOR)
        return promql_join(q, x, &l.vector, &r.vector, &out->vector);
    if (l.type == PROMQL_VECTOR)
        with_number(q, x, &l.vector, r.number, false, &out->vector);
    else if (r.type == PROMQL_VECTOR)
        with_number(q, x, &r.vector, l.number, true, &out->vector);
    else if (promql_is_comparison(x->text) && !x->as_bool)
        return err_set(q->e, RC_SYNTAX, "query",
                       "1:1: parse error: comparisons between scalars must use BOOL modifier");
    else {
        double v = promql_compute(x->text, l.number, r.number, &keep);
        *out = number(x->as_bool ? (double)keep : v);
    }
    return RC_OK;
}

static enum rc aggregate(struct query *q, const struct expr *x, struct promql_value *out)
{
    struct promql_value v, parameter = number(NAN);
    enum rc rc = x->arg_count == 2 ? query_eval(q, x->arg[0], &parameter) : RC_OK;

    if (rc == RC_OK)
        rc = query_eval(q, x->arg[x->arg_count - 1], &v);
    if (rc == RC_OK && (v.type != PROMQL_VECTOR || parameter.type != PROMQL_SCALAR))
        rc = not_that(q, x->text, "argument of an unexpected type");
    *out = (struct promql_value){.type = PROMQL_VECTOR, .vector = {.arena = q->arena}};
    return rc == RC_OK ? promql_aggregate(q, x, parameter.number, &v.vector, &out->vector) : rc;
}

static enum rc negate(struct query *q, const struct expr *x, struct promql_value *out)
{
    enum rc rc = query_eval(q, x->arg[0], out);

    if (rc == RC_OK && out->type == PROMQL_STRING)
        rc = not_that(q, "-", "argument of an unexpected type");
    out->number = -out->number;
    for (size_t i = 0; rc == RC_OK && out->type == PROMQL_VECTOR && i < out->vector.count; i++) {
        labels_set(q->arena, &out->vector.samples[i], "__name__", "");
        out->vector.samples[i].value = -out->vector.samples[i].value;
    }
    return rc;
}

static enum rc select_now(struct query *q, const struct expr *x, struct promql_value *out)
{
    *out = (struct promql_value){.type = PROMQL_VECTOR, .vector = {.arena = q->arena}};
    if (!x->elsewhen)
        q->from->select(q->from->arg, x->matchers, x->matcher_count, &out->vector);
    return query_room(q, out->vector.count);
}

enum rc query_eval(struct query *q, const struct expr *x, struct promql_value *out)
{
    switch (x->kind) {
    case EXPR_NUMBER:
        *out = number(x->number);
        return RC_OK;
    case EXPR_STRING:
        *out = (struct promql_value){.type = PROMQL_STRING, .text = x->text};
        return RC_OK;
    case EXPR_SELECT:
        return select_now(q, x, out);
    case EXPR_CALL:
        return call(q, x, out);
    case EXPR_AGGREGATE:
        return aggregate(q, x, out);
    case EXPR_NEGATE:
        return negate(q, x, out);
    default:
        return binary(q, x, out);
    }
}

enum rc promql_query(const char *text, const struct promql_source *from, struct arena *arena,
                     struct promql_value *out, struct err *e)
{
    struct query q = {.arena = arena, .from = from, .e = e};
    struct expr *x = NULL;
    enum rc rc = promql_parse(&q, text, &x);

    if (rc == RC_OK)
        rc = query_eval(&q, x, out);
    free_regexes(&q);
    return rc;
}
