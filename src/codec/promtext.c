/* SPDX-License-Identifier: MIT
 * promtext.c - see promtext.h. */
#include "codec/promtext.h"
#include "base/sentence.h"
#include <string.h>

/* Where reading stands. */
struct cursor {
    const char *begin, *p, *end;
    struct err *e;
};

static enum rc wrong(const struct cursor *c, const char *what)
{
    char where[32] = "column ";
    size_t column = (size_t)(c->p - c->begin) + 1, n = 7;
    char digits[24];
    size_t count = 0;

    do
        digits[count++] = (char)('0' + column % 10);
    while ((column /= 10) > 0);
    while (count > 0)
        where[n++] = digits[--count];
    where[n] = '\0';
    return err_set(c->e, RC_SYNTAX, where, "%s", what);
}

static void skip_blanks(struct cursor *c)
{
    while (c->p < c->end && (*c->p == ' ' || *c->p == '\t'))
        c->p++;
}

static bool take(struct cursor *c, char wanted)
{
    if (c->p == c->end || *c->p != wanted)
        return false;
    c->p++;
    return true;
}

/* [a-zA-Z_:][a-zA-Z0-9_:]*; what else stands in names today (dots, UTF-8) is in quotes. */
static const bool name_bytes[256] = {
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0,
    0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 1,
    0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0};

static bool is_name(unsigned char ch)
{
    return name_bytes[ch];
}

static size_t take_name(struct cursor *c, const char **name)
{
    *name = c->p;
    if (c->p < c->end && *c->p >= '0' && *c->p <= '9')
        return 0;
    while (c->p < c->end && is_name((unsigned char)*c->p))
        c->p++;
    return (size_t)(c->p - *name);
}

/* After the opening quote: to behind the closing one. False if there is none. */
static bool take_quoted(struct cursor *c, const char **text, size_t *len, bool *escaped)
{
    *text = c->p;
    *escaped = false;
    for (;;) {
        const char *quote = memchr(c->p, '"', (size_t)(c->end - c->p));
        if (!quote)
            return false;
        const char *slash = memchr(c->p, '\\', (size_t)(quote - c->p));
        if (!slash) {
            *len = (size_t)(quote - *text);
            c->p = quote + 1;
            return true;
        }
        if (c->end - slash < 2)
            return false;
        *escaped = true;
        c->p = slash + 2;
    }
}

/* One label after blanks; a quoted name without a value is the metric's own (Prometheus 3). */
static enum rc take_label(struct cursor *c, struct prom_line *line, struct prom_label *out)
{
    bool escaped;

    *out = (struct prom_label){.name_len = 0};
    if (take(c, '"')) {
        if (!take_quoted(c, &out->name, &out->name_len, &escaped))
            return wrong(c, S_("a quote is not closed"));
        skip_blanks(c);
        if (c->p < c->end && *c->p != '=') {
            if (line && line->name_len == 0) {
                line->name = out->name;
                line->name_len = out->name_len;
            }
            out->name_len = 0;
            return RC_OK;
        }
    } else if ((out->name_len = take_name(c, &out->name)) == 0) {
        return wrong(c, S_("a label has no name"));
    }
    skip_blanks(c);
    if (!take(c, '='))
        return wrong(c, S_("a label has no value"));
    skip_blanks(c);
    if (!take(c, '"'))
        return wrong(c, S_("the value of a label is not in quotes"));
    if (!take_quoted(c, &out->value, &out->value_len, &out->escaped))
        return wrong(c, S_("a quote is not closed"));
    return RC_OK;
}

static enum rc take_labels(struct cursor *c, struct prom_line *out)
{
    struct prom_label label;
    enum rc rc;

    out->labels = c->p;
    for (;;) {
        skip_blanks(c);
        if (c->p < c->end && *c->p == '}')
            break;
        if ((rc = take_label(c, out, &label)) != RC_OK)
            return rc;
        skip_blanks(c);
        if (!take(c, ',') && (c->p == c->end || *c->p != '}'))
            return wrong(c, S_("the labels are not closed"));
    }
    out->labels_len = (size_t)(c->p - out->labels);
    c->p++;
    return RC_OK;
}

static size_t take_word(struct cursor *c, const char **word)
{
    *word = c->p;
    while (c->p < c->end && *c->p != ' ' && *c->p != '\t')
        c->p++;
    return (size_t)(c->p - *word);
}

/* Behind the value: a time stamp, an exemplar, or nothing. */
static enum rc take_time(struct cursor *c, enum prom_format format, struct prom_line *out)
{
    const char *word;

