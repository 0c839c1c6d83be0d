/* SPDX-License-Identifier: MIT
 * test_ui_incident.c - what the keys of views 6 and 7 do, and the figures that are put together for them. */
#include "tests/unit/unit.h"
#include "action/request.h"
#include "base/xmem.h"
#include "model/annotation.h"
#include "tests/golden/fixture_fleet.h"
#include "ui/bell.h"
#include "ui/ettr.h"
#include "ui/figure.h"
#include "ui/incident.h"
#include "ui/listing.h"
#include "ui/queueplace.h"
#include "ui/viewlist.h"
#include <math.h>

enum { HOUR = 3600000, MINUTE = 60000 };

/* A view over a fleet that goes on. */
struct stage {
    struct fleet *fleet;
    struct snapshot *snap;
    const struct view_ops *view;
    void *state;
    struct view_scope scope;
    struct view_input in;
    struct view_out out;
};

static void look(struct stage *s)
{
    struct snapshot *next = fleet_publish(s->fleet, s->in.ctx.now);

    snapshot_unref(s->snap);
    s->snap = next;
    s->in.snap = next;
    s->in.ctx.snap = next;
    s->view->rebuild(s->state, &s->in);
}

static void stage_open(struct stage *s, const char *view, int h, int w)
{
    *s = (struct stage){.fleet = fixture_fleet_unpublished(), .view = view_find(view)};
    assert_non_null(s->view);
    fleet_tick(s->fleet, FIXTURE_NOW);
    s->scope.center = -1;
    s->in = (struct view_input){.ctx = {NULL, FIXTURE_NOW, FIXTURE_OFFSET},
                                .scope = &s->scope,
                                .filter_text = "",
                                .area = {1, 0, h - 2, w}};
    s->state = s->view->open();
    view_out_init(&s->out);
    look(s);
}

static void stage_close(struct stage *s)
{
    s->view->close(s->state);
    order_free(s->out.order);
    view_out_fini(&s->out);
    snapshot_unref(s->snap);
    fleet_free(s->fleet);
}

static bool press_with(struct stage *s, enum cmd cmd, const char *arg)
{
    order_free(s->out.order);
    view_out_fini(&s->out);
    view_out_init(&s->out);
    return s->view->command(s->state, &s->in, cmd, arg, &s->out); /* as the core: no rebuild */
}

static bool press(struct stage *s, enum cmd cmd)
{
    return press_with(s, cmd, "");
}

static uint32_t rows(const struct stage *s)
{
    return ((const struct list *)s->state)->table.result.count;
}

static const void *row(const struct stage *s)
{
    return table_row(&((const struct list *)s->state)->table, &s->in);
}

/* What the application does with the wish. */
static void carry_out(struct stage *s)
{
    assert_int_equal(s->out.wish, WISH_ANNOTATE);
    for (size_t i = 0; i < s->out.annotation_count; i++) {
        struct annotation *a = &s->out.annotations[i];
        struct delta *d = delta_new(a->center, UINT16_MAX, s->in.ctx.now, 0);
        snprintf(a->by, sizeof a->by, "me");
        annotation_to_delta(a, d);
        fleet_apply(s->fleet, d, NULL);
        delta_free(d);
    }
    look(s);
}

static void later(struct stage *s, int64_t ms)
{
    s->in.ctx.now += ms;
    look(s);
}

/* The text of the screen. */
static const char *screen(const struct stage *s)
{
    static struct buf text;
    struct canvas c;

    canvas_init(&c, s->in.area.h + 2, s->in.area.w);
    s->view->draw(s->state, &s->in, &c);
    buf_fini(&text);
    buf_init(&text, 1 << 20);
    canvas_dump(&c, &text, false);
    canvas_fini(&c);
    return text.data;
}

/* --- view 6 --- */

