/* SPDX-License-Identifier: MIT
 * test_app_peaks.c - the built-in table of peaks, and a site's own beside its configuration. */
#include "app/session_peaks.h"
#include "base/xmem.h"
#include "tests/unit/unit.h"
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/suantop-peaks-XXXXXX";
static char *config, *site;

static int make_folder(void **state)
{
    (void)state;
    if (mkdtemp(folder) == NULL)
        return -1;
    config = xasprintf("%s/config.yaml", folder);
    site = xasprintf("%s/peaks.conf", folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    (void)unlink(site);
    (void)rmdir(folder);
    free(config);
    free(site);
    return 0;
}

static void write_site(const char *text)
{
    FILE *f = fopen(site, "w");

    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
}

static double fp16(const struct peak_table *t, const char *model)
{
    const struct peak *p = peak_find(t, model);

    return p != NULL ? p->fp16 / 1e12 : 0;
}

static void test_built_in(void **state)
{
    struct peak_table *t = NULL;
    struct err e = {0};

    (void)state;
    assert_int_equal(session_peaks_load(NULL, &t, &e), RC_OK);
    assert_true(fp16(t, "NVIDIA H200") == 989);
    peak_table_free(t);
}

static void test_a_site_adds(void **state)
{
    struct peak_table *t = NULL;
    struct err e = {0};

    (void)state;
    write_site("# ours\nFoo X1 | Foo | - | - | - | 500 | - | B | data sheet\n"
               "H200 | NVIDIA | 34 | 67 | 67 | 900 | - | B | measured here\n");
    assert_int_equal(session_peaks_load(config, &t, &e), RC_OK);
    assert_true(fp16(t, "Foo X1") == 500);
    assert_true(fp16(t, "NVIDIA H200") == 900);
    assert_true(fp16(t, "NVIDIA H100 80GB HBM3") == 989);
    peak_table_free(t);
}

static void test_a_broken_one_is_refused(void **state)
{
    struct peak_table *t = NULL;
    struct err e = {0};

    (void)state;
    write_site("# ours\n\nFoo X1 | Foo | - | - | - | lots | - | B | data sheet\n");
    assert_int_equal(session_peaks_load(config, &t, &e), RC_SYNTAX);
    assert_non_null(strstr(e.where, "peaks.conf:3"));
    assert_non_null(strstr(e.msg, "lots"));
    peak_table_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_built_in),
        cmocka_unit_test(test_a_site_adds),
        cmocka_unit_test(test_a_broken_one_is_refused),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
