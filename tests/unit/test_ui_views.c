/* SPDX-License-Identifier: MIT
 * test_ui_views.c - each view over fixture fleets, as text that a person can read, against golden files.
 *
 * GENERATE=1 writes the golden files; SUANTOP_ANSI_DIR=DIR writes each screen as 24-bit ANSI text too. */
#include "action/request.h"
#include "base/text.h"
#include "tests/unit/unit.h"
#include "model/xid.h"
#include "tests/golden/ansi.h"
#include "tests/golden/fixture_devices.h"
#include "tests/golden/fixture_flops.h"
#include "ui/cells.h"
#include "ui/viewlist.h"
#include <stdbool.h>

#define KEYS_MAX 12

enum fleet_kind { FLEET, EMPTY, SMALL, DEVICES, FLOPS, FLEETS };

struct screen {
    const char *name;
    enum fleet_kind fleet;
    const char *view;
    int h, w;
    enum cmd keys[KEYS_MAX]; /* CMD_NONE ends */
    const char *filter;
    int center; /* 1 + index of the scope's center, 0 = all */
    const char *pool, *node, *job;
    bool ascii, mono;
    int later; /* minutes after the fixture's time */
};

static const struct screen screens[] = {
    {"overview-80x24", FLEET, "overview", 24, 80},
    {"overview-120x36", FLEET, "overview", 36, 120},
    {"overview-140x30", FLEET, "overview", 30, 140},
    {"overview-300x80", FLEET, "overview", 80, 300},
    {"overview-kind-120x36", FLEET, "overview", 36, 120, {CMD_GROUP, CMD_DOWN, CMD_DOWN}},
    {"overview-ascii-100x30", FLEET, "overview", 30, 100, .ascii = true},
    {"overview-later-120x36", FLEET, "overview", 36, 120, .later = 5},
    {"overview-empty-80x24", EMPTY, "overview", 24, 80},
    {"overview-small-80x24", SMALL, "overview", 24, 80},
    {"flops-80x24", FLOPS, "overview", 24, 80},
    {"flops-120x36", FLOPS, "overview", 36, 120, {CMD_DOWN}},
    {"flops-140x30", FLOPS, "overview", 30, 140},
    {"flops-300x80", FLOPS, "overview", 80, 300},
    {"flops-ascii-100x30", FLOPS, "overview", 30, 100, .ascii = true},
    {"flops-mono-120x36", FLOPS, "overview", 36, 120, .mono = true},
    {"flops-later-120x36", FLOPS, "overview", 36, 120, .later = 5},
    {"flops-sources-120x36", FLOPS, "sources", 36, 120, {CMD_DOWN, CMD_DOWN}},
    {"flops-nodes-80x24", FLOPS, "nodes", 24, 80, .center = 1},
    {"flops-nodes-120x36", FLOPS, "nodes", 36, 120, .center = 1},
    {"flops-nodes-160x40", FLOPS, "nodes", 40, 160},
    {"flops-nodes-300x80", FLOPS, "nodes", 80, 300},
    {"pools-80x24", FLEET, "pools", 24, 80, .center = 1},
    {"pools-120x36", FLEET, "pools", 36, 120, .center = 1},
    {"pools-300x80", FLEET, "pools", 80, 300},
    {"nodes-80x24", FLEET, "nodes", 24, 80},
    {"nodes-120x36", FLEET, "nodes", 36, 120},
    {"nodes-160x40", FLEET, "nodes", 40, 160, .center = 1},
    {"nodes-300x80", FLEET, "nodes", 80, 300},
    {"nodes-right-80x24", FLEET, "nodes", 24, 80, {CMD_RIGHT, CMD_RIGHT, CMD_RIGHT, CMD_RIGHT}},
    {"nodes-status-120x36",
     FLEET,
     "nodes",
     36,
     120,
     {CMD_GROUP, CMD_GROUP, CMD_GROUP, CMD_PAGE_DOWN}},
    {"nodes-filter-120x36", FLEET, "nodes", 36, 120, .filter = "status=drained or temp>85"},
    {"nodes-nothing-80x24", FLEET, "nodes", 24, 80, .filter = "nosuchthing"},
    {"nodes-map-80x24", FLEET, "nodes", 24, 80, {CMD_HEAT, CMD_DOWN, CMD_DOWN, CMD_RIGHT}},
    {"nodes-map-120x36", FLEET, "nodes", 36, 120, {CMD_HEAT, CMD_DOWN}, .center = 1},
    {"nodes-map-ascii-80x24", FLEET, "nodes", 24, 80, {CMD_HEAT, CMD_DOWN}, .ascii = true},
    {"nodes-heat-120x36", FLEET, "nodes", 36, 120, {CMD_HEAT, CMD_HEAT, CMD_RIGHT}, .center = 1},
    {"nodes-of-job-120x36", FLEET, "nodes", 36, 120, .center = 1, .job = "8841203"},
    {"nodes-stale-120x36", FLEET, "nodes", 36, 120, .center = 3},
    {"nodes-old-120x36", FLEET, "nodes", 36, 120, .center = 3, .later = 20},
    {"nodes-lost-120x36", FLEET, "nodes", 36, 120, .center = 3, .later = 90},
    {"nodes-empty-80x24", EMPTY, "nodes", 24, 80},
    {"nodes-small-80x24", SMALL, "nodes", 24, 80},
    {"queued-80x24", FLEET, "queued", 24, 80, {CMD_DOWN}},
    {"queued-120x36", FLEET, "queued", 36, 120},
    {"queued-160x40", FLEET, "queued", 40, 160, {CMD_BOTTOM}},
    {"queued-300x80", FLEET, "queued", 80, 300},
    {"nodes-folded-120x36", FLEET, "nodes", 36, 120, {CMD_GROUP, CMD_FOLD, CMD_DOWN, CMD_DOWN}},
    {"queued-reason-120x36", FLEET, "queued", 36, 120, {CMD_GROUP, CMD_DOWN, CMD_MARK, CMD_MARK}},
    {"queued-hostile-120x36", FLEET, "queued", 36, 120, {CMD_INVERT, CMD_DOWN}, .center = 1},
    {"queued-small-80x24", SMALL, "queued", 24, 80},
    {"running-80x24", FLEET, "running", 24, 80},
    {"running-120x36", FLEET, "running", 36, 120, {CMD_SORT_NEXT}},
    {"running-300x80", FLEET, "running", 80, 300},
    {"running-on-node-120x36", FLEET, "running", 36, 120, .center = 1, .node = "zb-g0007"},
    {"running-ended-120x36", FLEET, "running", 36, 120, {CMD_ENDED}},
    {"running-ended-300x80", FLEET, "running", 80, 300, {CMD_ENDED}},
    {"running-none-ended-80x24", EMPTY, "running", 24, 80, {CMD_ENDED}},
    {"running-empty-80x24", EMPTY, "running", 24, 80},
    {"interrupted-80x24", FLEET, "interrupted", 24, 80},
    {"interrupted-120x36", FLEET, "interrupted", 36, 120, {CMD_DOWN}},
    {"interrupted-160x30", FLEET, "interrupted", 30, 160},
    {"interrupted-all-160x40", FLEET, "interrupted", 40, 160, {CMD_ENDED, CMD_DOWN, CMD_MARK}},
    {"interrupted-week-120x36", FLEET, "interrupted", 36, 120, {CMD_WINDOW, CMD_ENDED}},
    {"interrupted-month-160x40",
     FLEET,
     "interrupted",
     40,
     160,
     {CMD_WINDOW, CMD_WINDOW, CMD_ENDED}},
    {"interrupted-side-160x30", FLEET, "interrupted", 30, 160, {CMD_OFFENDERS, CMD_DOWN}},
    {"interrupted-center-120x36", FLEET, "interrupted", 36, 120, .center = 1},
    {"interrupted-300x80", FLEET, "interrupted", 80, 300, {CMD_ENDED}},
    {"interrupted-ascii-160x40", FLEET, "interrupted", 40, 160, {CMD_ENDED}, .ascii = true},
    {"interrupted-mono-120x36", FLEET, "interrupted", 36, 120, {CMD_ENDED}, .mono = true},
    {"interrupted-small-120x36", SMALL, "interrupted", 36, 120},
    {"interrupted-empty-80x24", EMPTY, "interrupted", 24, 80},
    {"offenders-80x24", FLEET, "offenders", 24, 80},
    {"offenders-300x80", FLEET, "offenders", 80, 300},
    {"alerts-80x24", FLEET, "alerts", 24, 80},
    {"alerts-120x36", FLEET, "alerts", 36, 120, {CMD_ENDED}},
    {"alerts-160x30", FLEET, "alerts", 30, 160, {CMD_DOWN}},
    {"alerts-300x80", FLEET, "alerts", 80, 300, {CMD_ENDED}},
    {"alerts-ascii-100x30", FLEET, "alerts", 30, 100, .ascii = true},
    {"alerts-none-120x36", SMALL, "alerts", 36, 120},
    {"devices-80x24", DEVICES, "devices", 24, 80},
    {"devices-120x36", DEVICES, "devices", 36, 120, {CMD_DOWN}},
    {"devices-140x36", DEVICES, "devices", 36, 140},
    {"devices-300x80", DEVICES, "devices", 80, 300},
    {"devices-mono-120x36", DEVICES, "devices", 36, 120, .mono = true},
    {"devices-ascii-120x36", DEVICES, "devices", 36, 120, {CMD_GROUP, CMD_DOWN}, .ascii = true},
    {"devices-idle-120x36", DEVICES, "devices", 36, 120, {CMD_IDLE}},
    {"devices-node-120x36", DEVICES, "devices", 36, 120, .center = 1, .node = "zb-m0001"},
    {"devices-old-120x36", DEVICES, "devices", 36, 120, .later = 20},
    {"devices-none-80x24", FLEET, "devices", 24, 80},
    {"devices-empty-80x24", EMPTY, "devices", 24, 80},
    {"devices-map-80x24", DEVICES, "devices", 24, 80, {CMD_HEAT}},
    {"devices-map-120x36", DEVICES, "devices", 36, 120, {CMD_HEAT, CMD_DOWN, CMD_RIGHT}},
    {"devices-map-140x36", DEVICES, "devices", 36, 140, {CMD_HEAT}},
    {"devices-map-300x80", DEVICES, "devices", 80, 300, {CMD_HEAT}},
    {"devices-map-mono-120x36", DEVICES, "devices", 36, 120, {CMD_HEAT, CMD_SHADE}, .mono = true},
    {"devices-map-ascii-80x24", DEVICES, "devices", 24, 80, {CMD_HEAT, CMD_DOWN}, .ascii = true},
    {"devices-map-tensor-120x36",
     DEVICES,
     "devices",
     36,
     120,
     {CMD_HEAT, CMD_SHADE, CMD_SHADE, CMD_GROUP, CMD_GROUP}},
    {"sources-80x24", FLEET, "sources", 24, 80, {CMD_DOWN, CMD_DOWN, CMD_DOWN, CMD_DOWN}},
    {"sources-120x36", FLEET, "sources", 36, 120, {CMD_DOWN, CMD_DOWN, CMD_DOWN}},
    {"sources-300x80", FLEET, "sources", 80, 300},
    {"sources-small-80x24", SMALL, "sources", 24, 80},
    {"sources-empty-80x24", EMPTY, "sources", 24, 80},
};

