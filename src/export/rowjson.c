/* SPDX-License-Identifier: MIT
 * rowjson.c - see rowjson.h. Half a million jobs of forty members each go through here, so the keys
 * are made once, with their comma, and copied in blocks of a constant size. */
#include "export/rowjson.h"
#include "base/xmem.h"
#include "model/fields.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define BLOCK 64

struct member {
    char block[BLOCK];          /* ,"key":null */
    uint8_t key_len, null_len;  /* of the block up to the colon, and all of it */
    bool derived;
    uint8_t column;
    const struct field *field;
};

struct rowjson {
    const struct walk *walk;
    enum entity entity;
    char head[BLOCK]; /* {"center": or {"entity":"job","center": */
    size_t head_len;
    size_t hosts; /* expanded so far */
    struct buf scratch;
    unsigned count;
    struct member members[];
};

#define SCRATCH_MAX (16 * 1024 * 1024)

static void add_member(struct rowjson *r, unsigned column)
{
    char room[BLOCK];
    const char *name = walk_column_name(r->entity, column, room);
    struct member *m = &r->members[r->count];

    if (name == NULL)
        return;
    int len = snprintf(m->block, sizeof(m->block), ",\"%s\":null", name);
    if (len < 0 || len >= BLOCK)
        return; /* no such name; a test counts the members */
    m->null_len = (uint8_t)len;
    m->key_len = (uint8_t)(len - 4);
    m->derived = column_is_derived(r->entity, column);
    m->column = (uint8_t)column;
    m->field = column_info(r->entity, column);
    r->count++;
}

struct rowjson *rowjson_new(const struct walk *w, enum entity e, bool tag)
{
    unsigned columns = column_count(e);
    struct rowjson *r = xcalloc(1, sizeof(*r) + columns * sizeof(r->members[0]));

    r->walk = w;
    r->entity = e;
    buf_init(&r->scratch, SCRATCH_MAX);
    int len = tag ? snprintf(r->head, BLOCK, "{\"entity\":\"%s\",\"center\":", entity_info(e)->id)
                  : snprintf(r->head, BLOCK, "{\"center\":");
    r->head_len = (size_t)len;
    for (unsigned i = 0; i < columns; i++)
        add_member(r, i);
    return r;
}

void rowjson_free(struct rowjson *r)
{
    if (r == NULL)
        return;
    buf_fini(&r->scratch);
    free(r);
}

static void put_text(struct stream *out, const char *text)
{
    jsonw_quote(out, text, strlen(text));
}

/* "a,b" as ["a","b"]. */
static void put_list(struct stream *out, const char *text)
{
    bool follows = false;

    stream_putc(out, '[');
    for (size_t len; *text != '\0'; text += len + (text[len] == ',')) {
        len = strcspn(text, ",");
        if (len == 0)
            continue;
        if (follows)
            stream_putc(out, ',');
        jsonw_quote(out, text, len);
        follows = true;
    }
    stream_putc(out, ']');
}

/* Sets bits of the words as an array of strings. */
static void put_flags(struct stream *out, const struct field *f, uint32_t flags)
{
    bool follows = false;

    stream_putc(out, '[');
    for (unsigned i = 0; i < 32 && f->words[i] != NULL; i++) {
        if (!(flags >> i & 1))
            continue;
        if (follows)
            stream_putc(out, ',');
        put_text(out, f->words[i]);
        follows = true;
    }
    stream_putc(out, ']');
}

/* Hosts are gathered first: a set that turns out too large, or none at all, must leave no trace. */
static bool gather_host(void *arg, const char *host, size_t len)
{
    struct rowjson *r = arg;

    buf_add(&r->scratch, host, len);
    buf_addc(&r->scratch, ',');
    r->hosts++;
    return !r->scratch.failed;
}

static bool expand(struct rowjson *r, const char *folded)
{
    export_expand_fn *fn = r->walk->options->expand;
    size_t left = ROWJSON_HOSTS_TOTAL_MAX - r->hosts, before = r->hosts;

    buf_reset(&r->scratch);
    if (fn == NULL || left == 0)
        return false;
    enum rc rc = fn(folded, left < ROWJSON_HOSTS_MAX ? left : ROWJSON_HOSTS_MAX, gather_host, r, NULL);
    if (rc == RC_OK && !r->scratch.failed)
        return true;
    r->hosts = before;
    return false;
}

static void put_hosts(struct rowjson *r, struct stream *out, const char *folded)
{
    if (strpbrk(folded, "[, (") == NULL || !expand(r, folded)) {
        stream_putc(out, '[');
        put_text(out, folded);
        stream_putc(out, ']');
        return;
    }
    put_list(out, r->scratch.data);
}

