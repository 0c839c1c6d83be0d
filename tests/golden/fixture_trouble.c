/* SPDX-License-Identifier: MIT
 * fixture_trouble.c - what went wrong in the fixture fleet: interruptions, attempts, outages, hours and alerts,
 * as rows by delta; see fixture_fleet.h. The offenders follow from them. */
#include "tests/golden/fixture_trouble.h"
#include "tests/golden/fixture_fleet.h"
#include <stdio.h>
#include <string.h>

enum { ZB, TJ, GZ, QY, EDGE };
#define MINUTE (INT64_C(60) * 1000)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)
#define CAUSE(id) interruption_cause_##id
#define OUTCOME(id) interruption_outcome_##id

static void apply(struct fleet *f, struct delta *d)
{
    fleet_apply(f, d, NULL);
    delta_free(d);
}

static struct delta *about(uint16_t center)
{
    return delta_new(center, UINT16_MAX, FIXTURE_NOW - MINUTE, 0);
}

static void row(struct delta *d, enum entity e, const char *id)
{
    delta_row(d, e, id, strlen(id));
}

/* --- interruptions --- */

struct hit {
    uint16_t center;
    const char *job, *name, *user, *pool;
    int ago, ran; /* minutes: when it happened, and how long the attempt had run */
    uint8_t cause;
    const char *evidence, *node, *device;
    double devices, nodes;
    const char *nodelist;
    double attempt, lost, ceiling;
    uint8_t outcome;
    int again; /* minutes ago: since when; 0 = since it happened */
    bool resolved, acknowledged;
    const char *note;
};

static const struct hit hits[] = {
    {ZB, "8850007", "pangu-moe-1t", "wang", "h800-train", 5, 40, CAUSE(NODE),
     "zb-g0004 NOT_RESPONDING", "zb-g0004", NULL, 256, 32, "zb-g[0001-0032]", 3, 149.3, 170.7,
     OUTCOME(WAITING)},
    {ZB,
     "8850015",
     "telechat-52b",
     "li",
     "h800-train",
     9,
     640,
     CAUSE(DEVICE),
     "XID 79 zb-g0007/5",
     "zb-g0007",
     "5",
     128,
     16,
     "zb-g[0001-0016]",
     2,
     74.7,
     1365.3,
     OUTCOME(RUNNING),
     4,
     true},
    {ZB, "8850014", "pangu-sft", "zhao", "h800-train", 16, 95, CAUSE(DEVICE), "XID 48 zb-g0009/3",
     "zb-g0009", "3", 64, 8, "zb-g[0009-0016]", 1, 37.3, 101.3, OUTCOME(WAITING)},
    {ZB, "8850031", "qwen-long-ctx", "chen", "h800-pre", 23, 310, CAUSE(PREEMPTED),
     "by 8841212 qos=urgent", NULL, NULL, 96, 12, "zb-g[0033-0044]", 2, 56, 496, OUTCOME(WAITING)},
    {EDGE,
     "771204",
     "边缘推理-校准",
     "sun",
     "edge",
     27,
     12,
     CAUSE(EVICTED),
     "PDB drain sh2",
     "sh2",
     NULL,
     4,
     1,
     "sh2",
     1,
     0.4,
     0.8,
     OUTCOME(RUNNING),
     25,
     true},
    {TJ, "90385", "cfd-aero-3d", "li", "work", 36, 190, CAUSE(NODE), "cn015 power", "cn015", NULL,
     0, 8, "cn[008-015]", 1, -1, -1, OUTCOME(WAITING)},
    {ZB, "8840955", "telechat-sft", "zhao", "h800-train", 62, 55, CAUSE(NODE),
     "zb-g0004 NOT_RESPONDING", "zb-g0004", NULL, 128, 16, "zb-g[0001-0016]", 4, 69.3, 117.3,
     OUTCOME(HELD)},
    {ZB,
     "8850048",
     "yi-34b-dpo",
     "li",
     "h800-train",
     80,
     2000,
     CAUSE(OPERATOR),
     "requeued by li (ticket 4471)",
     NULL,
     NULL,
     64,
     8,
     "zb-g[0017-0024]",
     1,
     0,
     2133.3,
     OUTCOME(RUNNING),
     71,
     true},
    {ZB, "8839112", "qwen-long", "wang", "h800-train", 97, 333, CAUSE(DEVICE), "ECC DBE zb-g0031/0",
     "zb-g0031", "0", 128, 16, "zb-g[0017-0032]", 2, 74.7, 710.4, OUTCOME(FAILED), 90},
    {GZ,          "5512_7",    "baichuan-3", "zhou",        "gpu", 116, 71,
     CAUSE(NODE), "gz03 DOWN", "gz03",       NULL,          64,    8,   "gz[01-08]",
     2,           37.3,        75.7,         OUTCOME(DONE), 30,    true},
    {ZB,
     "8838420",
     "glm-5-pretrain",
     "chen",
     "h800-train",
     130,
     1840,
     CAUSE(NODE),
     "zb-g0004 NOT_RESPONDING",
     "zb-g0004",
     NULL,
     384,
     48,
     "zb-g[0001-0048]",
     5,
     224,
     11776,
     OUTCOME(RUNNING),
     118,
     true,
     true,
     "power feed B, see 4471"},
    {TJ, "90391", "cfd-wing", "li", "work", 410, 25, CAUSE(UNKNOWN), "end unseen, restarts 1 -> 2",
     NULL, NULL, 0, 2, "cn[020-021]", 2, -1, -1, OUTCOME(LOST), 400},
    {ZB,
     "8837001",
     "eval-\033[31m\xe2\x80\xaegsm8k",
     "sun",
     "h800-pre",
     800,
     45,
     CAUSE(PREEMPTED),
     "by 8841213 qos=urgent",
     NULL,
     NULL,
     8,
     1,
     "zb-g0033",
     1,
     4.7,
     6,
     OUTCOME(CANCELLED),
     790,
     true},
    {ZB, "8836555", "pangu-moe-1t", "wang", "h800-train", 1300, 700, CAUSE(NODE),
     "zb-g0017 Prolog error", "zb-g0017", NULL, 256, 32, "zb-g[0001-0032]", 2, 149.3, 2986.7,
     OUTCOME(WAITING)},
};