static struct snapshot *fleets[FLEETS];
static struct xid_table *xids;

/* --- one screen --- */

struct stage {
    const struct view_ops *view;
    void *state;
    struct view_scope scope;
    struct view_input in;
    struct view_out out;
    struct filter *filter;
};

static void scope_member(char *member, size_t size, const char *value)
{
    snprintf(member, size, "%s", value ? value : "");
}

static void stage_open(struct stage *s, const struct screen *w)
{
    memset(s, 0, sizeof *s);
    s->view = view_find(w->view);
    assert_non_null(s->view);
    s->state = s->view->open();
    s->scope.center = w->center - 1;
    scope_member(s->scope.pool, sizeof s->scope.pool, w->pool);
    scope_member(s->scope.node, sizeof s->scope.node, w->node);
    scope_member(s->scope.job, sizeof s->scope.job, w->job);
    s->in = (struct view_input){
        .snap = fleets[w->fleet],
        .ctx = {fleets[w->fleet], FIXTURE_NOW + w->later * INT64_C(60000), FIXTURE_OFFSET},
        .scope = &s->scope,
        .filter_text = w->filter,
        .area = {1, 0, w->h - 2, w->w},
        .ascii = w->ascii,
        .mono = w->mono,
        .xids = xids};
    if (w->filter)
        assert_int_equal(filter_compile(w->filter, s->view->entity, &s->filter, NULL), RC_OK);
    s->in.filter = s->filter;
    view_out_init(&s->out);
    s->view->rebuild(s->state, &s->in);
}

