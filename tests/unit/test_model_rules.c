/* SPDX-License-Identifier: MIT
 * The rules and their alerts, as stories: when one fires, holds, is acknowledged, gets worse and ends. */
#include "model/annotation.h"
#include "model/rules.h"
#include "tests/unit/model_kit.h"
#include <math.h>

#define S(seconds) (KIT_NOW + (wall_ms)(seconds)*1000)

enum { HOURS = 3600, DAYS = 86400 };

/* The alert `id` of center 0 at a time; NULL if there is none. The snapshot stays in *keep. */
static const struct alert_row *look(struct fleet *f, wall_ms at, const char *id,
                                    struct snapshot **keep)
{
    snapshot_unref(*keep);
    *keep = fleet_publish(f, at);
    uint32_t slot = snapshot_find(*keep, ENTITY_ALERT, row_key(ENTITY_ALERT, 0, id, strlen(id)));
    return slot == UINT32_MAX ? NULL : snapshot_row(*keep, ENTITY_ALERT, slot);
}

/* "firing critical", "pending warning", "resolved", "acknowledged": the words that a screen would show; "-" = no row. */
static const char *shown(struct fleet *f, wall_ms at, const char *id)
{
    static char words[64];
    struct snapshot *s = NULL;
    const struct alert_row *a = look(f, at, id, &s);

    strcpy(words, "-");
    if (a) {
        strcpy(words, !row_has(a, alert, state)         ? "none"
                      : a->state == alert_state_FIRING  ? "firing"
                      : a->state == alert_state_PENDING ? "pending"
                                                        : "resolved");
        if (row_has(a, alert, state) && a->state != alert_state_RESOLVED)
            strcat(words, a->severity == severity_CRITICAL ? " critical" : " warning");
        if (row_has(a, alert, acknowledged_at))
            strcat(words, " ack");
        if (row_has(a, alert, silenced_until))
            strcat(words, " silent");
    }
    snapshot_unref(s);
    return words;
}

#define SHOWS(f, seconds, id, words) assert_string_equal(shown(f, S(seconds), id), words)

static const char *text(const struct snapshot *s, strid id)
{
    return intern_text(snapshot_strings(s), id);
}

static void says(struct fleet *f, wall_ms at, const char *id, const char *sentence)
{
    struct snapshot *s = NULL;
    const struct alert_row *a = look(f, at, id, &s);

    assert_string_equal(text(s, a->summary), sentence);
    snapshot_unref(s);
}

#define SAYS(f, seconds, id, sentence) says(f, S(seconds), id, sentence)

static struct fleet *fleet_with_center(void)
{
    struct fleet *f = fleet_new(NULL);

    kit_rows(f, 0, UINT16_MAX, KIT_NOW, "center zb name=Z id=zb");
    return f;
}

static void tell(struct fleet *f, double seconds, const char *lines)
{
    kit_rows(f, 0, 0, S(seconds), lines);
}

/* ----- hot nodes ----- */

static void a_hot_node_fires_after_its_hold_and_ends_5_degrees_below(void **state)
{
    struct fleet *f = fleet_with_center();
    struct snapshot *s = NULL;

    (void)state;
    tell(f, 0, "node cn1 temperature_celsius=79\nnode cn2 temperature_celsius=40");
    SHOWS(f, 1, "hot_node/cn1", "-");
    tell(f, 2, "node cn1 temperature_celsius=81 temperature_sensor=Tctl");
    SHOWS(f, 2, "hot_node/cn1", "pending warning");
    SHOWS(f, 31, "hot_node/cn1", "pending warning");
    SHOWS(f, 32, "hot_node/cn1", "firing warning");
    const struct alert_row *a = look(f, S(33), "hot_node/cn1", &s);
    assert_string_equal(text(s, a->node), "cn1");
    assert_string_equal(text(s, a->rule), "hot_node");
    assert_string_equal(text(s, a->origin), "suantop");
    assert_string_equal(text(s, a->summary), "81\302\260C at Tctl, limit 80");
    assert_true(a->value == 81 && a->threshold == 80);
    assert_int_equal(a->since, S(2));
    assert_int_equal(a->fired_at, S(32));
    assert_int_equal(snapshot_totals(s)->alerts_warning, 1);
    tell(f, 40, "node cn1 temperature_celsius=76");
    SHOWS(f, 400, "hot_node/cn1", "firing warning");
    tell(f, 401, "node cn1 temperature_celsius=74");
    SHOWS(f, 401, "hot_node/cn1", "firing warning");
    SAYS(f, 402, "hot_node/cn1", "74\302\260C at Tctl, limit 80; over, unless it comes back");
    SHOWS(f, 461, "hot_node/cn1", "resolved");
    SAYS(f, 462, "hot_node/cn1", "74\302\260C at Tctl, limit 80");
    SHOWS(f, 461 + 3599, "hot_node/cn1", "resolved");
    SHOWS(f, 461 + 3600, "hot_node/cn1", "-");
    snapshot_unref(s);
    fleet_free(f);
}

