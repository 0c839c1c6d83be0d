/* SPDX-License-Identifier: MIT
 * test_safety_wire.c - the same promise on the wire: the dashboard, the net thread, the actor, the journal and the Slurm
 * collector put together as the program does, in front of a slurmrestd that writes down every request.
 *
 * Every request that changes something (POST, PUT, PATCH, DELETE, and the GET that requeues) must be the one of a committed
 * target, and come once, whatever the answer. API v0.0.45, since there a GET requeues. SUANTOP_SAFETY_SECONDS=N: how
 * long (default 10). */
#include "tests/unit/unit.h"
#include "collectors/registry.h"
#include "tests/fake/fake_http.h"
#include "tests/fake/rig.h"
#include "tests/safety/fake_term.h"
#include "ui/acting.h"
#include "ui/command.h"
#include "ui/frame.h"
#include "base/text.h"
#include "base/xmem.h"
#include <poll.h>
#include <pthread.h>
#include <unistd.h>

enum {
    NODES = 4,
    JOBS = 9,
    REQUESTS = 4096,
    NODE_ORDERS = 8,
    SETTLE_MS = 60000,
    LONGEST_MS = 300000
};

#define API "/slurm/v0.0.45"
#define JSON " header Content-Type: application/json\n"
#define META                                                                                       \
    "\"meta\":{\"slurm\":{\"release\":\"26.05.1\",\"cluster\":\"hpc\"}},\"errors\":[],\"warnings\":[]"
#define NUMBER(n) "{\"set\":true,\"infinite\":false,\"number\":" n "}"

/* One that changes something, as it came in. */
struct heard {
    char line[160]; /* method and path */
    char body[400];
    bool matched;
};
/* One that was committed: exactly this may come, once. */
struct owed {
    char op[ACTION_OP_MAX], name[64], written[ACTION_REASON_MAX + 1];
    enum action_verb verb;
    bool held, came;
};

struct wire {
    struct rig rig;
    struct fake_http *server;
    struct net_actor actor;
    enum act_mode modes[1];
    char folder[64], path[128];
    struct journal *journal;
    struct ui *u;
    uint64_t random;
    mono_ms mono;
    int node_orders;
    enum action_verb last_on_node;
    struct owed owed[REQUESTS];
    size_t owed_count, dialogs, refused;
    pthread_mutex_t lock; /* of what the server's threads write */
    struct heard heard[REQUESTS];
    size_t heard_count, polls;
};

/* --- the server --- */

static const char *const job_states[] = {"RUNNING", "PENDING", "PENDING"};

static void add_node(struct buf *out, int i)
{
    buf_addf(
        out,
        "{\"name\":\"n%d\",\"state\":[\"%s\"],\"cpus\":8,\"partitions\":[\"p%d\"],\"reason\":\"%s\","
        "\"reason_set_by_user\":\"%s\"}",
        i, i == NODES ? "IDLE\",\"DRAIN" : "IDLE", i, i == NODES ? "suantop:1 li fan" : "",
        i == NODES ? "li" : "");
}

/* The third of each three is held. */
static void add_job(struct buf *out, int i)
{
    bool runs = i % 3 == 0;

    buf_addf(
        out,
        "{\"job_id\":%d,\"job_state\":[\"%s\"],\"user_name\":\"li\",\"partition\":\"p1\",\"name\":\"t\","
        "\"state_reason\":\"%s\",\"hold\":%s,\"priority\":" NUMBER("%d") ",\"submit_time\":" NUMBER(
            "1700000000") ",\"restart_cnt\":0,\"requeue\":true",
        100 + i, job_states[i % 3], i % 3 == 2 ? "JobHeldAdmin" : "Priority",
        i % 3 == 2 ? "true" : "false", i % 3 == 2 ? 0 : 7);
    if (runs)
        buf_adds(out, ",\"nodes\":\"n1\",\"start_time\":" NUMBER("1700000100"));
    buf_addc(out, '}');
}

static void add_rule(struct buf *out, const char *path, const char *key, int first, int last,
                     void (*add)(struct buf *out, int i))
{
    buf_addf(out, "on GET " API "/%s\n" JSON " body {\"%s\":[", path, key);
    for (int i = first; i <= last; i++) {
        buf_adds(out, i > first ? "," : "");
        add(out, i);
    }
    buf_adds(out, "]," META "}\n");
}