/* An order belongs to whoever takes it: here nobody else does. */
static void drop_wish(struct stage *s)
{
    order_free(s->out.order);
    view_out_fini(&s->out);
}

static void stage_close(struct stage *s)
{
    s->view->close(s->state);
    filter_free(s->filter);
    drop_wish(s);
}

static bool press(struct stage *s, enum cmd cmd)
{
    drop_wish(s);
    view_out_init(&s->out);
    bool did = s->view->command(s->state, &s->in, cmd, "", &s->out);
    s->view->rebuild(s->state, &s->in);
    return did;
}

/* Header and footer are the core's; here the header shows what the view tells it. */
static void draw(const struct stage *s, const struct screen *w, struct canvas *c)
{
    struct buf status;

    buf_init(&status, 512);
    canvas_init(c, w->h, w->w);
    canvas_fill(c, (struct rect){0, 0, 1, w->w}, ' ', style_on(ROLE_DIM, ROLE_BAR));
    canvas_fill(c, (struct rect){w->h - 1, 0, 1, w->w}, ' ', style_on(ROLE_DIM, ROLE_BAR));
    canvas_textf(c, 0, 1, -1, style_bold(style_on(ROLE_BRIGHT, ROLE_BAR)), "%s", s->view->title);
    s->view->status(s->state, &s->in, &status);
    canvas_text_right(c, 0, w->w - 1, 40, style_on(ROLE_DIM, ROLE_BAR), status.data);
    s->view->draw(s->state, &s->in, c);
    if (w->ascii) /* as the core does at the end */
        canvas_ascii(c);
    buf_fini(&status);
}

