/* SPDX-License-Identifier: MIT
 * test_ui_flops.c - what the screens say of FLOPS is what the model says: no figure of two precisions or provenances, none
 * that nobody told; and F1 on a figure, against golden texts (GENERATE=1 writes them). */
#include "tests/unit/unit.h"
#include "tests/golden/fixture_flops.h"
#include "tests/safety/stage.h"
#include "model/value.h"
#include "ui/details.h"
#include "ui/explain.h"
#include "model/flops.h"
#include "ui/flopsline.h"
#include "ui/flopslook.h"
#include "ui/flopstotal.h"
#include "ui/viewlist.h"
#include <math.h>

static struct snapshot *fleet;

static struct view_input input(int h, int w)
{
    static struct view_scope scope = {.center = -1};

    return (struct view_input){.snap = fleet,
                               .ctx = {fleet, FIXTURE_NOW, FIXTURE_OFFSET},
                               .scope = &scope,
                               .area = {1, 0, h - 2, w}};
}

/* The text of a view on a screen of h lines; the caller's. */
static char *screen(const char *view, int h, int w)
{
    const struct view_ops *ops = view_find(view);
    struct view_input in = input(h, w);
    void *state = ops->open();
    struct canvas c;
    struct buf text;

    ops->rebuild(state, &in);
    canvas_init(&c, h, w);
    ops->draw(state, &in, &c);
    buf_init(&text, 1 << 20);
    canvas_dump(&c, &text, false);
    canvas_fini(&c);
    ops->close(state);
    char *copy = strdup(text.data);
    buf_fini(&text);
    return copy;
}

/* The blanks of a line taken out, so that columns do not matter. */
static void squeeze(const char *line, char out[4096])
{
    size_t n = 0;

    for (; *line && *line != '\n' && n < 4095; line++)
        if (*line != ' ')
            out[n++] = *line;
    out[n] = '\0';
}

/* --- the lines above --- */

static void assert_line(const char *text, enum precision precision, bool wide)
{
    const struct view_input in = input(24, 80);
    struct flops_totals all;

    flops_total_of(&in, -1, &all);
    enum provenance best = flops_best(&all, precision);
    const struct flops_total *t = &all.of[precision][best];
    double whole = flops_whole(&all, precision, best);
    struct figure_flops f;
    char line[4096], want[256], percent[FIGURE_MAX];

    const char *at = strstr(text, precision_word(precision));
    assert_non_null(at);
    squeeze(at, line);
    figure_flops(&f, t->flops, whole, true);
    figure_percent(percent, t->flops / whole);
    snprintf(want, sizeof want, "%s/%s%s%s%s%s", f.used,
             flops_whole_is_hearsay(&all, precision, best) ? "~" : "", f.peak, f.unit, percent,
             flops_letter(best));
    if (!strstr(line, want))
        fail_msg("%s: not %s", line, want);
    snprintf(want, sizeof want, "from%.0fof%.0f%s", t->reporting, t->known,
             !wide      ? ""
             : t->nodes ? "nodes"
                        : "devices");
    if (t->known < 1000 && !strstr(line, want))
        fail_msg("%s: no coverage %s", line, want);
}

static void test_each_line_is_one_cell(void **state)
{
    static const int sizes[][2] = {{24, 80}, {36, 120}, {30, 140}, {80, 300}};

    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        char *text = screen("overview", sizes[i][0], sizes[i][1]);
        assert_line(text, precision_FP16, sizes[i][1] >= 120);
        assert_line(text, precision_FP64, sizes[i][1] >= 120);
        assert_line(text, precision_FP32, sizes[i][1] >= 120);
        free(text);
    }
}

/* --- the rows --- */

static void assert_center(const char *text, const struct center_row *r)
{
    const struct flops_totals *own = snapshot_flops(fleet, r->h.center);
    unsigned precision = row_has(r, center, flops_precision) ? r->flops_precision : 0;
    enum provenance best = flops_best(own, (enum precision)precision);
    const char *name = intern_text(snapshot_strings(fleet), r->name);
    char line[4096], want[256];
    struct figure_flops f;

    const char *at = strstr(text, name);
    assert_non_null(at);
    squeeze(at, line);
    if (best == provenance_NONE || best == provenance_NAMEPLATE) {
        assert_null(strstr(line, "EFE"));
        return;
    }
    const struct flops_total *t = &own->of[precision][best];
    figure_flops(&f, t->flops, flops_whole(own, (enum precision)precision, best), false);
    bool past = t->oldest_at > 0 && FIXTURE_NOW - t->oldest_at > 90000;
    snprintf(want, sizeof want, "/%s%s%s%s", t->hearsay ? "~" : "", f.peak, f.unit,
             flops_letter(best));
    if (!strstr(line, want) || (!past && !strstr(line, f.used)) || (past && !strstr(line, "(")))
        fail_msg("%s: not %s%s", line, f.used, want);
}

