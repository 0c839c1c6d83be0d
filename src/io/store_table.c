/* SPDX-License-Identifier: MIT
 * store_table.c - see store_table.h. Words of enumerations are stored as words: their numbers are this program's. */
#include "io/store_table.h"
#include "base/buf.h"
#include "base/hash.h"
#include "io/store_schema.h"
#include "model/fields.h"
#include <string.h>

enum { LONGEST_SQL = 65536, WORDS_MAX = 1024 };
/* Parameters and columns before the fields. */
enum { COL_CENTER, COL_ID, COL_AT, COL_REV, COL_FIELDS };
#define META "_center, _id, _at, _rev"

/* ---- statements ---- */

static void add_columns(struct buf *sql, const struct store_table *t, const char *before,
                        const char *after, uint64_t fields)
{
    const struct entity_info *info = entity_info(t->entity);

    for (unsigned i = 0; i < info->field_count; i++)
        if (fields >> i & 1)
            buf_addf(sql, ", %s\"%s\"%s", before, info->fields[i].id, after);
}

/* INSERT of the fields; of a row that is there, the fields of `overwrite` are replaced. */
static void upsert(struct buf *sql, const struct store_table *t, uint64_t fields,
                   uint64_t overwrite)
{
    const struct entity_info *info = entity_info(t->entity);

    buf_addf(sql, "INSERT INTO %s (" META, info->id);
    add_columns(sql, t, "", "", fields);
    buf_adds(sql, ") VALUES (?1, ?2, ?3, ?4");
    for (unsigned i = 0; i < info->field_count; i++)
        if (fields >> i & 1)
            buf_addf(sql, ", ?%u", COL_FIELDS + 1 + i);
    buf_adds(sql, ") ON CONFLICT (_center, _id) DO UPDATE SET _at = max(_at, excluded._at),"
                  " _rev = excluded._rev");
    for (unsigned i = 0; i < info->field_count; i++)
        if (fields & overwrite & UINT64_C(1) << i)
            buf_addf(sql, ", \"%s\" = excluded.\"%s\"", info->fields[i].id, info->fields[i].id);
}

static enum rc prepare_reading(struct store_table *t, struct db *db, struct buf *sql, struct err *e)
{
    const char *id = entity_info(t->entity)->id;

    buf_adds(sql, "SELECT " META);
    add_columns(sql, t, "", "", t->present);
    buf_addf(sql, " FROM %s WHERE _center = ?1 AND _at >= ?2 ORDER BY _at DESC LIMIT ?3", id);
    enum rc rc = store_prepare(db, sql, &t->of_center, e);
    if (rc != RC_OK)
        return rc;
    buf_adds(sql, "SELECT " META);
    add_columns(sql, t, "", "", t->present);
    buf_addf(sql, " FROM %s WHERE _rev > ?1 ORDER BY _rev", id);
    return store_prepare(db, sql, &t->since, e);
}

static enum rc prepare_writing(struct store_table *t, struct db *db, struct buf *sql, struct err *e)
{
    upsert(sql, t, t->present, ~t->said);
    enum rc rc = store_prepare(db, sql, &t->write, e);
    if (rc != RC_OK)
        return rc;
    upsert(sql, t, t->present, ~UINT64_C(0));
    rc = store_prepare(db, sql, &t->write_all, e);
    if (rc != RC_OK)
        return rc;
    buf_addf(sql, "DELETE FROM %s WHERE _center = ?1 AND _id = ?2", entity_info(t->entity)->id);
    return store_prepare(db, sql, &t->drop, e);
}

enum rc store_table_open(struct store_table *t, struct db *db, enum entity e, struct err *err)
{
    struct buf sql;

    *t = (struct store_table){.entity = e, .said = store_said(e)};
    enum rc rc = store_schema_present(db, e, entity_info(e)->id, &t->present, err);
    if (rc != RC_OK)
        return rc;
    buf_init(&sql, LONGEST_SQL);
    rc = prepare_reading(t, db, &sql, err);
    if (rc == RC_OK)
        rc = prepare_writing(t, db, &sql, err);
    buf_fini(&sql);
    if (rc != RC_OK)
        store_table_close(t);
    return rc;
}

void store_table_close(struct store_table *t)
{
    stmt_free(t->write);
    stmt_free(t->write_all);
    stmt_free(t->of_center);
    stmt_free(t->since);
    stmt_free(t->drop);
    *t = (struct store_table){.entity = t->entity};
}

/* ---- writing ---- */

/* "drain,maint" */
static size_t flag_words(const struct field *f, uint32_t bits, char out[WORDS_MAX])
{
    size_t len = 0;

    for (unsigned i = 0; f->words[i] && i < 32; i++) {
        size_t word = strlen(f->words[i]);
        if (!(bits >> i & 1) || len + word + 1 >= WORDS_MAX)
            continue;
        if (len)
            out[len++] = ',';
        memcpy(out + len, f->words[i], word);
        len += word;
    }
    return len;
}

