/* SPDX-License-Identifier: MIT
 * actor_preview.c - exactly what would be sent, as rows, without sending it. */
#include "base/xmem.h"
#include "base/sentence.h"
#include "io/actor_int.h"
#include "io/request.h"
#include <stdlib.h>
#include <string.h>

enum { PREVIEWS_MAX = 64 };

static void refuse(struct delta *d, const struct err *e)
{
    delta_int(d, FIELD_action_state, action_state_REFUSED);
    delta_str(d, FIELD_action_message, e->msg);
    delta_absent(d, FIELD_action_request);
}

static void preview_target(struct actor *a, const struct action_order *o, size_t target)
{
    struct delta *d = report_first(a, o, target, action_state_PLANNED);
    const struct action_target *t = &o->targets[target];
    struct request *rq = NULL;
    char *text = NULL;
    struct err e = {0};
    struct way w;

    enum rc rc = a->conf ? way_find(a, o, t, &w, &e)
                         : err_set(&e, RC_REFUSED, "actions", S_("this run cannot act"));
    if (rc == RC_OK)
        rc = way_encode(w.source, o, t, &rq, &text, &e);
    if (rc == RC_OK) {
        delta_str(d, FIELD_action_request, text);
        delta_str(d, FIELD_action_message, w.note);
    } else {
        refuse(d, &e);
    }
    request_free(rq);
    free(text);
    report_push(a, d);
}

/* Who looks at one plan after the other does not collect rows. */
static void forget_oldest(struct actor *a)
{
    struct preview *p = a->previews;

    for (int i = 1; p && i < PREVIEWS_MAX; i++)
        p = p->next;
    while (p && p->next)
        preview_drop(a, p->next->op, 0);
}

void preview_make(struct actor *a, const struct action_order *o)
{
    struct preview *p = xcalloc(1, sizeof(*p));

    preview_drop(a, o->op, o->count); /* made anew: its rows are written over */
    memcpy(p->op, o->op, sizeof(p->op));
    p->center = o->center;
    p->count = o->count;
    p->next = a->previews;
    a->previews = p;
    for (size_t i = 0; i < o->count; i++)
        preview_target(a, o, i);
    forget_oldest(a);
}

bool preview_drop(struct actor *a, const char *op, size_t keep)
{
    for (struct preview **at = &a->previews; *at; at = &(*at)->next) {
        struct preview *p = *at;
        if (strcmp(p->op, op) != 0)
            continue;
        if (keep < p->count)
            report_remove(a, p->center, op, keep, p->count);
        *at = p->next;
        free(p);
        return true;
    }
    return false;
}
