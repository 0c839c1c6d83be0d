/* SPDX-License-Identifier: MIT
 * test_io_net.c - sources against a server that does wrong what its script says: each fault gets its
 * class and its words, and a healthy source beside it keeps its pace. */
#include "tests/unit/unit.h"

#include "io/secret.h"
#include "tests/fake/fake_http.h"
#include "tests/fake/rig.h"
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>
#include <time.h>

#define GOOD                                                                                       \
    "on GET /nodes\n header Content-Type: application/json\n"                                      \
    " body {\"rows\": [{\"name\":\"n1\",\"cpus\":4},{\"name\":\"n2\",\"cpus\":8}]}\n"

/* On the heap: a test that fails leaves its threads running. */
struct pair {
    struct rig rig;
    struct fake_http *good, *bad;
};

/* How long the bad source waits for the first byte of an answer, and for all of it; NULL = long. */
static void pair_start(struct pair *p, const char *script, const char *patience, const char *total)
{
    p->good = fake_http_start(GOOD, NULL);
    p->bad = fake_http_start(script, NULL);
    rig_init(&p->rig);
    fake_conf_init(rig_add(&p->rig, NULL), 0, "good", "url", fake_http_url(p->good), "insecure",
                   "true", "every", "50ms", NULL);
    fake_conf_init(rig_add(&p->rig, NULL), 1, "bad", "url", fake_http_url(p->bad), "insecure",
                   "true", "every", "100ms", "patience", patience ? patience : "60s", "total",
                   total ? total : "120s", NULL);
    rig_start(&p->rig);
}

static void pair_stop(struct pair *p)
{
    rig_fini(&p->rig);
    fake_http_stop(p->good);
    fake_http_stop(p->bad);
    free(p);
}

/* Never more often than each 50 ms; and about as often, as soon as the machine lets it. */
static void expect_pace(struct fake_http *server)
{
    mono_ms end = clock_mono() + 60000, since, inner, took;
    size_t polls;

    do {
        since = clock_mono();
        size_t before = fake_http_requests(server);
        inner = clock_mono();
        poll(NULL, 0, 300);
        took = clock_mono() - inner;
        polls = fake_http_requests(server) - before;
        assert_in_range(polls, 0, (size_t)(clock_mono() - since) / 50 + 2);
    } while (polls < (size_t)took / 50 / 2 && clock_mono() < end);
    assert_true(polls >= (size_t)took / 50 / 2);
}

/* The bad source fails with this class and these words; the good one never stops. */
static void expect_late(const char *script, const char *class, const char *words, int within_ms,
                        const char *patience, const char *total)
{
    struct pair *p = calloc(1, sizeof(*p));

    pair_start(p, script, patience, total);
    assert_true(rig_wait_fault(&p->rig, 1, class, words, within_ms));
    expect_pace(p->good);
    assert_true(rig_wait_state(&p->rig, 0, source_state_OK, 100));
    assert_int_equal(rig_nodes(&p->rig, true), 2);
    pair_stop(p);
}

static void expect_fault(const char *script, const char *class, const char *words, int within_ms)
{
    expect_late(script, class, words, within_ms, NULL, NULL);
}

static void test_good(void **state)
{
    struct pair *p = calloc(1, sizeof(*p));
    struct rig_source s;

    (void)state;
    pair_start(p, GOOD, NULL, NULL);
    assert_true(rig_wait_nodes(&p->rig, 2, 2000));
    assert_true(rig_wait_state(&p->rig, 1, source_state_OK, 2000));
    assert_int_equal(net_wait_first_round(p->rig.net, 20000), 0);
    rig_source(&p->rig, 1, &s);
    assert_true(s.requests >= 1 && s.failures == 0);
    assert_true(s.last_ok_at > 0 && s.next_try_at >= s.last_ok_at);
    fake_http_script(p->bad, "on GET /nodes\n body {\"rows\":[{\"name\":\"n1\"}]}\n");
    fake_http_script(p->good, "on GET /nodes\n body {\"rows\":[{\"name\":\"n1\"}]}\n");
    assert_true(rig_wait_nodes(&p->rig, 1, 2000));
    assert_true(fake_http_connections(p->good) <= 2); /* kept alive */
    pair_stop(p);
}

