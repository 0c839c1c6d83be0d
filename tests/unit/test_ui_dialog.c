/* SPDX-License-Identifier: MIT
 * test_ui_dialog.c - the dialog before an action, with every consent and every refusal, editing, pasting, and plans
 * that change under it. The core runs without a terminal (tests/safety/stage.h).
 *
 * GENERATE=1 writes the golden pictures anew. */
#include "tests/safety/stage.h"
#include "tests/safety/fake_term.h"
#include "tests/unit/unit.h"
#include "tests/unit/zh_kit.h"
#include "ui/dialogtext.h"
#include "base/xmem.h"

static struct stage *stage_at(const char *view)
{
    return stage_new(&(struct stage_options){.view = view});
}

static void assert_sent_nothing(struct stage *s)
{
    assert_int_equal(s->commit_count, 0);
}

/* --- consent --- */

static void test_one_node_may_always_go(void **state)
{
    static const struct {
        double before, after, percent;
        const char *words;
    } cases[] = {{0, 1, 25, ", one may always go"},
                 {0, 1, 16, ", limit 20 %"},
                 {1, 2, 50, ", limit 20 %"},
                 {1, 1, 16, "(16.0 %)"}};
    struct dialog_world w = {.ascii = true};
    struct buf out;

    (void)state;
    buf_init(&out, 200);
    for (size_t i = 0; i < 4; i++) {
        struct plan_pool pool = {.out_before = cases[i].before,
                                 .out_after = cases[i].after,
                                 .percent_after = cases[i].percent};
        buf_reset(&out);
        dialog_pool(NULL, &pool, &w, &out);
        size_t len = strlen(cases[i].words);
        assert_true(out.len > len && strcmp(out.data + out.len - len, cases[i].words) == 0);
    }
    buf_fini(&out);
}

static void test_idle_node_asks_for_y(void **state)
{
    struct stage *s = stage_at("nodes");

    (void)state;
    stage_ask_drain(s, "zb-g0002");
    assert_true(stage_shows(s, "Nothing runs on it: type y to drain"));
    stage_key(s, KEY_RETURN);
    assert_sent_nothing(s);
    assert_true(stage_shows(s, "not confirmed"));
    stage_type(s, "y");
    stage_key(s, KEY_RETURN);
    assert_int_equal(s->commit_count, 1);
    const struct action_order *o = s->commits[0].order;
    assert_int_equal(o->verb, action_verb_DRAIN);
    assert_int_equal(o->count, 1);
    assert_string_equal(o->targets[0].name, "zb-g0002");
    assert_string_equal(o->ticket, "4471");
    assert_string_equal(o->reason, "HW thermal");
    assert_string_equal(o->actor, "wang");
    assert_string_equal(o->cluster, "zb-main");
    assert_true(s->commits[0].dialog_open);
    assert_null(s->u->dialog);
    stage_free(s);
}

static void test_busy_node_asks_for_its_name(void **state)
{
    struct stage *s = stage_at("nodes");

    (void)state;
    stage_ask_drain(s, "zb-g0003");
    assert_true(stage_shows(s, "Running work on it: type the node's name to drain"));
    assert_true(stage_shows(s, "1 job of li"));
    static const char *const wrong[] = {"y",         "zb-g0001",  "ZB-G0003",
                                        "zb-g0003 ", " zb-g0003", "zb-g000"};
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        stage_key(s, 21); /* C-u */
        stage_type(s, wrong[i]);
        stage_key(s, KEY_RETURN);
        assert_sent_nothing(s);
    }
    stage_key(s, 21);
    stage_type(s, "zb-g0003");
    stage_key(s, KEY_RETURN);
    assert_int_equal(s->commit_count, 1);
    stage_free(s);
}

static void test_several_ask_for_the_count(void **state)
{
    struct stage *s = stage_at("queued");

    (void)state;
    stage_go(s, "1006");
    stage_type(s, "   "); /* three marks */
    stage_key(s, 'H');
    stage_publish(s);
    assert_true(stage_shows(s, "3 jobs: type how many to hold"));
    stage_type(s, "2");
    stage_key(s, KEY_RETURN);
    assert_sent_nothing(s);
    stage_type(s, "\x15"
                  "3");
    stage_key(s, KEY_RETURN);
    assert_int_equal(s->commit_count, 1);
    assert_int_equal(s->commits[0].order->count, 3);
    stage_draw(s);
    assert_false(stage_shows(s, "marked")); /* they have done their work */
    stage_free(s);
}

