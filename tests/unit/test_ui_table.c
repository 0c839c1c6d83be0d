/* SPDX-License-Identifier: MIT
 * test_ui_table.c - the table: a cursor that stays on its thing whatever the rows do, groups, marks,
 * columns that make room, hits of the mouse. */
#include "tests/unit/unit.h"
#include "base/text.h"
#include "model/fleet.h"
#include "ui/cells.h"
#include "ui/table.h"

enum { NODES_MAX = 400, HEIGHT = 12, STEPS = 3000 };

static uint64_t seed = 42;

static uint32_t draw_number(uint32_t below)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (uint32_t)(seed >> 33) % below;
}

/* --- a fleet of nodes whose loads and names change --- */

struct world {
    struct fleet *fleet;
    struct snapshot *snap;
    struct view_scope scope;
    struct view_input in;
    struct table table;
    wall_ms now;
};

static void paint_name(const struct table_cell *cell)
{
    cell_name(cell, style_of(ROLE_TEXT),
              cell_string(cell->in, ((const struct node_row *)cell->row)->name));
}

static int measure_name(const struct view_input *in, const void *row)
{
    return cell_measure(in, ((const struct node_row *)row)->name);
}

CELL_STR(node, pools, ROLE_DIM)
CELL_COUNT(node, load, ROLE_TEXT)

static const struct table_column columns[] = {
    {"NODE", "name", 6, 20, 0, 0, false, paint_name, measure_name, NULL},
    {"LOAD", "load", 5, 9, 6, 1, true, paint_load, NULL, NULL},
    {"POOLS", "pools", 8, 12, 0, 2, false, paint_pools, measure_pools, NULL},
    {"LOAD AGAIN", NULL, 10, 40, 12, 3, true, paint_load, NULL, NULL},
    {"LUXURY", NULL, 6, 10, 8, TABLE_LUXURY, true, paint_load, NULL, NULL},
};

static void set_node(struct delta *d, uint32_t i)
{
    char name[24], pool[8];

    snprintf(name, sizeof name, "n%u", i);
    snprintf(pool, sizeof pool, "p%u", i % 3);
    delta_row(d, ENTITY_NODE, name, strlen(name));
    delta_str(d, FIELD_node_name, name);
    delta_str(d, FIELD_node_pools, pool);
    delta_num(d, FIELD_node_load, draw_number(50));
}

static void publish(struct world *w, struct delta *d)
{
    fleet_apply(w->fleet, d, NULL);
    delta_free(d);
    snapshot_unref(w->snap);
    w->snap = fleet_publish(w->fleet, w->now);
    w->in.snap = w->in.ctx.snap = w->snap;
    w->in.ctx.now = w->now;
    table_query(&w->table, &w->in, (struct query){.center = -1}, HEIGHT);
}

static void world_open(struct world *w, uint32_t nodes)
{
    struct delta *d = delta_new(0, 0, 1000000, 0);

    memset(w, 0, sizeof *w);
    w->now = 1000000;
    w->fleet = fleet_new(NULL);
    w->scope.center = -1;
    w->in.scope = &w->scope;
    w->in.area = (struct rect){0, 0, HEIGHT + 1, 60};
    table_setup(&w->table, ENTITY_NODE, columns, (int)(sizeof columns / sizeof columns[0]));
    w->table.sort = 1;
    for (uint32_t i = 0; i < nodes; i++)
        set_node(d, i);
    publish(w, d);
}

static void world_close(struct world *w)
{
    table_release(&w->table);
    snapshot_unref(w->snap);
    fleet_free(w->fleet);
}

/* Some nodes come, go and change. */
static struct delta *some_change(struct world *w)
{
    struct delta *d = delta_new(0, 0, w->now, 0);
    uint32_t n = draw_number(12);

    w->now += 1000;
    d->at = w->now;
    for (uint32_t k = 0; k < n; k++) {
        uint32_t i = draw_number(NODES_MAX);
        char name[24];
        snprintf(name, sizeof name, "n%u", i);
        if (draw_number(3) == 0)
            delta_remove(d, ENTITY_NODE, name, strlen(name));
        else
            set_node(d, i);
    }
    return d;
}

static bool in_result(const struct world *w, struct table_thing what)
{
    for (uint32_t i = 0; i < w->table.result.count; i++) {
        const void *row = snapshot_row(w->snap, ENTITY_NODE, w->table.result.slots[i]);
        if (w->table.result.slots[i] == what.slot && row_head_of(row)->birth == what.birth)
            return true;
    }
    return false;
}

static bool same(struct table_thing a, struct table_thing b)
{
    return a.slot == b.slot && a.birth == b.birth;
}

