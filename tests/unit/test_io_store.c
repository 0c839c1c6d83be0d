/* SPDX-License-Identifier: MIT
 * The history over real SQLite files: what survives a restart, and as what. */
#include "tests/unit/store_kit.h"

#define WEEK (INT64_C(7) * 24 * 3600 * 1000)

static char *path_in(const char *folder)
{
    return xasprintf("%s/state/suantop/history.db", folder);
}

static void annotate(struct place *p, enum entity e, const char *id, enum annotation_kind kind,
                     wall_ms at)
{
    struct annotation a = {.entity = e, .kind = kind, .by = "wang", .at = at, .until = at + WEEK};
    struct delta *d = delta_new(0, UINT16_MAX, at, 0);

    (void)snprintf(a.id, sizeof a.id, "%s", id);
    (void)snprintf(a.note, sizeof a.note, "called the vendor");
    annotation_to_delta(&a, d);
    assert_true(queue_push(p->queue, d, 1, -1));
    store_annotate(p->store, &a);
}

static void test_an_interruption_survives(void **state)
{
    char *folder = kit_folder(), *path = path_in(folder), *before, *after;
    struct place p;
    char lines[512];
    (void)state;

    place_begin(&p, path);
    (void)snprintf(lines, sizeof lines,
                   "interruption 14@1700 job=14 cause=node at=%lld node=cn7 devices=8 attempt=2 "
                   "planned=yes evidence=\\xff\\x00\\xc3\\x28 gpu_hours_lost=12.5 nodes=cn[1-2]",
                   (long long)clock_wall());
    place_tell(&p, 0, lines);
    before = place_find(&p, ENTITY_INTERRUPTION, 0, "14@1700");
    place_passes(&p, 3);
    place_end(&p);

    place_begin(&p, path);
    place_wait_text(&p, ENTITY_INTERRUPTION, 0, "14@1700", "cause=node", true);
    after = place_find(&p, ENTITY_INTERRUPTION, 0, "14@1700");
    assert_string_equal(after, before);
    place_end(&p);
    free(before);
    free(after);
    free(path);
    kit_remove(folder);
}

static void test_an_acknowledgement_survives(void **state)
{
    char *folder = kit_folder(), *path = path_in(folder), *row;
    struct place p;
    char lines[256];
    (void)state;

    place_begin(&p, path);
    (void)snprintf(lines, sizeof lines, "interruption 14@1700 job=14 at=%lld",
                   (long long)clock_wall());
    place_tell(&p, 0, lines);
    annotate(&p, ENTITY_INTERRUPTION, "14@1700", ANNOTATE_ACK, clock_wall());
    place_passes(&p, 3);
    place_end(&p);

    place_begin(&p, path);
    place_wait_text(&p, ENTITY_INTERRUPTION, 0, "14@1700", "acknowledged_by=wang", true);
    row = place_find(&p, ENTITY_INTERRUPTION, 0, "14@1700");
    assert_non_null(strstr(row, "called the vendor"));
    free(row);
    place_end(&p);
    free(path);
    kit_remove(folder);
}

/* Rows by the thousand are told by a source as any other. */
static void tell_interruptions(struct place *p, int from, int count)
{
    struct delta *d = delta_new(0, 0, clock_wall(), 0);

    for (int i = from; i < from + count; i++) {
        char id[32];
        (void)snprintf(id, sizeof id, "%d@1700000000", i);
        delta_row(d, ENTITY_INTERRUPTION, id, strlen(id));
        delta_str(d, FIELD_interruption_job, id);
        delta_time(d, FIELD_interruption_at, clock_wall() - 1000);
        delta_int(d, FIELD_interruption_cause, interruption_cause_NODE);
    }
    assert_true(queue_push(p->queue, d, 1, -1));
    ingest_flush(p->ingest);
}

static uint64_t rows_written(const struct place *p)
{
    return place_status(p).rows;
}

