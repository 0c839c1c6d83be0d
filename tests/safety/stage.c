/* SPDX-License-Identifier: MIT
 * stage.c - see stage.h. */
#include "tests/safety/stage.h"
#include "tests/safety/fake_term.h"
#include "base/text.h"
#include "base/xmem.h"
#include "ui/acting.h"
#include "ui/command.h"
#include "ui/frame.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { INTERVAL_MS = 30000, POOLS = 2, DEVICES = 8 };

/* --- the fleet --- */

static const struct {
    const char *id, *name, *cluster, *prefix;
} places[STAGE_CENTERS] = {
    {"zhangbei", "张北智算中心", "zb-main", "zb-g"},
    {"tianjin", "国家超级计算天津中心", "tj", "cn"},
    {"qingyang", "庆阳智算中心", "qy", "qy-a"},
};

static void first_fleet(struct stage_center *c, int index)
{
    c->id = places[index].id;
    c->name = places[index].name;
    c->cluster = places[index].cluster;
    for (int i = 0; i < STAGE_NODES; i++) {
        struct stage_node *n = &c->nodes[i];
        snprintf(n->name, sizeof n->name, "%s%04d", places[index].prefix, i + 1);
        n->listed = true;
        n->state = i % 2 ? node_state_IDLE : node_state_ALLOCATED;
    }
    c->nodes[10].flags = c->nodes[11].flags = 1u << node_flag_DRAIN;
    c->nodes[10].state = node_state_IDLE;
    c->nodes[10].reason = "suantop:4471 chen XID 79";
    c->nodes[10].by = "chen";
    c->nodes[11].reason = "NHC: disk";
    c->nodes[11].by = "root";
    for (int i = 0; i < STAGE_JOBS; i++) {
        struct stage_job *j = &c->jobs[i];
        snprintf(j->id, sizeof j->id, "%d", 1000 * (index + 1) + i);
        j->listed = true;
        j->tasks = 1;
        j->state = i < 6    ? job_state_RUNNING
                   : i < 12 ? job_state_QUEUED
                   : i < 15 ? job_state_HELD
                            : job_state_DONE;
        j->node = i < 5 ? 2 * i : 0;
    }
}

static struct delta *poll_of(struct stage *s, uint16_t center, enum entity e)
{
    static uint32_t seq;
    struct delta *d = delta_new(center, center, s->now, 0);

    d->poll.seq = ++seq;
    d->poll.begin = true;
    d->poll.entities[e] = true;
    d->poll.end = POLL_GOOD;
    return d;
}

static void apply(struct stage *s, struct delta *d)
{
    fleet_apply(s->fleet, d, NULL);
    delta_free(d);
}

static void put_center(struct stage *s, uint16_t i)
{
    const struct stage_center *c = &s->centers[i];
    struct delta *d = delta_new(i, UINT16_MAX, s->now, 0);

    delta_row(d, ENTITY_CENTER, c->id, strlen(c->id));
    delta_str(d, FIELD_center_id, c->id);
    delta_str(d, FIELD_center_name, c->name);
    delta_str(d, FIELD_center_cluster, c->cluster);
    apply(s, d);
}

static void put_source(struct stage *s, uint16_t i)
{
    struct delta *d = delta_new(i, i, s->now, 0);
    char name[64];

    snprintf(name, sizeof name, "%s/slurm", s->centers[i].id);
    delta_row(d, ENTITY_SOURCE, name, strlen(name));
    delta_str(d, FIELD_source_name, name);
    delta_int(d, FIELD_source_state, source_state_OK);
    delta_time(d, FIELD_source_last_ok_at, s->now);
    delta_num(d, FIELD_source_interval_ms, INTERVAL_MS);
    apply(s, d);
}

