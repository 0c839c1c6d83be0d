/* SPDX-License-Identifier: MIT
 * Devices in trouble: the alerts about them, and what their faults explain of a job's end. */
#include "model/fleet_int.h"
#include "model/rules.h"
#include "model/xid.h"
#include "tests/unit/model_events.h"
#include <math.h>

#define TABLE                                                                                      \
    "13 | application | graphics engine exception | tell the owner\n"                              \
    "63 | info | a row was remapped | nothing\n"                                                   \
    "79 | reboot | the GPU has fallen off the bus | drain and reboot the node\n"                   \
    "95 | reset | uncontained memory error | drain and reset the GPU\n"

static struct xid_table *table;

static int make_table(void **state)
{
    (void)state;
    table = xid_table_new();
    assert_int_equal(xid_table_add(table, TABLE, "xid.conf", NULL), RC_OK);
    return 0;
}

static int free_table(void **state)
{
    (void)state;
    xid_table_free(table);
    return 0;
}

static struct fleet *new_fleet(void)
{
    struct fleet *f = fleet_new(NULL);

    kit_rows(f, 0, UINT16_MAX, KIT_NOW, "center zb name=Z id=zb");
    fleet_set_xids(f, table);
    return f;
}

/* Source 2 is an exporter; it tells the same again every ten seconds, as an exporter does. */
static void tell(struct fleet *f, long seconds, const char *lines)
{
    kit_rows(f, 0, 2, tale_ms(seconds), lines);
}

static void assert_shows(struct fleet *f, long seconds, const char *id, const char *want, int line)
{
    struct snapshot *s = fleet_publish(f, tale_ms(seconds));
    const struct alert_row *a = kit_find(s, ENTITY_ALERT, 0, id);
    char got[512] = "-";

    if (a && row_has(a, alert, state))
        snprintf(got, sizeof got, "%s%s: %s",
                 a->state == alert_state_FIRING    ? "firing"
                 : a->state == alert_state_PENDING ? "pending"
                                                   : "resolved",
                 a->state == alert_state_RESOLVED   ? ""
                 : a->severity == severity_CRITICAL ? " critical"
                                                    : " warning",
                 intern_text(snapshot_strings(s), a->summary));
    if (strcmp(got, want) != 0)
        fail_msg("line %d: \"%s\", not \"%s\"", line, got, want);
    snapshot_unref(s);
}
#define SHOWS(f, seconds, id, want) assert_shows(f, seconds, id, want, __LINE__)

/* From one second to another; a publish every ten. */
static void go_on(struct fleet *f, long from, long to, const char *lines)
{
    for (long t = from; t <= to; t += 10) {
        tell(f, t, lines);
        fleet_tick(f, tale_ms(t));
        snapshot_unref(fleet_publish(f, tale_ms(t)));
    }
}

/* --- heat ------------------------------------------------------------------------------------- */

static void a_device_without_a_limit_has_the_usual_one(void **state)
{
    struct fleet *f = new_fleet();

    (void)state;
    go_on(f, 0, 20, "device cn1/3 temperature_celsius=85");
    SHOWS(f, 29, "hot_device/cn1/3", "pending warning: 85\302\260C, limit 85");
    SHOWS(f, 30, "hot_device/cn1/3", "firing warning: 85\302\260C, limit 85");
    struct snapshot *s = fleet_publish(f, tale_ms(30));
    const struct alert_row *a = kit_find(s, ENTITY_ALERT, 0, "hot_device/cn1/3");
    assert_string_equal(intern_text(snapshot_strings(s), a->node), "cn1");
    assert_string_equal(intern_text(snapshot_strings(s), a->device), "3");
    snapshot_unref(s);
    go_on(f, 40, 80, "device cn1/3 temperature_celsius=92");
    SHOWS(f, 80, "hot_device/cn1/3", "firing critical: 92\302\260C, limit 92");
    go_on(f, 90, 180, "device cn1/3 temperature_celsius=81"); /* not cool enough for an end */
    SHOWS(f, 180, "hot_device/cn1/3", "firing warning: 81\302\260C, limit 85");
    go_on(f, 190, 260, "device cn1/3 temperature_celsius=79");
    SHOWS(f, 260, "hot_device/cn1/3", "resolved: 79\302\260C, limit 85");
    fleet_free(f);
}

