/* SPDX-License-Identifier: MIT
 * test_io_exporter.c - metric pages through the net: many targets of which some are dead or hang, pages that lie, tokens. */
#include "tests/unit/unit.h"

#include "base/buf.h"
#include "collectors/registry.h"
#include "io/http.h"
#include "tests/fake/fake_http.h"
#include "tests/fake/rig.h"
#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { OPTIONS = 32, SOURCES = 8 };
static const char *values[SOURCES][OPTIONS];

static void add_exporter(struct rig *r, uint16_t source, const char *const *options)
{
    const struct collector_ops *ops = collector_find("exporter");
    struct fake_conf *c = rig_add(r, ops);

    assert_true(ops->option_count < OPTIONS);
    for (size_t i = 0; i < ops->option_count; i++) {
        values[source][i] = ops->options[i].fallback;
        for (const char *const *o = options; *o != NULL; o += 2)
            if (strcmp(o[0], ops->options[i].name) == 0)
                values[source][i] = o[1];
    }
    c->conf = (struct source_conf){.source = source,
                                   .center_id = "test",
                                   .id = "test/exporter",
                                   .collector = "exporter",
                                   .options = ops->options,
                                   .option_count = ops->option_count,
                                   .values = values[source]};
}

static char *source_note(struct rig *r, uint16_t source)
{
    struct snapshot *s = snapshot_hub_latest(r->hub);
    const struct source_row *row = s ? snapshot_source(s, source) : NULL;
    char *note = strdup(
        row && row_has(row, source, note) ? intern_text(snapshot_strings(s), row->note) : "");

    snapshot_unref(s);
    return note;
}

struct wanted {
    uint16_t source;
    const char *note;
};

static bool has_note(struct rig *r, void *arg)
{
    const struct wanted *w = arg;
    char *note = source_note(r, w->source);
    bool has = strstr(note, w->note) != NULL;

    free(note);
    return has;
}

static void wait_note(struct rig *r, uint16_t source, const char *text, int ms)
{
    struct wanted w = {source, text};

    if (rig_wait(r, has_note, &w, ms))
        return;
    char *note = source_note(r, source);
    fail_msg("the note is \"%s\", not \"%s\"", note, text);
}

static bool asked_often(struct rig *r, void *arg)
{
    struct rig_source s;

    return rig_source(r, 0, &s) && s.requests >= *(double *)arg;
}

/* Whether a machine lets a process have so many: both ends of the connections are here. */
static bool may_open(rlim_t files)
{
    struct rlimit limit;

    return getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_max >= files;
}

/* 300 targets: 8 hang, 4 are refused, 3 say 503. The others' rows come, and a source beside it is asked as ever. */
static void test_many_targets(void **state)
{
    struct rig r;
    struct buf script, targets;
    char url[64];

    (void)state;
    if (!may_open(1000))
        skip();
    struct fake_http *beside =
        fake_http_start("on GET /nodes\n body {\"rows\":[{\"name\":\"slurm1\"}]}\n", NULL);
    buf_init(&script, 1 << 20);
    buf_init(&targets, 1 << 20);
    buf_adds(&script, "on GET /hang\n stall headers\non GET /bad\n status 503 Busy\n body busy\n");
    for (int i = 0; i < 285; i++)
        buf_addf(
            &script,
            "on GET /good%03d\n body DCGM_FI_DEV_GPU_TEMP{gpu=\"0\",Hostname=\"cn%03d\"} %d\\n\n",
            i, i, 30 + i % 50);
    struct fake_http *f = fake_http_start(script.data, NULL);
    int port = fake_http_port(f);
    for (int i = 0; i < 285; i++)
        buf_addf(&targets, "127.0.0.1:%d/good%03d,", port, i);
    for (int i = 0; i < 8; i++)
        buf_addf(&targets, "127.0.0.1:%d/hang%d,", port, i);
    for (int i = 0; i < 3; i++)
        buf_addf(&targets, "127.0.0.1:%d/bad%d,", port, i);
    buf_adds(&targets, "127.0.0.1:1/a,127.0.0.1:1/b,127.0.0.1:1/c,127.0.0.1:1/d");
    snprintf(url, sizeof url, "http://127.0.0.1:%d", fake_http_port(beside));
    rig_init(&r);
    fake_conf_init(rig_add(&r, NULL), 0, "test/slurm", "url", url, "insecure", "true", "every",
                   "50ms", NULL);
    const char *const options[] = {"targets", targets.data, "insecure", "true", "interval",
                                   "1s",      "timeout",    "2s",       NULL};
    add_exporter(&r, 1, options);
    rig_start(&r);
    assert_true(rig_wait_nodes(&r, 286, 10000));
    wait_note(&r, 1, "15 of 300 targets do not answer: ", 10000);
    wait_note(&r, 1, "and 12 more", 1000);
    assert_true(rig_wait_state(&r, 1, source_state_OK, 5000));
    struct rig_source s;
    assert_true(rig_source(&r, 0, &s));
    double more = s.requests + 30;
    assert_true(rig_wait(&r, asked_often, &more, 5000));
    rig_fini(&r);
    fake_http_stop(f);
    fake_http_stop(beside);
    buf_fini(&script);
    buf_fini(&targets);
}