static void test_one_byte_chunks(void **state)
{
    struct pair *p = calloc(1, sizeof(*p));

    (void)state;
    pair_start(p, GOOD " length chunked\n pieces 1 0\n", NULL, NULL);
    assert_true(rig_wait_state(&p->rig, 1, source_state_OK, 3000));
    pair_stop(p);
}

static void test_bad_element(void **state)
{
    struct pair *p = calloc(1, sizeof(*p));
    struct rig_source s;

    (void)state;
    pair_start(
        p, "on GET /nodes\n body {\"rows\":[{\"name\":\"n1\"},{\"cpus\":3},{\"name\":\"n7\"}]}\n",
        NULL, NULL);
    assert_true(rig_wait_nodes(&p->rig, 3, 2000));
    assert_true(rig_wait_state(&p->rig, 1, source_state_OK, 1000));
    rig_source(&p->rig, 1, &s);
    assert_true(s.bad >= 1);
    assert_string_equal(s.bad_example, "a row without a name");
    pair_stop(p);
}

static void test_cut_body(void **state)
{
    (void)state;
    expect_fault(GOOD " cut 20\n", "net", "ended early", 2000);
    /* libcurl takes these for answers with an empty body. */
    expect_fault("on GET /nodes\n raw HTTP/1.1 200 OK\\r\\n\n", "net", "ended early", 2000);
    expect_fault("on GET /nodes\n raw HTTP/1.1 200 OK\\r\\nContent-Le\n", "net", "ended early",
                 2000);
}

static void test_reset(void **state)
{
    (void)state;
    expect_fault(GOOD " cut 20\n rst\n", "net", "", 2000);
}

static void test_length_lies(void **state)
{
    (void)state;
    expect_fault(
        "on GET /nodes\n length 20\n body {\"rows\":[{\"name\":\"n1\"},{\"name\":\"n2\"}]}\n",
        "syntax", "not proper JSON", 2000);
    expect_late("on GET /nodes\n length 90000\n body {\"rows\":[]}\n stall body 4\n", "timeout",
                "not complete", 8000, "3s", "3s");
}

static void test_html(void **state)
{
    (void)state;
    expect_fault(
        "on GET /nodes\n header Content-Type: text/html\n body <!DOCTYPE html><h1>Log in</h1>\n",
        "syntax", "<!DOCTYPE", 2000);
    expect_fault("on GET /nodes\n status 500 Internal Server Error\n body <html>oops\n", "http",
                 "HTTP status 500, internal error: <html>oops", 2000);
    expect_fault("on GET /nodes\n body \n", "syntax", "(empty)", 2000);
    expect_fault("on GET /nodes\n raw SSH-2.0-OpenSSH_9.2\\r\\n\n", "syntax", "HTTP/0.9", 2000);
}

/* ---- its clock ---- */

static void date_says(const char *date, const char *hint)
{
    char script[512];
    struct rig_source s;
    struct rig r;

    snprintf(script, sizeof script,
             "on GET /nodes\n header Content-Type: application/json\n header Date: %s\n body "
             "{\"rows\":[{\"name\":\"n1\"}]}\n",
             date);
    struct fake_http *f = fake_http_start(script, NULL);
    rig_init(&r);
    fake_conf_init(rig_add(&r, NULL), 0, "dated", "url", fake_http_url(f), "insecure", "true",
                   NULL);
    rig_start(&r);
    assert_true(rig_wait_nodes(&r, 1, 5000));
    assert_true(rig_wait_state(&r, 0, source_state_OK, 5000));
    assert_true(rig_source(&r, 0, &s));
    if (*hint ? strstr(s.mend, hint) == NULL : *s.mend != '\0')
        fail_msg("%s: says \"%s\", not \"%s\"", date, s.mend, hint);
    rig_fini(&r);
    fake_http_stop(f);
}

static void test_a_clock_that_is_off(void **state)
{
    char now[64];
    time_t t = time(NULL);
    struct tm tm;

    (void)state;
    strftime(now, sizeof now, "%a, %d %b %Y %H:%M:%S GMT", gmtime_r(&t, &tm));
    date_says(now, "");
    date_says("Sat, 01 Jan 2050 00:00:00 GMT", "ahead of ours");
    date_says("Wed, 01 Jan 2020 00:00:00 GMT", "behind ours");
    date_says("yesterday, at noon", "");
}

