/* SPDX-License-Identifier: MIT
 * What alerts run: once for each that fires, gets worse or ends; never for old news or a silenced one; and a program
 * that hangs or babbles is ended. */
#include "base/clock.h"
#include "io/alarm.h"
#include "io/alarm_news.h"
#include "tests/unit/model_kit.h"
#include <errno.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static const char *const program[] = {"page", "--now", NULL};

/* ----- what is news ----- */

struct heard {
    char text[2000];
    char env[4000];
};

static void hear(void *arg, struct alarm_event *e)
{
    struct heard *h = arg;

    for (int i = 0; e->argv[i]; i++) {
        strcat(h->text, i ? "|" : "");
        strcat(h->text, e->argv[i]);
    }
    strcat(h->text, "\n");
    h->env[0] = '\0';
    for (int i = 0; e->env[i]; i++) {
        strcat(h->env, e->env[i]);
        strcat(h->env, "\n");
    }
    alarm_event_free(e);
}

static struct fleet *fleet_with_center(void)
{
    struct fleet *f = fleet_new(NULL);
    struct rule_set set;

    rule_set_usual(&set);
    set.rules[RULE_hot_node].hold_ms = 0;
    set.rules[RULE_hot_node].release_ms = 0;
    fleet_set_rules(f, &set);
    kit_rows(f, 0, UINT16_MAX, KIT_NOW, "center zb name=Z id=zb");
    return f;
}

static const char *news(struct alarm_news *n, struct fleet *f, double seconds, const char *rows,
                        struct heard *h)
{
    wall_ms at = KIT_NOW + (wall_ms)(seconds * 1000);

    memset(h, 0, sizeof(*h));
    /* Alerts of the program's own rules are no source's. */
    kit_rows(f, 0, strncmp(rows, "alert ", 6) == 0 ? UINT16_MAX : 0, at, rows);
    struct snapshot *s = fleet_publish(f, at);
    alarm_news_look(n, s, hear, h);
    snapshot_unref(s);
    return h->text;
}

#define HEAT(celsius) "node cn1 temperature_celsius=" #celsius

static void each_step_is_told_once(void **state)
{
    struct fleet *f = fleet_with_center();
    struct alarm_news n;
    struct heard h;

    (void)state;
    alarm_news_init(&n, program, KIT_NOW - 1);
    assert_string_equal(news(&n, f, 0, HEAT(50), &h), "");
    assert_string_equal(news(&n, f, 1, HEAT(85), &h),
                        "page|--now|firing|warning|zb|hot_node/cn1|85\302\260C, limit 80\n");
    assert_non_null(strstr(h.env, "SUANTOP_ALERT_STATE=firing\n"));
    assert_non_null(strstr(h.env, "SUANTOP_ALERT_NODE=cn1\n"));
    assert_non_null(strstr(h.env, "SUANTOP_ALERT_VALUE=85\n"));
    assert_non_null(strstr(h.env, "SUANTOP_ALERT_THRESHOLD=80\n"));
    assert_non_null(strstr(h.env, "SUANTOP_ALERT_FIRED_AT=2023-11-14T22:13:21Z\n"));
    assert_non_null(strstr(h.env, "SUANTOP_ALERT_RESOLVED_AT=\n"));
    assert_string_equal(news(&n, f, 2, HEAT(86), &h), "");
    assert_string_equal(news(&n, f, 3, HEAT(95), &h),
                        "page|--now|firing|critical|zb|hot_node/cn1|95\302\260C, limit 90\n");
    assert_string_equal(news(&n, f, 4, HEAT(82), &h), ""); /* better, but not over */
    assert_string_equal(news(&n, f, 5, HEAT(60), &h),
                        "page|--now|resolved|warning|zb|hot_node/cn1|82\302\260C, limit 80\n");
    assert_string_equal(news(&n, f, 6, HEAT(60), &h), "");
    assert_string_equal(news(&n, f, 7, HEAT(81), &h),
                        "page|--now|firing|warning|zb|hot_node/cn1|81\302\260C, limit 80\n");
    alarm_news_fini(&n);
    fleet_free(f);
}