static void test_refused_targets_are_not_sent(void **state)
{
    struct stage *s = stage_at("queued");

    (void)state;
    stage_go(s, "1006");
    stage_type(s, "  ");
    stage_go(s, "1012"); /* held already */
    stage_type(s, " ");
    stage_key(s, 'H');
    stage_publish(s);
    assert_true(stage_shows(s, "2 of 3"));
    assert_true(stage_shows(s, "is held already"));
    stage_type(s, "2");
    stage_key(s, KEY_RETURN);
    assert_int_equal(s->commit_count, 1);
    assert_int_equal(s->commits[0].order->count, 2);
    for (size_t i = 0; i < 2; i++)
        assert_string_not_equal(s->commits[0].order->targets[i].name, "1012");
    stage_free(s);
}

static void test_never_says_why(void **state)
{
    struct stage *s = stage_at("nodes");

    (void)state;
    stage_ask_drain(s, "zb-g0012"); /* somebody else's reason */
    assert_true(stage_shows(s, "Refused: zb-g0012: already drained, another reason stands on it"));
    stage_type(s, "y");
    stage_key(s, KEY_RETURN);
    stage_type(s, "\x15zb-g0012");
    stage_key(s, KEY_RETURN);
    assert_sent_nothing(s);
    stage_key(s, KEY_ESC);
    assert_null(s->u->dialog);
    assert_int_equal(s->drops, 1);
    stage_free(s);
}

static void test_a_drain_needs_a_reason(void **state)
{
    struct stage *s = stage_at("nodes");

    (void)state;
    stage_go(s, "zb-g0002");
    stage_type(s, "D\t\t");
    stage_publish(s);
    stage_type(s, "y");
    stage_key(s, KEY_RETURN);
    assert_sent_nothing(s);
    assert_true(stage_shows(s, "a drain needs a reason"));
    assert_int_equal(s->u->dialog->at, DIALOG_REASON); /* there it goes */
    stage_free(s);
}

static void test_every_verb(void **state)
{
    static const struct {
        const char *view, *row, *typed;
        char key;
        enum action_verb verb;
    } verbs[] = {
        {"nodes", "zb-g0011", "y", 'U', action_verb_RESUME},
        {"running", "1001", "1001", 'R', action_verb_REQUEUE},
        {"running", "1001", "1001", 'C', action_verb_CANCEL},
        {"queued", "1007", "y", 'H', action_verb_HOLD},
        {"queued", "1012", "y", 'L', action_verb_RELEASE},
        {"queued", "1007", "y", 'C', action_verb_CANCEL},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(verbs); i++) {
        struct stage *s = stage_at(verbs[i].view);
        stage_go(s, verbs[i].row);
        stage_key(s, (uint32_t)verbs[i].key);
        stage_publish(s);
        stage_draw(s);
        stage_type(s, verbs[i].typed);
        stage_key(s, KEY_RETURN);
        if (s->commit_count != 1)
            fail_msg("%s of %s was not sent", verb_info(verbs[i].verb)->name, verbs[i].row);
        assert_int_equal(s->commits[0].order->verb, verbs[i].verb);
        assert_string_equal(s->commits[0].order->targets[0].name, verbs[i].row);
        assert_int_equal(s->commits[0].order->hold_after,
                         verbs[i].verb == action_verb_REQUEUE); /* somebody looks first */
        stage_free(s);
    }
}

static void test_the_rest_of_an_array(void **state)
{
    struct stage *s = stage_at("queued");

    (void)state;
    strcpy(s->centers[0].jobs[8].id, "77_[0-3]");
    s->centers[0].jobs[8].tasks = 4;
    stage_publish(s);
    stage_go(s, "77_");
    stage_key(s, 'H');
    stage_publish(s);
    assert_true(stage_shows(s, "stands for 4 waiting tasks"));
    assert_true(stage_shows(s, "4 jobs: type how many"));
    stage_type(s, "4");
    stage_key(s, KEY_RETURN);
    assert_int_equal(s->commit_count, 1);
    assert_true(s->commits[0].order->targets[0].whole_array);
    stage_free(s);
}