static void test_each_row_is_one_cell(void **state)
{
    char *text = screen("overview", 80, 300), *rows;

    (void)state;
    rows = strstr(text, "FLOPS USED/PEAK");
    assert_non_null(rows);
    for (uint32_t i = 0; i < snapshot_slots(fleet, ENTITY_CENTER); i++)
        assert_center(rows, snapshot_row(fleet, ENTITY_CENTER, i));
    free(text);
}

/* Where nothing tells FLOPS, the screen says why, and shows what schedulers say. */
static void test_nothing_told_is_said(void **state)
{
    struct snapshot *telling = fleet;
    char *text;

    (void)state;
    fleet = fixture_fleet();
    text = screen("overview", 24, 80);
    assert_non_null(strstr(text, "no exporter configured"));
    assert_non_null(strstr(text, "ALLOCATED"));
    assert_null(strstr(text, "FLOPS USED/PEAK"));
    free(text);
    snapshot_unref(fleet);
    fleet = telling;
}

static void add_row(struct delta *d, enum entity e, const char *id)
{
    delta_row(d, e, id, strlen(id));
}

/* A center of which a server tells sums and nobody single devices. */
static struct snapshot *only_sums(void)
{
    struct fleet *f = fleet_new(NULL);
    struct delta *d = delta_new(0, 0, FIXTURE_NOW - 3000, 0);

    add_row(d, ENTITY_CENTER, "here");
    delta_str(d, FIELD_center_id, "here");
    delta_str(d, FIELD_center_name, "sums");
    delta_int(d, FIELD_center_kind, center_kind_INTELLIGENT);
    add_row(d, ENTITY_SOURCE, "p");
    delta_str(d, FIELD_source_name, "p");
    delta_str(d, FIELD_source_collector, "prometheus");
    delta_int(d, FIELD_source_state, source_state_OK);
    delta_time(d, FIELD_source_last_ok_at, FIXTURE_NOW - 3000);
    add_row(d, ENTITY_AGGREGATE, "p/a");
    delta_str(d, FIELD_aggregate_source, "p");
    delta_str(d, FIELD_aggregate_model, "a");
    delta_num(d, FIELD_aggregate_devices, 90);
    delta_num(d, FIELD_aggregate_reporting, 80);
    delta_num(d, FIELD_aggregate_temperature_max_celsius, 88);
    delta_num(d, FIELD_aggregate_power_watts, 40000);
    add_row(d, ENTITY_AGGREGATE, "p/a/fp16/estimated");
    delta_str(d, FIELD_aggregate_source, "p");
    delta_str(d, FIELD_aggregate_model, "a");
    delta_int(d, FIELD_aggregate_precision, precision_FP16);
    delta_int(d, FIELD_aggregate_provenance, provenance_ESTIMATED);
    delta_num(d, FIELD_aggregate_devices, 90);
    delta_num(d, FIELD_aggregate_reporting, 80);
    delta_num(d, FIELD_aggregate_flops, 40e15);
    delta_num(d, FIELD_aggregate_flops_peak, 80e15);
    delta_time(d, FIELD_aggregate_sampled_at, FIXTURE_NOW - 3000);
    fleet_apply(f, d, NULL);
    delta_free(d);
    fleet_tick(f, FIXTURE_NOW);
    struct snapshot *s = fleet_publish(f, FIXTURE_NOW);
    fleet_free(f);
    return s;
}

static void test_sums_of_a_server(void **state)
{
    struct snapshot *telling = fleet;
    char *text;

    (void)state;
    fleet = only_sums();
    text = screen("overview", 36, 120);
    assert_non_null(strstr(text, "40.00 / 80.00 PF"));
    assert_non_null(strstr(text, "from 80 of 90 devices"));
    assert_non_null(strstr(text, "1.00 TF/W"));
    assert_non_null(strstr(text, "88\xC2\xB0"
                                 "C sums")); /* which device it is nobody says */
    free(text);
    snapshot_unref(fleet);
    fleet = telling;
}