static void check_window(const struct world *w)
{
    const struct table *t = &w->table;
    uint32_t lines = table_lines(t);

    if (t->result.count == 0)
        return;
    uint32_t line = table_line(t, t->cursor);
    assert_true(t->cursor < t->result.count);
    assert_true(line >= t->top && line < t->top + HEIGHT);
    assert_true(t->top == 0 || t->top + HEIGHT <= lines);
    assert_int_equal(t->at.slot, t->result.slots[t->cursor]);
}

static void random_keys(struct world *w)
{
    static const enum cmd keys[] = {CMD_UP,        CMD_DOWN, CMD_PAGE_UP,
                                    CMD_PAGE_DOWN, CMD_TOP,  CMD_BOTTOM};

    if (draw_number(3) == 0)
        table_move(&w->table, &w->in, keys[draw_number(6)], HEIGHT);
    if (draw_number(10) == 0)
        table_scroll(&w->table, &w->in, (int)draw_number(30) - 15, HEIGHT);
    if (draw_number(40) == 0)
        w->table.descending = !w->table.descending;
    if (draw_number(40) == 0)
        w->table.sort = (int)draw_number(3);
    if (draw_number(25) == 0)
        w->table.group = w->table.group < 0 ? column_find(ENTITY_NODE, "pools") : -1;
}

/* Whatever happens to the rows: the cursor's thing stays the same as long as it exists, and when it
 * vanishes the cursor goes to what stood nearest of those that are left. */
static void test_cursor_stays(void **state)
{
    struct world w;
    int stayed = 0, moved = 0;

    (void)state;
    world_open(&w, 60);
    for (int step = 0; step < STEPS; step++) {
        random_keys(&w);
        table_settle(&w.table, &w.in, HEIGHT);
        check_window(&w);
        struct table before = w.table;
        bool had = w.table.result.count > 0;
        publish(&w, some_change(&w));
        check_window(&w);
        if (!had || w.table.result.count == 0)
            continue;
        if (in_result(&w, before.at)) {
            assert_true(same(before.at, w.table.at));
            stayed++;
            continue;
        }
        moved++;
        for (int i = 0; i < before.near_count; i++) {
            if (!in_result(&w, before.near[i]))
                continue;
            assert_true(same(before.near[i], w.table.at));
            break;
        }
    }
    assert_true(stayed > 500 && moved > 10);
    world_close(&w);
}

/* Every row is on exactly one line, each heading stands above a change of value. */
static void test_groups(void **state)
{
    struct world w;
    uint32_t seen = 0, heads = 0;

    (void)state;
    world_open(&w, 100);
    w.table.group = column_find(ENTITY_NODE, "pools");
    publish(&w, delta_new(0, 0, w.now, 0));
    assert_int_equal(w.table.group_count, 3);
    for (uint32_t line = 0; line < table_lines(&w.table); line++) {
        bool heading;
        uint32_t index = table_index(&w.table, line, &heading);
        if (heading) {
            assert_int_equal(index, w.table.groups[heads++]);
            continue;
        }
        assert_int_equal(index, seen);
        assert_int_equal(table_line(&w.table, seen++), line);
    }
    assert_int_equal(seen, 100);
    assert_int_equal(heads, 3);
    w.table.sort = 2; /* by pools, downwards: then the groups go down, too */
    w.table.descending = true;
    publish(&w, delta_new(0, 0, w.now, 0));
    const struct node_row *first = snapshot_row(w.snap, ENTITY_NODE, w.table.result.slots[0]);
    assert_string_equal(cell_string(&w.in, first->pools), "p2");
    world_close(&w);
}

static void query_again(struct world *w)
{
    table_query(&w->table, &w->in, (struct query){.center = -1}, HEIGHT);
}

static strid pool_at(const struct world *w, uint32_t index)
{
    const struct node_row *n = snapshot_row(w->snap, ENTITY_NODE, w->table.result.slots[index]);

    return n->pools;
}

/* Each row once, shown or folded away; each line of the screen is a heading or an index, in order. */
static void check_folds(const struct world *w)
{
    const struct table *t = &w->table;
    uint32_t slots = snapshot_slots(w->snap, ENTITY_NODE), seen = 0, stand_for = 0;
    unsigned char *met = calloc(slots, 1);

    assert_int_equal(t->total, snapshot_count(w->snap, ENTITY_NODE));
    for (uint32_t i = 0; i < t->total; i++) {
        assert_true(t->result.slots[i] < slots && !met[t->result.slots[i]]);
        met[t->result.slots[i]] = 1;
    }
    free(met);
    for (uint32_t line = 0; line < table_lines(t); line++) {
        bool heading;
        uint32_t index = table_index(t, line, &heading);
        if (heading) {
            assert_int_equal(table_folded(t, index), 0);
            assert_true(table_group_rows(t, index) > 0);
            continue;
        }
        assert_int_equal(index, seen++);
        assert_int_equal(table_line(t, index), line);
        stand_for += table_folded(t, index) > 0 ? table_folded(t, index) : 1;
    }
    assert_int_equal(seen, t->result.count);
    assert_int_equal(stand_for, t->total);
    assert_true(t->cursor < t->result.count);
}