static void hit_fields(struct delta *d, const struct hit *h, wall_ms at)
{
    delta_str(d, FIELD_interruption_job, h->job);
    delta_str(d, FIELD_interruption_name, h->name);
    delta_str(d, FIELD_interruption_user, h->user);
    delta_str(d, FIELD_interruption_account, "llm");
    delta_str(d, FIELD_interruption_pool, h->pool);
    delta_num(d, FIELD_interruption_attempt, h->attempt);
    delta_time(d, FIELD_interruption_started_at, at - h->ran * MINUTE);
    delta_time(d, FIELD_interruption_at, at);
    delta_int(d, FIELD_interruption_cause, h->cause);
    delta_int(d, FIELD_interruption_planned, h->cause == CAUSE(OPERATOR));
    delta_str(d, FIELD_interruption_evidence, h->evidence);
    delta_int(d, FIELD_interruption_counted, true);
    delta_int(d, FIELD_interruption_seen_by,
              h->cause == CAUSE(UNKNOWN) ? seen_by_RESTARTS : seen_by_LIVE);
    delta_str(d, FIELD_interruption_node, h->node);
    delta_str(d, FIELD_interruption_device, h->device);
    delta_num(d, FIELD_interruption_devices, h->devices);
    delta_num(d, FIELD_interruption_cpus, h->nodes * 64);
    delta_num(d, FIELD_interruption_node_count, h->nodes);
    delta_str(d, FIELD_interruption_nodes, h->nodelist);
    if (h->lost >= 0) {
        delta_num(d, FIELD_interruption_gpu_hours_lost, h->lost);
        delta_num(d, FIELD_interruption_gpu_hours_lost_ceiling, h->ceiling);
    }
}

