/* SPDX-License-Identifier: MIT
 * test_base_intern.c - intern: one id a string, raw and clean forms, little memory, stable places. */
#include "base/intern.h"
#include "base/packed.h"
#include "base/text.h"
#include "tests/unit/unit.h"
#include <pthread.h>

#define ELLIPSIS "\xE2\x80\xA6"

static strid put(struct intern *in, const char *s)
{
    return intern_put(in, s, strlen(s));
}

static void test_zero_is_the_empty_string(void **state)
{
    (void)state;
    struct intern *in = intern_new();

    assert_int_equal(intern_count(in), 1);
    assert_int_equal(intern_put(in, "", 0), 0);
    assert_int_equal(intern_find(in, "", 0), 0);
    assert_string_equal(intern_raw(in, 0), "");
    assert_string_equal(intern_text(in, 0), "");
    assert_int_equal(intern_cells(in, 0), 0);
    assert_int_equal(intern_raw_len(in, 0), 0);
    assert_false(intern_is_dirty(in, 0));
    intern_unref(in);
    intern_unref(NULL);
}

static void test_the_same_bytes_have_the_same_id(void **state)
{
    (void)state;
    struct intern *in = intern_new();
    strid a = put(in, "alpha"), b = put(in, "beta");

    assert_int_equal(a, 1);
    assert_int_equal(b, 2);
    assert_int_equal(put(in, "alpha"), a);
    assert_int_equal(intern_put(in, "alphabet", 5), a);
    assert_int_equal(intern_find(in, "beta", 4), b);
    assert_int_equal(intern_find(in, "gamma", 5), 0);
    assert_int_equal(intern_count(in), 3);
    intern_unref(in);
}

static void test_raw_and_text(void **state)
{
    (void)state;
    struct intern *in = intern_new();
    char room[INTERN_ROOM];
    size_t len;
    strid clean = put(in, "caf\xC3\xA9 \xE4\xB8\xAD"), dirty = put(in, "a\033[1m\xFF");
    strid nul = intern_put(in, "a\0b", 3), plain = intern_put(in, "a", 1);

    assert_false(intern_is_dirty(in, clean));
    assert_ptr_equal(intern_raw(in, clean), intern_text(in, clean));
    assert_int_equal(intern_cells(in, clean), 7);
    assert_true(intern_is_dirty(in, dirty));
    assert_string_equal(intern_raw(in, dirty), "a\033[1m\xFF");
    assert_string_equal(intern_text(in, dirty), "a\xC2\xB7[1m\xC2\xB7");
    assert_int_equal(intern_cells(in, dirty), 6);
    assert_ptr_equal(intern_text_len_in(in, clean, &len, room), intern_text(in, clean));
    assert_int_equal(len, 9);
    assert_ptr_equal(intern_text_len_in(in, dirty, &len, room), intern_text(in, dirty));
    assert_int_equal(len, 8);
    assert_int_not_equal(nul, plain);
    assert_int_equal(intern_raw_len(in, nul), 3);
    assert_memory_equal(intern_raw(in, nul), "a\0b", 4);
    assert_string_equal(intern_text(in, nul), "a\xC2\xB7"
                                              "b");
    intern_unref(in);
}

static void test_wide_texts_are_measured(void **state)
{
    (void)state;
    struct intern *in = intern_new();
    static char s[20000];

    for (size_t len = 8189; len < 8195; len++) { /* around what the head can hold */
        memset(s, 'x', len);
        assert_int_equal(intern_cells(in, intern_put(in, s, len)), len);
    }
    memset(s, '\n', sizeof(s));
    strid id = intern_put(in, s, sizeof(s));
    assert_int_equal(intern_cells(in, id), sizeof(s));
    assert_int_equal(strlen(intern_text(in, id)), 2 * sizeof(s));
    intern_unref(in);
}

static void test_long_strings_are_cut_and_say_so(void **state)
{
    (void)state;
    struct intern *in = intern_new();
    size_t len = INTERN_MAX_LEN + 10;
    char *s = malloc(len);

    memset(s, 'x', len);
    strid whole = intern_put(in, s, INTERN_MAX_LEN), cut = intern_put(in, s, len);
    assert_int_not_equal(whole, cut);
    assert_false(intern_is_cut(in, whole));
    assert_false(intern_is_dirty(in, whole));
    assert_int_equal(intern_raw_len(in, whole), INTERN_MAX_LEN);
    assert_true(intern_is_cut(in, cut));
    assert_true(intern_is_dirty(in, cut));
    assert_int_equal(intern_find(in, s, len), cut);
    assert_int_equal(intern_find(in, s, len - 1), cut);
    assert_int_equal(intern_cells(in, cut), INTERN_MAX_LEN + 1);
    assert_string_equal(intern_text(in, cut) + INTERN_MAX_LEN, ELLIPSIS);

    memcpy(s + INTERN_MAX_LEN - 1, "\xE4\xB8\xAD", 3); /* across the cut */
    cut = intern_put(in, s, len);
    assert_int_equal(intern_raw_len(in, cut), INTERN_MAX_LEN - 1);
    assert_string_equal(intern_text(in, cut) + INTERN_MAX_LEN - 1, ELLIPSIS);

    memset(s, '\xBF', len); /* the worst: each byte becomes two */
    cut = intern_put(in, s, len);
    assert_true(text_is_clean(intern_text(in, cut), strlen(intern_text(in, cut))));
    assert_true(intern_cells(in, cut) >= INTERN_MAX_LEN - 4);
    free(s);
    intern_unref(in);
}

