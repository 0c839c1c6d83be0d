/* SPDX-License-Identifier: MIT
 * test_io_actor.c - actions against a server that writes everything down and does wrong what its script says: what
 * is confirmed is sent once, after its line in the journal, and nothing else ever is. */
#include "tests/unit/unit.h"

#include "io/zfile.h"
#include "tests/fake/act_rig.h"
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define DRAINED                                                                                    \
    "{\"rows\":[{\"name\":\"n1\",\"state\":\"idle\",\"drain\":true,"                               \
    "\"reason\":\"suantop:T1 li bad fan\",\"by\":\"li\"}]}"
#define AFTER_DRAIN                                                                                \
    "on GET /node/n1\n once\n body {\"rows\":[{\"name\":\"n1\",\"state\":\"idle\"}]}\n"            \
    "on GET /node/n1\n body " DRAINED "\n"

static const char *const one[] = {"n1", NULL};
static const char *const both[] = {"n1", "n2", NULL};
static const char *const job[] = {"14", NULL};

static size_t sent(struct act_rig *a, size_t server)
{
    return fake_http_count(a->server[server], "POST ") +
           fake_http_count(a->server[server], "DELETE ") +
           fake_http_count(a->server[server], "GET /job/14/requeue");
}

/* ---- the way of one that goes well ---- */

struct watched {
    struct act_rig *a;
    atomic_size_t intents; /* when the request arrived */
};

static void look_at_journal(void *arg, const char *request)
{
    struct watched *w = arg;

    if (strncmp(request, "POST ", 5) == 0)
        atomic_store(&w->intents, act_lines(w->a, "\"kind\":\"intent\"", w->a->op));
}

static void test_accepted(void **state)
{
    struct act_rig *a = act_new(AFTER_DRAIN);
    struct watched w = {.a = a};

    (void)state;
    fake_http_watch(a->server[0], look_at_journal, &w);
    act_start(a, NULL, NULL);
    assert_int_equal(act_commit(a, action_verb_DRAIN, 0, one), RC_OK);
    assert_true(act_wait(a, a->op, 1, action_state_ACCEPTED, 3000));
    assert_int_equal(atomic_load(&w.intents), 1); /* on the disk before the server saw anything */
    assert_true(act_wait_lines(a, "\"kind\":\"seen\"", a->op, 1));
    size_t intent = act_line(a, "\"kind\":\"intent\"", "POST /node/n1");
    size_t outcome = act_line(a, "\"kind\":\"outcome\"", "accepted");
    size_t seen = act_line(a, "\"kind\":\"seen\"", "idle+drain (suantop:T1 li bad fan, li)");
    assert_true(intent > 0 && intent < outcome && outcome < seen);
    assert_int_equal(sent(a, 0), 1);
    assert_non_null(strstr(fake_http_request(a->server[0], "POST /node/n1", 0),
                           "{\"state\":\"DRAIN\",\"reason\":\"suantop:T1 li bad fan\"}"));
    struct act_row r = act_row(a, a->op, 1);
    assert_string_equal(r.before, "idle");
    assert_string_equal(r.request,
                        "POST /node/n1 {\"state\":\"DRAIN\",\"reason\":\"suantop:T1 li bad fan\"}");
    assert_int_equal(r.status, 200);
    act_free(a);
}

struct polled {
    struct act_rig *a;
    size_t polls;
};

static bool has_polled(struct rig *r, void *arg)
{
    const struct polled *p = arg;

    (void)r;
    return fake_http_count(p->a->server[0], "GET /nodes") >= p->polls;
}

static void test_polls_go_on(void **state)
{
    struct act_rig *a = act_started("");

    (void)state;
    assert_int_equal(act_commit(a, action_verb_DRAIN, 0, both), RC_OK);
    assert_true(act_wait(a, a->op, 2, action_state_ACCEPTED, 3000));
    struct polled more = {a, fake_http_count(a->server[0], "GET /nodes") + 3};
    assert_true(rig_wait(&a->rig, has_polled, &more, 3000));
    /* One after the other. */
    assert_non_null(strstr(fake_http_request(a->server[0], "POST ", 0), "/node/n1"));
    assert_non_null(strstr(fake_http_request(a->server[0], "POST ", 1), "/node/n2"));
    assert_int_equal(sent(a, 0), 2);
    act_free(a);
}

/* ---- the preview ---- */

static void preview(struct act_rig *a, enum action_verb verb, const char *const *names)
{
    struct plan *p = act_plan(a, verb, 0, names);

    net_act_preview(a->rig.net, p->order);
    plan_free(p);
}

static bool is_gone(struct rig *r, void *arg)
{
    struct act_rig *a = arg;

    (void)r;
    return !act_row(a, a->op, 1).found;
}

static void test_preview(void **state)
{
    struct act_rig *a = act_started("");

    (void)state;
    preview(a, action_verb_DRAIN, both);
    assert_true(act_wait(a, a->op, 2, action_state_PLANNED, 2000));
    struct act_row r = act_row(a, a->op, 1);
    assert_string_equal(r.request,
                        "POST /node/n1 {\"state\":\"DRAIN\",\"reason\":\"suantop:T1 li bad fan\"}");
    assert_string_equal(r.message, "fake HTTP");
    net_act_drop(a->rig.net, a->op);
    assert_true(rig_wait(&a->rig, is_gone, a, 2000));
    assert_false(act_row(a, a->op, 2).found);
    assert_int_equal(sent(a, 0), 0);
    assert_int_equal(fake_http_count(a->server[0], "GET /node/n1"), 0);
    assert_int_equal(act_lines(a, "", ""), 0);
    act_free(a);
}

