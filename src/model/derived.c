/* SPDX-License-Identifier: MIT
 * derived.c - the functions of derived.def. What cannot be computed is VALUE_NONE, never 0. */
#include "base/xmem.h"
#include "model/devices.h"
#include "model/fields.h"
#include "model/flops.h"
#include "model/rollup.h"
#include "model/value_int.h"
#include <math.h>

static struct value none(void)
{
    return (struct value){.kind = VALUE_NONE};
}

static struct value number(bool has, double v)
{
    return has ? (struct value){.kind = VALUE_NUM, .num = v} : none();
}

static struct value share(bool has, double part, double whole)
{
    double percent = has && whole > 0 ? 100 * part / whole : INFINITY;

    return number(isfinite(percent), percent);
}

static struct value duration(bool has, int64_t ms)
{
    return has ? (struct value){.kind = VALUE_DURATION, .num = (double)ms} : none();
}

static struct moment moment_if(bool has, enum moment_kind kind, int64_t ms)
{
    return has ? (struct moment){kind, ms} : (struct moment){MOMENT_NONE, 0};
}

/* From one time to another, both told by the row. */
static struct moment between(bool has, wall_ms from, wall_ms to)
{
    return moment_if(has && to >= from, MOMENT_FIXED, to - from);
}

static struct value value_of_moment(const struct value_ctx *c, struct moment m)
{
    int64_t ms = moment_at(m, c->now);

    return duration(ms >= 0, ms);
}

static struct value derive_age(const struct value_ctx *c, const void *row)
{
    int64_t ms = snapshot_age_of(c->snap, row, c->now);

    return duration(ms >= 0, ms);
}

static struct value derive_center_name(const struct value_ctx *c, const void *row)
{
    const struct center_row *center = snapshot_center(c->snap, row_head_of(row)->center);

    if (center && row_has(center, center, name))
        return (struct value){.kind = VALUE_STR, .str = center->name};
    if (center && row_has(center, center, id))
        return (struct value){.kind = VALUE_STR, .str = center->id};
    return none();
}

#define BOTH(row, entity, a, b) (row_has(row, entity, a) && row_has(row, entity, b))

static struct value derive_center_device_share_percent(const struct value_ctx *c, const void *row)
{
    const struct center_row *r = row;

    (void)c;
    return share(BOTH(r, center, devices_total, devices_allocated), r->devices_allocated,
                 r->devices_total);
}

static struct value derive_center_cpu_share_percent(const struct value_ctx *c, const void *row)
{
    const struct center_row *r = row;

    (void)c;
    return share(BOTH(r, center, cpus_total, cpus_allocated), r->cpus_allocated, r->cpus_total);
}

/* A nameplate is no work; what is allocated is a share of it. */
static struct value derive_center_flops_share_percent(const struct value_ctx *c, const void *row)
{
    const struct center_row *r = row;
    unsigned how = row_has(r, center, flops_provenance) ? r->flops_provenance : provenance_NONE;
    bool has = row_has(r, center, flops);

    (void)c;
    if (how == provenance_ALLOCATED)
        return share(has && row_has(r, center, flops_nameplate), r->flops, r->flops_nameplate);
    return share(has && row_has(r, center, flops_peak) &&
                     (how == provenance_MEASURED || how == provenance_ESTIMATED),
                 r->flops, r->flops_peak);
}

static struct value derive_center_flops_coverage_percent(const struct value_ctx *c, const void *row)
{
    const struct center_row *r = row;
    unsigned how = row_has(r, center, flops_provenance) ? r->flops_provenance : provenance_NONE;

    (void)c;
    return share((how == provenance_MEASURED || how == provenance_ESTIMATED) &&
                     row_has(r, center, flops_devices) && row_has(r, center, flops_devices_known),
                 r->flops_devices, r->flops_devices_known);
}

static struct moment moment_center_oldest_wait(const void *row)
{
    const struct center_row *r = row;

    return moment_if(row_has(r, center, oldest_queued_at), MOMENT_SINCE, r->oldest_queued_at);
}