static void a_silence_keeps_it_back(void **state)
{
    struct fleet *f = fleet_with_center();
    struct alarm_news n;
    struct heard h;
    char row[120];

    (void)state;
    alarm_news_init(&n, program, KIT_NOW - 1);
    snprintf(row, sizeof(row), "alert hot_node/cn1 silenced_until=%lld\n" HEAT(95),
             (long long)KIT_NOW + 60000);
    assert_string_equal(news(&n, f, 0, row, &h), "");
    assert_string_equal(news(&n, f, 59, HEAT(96), &h), "");
    assert_non_null(strstr(news(&n, f, 60, HEAT(96), &h), "firing|critical"));
    assert_non_null(strstr(news(&n, f, 61, HEAT(20), &h), "resolved"));
    alarm_news_fini(&n);
    fleet_free(f);
}

static void old_news_is_none(void **state)
{
    struct fleet *f = fleet_with_center();
    struct alarm_news n;
    struct heard h;
    char row[300];

    (void)state;
    alarm_news_init(&n, program, KIT_NOW);
    snprintf(row, sizeof(row),
             "alert hot_node/cn1 rule=hot_node origin=suantop state=firing severity=warning "
             "fired_at=%lld\nalert x/y origin=other state=firing severity=critical\n" HEAT(85),
             (long long)KIT_NOW - 60000);
    assert_string_equal(news(&n, f, 0, row, &h), "");
    assert_string_equal(news(&n, f, 1, HEAT(84), &h), "");
    assert_non_null(strstr(news(&n, f, 2, HEAT(95), &h), "firing|critical"));
    assert_non_null(strstr(news(&n, f, 3, HEAT(20), &h), "resolved"));
    alarm_news_fini(&n);
    fleet_free(f);
}

static void a_name_is_never_an_option_or_a_control(void **state)
{
    struct fleet *f = fleet_with_center();
    struct alarm_news n;
    struct heard h;

    (void)state;
    alarm_news_init(&n, program, KIT_NOW - 1);
    news(&n, f, 0, "node --rm\\x1b]0;$(id) temperature_celsius=95", &h);
    assert_non_null(strstr(h.text, "|hot_node/--rm\302\267]0;$(id)|"));
    assert_non_null(strstr(h.env, "NODE=rm\302\267]0;$(id)\n"));
    alarm_news_fini(&n);
    fleet_free(f);
}

static void what_is_gone_is_forgotten(void **state)
{
    struct fleet *f = fleet_with_center();
    struct alarm_news n;
    struct heard h;
    char rows[100];

    (void)state;
    alarm_news_init(&n, program, KIT_NOW - 1);
    for (int i = 0; i < 200; i++) {
        snprintf(rows, sizeof(rows),
                 "node a%d temperature_celsius=95\nnode a%d temperature_celsius=9", i, i - 1);
        news(&n, f, i * 3601.0, rows, &h);
        assert_non_null(strstr(h.text, "firing"));
        assert_true(n.count <= 3);
    }
    alarm_news_fini(&n);
    fleet_free(f);
}

/* ----- running it ----- */

static char dir[] = "/tmp/suantop-alarm-XXXXXX";

static void write_script(const char *body, char path[64])
{
    snprintf(path, 64, "%s/page", dir);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fprintf(f, "#!/bin/sh\n%s\n", body);
    fclose(f);
    assert_int_equal(chmod(path, 0700), 0);
}

static void pause_ms(long ms)
{
    struct timespec t = {ms / 1000, ms % 1000 * 1000000};

    nanosleep(&t, NULL);
}

static long lines_of(const char *name)
{
    char path[64];
    long n = 0;

    snprintf(path, sizeof(path), "%s/%s", dir, name);
    FILE *f = fopen(path, "r");
    for (int c; f && (c = getc(f)) != EOF;)
        n += c == '\n';
    if (f)
        fclose(f);
    return n;
}