static char *script(void)
{
    struct buf out;
    char path[64], *text;

    buf_init(&out, 1 << 20);
    for (int i = 0; i < JOBS; i++) /* more special paths first */
        buf_addf(&out, "on GET " API "/job/%d/requeue\n" JSON " body {" META "}\n", 100 + i);
    for (int i = 1; i <= NODES; i++) {
        snprintf(path, sizeof path, "node/n%d", i);
        add_rule(&out, path, "nodes", i, i, add_node);
    }
    for (int i = 0; i < JOBS; i++) {
        snprintf(path, sizeof path, "job/%d", 100 + i);
        add_rule(&out, path, "jobs", i, i, add_job);
    }
    add_rule(&out, "nodes", "nodes", 1, NODES, add_node);
    add_rule(&out, "jobs", "jobs", 0, JOBS - 1, add_job);
    buf_adds(&out,
             "on GET " API "/ping\n" JSON
             " body {\"pings\":[{\"hostname\":\"c\",\"pinged\":\"UP\"}]," META "}\n"
             "on GET " API "/diag\n" JSON " body {\"statistics\":{\"jobs_running\":3}," META "}\n"
             "on GET " API "/partitions\n" JSON " body {\"partitions\":[{\"name\":\"p1\"}]," META
             "}\n"
             "on GET " API "/reservations\n" JSON " body {\"reservations\":[]," META "}\n"
             "on GET " API "/licenses\n" JSON " body {\"licenses\":[]," META "}\n"
             /* answers that leave it open what happened, and one that says no */
             "on POST " API "/job/104\n hangup\n rst\n"
             "on DELETE " API "/job/103\n hangup\n"
             "on POST " API "/job/107\n status 500 Internal Server Error\n body oops\n"
             "on POST " API "/\n" JSON " body {" META "}\n"
             "on DELETE " API "/\n" JSON " body {\"status\":[]," META "}\n");
    text = xstrdup(out.data);
    buf_fini(&out);
    return text;
}

static bool changes_something(const char *request)
{
    size_t line = strcspn(request, "\r\n");

    if (strncmp(request, "GET ", 4) != 0)
        return strncmp(request, "HEAD ", 5) != 0;
    return memmem(request, line, "requeue", 7) != NULL;
}

/* In the thread of a connection. */
static void write_down(void *arg, const char *request)
{
    struct wire *w = arg;
    const char *body = strstr(request, "\r\n\r\n");

    pthread_mutex_lock(&w->lock);
    w->polls++;
    if (changes_something(request) && w->heard_count < REQUESTS) {
        struct heard *h = &w->heard[w->heard_count++];
        snprintf(h->line, sizeof h->line, "%.*s", (int)strcspn(request, "\r\n"), request);
        snprintf(h->body, sizeof h->body, "%.390s", body ? body + 4 : "");
    }
    pthread_mutex_unlock(&w->lock);
}

/* --- the port --- */

static void on_preview(void *arg, const struct action_order *o)
{
    net_act_preview(((struct wire *)arg)->rig.net, o);
}

static enum rc on_commit(void *arg, struct confirmed_order *take, struct err *e)
{
    struct wire *w = arg;
    const struct action_order *o = confirmed_order_of(take);

    for (size_t i = 0; i < o->count && w->owed_count < REQUESTS; i++) {
        struct owed *owed = &w->owed[w->owed_count++];
        *owed = (struct owed){.verb = o->verb, .held = o->hold_after};
        snprintf(owed->op, sizeof owed->op, "%s", o->op);
        snprintf(owed->name, sizeof owed->name, "%.60s", o->targets[i].name);
        order_reason(o, owed->written);
    }
    if (verb_info(o->verb)->entity == ENTITY_NODE) {
        w->node_orders += (int)o->count;
        w->last_on_node = o->verb;
    }
    return net_act_commit(w->rig.net, take, e);
}

static void on_drop(void *arg, const char *op)
{
    net_act_drop(((struct wire *)arg)->rig.net, op);
}

static void on_arm(void *arg, uint16_t center, wall_ms until)
{
    net_act_arm(((struct wire *)arg)->rig.net, center, until);
}

static void on_refresh(void *arg, int source)
{
    net_refresh(((struct wire *)arg)->rig.net, source);
}

static wall_ms on_now(void *arg)
{
    (void)arg;
    return clock_wall();
}

static int on_offset(void *arg, wall_ms t)
{
    (void)arg;
    (void)t;
    return 0;
}

/* --- putting it together --- */

static const char *values[64];

static void option(const struct collector_ops *ops, const char *name, const char *value)
{
    for (size_t i = 0; i < ops->option_count; i++)
        if (strcmp(ops->options[i].name, name) == 0)
            values[i] = value;
}