static void test_folding(void **state)
{
    struct world w;

    (void)state;
    world_open(&w, 100);
    assert_false(table_fold(&w.table, &w.in)); /* no groups, nothing to fold */
    w.table.group = FIELD_node_pools;
    query_again(&w);
    uint32_t rows = table_group_rows(&w.table, 0);
    table_go(&w.table, &w.in, rows + 5, HEIGHT); /* in the second group */
    strid pool = pool_at(&w, w.table.cursor);
    rows = table_group_rows(&w.table, w.table.groups[1]);
    assert_true(table_fold(&w.table, &w.in));
    query_again(&w);
    check_folds(&w);
    assert_int_equal(w.table.result.count, 100 - rows + 1);
    assert_int_equal(w.table.group_count, 2);
    assert_int_equal(table_folded(&w.table, w.table.cursor), rows);
    assert_int_equal(pool_at(&w, w.table.cursor), pool);
    assert_null(table_row(&w.table, &w.in)); /* nothing can be done to a row that nobody sees */
    table_mark_all(&w.table, &w.in);
    assert_int_equal(w.table.mark_count, 100 - rows);
    table_unmark_all(&w.table);
    for (int i = 0; i < 300;
         i++) { /* rows come, go and move: the line stays folded, the cursor on it */
        publish(&w, some_change(&w));
        check_folds(&w);
        if (w.table.fold_line_count > 0) {
            assert_true(table_folded(&w.table, w.table.cursor) > 0);
            assert_int_equal(pool_at(&w, w.table.cursor), pool);
        }
    }
    assert_true(table_fold(&w.table, &w.in));
    query_again(&w);
    check_folds(&w);
    assert_int_equal(w.table.result.count, w.table.total);
    assert_true(table_fold_all(&w.table, &w.in));
    query_again(&w);
    check_folds(&w);
    assert_int_equal(w.table.result.count, 3);
    assert_int_equal(w.table.group_count, 0);
    table_unfold_all(&w.table);
    query_again(&w);
    check_folds(&w);
    assert_int_equal(w.table.result.count, w.table.total);
    world_close(&w);
}

static void test_marks(void **state)
{
    struct world w;
    struct delta *d;

    (void)state;
    world_open(&w, 10);
    table_mark(&w.table, &w.in);
    assert_int_equal(w.table.mark_count, 1);
    assert_true(table_is_marked(&w.table, w.table.at.slot, w.table.at.birth));
    assert_false(table_is_marked(&w.table, w.table.at.slot, w.table.at.birth + 1));
    table_mark(&w.table, &w.in);
    assert_int_equal(w.table.mark_count, 0);
    table_mark_all(&w.table, &w.in);
    assert_int_equal(w.table.mark_count, 10);
    d = delta_new(0, 0, w.now, 0);
    delta_remove(d, ENTITY_NODE, "n3", 2);
    publish(&w, d);
    d = delta_new(0, 0, w.now, 0);
    set_node(d, 3); /* the same name is another thing now */
    publish(&w, d);
    assert_int_equal(w.table.mark_count, 9);
    table_mark_all(&w.table, &w.in);
    assert_int_equal(w.table.mark_count, 0);
    world_close(&w);
}

static void test_layout(void **state)
{
    struct world w;
    struct table_layout l;

    (void)state;
    world_open(&w, 30);
    for (int room = 1; room < 300; room++) {
        table_layout(&w.table, &w.in, room, &l);
        int end = 0;
        for (int k = 0; k < w.table.column_count; k++) {
            if (l.w[k] == 0)
                continue;
            assert_true(l.x[k] > end ||
                        (k == 0 && l.x[k] == TABLE_MARGIN)); /* a gap between columns */
            assert_true(l.w[k] <= columns[k].max);
            end = l.x[k] + l.w[k];
        }
        assert_true(end <= room);
    }
    table_layout(&w.table, &w.in, 300, &l);
    assert_int_equal(l.shown, 5);
    assert_int_equal(l.w[3], 40); /* the meter-like ones take what is left */
    assert_int_equal(l.hidden_right, 0);
    table_layout(&w.table, &w.in, 20, &l);
    assert_int_equal(l.w[4], 0);
    assert_int_equal(l.w[3], 0);
    assert_int_equal(l.hidden_right, 2);
    w.in.area.w = 20;
    assert_true(table_move(&w.table, &w.in, CMD_RIGHT, HEIGHT));
    table_layout(&w.table, &w.in, 20, &l);
    assert_true(l.w[0] > 0 && l.w[1] == 0 && l.w[2] > 0); /* the name always stays */
    assert_true(table_move(&w.table, &w.in, CMD_LEFT, HEIGHT));
    assert_false(table_move(&w.table, &w.in, CMD_LEFT, HEIGHT));
    world_close(&w);
}

