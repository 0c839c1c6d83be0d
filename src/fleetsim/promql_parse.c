/* SPDX-License-Identifier: MIT
 * promql_parse.c - the text of a query as a tree. By precedence, lowest first: or; and unless; == != <= < >= >; + -; * / %;
 * signs; ^ (from the right). */
#include "fleetsim/promql_int.h"
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct parse {
    struct query *q;
    const char *text, *at;
    unsigned depth, operators;
};

static enum rc wrong(struct parse *p, const char *what)
{
    return err_set(p->q->e, RC_SYNTAX, "query", "1:%zu: parse error: %s",
                   (size_t)(p->at - p->text) + 1, what);
}

static enum rc unexpected(struct parse *p)
{
    char what[64];

    if (*p->at == '\0')
        return wrong(p,
                     p->at == p->text ? "no expression found in input" : "unexpected end of input");
    snprintf(what, sizeof(what), "unexpected character: '%c'",
             isprint((unsigned char)*p->at) ? *p->at : '?');
    return wrong(p, what);
}

static void skip_blanks(struct parse *p)
{
    for (;;) {
        p->at += strspn(p->at, " \t\r\n");
        if (*p->at != '#')
            return;
        p->at += strcspn(p->at, "\n");
    }
}

static bool take(struct parse *p, const char *sign)
{
    size_t len = strlen(sign);

    skip_blanks(p);
    if (strncmp(p->at, sign, len) != 0)
        return false;
    p->at += len;
    return true;
}

static size_t word_length(const char *s, bool colons)
{
    size_t n = 0;

    while (isalpha((unsigned char)s[n]) || s[n] == '_' || (colons && s[n] == ':') ||
           (n > 0 && isdigit((unsigned char)s[n])))
        n++;
    return n;
}

/* A whole word, in any case. */
static bool take_word(struct parse *p, const char *word)
{
    skip_blanks(p);
    size_t len = word_length(p->at, true);

    if (len != strlen(word))
        return false;
    for (size_t i = 0; i < len; i++)
        if (tolower((unsigned char)p->at[i]) != word[i])
            return false;
    p->at += len;
    return true;
}

static enum rc need(struct parse *p, const char *sign)
{
    return take(p, sign) ? RC_OK : unexpected(p);
}

static struct expr *new_expr(struct parse *p, enum expr_kind kind)
{
    struct expr *x = arena_calloc(p->q->arena, sizeof(*x));

    x->kind = kind;
    return x;
}

/* ---- strings and names ---- */

static unsigned hex(char c)
{
    return isdigit((unsigned char)c) ? (unsigned)c - '0' : ((unsigned)c | 32) - 'a' + 10;
}

static char unescape(struct parse *p)
{
    static const char letters[] = "abfnrtv", means[] = "\a\b\f\n\r\t\v";
    const char *l = strchr(letters, *p->at);

    if (*p->at == 'x' && isxdigit((unsigned char)p->at[1]) && isxdigit((unsigned char)p->at[2])) {
        p->at += 3;
        return (char)(hex(p->at[-2]) * 16 + hex(p->at[-1]));
    }
    char c = l && *l ? means[l - letters] : *p->at;
    p->at += *p->at != '\0';
    return c;
}

/* Up to the closing quote; what is escaped becomes shorter. */
static size_t string_room(const char *at, char quote)
{
    size_t n = 1;

    while (at[n] != '\0' && at[n] != quote)
        n += at[n] == '\\' && quote != '`' && at[n + 1] != '\0' ? 2 : 1;
    return n;
}

static enum rc read_string(struct parse *p, const char **out)
{
    skip_blanks(p);
    char quote = *p->at;

    if (quote != '"' && quote != '\'' && quote != '`')
        return unexpected(p);
    char *to = arena_alloc(p->q->arena, string_room(p->at, quote));
    *out = to;
    for (p->at++; *p->at != quote;) {
        if (*p->at == '\0')
            return wrong(p, "unterminated quoted string");
        if (*p->at == '\\' && quote != '`') {
            p->at++;
            *to++ = unescape(p);
        } else {
            *to++ = *p->at++;
        }
    }
    p->at++;
    *to = '\0';
    return RC_OK;
}

