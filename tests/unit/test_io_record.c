/* SPDX-License-Identifier: MIT
 * test_io_record.c - what was recorded plays back to the same fleet, torn or not, and holds no secret. */
#include "tests/unit/unit.h"

#include "io/recorder.h"
#include "io/replay.h"
#include "io/secret.h"
#include "io/zfile.h"
#include "tests/fake/fake_http.h"
#include "tests/fake/rig.h"
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#define CANARY "canary/eyJhbGciOiJIUzI1NiJ9.0123456789"

static char dir[64];

static void remove_dir(void)
{
    DIR *d = opendir(dir);
    struct dirent *ent;
    char path[512];

    while (d && (ent = readdir(d))) {
        snprintf(path, sizeof(path), "%s/%s", dir, ent->d_name);
        unlink(path);
    }
    if (d)
        closedir(d);
    rmdir(dir);
}

static int setup(void **state)
{
    (void)state;
    snprintf(dir, sizeof(dir), "/tmp/suantop-test-record-XXXXXX");
    return mkdtemp(dir) ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    remove_dir();
    secret_forget_all();
    return 0;
}

static bool has_polled(struct rig *r, void *arg)
{
    struct rig_source s;

    for (uint16_t i = 0; i < 3; i++)
        if (!rig_source(r, i, &s) || s.requests < *(double *)arg)
            return false;
    return true;
}

static void write_file(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
}

static void add_sources(struct rig *r, struct fake_http *f, const char *token)
{
    fake_conf_init(rig_add(r, NULL), 0, "good", "url", f ? fake_http_url(f) : "http://x",
                   "insecure", "true", "every", "50ms", "user", "ops", "token_file", token, NULL);
    fake_conf_init(rig_add(r, NULL), 1, "lines", "run", "echo a 1; echo b 2; echo; echo c", "every",
                   "50ms", NULL);
    fake_conf_init(rig_add(r, NULL), 2, "broken", "url", f ? fake_http_url(f) : "http://x",
                   "insecure", "true", "path", "/broken", "every", "50ms", NULL);
}

/* Records a while; returns the dump of what the screen would have shown at the end. */
static char *record(uint64_t max)
{
    struct rig *r = calloc(1, sizeof(*r));
    char token[128];
    double polls = 5;
    struct fake_http *f = fake_http_start(
        "on GET /nodes\n once\n body {\"rows\":[{\"name\":\"n1\",\"cpus\":4},{\"name\":\"gone\"},{\"cpus\":1}]}\n"
        "on GET /nodes\n once\n status 500 Oops\n body <html>no\n"
        "on GET /nodes\n length chunked\n pieces 7 0\n body {\"rows\":[{\"name\":\"n1\",\"cpus\":8}\n"
        " repeat 3000 ,{\"name\":\"n2\",\"cpus\":64}\n body ],\"echo\":\"" CANARY "\"}\n"
        "on GET /broken\n body {\"rows\":[{\"name\":\"half\n",
        NULL);

    snprintf(token, sizeof(token), "%s/token", dir);
    write_file(token, CANARY);
    rig_init(r);
    r->options.record_dir = dir;
    r->options.record_max_bytes = max;
    add_sources(r, f, token);
    rig_start(r);
    assert_true(rig_wait(r, has_polled, &polls, 5000));
    rig_stop(r);
    char *dump = rig_dump(r);
    rig_fini(r);
    free(r);
    fake_http_stop(f);
    unlink(token);
    return dump;
}

