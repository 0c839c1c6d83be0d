/* SPDX-License-Identifier: MIT
 * scope.c - see scope.h. Names are compared by their raw bytes: what looks alike is not the same. */
#include "ui/scope.h"
#include "ui/listing.h"
#include "model/devices.h"
#include "model/hostset.h"
#include "model/fields.h"
#include <string.h>

/* Of a job that runs nowhere now: where it was last interrupted. */
static const char *nodes_it_had(const struct view_input *in)
{
    const struct intern *strings = snapshot_strings(in->snap);
    const struct interruption_row *last = NULL;

    for (uint32_t i = 0; i < snapshot_slots(in->snap, ENTITY_INTERRUPTION); i++) {
        const struct interruption_row *r = snapshot_row(in->snap, ENTITY_INTERRUPTION, i);
        if (r && r->h.center == in->scope->center && row_has(r, interruption, job) &&
            row_has(r, interruption, nodes) && (!last || r->at > last->at) &&
            strcmp(intern_raw(strings, r->job), in->scope->job) == 0)
            last = r;
    }
    return last ? intern_raw(strings, last->nodes) : NULL;
}

static void note_job(struct scope_memo *m, const struct view_input *in)
{
    const struct intern *strings = snapshot_strings(in->snap);
    const char *id = in->scope->job;
    const struct job_row *job = snapshot_job(in->snap, (uint16_t)in->scope->center, id, strlen(id));

    if (job && row_has(job, job, raw_id))
        m->job_number = intern_raw(strings, row_str(job, job, raw_id));
    m->job_nodes =
        job && row_has(job, job, nodes) ? intern_raw(strings, job->nodes) : nodes_it_had(in);
}

void scope_prepare(struct scope_memo *m, const struct view_input *in)
{
    *m = (struct scope_memo){.scope = in->scope};
    if (in->scope->job[0] && in->scope->center >= 0)
        note_job(m, in);
}

static bool in_pools(struct scope_memo *m, const struct value_ctx *c, strid pools)
{
    if (!m->has_last || m->last != pools) {
        m->verdict = list_names(intern_raw(snapshot_strings(c->snap), pools), m->scope->pool);
        m->last = pools;
        m->has_last = true;
    }
    return m->verdict;
}

bool scope_keeps_node(struct scope_memo *m, const struct value_ctx *c, const struct node_row *row)
{
    const struct view_scope *scope = m->scope;
    const char *name = intern_raw(snapshot_strings(c->snap), row->name);

    if (scope->node[0] && strcmp(name, scope->node) != 0)
        return false;
    if (scope->job[0])
        return m->job_nodes && hostset_contains(m->job_nodes, name);
    if (scope->pool[0])
        return row_has(row, node, pools) && in_pools(m, c, row->pools);
    return true;
}

/* All but the device's own job: the devices of a node stand together, so it is asked once a node. */
static bool keeps_node_of(struct scope_memo *m, const struct value_ctx *c,
                          const struct device_row *row)
{
    const struct view_scope *scope = m->scope;
    const char *name = intern_raw(snapshot_strings(c->snap), row->node);

    if (m->has_node && m->node == row->node && m->node_center == row->h.center)
        return m->node_verdict;
    const struct node_row *node = scope->pool[0] ? device_node(c->snap, row) : NULL;
    if (scope->node[0])
        m->node_verdict = strcmp(name, scope->node) == 0;
    else if (scope->job[0])
        m->node_verdict = m->job_nodes && hostset_contains(m->job_nodes, name);
    else
        m->node_verdict = !scope->pool[0] || (node && scope_keeps_node(m, c, node));
    m->node = row->node;
    m->node_center = row->h.center;
    m->has_node = true;
    return m->node_verdict;
}

bool scope_keeps_device(struct scope_memo *m, const struct value_ctx *c,
                        const struct device_row *row)
{
    const struct view_scope *scope = m->scope;

    if (!scope->job[0] || !row_has(row, device, job))
        return keeps_node_of(m, c, row);
    const char *told = intern_raw(snapshot_strings(c->snap), row_str(row, device, job));
    return strcmp(told, scope->job) == 0 || (m->job_number && strcmp(told, m->job_number) == 0);
}

bool scope_keeps_job(struct scope_memo *m, const struct value_ctx *c, const struct job_row *row)
{
    const struct view_scope *scope = m->scope;
    const struct intern *strings = snapshot_strings(c->snap);

    if (scope->node[0] && !(row_has(row, job, nodes) &&
                            hostset_contains(intern_raw(strings, row->nodes), scope->node)))
        return false;
    if (scope->job[0])
        return strcmp(intern_raw(strings, row->id), scope->job) == 0;
    if (scope->pool[0])
        return row_has(row, job, pool) && in_pools(m, c, row->pool);
    return true;
}