static void test_too_many_requests(void **state)
{
    struct pair *p = calloc(1, sizeof(*p));
    struct rig_source s;

    (void)state;
    expect_fault("on GET /nodes\n status 429 Too Many Requests\n header Retry-After: 99999999\n",
                 "http", "too many requests", 2000);
    wall_ms began = clock_wall();
    p->good = fake_http_start(GOOD, NULL);
    p->bad = fake_http_start("on GET /nodes\n status 429 Too Many\n header Retry-After: 99999999\n",
                             NULL);
    rig_init(&p->rig);
    p->rig.options.interval_override_ms = 0;
    fake_conf_init(rig_add(&p->rig, NULL), 0, "bad", "url", fake_http_url(p->bad), "insecure",
                   "true", NULL);
    rig_start(&p->rig);
    assert_true(rig_wait_state(&p->rig, 0, source_state_FAILED, 2000));
    rig_source(&p->rig, 0, &s);
    assert_true(s.next_try_at - began > 55000 && s.next_try_at - clock_wall() <= 60500);
    assert_int_equal(fake_http_requests(p->bad), 1);
    /* The operator need not wait. */
    fake_http_script(p->bad, GOOD);
    net_refresh(p->rig.net, -1);
    assert_true(rig_wait_state(&p->rig, 0, source_state_OK, 1000));
    pair_stop(p);
}

static void test_stalls(void **state)
{
    (void)state;
    expect_late("on GET /nodes\n stall headers\n", "timeout", "no answer within 1.0 s", 3000, "1s",
                "3s");
    expect_late(GOOD " stall body 10\n", "timeout", "not complete within 3.0 s", 6000, "3s", "3s");
    expect_late(GOOD " slow headers 100\n", "timeout", "within", 6000, "1s", "3s");
}

static void test_drip(void **state)
{
    struct pair *p = calloc(1, sizeof(*p));

    (void)state;
    pair_start(p, "on GET /nodes\n body {\"rows\": [\n repeat 1000 \\n\n pieces 1 200\n", NULL,
               NULL);
    assert_true(rig_wait_fault(&p->rig, 1, "timeout", "drips", 8000));
    pair_stop(p);
}

static void capped_start(struct pair *p, const char *script, const char *body_max)
{
    p->good = fake_http_start(GOOD, NULL);
    p->bad = fake_http_start(script, NULL);
    rig_init(&p->rig);
    fake_conf_init(rig_add(&p->rig, NULL), 0, "good", "url", fake_http_url(p->good), "insecure",
                   "true", "every", "50ms", NULL);
    fake_conf_init(rig_add(&p->rig, NULL), 1, "bad", "url", fake_http_url(p->bad), "insecure",
                   "true", "every", "100ms", "body_max", body_max, NULL);
    rig_start(&p->rig);
}

/* Unpacking up to the cap takes the thread a while each time, so the pace is not measured here. */
static void test_bomb(void **state)
{
    struct pair *p = calloc(1, sizeof(*p));

    (void)state;
    capped_start(p, "on GET /nodes\n gzip 200\n", "4000000");
    assert_true(rig_wait_fault(&p->rig, 1, "limit", "longer than 4000000 bytes", 5000));
    assert_true(rig_wait_state(&p->rig, 0, source_state_OK, 1000));
    pair_stop(p);
    expect_fault("on GET /nodes\n header Content-Encoding: gzip\n body not gzip at all\n", "syntax",
                 "", 2000);
}

static void test_endless(void **state)
{
    struct pair *p = calloc(1, sizeof(*p));

    (void)state;
    capped_start(p, "on GET /nodes\n repeat 9000 \\n\n endless\n pieces 10000 0\n", "1000000");
    assert_true(rig_wait_fault(&p->rig, 1, "limit", "", 8000));
    pair_stop(p);
}

/* Millions of elements that mean nothing must not keep the thread busy to their end. */
static void test_all_bad(void **state)
{
    struct pair *p = calloc(1, sizeof(*p));

    (void)state;
    capped_start(p,
                 "on GET /nodes\n body {\"rows\":[1\n repeat 5000 ,1\n endless\n pieces 10000 0\n",
                 "1000000000");
    assert_true(rig_wait_fault(&p->rig, 1, "schema", "nearly nothing", 8000));
    pair_stop(p);
}