static void test_window(void **state)
{
    struct stage s;

    (void)state;
    stage_open(&s, "interrupted", 30, 160);
    uint32_t day = rows(&s);
    assert_true(press(&s, CMD_ENDED));
    uint32_t all = rows(&s);
    assert_true(all > day);
    assert_true(press(&s, CMD_WINDOW));
    uint32_t week = rows(&s);
    assert_true(week > all);
    assert_non_null(strstr(screen(&s), "20 interruptions in 7 d"));
    assert_true(press(&s, CMD_WINDOW));
    assert_true(rows(&s) > week);
    assert_true(press(&s, CMD_WINDOW)); /* one hour */
    assert_true(rows(&s) < all);
    assert_true(press_with(&s, CMD_WINDOW, "24h"));
    assert_int_equal(rows(&s), all);
    assert_true(press_with(&s, CMD_WINDOW, "7 d"));
    assert_int_equal(rows(&s), week);
    assert_true(press_with(&s, CMD_WINDOW, "2 weeks"));
    assert_int_equal(s.out.wish, WISH_MESSAGE);
    assert_true(press(&s, CMD_ENDED));
    assert_true(rows(&s) < week);
    stage_close(&s);
}

static void test_acknowledge(void **state)
{
    struct stage s;

    (void)state;
    stage_open(&s, "interrupted", 30, 160);
    uint32_t before = rows(&s);
    assert_true(press_with(&s, CMD_ACK, "looking at it"));
    assert_int_equal(s.out.annotation_count, 1);
    const struct annotation *a = s.out.annotations;
    assert_int_equal(a->entity, ENTITY_INTERRUPTION);
    assert_int_equal(a->kind, ANNOTATE_ACK);
    assert_int_equal(a->center, 0);
    assert_int_equal(a->at, FIXTURE_NOW);
    assert_string_equal(a->note, "looking at it");
    assert_memory_equal(a->id, "8850007@", 8);
    assert_non_null(strstr(s.out.text.data, "1 acknowledged"));
    carry_out(&s);
    /* it stays for a moment, so that the same key takes it back */
    assert_int_equal(rows(&s), before);
    assert_true(row_has((const struct interruption_row *)row(&s), interruption, note));
    assert_true(press(&s, CMD_ACK));
    assert_int_equal(s.out.annotations[0].kind, ANNOTATE_UNACK);
    carry_out(&s);
    assert_false(row_has((const struct interruption_row *)row(&s), interruption, acknowledged_at));
    press(&s, CMD_ACK);
    carry_out(&s);
    later(&s, 11000);
    assert_int_equal(rows(&s), before - 1);
    press(&s, CMD_ENDED);
    assert_true(rows(&s) > before);
    stage_close(&s);
}

static void test_marked_rows_are_meant(void **state)
{
    struct stage s;

    (void)state;
    stage_open(&s, "interrupted", 30, 160);
    uint32_t before = rows(&s);
    press(&s, CMD_MARK);
    press(&s, CMD_MARK);
    assert_true(press(&s, CMD_ACK));
    assert_int_equal(s.out.annotation_count, 2);
    assert_string_not_equal(s.out.annotations[0].id, s.out.annotations[1].id);
    carry_out(&s);
    assert_int_equal(((struct list *)s.state)->table.mark_count, 0);
    later(&s, 11000);
    assert_int_equal(rows(&s), before - 2);
    stage_close(&s);
}

static void test_resolve(void **state)
{
    struct stage s;

    (void)state;
    stage_open(&s, "interrupted", 30, 160);
    uint32_t before = rows(&s);
    press(&s, CMD_BOTTOM);
    assert_true(press(&s, CMD_RESOLVE));
    assert_int_equal(s.out.annotations[0].kind, ANNOTATE_RESOLVE);
    carry_out(&s);
    assert_true(press(&s, CMD_RESOLVE));
    assert_int_equal(s.out.annotations[0].kind, ANNOTATE_UNRESOLVE);
    press(&s, CMD_TOP);
    later(&s, 11000);
    assert_int_equal(rows(&s), before - 1);
    stage_close(&s);
}

static const struct action_target *only_target(const struct stage *s)
{
    assert_int_equal(s->out.wish, WISH_ACT);
    assert_int_equal(s->out.order->count, 1);
    return &s->out.order->targets[0];
}

