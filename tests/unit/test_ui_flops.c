/* SPDX-License-Identifier: MIT
 * test_ui_flops.c - what the screens say of FLOPS is what the model says: no figure of two precisions or provenances, none
 * that nobody told. */
#include "tests/unit/unit.h"
#include "tests/golden/fixture_flops.h"
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_line_is_one_cell),
        cmocka_unit_test(test_each_row_is_one_cell),
        cmocka_unit_test(test_nothing_told_is_said),
    };

    fleet = fixture_flops();
    int failed = cmocka_run_group_tests_name("flops on the screen", tests, NULL, NULL);
    snapshot_unref(fleet);
    return failed;
}
