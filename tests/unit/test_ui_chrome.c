/* SPDX-License-Identifier: MIT
 * test_ui_chrome.c - header and footer at several widths against golden pictures, and the verdict.
 *
 * GENERATE=1 writes the golden files anew: look at the difference before committing it. */
#include "base/xmem.h"
#include "model/fleet.h"
#include "tests/unit/unit.h"
#include "ui/footer.h"
#include "ui/header.h"
#include "ui/panel.h"
#include "ui/verdict.h"

static const int widths[] = {20, 60, 80, 100, 120, 300};

static const struct header headers[] = {
    {"Overview", "3 centers", "", "", "", "14:07:31", {0, 0, 3, 3, 0, 0}},
    {"Overview", "41 centers", "", "", "", "14:07:31", {2, 5, 41, 39, 1, 1}},
    {"张北智算中心 › Nodes",
     "120 of 2 000 nodes",
     "state=down",
     "",
     "",
     "14:07:31",
     {1, 0, 3, 2, 1, 0}},
    {"Queued", "21 004 jobs", "", "replay", "12s", "14:07:31", {0, 1, 3, 2, 1, 0}},
    {"Overview", "", "", "", "", "14:07:31", {0, 0, 0, 0, 0, 0}},
    {"Overview", "", "", "", "", "14:07:31", {0, 0, 2, 0, 0, 0}},
    {"国家超级计算天津中心 › 深度学习分区甲 › 训练作业八八四一二零七 › Running",
     "1 job",
     "user=li and name~\"pangu.*\" and waited>2h",
     "read-only",
     "3h04",
     "14:07:31",
     {12, 345, 100, 80, 10, 10}},
};

static const struct view_ops views[] = {
    {.name = "overview", .title = "Overview", .short_title = "Over", .key = '1'},
    {.name = "nodes", .title = "Nodes", .short_title = "Node", .key = '2'},
    {.name = "queued", .title = "Queued", .short_title = "Queue", .key = '4'},
    {.name = "running", .title = "Running", .short_title = "Run", .key = '5'},
    {.name = "sources", .title = "Sources", .short_title = "Src", .key = '8'},
};
static const struct view_ops *const all[] = {&views[0], &views[1], &views[2],
                                             &views[3], &views[4], NULL};

static void check(const char *name, const struct canvas *c)
{
    char path[1024];
    struct buf dump;
    FILE *f;

    buf_init(&dump, 1 << 20);
    canvas_dump(c, &dump, true);
    snprintf(path, sizeof path, "%s/tests/golden/chrome/%s.txt", UNIT_SRCDIR, name);
    if (getenv("GENERATE")) {
        f = fopen(path, "w");
        assert_non_null(f);
        fputs(dump.data, f);
        fclose(f);
    } else {
        char *want = calloc(1, 1 << 20);
        f = fopen(path, "r");
        if (!f)
            fail_msg("cannot read %s (GENERATE=1 writes it)", path);
        want[fread(want, 1, (1 << 20) - 1, f)] = '\0';
        fclose(f);
        if (strcmp(want, dump.data) != 0)
            fail_msg("%s differs; GENERATE=1 writes it anew. Now:\n%s", path, dump.data);
        free(want);
    }
    buf_fini(&dump);
}

static void test_headers(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(widths); i++) {
        struct canvas c;
        char name[32];
        canvas_init(&c, (int)ARRAY_LEN(headers), widths[i]);
        for (int y = 0; y < c.h; y++)
            header_draw(&headers[y], &c, y);
        snprintf(name, sizeof name, "header-%d", widths[i]);
        check(name, &c);
        canvas_fini(&c);
    }
}

