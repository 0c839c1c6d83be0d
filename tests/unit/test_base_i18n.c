/* SPDX-License-Identifier: MIT
 * test_base_i18n.c - catalogues, found and read by hand: the right text, English for the rest, and no harm from bad bytes. */
#include "base/i18n.h"
#include "tests/unit/mo_kit.h"

#include <unistd.h>

#define ENTRY(id, text)                                                                            \
    {                                                                                              \
        id, text, sizeof(id) - 1, sizeof(text) - 1                                                 \
    }
#define HEADER "Content-Type: text/plain; charset=UTF-8\nPlural-Forms: nplurals=1; plural=0;\n"

static const struct mo_entry chinese[] = {
    ENTRY("", HEADER),
    ENTRY("nodes", "节点"),
    ENTRY("%u job\0%u jobs", "%u 个作业"),
    ENTRY("head\004USED", "已用"),
    ENTRY("USED", "用"),
};

static void use(const struct mo_entry *entries, size_t count)
{
    struct buf mo;
    struct err e = {0};
    buf_init(&mo, 65536);
    mo_write(&mo, entries, count);
    assert_int_equal(i18n_use_bytes("zh_CN", mo.data, mo.len, &e), RC_OK);
    buf_fini(&mo);
}

static void test_texts_are_looked_up(void **state)
{
    (void)state;
    i18n_start("/nowhere");
    assert_string_equal(_("nodes"), "nodes");
    assert_string_equal(_n("%u job", "%u jobs", 1), "%u job");
    assert_string_equal(_n("%u job", "%u jobs", 0), "%u jobs");
    use(chinese, 5);
    assert_string_equal(i18n_language(), "zh_CN");
    assert_string_equal(_("nodes"), "节点");
    assert_string_equal(_n("%u job", "%u jobs", 1), "%u 个作业");
    assert_string_equal(_n("%u job", "%u jobs", 7), "%u 个作业");
    assert_string_equal(_c("head", "USED"), "已用");
    assert_string_equal(_("USED"), "用");
    assert_string_equal(_c("foot", "USED"), "USED");
    assert_string_equal(_("pools"), "pools");
    assert_string_equal(_(""), "");
    assert_null(i18n_text(NULL));
    assert_string_equal(i18n_either("head", "USED"), "已用");
    assert_string_equal(i18n_either("foot", "USED"), "用");
    assert_string_equal(i18n_either("foot", "pools"), "pools");
    i18n_end();
}

/* What was given out stays, and a language that was loaded comes back without its file. */
static void test_the_language_changes_while_texts_are_in_use(void **state)
{
    struct err e = {0};
    (void)state;
    i18n_start("/nowhere");
    use(chinese, 5);
    const char *kept = _("nodes");
    assert_int_equal(i18n_use("en", &e), RC_OK);
    assert_string_equal(_("nodes"), "nodes");
    assert_string_equal(kept, "节点");
    assert_int_equal(i18n_use("zh_CN", &e), RC_OK);
    assert_ptr_equal(_("nodes"), kept);
    i18n_end();
}

static void test_two_forms(void **state)
{
    static const struct mo_entry german[] = {
        ENTRY("",
              "Content-Type: text/plain; charset=utf-8\nPlural-Forms: nplurals=2; plural=n!=1;\n"),
        ENTRY("%u job\0%u jobs", "%u Auftrag\0%u Aufträge"),
    };
    (void)state;
    use(german, 2);
    assert_string_equal(_n("%u job", "%u jobs", 1), "%u Auftrag");
    assert_string_equal(_n("%u job", "%u jobs", 2), "%u Aufträge");
    i18n_end();
}

static void test_what_cannot_be_used_changes_nothing(void **state)
{
    static const struct mo_entry three[] = {ENTRY(
        "", "Content-Type: text/plain; charset=UTF-8\nPlural-Forms: nplurals=3; plural=0;\n")};
    static const struct mo_entry latin[] = {
        ENTRY("", "Content-Type: text/plain; charset=ISO-8859-1\n")};
    static const struct mo_entry none[] = {ENTRY("nodes", "x")};
    const struct mo_entry *const bad[] = {three, latin, none};
    struct err e = {0};
    (void)state;
    i18n_start("/nowhere::/dev");
    assert_int_equal(i18n_use("zh_CN", &e), RC_IO);
    assert_int_equal(i18n_use("klingon", &e), RC_USAGE);
    for (int i = 0; i < 3; i++) {
        struct buf mo;
        buf_init(&mo, 65536);
        mo_write(&mo, bad[i], 1);
        assert_int_equal(i18n_use_bytes("zh_CN", mo.data, mo.len, &e), RC_SYNTAX);
        buf_fini(&mo);
    }
    assert_string_equal(i18n_language(), "en");
    i18n_end();
}

