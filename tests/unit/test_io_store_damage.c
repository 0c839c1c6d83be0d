/* SPDX-License-Identifier: MIT
 * The history when things go wrong: damaged files, foreign ones, no room, no folder, kill -9 at any moment. The
 * program goes on in every case, says so, and keeps again what it knows as soon as that is possible.
 * SUANTOP_LONG=1 makes it 1,000 kills and 1,000 damaged files. */
#include "action/journal.h"
#include "tests/unit/store_kit.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

enum { ROWS = 200 };

struct fixture {
    char *folder, *path;
};

static bool is_long(void)
{
    return getenv("SUANTOP_LONG") != NULL;
}

static int setup(void **state)
{
    struct fixture *f = xcalloc(1, sizeof(*f));

    f->folder = kit_folder();
    f->path = xasprintf("%s/history.db", f->folder);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    kit_remove(f->folder);
    free(f->path);
    free(f);
    return 0;
}

static void tell_rows(struct place *p, int from, int count)
{
    struct delta *d = delta_new(0, 0, clock_wall(), 0);

    for (int i = from; i < from + count; i++) {
        char id[32];
        (void)snprintf(id, sizeof id, "%d@1700000000", i);
        delta_row(d, ENTITY_INTERRUPTION, id, strlen(id));
        delta_str(d, FIELD_interruption_job, id);
        delta_time(d, FIELD_interruption_at, clock_wall() - 1000);
    }
    assert_true(queue_push(p->queue, d, 1, -1));
    ingest_flush(p->ingest);
}

static uint32_t rows_shown(struct place *p)
{
    ingest_flush(p->ingest);
    struct snapshot *s = snapshot_hub_latest(p->hub);
    uint32_t n = snapshot_count(s, ENTITY_INTERRUPTION);
    snapshot_unref(s);
    return n;
}

static void make_history(const struct fixture *f)
{
    struct place p;

    place_begin(&p, f->path);
    tell_rows(&p, 1, ROWS);
    place_passes(&p, 3);
    place_end(&p);
}

static void wait_for_state(const struct place *p, enum store_state state)
{
    for (int i = 0; i < 10000 && place_status(p).state != state; i++)
        usleep(10000);
    if (place_status(p).state != state)
        fail_msg("state %d: %s", (int)place_status(p).state, place_status(p).text);
}

/* How many files of the folder have names that hold the word. */
static int files_called(const struct fixture *f, const char *word)
{
    char *command = xasprintf("ls '%s' | grep -c -e '%s'", f->folder, word);
    FILE *out = popen(command, "r");
    int n = -1;

    assert_non_null(out);
    assert_int_equal(fscanf(out, "%d", &n), 1);
    (void)pclose(out);
    free(command);
    return n;
}

/* As a writer: the log of a change that was cut off is taken back by the next who may write. */
static void is_healthy(const char *path)
{
    struct db *db;
    struct err e = {0};
    int64_t bad = -1;

    if (db_open(path, DB_WRITE, 2000, &db, &e) != RC_OK ||
        db_number(db, "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'",
                  &bad, &e) != RC_OK)
        fail_msg("%s: %s", path, e.msg);
    assert_int_equal(bad, 0);
    db_close(db);
}

/* A program starts on what is there, learns something, and keeps it. */
static void works_all_the_same(const struct fixture *f)
{
    struct place p;

    place_begin(&p, f->path);
    tell_rows(&p, 5000, 10);
    wait_for_state(&p, STORE_WRITING);
    place_passes(&p, 4);
    assert_int_equal(place_status(&p).state, STORE_WRITING);
    assert_true(rows_shown(&p) >= 10);
    place_end(&p);
    is_healthy(f->path);
    assert_true(file_number(f->path, "SELECT count(*) FROM interruption") >= 10);
}

static void write_file(const char *path, const char *text, size_t len)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, len), (ssize_t)len);
    close(fd);
}

/* Bytes of the header that SQLite would only shrug at. */
static void test_a_header_that_forbids(void **state)
{
    struct fixture *f = *state;
    static const off_t places[] = {18 /* write version */, 19, 47 /* schema format */, 62, 68};

    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        make_history(f);
        int fd = open(f->path, O_WRONLY);
        assert_int_equal(pwrite(fd, "\x9e", 1, places[i]), 1);
        close(fd);
        works_all_the_same(f);
    }
}

static void test_an_empty_file(void **state)
{
    struct fixture *f = *state;

    write_file(f->path, "", 0);
    works_all_the_same(f);
    assert_int_equal(files_called(f, "corrupt"), 0);
}

