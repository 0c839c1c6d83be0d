/* SPDX-License-Identifier: MIT
 * test_action_journal.c - the audit: its chain, crashes, tampering, full disks, and who may write it. */
#include "action/digest.h"
#include "action/journal.h"
#include "base/xmem.h"
#include "tests/unit/unit.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOW 1795348862345 /* 2026-11-22T12:01:02.345Z */

static char folder[] = "/tmp/suantop-journal-XXXXXX";
static char path[64];

static const struct journal_who who = {.uid = 1000,
                                       .user = "li",
                                       .sudo_user = "zhao",
                                       .tty = "pts/3",
                                       .ssh_client = "10.0.0.7",
                                       .host = "ops1",
                                       .version = "1.2"};

static struct action_order *order(void)
{
    struct action_order *o = order_new(action_verb_DRAIN, 0);

    order_stamp(o, NOW, 0x4f2a);
    snprintf(o->center_id, sizeof(o->center_id), "tianjin");
    snprintf(o->cluster, sizeof(o->cluster), "mini");
    snprintf(o->actor, sizeof(o->actor), "li");
    snprintf(o->actor_from, sizeof(o->actor_from), "10.0.0.7");
    assert_int_equal(order_set_reason(o, "fan \"B\"\\", NULL), RC_OK);
    assert_int_equal(order_set_ticket(o, "OPS-7", NULL), RC_OK);
    o->count = 2;
    o->targets = xcalloc(2, sizeof(*o->targets));
    snprintf(o->targets[0].name, TARGET_NAME_MAX, "cn001");
    snprintf(o->targets[1].name, TARGET_NAME_MAX, "cn\x1b[2J\xff\xe7\xae\x97\xf0\x9f\x98\x80");
    o->targets[0].entity = o->targets[1].entity = ENTITY_NODE;
    return o;
}

static int setup(void **state)
{
    (void)state;
    snprintf(folder, sizeof(folder), "/tmp/suantop-journal-XXXXXX");
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof(path), "%s/audit.jsonl", folder);
    return 0;
}

static int teardown(void **state)
{
    char command[96];

    (void)state;
    snprintf(command, sizeof(command), "rm -rf '%s'", folder);
    return system(command);
}

static struct journal *opened(void)
{
    struct err e = {0};
    struct journal *j = NULL;

    if (journal_open(path, &who, &j, &e) != RC_OK)
        fail_msg("%s: %s", e.where, e.msg);
    return j;
}

/* A whole action on target i. */
static void act(struct journal *j, const struct action_order *o, size_t i, wall_ms at)
{
    assert_int_equal(journal_intent(j, o, i, "idle", "POST /slurm/v0.0.45/node/cn001", at, NULL),
                     RC_OK);
    assert_int_equal(journal_outcome(j, o, i, action_state_ACCEPTED, 200, 17, "", at + 17, NULL),
                     RC_OK);
    assert_int_equal(journal_seen(j, o, i, "idle+drain", at + 20, NULL), RC_OK);
}

static void write_some(int actions)
{
    struct journal *j = opened();
    struct action_order *o = order();

    for (int i = 0; i < actions; i++)
        act(j, o, 0, NOW + i * 1000);
    order_free(o);
    journal_close(j);
}

static char *contents(size_t *len)
{
    FILE *f = fopen(path, "rb");
    char *data = malloc(1 << 20);

    assert_non_null(f);
    assert_non_null(data);
    *len = fread(data, 1, (1 << 20) - 1, f);
    data[*len] = '\0';
    fclose(f);
    return data;
}

static void put_contents(const char *data, size_t len)
{
    FILE *f = fopen(path, "wb");

    assert_non_null(f);
    assert_int_equal(fwrite(data, 1, len, f), len);
    assert_int_equal(fclose(f), 0);
}

static void append(const char *text)
{
    FILE *f = fopen(path, "ab");

    assert_non_null(f);
    fputs(text, f);
    assert_int_equal(fclose(f), 0);
}

