/* SPDX-License-Identifier: MIT
 * filter_term.c - one condition: which column, and how the typed value is to be understood for
 * it. */
#include "base/regex_size.h"
#include "base/sentence.h"
#include "base/text.h"
#include "base/xmem.h"
#include "model/filter_int.h"
#include "model/fold.h"
#include "model/hostset.h"
#include <stdlib.h>
#include <string.h>

enum { MOST_REGEX_NODES = 2000 };

static const char *const no_yes[] = {"no", "yes", NULL};

static bool list_contains(const char *list, const char *item)
{
    while (*list) {
        size_t len = strcspn(list, ",");
        if (fold_equal(list, len, item))
            return true;
        list += len + (list[len] == ',');
    }
    return false;
}

static bool equals(enum field_type type, const char *text, const char *value)
{
    switch (type) {
    case FT_LIST:
        return list_contains(text, value);
    case FT_HOSTLIST:
        return hostset_contains(text, value);
    case FT_ENUM:
    case FT_BOOL:
    case FT_FLAGS:
        return fold_same(text, value);
    default:
        return fold_equal(text, strlen(text), value);
    }
}

bool term_asks(const struct term *t, enum field_type type, const char *text)
{
    switch (t->op) {
    case OP_EQ:
        return equals(type, text, t->text);
    case OP_REGEX:
        return regexec(&t->regex, text, 0, NULL, 0) == 0;
    case OP_GT:
        return natural_cmp(text, t->text) > 0;
    case OP_GE:
        return natural_cmp(text, t->text) >= 0;
    case OP_LT:
        return natural_cmp(text, t->text) < 0;
    case OP_LE:
        return natural_cmp(text, t->text) <= 0;
    default:
        return text_contains(text, t->text);
    }
}

static uint64_t matching_words(const struct term *t, enum field_type type, const char *const *words)
{
    uint64_t bits = 0;

    for (unsigned i = 0; words[i]; i++)
        if (term_asks(t, type, words[i]))
            bits |= UINT64_C(1) << i;
    return bits;
}

static const char *const *words_of(const struct field *f)
{
    return f->type == FT_BOOL ? no_yes : f->words;
}

static enum rc compile_regex(struct term *t, const struct lexer *l, const struct token *token)
{
    char msg[120];

    if (!regex_is_tame(t->text, MOST_REGEX_NODES))
        return lexer_error(l, token->value_at,
                           S_("back references and large repetitions are not allowed"));
    int code = regcomp(&t->regex, t->text, REG_EXTENDED | REG_ICASE | REG_NOSUB);
    if (code == 0) {
        t->has_regex = true;
        return RC_OK;
    }
    regerror(code, &t->regex, msg, sizeof(msg));
    return lexer_error(l, token->value_at, S_("not a regular expression") ": %s", msg);
}

static enum rc no_such_word(const struct term *t, const struct lexer *l, const struct token *token)
{
    const char *const *words = words_of(t->field);
    struct buf list;

    buf_init(&list, 160);
    for (unsigned i = 0; words[i] && !list.failed; i++)
        buf_addf(&list, "%s%s", i ? ", " : "", words[i]);
    enum rc rc = lexer_error(l, token->value_at, S_("%s is one of") ": %s%s", t->field->id,
                             list.data, list.failed ? ", ..." : "");
    buf_fini(&list);
    return rc;
}

/* "true" and "1" are understood, too. */
static uint64_t bool_word(const char *text)
{
    if (fold_same(text, "yes") || fold_same(text, "true") || fold_same(text, "1"))
        return 2;
    return fold_same(text, "no") || fold_same(text, "false") || fold_same(text, "0") ? 1 : 0;
}

static enum rc prepare_words(struct term *t, const struct lexer *l, const struct token *token)
{
    if (t->op > OP_HAS && t->op != OP_REGEX)
        return lexer_error(l, token->start, S_("%s is a word: it has no less and more"),
                           t->field->id);
    t->how = t->field->type == FT_FLAGS ? HOW_FLAGS : HOW_WORDS;
    t->words = matching_words(t, t->field->type, words_of(t->field));
    if (t->op == OP_EQ && t->field->type == FT_BOOL)
        t->words = bool_word(t->text);
    if (t->op == OP_EQ && !t->words)
        return no_such_word(t, l, token);
    return RC_OK;
}