/* --- golden files --- */

static void write_file(const char *path, const struct buf *b)
{
    FILE *f = fopen(path, "wb");

    if (!f || fwrite(b->data, 1, b->len, f) != b->len || fclose(f) != 0)
        fail_msg("cannot write %s", path);
}

static char *read_file(const char *path)
{
    FILE *f = fopen(path, "rb");
    size_t len;

    if (!f)
        fail_msg("cannot read %s (GENERATE=1 writes it)", path);
    char *data = malloc(4 << 20);
    assert_non_null(data);
    len = fread(data, 1, (4 << 20) - 1, f);
    data[len] = '\0';
    fclose(f);
    return data;
}

static void check_golden(const char *name, const struct canvas *c)
{
    char path[1024];
    struct buf dump;

    buf_init(&dump, 4 << 20);
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
        char *want = read_file(path);
        if (strcmp(want, dump.data) != 0)
            fail_msg("%s differs from %s; GENERATE=1 rewrites it. Now:\n%s", name, path, dump.data);
        free(want);
    }
    buf_fini(&dump);
}

static void test_screen(void **state)
{
    const struct screen *w = *state;
    struct stage s;
    struct canvas c;

    stage_open(&s, w);
    for (int i = 0; w->keys[i] != CMD_NONE; i++)
        press(&s, w->keys[i]);
    draw(&s, w, &c);
    check_golden(w->name, &c);
    canvas_fini(&c);
    stage_close(&s);
}

/* --- what holds for every screen --- */

/* Any size draws without a fault and within its area. */
static void test_sizes(void **state)
{
    (void)state;
    for (const struct view_ops *const *v = view_all(); *v; v++) {
        for (int h = 1; h < 60; h += 7) {
            for (int x = 1; x < 330; x += 23) {
                struct screen w = {.view = (*v)->name, .h = h, .w = x};
                struct stage s;
                struct canvas c;
                stage_open(&s, &w);
                press(&s, CMD_HEAT);
                draw(&s, &w, &c);
                press(&s, CMD_DOWN);
                canvas_fini(&c);
                draw(&s, &w, &c);
                for (int k = 0; k < x; k++) /* the footer is not the view's */
                    assert_true(h < 2 || canvas_cell(&c, h - 1, k)->bg == ROLE_BAR);
                canvas_fini(&c);
                stage_close(&s);
            }
        }
    }
}

