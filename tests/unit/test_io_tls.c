/* SPDX-License-Identifier: MIT
 * test_io_tls.c - whose certificate is believed: against `openssl s_server`, where there is one. */
#include "tests/unit/unit.h"

#include "tests/fake/rig.h"
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static char dir[64];
static pid_t server;
static char url[64];

static int run(const char *command)
{
    char line[1024];

    snprintf(line, sizeof(line), "cd '%s' && { %s; } >/dev/null 2>&1", dir, command);
    return system(line);
}

static int make_files(void)
{
    return run("openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=suantop-test "
               "-addext 'subjectAltName=IP:127.0.0.1' -keyout key.pem -out cert.pem && "
               "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=other.example "
               "-addext 'subjectAltName=DNS:other.example' -keyout key2.pem -out other.pem && "
               "printf '{\"rows\":[{\"name\":\"t1\"}]}' > nodes");
}

/* Reads "ACCEPT 127.0.0.1:PORT" from what the server prints. */
static void start_server(const char *cert, const char *key)
{
    char line[256] = "";
    int out[2];
    FILE *f;

    assert_int_equal(pipe2(out, O_CLOEXEC), 0);
    server = fork();
    if (server == 0) {
        dup2(out[1], 1);
        dup2(open("/dev/null", O_RDWR), 0);
        dup2(0, 2);
        if (chdir(dir) == 0)
            execlp("openssl", "openssl", "s_server", "-accept", "127.0.0.1:0", "-cert", cert,
                   "-key", key, "-WWW", (char *)NULL);
        _exit(127);
    }
    close(out[1]);
    f = fdopen(out[0], "r");
    while (fgets(line, sizeof(line), f) && !strstr(line, "ACCEPT "))
        ;
    char *colon = strrchr(line, ':');
    assert_non_null(colon);
    snprintf(url, sizeof(url), "https://127.0.0.1:%d", (int)strtol(colon + 1, NULL, 10));
    /* the pipe stays open, or the server would die of it */
}

static void stop_server(void)
{
    kill(server, SIGKILL);
    waitpid(server, NULL, 0);
}

static void expect(const char *ca_file, enum source_state state, const char *words)
{
    struct rig *r = calloc(1, sizeof(*r));
    struct rig_source s;
    char ca[128];

    snprintf(ca, sizeof(ca), "%s/%s", dir, ca_file ? ca_file : "");
    rig_init(r);
    fake_conf_init(rig_add(r, NULL), 0, "tls", "url", url, "ca_file", ca_file ? ca : NULL, NULL);
    rig_start(r);
    assert_true(rig_wait_state(r, 0, state, 5000));
    rig_source(r, 0, &s);
    if (!strstr(s.error, words))
        fail_msg("\"%s\" is not in \"%s\"", words, s.error);
    rig_fini(r);
    free(r);
}

static void test_verified(void **state)
{
    (void)state;
    if (!server)
        skip();
    start_server("cert.pem", "key.pem");
    expect("cert.pem", source_state_OK, "");
    expect(NULL, source_state_FAILED, "certificate was refused");
    expect("other.pem", source_state_FAILED, "certificate was refused");
    expect("no-such-file.pem", source_state_FAILED, "");
    stop_server();
}

static void test_wrong_host(void **state)
{
    (void)state;
    if (!server)
        skip();
    start_server("other.pem", "key2.pem");
    expect("other.pem", source_state_FAILED, "certificate was refused");
    stop_server();
}

static int setup(void **state)
{
    (void)state;
    snprintf(dir, sizeof(dir), "/tmp/suantop-test-tls-XXXXXX");
    if (!mkdtemp(dir))
        return -1;
    server = make_files() == 0 ? 1 : 0; /* 0: no openssl here */
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    run("rm -f key.pem cert.pem key2.pem other.pem nodes");
    return rmdir(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_verified),
                                       cmocka_unit_test(test_wrong_host)};

    return cmocka_run_group_tests(tests, setup, teardown);
}