/* The confirmed order counts anew, and may be shorter: no row of the preview is left over. */
static void test_preview_then_commit(void **state)
{
    struct act_rig *a = act_started("");
    struct plan *p = act_plan(a, action_verb_DRAIN, 0, both);

    (void)state;
    net_act_preview(a->rig.net, p->order);
    p->targets[0].refused = true;
    p->sendable = 1;
    assert_int_equal(net_act_commit(a->rig.net, act_confirm(p), NULL), RC_OK);
    assert_true(act_wait(a, a->op, 1, action_state_ACCEPTED, 2000));
    assert_false(act_row(a, a->op, 2).found);
    assert_int_equal(fake_http_count(a->server[0], "POST /node/n2"), 1);
    assert_int_equal(sent(a, 0), 1);
    act_free(a);
}

static void test_cannot(void **state)
{
    struct act_rig *a = act_new("");

    (void)state;
    act_start(a, "acts", "false");
    preview(a, action_verb_DRAIN, one);
    assert_true(act_wait(a, a->op, 1, action_state_REFUSED, 2000));
    assert_string_equal(act_row(a, a->op, 1).message, "one/fake cannot act");
    assert_string_equal(act_row(a, a->op, 1).request, "");
    assert_int_equal(act_commit(a, action_verb_DRAIN, 0, one), RC_OK);
    assert_true(act_wait(a, a->op, 1, action_state_REFUSED, 2000));
    assert_int_equal(sent(a, 0), 0);
    assert_int_equal(act_lines(a, "", ""), 0);
    act_free(a);
}

/* A second source of the same center that can. */
static void test_other_source(void **state)
{
    struct act_rig *a = act_new("");
    struct fake_conf *c = rig_add(&a->rig, NULL);

    (void)state;
    fake_conf_init(c, 0, "one/weak", "url", fake_http_url(a->server[0]), "insecure", "true", "acts",
                   "false", NULL);
    c->conf.center_id = "one";
    c = rig_add(&a->rig, NULL);
    fake_conf_init(c, 1, "one/strong", "url", fake_http_url(a->server[1]), "insecure", "true",
                   "path", "/nothing", NULL);
    c->conf.center_id = "one";
    rig_start(&a->rig);
    assert_true(rig_wait_nodes(&a->rig, 2, 3000));
    assert_int_equal(act_commit(a, action_verb_DRAIN, 0, one), RC_OK);
    assert_true(act_wait(a, a->op, 1, action_state_ACCEPTED, 3000));
    assert_string_equal(act_row(a, a->op, 1).message,
                        "through one/strong (fake HTTP): one/weak cannot act");
    assert_int_equal(sent(a, 0), 0);
    assert_int_equal(sent(a, 1), 1);
    assert_int_equal(fake_http_count(a->server[1], "GET /node/n1"), 2); /* read where it acts */
    act_free(a);
}

/* ---- what goes wrong ---- */

/* Two nodes; the first ends so, with these words, after so many requests that change something; the second never
 * starts. */
static void expect_of(struct act_rig *a, enum action_state how, const char *words, size_t requests)
{
    const char *said = entity_info(ENTITY_ACTION)->fields[FIELD_action_state].words[how];

    assert_int_equal(act_commit(a, action_verb_DRAIN, 0, both), RC_OK);
    bool came = act_wait(a, a->op, 1, how, 6000);
    struct act_row r = act_row(a, a->op, 1);
    if (!came || !strstr(r.message, words))
        fail_msg("expected %s, \"%s\"; it is %s, \"%s\"", said, words,
                 entity_info(ENTITY_ACTION)->fields[FIELD_action_state].words[r.state], r.message);
    assert_true(act_wait(a, a->op, 2, action_state_STOPPED, 4000));
    poll(NULL, 0, 150); /* time for somebody to try again */
    assert_int_equal(fake_http_count(a->server[0], "POST /node/n1"), requests);
    assert_int_equal(sent(a, 0), requests);
    assert_int_equal(fake_http_count(a->server[0], "GET /node/n2"), 0);
    assert_int_equal(act_lines(a, "\"kind\":\"intent\"", a->op), requests);
    assert_int_equal(act_lines(a, "\"kind\":\"outcome\"", said), requests);
    assert_int_equal(act_lines(a, "\"kind\":\"seen\"", a->op), requests);
    act_free(a);
}

static void expect(const char *script, enum action_state how, const char *words, size_t requests)
{
    expect_of(act_started(script), how, words, requests);
}

/* The same, of an answer that does not come in time. */
static void expect_late(const char *script, enum action_state how, const char *words,
                        size_t requests)
{
    struct act_rig *a = act_new(script);

    a->patience = a->total = "2s";
    act_start(a, NULL, NULL);
    expect_of(a, how, words, requests);
}

