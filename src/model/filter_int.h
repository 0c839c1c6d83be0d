/* SPDX-License-Identifier: MIT
 * filter_int.h - the inside of filters, shared by filter_*.c.
 *
 * text -> filter_lex: tokens -> filter_parse: a tree of nodes over terms -> filter_term: each term
 * made ready for its column -> filter_match. Thread: the filter's (a term remembers answers per
 * string). */
#ifndef SUAN_MODEL_FILTER_INT_H
#define SUAN_MODEL_FILTER_INT_H

#include "base/arena.h"
#include "base/buf.h"
#include "model/filter.h"
#include "model/value_int.h"
#include <regex.h>

#define FILTER_MAX_TEXT 4096
#define FILTER_MAX_TERMS 128
#define FILTER_MAX_DEPTH 64

enum token_kind { TOKEN_END, TOKEN_OPEN, TOKEN_CLOSE, TOKEN_NOT, TOKEN_AND, TOKEN_OR, TOKEN_TERM };

enum filter_op { OP_WORD, OP_EQ, OP_NE, OP_HAS, OP_GT, OP_GE, OP_LT, OP_LE, OP_REGEX };

struct token {
    enum token_kind kind;
    enum filter_op op;
    const char *start; /* in the filter's text */
    const char *value_at;
    char name[64]; /* of the field, "" = any text column */
    char *value;   /* in the lexer's buffer: valid until the next token */
    size_t len;
    bool quoted; /* some of the value was: then it is no keyword and no "?" */
};

struct lexer {
    const char *text, *p;
    struct buf value;
    struct err *err;
};

void lexer_init(struct lexer *l, const char *text, struct err *err);
void lexer_fini(struct lexer *l);
enum rc lexer_next(struct lexer *l, struct token *out);
/* Sets err->where to "column N" (of characters, from 1) for that place in the text. */
enum rc lexer_error(const struct lexer *l, const char *at, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* How a term decides, once it is ready. */
enum term_how {
    HOW_ANY,    /* some text column */
    HOW_ABSENT, /* field=? */
    HOW_STRING, /* ask per string */
    HOW_WORDS,  /* index of ENUM, BOOL or WORD in `words` */
    HOW_FLAGS,  /* any bit of `words` */
    HOW_NUMBER, /* num, by op */
    HOW_TIME,   /* the time itself, by op */
    HOW_AGO,    /* how far the time is from now, by op */
    HOW_TEXT    /* the value as people read it */
};

/* What a term said about a string, by id; good for one string table, which it holds a reference on
 * (so that its address cannot become another table's). */
struct memo {
    struct intern *of;
    unsigned char *answers; /* 0 = not asked yet, 1 = no, 2 = yes */
    size_t cap;
};

/* Where "any text column" looks. */
struct any {
    uint64_t strings;    /* bits of the stored strings */
    uint16_t offset[64]; /* of each in a row, 0 = it is rare */
    const struct field *rare[64];
    uint16_t strings_end; /* behind the last of them */
    unsigned last_hit;    /* the one that matched last is asked first */
    unsigned count;
    struct {
        const struct field *field;
        unsigned column;
        derive_fn *derive; /* NULL = stored */
        uint64_t words;    /* ENUM, WORD and FLAGS: which match; 0 = a derived string */
    } others[64];
};

struct term {
    enum filter_op op;
    enum term_how how;
    bool negate;
    enum entity entity;
    unsigned column;
    const struct field *field;
    derive_fn *derive; /* NULL = stored */
    char *text;
    double num;
    wall_ms time;
    uint64_t words;
    struct any *any; /* HOW_ANY */
    regex_t regex;
    bool has_regex;
    struct memo memo;
};

enum node_kind { NODE_TERM, NODE_NOT, NODE_AND, NODE_OR };

struct node {
    enum node_kind kind;
    const struct node *a, *b;
    struct term *term;
};

struct filter {
    uint64_t id;        /* no other filter of this process has it */
    uint64_t narrows;   /* that of another which matches whatever this one does; 0 = none known */
    struct arena arena; /* nodes and terms */
    const struct node *root;
    struct term *terms[FILTER_MAX_TERMS];
    unsigned term_count;
};

/* Makes the term of a token ready for the entity's columns. */
enum rc term_prepare(struct term *t, const struct lexer *l, const struct token *token,
                     enum entity e);
void term_fini(struct term *t);
bool term_match(struct term *t, const struct value_ctx *c, const void *row);
/* The term's own question about a text. */
bool term_asks(const struct term *t, enum field_type type, const char *text);

/* "1.5K" "90%" "10m": a number for a column of that unit and kind. */
bool filter_number(const char *s, enum field_unit unit, enum value_kind kind, double *out);
/* "90s" "10m" "2h30m" "3d" "1w" -> ms; a unit is needed. */
bool filter_duration(const char *s, double *ms);

#endif
