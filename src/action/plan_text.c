/* SPDX-License-Identifier: MIT
 * plan_text.c - a plan for people, one line per fact. See plan.h. */
#include "action/plan.h"
#include "action/plan_int.h"
#include "base/buf.h"

static void figure(struct buf *out, double v)
{
    if (v < 0)
        buf_adds(out, "?");
    else
        buf_addf(out, v < 10 && v != (double)(int)v ? "%.1f" : "%.0f", v);
}

static void counted(struct buf *out, double v, const char *one, const char *many)
{
    figure(out, v);
    buf_addf(out, " %s", v == 1 ? one : many);
}

static bool on_nodes(const struct plan *p)
{
    return verb_info(p->order->verb)->entity == ENTITY_NODE;
}

static void title(const struct plan *p, struct buf *out)
{
    const struct action_order *o = p->order;
    const struct verb_info *v = verb_info(o->verb);
    char cluster[sizeof(o->cluster)];

    plan_clean(cluster, sizeof(cluster), o->cluster);
    buf_addf(out, "%s %zu", v->name, p->sendable);
    if (p->sendable < o->count)
        buf_addf(out, " of %zu", o->count);
    buf_addf(out, " %s%s of %s", entity_info(v->entity)->id, o->count == 1 ? "" : "s",
             o->center_id);
    if (cluster[0])
        buf_addf(out, " (cluster %s)", cluster);
    buf_addf(out, ": %s\n", order_effect(o));
}

static void devices(struct buf *out, double all, double busy)
{
    buf_adds(out, ", ");
    counted(out, all, "GPU", "GPUs");
    buf_adds(out, " (");
    figure(out, busy);
    buf_adds(out, " busy)");
}

/* What is on a node; what a job holds, and for how many tasks it stands. */
static void target_figures(const struct plan *p, const struct plan_target *t, struct buf *out)
{
    if (on_nodes(p)) {
        buf_adds(out, ", ");
        counted(out, t->jobs, "job", "jobs");
        devices(out, t->devices, t->devices_busy);
        return;
    }
    if (t->jobs > 1)
        buf_addf(out, ", %.0f tasks", t->jobs);
    if (t->devices > 0) {
        buf_adds(out, ", ");
        counted(out, t->devices, "GPU", "GPUs");
    }
}

static void target(const struct plan *p, size_t i, struct buf *out)
{
    const struct plan_target *t = &p->targets[i];
    const struct action_target *from = &p->order->targets[i];
    char name[TARGET_NAME_MAX], owner[sizeof(from->owner)];

    plan_clean(name, sizeof(name), from->name);
    plan_clean(owner, sizeof(owner), from->owner);
    buf_addf(out, "  %-16s %s%s%s", name, from->state, owner[0] ? ", " : "", owner);
    if (t->refused)
        buf_addf(out, ", left out: %s", t->why);
    else
        target_figures(p, t, out);
    buf_addc(out, '\n');
}

static void touches(const struct plan *p, struct buf *out)
{
    if (!p->sendable)
        return;
    buf_adds(out, "touches: ");
    counted(out, p->jobs, "job", "jobs");
    if (p->owners[0])
        buf_addf(out, " of %s", p->owners);
    if (p->nodes != 0) {
        buf_adds(out, ", ");
        counted(out, p->nodes, "node", "nodes");
    }
    if (p->devices != 0)
        devices(out, p->devices, p->devices_busy);
    buf_addc(out, '\n');
}

/* A drain and a resume lose nothing by themselves: then it is what runs there. */
static void risk(const struct plan *p, struct buf *out)
{
    bool nodes = on_nodes(p);

    if (p->gpu_hours_ceiling == 0)
        return;
    buf_adds(out, nodes ? "runs there: ~" : "at risk: ~");
    figure(out, p->gpu_hours_at_risk);
    buf_adds(out, " GPU-hours, at most ");
    figure(out, p->gpu_hours_ceiling);
    buf_adds(out, nodes ? " (they go on)\n" : "\n");
}

static void pools(const struct plan *p, struct buf *out)
{
    for (size_t i = 0; i < p->pool_count; i++)
        buf_addf(out, "pool %s: %.0f of %.0f nodes out, after it %.0f (%.0f %%)\n",
                 p->pools[i].name, p->pools[i].out_before, p->pools[i].nodes, p->pools[i].out_after,
                 p->pools[i].percent_after);
}

static void line(struct buf *out, const char *head, const char *text)
{
    if (text[0])
        buf_addf(out, "%s: %s\n", head, text);
}

static void words(const struct plan *p, struct buf *out)
{
    const struct action_order *o = p->order;
    char reason[ACTION_REASON_MAX + 1];

    (void)order_reason(o, reason);
    line(out, "reason", o->verb == action_verb_DRAIN ? reason : o->reason);
    line(out, "others wrote", p->others);
    line(out, "history", p->history);
    line(out, "warning", p->warnings);
    if (p->takes_ms >= 60000)
        buf_addf(out, "takes: %lld minutes or more\n", (long long)(p->takes_ms / 60000));
    line(out, "refused", p->refused);
}

void plan_describe(const struct plan *p, struct buf *out)
{
    title(p, out);
    for (size_t i = 0; i < p->order->count; i++)
        target(p, i, out);
    touches(p, out);
    risk(p, out);
    pools(p, out);
    words(p, out);
}