static void start_source(struct wire *w)
{
    const struct collector_ops *ops = collector_find("slurm");
    struct fake_conf *c = rig_add(&w->rig, ops);

    for (size_t i = 0; i < ops->option_count; i++)
        values[i] = ops->options[i].fallback;
    option(ops, "url", fake_http_url(w->server));
    option(ops, "insecure", "true");
    option(ops, "user", "root"); /* who may cancel anybody's job over REST */
    option(ops, "accounting", "off");
    option(ops, "prefer", "rest");
    c->conf = (struct source_conf){.center_id = "one",
                                   .id = "one/slurm",
                                   .collector = "slurm",
                                   .options = ops->options,
                                   .option_count = ops->option_count,
                                   .values = values};
    rig_start(&w->rig);
    assert_true(rig_wait_nodes(&w->rig, NODES, 8000));
    assert_int_equal(net_wait_first_round(w->rig.net, 80000), 0);
    assert_true(rig_wait_rows(&w->rig, ENTITY_JOB, JOBS, 8000));
}

static void start_screen(struct wire *w, bool acts)
{
    struct ui_port port = {.arg = w, .refresh = on_refresh, .now = on_now, .utc_offset = on_offset};
    struct ui_options o = {.view = "running",
                           .colour = "auto",
                           .test_fd = -1,
                           .act_modes = w->modes,
                           .act_mode_count = 1,
                           .actor = "li"};
    struct err e = {0};

    if (acts) {
        port.act_preview = on_preview;
        port.act_commit = on_commit;
        port.act_drop = on_drop;
        port.act_arm = on_arm;
    }
    fake_term_h = 32;
    fake_term_w = 120;
    assert_int_equal(ui_new(w->rig.hub, &port, &o, &w->u, &e), RC_OK);
}

static void open_journal(struct wire *w)
{
    struct journal_who who = {.uid = 1000, .user = "li", .host = "here", .version = "test"};
    struct err e = {0};

    snprintf(w->folder, sizeof w->folder, "/tmp/suantop-wire-XXXXXX");
    assert_non_null(mkdtemp(w->folder));
    snprintf(w->path, sizeof w->path, "%s/audit.jsonl", w->folder);
    assert_int_equal(journal_open(w->path, &who, &w->journal, &e), RC_OK);
}

/* acts false: as for snapshot, check, doctor, record. */
static struct wire *wire_new(bool acts)
{
    struct wire *w = xcalloc(1, sizeof *w);
    char *text = script();

    w->random = 20261122;
    w->mono = 1000;
    w->modes[0] = ACT_CONFIRM;
    pthread_mutex_init(&w->lock, NULL);
    open_journal(w);
    w->actor = (struct net_actor){.journal = w->journal, .modes = w->modes, .mode_count = 1};
    w->server = fake_http_start(text, NULL);
    free(text);
    fake_http_watch(w->server, write_down, w);
    rig_init(&w->rig);
    w->rig.options.actor = acts ? &w->actor : NULL;
    start_source(w);
    start_screen(w, acts);
    return w;
}

static void wire_free(struct wire *w)
{
    ui_free(w->u);
    rig_fini(&w->rig);
    fake_http_stop(w->server);
    journal_close(w->journal);
    unlink(w->path);
    rmdir(w->folder);
    pthread_mutex_destroy(&w->lock);
    free(w);
}

/* --- at the keys --- */

static int below(struct wire *w, int n)
{
    w->random ^= w->random << 13;
    w->random ^= w->random >> 7;
    w->random ^= w->random << 17;
    return (int)((w->random >> 11) % (uint64_t)n);
}

static void look(struct wire *w)
{
    w->u->taken_at = w->u->plan_cost = 0;
    ui_take_snapshot(w->u);
    acting_tick(w->u);
    frame_draw(w->u);
}

static void press(struct wire *w, uint32_t key)
{
    w->mono += 150;
    command_key(w->u, &(struct term_key){.key = key, .at = w->mono});
    w->u->quit = false;
}

static void type(struct wire *w, const char *text)
{
    size_t len = strlen(text);
    uint32_t cp;

    for (size_t at = 0; at < len;) {
        at += text_decode(text + at, len - at, &cp);
        press(w, cp);
    }
}

static void noise(struct wire *w)
{
    for (int i = below(w, 8); i > 0; i--)
        press(w, below(w, 8) ? (uint32_t)(' ' + below(w, 95)) : KEY_RETURN);
    look(w);
}