static void a_device_is_held_against_its_own_limit(void **state)
{
    struct fleet *f = new_fleet();

    (void)state;
    go_on(f, 0, 30,
          "device cn1/0 temperature_celsius=86 temperature_limit_celsius=92\n"
          "device cn1/1 temperature_celsius=70 temperature_limit_celsius=75\n"
          "device cn1/2 temperature_celsius=75 temperature_limit_celsius=75\n"
          "device cn1/4 temperature_headroom_celsius=6\n"
          "device cn1/5 temperature_headroom_celsius=5\n"
          "device cn1/6 temperature_headroom_celsius=0\n"
          "device cn1/7 temperature_headroom_celsius=-2 temperature_celsius=60");
    SHOWS(f, 30, "hot_device/cn1/0", "-");
    SHOWS(f, 30, "hot_device/cn1/1", "firing warning: 70\302\260C, limit 70");
    SHOWS(f, 30, "hot_device/cn1/2", "firing critical: 75\302\260C, limit 75");
    SHOWS(f, 30, "hot_device/cn1/4", "-");
    SHOWS(f, 30, "hot_device/cn1/5", "firing warning: 5 degrees below where it slows down");
    SHOWS(f, 30, "hot_device/cn1/6", "firing critical: 0 degrees past where it slows down");
    SHOWS(f, 30, "hot_device/cn1/7", "firing critical: 60\302\260C, limit 58");
    fleet_free(f);
}

static void what_may_be_old_neither_fires_nor_ends(void **state)
{
    struct fleet *f = new_fleet();

    (void)state;
    tell(f, 0, "device cn1/3 temperature_celsius=95\ndevice cn1/4 temperature_celsius=95");
    snapshot_unref(fleet_publish(f, tale_ms(0)));
    SHOWS(f, 200, "hot_device/cn1/3", "pending critical: 95\302\260C, limit 92");
    go_on(f, 210, 250, "device cn1/3 temperature_celsius=95");
    SHOWS(f, 250, "hot_device/cn1/3", "firing critical: 95\302\260C, limit 92");
    fleet_tick(f, tale_ms(900));
    SHOWS(f, 900, "hot_device/cn1/3", "firing critical: 95\302\260C, limit 92");
    fleet_free(f);
}

static void a_slice_is_not_hot_beside_its_device(void **state)
{
    struct fleet *f = new_fleet();

    (void)state;
    go_on(f, 0, 30, "device cn1/3 temperature_celsius=95 parent=GPU-1 mig=1g.10gb");
    SHOWS(f, 30, "hot_device/cn1/3", "-");
    fleet_free(f);
}

static void a_hot_hall_is_cheap_and_whole(void **state)
{
    struct fleet *f = new_fleet();
    struct snapshot *s;
    enum { DEVICES = 70000 }; /* more than are noted one by one */

    (void)state;
    for (int round = 0; round <= 30; round += 30) {
        struct delta *d = delta_new(0, 2, tale_ms(round), 0);
        for (int i = 0; i < DEVICES; i++) {
            char id[32];
            int len = snprintf(id, sizeof id, "cn%d%c%d", i / 8, 0, i % 8);
            delta_row(d, ENTITY_DEVICE, id, (size_t)len);
            delta_num(d, FIELD_device_temperature_celsius, 99);
        }
        assert_int_equal(fleet_apply(f, d, NULL), RC_OK);
        delta_free(d);
        snapshot_unref(fleet_publish(f, tale_ms(round)));
    }
    s = fleet_publish(f, tale_ms(31));
    assert_int_equal(snapshot_totals(s)->alerts_critical, DEVICES);
    snapshot_unref(s);
    fleet_free(f);
}