static enum rc verify(struct journal_verdict *v)
{
    return journal_verify(path, v, NULL);
}

/* ---- writing and reading ---- */

struct seen {
    int count;
    struct journal_line last;
    char target[64], before[64], reason[128], request[64], at[32], kinds[256];
};

static void note_line(void *arg, const struct journal_line *l)
{
    struct seen *s = arg;
    size_t used = strlen(s->kinds);

    s->count++;
    s->last = *l;
    snprintf(s->target, sizeof(s->target), "%s", l->target);
    snprintf(s->kinds + used, sizeof(s->kinds) - used, "%c", l->kind[0]);
    if (strcmp(l->kind, "intent") != 0)
        return;
    snprintf(s->before, sizeof(s->before), "%s", l->before);
    snprintf(s->reason, sizeof(s->reason), "%s", l->reason);
    snprintf(s->request, sizeof(s->request), "%s", l->request);
    assert_string_equal(l->op, "20261122T120102Z-00004f2a");
    assert_string_equal(l->verb, "drain");
    assert_string_equal(l->center, "tianjin");
    assert_string_equal(l->cluster, "mini");
    assert_string_equal(l->target_kind, "node");
    assert_string_equal(l->ticket, "OPS-7");
    assert_string_equal(l->actor, "li");
    assert_string_equal(l->actor_from, "10.0.0.7");
    assert_int_equal(l->status, -1);
    assert_int_equal(l->latency_ms, -1);
}

static struct seen read_back(size_t most, size_t *unreadable)
{
    struct seen s = {0};

    assert_int_equal(journal_read(path, most, note_line, &s, unreadable, NULL), RC_OK);
    return s;
}

static void test_round_trip(void **state)
{
    struct journal *j = opened();
    struct action_order *o = order();
    size_t unreadable;

    (void)state;
    act(j, o, 0, NOW);
    struct seen s = read_back(0, &unreadable);
    assert_int_equal(s.count, 3);
    assert_int_equal(unreadable, 0);
    assert_string_equal(s.kinds, "ios");
    assert_string_equal(s.target, "cn001");
    assert_string_equal(s.before, "idle");
    assert_string_equal(s.reason, "suantop:OPS-7 li fan \"B\"\\");
    assert_string_equal(s.request, "POST /slurm/v0.0.45/node/cn001");
    assert_int_equal(s.last.n, 3);
    assert_int_equal(s.last.at, NOW + 20);
    assert_string_equal(journal_path(j), path);
    order_free(o);
    journal_close(j);
}

/* Names are kept but for what is no UTF-8, and no byte of the file can move a terminal. */
static void test_hostile_names(void **state)
{
    struct journal *j = opened();
    struct action_order *o = order();
    size_t unreadable, len;

    (void)state;
    act(j, o, 1, NOW);
    char *data = contents(&len);
    for (size_t i = 0; i < len; i++)
        assert_true(data[i] == '\n' || (data[i] >= ' ' && data[i] <= '~'));
    free(data);
    struct seen s = read_back(0, &unreadable);
    assert_int_equal(unreadable, 0);
    assert_string_equal(s.target, "cn\x1b[2J\xef\xbf\xbd\xe7\xae\x97\xf0\x9f\x98\x80");
    order_free(o);
    journal_close(j);
}

static void test_outcome(void **state)
{
    struct journal *j = opened();
    struct action_order *o = order();
    size_t unreadable;

    (void)state;
    assert_int_equal(journal_outcome(j, o, 1, action_state_FAILED, 422, 9, "no right", NOW, NULL),
                     RC_OK);
    struct seen s = read_back(0, &unreadable);
    assert_int_equal(s.last.status, 422);
    assert_int_equal(s.last.latency_ms, 9);
    assert_int_equal(s.last.seq, 1);
    order_free(o);
    journal_close(j);
}