static void add_name(struct parse *p, struct names *n, const char *name)
{
    if (n->count == n->cap) {
        size_t cap = n->cap ? 2 * n->cap : 8;
        const char **more = arena_alloc(p->q->arena, cap * sizeof(*more));
        if (n->count > 0)
            memcpy(more, n->name, n->count * sizeof(*more));
        n->name = more;
        n->cap = cap;
    }
    n->name[n->count++] = name;
}

static enum rc read_names(struct parse *p, struct names *out)
{
    enum rc rc = need(p, "(");

    while (rc == RC_OK && !take(p, ")")) {
        size_t len = word_length(p->at, false);
        if (len == 0)
            return unexpected(p);
        add_name(p, out, arena_strndup(p->q->arena, p->at, len));
        p->at += len;
        if (!take(p, ",") && (skip_blanks(p), *p->at != ')'))
            rc = unexpected(p);
    }
    return rc;
}

/* ---- selectors ---- */

/* Room for one more: twice as much when their number is a power of two. */
static void grow_matchers(struct parse *p, struct expr *x)
{
    size_t n = x->matcher_count;

    if ((n & (n - 1)) != 0)
        return;
    struct promql_matcher *more = arena_alloc(p->q->arena, (n ? 2 * n : 1) * sizeof(*more));
    if (n > 0)
        memcpy(more, x->matchers, n * sizeof(*more));
    x->matchers = more;
}

static enum rc add_matcher(struct parse *p, struct expr *x, const char *name, enum promql_match how,
                           const char *value)
{
    grow_matchers(p, x);
    struct promql_matcher *m = &x->matchers[x->matcher_count++];

    *m = (struct promql_matcher){.name = name, .value = value, .how = how};
    if (how != MATCH_REGEX && how != MATCH_NOT_REGEX)
        return RC_OK;
    const regex_t *r = query_regex(p->q, value);
    if (r == NULL)
        return wrong(p, "error parsing regexp");
    m->regex = *r;
    return RC_OK;
}

static bool take_match(struct parse *p, enum promql_match *how)
{
    *how = take(p, "=~")   ? MATCH_REGEX
           : take(p, "!~") ? MATCH_NOT_REGEX
           : take(p, "!=") ? MATCH_IS_NOT
                           : MATCH_IS;
    return *how != MATCH_IS || take(p, "=");
}

static enum rc read_matchers(struct parse *p, struct expr *x)
{
    enum rc rc = RC_OK;

    while (rc == RC_OK && !take(p, "}")) {
        const char *value;
        enum promql_match how;
        size_t len = word_length(p->at, false);
        if (len == 0)
            return unexpected(p);
        const char *name = arena_strndup(p->q->arena, p->at, len);
        p->at += len;
        if (!take_match(p, &how))
            return unexpected(p);
        rc = read_string(p, &value);
        if (rc == RC_OK)
            rc = add_matcher(p, x, name, how, value);
        if (rc == RC_OK && !take(p, ",") && (skip_blanks(p), *p->at != '}'))
            rc = unexpected(p);
    }
    return rc;
}

/* "[5m]", "offset 10m": whatever they say, nothing is remembered. */
static enum rc read_duration(struct parse *p)
{
    skip_blanks(p);
    p->at += *p->at == '-';
    size_t len = strspn(p->at, "0123456789ywdhms");

    if (len == 0 || !isdigit((unsigned char)*p->at) || isdigit((unsigned char)p->at[len - 1]))
        return wrong(p, "bad duration syntax");
    p->at += len;
    return RC_OK;
}

static enum rc read_elsewhen(struct parse *p, struct expr *x)
{
    enum rc rc = RC_OK;

    if (take(p, "[")) {
        x->elsewhen = true;
        rc = read_duration(p);
        if (rc == RC_OK)
            rc = need(p, "]");
    }
    if (rc == RC_OK && take_word(p, "offset")) {
        x->elsewhen = true;
        rc = read_duration(p);
    }
    return rc;
}

