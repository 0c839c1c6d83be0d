/* SPDX-License-Identifier: MIT
 * test_action_journal_faults.c - each call under the journal fails once, in turn: then nothing may be sent, what was written
 * before still holds, and the next record goes on. Linked with --wrap of those calls, see action.mk. */
#include "action/journal.h"
#include "base/xmem.h"
#include "tests/unit/unit.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define NOW 1795348862345

enum call {
    CALL_OPEN,
    CALL_FSTAT,
    CALL_FLOCK,
    CALL_PREAD,
    CALL_READ,
    CALL_WRITE,
    CALL_FSYNC,
    CALLS
};
enum how { FAILS, INTERRUPTED, SHORT, FULL_AFTER };

static struct {
    enum call call;
    enum how how;
    int countdown; /* 0 = nothing fails any more */
    bool hit;
} fault;

static bool truncate_fails;

/* Is this the call that fails? */
static bool strikes(enum call call)
{
    if (fault.call != call || fault.countdown == 0 || --fault.countdown > 0)
        return false;
    fault.hit = true;
    return true;
}

static int fails(int why)
{
    errno = why;
    return -1;
}

int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...)
{
    return strikes(CALL_OPEN) ? fails(EMFILE) : __real_open(path, flags, 0600);
}

int __real_fstat(int fd, struct stat *st);
int __wrap_fstat(int fd, struct stat *st);
int __wrap_fstat(int fd, struct stat *st)
{
    return strikes(CALL_FSTAT) ? fails(EIO) : __real_fstat(fd, st);
}

int __real_flock(int fd, int how);
int __wrap_flock(int fd, int how);
int __wrap_flock(int fd, int how)
{
    return strikes(CALL_FLOCK) ? fails(fault.how == INTERRUPTED ? EINTR : ENOLCK)
                               : __real_flock(fd, how);
}

ssize_t __real_pread(int fd, void *to, size_t n, off_t at);
ssize_t __wrap_pread(int fd, void *to, size_t n, off_t at);
ssize_t __wrap_pread(int fd, void *to, size_t n, off_t at)
{
    if (!strikes(CALL_PREAD))
        return __real_pread(fd, to, n, at);
    if (fault.how == SHORT)
        return __real_pread(fd, to, n > 1 ? n / 2 : n, at);
    return fault.how == FULL_AFTER ? 0 : fails(fault.how == INTERRUPTED ? EINTR : EIO);
}

ssize_t __real_read(int fd, void *to, size_t n);
ssize_t __wrap_read(int fd, void *to, size_t n);
ssize_t __wrap_read(int fd, void *to, size_t n)
{
    return strikes(CALL_READ) ? fails(fault.how == INTERRUPTED ? EINTR : EIO)
                              : __real_read(fd, to, n);
}

ssize_t __real_write(int fd, const void *from, size_t n);
ssize_t __wrap_write(int fd, const void *from, size_t n);
ssize_t __wrap_write(int fd, const void *from, size_t n)
{
    if (!strikes(CALL_WRITE))
        return __real_write(fd, from, n);
    if (fault.how == INTERRUPTED)
        return fails(EINTR);
    if (fault.how == FAILS)
        return fails(ENOSPC);
    if (fault.how == FULL_AFTER) { /* half of it, and no room for the rest */
        fault.how = FAILS;
        fault.countdown = 1;
    }
    return __real_write(fd, from, n / 2);
}

int __real_fsync(int fd);
int __wrap_fsync(int fd);
int __wrap_fsync(int fd)
{
    return strikes(CALL_FSYNC) ? fails(EIO) : __real_fsync(fd);
}

int __real_ftruncate(int fd, off_t size);
int __wrap_ftruncate(int fd, off_t size);
int __wrap_ftruncate(int fd, off_t size)
{
    return truncate_fails ? fails(EIO) : __real_ftruncate(fd, size);
}

/* ---- */

static char folder[64], path[96];

static int setup(void **state)
{
    (void)state;
    fault.call = CALLS;
    snprintf(folder, sizeof(folder), "/tmp/suantop-faults-XXXXXX");
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof(path), "%s/new/audit.jsonl", folder);
    return 0;
}

static int teardown(void **state)
{
    char command[96];

    (void)state;
    snprintf(command, sizeof(command), "rm -rf '%s'", folder);
    return system(command);
}

static struct action_order *order(void)
{
    struct action_order *o = order_new(action_verb_DRAIN, 0);

    order_stamp(o, NOW, 1);
    o->targets = xcalloc(1, sizeof(*o->targets));
    o->count = 1;
    snprintf(o->targets[0].name, TARGET_NAME_MAX, "cn1");
    o->targets[0].entity = ENTITY_NODE;
    return o;
}

/* Opens, and writes an intent. */
static enum rc act(struct err *e)
{
    struct journal_who who = {.uid = 1};
    struct action_order *o = order();
    struct journal *j = NULL;
    enum rc rc = journal_open(path, &who, &j, e);

    if (rc == RC_OK)
        rc = journal_intent(j, o, 0, "idle", "x", NOW, e);
    journal_close(j);
    order_free(o);
    return rc;
}

