/* SPDX-License-Identifier: MIT
 * rowjson.c - see rowjson.h. Half a million jobs of forty members each go through here, so the keys
 * are made once, with their comma, and copied in blocks of a constant size; members without a value are
 * copied by the run; and one that says the same as in the row before (most do) as it was written there. */
#include "export/rowjson.h"
#include "base/xmem.h"
#include "export/flopsjson.h"
#include "model/fields.h"
#include "model/value_int.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define BLOCK 64

#define MEMO 96

struct member {
    char block[BLOCK];         /* ,"key":null */
    uint8_t key_len, null_len; /* of the block up to the colon, and all of it */
    derive_fn *derive;         /* NULL = stored */
    uint8_t size;              /* of a stored value */
    uint8_t memo_len;          /* 0 = none */
    uint64_t memo_of;          /* the value, zero-extended */
    char memo[MEMO];           /* ,"key":value */
    const struct field *field;
};

struct rowjson {
    const struct walk *walk;
    enum entity entity;
    char head[BLOCK]; /* {"center": or {"entity":"job","center": */
    size_t head_len;
    char front[2 * MEMO]; /* {"center":"id","age_seconds": of the row before */
    size_t front_len;     /* 0 = none */
    uint16_t front_of;
    size_t hosts; /* expanded so far */
    struct buf scratch;
    struct buf nulls;       /* ,"key":null of all stored fields */
    uint32_t null_at[65];   /* where that of a field begins in it */
    unsigned fields, count; /* members: stored fields first, each in the place of its number */
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
    const struct derived *d = derived_column_of(r->entity, column);
    m->derive = d ? d->derive : NULL;
    m->field = column_info(r->entity, column);
    r->count++;
    if (m->derive)
        return;
    m->size = (uint8_t)field_size(m->field);
    buf_add(&r->nulls, m->block, m->null_len);
    r->null_at[r->count] = (uint32_t)r->nulls.len;
}

struct rowjson *rowjson_new(const struct walk *w, enum entity e, bool tag)
{
    unsigned columns = column_count(e);
    struct rowjson *r = xcalloc(1, sizeof(*r) + columns * sizeof(r->members[0]));

    r->walk = w;
    r->entity = e;
    r->fields = entity_info(e)->field_count;
    buf_init_whole(&r->nulls, 65 * BLOCK);
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
    buf_fini(&r->nulls);
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
    enum rc rc =
        fn(folded, left < ROWJSON_HOSTS_MAX ? left : ROWJSON_HOSTS_MAX, gather_host, r, NULL);
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

static void put_key(struct stream *out, const struct member *m, size_t len)
{
    memcpy(stream_room(out, BLOCK), m->block, BLOCK);
    stream_commit(out, len);
}

/* The bytes of a stored value. Each size on its own: a copy of any size goes through memory. */
static uint64_t bits_of(const struct member *m, const void *row)
{
    const char *at = field_at(row, m->field);
    uint64_t wide;
    uint32_t narrow;

    if (m->size == sizeof(wide)) {
        memcpy(&wide, at, sizeof(wide));
        return wide;
    }
    if (m->size == 1)
        return *(const uint8_t *)at;
    memcpy(&narrow, at, sizeof(narrow));
    return narrow;
}

/* A stored value that is there. */
static void put_stored(struct rowjson *r, struct stream *out, struct member *m, const void *row)
{
    uint64_t value = bits_of(m, row);
    char *start = stream_room(out, MEMO);
    if (m->memo_len > 0 && m->memo_of == value) {
        memcpy(start, m->memo, MEMO);
        stream_commit(out, m->memo_len);
        return;
    }
    size_t flushes = out->flushes, from = out->len;
    put_key(out, m, m->key_len);
    put_field(r, out, m->field, row);
    size_t len = out->len - from;
    if (out->flushes != flushes || len > MEMO)
        return;
    memcpy(m->memo, start, len);
    m->memo_len = (uint8_t)len;
    m->memo_of = value;
}

static void put_derived(struct rowjson *r, struct stream *out, const struct member *m,
                        const void *row)
{
    struct value v = m->derive(&r->walk->ctx, row);

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

static void put_front(struct rowjson *r, struct stream *out, const struct row_head *h)
{
    char *start = stream_room(out, sizeof(r->front));

    if (r->front_len > 0 && r->front_of == h->center) {
        memcpy(start, r->front, sizeof(r->front));
        stream_commit(out, r->front_len);
        return;
    }
    size_t flushes = out->flushes, from = out->len;
    stream_put(out, r->head, r->head_len);
    put_text(out, walk_center_id(r->walk, h));
    stream_puts(out, ",\"age_seconds\":");
    size_t len = out->len - from;
    if (out->flushes != flushes || len > sizeof(r->front))
        return;
    memcpy(r->front, start, len);
    r->front_len = len;
    r->front_of = h->center;
}

static void put_head(struct rowjson *r, struct stream *out, const struct row_head *h)
{
    int64_t age = snapshot_age_of(r->walk->snap, h, r->walk->options->now);

    put_front(r, out, h);
    if (age >= 0)
        stream_milli(out, age);
    else
        stream_put(out, "null", 4);
    if (r->entity == ENTITY_JOB)
        stream_puts(out, h->flags & ROW_GONE ? ",\"gone\":true" : ",\"gone\":false");
}

static void put_fields(struct rowjson *r, struct stream *out, const void *row)
{
    uint64_t valid = row_head_of(row)->valid;

    for (unsigned i = 0; i < r->fields; i++) {
        uint64_t rest = valid >> i;
        unsigned next = rest != 0 ? i + (unsigned)__builtin_ctzll(rest) : r->fields;
        if (next > i)
            stream_put(out, r->nulls.data + r->null_at[i], r->null_at[next] - r->null_at[i]);
        if (next < r->fields)
            put_stored(r, out, &r->members[next], row);
        i = next;
    }
}

void rowjson_write(struct rowjson *r, struct stream *out, const void *row)
{
    const struct entity_info *info = entity_info(r->entity);
    const struct intern *in = r->walk->strings;
    strid name = field_str(row, &info->fields[info->name_field]);

    put_head(r, out, row);
    put_fields(r, out, row);
    for (unsigned i = r->fields; i < r->count; i++)
        put_derived(r, out, &r->members[i], row);
    if (intern_is_dirty(in, name) && !intern_is_cut(in, name))
        put_raw_name(out, intern_raw(in, name), intern_raw_len(in, name));
    if (r->entity == ENTITY_CENTER) {
        stream_puts(out, ",\"flops\":");
        flopsjson_put(out, snapshot_flops(r->walk->snap, row_head_of(row)->center),
                      r->walk->options->now);
    }
    stream_putc(out, '}');
}