/* What was asked for besides the verb is part of the record. */
static void test_flags(void **state)
{
    struct journal *j = opened();
    struct action_order *o = order();
    size_t len;

    (void)state;
    o->mass = o->hold_after = true;
    o->at = 0; /* nobody stamped it */
    assert_int_equal(journal_intent(j, o, 0, "idle", "x", NOW, NULL), RC_OK);
    char *data = contents(&len);
    assert_non_null(
        strstr(data, ",\"mass\":1,\"hold_after\":1,\"planned_at\":\"1970-01-01T00:00:01.000Z\""));
    assert_non_null(
        strstr(data, "\"uid\":1000,\"user\":\"li\",\"sudo_user\":\"zhao\",\"tty\":\"pts/3\""));
    free(data);
    order_free(o);
    journal_close(j);
}

static void test_newest(void **state)
{
    size_t unreadable;

    (void)state;
    write_some(100); /* 300 lines, more than a block */
    struct seen all = read_back(0, &unreadable);
    assert_int_equal(all.count, 300);
    for (size_t most = 1; most < 330; most += 13) {
        struct seen s = read_back(most, &unreadable);
        assert_int_equal(s.count, most < 300 ? most : 300);
        assert_int_equal(s.last.n, 300);
    }
}

/* What nobody writes: other members are passed over, everything else is no record. */
static void test_strict_lines(void **state)
{
    static const char *const lines[] = {
        "",
        "{}",
        "[]",
        "null",
        "{\"v\":1}",
        "hello",
        "{\"v\":1,\"n\":1,\"at\":\"x\",\"kind\":\"note\"}",
        "{\"v\":1,\"v\":1}",
        "{\"v\":01,",
        "{\"v\":-}",
        "{\"v\":1 }",
        "{\"op\":\"\\u0000\"}",
        "{\"op\":\"\\ud800\"}",
        "{\"op\":\"\\ud800\\u0041\"}",
        "{\"op\":\"\\udc00\"}",
        "{\"op\":\"\\x\"}",
        "{\"op\":\"\\u12g4\"}",
        "{\"op\":\"\\u12",
        "{\"op\":\"\\",
        "{\"op\":\"",
        "{\"op\":",
        "{\"op\"",
        "{\"op",
        "{\"op\":true}",
        "{\"op\":nul}",
        "{\"n\":\"1\"}",
        "{\"op\":1}",
        "{\"op\":\"\x7f\"}",
        "{\"op\":\"\t\"}",
        "{\"n\":1234567890123456789}",
        "{\"v\":1,}",
        "{\"v\":1}}",
        "{\"new\":[]}",
        "{\"op\":\"\\ud800\\ue000\"}",
        "{\"op\":\"\\ud800\\u12\"}",
        "{\"op\":\"\\ud800\\n\"}",
        "{\"op\":\"\\u00AF\"}",
        "{\"new\":null,\"v\":2}",
    };
    size_t unreadable;

    (void)state;
    write_some(1);
    for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
        append(lines[i]);
        append("\n");
    }
    struct seen s = read_back(0, &unreadable);
    assert_int_equal(s.count, 3);
    assert_int_equal(unreadable, ARRAY_LEN(lines));
}

/* ---- the chain ---- */

static void test_chain(void **state)
{
    struct journal_verdict v;

    (void)state;
    write_some(2);
    write_some(1); /* another program goes on with it */
    assert_int_equal(verify(&v), RC_OK);
    assert_int_equal(v.lines, 9);
    assert_int_equal(v.intents, 3);
    assert_int_equal(v.outcomes, 3);
    assert_int_equal(v.open_intents, 0);
    assert_false(v.torn_tail);
    assert_int_equal(v.torn, 0);
    assert_int_equal(v.bad_line, 0);
}

static void test_open_intent(void **state)
{
    struct journal *j = opened();
    struct action_order *o = order();
    struct journal_verdict v;

    (void)state;
    assert_int_equal(journal_intent(j, o, 0, "idle", "x", NOW, NULL), RC_OK);
    assert_int_equal(journal_intent(j, o, 1, "idle", "x", NOW, NULL), RC_OK);
    assert_int_equal(journal_outcome(j, o, 1, action_state_UNKNOWN, -1, -1, "", NOW, NULL), RC_OK);
    assert_int_equal(verify(&v), RC_OK);
    assert_int_equal(v.open_intents, 1);
    order_free(o);
    journal_close(j);
}

