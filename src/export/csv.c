/* SPDX-License-Identifier: MIT
 * csv.c - RFC 4180 tables for spreadsheets. One entity: its table. Several: one table each, a blank line
 * between them, and a first column that says which. No cell begins what a spreadsheet takes for a
 * formula: such text gets an apostrophe in front. */
#include "export/formats.h"
#include "export/walk.h"
#include "export/stream.h"
#include "model/fields.h"
#include <math.h>

struct csv {
    struct stream out;
    const struct walk *walk;
    struct buf scratch; /* a list being put together */
    bool tagged;
};

#define LIST_MAX 65536
#define COLUMNS_MAX 128

static bool is_number(const char *s)
{
    s += *s == '+' || *s == '-';
    size_t whole = strspn(s, "0123456789");
    s += whole;
    s += *s == '.';
    return whole > 0 && s[strspn(s, "0123456789")] == '\0';
}

static bool is_formula(const char *s)
{
    return *s != '\0' && strchr("=+-@\t\r", *s) != NULL && !is_number(s);
}

static void put_text(struct csv *c, const char *text)
{
    bool quoted = strpbrk(text, ",\"\r\n") != NULL;

    if (quoted)
        stream_putc(&c->out, '"');
    if (is_formula(text))
        stream_putc(&c->out, '\'');
    while (*text != '\0') {
        size_t n = strcspn(text, "\"");
        stream_put(&c->out, text, n);
        if (text[n] == '"')
            stream_put(&c->out, "\"\"", 2);
        text += n + (text[n] == '"');
    }
    if (quoted)
        stream_putc(&c->out, '"');
}

static void put_flags(struct csv *c, const struct field *f, uint32_t flags)
{
    buf_reset(&c->scratch);
    for (unsigned i = 0; i < 32 && f->words[i] != NULL; i++) {
        if (!(flags >> i & 1))
            continue;
        if (c->scratch.len > 0)
            buf_addc(&c->scratch, ',');
        buf_adds(&c->scratch, f->words[i]);
    }
    put_text(c, c->scratch.data);
}

/* What it holds is said by value_kind; what is unknown is an empty cell. */
static void put_value(struct csv *c, const struct field *f, bool derived, const struct value *v)
{
    char room[INTERN_ROOM];

    switch (v->kind) {
    case VALUE_STR:
        put_text(c, intern_text_in(c->walk->strings, v->str, room));
        break;
    case VALUE_NUM:
        if (derived)
            stream_share(&c->out, v->num);
        else if (isfinite(v->num))
            stream_number(&c->out, v->num);
        break;
    case VALUE_TIME:
        stream_time(&c->out, v->time, '\0');
        break;
    case VALUE_DURATION:
        stream_milli(&c->out, (int64_t)v->num);
        break;
    case VALUE_WORD:
        put_text(c, f->type != FT_BOOL ? v->word : v->num != 0 ? "true" : "false");
        break;
    case VALUE_FLAGS:
        put_flags(c, f, v->flags);
        break;
    default:
        break;
    }
}

/* The columns of a table: their numbers, count of them. */
static unsigned columns_of(enum entity e, uint8_t columns[COLUMNS_MAX])
{
    unsigned n = 0, count = column_count(e);
    char room[64];

    for (unsigned i = 0; i < count && n < COLUMNS_MAX; i++)
        if (walk_column_name(e, i, room) != NULL)
            columns[n++] = (uint8_t)i;
    return n;
}

static void put_heading(struct csv *c, enum entity e, const uint8_t *columns, unsigned count)
{
    char room[64];

    stream_puts(&c->out, c->tagged ? "entity,center,age_seconds" : "center,age_seconds");
    if (e == ENTITY_JOB)
        stream_puts(&c->out, ",gone");
    for (unsigned i = 0; i < count; i++) {
        stream_putc(&c->out, ',');
        stream_puts(&c->out, walk_column_name(e, columns[i], room));
    }
    stream_put(&c->out, "\r\n", 2);
}

static void put_front(struct csv *c, enum entity e, const struct row_head *h)
{
    int64_t age = snapshot_age_of(c->walk->snap, h, c->walk->options->now);

    if (c->tagged) {
        stream_puts(&c->out, entity_info(e)->id);
        stream_putc(&c->out, ',');
    }
    put_text(c, walk_center_id(c->walk, h));
    stream_putc(&c->out, ',');
    if (age >= 0)
        stream_milli(&c->out, age);
    if (e == ENTITY_JOB)
        stream_puts(&c->out, h->flags & ROW_GONE ? ",true" : ",false");
}

static void put_row(struct csv *c, enum entity e, const uint8_t *columns, unsigned count,
                    const void *row)
{
    put_front(c, e, row);
    for (unsigned i = 0; i < count; i++) {
        struct value v = column_value(&c->walk->ctx, e, columns[i], row);
        stream_putc(&c->out, ',');
        put_value(c, column_info(e, columns[i]), column_is_derived(e, columns[i]), &v);
    }
    stream_put(&c->out, "\r\n", 2);
}

static void put_table(struct csv *c, enum entity e)
{
    uint8_t columns[COLUMNS_MAX];
    unsigned count = columns_of(e, columns);
    const void *row;

    put_heading(c, e, columns, count);
    for (uint32_t slot = 0; stream_ok(&c->out) && (row = walk_next(c->walk, e, &slot)) != NULL;)
        put_row(c, e, columns, count, row);
}

static enum rc write_csv(const struct snapshot *s, const struct export_options *o,
                         const struct sink *sink, struct err *e)
{
    struct walk w = walk_of(s, o);
    struct csv c = {.walk = &w};
    int tables = 0;

    for (int i = 0; i < ENTITY_COUNT; i++)
        tables += walk_wants(&w, walk_order[i]);
    c.tagged = tables > 1;
    buf_init_whole(&c.scratch, LIST_MAX);
    stream_begin(&c.out, sink, e);
    for (int i = 0, done = 0; i < ENTITY_COUNT; i++) {
        if (!walk_wants(&w, walk_order[i]))
            continue;
        if (done++ > 0)
            stream_put(&c.out, "\r\n", 2);
        put_table(&c, walk_order[i]);
    }
    buf_fini(&c.scratch);
    return stream_end(&c.out);
}

const struct export_format export_csv = {"csv", "RFC 4180 tables, one for each kind of rows",
                                         write_csv};