static void put_nodes(struct stage *s, uint16_t center)
{
    struct delta *d = poll_of(s, center, ENTITY_NODE);

    for (int i = 0; i < STAGE_NODES; i++) {
        const struct stage_node *n = &s->centers[center].nodes[i];
        if (!n->listed)
            continue;
        bool busy = n->state == node_state_ALLOCATED || n->state == node_state_MIXED;
        delta_row(d, ENTITY_NODE, n->name, strlen(n->name));
        delta_str(d, FIELD_node_name, n->name);
        delta_int(d, FIELD_node_state, n->state);
        delta_int(d, FIELD_node_flags, n->flags);
        delta_str(d, FIELD_node_reason, n->reason);
        delta_str(d, FIELD_node_reason_by, n->by);
        delta_str(d, FIELD_node_pools, i < STAGE_NODES / POOLS ? "h800-train" : "h800-pre");
        delta_num(d, FIELD_node_devices_total, DEVICES);
        delta_num(d, FIELD_node_devices_allocated, busy ? DEVICES : 0);
        delta_str(d, FIELD_node_device_model, "H800");
    }
    apply(s, d);
}

static void put_job(struct delta *d, const struct stage_center *c, const struct stage_job *j,
                    wall_ms now)
{
    bool runs = j->state == job_state_RUNNING;
    char array[24];

    delta_row(d, ENTITY_JOB, j->id, strlen(j->id));
    delta_str(d, FIELD_job_id, j->id);
    delta_str(d, FIELD_job_name, "pangu-moe");
    delta_str(d, FIELD_job_user, "li");
    delta_str(d, FIELD_job_pool, "h800-train");
    delta_int(d, FIELD_job_state, j->state);
    delta_num(d, FIELD_job_tasks, j->tasks);
    delta_time(d, FIELD_job_submitted_at, now - 7200000);
    if (j->tasks > 1) {
        snprintf(array, sizeof array, "%.*s", (int)strcspn(j->id, "_"), j->id);
        delta_str(d, FIELD_job_array_job, array);
        delta_str(d, FIELD_job_array_task, "0-3");
    }
    delta_num(d, FIELD_job_devices_allocated, runs ? DEVICES : 0);
    if (runs) {
        delta_str(d, FIELD_job_nodes, c->nodes[j->node].name);
        delta_num(d, FIELD_job_node_count, 1);
        delta_time(d, FIELD_job_started_at, now - 3600000);
    } else {
        delta_absent(d, FIELD_job_nodes);
        delta_absent(d, FIELD_job_started_at);
    }
}

static void put_jobs(struct stage *s, uint16_t center)
{
    const struct stage_center *c = &s->centers[center];
    struct delta *d = poll_of(s, center, ENTITY_JOB);

    for (int i = 0; i < STAGE_JOBS; i++)
        if (c->jobs[i].listed)
            put_job(d, c, &c->jobs[i], s->now);
    apply(s, d);
}

void stage_publish(struct stage *s)
{
    for (uint16_t i = 0; i < STAGE_CENTERS && !s->silent; i++) {
        put_center(s, i);
        put_source(s, i);
        put_nodes(s, i);
        put_jobs(s, i);
    }
    fleet_tick(s->fleet, s->now);
    snapshot_hub_publish(s->hub, fleet_publish(s->fleet, s->now));
    if (!s->u)
        return;
    s->u->taken_at = s->u->plan_cost =
        0; /* however soon after the last, however slow this machine */
    ui_take_snapshot(s->u);
}

static void put_interruption(struct delta *d, const char *id, const char *job, wall_ms at)
{
    delta_row(d, ENTITY_INTERRUPTION, id, strlen(id));
    delta_str(d, FIELD_interruption_job, job);
    delta_str(d, FIELD_interruption_name, "pangu-moe");
    delta_str(d, FIELD_interruption_user, "li");
    delta_str(d, FIELD_interruption_pool, "h800-train");
    delta_time(d, FIELD_interruption_started_at, at - 3600000);
    delta_time(d, FIELD_interruption_at, at);
    delta_int(d, FIELD_interruption_cause, interruption_cause_NODE);
    delta_str(d, FIELD_interruption_evidence, "zb-g0002 NOT_RESPONDING");
    delta_str(d, FIELD_interruption_node, "zb-g0002");
    delta_num(d, FIELD_interruption_devices, DEVICES);
    delta_num(d, FIELD_interruption_node_count, 1);
    delta_num(d, FIELD_interruption_gpu_hours_lost, 4.7);
    delta_num(d, FIELD_interruption_gpu_hours_lost_ceiling, 8);
    delta_int(d, FIELD_interruption_outcome, interruption_outcome_RUNNING);
    delta_time(d, FIELD_interruption_outcome_at, at + 60000);
    delta_int(d, FIELD_interruption_resolved, 0);
}