static void test_acting_on_the_row(void **state)
{
    struct stage s;

    (void)state;
    stage_open(&s, "interrupted", 30, 160);
    assert_true(press(&s, CMD_REQUEUE));
    assert_string_equal(only_target(&s)->name, "8850007");
    assert_true(press(&s, CMD_DRAIN));
    assert_string_equal(only_target(&s)->name, "zb-g0004");
    press(&s, CMD_MARK_ALL); /* some of them have no suspect */
    assert_true(press(&s, CMD_DRAIN));
    assert_int_equal(s.out.wish, WISH_MESSAGE);
    stage_close(&s);
}

/* The names of the two worst, as their own list has them. */
static void worst(char first[32], char second[32])
{
    struct stage s;

    stage_open(&s, "offenders", 24, 80);
    for (int i = 0; i < 2; i++) {
        const struct offender_row *o = row(&s);
        snprintf(i == 0 ? first : second, 32, "%.31s",
                 intern_text(snapshot_strings(s.snap), o->node));
        press(&s, CMD_DOWN);
    }
    stage_close(&s);
}

static void test_offenders(void **state)
{
    char first[32], second[32];
    struct stage s;

    (void)state;
    worst(first, second);
    assert_string_equal(first, "zb-g0004"); /* it is flagged */
    stage_open(&s, "interrupted", 30, 160);
    assert_false(press(&s, CMD_BACK));
    assert_true(press(&s, CMD_OFFENDERS));
    assert_int_equal(s.out.wish, WISH_NONE);
    assert_true(press(&s, CMD_DOWN));
    assert_true(press(&s, CMD_DRAIN));
    assert_string_equal(only_target(&s)->name, second);
    assert_true(press(&s, CMD_REQUEUE)); /* there are no jobs in the pane */
    assert_int_equal(s.out.wish, WISH_MESSAGE);
    assert_true(press(&s, CMD_ACK));
    assert_int_equal(s.out.wish, WISH_MESSAGE);
    assert_true(press(&s, CMD_OPEN));
    assert_ptr_equal(s.out.push, &view_nodes);
    assert_string_equal(s.out.scope.node, second);
    assert_true(press(&s, CMD_BACK));
    assert_true(press(&s, CMD_DRAIN));
    assert_string_equal(only_target(&s)->name, "zb-g0004");
    assert_true(press(&s, CMD_RIGHT));
    while (press(&s, CMD_RIGHT) && !((struct list *)s.state)->table.asleep)
        continue; /* through the columns, then into the pane */
    assert_true(((struct list *)s.state)->table.asleep);
    assert_true(press(&s, CMD_LEFT));
    assert_false(((struct list *)s.state)->table.asleep);
    press(&s, CMD_OFFENDERS);
    assert_true(press(&s, CMD_OFFENDERS));
    assert_ptr_equal(s.out.push, &view_offenders);
    stage_close(&s);
    stage_open(&s, "interrupted", 24, 80);
    assert_true(press(&s, CMD_OFFENDERS));
    assert_ptr_equal(s.out.push, &view_offenders);
    stage_close(&s);
    stage_open(&s, "offenders", 24, 80);
    assert_true(press(&s, CMD_DRAIN));
    assert_string_equal(only_target(&s)->name, "zb-g0004");
    assert_true(press(&s, CMD_OFFENDERS));
    assert_int_equal(s.out.wish, WISH_UP);
    stage_close(&s);
}

static void test_the_mouse_finds_the_pane(void **state)
{
    char first[32], second[32];
    struct stage s;
    struct rect side;

    (void)state;
    worst(first, second);
    stage_open(&s, "interrupted", 30, 160);
    side = list_side_rect(s.state, &s.in);
    assert_true(side.w > 30);
    assert_true(s.view->mouse(s.state, &s.in, side.y + 4, side.x + 3, 0, false, &s.out));
    press(&s, CMD_DRAIN);
    assert_string_equal(only_target(&s)->name, second);
    assert_true(s.view->mouse(s.state, &s.in, side.y + 1, 3, 0, false, &s.out));
    press(&s, CMD_REQUEUE);
    assert_string_equal(only_target(&s)->name, "8850007");
    assert_false(s.view->mouse(s.state, &s.in, side.y + side.h - 1, side.x + 3, 0, false, &s.out));
    stage_close(&s);
}

