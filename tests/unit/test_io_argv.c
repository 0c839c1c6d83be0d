/* SPDX-License-Identifier: MIT
 * test_io_argv.c - words, quoting for a remote shell (held against a real sh), environment. */
#include "tests/unit/unit.h"

#include "io/argv.h"
#include <unistd.h>

static struct arena arena;

static int setup(void **state)
{
    (void)state;
    arena_init(&arena, 0);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_fini(&arena);
    return 0;
}

static void expect_split(const char *text, const char *joined)
{
    const char *const *words;
    size_t count;
    char got[512] = "";

    assert_int_equal(argv_split(&arena, text, &words, &count, NULL), RC_OK);
    for (size_t i = 0; i < count; i++)
        snprintf(got + strlen(got), sizeof(got) - strlen(got), "%s%s", i ? "|" : "", words[i]);
    assert_null(words[count]);
    assert_string_equal(got, joined);
}

static void test_split(void **state)
{
    const char *const *words;
    size_t count;

    (void)state;
    expect_split("", "");
    expect_split("  ssh   login01\t-p 22 ", "ssh|login01|-p|22");
    expect_split("a 'b c' \"d e\" f\\ g", "a|b c|d e|f g");
    expect_split("a'b'\"c\"d ''", "abcd|");
    expect_split("'a\"b' \"c'd\"", "a\"b|c'd");
    expect_split("\"a\\\"b\\\\c\\d\"", "a\"b\\c\\d");
    expect_split("$HOME `id` $(id) *", "$HOME|`id`|$(id)|*");
    assert_int_equal(argv_split(&arena, "a 'b", &words, &count, NULL), RC_SYNTAX);
    assert_int_equal(argv_split(&arena, "a \"b", &words, &count, NULL), RC_SYNTAX);
}

static const char *const nasty[] = {
    "plain",
    "two words",
    "it's",
    "'",
    "''",
    "$(touch /tmp/x)",
    "`id`",
    "a;b|c&d>e<f",
    "*?[a-z]",
    "new\nline",
    "-oProxyCommand=x",
    "x\\",
    "\"",
    "$HOME ${PATH}",
    "~root",
    "!history",
    "#comment",
    "\x1b[2J",
    "",
    "tab\there",
    "节点",
    "x\" state=resume",
    "a,b[1-999]",
    "\xff\xfe",
};

/* What a remote shell makes of the line that ssh sends: the same words. */
static void test_quote(void **state)
{
    enum { N = sizeof(nasty) / sizeof(nasty[0]) };
    char line[4096] = "printf '%s\\001'", got[4096];
    FILE *f;
    size_t n, at = 0;

    (void)state;
    for (size_t i = 0; i < N; i++)
        snprintf(line + strlen(line), sizeof(line) - strlen(line), " %s",
                 argv_quote(&arena, nasty[i]));
    f = popen(line, "r");
    n = fread(got, 1, sizeof(got) - 1, f);
    assert_int_equal(pclose(f), 0);
    got[n] = '\0';
    for (size_t i = 0; i < N; i++) {
        size_t len = strlen(nasty[i]);
        assert_true(at + len < n);
        assert_memory_equal(got + at, nasty[i], len);
        assert_int_equal(got[at + len], 1);
        at += len + 1;
    }
    assert_int_equal(at, n);
}

static void expect_build(const char *prefix, const char *const *argv, const char *const *env,
                         const char *joined)
{
    const char *const *out;
    char got[1024] = "";

    assert_int_equal(argv_build(&arena, prefix, argv, env, &out, NULL), RC_OK);
    for (size_t i = 0; out[i]; i++)
        snprintf(got + strlen(got), sizeof(got) - strlen(got), "%s%s", i ? "|" : "", out[i]);
    assert_string_equal(got, joined);
}

