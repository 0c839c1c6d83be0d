/* SPDX-License-Identifier: MIT
 * rowjson.c - see rowjson.h. Half a million jobs of forty members each go through here, so all members as
 * they are without a value stand one behind the other in a pattern that is made once: those that lack one are copied
 * from it by the run, together with the key of the next that has one; and a value that is the same as in the row before
 * (most are) is copied from there. */
#include "export/rowjson.h"
#include "base/xmem.h"
#include "export/flopsjson.h"
#include "model/fields.h"
#include "model/value_int.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define KEY_MAX 64
#define MEMBERS_MAX 96
#define PATTERN_MAX (MEMBERS_MAX * KEY_MAX)
#define VALUE_ROOM (JSONW_SHORT_ROOM + STREAM_BLOCK)
#define FRONT_MAX 192

_Static_assert(PATTERN_MAX + VALUE_ROOM <= STREAM_ROOM, "a run of members and a value fit");
_Static_assert(VALUE_ROOM >= NUMBER_MAX && VALUE_ROOM >= TIME_MAX, "a value fits");

struct member {
    uint32_t at, value_at; /* in the pattern: ,"key":null and the null of it */
    derive_fn *derive;     /* NULL = stored */
    const struct field *field;
    uint8_t size;             /* of a stored value */
    uint32_t told_len;        /* as it was written last, at told_at in the stream's buffer, ... */
    size_t told_at, told_for; /* ... which was flushed so often */
    uint64_t told;            /* the value, zero-extended */
};

struct rowjson {
    const struct walk *walk;
    enum entity entity;
    const struct field *name;
    char head[KEY_MAX]; /* {"center": or {"entity":"job","center": */
    size_t head_len;
    char front[FRONT_MAX + STREAM_BLOCK]; /* {"center":"id","age_seconds": of the row before */
    size_t front_len;                     /* 0 = none */
    uint16_t front_of;
    size_t hosts; /* expanded so far */
    struct buf scratch;
    char pattern[PATTERN_MAX + STREAM_BLOCK]; /* ,"key":null of all */
    unsigned fields, count;  /* members: stored fields first, each in the place of its number */
    struct member members[]; /* and one more, for where the pattern ends */
};

#define SCRATCH_MAX (16 * 1024 * 1024)

static void add_member(struct rowjson *r, unsigned column)
{
    char room[KEY_MAX];
    const char *name = walk_column_name(r->entity, column, room);
    struct member *m = &r->members[r->count];

    if (name == NULL || r->count == MEMBERS_MAX)
        return;
    int len = snprintf(r->pattern + m->at, KEY_MAX, ",\"%s\":null", name);
    if (len < 0 || len >= KEY_MAX)
        return; /* no such name; a test counts the members */
    m->value_at = m->at + (uint32_t)len - 4;
    m[1].at = m->at + (uint32_t)len;
    m->told_for = SIZE_MAX;
    const struct derived *d = derived_column_of(r->entity, column);
    m->derive = d ? d->derive : NULL;
    m->field = column_info(r->entity, column);
    m->size = d ? 0 : (uint8_t)field_size(m->field);
    r->count++;
}

struct rowjson *rowjson_new(const struct walk *w, enum entity e, bool tag)
{
    const struct entity_info *info = entity_info(e);
    unsigned columns = column_count(e);
    struct rowjson *r = xcalloc(1, sizeof(*r) + (columns + 1) * sizeof(r->members[0]));

