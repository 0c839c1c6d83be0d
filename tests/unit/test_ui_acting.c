/* SPDX-License-Identifier: MIT
 * test_ui_acting.c - acting in the dashboard around the dialog: screens that cannot, arming, what is told and marked
 * afterwards, view 9, and that each documented key does something.
 *
 * GENERATE=1 writes the golden pictures anew. */
#include "tests/safety/stage.h"
#include "tests/unit/unit.h"
#include "base/xmem.h"
#include "ui/keymap.h"

static struct stage *stage_at(const char *view)
{
    return stage_new(&(struct stage_options){.view = view});
}

static void assert_sent_nothing(struct stage *s)
{
    assert_int_equal(s->commit_count, 0);
}

/* --- screens that cannot --- */

static void press_all_acting_keys(struct stage *s)
{
    static const char keys[] = "DURHLC";
    static const char *const views = "1245";

    for (const char *v = views; *v; v++) {
        stage_key(s, (uint32_t)*v);
        for (const char *k = keys; *k; k++) {
            stage_key(s, (uint32_t)*k);
            stage_type(s, "y");
            stage_key(s, KEY_RETURN);
            stage_key(s, KEY_ESC);
        }
    }
}

static void test_screens_that_only_look(void **state)
{
    const struct stage_options screens[] = {{.looks_only = true}, {.read_only = true}};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(screens); i++) {
        struct stage *s = stage_new(&screens[i]);
        press_all_acting_keys(s);
        stage_key(s, '2');
        assert_false(stage_shows(s, "D drain")); /* not offered */
        stage_key(s, 'D');
        assert_null(s->u->dialog);
        assert_true(stage_shows(s, i ? "read-only" : "only looks"));
        stage_command(s, "drain zb-g0002");
        assert_null(s->u->dialog);
        stage_command(s, "arm tianjin");
        assert_int_equal(s->u->overlay, UI_OVER_NONE);
        assert_sent_nothing(s);
        assert_int_equal(s->previews + s->arms, 0);
        stage_free(s);
    }
}

static void test_off_says_so(void **state)
{
    struct stage *s = stage_at("nodes");

    (void)state;
    stage_go(s, "qy-a0002");
    stage_key(s, 'D');
    assert_null(s->u->dialog);
    assert_true(stage_shows(s, "actions are off"));
    stage_free(s);
}

static void test_a_key_of_another_view(void **state)
{
    struct stage *s = stage_at("nodes");

    (void)state;
    stage_key(s, 'R');
    assert_null(s->u->dialog);
    assert_true(stage_shows(s, "requeue does not work in this view, but in 5 Running"));
    stage_free(s);
}

static void test_a_frozen_picture(void **state)
{
    struct stage *s = stage_at("nodes");

    (void)state;
    stage_go(s, "zb-g0002");
    stage_key(s, 'z');
    stage_key(s, 'D');
    assert_null(s->u->dialog);
    assert_true(stage_shows(s, "the picture is frozen"));
    stage_free(s);
}

/* --- arming --- */

static void test_arming(void **state)
{
    struct stage *s = stage_at("nodes");

    (void)state;
    stage_ask_drain(s, "cn0002");
    assert_true(stage_shows(s, "Refused: tianjin is not armed; :arm tianjin opens it"));
    stage_type(s, "y");
    stage_key(s, KEY_RETURN);
    assert_sent_nothing(s);
    stage_key(s, KEY_ESC);
    stage_command(s, "arm tianjin");
    assert_true(stage_shows(s, "Arm 国家超级计算天津中心 (cluster tj)"));
    stage_key(s, KEY_RETURN);
    stage_type(s, "zhangbei");
    stage_key(s, KEY_RETURN);
    assert_int_equal(s->arms, 0);
    stage_type(s, "\x15tianjin");
    stage_key(s, KEY_RETURN);
    assert_int_equal(s->arms, 1);
    assert_true(s->armed_until[STAGE_ARMED] == s->now + 600000);
    assert_true(stage_shows(s, "ARMED 国家超级计算天津中心 10 min"));
    s->now += 61000;
    stage_publish(s);
    assert_true(stage_shows(s, "ARMED 国家超级计算天津中心 9 min"));
    stage_ask_drain(s, "cn0002");
    stage_type(s, "y");
    stage_key(s, KEY_RETURN);
    assert_int_equal(s->commit_count, 1);
    stage_free(s);
}

