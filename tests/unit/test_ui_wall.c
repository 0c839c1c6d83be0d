/* SPDX-License-Identifier: MIT
 * test_ui_wall.c - the wall: what is on it, as text that a person can read, and what time does to it.
 *
 * GENERATE=1 writes the golden files; SUANTOP_ANSI_DIR=DIR writes each screen as 24-bit ANSI text too. */
#include "tests/golden/ansi.h"
#include "tests/golden/fixture_flops.h"
#include "tests/unit/model_kit.h"
#include "tests/unit/unit.h"
#include "ui/bigtext.h"
#include "ui/wall.h"
#include <stdbool.h>

struct screen {
    const char *name;
    int h, w;
    enum wall_page page;
    bool ascii, alarm, empty;
    int later; /* minutes after the fixture's time */
};

static const struct screen screens[] = {
    {"wall-80x24", 24, 80, WALL_CENTERS},
    {"wall-112x30", 30, 112,
     WALL_CENTERS}, /* power beside its digits has no room for FLOPS a watt */
    {"wall-120x36", 36, 120, WALL_CENTERS},
    {"wall-300x80", 80, 300, WALL_DEVICES},
    {"wall-devices-80x24", 24, 80, WALL_DEVICES},
    {"wall-interrupted-120x36", 36, 120, WALL_INTERRUPTED},
    {"wall-queued-120x36", 36, 120, WALL_QUEUED},
    {"wall-sources-80x24", 24, 80, WALL_SOURCES},
    {"wall-ascii-80x24", 24, 80, WALL_CENTERS, .ascii = true},
    {"wall-alarm-80x24", 24, 80, WALL_CENTERS, .alarm = true},
    {"wall-alarm-160x48", 48, 160, WALL_CENTERS, .alarm = true},
    {"wall-empty-80x24", 24, 80, WALL_CENTERS, .empty = true},
    {"wall-dead-80x24", 24, 80, WALL_CENTERS, .later = 10},
};

static struct snapshot *fleet, *nothing;

static struct view_input input(struct snapshot *s, int h, int w, wall_ms now, bool ascii)
{
    return (struct view_input){
        .snap = s, .ctx = {s, now, FIXTURE_OFFSET}, .area = {0, 0, h, w}, .ascii = ascii};
}

static const struct alert_row *any_critical(struct snapshot *s)
{
    for (uint32_t i = 0; i < snapshot_slots(s, ENTITY_ALERT); i++) {
        const struct alert_row *a = snapshot_row(s, ENTITY_ALERT, i);
        if (a && a->state == alert_state_FIRING && a->severity == severity_CRITICAL)
            return a;
    }
    return NULL;
}

static void write_file(const char *path, const struct buf *b)
{
    FILE *f = fopen(path, "wb");

    if (!f || fwrite(b->data, 1, b->len, f) != b->len || fclose(f) != 0)
        fail_msg("cannot write %s", path);
}

static void check_golden(const char *name, const struct canvas *c)
{
    static char want[4 << 20];
    char path[1024];
    struct buf dump;

    buf_init(&dump, sizeof want);
    if (getenv("SUANTOP_ANSI_DIR")) {
        ansi_from_canvas(c, &dump);
        snprintf(path, sizeof path, "%s/%s.ansi", getenv("SUANTOP_ANSI_DIR"), name);
        write_file(path, &dump);
        buf_reset(&dump);
    }
    canvas_dump(c, &dump, true);
    snprintf(path, sizeof path, "%s/tests/golden/views/%s.txt", UNIT_SRCDIR, name);
    if (getenv("GENERATE")) {
        write_file(path, &dump);
    } else {
        FILE *f = fopen(path, "rb");
        if (!f)
            fail_msg("cannot read %s (GENERATE=1 writes it)", path);
        want[fread(want, 1, sizeof want - 1, f)] = '\0';
        fclose(f);
        if (strcmp(want, dump.data) != 0)
            fail_msg("%s differs from %s; GENERATE=1 rewrites it. Now:\n%s", name, path, dump.data);
    }
    buf_fini(&dump);
}

static void test_screen(void **state)
{
    const struct screen *s = *state;
    struct snapshot *snap = s->empty ? nothing : fleet;
    wall_ms now = FIXTURE_NOW + s->later * INT64_C(60000);
    struct view_input in = input(snap, s->h, s->w, now, s->ascii);
    struct wall w;
    struct canvas c;

    wall_init(&w, &(struct wall_options){.title = "NOC 1", .ascii = s->ascii});
    wall_step(&w, &in);
    w.page = s->page;
    w.turned_at = now - 3000;
    if (s->alarm) {
        const struct alert_row *a = any_critical(fleet);
        assert_non_null(a);
        w.alarm = a->h.key;
        w.alarm_at = now - 5000;
    }
    canvas_init(&c, s->h, s->w);
    wall_draw(&w, &in, &c);
    check_golden(s->name, &c);
    canvas_fini(&c);
}