static void a_moment_of_heat_fires_nothing(void **state)
{
    struct fleet *f = fleet_with_center();

    (void)state;
    for (int i = 0; i < 20; i++) {
        tell(f, 40 * i, "node cn1 temperature_celsius=95");
        SHOWS(f, 40 * i + 20, "hot_node/cn1", "pending critical");
        tell(f, 40 * i + 25, "node cn1 temperature_celsius=70");
        SHOWS(f, 40 * i + 26, "hot_node/cn1", "-");
    }
    fleet_free(f);
}

static void a_sensor_is_held_against_its_own_limit(void **state)
{
    struct fleet *f = fleet_with_center();

    (void)state;
    tell(f, 0,
         "node cn1 temperature_celsius=96 temperature_limit_celsius=110\n"
         "node cn2 temperature_celsius=72 temperature_limit_celsius=70");
    SHOWS(f, 0, "hot_node/cn1", "-");
    SHOWS(f, 30, "hot_node/cn1", "-");
    SHOWS(f, 30, "hot_node/cn2", "firing critical");
    fleet_free(f);
}

static void nodes_that_come_and_go(void **state)
{
    struct fleet *f = fleet_with_center();

    (void)state;
    tell(f, 0, "node cn1 temperature_celsius=99\nnode cn2 temperature_celsius=99");
    SHOWS(f, 0, "hot_node/cn1", "pending critical");
    SHOWS(f, 30, "hot_node/cn2", "firing critical");
    tell(f, 40, "remove node cn1\nnode cn2 temperature_celsius=?");
    SHOWS(f, 41, "hot_node/cn1", "firing critical");
    SHOWS(f, 101, "hot_node/cn1", "resolved");
    SHOWS(f, 101, "hot_node/cn2", "resolved");
    fleet_free(f);
}

/* ----- centers ----- */

static void nodes_out_has_two_levels_with_a_gap_below_each(void **state)
{
    struct fleet *f = fleet_with_center();
    char line[80];
    /* nodes of 100 that are drained, seconds, what is shown then */
    static const struct {
        int out, at;
        const char *words;
    } story[] = {
        {14, 0, "-"},
        {15, 10, "pending warning"},
        {15, 70, "firing warning"},
        {25, 80, "firing warning"},
        {25, 139, "firing warning"},
        {25, 140, "firing critical"},
        {20, 150, "firing critical"},
        {20, 1000, "firing critical"},
        {19, 1010, "firing critical"},
        {19, 1130, "firing warning"},
        {12, 1140, "firing warning"},
        {12, 2000, "firing warning"},
        {11, 2010, "firing warning"},
        {11, 2130, "resolved"},
    };

    (void)state;
    for (int i = 0; i < 100; i++) {
        snprintf(line, sizeof(line), "node cn%d state=idle", i);
        tell(f, 0, line);
    }
    for (size_t k = 0; k < sizeof(story) / sizeof(story[0]); k++) {
        for (int i = 0; i < 100; i++) {
            snprintf(line, sizeof(line), "node cn%d flags=%s", i, i < story[k].out ? "drain" : "-");
            tell(f, story[k].at, line);
        }
        SHOWS(f, story[k].at, "nodes_out/zb", story[k].words);
    }
    fleet_free(f);
}

static void the_oldest_job_tells_itself_since_when(void **state)
{
    struct fleet *f = fleet_with_center();
    struct snapshot *s = NULL;
    char line[80];

    (void)state;
    snprintf(line, sizeof(line), "job 7 state=queued eligible_at=%lld", (long long)S(-25 * HOURS));
    tell(f, 0, line);
    const struct alert_row *a = look(f, S(0), "queue_age/zb", &s);
    assert_int_equal(a->state, alert_state_FIRING); /* it has held for an hour, whoever looked */
    assert_int_equal(a->severity, severity_WARNING);
    assert_int_equal(a->since, S(-HOURS));
    assert_true(a->value == 25 * HOURS && a->threshold == 24 * HOURS);
    assert_string_equal(text(s, a->summary),
                        "the oldest job that could run has waited for 25 hours");
    SHOWS(f, 48 * HOURS, "queue_age/zb", "firing critical");
    tell(f, 48 * HOURS + 1, "job 7 state=held");
    SHOWS(f, 48 * HOURS + 2, "queue_age/zb", "firing critical");
    SHOWS(f, 48 * HOURS + 400, "queue_age/zb", "resolved");
    snapshot_unref(s);
    fleet_free(f);
}

static void source_says(struct fleet *f, uint16_t source, double seconds, const char *what)
{
    char line[160];

    snprintf(line, sizeof(line), "source zb/%u name=zb/%u state=%s interval_ms=1000%s", source,
             source, what, strcmp(what, "ok") == 0 ? " last_ok_at=" : "");
    if (strcmp(what, "ok") == 0)
        snprintf(line + strlen(line), sizeof(line) - strlen(line), "%lld", (long long)S(seconds));
    kit_rows(f, 0, source, S(seconds), line);
}