static void test_every_command(void **state)
{
    (void)state;
    for (const struct view_ops *const *v = view_all(); *v; v++) {
        for (int f = 0; f < FLEETS; f++) {
            struct screen w = {.view = (*v)->name, .h = 24, .w = 80, .fleet = (enum fleet_kind)f};
            struct stage s;
            struct canvas c;
            stage_open(&s, &w);
            for (int round = 0; round < 3; round++)
                for (int cmd = CMD_NONE + 1; cmd < CMD_COUNT; cmd++)
                    press(&s, (enum cmd)cmd);
            draw(&s, &w, &c);
            canvas_fini(&c);
            stage_close(&s);
        }
    }
}

static void test_drill_down(void **state)
{
    static const struct screen w = {.view = "overview", .h = 36, .w = 120};
    struct stage s;

    (void)state;
    stage_open(&s, &w);
    assert_true(press(&s, CMD_OPEN));
    assert_int_equal(s.out.wish, WISH_PUSH);
    assert_ptr_equal(s.out.push, &view_pools);
    assert_int_equal(s.out.scope.center, 0);
    assert_string_equal(s.out.scope.title, "张北智算中心");
    stage_close(&s);

    struct screen pools = {.view = "pools", .h = 36, .w = 120, .center = 1};
    stage_open(&s, &pools);
    scope_member(s.scope.title, sizeof s.scope.title, "张北");
    press(&s, CMD_DOWN);
    assert_true(press(&s, CMD_OPEN));
    assert_ptr_equal(s.out.push, &view_nodes);
    assert_string_equal(s.out.scope.pool, "h800-pre");
    assert_string_equal(s.out.scope.title, "张北 › h800-pre");
    stage_close(&s);

    struct screen nodes = {.view = "nodes", .h = 36, .w = 120, .center = 1, .pool = "h800-pre"};
    stage_open(&s, &nodes);
    press(&s, CMD_BOTTOM);
    assert_true(press(&s, CMD_OPEN));
    assert_ptr_equal(s.out.push, &view_running);
    assert_string_equal(s.out.scope.pool, "");
    assert_memory_equal(s.out.scope.node, "zb-g00", 6);
    stage_close(&s);

    struct screen jobs = {.view = "running", .h = 36, .w = 120, .center = 1, .node = "zb-g0007"};
    stage_open(&s, &jobs);
    assert_true(press(&s, CMD_OPEN));
    assert_ptr_equal(s.out.push, &view_nodes);
    assert_string_equal(s.out.scope.job, "8841203");
    stage_close(&s);
}

static void test_details_and_raw(void **state)
{
    static const struct screen w = {.view = "nodes", .h = 36, .w = 120, .filter = "zb-g0009"};
    struct stage s;

    (void)state;
    stage_open(&s, &w);
    assert_true(press(&s, CMD_DETAILS));
    assert_int_equal(s.out.wish, WISH_PAGER);
    assert_memory_equal(s.out.text.data, "node zb-g0009, 张北智算中心\n", 30);
    assert_non_null(strstr(s.out.text.data, "row remap pending"));
    assert_non_null(strstr(s.out.text.data, "Not known: "));
    assert_null(strchr(s.out.text.data, '\033'));
    assert_true(press(&s, CMD_RAW));
    assert_int_equal(s.out.wish, WISH_RAW);
    assert_int_equal(s.out.entity, ENTITY_NODE);
    assert_int_equal(s.out.source, 0);
    assert_string_equal(s.out.id, "zb-g0009");
    stage_close(&s);

    static const struct screen centers = {.view = "overview", .h = 36, .w = 120};
    stage_open(&s, &centers);
    assert_true(press(&s, CMD_DETAILS));
    assert_non_null(strstr(s.out.text.data, "maint-1124"));
    assert_non_null(strstr(s.out.text.data, "ansys"));
    if (getenv("SUANTOP_ANSI_DIR"))
        printf("%s", s.out.text.data);
    assert_true(press(&s, CMD_RAW));
    assert_int_equal(s.out.wish, WISH_MESSAGE);
    stage_close(&s);
}

