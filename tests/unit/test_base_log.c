/* SPDX-License-Identifier: MIT
 * test_base_log.c - log: kept, clean, without secrets, in a file that only its owner reads. */
#include "base/log.h"
#include "base/text.h"
#include "tests/unit/unit.h"
#include <errno.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOG_MODULE "test"

struct seen {
    int count;
    enum log_level level;
    char first[600], last[600];
};

static void look(void *arg, enum log_level level, const char *line)
{
    struct seen *seen = arg;

    assert_true(text_is_clean(line, strlen(line)));
    if (seen->count++ == 0)
        snprintf(seen->first, sizeof(seen->first), "%s", line);
    seen->level = level;
    snprintf(seen->last, sizeof(seen->last), "%s", line);
}

static struct seen seen_now(void)
{
    struct seen seen = {0};

    log_each(look, &seen);
    return seen;
}

/* What stands behind "2026-11-22T08:55:09Z level module: ". */
static const char *message_of(const char *line)
{
    const char *colon = strstr(line, ": ");

    assert_non_null(colon);
    return colon + 2;
}

static int start(void **state)
{
    (void)state;
    log_init(LOG_INFO);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    log_close();
    return 0;
}

static void test_lines_carry_level_and_module(void **state)
{
    (void)state;
    log_warn("disk %d%% full", 93);
    log_debug("not wanted");
    struct seen seen = seen_now();
    assert_int_equal(seen.count, 1);
    assert_int_equal(seen.level, LOG_WARN);
    assert_string_equal(seen.last + 20, " warn  test: disk 93% full");
    assert_int_equal(seen.last[19], 'Z');
}

static void test_the_ring_keeps_the_newest(void **state)
{
    (void)state;
    for (int i = 0; i < 1234; i++)
        log_info("line %d", i);
    struct seen seen = seen_now();
    assert_int_equal(seen.count, 500);
    assert_string_equal(message_of(seen.first), "line 734");
    assert_string_equal(message_of(seen.last), "line 1233");
}

static void test_controls_are_replaced(void **state)
{
    (void)state;
    log_error("name \033[2J%s", "\n\xFF");
    assert_string_equal(message_of(seen_now().last), "name \xC2\xB7[2J\xC2\xB7\xC2\xB7");
}

static void test_secrets_are_taken_out(void **state)
{
    (void)state;
    log_secret("eyJhbGciOi.abc");
    log_secret("eyJhbGciOi.abc");
    log_secret("short");
    log_secret(NULL);
    log_info("a eyJhbGciOi.abc, short, Bearer eyJhbGciOi.abc");
    assert_string_equal(message_of(seen_now().last), "a ***, short, Bearer ***");
    log_info("eyJhbGciOi.abceyJhbGciOi.abc tail");
    assert_string_equal(message_of(seen_now().last), "****** tail");
    log_info("%ceyJhbGciOi.abc", 0);
    assert_null(strstr(seen_now().last, "eyJ"));
}

/* The line is cut after secrets are out: the cut must not leave half of one. */
static void test_a_cut_line_shows_no_half_secret(void **state)
{
    (void)state;
    char pad[600];

    log_secret("SECRETSECRETSECRET");
    for (int n = 400; n < 520; n++) {
        memset(pad, 'x', sizeof(pad));
        pad[n] = '\0';
        log_info("%sSECRETSECRETSECRET", pad);
        assert_null(strstr(seen_now().last, "SEC"));
    }
    log_info("%70000s", "SECRETSECRETSECRET");
    assert_string_equal(message_of(seen_now().last), "(a message too long to log)");
}

static void test_the_file_is_private_and_appended_to(void **state)
{
    (void)state;
    char path[] = "/tmp/test_base_log.XXXXXX", text[256] = "";
    struct stat st;
    struct err e;

    assert_non_null(mkdtemp(path));
    char *file = NULL;
    assert_true(asprintf(&file, "%s/log", path) > 0);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(log_open_file(file, &e), RC_OK);
        log_secret("password1");
        log_info("round %d password1", i);
        log_close();
        log_info("not in the file");
    }
    FILE *f = fopen(file, "r");
    assert_non_null(f);
    assert_non_null(fgets(text, sizeof(text), f));
    assert_string_equal(message_of(text), "round 0 ***\n");
    assert_non_null(fgets(text, sizeof(text), f));
    assert_string_equal(message_of(text), "round 1 ***\n");
    assert_null(fgets(text, sizeof(text), f));
    fclose(f);
    assert_int_equal(stat(file, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    unlink(file);
    rmdir(path);
    free(file);
}

static void test_a_file_that_cannot_be_opened(void **state)
{
    (void)state;
    struct err e;

    assert_int_equal(log_open_file("/proc/nonexistent/log", &e), RC_IO);
    assert_int_equal(e.sys, ENOENT);
    assert_string_equal(e.where, "/proc/nonexistent/log");
}

static void test_errno_survives(void **state)
{
    (void)state;
    if (log_open_file("/dev/full", NULL) != RC_OK)
        skip();
    errno = EINTR;
    log_info("a line for which there is no space");
    assert_int_equal(errno, EINTR);
    assert_int_equal(seen_now().count, 1);
}

static void *chatter(void *arg)
{
    for (int i = 0; i < 500; i++) {
        log_info("%s %d", (const char *)arg, i);
        if (i % 100 == 0)
            log_secret(arg);
    }
    return NULL;
}

/* For TSan. */
static void test_threads_share_it(void **state)
{
    (void)state;
    pthread_t threads[2];
    static char names[2][16] = {"one of two", "two of two"};

    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, chatter, names[i]), 0);
    seen_now();
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(seen_now().count, 500);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_lines_carry_level_and_module, start, stop),
        cmocka_unit_test_setup_teardown(test_the_ring_keeps_the_newest, start, stop),
        cmocka_unit_test_setup_teardown(test_controls_are_replaced, start, stop),
        cmocka_unit_test_setup_teardown(test_secrets_are_taken_out, start, stop),
        cmocka_unit_test_setup_teardown(test_a_cut_line_shows_no_half_secret, start, stop),
        cmocka_unit_test_setup_teardown(test_the_file_is_private_and_appended_to, start, stop),
        cmocka_unit_test_setup_teardown(test_a_file_that_cannot_be_opened, start, stop),
        cmocka_unit_test_setup_teardown(test_errno_survives, start, stop),
        cmocka_unit_test_setup_teardown(test_threads_share_it, start, stop),
    };
    return cmocka_run_group_tests_name("base log", tests, NULL, NULL);
}