/* --- the brake --- */

static void test_the_brake_needs_a_word_and_a_ticket(void **state)
{
    struct stage *s = stage_at("nodes");

    (void)state;
    stage_go(s, "zb-g0002");
    stage_command(s, "filter name=zb-g0002 or name=zb-g0004 or name=zb-g0006");
    stage_key(s, '*');
    stage_key(s, 'D');
    stage_type(s, "\tall three\t");
    stage_publish(s);
    assert_true(stage_shows(s, "Refused: 3 of the 6 nodes of h800-train would be out"));
    assert_true(stage_shows(s, "brake"));
    assert_int_equal(s->u->dialog->at, DIALOG_MASS); /* on the way to the question */
    stage_type(s, "mass\t");
    stage_publish(s);
    stage_draw(s);
    assert_int_equal(s->u->dialog->plan->consent, CONSENT_NEVER); /* no ticket */
    stage_type(s, "3");
    stage_key(s, KEY_RETURN);
    assert_sent_nothing(s);
    stage_type(s, "\t4471\t\t\t");
    stage_publish(s);
    assert_true(stage_shows(s, "3 nodes: type how many to drain"));
    stage_type(s, "\x15"
                  "3");
    stage_key(s, KEY_RETURN);
    assert_int_equal(s->commit_count, 1);
    assert_true(s->commits[0].order->mass);
    stage_free(s);
}

/* --- what is shown --- */

static void test_the_request_must_be_there(void **state)
{
    struct stage *s = stage_at("nodes");

    (void)state;
    s->previews_are = PREVIEWS_STAY_AWAY;
    stage_ask_drain(s, "zb-g0002");
    assert_true(stage_shows(s, "being prepared"));
    stage_type(s, "y");
    stage_key(s, KEY_RETURN);
    assert_sent_nothing(s);
    assert_true(stage_shows(s, "wait until it is shown"));
    stage_action(s, s->u->dialog->plan->order, 0, action_state_PLANNED, NULL);
    stage_publish(s);
    assert_true(stage_shows(s, "POST /slurm/v0.0.42/node/zb-g0002"));
    stage_key(s, KEY_RETURN);
    assert_int_equal(s->commit_count, 1);
    stage_free(s);
}

/* The request of an earlier reason is not the request of this one. */
static void test_the_request_follows_the_reason(void **state)
{
    struct stage *s = stage_at("nodes");
    unsigned before;

    (void)state;
    stage_ask_drain(s, "zb-g0002");
    before = s->previews;
    stage_key(s, KEYC_BACKTAB);
    stage_type(s, " again");
    s->now += 1000;
    stage_key(s, KEY_TAB);
    assert_int_equal(s->previews, before + 1);
    assert_true(stage_shows(s, "being prepared"));
    stage_type(s, "y");
    stage_key(s, KEY_RETURN);
    assert_sent_nothing(s);
    stage_publish(s);
    stage_key(s, KEY_RETURN);
    assert_int_equal(s->commit_count, 1);
    assert_string_equal(s->commits[0].order->reason, "HW thermal again");
    stage_free(s);
}

static void test_a_way_that_cannot(void **state)
{
    struct stage *s = stage_at("nodes");

    (void)state;
    s->previews_are = PREVIEWS_FAIL;
    stage_ask_drain(s, "zb-g0002");
    assert_true(stage_shows(s, "needs a newer slurmrestd"));
    stage_type(s, "y");
    stage_key(s, KEY_RETURN);
    assert_sent_nothing(s);
    stage_free(s);
}

static void test_dry_run_sends_nothing(void **state)
{
    struct stage *s = stage_at("nodes");

    (void)state;
    stage_ask_drain(s, "zb-g0003");
    stage_type(s, "zb-g0003");
    stage_key(s, 4); /* C-d */
    assert_true(stage_shows(s, "Dry run, nothing is sent"));
    assert_true(stage_shows(s, "POST /slurm/v0.0.42/node/zb-g0003"));
    assert_sent_nothing(s);
    stage_key(s, KEY_ESC); /* back to the question */
    assert_true(stage_shows(s, "type the node's name to drain"));
    assert_string_equal(s->u->dialog->fields[DIALOG_CONSENT].text, "zb-g0003");
    stage_free(s);
}