static void test_empty(void **state)
{
    struct journal_verdict v;

    (void)state;
    assert_int_equal(verify(&v), RC_IO); /* not there */
    journal_close(opened());
    assert_int_equal(verify(&v), RC_OK);
    assert_int_equal(v.lines, 0);
}

/* Whatever byte is changed: it is told, as a wrong line or (the very end) as a cut. */
static void test_every_byte(void **state)
{
    struct journal_verdict v;
    size_t len;

    (void)state;
    write_some(2);
    char *data = contents(&len);
    for (size_t i = 0; i < len; i++)
        for (int bit = 0; bit < 8; bit += 3) {
            data[i] = (char)(data[i] ^ 1 << bit);
            put_contents(data, len);
            if (verify(&v) == RC_OK && !v.torn_tail)
                fail_msg("byte %zu bit %d was changed and not found", i, bit);
            data[i] = (char)(data[i] ^ 1 << bit);
        }
    free(data);
}

static size_t line_start(const char *data, int line)
{
    const char *p = data;

    while (--line > 0)
        p = strchr(p, '\n') + 1;
    return (size_t)(p - data);
}

static void test_lines_moved(void **state)
{
    struct journal_verdict v;
    size_t len;

    (void)state;
    write_some(2);
    char *data = contents(&len);
    size_t two = line_start(data, 2), three = line_start(data, 3);
    char *less = malloc(2 * len);
    assert_non_null(less);

    memcpy(less, data, two); /* without the second */
    memcpy(less + two, data + three, len - three);
    put_contents(less, len - (three - two));
    assert_int_equal(verify(&v), RC_SCHEMA);
    assert_int_equal(v.bad_line, 2);

    memcpy(less, data, three); /* the second twice */
    memcpy(less + three, data + two, len - two);
    put_contents(less, len + (three - two));
    assert_int_equal(verify(&v), RC_SCHEMA);
    assert_int_equal(v.bad_line, 3);

    put_contents(data + two, len - two); /* without its beginning */
    assert_int_equal(verify(&v), RC_SCHEMA);
    assert_int_equal(v.bad_line, 1);
    free(less);
    free(data);
}

/* Gives line `number` of data a hash that is that of its text. */
static void hash_again(char *data, int number)
{
    char *line = data + line_start(data, number), *hash = strstr(line, ",\"hash\":\"");
    struct digest *d = digest_new();
    char hex[DIGEST_HEX + 1];

    digest_begin(d);
    digest_add(d, line, (size_t)(hash - line));
    digest_add(d, "}", 1);
    assert_true(digest_end(d, hex));
    memcpy(hash + 9, hex, DIGEST_HEX);
    digest_free(d);
}

/* Who changes a line can make its hash anew: then the next line does not follow it, or its number is not the next. */
static void test_forged_lines(void **state)
{
    struct journal_verdict v;
    size_t len;

    (void)state;
    write_some(2);
    char *data = contents(&len);
    char *at = strstr(data + line_start(data, 2), "accepted");
    memcpy(at, "unknown_", 8);
    hash_again(data, 2);
    put_contents(data, len);
    assert_int_equal(verify(&v), RC_SCHEMA);
    assert_int_equal(v.bad_line, 3);
    assert_non_null(strstr(v.bad_why, "does not follow"));
    free(data);

    assert_int_equal(unlink(path), 0);
    write_some(1);
    data = contents(&len);
    at = strstr(data + line_start(data, 3), "\"n\":3");
    at[4] = '9';
    hash_again(data, 3);
    put_contents(data, len);
    assert_int_equal(verify(&v), RC_SCHEMA);
    assert_int_equal(v.bad_line, 3);
    assert_non_null(strstr(v.bad_why, "number"));
    free(data);
}