static void go_to_row(struct wire *w, enum action_verb verb)
{
    static const char views[action_verb_COUNT] = {'2', '2', '5', '4', '4', '5'};
    char line[64];

    press(w, KEY_ESC);
    press(w, KEY_ESC);
    press(w, KEY_ESC);
    if (w->u->frozen)
        press(w, 'z');
    press(w, (uint32_t)views[verb]);
    look(w);
    if (verb_info(verb)->entity == ENTITY_NODE)
        snprintf(line, sizeof line, ":find-next n%d",
                 verb == action_verb_RESUME ? NODES : 1 + below(w, NODES));
    else
        snprintf(line, sizeof line, ":find-next %d", 100 + below(w, JOBS));
    type(w, line);
    press(w, KEY_RETURN);
    for (int marks = below(w, 4) ? 0 : 2; marks > 0; marks--)
        press(w, ' ');
}

static bool previews_ready(const struct wire *w)
{
    const struct dialog *d = w->u->dialog;
    const struct action_row *row;

    for (size_t i = 0; d && i < d->plan->order->count; i++)
        if (!d->plan->targets[i].refused &&
            dialog_preview(d, w->u->snap, i, &row) == PREVIEW_AWAITED)
            return false;
    return true;
}

static void wait_for_requests(struct wire *w)
{
    for (int i = 0; i < 60 && w->u->dialog; i++) {
        look(w);
        if (previews_ready(w))
            break;
        poll(NULL, 0, 5);
    }
}

static void act(struct wire *w)
{
    enum action_verb verb = (enum action_verb)below(w, action_verb_COUNT);

    if (verb_info(verb)->entity == ENTITY_NODE) /* they go slowly: so many a minute */
        verb = w->node_orders >= NODE_ORDERS          ? action_verb_HOLD
               : w->last_on_node == action_verb_DRAIN ? action_verb_RESUME
                                                      : action_verb_DRAIN;
    go_to_row(w, verb);
    press(w, (uint32_t)verb_info(verb)->key);
    if (!w->u->dialog)
        return;
    w->dialogs++;
    w->refused += w->u->dialog->plan->consent == CONSENT_NEVER;
    if (w->u->dialog->at == DIALOG_TICKET)
        type(w, "4471\theat\t");
    if (below(w, 6) == 0)
        noise(w);
    wait_for_requests(w);
    if (!w->u->dialog)
        return;
    press(w, 21); /* C-u */
    type(w, below(w, 8) ? w->u->dialog->plan->expect : "y");
    press(w, KEY_RETURN);
    if (below(w, 4) == 0)
        press(w, KEY_RETURN);
    if (below(w, 10) == 0)
        press(w, KEY_ESC);
    look(w);
}

/* --- what came --- */

static bool is_request_of(const struct owed *o, const struct heard *h)
{
    char want[200];
    const char *kind = verb_info(o->verb)->entity == ENTITY_NODE ? "node" : "job";

    switch (o->verb) {
    case action_verb_DRAIN:
    case action_verb_RESUME:
        snprintf(want, sizeof want, "POST " API "/%s/%s HTTP", kind, o->name);
        return strncmp(h->line, want, strlen(want)) == 0 &&
               strstr(h->body, o->verb == action_verb_DRAIN ? "DRAIN" : "RESUME") &&
               (o->verb == action_verb_RESUME || strstr(h->body, o->written));
    case action_verb_HOLD:
    case action_verb_RELEASE:
        snprintf(want, sizeof want, "POST " API "/%s/%s HTTP", kind, o->name);
        return strncmp(h->line, want, strlen(want)) == 0 &&
               strstr(h->body, o->verb == action_verb_HOLD ? "\"hold\":true" : "\"hold\":false");
    case action_verb_CANCEL:
        snprintf(want, sizeof want, "DELETE " API "/%s/%s", kind, o->name);
        return strncmp(h->line, want, strlen(want)) == 0 && strchr(" ?", h->line[strlen(want)]);
    case action_verb_REQUEUE:
        snprintf(want, sizeof want, "GET " API "/%s/%s/requeue?Incomplete=true", kind, o->name);
        return strncmp(h->line, want, strlen(want)) == 0 &&
               (!o->held || strstr(h->line, "Hold=true"));
    case action_verb_COUNT:
        break;
    }
    return false;
}

/* The ACTION row of a committed target says that its request was sent. */
static bool was_sent(const struct wire *w, const struct owed *o)
{
    const struct snapshot *s = w->u->snap;
    const struct intern *in = snapshot_strings(s);

    for (uint32_t i = 0; i < snapshot_slots(s, ENTITY_ACTION); i++) {
        const struct action_row *r = snapshot_row(s, ENTITY_ACTION, i);
        if (r && strcmp(intern_raw(in, r->op), o->op) == 0 &&
            strcmp(intern_raw(in, r->target), o->name) == 0)
            return row_has(r, action, sent_at);
    }
    return false;
}