/* --- lost, throttled, worn ---------------------------------------------------------------------- */

static void a_lost_device_is_critical_at_once(void **state)
{
    struct fleet *f = new_fleet();

    (void)state;
    tell(f, 0, "device cn1/3 health=ok\ndevice cn1/4 health=unhealthy\ndevice cn1/5 health=Lost");
    SHOWS(f, 0, "device_lost/cn1/3", "-");
    SHOWS(f, 0, "device_lost/cn1/4", "-");
    SHOWS(f, 0, "device_lost/cn1/5", "firing critical: its health is: Lost");
    tell(f, 10, "device cn1/3 health=driver\\x20hung");
    SHOWS(f, 10, "device_lost/cn1/3", "firing critical: its health is: driver hung");
    tell(f, 20, "device cn1/3 health=ok\nremove device cn1/5");
    SHOWS(f, 20, "device_lost/cn1/3", "resolved: its health is: driver hung");
    SHOWS(f, 20, "device_lost/cn1/5", /* and now nobody lists it */
          "firing critical: it is told no more, while others of its node are");
    fleet_free(f);
}

/* Many exporters simply leave it out. */
static void a_device_that_is_told_no_more_beside_others(void **state)
{
    struct fleet *f = new_fleet();

    (void)state;
    tell(f, 0,
         "device cn1/3 model=x\ndevice cn1/4 model=x\ndevice cn2/0 model=x\ndevice cn2/1 model=x");
    tell(f, 10, "device cn1/3 model=x\nremove device cn1/4");
    tell(f, 10, "remove device cn2/0\nremove device cn2/1"); /* the whole page is another one */
    SHOWS(f, 10, "device_lost/cn1/4",
          "firing critical: it is told no more, while others of its node are");
    SHOWS(f, 10, "device_lost/cn1/3", "-");
    SHOWS(f, 10, "device_lost/cn2/0", "-");
    tell(f, 20, "device cn1/4 model=x health=ok");
    SHOWS(f, 20, "device_lost/cn1/4", "resolved: it is told no more, while others of its node are");
    tell(f, 30, "device cn1/3 model=x\nremove device cn1/4");
    SHOWS(f, 30, "device_lost/cn1/4",
          "firing critical: it is told no more, while others of its node are");
    SHOWS(f, 3629, "device_lost/cn1/4",
          "firing critical: it is told no more, while others of its node are");
    SHOWS(f, 3630, "device_lost/cn1/4",
          "resolved: it is told no more, while others of its node are");
    fleet_free(f);
}

static void heat_that_slows_a_device_down_for_a_minute(void **state)
{
    struct fleet *f = new_fleet();

    (void)state;
    go_on(
        f, 0, 50,
        "device cn1/3 throttle=hw_thermal,sw_power\ndevice cn1/4 throttle=sw_thermal,hw_slowdown");
    SHOWS(f, 59, "device_throttled/cn1/3", "pending warning: the hardware slows it down: too hot");
    tell(f, 60, "device cn1/3 throttle=hw_power_brake");
    SHOWS(f, 60, "device_throttled/cn1/3",
          "firing warning: the hardware slows it down: the power brake is on");
    SHOWS(f, 60, "device_throttled/cn1/4", "-");
    go_on(f, 70, 130, "device cn1/3 throttle=sw_power");
    SHOWS(f, 130, "device_throttled/cn1/3",
          "resolved: the hardware slows it down: the power brake is on");
    fleet_free(f);
}

static void rows_that_cannot_be_replaced(void **state)
{
    struct fleet *f = new_fleet();

    (void)state;
    tell(f, 0, "device cn1/3 remap_failed=yes remap_pending=yes\ndevice cn1/4 remap_pending=yes");
    SHOWS(f, 0, "remap_failed/cn1/3",
          "firing warning: memory rows could not be replaced: exchange the device");
    SHOWS(f, 0, "remap_failed/cn1/4", "-");
    fleet_free(f);
}