static void bind(struct stmt *s, const struct field *f, int at, const struct delta_value *v)
{
    char words[WORDS_MAX];

    if (v->absent) {
        stmt_set_null(s, at);
        return;
    }
    switch (f->type) {
    case FT_STR:
    case FT_LIST:
    case FT_HOSTLIST:
        stmt_set_bytes(s, at, v->u.str, v->len);
        break;
    case FT_NUM:
        stmt_set_num(s, at, v->u.num);
        break;
    case FT_TIME:
    case FT_BOOL:
        stmt_set_int(s, at, v->u.i);
        break;
    case FT_ENUM:
        stmt_set_bytes(s, at, f->words[v->u.i], strlen(f->words[v->u.i]));
        break;
    case FT_FLAGS:
        stmt_set_bytes(s, at, words, flag_words(f, (uint32_t)v->u.i, words));
        break;
    }
}

static void bind_identity(struct stmt *s, const char *center, size_t center_len, const char *id,
                          size_t id_len)
{
    stmt_set_bytes(s, COL_CENTER + 1, center, center_len);
    stmt_set_bytes(s, COL_ID + 1, id, id_len);
}

enum rc store_table_write(struct store_table *t, const struct store_row *row, bool all,
                          struct err *e)
{
    const struct entity_info *info = entity_info(t->entity);
    struct stmt *s = all ? t->write_all : t->write;

    bind_identity(s, row->center, row->center_len, row->id, row->id_len);
    stmt_set_int(s, COL_AT + 1, row->at);
    stmt_set_int(s, COL_REV + 1, row->rev);
    for (unsigned i = 0; i < row->count; i++) {
        const struct delta_value *v = &row->values[i];
        if (t->present >> v->field & 1)
            bind(s, &info->fields[v->field], COL_FIELDS + 1 + v->field, v);
    }
    return stmt_run(s, e);
}

static uint64_t fields_of(const struct delta_record *r)
{
    uint64_t fields = 0;

    for (uint32_t i = 0; i < r->count; i++)
        fields |= UINT64_C(1) << r->values[i].field;
    return fields;
}

enum rc store_table_say(struct store_table *t, struct db *db, const char *center,
                        const struct delta_record *r, int64_t at, int64_t rev, struct err *e)
{
    const struct entity_info *info = entity_info(t->entity);
    uint64_t fields = fields_of(r) & t->present;
    struct stmt *s = NULL;
    struct buf sql;

    buf_init(&sql, LONGEST_SQL);
    upsert(&sql, t, fields, fields);
    enum rc rc = store_prepare(db, &sql, &s, e);
    buf_fini(&sql);
    if (rc != RC_OK)
        return rc;
    bind_identity(s, center, strlen(center), r->id, r->id_len);
    stmt_set_int(s, COL_AT + 1, at);
    stmt_set_int(s, COL_REV + 1, rev);
    for (uint32_t i = 0; i < r->count; i++)
        if (fields >> r->values[i].field & 1)
            bind(s, &info->fields[r->values[i].field], COL_FIELDS + 1 + r->values[i].field,
                 &r->values[i]);
    rc = stmt_run(s, e);
    stmt_free(s);
    return rc;
}

enum rc store_table_drop(struct store_table *t, const char *center, const char *id, size_t id_len,
                         struct err *e)
{
    bind_identity(t->drop, center, strlen(center), id, id_len);
    return stmt_run(t->drop, e);
}

/* ---- reading ---- */

struct stmt *store_table_of_center(struct store_table *t, const char *center, int64_t from,
                                   int64_t most)
{
    stmt_set_bytes(t->of_center, 1, center, strlen(center));
    stmt_set_int(t->of_center, 2, from);
    stmt_set_int(t->of_center, 3, most);
    return t->of_center;
}

struct stmt *store_table_since(struct store_table *t, int64_t rev)
{
    stmt_set_int(t->since, 1, rev);
    return t->since;
}

static int word_index(const struct field *f, const char *word, size_t len)
{
    for (int i = 0; f->words[i]; i++)
        if (strlen(f->words[i]) == len && memcmp(f->words[i], word, len) == 0)
            return i;
    return -1;
}

static int64_t flag_bits(const struct field *f, const char *list, size_t len)
{
    const char *end = list + len;
    int64_t bits = 0;

    while (list < end) {
        const char *comma = memchr(list, ',', (size_t)(end - list));
        size_t word = (size_t)((comma ? comma : end) - list);
        int i = word_index(f, list, word);
        if (i >= 0)
            bits |= INT64_C(1) << i;
        list += word + 1;
    }
    return bits;
}

/* False: what stands there means nothing to this program. */
static bool read_value(struct stmt *s, const struct field *f, int at, struct delta_value *v)
{
    size_t len;
    const char *bytes;

    switch (f->type) {
    case FT_NUM:
        v->u.num = stmt_num(s, at);
        return true;
    case FT_TIME:
    case FT_BOOL:
        v->u.i = stmt_int(s, at);
        return true;
    default:
        bytes = stmt_bytes(s, at, &len);
        if (f->type == FT_FLAGS) {
            v->u.i = flag_bits(f, bytes, len);
            return true;
        }
        if (f->type == FT_ENUM) {
            v->u.i = word_index(f, bytes, len);
            return v->u.i >= 0;
        }
        v->u.str = bytes;
        v->len = (uint32_t)len;
        return len > 0;
    }
}