static void test_refused_by_server(void **state)
{
    (void)state;
    expect("on POST /\n body {\"errors\":[{\"error\":\"no such node\"}]}\n", action_state_FAILED,
           "no such node", 1);
    expect("on POST /\n status 500 Internal Server Error\n body oops\n", action_state_FAILED,
           "HTTP status 500", 1);
    expect("on POST /\n status 401 Unauthorized\n", action_state_REFUSED, "no right", 1);
    expect("on POST /\n status 503 Service Unavailable\n header Retry-After: 0\n",
           action_state_FAILED, "HTTP status 503", 1);
}

static void test_nobody_knows(void **state)
{
    (void)state;
    /* The connection was kept since the target was read, and a request on it may be sent again by libcurl. */
    expect("on POST /\n hangup\n", action_state_UNKNOWN, "nobody knows whether it was done", 1);
    expect("on POST /\n hangup\n rst\n", action_state_UNKNOWN, "nobody knows", 1);
    expect_late("on POST /\n stall headers\n", action_state_UNKNOWN, "no answer within 2.0 s", 1);
    expect("on POST /\n body {\"result\": 1}\n cut 4\n", action_state_UNKNOWN, "ended early", 1);
    expect_late("on POST /\n body {\"result\": 1}\n stall body 4\n", action_state_UNKNOWN,
                "not complete", 1);
    expect("on POST /\n status 502 Bad Gateway\n", action_state_UNKNOWN, "HTTP status 502", 1);
    expect("on POST /\n raw SSH-2.0-OpenSSH_9.2\\r\\n\n", action_state_UNKNOWN, "nobody knows", 1);
}

static void test_redirect(void **state)
{
    (void)state;
    expect("on POST /elsewhere\n body {}\n"
           "on POST /\n status 307 Temporary Redirect\n header Location: /elsewhere\n",
           action_state_FAILED, "redirects are not followed", 1);
}

static void test_read_again(void **state)
{
    (void)state;
    expect("on GET /node/n1\n status 404 Not Found\n", action_state_CHANGED,
           "does not exist any more", 0);
    expect("on GET /node/n1\n body {\"rows\":[]}\n", action_state_CHANGED, "does not exist", 0);
    expect("on GET /node/n1\n body {\"rows\":[{\"name\":\"n7\",\"state\":\"idle\"}]}\n",
           action_state_FAILED, "the answer was about n7", 0);
    expect("on GET /node/n1\n body {\"rows\":[{\"name\":\"n1\"}]}\n", action_state_FAILED,
           "does not tell its state", 0);
    expect("on GET /node/n1\n body {\"rows\":[{\"name\":\"n1\",\"state\":\"idle\","
           "\"reason\":\"NHC: bad disk\",\"by\":\"root\"}]}\n",
           action_state_CHANGED, "root wrote a reason on it meanwhile: NHC: bad disk", 0);
    expect("on GET /node/n1\n body " DRAINED "\n", action_state_REFUSED, "already drained", 0);
    expect("on GET /node/n1\n body {\"cluster\":\"beta\",\"rows\":[{\"name\":\"n1\","
           "\"state\":\"idle\"}]}\n",
           action_state_CHANGED, "it is beta, not alpha", 0);
    expect("on GET /node/n1\n status 500 Internal Server Error\n", action_state_FAILED,
           "could not be read again, so nothing was sent: HTTP status 500", 0);
    expect_late("on GET /node/n1\n stall headers\n", action_state_FAILED, "no answer within 2.0 s",
                0);
    expect_late(
        "on GET /node/n1\n wait 2500\n body {\"rows\":[{\"name\":\"n1\",\"state\":\"idle\"}]}\n",
        action_state_FAILED, "no answer within 2.0 s", 0);
    expect("on GET /node/n1\n body <html>log in</html>\n", action_state_FAILED, "not proper JSON",
           0);
    expect("on GET /node/n1\n hangup\n", action_state_FAILED, "without an answer", 0);
}

static void test_long_answer(void **state)
{
    struct act_rig *a = act_started("on POST /\n body {\n repeat 30000 0123456789\n");

    (void)state;
    assert_int_equal(act_commit(a, action_verb_DRAIN, 0, one), RC_OK);
    assert_true(act_wait(a, a->op, 1, action_state_ACCEPTED, 3000));
    assert_int_equal(sent(a, 0), 1);
    act_free(a);
}

/* A GET with an effect is no better than a POST. */
static void test_requeue_once(void **state)
{
    struct act_rig *a = act_started("on GET /job/14/requeue\n hangup\n");

    (void)state;
    assert_int_equal(act_commit(a, action_verb_REQUEUE, 0, job), RC_OK);
    assert_true(act_wait(a, a->op, 1, action_state_UNKNOWN, 3000));
    assert_true(act_wait_lines(a, "\"kind\":\"seen\"", "running", 1));
    poll(NULL, 0, 150);
    assert_int_equal(sent(a, 0), 1);
    assert_int_equal(act_lines(a, "\"kind\":\"seen\"", "running"), 1);
    act_free(a);
}

static void test_job_verbs(void **state)
{
    struct act_rig *a = act_started("");

    (void)state;
    assert_int_equal(act_commit(a, action_verb_CANCEL, 0, job), RC_OK);
    assert_true(act_wait(a, a->op, 1, action_state_ACCEPTED, 3000));
    assert_int_equal(fake_http_count(a->server[0], "DELETE /job/14 "), 1);
    act_script(a, 0,
               "on GET /job/14\n body {\"jobs\":[{\"id\":\"14\",\"state\":\"running\","
               "\"user\":\"li\",\"submitted\":1700000600,\"started\":1700000700,"
               "\"restarts\":1}]}\n");
    assert_int_equal(act_commit(a, action_verb_REQUEUE, 0, job), RC_OK);
    assert_true(act_wait(a, a->op, 1, action_state_CHANGED, 3000));
    assert_int_equal(sent(a, 0), 1);
    act_free(a);
}