static const struct table_column filling[] = {
    {"ID", "name", 4, 20, 0, 0, false, paint_name, measure_name, NULL, true},
    {"NAME", "pools", 8, 12, 0, 0, false, paint_pools, measure_pools, NULL},
    {"LOAD", "load", 4, 9, 6, 1, true, paint_load, NULL, NULL},
    {"TEXT", "pools", 8, 12, 0, 2, false, paint_pools, measure_pools, NULL, .fill = true},
    {"AGE", NULL, 5, 5, 5, 3, true, paint_load, NULL, NULL},
};

/* Ids are never cut, a column takes no more than it has use for, the sort mark has a place of its own, and
 * free text takes what is left of a wide screen. */
static void test_wide_and_narrow(void **state)
{
    struct world w;
    struct table_layout l;

    (void)state;
    world_open(&w, 300);
    table_release(&w.table);
    table_setup(&w.table, ENTITY_NODE, filling, (int)(sizeof filling / sizeof filling[0]));
    w.table.sort = 2;
    table_query(&w.table, &w.in, (struct query){.center = -1}, HEIGHT);
    for (int room = 24; room <= 300; room++) {
        table_layout(&w.table, &w.in, room, &l);
        assert_int_equal(l.w[0], 4); /* "n299" */
        assert_true(l.w[1] >= 4 && (room > 60 || l.w[1] < 8));
        assert_true(l.w[2] == 0 || l.w[2] > 4);
        if (l.hidden_right > 0) /* its mark stands free */
            assert_true(l.x[1] + l.w[1] < room - 1 && l.x[2] + l.w[2] < room - 1);
    }
    assert_int_equal(l.hidden_right, 0);
    assert_int_equal(l.x[4] + l.w[4], 299);
    assert_true(l.w[3] > 200);
    world_close(&w);
}

static void test_hits(void **state)
{
    struct rect r = {3, 0, HEIGHT + 1, 60};
    struct table_layout l;
    uint32_t index;
    struct world w;

    (void)state;
    world_open(&w, 30);
    table_layout(&w.table, &w.in, r.w, &l);
    assert_int_equal(table_hit(&w.table, &w.in, r, 3, l.x[1], &index), TABLE_HIT_TITLE);
    assert_int_equal(index, 1);
    assert_int_equal(table_hit(&w.table, &w.in, r, 4, 9, &index), TABLE_HIT_ROW);
    assert_int_equal(index, 0);
    table_scroll(&w.table, &w.in, 5, HEIGHT);
    assert_int_equal(table_hit(&w.table, &w.in, r, 6, 9, &index), TABLE_HIT_ROW);
    assert_int_equal(index, 7);
    assert_int_equal(table_hit(&w.table, &w.in, r, 2, 9, &index), TABLE_HIT_NONE);
    assert_int_equal(table_hit(&w.table, &w.in, r, 30, 9, &index), TABLE_HIT_NONE);
    world_close(&w);
}

/* Rows that come in above: at the very top they push in, further down the picture stands still. */
static void test_window_stands(void **state)
{
    struct world w;
    struct delta *d;

    (void)state;
    world_open(&w, 50);
    w.table.sort = 0;
    publish(&w, delta_new(0, 0, w.now, 0));
    table_go(&w.table, &w.in, 0, HEIGHT);
    table_go(&w.table, &w.in, 3, HEIGHT);
    d = delta_new(0, 0, w.now, 0);
    delta_row(d, ENTITY_NODE, "a1", 2);
    delta_str(d, FIELD_node_name, "a1");
    publish(&w, d);
    assert_int_equal(w.table.top, 0);
    assert_int_equal(w.table.cursor, 4);
    table_go(&w.table, &w.in, 30, HEIGHT);
    uint32_t offset = w.table.cursor - w.table.top;
    d = delta_new(0, 0, w.now, 0);
    delta_row(d, ENTITY_NODE, "a2", 2);
    delta_str(d, FIELD_node_name, "a2");
    publish(&w, d);
    assert_int_equal(w.table.cursor, 31);
    assert_int_equal(w.table.cursor - w.table.top, offset);
    world_close(&w);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cursor_stays), cmocka_unit_test(test_groups),
        cmocka_unit_test(test_folding),      cmocka_unit_test(test_marks),
        cmocka_unit_test(test_layout),       cmocka_unit_test(test_wide_and_narrow),
        cmocka_unit_test(test_hits),         cmocka_unit_test(test_window_stands),
    };

    return cmocka_run_group_tests_name("table", tests, NULL, NULL);
}
