/* SPDX-License-Identifier: MIT
 * confirm.c - the only maker of a struct confirmed_order. See plan.h. */
#include "action/plan.h"
#include "base/sentence.h"
#include "base/xmem.h"
#include <stdlib.h>
#include <string.h>

struct confirmed_order {
    struct action_order *order;
};

static bool is_consent(const struct plan *p, const char *typed)
{
    return strcmp(typed, p->expect) == 0 || (p->consent == CONSENT_YES && strcmp(typed, "Y") == 0);
}

static enum rc check(const struct plan *p, const char *typed, bool assume_yes, struct err *e)
{
    const struct action_order *o = p->order;

    if (p->consent == CONSENT_NEVER)
        return err_set(e, RC_REFUSED, o->center_id, "%s", p->refused);
    if (o->verb == action_verb_DRAIN && !o->reason[0])
        return err_set(e, RC_REFUSED, o->center_id,
                       S_("a drain needs a reason: others have to know why the node is out"));
    if (!assume_yes && (!typed || !is_consent(p, typed)))
        return err_set(e, RC_REFUSED, o->center_id, S_("not confirmed: \"%s\" was expected"),
                       p->expect);
    return RC_OK;
}

enum rc plan_confirm(struct plan *p, const char *typed, bool assume_yes,
                     struct confirmed_order **out, struct err *e)
{
    enum rc rc = check(p, typed, assume_yes, e);
    size_t kept = 0;

    if (rc != RC_OK)
        return rc;
    struct action_order *o = order_copy(p->order);
    for (size_t i = 0; i < o->count; i++)
        if (!p->targets[i].refused)
            o->targets[kept++] = o->targets[i];
    o->count = kept;
    *out = xcalloc(1, sizeof(**out));
    (*out)->order = o;
    return RC_OK;
}

const struct action_order *confirmed_order_of(const struct confirmed_order *c)
{
    return c->order;
}

void confirmed_order_free(struct confirmed_order *c)
{
    if (!c)
        return;
    order_free(c->order);
    free(c);
}