/* A line that was changed stays told, though others follow it. */
static void test_writing_after_tampering(void **state)
{
    struct journal_verdict v;
    size_t len;

    (void)state;
    write_some(1);
    char *data = contents(&len);
    data[line_start(data, 3) + 40] ^= 1; /* in the last line */
    put_contents(data, len);
    free(data);
    write_some(1);
    assert_int_equal(verify(&v), RC_SCHEMA);
    assert_int_equal(v.bad_line, 3);

    append("hello\n");
    write_some(1);
    assert_int_equal(verify(&v), RC_SCHEMA);
    assert_int_equal(v.bad_line, 3);
}

/* Where the journal lies in the current folder, and in the root. */
static void test_bare_name(void **state)
{
    char here[4096];
    struct journal_verdict v;

    (void)state;
    assert_non_null(getcwd(here, sizeof(here)));
    assert_int_equal(chdir(folder), 0);
    snprintf(path, sizeof(path), "audit.jsonl");
    write_some(1);
    assert_int_equal(verify(&v), RC_OK);
    assert_int_equal(v.lines, 3);
    assert_int_equal(chdir(here), 0);
}

/* ---- crashes ---- */

/* Cut at each byte: verify tells a cut, and the next writer goes on with a chain that holds. */
static void test_torn_tail(void **state)
{
    struct journal_verdict v;
    size_t len, full_lines;

    (void)state;
    write_some(1);
    char *data = contents(&len);
    for (size_t cut = 0; cut <= len; cut++) {
        put_contents(data, cut);
        bool at_end = cut == 0 || data[cut - 1] == '\n';
        full_lines = 0;
        for (size_t i = 0; i < cut; i++)
            full_lines += data[i] == '\n';
        assert_int_equal(verify(&v), RC_OK);
        assert_int_equal(v.torn_tail, !at_end);
        if (cut % 41 && !at_end)
            continue;
        write_some(1);
        assert_int_equal(verify(&v), RC_OK);
        assert_false(v.torn_tail);
        assert_int_equal(v.torn, !at_end);
        assert_int_equal(v.lines, full_lines + 3 + (at_end ? 0 : 2));
    }
    free(data);
}

/* What stands before the note cannot be changed afterwards either. */
static void test_torn_line_is_sealed(void **state)
{
    struct journal_verdict v;
    size_t len;

    (void)state;
    write_some(1);
    append("{\"v\":1,\"n\":4,\"at\":\"2026");
    write_some(1);
    assert_int_equal(verify(&v), RC_OK);
    assert_int_equal(v.torn, 1);
    char *data = contents(&len);
    for (size_t i = line_start(data, 4); i < line_start(data, 6); i++) {
        data[i] ^= 1;
        put_contents(data, len);
        assert_int_equal(verify(&v), RC_SCHEMA);
        data[i] ^= 1;
    }
    /* cut again in the middle of the note: both pieces are one */
    put_contents(data, line_start(data, 5) + 30);
    assert_int_equal(verify(&v), RC_OK);
    assert_true(v.torn_tail);
    write_some(1);
    assert_int_equal(verify(&v), RC_OK);
    assert_int_equal(v.torn, 1);
    free(data);
}

/* Two writers, one after the other killed at any moment: what is acknowledged is there, and the chain holds. */
static void test_kill(void **state)
{
    struct journal_verdict v;

    (void)state;
    for (int round = 0; round < 40; round++) {
        int said[2];
        uint64_t before = verify(&v) == RC_OK ? v.intents : 0, acknowledged = 0;
        char c;
        assert_int_equal(pipe(said), 0);
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            struct journal *j = opened();
            struct action_order *o = order();
            while (journal_intent(j, o, 0, "idle", "x", NOW, NULL) == RC_OK)
                if (write(said[1], "i", 1) != 1)
                    break;
            _exit(1);
        }
        close(said[1]);
        /* Each second one has written a line, however slow the disk is; the others may not even have begun. */
        if (round % 2)
            acknowledged += read(said[0], &c, 1) == 1;
        usleep((useconds_t)(1000 + round * 731 % 9000));
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
        while (read(said[0], &c, 1) == 1)
            acknowledged++;
        close(said[0]);
        enum rc rc = verify(&v);
        if (rc != RC_OK && (rc != RC_IO || acknowledged))
            fail_msg("round %d: line %d %s", round, (int)v.bad_line, v.bad_why);
        assert_true(v.intents >= before + acknowledged);
    }
    assert_true(v.intents >= 20);
}