static void a_center_that_falls_silent_fires_and_freezes_the_rest(void **state)
{
    struct fleet *f = fleet_with_center();

    (void)state;
    source_says(f, 0, 0, "ok");
    source_says(f, 1, 0, "ok");
    kit_poll(f, 0, S(0), 1, true, POLL_GOOD, "node", "node cn1 temperature_celsius=95");
    SHOWS(f, 30, "hot_node/cn1", "pending critical");
    source_says(f, 0, 100, "ok");
    kit_poll(f, 0, S(100), 2, true, POLL_GOOD, "node", "node cn1 temperature_celsius=95");
    SHOWS(f, 100, "hot_node/cn1", "firing critical");
    source_says(f, 0, 110, "failed");
    SHOWS(f, 110, "center_stale/zb", "-");
    kit_rows(f, 0, 1, S(160), "node cn1 temperature_celsius=20"); /* of an answer that was cut */
    SHOWS(f, 170, "center_stale/zb", "firing warning");
    for (int i = 0; i < 100; i++)
        SHOWS(f, 400 + 10 * i, "hot_node/cn1", "firing critical");
    SAYS(f, 1900, "center_stale/zb", "1 of 2 sources do not answer; what they told is old");
    source_says(f, 0, 2000, "ok");
    SHOWS(f, 2000, "center_stale/zb", "firing warning");
    SAYS(f, 2001, "center_stale/zb", "its sources answer again; over, unless it comes back");
    SHOWS(f, 2030, "center_stale/zb", "resolved");
    SHOWS(f, 2061, "hot_node/cn1", "resolved");
    fleet_free(f);
}

static void old_values_fire_nothing(void **state)
{
    struct fleet *f = fleet_with_center();

    (void)state;
    source_says(f, 0, 0, "ok");
    kit_poll(f, 0, S(0), 1, true, POLL_GOOD, "node", "node cn1 temperature_celsius=95");
    SHOWS(f, 1, "hot_node/cn1", "pending critical");
    source_says(f, 0, 2, "failed");
    SHOWS(f, 200, "hot_node/cn1", "pending critical");
    SHOWS(f, 4000, "hot_node/cn1", "pending critical");
    SHOWS(f, 4000, "center_down/zb", "firing critical");
    fleet_free(f);
}

static void a_clock_that_is_off_is_told_with_its_direction(void **state)
{
    struct fleet *f = fleet_with_center();

    (void)state;
    source_says(f, 0, 0, "ok");
    kit_rows(f, 0, 0, S(0), "source zb/0 clock_ahead_ms=9000");
    SHOWS(f, 1, "clock_skew/zb/0", "-");
    kit_rows(f, 0, 0, S(2), "source zb/0 clock_ahead_ms=10800000");
    SHOWS(f, 2, "clock_skew/zb/0", "firing warning");
    SAYS(f, 2, "clock_skew/zb/0",
         "its clock is 03:00:00 ahead of ours: the ages of what it tells are too short");
    kit_rows(f, 0, 0, S(3), "source zb/0 clock_ahead_ms=-90000");
    SAYS(f, 3, "clock_skew/zb/0",
         "its clock is 00:01:30 behind ours: the ages of what it tells are too long");
    kit_rows(f, 0, 0, S(4), "source zb/0 clock_ahead_ms=-1000");
    SHOWS(f, 5, "clock_skew/zb/0", "firing warning");
    SHOWS(f, 70, "clock_skew/zb/0", "resolved");
    fleet_free(f);
}

static void a_source_that_refuses_us_is_critical_at_once(void **state)
{
    struct fleet *f = fleet_with_center();

    (void)state;
    source_says(f, 0, 0, "ok");
    SHOWS(f, 1, "source_refused/zb/0", "-");
    source_says(f, 0, 2, "paused");
    SHOWS(f, 2, "source_refused/zb/0", "firing critical");
    source_says(f, 0, 3, "ok");
    SHOWS(f, 3, "source_refused/zb/0", "resolved");
    fleet_free(f);
}

/* ----- events ----- */

static void hours_before(struct fleet *f, int hours, int interruptions)
{
    char line[160];

    for (int i = 0; i < hours; i++) {
        snprintf(line, sizeof(line), "hour h%d begins_at=%lld observed_seconds=3600 by_node=%d", i,
                 (long long)S(-(i + 3) * HOURS), i < interruptions);
        tell(f, 0, line);
    }
}

static void interrupt(struct fleet *f, int number, double seconds, const char *more)
{
    char line[160];

    snprintf(line, sizeof(line), "interruption i%d at=%lld %s", number, (long long)S(seconds),
             more);
    tell(f, seconds, line);
}