static void test_only_what_changed_is_written(void **state)
{
    char *folder = kit_folder(), *path = path_in(folder);
    struct place p;
    (void)state;

    place_begin(&p, path);
    tell_interruptions(&p, 1, 50);
    place_passes(&p, 3);
    uint64_t before = rows_written(&p);
    assert_true(before >= 50);
    for (int i = 0; i < 5; i++) { /* snapshots come and go */
        place_tell(&p, 0, i % 2 ? "node cn1 state=idle" : "node cn1 state=down");
        place_passes(&p, 2);
    }
    uint64_t outages = rows_written(&p) - before;
    assert_true(outages <= 30);
    place_tell(&p, 0, "interruption 7@1700000000 note=seen");
    place_passes(&p, 3);
    assert_int_equal(rows_written(&p), before + outages + 1);
    place_end(&p);

    /* What was read is not written again either. */
    place_begin(&p, path);
    place_wait_text(&p, ENTITY_INTERRUPTION, 0, "50@1700000000", "cause=node", true);
    place_passes(&p, 3);
    assert_true(rows_written(&p) < 30);
    place_end(&p);
    free(path);
    kit_remove(folder);
}

static void test_more_than_a_pass_takes(void **state)
{
    char *folder = kit_folder(), *path = path_in(folder);
    struct place p;
    (void)state;

    place_begin(&p, path);
    for (int i = 0; i < 9; i++)
        tell_interruptions(&p, i * 5000, 5000);
    for (int i = 0; i < 6000 && rows_written(&p) < 45000; i++)
        usleep(20000);
    place_end(&p);
    assert_int_equal(file_number(path, "SELECT count(*) FROM interruption"), 45000);
    free(path);
    kit_remove(folder);
}

/* Two programs on one file, the first of them writes. */
struct two {
    char *folder, *path;
    struct place writer, viewer;
};

static void two_begin(struct two *t)
{
    t->folder = kit_folder();
    t->path = path_in(t->folder);
    place_begin(&t->writer, t->path);
    place_begin(&t->viewer, t->path);
    assert_int_equal(place_status(&t->writer).state, STORE_WRITING);
    assert_int_equal(place_status(&t->viewer).state, STORE_READING);
}

static void two_end(struct two *t)
{
    place_end(&t->viewer);
    place_end(&t->writer);
    free(t->path);
    kit_remove(t->folder);
}

static void test_a_viewer_sees_what_the_writer_learns(void **state)
{
    struct two t;
    (void)state;

    two_begin(&t);
    tell_interruptions(&t.writer, 14, 1);
    place_wait_text(&t.viewer, ENTITY_INTERRUPTION, 0, "14@1700000000", "cause=node", true);
    place_tell(&t.writer, 0, "interruption 14@1700000000 cause=device evidence=XID79");
    place_wait_text(&t.viewer, ENTITY_INTERRUPTION, 0, "14@1700000000", "cause=device", true);
    place_tell(&t.writer, 0, "interruption 14@1700000000 evidence=?");
    place_wait_text(&t.viewer, ENTITY_INTERRUPTION, 0, "14@1700000000", "XID79", false);
    two_end(&t);
}

static void test_what_a_viewer_says_reaches_the_writer(void **state)
{
    struct two t;
    wall_ms now = clock_wall();
    (void)state;

    two_begin(&t);
    tell_interruptions(&t.writer, 14, 1);
    place_wait_text(&t.viewer, ENTITY_INTERRUPTION, 0, "14@1700000000", "cause=node", true);
    annotate(&t.viewer, ENTITY_INTERRUPTION, "14@1700000000", ANNOTATE_ACK, now);
    /* The writer goes on writing that very row meanwhile. */
    for (int i = 0; i < 20; i++) {
        place_tell(&t.writer, 0,
                   i % 2 ? "interruption 14@1700000000 evidence=a"
                         : "interruption 14@1700000000 evidence=b");
        place_passes(&t.writer, 1);
    }
    place_wait_text(&t.writer, ENTITY_INTERRUPTION, 0, "14@1700000000", "acknowledged_by=wang",
                    true);
    place_passes(&t.writer, 3);
    assert_int_equal(file_number(t.path,
                                 "SELECT count(*) FROM interruption WHERE acknowledged_by = 'wang'"
                                 " AND evidence = 'a' AND cause = 'node'"),
                     1);
    annotate(&t.viewer, ENTITY_INTERRUPTION, "14@1700000000", ANNOTATE_UNACK, now);
    place_wait_text(&t.writer, ENTITY_INTERRUPTION, 0, "14@1700000000", "acknowledged_by", false);
    /* And the other way round. */
    annotate(&t.writer, ENTITY_INTERRUPTION, "14@1700000000", ANNOTATE_RESOLVE, now);
    place_wait_text(&t.viewer, ENTITY_INTERRUPTION, 0, "14@1700000000", "resolved=yes", true);
    two_end(&t);
}