static void test_build(void **state)
{
    static const char *const squeue[] = {"squeue", "-O", "JobID:|,it's", NULL};
    static const char *const env[] = {"SLURM_TIME_FORMAT=%s", NULL};
    static const char *const none[] = {NULL};
    const char *const *out;

    (void)state;
    expect_build(NULL, squeue, env, "squeue|-O|JobID:|,it's");
    expect_build("sudo -n -u slurm", squeue, NULL, "sudo|-n|-u|slurm|squeue|-O|JobID:|,it's");
    expect_build("ssh login01", squeue, NULL,
                 "ssh|-oBatchMode=yes|-oCompression=yes|login01|'squeue'|'-O'|'JobID:|,it'\\''s'");
    expect_build(
        "/usr/bin/ssh -o batchmode=no -o Compression=no login01", squeue, env,
        "/usr/bin/ssh|-o|batchmode=no|-o|Compression=no|login01|env|'SLURM_TIME_FORMAT=%s'|'squeue'|'-O'|'JobID:|,it'\\''s'");
    expect_build("sshpass -e ssh-wrap x", squeue, NULL,
                 "sshpass|-e|ssh-wrap|x|squeue|-O|JobID:|,it's");
    assert_int_equal(argv_build(&arena, "", none, NULL, &out, NULL), RC_USAGE);
    assert_int_equal(argv_build(&arena, "ssh 'x", squeue, NULL, &out, NULL), RC_SYNTAX);
}

static const char *value_of(const char *const *env, const char *name)
{
    size_t n = strlen(name);

    for (size_t i = 0; env[i]; i++)
        if (strncmp(env[i], name, n) == 0 && env[i][n] == '=')
            return env[i] + n + 1;
    return NULL;
}

static void test_env(void **state)
{
    static const char *const extra[] = {"SLURM_TIME_FORMAT=%s", NULL};

    (void)state;
    setenv("PATH", "/opt/slurm/bin:.::relative:/usr/bin", 1);
    setenv("LD_PRELOAD_NOT", "x", 1);
    setenv("SLURM_JWT", "canary", 1);
    setenv("SLURM_CONF", "/etc/slurm/x.conf", 1);
    setenv("LANG", "zh_CN.GBK", 1);
    unsetenv("SSH_AUTH_SOCK");
    const char *const *env = argv_env(&arena, extra);
    assert_string_equal(value_of(env, "PATH"), "/opt/slurm/bin:/usr/bin:/usr/sbin:/sbin");
    assert_string_equal(value_of(env, "LANG"), "C.UTF-8");
    assert_string_equal(value_of(env, "SLURM_CONF"), "/etc/slurm/x.conf");
    assert_string_equal(value_of(env, "SLURM_TIME_FORMAT"), "%s");
    assert_null(value_of(env, "LD_PRELOAD_NOT"));
    assert_null(value_of(env, "SLURM_JWT"));
    assert_null(value_of(env, "SSH_AUTH_SOCK"));
}

static void test_find(void **state)
{
    static const char *const env[] = {"PATH=/proc/nonexistent:/usr/bin:/bin", NULL};
    const char *path;
    struct err e = {0};

    (void)state;
    assert_int_equal(argv_find(&arena, "sh", env, &path, &e), RC_OK);
    assert_string_equal(path, "/usr/bin/sh");
    assert_int_equal(argv_find(&arena, "/bin/sh", env, &path, &e), RC_OK);
    assert_int_equal(argv_find(&arena, "no-such-program", env, &path, &e), RC_IO);
    assert_string_equal(e.msg, "no-such-program: no such program in the search path");
    assert_int_equal(argv_find(&arena, "/usr/bin", env, &path, &e), RC_IO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_split, setup, teardown),
        cmocka_unit_test_setup_teardown(test_quote, setup, teardown),
        cmocka_unit_test_setup_teardown(test_build, setup, teardown),
        cmocka_unit_test_setup_teardown(test_env, setup, teardown),
        cmocka_unit_test_setup_teardown(test_find, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