/* Devices of the first nodes: a hot one, a lost one, and those of a node that was given away and is idle. */
static void put_devices(const struct stage *s, struct delta *d)
{
    char id[64];

    for (int i = 0; i < 4; i++)
        for (int k = 0; k < DEVICES; k++) {
            int n = snprintf(id, sizeof id, "%s%c%d", s->centers[0].nodes[i].name, 0, k);
            delta_row(d, ENTITY_DEVICE, id, (size_t)n);
            delta_str(d, FIELD_device_model, "NVIDIA H800");
            if (i == 1 && k == 3) {
                delta_str(d, FIELD_device_health, "lost");
                continue;
            }
            delta_num(d, FIELD_device_temperature_celsius, i == 0 && k == 5 ? 91 : 60 + i + k);
            delta_num(d, FIELD_device_temperature_limit_celsius, 90);
            delta_num(d, FIELD_device_tensor_utilization_percent, i == 2 ? 0 : 70 + k);
            delta_num(d, FIELD_device_power_watts, 500 + 10 * k);
        }
}

void stage_trouble(struct stage *s)
{
    struct delta *d = delta_new(0, 0, s->now, 0);

    put_interruption(d, "1002@1", "1002", s->now - 120000);
    put_interruption(d, "1003@1", "1003", s->now - 7200000);
    delta_row(d, ENTITY_ALERT, "test/zb-g0002", 13);
    delta_str(d, FIELD_alert_rule, "test");
    delta_int(d, FIELD_alert_severity, severity_WARNING);
    delta_int(d, FIELD_alert_state, alert_state_FIRING);
    delta_str(d, FIELD_alert_origin, "elsewhere");
    delta_str(d, FIELD_alert_summary, "zb-g0002 is hot");
    delta_str(d, FIELD_alert_node, "zb-g0002");
    delta_time(d, FIELD_alert_since, s->now - 600000);
    delta_time(d, FIELD_alert_fired_at, s->now - 500000);
    put_devices(s, d);
    apply(s, d);
    stage_publish(s);
}

void stage_action(struct stage *s, const struct action_order *o, size_t target,
                  enum action_state state, const char *message)
{
    const struct action_target *t = &o->targets[target];
    struct delta *d = delta_new(o->center, o->center, s->now, 0);
    char id[80], request[400];

    snprintf(id, sizeof id, "%s/%zu", o->op, target);
    snprintf(request, sizeof request, "POST /slurm/v0.0.42/%s/%.200s {\"verb\":\"%s\"}",
             t->entity == ENTITY_NODE ? "node" : "job", t->name, verb_info(o->verb)->name);
    delta_row(d, ENTITY_ACTION, id, strlen(id));
    delta_str(d, FIELD_action_op, o->op);
    delta_int(d, FIELD_action_verb, o->verb);
    delta_int(d, FIELD_action_state, state);
    delta_str(d, FIELD_action_target, t->name);
    delta_str(d, FIELD_action_kind, entity_info(t->entity)->id);
    delta_str(d, FIELD_action_request, state == action_state_REFUSED ? NULL : request);
    delta_str(d, FIELD_action_reason, o->reason);
    delta_str(d, FIELD_action_ticket, o->ticket);
    delta_str(d, FIELD_action_actor, o->actor);
    delta_str(d, FIELD_action_actor_from, o->actor_from);
    delta_str(d, FIELD_action_cluster, o->cluster);
    delta_time(d, FIELD_action_planned_at, o->at);
    delta_str(d, FIELD_action_message, message);
    if (state == action_state_SENT || state == action_state_ACCEPTED ||
        state == action_state_CONFIRMED || state == action_state_FAILED) {
        delta_str(d, FIELD_action_before, t->state);
        delta_time(d, FIELD_action_sent_at, s->now - s->sent_ago);
    }
    apply(s, d);
}

/* --- the port --- */

static void on_refresh(void *arg, int source)
{
    (void)source;
    ((struct stage *)arg)->refreshes++;
}