static void a_burst_is_what_the_center_is_not_used_to(void **state)
{
    struct fleet *quiet = fleet_with_center(), *busy = fleet_with_center();

    (void)state;
    hours_before(quiet, 240, 2);
    hours_before(busy, 240, 240);
    for (int i = 0; i < 4; i++) {
        interrupt(quiet, i, i, "");
        interrupt(busy, i, i, "");
        SHOWS(quiet, i, "interruption_burst/zb",
              i < 2    ? "-"
              : i == 2 ? "firing critical"
                       : "firing critical");
        SHOWS(busy, i, "interruption_burst/zb", "-");
    }
    SHOWS(quiet, 3700, "interruption_burst/zb", "firing critical");
    SHOWS(quiet, 4100, "interruption_burst/zb", "resolved");
    fleet_free(quiet);
    fleet_free(busy);
}

static void a_burst_needs_a_history_and_counts_no_maintenance(void **state)
{
    struct fleet *young = fleet_with_center(), *planned = fleet_with_center();

    (void)state;
    hours_before(young, 5, 0);
    hours_before(planned, 240, 0);
    for (int i = 0; i < 50; i++) {
        interrupt(young, i, 0, "");
        interrupt(planned, i, 0, "planned=yes");
    }
    SHOWS(young, 1, "interruption_burst/zb", "-");
    SHOWS(planned, 1, "interruption_burst/zb", "-");
    fleet_free(young);
    fleet_free(planned);
}

static void poisson_thresholds(void **state)
{
    struct rule_set set;

    (void)state;
    rule_set_usual(&set);
    /* mean 1: P(X>=6) = 5.9e-4, P(X>=5) = 3.7e-3; P(X>=10) = 1.1e-7, P(X>=9) = 1.1e-6 */
    struct rule_limits l = rule_burst_limits(&set, 99, 100);
    assert_true(l.at[RULE_WARNING] == 6 && l.at[RULE_CRITICAL] == 10);
    assert_true(l.clear[RULE_WARNING] == 5 && l.clear[RULE_CRITICAL] == 6);
    l = rule_burst_limits(&set, 0, 10000);
    assert_true(l.at[RULE_WARNING] == 3 && l.at[RULE_CRITICAL] == 3);
    assert_true(isnan(rule_burst_limits(&set, 0, 5).at[RULE_WARNING]));
}

static void a_node_that_goes_three_times_a_day_flaps(void **state)
{
    struct fleet *f = fleet_with_center();
    char line[120];

    (void)state;
    for (int i = 0; i < 4; i++) {
        snprintf(line, sizeof(line), "outage cn1@%d node=cn1 began_at=%lld%s", i,
                 (long long)S(i * HOURS), i == 1 ? " planned=yes" : "");
        tell(f, i * HOURS, line);
        SHOWS(f, i * HOURS, "node_flapping/cn1", i < 3 ? "-" : "firing warning");
    }
    SHOWS(f, 24 * HOURS, "node_flapping/cn1", "firing warning");
    SHOWS(f, 24 * HOURS + 11, "node_flapping/cn1", "resolved");
    fleet_free(f);
}

static void a_lemon_is_told_once(void **state)
{
    struct fleet *f = fleet_with_center();

    (void)state;
    tell(f, 0, "offender cn1 node=cn1 flagged=yes what=5\noffender cn2 node=cn2 flagged=no");
    SHOWS(f, 0, "lemon/cn1", "firing warning");
    SHOWS(f, 1, "lemon/cn2", "-");
    SHOWS(f, 100, "lemon/cn1", "firing warning");
    tell(f, 101, "offender cn1 flagged=no");
    SHOWS(f, 101, "lemon/cn1", "resolved");
    fleet_free(f);
}

/* ----- what an operator says ----- */

static void annotate(struct fleet *f, const char *id, enum annotation_kind kind, double seconds,
                     double until)
{
    struct annotation a = {.entity = ENTITY_ALERT, .kind = kind, .by = "eve", .at = S(seconds)};
    struct delta *d = delta_new(0, UINT16_MAX, S(seconds), 0);

    strcpy(a.id, id);
    a.until = until != 0 ? S(until) : 0;
    annotation_to_delta(&a, d);
    assert_int_equal(fleet_apply(f, d, NULL), RC_OK);
    delta_free(d);
}

