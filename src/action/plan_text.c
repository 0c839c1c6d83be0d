/* SPDX-License-Identifier: MIT
 * plan_text.c - a plan for people, one line per fact. See plan.h. */
#include "action/plan.h"
#include "base/i18n.h"
#include "base/sentence.h"
#include "action/plan_int.h"
#include "base/buf.h"
#include <stdio.h>

enum { NUMBER_MAX = 32 };

static const char *figure(double v, char text[NUMBER_MAX])
{
    if (v < 0)
        return "?";
    snprintf(text, NUMBER_MAX, v < 10 && v != (double)(int)v ? "%.1f" : "%.0f", v);
    return text;
}

static unsigned long long form_of(double v)
{
    return v == 1 ? 1 : 2;
}

static void say_jobs(struct buf *out, double v)
{
    char number[NUMBER_MAX];

    buf_addf(out, _n("%s job", "%s jobs", form_of(v)), figure(v, number));
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
    bool nodes = v->entity == ENTITY_NODE, all = p->sendable == o->count;
    const char *verb = _(v->name);

    if (all)
        buf_addf(out,
                 nodes ? _n("%s %zu node of %s", "%s %zu nodes of %s", o->count)
                       : _n("%s %zu job of %s", "%s %zu jobs of %s", o->count),
                 verb, o->count, o->center_id);
    else
        buf_addf(out,
                 nodes ? _n("%s %zu of %zu node of %s", "%s %zu of %zu nodes of %s", o->count)
                       : _n("%s %zu of %zu job of %s", "%s %zu of %zu jobs of %s", o->count),
                 verb, p->sendable, o->count, o->center_id);
    if (cluster[0])
        buf_addf(out, _(" (cluster %s)"), cluster);
    buf_addf(out, "%s%s\n", _c("sentence", ": "), _(order_effect(o)));
}

static void say_devices(struct buf *out, double v)
{
    char number[NUMBER_MAX];

    buf_addf(out, _n("%s GPU", "%s GPUs", form_of(v)), figure(v, number));
}

static void devices(struct buf *out, double all, double busy)
{
    char number[NUMBER_MAX];

    buf_adds(out, _c("sentence", ", "));
    say_devices(out, all);
    buf_addf(out, _(" (%s busy)"), figure(busy, number));
}

/* What is on a node; what a job holds, and for how many tasks it stands. */
static void target_figures(const struct plan *p, const struct plan_target *t, struct buf *out)
{
    if (on_nodes(p)) {
        buf_adds(out, _c("sentence", ", "));
        say_jobs(out, t->jobs);
        devices(out, t->devices, t->devices_busy);
        return;
    }
    if (t->jobs > 1)
        buf_addf(out, _(", %.0f tasks"), t->jobs);
    if (t->devices > 0) {
        buf_adds(out, _c("sentence", ", "));
        say_devices(out, t->devices);
    }
}

static void target(const struct plan *p, size_t i, struct buf *out)
{
    const struct plan_target *t = &p->targets[i];
    const struct action_target *from = &p->order->targets[i];
    char name[TARGET_NAME_MAX], owner[sizeof(from->owner)], why[SENTENCE_MAX];

    plan_clean(name, sizeof(name), from->name);
    plan_clean(owner, sizeof(owner), from->owner);
    buf_addf(out, "  %-16s %s%s%s", name, from->state, owner[0] ? _c("sentence", ", ") : "", owner);
    if (t->refused)
        buf_addf(out, _(", left out: %s"), sentence_text(t->why, why, sizeof why));
    else
        target_figures(p, t, out);
    buf_addc(out, '\n');
}

static void touches(const struct plan *p, struct buf *out)
{
    char number[NUMBER_MAX];

    if (!p->sendable)
        return;
    buf_adds(out, _("touches: "));
    say_jobs(out, p->jobs);
    if (p->owners[0])
        buf_addf(out, _c("owner", " of %s"), p->owners);
    if (p->nodes != 0)
        buf_addf(out, _n(", %s node", ", %s nodes", form_of(p->nodes)), figure(p->nodes, number));
    if (p->devices != 0)
        devices(out, p->devices, p->devices_busy);
    buf_addc(out, '\n');
}

/* A drain and a resume lose nothing by themselves: then it is what runs there. */
static void risk(const struct plan *p, struct buf *out)
{
    char risk[NUMBER_MAX], ceiling[NUMBER_MAX];

    if (p->gpu_hours_ceiling == 0)
        return;
    buf_addf(out,
             on_nodes(p) ? _("runs there: ~%s GPU-hours, at most %s (they go on)\n")
                         : _("at risk: ~%s GPU-hours, at most %s\n"),
             figure(p->gpu_hours_at_risk, risk), figure(p->gpu_hours_ceiling, ceiling));
}

static void pools(const struct plan *p, struct buf *out)
{
    for (size_t i = 0; i < p->pool_count; i++)
        buf_addf(out, _("pool %s: %.0f of %.0f nodes out, after it %.0f (%.0f %%)\n"),
                 p->pools[i].name, p->pools[i].out_before, p->pools[i].nodes, p->pools[i].out_after,
                 p->pools[i].percent_after);
}

static void line(struct buf *out, const char *head, const char *text)
{
    if (text[0])
        buf_addf(out, _("%s: %s\n"), head, text);
}

static void words(const struct plan *p, struct buf *out)
{
    const struct action_order *o = p->order;
    char reason[ACTION_REASON_MAX + 1], said[SENTENCE_MAX];

    (void)order_reason(o, reason);
    line(out, _("reason"), o->verb == action_verb_DRAIN ? reason : o->reason);
    line(out, _("others wrote"), p->others);
    line(out, _("history"), sentence_text(p->history, said, sizeof said));
    line(out, _("warning"), sentence_text(p->warnings, said, sizeof said));
    if (p->takes_ms >= 60000)
        buf_addf(out, _("takes: %lld minutes or more\n"), (long long)(p->takes_ms / 60000));
    line(out, _("refused"), sentence_text(p->refused, said, sizeof said));
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