    r->walk = w;
    r->entity = e;
    r->name = &info->fields[info->name_field];
    r->fields = info->field_count;
    buf_init(&r->scratch, SCRATCH_MAX);
    int len = tag ? snprintf(r->head, KEY_MAX, "{\"entity\":\"%s\",\"center\":", info->id)
                  : snprintf(r->head, KEY_MAX, "{\"center\":");
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

static char *put_null(char *out)
{
    memcpy(out, "null", 4);
    return out + 4;
}

static char *put_when(struct stream *s, char *out, wall_ms t)
{
    char *end = stream_put_time(s, out, t, '"');

    return end != out ? end : put_null(out);
}

static char *put_bool(char *out, bool v)
{
    memcpy(out, v ? "true " : "false", 5);
    return out + 5 - v;
}

static double number_of(const struct field *f, uint64_t bits)
{
    uint32_t half = (uint32_t)bits;
    double v;
    float narrow;

    if (f->narrow) {
        memcpy(&narrow, &half, sizeof(narrow));
        return widen(narrow);
    }
    memcpy(&v, &bits, sizeof(v));
    return v;
}

/* This and those below return where the value ends. What might be longer than there is room for goes through the
 * stream, which may have been emptied by then. */
static char *put_string(struct stream *s, char *out, const char *text, size_t len)
{
    if (len <= JSONW_SHORT)
        return jsonw_quote_short(out, text, len);
    stream_commit_to(s, out);
    jsonw_quote(s, text, len);
    return s->data + s->len;
}

static char *put_word(struct stream *s, char *out, const char *word)
{
    return put_string(s, out, word, strlen(word));
}

static char *put_interned(const struct rowjson *r, struct stream *s, char *out, strid id)
{
    char room[INTERN_ROOM];
    size_t len;
    const char *text = intern_text_len_in(r->walk->strings, id, &len, room);

    return put_string(s, out, text, len);
}

static char *put_many(struct rowjson *r, struct stream *s, char *out, const struct field *f,
                      uint32_t value)
{
    stream_commit_to(s, out);
    if (f->type == FT_FLAGS)
        put_flags(s, f, value);
    else if (f->type == FT_LIST)
        put_list(s, intern_text(r->walk->strings, value));
    else
        put_hosts(r, s, intern_text(r->walk->strings, value));
    return s->data + s->len;
}

/* A stored value, from the bytes of the row. */
static char *put_field(struct rowjson *r, struct stream *s, char *out, const struct field *f,
                       uint64_t bits)
{
    switch (f->type) {
    case FT_STR:
        return put_interned(r, s, out, (strid)bits);
    case FT_NUM:
        return number_put(out, number_of(f, bits));
    case FT_TIME:
        return put_when(s, out, (wall_ms)bits);
    case FT_BOOL:
        return put_bool(out, bits != 0);
    case FT_ENUM:
        return put_word(s, out, f->words[bits]);
    default:
        return put_many(r, s, out, f, (uint32_t)bits);
    }
}

static char *put_value(struct rowjson *r, struct stream *s, char *out, const struct member *m,
                       const struct value *v)
{
    switch (v->kind) {
    case VALUE_STR:
        return put_interned(r, s, out, v->str);
    case VALUE_NUM:
        return number_put_share(out, v->num);
    case VALUE_TIME:
        return put_when(s, out, v->time);
    case VALUE_DURATION:
        return number_put_milli(out, (int64_t)v->num);
    case VALUE_WORD:
        return put_word(s, out, v->word);
    case VALUE_FLAGS:
        return put_many(r, s, out, m->field, v->flags);
    default:
        return put_null(out);
    }
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

/* Everything of the pattern from a member to the value of another. */
static char *put_run(struct rowjson *r, char *out, uint32_t from, const struct member *m)
{
    return copy_blocks(out, r->pattern + from, m->value_at - from);
}

/* A stored value that is there, and in front of it the pattern from a place on. Between it and the same of the row
 * before lies the rest of a row, with all its keys: more than a block, so that they do not overlap. */
static void put_stored(struct rowjson *r, struct stream *s, uint32_t from, struct member *m,
                       const void *row)
{
    uint64_t bits = bits_of(m, row);
    char *out = put_run(r, stream_room(s, STREAM_ROOM), from, m);

    if (m->told == bits && m->told_for == s->flushes) {
        stream_commit_to(s, copy_blocks(out, s->data + m->told_at, m->told_len));
        return;
    }
    size_t at = (size_t)(out - s->data), flushes = s->flushes;
    stream_commit_to(s, put_field(r, s, out, m->field, bits));
    if (s->flushes != flushes || s->len - at > VALUE_ROOM)
        return;
    m->told = bits;
    m->told_for = flushes;
    m->told_at = at;
    m->told_len = (uint32_t)(s->len - at);
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
    char *start = stream_room(out, FRONT_MAX);

    if (r->front_len > 0 && r->front_of == h->center) {
        stream_commit_to(out, copy_blocks(start, r->front, r->front_len));
        return;
    }
    size_t flushes = out->flushes, from = out->len;
    stream_put(out, r->head, r->head_len);
    put_text(out, walk_center_id(r->walk, h));
    stream_puts(out, ",\"age_seconds\":");
    size_t len = out->len - from;
    if (out->flushes != flushes || len > FRONT_MAX)
        return;
    memcpy(r->front, start, len);
    r->front_len = len;
    r->front_of = h->center;
}

static void put_head(struct rowjson *r, struct stream *s, const struct row_head *h)
{
    static const char gone_key[] = ",\"gone\":";
    int64_t age = snapshot_age_of(r->walk->snap, h, r->walk->options->now);

    put_front(r, s, h);
    char *out = stream_room(s, NUMBER_MAX + sizeof(gone_key) + 8);
    out = age >= 0 ? number_put_milli(out, age) : put_null(out);
    if (r->entity == ENTITY_JOB) {
        memcpy(out, gone_key, sizeof(gone_key));
        out = put_bool(out + sizeof(gone_key) - 1, h->flags & ROW_GONE);
    }
    stream_commit_to(s, out);
}

/* Returns up to where the pattern has been used. */
static uint32_t put_fields(struct rowjson *r, struct stream *out, const void *row)
{
    uint32_t from = 0;

    for (uint64_t rest = row_head_of(row)->valid; rest != 0; rest &= rest - 1) {
        struct member *m = &r->members[__builtin_ctzll(rest)];
        put_stored(r, out, from, m, row);
        from = m[1].at;
    }
    return from;
}

static uint32_t put_derived(struct rowjson *r, struct stream *s, uint32_t from, const void *row)
{
    for (unsigned i = r->fields; i < r->count; i++) {
        const struct member *m = &r->members[i];
        struct value v = m->derive(&r->walk->ctx, row);
        if (v.kind == VALUE_NONE)
            continue;
        char *out = put_run(r, stream_room(s, STREAM_ROOM), from, m);
        stream_commit_to(s, put_value(r, s, out, m, &v));
        from = m[1].at;
    }
    return from;
}

void rowjson_write(struct rowjson *r, struct stream *out, const void *row)
{
    const struct intern *in = r->walk->strings;
    strid name = field_str(row, r->name);

    put_head(r, out, row);
    uint32_t from = put_derived(r, out, put_fields(r, out, row), row),
             end = r->members[r->count].at;
    stream_commit_to(out,
                     copy_blocks(stream_room(out, STREAM_ROOM), r->pattern + from, end - from));
    if (intern_is_dirty(in, name) && !intern_is_cut(in, name))
        put_raw_name(out, intern_raw(in, name), intern_raw_len(in, name));
    if (r->entity == ENTITY_CENTER) {
        stream_puts(out, ",\"flops\":");
        flopsjson_put(out, snapshot_flops(r->walk->snap, row_head_of(row)->center),
                      r->walk->options->now);
    }
    stream_putc(out, '}');
}