static void an_acknowledgement_ends_when_it_gets_worse_or_better(void **state)
{
    struct fleet *f = fleet_with_center();
    struct snapshot *s = NULL;

    (void)state;
    tell(f, 0, "node cn1 temperature_celsius=85");
    SHOWS(f, 0, "hot_node/cn1", "pending warning");
    SHOWS(f, 30, "hot_node/cn1", "firing warning");
    annotate(f, "hot_node/cn1", ANNOTATE_ACK, 40, 0);
    SHOWS(f, 41, "hot_node/cn1", "firing warning ack");
    look(f, S(42), "hot_node/cn1", &s);
    assert_int_equal(snapshot_totals(s)->alerts_warning, 0);
    assert_int_equal(snapshot_totals(s)->alerts_quiet, 1);
    tell(f, 50, "node cn1 temperature_celsius=92");
    SHOWS(f, 50, "hot_node/cn1", "firing warning ack");
    SHOWS(f, 80, "hot_node/cn1", "firing critical");
    assert_int_equal(look(f, S(81), "hot_node/cn1", &s)->fired_at,
                     S(80)); /* the wall goes by that */
    annotate(f, "hot_node/cn1", ANNOTATE_ACK, 90, 0);
    tell(f, 91, "node cn1 temperature_celsius=83");
    SHOWS(f, 91, "hot_node/cn1", "firing critical ack");
    SHOWS(f, 200, "hot_node/cn1", "firing warning ack"); /* better is no news */
    tell(f, 201, "node cn1 temperature_celsius=60");
    SHOWS(f, 201, "hot_node/cn1", "firing warning ack");
    SHOWS(f, 300, "hot_node/cn1", "resolved");
    snapshot_unref(s);
    fleet_free(f);
}

static void a_silence_lasts_until_its_time(void **state)
{
    struct fleet *f = fleet_with_center();
    struct snapshot *s = NULL;

    (void)state;
    tell(f, 0, "node cn1 temperature_celsius=95");
    SHOWS(f, 0, "hot_node/cn1", "pending critical");
    SHOWS(f, 30, "hot_node/cn1", "firing critical");
    annotate(f, "hot_node/cn1", ANNOTATE_SILENCE, 40, 3 * HOURS);
    SHOWS(f, 41, "hot_node/cn1", "firing critical silent");
    look(f, S(42), "hot_node/cn1", &s);
    assert_int_equal(snapshot_totals(s)->alerts_critical, 0);
    tell(f, 50, "node cn1 temperature_celsius=60");
    SHOWS(f, 51, "hot_node/cn1", "firing critical silent");
    SHOWS(f, 200, "hot_node/cn1", "resolved silent");
    SHOWS(f, 2 * HOURS, "hot_node/cn1",
          "resolved silent"); /* an hour is over, the silence is not */
    tell(f, 2 * HOURS, "node cn1 temperature_celsius=95");
    SHOWS(f, 2 * HOURS, "hot_node/cn1", "pending critical silent");
    SHOWS(f, 2 * HOURS + 30, "hot_node/cn1", "firing critical silent");
    SHOWS(f, 3 * HOURS, "hot_node/cn1", "firing critical");
    snapshot_unref(s);
    fleet_free(f);
}

static void an_alert_of_the_last_run_goes_on(void **state)
{
    struct fleet *f = fleet_with_center();
    char line[400];
    struct snapshot *s = NULL;

    (void)state;
    snprintf(line, sizeof(line),
             "alert hot_node/cn1 rule=hot_node origin=suantop severity=critical state=firing "
             "since=%lld fired_at=%lld acknowledged_at=%lld acknowledged_by=eve\n"
             "alert hot_node/cn2 rule=hot_node origin=suantop severity=warning state=firing "
             "since=%lld fired_at=%lld\n"
             "alert gone/cn2 rule=gone origin=suantop severity=warning state=firing",
             (long long)S(-500), (long long)S(-470), (long long)S(-400), (long long)S(-500),
             (long long)S(-470));
    kit_rows(f, 0, UINT16_MAX, S(0), line);
    SHOWS(f, 0, "hot_node/cn1", "firing critical ack");
    tell(f, 1, "node cn1 temperature_celsius=95\nnode cn2 temperature_celsius=50");
    const struct alert_row *a = look(f, S(2), "hot_node/cn1", &s);
    assert_int_equal(a->fired_at, S(-470)); /* the same alert: nobody is told twice */
    SHOWS(f, 3, "hot_node/cn1", "firing critical ack");
    SHOWS(f, 3, "hot_node/cn2", "firing warning");
    SHOWS(f, 63, "hot_node/cn2", "resolved");
    SHOWS(f, 63, "gone/cn2", "-");
    snapshot_unref(s);
    fleet_free(f);
}