/* A server of the center, and an alert that it tells. */
#define SERVER "source zb/prometheus name=zb/prometheus state=ok"
#define TOLD "alert @hot/cn1 rule=hot state=firing origin=zb/prometheus since=-5"

static void test_an_alert_is_silenced_everywhere(void **state)
{
    struct two t;
    (void)state;

    two_begin(&t);
    place_tell(&t.viewer, 0, SERVER);
    place_tell(&t.writer, 0, SERVER "\n" TOLD);
    place_wait_text(&t.viewer, ENTITY_ALERT, 0, "@hot/cn1", "state=firing", true);
    annotate(&t.viewer, ENTITY_ALERT, "@hot/cn1", ANNOTATE_SILENCE, clock_wall());
    place_wait_text(&t.writer, ENTITY_ALERT, 0, "@hot/cn1", "silenced_by=wang", true);
    two_end(&t);
}

static void test_a_viewer_takes_over(void **state)
{
    struct two t;
    (void)state;

    two_begin(&t);
    tell_interruptions(&t.writer, 14, 1);
    place_wait_text(&t.viewer, ENTITY_INTERRUPTION, 0, "14@1700000000", "cause=node", true);
    place_end(&t.writer);
    for (int i = 0; i < 5000 && place_status(&t.viewer).state != STORE_WRITING; i++)
        usleep(10000);
    assert_int_equal(place_status(&t.viewer).state, STORE_WRITING);
    tell_interruptions(&t.viewer, 15, 1);
    place_passes(&t.viewer, 3);
    assert_int_equal(file_number(t.path, "SELECT count(*) FROM interruption"), 2);
    place_end(&t.viewer);
    free(t.path);
    kit_remove(t.folder);
}

/* An hour that is not over is counted by each for himself. */
static void test_hours_are_not_mixed(void **state)
{
    struct two t;
    char lines[256];
    wall_ms hour = clock_wall() / 3600000 * 3600000;
    (void)state;

    two_begin(&t);
    (void)snprintf(lines, sizeof lines,
                   "hour now begins_at=%lld gpu_hours_lost=5\n"
                   "hour before begins_at=%lld gpu_hours_lost=6",
                   (long long)hour, (long long)hour - 3600000);
    place_tell(&t.writer, 0, lines);
    place_wait_text(&t.viewer, ENTITY_HOUR, 0, "before", "gpu_hours_lost=6", true);
    char *row = place_find(&t.viewer, ENTITY_HOUR, 0, "now");
    if (clock_wall() / 3600000 * 3600000 == hour)
        assert_null(strstr(row, "gpu_hours_lost=5"));
    free(row);
    two_end(&t);
}

/* The hour under way moves all the time: it is written once a minute, and at the end. */
static void test_what_moves_all_the_time(void **state)
{
    char *folder = kit_folder(), *path = path_in(folder), lines[128];
    struct place p;
    (void)state;

    place_begin(&p, path);
    place_tell(&p, 0, "hour now observed_seconds=10");
    place_passes(&p, 3);
    uint64_t before = rows_written(&p);
    for (int i = 0; i < 10; i++) {
        (void)snprintf(lines, sizeof lines, "hour now observed_seconds=%d", 11 + i);
        place_tell(&p, 0, lines);
        place_passes(&p, 1);
    }
    assert_true(rows_written(&p) <= before + 1);
    place_tell(&p, 0, "hour now by_node=1"); /* what happened is written at once */
    place_passes(&p, 2);
    assert_int_equal(file_number(path, "SELECT observed_seconds FROM hour WHERE by_node = 1"), 20);
    place_tell(&p, 0, "hour now observed_seconds=21");
    place_end(&p);
    assert_int_equal(file_number(path, "SELECT observed_seconds FROM hour WHERE _id = 'now'"), 21);
    free(path);
    kit_remove(folder);
}