static void test_a_text_file(void **state)
{
    struct fixture *f = *state;
    static const char text[] = "Once upon a time there was a file that was no database at all.\n";

    for (int i = 0; i < 100; i++) {
        int fd = open(f->path, O_WRONLY | O_CREAT | O_APPEND, 0600);
        assert_int_equal(write(fd, text, sizeof text - 1), (ssize_t)(sizeof text - 1));
        close(fd);
    }
    works_all_the_same(f);
    assert_int_equal(files_called(f, "corrupt"), 1);
}

static void test_a_directory(void **state)
{
    struct fixture *f = *state;
    struct place p;

    assert_int_equal(mkdir(f->path, 0700), 0);
    place_begin(&p, f->path);
    tell_rows(&p, 1, 5);
    wait_for_state(&p, STORE_FAILED);
    assert_non_null(strstr(place_status(&p).text, "not a regular file"));
    assert_int_equal(rows_shown(&p), 5);
    place_end(&p);
}

static void test_no_folder_can_be_made(void **state)
{
    struct fixture *f = *state;
    char *path = xasprintf("%s/file/below/history.db", f->folder),
         *file = xasprintf("%s/file", f->folder);
    struct place p;

    write_file(file, "x", 1);
    place_begin(&p, path);
    wait_for_state(&p, STORE_FAILED);
    tell_rows(&p, 1, 5);
    assert_int_equal(rows_shown(&p), 5);
    struct snapshot *s = snapshot_hub_latest(p.hub);
    assert_true(snapshot_notice(s)->bad);
    assert_non_null(strstr(snapshot_notice(s)->text, "not written"));
    snapshot_unref(s);
    place_end(&p);
    free(path);
    free(file);
}

/* Another program's database is neither written nor moved. */
static void test_a_foreign_database(void **state)
{
    struct fixture *f = *state;
    struct place p;
    struct db *db;

    assert_int_equal(db_open(f->path, DB_CREATE, 0, &db, NULL), RC_OK);
    assert_int_equal(
        db_exec(db, "CREATE TABLE thesis (chapter); INSERT INTO thesis VALUES (1)", NULL), RC_OK);
    db_close(db);
    place_begin(&p, f->path);
    wait_for_state(&p, STORE_FAILED);
    assert_non_null(strstr(place_status(&p).text, "another program"));
    place_end(&p);
    assert_int_equal(file_number(f->path, "SELECT count(*) FROM sqlite_schema"), 1);
    assert_int_equal(files_called(f, "corrupt"), 0);
}

static off_t size_of(const char *path)
{
    struct stat st;

    assert_int_equal(stat(path, &st), 0);
    return st.st_size;
}

static void test_cut_off(void **state)
{
    struct fixture *f = *state;

    make_history(f);
    off_t size = size_of(f->path);
    static const double parts[] = {0.001, 0.02, 0.3, 0.5, 0.9, 0.999};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        make_history(f);
        assert_int_equal(truncate(f->path, (off_t)((double)size * parts[i])), 0);
        works_all_the_same(f);
    }
}

static uint64_t random_state = 42;
static uint64_t next_random(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state;
}

static void flip_bytes(const char *path, int count)
{
    off_t size = size_of(path);
    int fd = open(path, O_RDWR);

    assert_true(fd >= 0);
    for (int i = 0; i < count; i++) {
        unsigned char byte = (unsigned char)next_random();
        off_t at = (off_t)(next_random() % (uint64_t)(i % 2 ? size : size < 8192 ? size : 8192));
        assert_int_equal(pwrite(fd, &byte, 1, at), 1);
    }
    close(fd);
}

/* Whatever bytes are wrong: no crash, and in the end a file that is sound. */
static void test_wrong_bytes(void **state)
{
    struct fixture *f = *state;
    char *good = xasprintf("%s/good", f->folder), *copy;
    int aside = 0, rounds = is_long() ? 1000 : 60;

    make_history(f);
    copy = xasprintf("cp '%s' '%s'", f->path, good);
    assert_int_equal(system(copy), 0);
    free(copy);
    copy = xasprintf("cp '%s' '%s'; rm -f '%s'.corrupt-*", good, f->path, f->path);
    for (int i = 0; i < rounds; i++) {
        assert_int_equal(system(copy), 0);
        flip_bytes(f->path, 1 + i % 40);
        works_all_the_same(f);
        aside += files_called(f, "corrupt") > 0;
    }
    print_message("%d damaged files, %d of them set aside\n", rounds, aside);
    assert_true(aside > rounds / 10);
    free(copy);
    free(good);
}