static void test_open_and_details(void **state)
{
    struct stage s;

    (void)state;
    stage_open(&s, "interrupted", 30, 160);
    assert_true(press(&s, CMD_OPEN));
    assert_ptr_equal(s.out.push, &view_nodes);
    assert_string_equal(s.out.scope.node, "zb-g0004");
    assert_true(press(&s, CMD_DETAILS));
    assert_int_equal(s.out.wish, WISH_PAGER);
    assert_memory_equal(s.out.text.data, "interruption 8850007@", 21);
    assert_non_null(
        strstr(s.out.text.data,
               "256 GPUs × (30 min of work + 5 min to start again) = 149.3 GPU-h; no more "
               "than 256 × 40 min = 170.7 GPU-h"));
    assert_non_null(strstr(s.out.text.data, "Attempts of the job"));
    assert_non_null(strstr(s.out.text.data, "zb-g[0001-0032]"));
    assert_non_null(strstr(s.out.text.data, "Before on zb-g0004"));
    assert_null(strchr(s.out.text.data, '\033'));
    assert_true(press_with(&s, CMD_FIND_NEXT, "preempted"));
    assert_true(press(&s, CMD_OPEN)); /* nobody is blamed: where it ran */
    assert_string_equal(s.out.scope.job, "8850031");
    s.scope = s.out.scope;
    s.view->close(s.state);
    s.view = &view_nodes;
    s.state = s.view->open();
    look(&s);
    assert_int_equal(rows(&s), 12);
    stage_close(&s);
}

/* What is short is told in seconds and minutes; a sum that is above the ceiling is not told as the loss. */
static void test_small_losses(void **state)
{
    struct interruption_row r = {
        .devices = 4, .started_at = FIXTURE_NOW - 36000, .at = FIXTURE_NOW};
    struct view_input in = {.ascii = true};
    char hours[FIGURE_MAX];
    struct buf out;

    (void)state;
    r.h.valid = 1ull << FIELD_interruption_devices | 1ull << FIELD_interruption_started_at |
                1ull << FIELD_interruption_at | 1ull << FIELD_interruption_gpu_hours_lost;
    r.gpu_hours_lost = r.gpu_hours_lost_ceiling = 4 * 36.0 / 3600;
    buf_init(&out, 4096);
    incident_formula(&in, &r, &out);
    assert_non_null(strstr(out.data,
                           "4 GPUs x (36 s of work + 5 min to start again) is more than it "
                           "ran, so 4 x 36 s = <0.1 GPU-h\n"));
    buf_fini(&out);
    figure_hours(hours, 0, true);
    assert_string_equal(hours, "0");
    figure_hours(hours, 0.04, true);
    assert_string_equal(hours, "<0.1");
    figure_hours(hours, 1.26, true);
    assert_string_equal(hours, "1.3");
    figure_hours(hours, 9.96, true);
    assert_string_equal(hours, "10");
}

static void observe(struct stage *s, double seconds, double node_hours)
{
    struct delta *d = delta_new(0, UINT16_MAX, s->in.ctx.now, 0);

    delta_row(d, ENTITY_HOUR, "now", 3);
    delta_time(d, FIELD_hour_begins_at, s->in.ctx.now / HOUR * HOUR);
    delta_num(d, FIELD_hour_observed_seconds, seconds);
    delta_num(d, FIELD_hour_node_hours, node_hours);
    fleet_apply(s->fleet, d, NULL);
    delta_free(d);
    later(s, HOUR / 3600);
}

/* "MTTI > 0.1 min" after 18 seconds is true of any fleet. */
static void test_too_little_observed(void **state)
{
    struct stage s;

    (void)state;
    stage_open(&s, "interrupted", 24, 120);
    fleet_free(s.fleet);
    s.fleet = fleet_new(NULL);
    observe(&s, 18, 5);
    assert_non_null(strstr(screen(&s), " MTTI ?   "));
    observe(&s, 3000, 12000);
    assert_non_null(strstr(screen(&s), " MTTI > 16.7 min   "));
    stage_close(&s);
}

