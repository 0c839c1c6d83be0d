/* SPDX-License-Identifier: MIT
 * Rows of the history in a real SQLite file: every type of field and every byte comes back, tables of other versions
 * are read, and what people said is overwritten only on purpose. */
#include "io/store_schema.h"
#include "io/store_table.h"
#include "tests/unit/store_kit.h"

static struct db *db;
static char *folder;

static int setup(void **state)
{
    char *path;

    (void)state;
    folder = kit_folder();
    path = xasprintf("%s/history.db", folder);
    assert_int_equal(db_open(path, DB_CREATE, 0, &db, NULL), RC_OK);
    free(path);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    db_close(db);
    kit_remove(folder);
    return 0;
}

static void sql(const char *text)
{
    struct err e = {0};

    if (db_exec(db, text, &e) != RC_OK)
        fail_msg("%s: %s", text, e.msg);
}

static int64_t number(const char *text)
{
    int64_t n;
    struct err e = {0};

    if (db_number(db, text, &n, &e) != RC_OK)
        fail_msg("%s: %s", text, e.msg);
    return n;
}

static void make_tables(void)
{
    struct err e = {0};

    if (store_schema_make(db, &e) != RC_OK)
        fail_msg("%s", e.msg);
}

static void table(struct store_table *t, enum entity entity)
{
    struct err e = {0};

    if (store_table_open(t, db, entity, &e) != RC_OK)
        fail_msg("%s", e.msg);
}

/* A row with a value in every field (or none), some of them hostile. */
static void fill(struct store_row *row, enum entity e, unsigned seed)
{
    static const struct {
        const char *s;
        size_t len;
    } strings[] = {
        {"plain", 5},        {"\xff\xfe\x00\x80 raw", 8},     {"\xe5\x8c\x97\xe4\xba\xac", 6},
        {"nul\0inside", 10}, {"'; DROP TABLE alert; --", 23}, {"\x1b[2J\n\r", 6},
        {"\xed\xa0\x80", 3}};
    const struct entity_info *info = entity_info(e);

    *row = (struct store_row){.center = "tianjin", .center_len = 7, .rev = 1, .at = 1700000000000};
    row->id = strings[seed % 7].s;
    row->id_len = strings[seed % 7].len;
    for (unsigned i = 0; i < info->field_count; i++) {
        const struct field *f = &info->fields[i];
        struct delta_value *v = &row->values[row->count++];
        unsigned n = i * 7 + seed;
        *v = (struct delta_value){.field = (uint16_t)i};
        if (f->type <= FT_HOSTLIST) {
            v->u.str = strings[n % 7].s;
            v->len = (uint32_t)strings[n % 7].len;
        } else if (f->type == FT_NUM) {
            v->u.num = n % 3 == 0 ? 0 : n % 3 == 1 ? 1.0 / 3 * n : 9007199254740991.0;
        } else if (f->type == FT_TIME) {
            v->u.i = 1700000000000 + n;
        } else if (f->type == FT_BOOL) {
            v->u.i = n % 2;
        } else {
            int64_t words = 0;
            while (f->words[words])
                words++;
            v->u.i = f->type == FT_ENUM ? n % words : n & ((1 << words) - 1);
        }
    }
}

static void same_values(const struct store_row *a, const struct store_row *b, enum entity e)
{
    const struct entity_info *info = entity_info(e);

    assert_int_equal(a->count, b->count);
    assert_int_equal(a->id_len, b->id_len);
    assert_memory_equal(a->id, b->id, a->id_len);
    for (unsigned i = 0; i < a->count; i++) {
        const struct delta_value *x = &a->values[i], *y = &b->values[i];
        const struct field *f = &info->fields[x->field];
        assert_int_equal(x->field, y->field);
        if (f->type <= FT_HOSTLIST) {
            assert_int_equal(x->len, y->len);
            assert_memory_equal(x->u.str, y->u.str, x->len);
        } else if (f->type == FT_NUM) {
            assert_memory_equal(&x->u.num, &y->u.num, sizeof(double));
        } else {
            assert_int_equal(x->u.i, y->u.i);
        }
    }
    assert_int_equal(store_row_hash(a, e, ~UINT64_C(0)), store_row_hash(b, e, ~UINT64_C(0)));
}

/* The only row of its center; borrowed until the statement is reset, by the next call of this. */
static void read_one(struct store_table *t, const char *center, struct store_row *out)
{
    bool more = false;

    stmt_reset(t->of_center);
    struct stmt *s = store_table_of_center(t, center, 0, 10);
    assert_int_equal(store_table_next(t, s, out, &more, NULL), RC_OK);
    assert_true(more);
}

static void test_every_type_of_field(void **state)
{
    (void)state;
    make_tables();
    for (int i = 0; i < ENTITY_COUNT; i++) {
        enum entity e = (enum entity)i;
        struct store_table t;
        struct store_row in, out;
        if (!store_keeps(e))
            continue;
        table(&t, e);
        for (unsigned seed = 0; seed < 21; seed++) {
            fill(&in, e, seed);
            assert_int_equal(store_table_write(&t, &in, true, NULL), RC_OK);
            read_one(&t, "tianjin", &out);
            same_values(&in, &out, e);
            stmt_reset(t.of_center);
            assert_int_equal(store_table_drop(&t, "tianjin", in.id, in.id_len, NULL), RC_OK);
        }
        store_table_close(&t);
    }
}

