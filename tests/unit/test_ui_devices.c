/* SPDX-License-Identifier: MIT
 * test_ui_devices.c - view 3 as somebody uses it: where keys and the mouse lead, what is acted on, how much the map shows.
 * How it looks is in test_ui_views.c. */
#include "action/request.h"
#include "model/xid.h"
#include "tests/unit/unit.h"
#include "tests/golden/fixture_devices.h"
#include "ui/details.h"
#include "ui/devices.h"
#include "ui/viewlist.h"
#include <stdbool.h>
#include <time.h>

struct stage {
    void *state;
    struct view_scope scope;
    struct view_input in;
    struct view_out out;
    struct canvas canvas;
};

static void stage_open(struct stage *s, struct snapshot *snap, int h, int w)
{
    memset(s, 0, sizeof *s);
    s->state = view_devices.open();
    s->scope.center = -1;
    s->in = (struct view_input){.snap = snap,
                                .ctx = {snap, FIXTURE_NOW, FIXTURE_OFFSET},
                                .scope = &s->scope,
                                .area = {1, 0, h - 2, w}};
    view_out_init(&s->out);
    canvas_init(&s->canvas, h, w);
    view_devices.rebuild(s->state, &s->in);
}

static void drop_wish(struct stage *s)
{
    order_free(s->out.order);
    view_out_fini(&s->out);
    view_out_init(&s->out);
}

static void stage_close(struct stage *s)
{
    view_devices.close(s->state);
    drop_wish(s);
    view_out_fini(&s->out);
    canvas_fini(&s->canvas);
}

static bool press(struct stage *s, enum cmd cmd)
{
    drop_wish(s);
    bool did = view_devices.command(s->state, &s->in, cmd, "", &s->out);
    view_devices.rebuild(s->state, &s->in);
    return did;
}

static void say(struct stage *s, enum cmd cmd, const char *arg)
{
    drop_wish(s);
    assert_true(view_devices.command(s->state, &s->in, cmd, arg, &s->out));
    view_devices.rebuild(s->state, &s->in);
}

/* What stands on the screen; the caller's. */
static char *screen(struct stage *s)
{
    struct buf text;

    buf_init(&text, 4 << 20);
    canvas_clear(&s->canvas);
    view_devices.draw(s->state, &s->in, &s->canvas);
    canvas_dump(&s->canvas, &text, false);
    return text.data;
}

static bool shows(struct stage *s, const char *what)
{
    char *text = screen(s);
    bool found = strstr(text, what) != NULL;

    free(text);
    return found;
}

/* Node and index of the selected row, as the details tell them. */
static void selected(struct stage *s, char *out, size_t size)
{
    assert_true(press(s, CMD_DETAILS));
    assert_int_equal(s->out.wish, WISH_PAGER);
    const char *node = strstr(s->out.text.data, "  NODE "),
               *gpu = strstr(s->out.text.data, "  GPU ");
    char name[64], index[16];
    assert_non_null(node);
    assert_non_null(gpu);
    assert_int_equal(sscanf(node, " NODE %63s", name), 1);
    assert_int_equal(sscanf(gpu, " GPU %15s", index), 1);
    snprintf(out, size, "%s/%s", name, index);
}

#define assert_at(s, want)                                                                         \
    do {                                                                                           \
        char at_[96];                                                                              \
        selected(s, at_, sizeof at_);                                                              \
        assert_string_equal(at_, want);                                                            \
    } while (0)

enum { IDLE_DEVICES = 5 }; /* and an idle slice */

static struct snapshot *fleet;

/* Lost, in trouble, then by what is left to the limit: a headroom is not a temperature. */
static void test_worst_first(void **state)
{
    static const char *const want[] = {"zb-g0003/1", "zb-g0017/7", "zb-p0004/6", "zb-g0012/3",
                                       "zb-g0012/2", "zb-g0007/5", "zb-g0020/0"};
    struct stage s;

    (void)state;
    stage_open(&s, fleet, 36, 140);
    for (size_t i = 0; i < sizeof want / sizeof want[0]; i++, press(&s, CMD_DOWN))
        assert_at(&s, want[i]);
    stage_close(&s);
}

