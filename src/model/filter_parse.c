/* SPDX-License-Identifier: MIT
 * filter_parse.c - the grammar of filters, by recursive descent of bounded depth:
 *   any := all ("or" all)*     all := one ("and"? one)*     one := "!" one | "(" any ")" | term */
#include "base/sentence.h"
#include "base/xmem.h"
#include "model/filter_int.h"
#include <stdlib.h>
#include <string.h>

struct parser {
    struct lexer lex;
    struct token token; /* the next one */
    struct filter *filter;
    enum entity entity;
    int depth;
};

static enum rc advance(struct parser *p)
{
    return lexer_next(&p->lex, &p->token);
}

static struct node *new_node(struct parser *p, enum node_kind kind, const struct node *a,
                             const struct node *b)
{
    struct node *n = arena_calloc(&p->filter->arena, sizeof(*n));

    *n = (struct node){.kind = kind, .a = a, .b = b};
    return n;
}

static enum rc parse_any(struct parser *p, const struct node **out);

static enum rc parse_term(struct parser *p, const struct node **out)
{
    struct filter *f = p->filter;
    struct node *n;

    if (f->term_count == FILTER_MAX_TERMS)
        return lexer_error(&p->lex, p->token.start, S_("more than %d conditions"),
                           FILTER_MAX_TERMS);
    n = new_node(p, NODE_TERM, NULL, NULL);
    n->term = arena_calloc(&f->arena, sizeof(*n->term));
    f->terms[f->term_count++] = n->term;
    *out = n;
    enum rc rc = term_prepare(n->term, &p->lex, &p->token, p->entity);
    return rc ? rc : advance(p);
}

static enum rc parse_group(struct parser *p, const struct node **out)
{
    const char *open = p->token.start;

    enum rc rc = advance(p);
    if (!rc)
        rc = parse_any(p, out);
    if (rc)
        return rc;
    if (p->token.kind != TOKEN_CLOSE)
        return lexer_error(&p->lex, open, S_("the parenthesis is not closed"));
    return advance(p);
}

static enum rc parse_one(struct parser *p, const struct node **out)
{
    const struct node *inner = NULL;
    enum rc rc;

    switch (p->token.kind) {
    case TOKEN_TERM:
        return parse_term(p, out);
    case TOKEN_OPEN:
    case TOKEN_NOT:
        break;
    case TOKEN_END:
        return lexer_error(&p->lex, p->token.start, S_("a condition is missing here"));
    default:
        return lexer_error(&p->lex, p->token.start, S_("a condition was expected here"));
    }
    if (p->depth == FILTER_MAX_DEPTH)
        return lexer_error(&p->lex, p->token.start, S_("nested too deep"));
    p->depth++;
    if (p->token.kind == TOKEN_OPEN) {
        rc = parse_group(p, out);
    } else {
        rc = advance(p);
        if (!rc)
            rc = parse_one(p, &inner);
        *out = new_node(p, NODE_NOT, inner, NULL);
    }
    p->depth--;
    return rc;
}

static bool starts_one(const struct parser *p)
{
    return p->token.kind == TOKEN_TERM || p->token.kind == TOKEN_NOT || p->token.kind == TOKEN_OPEN;
}

static enum rc parse_all(struct parser *p, const struct node **out)
{
    const struct node *right = NULL;
    enum rc rc = parse_one(p, out);

    while (!rc && (p->token.kind == TOKEN_AND || starts_one(p))) {
        if (p->token.kind == TOKEN_AND)
            rc = advance(p);
        if (!rc)
            rc = parse_one(p, &right);
        *out = new_node(p, NODE_AND, *out, right);
    }
    return rc;
}

static enum rc parse_any(struct parser *p, const struct node **out)
{
    const struct node *right = NULL;
    enum rc rc = parse_all(p, out);

    while (!rc && p->token.kind == TOKEN_OR) {
        rc = advance(p);
        if (!rc)
            rc = parse_all(p, &right);
        *out = new_node(p, NODE_OR, *out, right);
    }
    return rc;
}

static enum rc parse(struct parser *p)
{
    enum rc rc = advance(p);

    if (!rc)
        rc = parse_any(p, &p->filter->root);
    if (!rc && p->token.kind != TOKEN_END)
        rc = lexer_error(&p->lex, p->token.start, S_("no parenthesis is open here"));
    return rc;
}

static uint64_t next_id(void)
{
    static _Atomic uint64_t last;

    return ++last;
}

static bool only_blanks(const char *text)
{
    return !text || text[strspn(text, " \t\n")] == '\0';
}

enum rc filter_compile(const char *text, enum entity e, struct filter **out, struct err *err)
{
    struct parser p = {.entity = e};

    *out = NULL;
    if (only_blanks(text))
        return RC_OK;
    if (strlen(text) > FILTER_MAX_TEXT)
        return err_set(err, RC_LIMIT, "column 1", S_("longer than %d bytes"), FILTER_MAX_TEXT);
    p.filter = xcalloc(1, sizeof(*p.filter));
    p.filter->id = next_id();
    arena_init(&p.filter->arena, 0);
    lexer_init(&p.lex, text, err);
    enum rc rc = parse(&p);
    lexer_fini(&p.lex);
    if (rc)
        filter_free(p.filter);
    else
        *out = p.filter;
    return rc;
}

void filter_free(struct filter *f)
{
    if (!f)
        return;
    for (unsigned i = 0; i < f->term_count; i++)
        term_fini(f->terms[i]);
    arena_fini(&f->arena);
    free(f);
}