/* --- XIDs ------------------------------------------------------------------------------------- */

#define BUS "firing critical: XID 79: the GPU has fallen off the bus; drain and reboot the node"

static void an_xid_that_was_there_is_no_news(void **state)
{
    struct fleet *f = new_fleet();

    (void)state;
    tell(f, 0,
         "device cn1/3 xid_last=79\ndevice cn1/4 xid_last=79 xid_count=3\ndevice cn1/5 model=x");
    tell(f, 10, "device cn1/3 xid_last=79\ndevice cn1/4 xid_last=79 xid_count=3");
    SHOWS(f, 10, "xid/cn1/3", "-");
    SHOWS(f, 10, "xid/cn1/4", "-");
    tell(f, 20, "device cn1/3 xid_last=95");             /* another */
    tell(f, 20, "device cn1/4 xid_last=79 xid_count=4"); /* the same again */
    tell(f, 20, "device cn1/5 xid_last=79");             /* the first of all */
    SHOWS(f, 20, "xid/cn1/3",
          "firing critical: XID 95: uncontained memory error; drain and reset the GPU");
    SHOWS(f, 20, "xid/cn1/4", BUS);
    SHOWS(f, 20, "xid/cn1/5", BUS);
    go_on(f, 30, 3610, "device cn1/3 xid_last=95");
    SHOWS(f, 3619, "xid/cn1/3",
          "firing critical: XID 95: uncontained memory error; drain and reset the GPU");
    tell(f, 3620, "device cn1/3 xid_last=95");
    fleet_tick(f, tale_ms(3620));
    SHOWS(f, 3620, "xid/cn1/3",
          "resolved: XID 95: uncontained memory error; drain and reset the GPU");
    fleet_free(f);
}

static void the_time_of_an_xid_says_whether_it_is_news(void **state)
{
    struct fleet *f = new_fleet();

    (void)state;
    tell(f, 4000,
         "device cn1/3 xid_last=79 xid_at=1700000401000\n" /* T+401, an hour ago */
         "device cn1/4 xid_last=79 xid_at=1700000300000\n"
         "device cn1/5 xid_last=79 xid_at=1700999999000"); /* a clock that is wrong */
    SHOWS(f, 4000, "xid/cn1/3", BUS);
    SHOWS(f, 4000, "xid/cn1/4", "-");
    SHOWS(f, 4000, "xid/cn1/5", "-");
    tell(f, 4010, "device cn1/4 xid_last=79 xid_at=1700004005000"); /* once more */
    SHOWS(f, 4010, "xid/cn1/4", BUS);
    fleet_free(f);
}

static void the_class_of_an_xid_decides(void **state)
{
    struct fleet *f = new_fleet();

    (void)state;
    tell(f, 0, "device cn1/0 model=x\ndevice cn1/1 model=x\ndevice cn1/2 model=x");
    tell(f, 0, "device cn1/3 vendor=Cambricon\ndevice cn1/4 vendor=NVIDIA");
    tell(f, 5, "device cn1/0 xid_last=13\ndevice cn1/1 xid_last=63\ndevice cn1/2 xid_last=77");
    tell(f, 5, "device cn1/3 xid_last=79\ndevice cn1/4 xid_last=79");
    SHOWS(f, 5, "xid/cn1/0", "-");
    SHOWS(f, 5, "xid/cn1/1", "-");
    SHOWS(f, 5, "xid/cn1/2", "firing warning: XID 77, which is not in the table");
    SHOWS(f, 5, "xid/cn1/3", "firing warning: XID 79, which is not in the table");
    SHOWS(f, 5, "xid/cn1/4", BUS);
    tell(f, 10, "device cn1/2 xid_last=79");
    tell(f, 15, "device cn1/2 xid_last=77");
    SHOWS(f, 15, "xid/cn1/2", BUS); /* the worst of the hour */
    fleet_free(f);
}