static void test_footers(void **state)
{
    static const enum cmd cmds[] = {CMD_OPEN,   CMD_DETAILS, CMD_GROUP,
                                    CMD_FILTER, CMD_HELP,    CMD_NONE};
    static const struct footer_hint acting[] = {{"R", "requeue", true, CMD_NONE},
                                                {"D", "drain node", true, CMD_NONE},
                                                {"d", "details", false, CMD_DETAILS},
                                                {.word = NULL}};
    struct footer_hint hints[8];
    struct footer_map map;
    char keys[8][16];

    (void)state;
    assert_int_equal(footer_hints(cmds, true, hints, 8, keys), 5);
    for (size_t i = 0; i < ARRAY_LEN(widths); i++) {
        struct canvas c;
        char name[32];
        canvas_init(&c, 4, widths[i]);
        for (int y = 0; y < 3; y++)
            footer_draw(&(struct footer){all, &views[y * 2], hints}, &c, y, &map);
        footer_draw(&(struct footer){all, NULL, acting}, &c, 3, &map);
        snprintf(name, sizeof name, "footer-%d", widths[i]);
        check(name, &c);
        canvas_fini(&c);
    }
}

static void test_the_mouse_finds_tabs_and_hints(void **state)
{
    static const enum cmd cmds[] = {CMD_FILTER, CMD_HELP, CMD_NONE};
    struct footer_hint hints[8];
    struct footer_map map;
    char keys[8][16];
    struct canvas c;

    (void)state;
    canvas_init(&c, 1, 120);
    footer_hints(cmds, true, hints, 8, keys);
    footer_draw(&(struct footer){all, &views[0], hints}, &c, 0, &map);
    assert_int_equal(footer_hit(&map, 0), CMD_NONE);
    assert_int_equal(footer_hit(&map, 2), CMD_VIEW_1);
    assert_int_equal(footer_hit(&map, 15), CMD_VIEW_2);
    assert_int_equal(footer_hit(&map, 118), CMD_HELP);
    assert_int_equal(footer_hit(&map, 106), CMD_FILTER);
    assert_int_equal(footer_hit(&map, 80), CMD_NONE);
    canvas_fini(&c);
}

static void test_panel(void **state)
{
    struct canvas c;

    (void)state;
    canvas_init(&c, 8, 60);
    struct rect r = panel_place((struct rect){1, 0, 6, 60}, 5, 40);
    struct rect in = panel_draw(&c, r, "Drain 1 node · 张北智算中心", "1 of 9");
    canvas_text(&c, in.y, in.x, in.w, style_on(ROLE_TEXT, ROLE_BAR), "contents");
    check("panel-60", &c);
    for (int h = 0; h < 4; h++)
        for (int w = 0; w < 10; w++)
            panel_draw(&c, (struct rect){0, 0, h, w}, "title", "right");
    canvas_fini(&c);
}

/* --- verdict --- */

static struct fleet *fleet_with(uint16_t center, const char *id)
{
    struct fleet *f = fleet_new(NULL);
    struct delta *d = delta_new(center, 0, 1000, 0);

    delta_row(d, ENTITY_CENTER, id, strlen(id));
    delta_str(d, FIELD_center_id, id);
    fleet_apply(f, d, NULL);
    delta_free(d);
    return f;
}

static void put_node(struct fleet *f, const char *name, double celsius, double limit, bool down)
{
    struct delta *d = delta_new(0, 0, 1000, 0);

    delta_row(d, ENTITY_NODE, name, strlen(name));
    delta_str(d, FIELD_node_name, name);
    delta_int(d, FIELD_node_state, down ? node_state_DOWN : node_state_IDLE);
    delta_num(d, FIELD_node_temperature_celsius, celsius);
    if (limit > 0)
        delta_num(d, FIELD_node_temperature_limit_celsius, limit);
    fleet_apply(f, d, NULL);
    delta_free(d);
}

static void put_source(struct fleet *f, enum source_state s)
{
    struct delta *d = delta_new(0, 0, 1000, 0);

    delta_row(d, ENTITY_SOURCE, "slurm", 5);
    delta_str(d, FIELD_source_name, "slurm");
    delta_int(d, FIELD_source_state, s);
    if (s != source_state_FAILED)
        delta_time(d, FIELD_source_last_ok_at, 1000);
    delta_num(d, FIELD_source_interval_ms, 30000);
    fleet_apply(f, d, NULL);
    delta_free(d);
}