static enum rc prepare_number(struct term *t, const struct lexer *l, const struct token *token,
                              enum value_kind kind)
{
    t->how = HOW_NUMBER;
    if (filter_number(t->text, t->field->unit, kind, &t->num))
        return RC_OK;
    return lexer_error(l, token->value_at, S_("%s is a number: \"%s\" is none"), t->field->id,
                       t->text);
}

/* 2026-11-22T08:00:00Z, or 2h: so long ago (or ahead). */
static enum rc prepare_time(struct term *t, const struct lexer *l, const struct token *token)
{
    t->time = time_parse(t->text, 0);
    t->how = t->time ? HOW_TIME : HOW_AGO;
    if (t->time || filter_duration(t->text, &t->num))
        return RC_OK;
    return lexer_error(l, token->value_at,
                       S_("%s is a time: write how long ago (2h), or 2026-11-22T08:00:00Z"),
                       t->field->id);
}

static enum rc prepare_column(struct term *t, const struct lexer *l, const struct token *token)
{
    const struct derived *d = derived_column_of(t->entity, t->column);

    t->derive = d ? d->derive : NULL;
    if (t->field->type == FT_ENUM || t->field->type == FT_BOOL || t->field->type == FT_FLAGS)
        return prepare_words(t, l, token);
    if (t->field->type <= FT_HOSTLIST) {
        t->how = HOW_STRING;
        return RC_OK;
    }
    if (t->op == OP_HAS || t->op == OP_REGEX) {
        t->how = HOW_TEXT;
        return RC_OK;
    }
    if (t->field->type == FT_TIME)
        return prepare_time(t, l, token);
    return prepare_number(t, l, token, d ? d->kind : VALUE_NUM);
}

static void add_string(struct any *any, unsigned column, const struct field *f)
{
    size_t end = f->offset + sizeof(strid);

    any->strings |= UINT64_C(1) << column;
    any->offset[column] = f->offset;
    any->rare[column] = f;
    if (end > any->strings_end)
        any->strings_end = (uint16_t)end;
}

static void prepare_any(struct term *t)
{
    unsigned count = column_count(t->entity);
    struct any *any = t->any = xcalloc(1, sizeof(*any));

    t->how = HOW_ANY;
    for (unsigned i = 0; i < count; i++) {
        const struct field *f = column_info(t->entity, i);
        const struct derived *d = derived_column_of(t->entity, i);
        bool words = f->type == FT_ENUM || f->type == FT_FLAGS;
        bool string = f->type <= FT_HOSTLIST;
        uint64_t matching = words ? matching_words(t, f->type, f->words) : 0;
        if (string && !d) {
            add_string(any, i, f);
        } else if ((string || matching) && any->count < 64) {
            any->others[any->count].field = f;
            any->others[any->count].column = i;
            any->others[any->count].derive = d ? d->derive : NULL;
            any->others[any->count++].words = matching;
        }
    }
}

static enum rc find_column(struct term *t, const struct lexer *l, const struct token *token)
{
    int column = column_find(t->entity, token->name);

    if (column < 0)
        return lexer_error(l, token->start,
                           S_("%s have no field \"%s\" (quote the text to search for it)"),
                           entity_info(t->entity)->plural, token->name);
    t->column = (unsigned)column;
    t->field = column_info(t->entity, t->column);
    return RC_OK;
}

enum rc term_prepare(struct term *t, const struct lexer *l, const struct token *token,
                     enum entity e)
{
    enum rc rc = RC_OK;

    t->entity = e;
    t->op = token->op == OP_NE ? OP_EQ : token->op;
    t->negate = token->op == OP_NE;
    t->text = xstrndup(token->value, token->len);
    if (t->op == OP_REGEX)
        rc = compile_regex(t, l, token);
    if (rc)
        return rc;
    if (!token->name[0]) {
        prepare_any(t);
        return RC_OK;
    }
    rc = find_column(t, l, token);
    if (rc)
        return rc;
    rc = prepare_column(t, l, token);
    if (t->op == OP_EQ && !token->quoted && strcmp(t->text, "?") == 0) {
        err_clear(l->err);
        t->how = HOW_ABSENT;
        rc = RC_OK;
    }
    return rc;
}

void term_fini(struct term *t)
{
    if (t->has_regex)
        regfree(&t->regex);
    intern_unref(t->memo.of);
    free(t->memo.answers);
    free(t->any);
    free(t->text);
}