/* The history told it; the gauge alone does not say when that was. */
static void an_alert_of_an_earlier_run_stands_for_its_hour(void **state)
{
    struct fleet *f = new_fleet();

    (void)state;
    kit_rows(f, 0, UINT16_MAX, tale_ms(0),
             "alert xid/cn1/3 rule=xid origin=suantop state=firing severity=critical summary=x "
             "node=cn1 device=3 since=1699999400000 fired_at=1699999400000"); /* T-600 */
    kit_rows(f, 0, UINT16_MAX, tale_ms(0),
             "alert device_lost/cn1/4 rule=device_lost origin=suantop state=firing "
             "severity=critical summary=y node=cn1 device=4 since=1699999400000\n"
             "alert device_lost/cn1/3 rule=device_lost origin=suantop state=firing "
             "severity=critical summary=z node=cn1 device=3 since=1699999400000");
    tell(f, 0, "device cn1/3 xid_last=79 health=ok");
    SHOWS(f, 1, "xid/cn1/3", "firing critical: x");
    SHOWS(f, 1, "device_lost/cn1/4", "firing critical: y");
    SHOWS(f, 1, "device_lost/cn1/3", "resolved: z"); /* it is back */
    go_on(f, 10, 2990, "device cn1/3 xid_last=79");
    SHOWS(f, 2999, "xid/cn1/3", "firing critical: x");
    SHOWS(f, 3000, "xid/cn1/3", "resolved: x");
    SHOWS(f, 3000, "device_lost/cn1/4", "resolved: y");
    fleet_free(f);
}

static void another_sources_old_xid_is_no_news(void **state)
{
    struct fleet *f = new_fleet();

    (void)state;
    struct delta *d = delta_new(0, 2, KIT_NOW, 0);
    d->rank[1] = 6;
    assert_int_equal(fleet_apply(f, d, NULL), RC_OK);
    delta_free(d);
    tell(f, 0, "device cn1/3 model=x");
    kit_rows(f, 0, 3, tale_ms(5), "device cn1/3 xid_last=79"); /* it joins */
    SHOWS(f, 5, "xid/cn1/3", "-");
    tell(f, 10,
         "device cn1/3 xid_last=95"); /* the same device, and it is the first word of this one */
    SHOWS(f, 10, "xid/cn1/3", "-");
    kit_rows(f, 0, 3, tale_ms(60), "device cn1/3 xid_last=79"); /* the other is late */
    SHOWS(f, 60, "xid/cn1/3", "-");
    kit_rows(f, 0, 3, tale_ms(70), "device cn1/3 xid_last=95");
    SHOWS(f, 70, "xid/cn1/3",
          "firing critical: XID 95: uncontained memory error; drain and reset the GPU");
    fleet_free(f);
}

/* --- evidence --------------------------------------------------------------------------------- */

#define RUNNING                                                                                    \
    "job 14 state=running raw_state=RUNNING name=train user=ann restarts=0 submitted_at=T-9000 "   \
    "started_at=T-7200 nodes=cn[1-2] node_count=2 devices_allocated=16"
#define WAITING                                                                                    \
    "job 14 state=queued raw_state=PENDING restarts=1 submitted_at=T+20 started_at=? nodes=? "     \
    "devices_allocated=?"
#define FAILED "job 14 state=failed raw_state=FAILED ended_at=T+20"
#define NODES "node cn1 state=allocated\nnode cn2 state=allocated"
#define ID "14@1699992800"
#define WHO "id cause node device evidence"
#define BLAMED "id=" ID " cause=device node=cn2 device=3 evidence="

static struct tale begin(void)
{
    struct tale t = tale_begin();