/* --- typing --- */

static void test_typing_is_no_command(void **state)
{
    struct stage *s = stage_at("nodes");

    (void)state;
    stage_ask_drain(s, "zb-g0002");
    stage_type(s, "q:18?/zDURHLC *y");
    stage_key(s, KEYC_F1);
    stage_key(s, KEYC_F1 + 9); /* F10 */
    stage_key(s, KEYC_PGDN);
    assert_non_null(s->u->dialog);
    assert_false(s->u->quit);
    assert_false(s->u->frozen);
    assert_int_equal(s->u->line, UI_LINE_NONE);
    assert_string_equal(s->u->dialog->fields[DIALOG_CONSENT].text, "q:18?/zDURHLC *y");
    assert_sent_nothing(s);
    stage_free(s);
}

static void test_fields_take_what_schedulers_can_keep(void **state)
{
    struct stage *s = stage_at("nodes");
    const struct dialog *d;

    (void)state;
    stage_go(s, "zb-g0002");
    stage_key(s, 'D');
    d = s->u->dialog;
    stage_type(s, "44 ");
    assert_true(stage_shows(s, "without blanks"));
    stage_type(s, "71");
    assert_string_equal(d->fields[DIALOG_TICKET].text, "4471");
    stage_key(s, KEY_TAB);
    stage_type(s, "坏 ok");
    assert_string_equal(d->fields[DIALOG_REASON].text, " ok");
    for (int i = 0; i < 200; i++)
        stage_key(s, 'x');
    assert_true(d->fields[DIALOG_REASON].len < ACTION_REASON_MAX);
    assert_true(stage_shows(s, "no room for more"));
    stage_key(s, KEY_RETURN); /* goes on to the question, and is no yes */
    assert_int_equal(d->at, DIALOG_CONSENT);
    char written[ACTION_REASON_MAX + 1];
    assert_true(order_reason(d->plan->order, written));
    for (int i = 0; i < 300; i++)
        stage_key(s, KEY_ERASE);
    assert_non_null(s->u->dialog); /* rubbing out does not leave it */
    stage_free(s);
}

static void test_a_pasted_newline_confirms_nothing(void **state)
{
    struct stage *s = stage_at("nodes");

    (void)state;
    stage_ask_drain(s, "zb-g0002");
    stage_paste(s, "y\ny\n");
    assert_sent_nothing(s);
    assert_string_equal(s->u->dialog->fields[DIALOG_CONSENT].text, "yy");
    stage_quick_key(s, KEY_RETURN); /* still at the moment of the paste */
    assert_sent_nothing(s);
    /* A terminal that does not tell what is pasted: it all comes at once. */
    stage_key(s, 21);
    s->mono += 1000;
    stage_quick_key(s, 'y');
    stage_quick_key(s, KEY_RETURN);
    assert_sent_nothing(s);
    assert_true(stage_shows(s, "came with the text"));
    s->mono += DIALOG_ENTER_MS;
    stage_quick_key(s, KEY_RETURN);
    assert_int_equal(s->commit_count, 1);
    stage_free(s);
}

static void test_a_paste_outside_is_no_keys(void **state)
{
    struct stage *s = stage_at("nodes");

    (void)state;
    stage_go(s, "zb-g0002");
    stage_paste(s, "D\t\tq\ny\n");
    assert_null(s->u->dialog);
    assert_false(s->u->quit);
    assert_true(stage_shows(s, "pasted text is not taken for keys"));
    stage_key(s, '/');
    stage_paste(s, "zb-g0002\n");
    assert_int_equal(s->u->line, UI_LINE_FILTER); /* its Enter is not ours */
    assert_string_equal(s->u->edit.text, "zb-g0002");
    stage_free(s);
}

/* --- things change under it --- */