static enum rc read_selector(struct parse *p, const char *metric, struct expr **out)
{
    struct expr *x = *out = new_expr(p, EXPR_SELECT);
    enum rc rc = metric ? add_matcher(p, x, "__name__", MATCH_IS, metric) : RC_OK;
    bool braces = take(p, "{");

    if (rc == RC_OK && braces)
        rc = read_matchers(p, x);
    for (size_t i = 0; rc == RC_OK; i++) {
        if (i == x->matcher_count)
            return wrong(p, "vector selector must contain at least one non-empty matcher");
        if (!promql_fits(&x->matchers[i], ""))
            break;
    }
    return rc == RC_OK ? read_elsewhen(p, x) : rc;
}

/* ---- functions and aggregations ---- */

static enum rc read_expr(struct parse *p, unsigned level, struct expr **out);

static enum rc read_arguments(struct parse *p, struct expr *x)
{
    enum rc rc = need(p, "(");

    while (rc == RC_OK && !take(p, ")")) {
        if (x->arg_count == EXPR_ARGS)
            return wrong(p, "too many arguments");
        rc = read_expr(p, 0, &x->arg[x->arg_count]);
        x->arg_count += rc == RC_OK;
        if (rc == RC_OK && !take(p, ",") && (skip_blanks(p), *p->at != ')'))
            rc = unexpected(p);
    }
    return rc;
}

static enum rc read_grouping(struct parse *p, struct expr *x, bool *there)
{
    *there = take_word(p, "by");
    x->meeting.on = *there;
    *there = *there || take_word(p, "without");
    return *there ? read_names(p, &x->meeting.names) : RC_OK;
}

static enum rc read_aggregate(struct parse *p, const char *word, struct expr **out)
{
    struct expr *x = *out = new_expr(p, EXPR_AGGREGATE);
    bool there;

    x->text = word;
    x->meeting.on = true; /* by nothing */
    enum rc rc = read_grouping(p, x, &there);
    if (!there)
        x->meeting.on = true;
    if (rc == RC_OK)
        rc = read_arguments(p, x);
    if (rc == RC_OK && !there) {
        rc = read_grouping(p, x, &there);
        x->meeting.on |= !there;
    }
    bool wants_number =
        strcmp(word, "topk") == 0 || strcmp(word, "bottomk") == 0 || strcmp(word, "quantile") == 0;
    if (rc == RC_OK && x->arg_count != 1u + wants_number)
        rc = wrong(p, "wrong number of arguments for aggregate expression provided");
    return rc;
}

static bool is_aggregate(const char *word)
{
    static const char *const words[] = {"sum",   "min",  "max",     "avg",     "count",
                                        "group", "topk", "bottomk", "quantile"};

    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
        if (strcmp(words[i], word) == 0)
            return true;
    return false;
}

static enum rc read_word(struct parse *p, struct expr **out)
{
    size_t len = word_length(p->at, true);
    const char *word = arena_strndup(p->q->arena, p->at, len);

    p->at += len;
    skip_blanks(p);
    bool grouping = strncmp(p->at, "by", 2) == 0 || strncmp(p->at, "without", 7) == 0;
    if (is_aggregate(word) && (*p->at == '(' || grouping))
        return read_aggregate(p, word, out);
    if (*p->at == '(') {
        *out = new_expr(p, EXPR_CALL);
        (*out)->text = word;
        return read_arguments(p, *out);
    }
    return read_selector(p, word, out);
}

/* ---- operands and operators ---- */

static enum rc read_number(struct parse *p, struct expr **out)
{
    char *end;

    *out = new_expr(p, EXPR_NUMBER);
    (*out)->number = strtod(p->at, &end);
    if (end == p->at || isalnum((unsigned char)*end))
        return wrong(p, "bad number or duration syntax");
    p->at = end;
    return RC_OK;
}

static enum rc read_brackets(struct parse *p, struct expr **out)
{
    enum rc rc = read_expr(p, 0, out);

    return rc == RC_OK ? need(p, ")") : rc;
}

