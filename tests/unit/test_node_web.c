/* SPDX-License-Identifier: MIT
 * test_node_web.c - who may ask, in which coding, and for how long: the parts of the server that need no server. */
#include "tests/unit/unit.h"
#include "node/listen.h"
#include "node/page.h"
#include "node/password.h"
#include "node/tls.h"
#include "node/watch.h"
#include "node/webconf.h"
#include <sys/socket.h>
#include <unistd.h>

#define HASH "$2y$05$abcdefghijklmnopqrstuupx2xBUC4954936wVIjyyPHmUBFu0wCW" /* open sesame */

static void test_gzip_is_negotiated(void **state)
{
    static const struct {
        const char *accept;
        bool gzip;
    } cases[] = {
        {NULL, false},
        {"", false},
        {"gzip", true},
        {"GZIP", true},
        {"x-gzip", true},
        {"deflate, gzip, br", true},
        {"gzip;q=0", false},
        {"gzip;q=0.001", true},
        {"gzip;q=0.5, identity", false},
        {"gzip;q=0.5, identity;q=0.5", true},
        {"gzip ; q=1.0 , identity ; q=0", true},
        {"*", true},
        {"*;q=0", false},
        {"gzip;q=0, *", false},
        {"br, *;q=0.3, identity;q=0.4", false},
        {"gzipped", false},
        {";;,,q=1", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (page_takes_gzip(cases[i].accept) != cases[i].gzip)
            fail_msg("Accept-Encoding: %s", cases[i].accept);
}

static bool loopback(const char *listen)
{
    struct addrinfo *a;

    assert_int_equal(listen_resolve(listen, &a, NULL), RC_OK);
    bool is = listen_is_loopback(a->ai_addr);
    freeaddrinfo(a);
    return is;
}

static void test_which_addresses_are_loopback(void **state)
{
    struct addrinfo *a;

    (void)state;
    assert_true(loopback("127.0.0.1:1"));
    assert_true(loopback("127.9.9.9:1"));
    assert_true(loopback("[::1]:1"));
    assert_true(loopback("[::ffff:127.0.0.1]:1"));
    assert_false(loopback("0.0.0.0:1"));
    assert_false(loopback("[::]:1"));
    assert_false(loopback("128.0.0.1:1"));
    assert_false(loopback("[::ffff:10.0.0.1]:1"));
    assert_false(loopback("[fe80::1]:1"));
    assert_int_equal(listen_resolve("localhost:1", &a, NULL), RC_USAGE);
    assert_int_equal(listen_resolve("::1:1", &a, NULL), RC_USAGE);
    assert_int_equal(listen_resolve("127.0.0.1", &a, NULL), RC_USAGE);
}

static void test_hashes(void **state)
{
    (void)state;
    assert_true(webconf_is_hash(HASH));
    assert_true(webconf_is_hash("$2a$15$abcdefghijklmnopqrstuupx2xBUC4954936wVIjyyPHmUBFu0wCW"));
    assert_false(webconf_is_hash("$2a$16$abcdefghijklmnopqrstuupx2xBUC4954936wVIjyyPHmUBFu0wCW"));
    assert_false(webconf_is_hash("$2a$03$abcdefghijklmnopqrstuupx2xBUC4954936wVIjyyPHmUBFu0wCW"));
    assert_false(webconf_is_hash("$2x$05$abcdefghijklmnopqrstuupx2xBUC4954936wVIjyyPHmUBFu0wCW"));
    assert_false(webconf_is_hash(HASH "x"));
    assert_false(webconf_is_hash("$6$salt$hash"));
    assert_false(webconf_is_hash(""));
}

static void test_headers(void **state)
{
    static const char *const bad[] = {"",
                                      "Basic",
                                      "Basic ",
                                      "Basic =",
                                      "Digest b3BzOng=",
                                      "Basic b3Bz",         /* ops */
                                      "Basic b3BzAHg6eQ==", /* a NUL */
                                      "Basic b3BzOng=x"};
    char user[WEBCONF_NAME_MAX], password[PASSWORD_MAX];

    (void)state;
    assert_true(password_header("Basic b3BzOm9wZW4gc2VzYW1l", user, password));
    assert_string_equal(user, "ops");
    assert_string_equal(password, "open sesame");
    assert_true(password_header("bASIC  b3BzOmE6Yg== ", user, password));
    assert_string_equal(password, "a:b");
    assert_true(password_header("Basic Og==", user, password));
    assert_string_equal(user, "");
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (password_header(bad[i], user, password))
            fail_msg("%s", bad[i]);
}

static void test_guesses_have_a_budget(void **state)
{
    struct budget b = {0, 0};

    (void)state;
    assert_true(budget_open(&b, 1000));
    budget_spend(&b, PASSWORD_BURST_MS + 100);
    assert_false(budget_open(&b, 1000));
    assert_false(budget_open(&b, 1900));
    assert_true(budget_open(&b, 2100)); /* a tenth of 1100 ms came in */
    assert_true(budget_open(&b, 10000000));
    assert_true(b.left_ms <= PASSWORD_BURST_MS);
}

static void test_who_is_known_never_waits(void **state)
{
    static const struct webconf_user users[] = {{(char *)"ops", (char *)HASH}};
    struct passwords *p = passwords_new(users, 1);

    (void)state;
    assert_int_equal(passwords_check(p, NULL, "a", 1), VERDICT_WRONG);
    assert_int_equal(passwords_check(p, "Basic b3BzOng=", "a", 1000), VERDICT_WRONG);
    assert_int_equal(passwords_check(p, "Basic b3BzOm9wZW4gc2VzYW1l", "a", 1001), VERDICT_LATER);
    assert_int_equal(passwords_check(p, "Basic b3BzOm9wZW4gc2VzYW1l", "b", 1001), VERDICT_RIGHT);
    assert_int_equal(passwords_check(p, "Basic b3BzOm9wZW4gc2VzYW1l", "a", 1002), VERDICT_RIGHT);
    assert_int_equal(passwords_check(p, "Basic b3BzOng=", "a", 1600), VERDICT_WRONG);
    assert_int_equal(passwords_check(p, "Basic b3BzOng=", "a", 2400), VERDICT_LATER);
    assert_int_equal(passwords_check(p, "Basic b3BzOng=", "a", 2700), VERDICT_WRONG);
    /* eve:open sesame, who is nobody here */
    assert_int_equal(passwords_check(p, "Basic ZXZlOm9wZW4gc2VzYW1l", "c", 2700), VERDICT_WRONG);
    passwords_free(p);
}

static enum rc parse(const char *text, struct webconf *w, struct err *e)
{
    return webconf_parse(w, text, strlen(text), "web.yml", e);
}

static void test_web_config(void **state)
{
    struct webconf w;
    struct err e = {RC_OK};
    char priorities[TLS_PRIORITIES];

    (void)state;
    assert_int_equal(
        parse("tls_server_config:\n  cert_file: a\n  key_file: b\n  client_ca_file: c\n"
              "  client_auth_type: RequireAndVerifyClientCert\n  min_version: TLS13\n"
              "basic_auth_users:\n  ops: " HASH "\n",
              &w, &e),
        RC_OK);
    assert_string_equal(w.client_ca_file, "c");
    assert_int_equal(w.client_auth, CLIENT_REQUIRE_AND_VERIFY);
    assert_int_equal(w.user_count, 1);
    tls_priorities(&w, priorities);
    assert_string_equal(priorities, "NORMAL:-VERS-ALL:+VERS-TLS1.3");
    webconf_fini(&w);
    assert_int_equal(parse("", &w, &e), RC_OK);
    assert_false(webconf_has_tls(&w) || webconf_has_auth(&w));
    tls_priorities(&w, priorities);
    assert_string_equal(priorities, "NORMAL:-VERS-ALL:+VERS-TLS1.2:+VERS-TLS1.3");
    webconf_fini(&w);
    assert_int_equal(parse("tls_server_config:\n  cert_file: a\n  cert_file: b\n", &w, &e),
                     RC_SCHEMA);
    assert_string_equal(e.where, "web.yml:3");
    webconf_fini(&w);
}

/* One connection that gets no further is ended at its time; one that does is not. */
static void test_watch_ends_who_is_late(void **state)
{
    struct watch *w = watch_start();
    int slow[2], quick[2];
    char byte;

    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, slow), 0);
    struct watched *a = watch_add(w, slow[0], 100), *b;
    mono_ms began;
    for (;;) { /* a busy machine may rest in between for so long that it would rightly be ended */
        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, quick), 0);
        began = clock_mono();
        b = watch_add(w, quick[0], 100);
        watch_until(b, 600000);
        if (clock_mono() - began < 100)
            break;
        watch_remove(b);
        close(quick[0]);
        close(quick[1]);
    }
    began = clock_mono();
    assert_int_equal(read(slow[1], &byte, 1), 0);
    assert_true(clock_mono() - began < 60000);
    watch_until(a, 60000); /* too late for that */
    assert_int_equal(write(quick[0], "x", 1), 1);
    assert_int_equal(read(quick[1], &byte, 1), 1);
    watch_remove(b);
    watch_remove(a);
    watch_stop(w);
    for (int i = 0; i < 2; i++) {
        close(slow[i]);
        close(quick[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gzip_is_negotiated),
        cmocka_unit_test(test_which_addresses_are_loopback),
        cmocka_unit_test(test_hashes),
        cmocka_unit_test(test_headers),
        cmocka_unit_test(test_guesses_have_a_budget),
        cmocka_unit_test(test_who_is_known_never_waits),
        cmocka_unit_test(test_web_config),
        cmocka_unit_test(test_watch_ends_who_is_late),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