static void test_every_column_sorts(void **state)
{
    struct stage s;
    struct view_column col;

    (void)state;
    stage_open(&s, fleet, 36, 140);
    for (int k = 0; view_devices.column(s.state, k, &col); k++)
        if (col.field) {
            assert_true(column_find(ENTITY_DEVICE, col.field) >= 0);
            say(&s, CMD_SORT_PICK, col.field);
            assert_int_equal(s.out.wish, WISH_NONE);
        }
    say(&s, CMD_SORT_PICK, "temperature_celsius desc");
    press(&s, CMD_TOP);
    assert_at(&s, "zb-g0012/3");
    say(&s, CMD_SORT_PICK, "margin_celsius asc");
    press(&s, CMD_TOP);
    assert_at(&s, "zb-g0012/3");
    stage_close(&s);
}

static void test_groups(void **state)
{
    struct stage s;

    (void)state;
    stage_open(&s, fleet, 36, 140);
    press(&s, CMD_GROUP);
    assert_true(shows(&s, "910b-a"));
    say(&s, CMD_GROUP, "job");
    say(&s, CMD_GROUP, "node");
    say(&s, CMD_GROUP, "model");
    assert_true(shows(&s, "Ascend 910B3"));
    say(&s, CMD_GROUP, "none");
    stage_close(&s);
}

static void scope_to(struct stage *s, const char *pool, const char *node, const char *job)
{
    s->scope = (struct view_scope){.center = 0};
    snprintf(s->scope.pool, sizeof s->scope.pool, "%s", pool);
    snprintf(s->scope.node, sizeof s->scope.node, "%s", node);
    snprintf(s->scope.job, sizeof s->scope.job, "%s", job);
    view_devices.rebuild(s->state, &s->in);
}

static void assert_status(struct stage *s, const char *want)
{
    struct buf text;

    buf_init(&text, 256);
    view_devices.status(s->state, &s->in, &text);
    assert_string_equal(text.data, want);
    buf_fini(&text);
}

static void test_scopes(void **state)
{
    struct stage s;

    (void)state;
    stage_open(&s, fleet, 36, 140);
    assert_status(&s, "423 devices");
    scope_to(&s, "910b-a", "", "");
    assert_status(&s, "80 devices");
    scope_to(&s, "", "zb-m0001", "");
    assert_status(&s, "15 devices"); /* eight, and seven slices of one */
    scope_to(&s, "", "", "8841207");
    assert_status(&s, "64 devices");
    scope_to(&s, "", "", "8850001"); /* its devices tell no job: those of its nodes */
    assert_status(&s, "16 devices");
    scope_to(&s, "", "", "8841208");
    assert_status(&s, "0 devices");
    assert_true(shows(&s, "nothing tells of devices here"));
    stage_close(&s);
}

/* To the job that it tells, else to its node. */
static void test_enter(void **state)
{
    struct stage s;

    (void)state;
    stage_open(&s, fleet, 36, 140);
    assert_true(press(&s, CMD_OPEN));
    assert_ptr_equal(s.out.push, &view_running);
    assert_string_equal(s.out.scope.job, "8840955");
    assert_string_equal(s.out.scope.node, "");
    assert_int_equal(s.out.scope.center, 0);
    scope_to(&s, "910b-a", "", "");
    assert_true(press(&s, CMD_OPEN));
    assert_ptr_equal(s.out.push, &view_nodes);
    assert_string_equal(s.out.scope.node, "zb-n0003");
    assert_string_equal(s.out.scope.job, "");
    stage_close(&s);
}

/* Two tasks of an array share a node; its exporter tells their numbers. */
static struct snapshot *array_fleet(void)
{
    static const char *const tasks[] = {"20_1", "20_2"}, *const numbers[] = {"21", "22"};
    struct fleet *f = fleet_new(NULL);
    struct delta *d = delta_new(0, 0, FIXTURE_NOW, 0);

    delta_row(d, ENTITY_CENTER, "c", 1);
    delta_str(d, FIELD_center_id, "c");
    for (int i = 0; i < 2; i++) {
        delta_row(d, ENTITY_JOB, tasks[i], strlen(tasks[i]));
        delta_str(d, FIELD_job_id, tasks[i]);
        delta_str(d, FIELD_job_raw_id, numbers[i]);
        delta_str(d, FIELD_job_name, "sweep");
        delta_str(d, FIELD_job_nodes, "n1");
        delta_int(d, FIELD_job_state, job_state_RUNNING);
        delta_row(d, ENTITY_DEVICE,
                  i ? "n1\0"
                      "1"
                    : "n1\0"
                      "0",
                  4);
        delta_str(d, FIELD_device_job, numbers[i]);
        delta_num(d, FIELD_device_temperature_celsius, 60 - i);
    }
    assert_int_equal(fleet_apply(f, d, NULL), RC_OK);
    delta_free(d);
    struct snapshot *s = fleet_publish(f, FIXTURE_NOW);
    fleet_free(f);
    return s;
}