/* One healthy target among those that lie; nothing of theirs is believed beyond its lines, nothing hangs. */
static void test_hostile_pages(void **state)
{
    static const char script[] =
        "on GET /good\n body DCGM_FI_DEV_GPU_TEMP{gpu=\"0\",Hostname=\"good\"} 50\\n\n"
        "on GET /short\n length 5000\n body DCGM_FI_DEV_GPU_TEMP{gpu=\"0\",Hostname=\"short\"} 50\\n\n cut 60\n"
        "on GET /endless\n length chunked\n body DCGM_FI_DEV_GPU_TEMP{gpu=\"0\",Hostname=\"endless\"} 50\\n\n endless\n"
        "on GET /drip\n body DCGM_FI_DEV_GPU_TEMP{gpu=\"0\",Hostname=\"drip\"} 50\\n\n repeat 3000 # comment\\n\n pieces 3 20\n"
        "on GET /bomb\n gzip 200\n"
        "on GET /html\n header Content-Type: text/html\n body <html>log in</html>\n"
        "on GET /long\n body DCGM_FI_DEV_GPU_TEMP{gpu=\"1\",Hostname=\"\n repeat 1000000 A\n body \"} 5\\n"
        "DCGM_FI_DEV_GPU_TEMP{gpu=\"0\",Hostname=\"long\"} 51\\n\n"
        "on GET /head\n slow headers 100\n body x\n"
        "on GET /hangup\n hangup\n";
    struct fake_http *f = fake_http_start(script, NULL);
    char targets[512];
    int p = fake_http_port(f);
    struct rig r;

    (void)state;
    snprintf(
        targets, sizeof targets,
        "127.0.0.1:%d/good,127.0.0.1:%d/short,127.0.0.1:%d/endless,127.0.0.1:%d/drip,127.0.0.1:%d/bomb,127.0.0.1:%d/html,"
        "127.0.0.1:%d/long,127.0.0.1:%d/head,127.0.0.1:%d/hangup",
        p, p, p, p, p, p, p, p, p);
    const char *const options[] = {"targets", targets,   "insecure", "true", "interval",
                                   "1s",      "timeout", "1500ms",   NULL};
    rig_init(&r);
    add_exporter(&r, 0, options);
    rig_start(&r);
    wait_note(&r, 0, "7 of 9 targets do not answer", 20000);
    assert_true(rig_wait_state(&r, 0, source_state_OK, 5000));
    char *rows = rig_dump(&r);
    assert_non_null(strstr(rows, "good"));
    assert_non_null(strstr(rows, "long"));
    assert_null(strstr(rows, "AAAA"));
    assert_null(strstr(rows, "html"));
    free(rows);
    struct rig_source s;
    assert_true(rig_source(&r, 0, &s));
    assert_true(s.bad >= 2);
    rig_fini(&r);
    fake_http_stop(f);
}