static void sql(const char *path, const char *text)
{
    struct db *db;
    struct err e = {0};

    if (db_open(path, DB_WRITE, 2000, &db, &e) != RC_OK || db_exec(db, text, &e) != RC_OK)
        fail_msg("%s: %s", text, e.msg);
    db_close(db);
}

/* The first pages of the interruptions and of their index. */
static void spoil_pages(const char *path)
{
    static char garbage[4096];
    int64_t pages[2] = {
        file_number(path, "SELECT rootpage FROM sqlite_schema WHERE name = 'interruption'"),
        file_number(path, "SELECT rootpage FROM sqlite_schema WHERE name = 'interruption_rev'")};
    int fd = open(path, O_WRONLY);

    assert_int_equal(file_number(path, "PRAGMA page_size"), sizeof garbage);
    memset(garbage, 'x', sizeof garbage);
    for (int i = 0; i < 2; i++)
        assert_int_equal(pwrite(fd, garbage, sizeof garbage, (pages[i] - 1) * 4096), 4096);
    close(fd);
}

/* What is on the screen is in the new file: nothing is lost by the damage but what was older. */
static void test_damage_while_running(void **state)
{
    struct fixture *f = *state;
    struct place p;

    place_begin(&p, f->path);
    tell_rows(&p, 1, ROWS);
    place_passes(&p, 3);
    sql(f->path, "PRAGMA wal_checkpoint(TRUNCATE)");
    spoil_pages(f->path);
    sql(f->path, "UPDATE meta SET value = value + 1 WHERE key = 'rev'"); /* so that it is read */
    for (int i = 0; i < 4000 && files_called(f, "corrupt") == 0; i++)
        usleep(20000);
    assert_true(files_called(f, "corrupt") > 0);
    for (int i = 0; i < 4000 && place_status(&p).rows < 2 * ROWS; i++)
        usleep(20000);
    wait_for_state(&p, STORE_WRITING);
    place_end(&p);
    is_healthy(f->path);
    assert_int_equal(file_number(f->path, "SELECT count(*) FROM interruption"), ROWS);
}

static void test_old_ones_are_forgotten(void **state)
{
    struct fixture *f = *state;

    for (int i = 0; i < 6; i++) {
        char *old = xasprintf("%s.corrupt-2026010%dT000000Z", f->path, i);
        write_file(old, "x", 1);
        free(old);
    }
    write_file(f->path, "this is no database, but long enough to be read as one of them", 62);
    works_all_the_same(f);
    assert_int_equal(files_called(f, "corrupt-"), 3);
    assert_int_equal(files_called(f, "corrupt-20260105"), 1);
}

/* ---- in a process of its own ---- */