static void test_long_headers(void **state)
{
    static char script[80000] = "on GET /nodes\n raw HTTP/1.1 200 OK\\r\\nX: ";
    size_t len = strlen(script);

    (void)state;
    memset(script + len, 'x', 70000);
    snprintf(script + len + 70000, 200, "\\r\\n\\r\\n{}\n");
    expect_fault(script, "limit", "headers are longer than 65536 bytes", 3000);
}

static void test_redirects(void **state)
{
    static const char *const status[] = {"301 Moved", "302 Found", "307 Temporary",
                                         "308 Permanent"};
    struct fake_http *thief = fake_http_start("on * /\n", NULL);
    char script[512], words[64];

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        snprintf(script, sizeof(script),
                 "on GET /nodes\n status %s\n header Location: http://localhost:%d/steal\n",
                 status[i], fake_http_port(thief));
        snprintf(words, sizeof(words), "host localhost");
        expect_fault(script, "http", words, 2000);
    }
    expect_fault("on GET /nodes\n status 302 Found\n header Location: file:///etc/passwd\n", "http",
                 "not followed", 2000);
    expect_fault("on GET /nodes\n status 302 Found\n header Location: http://169.254.169.254/x\n",
                 "http", "169.254.169.254", 2000);
    assert_int_equal(fake_http_requests(thief), 0);
    assert_int_equal(fake_http_connections(thief), 0);
    fake_http_stop(thief);
}

/* ---- tokens ---- */

static char token_path[] = "/tmp/suantop-test-token-XXXXXX";

static void write_token(const char *token, mode_t mode)
{
    int fd = open(token_path, O_WRONLY | O_TRUNC | O_CREAT, 0600);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, token, strlen(token)), strlen(token));
    fchmod(fd, mode);
    close(fd);
}

static void token_rig(struct pair *p, const char *script, const struct collector_ops *ops)
{
    p->good = fake_http_start(GOOD, NULL);
    p->bad = fake_http_start(script, NULL);
    rig_init(&p->rig);
    fake_conf_init(rig_add(&p->rig, ops), 0, "slurm", "url", fake_http_url(p->bad), "insecure",
                   "true", "user", "ops", "token_file", token_path, "every", "50ms", NULL);
    rig_start(&p->rig);
}

static void test_token(void **state)
{
    struct pair *p = calloc(1, sizeof(*p));

    (void)state;
    write_token("SLURM_JWT=canary-token-1\n", 0600);
    token_rig(
        p,
        GOOD
        " want X-SLURM-USER-NAME: ops\n want X-SLURM-USER-TOKEN: canary-token-1\n lack Authorization\n",
        &fake_collector);
    assert_true(rig_wait_state(&p->rig, 0, source_state_OK, 2000));
    assert_int_equal(fake_http_misses(p->bad), 0);
    pair_stop(p);
    p = calloc(1, sizeof(*p));
    token_rig(p, GOOD " want Authorization: Bearer canary-token-1\n lack X-SLURM-USER-TOKEN\n",
              &fake_collector_bearer);
    assert_true(rig_wait_state(&p->rig, 0, source_state_OK, 2000));
    assert_int_equal(fake_http_misses(p->bad), 0);
    pair_stop(p);
}

static void test_wrong_token_pauses(void **state)
{
    struct pair *p = calloc(1, sizeof(*p));
    struct rig_source s;

    (void)state;
    write_token("canary-token-2", 0600);
    token_rig(p, "on GET /nodes\n status 401 Unauthorized\n body Authentication failure\n",
              &fake_collector);
    assert_true(rig_wait_state(&p->rig, 0, source_state_PAUSED, 2000));
    rig_source(&p->rig, 0, &s);
    assert_string_equal(s.error_code, "auth");
    assert_non_null(strstr(s.error, "Authentication failure"));
    assert_true(*s.mend);
    poll(NULL, 0, 3500); /* it looks at the file, and finds it the same */
    assert_int_equal(fake_http_requests(p->bad), 1);
    fake_http_script(p->bad, GOOD " want X-SLURM-USER-TOKEN: canary-token-3\n");
    write_token("canary-token-3", 0600);
    assert_true(rig_wait_state(&p->rig, 0, source_state_OK, 5000));
    assert_int_equal(fake_http_misses(p->bad), 0);
    pair_stop(p);
}

