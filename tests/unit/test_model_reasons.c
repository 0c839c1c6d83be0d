/* SPDX-License-Identifier: MIT
 * test_model_reasons.c - every reason code that Slurm has had since 22.05 gets words. */
#include "model/reasons.h"
#include "tests/unit/unit.h"

static void test_exact_codes(void **state)
{
    struct reason r = reason_lookup("Resources");

    (void)state;
    assert_true(r.known);
    assert_string_equal(r.words, "waits for free nodes or devices");
    assert_true(strlen(r.unblock) > 0);
    assert_string_equal(reason_lookup("JobHeldUser").words, "held by its owner");
    assert_string_equal(reason_lookup("JobHeldAdmin").words, "held by an operator");
}

static void test_families(void **state)
{
    (void)state;
    /* The exact line wins over its family, the narrow family over the wide one. */
    assert_string_equal(reason_lookup("QOSGrpGRES").words,
                        "all jobs of its QOS together have the devices that they may");
    assert_string_equal(reason_lookup("QOSGrpBillingRunMinutes").words,
                        "running jobs of its QOS have booked all the time they may");
    assert_string_equal(reason_lookup("QOSGrpCPUMinutesLimit").words,
                        "its QOS has used up its budget");
    assert_string_equal(reason_lookup("QOSGrpEnergy").words,
                        "all jobs of its QOS together have what they may");
    assert_string_equal(reason_lookup("QOSNewInSomeRelease").words, "a limit of its QOS holds it");
    assert_string_equal(reason_lookup("MaxEnergyRunMinsPerUser").words,
                        "its owner has booked all the time that the QOS allows");
}

static void test_unknown_codes(void **state)
{
    static const char code[] = "Moonphase";
    struct reason r = reason_lookup(code);

    (void)state;
    assert_false(r.known);
    assert_ptr_equal(r.words, code);
    assert_string_equal(r.unblock, "");
    assert_string_equal(reason_lookup("").words, "");
    assert_string_equal(reason_lookup(NULL).words, "");
    assert_false(reason_lookup("Resource").known);
    assert_false(reason_lookup("Resources2").known);
    assert_false(reason_lookup("QO").known);
}

/* All codes of slurm 26.05, one a line. */
static void test_all_codes(void **state)
{
    size_t len, n = 0;
    char *text = unit_fixture("slurm/reason_codes.txt", &len);

    (void)state;
    for (char *line = text, *end; (end = strchr(line, '\n')) != NULL; line = end + 1) {
        *end = '\0';
        if (*line == '#')
            continue;
        struct reason r = reason_lookup(line);
        if (!r.known || *r.words == '\0' || *r.unblock == '\0')
            fail_msg("no words for %s", line);
        n++;
    }
    assert_true(n > 200);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exact_codes),
        cmocka_unit_test(test_families),
        cmocka_unit_test(test_unknown_codes),
        cmocka_unit_test(test_all_codes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
