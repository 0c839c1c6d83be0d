/* SPDX-License-Identifier: MIT
 * test_export_formats.c - the formats over whole fleets, against the pictures in tests/golden/export.
 * GENERATE=1 writes those anew: look at the difference before committing it. */
#include "base/text.h"
#include "model/query.h"
#include "tests/unit/export_fixture.h"
#include "tests/unit/unit.h"
#include "tests/unit/zh_kit.h"

#define MAX_OUTPUT (64 * 1024 * 1024)

static struct buf render(const char *fleet, const char *format, const struct export_options *o)
{
    struct snapshot *s = fixture_snapshot(fleet);
    struct buf out;
    struct err e = {.rc = RC_OK};

    buf_init(&out, MAX_OUTPUT);
    struct sink sink = fixture_sink(&out);
    assert_int_equal(export_find(format)->write(s, o, &sink, &e), RC_OK);
    assert_int_equal(e.rc, RC_OK);
    snapshot_unref(s);
    return out;
}

static struct buf render_all(const char *fleet, const char *format)
{
    struct export_options o = fixture_options(fleet);

    return render(fleet, format, &o);
}

static void write_golden(const char *path, const struct buf *out)
{
    FILE *f = fopen(path, "wb");

    if (f == NULL || fwrite(out->data, 1, out->len, f) != out->len || fclose(f) != 0)
        fail_msg("cannot write %s", path);
}

static void compare_golden(const char *path, const struct buf *out)
{
    FILE *f = fopen(path, "rb");
    char *data = malloc(out->len + 1);
    size_t n;

    if (f == NULL)
        fail_msg("cannot read %s", path);
    n = fread(data, 1, out->len + 1, f);
    fclose(f);
    bool same = n == out->len && memcmp(data, out->data, n) == 0;
    free(data);
    if (!same)
        fail_msg("%s differs; GENERATE=1 writes it anew", path);
}

static void test_the_pictures_are_the_same(void **state)
{
    static const char *const fleets[] = {"fleet", "partial", "hostile", "dead", "empty"};
    char path[1024];

    (void)state;
    for (int i = 0; i < 5; i++)
        for (int k = 0; export_all()[k] != NULL; k++) {
            const char *format = export_all()[k]->name;
            struct buf out = render_all(fleets[i], format);
            snprintf(path, sizeof(path), "%s/tests/golden/export/%s.%s", UNIT_SRCDIR, fleets[i],
                     format);
            if (getenv("GENERATE") != NULL)
                write_golden(path, &out);
            else
                compare_golden(path, &out);
            buf_fini(&out);
        }
}

static bool is_for_people(const char *format)
{
    return strcmp(format, "text") == 0 || strcmp(format, "html") == 0;
}

/* Programs read the same bytes whatever language the screen has; people read theirs. */
static void test_machines_read_english_in_any_language(void **state)
{
    static const char *const fleets[] = {"fleet", "partial", "hostile", "dead", "empty"};
    char path[1024];

    (void)state;
    for (int i = 0; i < 5; i++)
        for (int k = 0; export_all()[k] != NULL; k++) {
            const char *format = export_all()[k]->name;
            i18n_end();
            struct buf english = render_all(fleets[i], format);
            if (!use_chinese())
                skip();
            struct buf chinese = render_all(fleets[i], format);
            bool same =
                english.len == chinese.len && memcmp(english.data, chinese.data, english.len) == 0;
            assert_true(same != is_for_people(format) || i == 4);
            snprintf(path, sizeof(path), "%s/tests/golden/export/fleet.zh_CN.%s", UNIT_SRCDIR,
                     format);
            if (i == 0 && is_for_people(format) && getenv("GENERATE") != NULL)
                write_golden(path, &chinese);
            else if (i == 0 && is_for_people(format))
                compare_golden(path, &chinese);
            buf_fini(&english);
            buf_fini(&chinese);
        }
    i18n_end();
}

static void test_the_same_snapshot_gives_the_same_bytes(void **state)
{
    (void)state;
    for (int i = 0; fixture_names[i] != NULL; i++)
        for (int k = 0; export_all()[k] != NULL; k++) {
            struct buf a = render_all(fixture_names[i], export_all()[k]->name);
            struct buf b = render_all(fixture_names[i], export_all()[k]->name);
            assert_int_equal(a.len, b.len);
            assert_memory_equal(a.data, b.data, a.len);
            buf_fini(&a);
            buf_fini(&b);
        }
}