static void test_narrowed(void **state)
{
    struct stage s;

    (void)state;
    stage_open(&s, "interrupted", 30, 160);
    s.scope.center = 1;
    look(&s);
    assert_int_equal(rows(&s), 1);
    s.scope.center = 0;
    snprintf(s.scope.node, sizeof s.scope.node, "zb-g0040"); /* in the list of nodes of one */
    look(&s);
    assert_int_equal(rows(&s), 1);
    s.scope.node[0] = '\0';
    snprintf(s.scope.pool, sizeof s.scope.pool, "h800-pre");
    look(&s);
    assert_int_equal(rows(&s), 1);
    stage_close(&s);
}

/* --- view 7 --- */

static void test_worst_first(void **state)
{
    struct stage s;
    int last = 99;

    (void)state;
    stage_open(&s, "alerts", 30, 160);
    assert_true(rows(&s) > 5);
    for (uint32_t i = 0; i < rows(&s); i++) {
        const struct alert_row *a = row(&s);
        int rank = a->state != alert_state_FIRING       ? 0
                   : row_has(a, alert, acknowledged_at) ? 2 * a->severity - 1
                                                        : 2 * a->severity;
        assert_true(rank <= last);
        last = rank;
        press(&s, CMD_DOWN);
    }
    assert_int_equal(last, 0); /* what ended within the hour, and nothing older */
    stage_close(&s);
}

static void test_silence(void **state)
{
    static const int64_t steps[] = {HOUR, 4 * (int64_t)HOUR, 24 * (int64_t)HOUR, 0};
    struct stage s;

    (void)state;
    stage_open(&s, "alerts", 30, 160);
    uint32_t before = rows(&s);
    for (int i = 0; i < 4; i++) {
        assert_true(press(&s, CMD_SILENCE));
        assert_int_equal(s.out.annotations[0].kind, ANNOTATE_SILENCE);
        assert_int_equal(s.out.annotations[0].until, steps[i] ? FIXTURE_NOW + steps[i] : 0);
        assert_string_equal(s.out.annotations[0].id, "hot_node/zb-g0012");
        carry_out(&s);
        assert_int_equal(rows(&s), before);
    }
    assert_true(press_with(&s, CMD_SILENCE, "90m fan is ordered"));
    assert_int_equal(s.out.annotations[0].until, FIXTURE_NOW + 90 * MINUTE);
    assert_string_equal(s.out.annotations[0].note, "fan is ordered");
    carry_out(&s);
    later(&s, 11000);
    assert_int_equal(rows(&s), before - 1);
    assert_true(press(&s, CMD_ENDED));
    assert_true(rows(&s) > before);
    stage_close(&s);
}

/* An empty list says why it is. */
static void test_all_silenced(void **state)
{
    struct stage s;

    (void)state;
    stage_open(&s, "alerts", 30, 160);
    press(&s, CMD_MARK_ALL);
    assert_true(press_with(&s, CMD_SILENCE, "1d"));
    assert_true(s.out.annotation_count > 5);
    carry_out(&s);
    later(&s, 11000);
    assert_int_equal(rows(&s), 0);
    assert_non_null(strstr(screen(&s), "nothing but what is silenced"));
    stage_close(&s);
}

static void test_acknowledged_alerts_stay(void **state)
{
    struct stage s;

    (void)state;
    stage_open(&s, "alerts", 30, 160);
    uint32_t before = rows(&s);
    unsigned loud = snapshot_totals(s.snap)->alerts_critical;
    assert_true(press(&s, CMD_ACK));
    assert_int_equal(s.out.annotations[0].entity, ENTITY_ALERT);
    carry_out(&s);
    later(&s, 11000);
    assert_int_equal(rows(&s), before);
    assert_int_equal(snapshot_totals(s.snap)->alerts_critical, loud - 1);
    stage_close(&s);
}