static struct verdict verdict_at(struct fleet *f, wall_ms now)
{
    struct snapshot *s = fleet_publish(f, now);
    struct verdict v = verdict_of(s);

    snapshot_unref(s);
    return v;
}

static struct verdict verdict_and_free(struct fleet *f)
{
    struct verdict v = verdict_at(f, 2000);

    fleet_free(f);
    return v;
}

static void quieten(struct fleet *f, const char *id, int field, wall_ms t)
{
    struct delta *d = delta_new(0, UINT16_MAX, 41000, 0);

    delta_row(d, ENTITY_ALERT, id, strlen(id));
    delta_time(d, field, t);
    fleet_apply(f, d, NULL);
    delta_free(d);
}

static void test_verdict_of_nothing(void **state)
{
    struct verdict v = verdict_of(NULL);

    (void)state;
    assert_int_equal(v.critical + v.warning + v.centers, 0);
}

static void test_verdict_of_heat(void **state)
{
    struct fleet *f = fleet_with(0, "zb");

    (void)state;
    put_source(f, source_state_OK);
    put_node(f, "n1", 95, 95, false); /* at its limit */
    put_node(f, "n2", 94, 95, false);
    put_node(f, "n3", 99, 0, false); /* its sensor tells no limit */
    put_node(f, "n4", 60, 0, false);
    struct verdict v = verdict_at(f, 2000);
    assert_int_equal(v.critical + v.warning, 0); /* an alert holds for a while before it fires */
    v = verdict_at(f, 40000);
    assert_int_equal(v.critical, 2);
    assert_int_equal(v.warning, 1);
    quieten(f, "hot_node/n1", FIELD_alert_acknowledged_at, 41000);
    quieten(f, "hot_node/n2", FIELD_alert_silenced_until, 99000);
    v = verdict_at(f, 42000);
    assert_int_equal(v.critical, 1);
    assert_int_equal(v.warning, 0);
    fleet_free(f);
}

static void test_verdict_of_a_dead_center(void **state)
{
    struct fleet *f = fleet_with(0, "zb");

    (void)state;
    put_source(f, source_state_FAILED);
    struct verdict v = verdict_at(f, 2000);
    assert_int_equal(v.down, 1);
    assert_int_equal(v.critical, 1); /* at once */
    assert_int_equal(v.warning, 0);  /* its source is the same trouble */
    v = verdict_at(f, 200000);
    assert_int_equal(v.critical, 1); /* not twice when the alert says so, too */
    quieten(f, "center_down/zb", FIELD_alert_acknowledged_at, 200000);
    v = verdict_at(f, 201000);
    assert_int_equal(v.down, 1);
    assert_int_equal(v.critical, 0); /* somebody cares */
    fleet_free(f);
}

static void test_verdict_of_drained_nodes(void **state)
{
    struct fleet *f = fleet_with(0, "zb");
    char name[8];

    (void)state;
    put_source(f, source_state_OK);
    for (int i = 0; i < 10; i++) {
        snprintf(name, sizeof name, "n%d", i);
        put_node(f, name, 40, 90, i < 2);
    }
    assert_int_equal(verdict_at(f, 2000).warning, 0);
    put_source(f, source_state_OK);
    assert_int_equal(verdict_at(f, 70000).warning, 1);
    fleet_free(f);
}

static void test_verdict_of_a_stale_source(void **state)
{
    struct fleet *f = fleet_with(0, "zb");

    (void)state;
    put_source(f, source_state_STALE);
    struct verdict v = verdict_and_free(f);
    assert_int_equal(v.stale, 1);
    assert_int_equal(v.warning, 1);
    assert_int_equal(v.critical, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_headers),
        cmocka_unit_test(test_footers),
        cmocka_unit_test(test_the_mouse_finds_tabs_and_hints),
        cmocka_unit_test(test_panel),
        cmocka_unit_test(test_verdict_of_nothing),
        cmocka_unit_test(test_verdict_of_heat),
        cmocka_unit_test(test_verdict_of_a_dead_center),
        cmocka_unit_test(test_verdict_of_drained_nodes),
        cmocka_unit_test(test_verdict_of_a_stale_source),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