static enum rc read_operand(struct parse *p, struct expr **out)
{
    skip_blanks(p);
    if (take(p, "("))
        return read_brackets(p, out);
    if (*p->at == '"' || *p->at == '\'' || *p->at == '`') {
        *out = new_expr(p, EXPR_STRING);
        return read_string(p, &(*out)->text);
    }
    if (*p->at == '{')
        return read_selector(p, NULL, out);
    if (isdigit((unsigned char)*p->at) || *p->at == '.')
        return read_number(p, out);
    size_t len = word_length(p->at, true);
    if (len == 0)
        return unexpected(p);
    if (len == 3 && (strncmp(p->at, "NaN", len) == 0 || strncmp(p->at, "Inf", len) == 0))
        return read_number(p, out);
    return read_word(p, out);
}

enum { LEVELS = 6, POWER = 5, SIGNED = 4, SIGNS = 6, OPERATORS_MAX = 5000 };

/* Longer ones before those that they begin with. */
static const char *const operators[LEVELS][SIGNS + 1] = {
    {"or"},     {"and", "unless"}, {"==", "!=", "<=", ">=", "<", ">"},
    {"+", "-"}, {"*", "/", "%"},   {"^"}};

static const char *take_operator(struct parse *p, unsigned level)
{
    for (const char *const *op = operators[level]; *op; op++)
        if (isalpha((unsigned char)**op) ? take_word(p, *op) : take(p, *op))
            return *op;
    return NULL;
}

static enum rc read_meeting(struct parse *p, struct meeting *m)
{
    enum rc rc = RC_OK;

    m->on = take_word(p, "on");
    if (m->on || take_word(p, "ignoring"))
        rc = read_names(p, &m->names);
    m->left = rc == RC_OK && take_word(p, "group_left");
    m->right = rc == RC_OK && !m->left && take_word(p, "group_right");
    skip_blanks(p);
    if ((m->left || m->right) && *p->at == '(')
        rc = read_names(p, &m->include);
    return rc;
}

static enum rc read_signed(struct parse *p, struct expr **out)
{
    bool negative = false;

    while (take(p, "-") || (*p->at == '+' && p->at++))
        negative ^= p->at[-1] == '-';
    if (!negative)
        return read_expr(p, POWER, out);
    *out = new_expr(p, EXPR_NEGATE);
    (*out)->arg_count = 1;
    return read_expr(p, POWER, &(*out)->arg[0]);
}

static enum rc read_binary(struct parse *p, unsigned level, struct expr **left, const char *op)
{
    struct expr *x = new_expr(p, EXPR_BINARY);

    if (p->operators++ == OPERATORS_MAX) /* chains are as deep as they are long */
        return wrong(p, "too many operators for this simulation");
    x->text = op;
    x->as_bool = promql_is_comparison(op) && take_word(p, "bool");
    x->arg_count = 2;
    x->arg[0] = *left;
    *left = x;
    enum rc rc = read_meeting(p, &x->meeting);
    return rc == RC_OK ? read_expr(p, level == POWER ? level : level + 1, &x->arg[1]) : rc;
}

/* Operators of that level and above. */
static enum rc read_expr(struct parse *p, unsigned level, struct expr **out)
{
    const char *op;

    if (p->depth == EXPR_DEEP)
        return wrong(p, "nested too deeply for this simulation");
    p->depth++;
    enum rc rc = level == POWER    ? read_operand(p, out)
                 : level == SIGNED ? read_signed(p, out)
                                   : read_expr(p, level + 1, out);
    while (rc == RC_OK && (op = take_operator(p, level)))
        rc = read_binary(p, level, out, op);
    p->depth--;
    return rc;
}

enum rc promql_parse(struct query *q, const char *text, struct expr **out)
{
    struct parse p = {.q = q, .text = text, .at = text};

    skip_blanks(&p);
    if (*p.at == '\0')
        return err_set(q->e, RC_SYNTAX, "query",
                       "unknown position: parse error: no expression found in input");
    enum rc rc = read_expr(&p, 0, out);
    skip_blanks(&p);
    return rc == RC_OK && *p.at != '\0' ? unexpected(&p) : rc;
}