static void test_open_alerts(void **state)
{
    static const struct {
        const char *word;
        const struct view_ops *to;
        const char *node;
    } go[] = {{"zb-g0012", &view_nodes, "zb-g0012"},
              {"oldest", &view_queued, ""},
              {"cn011", &view_nodes, "cn011"},
              {"refused", &view_sources, ""}};
    struct stage s;

    (void)state;
    stage_open(&s, "alerts", 30, 160);
    for (size_t i = 0; i < ARRAY_LEN(go); i++) {
        press_with(&s, CMD_FIND_NEXT, go[i].word);
        if (s.out.wish == WISH_MESSAGE && i == 3)
            continue; /* the center is down, and that says it */
        assert_true(press(&s, CMD_OPEN));
        assert_ptr_equal(s.out.push, go[i].to);
        assert_string_equal(s.out.scope.node, go[i].node);
    }
    stage_close(&s);
}

/* --- figures --- */

static const struct interruption_row *of_job(const struct stage *s, const char *job)
{
    for (uint32_t i = 0; i < snapshot_slots(s->snap, ENTITY_INTERRUPTION); i++) {
        const struct interruption_row *r = snapshot_row(s->snap, ENTITY_INTERRUPTION, i);
        if (r && strcmp(intern_text(snapshot_strings(s->snap), r->job), job) == 0)
            return r;
    }
    fail_msg("no interruption of %s", job);
    return NULL;
}

/* Counted one by one. */
static unsigned place(const struct stage *s, const struct interruption_row *r)
{
    const struct intern *strings = snapshot_strings(s->snap);
    const struct job_row *self = NULL;
    double ahead = 0;

    for (uint32_t i = 0; i < snapshot_slots(s->snap, ENTITY_JOB); i++) {
        const struct job_row *j = snapshot_row(s->snap, ENTITY_JOB, i);
        if (j && j->h.center == r->h.center && j->id == r->job)
            self = j;
    }
    for (uint32_t i = 0; self && i < snapshot_slots(s->snap, ENTITY_JOB); i++) {
        const struct job_row *j = snapshot_row(s->snap, ENTITY_JOB, i);
        if (j && !(j->h.flags & ROW_GONE) && j->h.center == r->h.center &&
            j->state == job_state_QUEUED && j->pool == self->pool && j->priority > self->priority)
            ahead += row_has(j, job, tasks) && j->tasks > 1 ? (double)j->tasks : 1;
    }
    (void)strings;
    return (unsigned)ahead + 1;
}

static void test_queue_place(void **state)
{
    static const char *const jobs[] = {"8850007", "8850014", "8850031", "8850015"};
    struct stage s;

    (void)state;
    stage_open(&s, "interrupted", 30, 160);
    for (size_t i = 0; i < ARRAY_LEN(jobs); i++) {
        unsigned n = queue_place(&s.in, of_job(&s, jobs[i]));
        assert_true(n > 1);
        assert_int_equal(n, place(&s, of_job(&s, jobs[i])));
    }
    assert_int_equal(queue_place(&s.in, of_job(&s, "8840955")), 0);
    stage_close(&s);
}

/* Three attempts: 900-480, 470-60, 45-5 minutes ago; only the last one's interruption is known here. Lost: 30 min and
 * 5 to start again; waited: 10 and 15 minutes; from start to end 895. */
static void test_ettr(void **state)
{
    struct stage s;

    (void)state;
    stage_open(&s, "interrupted", 30, 160);
    uint32_t slots[INCIDENT_ATTEMPTS];
    int n = incident_attempts(&s.in, of_job(&s, "8850007"), slots);
    assert_int_equal(n, 3);
    double ettr = ettr_of_attempts(&s.in, slots, n);
    assert_true(fabs(ettr - (1 - (35.0 + 10 + 15) / 895)) < 1e-6);
    assert_int_equal(incident_attempts(&s.in, of_job(&s, "5512_7"), slots), 0);
    assert_true(isnan(ettr_of_attempts(&s.in, slots, 0)));
    double all = ettr_since(&s.in, FIXTURE_NOW - 24 * (wall_ms)HOUR);
    assert_true(all > 0.9 && all < 1);
    assert_true(isnan(ettr_since(&s.in, FIXTURE_NOW)));
    stage_close(&s);
}