static void on_preview(void *arg, const struct action_order *o)
{
    struct stage *s = arg;

    s->previews++;
    for (size_t i = 0; i < o->count && s->previews_are != PREVIEWS_STAY_AWAY; i++)
        stage_action(s, o, i,
                     s->previews_are == PREVIEWS_FAIL ? action_state_REFUSED : action_state_PLANNED,
                     s->previews_are == PREVIEWS_FAIL ? "needs a newer slurmrestd" : NULL);
}

static enum rc on_commit(void *arg, struct confirmed_order *take, struct err *e)
{
    struct stage *s = arg;
    const struct action_order *o = confirmed_order_of(take);

    if (s->on_commit)
        s->on_commit(s, o);
    s->commits = xgrow(s->commits, &s->commit_cap, s->commit_count + 1, sizeof *s->commits);
    s->commits[s->commit_count++] = (struct stage_commit){order_copy(o), s->u->dialog != NULL};
    confirmed_order_free(take);
    return s->commit_rc ? err_set(e, s->commit_rc, "net", "the journal cannot be written") : RC_OK;
}

static void on_drop(void *arg, const char *op)
{
    (void)op;
    ((struct stage *)arg)->drops++;
}

static void on_arm(void *arg, uint16_t center, wall_ms until)
{
    struct stage *s = arg;

    s->arms++;
    if (center < STAGE_CENTERS)
        s->armed_until[center] = until;
}

static uint32_t on_lookup(void *arg, int source, enum entity e, const char *id, size_t len)
{
    (void)arg;
    (void)source;
    (void)e;
    (void)id;
    (void)len;
    return 1;
}

static void on_annotate(void *arg, const struct annotation *a)
{
    (void)a;
    ((struct stage *)arg)->annotations++;
}

static void on_step(void *arg)
{
    ((struct stage *)arg)->steps++;
}

static double on_speed(void *arg, double factor)
{
    (void)arg;
    return factor;
}

static wall_ms on_now(void *arg)
{
    return ((struct stage *)arg)->now;
}

static int on_offset(void *arg, wall_ms t)
{
    (void)arg;
    (void)t;
    return 480;
}

/* --- the stage --- */

static void start(struct stage *s, const struct stage_options *o)
{
    struct ui_port port = {.arg = s,
                           .refresh = on_refresh,
                           .lookup = on_lookup,
                           .annotate = on_annotate,
                           .now = on_now,
                           .utc_offset = on_offset};
    struct ui_options options = {.view = o->view,
                                 .colour = "auto",
                                 .test_fd = -1,
                                 .act_modes = s->modes,
                                 .act_mode_count = STAGE_CENTERS,
                                 .act_limits = {.read_only = o->read_only},
                                 .actor = "wang",
                                 .actor_from = "10.1.2.3"};
    struct err e = {0};

    if (!o->looks_only) {
        port.act_preview = on_preview;
        port.act_commit = on_commit;
        port.act_drop = on_drop;
        port.act_arm = on_arm;
    }
    if (o->replay) {
        port.replay_step = on_step;
        port.replay_speed = on_speed;
    }
    fake_term_h = o->h ? o->h : 32;
    fake_term_w = o->w ? o->w : 120;
    if (ui_new(s->hub, &port, &options, &s->u, &e) != RC_OK) {
        fprintf(stderr, "stage: %s: %s\n", e.where, e.msg);
        abort();
    }
    s->u->ascii = false; /* whatever the locale of the test */
}

struct stage *stage_new(const struct stage_options *o)
{
    struct stage *s = xcalloc(1, sizeof *s);

    s->now = STAGE_NOW;
    s->mono = 1000000;
    s->fleet = fleet_new(NULL);
    s->hub = snapshot_hub_new(NULL, NULL);
    s->modes[STAGE_FREE] = ACT_CONFIRM;
    s->modes[STAGE_ARMED] = ACT_ARM;
    s->modes[STAGE_OFF] = ACT_OFF;
    for (int i = 0; i < STAGE_CENTERS; i++)
        first_fleet(&s->centers[i], i);
    stage_publish(s);
    start(s, o);
    return s;
}

void stage_free(struct stage *s)
{
    ui_free(s->u);
    snapshot_hub_free(s->hub);
    fleet_free(s->fleet);
    for (size_t i = 0; i < s->commit_count; i++)
        order_free(s->commits[i].order);
    free(s->commits);
    free(s);
}