static void test_tasks_of_an_array(void **state)
{
    struct snapshot *snap = array_fleet();
    struct stage s;
    struct buf text;

    (void)state;
    stage_open(&s, snap, 36, 140);
    assert_true(shows(&s, " 20_1 ") && shows(&s, " 20_2 "));
    assert_true(press(&s, CMD_OPEN));
    assert_ptr_equal(s.out.push, &view_running);
    assert_string_equal(s.out.scope.job, "20_1");
    scope_to(&s, "", "", "20_2");
    assert_true(!shows(&s, " 20_1 ") && shows(&s, " 20_2 "));
    buf_init(&text, 1 << 16);
    device_details_of(&s.in, ENTITY_JOB, snapshot_job(snap, 0, "20_2", 4), &text);
    assert_non_null(strstr(text.data, "n1"));
    buf_fini(&text);
    stage_close(&s);
    snapshot_unref(snap);
}

/* D on a device is meant for its node, which is frozen by its identity; two devices of a node are one target. */
static void test_drain_is_for_the_node(void **state)
{
    struct stage s;

    (void)state;
    stage_open(&s, fleet, 36, 140);
    press(&s, CMD_DOWN);
    press(&s, CMD_DOWN);
    press(&s, CMD_DOWN);
    press(&s, CMD_MARK); /* zb-g0012/3 and /2 */
    press(&s, CMD_MARK);
    press(&s, CMD_DRAIN);
    assert_int_equal(s.out.wish, WISH_ACT);
    assert_int_equal(s.out.order->count, 1);
    assert_string_equal(s.out.order->targets[0].name, "zb-g0012");
    press(&s, CMD_MARK); /* zb-g0007 */
    press(&s, CMD_RESUME);
    assert_int_equal(s.out.wish, WISH_ACT);
    assert_int_equal(s.out.order->count, 2);
    press(&s, CMD_CANCEL);
    assert_int_equal(s.out.wish, WISH_MESSAGE);
    stage_close(&s);
}

static void test_idle(void **state)
{
    struct stage s;

    (void)state;
    stage_open(&s, fleet, 36, 140);
    assert_true(shows(&s, "6 allocated, idle"));
    press(&s, CMD_IDLE);
    assert_status(&s, "6 devices \302\267 idle");
    assert_true(shows(&s, "only the 6 allocated, idle"));
    assert_true(shows(&s, "zb-p0009"));
    press(&s, CMD_IDLE);
    assert_status(&s, "423 devices");
    stage_close(&s);
}

static bool details_say(struct stage *s, const char *what)
{
    assert_true(press(s, CMD_DETAILS));
    if (strstr(s->out.text.data, what))
        return true;
    print_message("%s", s->out.text.data);
    return false;
}

/* What is wrong comes first, in words; then each field with who told it. */
static void test_details(void **state)
{
    struct xid_table *xids = xid_table_new();
    struct stage s;

    (void)state;
    xid_table_add(xids, "79 | reboot | off the bus | drain and reboot", "xid.conf", NULL);
    stage_open(&s, fleet, 36, 140);
    s.in.xids = xids;
    assert_true(details_say(&s, "GPU 1 of zb-g0003, "));
    assert_true(details_say(&s, "XID        79, 4m ago: off the bus\n"));
    assert_true(details_say(&s, "to do      drain and reboot (reboot)\n"));
    assert_true(details_say(&s, "job        8840955 telechat-sft of li"));
    assert_true(details_say(&s, "dcgm zhangbei")); /* who told the fields */
    for (int i = 0; i < 3; i++)
        press(&s, CMD_DOWN);
    assert_true(details_say(&s, "heat       91\302\260C, -2\302\260C left, as the device tells"));
    assert_true(details_say(&s, "hw_thermal: the hardware slows it down because it is too hot"));
    assert_false(shows(&s, "not in the table"));
    say(&s, CMD_FIND_NEXT, "unhealthy");
    assert_true(details_say(&s, "XID        95, 4m ago: not in the table of XIDs"));
    scope_to(&s, "910b-a", "", "");
    assert_true(details_say(&s, "12\302\260C left, to the limit that is told"));
    stage_close(&s);
    xid_table_free(xids);
}

