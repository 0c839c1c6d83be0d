/* SPDX-License-Identifier: MIT
 * test_io_load.c - all threads at once (meant for TSan): many sources of all kinds, a queue that is
 * always too small, readers of snapshots, refreshes and look-ups; and what the idle program costs. */
#include "tests/unit/unit.h"

#include "tests/fake/fake_http.h"
#include "tests/fake/rig.h"
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/resource.h>

/* The sanitizer's own thread wakes up as it likes. */
#if defined(__SANITIZE_THREAD__)
#define HAS_OWN_THREADS 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define HAS_OWN_THREADS 1
#endif
#endif

enum { ROWS = 20000 };

static char *big_script(void)
{
    static const char head[] = "on GET /nodes\n body {\"rows\":[{\"name\":\"first\"}\n body ";
    char *script = malloc(ROWS * 64 + 256), *to = script;

    to += sprintf(to, "%s", head);
    for (int i = 0; i < ROWS; i++)
        to += sprintf(to, ",{\"name\":\"node%05d\",\"cpus\":%d}", i, i % 256);
    sprintf(to, "]}\non GET /node/\n body {}\n");
    return script;
}

struct reader {
    struct rig *rig;
    atomic_bool stop;
    pthread_t thread;
};

static void *read_snapshots(void *arg)
{
    struct reader *r = arg;
    uint64_t last = 0;

    while (!atomic_load(&r->stop)) {
        struct snapshot *s = snapshot_hub_latest(r->rig->hub);
        assert_true(snapshot_generation(s) >= last);
        last = snapshot_generation(s);
        for (uint32_t i = 0; i < snapshot_slots(s, ENTITY_NODE); i += 97) {
            const struct node_row *row = snapshot_row(s, ENTITY_NODE, i);
            if (row && row_has(row, node, name))
                assert_true(*intern_text(snapshot_strings(s), row->name));
        }
        snapshot_unref(s);
    }
    return NULL;
}

static atomic_int answers;

static void on_raw(void *arg, uint32_t ticket, enum rc rc, const char *text, size_t len,
                   const struct err *e)
{
    (void)arg;
    (void)ticket;
    (void)rc;
    (void)text;
    (void)len;
    (void)e;
    atomic_fetch_add(&answers, 1);
}

static void load_start(struct rig *r, struct fake_http *f)
{
    *r = (struct rig){0};
    rig_init(r);
    /* Room for two deltas: each answer of 20,000 rows has to pause many times. */
    ingest_free(r->ingest);
    queue_free(r->queue);
    r->queue = queue_new(2, 0, (void (*)(void *))delta_free);
    r->ingest = ingest_new(fleet_new(NULL), r->queue, r->hub, 10);
    r->options.out = r->queue;
    r->options.raw = on_raw;
    fake_conf_init(rig_add(r, NULL), 0, "http", "url", fake_http_url(f), "insecure", "true",
                   "every", "1ms", "total", "300s", "patience", "150s", NULL);
    fake_conf_init(rig_add(r, NULL), 1, "http2", "url", fake_http_url(f), "insecure", "true",
                   "every", "1ms", "total", "300s", "patience", "150s", NULL);
    fake_conf_init(rig_add(r, NULL), 2, "lines", "run",
                   "i=0; while [ $i -lt 9000 ]; do echo line$i; i=$((i+1)); done", "every", "1ms",
                   "total", "300s", NULL);
    fake_conf_init(rig_add(r, NULL), 3, "dead", "url", "http://127.0.0.1:1", "insecure", "true",
                   NULL);
    rig_start(r);
}

static bool all_there(struct rig *r, void *arg)
{
    struct rig_source s;
    double polls = *(double *)arg;

    for (uint16_t i = 0; i < 3; i++)
        if (!rig_source(r, i, &s) || s.requests < polls || s.failures > 0)
            return false;
    return atomic_load(&answers) > 20;
}

static void test_load(void **state)
{
    struct rig *r = malloc(sizeof(*r));
    struct reader reader = {.rig = r};
    double polls = 8;
    char *script = big_script();
    struct fake_http *f = fake_http_start(script, NULL);

    (void)state;
    load_start(r, f);
    pthread_create(&reader.thread, NULL, read_snapshots, &reader);
    for (int i = 0; i < 6000 && !all_there(r, &polls); i++) {
        net_refresh(r->net, i % 4);
        net_lookup(r->net, 0, ENTITY_NODE, "n1", 2);
        poll(NULL, 0, 50);
    }
    assert_true(all_there(r, &polls));
    ingest_flush(r->ingest);
    assert_int_equal(rig_nodes(r, true), ROWS + 1 + 9000);
    atomic_store(&reader.stop, true);
    pthread_join(reader.thread, NULL);
    rig_fini(r);
    fake_http_stop(f);
    free(script);
    free(r);
}

static long switches(void)
{
    struct rusage u;

    getrusage(RUSAGE_SELF, &u);
    return u.ru_nvcsw;
}

/* How often the process rested and was woken in four seconds, beyond one time a second or two. */
static long needless_switches(void)
{
    mono_ms began = clock_mono();
    long before = switches();

    poll(NULL, 0, 4000);
    long got = switches() - before, usual = 1 + 2 * (long)((clock_mono() - began) / 1000);
    return got > usual ? got - usual : 0;
}

/* Sources that have nothing to do: the clock of ingest is all that ticks. Where pages come from a disk, or another program has
 * its way, there are more now and then; a program that does not rest has them always. */
static void test_idle(void **state)
{
    struct rig *r = malloc(sizeof(*r));
    struct fake_http *f =
        fake_http_start("on GET /nodes\n body {\"rows\":[{\"name\":\"n1\"}]}\n", NULL);

    (void)state;
#ifdef HAS_OWN_THREADS
    skip();
#endif
    rig_init(r);
    fake_conf_init(rig_add(r, NULL), 0, "slow", "url", fake_http_url(f), "insecure", "true",
                   "every", "1h", NULL);
    fake_conf_init(rig_add(r, NULL), 1, "command", "run", "echo a", "every", "1h", NULL);
    rig_start(r);
    assert_int_equal(net_wait_first_round(r->net, 30000), 0);
    assert_true(rig_wait_nodes(r, 2, 2000));
    poll(NULL, 0, 500);
    long needless = needless_switches();
    for (int i = 0; i < 10 && needless > 0; i++)
        needless = needless_switches();
    assert_int_equal(needless, 0);
    rig_fini(r);
    fake_http_stop(f);
    free(r);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_load), cmocka_unit_test(test_idle)};

    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
