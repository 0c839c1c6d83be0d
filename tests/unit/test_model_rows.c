/* SPDX-License-Identifier: MIT
 * Copy-on-write arrays: an edit never reaches a view; the index finds what was put in. */
#include "model/rows.h"
#include "base/xmem.h"
#include "model/table.h"
#include "tests/unit/unit.h"

static uint64_t rng = 42;

static uint32_t random_below(uint32_t n)
{
    rng = rng * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((rng >> 33) % n);
}

static void new_items_are_zero(void **state)
{
    struct rows r;

    (void)state;
    rows_init(&r, 24);
    rows_grow(&r, 5000);
    for (uint32_t i = 0; i < 5000; i++)
        for (int b = 0; b < 24; b++)
            assert_int_equal(((const unsigned char *)rows_at(&r, i))[b], 0);
    rows_fini(&r);
}

static void a_big_item_has_a_chunk_of_its_own(void **state)
{
    struct rows r;

    (void)state;
    rows_init(&r, 20000);
    assert_int_equal(r.shift, 0);
    rows_grow(&r, 3);
    memset(rows_edit(&r, 2), 7, 20000);
    assert_int_equal(*(const char *)rows_at(&r, 1), 0);
    rows_fini(&r);
}

static void sharing_twice_without_an_edit_is_one_view(void **state)
{
    struct rows r;

    (void)state;
    rows_init(&r, 8);
    rows_grow(&r, 10);
    struct rows_view *a = rows_share(&r), *b = rows_share(&r);
    assert_ptr_equal(a, b);
    rows_edit(&r, 3);
    struct rows_view *c = rows_share(&r);
    assert_ptr_not_equal(a, c);
    rows_view_unref(a);
    rows_view_unref(b);
    rows_view_unref(c);
    rows_fini(&r);
}

static void an_edit_clones_one_chunk_and_only_if_shared(void **state)
{
    struct rows r;

    (void)state;
    rows_init(&r, 8);
    rows_grow(&r, 4096);
    void *before = rows_edit(&r, 0);
    assert_ptr_equal(rows_edit(&r, 0), before);
    struct rows_view *v = rows_share(&r);
    assert_ptr_not_equal(rows_edit(&r, 0), before);
    assert_ptr_equal(rows_view_at(v, 0), before);
    assert_ptr_equal(rows_view_at(v, 4095), rows_at(&r, 4095));
    rows_view_unref(v);
    void *alone = rows_edit(&r, 4095);
    assert_ptr_equal(rows_edit(&r, 4095), alone);
    rows_fini(&r);
}

enum { VIEWS = 8, ITEMS = 3000 };

struct copy {
    struct rows_view *view;
    uint32_t count;
    uint64_t values[ITEMS];
};

static void check_copy(const struct copy *c)
{
    if (!c->view)
        return;
    assert_int_equal(c->view->count, c->count);
    for (uint32_t i = 0; i < c->count; i++)
        assert_int_equal(*(const uint64_t *)rows_view_at(c->view, i), c->values[i]);
}

static void take_copy(struct copy *c, struct rows *r)
{
    rows_view_unref(c->view);
    c->view = rows_share(r);
    c->count = r->count;
    for (uint32_t i = 0; i < r->count; i++)
        c->values[i] = *(const uint64_t *)rows_at(r, i);
}

static void views_never_change(void **state)
{
    struct copy *copies = xcalloc(VIEWS, sizeof(*copies));
    struct rows r;

    (void)state;
    rows_init(&r, 8);
    rows_grow(&r, 1);
    for (int step = 0; step < 20000; step++) {
        if (random_below(50) == 0 && r.count < ITEMS)
            rows_grow(&r, r.count + random_below(ITEMS - r.count) / 8 + 1);
        *(uint64_t *)rows_edit(&r, random_below(r.count)) = rng;
        if (random_below(200) == 0)
            take_copy(&copies[random_below(VIEWS)], &r);
        if (random_below(500) == 0)
            for (int i = 0; i < VIEWS; i++)
                check_copy(&copies[i]);
    }
    for (int i = 0; i < VIEWS; i++) {
        check_copy(&copies[i]);
        rows_view_unref(copies[i].view);
    }
    rows_fini(&r);
    free(copies);
}