static void test_slices(void **state)
{
    struct stage s;

    (void)state;
    stage_open(&s, fleet, 36, 140);
    scope_to(&s, "", "zb-m0001", "");
    say(&s, CMD_FIND_NEXT, "\"7 slices\"");
    assert_true(details_say(&s, "Its slices\n"));
    assert_true(details_say(&s, "1g.10gb"));
    say(&s, CMD_FIND_NEXT, "1g.10gb");
    assert_true(details_say(&s, "It is a slice of\n"));
    assert_true(details_say(&s, "GPU \342\224\2242 of zb-m0001"));
    stage_close(&s);
}

/* From a job and from a node to their devices. */
static void test_devices_of_others(void **state)
{
    struct view_scope all = {.center = -1};
    struct view_input in = {.snap = fleet, .ctx = {fleet, FIXTURE_NOW, 0}, .scope = &all};
    struct buf text;

    (void)state;
    buf_init(&text, 1 << 20);
    for (uint32_t i = 0; i < snapshot_slots(fleet, ENTITY_JOB); i++) {
        const struct job_row *j = snapshot_row(fleet, ENTITY_JOB, i);
        if (strcmp(intern_text(snapshot_strings(fleet), j->id), "8841950") == 0)
            details_text(&in, ENTITY_JOB, j, &text);
    }
    assert_non_null(strstr(text.data, "Devices that work for it"));
    assert_non_null(strstr(text.data, "zb-p0008"));
    assert_non_null(strstr(text.data, "and 16 more: 3 shows them"));
    buf_reset(&text);
    details_text(&in, ENTITY_NODE, snapshot_row(fleet, ENTITY_NODE, 0), &text);
    assert_non_null(strstr(text.data, "Its devices"));
    buf_fini(&text);
}

/* --- the map --- */

static void test_map_and_table(void **state)
{
    struct stage s;

    (void)state;
    stage_open(&s, fleet, 36, 200);
    assert_false(shows(&s, "p99 89\302\260"));
    press(&s, CMD_SHADE); /* says that there is no map */
    assert_int_equal(s.out.wish, WISH_MESSAGE);
    press(&s, CMD_HEAT);
    assert_true(shows(&s, "p99 89\302\260"));
    assert_true(shows(&s, "THROTTLE")); /* the table is below */
    assert_true(shows(&s, "35\302\260"));
    press(&s, CMD_SHADE);
    assert_true(shows(&s, "degrees left"));
    press(&s, CMD_SHADE);
    assert_true(shows(&s, "tensor utilisation"));
    press(&s, CMD_SHADE);
    assert_true(shows(&s, "power of its limit"));
    press(&s, CMD_SHADE);
    assert_true(shows(&s, "v temperature"));
    press(&s, CMD_GROUP);
    assert_true(shows(&s, "hottest centers first"));
    press(&s, CMD_GROUP);
    assert_true(shows(&s, "hottest models first"));
    press(&s, CMD_HEAT);
    assert_false(shows(&s, "hottest models first"));
    stage_close(&s);
}

/* One cursor in both: arrows go from device to device, over the edge of nodes, bands and lines of their own. */
static void test_map_cursor(void **state)
{
    char before[96], now[96];
    struct stage s;

    (void)state;
    stage_open(&s, fleet, 36, 140);
    press(&s, CMD_HEAT);
    assert_at(&s, "zb-g0003/1");
    press(&s, CMD_RIGHT);
    assert_at(&s, "zb-g0003/2");
    press(&s, CMD_LEFT);
    press(&s, CMD_LEFT);
    assert_at(&s, "zb-g0003/0");
    press(&s, CMD_LEFT); /* nowhere */
    assert_at(&s, "zb-g0003/0");
    press(&s, CMD_DOWN);
    selected(&s, before, sizeof before);
    assert_string_not_equal(before, "zb-g0003/0");
    press(&s, CMD_UP);
    assert_at(&s, "zb-g0003/0");
    for (int i = 0; i < 40; i++)
        press(&s, CMD_DOWN);
    selected(&s, before, sizeof before);
    assert_memory_equal(before, "zb-p", 4); /* the coolest pool is the last */
    press(&s, CMD_DOWN);
    selected(&s, now, sizeof now);
    assert_string_equal(now, before);
    for (int i = 0; i < 40; i++)
        press(&s, CMD_UP);
    assert_at(&s, "zb-g0003/0");
    stage_close(&s);
}