static bool comes_to(const char *name, long lines)
{
    for (mono_ms until = clock_mono() + 60000; clock_mono() < until; pause_ms(10))
        if (lines_of(name) >= lines)
            return true;
    return false;
}

struct rig {
    struct fleet *fleet;
    struct snapshot_hub *hub;
    struct alarm *alarm;
};

static void rig_up(struct rig *r, const char *body)
{
    char path[64], command[160];
    struct err e = {0};

    write_script(body, path);
    snprintf(command, sizeof(command), "%s 'one word' %s", path, dir);
    r->fleet = fleet_with_center();
    r->hub = snapshot_hub_new(NULL, NULL);
    if (alarm_new(command, r->hub, KIT_NOW - 1, &r->alarm, &e) != RC_OK ||
        alarm_start(r->alarm, NULL, NULL, &e) != RC_OK)
        fail_msg("%s: %s", e.where, e.msg);
}

static void rig_heat(struct rig *r, int first, int count)
{
    char row[64];

    for (int i = first; i < first + count; i++) {
        snprintf(row, sizeof(row), "node n%d temperature_celsius=95", i);
        kit_rows(r->fleet, 0, 0, KIT_NOW, row);
    }
    snapshot_hub_publish(r->hub, fleet_publish(r->fleet, KIT_NOW + first * 1000));
    alarm_wake(r->alarm);
}

static void rig_down(struct rig *r)
{
    alarm_free(r->alarm);
    snapshot_hub_free(r->hub);
    fleet_free(r->fleet);
}

static void the_program_gets_words_and_an_environment(void **state)
{
    struct rig r;
    char path[64], got[600] = "";

    (void)state;
    rig_up(&r, "echo \"$#|$1|$3|$4|$6|$SUANTOP_ALERT_RULE\" >> \"$2/words\"");
    rig_heat(&r, 0, 1);
    assert_true(comes_to("words", 1));
    snprintf(path, sizeof(path), "%s/words", dir);
    FILE *f = fopen(path, "r");
    assert_non_null(fgets(got, sizeof(got), f));
    fclose(f);
    assert_string_equal(got, "7|one word|firing|critical|hot_node/n0|hot_node\n");
    rig_down(&r);
}

static void one_at_a_time_and_ten_at_once(void **state)
{
    struct rig r;
    mono_ms began = clock_mono();

    (void)state;
    rig_up(&r, "[ -e \"$2/lock\" ] && echo both >> \"$2/overlap\"; : > \"$2/lock\"; sleep 0.02; "
               "rm \"$2/lock\"; echo ran >> \"$2/many\"");
    rig_heat(&r, 0, 400);
    assert_true(comes_to("many", 10));
    pause_ms(300);
    long many = lines_of("many");
    assert_in_range(many, 10, 10 + (clock_mono() - began) / 2000); /* and one each two seconds */
    assert_int_equal(lines_of("overlap"), 0);
    mono_ms before = clock_mono();
    rig_down(&r);
    assert_true(clock_mono() - before < 60000); /* the rest of the 400 would take longer */
}

static void a_program_that_babbles_is_ended(void **state)
{
    struct rig r;

    (void)state;
    rig_up(
        &r,
        "echo began >> \"$2/babble\"; [ $6 = hot_node/n0 ] && exec yes; echo fine >> \"$2/after\"");
    rig_heat(&r, 0, 1);
    assert_true(comes_to("babble", 1));
    rig_heat(&r, 1, 1);
    assert_true(comes_to("after", 1));
    rig_down(&r);
}

static void the_end_does_not_wait_for_a_program_that_hangs(void **state)
{
    struct rig r;

    (void)state;
    rig_up(&r, "echo began >> \"$2/hang\"; trap '' TERM; sleep 600");
    rig_heat(&r, 0, 1);
    assert_true(comes_to("hang", 1));
    mono_ms before = clock_mono();
    rig_down(&r);
    assert_true(clock_mono() - before < 30000);
}