static char *replay(enum rc *rc)
{
    struct rig *r = calloc(1, sizeof(*r));
    struct replay_source sources[3];
    struct replay *play = NULL;
    struct err e = {0};

    rig_init(r);
    add_sources(r, NULL, "/proc/nonexistent");
    for (size_t i = 0; i < 3; i++)
        sources[i] = (struct replay_source){r->sources[i].ops, r->confs[i].conf};
    *rc = replay_open(dir, sources, 3, r->queue, &play, &e);
    assert_int_equal(*rc, RC_OK);
    assert_int_equal(ingest_start(r->ingest, &e), RC_OK);
    wall_ms before = replay_now(play);
    while (replay_step(play, &e))
        assert_true(replay_now(play) >= before);
    assert_true(replay_at_end(play));
    ingest_flush(r->ingest);
    char *dump = rig_dump(r);
    rig_fini(r);
    replay_free(play);
    free(r);
    return dump;
}

static void test_same(void **state)
{
    enum rc rc;
    char *live = record(0), *again = replay(&rc);

    (void)state;
    assert_non_null(strstr(live, "name=n2"));
    assert_non_null(strstr(live, "name=c"));
    assert_string_equal(live, again);
    free(live);
    free(again);
}

/* All of a recording, unpacked. */
static char *unpack(unsigned index, size_t *len)
{
    struct zreader *z;
    char path[128], *all = NULL;
    size_t n;

    snprintf(path, sizeof(path), "%s/%u.rec.zst", dir, index);
    assert_int_equal(zreader_open(path, &z, NULL), RC_OK);
    *len = 0;
    do {
        all = realloc(all, *len + 65536);
        n = zreader_read(z, all + *len, 65536);
        *len += n;
    } while (n);
    zreader_close(z);
    return all;
}

static void test_no_secret(void **state)
{
    size_t len;

    (void)state;
    free(record(0));
    for (unsigned i = 0; i < 3; i++) {
        char *all = unpack(i, &len);
        assert_true(len > 0);
        assert_null(memmem(all, len, "canary", 6));
        assert_null(memmem(all, len, "eyJhbGci", 8));
        assert_null(memmem(all, len, "TOKEN", 5));
        if (i == 0)
            assert_non_null(memmem(all, len, "\"echo\":\"****", 12));
        free(all);
    }
}

static void test_torn(void **state)
{
    char path[128], *whole, *torn;
    struct stat st;
    enum rc rc;

    (void)state;
    free(record(0));
    snprintf(path, sizeof(path), "%s/0.rec.zst", dir);
    whole = replay(&rc);
    assert_int_equal(stat(path, &st), 0);
    for (off_t size = st.st_size; size > 0; size = size * 2 / 3) {
        assert_int_equal(truncate(path, size), 0);
        torn = replay(&rc);
        assert_int_equal(rc, RC_OK);
        assert_non_null(strstr(torn, "name=c")); /* the other sources */
        free(torn);
    }
    unlink(path);
    torn = replay(&rc);
    assert_null(strstr(torn, "name=n2"));
    assert_non_null(strstr(whole, "name=n2"));
    free(torn);
    free(whole);
}

static void test_garbage(void **state)
{
    char path[128], data[5000];
    enum rc rc;

    (void)state;
    free(record(0));
    snprintf(path, sizeof(path), "%s/0.rec.zst", dir);
    int fd = open(path, O_RDWR);
    ssize_t n = read(fd, data, sizeof(data));
    for (ssize_t i = 40; i < n; i += 97) {
        data[i] = (char)(data[i] ^ 0x55);
        assert_int_equal(pwrite(fd, data, (size_t)n, 0), n);
        free(replay(&rc));
        data[i] = (char)(data[i] ^ 0x55);
    }
    close(fd);
}

static void test_bounded(void **state)
{
    char path[128];
    struct stat st;
    enum rc rc;

    (void)state;
    free(record(600));
    for (unsigned i = 0; i < 3; i++) {
        snprintf(path, sizeof(path), "%s/%u.rec.zst", dir, i);
        assert_int_equal(stat(path, &st), 0);
        assert_true(st.st_size < 4096);
        assert_int_equal(st.st_mode & 0777, 0600);
    }
    free(replay(&rc));
}