static void put_num(struct stream *out, double v)
{
    if (isfinite(v))
        stream_number(out, v);
    else
        stream_put(out, "null", 4);
}

static void put_when(struct stream *out, wall_ms t)
{
    if (!stream_time(out, t, '"'))
        stream_put(out, "null", 4);
}

static void put_field(struct rowjson *r, struct stream *out, const struct field *f, const void *row)
{
    const struct intern *in = r->walk->strings;

    switch (f->type) {
    case FT_STR:
        put_text(out, intern_text(in, field_str(row, f)));
        break;
    case FT_LIST:
        put_list(out, intern_text(in, field_str(row, f)));
        break;
    case FT_HOSTLIST:
        put_hosts(r, out, intern_text(in, field_str(row, f)));
        break;
    case FT_NUM:
        put_num(out, field_num(row, f));
        break;
    case FT_TIME:
        put_when(out, field_time(row, f));
        break;
    case FT_BOOL:
        stream_puts(out, field_small(row, f) ? "true" : "false");
        break;
    case FT_ENUM:
        put_text(out, f->words[field_small(row, f)]);
        break;
    case FT_FLAGS:
        put_flags(out, f, field_flags(row, f));
        break;
    }
}

static void put_value(struct rowjson *r, struct stream *out, const struct member *m,
                      const struct value *v)
{
    switch (v->kind) {
    case VALUE_STR:
        put_text(out, intern_text(r->walk->strings, v->str));
        break;
    case VALUE_NUM:
        stream_share(out, v->num);
        break;
    case VALUE_TIME:
        put_when(out, v->time);
        break;
    case VALUE_DURATION:
        stream_milli(out, (int64_t)v->num);
        break;
    case VALUE_WORD:
        put_text(out, v->word);
        break;
    case VALUE_FLAGS:
        put_flags(out, m->field, v->flags);
        break;
    default:
        stream_put(out, "null", 4);
        break;
    }
}

static char *put_key(struct stream *out, const struct member *m, size_t len)
{
    char *p = stream_room(out, BLOCK);

    memcpy(p, m->block, BLOCK);
    stream_commit(out, len);
    return p;
}

static void put_derived(struct rowjson *r, struct stream *out, const struct member *m, const void *row)
{
    struct value v = column_value(&r->walk->ctx, r->entity, m->column, row);

    put_key(out, m, v.kind == VALUE_NONE ? m->null_len : m->key_len);
    if (v.kind != VALUE_NONE)
        put_value(r, out, m, &v);
}

/* The bytes themselves, where the name that is shown has lost some of them. */
static void put_raw_name(struct stream *out, const char *raw, size_t len)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    stream_puts(out, ",\"raw_name_base64\":\"");
    for (size_t i = 0; i < len; i += 3) {
        uint32_t v = 0;
        for (size_t k = 0; k < 3; k++)
            v = v << 8 | (i + k < len ? (unsigned char)raw[i + k] : 0);
        stream_putc(out, digits[v >> 18]);
        stream_putc(out, digits[v >> 12 & 63]);
        stream_putc(out, i + 1 < len ? digits[v >> 6 & 63] : '=');
        stream_putc(out, i + 2 < len ? digits[v & 63] : '=');
    }
    stream_putc(out, '"');
}

static void put_head(struct rowjson *r, struct stream *out, const struct row_head *h)
{
    int64_t age = snapshot_age_of(r->walk->snap, h, r->walk->options->now);

    stream_put(out, r->head, r->head_len);
    put_text(out, walk_center_id(r->walk, h));
    stream_put(out, ",\"age_seconds\":", 15);
    if (age >= 0)
        stream_milli(out, age);
    else
        stream_put(out, "null", 4);
    if (r->entity == ENTITY_JOB)
        stream_puts(out, h->flags & ROW_GONE ? ",\"gone\":true" : ",\"gone\":false");
}

void rowjson_write(struct rowjson *r, struct stream *out, const void *row)
{
    const struct entity_info *info = entity_info(r->entity);
    const struct intern *in = r->walk->strings;
    strid name = field_str(row, &info->fields[info->name_field]);

    put_head(r, out, row);
    for (const struct member *m = r->members; m < r->members + r->count; m++) {
        if (m->derived) {
            put_derived(r, out, m, row);
        } else if (!field_has(row, m->column)) {
            put_key(out, m, m->null_len);
        } else {
            put_key(out, m, m->key_len);
            put_field(r, out, m->field, row);
        }
    }
    if (intern_is_dirty(in, name) && !intern_is_cut(in, name))
        put_raw_name(out, intern_raw(in, name), intern_raw_len(in, name));
    stream_putc(out, '}');
}