static void arm(struct stage *s)
{
    stage_command(s, "arm tianjin");
    stage_type(s, "tianjin");
    stage_key(s, KEY_RETURN);
    assert_true(s->armed_until[STAGE_ARMED] > s->now);
}

static void test_an_arming_ends(void **state)
{
    struct stage *s = stage_at("nodes");

    (void)state;
    arm(s);
    stage_ask_drain(s, "cn0002");
    stage_type(s, "y");
    s->now += 600000;
    stage_publish(s); /* while the question is open */
    stage_key(s, KEY_RETURN);
    assert_sent_nothing(s);
    stage_draw(s);
    assert_false(stage_shows(s, "ARMED"));
    assert_true(s->armed_until[STAGE_ARMED] == 0);
    stage_key(s, KEY_ESC);
    arm(s);
    stage_command(s, "disarm");
    assert_false(stage_shows(s, "ARMED"));
    assert_true(s->armed_until[STAGE_ARMED] == 0);
    arm(s);
    s->now -= 3600000; /* a clock that goes back opens nothing for longer */
    assert_false(stage_shows(s, "ARMED"));
    stage_free(s);
}

static void test_what_cannot_be_armed(void **state)
{
    static const struct {
        const char *line, *says;
    } lines[] = {{"arm zhangbei", "needs no arming"},
                 {"arm qingyang", "actions are off"},
                 {"arm nowhere", "no center has the id nowhere"},
                 {"arm", "which one?"}};
    struct stage *s = stage_at("nodes");

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
        stage_command(s, lines[i].line);
        assert_true(stage_shows(s, lines[i].says));
        assert_int_equal(s->u->overlay, UI_OVER_NONE);
    }
    stage_free(s);
}

/* --- by name --- */

static void test_by_name(void **state)
{
    struct stage *s = stage_at("overview");

    (void)state;
    stage_command(s, "resume zb-g0012"); /* not ours, but named */
    stage_publish(s);
    assert_true(stage_shows(s, "Type y to resume"));
    stage_type(s, "y");
    stage_key(s, KEY_RETURN);
    assert_int_equal(s->commit_count, 1);
    assert_true(s->commits[0].order->named);
    stage_command(s, "drain nosuch");
    assert_true(stage_shows(s, "no node is called nosuch"));
    stage_free(s);
}

/* --- afterwards --- */

static void send_drain(struct stage *s, const char *node)
{
    stage_ask_drain(s, node);
    stage_type(s, "y");
    stage_key(s, KEY_RETURN);
    assert_int_equal(s->commit_count, 1);
}

static void test_what_becomes_of_it(void **state)
{
    struct stage *s = stage_at("nodes");

    (void)state;
    send_drain(s, "zb-g0002");
    assert_true(stage_shows(s, "drain: handed over"));
    stage_action(s, s->commits[0].order, 0, action_state_ACCEPTED, NULL);
    stage_publish(s);
    assert_true(stage_shows(s, "drain zb-g0002: sent, waiting for confirmation"));
    stage_action(s, s->commits[0].order, 0, action_state_CONFIRMED, NULL);
    stage_publish(s);
    assert_true(stage_shows(s, "drain zb-g0002: confirmed"));
    stage_free(s);
}