/* A share of what is allocated or installed would be no utilisation. */
static bool is_rate(bool has, unsigned provenance)
{
    return has && flops_is_rate((enum provenance)provenance);
}

static struct value derive_center_flops_per_watt(const struct value_ctx *c, const void *row)
{
    const struct center_row *r = row;
    bool rate = is_rate(row_has(r, center, flops_provenance), r->flops_provenance);
    const struct flops_total *t =
        &snapshot_flops(c->snap, r->h.center)->of[r->flops_precision][r->flops_provenance];
    double apart = fabs(t->reporting - r->device_power_devices);
    bool same = !t->nodes && apart <= t->reporting / 100;

    return number(rate && same && r->device_power_watts > 0, t->flops / r->device_power_watts);
}

static struct value derive_node_flops_share_percent(const struct value_ctx *c, const void *row)
{
    const struct node_row *n = row;

    (void)c;
    return share(is_rate(row_has(n, node, flops_provenance), n->flops_provenance) &&
                     row_has(n, node, flops_peak),
                 n->flops, n->flops_peak);
}

static struct value derive_device_flops_share_percent(const struct value_ctx *c, const void *row)
{
    const struct device_row *d = row;

    (void)c;
    return share(BOTH(d, device, flops, flops_peak), d->flops, d->flops_peak);
}

static struct value derive_device_ofu_percent(const struct value_ctx *c, const void *row)
{
    double percent = flops_tensor_utilization(row);

    (void)c;
    return number(!isnan(percent), percent);
}

static struct moment moment_source_next_in(const void *row)
{
    const struct source_row *r = row;

    return moment_if(row_has(r, source, next_try_at), MOMENT_UNTIL, r->next_try_at);
}

enum status {
    STATUS_UNKNOWN,
    STATUS_UP, /* answers, and no scheduler speaks of it */
    STATUS_IDLE,
    STATUS_MIXED,
    STATUS_ALLOCATED,
    STATUS_COMPLETING,
    STATUS_PLANNED,
    STATUS_RESERVED,
    STATUS_MAINT,
    STATUS_REBOOT,
    STATUS_POWERING,
    STATUS_POWERED_DOWN,
    STATUS_BLOCKED,
    STATUS_FUTURE,
    STATUS_DRAINING,
    STATUS_DRAINED,
    STATUS_NO_ANSWER,
    STATUS_FAIL,
    STATUS_INVALID,
    STATUS_ERROR,
    STATUS_DOWN
};

static const char *const node_status_words[] = {
    "unknown", "up",       "idle",     "mixed",   "allocated", "completing",
    "planned", "reserved", "maint",    "reboot",  "powering",  "powered_down",
    "blocked", "future",   "draining", "drained", "no_answer", "fail",
    "invalid", "error",    "down",     NULL};

#define FLAG(flags, id) ((flags) >> node_flag_##id & 1)

static enum status status_down(const struct node_row *n, uint32_t flags)
{
    if (row_has(n, node, state) && n->state == node_state_ERROR)
        return STATUS_ERROR;
    if (FLAG(flags, INVALID))
        return STATUS_INVALID;
    if (FLAG(flags, FAIL))
        return STATUS_FAIL;
    /* A node that does not answer is down for people only when the scheduler says so. */
    return row_has(n, node, state) && n->state == node_state_DOWN ? STATUS_DOWN : STATUS_NO_ANSWER;
}

static enum status status_drained(const struct node_row *n, uint32_t flags)
{
    bool busy =
        n->state == node_state_ALLOCATED || n->state == node_state_MIXED || FLAG(flags, COMPLETING);

    return busy ? STATUS_DRAINING : STATUS_DRAINED;
}

/* The flag that matters most to somebody who wants to run work there. */
static enum status status_by_flag(uint32_t flags)
{
    static const struct {
        uint8_t flag, status;
    } order[] = {
        {node_flag_POWERED_DOWN, STATUS_POWERED_DOWN},
        {node_flag_POWERING, STATUS_POWERING},
        {node_flag_REBOOT, STATUS_REBOOT},
        {node_flag_MAINT, STATUS_MAINT},
        {node_flag_BLOCKED, STATUS_BLOCKED},
        {node_flag_RESERVED, STATUS_RESERVED},
        {node_flag_COMPLETING, STATUS_COMPLETING},
        {node_flag_PLANNED, STATUS_PLANNED},
    };