static const struct row_head *named(enum entity e, const char *name)
{
    const struct entity_info *info = entity_info(e);

    for (uint32_t i = 0; i < snapshot_slots(fleet, e); i++) {
        const void *row = snapshot_row(fleet, e, i);
        strid id;
        if (!row)
            continue;
        memcpy(&id, (const char *)row + info->fields[info->name_field].offset, sizeof id);
        if (strcmp(intern_text(snapshot_strings(fleet), id), name) == 0)
            return row;
    }
    fail_msg("no %s %s", info->id, name);
    return NULL;
}

static const struct device_row *device_of(const char *node, int index)
{
    for (uint32_t i = 0; i < snapshot_slots(fleet, ENTITY_DEVICE); i++) {
        const struct device_row *d = snapshot_row(fleet, ENTITY_DEVICE, i);
        if (d && strcmp(intern_text(snapshot_strings(fleet), d->node), node) == 0 &&
            (int)d->index == index)
            return d;
    }
    fail_msg("no device %s/%d", node, index);
    return NULL;
}

/* --- F1 --- */

static void check_text(const char *name, const char *text)
{
    char path[1024];
    char *want = calloc(1, 1 << 20);

    snprintf(path, sizeof path, "%s/tests/golden/explain/%s.txt", UNIT_SRCDIR, name);
    FILE *f = fopen(path, getenv("GENERATE") ? "w" : "r");
    if (!f)
        fail_msg("cannot open %s (GENERATE=1 writes it)", path);
    if (getenv("GENERATE")) {
        fputs(text, f);
    } else {
        want[fread(want, 1, (1 << 20) - 1, f)] = '\0';
        if (strcmp(want, text) != 0)
            fail_msg("%s differs; GENERATE=1 writes it anew. Now:\n%s", path, text);
    }
    fclose(f);
    free(want);
}

static void check_figure(const char *name, enum entity e, const void *row, const char *column)
{
    struct view_input in = input(36, 120);
    struct buf text;
    int k = column_find(e, column);

    assert_true(k >= 0);
    buf_init(&text, 1 << 16);
    explain_figure(&in, e, row, (unsigned)k, &text);
    check_text(name, text.data);
    buf_fini(&text);
}

static void test_figures(void **state)
{
    struct view_input in = input(36, 120);
    struct buf text;

    (void)state;
    buf_init(&text, 1 << 16);
    explain_totals(&in, -1, &text);
    check_text("all-centers", text.data);
    buf_fini(&text);
    check_figure("center-flops", ENTITY_CENTER, named(ENTITY_CENTER, "张北智算中心"), "flops");
    check_figure("center-stale-flops", ENTITY_CENTER, named(ENTITY_CENTER, "国家超算广州中心"),
                 "flops");
    check_figure("center-processors", ENTITY_CENTER, named(ENTITY_CENTER, "国家超级计算天津中心"),
                 "flops");
    check_figure("center-share", ENTITY_CENTER, named(ENTITY_CENTER, "张北智算中心"),
                 "device_share_percent");
    check_figure("center-absent", ENTITY_CENTER, named(ENTITY_CENTER, "武汉智算中心"),
                 "power_watts");
    check_figure("node-flops", ENTITY_NODE, named(ENTITY_NODE, "zb-g0012"), "flops");
    check_figure("node-load", ENTITY_NODE, named(ENTITY_NODE, "zb-g0012"), "load");
    check_figure("device-flops", ENTITY_DEVICE, device_of("zb-g0012", 3), "flops");
    check_figure("device-fp64", ENTITY_DEVICE, device_of("gz05", 2), "flops");
    check_figure("device-unknown-model", ENTITY_DEVICE, device_of("zb-g0048", 1), "flops");
    check_figure("device-lost", ENTITY_DEVICE, device_of("zb-g0007", 5), "temperature_celsius");
    check_figure("device-busy-only", ENTITY_DEVICE, device_of("zb-n03", 2),
                 "tensor_utilization_percent");
}