/* Another process keeps the history and looks at the same centers: what it tells is taken, and nobody rings twice. */
static void what_another_process_tells_is_taken(void **state)
{
    struct fleet *f = fleet_with_center();
    struct snapshot *s = NULL;
    char line[200];

    (void)state;
    tell(f, 0, "node cn1 temperature_celsius=95");
    SHOWS(f, 1, "hot_node/cn1", "pending critical");
    snprintf(line, sizeof(line), "alert hot_node/cn1 state=firing severity=critical fired_at=%lld",
             (long long)S(2));
    kit_rows(f, 0, UINT16_MAX, S(3), line);
    SHOWS(f, 3, "hot_node/cn1", "firing critical"); /* it had waited longer */
    assert_int_equal(look(f, S(4), "hot_node/cn1", &s)->fired_at, S(2));
    annotate(f, "hot_node/cn1", ANNOTATE_ACK, 5, 0);
    SHOWS(f, 6, "hot_node/cn1", "firing critical ack");
    snprintf(line, sizeof(line),
             "alert hot_node/cn1 state=resolved resolved_at=%lld acknowledged_at=?",
             (long long)S(100));
    kit_rows(f, 0, UINT16_MAX, S(101), line);
    SHOWS(f, 101, "hot_node/cn1", "pending critical"); /* our poll is older */
    tell(f, 110, "node cn1 temperature_celsius=40");
    SHOWS(f, 110, "hot_node/cn1", "resolved");
    assert_int_equal(look(f, S(111), "hot_node/cn1", &s)->resolved_at, S(100));
    snapshot_unref(s);
    fleet_free(f);
}

static void alerts_of_others_are_left_alone(void **state)
{
    struct fleet *f = fleet_with_center();

    (void)state;
    kit_rows(f, 0, 3, KIT_NOW, "source alertmanager name=alertmanager state=ok");
    tell(f, 0, "alert @hot_node/cn9 origin=alertmanager state=firing severity=critical");
    for (int i = 0; i < 10; i++)
        SHOWS(f, 1000 * i, "@hot_node/cn9", "firing critical");
    fleet_free(f);
}

static void rules_can_be_set_and_switched_off(void **state)
{
    struct fleet *f = fleet_with_center();
    struct rule_set set;

    (void)state;
    rule_set_usual(&set);
    rule_set_level(&set, RULE_hot_node, RULE_WARNING, 60);
    rule_set_level(&set, RULE_hot_node, RULE_CRITICAL, NAN);
    set.rules[RULE_hot_node].hold_ms = 0;
    set.rules[RULE_nodes_out].off = true;
    tell(f, 0, "node cn1 temperature_celsius=65 state=down");
    SHOWS(f, 0, "hot_node/cn1", "-");
    fleet_set_rules(f, &set);
    SHOWS(f, 1, "hot_node/cn1", "firing warning"); /* also of a node that did not change since */
    tell(f, 2, "node cn1 temperature_celsius=99");
    SHOWS(f, 100, "hot_node/cn1", "firing warning");
    SHOWS(f, 1000, "nodes_out/zb", "-");
    fleet_free(f);
}

/* ----- whatever the values are, nothing flaps ----- */

static void nothing_changes_faster_than_its_hold_times(void **state)
{
    unsigned seed = 12345;

    (void)state;
    for (int run = 0; run < 300; run++) {
        struct rule_limits l = {{10, 20}, {8, 16}, 1 + run % 7 * 3000, 1 + run % 5 * 4000, false};
        struct rule_memory m = {0};
        wall_ms changed[RULE_LEVELS] = {0}, now = KIT_NOW;
        for (int i = 0; i < 3000; i++) {
            bool was[RULE_LEVELS] = {m.level[0].on, m.level[1].on};
            seed = seed * 1103515245u + 12345u;
            double value = (double)(seed >> 16 & 0xff) / 10;
            rule_step(&m, &l, seed >> 8 & 0x1f ? value : NAN, 0, now);
            for (int k = 0; k < RULE_LEVELS; k++) {
                if (m.level[k].on == was[k])
                    continue;
                assert_true(!changed[k] || now - changed[k] >= (was[k] ? l.release_ms : l.hold_ms));
                changed[k] = now;
            }
            now += 1 + (seed >> 20) % 3000;
        }
    }
}

static void a_clock_that_jumps_back_fires_nothing(void **state)
{
    struct rule_limits l = {{10, NAN}, {8, NAN}, 1000, 1000, false};
    struct rule_memory m = {0};

    (void)state;
    rule_step(&m, &l, 11, 0, KIT_NOW);
    rule_step(&m, &l, 11, 0, KIT_NOW - DAYS * 1000LL);
    assert_int_equal(rule_firing(&m), -1);
    rule_step(&m, &l, 11, 0, KIT_NOW - DAYS * 1000LL + 1000);
    assert_int_equal(rule_firing(&m), RULE_WARNING);
}

static void a_heat_wave_is_cheap_and_whole(void **state)
{
    struct fleet *f = fleet_with_center();
    struct snapshot *s;
    char line[64];
    enum { NODES = 70000 }; /* more than the engine notes one by one */

    (void)state;
    for (int i = 0; i < NODES; i++) {
        snprintf(line, sizeof(line), "node cn%d temperature_celsius=95", i);
        tell(f, 0, line);
    }
    snapshot_unref(fleet_publish(f, S(0)));
    s = fleet_publish(f, S(30));
    assert_int_equal(snapshot_totals(s)->alerts_critical, NODES);
    snapshot_unref(s);
    tell(f, 31, "node cn5 temperature_celsius=40");
    for (int i = 0; i < 200; i++) /* many snapshots, but one look a second */
        snapshot_unref(fleet_publish(f, S(91) + i));
    s = fleet_publish(f, S(92));
    assert_int_equal(snapshot_totals(s)->alerts_critical, NODES);
    snapshot_unref(s);
    s = fleet_publish(f, S(152));
    assert_int_equal(snapshot_totals(s)->alerts_critical, NODES - 1);
    snapshot_unref(s);
    fleet_free(f);
}