static void test_absent_is_not_zero(void **state)
{
    struct store_table t;
    struct store_row in, out;
    (void)state;

    make_tables();
    table(&t, ENTITY_INTERRUPTION);
    fill(&in, ENTITY_INTERRUPTION, 3);
    assert_int_equal(store_table_write(&t, &in, true, NULL), RC_OK);
    in.count = 2;
    assert_int_equal(store_table_write(&t, &in, true, NULL), RC_OK);
    read_one(&t, "tianjin", &out);
    same_values(&in, &out, ENTITY_INTERRUPTION);
    store_table_close(&t);
}

static void test_what_people_said_stays(void **state)
{
    struct store_table t;
    struct store_row in, out;
    uint64_t said = store_said(ENTITY_ALERT);
    (void)state;

    make_tables();
    table(&t, ENTITY_ALERT);
    fill(&in, ENTITY_ALERT, 0);
    assert_int_equal(store_table_write(&t, &in, false, NULL), RC_OK); /* a new row: whole */
    read_one(&t, "tianjin", &out);
    assert_int_equal(store_row_hash(&out, ENTITY_ALERT, said),
                     store_row_hash(&in, ENTITY_ALERT, said));
    uint64_t before = store_row_hash(&in, ENTITY_ALERT, said);
    for (unsigned i = 0; i < in.count; i++)
        if (in.values[i].field != FIELD_alert_id) {
            in.values[i] = in.values[--in.count];
            i--;
        }
    assert_int_equal(store_table_write(&t, &in, false, NULL), RC_OK);
    read_one(&t, "tianjin", &out);
    assert_int_equal(store_row_hash(&out, ENTITY_ALERT, said), before);
    assert_int_equal(number("SELECT summary IS NULL FROM alert"), 1);
    assert_int_equal(store_table_write(&t, &in, true, NULL), RC_OK);
    assert_int_equal(number("SELECT acknowledged_by IS NULL FROM alert"), 1);
    store_table_close(&t);
}

/* A table that an older version made: columns come, rows stay; one that a newer version made is left as it is. */
static void test_other_versions(void **state)
{
    struct store_table t;
    struct store_row out;
    (void)state;

    sql("CREATE TABLE interruption (_center TEXT NOT NULL, _id TEXT NOT NULL, _at INTEGER NOT NULL,"
        " _rev INTEGER NOT NULL, id TEXT, job TEXT, cause TEXT, of_tomorrow TEXT, UNIQUE (_center, _id));"
        "INSERT INTO interruption VALUES ('tianjin', '14@1', 5, 1, '14@1', '14', 'node', 'keep me'),"
        " ('zhangbei', '15@1', 5, 1, '15@1', '15', 'gremlins', 'me too')");
    make_tables();
    make_tables(); /* again, as every start does */
    table(&t, ENTITY_INTERRUPTION);
    read_one(&t, "tianjin", &out);
    assert_int_equal(out.count, 3);
    assert_int_equal(out.values[1].len, 2);
    assert_int_equal(out.values[2].u.i, interruption_cause_NODE);
    read_one(&t, "zhangbei", &out); /* a cause that this version does not know is unknown */
    assert_int_equal(out.count, 2);
    fill(&out, ENTITY_INTERRUPTION, 0);
    out.id = "14@1";
    out.id_len = 4;
    stmt_reset(t.of_center);
    assert_int_equal(store_table_write(&t, &out, true, NULL), RC_OK);
    assert_int_equal(number("SELECT count(*) FROM interruption WHERE of_tomorrow = 'keep me'"), 1);
    store_table_close(&t);
}

static void test_files_of_others(void **state)
{
    struct err e = {0};
    bool empty;
    (void)state;

    assert_int_equal(store_schema_check(db, &empty, &e), RC_OK);
    assert_true(empty);
    sql("CREATE TABLE thesis (chapter)");
    assert_int_equal(store_schema_check(db, &empty, &e), RC_UNSUPPORTED);
    assert_non_null(strstr(e.msg, "another program"));
    sql("DROP TABLE thesis");
    make_tables();
    assert_int_equal(store_schema_check(db, &empty, &e), RC_OK);
    assert_false(empty);
    sql("PRAGMA user_version = 99");
    assert_int_equal(store_schema_check(db, &empty, &e), RC_UNSUPPORTED);
    assert_non_null(strstr(e.msg, "newer"));
}

static void test_no_table_yet(void **state)
{
    struct store_table t;
    struct err e = {0};
    (void)state;

    assert_int_equal(store_table_open(&t, db, ENTITY_ALERT, &e), RC_SCHEMA);
    store_table_close(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_every_type_of_field, setup, teardown),
        cmocka_unit_test_setup_teardown(test_absent_is_not_zero, setup, teardown),
        cmocka_unit_test_setup_teardown(test_what_people_said_stays, setup, teardown),
        cmocka_unit_test_setup_teardown(test_other_versions, setup, teardown),
        cmocka_unit_test_setup_teardown(test_files_of_others, setup, teardown),
        cmocka_unit_test_setup_teardown(test_no_table_yet, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