static void remove_socket(void *arg, const char *request)
{
    if (strncmp(request, "GET /node/n1", 12) == 0)
        unlink(arg);
}

/* The door is shut between reading and acting: no byte left, so it is known that nothing was done. */
static void test_no_connection(void **state)
{
    struct act_rig *a = act_new("");
    char path[80];

    (void)state;
    snprintf(path, sizeof(path), "%s/door", a->folder);
    fake_http_stop(a->server[0]);
    a->server[0] = fake_http_start("", path);
    act_script(a, 0, "");
    fake_http_watch(a->server[0], remove_socket, path);
    fake_conf_init(rig_add(&a->rig, NULL), 0, "one/fake", "socket", path, "every", "100ms", NULL);
    rig_start(&a->rig);
    assert_true(rig_wait_nodes(&a->rig, 2, 3000));
    assert_int_equal(act_commit(a, action_verb_DRAIN, 0, both), RC_OK);
    assert_true(act_wait(a, a->op, 1, action_state_FAILED, 3000));
    struct act_row r = act_row(a, a->op, 1);
    assert_non_null(strstr(r.message, "nothing was sent"));
    assert_int_equal(sent(a, 0), 0);
    assert_int_equal(act_lines(a, "\"kind\":\"outcome\"", "failed"), 1);
    act_free(a);
}

/* A source that backs off is asked all the same: the operator does not wait for the next poll. */
static void test_backing_off(void **state)
{
    struct act_rig *a = act_new("");

    (void)state;
    a->rig.options.interval_override_ms = 60000;
    act_start(a, NULL, NULL);
    struct plan *p = act_plan(a, action_verb_DRAIN, 0, one);
    act_script(a, 0, "on GET /nodes\n status 500 Internal Server Error\n header Retry-After: 50\n");
    assert_true(rig_wait_state(&a->rig, 0, source_state_FAILED, 2000));
    assert_int_equal(net_act_commit(a->rig.net, act_confirm(p), NULL), RC_OK);
    assert_true(act_wait(a, a->op, 1, action_state_ACCEPTED, 2000));
    act_free(a);
}

/* ---- how many, and who stops it ---- */

struct waiting {
    struct act_rig *a;
    char op[ACTION_OP_MAX];
    mono_ms until; /* when it need not wait any more */
};

/* Waits for its turn and says so; or it is too late to see that. */
static bool says_when(struct rig *r, void *arg)
{
    const struct waiting *w = arg;
    struct act_row row = act_row(w->a, w->op, 1);

    (void)r;
    return clock_mono() >= w->until ||
           (row.state == action_state_WAITING && strstr(row.message, "next in "));
}

/* Two nodes a minute, and a third; whether this machine was quick enough to see it wait for so short a minute. */
static bool third_waits(int64_t minute_ms)
{
    struct act_rig *a = act_new("");
    struct waiting w = {.a = a};

    a->actor.limits.nodes_per_minute = 2;
    a->actor.minute_ms = minute_ms;
    act_start(a, NULL, NULL);
    mono_ms began = clock_mono();
    w.until = began + minute_ms;
    assert_int_equal(act_commit(a, action_verb_DRAIN, 0, both), RC_OK);
    assert_true(act_wait(a, a->op, 2, action_state_ACCEPTED, 3000));
    assert_int_equal(act_commit(a, action_verb_DRAIN, 1, one), RC_OK); /* the limit is for all */
    memcpy(w.op, a->op, sizeof(w.op));
    assert_true(rig_wait(&a->rig, says_when, &w, 1000));
    /* Jobs are not nodes. */
    assert_int_equal(act_commit(a, action_verb_CANCEL, 0, job), RC_OK);
    assert_true(act_wait(a, a->op, 1, action_state_ACCEPTED, 1000));
    size_t early = sent(a, 1);
    bool in_time = clock_mono() < w.until;
    assert_true(!in_time || early == 0);
    assert_true(act_wait(a, w.op, 1, action_state_ACCEPTED, 3000));
    assert_true(clock_mono() - began >= minute_ms);
    act_free(a);
    return in_time;
}

static void test_rate(void **state)
{
    int64_t minute_ms = 1200;

    (void)state;
    while (!third_waits(minute_ms))
        minute_ms *= 3;
}

static void test_drop(void **state)
{
    struct act_rig *a = act_new("");

    (void)state;
    a->actor.limits.nodes_per_minute = 1;
    act_start(a, NULL, NULL);
    assert_int_equal(act_commit(a, action_verb_DRAIN, 0, both), RC_OK);
    assert_true(act_wait(a, a->op, 1, action_state_ACCEPTED, 3000));
    net_act_drop(a->rig.net, a->op);
    assert_true(act_wait(a, a->op, 2, action_state_STOPPED, 2000));
    assert_int_equal(sent(a, 0), 1);
    act_free(a);
}