static void test_many_strings_stay_where_they_are(void **state)
{
    (void)state;
    enum { COUNT = 200000 };
    struct intern *in = intern_new();
    strid early = put(in, "the first of all");
    const char *place = intern_text(in, early);
    size_t before = intern_bytes(in), letters = 0;
    char name[32];

    for (int i = 0; i < COUNT; i++) {
        int len = snprintf(name, sizeof(name), "job-%d", i);
        letters += (size_t)len;
        assert_int_equal(intern_put(in, name, (size_t)len), i + 2);
    }
    assert_ptr_equal(intern_text(in, early), place);
    assert_string_equal(place, "the first of all");
    for (int i = 0; i < COUNT; i++) {
        int len = snprintf(name, sizeof(name), "job-%d", i);
        assert_int_equal(intern_find(in, name, (size_t)len), i + 2);
        assert_string_equal(intern_raw(in, (strid)i + 2), name);
        assert_int_equal(intern_cells(in, (strid)i + 2), len);
    }
    /* The index doubles, so what a string costs beside its bytes swings; 15 to 21 is its range. */
    double each = (double)(intern_bytes(in) - before - letters) / COUNT;
    assert_true(each < 22);
    intern_unref(in);
}

/* Equal sizes that do not divide a block: the last place of each block is one unit too short. */
static void test_blocks_are_not_overrun(void **state)
{
    (void)state;
    struct intern *in = intern_new();
    char name[32];

    for (int i = 0; i < 120000; i++) {
        snprintf(name, sizeof(name), "name-%07d", i);
        assert_int_equal(intern_put(in, name, 12), i + 1);
    }
    for (int i = 0; i < 120000; i++) {
        snprintf(name, sizeof(name), "name-%07d", i);
        assert_string_equal(intern_text(in, (strid)i + 1), name);
    }
    intern_unref(in);
}

/* ---- unique ids ---- */

static const char *const forms[] = {"GPU-hhhhhhhh-hhhh-hhhh-hhhh-hhhhhhhhhhhh",
                                    "MIG-hhhhhhhh-hhhh-hhhh-hhhh-hhhhhhhhhhhh",
                                    "hhhhhhhh-hhhh-hhhh-hhhh-hhhhhhhhhhhh",
                                    "hhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhh",
                                    "GPU-hhhhhhhhhhhhhhhh",
                                    "hhhhhhhhhhhhhhhh",
                                    "hhhhhhhh-hhhhhhhh-hhhhhhhh-hhhhhhhh-hhhhhhhh",
                                    "hhhhhhhh hhhhhhhh hhhhhhhh hhhhhhhh hhhhhhhh",
                                    "MIG-GPU-hhhhhhhh-hhhh-hhhh-hhhh-hhhhhhhhhhhh/1/0",
                                    "hhhhhhhhhhhhhhhhhhhhhhhh"};

static uint32_t below(uint64_t *random, uint32_t n)
{
    *random = *random * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((*random >> 33) % n);
}

/* One in four is not quite of its form: other case somewhere, another character, one too many or too few. */
static void random_id(uint64_t *random, char out[64])
{
    static const char *const digits[] = {"0123456789abcdef", "0123456789ABCDEF", "0123456789aB"};
    const char *d = digits[below(random, 5) % 3];

    snprintf(out, 64, "%s", forms[below(random, sizeof(forms) / sizeof(*forms))]);
    for (char *p = out; *p; p++)
        if (*p == 'h')
            *p = d[below(random, (uint32_t)strlen(d))];
    size_t len = strlen(out);
    if (below(random, 4) == 0)
        out[below(random, (uint32_t)len)] = "g-G0aA f\xE4\n"[below(random, 10)];
    if (below(random, 16) == 0)
        out[len - 1] = '\0';
    if (below(random, 16) == 0)
        snprintf(out + strlen(out), 2, "0");
}

