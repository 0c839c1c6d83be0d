/* SPDX-License-Identifier: MIT
 * test_app_cli.c - the command line: every command and option of options.def is taken, the rest refused with words. */
#include "app/cli.h"
#include "app/outfile.h"
#include "base/text.h"
#include "tests/unit/zh_kit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static enum rc parse(struct cli *out, struct err *e, const char *a, const char *b, const char *c)
{
    char *argv[] = {(char *)"suantop", (char *)a, (char *)b, (char *)c, NULL};
    int argc = 1 + (a != NULL) + (b != NULL) + (c != NULL);
    return cli_parse(argc, argv, out, e);
}

static void test_commands(void **state)
{
    struct cli cli;
    (void)state;
    assert_int_equal(parse(&cli, NULL, NULL, NULL, NULL), RC_OK);
    assert_int_equal(cli.command, CLI_DASHBOARD);
    for (int i = 1; i < CLI_COMMANDS_SHOWN; i++) {
        const char *operand = cli_commands[i].args[0] != '\0' ? "dir" : NULL;
        assert_int_equal(parse(&cli, NULL, cli_commands[i].name, operand, NULL), RC_OK);
        assert_int_equal((int)cli.command, i);
        assert_true(operand == NULL || strcmp(cli.operand, "dir") == 0);
    }
}

/* The commands that act take any number of words, the others one. */
static void test_operands(void **state)
{
    char *argv[] = {
        (char *)"suantop", (char *)"drain", (char *)"cn1", (char *)"--reason", (char *)"fan",
        (char *)"cn2",     (char *)"--yes", (char *)"--",  (char *)"-3",       NULL};
    struct cli cli;
    struct err e;
    (void)state;
    assert_int_equal(cli_parse(9, argv, &cli, &e), RC_OK);
    assert_int_equal(cli.operand_count, 3);
    assert_string_equal(cli.operands[0], "cn1");
    assert_string_equal(cli.operands[1], "cn2");
    assert_string_equal(cli.operands[2], "-3");
    assert_string_equal(cli.operand, "cn1");
    assert_string_equal(cli.value[OPTION_REASON], "fan");
    assert_int_equal(parse(&cli, &e, "replay", "a", "b"), RC_USAGE);
    assert_non_null(strstr(e.msg, "one word too many"));
    assert_int_equal(parse(&cli, &e, "snapshot", "a", NULL), RC_USAGE);
    assert_int_equal(parse(&cli, &e, "hold", NULL, NULL), RC_USAGE);
    assert_non_null(strstr(e.msg, "suantop hold needs JOB..."));
    assert_int_equal(parse(&cli, &e, "drain", "--hold", "cn1"), RC_USAGE);
    assert_int_equal(parse(&cli, &e, "--read-only", NULL, NULL), RC_OK);
    assert_int_equal(parse(&cli, &e, "--read-only", "snapshot", NULL), RC_USAGE);
}

/* Each option in its long form, with a command that has it, and refused where it means nothing. */
static void test_options(void **state)
{
    struct cli cli;
    (void)state;
    for (int i = 0; i < OPTION_COUNT; i++)
        for (int k = 0; k < CLI_COMMANDS_SHOWN; k++) {
            char word[64];
            bool fits = (cli_options[i].commands >> k & 1) != 0;
            snprintf(word, sizeof word, "--%s%s", cli_options[i].name,
                     cli_options[i].arg != NULL ? "=v" : "");
            const char *name = cli_commands[k].name,
                       *operand = cli_commands[k].args[0] != '\0' ? "d" : NULL;
            enum rc rc = name[0] != '\0' ? parse(&cli, NULL, word, name, operand)
                                         : parse(&cli, NULL, word, NULL, NULL);
            assert_int_equal(rc, fits ? RC_OK : RC_USAGE);
            assert_true(!fits || strcmp(cli.value[i], cli_options[i].arg != NULL ? "v" : "") == 0);
        }
}

static void test_letters(void **state)
{
    struct cli cli;
    (void)state;
    assert_int_equal(parse(&cli, NULL, "snapshot", "-fjson", "-v"), RC_OK);
    assert_string_equal(cli.value[OPTION_FORMAT], "json");
    assert_int_equal(parse(&cli, NULL, "snapshot", "-o", "--"), RC_OK);
    assert_string_equal(cli.value[OPTION_OUTPUT], "--");
}

static void test_refusals(void **state)
{
    struct cli cli;
    struct err e;
    (void)state;
    assert_int_equal(parse(&cli, &e, "frobnicate", NULL, NULL), RC_USAGE);
    assert_non_null(strstr(e.msg, "frobnicate"));
    assert_non_null(strstr(e.msg, "snapshot check"));
    assert_int_equal(parse(&cli, &e, "--frob", NULL, NULL), RC_USAGE);
    assert_int_equal(parse(&cli, &e, "-Q", NULL, NULL), RC_USAGE);
    assert_int_equal(parse(&cli, &e, "snapshot", "-f", NULL), RC_USAGE);
    assert_non_null(strstr(e.msg, "FORMAT"));
    assert_int_equal(parse(&cli, &e, "--verbose=1", NULL, NULL), RC_USAGE);
    assert_int_equal(parse(&cli, &e, "record", NULL, NULL), RC_USAGE);
    assert_int_equal(parse(&cli, &e, "snapshot", "word", NULL), RC_USAGE);
}