/* Requests that change something get no answer before that. */
static void hold_back(void *arg, const char *request)
{
    while (strncmp(request, "POST ", 5) == 0 && !atomic_load((atomic_bool *)arg))
        poll(NULL, 0, 5);
}

static void test_two_centers(void **state)
{
    struct act_rig *a = act_new("");
    char first[ACTION_OP_MAX], second[ACTION_OP_MAX];
    static atomic_bool answers;

    (void)state;
    atomic_store(&answers, false);
    fake_http_watch(a->server[0], hold_back, &answers);
    act_start(a, NULL, NULL);
    assert_int_equal(act_commit(a, action_verb_DRAIN, 0, one), RC_OK);
    memcpy(first, a->op, sizeof(first));
    assert_int_equal(act_commit(a, action_verb_CANCEL, 0, job), RC_OK); /* waits for its turn */
    memcpy(second, a->op, sizeof(second));
    assert_int_equal(act_commit(a, action_verb_DRAIN, 1, both), RC_OK);
    assert_true(act_wait(a, a->op, 2, action_state_ACCEPTED, 600));
    assert_true(act_wait(a, first, 1, action_state_SENT, 600));
    assert_int_equal(act_row(a, second, 1).state, action_state_WAITING);
    assert_int_equal(fake_http_count(a->server[0], "DELETE "), 0);
    atomic_store(&answers, true);
    assert_true(act_wait(a, second, 1, action_state_ACCEPTED, 3000));
    assert_int_equal(sent(a, 0), 2);
    assert_int_equal(sent(a, 1), 2);
    act_free(a);
}

/* ---- names ---- */

#define NASTY "a/../b?x=1#%;$(id) \"'\r\n-R"
#define NASTY_ROW "{\"name\":\"a/../b?x=1#%;$(id) \\\\\"'\\\\r\\\\n-R\",\"state\":\"idle\"}"
#define NASTY_SCRIPT                                                                               \
    "on GET /node/a\n body {\"rows\":[" NASTY_ROW "]}\n"                                           \
    "on GET /nodes\n body {\"cluster\":\"alpha\",\"rows\":[" NASTY_ROW                             \
    ",{\"name\":\"n2\",\"state\":\"idle\"}]}\n"

static const char *const nasty[] = {NASTY, NULL};

static void test_names_over_http(void **state)
{
    struct act_rig *a = act_started(NASTY_SCRIPT);

    (void)state;
    assert_int_equal(act_commit(a, action_verb_DRAIN, 0, nasty), RC_OK);
    assert_true(act_wait(a, a->op, 1, action_state_ACCEPTED, 3000));
    assert_int_equal(sent(a, 0), 1);
    assert_int_equal(fake_http_count(a->server[0],
                                     "POST /node/a%2F..%2Fb%3Fx%3D1%23%25%3B%24%28id%29%20%22%27%0D"
                                     "%0A-R HTTP/1.1\r\n"),
                     1);
    act_free(a);
}

static void test_names_in_commands(void **state)
{
    struct act_rig *a = act_new(NASTY_SCRIPT);
    char shell[256], path[128], got[256] = "";

    (void)state;
    snprintf(path, sizeof(path), "%s/args", a->folder);
    snprintf(shell, sizeof(shell), "printf '%%s|' $# \"$1\" \"$2\" >> %s", path);
    act_start(a, "act", shell);
    preview(a, action_verb_DRAIN, nasty);
    assert_true(act_wait(a, a->op, 1, action_state_PLANNED, 2000));
    assert_int_equal(access(path, F_OK), -1);
    assert_int_equal(act_commit(a, action_verb_DRAIN, 0, nasty), RC_OK);
    assert_true(act_wait(a, a->op, 1, action_state_ACCEPTED, 3000));
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    assert_true(fread(got, 1, sizeof(got) - 1, f) > 0);
    fclose(f);
    assert_string_equal(got, "2|drain|" NASTY "|");
    assert_non_null(strstr(act_row(a, a->op, 1).request, " act drain 'a/../b?x=1#%;$(id) \"'\\''"));
    unlink(path);
    act_free(a);
}

static void test_commands(void **state)
{
    struct act_rig *a = act_new("");

    (void)state;
    act_start(a, "act", "echo no right >&2; exit 1");
    assert_int_equal(act_commit(a, action_verb_DRAIN, 0, both), RC_OK);
    assert_true(act_wait(a, a->op, 1, action_state_FAILED, 3000));
    assert_non_null(strstr(act_row(a, a->op, 1).message, "exit status 1: no right"));
    assert_true(act_wait(a, a->op, 2, action_state_STOPPED, 3000));
    act_free(a);

    a = act_new("");
    a->total = "2s";
    act_start(a, "act", "sleep 100");
    assert_int_equal(act_commit(a, action_verb_DRAIN, 0, one), RC_OK);
    assert_true(act_wait(a, a->op, 1, action_state_UNKNOWN, 5000));
    act_free(a);
}

/* ---- servers on pipes ---- */

/* Writes down the first line of each request. With a file named mute it says nothing to a POST, with one named last
 * there is no other server after a target was read. */