/* Runs it in a child, whose limits and end are its own; its exit status, or 128 + signal. */
static int in_child(void (*body)(const struct fixture *f), const struct fixture *f)
{
    int status;
    pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid == 0) {
        body(f);
        _exit(0);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void need(bool holds, int line)
{
    if (!holds) {
        fprintf(stderr, "line %d: does not hold\n", line);
        _exit(1);
    }
}
#define NEED(holds) need(holds, __LINE__)

static void fill_the_disk(const struct fixture *f)
{
    struct rlimit limit = {300 << 10, 16 << 20};
    struct place p;

    signal(SIGXFSZ, SIG_IGN);
    place_make(&p);
    NEED(setrlimit(RLIMIT_FSIZE, &limit) == 0);
    struct store_options o = place_options(&p, f->path);
    place_open_with(&p, &o);
    for (int i = 0; i < 20; i++)
        tell_rows(&p, i * 500, 500);
    for (int i = 0; i < 5000 && place_status(&p).state != STORE_FAILED; i++)
        usleep(10000);
    NEED(place_status(&p).state == STORE_FAILED);
    NEED(rows_shown(&p) == 10000); /* the screen goes on */
    struct annotation a = {
        .entity = ENTITY_INTERRUPTION, .kind = ANNOTATE_ACK, .at = clock_wall(), .by = "wang"};
    (void)snprintf(a.id, sizeof a.id, "7@1700000000");
    store_annotate(p.store, &a); /* kept until there is room */
    /* Room again: all is written. */
    limit.rlim_cur = limit.rlim_max;
    NEED(setrlimit(RLIMIT_FSIZE, &limit) == 0);
    for (int i = 0; i < 20000 && place_status(&p).rows < 10000; i++)
        usleep(10000);
    NEED(place_status(&p).rows >= 10000);
    for (int i = 0; i < 5000 && place_status(&p).state != STORE_WRITING; i++)
        usleep(10000);
    NEED(place_status(&p).state == STORE_WRITING);
    place_end(&p);
}

static void test_a_full_disk(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(in_child(fill_the_disk, f), 0);
    is_healthy(f->path);
    assert_int_equal(file_number(f->path, "SELECT count(*) FROM interruption"), 10000);
    assert_int_equal(
        file_number(f->path, "SELECT count(*) FROM interruption WHERE acknowledged_by = 'wang'"),
        1);
    assert_int_equal(files_called(f, "corrupt"), 0);
}

static void no_room_at_all(const struct fixture *f)
{
    struct rlimit limit = {0, 0};
    struct place p;

    signal(SIGXFSZ, SIG_IGN);
    place_make(&p);
    NEED(setrlimit(RLIMIT_FSIZE, &limit) == 0);
    struct store_options o = place_options(&p, f->path);
    place_open_with(&p, &o);
    tell_rows(&p, 1, 5);
    for (int i = 0; i < 5000 && place_status(&p).state != STORE_FAILED; i++)
        usleep(10000);
    NEED(place_status(&p).state == STORE_FAILED);
    NEED(rows_shown(&p) >= 5);
    place_end(&p);
}

static void test_no_room_at_all(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(in_child(no_room_at_all, f), 0);
    works_all_the_same(f);
}

/* What is there is read even where nothing can be written. */
static void no_room_for_more(const struct fixture *f)
{
    struct rlimit limit = {0, 0};
    struct place p;

    signal(SIGXFSZ, SIG_IGN);
    place_make(&p);
    NEED(setrlimit(RLIMIT_FSIZE, &limit) == 0);
    struct store_options o = place_options(&p, f->path);
    o.once = true;
    place_open_with(&p, &o);
    NEED(store_stop(p.store, 60000));
    store_free(p.store);
    p.store = NULL;
    place_end(&p);
}

static void test_a_one_shot_on_a_full_disk(void **state)
{
    struct fixture *f = *state;

    make_history(f);
    assert_int_equal(in_child(no_room_for_more, f), 0);
    works_all_the_same(f);
}

/* As a user who may read the file, and no more. */
static void become_a_reader(const struct fixture *f)
{
    if (geteuid() == 0)
        NEED(setgid(65534) == 0 && setuid(65534) == 0);
    NEED(access(f->path, W_OK) != 0);
}

static void only_read(const struct fixture *f)
{
    struct place p;

    become_a_reader(f);
    place_begin(&p, f->path);
    NEED(rows_shown(&p) == ROWS);
    NEED(place_status(&p).state == STORE_FAILED);
    NEED(strstr(place_status(&p).text, "not written") != NULL);
    place_end(&p);
}

static void test_a_file_that_can_only_be_read(void **state)
{
    struct fixture *f = *state;

    if (in_child(make_history, f) != 0)
        fail();
    assert_int_equal(chmod(f->path, 0444), 0);
    assert_int_equal(chmod(f->folder, 0555), 0);
    assert_int_equal(in_child(only_read, f), 0);
}

/* Another user's collector writes it: it is read, and that is no trouble. */
static void read_what_others_write(const struct fixture *f)
{
    struct place p;

    become_a_reader(f);
    place_make(&p);
    struct store_options o = place_options(&p, f->path);
    place_open_with(&p, &o);
    for (int i = 0; i < 15000 && rows_shown(&p) < ROWS + 7; i++)
        usleep(10000);
    NEED(rows_shown(&p) == ROWS + 7);
    NEED(place_status(&p).state == STORE_READING);
    NEED(strstr(place_status(&p).text, "can only be read") != NULL);
    place_end(&p);
}

static void test_a_writer_of_another_user(void **state)
{
    struct fixture *f = *state;
    char *lock = xasprintf("%s.lock", f->path);
    struct place p;
    int status, ready[2];
    char byte = 0;

    if (geteuid() != 0)
        skip();
    if (in_child(make_history, f) != 0)
        fail();
    assert_int_equal(chmod(f->path, 0644), 0);
    assert_int_equal(chmod(f->folder, 0755), 0);
    assert_int_equal(chmod(lock, 0644), 0);
    assert_int_equal(pipe(ready), 0);
    pid_t pid = fork();
    if (pid == 0) {
        NEED(read(ready[0], &byte, 1) == 1);
        read_what_others_write(f);
        _exit(0);
    }
    place_begin(&p, f->path);
    assert_int_equal(chmod(lock, 0644), 0);
    assert_int_equal(write(ready[1], &byte, 1), 1);
    usleep(200000); /* so that it has most likely begun to read */
    tell_rows(&p, 9000, 7);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    place_end(&p);
    close(ready[0]);
    close(ready[1]);
    free(lock);
}

/* Writes and writes, and is killed in the midst of it. Each row and each line of the journal has its number, so that
 * what is missing shows. */
static void write_for_ever(const struct fixture *f)
{
    static const struct journal_who who = {.uid = 1, .user = "wang"};
    char *audit = xasprintf("%s/audit.jsonl", f->folder);
    struct action_order *o = order_new(action_verb_DRAIN, 0);
    struct journal *j = NULL;
    struct place p;

    NEED(journal_open(audit, &who, &j, NULL) == RC_OK);
    (void)snprintf(o->op, sizeof o->op, "op");
    (void)snprintf(o->center_id, sizeof o->center_id, "tianjin");
    o->targets = xcalloc(1, sizeof(*o->targets));
    o->count = 1;
    (void)snprintf(o->targets[0].name, sizeof o->targets[0].name, "cn1");
    place_make(&p);
    struct store_options options = place_options(&p, f->path);
    options.pass_ms = 1;
    p.store = store_new(&options);
    NEED(store_start(p.store, NULL) == RC_OK);
    for (int i = 0;; i++) {
        tell_rows(&p, i % 5000, 20);
        struct annotation a = {
            .entity = ENTITY_INTERRUPTION, .kind = ANNOTATE_ACK, .at = clock_wall(), .by = "w"};
        (void)snprintf(a.id, sizeof a.id, "%d@1700000000", i % 5000);
        store_annotate(p.store, &a);
        (void)journal_intent(j, o, 0, "idle", "POST", clock_wall(), NULL);
    }
}

/* most_us: the latest moment. */
static void kill_one(const struct fixture *f, uint64_t most_us)
{
    int status;
    pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid == 0) {
        write_for_ever(f);
        _exit(1);
    }
    usleep((useconds_t)(1000 + next_random() % most_us));
    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status));
}