static void test_an_alert_that_is_over_is_forgotten(void **state)
{
    char *folder = kit_folder(), *path = path_in(folder);
    struct place p;
    (void)state;

    place_begin(&p, path); /* it holds since years: no reason to forget it */
    place_tell(&p, 0, SERVER "\n" TOLD);
    place_passes(&p, 3);
    assert_int_equal(file_number(path, "SELECT count(*) FROM alert WHERE _id = '@hot/cn1'"), 1);
    place_end(&p);
    place_begin(&p, path); /* read, not written, and yet it goes when it is over */
    place_tell(&p, 0, SERVER);
    place_wait_text(&p, ENTITY_ALERT, 0, "@hot/cn1", "state=firing", true);
    place_passes(&p, 3);
    assert_int_equal(file_number(path, "SELECT count(*) FROM alert WHERE _id = '@hot/cn1'"), 1);
    place_tell(&p, 0, "remove alert @hot/cn1");
    place_passes(&p, 3);
    assert_int_equal(file_number(path, "SELECT count(*) FROM alert WHERE _id = '@hot/cn1'"), 0);
    place_end(&p);
    free(path);
    kit_remove(folder);
}

/* A row that was noticed here before the history came: what is known of it stays in the file throughout. */
static void test_history_that_comes_late(void **state)
{
    char *folder = kit_folder(), *path = path_in(folder);
    struct place p;
    (void)state;

    place_begin(&p, path);
    tell_interruptions(&p, 14, 1);
    annotate(&p, ENTITY_INTERRUPTION, "14@1700000000", ANNOTATE_ACK, clock_wall());
    place_passes(&p, 3);
    place_end(&p);
    place_make(&p);
    tell_interruptions(&p, 14, 1);
    place_tell(&p, 0, "interruption 14@1700000000 evidence=new");
    struct store_options o = place_options(&p, path);
    o.pass_ms = 60000; /* the first pass only */
    p.store = store_new(&o);
    assert_int_equal(store_start(p.store, NULL), RC_OK);
    for (int i = 0; i < 10000 && rows_written(&p) == 0; i++)
        usleep(5000);
    assert_int_equal(file_number(path, "SELECT count(*) FROM interruption WHERE evidence = 'new'"
                                       " AND acknowledged_by = 'wang'"),
                     1);
    place_wait_text(&p, ENTITY_INTERRUPTION, 0, "14@1700000000", "acknowledged_by=wang", true);
    place_end(&p);
    free(path);
    kit_remove(folder);
}

/* A viewer may speak of what the writer has not written yet. */
static void test_what_is_said_before_the_row_is_there(void **state)
{
    struct two t;
    (void)state;

    two_begin(&t);
    annotate(&t.viewer, ENTITY_INTERRUPTION, "14@1700000000", ANNOTATE_ACK, clock_wall());
    place_passes(&t.viewer, 2);
    tell_interruptions(&t.writer, 14, 1);
    place_wait_text(&t.writer, ENTITY_INTERRUPTION, 0, "14@1700000000", "acknowledged_by=wang",
                    true);
    place_passes(&t.writer, 3);
    assert_int_equal(file_number(t.path, "SELECT count(*) FROM interruption WHERE"
                                         " acknowledged_by = 'wang' AND cause = 'node'"),
                     1);
    two_end(&t);
}

