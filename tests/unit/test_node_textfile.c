/* SPDX-License-Identifier: MIT
 * test_node_textfile.c - metrics that other programs wrote into files, until they stand on the page. */
#include "tests/unit/nodegpu.h"
#include "node/page.h"
#include "node/textfile.h"

static char folder[100], *page;

static int begin_files(void **state)
{
    begin(state);
    snprintf(folder, sizeof folder, "%s/text", machine);
    put_file("text/README", "this is none\n");
    return 0;
}

static int end_files(void **state)
{
    free(page);
    page = NULL;
    return end(state);
}

static void look(void)
{
    FILE *out = listen_to();

    textfile_round(folder, out);
    hear(out);
}

static const char *shown(enum page_format format)
{
    struct samples copied;
    struct buf out;

    /* Through a second set, as a keeper hands them on. */
    samples_init(&copied);
    for (size_t i = 0; i < round_of.samples.count; i++)
        samples_append_one(&copied, &round_of.samples, i);
    buf_init(&out, 1 << 20);
    assert_int_equal(page_write(&out, format, &copied), RC_OK);
    samples_fini(&copied);
    free(page);
    page = buf_take(&out);
    return page;
}

static void has(enum page_format format, const char *text)
{
    if (strstr(shown(format), text) == NULL)
        fail_msg("no\n%s\nin\n%s", text, page);
}

static void test_names_of_others(void **state)
{
    (void)state;
    put_file("text/b.prom", "# HELP mt_power Power of a card.\n# TYPE mt_power gauge\n"
                            "mt_power{card=\"0\",note=\"a\\\"b\\\\c\"} 151.5\n");
    put_file("text/a.prom",
             "# TYPE runs counter\nruns 7\nmt_power{card=\"1\"} 152\nodd 1\n"
             "# TYPE jobs_total counter\njobs_total 4\n"
             "# TYPE wait histogram\nwait_bucket{le=\"2\"} 1\nwait_bucket{le=\"10\"} 2\n"
             "wait_bucket{le=\"+Inf\"} 2\nwait_sum 9\nwait_count 2\n");
    look();
    assert_string_equal(round_of.trouble, "");
    is(FAMILY_TEXTFILE_ERROR, "file=\"a.prom\"", 0);
    assert_true(find(FAMILY_TEXTFILE_MODIFIED, "file=\"b.prom\"")->value > 1.7e9);
    has(PAGE_TEXT, "\n# TYPE jobs_total counter\njobs_total 4\n");
    has(PAGE_TEXT, "\n# TYPE odd untyped\nodd 1\n");
    has(PAGE_TEXT, "\n# TYPE runs counter\nruns 7\n");
    has(PAGE_TEXT, "\n# TYPE wait histogram\nwait_bucket{le=\"2\"} 1\nwait_bucket{le=\"10\"} 2\n"
                   "wait_bucket{le=\"+Inf\"} 2\nwait_sum 9\nwait_count 2\n");
    /* A family of two files stands together. */
    has(PAGE_TEXT, "mt_power{card=\"1\"} 152\n");
    has(PAGE_TEXT, "mt_power{card=\"0\",note=\"a\\\"b\\\\c\"} 151.5\n");
    has(PAGE_OPENMETRICS, "\n# TYPE jobs counter\njobs_total 4\n");
    has(PAGE_OPENMETRICS, "\n# TYPE runs unknown\nruns 7\n");
    has(PAGE_OPENMETRICS, "\n# TYPE odd unknown\nodd 1\n");
}

/* The way for a tool of a vendor: our own families, from a script. */
static void test_our_names(void **state)
{
    (void)state;
    put_file("text/mthreads.prom", "suantop_gpu_up{gpu=\"0000:41:00.0\"} 1\n"
                                   "suantop_gpu_temperature_celsius{gpu=\"0000:41:00.0\"} 66\n");
    look();
    is(FAMILY_GPU_UP, FIRST, 1);
    is(FAMILY_GPU_TEMPERATURE, FIRST, 66);
    has(PAGE_TEXT, "# HELP suantop_gpu_temperature_celsius Core temperature of a GPU.\n"
                   "# TYPE suantop_gpu_temperature_celsius gauge\n"
                   "suantop_gpu_temperature_celsius{gpu=\"0000:41:00.0\"} 66\n");
}