static void test_work_that_comes_meanwhile(void **state)
{
    struct stage *s = stage_at("nodes");

    (void)state;
    stage_ask_drain(s, "zb-g0002");
    stage_type(s, "y");
    s->centers[0].nodes[1].state = node_state_ALLOCATED;
    s->centers[0].jobs[5].node = 1;
    stage_publish(s);
    assert_true(stage_shows(s, "this changed meanwhile"));
    assert_string_equal(s->u->dialog->fields[DIALOG_CONSENT].text, "");
    stage_type(s, "y");
    stage_key(s, KEY_RETURN);
    assert_sent_nothing(s);
    stage_type(s, "\x15zb-g0002");
    stage_key(s, KEY_RETURN);
    assert_int_equal(s->commit_count, 1);
    stage_free(s);
}

static void test_more_work_takes_back_what_was_typed(void **state)
{
    struct stage *s = stage_at("nodes");

    (void)state;
    stage_ask_drain(s, "zb-g0003");
    stage_type(s, "zb-g0003");
    s->centers[0].jobs[5].node = 2;
    stage_publish(s);
    assert_string_equal(s->u->dialog->fields[DIALOG_CONSENT].text, "");
    assert_true(stage_shows(s, "more work runs there now"));
    stage_free(s);
}

static void test_a_target_that_goes_away(void **state)
{
    struct stage *s = stage_at("nodes");

    (void)state;
    stage_ask_drain(s, "zb-g0002");
    stage_type(s, "y");
    s->centers[0].nodes[1].listed = false;
    stage_publish(s);
    assert_true(stage_shows(s, "Refused: zb-g0002: is gone"));
    stage_type(s, "y");
    stage_key(s, KEY_RETURN);
    assert_sent_nothing(s);
    s->centers[0].nodes[1].listed = true; /* and back: to be typed again */
    stage_publish(s);
    assert_string_equal(s->u->dialog->fields[DIALOG_CONSENT].text, "");
    stage_free(s);
}

static void test_a_picture_that_does_not_matter(void **state)
{
    struct stage *s = stage_at("nodes");

    (void)state;
    stage_ask_drain(s, "zb-g0002");
    stage_type(s, "y");
    s->now += 5000;
    s->centers[0].nodes[7].state = node_state_DOWN;
    stage_publish(s);
    assert_string_equal(s->u->dialog->fields[DIALOG_CONSENT].text, "y");
    stage_key(s, KEY_RETURN);
    assert_int_equal(s->commit_count, 1);
    stage_free(s);
}

static void test_old_news_is_no_ground_to_act_on(void **state)
{
    struct stage *s = stage_at("nodes");

    (void)state;
    stage_ask_drain(s, "zb-g0002");
    stage_type(s, "y");
    s->silent = true;
    s->now += 10 * 60000;
    stage_publish(s);
    assert_true(stage_shows(s, "Refused: "));
    stage_key(s, KEY_RETURN);
    assert_sent_nothing(s);
    stage_free(s);
}

/* Nothing comes any more, and the question stays open. */
static void test_time_alone_makes_it_old(void **state)
{
    struct stage *s = stage_at("nodes");

    (void)state;
    stage_ask_drain(s, "zb-g0002");
    stage_type(s, "y");
    s->now += 5 * 60000;
    stage_key(s, KEY_RETURN);
    assert_sent_nothing(s);
    assert_true(stage_shows(s, "too old to act on"));
    stage_free(s);
}

/* The row under the cursor goes away at the moment of the key. */
static void test_the_row_may_slide_away(void **state)
{
    struct stage *s = stage_at("nodes");

    (void)state;
    stage_command(s, "sort name");
    stage_go(s, "zb-g0002");
    s->centers[0].nodes[1].listed = false;
    stage_publish(s);
    stage_key(s, 'D'); /* on its neighbour now */
    assert_null(s->u->dialog);
    assert_true(stage_shows(s, "has just gone: look again"));
    s->now += 2000;
    stage_key(s, 'D');
    assert_non_null(s->u->dialog);
    stage_free(s);
}

/* The order of the rows changes: the key still means the same thing. */
static void test_the_rows_may_change_places(void **state)
{
    struct stage *s = stage_at("nodes");

    (void)state;
    stage_command(s, "sort status desc");
    stage_go(s, "zb-g0002");
    s->centers[0].nodes[1].state = node_state_DOWN; /* to the very top */
    stage_publish(s);
    stage_key(s, 'D');
    assert_non_null(s->u->dialog);
    assert_string_equal(s->u->dialog->plan->order->targets[0].name, "zb-g0002");
    stage_free(s);
}