static uint64_t intents(void)
{
    struct journal_verdict v;
    struct err e = {0};

    enum rc rc = journal_verify(path, &v, &e);
    if (rc != RC_OK && rc != RC_IO)
        fail_msg("%s", e.msg);
    return rc == RC_OK ? v.intents : 0;
}

/* Until the call is not made so often. fine: the fault is no failure. */
static void strike(enum call call, enum how how, bool fine)
{
    for (int n = 1;; n++) {
        uint64_t before = intents();
        struct err e = {0};
        fault.call = call;
        fault.how = how;
        fault.countdown = n;
        fault.hit = false;
        enum rc rc = act(&e);
        fault.countdown = 0;
        fault.call = CALLS;
        if (fault.hit && !fine && (rc == RC_OK || !e.msg[0]))
            fail_msg("call %d, the %d. time: nobody noticed", (int)call, n);
        if ((!fault.hit || fine) && rc != RC_OK)
            fail_msg("call %d, the %d. time: %s", (int)call, n, e.msg);
        assert_in_range(intents(), before + (rc == RC_OK), before + 1);
        assert_int_equal(act(NULL), RC_OK);
        if (!fault.hit) {
            assert_true(n > 1); /* it is made at all */
            return;
        }
    }
}

static void test_faults(void **state)
{
    (void)state;
    for (int existing = 0; existing < 2; existing++) {
        strike(CALL_OPEN, FAILS, false);
        strike(CALL_FSTAT, FAILS, false);
        strike(CALL_FLOCK, FAILS, false);
        strike(CALL_FLOCK, INTERRUPTED, true);
        strike(CALL_PREAD, FAILS, false);
        strike(CALL_PREAD, INTERRUPTED, true);
        strike(CALL_PREAD, SHORT, true);
        strike(CALL_PREAD, FULL_AFTER, false); /* cut while it was read */
        strike(CALL_WRITE, FAILS, false);
        strike(CALL_WRITE, INTERRUPTED, true);
        strike(CALL_WRITE, SHORT, true);
        strike(CALL_FSYNC, FAILS, false);
    }
}

/* The folder was made, but is it on the disk? */
static void test_new_folder(void **state)
{
    (void)state;
    fault.call = CALL_FSYNC;
    fault.countdown = 1;
    assert_int_equal(act(NULL), RC_IO);
    assert_int_equal(act(NULL), RC_OK);
}

/* Half a line is on the disk and then there is no room: it is taken back; if not even that works, the next writer
 * closes it. */
static void test_half_a_line(void **state)
{
    struct journal_verdict v;
    struct err e = {0};

    (void)state;
    for (int stays = 0; stays < 2; stays++) {
        assert_int_equal(act(NULL), RC_OK);
        fault.call = CALL_WRITE;
        fault.how = FULL_AFTER;
        fault.countdown = 1;
        truncate_fails = stays;
        assert_int_equal(act(&e), RC_IO);
        assert_int_equal(!strstr(e.msg, "half a line"), !stays);
        fault.call = CALLS;
        truncate_fails = false;
        assert_int_equal(journal_verify(path, &v, NULL), RC_OK);
        assert_int_equal(v.torn_tail, stays);
        assert_int_equal(act(NULL), RC_OK);
        assert_int_equal(journal_verify(path, &v, NULL), RC_OK);
        assert_int_equal(v.torn, stays);
    }
}

static void nothing(void *arg, const struct journal_line *line)
{
    (void)line;
    ++*(int *)arg;
}

static void test_reading(void **state)
{
    struct journal_verdict v;
    size_t unreadable;
    int lines = 0;

    (void)state;
    assert_int_equal(act(NULL), RC_OK);
    static const enum call calls[] = {CALL_OPEN, CALL_FSTAT, CALL_FLOCK, CALL_READ};
    for (size_t i = 0; i < ARRAY_LEN(calls); i++) {
        fault.call = calls[i];
        fault.how = FAILS;
        fault.countdown = 1;
        assert_int_equal(journal_verify(path, &v, NULL), RC_IO);
        fault.countdown = 1;
        assert_int_equal(journal_read(path, 3, nothing, &lines, &unreadable, NULL), RC_IO);
    }
    fault.call = CALL_PREAD;
    for (int how = FAILS; how <= SHORT; how += SHORT) {
        fault.how = (enum how)how;
        fault.countdown = 1;
        assert_int_equal(journal_read(path, 3, nothing, &lines, &unreadable, NULL), RC_IO);
    }
    assert_int_equal(lines, 0);
    fault.call = CALL_READ;
    fault.how = INTERRUPTED;
    fault.countdown = 1;
    assert_int_equal(journal_read(path, 3, nothing, &lines, &unreadable, NULL), RC_OK);
    assert_int_equal(lines, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {TEST(test_faults), TEST(test_new_folder),
                                       TEST(test_half_a_line), TEST(test_reading)};
    return cmocka_run_group_tests_name("journal faults", tests, NULL, NULL);
}