static void test_a_failure_stays_until_a_key(void **state)
{
    struct stage *s = stage_at("nodes");

    (void)state;
    send_drain(s, "zb-g0002");
    stage_action(s, s->commits[0].order, 0, action_state_FAILED, "invalid node name");
    stage_publish(s);
    assert_true(stage_shows(s, "drain zb-g0002: failed: invalid node name"));
    assert_true(s->u->message_until == INT64_MAX);
    stage_key(s, KEYC_DOWN);
    assert_false(stage_shows(s, "invalid node name"));
    stage_free(s);
}

static void test_a_commit_that_is_refused(void **state)
{
    struct stage *s = stage_at("nodes");

    (void)state;
    s->commit_rc = RC_REFUSED;
    stage_go(s, "zb-g0002");
    stage_key(s, ' '); /* marked, and stays so */
    stage_key(s, 'D');
    stage_type(s, "\treason\t");
    stage_publish(s);
    stage_type(s, "y");
    stage_key(s, KEY_RETURN);
    assert_null(s->u->dialog);
    assert_true(stage_shows(s, "drain: the journal cannot be written"));
    stage_key(s, KEYC_UP);
    assert_true(stage_shows(s, "1 marked"));
    stage_free(s);
}

/* --- marks on the rows --- */

static void test_rows_that_wait_are_marked(void **state)
{
    struct stage *s = stage_at("nodes");

    (void)state;
    send_drain(s, "zb-g0002");
    stage_action(s, s->commits[0].order, 0, action_state_ACCEPTED, NULL);
    stage_publish(s);
    stage_draw(s);
    assert_true(stage_shows(s, "\xE2\x80\xA6zb-g0002")); /* in the margin */
    assert_true(stage_shows(s, "drain\xE2\x80\xA6"));
    s->centers[0].nodes[1].flags = 1u << node_flag_DRAIN;
    s->centers[0].nodes[1].reason = "suantop:4471 wang HW thermal";
    s->now += 30000;
    stage_publish(s);
    s->now += 30000;
    stage_publish(s);
    assert_false(stage_shows(s, "drain\xE2\x80\xA6"));
    assert_true(stage_shows(s, "suantop:4471 wang"));
    stage_free(s);
}

static void test_jobs_that_wait_are_marked(void **state)
{
    static const struct {
        const char *view, *job, *typed, *word;
        char key;
    } jobs[] = {{"queued", "1007", "y", "hold\xE2\x80\xA6", 'H'},
                {"running", "1001", "1001", "requeue\xE2\x80\xA6", 'R'},
                {"running", "1001", "1001", "cancel\xE2\x80\xA6", 'C'}};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(jobs); i++) {
        struct stage *s = stage_at(jobs[i].view);
        stage_go(s, jobs[i].job);
        stage_key(s, (uint32_t)jobs[i].key);
        stage_publish(s);
        stage_draw(s);
        stage_type(s, jobs[i].typed);
        stage_key(s, KEY_RETURN);
        assert_int_equal(s->commit_count, 1);
        stage_action(s, s->commits[0].order, 0, action_state_SENT, NULL);
        stage_publish(s);
        assert_true(stage_shows(s, jobs[i].word));
        stage_free(s);
    }
}

/* In view 6 R means the job of the row, D the node that is blamed. */
static void test_acting_on_an_interruption(void **state)
{
    struct stage *s = stage_at("interrupted");

    (void)state;
    stage_trouble(s);
    stage_go(s, "1002");
    stage_key(s, 'D');
    assert_non_null(s->u->dialog);
    assert_string_equal(s->u->dialog->plan->order->targets[0].name, "zb-g0002");
    stage_key(s, KEY_ESC);
    stage_key(s, 'R');
    assert_non_null(s->u->dialog);
    stage_publish(s);
    stage_draw(s);
    stage_type(s, "1002");
    stage_key(s, KEY_RETURN);
    assert_int_equal(s->commit_count, 1);
    assert_int_equal(s->commits[0].order->verb, action_verb_REQUEUE);
    assert_string_equal(s->commits[0].order->targets[0].name, "1002");
    stage_action(s, s->commits[0].order, 0, action_state_SENT, NULL);
    stage_publish(s);
    assert_true(stage_shows(s, "requeue\xE2\x80\xA6"));
    stage_free(s);
}