static const char pipe_server[] =
    "cd %s; while read -r first; do "
    "while read -r l && [ \"$l\" != \"$(printf '\\r')\" ]; do :; done || exit 0; "
    "echo \"$first\" >> asked; case \"$first\" in POST*) [ -e mute ] && exit 0;; "
    "'GET /node/'*) [ -e last ] && rm hop;; esac; "
    "b='{\"cluster\":\"alpha\",\"rows\":[{\"name\":\"n1\",\"state\":\"idle\"},"
    "{\"name\":\"n2\",\"state\":\"idle\"}]}'; "
    "printf 'HTTP/1.1 200 OK\\r\\nContent-Length: %%d\\r\\n\\r\\n%%s' ${#b} \"$b\"; done";

static size_t asked(struct act_rig *a, const char *start)
{
    char path[128], line[256];
    size_t n = 0;

    snprintf(path, sizeof(path), "%s/asked", a->folder);
    FILE *f = fopen(path, "r");
    while (f && fgets(line, sizeof(line), f))
        n += strncmp(line, start, strlen(start)) == 0;
    if (f)
        fclose(f);
    return n;
}

static void make_file(struct act_rig *a, const char *name, const char *text)
{
    char path[128];

    snprintf(path, sizeof(path), "%s/%s", a->folder, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
    chmod(path, 0700);
}

static void remove_file(struct act_rig *a, const char *name)
{
    char path[128];

    snprintf(path, sizeof(path), "%s/%s", a->folder, name);
    unlink(path);
}

/* With a program before the server that can be taken away. */
static struct act_rig *piped(void)
{
    static char text[1024], prefix[128]; /* options are borrowed */
    struct act_rig *a = act_new("");

    snprintf(text, sizeof(text), pipe_server, a->folder);
    snprintf(prefix, sizeof(prefix), "%s/hop", a->folder);
    make_file(a, "hop", "#!/bin/sh\nexec \"$@\"\n");
    fake_conf_init(rig_add(&a->rig, NULL), 0, "one/fake", "pipe", text, "prefix", prefix, "every",
                   "1h", NULL);
    rig_start(&a->rig);
    assert_true(rig_wait_nodes(&a->rig, 2, 5000));
    return a;
}

static bool asked_again(struct rig *r, void *arg)
{
    (void)r;
    return asked(arg, "GET /nodes") >= 2;
}

static void piped_end(struct act_rig *a)
{
    remove_file(a, "asked");
    remove_file(a, "mute");
    remove_file(a, "last");
    remove_file(a, "hop");
    act_free(a);
}

static void test_pipe(void **state)
{
    struct act_rig *a = piped();

    (void)state;
    assert_int_equal(act_commit(a, action_verb_DRAIN, 0, both), RC_OK);
    assert_true(act_wait(a, a->op, 2, action_state_ACCEPTED, 5000));
    assert_int_equal(asked(a, "POST /node/n1 "), 1);
    assert_int_equal(asked(a, "POST "), 2);
    assert_true(rig_wait(&a->rig, asked_again, a, 3000)); /* not an hour later, but soon */
    assert_int_equal(asked(a, "GET /nodes"), 2);
    piped_end(a);

    a = piped();
    make_file(a, "mute", "");
    assert_int_equal(act_commit(a, action_verb_DRAIN, 0, both), RC_OK);
    assert_true(act_wait(a, a->op, 1, action_state_UNKNOWN, 5000));
    assert_true(act_wait(a, a->op, 2, action_state_STOPPED, 3000));
    assert_int_equal(asked(a, "POST "), 1);
    piped_end(a);
}

/* The server for the request cannot even be started, so nobody got it. */
static void test_pipe_no_start(void **state)
{
    struct act_rig *a = piped();
    struct plan *p = act_plan(a, action_verb_DRAIN, 0, both);

    (void)state;
    make_file(a, "last", "");
    assert_int_equal(net_act_commit(a->rig.net, act_confirm(p), NULL), RC_OK);
    assert_true(act_wait(a, a->op, 1, action_state_FAILED, 5000));
    assert_non_null(strstr(act_row(a, a->op, 1).message, "nothing was sent"));
    assert_int_equal(asked(a, "POST "), 0);
    assert_int_equal(asked(a, "GET /node/n1"), 1);
    piped_end(a);
}

/* ---- wherever the answer breaks ---- */

/* One plan for many operations: what is tested here is not the plan. */
static void commit_again(struct act_rig *a, struct plan *p, unsigned serial)
{
    struct confirmed_order *c = NULL;

    order_stamp(p->order, clock_wall(), serial);
    memcpy(a->op, p->order->op, sizeof(a->op));
    assert_int_equal(plan_confirm(p, NULL, true, &c, NULL), RC_OK);
    assert_int_equal(net_act_commit(a->rig.net, c, NULL), RC_OK);
}

static void test_cut_anywhere(void **state)
{
    static const char whole[] = "HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\n{}";
    struct act_rig *a = act_new("");
    char script[128];
    unsigned cuts = 0;

    (void)state;
    a->actor.minute_ms = 1; /* as many as it wants */
    act_start(a, NULL, NULL);
    struct plan *p = act_plan(a, action_verb_DRAIN, 0, one);
    for (size_t len = 1; whole[len]; len++) {
        if (whole[len - 1] == '\\')
            continue;
        snprintf(script, sizeof(script), "on POST /\n raw %.*s\n", (int)len, whole);
        act_script(a, 0, script);
        commit_again(a, p, ++cuts);
        if (!act_wait(a, a->op, 1, action_state_UNKNOWN, 3000))
            fail_msg("after %zu bytes: %s", len, act_row(a, a->op, 1).message);
        assert_int_equal(sent(a, 0), cuts);
    }
    act_script(a, 0, "");
    commit_again(a, p, ++cuts);
    assert_true(act_wait(a, a->op, 1, action_state_ACCEPTED, 3000));
    poll(NULL, 0, 100);
    assert_int_equal(sent(a, 0), cuts);
    assert_int_equal(act_lines(a, "\"kind\":\"intent\"", ""), cuts);
    assert_int_equal(act_lines(a, "\"kind\":\"outcome\"", ""), cuts);
    plan_free(p);
    act_free(a);
}

/* ---- the journal and the recording ---- */

static void limit_files(struct act_rig *a, long more)
{
    struct rlimit limit;
    struct stat st;

    getrlimit(RLIMIT_FSIZE, &limit);
    assert_int_equal(stat(a->path, &st), 0);
    limit.rlim_cur = more < 0 ? limit.rlim_max : (rlim_t)(st.st_size + more);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* A disk that is full: before the request, then after it. */
static void test_journal_fails(void **state)
{
    struct act_rig *a = act_new("");
    static char op[ACTION_OP_MAX];
    static atomic_bool answers;

    (void)state;
    signal(SIGXFSZ, SIG_IGN);
    atomic_store(&answers, false);
    fake_http_watch(a->server[0], hold_back, &answers);
    act_start(a, NULL, NULL);
    limit_files(a, 0);
    assert_int_equal(act_commit(a, action_verb_DRAIN, 0, both), RC_OK);
    assert_true(act_wait(a, a->op, 1, action_state_FAILED, 3000));
    assert_non_null(strstr(act_row(a, a->op, 1).message, "the journal cannot be written"));
    assert_true(act_wait(a, a->op, 2, action_state_STOPPED, 3000));
    assert_int_equal(sent(a, 0), 0);
    limit_files(a, -1);

    assert_int_equal(act_commit(a, action_verb_DRAIN, 0, both), RC_OK);
    memcpy(op, a->op, sizeof(op));
    assert_true(act_wait(a, op, 1, action_state_SENT, 3000));
    limit_files(a, 0);
    atomic_store(&answers, true);
    assert_true(act_wait(a, op, 1, action_state_ACCEPTED, 3000));
    assert_non_null(strstr(act_row(a, op, 1).message, "the journal cannot be written"));
    assert_true(act_wait(a, op, 2, action_state_STOPPED, 3000));
    assert_int_equal(sent(a, 0), 1);
    limit_files(a, -1);
    act_free(a);
}

static void test_not_recorded(void **state)
{
    struct act_rig *a = act_new("");
    static char text[1 << 20];
    char path[128];
    struct zreader *z = NULL;
    size_t len = 0, n;

    (void)state;
    a->rig.options.record_dir = a->folder;
    act_start(a, NULL, NULL);
    preview(a, action_verb_DRAIN, one);
    assert_int_equal(act_commit(a, action_verb_DRAIN, 0, one), RC_OK);
    assert_true(act_wait(a, a->op, 1, action_state_ACCEPTED, 3000));
    rig_stop(&a->rig);
    for (unsigned i = 0; i < 2; i++) {
        snprintf(path, sizeof(path), "%s/%u.rec.zst", a->folder, i);
        assert_int_equal(zreader_open(path, &z, NULL), RC_OK);
        while (len < sizeof(text) - 1 &&
               (n = zreader_read(z, text + len, sizeof(text) - 1 - len)) > 0)
            len += n;
        zreader_close(z);
        unlink(path);
    }
    assert_non_null(strstr(text, "GET rows"));
    assert_null(strstr(text, "GET one")); /* fake_act.c's label of a reread */
    assert_null(strstr(text, "\"act\""));
    assert_null(strstr(text, "POST"));
    act_free(a);
}

/* ---- the gate ---- */

static enum rc try_commit(struct act_rig *a, struct err *e)
{
    *e = (struct err){0};
    return net_act_commit(a->rig.net, act_confirm(act_plan(a, action_verb_DRAIN, 0, one)), e);
}

static void expect_refusal(struct act_rig *a, const char *words)
{
    struct err e;

    assert_int_equal(try_commit(a, &e), RC_REFUSED);
    assert_non_null(strstr(e.msg, words));
    poll(NULL, 0, 50);
    assert_false(act_row(a, a->op, 1).found);
    assert_int_equal(sent(a, 0), 0);
}

static void test_gate(void **state)
{
    struct act_rig *a = act_started("");
    struct err e;

    (void)state;
    a->modes[0] = ACT_OFF;
    expect_refusal(a, "actions are off");
    a->modes[0] = ACT_ARM;
    expect_refusal(a, "not armed");
    net_act_arm(a->rig.net, 1, clock_wall() + 60000);
    expect_refusal(a, "not armed");
    net_act_arm(a->rig.net, 0, clock_wall() - 1);
    expect_refusal(a, "not armed");
    net_act_arm(a->rig.net, 0, clock_wall() + 60);
    poll(NULL, 0, 80);
    expect_refusal(a, "not armed");
    net_act_arm(a->rig.net, 0, clock_wall() + 60000);
    net_act_arm(a->rig.net, 0, 0);
    expect_refusal(a, "not armed");
    net_act_arm(a->rig.net, 0, clock_wall() + 60000);
    assert_int_equal(try_commit(a, &e), RC_OK);
    assert_true(act_wait(a, a->op, 1, action_state_ACCEPTED, 2000));
    act_free(a);
}

static void refuse_with(void (*change)(struct act_rig *a), const char *words)
{
    struct act_rig *a = act_new("");

    change(a);
    act_start(a, NULL, NULL);
    expect_refusal(a, words);
    act_free(a);
}

static void without_actor(struct act_rig *a)
{
    a->rig.options.actor = NULL;
}

static void without_journal(struct act_rig *a)
{
    a->actor.journal = NULL;
}

static void read_only(struct act_rig *a)
{
    a->actor.limits.read_only = true;
}

static void without_modes(struct act_rig *a)
{
    a->actor.mode_count = 0;
}

static void test_refusals(void **state)
{
    struct act_rig *a = act_new("");

    (void)state;
    refuse_with(without_actor, "this run cannot act");
    refuse_with(without_journal, "no journal");
    refuse_with(read_only, "read-only");
    refuse_with(without_modes, "actions are off");
    without_actor(a);
    act_start(a, NULL, NULL);
    preview(a, action_verb_DRAIN, one);
    assert_true(act_wait(a, a->op, 1, action_state_REFUSED, 2000));
    assert_string_equal(act_row(a, a->op, 1).request, "");
    act_free(a);
}

/* Two confirmations of one plan are one operation. */
static void test_twice(void **state)
{
    struct act_rig *a = act_started("");
    struct plan *p = act_plan(a, action_verb_DRAIN, 0, one);
    struct confirmed_order *again = NULL;
    struct err e = {0};

    (void)state;
    assert_int_equal(plan_confirm(p, NULL, true, &again, &e), RC_OK);
    assert_int_equal(net_act_commit(a->rig.net, act_confirm(p), &e), RC_OK);
    assert_int_equal(net_act_commit(a->rig.net, again, &e), RC_REFUSED);
    assert_true(act_wait(a, a->op, 1, action_state_ACCEPTED, 2000));
    poll(NULL, 0, 100);
    assert_int_equal(sent(a, 0), 1);
    act_free(a);
}

/* ---- the end of the program ---- */

/* Half a minute is less than the time that an answer has. */
static void stop_while(struct act_rig *a, const char *script)
{
    act_script(a, 0, script);
    assert_int_equal(act_commit(a, action_verb_DRAIN, 0, both), RC_OK);
    assert_true(act_wait(a, a->op, 1, action_state_SENT, 3000));
    mono_ms began = clock_mono();
    net_stop(a->rig.net);
    assert_true(clock_mono() - began < 30000);
    assert_int_equal(sent(a, 0), 1);
}

static void test_stop(void **state)
{
    struct act_rig *a = act_new("");
    struct err e = {0};

    (void)state;
    a->actor.last_answer_ms = 60000;
    act_start(a, NULL, NULL);
    stop_while(a, "on POST /\n wait 300\n body {}\n");
    assert_int_equal(act_lines(a, "\"kind\":\"outcome\"", "accepted"), 1);
    assert_int_equal(act_lines(a, "\"kind\":\"intent\"", ""), 1);
    assert_true(act_wait(a, a->op, 1, action_state_ACCEPTED, 1000));
    assert_true(act_wait(a, a->op, 2, action_state_STOPPED, 1000));
    assert_int_equal(try_commit(a, &e), RC_REFUSED);
    act_free(a);

    a = act_started("");
    stop_while(a, "on POST /\n stall headers\n");
    assert_int_equal(act_lines(a, "\"kind\":\"outcome\"", "unknown"), 1);
    assert_int_equal(act_lines(a, "\"kind\":\"intent\"", ""), 1);
    assert_true(act_wait(a, a->op, 1, action_state_UNKNOWN, 1000));
    assert_true(act_wait(a, a->op, 2, action_state_STOPPED, 1000));
    act_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_accepted),
        cmocka_unit_test(test_polls_go_on),
        cmocka_unit_test(test_preview),
        cmocka_unit_test(test_preview_then_commit),
        cmocka_unit_test(test_cannot),
        cmocka_unit_test(test_other_source),
        cmocka_unit_test(test_refused_by_server),
        cmocka_unit_test(test_nobody_knows),
        cmocka_unit_test(test_redirect),
        cmocka_unit_test(test_read_again),
        cmocka_unit_test(test_long_answer),
        cmocka_unit_test(test_requeue_once),
        cmocka_unit_test(test_job_verbs),
        cmocka_unit_test(test_no_connection),
        cmocka_unit_test(test_backing_off),
        cmocka_unit_test(test_rate),
        cmocka_unit_test(test_drop),
        cmocka_unit_test(test_two_centers),
        cmocka_unit_test(test_names_over_http),
        cmocka_unit_test(test_names_in_commands),
        cmocka_unit_test(test_commands),
        cmocka_unit_test(test_pipe),
        cmocka_unit_test(test_pipe_no_start),
        cmocka_unit_test(test_cut_anywhere),
        cmocka_unit_test(test_journal_fails),
        cmocka_unit_test(test_not_recorded),
        cmocka_unit_test(test_gate),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_twice),
        cmocka_unit_test(test_stop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