static void test_usage_names_everything(void **state)
{
    struct buf text;
    (void)state;
    buf_init(&text, 65536);
    cli_usage(&text);
    for (int i = 0; i < OPTION_COUNT; i++)
        assert_non_null(strstr(text.data, cli_options[i].name));
    buf_fini(&text);
}

/* Where the words of the second column begin: behind two blanks, 24 cells and one more, or one blank behind what is wider. */
static void check_line(const char *line, const char *left, const char *help)
{
    char words[512];
    snprintf(words, sizeof words, "%s\n", _(help));
    assert_ptr_not_equal(_(help), help);
    assert_memory_equal(line, "  ", 2);
    assert_memory_equal(line + 2, left, strlen(left));
    const char *at = line + 2 + strlen(left);
    at += strspn(at, " ");
    assert_memory_equal(at, words, strlen(words));
    int cells = text_cells(left) + (int)(at - line) - 2 - (int)strlen(left);
    assert_int_equal(cells, text_cells(left) < 24 ? 25 : text_cells(left) + 1);
}

static void test_usage_in_chinese(void **state)
{
    struct buf text;
    (void)state;
    if (!use_chinese())
        skip();
    buf_init(&text, 65536);
    cli_usage(&text);
    assert_non_null(strstr(text.data, "算力"));
    const char *line = strstr(text.data, "\n  suantop ") + 1;
    for (int i = 0; i < CLI_COMMANDS_SHOWN; i++, line = strchr(line, '\n') + 1) {
        char left[64];
        snprintf(left, sizeof left, "suantop %s %s", cli_commands[i].name, cli_commands[i].args);
        check_line(line, left, cli_commands[i].help);
    }
    line = strstr(line, "\n  -") + 1;
    for (int i = 0; i < OPTION_COUNT; i++, line = strchr(line, '\n') + 1) {
        const struct cli_option_info *o = &cli_options[i];
        char left[64], letter[4] = "   ";
        if (o->letter != '\0')
            snprintf(letter, sizeof letter, "-%c,", o->letter);
        snprintf(left, sizeof left, "%s --%s%s%s", letter, o->name, o->arg != NULL ? " " : "",
                 o->arg != NULL ? o->arg : "");
        check_line(line, left, o->help);
    }
    buf_fini(&text);
    i18n_end();
}

static void write_file(const char *path, const char *content)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(content, f);
    fclose(f);
}

static void read_file(const char *path, char out[64])
{
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    out[fread(out, 1, 63, f)] = '\0';
    fclose(f);
}

static void test_outfile(void **state)
{
    char dir[] = "/tmp/suantop-test-XXXXXX", path[64], other[64], text[64];
    struct outfile o;
    struct err e = {0};
    (void)state;
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/out", dir);
    snprintf(other, sizeof other, "%s/link", dir);
    write_file(path, "old");
    assert_int_equal(outfile_open(&o, path, &e), RC_OK);
    assert_int_equal(o.sink.write(o.sink.arg, "new", 3, &e), RC_OK);
    read_file(path, text);
    assert_string_equal(text, "old"); /* until the commit */
    outfile_abandon(&o);
    read_file(path, text);
    assert_string_equal(text, "old");
    assert_int_equal(outfile_open(&o, path, &e), RC_OK);
    assert_int_equal(o.sink.write(o.sink.arg, "new", 3, &e), RC_OK);
    assert_int_equal(outfile_commit(&o, &e), RC_OK);
    read_file(path, text);
    assert_string_equal(text, "new");
    assert_int_equal(symlink(path, other), 0);
    assert_int_equal(outfile_open(&o, other, &e), RC_IO);
    assert_non_null(strstr(e.msg, "symbolic link"));
    assert_int_equal(outfile_open(&o, "/proc/nonexistent/x", &e), RC_IO);
    unlink(other);
    unlink(path);
    assert_int_equal(rmdir(dir), 0); /* no temporary file is left */
}

static void test_outfile_full_disk(void **state)
{
    struct outfile o;
    struct err e = {0};
    (void)state;
    assert_int_equal(outfile_open(&o, "/dev/full", &e), RC_OK);
    (void)o.sink.write(o.sink.arg, "x", 1, &e);
    assert_int_equal(outfile_commit(&o, &e), RC_IO);
    assert_string_equal(e.where, "/dev/full");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_commands),          cmocka_unit_test(test_operands),
        cmocka_unit_test(test_options),           cmocka_unit_test(test_letters),
        cmocka_unit_test(test_refusals),          cmocka_unit_test(test_usage_names_everything),
        cmocka_unit_test(test_usage_in_chinese),  cmocka_unit_test(test_outfile),
        cmocka_unit_test(test_outfile_full_disk),
    };
    return cmocka_run_group_tests_name("app command line", tests, NULL, NULL);
}
