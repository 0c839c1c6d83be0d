/* SPDX-License-Identifier: MIT
 * delta_dump.c - a delta as text, one line a record, for fixtures and tests.
 *
 *   poll 7 begin end=good lists job
 *   job 14 name=train user="li ming" state=running reason=?
 *   keep job 1f00c2...    remove node cn7
 * "?" = said to be absent. Bytes that are not plain ASCII words are quoted with escapes. */
#include "base/buf.h"
#include "model/delta.h"
#include <inttypes.h>
#include <string.h>

static bool is_plain(const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)s[i] <= ' ' || s[i] == '"' || s[i] == '\\' || s[i] == 0x7f)
            return false;
    return len > 0 && !(len == 1 && s[0] == '?');
}

static void dump_bytes(struct buf *out, const char *s, size_t len)
{
    if (is_plain(s, len)) {
        buf_add(out, s, len);
        return;
    }
    buf_addc(out, '"');
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)s[i];
        if (c == '"' || c == '\\')
            buf_addf(out, "\\%c", c);
        else if (c < ' ' || c == 0x7f)
            buf_addf(out, "\\x%02x", c);
        else
            buf_addc(out, (char)c);
    }
    buf_addc(out, '"');
}

static void dump_flags(struct buf *out, const struct field *f, uint64_t bits)
{
    const char *separator = "";

    for (unsigned i = 0; f->words[i]; i++)
        if (bits >> i & 1) {
            buf_addf(out, "%s%s", separator, f->words[i]);
            separator = ",";
        }
    if (!*separator)
        buf_adds(out, "-");
}

static void dump_word(struct buf *out, const struct field *f, int64_t index)
{
    for (unsigned i = 0; f->words[i]; i++)
        if (i == index) {
            buf_adds(out, f->words[i]);
            return;
        }
    buf_addf(out, "#%" PRId64, index);
}

static void dump_time(struct buf *out, wall_ms t)
{
    char text[32];

    time_rfc3339(t, text);
    buf_adds(out, text);
}

static void dump_value(struct buf *out, const struct field *f, const struct delta_value *v)
{
    buf_addf(out, " %s=", f->id);
    if (v->absent) {
        buf_addc(out, '?');
        return;
    }
    switch (f->type) {
    case FT_STR:
    case FT_LIST:
    case FT_HOSTLIST:
        dump_bytes(out, v->u.str, v->len);
        break;
    case FT_NUM:
        buf_addf(out, "%.15g", v->u.num);
        break;
    case FT_TIME:
        dump_time(out, v->u.i);
        break;
    case FT_BOOL:
        buf_adds(out, v->u.i ? "yes" : "no");
        break;
    case FT_ENUM:
        dump_word(out, f, v->u.i);
        break;
    case FT_FLAGS:
        dump_flags(out, f, (uint64_t)v->u.i);
        break;
    }
}

/* The last value given for a field counts. */
static const struct delta_value *last_value(const struct delta_record *r, unsigned field)
{
    for (uint32_t i = r->count; i-- > 0;)
        if (r->values[i].field == field)
            return &r->values[i];
    return NULL;
}

static bool repeats_id(const struct entity_info *info, const struct delta_record *r,
                       const struct delta_value *v)
{
    return v->field == info->name_field && !v->absent && r->id && v->len == r->id_len &&
           memcmp(v->u.str, r->id, v->len) == 0;
}

static void dump_record(struct buf *out, const struct delta_record *r)
{
    const struct entity_info *info = entity_info(r->entity);

    buf_addf(out, "%s%s ", r->keep ? "keep " : r->remove ? "remove " : "", info->id);
    if (r->id)
        dump_bytes(out, r->id, r->id_len);
    else
        buf_addf(out, "%016" PRIx64, r->key);
    for (unsigned field = 0; field < info->field_count; field++) {
        const struct delta_value *v = last_value(r, field);
        if (v && !repeats_id(info, r, v))
            dump_value(out, &info->fields[field], v);
    }
    buf_addc(out, '\n');
}

static void dump_poll(struct buf *out, const struct delta_poll *p)
{
    static const char *const ends[] = {"", " end=good", " end=bad", " end=same"};

    buf_addf(out, "poll %" PRIu32 "%s%s lists", p->seq, p->begin ? " begin" : "", ends[p->end]);
    for (int e = 0; e < ENTITY_COUNT; e++)
        if (p->entities[e])
            buf_addf(out, " %s", entity_info((enum entity)e)->id);
    buf_addc(out, '\n');
}

void delta_dump(const struct delta *d, struct buf *out)
{
    if (d->poll.seq)
        dump_poll(out, &d->poll);
    for (const struct delta_record *r = d->first; r; r = r->next)
        dump_record(out, r);
}