static void hit_sequel(struct delta *d, const struct hit *h, wall_ms at)
{
    wall_ms since = h->again > 0 ? FIXTURE_NOW - h->again * MINUTE : at;

    delta_int(d, FIELD_interruption_outcome, h->outcome);
    delta_time(d, FIELD_interruption_outcome_at, since);
    if (h->outcome == OUTCOME(RUNNING))
        delta_time(d, FIELD_interruption_resumed_at, since);
    delta_int(d, FIELD_interruption_resolved, h->resolved);
    if (!h->acknowledged)
        return;
    delta_time(d, FIELD_interruption_acknowledged_at, since + MINUTE);
    delta_str(d, FIELD_interruption_acknowledged_by, "chen");
    delta_str(d, FIELD_interruption_note, h->note);
}

static void interruption(struct fleet *f, const struct hit *h)
{
    wall_ms at = FIXTURE_NOW - h->ago * MINUTE;
    struct delta *d = about(h->center);
    char id[64];

    snprintf(id, sizeof id, "%s@%lld", h->job, (long long)((at - h->ran * MINUTE) / 1000));
    row(d, ENTITY_INTERRUPTION, id);
    hit_fields(d, h, at);
    hit_sequel(d, h, at);
    apply(f, d);
}

/* What makes zb-g0004 an offender: once in some days, all over by now. */
static void old_interruptions(struct fleet *f)
{
    char job[16];

    for (int k = 0; k < 18; k++) {
        snprintf(job, sizeof job, "%d", 8800000 + k * 977);
        interruption(f, &(struct hit){ZB,
                                      job,
                                      k % 3 ? "pangu-moe-1t" : "glm-5-pretrain",
                                      "wang",
                                      "h800-train",
                                      1600 + k * 2000,
                                      400 + k * 13,
                                      k % 4 == 3 ? CAUSE(DEVICE) : CAUSE(NODE),
                                      k % 2 ? "zb-g0004 NOT_RESPONDING" : "zb-g0007 XID 79",
                                      k % 2 ? "zb-g0004" : "zb-g0007",
                                      NULL,
                                      256,
                                      32,
                                      "zb-g[0001-0032]",
                                      1 + k % 4,
                                      149.3,
                                      1706.7,
                                      OUTCOME(DONE),
                                      1500 + k * 2000,
                                      true,
                                      false,
                                      NULL});
    }
}

/* --- attempts and outages --- */

static void attempt(struct delta *d, const char *job, double number, int began, int ended,
                    uint8_t end, const char *nodes, const char *blamed)
{
    wall_ms start = FIXTURE_NOW - began * MINUTE;
    char id[64];

    snprintf(id, sizeof id, "%s@%lld", job, (long long)(start / 1000));
    row(d, ENTITY_ATTEMPT, id);
    delta_str(d, FIELD_attempt_job, job);
    delta_num(d, FIELD_attempt_number, number);
    delta_time(d, FIELD_attempt_started_at, start);
    delta_time(d, FIELD_attempt_ended_at, ended > 0 ? FIXTURE_NOW - ended * MINUTE : 0);
    delta_int(d, FIELD_attempt_end, end);
    delta_str(d, FIELD_attempt_nodes, nodes);
    delta_num(d, FIELD_attempt_node_count, 32);
    delta_num(d, FIELD_attempt_devices, 256);
    delta_str(d, FIELD_attempt_failed_node, blamed);
    delta_int(d, FIELD_attempt_seen_by, seen_by_ACCOUNTING);
}

static void attempts(struct fleet *f)
{
    struct delta *d = about(ZB);

    attempt(d, "8850007", 1, 900, 480, attempt_end_PREEMPTED, "zb-g[0001-0032]", NULL);
    attempt(d, "8850007", 2, 470, 60, attempt_end_NODE_FAIL, "zb-g[0001-0032]", "zb-g0017");
    attempt(d, "8850007", 3, 45, 5, attempt_end_NODE_FAIL, "zb-g[0001-0032]", "zb-g0004");
    attempt(d, "8850015", 1, 1500, 660, attempt_end_NODE_FAIL, "zb-g[0001-0016]", "zb-g0004");
    attempt(d, "8850015", 2, 649, 9, attempt_end_NODE_FAIL, "zb-g[0001-0016]", "zb-g0007");
    attempt(d, "8850015", 3, 4, 0, attempt_end_RUNNING, "zb-g[0017-0032]", NULL);
    apply(f, d);
}