static void test_kill_at_any_moment(void **state)
{
    struct fixture *f = *state;
    char *audit = xasprintf("%s/audit.jsonl", f->folder);
    int kills = is_long() ? 1000 : 200;
    int64_t rows = 0;

    for (int i = 0; i < kills; i++) {
        struct journal_verdict v;
        struct err e = {0};
        /* A slow machine (a sanitizer, a disk) must get as far as rows. */
        kill_one(f, 90000 + (rows == 0 ? (uint64_t)(i * i) * 100 : 0));
        if (access(f->path, F_OK) == 0 && size_of(f->path) > 0) {
            is_healthy(f->path);
            int64_t now =
                file_number(f->path,
                            "SELECT count(*) FROM sqlite_schema WHERE name = 'interruption'")
                    ? file_number(f->path, "SELECT count(*) FROM interruption")
                    : 0;
            if (now < rows)
                fail_msg("kill %d: %lld rows, there were %lld", i, (long long)now, (long long)rows);
            rows = now;
        }
        if (access(audit, F_OK) == 0 && journal_verify(audit, &v, &e) != RC_OK)
            fail_msg("%s: %s", e.where, e.msg);
    }
    print_message("%d kills, %lld rows\n", kills, (long long)rows);
    assert_true(rows > 0);
    assert_int_equal(files_called(f, "corrupt"), 0);
    works_all_the_same(f);
    free(audit);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        /* Those that fork come first: no thread was ever started here. */
        cmocka_unit_test_setup_teardown(test_kill_at_any_moment, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_full_disk, setup, teardown),
        cmocka_unit_test_setup_teardown(test_no_room_at_all, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_one_shot_on_a_full_disk, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_file_that_can_only_be_read, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_writer_of_another_user, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_header_that_forbids, setup, teardown),
        cmocka_unit_test_setup_teardown(test_an_empty_file, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_text_file, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_directory, setup, teardown),
        cmocka_unit_test_setup_teardown(test_no_folder_can_be_made, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_foreign_database, setup, teardown),
        cmocka_unit_test_setup_teardown(test_cut_off, setup, teardown),
        cmocka_unit_test_setup_teardown(test_wrong_bytes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_damage_while_running, setup, teardown),
        cmocka_unit_test_setup_teardown(test_old_ones_are_forgotten, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