/* --- view 9 --- */

/* An operation as view 9 finds it: of that verb, on these, each in its state. */
static void put_operation(struct stage *s, enum action_verb verb, const char *const *names,
                          const enum action_state *states, size_t count, const char *message)
{
    struct action_order *o = order_new(verb, 0);

    for (size_t i = 0; i < count; i++) {
        enum entity e = verb_info(verb)->entity;
        uint32_t slot = snapshot_find(s->u->snap, e, row_key(e, 0, names[i], strlen(names[i])));
        assert_int_equal(order_add(o, s->u->snap, slot, NULL), RC_OK);
    }
    order_stamp(o, s->now - 60000 * (wall_ms)(verb + 1), (uint32_t)verb);
    strcpy(o->reason, "HW thermal");
    strcpy(o->ticket, "4471");
    strcpy(o->actor, "wang");
    strcpy(o->actor_from, "10.1.2.3");
    for (size_t i = 0; i < count; i++)
        stage_action(s, o, i, states[i], states[i] == action_state_FAILED ? message : NULL);
    order_free(o);
}

static void put_history(struct stage *s)
{
    static const char *const nodes[] = {"zb-g0002", "zb-g0004", "zb-g0011"};
    static const enum action_state drained[] = {action_state_CONFIRMED, action_state_FAILED,
                                                action_state_CONFIRMED};
    static const char *const jobs[] = {"1012", "1013"};
    static const enum action_state held[] = {action_state_CONFIRMED, action_state_ACCEPTED};
    static const char *const running[] = {"1003"};
    static const enum action_state planned[] = {action_state_PLANNED};

    put_operation(s, action_verb_DRAIN, nodes, drained, 3, "Access/permission denied");
    put_operation(s, action_verb_HOLD, jobs, held, 2, NULL);
    put_operation(s, action_verb_REQUEUE, running,
                  (const enum action_state[]){action_state_UNKNOWN}, 1, NULL);
    put_operation(s, action_verb_CANCEL, running, planned, 1, NULL);
    stage_publish(s);
}

static void test_pictures_of_view_9(void **state)
{
    static const int sizes[][2] = {{24, 80}, {36, 120}, {32, 160}, {80, 300}};
    char name[64];

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        struct stage *s = stage_new(
            &(struct stage_options){.view = "actions", .h = sizes[i][0], .w = sizes[i][1]});
        put_history(s);
        s->now += 100000;
        snprintf(name, sizeof name, "actions-%dx%d", sizes[i][1], sizes[i][0]);
        assert_true(stage_is_golden(s, UNIT_SRCDIR, name));
        if (i == 0) {
            s->u->ascii = true;
            assert_true(stage_is_golden(s, UNIT_SRCDIR, "actions-ascii-80x24"));
        }
        stage_free(s);
    }
}

static void test_plans_are_no_actions(void **state)
{
    struct stage *s = stage_at("actions");

    (void)state;
    put_history(s);
    assert_true(stage_shows(s, "6 actions"));
    assert_false(stage_shows(s, "planned"));
    assert_false(stage_shows(s, "cancel "));
    stage_type(s, "d"); /* everything about it */
    assert_true(stage_shows(s, "OPERATION"));
    assert_true(stage_shows(s, "POST /slurm"));
    stage_free(s);
}