static void test_advice(void **state)
{
    static const struct {
        const char *job, *words;
    } all[] = {{"8850007", "zb-g0004 is down; the job waits and starts by itself"},
               {"8839112", "drain zb-g0031, then requeue the job"},
               {"90391", "nothing restarts it: tell the owner"},
               {"8837001", "nothing to do: it was cancelled"}};
    struct stage s;
    struct buf out;

    (void)state;
    stage_open(&s, "interrupted", 30, 160);
    buf_init(&out, 4096);
    for (size_t i = 0; i < ARRAY_LEN(all); i++) {
        buf_reset(&out);
        incident_advice(&s.in, of_job(&s, all[i].job), &out);
        assert_string_equal(out.data, all[i].words);
    }
    buf_fini(&out);
    stage_close(&s);
}

/* --- the bell --- */

static void fire(struct stage *s, const char *id, enum severity severity, enum alert_state state)
{
    struct delta *d = delta_new(0, UINT16_MAX, s->in.ctx.now, 0);

    delta_row(d, ENTITY_ALERT, id, strlen(id));
    delta_str(d, FIELD_alert_origin, "slurm zhangbei");
    delta_int(d, FIELD_alert_severity, severity);
    delta_int(d, FIELD_alert_state, state);
    delta_time(d, FIELD_alert_fired_at, s->in.ctx.now);
    fleet_apply(s->fleet, d, NULL);
    delta_free(d);
    look(s);
}

static void test_bell(void **state)
{
    struct bell *b = xcalloc(1, sizeof *b);
    struct stage s;

    (void)state;
    stage_open(&s, "alerts", 30, 160);
    assert_false(bell_look(b, s.snap, FIXTURE_NOW, 1000)); /* there when we came */
    assert_false(bell_look(b, s.snap, FIXTURE_NOW, 2000));
    fire(&s, "am/a", severity_WARNING, alert_state_FIRING);
    assert_false(bell_look(b, s.snap, FIXTURE_NOW, 10000));
    fire(&s, "am/a", severity_CRITICAL, alert_state_FIRING); /* it got worse */
    assert_true(bell_look(b, s.snap, FIXTURE_NOW, 11000));
    assert_false(bell_look(b, s.snap, FIXTURE_NOW, 20000)); /* once */
    fire(&s, "am/b", severity_CRITICAL, alert_state_FIRING);
    assert_true(bell_look(b, s.snap, FIXTURE_NOW, 21000));
    fire(&s, "am/c", severity_CRITICAL, alert_state_FIRING);
    assert_false(bell_look(b, s.snap, FIXTURE_NOW, 25900)); /* not again within five seconds */
    fire(&s, "am/c", severity_CRITICAL, alert_state_RESOLVED);
    assert_false(bell_look(b, s.snap, FIXTURE_NOW, 31000));
    for (int i = 0; i < BELL_KEYS + 10; i++) {
        char id[16];
        snprintf(id, sizeof id, "am/n%d", i);
        fire(&s, id, severity_CRITICAL, alert_state_FIRING);
    }
    assert_true(bell_look(b, s.snap, FIXTURE_NOW, 40000));
    assert_false(bell_look(b, s.snap, FIXTURE_NOW, 50000)); /* more than it can keep, all known */
    later(&s, 1000);
    fire(&s, "am/last", severity_CRITICAL, alert_state_FIRING);
    assert_true(bell_look(b, s.snap, FIXTURE_NOW, 60000));
    free(b);
    stage_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_window),
        cmocka_unit_test(test_acknowledge),
        cmocka_unit_test(test_marked_rows_are_meant),
        cmocka_unit_test(test_resolve),
        cmocka_unit_test(test_acting_on_the_row),
        cmocka_unit_test(test_offenders),
        cmocka_unit_test(test_the_mouse_finds_the_pane),
        cmocka_unit_test(test_open_and_details),
        cmocka_unit_test(test_small_losses),
        cmocka_unit_test(test_too_little_observed),
        cmocka_unit_test(test_narrowed),
        cmocka_unit_test(test_worst_first),
        cmocka_unit_test(test_silence),
        cmocka_unit_test(test_all_silenced),
        cmocka_unit_test(test_acknowledged_alerts_stay),
        cmocka_unit_test(test_open_alerts),
        cmocka_unit_test(test_queue_place),
        cmocka_unit_test(test_ettr),
        cmocka_unit_test(test_advice),
        cmocka_unit_test(test_bell),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