static void test_marks_that_are_hidden(void **state)
{
    struct stage *s = stage_at("nodes");

    (void)state;
    stage_go(s, "zb-g0002");
    stage_type(s, "  ");
    stage_command(s, "filter name=zb-g0002");
    stage_key(s, 'D');
    assert_null(s->u->dialog);
    assert_true(stage_shows(s, "of 2 marked rows are not shown here"));
    stage_free(s);
}

static void test_marks_of_two_centers(void **state)
{
    struct stage *s = stage_at("nodes");

    (void)state;
    stage_go(s, "zb-g0002");
    stage_key(s, ' ');
    stage_go(s, "cn0002");
    stage_key(s, ' ');
    stage_key(s, 'D');
    assert_null(s->u->dialog);
    assert_true(stage_shows(s, "several centers"));
    stage_free(s);
}

/* --- sizes --- */

static void test_resizing(void **state)
{
    static const int sizes[][2] = {{1, 1},   {5, 30},   {12, 60},  {12, 20}, {24, 80},
                                   {24, 49}, {80, 300}, {13, 300}, {50, 60}, {36, 120}};
    struct stage *s = stage_at("nodes");

    (void)state;
    stage_ask_drain(s, "zb-g0002");
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        stage_resize(s, sizes[i][0], sizes[i][1]);
        stage_draw(s);
        assert_non_null(s->u->dialog);
    }
    stage_type(s, "y");
    stage_resize(s, 10, 60); /* the question does not fit any more */
    stage_draw(s);
    stage_key(s, KEY_RETURN);
    assert_sent_nothing(s);
    stage_resize(s, 12, 60);
    assert_true(stage_shows(s, "target"));
    assert_true(stage_shows(s, "zb-g0002"));
    assert_true(stage_shows(s, "type y to drain"));
    stage_key(s, KEY_RETURN);
    assert_int_equal(s->commit_count, 1);
    stage_free(s);
}

/* --- pictures --- */

static const int sizes[][2] = {{24, 80}, {36, 120}, {32, 160}, {80, 300}};

static struct stage *picture(const char *view, size_t size)
{
    return stage_new(
        &(struct stage_options){.view = view, .h = sizes[size][0], .w = sizes[size][1]});
}

static void check_at(struct stage *s, const char *name, size_t size)
{
    char file[80];

    snprintf(file, sizeof file, "%s-%dx%d", name, sizes[size][1], sizes[size][0]);
    assert_true(stage_is_golden(s, UNIT_SRCDIR, file));
}

static void test_pictures_of_one(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        struct stage *s = picture("nodes", i);
        stage_ask_drain(s, "zb-g0003");
        stage_type(s, "zb-g");
        check_at(s, "drain", i);
        stage_free(s);
    }
}

static void test_pictures_of_several(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        struct stage *s = picture("queued", i);
        stage_command(s, "center zhangbei");
        stage_key(s, '*');
        stage_key(s, 'H');
        stage_publish(s);
        check_at(s, "hold-several", i);
        stage_free(s);
    }
}

static void test_pictures_of_others(void **state)
{
    struct stage *s = picture("nodes", 1);

    (void)state;
    stage_command(s, "filter zb-g000 or zb-g0012");
    stage_key(s, '*');
    stage_key(s, 'D');
    stage_type(s, "\track down\t");
    stage_publish(s);
    check_at(s, "brake", 1);
    stage_key(s, KEY_ESC);
    stage_command(s, "arm tianjin");
    stage_type(s, "tian");
    check_at(s, "arm", 1);
    stage_type(s, "jin");
    stage_key(s, KEY_RETURN);
    stage_resize(s, 24, 80);
    stage_key(s, KEY_ESC);
    check_at(s, "armed", 0);
    stage_free(s);
    s = picture("running", 1);
    stage_go(s, "1001");
    stage_key(s, 'C');
    stage_publish(s);
    stage_type(s, "10");
    check_at(s, "cancel", 1);
    stage_key(s, KEY_ESC);
    stage_free(s);
}