/* What a viewer says is in the file from then on, however busily the writer writes that very row. */
static void test_what_is_said_never_flickers(void **state)
{
    struct two t;
    struct stmt *said;
    struct db *db;
    (void)state;

    two_begin(&t);
    tell_interruptions(&t.writer, 14, 1);
    place_wait_text(&t.viewer, ENTITY_INTERRUPTION, 0, "14@1700000000", "cause=node", true);
    assert_int_equal(db_open(t.path, DB_READ, 2000, &db, NULL), RC_OK);
    assert_int_equal(stmt_new(db,
                              "SELECT count(*) FROM interruption WHERE acknowledged_by IS NOT NULL",
                              &said, NULL),
                     RC_OK);
    for (int round = 0; round < 10; round++) {
        int seen = 0;
        bool row;
        annotate(&t.viewer, ENTITY_INTERRUPTION, "14@1700000000",
                 round % 2 ? ANNOTATE_UNACK : ANNOTATE_ACK, clock_wall());
        for (int i = 0; i < 30000 && seen < 20; i++) {
            place_tell(&t.writer, 0,
                       i % 2 ? "interruption 14@1700000000 evidence=a"
                             : "interruption 14@1700000000 evidence=b");
            assert_int_equal(stmt_next(said, &row, NULL), RC_OK);
            bool now = stmt_int(said, 0) == (round % 2 ? 0 : 1);
            stmt_reset(said);
            assert_true(now || !seen);
            seen += now;
            usleep(1000);
        }
        assert_true(seen);
    }
    stmt_free(said);
    db_close(db);
    two_end(&t);
}

static void test_a_file_that_is_deleted(void **state)
{
    char *folder = kit_folder(), *path = path_in(folder);
    struct place p;
    (void)state;

    place_begin(&p, path);
    tell_interruptions(&p, 1, 20);
    place_passes(&p, 3);
    assert_int_equal(unlink(path), 0);
    for (int i = 0; i < 5000 && access(path, F_OK) != 0; i++)
        usleep(10000);
    place_passes(&p, 4);
    place_end(&p);
    assert_int_equal(file_number(path, "SELECT count(*) FROM interruption"), 20);
    free(path);
    kit_remove(folder);
}

static void test_a_center_that_is_gone(void **state)
{
    static const char *const others[] = {"elsewhere", "zhangbei"};
    char *folder = kit_folder(), *path = path_in(folder);
    struct place p;
    (void)state;

    place_begin(&p, path);
    tell_interruptions(&p, 14, 1);
    place_passes(&p, 3);
    place_end(&p);
    place_make(&p);
    struct store_options o = place_options(&p, path);
    o.centers = others;
    place_open_with(&p, &o);
    struct snapshot *s = snapshot_hub_latest(p.hub);
    assert_int_equal(snapshot_count(s, ENTITY_INTERRUPTION), 0);
    snapshot_unref(s);
    place_end(&p);
    assert_int_equal(file_number(path, "SELECT count(*) FROM interruption"), 1);
    free(path);
    kit_remove(folder);
}

static int loads;
static void on_loaded(void *arg)
{
    (void)arg;
    __atomic_add_fetch(&loads, 1, __ATOMIC_SEQ_CST);
}

static void read_once(struct place *p, const char *path)
{
    place_make(p);
    struct store_options o = place_options(p, path);
    o.once = true;
    o.loaded = on_loaded;
    int before = __atomic_load_n(&loads, __ATOMIC_SEQ_CST);
    place_open_with(p, &o);
    for (int i = 0; i < 10000 && __atomic_load_n(&loads, __ATOMIC_SEQ_CST) == before; i++)
        usleep(5000);
    assert_int_equal(__atomic_load_n(&loads, __ATOMIC_SEQ_CST), before + 1);
}

static void test_a_one_shot_only_reads(void **state)
{
    char *folder = kit_folder(), *path = path_in(folder);
    struct place p, once;
    (void)state;

    read_once(&once, path); /* nothing is there, and nothing is made */
    place_end(&once);
    assert_int_not_equal(access(path, F_OK), 0);
    place_begin(&p, path);
    tell_interruptions(&p, 14, 1);
    place_passes(&p, 3);
    read_once(&once, path); /* beside a writer */
    place_wait_text(&once, ENTITY_INTERRUPTION, 0, "14@1700000000", "cause=node", true);
    tell_interruptions(&once, 15, 1);
    place_end(&once);
    place_end(&p);
    read_once(&once, path);
    place_wait_text(&once, ENTITY_INTERRUPTION, 0, "14@1700000000", "cause=node", true);
    place_end(&once);
    assert_int_equal(file_number(path, "SELECT count(*) FROM interruption"), 1);
    free(path);
    kit_remove(folder);
}