/* Each page that has something comes up, each for its time, and then the first again. */
static void test_pages_turn(void **state)
{
    unsigned seen = 0, turns = 0;
    struct wall w;

    (void)state;
    wall_init(&w, &(struct wall_options){.dwell_ms = 4000, .title = ""});
    for (wall_ms t = 0; t < 300000; t += 1000) {
        struct view_input in = input(fleet, 24, 80, FIXTURE_NOW + t, false);
        enum wall_page before = w.page;
        int part = w.part;
        wall_step(&w, &in);
        turns += w.page != before || w.part != part;
        seen |= 1u << w.page;
    }
    assert_int_equal(turns, 74); /* the first second is the first page's */
    assert_int_equal(seen, 1u << WALL_CENTERS | 1u << WALL_DEVICES | 1u << WALL_INTERRUPTED |
                               1u << WALL_QUEUED | 1u << WALL_SOURCES);
}

static void test_a_clock_that_is_set_back_stops_nothing(void **state)
{
    struct wall w;
    struct view_input in = input(fleet, 24, 80, FIXTURE_NOW, false);

    (void)state;
    wall_init(&w, &(struct wall_options){.dwell_ms = 4000, .title = ""});
    wall_step(&w, &in);
    in.ctx.now -= 3600000;
    wall_step(&w, &in);
    assert_int_equal(w.turned_at, in.ctx.now);
    in.ctx.now += 4000;
    wall_step(&w, &in);
    assert_int_equal(w.turned_at, in.ctx.now);
}

/* An alarm of half an hour later than now has been: the next one takes the screen all the same. */
static void test_a_clock_that_is_set_back_hides_no_alarm(void **state)
{
    const struct alert_row *a = any_critical(fleet);
    struct view_input in = input(fleet, 24, 80, a->fired_at - 2000, false);
    struct wall w;

    (void)state;
    wall_init(&w, &(struct wall_options){.title = ""});
    w.started = true;
    w.newest = a->fired_at + 1800000;
    wall_step(&w, &in);
    assert_int_equal(w.alarm, 0);
    in.ctx.now = a->fired_at + 1000;
    wall_step(&w, &in);
    assert_int_not_equal(w.alarm, 0);
}

/* What was critical before is no news; what turns critical later has the screen for its time, once. */
static void test_an_alarm_takes_the_screen_and_gives_it_back(void **state)
{
    const struct alert_row *a = any_critical(fleet);
    struct view_input in = input(fleet, 24, 80, FIXTURE_NOW, false);
    struct wall w;

    (void)state;
    wall_init(&w, &(struct wall_options){.title = ""});
    wall_step(&w, &in);
    assert_int_equal(w.alarm, 0);
    wall_step(&w, &in);
    assert_int_equal(w.alarm, 0);
    w.newest = a->fired_at - 1; /* as if it had not been there */
    wall_step(&w, &in);
    assert_int_not_equal(w.alarm, 0);
    in.ctx.now += WALL_ALARM_MS - 1;
    wall_step(&w, &in);
    assert_int_not_equal(w.alarm, 0);
    in.ctx.now += 1;
    wall_step(&w, &in);
    assert_int_equal(w.alarm, 0);
    wall_step(&w, &in);
    assert_int_equal(w.alarm, 0);
    /* An alert that is resolved gives the screen back at once. */
    w.alarm = 12345;
    w.alarm_at = in.ctx.now;
    wall_step(&w, &in);
    assert_int_equal(w.alarm, 0);
}

/* A rack that loses power is one alert a node, all of one moment. */
static void test_alerts_that_fired_together_are_all_told(void **state)
{
    struct fleet *f = fleet_new(NULL);
    struct buf dump;
    struct canvas c;
    struct wall w;

    (void)state;
    kit_rows(f, 0, 0, FIXTURE_NOW, "center east name=East");
    for (int i = 0; i < 4; i++) {
        char line[200];
        snprintf(line, sizeof line,
                 "alert hot_node/cn%d rule=hot_node origin=suantop state=firing severity=critical "
                 "node=cn%d summary=hot fired_at=%lld",
                 i, i, (long long)FIXTURE_NOW);
        kit_rows(f, 0, UINT16_MAX, FIXTURE_NOW, line);
    }
    struct snapshot *s = fleet_publish(f, FIXTURE_NOW);
    struct view_input in = input(s, 30, 80, FIXTURE_NOW, false);
    wall_init(&w, &(struct wall_options){.title = ""});
    w.started = true;
    wall_step(&w, &in);
    assert_int_not_equal(w.alarm, 0);
    canvas_init(&c, 30, 80);
    wall_draw(&w, &in, &c);
    buf_init(&dump, 1 << 16);
    canvas_dump(&c, &dump, false);
    for (int i = 0; i < 4; i++) {
        char node[8];
        snprintf(node, sizeof node, "cn%d", i);
        assert_non_null(strstr(dump.data, node));
    }
    buf_fini(&dump);
    canvas_fini(&c);
    snapshot_unref(s);
    fleet_free(f);
}