struct duty {
    _Atomic int is;
    _Atomic unsigned asked;
};

static enum alarm_duty as_told(void *arg)
{
    struct duty *d = arg;
    enum alarm_duty is = (enum alarm_duty)d->is;

    d->asked++;
    return is;
}

/* Until it looks, and asks before. A look before that one is over then. */
static void wait_until_asked(struct duty *d, unsigned times)
{
    for (int i = 0; i < 6000 && d->asked < times; i++)
        pause_ms(10);
    assert_true(d->asked >= times);
}

/* Who only reads the history tells nothing, nor later what the other one has told. */
static void of_several_processes_one_tells(void **state)
{
    struct rig r = {.fleet = fleet_with_center(), .hub = snapshot_hub_new(NULL, NULL)};
    struct err e = {0};
    char path[64], command[160];
    static struct duty duty;

    (void)state;
    duty.is = ALARM_LATER;
    write_script("echo $5 >> \"$1/duty\"", path);
    snprintf(command, sizeof(command), "%s %s", path, dir);
    assert_int_equal(alarm_new(command, r.hub, KIT_NOW - 1, &r.alarm, &e), RC_OK);
    assert_int_equal(alarm_start(r.alarm, as_told, &duty, &e), RC_OK);
    rig_heat(&r, 0, 1);
    wait_until_asked(&duty, 1);
    duty.is = ALARM_OURS; /* the history was just being opened */
    rig_heat(&r, 1, 1);
    assert_true(comes_to("duty", 2));
    duty.is = ALARM_OTHERS;
    unsigned asked = duty.asked;
    rig_heat(&r, 2, 1);
    wait_until_asked(&duty, asked + 1);
    duty.is = ALARM_OURS;
    alarm_wake(r.alarm);
    wait_until_asked(&duty, asked + 2);
    rig_heat(&r, 3, 1);
    assert_true(comes_to("duty", 3));
    pause_ms(100);
    assert_int_equal(lines_of("duty"), 3);
    rig_down(&r);
}

static void a_program_that_is_not_there(void **state)
{
    struct rig r = {.fleet = fleet_with_center(), .hub = snapshot_hub_new(NULL, NULL)};
    struct err e = {0};

    (void)state;
    assert_int_equal(alarm_new("'open", r.hub, 0, &r.alarm, &e), RC_SYNTAX);
    assert_int_equal(alarm_new(" ", r.hub, 0, &r.alarm, &e), RC_SYNTAX);
    assert_int_equal(alarm_new("/nowhere/at/all", r.hub, KIT_NOW - 1, &r.alarm, &e), RC_OK);
    assert_int_equal(alarm_start(r.alarm, NULL, NULL, &e), RC_OK);
    rig_heat(&r, 0, 3);
    pause_ms(50);
    rig_heat(&r, 3, 3);
    pause_ms(50);
    rig_down(&r);
}

static int make_dir(void **state)
{
    (void)state;
    return mkdtemp(dir) ? 0 : -1;
}

static int remove_dir(void **state)
{
    char command[80];

    (void)state;
    snprintf(command, sizeof(command), "rm -r %s", dir);
    return system(command);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_step_is_told_once),
        cmocka_unit_test(a_silence_keeps_it_back),
        cmocka_unit_test(old_news_is_none),
        cmocka_unit_test(a_name_is_never_an_option_or_a_control),
        cmocka_unit_test(what_is_gone_is_forgotten),
        cmocka_unit_test(the_program_gets_words_and_an_environment),
        cmocka_unit_test(one_at_a_time_and_ten_at_once),
        cmocka_unit_test(a_program_that_babbles_is_ended),
        cmocka_unit_test(the_end_does_not_wait_for_a_program_that_hangs),
        cmocka_unit_test(of_several_processes_one_tells),
        cmocka_unit_test(a_program_that_is_not_there),
    };

    return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