/* ---- alerts that a source tells ---- */

/* What the server of source 1 lists at a time: the whole of it. */
static void lists(struct fleet *f, int seconds, uint32_t seq, enum poll_end end, const char *lines)
{
    struct delta *d = delta_new(0, 1, S(seconds), 0);

    d->poll = (struct delta_poll){.seq = seq, .begin = true, .end = end};
    d->poll.entities[ENTITY_ALERT] = true;
    kit_fill(d, lines);
    assert_int_equal(fleet_apply(f, d, NULL), RC_OK);
    delta_free(d);
}

static struct fleet *fleet_with_server(void)
{
    struct fleet *f = fleet_with_center();

    kit_rows(f, 0, 1, KIT_NOW, "source zb/prometheus name=zb/prometheus state=ok");
    return f;
}

#define FOREIGN "@zb/prometheus/Hot/1"
#define FOREIGN_FIRING                                                                             \
    "alert " FOREIGN " rule=Hot origin=zb/prometheus severity=critical state=firing since=-60000"

static void test_an_alert_of_a_server_from_begin_to_end(void **state)
{
    struct fleet *f = fleet_with_server();
    struct snapshot *s = NULL;
    const struct annotation ack = {
        .kind = ANNOTATE_ACK, .entity = ENTITY_ALERT, .id = FOREIGN, .by = "anna", .at = S(5)};

    (void)state;
    lists(f, 1, 1, POLL_GOOD, FOREIGN_FIRING);
    SHOWS(f, 2, FOREIGN, "firing critical");
    assert_int_equal(look(f, S(2), FOREIGN, &s)->fired_at, S(1));
    assert_int_equal(snapshot_totals(s)->alerts_critical, 1);
    struct delta *d = delta_new(0, UINT16_MAX, S(5), 0);
    annotation_to_delta(&ack, d);
    assert_int_equal(fleet_apply(f, d, NULL), RC_OK);
    delta_free(d);
    lists(f, 31, 2, POLL_GOOD, FOREIGN_FIRING);
    SHOWS(f, 32, FOREIGN, "firing critical ack");
    look(f, S(32), FOREIGN, &s);
    assert_int_equal(snapshot_totals(s)->alerts_critical, 0);
    assert_int_equal(snapshot_totals(s)->alerts_quiet, 1);
    lists(f, 61, 3, POLL_BAD, ""); /* nobody knows */
    SHOWS(f, 62, FOREIGN, "firing critical ack");
    lists(f, 91, 4, POLL_GOOD, "");
    SHOWS(f, 92, FOREIGN, "resolved");
    lists(f, 121, 5, POLL_GOOD, FOREIGN_FIRING);
    SHOWS(f, 122, FOREIGN, "firing critical");
    assert_int_equal(look(f, S(122), FOREIGN, &s)->fired_at, S(121));
    lists(f, 151, 6, POLL_GOOD, "");
    SHOWS(f, 152, FOREIGN, "resolved");
    SHOWS(f, 151 + HOURS + 1, FOREIGN, "-");
    snapshot_unref(s);
    fleet_free(f);
}

/* What was said of the warning is not said of what it became, and the wall tells it. */
static void test_an_alert_of_a_server_that_gets_worse(void **state)
{
    static const char *const ways[] = {"warning", "critical", "warning", "critical"};
    static const int fired[] = {1, 31, 31, 91};
    static const char *const said[] = {"firing warning ack", "firing critical ack",
                                       "firing warning ack", "firing critical ack"};
    struct fleet *f = fleet_with_server();
    struct snapshot *s = NULL;
    char line[120], before[40];

    (void)state;
    for (int i = 0; i < 4; i++) {
        int at = 1 + 30 * i;
        bool worse = fired[i] == at;
        const struct annotation ack = {.kind = ANNOTATE_ACK,
                                       .entity = ENTITY_ALERT,
                                       .id = FOREIGN,
                                       .by = "anna",
                                       .at = S(at + 2)};
        snprintf(line, sizeof line,
                 "alert " FOREIGN " origin=zb/prometheus severity=%s state=firing", ways[i]);
        lists(f, at, (uint32_t)i + 1, POLL_GOOD, line);
        snprintf(before, sizeof before, "firing %s%s", ways[i], worse ? "" : " ack");
        SHOWS(f, at + 1, FOREIGN, before);
        assert_int_equal(look(f, S(at + 1), FOREIGN, &s)->fired_at, S(fired[i]));
        struct delta *d = delta_new(0, UINT16_MAX, S(at + 2), 0);
        annotation_to_delta(&ack, d);
        assert_int_equal(fleet_apply(f, d, NULL), RC_OK);
        delta_free(d);
        SHOWS(f, at + 3, FOREIGN, said[i]);
        snapshot_unref(s);
        s = NULL;
    }
    fleet_free(f);
}