/* Cut anywhere, or with any one byte another: refused or read, never out of its bounds (AddressSanitizer watches). */
static void test_broken_files(void **state)
{
    struct buf mo;
    (void)state;
    buf_init(&mo, 65536);
    mo_write(&mo, chinese, 5);
    for (size_t len = 0; len < mo.len; len++)
        if (i18n_use_bytes("zh_CN", mo.data, len, NULL) == RC_OK)
            assert_non_null(_("nodes"));
    for (size_t at = 0; at < mo.len; at++)
        for (unsigned flip = 1; flip < 256; flip *= 2) {
            mo.data[at] = (char)(mo.data[at] ^ flip);
            if (i18n_use_bytes("zh_CN", mo.data, mo.len, NULL) == RC_OK)
                assert_true(strlen(_("nodes")) + strlen(_n("%u job", "%u jobs", 2)) < mo.len);
            mo.data[at] = (char)(mo.data[at] ^ flip);
        }
    i18n_end();
    buf_fini(&mo);
}

static void test_found_in_a_folder(void **state)
{
    char dir[] = "/tmp/suantop-i18n-XXXXXX", path[64], dirs[128];
    struct err e = {0};
    struct buf mo;
    (void)state;
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/zh_CN.mo", dir);
    buf_init(&mo, 65536);
    mo_write(&mo, chinese, 5);
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(mo.data, 1, mo.len, f), mo.len);
    fclose(f);
    snprintf(dirs, sizeof dirs, "/nowhere:%s:/dev", dir);
    i18n_start(dirs);
    assert_int_equal(i18n_use("zh_CN", &e), RC_OK);
    assert_string_equal(_("nodes"), "节点");
    i18n_end();
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(dir), 0);
    buf_fini(&mo);
}

static void test_what_the_environment_asks(void **state)
{
    static const struct {
        const char *all, *messages, *lang, *language, *want;
    } cases[] = {
        {NULL, NULL, NULL, NULL, "en"},
        {NULL, NULL, "zh_CN.UTF-8", NULL, "zh_CN"},
        {"", "", "zh_CN.utf8", "", "zh_CN"},
        {"zh_CN", NULL, "en_US.UTF-8", NULL, "zh_CN"},
        {NULL, "zh_CN.UTF-8", "en_US.UTF-8", NULL, "zh_CN"},
        {"en_US.UTF-8", "zh_CN.UTF-8", "zh_CN.UTF-8", NULL, "en"},
        {NULL, NULL, "C.UTF-8", "zh_CN", "en"},
        {"C", NULL, "zh_CN.UTF-8", "zh_CN", "en"},
        {"POSIX", NULL, "zh_CN.UTF-8", NULL, "en"},
        {NULL, NULL, "de_DE.UTF-8", "fr:zh_CN:en", "zh_CN"},
        {NULL, NULL, "zh_CN.UTF-8", "en_GB:en", "en"},
        {NULL, NULL, "zh_CN.GB18030", NULL, "en"},
        {NULL, NULL, "zh_CN.UTF-8@pinyin", NULL, "zh_CN"},
        {NULL, NULL, "zh_TW.UTF-8", NULL, "en"},
        {NULL, NULL, "zh_SG.UTF-8", NULL, "zh_CN"},
        {NULL, NULL, "de_DE.UTF-8", "zh_Hans_CN", "zh_CN"},
        {NULL, NULL, "xx", NULL, "en"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_string_equal(
            i18n_of_locale(cases[i].all, cases[i].messages, cases[i].lang, cases[i].language),
            cases[i].want);
}

static void test_a_console_without_letters(void **state)
{
    (void)state;
    setenv("LC_ALL", "zh_CN.UTF-8", 1);
    unsetenv("LANGUAGE");
    setenv("TERM", "xterm", 1);
    assert_string_equal(i18n_of_environment(), "zh_CN");
    setenv("TERM", "linux", 1);
    assert_string_equal(i18n_of_environment(), "en");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_texts_are_looked_up),
        cmocka_unit_test(test_the_language_changes_while_texts_are_in_use),
        cmocka_unit_test(test_two_forms),
        cmocka_unit_test(test_what_cannot_be_used_changes_nothing),
        cmocka_unit_test(test_broken_files),
        cmocka_unit_test(test_found_in_a_folder),
        cmocka_unit_test(test_what_the_environment_asks),
        cmocka_unit_test(test_a_console_without_letters),
    };
    return cmocka_run_group_tests_name("base i18n", tests, NULL, NULL);
}