/* ---- disks ---- */

/* The file may grow no more: nothing half-written stays, the action is refused. */
static void test_no_room(void **state)
{
    struct journal *j = opened();
    struct action_order *o = order();
    struct journal_verdict v;
    struct rlimit old, tight;
    struct err e = {0};
    size_t len;

    (void)state;
    act(j, o, 0, NOW);
    free(contents(&len));
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &old);
    tight = (struct rlimit){.rlim_cur = len + 100, .rlim_max = old.rlim_max};
    setrlimit(RLIMIT_FSIZE, &tight);
    enum rc rc = journal_intent(j, o, 0, "idle", "x", NOW, &e);
    setrlimit(RLIMIT_FSIZE, &old);
    assert_int_equal(rc, RC_IO);
    assert_int_equal(e.sys, EFBIG);
    assert_int_equal(verify(&v), RC_OK);
    assert_int_equal(v.lines, 3);
    assert_false(v.torn_tail);
    assert_int_equal(journal_intent(j, o, 0, "idle", "x", NOW, NULL), RC_OK);
    order_free(o);
    journal_close(j);
}

static void test_too_long(void **state)
{
    struct journal *j = opened();
    struct action_order *o = order();
    struct journal_verdict v;
    size_t unreadable;
    char *request = malloc(100001);

    (void)state;
    assert_non_null(request);
    memset(request, '\x01', 100000); /* six bytes each when written */
    request[100000] = '\0';
    assert_int_equal(journal_intent(j, o, 0, request, request, NOW, NULL), RC_OK);
    assert_int_equal(journal_intent(j, o, 0, "idle", "x", NOW, NULL), RC_OK);
    free(request);
    assert_int_equal(verify(&v), RC_OK);
    assert_int_equal(read_back(0, &unreadable).count, 2);
    char *big = malloc(300001);
    assert_non_null(big);
    memset(big, 'x', 300000);
    big[300000] = '\0';
    append(big); /* what no writer of ours leaves */
    free(big);
    struct err e = {0};
    assert_int_equal(journal_intent(j, o, 0, "idle", "x", NOW, &e), RC_SCHEMA);
    assert_non_null(strstr(e.msg, "move it away"));
    order_free(o);
    journal_close(j);
}

/* ---- who may write it ---- */

static enum rc open_rc(struct err *e)
{
    struct journal *j = NULL;
    enum rc rc = journal_open(path, &who, &j, e);

    journal_close(j);
    return rc;
}

static void test_makes_folders(void **state)
{
    struct stat st;

    (void)state;
    snprintf(path, sizeof(path), "%s/a/b/audit.jsonl", folder);
    write_some(1);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    snprintf(path, sizeof(path), "%s/a/b", folder);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0700);
}

static void test_permissions(void **state)
{
    struct err e = {0};

    (void)state;
    write_some(1);
    assert_int_equal(chmod(path, 0620), 0);
    assert_int_equal(open_rc(&e), RC_REFUSED);
    assert_non_null(strstr(e.msg, "chmod 600"));
    assert_int_equal(chmod(path, 0602), 0);
    assert_int_equal(open_rc(&e), RC_REFUSED);
    assert_int_equal(chmod(path, 0644), 0);
    assert_int_equal(open_rc(&e), RC_OK);
    assert_int_equal(chmod(folder, 0777), 0);
    assert_int_equal(open_rc(&e), RC_REFUSED);
    assert_int_equal(chmod(folder, 01777), 0);
    assert_int_equal(open_rc(&e), RC_OK);
}

