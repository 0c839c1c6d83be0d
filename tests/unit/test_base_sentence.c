/* SPDX-License-Identifier: MIT
 * test_base_sentence.c - sentences of rows in another language: each of them with what stood in it, and English for what
 * could have been made in two ways. */
#include "base/i18n.h"
#include "base/sentence.h"
#include "tests/unit/unit.h"
#include "tests/unit/zh_kit.h"

static const char *const forms[] = {
#define SENTENCE(text) text,
#include "base/sentences.def"
#undef SENTENCE
};

static int english(void **state)
{
    (void)state;
    i18n_end();
    return 0;
}

static const char *say(const char *text)
{
    static char out[SENTENCE_MAX];

    return sentence_text(text, out, sizeof out);
}

/* The form with values in the place of its conversions: `word` for texts, numbers that differ for numbers. */
static void fill(char *out, size_t size, const char *form, const char *const *words)
{
    size_t n = 0;
    unsigned value = 0;

    for (const char *f = form; *f != '\0' && n + 1 < size;) {
        if (f[0] != '%' || f[1] == '%') {
            out[n++] = *f;
            f += f[0] == '%' ? 2 : 1;
            continue;
        }
        const char *digits = f + 1 + strspn(f + 1, "0123456789");
        unsigned which = *digits == '$' ? (unsigned)atoi(f + 1) - 1 : value++;
        f = *digits == '$' ? digits + 1 : f + 1;
        f += strspn(f, "-+ #0123456789.*hlzjt");
        if (*f++ == 's')
            n += (size_t)snprintf(out + n, size - n, "%s", words[which % 4]);
        else
            n += (size_t)snprintf(out + n, size - n, "%u", 11 + which * 7);
        assert_true(n < size);
    }
    out[n] = '\0';
}

static void test_every_sentence_is_known_again_with_its_values(void **state)
{
    static const char *const words[] = {"cn7", "root", "zb-ai", "tj"};
    char text[SENTENCE_MAX], wanted[SENTENCE_MAX];

    (void)state;
    if (!use_chinese())
        skip();
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        fill(text, sizeof text, forms[i], words);
        assert_ptr_not_equal(_(forms[i]), forms[i]);
        fill(wanted, sizeof wanted, _(forms[i]), words);
        assert_string_equal(say(text), wanted);
    }
}

/* Whatever a name is: the sentence is told with exactly it, or stays English. Nothing is read as a format. */
static void test_hostile_values_stay_as_they_are(void **state)
{
    static const char *const hostile[][4] = {
        {"100%s%n%d", "%2$s", "%%", "%"},
        {"\x1b[31mred", "\x07", "\xff\xfe", "\t"},
        {"already drained", "node failed cn8", "is gone", "requeued, cause not told"},
        {"a, b; c: d", ": ", "; already drained", ", "},
        {"节点", "：", "100 %", "已排空"},
        {"1", "2.5", "-3e7", "nan"},
    };
    char text[SENTENCE_MAX], wanted[SENTENCE_MAX];

    (void)state;
    if (!use_chinese())
        skip();
    for (size_t k = 0; k < sizeof hostile / sizeof *hostile; k++)
        for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
            fill(text, sizeof text, forms[i], hostile[k]);
            fill(wanted, sizeof wanted, _(forms[i]), hostile[k]);
            const char *said = say(text);
            if (strchr(forms[i], '%') == NULL || k < 2)
                assert_true(strcmp(said, wanted) == 0 || strcmp(said, text) == 0);
            for (unsigned v = 0; v < 4; v++) /* no value is lost */
                assert_true(strstr(text, hostile[k][v]) == NULL || k == 3 || k == 2 ||
                            strstr(said, hostile[k][v]) != NULL);
        }
}

static void test_several_sentences_in_one_text(void **state)
{
    (void)state;
    if (!use_chinese())
        skip();
    assert_string_equal(say("accounting: node failed cn7; XID 79 on cn7/3"),
                        "记账：节点故障 cn7；cn7/3 出现 XID 79");
    assert_string_equal(say("nobody knows whether it was done: no answer within 10.0 s"),
                        "不知道是否已经执行：10.0 秒内没有应答");
    assert_string_equal(say("slurm: HTTP status 401, not authorised: go away"),
                        "slurm：HTTP 状态 401，未授权：go away");
    assert_string_equal(say("XID 79: GPU has fallen off the bus; nothing to do"),
                        "XID 79：GPU 掉卡（从总线上脱落）；无需处理");
    assert_string_equal(say("91\302\260C at Tctl, limit 90; over, unless it comes back"),
                        "Tctl 处 91°C，上限 90；已过去，若不再出现即结束");
    assert_string_equal(say("drained or down: 1 of 4 nodes (25 %); over, unless it comes back"),
                        "排空或宕机：4 个节点中的 1 个（25 %）；已过去，若不再出现即结束");
    assert_string_equal(say("3 jobs broken, 1 time out"), "中断作业 3 个，停用 1 次");
    assert_string_equal(say("cannot be read: No such file or directory"),
                        "无法读取：没有该文件或目录");
    assert_string_equal(say("connection refused: Failed to connect to zb port 6820 after 3 ms: "
                            "Couldn't connect to server"),
                        "连接被拒绝：Failed to connect to zb port 6820 after 3 ms: "
                        "Couldn't connect to server");
    assert_string_equal(say("unknown key \"centres\"; accepted here: refresh centers"),
                        "未知的键“centres”；此处可用: refresh centers");
}

/* The words of people are not sentences of this program, and one that fits as a whole is not taken apart. */
static void test_words_of_people_stay(void **state)
{
    (void)state;
    if (!use_chinese())
        skip();
    assert_string_equal(say("already drained: node failed"), "早已排空：node failed");
    assert_string_equal(say("already drained: disk: bad; ask bob, or me"),
                        "早已排空：disk: bad; ask bob, or me");
    assert_string_equal(say("disk broken, ask bob"), "disk broken, ask bob");
    assert_string_equal(say("node"), "node");
    assert_string_equal(say(""), "");
    /* gpu (x) of root, or gpu of x) (root: nobody knows */
    assert_string_equal(say("another reason stands on it: gpu (x) (root)"),
                        "another reason stands on it: gpu (x) (root)");
}

static void test_what_does_not_fit_and_what_is_english_is_returned_itself(void **state)
{
    char small[8];
    const char *text = "already drained";

    (void)state;
    i18n_start("/nowhere");
    assert_ptr_equal(say(text), text);
    if (!use_chinese())
        skip();
    assert_ptr_equal(sentence_text(text, small, sizeof small), text);
}

/* A text that is made to cost much is given up, not pondered. */
static void test_long_texts_of_separators_end_soon(void **state)
{
    char text[900];

    (void)state;
    if (!use_chinese())
        skip();
    memset(text, ' ', sizeof text);
    for (size_t i = 0; i + 2 < sizeof text; i += 2)
        text[i] = ",;:"[i % 3];
    text[sizeof text - 1] = '\0';
    assert_ptr_equal(say(text), text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_every_sentence_is_known_again_with_its_values, english),
        cmocka_unit_test_teardown(test_hostile_values_stay_as_they_are, english),
        cmocka_unit_test_teardown(test_several_sentences_in_one_text, english),
        cmocka_unit_test_teardown(test_words_of_people_stay, english),
        cmocka_unit_test_teardown(test_what_does_not_fit_and_what_is_english_is_returned_itself,
                                  english),
        cmocka_unit_test_teardown(test_long_texts_of_separators_end_soon, english),
    };
    return cmocka_run_group_tests_name("base/sentence", tests, NULL, NULL);
}