/* Two nodes in one line: down and up go through both. */
static void test_map_cursor_in_halves(void **state)
{
    char at[96], last[96] = "";
    struct stage s;
    int steps = 0;

    (void)state;
    stage_open(&s, fleet, 24, 80);
    press(&s, CMD_HEAT);
    assert_true(shows(&s, "\342\226\200"));
    press(&s, CMD_LEFT);
    assert_at(&s, "zb-g0003/0");
    for (selected(&s, at, sizeof at); strcmp(at, last) != 0; selected(&s, at, sizeof at)) {
        memcpy(last, at, sizeof last);
        press(&s, CMD_DOWN);
        steps++;
    }
    /* 24 nodes, 7 in a line: a broken one, 2 more rows; then 2 of 10, 1 of 6, 2 of 12 nodes; and nowhere */
    assert_int_equal(steps, 1 + 2 + 2 + 1 + 2);
    assert_memory_equal(at, "zb-p", 4);
    for (int i = 0; i < 7; i++)
        press(&s, CMD_UP);
    assert_at(&s, "zb-g0003/0");
    stage_close(&s);
}

/* Each device of the map is reached by going right from the first. */
static void test_map_reaches_all(void **state)
{
    struct stage s;
    char at[96], last[96] = "";
    int steps = 0;

    (void)state;
    stage_open(&s, fleet, 36, 140);
    press(&s, CMD_HEAT);
    for (int i = 0; i < 3; i++)
        press(&s, CMD_LEFT);
    for (selected(&s, at, sizeof at); strcmp(at, last) != 0; selected(&s, at, sizeof at)) {
        memcpy(last, at, sizeof last);
        press(&s, CMD_RIGHT);
        steps++;
    }
    assert_int_equal(steps, 416);
    stage_close(&s);
}

/* The map shows what the table shows: other rows, another map. */
static void test_map_of_what_is_kept(void **state)
{
    struct stage s;
    char at[96], last[96] = "";
    int steps = 0;

    (void)state;
    stage_open(&s, fleet, 36, 140);
    press(&s, CMD_HEAT);
    press(&s, CMD_IDLE);
    for (int i = 0; i < 10; i++)
        press(&s, CMD_LEFT);
    for (selected(&s, at, sizeof at); strcmp(at, last) != 0; selected(&s, at, sizeof at)) {
        memcpy(last, at, sizeof last);
        press(&s, CMD_RIGHT);
        steps++;
    }
    assert_int_equal(steps, IDLE_DEVICES);
    assert_false(shows(&s, "910b-a"));
    press(&s, CMD_IDLE);
    assert_true(shows(&s, "910b-a"));
    /* a slice is not on the map: the first device is */
    scope_to(&s, "", "zb-m0001", "");
    say(&s, CMD_FIND_NEXT, "1g.10gb");
    press(&s, CMD_RIGHT);
    assert_at(&s, "zb-m0001/0");
    stage_close(&s);
}

static void test_map_mouse(void **state)
{
    struct stage s;

    (void)state;
    stage_open(&s, fleet, 36, 140);
    press(&s, CMD_HEAT);
    /* the first line of the first band: three cells a device, thirteen and one for the label */
    assert_true(view_devices.mouse(s.state, &s.in, 4, 14 + 3 * 4, 0, false, &s.out));
    assert_at(&s, "zb-g0003/4");
    drop_wish(&s);
    assert_true(view_devices.mouse(s.state, &s.in, 4, 14 + 3 * 5, 0, true, &s.out));
    assert_int_equal(s.out.wish, WISH_PUSH);
    assert_true(view_devices.mouse(s.state, &s.in, 4, 14, 1, false, &s.out));
    assert_false(view_devices.mouse(s.state, &s.in, 4, 2, 0, false, &s.out));  /* the label */
    assert_true(view_devices.mouse(s.state, &s.in, 30, 20, 0, false, &s.out)); /* the table */
    stage_close(&s);
}

