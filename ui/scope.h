/* SPDX-License-Identifier: MIT
 * scope.h - which rows belong to what the view was narrowed to by drill-down.
 *
 * The last verdict is remembered by string id during a query, because neighbouring rows often share a
 * pool or a node set. Thread: ui. */
#ifndef SUAN_UI_SCOPE_H
#define SUAN_UI_SCOPE_H

#include "ui/view.h"

struct scope_memo {
    const struct view_scope *scope;
    strid last;
    bool has_last, verdict;
    /* Of the scope's job, raw; NULL = none or not known any more. */
    const char *job_nodes, *job_number;
    strid node; /* the last device's, and whether it is kept */
    uint16_t node_center;
    bool has_node, node_verdict;
};

/* Before each query: the memo is good for one snapshot. */
void scope_prepare(struct scope_memo *m, const struct view_input *in);
bool scope_keeps_node(struct scope_memo *m, const struct value_ctx *c, const struct node_row *row);
/* In the scope of a job: the devices that tell that they work for it; where a node's devices tell no job, all of its nodes'. */
bool scope_keeps_device(struct scope_memo *m, const struct value_ctx *c,
                        const struct device_row *row);
bool scope_keeps_job(struct scope_memo *m, const struct value_ctx *c, const struct job_row *row);

#endif