/* Line breaks apart, nothing leaves that a terminal would obey. */
static void test_nothing_leaves_that_is_not_clean(void **state)
{
    (void)state;
    for (int i = 0; fixture_names[i] != NULL; i++)
        for (int k = 0; export_all()[k] != NULL; k++) {
            struct buf out = render_all(fixture_names[i], export_all()[k]->name);
            for (char *p = out.data, *end; p < out.data + out.len; p = end + 1) {
                end = memchr(p, '\n', out.len - (size_t)(p - out.data));
                assert_non_null(end);
                size_t len = (size_t)(end - p);
                if (len > 0 && p[len - 1] == '\r' && strcmp(export_all()[k]->name, "csv") == 0)
                    len--;
                assert_true(text_is_clean(p, len));
            }
            buf_fini(&out);
        }
}

struct failing {
    size_t left;
    bool failed;
};

static enum rc write_until(void *arg, const void *data, size_t len, struct err *e)
{
    struct failing *f = arg;

    (void)data;
    assert_false(f->failed);
    if (len <= f->left) {
        f->left -= len;
        return RC_OK;
    }
    f->failed = true;
    return err_set(e, RC_IO, "disk", "full");
}

static void expect_failure(const struct snapshot *s, const struct export_format *format,
                           const struct export_options *o, size_t after)
{
    struct failing f = {.left = after};
    const struct sink sink = {write_until, &f};
    struct err e = {.rc = RC_OK};

    assert_int_equal(format->write(s, o, &sink, &e), RC_IO);
    assert_int_equal(e.rc, RC_IO);
    assert_string_equal(e.where, "disk");
    assert_true(f.failed);
}

static void test_a_write_error_at_any_byte_is_told_once(void **state)
{
    static const char *const fleets[] = {"hostile", "long"};

    (void)state;
    for (int i = 0; i < 2; i++) {
        struct snapshot *s = fixture_snapshot(fleets[i]);
        struct export_options o = fixture_options(fleets[i]);
        for (int k = 0; export_all()[k] != NULL; k++) {
            struct buf out = render_all(fleets[i], export_all()[k]->name);
            for (size_t n = 0; n < out.len; n += 1 + out.len / 97)
                expect_failure(s, export_all()[k], &o, n);
            expect_failure(s, export_all()[k], &o, out.len - 1);
            buf_fini(&out);
        }
        snapshot_unref(s);
    }
}

static void expect_in(const struct buf *out, const char *text, bool there)
{
    if ((strstr(out->data, text) != NULL) != there)
        fail_msg("%s %s", there ? "missing:" : "should not be there:", text);
}

static void test_hosts_are_expanded_up_to_a_bound(void **state)
{
    struct export_options o = fixture_options("fleet");
    struct buf out = render("fleet", "ndjson", &o);

    (void)state;
    expect_in(&out, "\"nodes\":[\"cn1\",\"cn2\",\"cn10\"]", true);
    expect_in(&out, "\"nodes\":[\"cn10\"]", true);
    buf_fini(&out);
    out = render_all("hostile", "ndjson");
    expect_in(&out, "\"nodes\":[\"n[1-99999999]\"]", true);
    expect_in(&out, "\"nodes\":[\"n[1-\"]", true);
    buf_fini(&out);
    o.expand = NULL;
    out = render("fleet", "json", &o);
    expect_in(&out, "\"nodes\":[\"cn[1-2,10]\"]", true);
    buf_fini(&out);
}

static void test_only_some_entities_and_one_center(void **state)
{
    struct export_options o = fixture_options("fleet");

    (void)state;
    o.entities[ENTITY_JOB] = true;
    struct buf out = render("fleet", "json", &o);
    expect_in(&out, "\"jobs\":[", true);
    expect_in(&out, "\"nodes\":[\n", false);
    expect_in(&out, "\"totals\":{", true);
    buf_fini(&out);
    out = render("fleet", "csv", &o);
    expect_in(&out, "entity", false);
    assert_memory_equal(out.data, "center,age_seconds,gone,id,", 27);
    buf_fini(&out);
    o.only_center = "tianjin";
    out = render("fleet", "json", &o);
    expect_in(&out, "\"jobs\":[]", true);
    expect_in(&out, "\"centers\":1,", true);
    expect_in(&out, "\"jobs_running\":null", true);
    buf_fini(&out);
}