/* Half a cell each: all of forty thousand are on one screen. */
static void test_forty_thousand(void **state)
{
    struct snapshot *many = fixture_many_devices(5000);
    struct stage s;
    unsigned halves = 0, dead = 0;

    (void)state;
    stage_open(&s, many, 80, 300);
    press(&s, CMD_HEAT);
    free(screen(&s));
    for (int y = 2; y < 79; y++)
        for (int x = 14; x < 300; x++) {
            const struct cell *c = canvas_cell(&s.canvas, y, x);
            bool heat = c->fg >= ROLE_HEAT0 && c->fg <= ROLE_HEAT9,
                 under = c->bg >= ROLE_HEAT0 && c->bg <= ROLE_HEAT9;
            dead += c->cp == 0xD7;
            if (c->cp == 0x2580 || c->cp == 0x2584)
                halves += heat + under + (c->fg == ROLE_BRIGHT);
            else if (c->cp == ' ')
                halves += under;
        }
    assert_int_equal(dead + halves, 40000);
    assert_int_equal(dead, 8);
    stage_close(&s);
    snapshot_unref(many);
}

static double milliseconds(struct timespec from)
{
    struct timespec to;

    clock_gettime(CLOCK_MONOTONIC, &to);
    return (double)(to.tv_sec - from.tv_sec) * 1e3 + (double)(to.tv_nsec - from.tv_nsec) / 1e6;
}

/* The whole fleet: the map is made once for each picture and then only looked up. */
static void test_eight_hundred_thousand(void **state)
{
    struct snapshot *many = fixture_many_devices(getenv("SUANTOP_BENCH") ? 100000 : 12000);
    struct timespec from;
    struct stage s;

    (void)state;
    clock_gettime(CLOCK_MONOTONIC, &from);
    stage_open(&s, many, 80, 300);
    print_message("table made in %.1f ms\n", milliseconds(from));
    clock_gettime(CLOCK_MONOTONIC, &from);
    press(&s, CMD_HEAT);
    print_message("map made in %.1f ms\n", milliseconds(from));
    clock_gettime(CLOCK_MONOTONIC, &from);
    for (int i = 0; i < 20; i++) {
        press(&s, CMD_DOWN);
        free(screen(&s));
    }
    double each = milliseconds(from) / 20;
    print_message("a step and a frame in %.1f ms\n", each);
    assert_true(each < 250);
    stage_close(&s);
    snapshot_unref(many);
}

/* The map window follows the cursor when it does not fit. */
static void test_map_scrolls(void **state)
{
    struct snapshot *many = fixture_many_devices(2000);
    struct stage s;
    char at[96];

    (void)state;
    stage_open(&s, many, 24, 80);
    press(&s, CMD_HEAT);
    assert_true(shows(&s, "train-a"));
    for (int i = 0; i < 1500; i++)
        press(&s, CMD_DOWN);
    selected(&s, at, sizeof at);
    assert_memory_equal(at, "n01", 3);
    assert_true(shows(&s, at) || !shows(&s, "train-a"));
    stage_close(&s);
    snapshot_unref(many);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_worst_first),
        cmocka_unit_test(test_every_column_sorts),
        cmocka_unit_test(test_groups),
        cmocka_unit_test(test_scopes),
        cmocka_unit_test(test_enter),
        cmocka_unit_test(test_tasks_of_an_array),
        cmocka_unit_test(test_drain_is_for_the_node),
        cmocka_unit_test(test_idle),
        cmocka_unit_test(test_details),
        cmocka_unit_test(test_slices),
        cmocka_unit_test(test_devices_of_others),
        cmocka_unit_test(test_map_and_table),
        cmocka_unit_test(test_map_cursor),
        cmocka_unit_test(test_map_cursor_in_halves),
        cmocka_unit_test(test_map_reaches_all),
        cmocka_unit_test(test_map_of_what_is_kept),
        cmocka_unit_test(test_map_mouse),
        cmocka_unit_test(test_forty_thousand),
        cmocka_unit_test(test_eight_hundred_thousand),
        cmocka_unit_test(test_map_scrolls),
    };

    fleet = fixture_devices();
    int failed = cmocka_run_group_tests_name("devices", tests, NULL, NULL);
    snapshot_unref(fleet);
    return failed;
}