static void test_files_are_private(void **state)
{
    char *folder = kit_folder(), *path = path_in(folder), *dir = xasprintf("%s/state", folder),
         *wal = xasprintf("%s-wal", path), *lock = xasprintf("%s.lock", path);
    struct place p;
    struct stat st;
    mode_t before = umask(0);
    (void)state;

    place_begin(&p, path);
    umask(before);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(stat(wal, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(stat(lock, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(stat(dir, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    place_end(&p);
    free(path);
    free(dir);
    free(wal);
    free(lock);
    kit_remove(folder);
}

/* Somebody holds the file: the end does not wait for him. */
static void test_the_end_does_not_wait(void **state)
{
    char *folder = kit_folder(), *path = path_in(folder);
    struct place p;
    struct db *other;
    (void)state;

    place_make(&p);
    struct store_options o = place_options(&p, path);
    o.flush_ms = 0;
    place_open_with(&p, &o);
    assert_int_equal(db_open(path, DB_WRITE, 2000, &other, NULL), RC_OK);
    assert_int_equal(db_exec(other, "BEGIN IMMEDIATE", NULL), RC_OK);
    tell_interruptions(&p, 14, 1);
    mono_ms begun = clock_mono();
    assert_true(store_stop(p.store, 60000));
    assert_true(clock_mono() - begun < 30000);
    db_close(other);
    store_free(p.store);
    p.store = NULL;
    place_end(&p);
    free(path);
    kit_remove(folder);
}

static void test_it_says_how_it_is(void **state)
{
    char *folder = kit_folder(), *path = path_in(folder), *text;
    struct place p;
    (void)state;

    place_begin(&p, path);
    ingest_flush(p.ingest);
    struct snapshot *s = snapshot_hub_latest(p.hub);
    text = xasprintf("the history is written to %s", path);
    assert_string_equal(snapshot_notice(s)->text, text);
    assert_false(snapshot_notice(s)->bad);
    snapshot_unref(s);
    place_end(&p);
    free(text);
    free(path);
    kit_remove(folder);
}

static void test_it_stays_within_its_size(void **state)
{
    char *folder = kit_folder(), *path = path_in(folder);
    struct place p;
    (void)state;

    place_begin(&p, path);
    for (int i = 0; i < 4; i++)
        tell_interruptions(&p, i * 5000, 5000);
    for (int i = 0; i < 4000 && rows_written(&p) < 20000; i++)
        usleep(20000);
    place_end(&p);
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_true(st.st_size > 2 << 20);
    place_make(&p);
    struct store_options o = place_options(&p, path);
    o.max_bytes = 1 << 20;
    place_open_with(&p, &o);
    place_passes(&p, 3);
    place_end(&p);
    assert_int_equal(stat(path, &st), 0);
    assert_true(st.st_size < 5 << 18);
    assert_true(file_number(path, "SELECT count(*) FROM interruption") > 1000);
    free(path);
    kit_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_interruption_survives),
        cmocka_unit_test(test_an_acknowledgement_survives),
        cmocka_unit_test(test_only_what_changed_is_written),
        cmocka_unit_test(test_more_than_a_pass_takes),
        cmocka_unit_test(test_a_viewer_sees_what_the_writer_learns),
        cmocka_unit_test(test_what_a_viewer_says_reaches_the_writer),
        cmocka_unit_test(test_an_alert_is_silenced_everywhere),
        cmocka_unit_test(test_a_viewer_takes_over),
        cmocka_unit_test(test_hours_are_not_mixed),
        cmocka_unit_test(test_what_moves_all_the_time),
        cmocka_unit_test(test_an_alert_that_is_over_is_forgotten),
        cmocka_unit_test(test_history_that_comes_late),
        cmocka_unit_test(test_what_is_said_before_the_row_is_there),
        cmocka_unit_test(test_what_is_said_never_flickers),
        cmocka_unit_test(test_a_file_that_is_deleted),
        cmocka_unit_test(test_a_center_that_is_gone),
        cmocka_unit_test(test_a_one_shot_only_reads),
        cmocka_unit_test(test_files_are_private),
        cmocka_unit_test(test_the_end_does_not_wait),
        cmocka_unit_test(test_it_says_how_it_is),
        cmocka_unit_test(test_it_stays_within_its_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