static void test_open_token_file(void **state)
{
    struct pair *p = calloc(1, sizeof(*p));
    struct rig_source s;
    char mend[128];

    (void)state;
    write_token("canary-token-4", 0644);
    token_rig(p, GOOD, &fake_collector);
    assert_true(rig_wait_state(&p->rig, 0, source_state_PAUSED, 2000));
    rig_source(&p->rig, 0, &s);
    snprintf(mend, sizeof(mend), "chmod 600 %s", token_path);
    assert_string_equal(s.mend, mend);
    assert_int_equal(fake_http_requests(p->bad), 0);
    chmod(token_path, 0600);
    assert_true(rig_wait_state(&p->rig, 0, source_state_OK, 5000));
    pair_stop(p);
}

static void test_token_command(void **state)
{
    struct pair *p = calloc(1, sizeof(*p));
    struct rig_source s;
    char file[256];

    (void)state;
    p->good = fake_http_start(GOOD, NULL);
    p->bad = fake_http_start(GOOD " want X-SLURM-USER-TOKEN: canary-token-5\n", NULL);
    write_token("canary-token-5", 0600);
    snprintf(file, sizeof(file), "cat '%s'", token_path);
    rig_init(&p->rig);
    fake_conf_init(rig_add(&p->rig, NULL), 0, "slurm", "url", fake_http_url(p->bad), "insecure",
                   "true", "token_command", file, NULL);
    fake_conf_init(rig_add(&p->rig, NULL), 1, "broken", "url", fake_http_url(p->bad), "insecure",
                   "true", "token_command", "sh -c 'echo no such key >&2; exit 3'", NULL);
    rig_start(&p->rig);
    assert_true(rig_wait_state(&p->rig, 0, source_state_OK, 2000));
    assert_true(rig_wait_state(&p->rig, 1, source_state_FAILED, 2000));
    assert_int_equal(fake_http_misses(p->bad), 0);
    rig_source(&p->rig, 1, &s);
    assert_string_equal(s.error_code, "auth");
    assert_non_null(strstr(s.error, "status 3: no such key"));
    pair_stop(p);
}

/* ---- the rest ---- */

static void test_plain_http_refused(void **state)
{
    struct pair *p = calloc(1, sizeof(*p));
    struct rig_source s;

    (void)state;
    p->good = fake_http_start(GOOD, NULL);
    p->bad = fake_http_start(GOOD, NULL);
    rig_init(&p->rig);
    fake_conf_init(rig_add(&p->rig, NULL), 0, "plain", "url", fake_http_url(p->bad), NULL);
    rig_start(&p->rig);
    assert_true(rig_wait_state(&p->rig, 0, source_state_FAILED, 2000));
    rig_source(&p->rig, 0, &s);
    assert_string_equal(s.error_code, "usage");
    assert_non_null(strstr(s.error, "insecure"));
    assert_int_equal(fake_http_connections(p->bad), 0);
    pair_stop(p);
}

static void test_unix_socket(void **state)
{
    struct rig *rig = calloc(1, sizeof(*rig));
    char path[64];

    (void)state;
    snprintf(path, sizeof(path), "/tmp/suantop-test-http-%ld.sock", (long)getpid());
    struct fake_http *f = fake_http_start(GOOD, path);
    rig_init(rig);
    fake_conf_init(rig_add(rig, NULL), 0, "unix", "socket", path, NULL);
    rig_start(rig);
    assert_true(rig_wait_state(rig, 0, source_state_OK, 2000));
    rig_fini(rig);
    free(rig);
    fake_http_stop(f);
}

struct seen {
    struct fake_http *server;
    const char *start;
};

static bool saw_request(struct rig *r, void *arg)
{
    const struct seen *s = arg;

    (void)r;
    return fake_http_count(s->server, s->start) > 0;
}

struct answer {
    pthread_mutex_t lock;
    uint32_t ticket;
    enum rc rc;
    char text[256];
};

static void on_raw(void *arg, uint32_t ticket, enum rc rc, const char *text, size_t len,
                   const struct err *e)
{
    struct answer *a = arg;

    (void)e;
    pthread_mutex_lock(&a->lock);
    snprintf(a->text, sizeof(a->text), "%.*s", (int)len, text);
    a->rc = rc;
    a->ticket = ticket;
    pthread_mutex_unlock(&a->lock);
}

static bool is_answered(struct rig *r, void *arg)
{
    struct answer *a = arg;

    (void)r;
    pthread_mutex_lock(&a->lock);
    bool answered = a->ticket != 0;
    pthread_mutex_unlock(&a->lock);
    return answered;
}