/* Of a device: who measures it is asked, by node, NUL and index. */
static void test_raw_of_a_device(void **state)
{
    static const struct screen w = {.fleet = DEVICES, .view = "devices", .h = 36, .w = 120};
    struct stage s;

    (void)state;
    stage_open(&s, &w);
    assert_true(press(&s, CMD_RAW));
    assert_int_equal(s.out.wish, WISH_RAW);
    assert_int_equal(s.out.entity, ENTITY_DEVICE);
    assert_true(s.out.id[0] != '\0');
    const char *index = s.out.id + strlen(s.out.id) + 1;
    assert_true(*index >= '0' && *index <= '9');
    stage_close(&s);
}

static void test_retry(void **state)
{
    static const struct screen w = {.view = "sources", .h = 24, .w = 80};
    struct stage s;

    (void)state;
    stage_open(&s, &w);
    press(&s, CMD_DOWN);
    assert_true(press(&s, CMD_RETRY));
    assert_int_equal(s.out.wish, WISH_RETRY);
    assert_int_equal(s.out.source, 1);
    stage_close(&s);
}

static void test_mouse(void **state)
{
    static const struct screen w = {.view = "nodes", .h = 24, .w = 80};
    struct stage s;

    (void)state;
    stage_open(&s, &w);
    assert_true(s.view->mouse(s.state, &s.in, 4, 5, 0, false, &s.out));
    assert_true(press(&s, CMD_RAW));
    press(&s, CMD_TOP);
    assert_true(s.view->mouse(s.state, &s.in, 2, 4, 0, false, &s.out)); /* sort by name */
    assert_true(s.view->mouse(s.state, &s.in, 3, 5, 0, true, &s.out));  /* open the first */
    assert_int_equal(s.out.wish, WISH_PUSH);
    assert_string_equal(s.out.scope.node, "cn001");
    assert_true(s.view->mouse(s.state, &s.in, 5, 5, 1, false, &s.out));
    assert_false(s.view->mouse(s.state, &s.in, 23, 5, 0, false, &s.out));
    stage_close(&s);
}

static const char *first_after(struct stage *s, const char *sort)
{
    assert_true(s->view->command(s->state, &s->in, CMD_SORT_PICK, sort, &s->out));
    press(s, CMD_TOP);
    press(s, CMD_RAW);
    return s->out.id;
}

/* What Tab offers behind :sort is taken: a way, and columns that the table does not have. */
static void test_sorting_with_words(void **state)
{
    static const struct screen w = {.view = "nodes", .h = 24, .w = 80};
    struct stage s;

    (void)state;
    stage_open(&s, &w);
    assert_string_equal(first_after(&s, "name asc"), "cn001");
    assert_string_equal(first_after(&s, "name asc"), "cn001");
    assert_memory_equal(first_after(&s, "name desc"), "zb-t", 4);
    assert_memory_equal(first_after(&s, "name  desc"), "zb-t", 4);
    assert_string_equal(first_after(&s, "name"), "cn001"); /* without a word the other way round */
    char last[256];
    snprintf(last, sizeof last, "%s", first_after(&s, "center desc"));
    assert_string_not_equal(last, first_after(&s, "center asc"));
    assert_true(s.view->command(s.state, &s.in, CMD_SORT_PICK, "name sideways", &s.out));
    assert_int_equal(s.out.wish, WISH_MESSAGE);
    assert_non_null(strstr(s.out.text.data, "asc or desc"));
    assert_true(s.view->command(s.state, &s.in, CMD_SORT_PICK, "colour", &s.out));
    assert_int_equal(s.out.wish, WISH_MESSAGE);
    stage_close(&s);
}

/* The line of the column titles. */
static void titles(struct stage *s, char *out, size_t size)
{
    struct canvas c;
    struct buf text;

    canvas_init(&c, s->in.area.y + s->in.area.h, s->in.area.w);
    s->view->rebuild(s->state, &s->in);
    s->view->draw(s->state, &s->in, &c);
    buf_init(&text, 65536);
    canvas_dump(&c, &text, false);
    const char *line = strstr(text.data, "NODE ");
    assert_non_null(line);
    snprintf(out, size, "%.*s", (int)strcspn(line, "\n"), line);
    buf_fini(&text);
    canvas_fini(&c);
}