static void test_one_center_is_no_plural(void **state)
{
    struct fleet *f = fleet_new(NULL);
    struct buf dump;
    struct canvas c;
    struct wall w;

    (void)state;
    kit_rows(f, 0, 0, FIXTURE_NOW, "center east name=East state=live");
    struct snapshot *s = fleet_publish(f, FIXTURE_NOW);
    struct view_input in = input(s, 24, 80, FIXTURE_NOW, false);
    wall_init(&w, &(struct wall_options){.title = ""});
    canvas_init(&c, 24, 80);
    wall_draw(&w, &in, &c);
    buf_init(&dump, 1 << 16);
    canvas_dump(&c, &dump, false);
    assert_non_null(strstr(dump.data, " 1 center, "));
    buf_fini(&dump);
    canvas_fini(&c);
    snapshot_unref(s);
    fleet_free(f);
}

/* The same picture stands at each of the four corners in turn, and always whole. */
static void test_the_picture_drifts(void **state)
{
    struct canvas c[4];
    struct wall w;
    int seen = 0;

    (void)state;
    wall_init(&w, &(struct wall_options){.title = ""});
    for (int i = 0; i < 4; i++) {
        struct view_input in =
            input(fleet, 24, 80, FIXTURE_NOW + (wall_ms)i * WALL_DRIFT_MS, false);
        canvas_init(&c[i], 24, 80);
        wall_draw(&w, &in, &c[i]);
        int top = canvas_cell(&c[i], 0, 40)->bg != ROLE_BG ? 0 : 1;
        int left = canvas_cell(&c[i], top, 0)->bg != ROLE_BG ? 0 : 1;
        seen |= 1 << (2 * top + left);
        canvas_fini(&c[i]);
    }
    assert_true((seen & 3) && (seen & 12)); /* both rows */
}

/* Any size draws without a fault, in every state. */
static void test_sizes(void **state)
{
    (void)state;
    for (int h = 1; h < 130; h += 9)
        for (int x = 1; x < 420; x += 31)
            for (int i = 0; i < WALL_PAGES + 1; i++) {
                struct view_input in = input(i & 1 ? fleet : nothing, h, x, FIXTURE_NOW, h % 2);
                struct canvas c;
                struct wall w;
                wall_init(&w, &(struct wall_options){.title = "x", .ascii = h % 2});
                wall_step(&w, &in);
                w.page = (enum wall_page)(i % WALL_PAGES);
                w.alarm = i == WALL_PAGES ? any_critical(fleet)->h.key : 0;
                canvas_init(&c, h, x);
                wall_draw(&w, &in, &c);
                canvas_fini(&c);
            }
}

static void test_digits_have_the_size_that_they_say(void **state)
{
    (void)state;
    for (int scale = 1; scale <= 3; scale++)
        for (const char *text = "18.3?"; *text; text++) {
            struct canvas c;
            int cells = bigtext_cells(text, scale), last = 0;
            canvas_init(&c, 12, 120);
            assert_int_equal(bigtext_draw(&c, 0, 0, 120, scale, style_of(ROLE_TEXT), text, false),
                             cells);
            for (int y = 0; y < 12; y++)
                for (int x = 0; x < 120; x++)
                    if (canvas_cell(&c, y, x)->cp > ' ') {
                        last = x > last ? x : last;
                        assert_true(y < bigtext_rows(scale));
                    }
            assert_int_equal(last + 1, cells);
            assert_true(bigtext_draw(&c, 0, 0, cells - 1, scale, style_of(ROLE_TEXT), text, false) <
                        cells);
            canvas_fini(&c);
        }
}

static int setup(void **state)
{
    struct fleet *f = fleet_new(NULL);

    (void)state;
    fleet = fixture_flops();
    nothing = fleet_publish(f, FIXTURE_NOW);
    fleet_free(f);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    snapshot_unref(fleet);
    snapshot_unref(nothing);
    return 0;
}

int main(void)
{
    enum { SCREENS = sizeof screens / sizeof *screens };
    static const struct CMUnitTest others[] = {
        cmocka_unit_test(test_pages_turn),
        cmocka_unit_test(test_a_clock_that_is_set_back_stops_nothing),
        cmocka_unit_test(test_a_clock_that_is_set_back_hides_no_alarm),
        cmocka_unit_test(test_an_alarm_takes_the_screen_and_gives_it_back),
        cmocka_unit_test(test_alerts_that_fired_together_are_all_told),
        cmocka_unit_test(test_one_center_is_no_plural),
        cmocka_unit_test(test_the_picture_drifts),
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_digits_have_the_size_that_they_say),
    };
    enum { OTHERS = sizeof others / sizeof *others };
    struct CMUnitTest tests[SCREENS + OTHERS] = {{0}};

    for (int i = 0; i < SCREENS; i++)
        tests[i] = (struct CMUnitTest){screens[i].name, test_screen, NULL, NULL,
                                       (void *)(uintptr_t)&screens[i]};
    memcpy(tests + SCREENS, others, sizeof others);
    return cmocka_run_group_tests(tests, setup, teardown);
}