/* Whoever asked may have waited long enough and still not have got everything. */
static void test_complete_means_that_no_source_failed(void **state)
{
    struct snapshot *s = fixture_snapshot("partial");
    struct export_options o = fixture_options("fleet");

    (void)state;
    assert_true(o.complete);
    assert_false(export_complete(s, &o));
    o.only_center = "zhangbei";
    assert_true(export_complete(s, &o));
    o.complete = false;
    assert_false(export_complete(s, &o));
    snapshot_unref(s);
    o = fixture_options("fleet");
    struct buf out = render("partial", "json", &o);
    expect_in(&out, "\"complete\":false", true);
    buf_fini(&out);
}

static void test_a_filter_is_for_its_entity_only(void **state)
{
    struct export_options o = fixture_options("fleet");
    struct filter *filter = NULL;

    (void)state;
    assert_int_equal(filter_compile("state=running", ENTITY_JOB, &filter, NULL), RC_OK);
    o.filter = filter;
    o.filter_entity = ENTITY_JOB;
    struct buf out = render("fleet", "ndjson", &o);
    expect_in(&out, "\"id\":\"14\"", true);
    expect_in(&out, "\"id\":\"16\"", false);
    expect_in(&out, "\"name\":\"cn10\"", true);
    expect_in(&out, "\"nodes_total\":4", true); /* the totals are those of the fleet all the same */
    buf_fini(&out);
    filter_free(filter);
}

static void test_text_is_cut_at_the_width(void **state)
{
    struct export_options o = fixture_options("fleet");

    (void)state;
    for (o.width = 1; o.width < 200; o.width += 7) {
        struct buf out = render("fleet", "text", &o);
        for (char *line = out.data, *end; (end = strchr(line, '\n')) != NULL; line = end + 1) {
            *end = '\0';
            assert_true(text_cells(line) <= o.width);
        }
        buf_fini(&out);
    }
}

static void test_a_name_that_lost_bytes_is_told_whole(void **state)
{
    struct buf out = render_all("hostile", "ndjson");

    (void)state;
    expect_in(&out, "\"raw_name_base64\":\"//4=\"", true);     /* ff fe */
    expect_in(&out, "\"raw_name_base64\":\"CXRhYg==\"", true); /* "\ttab" */
    buf_fini(&out);
    out = render_all("fleet", "ndjson");
    expect_in(&out, "raw_name_base64", false);
    buf_fini(&out);
}

static void test_gone_jobs_are_told_but_not_to_people(void **state)
{
    struct buf out = render_all("fleet", "ndjson");

    (void)state;
    expect_in(&out, "\"gone\":true,\"id\":\"13\"", true);
    expect_in(&out, "\"gone\":false,\"id\":\"14\"", true);
    buf_fini(&out);
    out = render_all("fleet", "text");
    expect_in(&out, "finished", false);
    buf_fini(&out);
}

static void test_formats_are_found_by_name(void **state)
{
    (void)state;
    assert_non_null(export_find("json"));
    assert_null(export_find("xml"));
    assert_null(export_find(""));
    for (int i = 0; export_all()[i] != NULL; i++) {
        assert_ptr_equal(export_find(export_all()[i]->name), export_all()[i]);
        assert_true(export_all()[i]->help[0] != '\0');
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_pictures_are_the_same),
        cmocka_unit_test(test_machines_read_english_in_any_language),
        cmocka_unit_test(test_the_same_snapshot_gives_the_same_bytes),
        cmocka_unit_test(test_nothing_leaves_that_is_not_clean),
        cmocka_unit_test(test_a_write_error_at_any_byte_is_told_once),
        cmocka_unit_test(test_hosts_are_expanded_up_to_a_bound),
        cmocka_unit_test(test_only_some_entities_and_one_center),
        cmocka_unit_test(test_complete_means_that_no_source_failed),
        cmocka_unit_test(test_a_filter_is_for_its_entity_only),
        cmocka_unit_test(test_text_is_cut_at_the_width),
        cmocka_unit_test(test_a_name_that_lost_bytes_is_told_whole),
        cmocka_unit_test(test_gone_jobs_are_told_but_not_to_people),
        cmocka_unit_test(test_formats_are_found_by_name),
    };
    return cmocka_run_group_tests_name("export formats", tests, NULL, NULL);
}