/* Keys that share their low bits make long clusters. */
static uint64_t nth_key(uint32_t n)
{
    return (uint64_t)n << 40 | (n % 7);
}

static void the_index_finds_what_lives_and_nothing_else(void **state)
{
    enum { KEYS = 400 };
    uint32_t slots[KEYS];
    struct table t;

    (void)state;
    table_init(&t, ENTITY_LICENSE);
    memset(slots, 0xff, sizeof(slots));
    for (int step = 0; step < 20000; step++) {
        uint32_t n = random_below(KEYS);
        assert_int_equal(table_find(&t, nth_key(n)), slots[n]);
        if (slots[n] == SLOT_NONE) {
            slots[n] = table_take(&t, nth_key(n), SLOT_NONE);
            assert_int_equal(table_head(&t, slots[n])->valid, 0);
        } else {
            table_drop(&t, slots[n]);
            slots[n] = SLOT_NONE;
        }
    }
    for (uint32_t n = 0; n < KEYS; n++)
        assert_int_equal(table_find(&t, nth_key(n)), slots[n]);
    assert_true(t.slots <= KEYS);
    table_fini(&t);
}

/* Also where the chunk is edited in place, because nobody holds the view any more that a reader made something of. */
static void a_stamp_stands_for_the_contents(void **state)
{
    enum { CHUNKS = 5, ROUNDS = 2000 };
    struct rows r;
    uint64_t seen[CHUNKS] = {0}, page = 0;
    unsigned char was[CHUNKS] = {0};

    (void)state;
    rows_init(&r, 2048);
    rows_grow(&r, CHUNKS);
    assert_int_equal(r.shift, 0);
    for (int round = 0; round < ROUNDS; round++) {
        for (uint32_t n = random_below(4); n > 0; n--)
            ++*(unsigned char *)rows_edit(&r, random_below(CHUNKS));
        struct rows_view *v = rows_share(&r);
        bool changed = false;
        for (uint32_t i = 0; i < CHUNKS; i++) {
            unsigned char now = *(const unsigned char *)rows_view_at(v, i);
            assert_true(rows_view_stamp(v, i) != 0);
            assert_true(round == 0 || now == was[i] || rows_view_stamp(v, i) != seen[i]);
            changed = changed || now != was[i];
            seen[i] = rows_view_stamp(v, i);
            was[i] = now;
        }
        assert_true(!changed || v->pages[0]->stamp != page);
        page = v->pages[0]->stamp;
        rows_view_unref(v);
    }
    rows_fini(&r);
}

static void two_arrays_share_no_stamp(void **state)
{
    struct rows a, b;

    (void)state;
    rows_init(&a, 2048);
    rows_init(&b, 2048);
    rows_grow(&a, 1);
    rows_grow(&b, 1);
    struct rows_view *va = rows_share(&a), *vb = rows_share(&b);
    assert_true(rows_view_stamp(va, 0) != rows_view_stamp(vb, 0));
    rows_view_unref(va);
    rows_view_unref(vb);
    rows_fini(&a);
    rows_fini(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(new_items_are_zero),
        cmocka_unit_test(a_big_item_has_a_chunk_of_its_own),
        cmocka_unit_test(sharing_twice_without_an_edit_is_one_view),
        cmocka_unit_test(an_edit_clones_one_chunk_and_only_if_shared),
        cmocka_unit_test(views_never_change),
        cmocka_unit_test(a_stamp_stands_for_the_contents),
        cmocka_unit_test(two_arrays_share_no_stamp),
        cmocka_unit_test(the_index_finds_what_lives_and_nothing_else),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