/* What the audit tells of an hour ago: nobody waits for it any more, neither here nor in a plan. */
static void test_the_past_is_not_pending(void **state)
{
    static const char *const node[] = {"zb-g0002"};
    struct stage *s = stage_at("actions");

    (void)state;
    s->sent_ago = 3600000;
    put_operation(s, action_verb_DRAIN, node, (const enum action_state[]){action_state_ACCEPTED}, 1,
                  NULL);
    stage_publish(s);
    assert_true(stage_shows(s, "0 pending"));
    assert_false(stage_shows(s, "accepted\xE2\x80\xA6"));
    stage_key(s, '2');
    stage_ask_drain(s, "zb-g0004");
    assert_true(stage_shows(s, "out of work 0 \xE2\x86\x92 1"));
    stage_free(s);
}

/* U takes back the whole operation, as far as it is ours: zb-g0011 is, zb-g0002 was taken over by somebody. */
static void test_undoing_a_drain(void **state)
{
    struct stage *s = stage_at("actions");

    (void)state;
    s->centers[0].nodes[1].flags = 1u << node_flag_DRAIN;
    s->centers[0].nodes[1].reason = "NHC: it is worse than that";
    s->centers[0].nodes[1].by = "root";
    stage_publish(s);
    put_history(s);
    stage_command(s, "filter zb-g0002");
    stage_key(s, 'U');
    assert_non_null(s->u->dialog);
    assert_int_equal(s->u->dialog->plan->order->count, 1);
    stage_publish(s);
    assert_true(stage_shows(s, "Resume 1 node"));
    assert_true(stage_shows(s, "zb-g0011"));
    stage_type(s, "y");
    stage_key(s, KEY_RETURN);
    assert_int_equal(s->commit_count, 1);
    assert_int_equal(s->commits[0].order->verb, action_verb_RESUME);
    assert_string_equal(s->commits[0].order->targets[0].name, "zb-g0011");
    stage_free(s);
}

static void test_undoing_a_hold(void **state)
{
    struct stage *s = stage_at("actions");

    (void)state;
    put_history(s);
    stage_command(s, "filter 1013");
    stage_key(s, 'L');
    assert_non_null(s->u->dialog);
    assert_int_equal(s->u->dialog->plan->order->count, 2);
    stage_publish(s);
    stage_draw(s);
    stage_type(s, "2");
    stage_key(s, KEY_RETURN);
    assert_int_equal(s->commit_count, 1);
    assert_int_equal(s->commits[0].order->verb, action_verb_RELEASE);
    stage_free(s);
}

static void test_nothing_to_undo(void **state)
{
    struct stage *s = stage_at("actions");

    (void)state;
    put_history(s);
    stage_command(s, "filter 1013"); /* a hold is no drain */
    stage_key(s, 'U');
    assert_null(s->u->dialog);
    assert_true(stage_shows(s, "resume takes back a drain: nothing of one is left"));
    stage_key(s, 'D');
    assert_null(s->u->dialog);
    assert_true(stage_shows(s, "drain does not work in this view"));
    stage_free(s);
}

/* --- what is looked at --- */

struct told {
    int times;
    uint16_t center;
    char node[64];
};

static void on_focus(void *arg, uint16_t center, const char *node)
{
    struct told *told = arg;

    told->times++;
    told->center = center;
    snprintf(told->node, sizeof told->node, "%s", node ? node : "(all)");
}

/* Sources hear once a second which center or node is on the screen; nothing while it is all of them. */
static void test_focus_is_told(void **state)
{
    struct told told = {0};
    struct stage *s = stage_new(&(struct stage_options){.view = "overview", .h = 24, .w = 80});
    void *arg = s->u->port.arg;

    (void)state;
    stage_draw(s);
    ui_tell_focus(s->u, 5000); /* nobody to tell */
    s->u->port.focus = on_focus;
    s->u->port.arg = &told;
    ui_tell_focus(s->u, 6000);
    assert_int_equal(told.times, 0);
    s->u->port.arg = arg;
    stage_key(s, KEY_RETURN); /* a center, its nodes, one node */
    s->u->port.arg = &told;
    ui_tell_focus(s->u, 7000);
    assert_int_equal(told.times, 1);
    assert_string_equal(told.node, "(all)");
    ui_tell_focus(s->u, 7500);
    assert_int_equal(told.times, 1);
    ui_tell_focus(s->u, 8000);
    assert_int_equal(told.times, 2);
    s->u->port.arg = arg;
    stage_key(s, KEY_RETURN);
    stage_key(s, KEY_RETURN);
    s->u->port.arg = &told;
    ui_tell_focus(s->u, 8001); /* just gone there: at once */
    assert_int_equal(told.times, 3);
    assert_int_equal(told.center, 0);
    assert_memory_equal(told.node, "zb-g", 4);
    s->u->port.arg = arg;
    stage_free(s);
}