/* Every column of every entity has something to say, and none faults where the value is absent. */
static void test_every_column_is_explained(void **state)
{
    struct view_input in = input(24, 80);

    (void)state;
    for (int e = 0; e < ENTITY_COUNT; e++)
        for (uint32_t i = 0; i < snapshot_slots(fleet, (enum entity)e) && i < 40; i++) {
            const void *row = snapshot_row(fleet, (enum entity)e, i);
            for (unsigned k = 0; row && k < column_count((enum entity)e); k++) {
                struct buf text;
                buf_init(&text, 1 << 16);
                explain_figure(&in, (enum entity)e, row, k, &text);
                assert_non_null(strstr(text.data, "@is "));
                assert_non_null(strstr(text.data, column_info((enum entity)e, k)->id));
                assert_null(strchr(text.data, '\033'));
                buf_fini(&text);
            }
        }
}

/* --- sorting, filtering, choosing --- */

static uint32_t count_of(const char *view, const char *words)
{
    const struct view_ops *ops = view_find(view);
    struct view_input in = input(36, 120);
    struct filter *f = NULL;
    struct err e = {0};
    struct buf status;

    if (filter_compile(words, ops->entity, &f, &e) != RC_OK)
        fail_msg("%s: %s", words, e.msg);
    in.filter = f;
    in.filter_text = words;
    void *state = ops->open();
    ops->rebuild(state, &in);
    buf_init(&status, 512);
    ops->status(state, &in, &status);
    uint32_t n = (uint32_t)strtoul(status.data, NULL, 10);
    buf_fini(&status);
    ops->close(state);
    filter_free(f);
    return n;
}

static void test_filters(void **state)
{
    (void)state;
    assert_int_equal(count_of("overview", "flops>100P"), 1);
    assert_int_equal(count_of("overview", "flops_provenance=estimated"), 2);
    assert_int_equal(count_of("overview", "flops_provenance=measured flops_precision=fp64"), 1);
    assert_int_equal(count_of("overview", "flops_share_percent>45"), 2);
    assert_int_equal(count_of("overview", "flops_coverage_percent<90"), 1);
    assert_int_equal(count_of("overview", "device_temperature_p99_celsius>80"), 1);
    assert_int_equal(count_of("overview", "flops=?"), 2);
    assert_int_equal(count_of("nodes", "device_trouble:lost"), 1);
    assert_int_equal(count_of("nodes", "device_temperature_max_celsius>90"), 1);
    assert_int_equal(count_of("nodes", "flops_provenance=measured"), 38);
    assert_int_equal(count_of("sources", "targets_answering<48 targets=48"), 1);
}

/* The line of the first row of the overview, sorted by that column. */
static void assert_first(const char *sort, const char *name)
{
    const struct view_ops *ops = view_find("overview");
    struct view_input in = input(36, 300);
    struct view_out out;
    void *state = ops->open();

    view_out_init(&out);
    ops->rebuild(state, &in);
    assert_true(ops->command(state, &in, CMD_SORT_PICK, sort, &out));
    ops->command(state, &in, CMD_TOP, "", &out);
    view_out_fini(&out);
    view_out_init(&out);
    assert_true(ops->command(state, &in, CMD_DETAILS, "", &out));
    if (!strstr(out.text.data, name) || strstr(out.text.data, name) > strchr(out.text.data, '\n'))
        fail_msg("%s first: %.60s", sort, out.text.data);
    view_out_fini(&out);
    ops->close(state);
}

static void test_sorting(void **state)
{
    (void)state;
    assert_first("flops desc", "张北智算中心");
    assert_first("flops asc", "国家超级计算天津中心");
    assert_first("flops_share_percent desc", "上海边缘池");
    assert_first("flops_coverage_percent asc", "张北智算中心");
    assert_first("device_temperature_max_celsius asc", "国家超算广州中心");
    assert_first("device_power_watts desc", "张北智算中心");
}

/* --- details --- */

static const char *line_of(const char *text, const char *title)
{
    const char *at = strstr(text, title);

    if (!at)
        fail_msg("no %s in\n%s", title, text);
    return at;
}

