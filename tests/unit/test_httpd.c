/* SPDX-License-Identifier: MIT
 * test_httpd.c - the server in the caller's loop: a request that is answered, one that never is. */
#include "httpd/httpd.h"
#include "tests/unit/unit.h"
#include <arpa/inet.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ROUND_MS = 20, ROUNDS = 1500 };

static bool pauses;

static void answer(void *arg, struct httpd_exchange *x)
{
    (void)arg;
    if (pauses)
        httpd_pause(x);
    else
        httpd_reply(x, 200, "text/plain", "well\n", 5);
}

static struct httpd *serve(void)
{
    const struct httpd_conf conf = {.address = "127.0.0.1",
                                    .connections_max = 4,
                                    .idle_s = 1,
                                    .body_max = 100,
                                    .answer = answer};
    struct httpd *h;

    assert_int_equal(httpd_start(&conf, &h, NULL), RC_OK);
    return h;
}

static int ask(const struct httpd *h)
{
    static const char request[] = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(httpd_port(h))};
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    assert_int_equal(inet_pton(AF_INET, "127.0.0.1", &to.sin_addr), 1);
    assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
    assert_int_equal(write(fd, request, strlen(request)), (ssize_t)strlen(request));
    return fd;
}

/* Runs the server until the client has something: how many bytes; 0 = it hung up. */
static ssize_t run_until_told(struct httpd *h, int fd, char *out, size_t room)
{
    struct pollfd p[2] = {{fd, POLLIN, 0}, {httpd_fd(h), POLLIN, 0}};

    for (int i = 0; i < ROUNDS; i++) {
        httpd_run(h);
        poll(p, 2, ROUND_MS);
        if (p[0].revents)
            return read(fd, out, room);
    }
    fail_msg("nothing came");
    return -1;
}

static void test_a_reply(void **state)
{
    struct httpd *h = serve();
    char text[1024] = "";
    int fd;

    (void)state;
    pauses = false;
    fd = ask(h);
    assert_true(run_until_told(h, fd, text, sizeof text - 1) > 0);
    assert_non_null(strstr(text, "200 OK"));
    assert_non_null(strstr(text, "\r\n\r\nwell\n"));
    close(fd);
    httpd_stop(h);
}

/* libmicrohttpd knows nothing of the other side of a suspended connection: without an end there would soon be no room. */
static void test_what_is_never_answered_ends(void **state)
{
    struct httpd *h = serve();
    char text[64];
    int fd[4];

    (void)state;
    pauses = true;
    for (int i = 0; i < 4; i++)
        fd[i] = ask(h);
    for (int i = 0; i < 4; i++) {
        if (i % 2 == 0) /* some have hung up long before */
            close(fd[i]);
        else
            assert_int_equal(run_until_told(h, fd[i], text, sizeof text), 0);
        if (i % 2)
            close(fd[i]);
    }
    pauses = false;
    fd[0] = ask(h);
    assert_true(run_until_told(h, fd[0], text, sizeof text) > 0);
    close(fd[0]);
    httpd_stop(h);
}

/* The next one gets in although nobody hangs up: where there is hardly room, a connection ends with its answer. */
static void test_nobody_is_kept_where_others_wait(void **state)
{
    struct httpd *h = serve();
    char text[1024] = "";
    unsigned ended = 0;
    int fd[4];

    (void)state;
    pauses = false;
    fd[0] = ask(h);
    assert_true(run_until_told(h, fd[0], text, sizeof text - 1) > 0);
    assert_null(strstr(text, "Connection: close"));
    for (int i = 1; i < 4; i++)
        fd[i] = ask(h);
    for (int i = 1; i < 4; i++) {
        memset(text, 0, sizeof text);
        assert_true(run_until_told(h, fd[i], text, sizeof text - 1) > 0);
        assert_non_null(strstr(text, "well"));
        ended += strstr(text, "Connection: close") != NULL;
    }
    assert_true(ended > 0);
    for (int i = 0; i < 4; i++)
        close(fd[i]);
    httpd_stop(h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_reply),
        cmocka_unit_test(test_what_is_never_answered_ends),
        cmocka_unit_test(test_nobody_is_kept_where_others_wait),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
