/* SPDX-License-Identifier: MIT
 * The history over real SQLite files: what survives a restart, and as what. */
#include "tests/unit/store_kit.h"

#define WEEK (INT64_C(7) * 24 * 3600 * 1000)

static char *path_in(const char *folder)
{
    return xasprintf("%s/state/suantop/history.db", folder);
}

static void annotate(struct place *p, enum entity e, const char *id, enum annotation_kind kind,
                     wall_ms at)
{
    struct annotation a = {.entity = e, .kind = kind, .by = "wang", .at = at, .until = at + WEEK};
    struct delta *d = delta_new(0, UINT16_MAX, at, 0);

    (void)snprintf(a.id, sizeof a.id, "%s", id);
    (void)snprintf(a.note, sizeof a.note, "called the vendor");
    annotation_to_delta(&a, d);
    assert_true(queue_push(p->queue, d, 1, -1));
    store_annotate(p->store, &a);
}

static void test_an_interruption_survives(void **state)
{
    char *folder = kit_folder(), *path = path_in(folder), *before, *after;
    struct place p;
    char lines[512];
    (void)state;

    place_begin(&p, path);
    (void)snprintf(lines, sizeof lines,
                   "interruption 14@1700 job=14 cause=node at=%lld node=cn7 devices=8 attempt=2 "
                   "planned=yes evidence=\\xff\\x00\\xc3\\x28 gpu_hours_lost=12.5 nodes=cn[1-2]",
                   (long long)clock_wall());
    place_tell(&p, 0, lines);
    before = place_find(&p, ENTITY_INTERRUPTION, 0, "14@1700");
    place_passes(&p, 3);
    place_end(&p);

    place_begin(&p, path);
    place_wait_text(&p, ENTITY_INTERRUPTION, 0, "14@1700", "cause=node", true);
    after = place_find(&p, ENTITY_INTERRUPTION, 0, "14@1700");
    assert_string_equal(after, before);
    place_end(&p);
    free(before);
    free(after);
    free(path);
    kit_remove(folder);
}

static void test_an_acknowledgement_survives(void **state)
{
    char *folder = kit_folder(), *path = path_in(folder), *row;
    struct place p;
    char lines[256];
    (void)state;

    place_begin(&p, path);
    (void)snprintf(lines, sizeof lines, "interruption 14@1700 job=14 at=%lld",
                   (long long)clock_wall());
    place_tell(&p, 0, lines);
    annotate(&p, ENTITY_INTERRUPTION, "14@1700", ANNOTATE_ACK, clock_wall());
    place_passes(&p, 3);
    place_end(&p);

    place_begin(&p, path);
    place_wait_text(&p, ENTITY_INTERRUPTION, 0, "14@1700", "acknowledged_by=wang", true);
    row = place_find(&p, ENTITY_INTERRUPTION, 0, "14@1700");
    assert_non_null(strstr(row, "called the vendor"));
    free(row);
    place_end(&p);
    free(path);
    kit_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_interruption_survives),
        cmocka_unit_test(test_an_acknowledgement_survives),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