static int open_files(void)
{
    DIR *d = opendir("/proc/self/fd");
    int n = 0;

    while (readdir(d) != NULL)
        n++;
    closedir(d);
    return n;
}

static bool has_open_files(struct rig *r, void *arg)
{
    (void)r;
    return open_files() >= *(int *)arg;
}

/* Takes connections (the kernel does) and never says a word. */
static int deaf_server(int *port)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof a;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof a), 0);
    assert_int_equal(listen(fd, 4096), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &len), 0);
    *port = ntohs(a.sin_port);
    return fd;
}

/* Six sources of 300 targets that hang and one that is well: it is asked, and they do not take a descriptor each. */
static void test_sources_share_the_room(void **state)
{
    if (!may_open(1000))
        skip();
    int port, deaf = deaf_server(&port), before = open_files();
    struct fake_http *f = fake_http_start(
        "on GET /good\n body DCGM_FI_DEV_GPU_TEMP{gpu=\"0\",Hostname=\"good\"} 50\\n\n", NULL);
    char hanging[6][64], good[64];
    struct rig r;

    (void)state;
    rig_init(&r);
    for (uint16_t i = 0; i < 6; i++) {
        snprintf(hanging[i], sizeof hanging[i], "127.0.0.1:%d/n[001-300]/metrics", port);
        const char *const options[] = {"targets", hanging[i], "insecure", "true", NULL};
        add_exporter(&r, i, options);
    }
    snprintf(good, sizeof good, "127.0.0.1:%d/good", fake_http_port(f));
    const char *const options[] = {"targets", good, "insecure", "true", NULL};
    add_exporter(&r, 6, options);
    rig_start(&r);
    assert_true(rig_wait_nodes(&r, 1, 5000));
    int wanted = before + 500;
    assert_true(rig_wait(&r, has_open_files, &wanted, 5000));
    usleep(300000);
    assert_in_range(open_files() - before, 500, 512 + 7 * 16 + 100);
    rig_fini(&r);
    fake_http_stop(f);
    close(deaf);
}

/* When nobody answers it is the source that failed, and it says why. */
static void test_all_dead(void **state)
{
    const char *const options[] = {"targets", "127.0.0.1:1,127.0.0.1:2", "insecure", "true", NULL};
    struct rig_source s;
    struct rig r;

    (void)state;
    rig_init(&r);
    add_exporter(&r, 0, options);
    rig_start(&r);
    assert_true(rig_wait_state(&r, 0, source_state_FAILED, 5000));
    assert_true(rig_source(&r, 0, &s));
    assert_non_null(strstr(s.error, "none of the 2 targets answers"));
    assert_non_null(strstr(s.error, "connection refused"));
    rig_fini(&r);
}

static void with_token(const char *user, const char *header)
{
    char path[] = "/tmp/test-io-exporter-XXXXXX", targets[64], script[256];
    int fd = mkstemp(path);
    struct rig r;

    assert_true(fd >= 0);
    assert_int_equal(write(fd, "s3cret\n", 7), 7);
    close(fd);
    snprintf(script, sizeof script,
             "on GET /metrics\n want Authorization: %s\n body node_load1 1\\n\n", header);
    struct fake_http *f = fake_http_start(script, NULL);
    snprintf(targets, sizeof targets, "127.0.0.1:%d", fake_http_port(f));
    const char *const options[] = {"targets",
                                   targets,
                                   "insecure",
                                   "true",
                                   "token_file",
                                   path,
                                   user ? "user" : "path",
                                   user ? user : "/metrics",
                                   NULL};
    rig_init(&r);
    add_exporter(&r, 0, options);
    rig_start(&r);
    assert_true(rig_wait_nodes(&r, 1, 5000));
    assert_int_equal(fake_http_misses(f), 0);
    rig_fini(&r);
    fake_http_stop(f);
    unlink(path);
}