static void read_row(const struct store_table *t, struct stmt *s, struct store_row *row)
{
    const struct entity_info *info = entity_info(t->entity);
    int at = COL_FIELDS;

    row->center = stmt_bytes(s, COL_CENTER, &row->center_len);
    row->id = stmt_bytes(s, COL_ID, &row->id_len);
    row->at = stmt_int(s, COL_AT);
    row->rev = stmt_int(s, COL_REV);
    row->count = 0;
    for (unsigned i = 0; i < info->field_count; i++) {
        if (!(t->present >> i & 1))
            continue;
        struct delta_value *v = &row->values[row->count];
        *v = (struct delta_value){.field = (uint16_t)i};
        if (!stmt_is_null(s, at) && read_value(s, &info->fields[i], at, v))
            row->count++;
        at++;
    }
}

enum rc store_table_next(struct store_table *t, struct stmt *s, struct store_row *row, bool *more,
                         struct err *e)
{
    enum rc rc = stmt_next(s, more, e);

    if (rc == RC_OK && *more)
        read_row(t, s, row);
    return rc;
}

/* ---- rows ---- */

static void take_value(const struct snapshot *s, const void *row, const struct field *f,
                       struct delta_value *v)
{
    const struct intern *strings = snapshot_strings(s);
    strid id;

    switch (f->type) {
    case FT_STR:
    case FT_LIST:
    case FT_HOSTLIST:
        id = field_str(row, f);
        v->u.str = intern_raw(strings, id);
        v->len = (uint32_t)intern_raw_len(strings, id);
        break;
    case FT_NUM:
        v->u.num = field_num(row, f);
        break;
    case FT_TIME:
        v->u.i = field_time(row, f);
        break;
    case FT_FLAGS:
        v->u.i = field_flags(row, f);
        break;
    case FT_BOOL:
    case FT_ENUM:
        v->u.i = field_small(row, f);
        break;
    }
}

static bool take_identity(const struct snapshot *s, const void *row, enum entity e,
                          struct store_row *out)
{
    const struct entity_info *info = entity_info(e);
    const struct center_row *center = snapshot_center(s, row_head_of(row)->center);
    const struct intern *strings = snapshot_strings(s);
    unsigned name = (unsigned)info->name_field;

    if (!center || !row_has(center, center, id) || !field_has(row, name))
        return false;
    strid id = field_str(row, &info->fields[name]);
    out->center = intern_raw(strings, center->id);
    out->center_len = intern_raw_len(strings, center->id);
    out->id = intern_raw(strings, id);
    out->id_len = intern_raw_len(strings, id);
    return !intern_is_cut(strings, id);
}

bool store_row_of(const struct snapshot *s, const void *row, enum entity e, struct store_row *out)
{
    const struct entity_info *info = entity_info(e);

    out->count = 0;
    out->at = out->rev = 0;
    if (!take_identity(s, row, e, out))
        return false;
    for (unsigned i = 0; i < info->field_count; i++) {
        if (!field_has(row, i))
            continue;
        struct delta_value *v = &out->values[out->count++];
        *v = (struct delta_value){.field = (uint16_t)i};
        take_value(s, row, &info->fields[i], v);
        if (info->fields[i].type == FT_TIME && v->u.i > out->at)
            out->at = v->u.i;
    }
    return true;
}

uint64_t store_row_hash(const struct store_row *row, enum entity e, uint64_t fields)
{
    const struct entity_info *info = entity_info(e);
    uint64_t h = 0;

    for (unsigned i = 0; i < row->count; i++) {
        const struct delta_value *v = &row->values[i];
        if (!(fields >> v->field & 1))
            continue;
        h = hash_u64(h, v->field);
        if (field_is_string(&info->fields[v->field]))
            h = hash_bytes(h, v->u.str, v->len);
        else
            h = hash_u64(h, (uint64_t)v->u.i); /* a number by its bits */
    }
    return h;
}

static void add_value(const struct field *f, const struct delta_value *v, struct delta *d)
{
    int field = v->field;

    if (field_is_string(f))
        delta_strn(d, field, v->u.str, v->len);
    else if (f->type == FT_NUM)
        delta_num(d, field, v->u.num);
    else if (f->type == FT_TIME)
        delta_time(d, field, v->u.i);
    else
        delta_int(d, field, v->u.i);
}

void store_row_to_delta(const struct store_row *row, enum entity e, uint64_t fields, bool absent,
                        struct delta *d)
{
    const struct entity_info *info = entity_info(e);
    unsigned at = 0;

    delta_row(d, e, row->id, row->id_len);
    for (unsigned i = 0; i < info->field_count; i++) {
        bool has = at < row->count && row->values[at].field == i;
        if ((int)i == info->name_field || !(fields >> i & 1)) {
            at += has;
            continue;
        }
        if (has)
            add_value(&info->fields[i], &row->values[at++], d);
        else if (absent)
            delta_absent(d, (int)i);
    }
}