static void test_pictures_in_ascii_and_mono(void **state)
{
    struct stage *s = picture("nodes", 0);

    (void)state;
    s->u->ascii = true;
    stage_ask_drain(s, "zb-g0003");
    check_at(s, "drain-ascii", 0);
    stage_free(s);
    fake_term_mono = true; /* the same words: colour never says it alone */
    s = picture("nodes", 0);
    stage_ask_drain(s, "zb-g0003");
    stage_type(s, "zb-g");
    check_at(s, "drain", 0);
    fake_term_mono = false;
    stage_free(s);
}

/* What is named and what is to be typed is the same in every language; so is what is sent. */
static void test_dialogs_in_chinese(void **state)
{
    (void)state;
    if (!use_chinese())
        skip();
    for (size_t i = 0; i < 2; i++) {
        struct stage *s = picture("nodes", i);
        stage_ask_drain(s, "zb-g0003");
        check_at(s, "zh_CN-drain", i);
        stage_type(s, "zb-g0003");
        assert_true(stage_shows(s, "zb-g0003"));
        assert_true(stage_shows(s, "4471"));
        stage_key(s, KEY_RETURN);
        assert_int_equal(s->commit_count, 1);
        assert_string_equal(s->commits[0].order->targets[0].name, "zb-g0003");
        stage_free(s);
        s = picture("running", i);
        stage_go(s, "1001");
        stage_key(s, 'R');
        stage_publish(s);
        check_at(s, "zh_CN-requeue", i);
        stage_type(s, "y");
        stage_key(s, KEY_RETURN);
        assert_sent_nothing(s); /* it runs: its id is asked for */
        stage_key(s, KEY_ESC);
        stage_free(s);
        s = picture("nodes", i);
        stage_command(s, "filter zb-g000 or zb-g0012");
        stage_key(s, '*');
        stage_key(s, 'D');
        stage_type(s, "\track down\t");
        stage_publish(s);
        check_at(s, "zh_CN-brake", i);
        stage_key(s, KEY_ESC);
        stage_free(s);
    }
    i18n_end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_node_may_always_go),
        cmocka_unit_test(test_idle_node_asks_for_y),
        cmocka_unit_test(test_busy_node_asks_for_its_name),
        cmocka_unit_test(test_several_ask_for_the_count),
        cmocka_unit_test(test_refused_targets_are_not_sent),
        cmocka_unit_test(test_never_says_why),
        cmocka_unit_test(test_a_drain_needs_a_reason),
        cmocka_unit_test(test_every_verb),
        cmocka_unit_test(test_the_rest_of_an_array),
        cmocka_unit_test(test_the_brake_needs_a_word_and_a_ticket),
        cmocka_unit_test(test_the_request_must_be_there),
        cmocka_unit_test(test_the_request_follows_the_reason),
        cmocka_unit_test(test_a_way_that_cannot),
        cmocka_unit_test(test_dry_run_sends_nothing),
        cmocka_unit_test(test_typing_is_no_command),
        cmocka_unit_test(test_fields_take_what_schedulers_can_keep),
        cmocka_unit_test(test_a_pasted_newline_confirms_nothing),
        cmocka_unit_test(test_a_paste_outside_is_no_keys),
        cmocka_unit_test(test_work_that_comes_meanwhile),
        cmocka_unit_test(test_more_work_takes_back_what_was_typed),
        cmocka_unit_test(test_a_target_that_goes_away),
        cmocka_unit_test(test_a_picture_that_does_not_matter),
        cmocka_unit_test(test_old_news_is_no_ground_to_act_on),
        cmocka_unit_test(test_time_alone_makes_it_old),
        cmocka_unit_test(test_the_row_may_slide_away),
        cmocka_unit_test(test_the_rows_may_change_places),
        cmocka_unit_test(test_marks_that_are_hidden),
        cmocka_unit_test(test_marks_of_two_centers),
        cmocka_unit_test(test_resizing),
        cmocka_unit_test(test_pictures_of_one),
        cmocka_unit_test(test_pictures_of_several),
        cmocka_unit_test(test_pictures_of_others),
        cmocka_unit_test(test_pictures_in_ascii_and_mono),
        cmocka_unit_test(test_dialogs_in_chinese),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