static void choose_by_title(struct stage *s, const char *title, enum column_choice choice)
{
    struct view_column col;
    int k = 0;

    while (s->view->column(s->state, k, &col) && strcmp(col.title, title) != 0)
        k++;
    s->view->choose(s->state, k, choice);
    assert_true(s->view->column(s->state, k, &col));
    assert_int_equal(col.choice, k > 0 ? choice : COLUMN_AUTO);
}

static void test_choosing_columns(void **state)
{
    static const struct screen w = {.view = "nodes", .h = 24, .w = 80};
    struct stage s;
    struct view_column col;
    char text[1024];
    int k = 0;

    (void)state;
    stage_open(&s, &w);
    titles(&s, text, sizeof text);
    assert_non_null(strstr(text, "STATUS"));
    while (s.view->column(s.state, k, &col) && strstr(text, col.title))
        k++;
    choose_by_title(&s, col.title, COLUMN_ALWAYS); /* for which there is no room by itself */
    titles(&s, text, sizeof text);
    assert_non_null(strstr(text, col.title));
    choose_by_title(&s, "STATUS", COLUMN_NEVER);
    choose_by_title(&s, "NODE", COLUMN_NEVER); /* it names the row */
    titles(&s, text, sizeof text);
    assert_null(strstr(text, "STATUS"));
    assert_non_null(strstr(text, "NODE"));
    choose_by_title(&s, "STATUS", COLUMN_AUTO);
    titles(&s, text, sizeof text);
    assert_non_null(strstr(text, "STATUS"));
    stage_close(&s);
}

/* Nothing is done to what a folded line hides. */
static void test_folded_rows_are_safe(void **state)
{
    static const struct screen w = {.view = "nodes", .h = 24, .w = 80};
    static const enum cmd acting[] = {CMD_DRAIN, CMD_RESUME, CMD_DETAILS, CMD_RAW};
    struct stage s;

    (void)state;
    stage_open(&s, &w);
    assert_true(press(&s, CMD_FOLD)); /* says that there are no groups */
    assert_int_equal(s.out.wish, WISH_MESSAGE);
    press(&s, CMD_DOWN);
    press(&s, CMD_MARK);
    assert_true(s.view->command(s.state, &s.in, CMD_GROUP, "status", &s.out));
    assert_true(s.view->command(s.state, &s.in, CMD_FOLD, "all", &s.out));
    press(&s, CMD_DRAIN); /* the marked node is folded away */
    assert_int_not_equal(s.out.wish, WISH_ACT);
    press(&s, CMD_MARK_ALL);
    for (size_t i = 0; i < sizeof acting / sizeof acting[0]; i++) {
        s.out.wish = WISH_NONE;
        press(&s, acting[i]);
        assert_int_not_equal(s.out.wish, WISH_ACT);
        assert_int_not_equal(s.out.wish, WISH_RAW);
        assert_int_not_equal(s.out.wish, WISH_PAGER);
    }
    s.out.wish = WISH_NONE;
    assert_true(press(&s, CMD_OPEN)); /* unfolds */
    assert_int_equal(s.out.wish, WISH_NONE);
    press(&s, CMD_RAW);
    assert_int_equal(s.out.wish, WISH_RAW);
    stage_close(&s);
}

static void test_sorting_and_searching(void **state)
{
    static const struct screen w = {.view = "nodes", .h = 24, .w = 80};
    struct stage s;

    (void)state;
    stage_open(&s, &w);
    s.view->sortable(s.state, &s.in, &s.out.text);
    assert_non_null(strstr(s.out.text.data, "load\n"));
    assert_true(s.view->command(s.state, &s.in, CMD_SORT_PICK, "name", &s.out));
    press(&s, CMD_RAW);
    assert_string_equal(s.out.id, "cn001");
    assert_true(s.view->command(s.state, &s.in, CMD_FIND_NEXT, "g0012", &s.out));
    press(&s, CMD_RAW);
    assert_string_equal(s.out.id, "zb-g0012");
    press(&s, CMD_FIND_NEXT); /* around, and back to the only one */
    press(&s, CMD_RAW);
    assert_string_equal(s.out.id, "zb-g0012");
    assert_true(s.view->command(s.state, &s.in, CMD_FIND_PREV, "nothing like it", &s.out));
    assert_int_equal(s.out.wish, WISH_MESSAGE);
    assert_true(s.view->command(s.state, &s.in, CMD_GROUP, "status", &s.out));
    assert_true(s.view->command(s.state, &s.in, CMD_GROUP, "colour", &s.out));
    assert_non_null(strstr(s.out.text.data, "device_model"));
    stage_close(&s);
}

