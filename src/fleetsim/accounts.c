/* SPDX-License-Identifier: MIT
 * accounts.c - see accounts.h. */
#include "fleetsim/accounts.h"
#include "base/xmem.h"
#include "fleetsim/world_int.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void drop_oldest(struct sim_accounts *a)
{
    struct sim_record *r = &a->ring[a->first++ % ACCOUNTS_MAX];

    a->nodes -= r->node_count;
    free(r->nodes);
    r->nodes = NULL;
}

void accounts_free(struct sim_accounts *a)
{
    if (a == NULL)
        return;
    while (a->first < a->next)
        drop_oldest(a);
    free(a);
}

const struct sim_record *accounts_at(const struct sim_accounts *a, uint64_t number)
{
    return number >= a->first && number < a->next ? &a->ring[number % ACCOUNTS_MAX] : NULL;
}

static enum sim_ended ended(enum sim_state how, bool again)
{
    switch (how) {
    case SIM_DONE:
        return ENDED_DONE;
    case SIM_FAILED:
        return ENDED_FAILED;
    case SIM_NODE_FAIL:
        return ENDED_NODE_FAIL;
    case SIM_PREEMPTED:
        return ENDED_PREEMPTED;
    default:
        return again ? ENDED_REQUEUED : ENDED_CANCELLED;
    }
}

void accounts_running(const struct sim_job *j, struct sim_record *out)
{
    *out = (struct sim_record){.id = j->id,
                               .pool = j->pool,
                               .work = j->work,
                               .user = j->user,
                               .places = j->places,
                               .restarts = j->restarts,
                               .node_count = j->node_count,
                               .nodes = j->nodes,
                               .failed_node = NO_INDEX,
                               .submitted_at = j->submitted_at,
                               .eligible_at = j->eligible_at,
                               .started_at = j->started_at,
                               .ended_at = 0,
                               .how = ENDED_NOT_YET};
}

void accounts_add(struct world *w, const struct sim_job *j, enum sim_state how, bool again)
{
    struct sim_record r;

    if (w->accounts == NULL)
        w->accounts = xcalloc(1, sizeof(*w->accounts));
    struct sim_accounts *a = w->accounts;
    accounts_running(j, &r);
    while (a->first < a->next &&
           (a->next - a->first == ACCOUNTS_MAX || a->nodes + r.node_count > ACCOUNTS_NODES_MAX))
        drop_oldest(a);
    r.ended_at = w->now;
    r.how = ended(how, again);
    r.failed_node = r.how == ENDED_NODE_FAIL ? w->failing : NO_INDEX;
    if (r.how == ENDED_CANCELLED && j->cause)
        snprintf(r.by, sizeof(r.by), "%s", j->cause);
    else if (r.how == ENDED_CANCELLED)
        snprintf(r.by, sizeof(r.by), SIM_USER, r.user);
    r.nodes = xreallocarray(NULL, r.node_count + 1, sizeof(*r.nodes));
    if (r.node_count > 0)
        memcpy(r.nodes, j->nodes, r.node_count * sizeof(*r.nodes));
    a->nodes += r.node_count;
    a->ring[a->next++ % ACCOUNTS_MAX] = r;
}