static void test_bad_files_cost_themselves_only(void **state)
{
    static const char *const bad[] = {"x 1\ny{ 2\n", "x 1 1700000000000\n", "x 1\n\n x-y 1\n",
                                      "x{a-b=\"1\"} 1\n", "x one\n"};

    (void)state;
    put_file("text/good.prom", "good 1\n");
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        put_file("text/bad.prom", bad[i]);
        look();
        assert_non_null(strstr(round_of.trouble, "bad.prom:"));
        is(FAMILY_TEXTFILE_ERROR, "file=\"bad.prom\"", 1);
        is(FAMILY_TEXTFILE_ERROR, "file=\"good.prom\"", 0);
        has(PAGE_TEXT, "\ngood 1\n");
        assert_null(strstr(page, "\nx"));
    }
    put_file("text/bad.prom", "x 1\ny{ 2\n");
    look();
    assert_non_null(strstr(round_of.trouble, "bad.prom:2: "));
}

static void test_duplicates_and_odd_values(void **state)
{
    (void)state;
    put_file("text/a.prom", "x{a=\"1\"} 1\nx{a=\"1\"} 2\nx NaN\ny +Inf\n");
    put_file("text/b.prom", "x{ a=\"1\", } 3\nz 5\n");
    look();
    assert_string_equal(round_of.trouble, "");
    has(PAGE_TEXT, "\nx{a=\"1\"} 1\n# TYPE z untyped\nz 5\n");
    assert_null(strstr(page, "} 2"));
    assert_null(strstr(page, "} 3"));
}

static void test_limits(void **state)
{
    char path[200], *many = malloc(60000);
    size_t len = 0;

    (void)state;
    for (int i = 0; i <= TEXTFILE_SAMPLES; i++)
        len += (size_t)sprintf(many + len, "m{i=\"%d\"} 1\n", i);
    put_file("text/many.prom", many);
    look();
    assert_non_null(strstr(round_of.trouble, "more than 2000 samples"));
    is(FAMILY_TEXTFILE_ERROR, "file=\"many.prom\"", 1);
    free(many);
    snprintf(path, sizeof path, "%s/many.prom", folder);
    unlink(path);
    /* Nothing to wait on, nothing endless, nobody's secrets. */
    snprintf(path, sizeof path, "%s/pipe.prom", folder);
    assert_int_equal(mkfifo(path, 0600), 0);
    look();
    assert_non_null(strstr(round_of.trouble, "no regular file"));
    unlink(path);
    assert_int_equal(symlink("/dev/zero", path), 0);
    look();
    assert_non_null(strstr(round_of.trouble, "no regular file"));
    unlink(path);
    FILE *f = fopen(path, "w");
    assert_int_equal(fseek(f, TEXTFILE_BYTES, SEEK_SET), 0);
    fputc('\n', f);
    fclose(f);
    look();
    assert_non_null(strstr(round_of.trouble, "larger than"));
    FILE *out = listen_to();
    textfile_round("/proc/nonexistent", out);
    hear(out);
    assert_non_null(strstr(round_of.trouble, "No such file"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_names_of_others, begin_files, end_files),
        cmocka_unit_test_setup_teardown(test_our_names, begin_files, end_files),
        cmocka_unit_test_setup_teardown(test_bad_files_cost_themselves_only, begin_files,
                                        end_files),
        cmocka_unit_test_setup_teardown(test_duplicates_and_odd_values, begin_files, end_files),
        cmocka_unit_test_setup_teardown(test_limits, begin_files, end_files),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