/* --- every documented key --- */

/* Where a command has something to do: the view, and what is typed before its key. */
static const struct {
    const char *before;
    enum cmd cmd;
    const char *view; /* NULL = nodes */
} places[] = {
    {"", CMD_VIEW_1},
    {"", CMD_VIEW_2, "queued"},
    {"", CMD_VIEW_3},
    {"", CMD_VIEW_4},
    {"", CMD_VIEW_5},
    {"", CMD_VIEW_6},
    {"", CMD_VIEW_7},
    {"", CMD_VIEW_8},
    {"", CMD_VIEW_9},
    {"", CMD_NEXT_VIEW},
    {"", CMD_PREV_VIEW},
    {"jj", CMD_UP},
    {"", CMD_DOWN},
    {"G", CMD_PAGE_UP},
    {"", CMD_PAGE_DOWN},
    {"G", CMD_TOP},
    {"", CMD_BOTTOM},
    {">", CMD_LEFT}, /* a column scrolled away first, see below */
    {"", CMD_RIGHT},
    {"", CMD_OPEN},
    {"", CMD_DETAILS},
    {"", CMD_RAW},
    {"", CMD_FILTER},
    {":find-next cn00\r", CMD_FIND_NEXT},
    {":find-next cn00\r", CMD_FIND_PREV},
    {"", CMD_COMMAND},
    {"", CMD_SORT_NEXT},
    {"", CMD_SORT_PREV},
    {"", CMD_SORT_PICK},
    {"", CMD_INVERT},
    {"", CMD_MARK},
    {"", CMD_MARK_ALL},
    {"", CMD_GROUP},
    {"t", CMD_FOLD},
    {"", CMD_HEAT},
    {"m", CMD_SHADE, "devices"},
    {"", CMD_IDLE, "devices"},
    {"", CMD_ENDED, "running"},
    {"", CMD_WINDOW, "interrupted"},
    {"", CMD_OFFENDERS, "interrupted"},
    {"", CMD_ACK, "interrupted"},
    {"", CMD_RESOLVE, "interrupted"},
    {"", CMD_SILENCE, "alerts"},
    {"", CMD_FREEZE},
    {"", CMD_REFRESH},
    {"", CMD_RETRY, "sources"},
    {"", CMD_HELP},
    {"", CMD_EXPLAIN},
    {"", CMD_SETUP},
    {":find-next zb-g0002\r", CMD_DRAIN},
    {":find-next zb-g0011\r", CMD_RESUME},
    {"", CMD_REQUEUE, "running"},
    {":find-next 1007\r", CMD_HOLD, "queued"},
    {":find-next 1012\r", CMD_RELEASE, "queued"},
    {"", CMD_CANCEL, "running"},
    {"/zb\r", CMD_BACK},
    {"", CMD_STEP},
    {"", CMD_FASTER},
    {"", CMD_SLOWER},
    {"", CMD_QUIT},
    {"", CMD_QUIT_NOW},
};

static char *picture_of(struct stage *s)
{
    struct buf dump;
    char *copy;

    buf_init(&dump, 4 << 20);
    stage_draw(s);
    canvas_dump(&s->u->canvas, &dump, true);
    copy = strdup(dump.data);
    buf_fini(&dump);
    return copy;
}