    for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
        if (flags >> order[i].flag & 1)
            return (enum status)order[i].status;
    return STATUS_UNKNOWN;
}

static enum status status_of(const struct node_row *n)
{
    static const uint8_t by_state[node_state_COUNT] = {
        [node_state_IDLE] = STATUS_IDLE,
        [node_state_MIXED] = STATUS_MIXED,
        [node_state_ALLOCATED] = STATUS_ALLOCATED,
        [node_state_FUTURE] = STATUS_FUTURE,
    };
    uint32_t flags = row_has(n, node, flags) ? n->flags : 0;
    enum node_class class = rollup_node_class(n);

    if (class == NODE_DOWN)
        return status_down(n, flags);
    if (class == NODE_DRAINED)
        return status_drained(n, flags);
    enum status by_flag = status_by_flag(flags);
    if (by_flag != STATUS_UNKNOWN)
        return by_flag;
    return row_has(n, node, state) ? (enum status)by_state[n->state] : STATUS_UP;
}

static struct value derive_node_status(const struct value_ctx *c, const void *row)
{
    enum status s = status_of(row);

    (void)c;
    return (struct value){.kind = VALUE_WORD, .num = s, .word = node_status_words[s]};
}

static struct value derive_node_devices_free(const struct value_ctx *c, const void *row)
{
    const struct node_row *n = row;
    double free = n->devices_total - n->devices_allocated;

    (void)c;
    return number(BOTH(n, node, devices_total, devices_allocated), free > 0 ? free : 0);
}

static struct value derive_node_cpu_share_percent(const struct value_ctx *c, const void *row)
{
    const struct node_row *n = row;

    (void)c;
    return share(BOTH(n, node, cpus_total, cpus_allocated), n->cpus_allocated, n->cpus_total);
}

static struct value derive_node_memory_share_percent(const struct value_ctx *c, const void *row)
{
    const struct node_row *n = row;

    (void)c;
    return share(BOTH(n, node, memory_total_bytes, memory_allocated_bytes),
                 row_num(n, node, memory_allocated_bytes), n->memory_total_bytes);
}

static struct moment moment_node_out_for(const void *row)
{
    const struct node_row *n = row;

    return moment_if(row_has(n, node, reason_at), MOMENT_SINCE, n->reason_at);
}

static struct value derive_device_pools(const struct value_ctx *c, const void *row)
{
    const struct node_row *n = device_node(c->snap, row);

    return n && row_has(n, node, pools) ? (struct value){.kind = VALUE_STR, .str = n->pools}
                                        : none();
}

static struct value derive_device_status(const struct value_ctx *c, const void *row)
{
    enum device_status s = device_status(c->snap, row);

    return (struct value){.kind = VALUE_WORD, .num = s, .word = device_status_words[s]};
}

static struct value derive_device_margin_celsius(const struct value_ctx *c, const void *row)
{
    double margin;

    (void)c;
    return device_margin(row, &margin) ? number(true, margin) : none();
}

static struct value derive_device_rank(const struct value_ctx *c, const void *row)
{
    double rank;

    return device_rank(c->snap, row, &rank) ? number(true, rank) : none();
}

static bool has_begun(const struct job_row *j)
{
    return row_has(j, job, started_at) && row_has(j, job, state) && j->state != job_state_QUEUED &&
           j->state != job_state_HELD;
}

static bool is_running(const struct job_row *j)
{
    return has_begun(j) && j->state >= job_state_RUNNING && j->state <= job_state_SUSPENDED;
}

static bool is_waiting(const struct job_row *j)
{
    return row_has(j, job, state) && (j->state == job_state_QUEUED || j->state == job_state_HELD);
}