static void test_lookup(void **state)
{
    struct pair *p = calloc(1, sizeof(*p));
    static struct answer a = {.lock = PTHREAD_MUTEX_INITIALIZER};

    (void)state;
    p->good = fake_http_start(GOOD "on GET /node/a%2Fb%20%2E\n body {\"raw\": \"yes\"}\n", NULL);
    p->bad = fake_http_start(GOOD "on GET /node/a%2Fb%20\n body {\"raw\": \"\\x1b\"}\n", NULL);
    rig_init(&p->rig);
    p->rig.options.raw = on_raw;
    p->rig.options.raw_arg = &a;
    fake_conf_init(rig_add(&p->rig, NULL), 0, "one", "url", fake_http_url(p->bad), "insecure",
                   "true", NULL);
    rig_start(&p->rig);
    uint32_t ticket = net_lookup(p->rig.net, 0, ENTITY_NODE, "a/b ", 4);
    assert_true(rig_wait(&p->rig, is_answered, &a, 2000));
    assert_int_equal(a.ticket, ticket);
    assert_int_equal(a.rc, RC_OK);
    assert_string_equal(a.text, "{\"raw\": \"\x1b\"}");
    a.ticket = 0;
    net_lookup(p->rig.net, 0, ENTITY_JOB, "1", 1);
    assert_true(rig_wait(&p->rig, is_answered, &a, 2000));
    assert_int_equal(a.rc, RC_UNSUPPORTED);
    pair_stop(p);
}

/* Only sources of that center hear of it, at once, and of the newest. */
static void test_focus(void **state)
{
    struct pair *p = calloc(1, sizeof(*p));

    (void)state;
    p->good = fake_http_start(
        GOOD
        "on GET /looked-at/all\n body {\"rows\": []}\non GET /looked-at/a%2Fb\n body {\"rows\": []}\n",
        NULL);
    p->bad = fake_http_start(GOOD, NULL);
    rig_init(&p->rig);
    fake_conf_init(rig_add(&p->rig, NULL), 0, "here", "url", fake_http_url(p->good), "insecure",
                   "true", "every", "1h", NULL);
    struct fake_conf *other = rig_add(&p->rig, NULL);
    fake_conf_init(other, 1, "there", "url", fake_http_url(p->bad), "insecure", "true", "every",
                   "1h", NULL);
    other->conf.center = 1;
    rig_start(&p->rig);
    assert_int_equal(net_wait_first_round(p->rig.net, 20000), 0);
    net_focus(p->rig.net, 0, NULL);
    assert_true(
        rig_wait(&p->rig, saw_request, &(struct seen){p->good, "GET /looked-at/all"}, 2000));
    net_focus(p->rig.net, 0, "a/b");
    assert_true(
        rig_wait(&p->rig, saw_request, &(struct seen){p->good, "GET /looked-at/a%2Fb"}, 2000));
    assert_int_equal(fake_http_count(p->bad, "GET /looked-at"), 0);
    pair_stop(p);
}

static void test_stop_is_quick(void **state)
{
    struct pair *p = calloc(1, sizeof(*p));

    (void)state;
    pair_start(p, "on GET /nodes\n stall headers\n", "1h", "1h");
    assert_true(rig_wait_state(&p->rig, 0, source_state_OK, 2000));
    mono_ms before = clock_mono();
    net_stop(p->rig.net);
    assert_true(clock_mono() - before < 30000); /* it would wait for an hour */
    pair_stop(p);
}

/* Bit n of SigBlk is signal n + 1. */
static unsigned long long blocked_by(const char *task)
{
    char path[300], line[128];
    unsigned long long mask = 0;

    snprintf(path, sizeof(path), "/proc/self/task/%s/status", task);
    FILE *f = fopen(path, "re");
    while (f && fgets(line, sizeof(line), f))
        if (strncmp(line, "SigBlk:", 7) == 0)
            mask = strtoull(line + 7, NULL, 16);
    if (f)
        fclose(f);
    return mask;
}

struct deaf {
    int in, out; /* threads that no signal ends, which let the end of a child in, or do not */
};

static struct deaf count_deaf(void)
{
    DIR *tasks = opendir("/proc/self/task");
    const struct dirent *task;
    struct deaf n = {0, 0};