static void outage(struct delta *d, const char *node, int began, int ended, uint8_t kind,
                   const char *reason, const char *by)
{
    wall_ms start = FIXTURE_NOW - began * MINUTE;
    char id[64];

    snprintf(id, sizeof id, "%s@%lld", node, (long long)(start / 1000));
    row(d, ENTITY_OUTAGE, id);
    delta_str(d, FIELD_outage_node, node);
    delta_time(d, FIELD_outage_began_at, start);
    delta_time(d, FIELD_outage_ended_at, ended > 0 ? FIXTURE_NOW - ended * MINUTE : 0);
    delta_int(d, FIELD_outage_kind, kind);
    delta_str(d, FIELD_outage_reason, reason);
    delta_str(d, FIELD_outage_reason_by, by);
    delta_num(d, FIELD_outage_devices, 8);
}

static void outages(struct fleet *f)
{
    struct delta *d = about(ZB);

    outage(d, "zb-g0004", 9, 0, outage_kind_DOWN, "Not responding", "root");
    outage(d, "zb-g0004", 4300, 4100, outage_kind_DOWN, "Not responding", "root");
    outage(d, "zb-g0007", 4560, 0, outage_kind_DRAINED, "suantop:4471 chen XID 79", "chen");
    outage(d, "zb-g0009", 50, 0, outage_kind_DRAINED, "row remap pending", "wang");
    apply(f, d);
}

/* --- hours --- */

static void hour(struct delta *d, int ago, int k)
{
    wall_ms begin = (FIXTURE_NOW / HOUR - ago) * HOUR;
    bool storm = ago >= 3 && ago <= 5;
    char id[32];

    time_rfc3339(begin, id);
    id[13] = '\0'; /* 2026-11-22T11 */
    row(d, ENTITY_HOUR, id);
    delta_time(d, FIELD_hour_begins_at, begin);
    delta_num(d, FIELD_hour_observed_seconds, 3600);
    delta_num(d, FIELD_hour_node_hours, 64);
    delta_num(d, FIELD_hour_device_hours, 512);
    delta_num(d, FIELD_hour_device_hours_allocated, 470);
    delta_num(d, FIELD_hour_by_node, k % 5 + storm * 9);
    delta_num(d, FIELD_hour_by_device, k % 3 + storm);
    delta_num(d, FIELD_hour_by_preemption, k % 7 == 2 ? 4 : k % 4);
    delta_num(d, FIELD_hour_by_operator, k % 11 == 0);
    delta_num(d, FIELD_hour_by_eviction, 0);
    delta_num(d, FIELD_hour_by_unknown, k % 13 == 5);
    delta_num(d, FIELD_hour_planned, k % 11 == 0);
    delta_num(d, FIELD_hour_ended_oom, k % 3);
    delta_num(d, FIELD_hour_ended_time_limit, k % 4);
    delta_num(d, FIELD_hour_ended_failed, 3 + k % 9);
    delta_num(d, FIELD_hour_ended_done, 40 + k % 17);
    delta_num(d, FIELD_hour_gpu_hours_lost, 20.0 * (k % 5 + k % 3 + storm * 10));
    delta_num(d, FIELD_hour_gpu_hours_lost_ceiling, 150.0 * (k % 5 + k % 3 + storm * 10));
}

static void hours(struct fleet *f)
{
    struct delta *d = about(ZB);

    for (int ago = 0; ago < 20 * 24; ago++)
        hour(d, ago, ago * 7 % 31);
    apply(f, d);
}

/* --- alerts --- */

struct alarm {
    uint16_t center;
    const char *id, *rule;
    uint8_t severity, state;
    const char *summary, *node, *device;
    double value, limit;
    int since, ended; /* minutes ago */
    int acked, silenced;
    const char *note;
};

/* What a source told is resolved as soon as there is no such source. */
static const char *told_by(uint16_t center)
{
    static const char *const sources[] = {[ZB] = "slurm zhangbei",
                                          [TJ] = "slurm tianjin",
                                          [GZ] = "slurm guangzhou",
                                          [QY] = "slurm qingyang",
                                          [EDGE] = "slurm shanghai"};

    return sources[center];
}