/* Whatever is packed and what not: each text comes back as it was, at one place, and has one id. */
static void test_unique_ids_come_back_as_they_were(void **state)
{
    enum { COUNT = 40000 };
    struct intern *in = intern_new();
    uint64_t random = 5;
    char text[64], room[INTERN_ROOM];

    (void)state;
    for (int i = 0; i < COUNT; i++) {
        random_id(&random, text);
        strid id = put(in, text);
        const char *raw = i % 3 ? intern_raw(in, id) : intern_raw_in(in, id, room);
        assert_string_equal(raw, text);
        assert_int_equal(intern_raw_len(in, id), strlen(text));
        assert_int_equal(put(in, text), id);
        assert_int_equal(intern_find(in, text, strlen(text)), id);
        if (!intern_is_dirty(in, id)) {
            assert_string_equal(intern_text(in, id), text);
            assert_string_equal(intern_text_in(in, id, room), text);
            assert_int_equal(intern_cells(in, id), text_cells(text));
            assert_ptr_equal(intern_text(in, id), intern_raw(in, id));
        }
    }
    intern_unref(in);
}

/* All digits of all ids are there after the index has grown and texts were unpacked in any order. */
static void test_unique_ids_are_small(void **state)
{
    enum { COUNT = 100000 };
    struct intern *in = intern_new();
    size_t before = intern_bytes(in);
    char text[64];

    (void)state;
    for (uint32_t i = 0; i < COUNT; i++) {
        snprintf(text, sizeof(text), "GPU-%08x-1234-5678-9abc-%012x", i * 2654435761u, i);
        assert_int_equal(put(in, text), i + 1);
    }
    assert_true((double)(intern_bytes(in) - before) / COUNT < 40);
    const char *first = intern_text(in, 7);
    for (uint32_t i = 0; i < COUNT; i++) {
        snprintf(text, sizeof(text), "GPU-%08x-1234-5678-9abc-%012x", i * 2654435761u, i);
        assert_string_equal(intern_text(in, i + 1), text);
    }
    assert_ptr_equal(intern_text(in, 7), first);
    intern_unref(in);
}

struct shared {
    struct intern *in;
    pthread_mutex_t lock;
    uint32_t published;
};

static void name_of(uint32_t id, char out[PACKED_TEXT_MAX + 1])
{
    snprintf(out, PACKED_TEXT_MAX + 1, id % 4 ? "\n%u" : "GPU-%08x-0a1b-2c3d-4e5f-0123456789ab",
             id);
}

static void *read_along(void *arg)
{
    struct shared *sh = arg;
    uint32_t known = 0;

    while (known < 50000) {
        pthread_mutex_lock(&sh->lock);
        known = sh->published;
        pthread_mutex_unlock(&sh->lock);
        for (uint32_t id = known > 2000 ? known - 2000 : 1; id < known; id++) {
            char want[PACKED_TEXT_MAX + 1];
            name_of(id, want);
            assert_string_equal(intern_raw(sh->in, id), want);
            if (*want == '\n')
                assert_memory_equal(intern_text(sh->in, id), "\xC2\xB7", 2);
        }
    }
    intern_unref(sh->in);
    return NULL;
}

/* For TSan: a reader without a lock beside the writer. */
static void test_readers_need_no_lock(void **state)
{
    (void)state;
    struct shared sh = {.in = intern_new(), .lock = PTHREAD_MUTEX_INITIALIZER};
    pthread_t readers[2];

    for (int i = 0; i < 2; i++) {
        assert_ptr_equal(intern_ref(sh.in), sh.in);
        assert_int_equal(pthread_create(&readers[i], NULL, read_along, &sh), 0);
    }
    for (uint32_t id = 1; id <= 50000; id++) {
        char name[PACKED_TEXT_MAX + 1];
        name_of(id, name);
        assert_int_equal(put(sh.in, name), id);
        if (id % 500 == 0) {
            pthread_mutex_lock(&sh.lock);
            sh.published = id + 1;
            pthread_mutex_unlock(&sh.lock);
        }
    }
    intern_unref(sh.in);
    for (int i = 0; i < 2; i++)
        pthread_join(readers[i], NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_zero_is_the_empty_string),
        cmocka_unit_test(test_the_same_bytes_have_the_same_id),
        cmocka_unit_test(test_raw_and_text),
        cmocka_unit_test(test_wide_texts_are_measured),
        cmocka_unit_test(test_long_strings_are_cut_and_say_so),
        cmocka_unit_test(test_many_strings_stay_where_they_are),
        cmocka_unit_test(test_blocks_are_not_overrun),
        cmocka_unit_test(test_unique_ids_come_back_as_they_were),
        cmocka_unit_test(test_unique_ids_are_small),
        cmocka_unit_test(test_readers_need_no_lock),
    };
    return cmocka_run_group_tests_name("base intern", tests, NULL, NULL);
}