static void test_never_overwritten(void **state)
{
    struct recorder *r = NULL;
    struct err e = {0};

    (void)state;
    assert_int_equal(recorder_open(dir, 0, 100, &r, &e), RC_OK);
    recorder_close(r);
    assert_int_equal(recorder_open(dir, 0, 100, &r, &e), RC_IO);
    assert_int_equal(recorder_open("/proc/nonexistent", 0, 100, &r, &e), RC_IO);
}

/* A secret that arrives in two pieces, or byte by byte. */
static void test_cut_secret(void **state)
{
    const struct request rq = {.label = "GET " CANARY, .method = "GET", .path = "/" CANARY};
    const struct reply reply = {.head = CANARY, .content_type = "", .at = 1000};
    char body[300];
    struct recorder *r;
    size_t len;

    (void)state;
    secret_add(CANARY);
    snprintf(body, sizeof(body), "before %s middle %s%s after", CANARY, CANARY,
             "canary\\/eyJhbGciOiJIUzI1NiJ9.0123456789");
    assert_int_equal(recorder_open(dir, 0, 1 << 20, &r, NULL), RC_OK);
    recorder_begin(r, 1, &rq, 1000);
    for (size_t i = 0; i < strlen(body); i++)
        recorder_data(r, 1, body + i, 1, 1000);
    recorder_end(r, 1, &reply);
    recorder_close(r);
    char *all = unpack(0, &len);
    assert_null(memmem(all, len, "eyJ", 3));
    assert_null(memmem(all, len, "canary", 6));
    assert_non_null(memmem(all, len, "before *", 8));
    assert_non_null(memmem(all, len, "* after", 7));
    free(all);
}

struct moved {
    struct replay *play;
    wall_ms from;
};

static bool is_over(struct rig *r, void *arg)
{
    (void)r;
    return replay_at_end(arg);
}

static bool has_moved(struct rig *r, void *arg)
{
    const struct moved *m = arg;

    (void)r;
    if (replay_now(m->play) > m->from)
        return true;
    replay_request_step(m->play); /* several answers may have come in one millisecond */
    return false;
}

static void test_thread(void **state)
{
    struct rig *r = calloc(1, sizeof(*r));
    struct replay_source sources[3];
    struct replay *play = NULL;
    struct err e = {0};
    char *live = record(0);

    (void)state;
    rig_init(r);
    add_sources(r, NULL, "/proc/nonexistent");
    for (size_t i = 0; i < 3; i++)
        sources[i] = (struct replay_source){r->sources[i].ops, r->confs[i].conf};
    assert_int_equal(replay_open(dir, sources, 3, r->queue, &play, &e), RC_OK);
    assert_int_equal(ingest_start(r->ingest, &e), RC_OK);
    assert_int_equal(replay_start(play, 0, &e), RC_OK);
    wall_ms start = replay_now(play);
    poll(NULL, 0, 30);
    assert_int_equal(replay_now(play), start);
    replay_request_step(play);
    replay_request_step(play);
    struct moved moved = {play, start};
    assert_true(rig_wait(r, has_moved, &moved, 1000));
    replay_set_speed(play, 5);
    assert_true(rig_wait(r, is_over, play, 5000));
    ingest_flush(r->ingest);
    char *again = rig_dump(r);
    assert_string_equal(live, again);
    replay_stop(play);
    rig_fini(r);
    replay_free(play);
    free(r);
    free(live);
    free(again);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_same, setup, teardown),
        cmocka_unit_test_setup_teardown(test_no_secret, setup, teardown),
        cmocka_unit_test_setup_teardown(test_torn, setup, teardown),
        cmocka_unit_test_setup_teardown(test_garbage, setup, teardown),
        cmocka_unit_test_setup_teardown(test_bounded, setup, teardown),
        cmocka_unit_test_setup_teardown(test_never_overwritten, setup, teardown),
        cmocka_unit_test_setup_teardown(test_cut_secret, setup, teardown),
        cmocka_unit_test_setup_teardown(test_thread, setup, teardown),
    };

    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