static void alert(struct fleet *f, const struct alarm *a)
{
    struct delta *d = about(a->center);

    row(d, ENTITY_ALERT, a->id);
    delta_str(d, FIELD_alert_rule, a->rule);
    delta_int(d, FIELD_alert_severity, a->severity);
    delta_int(d, FIELD_alert_state, a->state);
    delta_str(d, FIELD_alert_origin,
              strncmp(a->id, "am/", 3) == 0 ? told_by(a->center) : "suantop");
    delta_str(d, FIELD_alert_summary, a->summary);
    delta_str(d, FIELD_alert_node, a->node);
    delta_str(d, FIELD_alert_device, a->device);
    if (a->value > 0)
        delta_num(d, FIELD_alert_value, a->value);
    if (a->limit > 0)
        delta_num(d, FIELD_alert_threshold, a->limit);
    delta_time(d, FIELD_alert_since, FIXTURE_NOW - a->since * MINUTE);
    delta_time(d, FIELD_alert_fired_at, FIXTURE_NOW - (a->since - 1) * MINUTE);
    delta_time(d, FIELD_alert_resolved_at, a->ended > 0 ? FIXTURE_NOW - a->ended * MINUTE : 0);
    if (a->acked > 0) {
        delta_time(d, FIELD_alert_acknowledged_at, FIXTURE_NOW - a->acked * MINUTE);
        delta_str(d, FIELD_alert_acknowledged_by, "wang");
    }
    if (a->silenced > 0) {
        delta_time(d, FIELD_alert_silenced_until, FIXTURE_NOW + a->silenced * MINUTE);
        delta_str(d, FIELD_alert_silenced_by, "li");
    }
    delta_str(d, FIELD_alert_note, a->note);
    apply(f, d);
}

static void alerts(struct fleet *f)
{
    static const struct alarm all[] = {
        {ZB, "hot_node/zb-g0012", "hot_node", severity_CRITICAL, alert_state_FIRING,
         "91\302\260C at GPU 3, limit 90", "zb-g0012", NULL, 91, 90, 6},
        {ZB, "hot_node/zb-g0009", "hot_node", severity_WARNING, alert_state_FIRING,
         "86\302\260C at GPU 3, limit 80", "zb-g0009", NULL, 86, 80, 22},
        {ZB, "am/power-feed-b", "PowerFeedDown", severity_CRITICAL, alert_state_FIRING,
         "power feed B of hall 2 is down: 11 racks on one feed", NULL, NULL, 11, 0, 130, 0, 100, 0,
         "vendor called, see 4471"},
        {TJ, "am/cn011/fan", "FanSlow", severity_WARNING, alert_state_FIRING, "fan 3 turns slowly",
         "cn011", NULL, 900, 1200, 900, 0, 30},
        {EDGE, "am/sh2/disk", "DiskFull", severity_WARNING, alert_state_FIRING,
         "/scratch is 94 % full", "sh2", NULL, 94, 90, 20, 0, 0, 40, "cleaned on Monday"},
        {ZB, "am/zb-g0007/5", "XidError", severity_CRITICAL, alert_state_RESOLVED,
         "XID 79: the GPU fell off the bus", "zb-g0007", "5", 0, 0, 200, 31},
        {ZB, "am/old", "Old", severity_WARNING, alert_state_RESOLVED, "ended long ago", NULL, NULL,
         0, 0, 800, 95},
        {GZ, "am/\033[2Jgz03", "Bad\xe2\x80\xaeName", severity_WARNING, alert_state_PENDING,
         "\033]0;owned\007 not for long enough yet", "gz03", NULL, 3, 2, 1},
    };

    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        alert(f, &all[i]);
}

void fixture_trouble(struct fleet *f)
{
    for (size_t i = 0; i < sizeof hits / sizeof hits[0]; i++)
        interruption(f, &hits[i]);
    old_interruptions(f);
    attempts(f);
    outages(f);
    hours(f);
    alerts(f);
}