    skip_blanks(c);
    if (c->p == c->end || *c->p == '#')
        return RC_OK;
    size_t len = take_word(c, &word);
    if (!prom_number(word, len, &out->time)) {
        c->p = word;
        return wrong(c, S_("what follows the value is no time"));
    }
    out->has_time = true;
    if (format == PROM_TEXT)
        out->time /= 1000;
    skip_blanks(c);
    if (c->p == c->end || *c->p == '#')
        return RC_OK;
    return wrong(c, S_("more than a value and a time"));
}

static enum rc read_sample(struct cursor *c, enum prom_format format, struct prom_line *out)
{
    const char *word;
    enum rc rc;

    out->kind = PROM_SAMPLE;
    out->name_len = take_name(c, &out->name);
    skip_blanks(c);
    out->labels = c->p;
    if (take(c, '{') && (rc = take_labels(c, out)) != RC_OK)
        return rc;
    if (out->name_len == 0)
        return wrong(c, S_("a sample has no name"));
    skip_blanks(c);
    size_t len = take_word(c, &word);
    if (!prom_number(word, len, &out->value)) {
        c->p = word;
        return wrong(c, len ? S_("the value is no number") : S_("a sample has no value"));
    }
    return take_time(c, format, out);
}

static bool word_is(const char *word, size_t len, const char *wanted)
{
    return len == strlen(wanted) && memcmp(word, wanted, len) == 0;
}

/* "# HELP name text", "# TYPE name kind", "# EOF"; any other is a comment. */
static void read_comment(struct cursor *c, struct prom_line *out)
{
    const char *word;
    size_t len;
    bool escaped;

    if (!take(c, ' '))
        return;
    skip_blanks(c);
    len = take_word(c, &word);
    enum prom_kind kind = word_is(word, len, "HELP")   ? PROM_HELP
                          : word_is(word, len, "TYPE") ? PROM_TYPE
                          : word_is(word, len, "UNIT") ? PROM_UNIT
                                                       : PROM_NOTHING;
    if (word_is(word, len, "EOF") && c->p == c->end)
        out->kind = PROM_EOF;
    if (kind == PROM_NOTHING)
        return;
    skip_blanks(c);
    if (take(c, '"')) {
        if (!take_quoted(c, &out->name, &out->name_len, &escaped))
            return;
    } else {
        out->name_len = take_word(c, &out->name);
    }
    skip_blanks(c);
    out->kind = kind;
    out->text = c->p;
    out->text_len = (size_t)(c->end - c->p);
}

enum rc prom_read(const char *line, size_t len, enum prom_format format, struct prom_line *out,
                  struct err *e)
{
    struct cursor c = {.begin = line, .p = line, .end = line + len, .e = e};

    *out = (struct prom_line){.kind = PROM_NOTHING, .name = line, .labels = line, .text = line};
    while (c.end > c.p && (c.end[-1] == '\r' || c.end[-1] == ' ' || c.end[-1] == '\t'))
        c.end--;
    skip_blanks(&c);
    if (c.p == c.end)
        return RC_OK;
    if (take(&c, '#')) {
        read_comment(&c, out);
        return RC_OK;
    }
    return read_sample(&c, format, out);
}

bool prom_next_label(const struct prom_line *line, size_t *at, struct prom_label *out)
{
    if (*at >= line->labels_len) /* labels may be NULL then */
        return false;
    struct cursor c = {
        .begin = line->labels, .p = line->labels + *at, .end = line->labels + line->labels_len};

    for (;;) {
        while (c.p < c.end && (*c.p == ' ' || *c.p == '\t' || *c.p == ','))
            c.p++;
        if (c.p == c.end || take_label(&c, NULL, out) != RC_OK)
            return false;
        *at = (size_t)(c.p - c.begin);
        if (out->name_len > 0)
            return true;
    }
}

bool prom_label(const struct prom_line *line, const char *name, struct prom_label *out)
{
    size_t at = 0, len = strlen(name);

    while (prom_next_label(line, &at, out))
        if (out->name_len == len && memcmp(out->name, name, len) == 0)
            return true;
    return false;
}

size_t prom_unescape(const struct prom_label *label, char *out, size_t size)
{
    size_t n = 0;

    if (!label->escaped && label->value_len < size) {
        memcpy(out, label->value, label->value_len);
        out[label->value_len] = '\0';
        return label->value_len;
    }
    for (size_t i = 0; i < label->value_len && n + 1 < size; i++) {
        char ch = label->value[i];
        if (ch == '\\' && i + 1 < label->value_len) {
            ch = label->value[++i];
            if (ch == 'n')
                ch = '\n';
            else if (ch != '\\' && ch != '"')
                out[n++] = '\\'; /* no escape that the formats know: it stands for itself */
        }
        if (n + 1 < size)
            out[n++] = ch;
    }
    if (size > 0)
        out[n] = '\0';
    return n;
}