static void test_a_pending_alert_of_a_server_that_never_fires(void **state)
{
    struct fleet *f = fleet_with_server();

    (void)state;
    lists(f, 1, 1, POLL_GOOD, "alert " FOREIGN " origin=zb/prometheus severity=info state=pending");
    SHOWS(f, 2, FOREIGN, "pending warning");
    lists(f, 31, 2, POLL_GOOD, "");
    SHOWS(f, 32, FOREIGN, "-");
    fleet_free(f);
}

/* Neither ours, nor those of another server, whatever they are called. */
static void test_a_server_cannot_touch_other_alerts(void **state)
{
    struct fleet *f = fleet_with_server();

    (void)state;
    kit_rows(f, 0, 2, KIT_NOW, "source zb/other name=zb/other state=ok");
    kit_rows(
        f, 0, UINT16_MAX, S(0),
        "alert source_refused/x rule=source_refused origin=suantop severity=critical state=firing fired_at=-1");
    lists(f, 1, 1, POLL_GOOD,
          FOREIGN_FIRING
          "\nalert source_refused/x rule=Mine origin=zb/prometheus severity=info state=resolved");
    assert_true(fleet_stats(f).rows_refused == 1);
    struct delta *d = delta_new(0, 2, S(3), 0);
    d->poll = (struct delta_poll){.seq = 1, .begin = true, .end = POLL_GOOD};
    d->poll.entities[ENTITY_ALERT] = true;
    assert_int_equal(fleet_apply(f, d, NULL), RC_OK);
    delta_free(d);
    SHOWS(f, 4, FOREIGN, "firing critical");
    fleet_free(f);
}

/* The history brings back alerts of a source that is not in the configuration any more. */
static void test_alerts_of_no_source_end(void **state)
{
    struct fleet *f = fleet_with_server();

    (void)state;
    kit_rows(
        f, 0, UINT16_MAX, S(0),
        "alert @zb/gone/Hot/1 rule=Hot origin=zb/gone severity=warning state=firing\n" FOREIGN_FIRING);
    SHOWS(f, 1, "@zb/gone/Hot/1", "resolved");
    SHOWS(f, 1, FOREIGN, "firing critical");
    lists(f, 2, 1, POLL_GOOD, "");
    SHOWS(f, 3, FOREIGN, "resolved");
    fleet_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_alert_of_a_server_from_begin_to_end),
        cmocka_unit_test(test_an_alert_of_a_server_that_gets_worse),
        cmocka_unit_test(test_a_pending_alert_of_a_server_that_never_fires),
        cmocka_unit_test(test_a_server_cannot_touch_other_alerts),
        cmocka_unit_test(test_alerts_of_no_source_end),
        cmocka_unit_test(a_hot_node_fires_after_its_hold_and_ends_5_degrees_below),
        cmocka_unit_test(a_moment_of_heat_fires_nothing),
        cmocka_unit_test(a_sensor_is_held_against_its_own_limit),
        cmocka_unit_test(nodes_that_come_and_go),
        cmocka_unit_test(nodes_out_has_two_levels_with_a_gap_below_each),
        cmocka_unit_test(the_oldest_job_tells_itself_since_when),
        cmocka_unit_test(a_center_that_falls_silent_fires_and_freezes_the_rest),
        cmocka_unit_test(old_values_fire_nothing),
        cmocka_unit_test(a_clock_that_is_off_is_told_with_its_direction),
        cmocka_unit_test(a_source_that_refuses_us_is_critical_at_once),
        cmocka_unit_test(a_burst_is_what_the_center_is_not_used_to),
        cmocka_unit_test(a_burst_needs_a_history_and_counts_no_maintenance),
        cmocka_unit_test(poisson_thresholds),
        cmocka_unit_test(a_node_that_goes_three_times_a_day_flaps),
        cmocka_unit_test(a_lemon_is_told_once),
        cmocka_unit_test(an_acknowledgement_ends_when_it_gets_worse_or_better),
        cmocka_unit_test(a_silence_lasts_until_its_time),
        cmocka_unit_test(an_alert_of_the_last_run_goes_on),
        cmocka_unit_test(what_another_process_tells_is_taken),
        cmocka_unit_test(alerts_of_others_are_left_alone),
        cmocka_unit_test(rules_can_be_set_and_switched_off),
        cmocka_unit_test(nothing_changes_faster_than_its_hold_times),
        cmocka_unit_test(a_clock_that_jumps_back_fires_nothing),
        cmocka_unit_test(a_heat_wave_is_cheap_and_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
