/* SPDX-License-Identifier: MIT
 * The audit journal as ACTION rows: what was done before, and what other processes do meanwhile. */
#include "action/journal.h"
#include "tests/unit/store_kit.h"

static const struct journal_who who = {.uid = 1000, .user = "wang", .host = "login1"};

static struct action_order *order(const char *op, wall_ms at)
{
    struct action_order *o = order_new(action_verb_DRAIN, 0);

    (void)snprintf(o->op, sizeof o->op, "%s", op);
    (void)snprintf(o->center_id, sizeof o->center_id, "%s", store_centers[0]);
    (void)snprintf(o->actor, sizeof o->actor, "wang");
    (void)snprintf(o->reason, sizeof o->reason, "disk");
    o->at = at;
    o->targets = xcalloc(2, sizeof(*o->targets));
    o->count = 2;
    for (int i = 0; i < 2; i++) {
        o->targets[i].entity = ENTITY_NODE;
        (void)snprintf(o->targets[i].name, sizeof o->targets[i].name, "cn%d", i + 1);
    }
    return o;
}

struct fixture {
    char *folder, *path;
    struct journal *journal;
    struct place place;
};

static void begin(struct fixture *f)
{
    f->folder = kit_folder();
    f->path = xasprintf("%s/audit.jsonl", f->folder);
    assert_int_equal(journal_open(f->path, &who, &f->journal, NULL), RC_OK);
    place_make(&f->place);
}

static void follow(struct fixture *f)
{
    struct store_options o = place_options(&f->place, NULL);

    o.audit = f->path;
    place_open_with(&f->place, &o);
}

static void end(struct fixture *f)
{
    place_end(&f->place);
    journal_close(f->journal);
    free(f->path);
    kit_remove(f->folder);
}

static void intent(struct fixture *f, const struct action_order *o, size_t i, wall_ms at)
{
    assert_int_equal(journal_intent(f->journal, o, i, "idle", "POST /node/x", at, NULL), RC_OK);
}

static void outcome(struct fixture *f, const struct action_order *o, size_t i,
                    enum action_state state, wall_ms at)
{
    assert_int_equal(journal_outcome(f->journal, o, i, state, 200, 12, "", at, NULL), RC_OK);
}

static void test_what_was_done_before(void **state)
{
    struct fixture f;
    wall_ms now = clock_wall(), then = now - 3600000;
    struct action_order *o = order("20261122T120102Z-4f2a", then);
    (void)state;

    begin(&f);
    intent(&f, o, 0, then);
    outcome(&f, o, 0, action_state_ACCEPTED, then + 20);
    assert_int_equal(journal_seen(f.journal, o, 0, "idle+drain", then + 900, NULL), RC_OK);
    intent(&f, o, 1, then + 1000);
    follow(&f);
    place_wait_text(&f.place, ENTITY_ACTION, 0, "20261122T120102Z-4f2a/0", "state=confirmed", true);
    char *row = place_find(&f.place, ENTITY_ACTION, 0, "20261122T120102Z-4f2a/0");
    assert_non_null(strstr(row, "target=cn1 "));
    assert_non_null(strstr(row, "after=idle+drain "));
    assert_non_null(strstr(row, "status=200 "));
    free(row);
    /* An intent that nobody finished: nobody knows what it did. */
    place_wait_text(&f.place, ENTITY_ACTION, 0, "20261122T120102Z-4f2a/1", "state=unknown", true);
    order_free(o);
    end(&f);
}

static void test_what_others_do_meanwhile(void **state)
{
    struct fixture f;
    wall_ms now = clock_wall();
    struct action_order *o = order("20261122T130000Z-aaaa", now);
    (void)state;

    begin(&f);
    follow(&f);
    intent(&f, o, 0, now);
    place_wait_text(&f.place, ENTITY_ACTION, 0, "20261122T130000Z-aaaa/0", "state=sent", true);
    outcome(&f, o, 0, action_state_FAILED, now + 20);
    place_wait_text(&f.place, ENTITY_ACTION, 0, "20261122T130000Z-aaaa/0", "state=failed", true);
    order_free(o);
    end(&f);
}

/* What the actor of this process told of its own operation is newer than its journal. */
static void test_own_rows_are_left_alone(void **state)
{
    struct fixture f;
    wall_ms now = clock_wall();
    struct action_order *own = order("20261122T140000Z-bbbb", now),
                        *other = order("20261122T140001Z-cccc", now);
    (void)state;

    begin(&f);
    place_tell(&f.place, 0,
               "action 20261122T140000Z-bbbb/0 state=confirmed message=as-seen target=cn1");
    follow(&f);
    intent(&f, own, 0, now);
    outcome(&f, own, 0, action_state_ACCEPTED, now + 20);
    intent(&f, other, 0, now);
    place_wait_text(&f.place, ENTITY_ACTION, 0, "20261122T140001Z-cccc/0", "state=sent", true);
    char *row = place_find(&f.place, ENTITY_ACTION, 0, "20261122T140000Z-bbbb/0");
    assert_non_null(strstr(row, "state=confirmed "));
    assert_non_null(strstr(row, "message=as-seen "));
    free(row);
    order_free(own);
    order_free(other);
    end(&f);
}

static void test_a_center_that_is_not_configured(void **state)
{
    struct fixture f;
    wall_ms now = clock_wall();
    struct action_order *o = order("20261122T150000Z-dddd", now);
    (void)state;

    begin(&f);
    (void)snprintf(o->center_id, sizeof o->center_id, "elsewhere");
    intent(&f, o, 0, now);
    follow(&f);
    struct snapshot *s = snapshot_hub_latest(f.place.hub);
    assert_int_equal(snapshot_count(s, ENTITY_ACTION), 0);
    snapshot_unref(s);
    order_free(o);
    end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_was_done_before),
        cmocka_unit_test(test_what_others_do_meanwhile),
        cmocka_unit_test(test_own_rows_are_left_alone),
        cmocka_unit_test(test_a_center_that_is_not_configured),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