/* The same verb on the same thing may have been committed twice, and stopped once: those that were sent come first. */
static void match(struct wire *w)
{
    for (int sent = 1; sent >= 0; sent--)
        for (size_t i = 0; i < w->heard_count; i++)
            for (size_t k = 0; k < w->owed_count && !w->heard[i].matched; k++)
                if (!w->owed[k].came && was_sent(w, &w->owed[k]) == sent &&
                    is_request_of(&w->owed[k], &w->heard[i]))
                    w->owed[k].came = w->heard[i].matched = true;
    for (size_t i = 0; i < w->heard_count; i++)
        if (!w->heard[i].matched)
            fail_msg("nobody committed this (any more): %s %s", w->heard[i].line, w->heard[i].body);
}

static size_t under_way(const struct wire *w)
{
    const struct snapshot *s = w->u->snap;
    size_t n = 0;

    for (uint32_t i = 0; i < snapshot_slots(s, ENTITY_ACTION); i++) {
        const struct action_row *r = snapshot_row(s, ENTITY_ACTION, i);
        n += r && (r->state == action_state_WAITING || r->state == action_state_READING ||
                   r->state == action_state_SENT);
    }
    return n;
}

static void settle(struct wire *w)
{
    mono_ms until = clock_mono() + SETTLE_MS;

    for (int quiet = 0; quiet < 20 && clock_mono() < until;) {
        poll(NULL, 0, 10);
        look(w);
        quiet = under_way(w) == 0 ? quiet + 1 : 0;
    }
}

static mono_ms seconds(void)
{
    const char *text = getenv("SUANTOP_SAFETY_SECONDS");

    return (text && *text ? strtol(text, NULL, 10) : 10) * 1000;
}

/* So many of each verb that some of them come about: a slow machine takes longer for that. */
static bool has_enough(const struct wire *w)
{
    size_t verbs[action_verb_COUNT] = {0}, sent = 0;

    for (size_t i = 0; i < w->owed_count; i++)
        if (was_sent(w, &w->owed[i])) {
            verbs[w->owed[i].verb]++;
            sent++;
        }
    for (int i = 0; i < action_verb_COUNT; i++)
        if (verbs[i] == 0)
            return false;
    return sent >= 40;
}

static void test_each_commit_is_one_request(void **state)
{
    struct wire *w = wire_new(true);
    mono_ms until = clock_mono() + seconds(), last = until + LONGEST_MS;
    size_t came = 0, verbs[action_verb_COUNT] = {0};

    (void)state;
    while (w->owed_count + 8 < REQUESTS &&
           (clock_mono() < until || (!has_enough(w) && clock_mono() < last))) {
        if (below(w, 8) == 0)
            noise(w);
        else
            act(w);
    }
    settle(w);
    net_stop(w->rig.net); /* nothing comes behind this */
    look(w);
    pthread_mutex_lock(&w->lock);
    match(w);
    for (size_t i = 0; i < w->owed_count; i++) {
        came += w->owed[i].came;
        verbs[w->owed[i].verb] += w->owed[i].came;
        if (was_sent(w, &w->owed[i]) && !w->owed[i].came)
            fail_msg("%s is told to be sent, and never came", w->owed[i].name);
    }
    print_message("# %zu dialogs (%zu refused), %zu targets committed, %zu requests that change "
                  "something of %zu, %d of them on nodes\n",
                  w->dialogs, w->refused, w->owed_count, came, w->polls, w->node_orders);
    assert_int_equal(came, w->heard_count);
    assert_true(came > 20);
    for (int i = 0; i < action_verb_COUNT; i++)
        if (verbs[i] == 0)
            fail_msg("no %s came about", verb_info((enum action_verb)i)->name);
    pthread_mutex_unlock(&w->lock);
    wire_free(w);
}

static void test_without_an_actor_nothing_changes(void **state)
{
    struct wire *w = wire_new(false);

    (void)state;
    for (int i = 0; i < 300; i++) {
        act(w);
        noise(w);
    }
    assert_int_equal(w->dialogs, 0);
    assert_true(w->polls > 0);
    assert_int_equal(w->heard_count, 0);
    wire_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_commit_is_one_request),
        cmocka_unit_test(test_without_an_actor_nothing_changes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
