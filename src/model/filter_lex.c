/* SPDX-License-Identifier: MIT
 * filter_lex.c - cuts the text of a filter into tokens. */
#include "base/utf8.h"
#include "base/sentence.h"
#include "model/filter_int.h"
#include "model/fold.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void lexer_init(struct lexer *l, const char *text, struct err *err)
{
    *l = (struct lexer){.text = text, .p = text, .err = err};
    buf_init(&l->value, FILTER_MAX_TEXT);
}

void lexer_fini(struct lexer *l)
{
    buf_fini(&l->value);
}

enum rc lexer_error(const struct lexer *l, const char *at, const char *fmt, ...)
{
    char msg[200], where[32];
    unsigned column = 1;
    va_list ap;

    for (const char *p = l->text; p < at; column++) {
        uint32_t cp;
        p += text_decode(p, strlen(p), &cp);
    }
    va_start(ap, fmt);
    vsnprintf(msg, sizeof(msg), fmt, ap);
    va_end(ap);
    snprintf(where, sizeof(where), S_("column %u"), column);
    return err_set(l->err, RC_SYNTAX, where, "%s", msg);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n';
}

static bool is_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '%';
}

/* The operator at p, its length in *len (0 = none there). */
static enum filter_op operator_at(const char *p, size_t *len)
{
    static const struct {
        const char *text;
        enum filter_op op;
    } ops[] = {
        {"!=", OP_NE}, {">=", OP_GE}, {"<=", OP_LE},   {"=", OP_EQ},
        {">", OP_GT},  {"<", OP_LT},  {"~", OP_REGEX}, {":", OP_HAS},
    };

    for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
        *len = strlen(ops[i].text);
        if (strncmp(p, ops[i].text, *len) == 0)
            return ops[i].op;
    }
    *len = 0;
    return OP_WORD;
}

/* "name>=": name and operator of the token, l->p behind them. A word that only looks so ("!="
 * alone) is none. */
static enum rc take_operator(struct lexer *l, struct token *t)
{
    const char *p = l->p;
    size_t name, len;

    while (is_name(*p))
        p++;
    name = (size_t)(p - l->p);
    enum filter_op op = operator_at(p, &len);
    if (len == 0 || (name == 0 && op != OP_REGEX))
        return RC_OK;
    if (name >= sizeof(t->name))
        return lexer_error(l, l->p, S_("no field has so long a name"));
    memcpy(t->name, l->p, name);
    t->name[name] = '\0';
    t->op = op;
    l->p = p + len;
    return RC_OK;
}

static enum rc take_quoted(struct lexer *l, struct token *t)
{
    const char *open = l->p++;

    t->quoted = true;
    while (*l->p && *l->p != '"') {
        if (*l->p == '\\' && (l->p[1] == '"' || (l->p[1] && t->op != OP_REGEX)))
            l->p++;
        buf_addc(&l->value, *l->p++);
    }
    if (!*l->p)
        return lexer_error(l, open, S_("the quote is not closed"));
    l->p++;
    return RC_OK;
}

/* A regular expression keeps its backslashes, and its own parentheses. */
static bool take_regex_char(struct lexer *l, int *depth)
{
    char c = *l->p;

    if (c == ')' && *depth == 0)
        return false;
    if (c == '\\' && l->p[1])
        buf_addc(&l->value, *l->p++);
    else if (c == '(' || c == ')')
        *depth += c == '(' ? 1 : -1;
    buf_addc(&l->value, *l->p++);
    return true;
}

static bool take_char(struct lexer *l, struct token *t)
{
    if (*l->p == '(' || *l->p == ')')
        return false;
    if (*l->p == '\\' && l->p[1]) {
        l->p++;
        t->quoted = true;
    }
    buf_addc(&l->value, *l->p++);
    return true;
}

static enum rc take_value(struct lexer *l, struct token *t)
{
    int depth = 0;

    t->value_at = l->p;
    while (*l->p && !is_blank(*l->p)) {
        if (*l->p == '"') {
            enum rc rc = take_quoted(l, t);
            if (rc)
                return rc;
        } else if (!(t->op == OP_REGEX ? take_regex_char(l, &depth) : take_char(l, t))) {
            break;
        }
    }
    t->value = l->value.data;
    t->len = l->value.len;
    return RC_OK;
}

static enum rc take_term(struct lexer *l, struct token *t)
{
    enum rc rc = take_operator(l, t);

    if (!rc)
        rc = take_value(l, t);
    if (rc)
        return rc;
    if (t->op == OP_WORD && !t->quoted && fold_equal(t->value, t->len, "or"))
        t->kind = TOKEN_OR;
    else if (t->op == OP_WORD && !t->quoted && fold_equal(t->value, t->len, "and"))
        t->kind = TOKEN_AND;
    else if (t->len == 0 && !t->quoted)
        return lexer_error(l, t->value_at, S_("a value is missing here"));
    return RC_OK;
}

enum rc lexer_next(struct lexer *l, struct token *t)
{
    *t = (struct token){.kind = TOKEN_TERM, .op = OP_WORD};
    buf_reset(&l->value);
    while (is_blank(*l->p))
        l->p++;
    t->start = l->p;
    switch (*l->p) {
    case '\0':
        t->kind = TOKEN_END;
        return RC_OK;
    case '(':
        t->kind = TOKEN_OPEN;
        break;
    case ')':
        t->kind = TOKEN_CLOSE;
        break;
    case '!':
        t->kind = TOKEN_NOT;
        break;
    default:
        return take_term(l, t);
    }
    l->p++;
    return RC_OK;
}