static void test_views_have_help(void **state)
{
    (void)state;
    for (const struct view_ops *const *v = view_all(); *v; v++) {
        assert_true(strlen((*v)->help) > 200);
        assert_ptr_equal(view_find((*v)->name), *v);
        assert_non_null((*v)->footer);
    }
    assert_ptr_equal(view_find("pools"), &view_pools);
    assert_null(view_find("nothing"));
}

/* What tells a name from others that begin as it does is there at any width; nothing is wider than its column. */
static void test_names_of_centers_stay_apart(void **state)
{
    static const char tianjin[] = "国家超级计算天津中心", guangzhou[] = "国家超算广州中心";
    struct view_input in = {.snap = fleets[FLEET]};
    char one[CENTER_SHORT_MAX], other[CENTER_SHORT_MAX];

    (void)state;
    assert_string_equal(cell_center_short(&in, tianjin, 20, one), tianjin);
    assert_string_equal(cell_center_short(&in, tianjin, 8, one), "国…天津");
    assert_string_equal(cell_center_short(&in, guangzhou, 8, one), "国…广州");
    assert_string_equal(cell_center_short(&in, tianjin, 14, one), tianjin); /* cut behind 级 */
    assert_string_equal(cell_center_short(&in, "别的名字很长的中心", 8, one), "别的名字很长的中心");
    for (int w = 6; w < 24; w++) {
        const char *a = cell_center_short(&in, tianjin, w, one);
        const char *b = cell_center_short(&in, guangzhou, w, other);
        assert_string_not_equal(a, b);
        assert_true(a == tianjin || text_cells(a) <= w);
        assert_true(b == guangzhou || text_cells(b) <= w);
    }
}

int main(void)
{
    enum { SCREENS = sizeof screens / sizeof screens[0] };
    static const struct CMUnitTest others[] = {
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_every_command),
        cmocka_unit_test(test_drill_down),
        cmocka_unit_test(test_details_and_raw),
        cmocka_unit_test(test_raw_of_a_device),
        cmocka_unit_test(test_retry),
        cmocka_unit_test(test_mouse),
        cmocka_unit_test(test_views_have_help),
        cmocka_unit_test(test_sorting_with_words),
        cmocka_unit_test(test_choosing_columns),
        cmocka_unit_test(test_folded_rows_are_safe),
        cmocka_unit_test(test_sorting_and_searching),
        cmocka_unit_test(test_names_of_centers_stay_apart),
    };
    enum { OTHERS = sizeof others / sizeof others[0] };
    struct CMUnitTest views[SCREENS + OTHERS];

    fleets[FLEET] = fixture_fleet();
    fleets[EMPTY] = fixture_empty();
    fleets[SMALL] = fixture_small();
    fleets[DEVICES] = fixture_devices();
    xids = xid_table_new();
    xid_table_add(xids,
                  "13 | application | graphics engine exception | tell the owner of the job\n"
                  "63 | info | a memory row is to be remapped | reset it when the node is free\n"
                  "79 | reboot | GPU has fallen off the bus | drain and reboot the node\n"
                  "95 | reset | uncontained memory error | drain the node, reset the device\n",
                  "xid.conf", NULL);
    fleets[FLOPS] = fixture_flops();
    for (int i = 0; i < SCREENS; i++)
        views[i] = (struct CMUnitTest){screens[i].name, test_screen, NULL, NULL,
                                       (void *)(uintptr_t)&screens[i]};
    memcpy(views + SCREENS, others, sizeof others);
    int failed = cmocka_run_group_tests_name("views", views, NULL, NULL);
    for (int i = 0; i < FLEETS; i++)
        snapshot_unref(fleets[i]);
    xid_table_free(xids);
    return failed;
}