    while ((task = readdir(tasks)) != NULL) {
        unsigned long long mask = blocked_by(task->d_name);
        if (mask >> (SIGTERM - 1) & 1)
            *(mask >> (SIGCHLD - 1) & 1 ? &n.out : &n.in) += 1;
    }
    closedir(tasks);
    return n;
}

/* While a thread is born everything is kept from it; a sanitizer has one of its own, always. */
static bool are_all_reachable(struct rig *r, void *arg)
{
    struct deaf n = count_deaf();

    (void)r;
    return n.in >= 2 && n.out == ((struct deaf *)arg)->out;
}

/* A child that ends wakes whichever thread lets its end in, if the one that started it does not. */
static void test_children_wake_nobody_else(void **state)
{
    struct pair *p = calloc(1, sizeof(*p));
    struct deaf before = count_deaf();

    (void)state;
    pair_start(p, GOOD, NULL, NULL);
    assert_true(rig_wait_state(&p->rig, 0, source_state_OK, 2000));
    assert_true(rig_wait(&p->rig, are_all_reachable, &before, 2000));
    pair_stop(p);
}

static void test_dead_server(void **state)
{
    struct rig *rig = calloc(1, sizeof(*rig));
    struct rig_source s;

    (void)state;
    rig_init(rig);
    fake_conf_init(rig_add(rig, NULL), 0, "dead", "url", "http://127.0.0.1:1", "insecure", "true",
                   NULL);
    /* where nobody answers for names either, that is what fails */
    fake_conf_init(rig_add(rig, NULL), 1, "nameless", "url", "https://no-such-host.invalid",
                   "patience", "3s", "total", "3s", NULL);
    rig_start(rig);
    assert_true(rig_wait_state(rig, 0, source_state_FAILED, 2000));
    assert_int_equal(net_wait_first_round(rig->net, 60000), 0);
    assert_true(rig_wait_state(rig, 1, source_state_FAILED, 6000));
    rig_source(rig, 0, &s);
    assert_string_equal(s.error_code, "net");
    rig_fini(rig);
    free(rig);
}

/* Whatever went wrong, the descriptors are back at the end. */
static void test_no_descriptor_stays(void **state)
{
    static const char *const scripts[] = {GOOD, "on GET /nodes\n stall headers\n",
                                          GOOD " cut 20\n rst\n"};
    size_t before = 0;

    (void)state;
    for (size_t i = 0; i < 6; i++) {
        struct pair *p = calloc(1, sizeof(*p));
        pair_start(p, scripts[i % 3], NULL, NULL);
        assert_true(rig_wait_state(&p->rig, 0, source_state_OK, 2000));
        pair_stop(p);
        if (i == 0)
            before = rig_open_fds();
    }
    assert_int_equal(rig_open_fds(), before);
}

static int setup(void **state)
{
    int fd = mkstemp(token_path);

    (void)state;
    if (fd < 0)
        return -1;
    close(fd);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    unlink(token_path);
    secret_forget_all();
    return 0;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_clock_that_is_off),
        cmocka_unit_test(test_good),
        cmocka_unit_test(test_one_byte_chunks),
        cmocka_unit_test(test_bad_element),
        cmocka_unit_test(test_cut_body),
        cmocka_unit_test(test_reset),
        cmocka_unit_test(test_length_lies),
        cmocka_unit_test(test_html),
        cmocka_unit_test(test_too_many_requests),
        cmocka_unit_test(test_stalls),
        cmocka_unit_test(test_drip),
        cmocka_unit_test(test_bomb),
        cmocka_unit_test(test_endless),
        cmocka_unit_test(test_all_bad),
        cmocka_unit_test(test_long_headers),
        cmocka_unit_test(test_redirects),
        cmocka_unit_test(test_token),
        cmocka_unit_test(test_wrong_token_pauses),
        cmocka_unit_test(test_open_token_file),
        cmocka_unit_test(test_token_command),
        cmocka_unit_test(test_plain_http_refused),
        cmocka_unit_test(test_unix_socket),
        cmocka_unit_test(test_lookup),
        cmocka_unit_test(test_focus),
        cmocka_unit_test(test_stop_is_quick),
        cmocka_unit_test(test_children_wake_nobody_else),
        cmocka_unit_test(test_dead_server),
        cmocka_unit_test(test_no_descriptor_stays),
    };

    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, setup, teardown);
}