    fleet_set_xids(t.f, table);
    tale_at(&t, 0, NODES "\n" RUNNING);
    tell(t.f, 0,
         "device cn1/0 health=ok\ndevice cn2/3 health=ok\ndevice cn2/4 health=ok\ndevice cn7/3 "
         "health=ok");
    return t;
}

static void an_xid_before_the_end_is_evidence(void **state)
{
    struct tale t = begin();

    (void)state;
    tell(t.f, 15, "device cn2/3 xid_last=79");
    tale_at(&t, 40, WAITING);
    tale_expect(&t, ENTITY_INTERRUPTION, WHO, BLAMED "XID 79 on cn2/3\n");
    tale_expect(&t, ENTITY_HOUR, "by_device by_unknown", "by_device=1 by_unknown=0\n");
    tale_end(&t);
}

static void the_xid_may_be_told_later(void **state)
{
    struct tale t = begin();

    (void)state;
    tale_at(&t, 40, WAITING);
    tale_expect(&t, ENTITY_INTERRUPTION, "cause device", "cause=unknown device=?\n");
    tell(t.f, 50, "device cn2/3 xid_last=79");
    tale_pass(&t, 60);
    tale_expect(&t, ENTITY_INTERRUPTION, WHO, BLAMED "XID 79 on cn2/3\n");
    tale_end(&t);
}

static void a_device_that_vanished_is_evidence(void **state)
{
    struct tale t = begin();

    (void)state;
    tell(t.f, 15, "device cn2/4 health=ok\nremove device cn2/3");
    tale_at(&t, 40, WAITING);
    tale_expect(&t, ENTITY_INTERRUPTION, WHO, BLAMED "GPU lost on cn2/3\n");
    tale_end(&t);
}

static void a_node_that_fails_by_its_device(void **state)
{
    for (int late = 0; late < 2; late++) {
        struct tale t = begin();
        (void)state;
        if (!late)
            tell(t.f, 10, "device cn2/3 health=lost");
        tale_at(&t, 30, "node cn2 state=down reason=Not_responding reason_at=T+25");
        tale_at(&t, 40, "job 14 state=interrupted raw_state=NODE_FAIL ended_at=T+30");
        if (late)
            tell(t.f, 45, "device cn2/3 health=lost");
        tale_pass(&t, 60);
        tale_expect(&t, ENTITY_INTERRUPTION, "cause node device evidence",
                    "cause=device node=cn2 device=3 evidence=scheduler: node failed, cn2 down; GPU "
                    "lost on cn2/3\n");
        tale_end(&t);
    }
}

static void what_is_no_evidence(void **state)
{
    static const char *const told[] = {
        "device cn2/3 xid_last=13", /* the program's own fault */
        "device cn7/3 xid_last=79", /* not its node */
        "device cn2/3 xid_last=99", /* nobody knows what that means */
        "device cn2/3 xid_last=79 job=15",
    };

    (void)state;
    for (int i = 0; i < 4; i++) {
        struct tale t = begin();
        tale_at(&t, 0, "job 15 state=running started_at=T-100 nodes=cn2 devices_allocated=1");
        tell(t.f, 15, told[i]);
        tale_at(&t, 40, WAITING);
        tale_pass(&t, 60);
        tale_expect(&t, ENTITY_INTERRUPTION, "cause device", "cause=unknown device=?\n");
        tale_end(&t);
    }
}

/* Exporters tell the number of an array's task, lists its name. */
static void the_device_of_a_task_is_its_own(void **state)
{
    static const struct {
        const char *told, *cause;
    } cases[] = {{"device cn2/3 xid_last=79 job=21", "cause=device device=3\n"},
                 {"device cn2/3 xid_last=79 job=22", "cause=unknown device=?\n"}};

    (void)state;
    for (int i = 0; i < 2; i++) {
        struct tale t = begin();
        tale_at(&t, 0,
                "job 20_1 raw_id=21 state=running started_at=T-100 nodes=cn[1-2] restarts=0 "
                "devices_allocated=2\n"
                "job 20_2 raw_id=22 state=running started_at=T-100 nodes=cn2 devices_allocated=1");
        tell(t.f, 15, cases[i].told);
        tale_at(&t, 40,
                "job 20_1 state=queued raw_state=PENDING restarts=1 started_at=? nodes=? "
                "devices_allocated=?");
        tale_pass(&t, 60);
        tale_expect(&t, ENTITY_INTERRUPTION, "cause device", cases[i].cause);
        tale_end(&t);
    }
}