static struct moment moment_job_waited(const void *row)
{
    const struct job_row *j = row;
    bool eligible = row_has(j, job, eligible_at);

    if (has_begun(j))
        return between(eligible, j->eligible_at, j->started_at);
    return moment_if(is_waiting(j) && eligible, MOMENT_SINCE, j->eligible_at);
}

static struct moment moment_job_ran(const void *row)
{
    const struct job_row *j = row;

    if (is_running(j))
        return moment_if(true, MOMENT_SINCE, j->started_at);
    return between(has_begun(j) && row_has(j, job, ended_at), j->started_at,
                   row_time(j, job, ended_at));
}

static bool has_limit(const struct job_row *j)
{
    return row_has(j, job, time_limit_seconds) && j->time_limit_seconds > 0; /* -1 = unlimited */
}

static struct moment moment_job_left(const void *row)
{
    const struct job_row *j = row;
    wall_ms end = j->started_at + (wall_ms)(j->time_limit_seconds * 1000);

    return moment_if(is_running(j) && has_limit(j), MOMENT_UNTIL, end);
}

static struct moment moment_job_starts_in(const void *row)
{
    const struct job_row *j = row;

    return moment_if(is_waiting(j) && row_has(j, job, expected_start_at), MOMENT_UNTIL,
                     row_time(j, job, expected_start_at));
}

static struct value derive_job_progress_percent(const struct value_ctx *c, const void *row)
{
    const struct job_row *j = row;
    struct value ran = value_of_moment(c, moment_job_ran(row));

    return share(ran.kind != VALUE_NONE && has_limit(j), ran.num, j->time_limit_seconds * 1000);
}

#define TYPE_STR FT_STR
#define TYPE_NUM FT_NUM
#define TYPE_DURATION FT_NUM
#define TYPE_WORD FT_ENUM
#define WORDS_STR(ent) NULL
#define WORDS_NUM(ent) NULL
#define WORDS_DURATION(ent) NULL
#define WORDS_WORD(ent) ent##_status_words

/* What computes a value, by what it is computed from. */
#define FUNCTION_ROW(id)
#define FUNCTION_SNAPSHOT(id)
#define FUNCTION_MOMENT(id)                                                                        \
    static struct value derive_##id(const struct value_ctx *c, const void *row)                    \
    {                                                                                              \
        return value_of_moment(c, moment_##id(row));                                               \
    }
#define DERIVED(ent, ENT, name, from, function, vkind, funit, ftitle, fcells, fhelp)               \
    FUNCTION_##from(function)
#include "model/derived.def"
#undef DERIVED

#define MEMBERS_ROW(id) .derive = derive_##id, .of_row = true
#define MEMBERS_SNAPSHOT(id) .derive = derive_##id
#define MEMBERS_MOMENT(id) .derive = derive_##id, .moment = moment_##id

static const struct derived all[] = {
#define DERIVED(ent, ENT, name, from, function, vkind, funit, ftitle, fcells, fhelp)               \
    {.entity = ENTITY_##ENT,                                                                       \
     .kind = VALUE_##vkind,                                                                        \
     MEMBERS_##from(function),                                                                     \
     .field = {.id = #name,                                                                        \
               .title = ftitle,                                                                    \
               .help = fhelp,                                                                      \
               .type = TYPE_##vkind,                                                               \
               .unit = UNIT_##funit,                                                               \
               .group = GROUP_ROLLUP,                                                              \
               .cells = fcells,                                                                    \
               .words = WORDS_##vkind(ent)}},
#include "model/derived.def"
#undef DERIVED
};

const struct derived *derived_column_of(enum entity e, unsigned column)
{
    unsigned stored = entity_info(e)->field_count;

    return column < stored ? NULL : derived_column(e, column - stored);
}

const struct derived *derived_column(enum entity e, unsigned n)
{
    const size_t count = sizeof(all) / sizeof(all[0]);
    size_t i = 0;

    while (i < count && all[i].entity != e)
        i++;
    i += n;
    return i < count && all[i].entity == e ? &all[i] : NULL;
}
