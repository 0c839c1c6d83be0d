/* SPDX-License-Identifier: MIT
 * xids.c - see xids.h. */
#include "node/xids.h"
#include "base/xmem.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct count {
    char gpu[24];
    unsigned code;
    uint64_t total;
    wall_ms last;                            /* of any burst */
    wall_ms burst_at;                        /* the newest event of the present burst */
    unsigned in_burst[XID_SOURCES], counted; /* counted: the largest of them */
};

struct xids {
    struct count *at;
    size_t count, cap;
    bool any_line;
    uint64_t last_line;
};

struct xids *xids_new(void)
{
    return xcalloc(1, sizeof(struct xids));
}

void xids_free(struct xids *x)
{
    if (x != NULL)
        free(x->at);
    free(x);
}

static struct count *count_of(struct xids *x, const struct xid_event *e)
{
    for (size_t i = 0; i < x->count; i++)
        if (x->at[i].code == e->code && strcmp(x->at[i].gpu, e->gpu) == 0)
            return &x->at[i];
    if (x->count == XIDS_MAX)
        return NULL;
    x->at = xgrow(x->at, &x->cap, x->count + 1, sizeof *x->at);
    struct count *c = &x->at[x->count++];
    *c = (struct count){.code = e->code};
    snprintf(c->gpu, sizeof c->gpu, "%s", e->gpu);
    return c;
}

/* True: this line of the log was seen, by a child that is no more. */
static bool seen(struct xids *x, const struct xid_event *e)
{
    if (e->source == XID_DRIVER)
        return false;
    if (x->any_line && e->line <= x->last_line)
        return true;
    x->any_line = true;
    x->last_line = e->line;
    return false;
}

void xids_add(struct xids *x, const struct xid_event *e)
{
    struct count *c = seen(x, e) ? NULL : count_of(x, e);

    if (c == NULL)
        return;
    if (llabs((long long)(e->at - c->burst_at)) > XID_BURST_MS) {
        memset(c->in_burst, 0, sizeof c->in_burst);
        c->counted = 0;
    }
    c->burst_at = e->at;
    if (e->at > c->last)
        c->last = e->at;
    if (++c->in_burst[e->source] > c->counted) {
        c->counted = c->in_burst[e->source];
        c->total++;
    }
}

void xids_samples(const struct xids *x, struct samples *out)
{
    for (size_t i = 0; i < x->count; i++) {
        const struct count *c = &x->at[i];
        char code[16];
        snprintf(code, sizeof code, "%u", c->code);
        const struct label labels[] = {{"gpu", c->gpu}, {"xid", code}, {NULL, NULL}};
        samples_add(out, FAMILY_GPU_XID, (double)c->total, labels);
        samples_add(out, FAMILY_GPU_XID_LAST, (double)c->last / 1000, labels);
    }
}
