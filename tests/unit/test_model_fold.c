/* SPDX-License-Identifier: MIT
 * Natural order, its eight-byte prefix, and membership in host sets. */
#include "model/fold.h"
#include "model/hostset.h"
#include "tests/unit/unit.h"

static int sign(int v)
{
    return (v > 0) - (v < 0);
}

static void names_are_in_natural_order(void **state)
{
    static const char *const ascending[] = {
        "",         "-",         "0",          "1",          "2",      "9",     "10",   "99",
        "100",      "123456789", "1234567890", "9999999999", "_a",     "a",     "a1",   "a2",
        "a2b",      "A3",        "a10",        "a10b2",      "a10b10", "b",     "cn9",  "cn10",
        "cn000100", "cn101",     "gpu",        "gpu-1",      "gpu-10", "gpu-a", "gpub", "张北",
    };
    const int count = sizeof(ascending) / sizeof(ascending[0]);

    (void)state;
    for (int i = 0; i < count; i++)
        for (int j = 0; j < count; j++)
            if (sign(natural_cmp(ascending[i], ascending[j])) != sign(i - j))
                fail_msg("\"%s\" against \"%s\"", ascending[i], ascending[j]);
}

static void case_and_leading_zeros_only_break_ties(void **state)
{
    (void)state;
    assert_int_equal(natural_cmp("Cn01", "cN1"), 0);
    assert_int_not_equal(natural_cmp_strict("Cn01", "cN1"), 0);
    assert_int_equal(natural_cmp_strict("cn1", "cn1"), 0);
    assert_true(natural_cmp("a0", "a00b") < 0);
}

static void random_name(char *out, uint64_t *rng)
{
    static const char letters[] = "00123459aAbB-.\377";
    int len = (int)(*rng >> 40) % 24;

    for (int i = 0; i < len; i++) {
        *rng = *rng * 6364136223846793005u + 1442695040888963407u;
        out[i] = letters[(*rng >> 33) % (sizeof(letters) - 1)];
    }
    out[len] = '\0';
}

/* Prefixes of eight bytes, one after the other, order as the whole does. */
static int by_prefixes(const char *a, const char *b)
{
    for (size_t skip = 0; skip < 80; skip += 8) {
        uint64_t pa = natural_prefix(a, skip), pb = natural_prefix(b, skip);
        if (pa != pb)
            return pa < pb ? -1 : 1;
        if ((pa & 0xff) == 0)
            return 0;
    }
    return 0;
}

static void prefixes_agree_with_the_order(void **state)
{
    uint64_t rng = 7;
    char a[32], b[32], c[32];

    (void)state;
    for (int i = 0; i < 200000; i++) {
        random_name(a, &rng);
        random_name(b, &rng);
        random_name(c, &rng);
        int ab = sign(natural_cmp(a, b));
        if (ab != by_prefixes(a, b) || ab != -sign(natural_cmp(b, a)))
            fail_msg("\"%s\" against \"%s\"", a, b);
        if (ab <= 0 && natural_cmp(b, c) <= 0)
            assert_true(natural_cmp(a, c) <= 0);
    }
}

static void words_are_the_same_in_any_case(void **state)
{
    (void)state;
    assert_true(fold_same("CPU USED", "cpu_used"));
    assert_true(fold_same("no-answer", "no_answer"));
    assert_false(fold_same("cpu", "cpus"));
    assert_true(fold_equal("ABCd", 3, "abc"));
    assert_false(fold_equal("ab", 2, "abc"));
    assert_false(fold_equal("abc", 3, "ab"));
}

static void hosts_are_in_their_sets(void **state)
{
    static const struct {
        const char *set, *host;
        bool in;
    } cases[] = {
        {"cn1", "cn1", true},
        {"cn1", "CN1", true},
        {"cn1", "cn10", false},
        {"cn1,cn2", "cn2", true},
        {"cn[1-16]", "cn9", true},
        {"cn[1-16]", "cn09", false},
        {"cn[1-16]", "cn17", false},
        {"cn[1-16]", "cn", false},
        {"cn[001-016]", "cn009", true},
        {"cn[001-016]", "cn9", false},
        {"cn[001-016]", "cn0009", false},
        {"cn[001-016,020]", "cn020", true},
        {"cn[001-016,020]", "cn019", false},
        {"cn[08-12]", "cn10", true},
        {"cn[8-12]", "cn08", false},
        {"cn[98-102]", "cn100", true},
        {"login1,cn[1-2],x", "x", true},
        {"login1,cn[1-2],x", "cn2", true},
        {"rack[1-2]n[01-16]", "rack2n16", true},
        {"rack[1-2]n[01-16]", "rack2n1", false},
        {"rack[1-2]n[01-16]", "rack3n01", false},
        {"n[1-3]0", "n30", true},
        {"n[1-3]0", "n3", false},
        {"n[1-3]-ib", "n2-ib", true},
        {"n[1-3]-ib", "n2", false},
        {"", "cn1", false},
        {"cn1", "", false},
        {"cn[1-", "cn1", false},
        {"cn[", "cn1", false},
        {"cn[]", "cn", false},
        {"cn[a-b]", "cna", false},
        {"cn[1-2],bad[,ok", "cn2", true},
        {"cn[99999999999999999999-1]", "cn1", false},
        {"[1-2][1-2][1-2][1-2][1-2][1-2][1-2][1-2][1-2]", "111111111", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        if (hostset_contains(cases[i].set, cases[i].host) != cases[i].in)
            fail_msg("%s in %s", cases[i].host, cases[i].set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_in_natural_order),
        cmocka_unit_test(case_and_leading_zeros_only_break_ties),
        cmocka_unit_test(prefixes_agree_with_the_order),
        cmocka_unit_test(words_are_the_same_in_any_case),
        cmocka_unit_test(hosts_are_in_their_sets),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