static void a_fault_long_before_or_of_no_device_of_it_explains_nothing(void **state)
{
    struct tale t = begin();

    (void)state;
    tell(t.f, 15, "device cn2/3 xid_last=79");
    tale_at(&t, 20,
            "job 20 state=running started_at=T+17 nodes=cn2 devices_allocated=1 restarts=0\n"
            "job 21 state=running started_at=T+1 nodes=cn2 devices_allocated=0 restarts=0");
    tale_at(&t, 40,
            "job 20 state=queued restarts=1 submitted_at=T+30\n"
            "job 21 state=queued restarts=1 submitted_at=T+30");
    tale_pass(&t, 700);
    tale_at(&t, 700, "job 14 state=queued raw_state=PENDING restarts=1 submitted_at=T+690");
    tale_expect(&t, ENTITY_INTERRUPTION, "job cause",
                "job=20 cause=unknown\njob=21 cause=unknown\njob=14 cause=unknown\n");
    tale_end(&t);
}

static void the_device_of_the_failed_node_is_blamed(void **state)
{
    struct tale t = begin();

    (void)state;
    tell(t.f, 10, "device cn1/0 xid_last=95");
    tell(t.f, 15, "device cn2/3 xid_last=79");
    tale_at(&t, 40, "job 14 state=interrupted raw_state=NODE_FAIL ended_at=T+20 failed_node=cn2");
    tale_expect(&t, ENTITY_INTERRUPTION, "cause node device", "cause=device node=cn2 device=3\n");
    tale_end(&t);
}

static void a_plain_failure_is_an_interruption_when_its_device_broke(void **state)
{
    for (int when = 0; when < 3; when++) {
        struct tale t = begin();
        (void)state;
        if (when == 0)
            tell(t.f, 15, "device cn2/3 xid_last=79");
        tale_pass(&t, 40);
        tale_at(&t, 40, FAILED);
        tale_expect(&t, ENTITY_INTERRUPTION, "cause", when == 0 ? "cause=device\n" : "");
        if (when)
            tell(t.f, when == 1 ? 50 : 330, "device cn2/3 health=ok");
        if (when)
            tell(t.f, when == 1 ? 50 : 330, "device cn2/3 xid_last=79");
        tale_pass(&t, when == 2 ? 340 : 60);
        tale_expect(&t, ENTITY_INTERRUPTION, WHO " outcome resolved at",
                    when == 2 ? ""
                              : BLAMED "XID 79 on cn2/3 outcome=failed resolved=yes at=T+20\n");
        tale_pass(&t, when == 2 ? 345 : 65);
        tale_end(&t);
    }
}

static void a_program_that_fails_by_itself_is_none(void **state)
{
    struct tale t = begin();

    (void)state;
    tell(t.f, 15, "device cn2/3 xid_last=13");
    tale_at(&t, 40, FAILED);
    tale_pass(&t, 100);
    tale_expect(&t, ENTITY_INTERRUPTION, "cause", "");
    tale_end(&t);
}

