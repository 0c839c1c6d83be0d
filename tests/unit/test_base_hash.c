/* SPDX-License-Identifier: MIT
 * test_base_hash.c - hash: spreads, and the map agrees with a plain list. */
#include "base/hash.h"
#include "tests/unit/unit.h"

enum { KEYS = 3000 };

static void test_every_byte_and_the_length_count(void **state)
{
    (void)state;
    unsigned char data[300] = {0};

    for (size_t len = 0; len < sizeof(data); len++) {
        uint64_t h = hash_bytes(1, data, len);
        assert_true(h == hash_bytes(1, data, len));
        assert_true(h != hash_bytes(2, data, len));
        assert_true(h != hash_bytes(1, data, len + 1)); /* a zero more is another string */
        for (size_t i = 0; i < len; i++)
            for (int bit = 0; bit < 8; bit++) {
                data[i] ^= (unsigned char)(1 << bit);
                assert_true(h != hash_bytes(1, data, len));
                data[i] ^= (unsigned char)(1 << bit);
            }
    }
}

static void test_the_key_changes_everything(void **state)
{
    (void)state;
    uint64_t before = hash_bytes(1, "node", 4), number = hash_u64(1, 7);

    hash_set_key(12345);
    assert_true(before != hash_bytes(1, "node", 4));
    assert_true(number != hash_u64(1, 7));
}

/* Names that differ in a digit fill the low bits evenly: 64k names into 64k places leave about
 * 36.8% of them empty when the choice is random. */
static double empty_share(int shift, bool numbers)
{
    static unsigned char hit[65536];
    int empty = 0;

    memset(hit, 0, sizeof(hit));
    for (uint32_t i = 0; i < 65536; i++) {
        char name[32];
        int len = snprintf(name, sizeof(name), "gpu-node-%05u", i);
        uint64_t h = numbers ? hash_u64(3, i) : hash_bytes(3, name, (size_t)len);
        hit[h >> shift & 65535] = 1;
    }
    for (size_t i = 0; i < sizeof(hit); i++)
        empty += !hit[i];
    return empty / 65536.0;
}

static void test_similar_names_spread(void **state)
{
    (void)state;
    for (int shift = 0; shift <= 48; shift += 16)
        for (int numbers = 0; numbers < 2; numbers++) {
            double share = empty_share(shift, numbers);
            assert_true(share > 0.36 && share < 0.376);
        }
}

static uint64_t key_of[KEYS];

static bool same_key(const void *arg, uint32_t value)
{
    return key_of[value] == *(const uint64_t *)arg;
}

static uint32_t find(const struct map *m, uint64_t hash, uint64_t key)
{
    return map_find(m, hash, same_key, &key);
}

static void test_an_empty_map_finds_nothing(void **state)
{
    (void)state;
    struct map m;

    map_init(&m);
    assert_int_equal(find(&m, 5, 5), MAP_NONE);
    assert_false(map_del(&m, 5, 5));
    map_fini(&m);
}

/* Keys share few hashes, so clusters are long and wrap around the end. */
static void check_against_list(uint64_t (*hash_of)(uint64_t key))
{
    static bool present[KEYS];
    struct map m;
    uint32_t count = 0, random = 1;

    map_init(&m);
    memset(present, 0, sizeof(present));
    for (uint32_t i = 0; i < KEYS; i++)
        key_of[i] = (uint64_t)i * 7;
    for (int step = 0; step < 60000; step++) {
        random = random * 1664525 + 1013904223;
        uint32_t i = (uint32_t)((uint64_t)random * (step < 30000 ? KEYS : 300) >> 32);
        uint64_t key = key_of[i], h = hash_of(key);

        assert_int_equal(find(&m, h, key), present[i] ? i : MAP_NONE);
        if (present[i])
            assert_true(map_del(&m, h, i));
        else
            map_add(&m, h, i);
        present[i] = !present[i];
        count += present[i] ? 1 : -1;
        assert_int_equal(m.used, count);
        assert_false(map_del(&m, h + 1, i));
    }
    for (uint32_t i = 0; i < KEYS; i++)
        assert_int_equal(find(&m, hash_of(key_of[i]), key_of[i]), present[i] ? i : MAP_NONE);
    map_fini(&m);
}

static uint64_t good_hash(uint64_t key)
{
    return hash_u64(9, key);
}

static uint64_t bad_hash(uint64_t key)
{
    return UINT64_MAX - key % 61;
}

static void test_the_map_agrees_with_a_list(void **state)
{
    (void)state;
    check_against_list(good_hash);
    check_against_list(bad_hash);
}

static void test_equal_hashes_hold_several_values(void **state)
{
    (void)state;
    struct map m;

    map_init(&m);
    for (uint32_t i = 0; i < 5; i++)
        map_add(&m, 42, i);
    for (uint32_t i = 0; i < 5; i++)
        assert_int_equal(find(&m, 42, key_of[i]), i);
    assert_true(map_del(&m, 42, 2));
    assert_false(map_del(&m, 42, 2));
    assert_int_equal(find(&m, 42, key_of[2]), MAP_NONE);
    assert_int_equal(find(&m, 42, key_of[4]), 4);
    map_fini(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_byte_and_the_length_count),
        cmocka_unit_test(test_the_key_changes_everything),
        cmocka_unit_test(test_similar_names_spread),
        cmocka_unit_test(test_an_empty_map_finds_nothing),
        cmocka_unit_test(test_the_map_agrees_with_a_list),
        cmocka_unit_test(test_equal_hashes_hold_several_values),
    };
    return cmocka_run_group_tests_name("base hash", tests, NULL, NULL);
}