static void test_tokens(void **state)
{
    (void)state;
    with_token(NULL, "Bearer s3cret");
    with_token("wang", "Basic d2FuZzpzM2NyZXQ=");
}

/* ---- connections between requests ---- */

static void no_head(void *arg, int status, const char *type)
{
    (void)arg;
    (void)type;
    assert_int_equal(status, 200);
}

static enum rc any_data(void *arg, const char *data, size_t len, bool *paused, struct err *e)
{
    (void)arg;
    (void)data;
    (void)len;
    (void)paused;
    (void)e;
    return RC_OK;
}

static void is_done(void *arg, struct reply *reply)
{
    assert_int_equal(reply->rc, RC_OK);
    *(bool *)arg = true;
}

static void get(struct http *h, struct fake_http *from, uint32_t pool)
{
    bool over = false;
    struct http_transfer *t;
    struct err e = {0};
    struct http_request rq = {.method = "GET",
                              .base_url = fake_http_url(from),
                              .path = "/metrics",
                              .pool = pool,
                              .insecure = true,
                              .first_byte_ms = 60000,
                              .total_ms = 60000};
    const struct sink sink = {&over, no_head, any_data, is_done};

    assert_int_equal(http_start(h, &rq, &sink, clock_mono(), &t, &e), RC_OK);
    while (!over) {
        usleep(200);
        http_run(h, clock_mono());
    }
}

/* Each of so many pools has two servers, which are asked in turn, twice. Returns how many connections that took. */
static size_t connections_of(uint32_t pools)
{
    struct fake_http *a = fake_http_start("on GET /\n body x 1\\n\n", NULL);
    struct fake_http *b = fake_http_start("on GET /\n body x 1\\n\n", NULL);
    struct http *h;
    struct err e;

    assert_int_equal(http_new(NULL, 64, &h, &e), RC_OK);
    for (int round = 0; round < 3; round++) /* in the first one the pools come to be */
        for (uint32_t i = 1; i <= pools; i++) {
            get(h, a, i);
            get(h, b, i);
        }
    size_t n = fake_http_connections(a) + fake_http_connections(b);
    http_free(h);
    fake_http_stop(a);
    fake_http_stop(b);
    return n;
}

/* A pool has tables and descriptors of its own: after a hundred and sixty no more come to be, and all servers are asked. */
static void test_pools_are_shared(void **state)
{
    struct http *h;
    struct err e;

    (void)state;
    if (!may_open(1000))
        skip();
    struct fake_http *server = fake_http_start("on GET /\n body x 1\\n\n", NULL);
    assert_int_equal(http_new(NULL, 64, &h, &e), RC_OK);
    for (uint32_t i = 1; i <= 160; i++)
        get(h, server, i);
    int before = open_files();
    for (uint32_t i = 161; i <= 480; i++)
        get(h, server, i);
    assert_in_range(open_files(), before / 2, before + 16);
    assert_in_range(fake_http_connections(server), 160, 480);
    http_free(h);
    fake_http_stop(server);
}

/* Of 512 descriptors 256 are for connections that are kept: two pools of 128 keep theirs. Of three only the first does, of four
 * none: never a part of a pool's, for of those the next that is asked is always the one that was closed. What a pool had when
 * there were fewer pools it may use once more. The last test: the limit stays. */
static void test_kept_connections(void **state)
{
    const struct rlimit limit = {512, 512};

    (void)state;
    if (!may_open(512))
        skip();
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    assert_int_equal(connections_of(1), 2);
    assert_int_equal(connections_of(2), 4);
    assert_in_range(connections_of(3), 2 + 2 * 4, 2 + 2 * 6);
    assert_in_range(connections_of(4), 4 * 4, 4 * 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_many_targets),
        cmocka_unit_test(test_hostile_pages),
        cmocka_unit_test(test_sources_share_the_room),
        cmocka_unit_test(test_all_dead),
        cmocka_unit_test(test_tokens),
        cmocka_unit_test(test_pools_are_shared),
        cmocka_unit_test(test_kept_connections),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