/* A journal that was opened is looked at again before each line. */
static void test_permissions_later(void **state)
{
    struct journal *j = opened();
    struct action_order *o = order();

    (void)state;
    assert_int_equal(chmod(path, 0666), 0);
    assert_int_equal(journal_intent(j, o, 0, "idle", "x", NOW, NULL), RC_REFUSED);
    order_free(o);
    journal_close(j);
}

static void test_odd_files(void **state)
{
    struct err e = {0};
    char other[80];

    (void)state;
    snprintf(other, sizeof(other), "%s/other", folder);
    assert_int_equal(symlink(other, path), 0);
    assert_int_equal(open_rc(&e), RC_REFUSED);
    assert_non_null(strstr(e.msg, "symbolic link"));
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_equal(open_rc(&e), RC_REFUSED);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_int_equal(open_rc(&e), RC_IO);
    assert_int_equal(rmdir(path), 0);
    put_contents("a file of somebody\n", 19);
    assert_int_equal(open_rc(&e), RC_SCHEMA);
    put_contents("a file", 6);
    assert_int_equal(open_rc(&e), RC_SCHEMA);
    snprintf(path, sizeof(path), "/dev/full");
    assert_int_equal(open_rc(&e), RC_REFUSED);
    snprintf(path, sizeof(path), "/proc/nowhere/audit");
    assert_int_equal(open_rc(&e), RC_IO);
}

static void test_somebody_elses(void **state)
{
    struct err e = {0};

    (void)state;
    if (geteuid() != 0) /* only root can give a file away */
        skip();
    write_some(1);
    assert_int_equal(chown(path, 12345, (gid_t)-1), 0);
    assert_int_equal(open_rc(&e), RC_REFUSED);
    assert_non_null(strstr(e.msg, "12345"));
}

/* logrotate took it away: a new one begins. */
static void test_moved_away(void **state)
{
    struct journal *j = opened();
    struct action_order *o = order();
    struct journal_verdict v;
    char old[80];

    (void)state;
    act(j, o, 0, NOW);
    snprintf(old, sizeof(old), "%s.1", path);
    assert_int_equal(rename(path, old), 0);
    act(j, o, 0, NOW);
    assert_int_equal(verify(&v), RC_OK);
    assert_int_equal(v.lines, 3);
    order_free(o);
    journal_close(j);
}

static void test_locked(void **state)
{
    struct journal *j = opened();
    struct action_order *o = order();
    struct err e = {0};
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    (void)state;
    assert_true(fd >= 0);
    assert_int_equal(flock(fd, LOCK_EX), 0);
    assert_int_equal(journal_intent(j, o, 0, "idle", "x", NOW, &e), RC_IO);
    assert_non_null(strstr(e.msg, "locked"));
    close(fd);
    assert_int_equal(journal_intent(j, o, 0, "idle", "x", NOW, &e), RC_OK);
    order_free(o);
    journal_close(j);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_round_trip),
        TEST(test_hostile_names),
        TEST(test_outcome),
        TEST(test_flags),
        TEST(test_newest),
        TEST(test_strict_lines),
        TEST(test_chain),
        TEST(test_open_intent),
        TEST(test_empty),
        TEST(test_every_byte),
        TEST(test_lines_moved),
        TEST(test_forged_lines),
        TEST(test_writing_after_tampering),
        TEST(test_bare_name),
        TEST(test_torn_tail),
        TEST(test_torn_line_is_sealed),
        TEST(test_kill),
        TEST(test_no_room),
        TEST(test_too_long),
        TEST(test_makes_folders),
        TEST(test_permissions),
        TEST(test_permissions_later),
        TEST(test_odd_files),
        TEST(test_somebody_elses),
        TEST(test_moved_away),
        TEST(test_locked),
    };
    return cmocka_run_group_tests_name("journal", tests, NULL, NULL);
}