/* A node that its scheduler, its sensors and an exporter speak of: each value has its own source beside it. */
static void test_details_name_each_source(void **state)
{
    struct view_input in = input(36, 120);
    struct buf text;
    char line[4096];

    (void)state;
    buf_init(&text, 1 << 16);
    details_text(&in, ENTITY_NODE, named(ENTITY_NODE, "zb-g0012"), &text);
    squeeze(line_of(text.data, "\n  GPUS ") + 1, line);
    assert_non_null(strstr(line, "2sslurmzhangbei"));
    squeeze(line_of(text.data, "\n  TEMP ") + 1, line);
    assert_non_null(strstr(line, "0ssensors"));
    squeeze(line_of(text.data, "\n  FLOPS ") + 1, line);
    assert_non_null(strstr(line, "summedhere"));
    squeeze(line_of(text.data, "\n  CPU%  ") + 1, line);
    assert_non_null(strstr(line, "4sexporterzhangbei"));
    line_of(text.data, "3 sources speak of it\n");
    buf_reset(&text);
    details_text(&in, ENTITY_NODE, named(ENTITY_NODE, "gz03"), &text);
    assert_null(strstr(text.data, "speak of it"));
    buf_fini(&text);
}

/* --- the keys --- */

/* F1 has something to say in each view, whatever it is sorted by. */
static void test_every_view_explains(void **state)
{
    struct view_input in = input(36, 120);

    (void)state;
    for (const struct view_ops *const *v = view_all(); *v; v++) {
        assert_non_null((*v)->explain);
        void *view = (*v)->open();
        struct buf text;
        int n = 0;
        (*v)->rebuild(view, &in);
        buf_init(&text, 1 << 20);
        int at = (*v)->explain(view, &in, EXPLAIN_DEFAULT, &text);
        while (at >= 0 && n < 100 && (*v)->explain(view, &in, n, &text) == n)
            n++;
        if (at >= 0) {
            assert_true(n > 4 && n < 100 && at < n);
            assert_int_equal((*v)->explain(view, &in, -1, &text), n - 1); /* around */
        }
        buf_fini(&text);
        (*v)->close(view);
    }
}

static bool pager_says(const struct stage *s, const char *words)
{
    return s->u->overlay == UI_OVER_PAGER &&
           (strstr(s->u->pager.title, words) || strstr(s->u->pager.text.data, words));
}

static void test_f1_and_left_right(void **state)
{
    struct stage *s = stage_new(&(struct stage_options){.view = "nodes"});

    (void)state;
    stage_key(s, KEYC_F1);
    assert_true(pager_says(s, "STATUS"));
    stage_key(s, KEYC_RIGHT);
    assert_true(pager_says(s, "POOLS"));
    stage_key(s, KEYC_LEFT);
    stage_key(s, KEYC_LEFT);
    stage_key(s, KEYC_LEFT);
    assert_true(pager_says(s, "NODE"));
    stage_key(s, KEYC_LEFT); /* around */
    assert_true(pager_says(s, "AGE"));
    stage_key(s, '?');
    assert_true(pager_says(s, "Filter language"));
    stage_key(s, KEYC_F1);
    assert_true(pager_says(s, "STATUS"));
    stage_key(s, KEYC_F1);
    assert_int_equal(s->u->overlay, UI_OVER_NONE);
    stage_key(s, '?');
    assert_true(pager_says(s, "Filter language"));
    stage_key(s, KEYC_RIGHT); /* of the help this is nothing */
    assert_true(pager_says(s, "Filter language"));
    stage_key(s, KEY_ESC);
    assert_int_equal(s->u->overlay, UI_OVER_NONE);
    stage_free(s);
}

static void test_f1_on_the_overview(void **state)
{
    struct stage *s = stage_new(&(struct stage_options){.view = "overview"});

    (void)state;
    stage_key(s, KEYC_F1);
    assert_true(pager_says(s, "all centers"));
    stage_key(s, KEYC_RIGHT);
    assert_true(pager_says(s, "CENTER"));
    stage_key(s, KEY_ESC);
    stage_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_line_is_one_cell),
        cmocka_unit_test(test_each_row_is_one_cell),
        cmocka_unit_test(test_nothing_told_is_said),
        cmocka_unit_test(test_sums_of_a_server),
        cmocka_unit_test(test_figures),
        cmocka_unit_test(test_every_column_is_explained),
        cmocka_unit_test(test_every_view_explains),
        cmocka_unit_test(test_details_name_each_source),
        cmocka_unit_test(test_filters),
        cmocka_unit_test(test_sorting),
        cmocka_unit_test(test_f1_and_left_right),
        cmocka_unit_test(test_f1_on_the_overview),
    };

    fleet = fixture_flops();
    int failed = cmocka_run_group_tests_name("flops on the screen", tests, NULL, NULL);
    snapshot_unref(fleet);
    return failed;
}