/* Everything that a key may change. */
static bool key_does_something(size_t place, uint32_t key)
{
    enum cmd cmd = places[place].cmd;
    bool replay = cmd == CMD_STEP || cmd == CMD_FASTER || cmd == CMD_SLOWER;
    struct stage *s =
        stage_new(&(struct stage_options){.view = places[place].view ? places[place].view : "nodes",
                                          .h = 24,
                                          .w = 80,
                                          .replay = replay});

    stage_trouble(s);
    stage_draw(s);
    if (cmd == CMD_LEFT)
        for (int i = 0; i < 3; i++)
            stage_key(s, KEYC_RIGHT);
    else
        stage_type(s, places[place].before);
    stage_key(s, 0x7FFFFFFF); /* no key: what was said goes */
    char *before = picture_of(s);
    unsigned done = s->steps + s->refreshes + s->annotations;
    stage_key(s, key);
    char *after = picture_of(s);
    bool did = strcmp(before, after) != 0 || s->u->quit ||
               s->steps + s->refreshes + s->annotations != done;
    if (cmd_acts(cmd))
        did = s->u->dialog && verb_info(s->u->dialog->plan->order->verb)->key == (char)key;
    free(before);
    free(after);
    stage_free(s);
    return did;
}

static void test_every_key_does_something(void **state)
{
    (void)state;
    for (enum cmd c = CMD_NONE + 1; c < CMD_COUNT; c++) {
        const struct cmd_info *info = cmd_info(c);
        size_t place = 0, len;
        while (place < ARRAY_LEN(places) && places[place].cmd != c)
            place++;
        if (place == ARRAY_LEN(places))
            fail_msg("no test presses the key of %s: say where it does something", info->name);
        for (const char *list = info->keys + strspn(info->keys, " "); *list;
             list += len, list += strspn(list, " ")) {
            len = strcspn(list, " ");
            if (!key_does_something(place, key_from_name(list, len)))
                fail_msg("%.*s (%s) does nothing", (int)len, list, info->name);
        }
    }
}

/* The key of a verb in verbs.def is the key of its command. */
static void test_verbs_and_commands_agree(void **state)
{
    (void)state;
    for (int v = 0; v < action_verb_COUNT; v++) {
        const struct verb_info *info = verb_info((enum action_verb)v);
        enum cmd c = cmd_find(info->name, strlen(info->name));
        assert_true(c != CMD_NONE && cmd_acts(c));
        assert_int_equal(keymap_lookup((uint32_t)info->key), c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_screens_that_only_look),
        cmocka_unit_test(test_off_says_so),
        cmocka_unit_test(test_a_key_of_another_view),
        cmocka_unit_test(test_a_frozen_picture),
        cmocka_unit_test(test_arming),
        cmocka_unit_test(test_an_arming_ends),
        cmocka_unit_test(test_what_cannot_be_armed),
        cmocka_unit_test(test_by_name),
        cmocka_unit_test(test_what_becomes_of_it),
        cmocka_unit_test(test_a_failure_stays_until_a_key),
        cmocka_unit_test(test_a_commit_that_is_refused),
        cmocka_unit_test(test_rows_that_wait_are_marked),
        cmocka_unit_test(test_jobs_that_wait_are_marked),
        cmocka_unit_test(test_acting_on_an_interruption),
        cmocka_unit_test(test_pictures_of_view_9),
        cmocka_unit_test(test_plans_are_no_actions),
        cmocka_unit_test(test_the_past_is_not_pending),
        cmocka_unit_test(test_undoing_a_drain),
        cmocka_unit_test(test_undoing_a_hold),
        cmocka_unit_test(test_nothing_to_undo),
        cmocka_unit_test(test_focus_is_told),
        cmocka_unit_test(test_every_key_does_something),
        cmocka_unit_test(test_verbs_and_commands_agree),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
