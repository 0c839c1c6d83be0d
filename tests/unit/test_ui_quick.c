/* SPDX-License-Identifier: MIT
 * test_ui_quick.c - long lists: the rows of a new picture are given up for a key and then the view is as it was; rows and
 * sums that are kept from picture to picture are those of a view that sees only the last one. */
#include "tests/unit/model_kit.h"
#include "ui/canvas.h"
#include "ui/listing.h"
#include "ui/theme.h"
#include "ui/viewlist.h"

enum { JOBS = 3000, PICTURES = 40, W = 160, H = 40, HEAD = 3 };

static uint64_t rng = 11;

static uint32_t below(uint32_t n)
{
    rng = rng * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((rng >> 33) % n);
}

static void change(struct fleet *f, uint32_t count, wall_ms now)
{
    static const char *const reasons[] = {"Priority", "Resources", "Dependency",
                                          "QOSMaxJobsPerUserLimit"};
    struct delta *d = delta_new(0, 0, now, 0);
    char id[16];

    for (uint32_t n = 0; n < count; n++) {
        int len = snprintf(id, sizeof id, "%u", below(JOBS));
        if (below(20) == 0) {
            delta_remove(d, ENTITY_JOB, id, (size_t)len);
            continue;
        }
        bool waits = below(2);
        delta_row(d, ENTITY_JOB, id, (size_t)len);
        delta_int(d, FIELD_job_state,
                  waits ? below(5) ? job_state_QUEUED : job_state_HELD : job_state_RUNNING);
        delta_str(d, FIELD_job_reason, reasons[below(4)]);
        delta_num(d, FIELD_job_tasks, below(10) ? 1 : below(50));
        delta_num(d, FIELD_job_devices_requested, below(9));
        delta_num(d, FIELD_job_devices_allocated, below(9));
        delta_num(d, FIELD_job_cpus, below(64));
        delta_num(d, FIELD_job_restarts, below(3));
        delta_time(d, FIELD_job_eligible_at, now - 5000 + below(20) * 1000);
        delta_time(d, FIELD_job_started_at, now - below(1000) * 1000);
    }
    assert_int_equal(fleet_apply(f, d, NULL), RC_OK);
    delta_free(d);
}

static struct view_input look(const struct snapshot *s, const struct view_scope *scope, wall_ms now)
{
    return (struct view_input){.snap = s,
                               .ctx = {.snap = s, .now = now},
                               .scope = scope,
                               .filter_text = "",
                               .area = {0, 0, H, W}};
}

static void paint(const struct view_ops *ops, void *view, const struct view_input *in,
                  struct canvas *c)
{
    canvas_fill(c, (struct rect){0, 0, H, W}, ' ', style_of(ROLE_TEXT));
    ops->draw(view, in, c);
}

static bool at_once(void *arg)
{
    (*(unsigned *)arg)++;
    return true;
}

static void assert_same_picture(const struct canvas *a, const struct canvas *b)
{
    assert_memory_equal(a->cells, b->cells, sizeof *a->cells * (size_t)W * (size_t)H);
}

static void over_many_pictures(const struct view_ops *ops)
{
    struct fleet *f = fleet_new(NULL);
    struct view_scope scope = {.center = -1};
    struct canvas before, after, fresh;
    struct snapshot *old = NULL;
    wall_ms now = KIT_NOW;
    unsigned asked = 0;
    void *view = ops->open();

    canvas_init(&before, H, W);
    canvas_init(&after, H, W);
    canvas_init(&fresh, H, W);
    for (int i = 0; i < PICTURES; i++, now += 1000) {
        change(f, i % 2 ? 60 : 3 * JOBS, now);
        struct snapshot *s = fleet_publish(f, now);
        struct view_input in = look(s, &scope, now);
        struct view_interrupt interrupt = {.wanted = at_once, .arg = &asked};
        if (old) {
            struct view_input was = look(old, &scope, now);
            paint(ops, view, &was, &before);
            in.interrupt = &interrupt;
            ops->rebuild(view, &in);
            if (interrupt.happened) {
                paint(ops, view, &was, &after);
                assert_same_picture(&before, &after);
            }
            in.interrupt = NULL;
        }
        ops->rebuild(view, &in);
        paint(ops, view, &in, &after);
        void *other = ops->open();
        ops->rebuild(other, &in);
        const struct list *l = view, *o = other;
        assert_int_equal(l->table.result.count, o->table.result.count);
        assert_memory_equal(l->table.result.slots, o->table.result.slots,
                            l->table.result.count * sizeof(uint32_t));
        paint(ops, other, &in, &fresh);
        assert_memory_equal(after.cells, fresh.cells,
                            sizeof *fresh.cells * (size_t)W * HEAD); /* the sums */
        ops->close(other);
        snapshot_unref(old);
        old = s;
    }
    assert_true(asked > PICTURES / 4);
    snapshot_unref(old);
    ops->close(view);
    canvas_fini(&before);
    canvas_fini(&after);
    canvas_fini(&fresh);
    fleet_free(f);
}

static void queued_rows_and_sums_are_those_of_the_last_picture(void **state)
{
    (void)state;
    over_many_pictures(&view_queued);
}

static void running_rows_and_sums_are_those_of_the_last_picture(void **state)
{
    (void)state;
    over_many_pictures(&view_running);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(queued_rows_and_sums_are_those_of_the_last_picture),
        cmocka_unit_test(running_rows_and_sums_are_those_of_the_last_picture),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