void stage_quick_key(struct stage *s, uint32_t key)
{
    command_key(s->u, &(struct term_key){.key = key, .at = s->mono});
}

void stage_key(struct stage *s, uint32_t key)
{
    s->mono += STAGE_HUMAN_MS;
    stage_quick_key(s, key);
}

void stage_type(struct stage *s, const char *text)
{
    size_t len = strlen(text);
    uint32_t cp;

    for (size_t at = 0; at < len;) {
        at += text_decode(text + at, len - at, &cp);
        stage_key(s, cp);
    }
}

void stage_paste(struct stage *s, const char *text)
{
    size_t len = strlen(text);
    uint32_t cp;

    stage_key(s, KEYC_PASTE_BEGIN);
    for (size_t at = 0; at < len;) {
        at += text_decode(text + at, len - at, &cp);
        stage_quick_key(s, cp == '\n' ? KEY_RETURN : cp);
    }
    stage_quick_key(s, KEYC_PASTE_END);
}

void stage_command(struct stage *s, const char *line)
{
    stage_type(s, ":");
    stage_type(s, line);
    stage_key(s, KEY_RETURN);
}

void stage_resize(struct stage *s, int h, int w)
{
    fake_term_h = h;
    fake_term_w = w;
    term_refit(s->u->term);
    canvas_resize(&s->u->canvas, h, w);
    s->u->rows_stale = s->u->dirty = true;
}

void stage_draw(struct stage *s)
{
    acting_tick(s->u);
    frame_draw(s->u);
}

static void add_cell(struct buf *out, const struct cell *cell)
{
    char utf8[4];

    if (cell->width > 0)
        buf_add(out, utf8, text_encode(cell->cp, utf8));
}

const char *stage_row(struct stage *s, int y)
{
    static char text[8192];
    struct buf out;

    buf_init(&out, sizeof text - 1);
    for (int x = 0; x < s->u->canvas.w; x++)
        add_cell(&out, canvas_cell(&s->u->canvas, y, x));
    snprintf(text, sizeof text, "%s", out.data);
    buf_fini(&out);
    return text;
}

bool stage_shows(struct stage *s, const char *text)
{
    stage_draw(s);
    for (int y = 0; y < s->u->canvas.h; y++)
        if (strstr(stage_row(s, y), text))
            return true;
    return false;
}

void stage_go(struct stage *s, const char *name)
{
    char line[96];

    stage_key(s, 'g');
    snprintf(line, sizeof line, "find-next %s", name);
    stage_command(s, line);
    stage_draw(s);
}

void stage_ask_drain(struct stage *s, const char *node)
{
    stage_go(s, node);
    stage_key(s, 'D');
    stage_type(s, "4471\tHW thermal\t");
    stage_publish(s);
    stage_draw(s);
}

static bool holds_against(const char *path, const struct buf *dump)
{
    FILE *f = fopen(path, "r");
    char *want = xcalloc(1, dump->len + 2);
    size_t len = f ? fread(want, 1, dump->len + 1, f) : 0;
    bool same = f && len == dump->len && memcmp(want, dump->data, len) == 0;

    if (f)
        fclose(f);
    free(want);
    if (!same)
        fprintf(stderr, "%s: %s; GENERATE=1 writes it anew. Now:\n%s", path,
                f ? "differs" : "cannot be read", dump->data);
    return same;
}

bool stage_is_golden(struct stage *s, const char *srcdir, const char *name)
{
    char path[1024];
    struct buf dump;
    bool same = true;

    buf_init(&dump, 4 << 20);
    stage_draw(s);
    /* The tabs at the bottom are another test's: they change with each new view. */
    canvas_fill(&s->u->canvas, (struct rect){s->u->canvas.h - 1, 0, 1, s->u->canvas.w}, ' ',
                style_on(ROLE_TEXT, ROLE_BAR));
    canvas_dump(&s->u->canvas, &dump, true);
    snprintf(path, sizeof path, "%s/tests/golden/acting/%s.txt", srcdir, name);
    if (getenv("GENERATE")) {
        FILE *f = fopen(path, "w");
        same = f && fwrite(dump.data, 1, dump.len, f) == dump.len;
        same = f && fclose(f) == 0 && same;
    } else {
        same = holds_against(path, &dump);
    }
    buf_fini(&dump);
    return same;
}