static void accounting_does_not_take_it_back(void **state)
{
    struct tale t = begin();

    (void)state;
    tell(t.f, 15, "device cn2/3 xid_last=79");
    tale_at(&t, 40, FAILED);
    tale_pass(&t, 300);
    tale_at(&t, 300,
            "attempt " ID " job=14 name=train user=ann started_at=T-7200 nodes=cn[1-2] "
            "node_count=2 devices=16 end=failed ended_at=T+19");
    tale_expect(&t, ENTITY_INTERRUPTION, "cause node device at seen_by",
                "cause=device node=cn2 device=3 at=T+19 seen_by=accounting\n");
    tale_pass(&t, 4000); /* the fault is forgotten, and accounting tells all of its window again */
    tale_at(&t, 4000,
            "attempt " ID " job=14 name=train user=ann started_at=T-7200 nodes=cn[1-2] "
            "node_count=2 devices=16 end=failed ended_at=T+19");
    tale_expect(&t, ENTITY_INTERRUPTION, "cause node device", "cause=device node=cn2 device=3\n");
    tale_expect(&t, ENTITY_HOUR, "by_device", "by_device=1\n");
    tale_end(&t);
}

static void faults_are_forgotten_and_bounded(void **state)
{
    struct fleet *f = new_fleet();

    (void)state;
    for (int i = 0; i < FAULTS_MAX + 100; i++) {
        char line[64];
        snprintf(line, sizeof line, "device cn%d/0 model=x", i);
        tell(f, 0, line);
        snprintf(line, sizeof line, "device cn%d/0 xid_last=79", i);
        tell(f, 1 + i / 100, line);
    }
    assert_int_equal(f->faults.count, FAULTS_MAX);
    tell(f, 45, "device cn0/0 xid_last=13"); /* is no fault of the device */
    assert_int_equal(f->faults.count, FAULTS_MAX);
    for (uint32_t i = 0; i < f->faults.count; i++)
        assert_int_equal(f->faults.list[i].xid, 79);
    fleet_tick(f, tale_ms(3600 + 20));
    assert_true(f->faults.count > 0 && f->faults.count < FAULTS_MAX);
    fleet_tick(f, tale_ms(7300));
    assert_int_equal(f->faults.count, 0);
    fleet_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_device_without_a_limit_has_the_usual_one),
        cmocka_unit_test(a_device_is_held_against_its_own_limit),
        cmocka_unit_test(what_may_be_old_neither_fires_nor_ends),
        cmocka_unit_test(a_slice_is_not_hot_beside_its_device),
        cmocka_unit_test(a_hot_hall_is_cheap_and_whole),
        cmocka_unit_test(a_lost_device_is_critical_at_once),
        cmocka_unit_test(a_device_that_is_told_no_more_beside_others),
        cmocka_unit_test(heat_that_slows_a_device_down_for_a_minute),
        cmocka_unit_test(rows_that_cannot_be_replaced),
        cmocka_unit_test(an_xid_that_was_there_is_no_news),
        cmocka_unit_test(the_time_of_an_xid_says_whether_it_is_news),
        cmocka_unit_test(the_class_of_an_xid_decides),
        cmocka_unit_test(an_alert_of_an_earlier_run_stands_for_its_hour),
        cmocka_unit_test(another_sources_old_xid_is_no_news),
        cmocka_unit_test(an_xid_before_the_end_is_evidence),
        cmocka_unit_test(the_xid_may_be_told_later),
        cmocka_unit_test(a_device_that_vanished_is_evidence),
        cmocka_unit_test(a_node_that_fails_by_its_device),
        cmocka_unit_test(what_is_no_evidence),
        cmocka_unit_test(the_device_of_a_task_is_its_own),
        cmocka_unit_test(a_fault_long_before_or_of_no_device_of_it_explains_nothing),
        cmocka_unit_test(the_device_of_the_failed_node_is_blamed),
        cmocka_unit_test(a_plain_failure_is_an_interruption_when_its_device_broke),
        cmocka_unit_test(a_program_that_fails_by_itself_is_none),
        cmocka_unit_test(accounting_does_not_take_it_back),
        cmocka_unit_test(faults_are_forgotten_and_bounded),
    };

    return cmocka_run_group_tests(tests, make_table, free_table);
}
